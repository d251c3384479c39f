// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "./interfaces/IPactum.sol";
import {ITribunal} from "./interfaces/ITribunal.sol";
import {Rows} from "./libraries/Rows.sol";
import {Split} from "./libraries/Split.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {Windows} from "./libraries/Windows.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Where rows are disputed
/// @notice Whether a row may be disputed, and what may take its place, Pactum decides; who may rule and until when, and whose the bond is
/// in the end, is decided here.
contract Tribunal is ITribunal, ReentrancyGuardTransient {
    using Rows for uint256;
    using SafeERC20 for IERC20;
    using Tokens for IERC20;

    /// @dev Each group is one storage slot. Token and parties are not kept: the agreement pinned them.
    struct Record {
        address disputer;
        uint96 bond;
        //
        address arbiter;
        uint40 deadline;
        uint16 creditBps;
        uint16 slashBps;
        IPactum.Outcome outcome;
        bool open;
    }

    /// @notice The one contract whose rows are disputed here.
    IPactum public immutable PACTUM;

    mapping(uint96 agreement => mapping(uint32 period => Record)) private _records;

    /// @inheritdoc ITribunal
    mapping(address token => uint256) public override owed;
    /// @inheritdoc ITribunal
    mapping(address account => mapping(address token => uint256)) public override claimableOf;
    /// @inheritdoc ITribunal
    mapping(address token => uint256) public override claimableOfDao;

    /// @param pactum address at which Pactum will be created; the two name each other
    constructor(address pactum) {
        PACTUM = IPactum(pactum);
    }

    /// @inheritdoc ITribunal
    function dispute(uint256 row, bytes32 grounds, uint256 mostBond) external nonReentrant returns (uint256 bond) {
        IPactum.Held memory held = PACTUM.hold(row);
        IPactum.Parameters memory pinned = PACTUM.parametersOf(held.parameters);
        bond = _ceilShare(held.amount, pinned.disputeBondBps);
        if (bond > mostBond) revert BondTooLarge(bond, mostBond);
        uint40 deadline = SafeCast.toUint40(block.timestamp + pinned.resolutionDeadline);

        _records[row.agreement()][row.period()] =
            Record(msg.sender, SafeCast.toUint96(bond), pinned.arbiter, deadline, held.creditBps, held.slashBps, held.outcome, true);
        owed[held.token] += bond;
        emit Disputed(row.agreement(), row.period(), msg.sender, row, held.token, bond, deadline, grounds);
        IERC20(held.token).pull(msg.sender, bond);
    }

    /// @inheritdoc ITribunal
    function confirm(uint96 agreement, uint32 period) external nonReentrant {
        Record storage record = _ruledByCaller(agreement, period);
        (address token, address heldUp) = _tokenAndHeldUp(agreement, record.outcome);
        uint256 toDao = record.bond / 2;
        uint256 toHeldUp = record.bond - toDao;

        record.open = false;
        claimableOfDao[token] += toDao;
        claimableOf[heldUp][token] += toHeldUp;
        emit Confirmed(agreement, period, heldUp, toHeldUp, toDao);
        _letStand(agreement, period, record);
    }

    /// @inheritdoc ITribunal
    function replace(uint96 agreement, uint32 period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps) external nonReentrant {
        Record storage record = _ruledByCaller(agreement, period);
        bool same = outcome == record.outcome && creditBps == record.creditBps && slashBps == record.slashBps;
        if (same) revert NoChange();

        _giveBack(agreement, record);
        emit Replaced(agreement, period, outcome, creditBps, slashBps);
        PACTUM.decide(agreement, period, outcome, creditBps, slashBps, record.disputer);
    }

    /// @inheritdoc ITribunal
    function lapse(uint96 agreement, uint32 period) external nonReentrant {
        Record storage record = _open(agreement, period);
        if (!Windows.ended(record.deadline, block.timestamp)) revert DeadlineAhead(record.deadline);

        _giveBack(agreement, record);
        emit Lapsed(agreement, period);
        _letStand(agreement, period, record);
    }

    /// @inheritdoc ITribunal
    function claim(address account, address token) external nonReentrant returns (uint256 amount) {
        amount = claimableOf[account][token];

        claimableOf[account][token] = 0;
        emit Paid(account, token, amount);
        _pay(token, account, amount);
    }

    /// @inheritdoc ITribunal
    function claimDao(address token) external nonReentrant returns (uint256 amount) {
        amount = claimableOfDao[token];
        address to = PACTUM.treasury();

        claimableOfDao[token] = 0;
        emit DaoPaid(to, token, amount);
        _pay(token, to, amount);
    }

    /// @inheritdoc ITribunal
    function disputeOf(uint96 agreement, uint32 period) external view returns (Dispute memory view_) {
        Record storage record = _records[agreement][period];
        if (record.disputer == address(0)) return view_;
        (view_.token, view_.heldUp) = _tokenAndHeldUp(agreement, record.outcome);
        view_.disputer = record.disputer;
        view_.bond = record.bond;
        view_.deadline = record.deadline;
        view_.arbiter = record.arbiter;
        view_.outcome = record.outcome;
        view_.creditBps = record.creditBps;
        view_.slashBps = record.slashBps;
        view_.open = record.open;
    }

    /// @dev Closes a dispute that nobody lost: the bond is the disputer's again.
    function _giveBack(uint96 agreement, Record storage record) private {
        (address token,) = _tokenAndHeldUp(agreement, record.outcome);

        record.open = false;
        claimableOf[record.disputer][token] += record.bond;
    }

    function _letStand(uint96 agreement, uint32 period, Record storage record) private {
        PACTUM.decide(agreement, period, record.outcome, record.creditBps, record.slashBps, address(0));
    }

    function _pay(address token, address to, uint256 amount) private {
        if (amount == 0) revert NothingToClaim();

        owed[token] -= amount;
        IERC20(token).safeTransfer(to, amount);
    }

    function _ruledByCaller(uint96 agreement, uint32 period) private view returns (Record storage record) {
        record = _open(agreement, period);
        if (msg.sender != record.arbiter) revert NotArbiter(msg.sender, record.arbiter);
        if (Windows.ended(record.deadline, block.timestamp)) revert DeadlinePassed(record.deadline);
    }

    function _open(uint96 agreement, uint32 period) private view returns (Record storage record) {
        record = _records[agreement][period];
        if (!record.open) revert NoDispute(agreement, period);
    }

    /// @dev A breach would have paid the customer, everything else the provider.
    function _tokenAndHeldUp(uint96 agreement, IPactum.Outcome outcome) private view returns (address token, address heldUp) {
        IPactum.Agreement memory pinned = PACTUM.agreementOf(agreement);
        token = PACTUM.listingOf(SafeCast.toUint32(pinned.listing)).token;
        heldUp = outcome == IPactum.Outcome.Breach ? pinned.customer : pinned.provider;
    }

    /// @dev A share of an amount, rounded up: a bond is never less than its share.
    function _ceilShare(uint256 amount, uint256 bps) private pure returns (uint256) {
        return Math.ceilDiv(amount * bps, Split.BPS);
    }
}
