// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Bits} from "../libraries/Bits.sol";
import {Periods} from "../libraries/Periods.sol";
import {Rows} from "../libraries/Rows.sol";
import {Windows} from "../libraries/Windows.sol";
import {Opening} from "./Opening.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title From signed rows, or from silence, to verdicts
abstract contract Reporting is Opening {
    using Rows for uint256;

    bytes32 private constant REPORT_TYPE =
        keccak256("Report(bytes32 configuration,uint64 epoch,bytes32 observationSet,uint32 observers,address payee,bytes32 rowsHash)");

    /// @dev What every row of a report is held against.
    struct Frame {
        uint256 since; // reign of the configuration
        uint256 until;
        uint256 epoch;
        uint40 batch; // number of this report
    }

    /// @inheritdoc IPactum
    function report(Header calldata header, uint256[] calldata rows, uint256 signers, bytes calldata signatures)
        external
        nonReentrant
        returns (uint256 accepted)
    {
        if (rows.length == 0) revert NoRows();
        if (_isDeadEnd(header.payee)) revert UnusablePayee(header.payee);
        Frame memory frame = _frameOf(header, signers);
        bytes32 rowsHash = keccak256(abi.encodePacked(rows));
        COMMITTEE.verify(header.configuration, _reportDigest(header, rowsHash), signers, signatures);

        _emitReported(header, signers, rowsHash);
        Run memory run;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (_judge(rows[i], frame, run)) ++accepted;
        }
        _credit(run);
        if (accepted != 0) _keep(header, frame.batch);
    }

    /// @inheritdoc IPactum
    function expire(uint96 agreement) external nonReentrant returns (uint32 count) {
        Record storage record = _existing(agreement);
        State memory state = record.state;
        uint256 silent = _overdue(record);
        if (silent <= state.next) revert NothingExpired(agreement, state.next);
        uint24 expired = SafeCast.toUint24(silent - state.next);

        Run memory run;
        _settleMatured(run, agreement, record, state);
        _expire(run, agreement, record, state, expired);
        _credit(run);
        _keepOrClose(agreement, record, state);
        return expired;
    }

    /// @inheritdoc IPactum
    function settle(uint96[] calldata agreements) external nonReentrant returns (uint256 settled) {
        Run memory run;
        for (uint256 i = 0; i < agreements.length; ++i) {
            Record storage record = _records[agreements[i]];
            State memory state = record.state;
            if (!_settleMatured(run, agreements[i], record, state)) continue;
            _keepOrClose(agreements[i], record, state);
            ++settled;
        }
        _credit(run);
    }

    /// @inheritdoc IPactum
    function reportDigest(Header calldata header, uint256[] calldata rows) external view returns (bytes32) {
        return _reportDigest(header, keccak256(abi.encodePacked(rows)));
    }

    /// @dev Every row rests on all observers, and nobody signs what it did not observe.
    function _frameOf(Header calldata header, uint256 signers) private view returns (Frame memory) {
        (uint64 since, uint64 until, uint8 quorum, uint8 size) = COMMITTEE.reignOf(header.configuration);
        uint256 observers = header.observers;
        if (observers >> size != 0) revert ForeignObserver(observers, size);
        uint256 count = Bits.count(observers);
        if (count < quorum) revert TooFewObservers(count, quorum);
        if (signers & ~observers != 0) revert SignerWithoutObservation(signers, observers);
        return Frame(since, until, header.epoch, _lastBatch + 1);
    }

    function _reportDigest(Header calldata header, bytes32 rowsHash) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPE, header, rowsHash)));
    }

    /// @dev Accepts one row, or says why not.
    function _judge(uint256 row, Frame memory frame, Run memory run) private returns (bool) {
        uint96 agreement = row.agreement();
        uint32 period = row.period();
        Record storage record = _records[agreement];
        State memory state = record.state;
        Skip reason = _objection(row, record, state.next, frame, run);
        if (reason != Skip.None) {
            emit Skipped(agreement, period, row, reason);
            return false;
        }

        _settleMatured(run, agreement, record, state);
        if (period > state.next) _expire(run, agreement, record, state, SafeCast.toUint24(period - state.next));
        _await(row, state, frame.batch);
        record.state = state;
        emit Accepted(agreement, period, row, SafeCast.toUint64(block.timestamp + run.parameters.disputeWindow));
        return true;
    }

    function _await(uint256 row, State memory state, uint40 batch) private pure {
        ++state.next;
        state.batch = batch;
        state.pending = Outcome(row.outcome());
        state.creditBps = row.creditBps();
        state.slashBps = row.slashBps();
    }

    /// @dev The first reason not to accept a row, cheapest to find first.
    function _objection(uint256 row, Record storage record, uint256 next, Frame memory frame, Run memory run) private returns (Skip) {
        uint256 period = row.period();
        if (record.customer == address(0)) return Skip.UnknownAgreement;
        if (period >= record.periods) return Skip.UnknownPeriod;
        if (period < next) return Skip.AlreadyDecided;
        _take(run, record.parameters, record.listing);
        Skip reason = _objectionToTime(period, record, frame, run.parameters.reportDeadline);
        return reason == Skip.None ? _objectionToVerdict(row, record) : reason;
    }

    function _objectionToTime(uint256 period, Record storage record, Frame memory frame, uint256 deadline) private view returns (Skip) {
        (uint256 start, uint256 end) = _bounds(record, period);
        if (!Windows.ended(end, block.timestamp)) return Skip.TooEarly;
        if (Windows.over(end, deadline, block.timestamp)) return Skip.TooLate;
        if ((end - 1) / EPOCH_LENGTH != frame.epoch) return Skip.ForeignEpoch;
        bool reigned = start >= frame.since && !Windows.ended(frame.until, start);
        return reigned ? Skip.None : Skip.ForeignConfiguration;
    }

    function _objectionToVerdict(uint256 row, Record storage record) private view returns (Skip) {
        uint256 outcome = row.outcome();
        if (outcome == 0 || outcome > uint256(type(Outcome).max)) return Skip.UnknownOutcome;
        uint256 credit = row.creditBps();
        uint256 slash = row.slashBps();
        bool inside =
            outcome == uint256(Outcome.Breach) ? credit <= record.maxCreditBps && slash <= record.maxSlashBps : credit == 0 && slash == 0;
        return inside ? Skip.None : Skip.OverCaps;
    }

    function _bounds(Record storage record, uint256 period) internal view returns (uint256, uint256) {
        return Periods.bounds(record.kind, record.start, record.periodLength, period);
    }

    /// @dev How many periods, counted from the first, are past their report deadline.
    function _overdue(Record storage record) private view returns (uint256) {
        (bool exists, uint256 lastEnd) = Windows.lastOver(_parametersAt(record.parameters).reportDeadline, block.timestamp);
        if (!exists) return 0;
        uint256 ended = Periods.ended(record.kind, record.start, record.periodLength, lastEnd);
        return ended < record.periods ? ended : record.periods;
    }

    function _keep(Header calldata header, uint40 batch) private {
        _lastBatch = batch;
        _batches[batch] = Batch(header.configuration, header.payee, header.observers, SafeCast.toUint64(block.timestamp));
    }

    function _emitReported(Header calldata header, uint256 signers, bytes32 rowsHash) private {
        emit Reported(header.configuration, header.epoch, header.observationSet, header.observers, header.payee, signers, rowsHash);
    }
}
