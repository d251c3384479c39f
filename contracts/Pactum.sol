// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Holding} from "./abstracts/Holding.sol";
import {Rulebook} from "./abstracts/Rulebook.sol";
import {IPactum} from "./interfaces/IPactum.sol";
import {Bits} from "./libraries/Bits.sol";
import {Due} from "./libraries/Dues.sol";
import {Pact} from "./libraries/Pacts.sol";
import {State} from "./libraries/States.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The escrow
/// @notice The claims and the views. Governance is in Rulebook, beginning and early end in Entering, reports and deadlines in Reporting, disputed rows in
/// Holding, the accounts in Ledger and Purses.
contract Pactum is Holding, Multicall {
    using SafeERC20 for IERC20;

    /// @param governor who sets parameters and lists tokens; meant to be a timelock
    /// @param treasury where the DAO's share goes
    constructor(address governor, address zone, address committee, address tribunal, address notary, address treasury)
        Rulebook(governor, zone, committee, tribunal, notary, treasury)
        EIP712("Surety Pactum", "1")
    {}

    /// @inheritdoc IPactum
    function claimProvider(uint96[] calldata agreements, address token, address to) external nonReentrant returns (uint256 amount) {
        if (agreements.length == 0) revert NothingToClaim();
        address provider = _providerOf(_records[agreements[0]]);
        bool may = msg.sender == provider ? to != address(0) : to == ZONE.payoutOf(provider);
        if (!may || provider == address(0)) revert NotPayable(msg.sender, to);

        bytes32 claimant = _claimantOf(provider, token);
        bytes memory parts = new bytes(agreements.length * 32);
        for (uint256 i = 0; i < agreements.length; ++i) {
            uint256 agreement;
            // Inside the array. A word that is no 96 bits names no agreement.
            assembly {
                agreement := calldataload(add(agreements.offset, shl(5, i)))
            }
            uint256 part = agreement << 160 | _takeProviderDue(agreement, claimant);
            // Inside the bytes that were asked for, one word after the other.
            assembly ("memory-safe") {
                mstore(add(add(parts, 32), shl(5, i)), part)
            }
            unchecked {
                amount += part & type(uint96).max; // a due fits 85 bits
            }
        }
        emit ProviderPaid(provider, parts);
        _pay(token, to, amount);
    }

    /// @inheritdoc IPactum
    function claimCustomer(uint96[] calldata agreements) external nonReentrant returns (uint256 amount) {
        if (agreements.length == 0) revert NothingToClaim();
        Record storage first = _existing(agreements[0]);
        (address customer, address token) = (first.customer, _tokenOf(first.pact));

        uint256 fromFees;
        for (uint256 i = 0; i < agreements.length; ++i) {
            Record storage record = _records[agreements[i]];
            if (record.customer != customer || _tokenOf(record.pact) != token) revert MixedClaim(agreements[i]);
            (uint256 fees, uint256 deposit) = _takeCustomerDue(agreements[i], record, token);
            fromFees += fees;
            amount += fees + deposit;
        }
        if (amount == 0) revert NothingToClaim();
        if (fromFees != 0) IERC20(token).safeTransfer(customer, fromFees);
    }

    /// @inheritdoc IPactum
    function claimMember(bytes32 configuration, address token, uint256 member, Crew[] calldata crews)
        external
        nonReentrant
        returns (uint256 amount)
    {
        address to = COMMITTEE.memberOf(configuration, member);

        for (uint256 i = 0; i < crews.length; ++i) {
            (uint256 observers, address payee) = (crews[i].observers, crews[i].payee);
            if (!Bits.has(observers, member)) continue;
            Purse storage purse = _purseOf(configuration, token, observers, payee);
            uint256 floorDue = purse.validators / Bits.count(observers) - purse.taken[member];
            if (floorDue == 0) continue;
            purse.taken[member] += floorDue;
            amount += floorDue;
            emit MemberPaid(configuration, token, to, crews[i].observers, payee, floorDue);
        }
        _pay(token, to, amount);
    }

    /// @inheritdoc IPactum
    function claimRelay(bytes32 configuration, address token, address payee, uint32[] calldata observerSets)
        external
        nonReentrant
        returns (uint256 amount)
    {
        for (uint256 i = 0; i < observerSets.length; ++i) {
            Purse storage purse = _purseOf(configuration, token, observerSets[i], payee);
            uint256 due = purse.relay - purse.taken[RELAY];
            if (due == 0) continue;
            purse.taken[RELAY] += due;
            amount += due;
            emit RelayPaid(payee, token, configuration, observerSets[i], due);
        }
        _pay(token, payee, amount);
    }

    /// @inheritdoc IPactum
    function claimWinner(address winner, address token) external nonReentrant returns (uint256 amount) {
        amount = _winnerDue[winner][token];

        _winnerDue[winner][token] = 0;
        emit WinnerPaid(winner, token, amount);
        _pay(token, winner, amount);
    }

    /// @inheritdoc IPactum
    function claimDao(address token) external nonReentrant returns (uint256 amount) {
        amount = _daoDue[token];
        address to = treasury;

        _daoDue[token] = 0;
        emit DaoPaid(to, token, amount);
        _pay(token, to, amount);
    }

    /// @inheritdoc IPactum
    function agreementOf(uint96 agreement) external view returns (Agreement memory view_) {
        Record storage record = _existing(agreement);
        (Pact pact, State state, Due due) = (record.pact, record.state, record.due);
        view_.customer = record.customer;
        view_.provider = _providerOf(record);
        view_.fee = pact.fee();
        view_.deposit = due.deposit();
        view_.maxCreditBps = pact.maxCreditBps();
        view_.maxSlashBps = pact.maxSlashBps();
        view_.periodKind = pact.kind();
        view_.periodLength = pact.periodLength();
        view_.start = pact.start();
        view_.periods = pact.periods();
        view_.noticePeriods = record.noticePeriods;
        view_.next = state.next();
        view_.parameters = pact.parameters();
        view_.listing = pact.listing();
        view_.disputes = state.disputes();
        view_.closed = _isDone(pact, state);
        if (!view_.closed) view_.depositLeft = due.depositLeft();
    }

    /// @inheritdoc IPactum
    function pendingOf(uint96 agreement) external view returns (Pending memory view_) {
        State state = _existing(agreement).state;
        if (state.outcome() == 0) return view_;
        view_.period = state.next() - 1;
        view_.outcome = Outcome(state.outcome());
        view_.creditBps = state.creditBps();
        view_.slashBps = state.slashBps();
        view_.acceptedAt = state.acceptedAt();
        view_.crew = state.crew();
    }

    /// @inheritdoc IPactum
    function periodOf(uint96 agreement, uint32 period) external view returns (uint256, uint256) {
        return _bounds(_existing(agreement).pact, period);
    }

    /// @inheritdoc IPactum
    function claimableOf(uint96 agreement) external view returns (uint256, uint256, uint256) {
        Record storage record = _existing(agreement);
        return (record.state.providerDue(), record.due.fees(), _depositDue(record));
    }

    /// @inheritdoc IPactum
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _takeProviderDue(uint256 agreement, bytes32 claimant) private returns (uint256 due) {
        Record storage record = _records[agreement];
        if (record.claimant != claimant) revert MixedClaim(agreement);
        State state = record.state;
        due = state.providerDue();
        record.state = state.paid();
    }

    /// @dev The fees are here and go out together; the deposit is in the Zone, which pays it for each agreement.
    function _takeCustomerDue(uint96 agreement, Record storage record, address token) private returns (uint256 fees, uint256 deposit) {
        Due due = record.due;
        (fees, deposit) = (due.fees(), _depositDue(record));
        if (fees == 0 && deposit == 0) return (0, 0);

        if (fees != 0) record.due = due.paid();
        if (deposit != 0) record.taken += SafeCast.toUint128(deposit);
        emit CustomerPaid(agreement, record.customer, fees, deposit);
        if (deposit != 0) ZONE.seize(_providerOf(record), token, record.customer, deposit);
    }

    /// @dev What verdicts gave the customer of the deposit, and it did not take.
    function _depositDue(Record storage record) private view returns (uint256) {
        return record.due.awarded() - record.kept - record.taken;
    }

    function _pay(address token, address to, uint256 amount) private {
        if (amount == 0) revert NothingToClaim();
        IERC20(token).safeTransfer(to, amount);
    }
}
