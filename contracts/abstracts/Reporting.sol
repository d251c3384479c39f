// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Pact} from "../libraries/Pacts.sol";
import {Periods} from "../libraries/Periods.sol";
import {Rows} from "../libraries/Rows.sol";
import {Split} from "../libraries/Split.sol";
import {State} from "../libraries/States.sol";
import {Windows} from "../libraries/Windows.sol";
import {Entering} from "./Entering.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title From signed rows, or from silence, to verdicts
abstract contract Reporting is Entering, EIP712 {
    using Rows for uint256;

    bytes32 private constant REPORT_TYPE =
        keccak256("Report(bytes32 configuration,uint64 epoch,bytes32 observationSet,uint32 observers,address payee,bytes32 rowsHash)");

    /// @dev What every row of a report is held against.
    struct Frame {
        uint256 since; // reign of the configuration
        uint256 until;
        uint256 epoch;
        uint256 crew; // number of the report's crew; zero until a row is accepted
    }

    /// @inheritdoc IPactum
    function report(Header calldata header, uint256[] calldata rows, uint256 signers, bytes calldata signatures)
        external
        nonReentrant
        returns (uint256 accepted)
    {
        if (rows.length == 0) revert NoRows();
        if (_isDeadEnd(header.payee)) revert UnusablePayee(header.payee);
        bytes32 rowsHash = keccak256(abi.encodePacked(rows));
        Frame memory frame = _frameOf(header, rowsHash, signers, signatures);

        _emitReported(header, signers, rowsHash);
        Run memory run;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (_judge(rows[i], header, frame, run)) ++accepted;
        }
        _credit(run);
    }

    /// @inheritdoc IPactum
    function expire(uint96 agreement) external nonReentrant returns (uint32 count) {
        Record storage record = _existing(agreement);
        (Pact pact, State state) = (record.pact, record.state);
        uint256 silent = _overdue(pact);
        if (silent <= state.next()) revert NothingExpired(agreement, SafeCast.toUint32(state.next()));
        count = SafeCast.toUint32(silent - state.next());

        Run memory run;
        _take(run, pact);
        if (state.outcome() != 0) {
            emit Settled(agreement, SafeCast.toUint32(state.next() - 1));
            state = _settleWaiting(run, record, pact, state);
        }
        state = _expire(run, agreement, record, pact, state, count);
        _credit(run);
        _keepOrClose(agreement, record, pact, state);
    }

    /// @inheritdoc IPactum
    function settle(uint96[] calldata agreements) external nonReentrant returns (uint256 settled) {
        Run memory run;
        for (uint256 i = 0; i < agreements.length; ++i) {
            if (_settleMatured(run, agreements[i])) ++settled;
        }
        _credit(run);
    }

    /// @inheritdoc IPactum
    function reportDigest(Header calldata header, uint256[] calldata rows) external view returns (bytes32) {
        return _reportDigest(header, keccak256(abi.encodePacked(rows)));
    }

    /// @dev Every row rests on all observers, and nobody signs what it did not observe.
    function _frameOf(Header calldata header, bytes32 rowsHash, uint256 signers, bytes calldata signatures)
        private
        view
        returns (Frame memory)
    {
        bytes32 digest = _reportDigest(header, rowsHash);
        (uint256 since, uint256 until) = COMMITTEE.verify(header.configuration, digest, header.observers, signers, signatures);
        return Frame(since, until, header.epoch, 0);
    }

    function _reportDigest(Header calldata header, bytes32 rowsHash) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPE, header, rowsHash)));
    }

    /// @dev Accepts one row, or says why not. The row that waits is of an earlier period, and its window is over: no period is shorter than
    /// the time in which the one before it can be reported and disputed.
    function _judge(uint256 row, Header calldata header, Frame memory frame, Run memory run) private returns (bool) {
        uint96 agreement = row.agreement();
        Record storage record = _records[agreement];
        (Pact pact, State state) = (record.pact, record.state);
        Skip reason = _objection(row, pact, state, frame, run);
        if (reason != Skip.None) {
            emit Skipped(agreement, row, reason);
            return false;
        }

        if (state.outcome() != 0) state = _settleWaiting(run, record, pact, state);
        uint256 silent = row.period() - state.next();
        if (silent != 0) state = _expire(run, agreement, record, pact, state, silent);
        if (frame.crew == 0) frame.crew = _internCrew(header.configuration, header.observers, header.payee);
        record.state = state.awaiting(row.outcome(), row.creditBps(), row.slashBps(), block.timestamp, frame.crew);
        emit Accepted(agreement, row);
        return true;
    }

    /// @dev The first reason not to accept a row, cheapest to find first.
    function _objection(uint256 row, Pact pact, State state, Frame memory frame, Run memory run) private returns (Skip) {
        if (!pact.exists()) return Skip.UnknownAgreement;
        uint256 period = row.period();
        if (period >= pact.periods()) return Skip.UnknownPeriod;
        if (period < state.next()) return Skip.AlreadyDecided;
        _take(run, pact);
        Skip reason = _objectionToTime(period, pact, frame, run.reportDeadline);
        return reason == Skip.None ? _objectionToVerdict(row, pact) : reason;
    }

    function _objectionToTime(uint256 period, Pact pact, Frame memory frame, uint256 deadline) private view returns (Skip) {
        (uint256 start, uint256 end) = _bounds(pact, period);
        if (!Windows.ended(end, block.timestamp)) return Skip.TooEarly;
        if (Windows.over(end, deadline, block.timestamp)) return Skip.TooLate;
        if ((end - 1) / EPOCH_LENGTH != frame.epoch) return Skip.ForeignEpoch;
        return Windows.isWithin(frame.since, frame.until, start) ? Skip.None : Skip.ForeignConfiguration;
    }

    function _objectionToVerdict(uint256 row, Pact pact) private pure returns (Skip) {
        uint256 outcome = row.outcome();
        if (outcome == 0 || outcome > uint256(type(Outcome).max)) return Skip.UnknownOutcome;
        return _isConsented(pact, outcome, row.creditBps(), row.slashBps()) ? Skip.None : Skip.OverCaps;
    }

    function _settleMatured(Run memory run, uint96 agreement) private returns (bool) {
        Record storage record = _records[agreement];
        (Pact pact, State state) = (record.pact, record.state);
        if (state.outcome() == 0 || !_isMature(pact, state)) return false;

        _take(run, pact);
        emit Settled(agreement, SafeCast.toUint32(state.next() - 1));
        _keepOrClose(agreement, record, pact, _settleWaiting(run, record, pact, state));
        return true;
    }

    /// @dev How many periods, counted from the first, are past their report deadline.
    function _overdue(Pact pact) private view returns (uint256) {
        (bool exists, uint256 lastEnd) = Windows.lastOver(_parametersAt(pact.parameters()).reportDeadline, block.timestamp);
        if (!exists) return 0;
        uint256 ended = Periods.ended(pact.kind(), pact.start(), pact.periodLength(), lastEnd);
        return Split.min(ended, pact.periods());
    }

    function _emitReported(Header calldata header, uint256 signers, bytes32 rowsHash) private {
        emit Reported(header.configuration, header.epoch, header.observationSet, header.observers, header.payee, signers, rowsHash);
    }
}
