// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Split} from "../libraries/Split.sol";
import {Windows} from "../libraries/Windows.sol";
import {Purses} from "./Purses.sol";

/// @title The agreements, and who is owed what
/// @notice A row waits in its agreement until it matures; settling it divides the period's fee among five: the provider and the customer
/// of the agreement, whose accounts are kept here, and those whose are kept in Purses. No token moves here.
abstract contract Ledger is Purses {
    /// @dev Each group is one storage slot.
    struct Record {
        address customer;
        uint40 start;
        uint24 periods;
        PeriodKind kind;
        //
        address provider;
        uint32 periodLength;
        uint16 parameters;
        uint16 listing;
        uint16 maxCreditBps;
        uint16 maxSlashBps;
        //
        bytes32 terms;
        //
        bytes32 law;
        //
        uint128 fee;
        uint128 deposit;
        //
        State state;
        //
        uint128 providerDue;
        uint128 customerDue; // out of the fees
        //
        uint128 depositDue; // to the customer, out of the locked deposit
    }

    /// @dev What changes while an agreement runs; one slot. The pending row is that of period `next - 1`.
    struct State {
        uint128 depositLeft;
        uint24 next;
        uint24 met; // settled Met periods that the provider has not claimed: all alike, so they are counted and not summed
        uint40 batch; // the report that brought the pending row
        Outcome pending; // None: no row waits
        uint16 creditBps;
        uint16 slashBps;
    }

    mapping(uint96 agreement => Record) internal _records;

    /// @dev Settles the pending row if there is one and it has matured. The caller keeps `state`, and credits `run` in the end.
    function _settleMatured(Run memory run, uint96 agreement, Record storage record, State memory state) internal returns (bool settled) {
        if (state.pending == Outcome.None) return false;
        _take(run, record.parameters, record.listing);
        _takeBatch(run, state.batch);
        if (!Windows.over(run.batch.acceptedAt, run.parameters.disputeWindow, block.timestamp)) return false;

        _settle(run, agreement, record, state);
        return true;
    }

    /// @dev Settles `count` periods from `next` on as NoData. They are all alike, so that one division serves them.
    function _expire(Run memory run, uint96 agreement, Record storage record, State memory state, uint24 count) internal {
        _take(run, record.parameters, record.listing);
        Division memory each = Split.ofNoData(_pinned(run.parameters, run.listing, record.fee));
        uint24 first = state.next;

        state.next = first + count;
        record.providerDue += each.provider * count;
        record.customerDue += each.customerFromFee * count;
        _daoDue[run.listing.token] += uint256(each.dao) * count;
        emit Expired(agreement, first, count, each);
    }

    /// @dev Keeps the state after a step that settled something; releases the rest of the deposit once no period can claim any of it.
    function _keepOrClose(uint96 agreement, Record storage record, State memory state) internal {
        uint128 released = state.depositLeft;
        bool closes = _isDone(record, state);
        if (closes) state.depositLeft = 0;

        record.state = state;
        if (!closes) return;
        emit Closed(agreement, released);
        if (released != 0) ZONE.unlock(record.provider, _tokenOf(record), released);
    }

    /// @dev Every period is settled. What brings this about also closes the agreement.
    function _isDone(Record storage record, State memory state) internal view returns (bool) {
        return state.next == record.periods && state.pending == Outcome.None;
    }

    /// @dev What the provider may claim: its share of the Met periods, and what other periods left it.
    function _providerDue(Record storage record, uint256 met) internal view returns (uint256) {
        if (met == 0) return record.providerDue;
        Parameters memory parameters = _parametersAt(record.parameters);
        Division memory each = Split.ofMet(_pinned(parameters, _listingAt(record.listing), record.fee));
        return record.providerDue + met * each.provider;
    }

    function _existing(uint96 agreement) internal view returns (Record storage record) {
        record = _records[agreement];
        if (record.customer == address(0)) revert UnknownAgreement(agreement);
    }

    function _tokenOf(Record storage record) internal view returns (address) {
        return _listingAt(record.listing).token;
    }

    function _settle(Run memory run, uint96 agreement, Record storage record, State memory state) private {
        Outcome outcome = state.pending;
        Division memory division = _divisionOf(run, record, state);

        state.pending = Outcome.None;
        if (outcome == Outcome.Met) ++state.met;
        else _creditParties(record, state, division);
        _sum(run, division);
        emit Settled(agreement, state.next - 1, outcome, division);
    }

    function _creditParties(Record storage record, State memory state, Division memory division) private {
        uint128 fromDeposit = division.customerFromDeposit + division.slash;
        state.depositLeft -= fromDeposit;
        record.providerDue += division.provider;
        record.customerDue += division.customerFromFee;
        record.depositDue += fromDeposit;
    }

    function _divisionOf(Run memory run, Record storage record, State memory state) private view returns (Division memory) {
        Split.Pinned memory pinned = _pinned(run.parameters, run.listing, record.fee);
        if (state.pending == Outcome.Met) return Split.ofMet(pinned);
        if (state.pending == Outcome.NoData) return Split.ofNoData(pinned);
        return Split.ofBreach(pinned, Split.Award(state.creditBps, state.slashBps, record.deposit, state.depositLeft));
    }

    function _pinned(Parameters memory parameters, Listing memory listing, uint128 fee) private pure returns (Split.Pinned memory) {
        return Split.Pinned(fee, listing.relayFee, parameters.validatorBps, parameters.daoBps);
    }
}
