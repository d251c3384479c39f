// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Pact} from "../libraries/Pacts.sol";
import {Rows} from "../libraries/Rows.sol";
import {Split} from "../libraries/Split.sol";
import {State, States} from "../libraries/States.sol";
import {Reporting} from "./Reporting.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Rows that are disputed
/// @notice A dispute takes the row out of its agreement, which goes on as if nothing waited; the decision settles it. The Tribunal keeps
/// what the row said, and the bond.
abstract contract Holding is Reporting {
    using Rows for uint256;

    struct Kept {
        uint32 crew; // zero: no row is held
        uint96 reserve; // of the deposit
    }

    mapping(uint96 agreement => mapping(uint32 period => Kept)) private _kept;

    modifier onlyTribunal() {
        _requireTribunal();
        _;
    }

    /// @inheritdoc IPactum
    function hold(uint256 row) external onlyTribunal nonReentrant returns (Held memory held) {
        uint96 agreement = row.agreement();
        Record storage record = _existing(agreement);
        (Pact pact, State state) = (record.pact, record.state);
        if (!_isWaiting(row, state) || _isMature(pact, state)) revert NotDisputable(row);
        if (state.disputes() == States.MOST_DISPUTES) revert TooManyDisputes(agreement);
        uint256 reserve = _reserveFor(record, pact, state);

        held = _heldOf(record, pact, row);
        held.amount = pact.fee() + reserve;
        _kept[agreement][row.period()] = Kept(SafeCast.toUint32(state.crew()), SafeCast.toUint96(reserve));
        if (reserve != 0) {
            record.kept += SafeCast.toUint128(reserve);
            record.due = record.due.awarding(reserve);
        }
        record.state = state.cleared().disputed();
        emit RowHeld(agreement, row.period(), reserve);
    }

    /// @inheritdoc IPactum
    function decide(uint96 agreement, uint32 period, Outcome outcome, uint16 creditBps, uint16 slashBps, address winner)
        external
        onlyTribunal
        nonReentrant
    {
        Kept memory kept = _kept[agreement][period];
        if (kept.crew == 0) revert NotHeld(agreement, period);
        Record storage record = _records[agreement];
        Pact pact = record.pact;
        bool consented = outcome != Outcome.None && _isConsented(pact, uint256(outcome), creditBps, slashBps);
        if (!consented) revert OverConsent(outcome, creditBps, slashBps);

        delete _kept[agreement][period];
        _release(record, kept.reserve);
        Run memory run;
        _take(run, pact);
        _takeCrew(run, kept.crew);
        Split.Division memory division = _divide(_pinned(run, pact), Verdict(uint256(outcome), creditBps, slashBps), record.due);
        if (winner != address(0)) _reward(winner, run.token, division, outcome);
        State state = _book(run, record, record.state.undisputed(), division);
        _credit(run);
        emit Decided(agreement, period, outcome, creditBps, slashBps, winner);
        _keepOrClose(agreement, record, pact, state);
    }

    /// @dev Who showed that those who signed were wrong gets what they would have had; where the row becomes NoData, what would have gone
    /// back in their place.
    function _reward(address winner, address token, Split.Division memory division, Outcome outcome) private {
        uint256 reward = division.validators + division.relay;
        (division.validators, division.relay) = (0, 0);
        if (outcome == Outcome.NoData) (reward, division.customerFromFee) = (division.customerFromFee, 0);
        _winnerDue[winner][token] += reward;
    }

    function _release(Record storage record, uint256 reserve) private {
        if (reserve == 0) return;
        record.kept -= SafeCast.toUint128(reserve);
        record.due = record.due.releasing(reserve);
    }

    /// @dev What the row would take from the deposit if it were settled now.
    function _reserveFor(Record storage record, Pact pact, State state) private view returns (uint256) {
        if (state.outcome() != uint256(Outcome.Breach)) return 0;
        Parameters storage parameters = _parametersAt(pact.parameters());
        Split.Pinned memory pinned = Split.Pinned(pact.fee(), 0, parameters.validatorBps, parameters.daoBps);
        Verdict memory verdict = Verdict(state.outcome(), state.creditBps(), state.slashBps());
        Split.Division memory division = _divide(pinned, verdict, record.due);
        return division.customerFromDeposit + division.slash;
    }

    function _heldOf(Record storage record, Pact pact, uint256 row) private view returns (Held memory held) {
        held.customer = record.customer;
        held.provider = _providerOf(record);
        held.token = _tokenOf(pact);
        held.parameters = SafeCast.toUint32(pact.parameters());
        held.outcome = Outcome(row.outcome());
        held.creditBps = row.creditBps();
        held.slashBps = row.slashBps();
    }

    /// @dev What the row says of the verdict is what waits; the rest of the word decides nothing.
    function _isWaiting(uint256 row, State state) private pure returns (bool) {
        bool waits = state.outcome() != 0 && row.outcome() == state.outcome();
        bool same = row.creditBps() == state.creditBps() && row.slashBps() == state.slashBps();
        return waits && same && uint256(row.period()) + 1 == state.next();
    }

    function _requireTribunal() private view {
        if (msg.sender != TRIBUNAL) revert NotTribunal(msg.sender);
    }
}
