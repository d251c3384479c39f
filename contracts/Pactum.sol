// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ledger} from "./abstracts/Ledger.sol";
import {Opening} from "./abstracts/Opening.sol";
import {Reporting} from "./abstracts/Reporting.sol";
import {Rulebook} from "./abstracts/Rulebook.sol";
import {IPactum} from "./interfaces/IPactum.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The escrow
/// @notice The claims and the views. Governance is in Rulebook, opening in Opening, reports and deadlines in Reporting, the accounts in
/// Ledger.
contract Pactum is Reporting {
    using SafeERC20 for IERC20;

    /// @param governor who sets parameters and lists tokens; meant to be a timelock
    /// @param treasury where the DAO's share goes
    constructor(address governor, address zone, address committee, address lawStone, address treasury)
        Rulebook(governor, zone, committee, treasury)
        Opening(lawStone)
        EIP712("Surety Pactum", "1")
    {}

    /// @inheritdoc IPactum
    function claimProvider(uint96[] calldata agreements) external nonReentrant returns (uint256 amount) {
        if (agreements.length == 0) revert NothingToClaim();
        Record storage first = _existing(agreements[0]);
        (address provider, address token) = (first.provider, _tokenOf(first));
        address to = ZONE.payoutOf(provider);

        Run memory run;
        for (uint256 i = 0; i < agreements.length; ++i) {
            Record storage record = _existing(agreements[i]);
            if (record.provider != provider || _tokenOf(record) != token) revert MixedClaim(agreements[i]);
            amount += _takeProviderDue(run, agreements[i], record, to);
        }
        _credit(run);
        _pay(token, to, amount);
    }

    /// @inheritdoc IPactum
    function claimCustomer(uint96[] calldata agreements) external nonReentrant returns (uint256 amount) {
        if (agreements.length == 0) revert NothingToClaim();
        Record storage first = _existing(agreements[0]);
        (address customer, address token) = (first.customer, _tokenOf(first));
        uint256[] memory deposits = new uint256[](agreements.length);

        Run memory run;
        for (uint256 i = 0; i < agreements.length; ++i) {
            Record storage record = _existing(agreements[i]);
            if (record.customer != customer || _tokenOf(record) != token) revert MixedClaim(agreements[i]);
            uint256 fromFees;
            (fromFees, deposits[i]) = _takeCustomerDue(run, agreements[i], record);
            amount += fromFees;
        }
        _credit(run);
        return _payCustomer(agreements, deposits, amount, customer, token);
    }

    /// @inheritdoc IPactum
    function claimMember(bytes32 configuration, address token, uint256 member, uint32[] calldata observerSets)
        external
        nonReentrant
        returns (uint256 amount)
    {
        address to = COMMITTEE.memberOf(configuration, member);

        uint256[] memory dues = _duesOf(configuration, token, member, observerSets);
        for (uint256 i = 0; i < dues.length; ++i) {
            if (dues[i] == 0) continue;
            _purses[configuration][token][observerSets[i]].taken[member] += dues[i];
            amount += dues[i];
        }
        emit MemberPaid(configuration, token, to, amount);
        _pay(token, to, amount);
    }

    /// @inheritdoc IPactum
    function claimRelay(address payee, address token) external nonReentrant returns (uint256 amount) {
        amount = _relayDue[payee][token];

        _relayDue[payee][token] = 0;
        emit RelayPaid(payee, token, amount);
        _pay(token, payee, amount);
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
        view_.customer = record.customer;
        view_.provider = record.provider;
        view_.terms = record.terms;
        view_.law = record.law;
        view_.fee = record.fee;
        view_.deposit = record.deposit;
        view_.depositLeft = record.state.depositLeft;
        view_.maxCreditBps = record.maxCreditBps;
        view_.maxSlashBps = record.maxSlashBps;
        view_.periodKind = record.kind;
        view_.periodLength = record.periodLength;
        view_.start = record.start;
        view_.periods = record.periods;
        view_.next = record.state.next;
        view_.parameters = record.parameters;
        view_.listing = record.listing;
        view_.closed = _isDone(record, record.state);
    }

    /// @inheritdoc IPactum
    function pendingOf(uint96 agreement) external view returns (Pending memory) {
        State memory state = _existing(agreement).state;
        if (state.pending == Outcome.None) return Pending(0, Outcome.None, 0, 0, 0, 0, 0, address(0));
        Batch memory batch = _batches[state.batch];
        return Pending(
            state.next - 1,
            state.pending,
            state.creditBps,
            state.slashBps,
            batch.acceptedAt,
            batch.observers,
            batch.configuration,
            batch.payee
        );
    }

    /// @inheritdoc IPactum
    function periodOf(uint96 agreement, uint32 period) external view returns (uint64, uint64) {
        (uint256 start, uint256 end) = _bounds(_existing(agreement), period);
        return (SafeCast.toUint64(start), SafeCast.toUint64(end));
    }

    /// @inheritdoc IPactum
    function claimableOf(uint96 agreement) external view returns (uint256, uint256, uint256) {
        Record storage record = _existing(agreement);
        return (_providerDue(record, record.state.met), record.customerDue, record.depositDue);
    }

    /// @inheritdoc IPactum
    function claimableOfMember(bytes32 configuration, address token, uint256 member, uint32[] calldata observerSets)
        external
        view
        returns (uint256 amount)
    {
        COMMITTEE.memberOf(configuration, member);
        uint256[] memory dues = _duesOf(configuration, token, member, observerSets);
        for (uint256 i = 0; i < dues.length; ++i) {
            amount += dues[i];
        }
    }

    /// @inheritdoc IPactum
    function claimableOfRelay(address payee, address token) external view returns (uint256) {
        return _relayDue[payee][token];
    }

    /// @inheritdoc IPactum
    function claimableOfDao(address token) external view returns (uint256) {
        return _daoDue[token];
    }

    /// @inheritdoc IPactum
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _takeProviderDue(Run memory run, uint96 agreement, Record storage record, address to) private returns (uint256 due) {
        State memory state = record.state;
        bool settled = _settleMatured(run, agreement, record, state);
        due = _providerDue(record, state.met);

        state.met = 0;
        if (settled) _keepOrClose(agreement, record, state);
        else record.state = state;
        if (due == 0) return 0;
        if (record.providerDue != 0) record.providerDue = 0;
        emit ProviderPaid(agreement, record.provider, to, due);
    }

    function _takeCustomerDue(Run memory run, uint96 agreement, Record storage record)
        private
        returns (uint256 fromFees, uint256 fromDeposit)
    {
        State memory state = record.state;
        if (_settleMatured(run, agreement, record, state)) _keepOrClose(agreement, record, state);
        (fromFees, fromDeposit) = (record.customerDue, record.depositDue);
        if (fromFees == 0 && fromDeposit == 0) return (0, 0);

        record.customerDue = 0;
        record.depositDue = 0;
        emit CustomerPaid(agreement, record.customer, fromFees, fromDeposit);
    }

    /// @dev The fees are here, the deposits in the Zone.
    function _payCustomer(uint96[] calldata agreements, uint256[] memory deposits, uint256 fromFees, address customer, address token)
        private
        returns (uint256 amount)
    {
        amount = fromFees;
        for (uint256 i = 0; i < deposits.length; ++i) {
            if (deposits[i] == 0) continue;
            amount += deposits[i];
            ZONE.seize(_records[agreements[i]].provider, token, customer, deposits[i]);
        }
        if (amount == 0) revert NothingToClaim();
        if (fromFees != 0) IERC20(token).safeTransfer(customer, fromFees);
    }

    function _pay(address token, address to, uint256 amount) private {
        if (amount == 0) revert NothingToClaim();
        IERC20(token).safeTransfer(to, amount);
    }
}
