// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Due} from "../libraries/Dues.sol";
import {Pact} from "../libraries/Pacts.sol";
import {Periods} from "../libraries/Periods.sol";
import {Split} from "../libraries/Split.sol";
import {State} from "../libraries/States.sol";
import {Windows} from "../libraries/Windows.sol";
import {Purses} from "./Purses.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The agreements, and who is owed what
/// @notice A row waits in its agreement until it matures; settling it divides the period's fee among five: the provider and the customer
/// of the agreement, whose accounts are kept here, and those whose are kept in Purses. No token moves here.
abstract contract Ledger is Purses {
    /// @dev A row that waits is read, and the next one written, in `state` alone; the rules for it are in `pact` alone.
    struct Record {
        Pact pact;
        State state;
        Due due;
        bytes32 claimant; // the provider, after the last 96 bits of the token's address: a claim that names the token reads this slot alone
        address customer;
        uint32 noticePeriods;
        uint128 kept; // of the deposit, for rows that disputes hold; part of what is awarded
        uint128 taken; // of the deposit, by the customer
    }

    /// @dev A verdict to settle.
    struct Verdict {
        uint256 outcome;
        uint256 creditBps;
        uint256 slashBps;
    }

    mapping(uint256 agreement => Record) internal _records;

    /// @dev Settles the row that waits. The caller has the rules of the agreement at hand, keeps the state it gets, and credits `run` in the
    /// end.
    function _settleWaiting(Run memory run, Record storage record, Pact pact, State state) internal returns (State) {
        _takeCrew(run, state.crew());
        uint256 outcome = state.outcome();
        if (outcome != uint256(Outcome.Met)) {
            Verdict memory verdict = Verdict(outcome, state.creditBps(), state.slashBps());
            return _book(run, record, state.cleared(), _divide(_pinned(run, pact), verdict, record.due));
        }
        (uint256 provider, uint256 validators, uint256 dao) = Split.shares(pact.fee(), run.validatorBps, run.daoBps);
        uint256 relay = Split.floorRelay(run.relayFee, validators);
        _sum(run, validators - relay, relay, dao);
        return state.cleared().credited(provider);
    }

    /// @dev Keeps what a division gives to the parties, and sums what it gives to others.
    function _book(Run memory run, Record storage record, State state, Split.Division memory division) internal returns (State) {
        _sum(run, division.validators, division.relay, division.dao);
        record.due = record.due.credited(division.customerFromFee).awarding(division.customerFromDeposit + division.slash);
        return state.credited(division.provider);
    }

    /// @dev Settles `count` periods from `next` on as NoData. They are all alike, so that one division serves them. The caller has the rules
    /// of the agreement at hand.
    function _expire(Run memory run, uint96 agreement, Record storage record, Pact pact, State state, uint256 count)
        internal
        returns (State)
    {
        (uint256 provider, uint256 validators, uint256 dao) = Split.shares(pact.fee(), run.validatorBps, run.daoBps);
        _sum(run, 0, 0, dao * count);
        record.due = record.due.credited(validators * count);
        emit Expired(agreement, SafeCast.toUint32(state.next()), SafeCast.toUint32(count));
        return state.past(count).credited(provider * count);
    }

    /// @dev Keeps the state after a step that settled something; releases the rest of the deposit once no period can claim any of it.
    function _keepOrClose(uint96 agreement, Record storage record, Pact pact, State state) internal {
        record.state = state;
        if (!_isDone(pact, state)) return;
        uint256 released = record.due.depositLeft();
        emit Closed(agreement, released);
        if (released != 0) ZONE.unlock(_providerOf(record), _tokenOf(pact), released);
    }

    /// @dev Every period is settled. The one step that brings this about closes the agreement; none can follow it.
    function _isDone(Pact pact, State state) internal pure returns (bool) {
        return state.next() == pact.periods() && state.outcome() == 0 && state.disputes() == 0;
    }

    function _isMature(Pact pact, State state) internal view returns (bool) {
        return Windows.over(state.acceptedAt(), _parametersAt(pact.parameters()).disputeWindow, block.timestamp);
    }

    function _divide(Split.Pinned memory pinned, Verdict memory verdict, Due due) internal pure returns (Split.Division memory) {
        if (verdict.outcome == uint256(Outcome.Met)) return Split.ofMet(pinned);
        if (verdict.outcome == uint256(Outcome.NoData)) return Split.ofNoData(pinned);
        return Split.ofBreach(pinned, Split.Award(verdict.creditBps, verdict.slashBps, due.deposit(), due.depositLeft()));
    }

    /// @dev A breach asks for no more than the provider consented to, any other outcome for nothing.
    function _isConsented(Pact pact, uint256 outcome, uint256 creditBps, uint256 slashBps) internal pure returns (bool) {
        if (outcome == uint256(Outcome.Breach)) return creditBps <= pact.maxCreditBps() && slashBps <= pact.maxSlashBps();
        return creditBps == 0 && slashBps == 0;
    }

    function _bounds(Pact pact, uint256 period) internal pure returns (uint256, uint256) {
        return Periods.bounds(pact.kind(), pact.start(), pact.periodLength(), period);
    }

    function _tokenOf(Pact pact) internal view returns (address) {
        return _listingAt(pact.listing()).token;
    }

    function _providerOf(Record storage record) internal view returns (address) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(uint256(record.claimant)));
    }

    /// @dev No two listed tokens end alike, and what is not listed nobody has here.
    function _claimantOf(address provider, address token) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(token)) << 160 | uint160(provider));
    }

    function _existing(uint96 agreement) internal view returns (Record storage record) {
        record = _records[agreement];
        if (!record.pact.exists()) revert UnknownAgreement(agreement);
    }
}
