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
        uint32 periods;
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
        uint32 next;
        uint40 batch; // the report that brought the pending row
        Outcome pending; // None: no row waits
        uint16 creditBps;
        uint16 slashBps;
        bool closed;
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

    /// @dev Settles the pending row if there is one and it has matured.
    function _settleMatured(uint96 agreement, Record storage record) internal returns (bool settled) {
        if (record.state.pending == Outcome.None) return false;
        Batch storage batch = _batches[record.state.batch];
        uint256 window = _parametersAt(record.parameters).disputeWindow;
        if (!Windows.over(batch.acceptedAt, window, block.timestamp)) return false;

        _settle(agreement, record, batch);
        return true;
    }

    /// @dev Settles `count` periods from `next` on as NoData. They are all alike, so that one division serves them.
    function _expire(uint96 agreement, Record storage record, uint32 count) internal {
        Listing storage listing = _listingAt(record.listing);
        Division memory each = Split.ofNoData(_pinned(record, listing));
        uint32 first = record.state.next;

        record.state.next = first + count;
        record.providerDue += each.provider * count;
        record.customerDue += each.customerFromFee * count;
        _daoDue[listing.token] += uint256(each.dao) * count;
        emit Expired(agreement, first, count, each);
    }

    /// @dev Releases what is left of the deposit once no period can claim any of it.
    function _closeIfDone(uint96 agreement, Record storage record) internal {
        State storage state = record.state;
        if (state.closed || state.next < record.periods || state.pending != Outcome.None) return;
        uint128 released = state.depositLeft;

        state.closed = true;
        state.depositLeft = 0;
        emit Closed(agreement, released);
        if (released != 0) ZONE.unlock(record.provider, _tokenOf(record), released);
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

    function _settle(uint96 agreement, Record storage record, Batch storage batch) private {
        State storage state = record.state;
        Outcome outcome = state.pending;
        uint32 period = state.next - 1;
        Listing storage listing = _listingAt(record.listing);
        Division memory division = _divisionOf(record, listing, outcome);

        state.pending = Outcome.None;
        state.depositLeft -= division.customerFromDeposit + division.slash;
        _credit(record, batch, listing.token, division);
        emit Settled(agreement, period, outcome, division);
    }

    function _credit(Record storage record, Batch storage batch, address token, Division memory division) private {
        record.providerDue += division.provider;
        if (division.customerFromFee != 0) record.customerDue += division.customerFromFee;
        uint128 fromDeposit = division.customerFromDeposit + division.slash;
        if (fromDeposit != 0) record.depositDue += fromDeposit;
        Pot storage pot = _pots[batch.configuration][token];
        pot.undivided += division.validators;
        pot.observations.increase(batch.observers);
        _relayDue[batch.payee][token] += division.relay;
        _daoDue[token] += division.dao;
    }

    function _divisionOf(Record storage record, Listing storage listing, Outcome outcome) private view returns (Division memory) {
        Split.Pinned memory pinned = _pinned(record, listing);
        if (outcome == Outcome.Met) return Split.ofMet(pinned);
        if (outcome == Outcome.NoData) return Split.ofNoData(pinned);
        State storage state = record.state;
        return Split.ofBreach(pinned, Split.Award(state.creditBps, state.slashBps, record.deposit, state.depositLeft));
    }

    function _pinned(Record storage record, Listing storage listing) private view returns (Split.Pinned memory) {
        Parameters storage parameters = _parametersAt(record.parameters);
        return Split.Pinned(record.fee, listing.relayFee, parameters.validatorBps, parameters.daoBps);
    }
}
