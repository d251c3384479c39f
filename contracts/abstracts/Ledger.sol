// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../interfaces/ICommittee.sol";
import {IPactum} from "../interfaces/IPactum.sol";
import {IZone} from "../interfaces/IZone.sol";
import {Bits} from "../libraries/Bits.sol";
import {Split} from "../libraries/Split.sol";
import {Windows} from "../libraries/Windows.sol";
import {Rulebook} from "./Rulebook.sol";

/// @title The agreements, and who is owed what
/// @notice A row waits in its agreement until it matures; settling it divides the period's fee among five accounts: the provider and the
/// customer of the agreement, the pot of the configuration that signed, the relay's payee and the DAO. No token moves here.
abstract contract Ledger is Rulebook {
    using Bits for Bits.Counters;

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

    /// @dev What the rows of one report have in common.
    struct Batch {
        bytes32 configuration;
        address payee;
        uint32 observers;
        uint64 acceptedAt;
    }

    /// @dev What a configuration earned in one token. It is divided among the members whenever one of them claims.
    struct Pot {
        uint256 undivided;
        Bits.Counters observations; // since the last division
        mapping(uint256 member => uint256) due;
    }

    ICommittee public immutable COMMITTEE;
    IZone public immutable ZONE;

    mapping(uint96 agreement => Record) internal _records;
    mapping(uint256 batch => Batch) internal _batches;
    uint40 internal _lastBatch;
    mapping(bytes32 configuration => mapping(address token => Pot)) internal _pots;
    mapping(address payee => mapping(address token => uint256)) internal _relayDue;
    mapping(address token => uint256) internal _daoDue;

    constructor(address zone, address committee) {
        ZONE = IZone(zone);
        COMMITTEE = ICommittee(committee);
    }

    /// @dev Settles the pending row if there is one and it has matured. The caller keeps `state`.
    function _settleMatured(uint96 agreement, Record storage record, State memory state) internal returns (bool settled) {
        if (state.pending == Outcome.None) return false;
        Batch storage batch = _batches[state.batch];
        uint256 window = _parametersAt(record.parameters).disputeWindow;
        if (!Windows.over(batch.acceptedAt, window, block.timestamp)) return false;

        _settle(agreement, record, state, batch);
        return true;
    }

    /// @dev Settles `count` periods from `next` on as NoData. They are all alike, so that one division serves them.
    function _expire(uint96 agreement, Record storage record, State memory state, uint24 count) internal {
        Listing storage listing = _listingAt(record.listing);
        Division memory each = Split.ofNoData(_pinned(record, listing));
        uint24 first = state.next;

        state.next = first + count;
        record.providerDue += each.provider * count;
        record.customerDue += each.customerFromFee * count;
        _daoDue[listing.token] += uint256(each.dao) * count;
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
        return record.providerDue + met * Split.ofMet(_pinned(record, _listingAt(record.listing))).provider;
    }

    /// @dev Gives each member its part of what the pot holds. Rounding leaves a remainder, which stays for the next division.
    function _divide(bytes32 configuration, address token, uint256 members) internal {
        Pot storage pot = _pots[configuration][token];
        (uint256[] memory parts, uint256 divided, uint256 observations) = _parts(pot, members);
        if (divided == 0) return;

        pot.undivided -= divided;
        pot.observations.clear(members);
        for (uint256 member = 0; member < members; ++member) {
            if (parts[member] != 0) pot.due[member] += parts[member];
        }
        emit PotDivided(configuration, token, divided, observations);
    }

    /// @dev What each member would get if the pot were divided now, in proportion to its observations, rounded down.
    function _parts(Pot storage pot, uint256 members)
        internal
        view
        returns (uint256[] memory parts, uint256 divided, uint256 observations)
    {
        parts = new uint256[](members);
        for (uint256 member = 0; member < members; ++member) {
            parts[member] = pot.observations.counted(member);
            observations += parts[member];
        }
        if (observations == 0) return (parts, 0, 0);
        uint256 undivided = pot.undivided;
        for (uint256 member = 0; member < members; ++member) {
            parts[member] = undivided * parts[member] / observations;
            divided += parts[member];
        }
    }

    function _existing(uint96 agreement) internal view returns (Record storage record) {
        record = _records[agreement];
        if (record.customer == address(0)) revert UnknownAgreement(agreement);
    }

    function _tokenOf(Record storage record) internal view returns (address) {
        return _listingAt(record.listing).token;
    }

    function _settle(uint96 agreement, Record storage record, State memory state, Batch storage batch) private {
        Outcome outcome = state.pending;
        Listing storage listing = _listingAt(record.listing);
        Division memory division = _divisionOf(record, state, listing);

        state.pending = Outcome.None;
        if (outcome == Outcome.Met) ++state.met;
        else _creditParties(record, state, division);
        _creditOthers(batch, listing.token, division);
        emit Settled(agreement, state.next - 1, outcome, division);
    }

    function _creditParties(Record storage record, State memory state, Division memory division) private {
        uint128 fromDeposit = division.customerFromDeposit + division.slash;
        state.depositLeft -= fromDeposit;
        record.providerDue += division.provider;
        record.customerDue += division.customerFromFee;
        record.depositDue += fromDeposit;
    }

    function _creditOthers(Batch storage batch, address token, Division memory division) private {
        Pot storage pot = _pots[batch.configuration][token];
        pot.undivided += division.validators;
        pot.observations.increase(batch.observers);
        _relayDue[batch.payee][token] += division.relay;
        _daoDue[token] += division.dao;
    }

    function _divisionOf(Record storage record, State memory state, Listing storage listing) private view returns (Division memory) {
        Split.Pinned memory pinned = _pinned(record, listing);
        if (state.pending == Outcome.Met) return Split.ofMet(pinned);
        if (state.pending == Outcome.NoData) return Split.ofNoData(pinned);
        return Split.ofBreach(pinned, Split.Award(state.creditBps, state.slashBps, record.deposit, state.depositLeft));
    }

    function _pinned(Record storage record, Listing storage listing) private view returns (Split.Pinned memory) {
        Parameters storage parameters = _parametersAt(record.parameters);
        return Split.Pinned(record.fee, listing.relayFee, parameters.validatorBps, parameters.daoBps);
    }
}
