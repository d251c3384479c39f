// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../../contracts/interfaces/ITribunal.sol";
import {AgreementSteps} from "./AgreementSteps.sol";
import {Model} from "./Model.sol";
import {VM} from "./Vm.sol";

/// @notice What anybody may do about rows that wait, and the arbiters about disputes.
abstract contract DisputeSteps is AgreementSteps {
    using Model for Model.Agreement;

    /// @dev Mostly a row that waits; whatever does not wait, or has matured, is refused.
    function dispute(uint256 which, uint8 who, bool odd) external timed {
        if (_agreements.length == 0) return;
        uint256 index = _waiting(which);
        Model.Agreement storage model = _agreements[index];
        if (which % 16 != 0 && !model.disputable(clock)) return;
        address disputer = who % 2 == 0 ? WATCHTOWER : CUSTOMER;
        uint256 row_ = _word(model.id, model.waiting.period, model.waiting.verdict);
        if (odd && who % 8 == 0) row_ ^= uint256(1) << 96; // another credit than the one that waits
        if (row_ != _word(model.id, model.waiting.period, model.waiting.verdict) || !model.disputable(clock)) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, row_));
            VM.prank(disputer);
            tribunal.dispute(row_, GROUNDS, type(uint256).max);
            ++taken["dispute refused"];
            return;
        }
        uint256 bond = model.bondOf();
        VM.prank(disputer);
        VM.assertEq(tribunal.dispute(row_, GROUNDS, bond), bond, "bond");
        _pay(disputer, address(tribunal), bond);
        _hold(index, bond, disputer);
    }

    function confirm(uint256 which, bool stranger) external timed {
        (bool found, uint256 number) = _undecided(which);
        if (!found) return;
        bool refused = _expectRulingRefused(number, stranger);
        Dispute storage dispute_ = _disputes[number];
        Model.Agreement storage model = _agreements[dispute_.agreement];
        VM.prank(stranger ? STRANGER : model.terms.arbiter);
        tribunal.confirm(model.id, uint32(dispute_.row.period));
        if (refused) return;
        uint256 half = dispute_.bond / 2;
        address heldUp = dispute_.row.verdict.outcome == Model.BREACH ? model.terms.customer : model.terms.provider;
        _tribunalDao += half;
        _tribunalDue[heldUp] += dispute_.bond - half;
        _decide(dispute_, dispute_.row.verdict, address(0));
        ++taken["confirm"];
    }

    function replace(uint256 which, uint8 outcome, uint16 credit, uint16 slash, bool stranger) external timed {
        (bool found, uint256 number) = _undecided(which);
        if (!found) return;
        Dispute storage dispute_ = _disputes[number];
        Model.Agreement storage model = _agreements[dispute_.agreement];
        Model.Verdict memory verdict = Model.Verdict(outcome % 3 + 1, 0, 0);
        if (verdict.outcome == Model.BREACH) (verdict.creditBps, verdict.slashBps) = _asked(model, credit, slash);
        bool refused = _expectRulingRefused(number, stranger) || _expectVerdictRefused(dispute_, verdict);
        VM.prank(stranger ? STRANGER : model.terms.arbiter);
        tribunal.replace(
            model.id, uint32(dispute_.row.period), IPactum.Outcome(verdict.outcome), uint16(verdict.creditBps), uint16(verdict.slashBps)
        );
        if (refused) return;
        _tribunalDue[dispute_.disputer] += dispute_.bond;
        _decide(dispute_, verdict, dispute_.disputer);
        ++taken["replace"];
    }

    function lapse(uint256 which) external timed {
        (bool found, uint256 number) = _undecided(which);
        if (!found) return;
        Dispute storage dispute_ = _disputes[number];
        if (clock < dispute_.deadline) {
            VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlineAhead.selector, dispute_.deadline));
            tribunal.lapse(_agreements[dispute_.agreement].id, uint32(dispute_.row.period));
        } else {
            _lapse(dispute_);
        }
    }

    /// @dev What was decided is not decided again, and not disputed again.
    function decideAgain(uint256 which) external timed {
        if (_disputes.length == 0) return;
        Dispute storage dispute_ = _disputes[which % _disputes.length];
        if (dispute_.open) return;
        Model.Agreement storage model = _agreements[dispute_.agreement];
        uint32 period = uint32(dispute_.row.period);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NoDispute.selector, model.id, period));
        tribunal.lapse(model.id, period);
        uint256 row_ = _word(model.id, period, dispute_.row.verdict);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, row_));
        VM.prank(WATCHTOWER);
        tribunal.dispute(row_, GROUNDS, type(uint256).max);
        ++taken["decide again"];
    }

    function claimWinner(uint8 who) external timed {
        _claimWinner(who % 2 == 0 ? WATCHTOWER : CUSTOMER);
    }

    function claimBond(uint8 who) external timed {
        _claimBond(_creditors()[who % 5]);
    }

    function claimTribunalDao() external timed {
        _claimTribunalDao();
    }

    // what the steps share --------------------------------------------------------------------------------------------------------

    function _lapse(Dispute storage dispute_) internal {
        tribunal.lapse(_agreements[dispute_.agreement].id, uint32(dispute_.row.period));
        _tribunalDue[dispute_.disputer] += dispute_.bond;
        _decide(dispute_, dispute_.row.verdict, address(0));
        ++taken["lapse"];
    }

    function _claimWinner(address winner) internal {
        uint256 due = _totals.winner[winner];
        _totals.winner[winner] = 0;
        _claim(address(pactum), abi.encodeCall(IPactum.claimWinner, (winner, address(token))), due, winner, "winner");
    }

    function _claimBond(address account) internal {
        uint256 due = _tribunalDue[account];
        _tribunalDue[account] = 0;
        _claim(address(tribunal), abi.encodeCall(ITribunal.claim, (account, address(token))), due, account, "bond");
    }

    function _claimTribunalDao() internal {
        uint256 due = _tribunalDao;
        _tribunalDao = 0;
        _claim(address(tribunal), abi.encodeCall(ITribunal.claimDao, (address(token))), due, _treasury, "tribunal dao");
    }

    /// @dev Whoever the Tribunal can owe anything.
    function _creditors() internal view returns (address[5] memory) {
        return [WATCHTOWER, customerAt(0), customerAt(1), providerAt(0), providerAt(1)];
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    /// @dev Mostly an agreement with a row that waits.
    function _waiting(uint256 which) private view returns (uint256 index) {
        index = _index(which);
        if (which % 16 == 0) return index; // whatever it is
        for (uint256 i = 0; i < _agreements.length; ++i) {
            uint256 other = (index + i) % _agreements.length;
            if (_agreements[other].disputable(clock)) return other;
        }
    }

    /// @dev Mostly the newest, which the arbiter can still decide.
    function _undecided(uint256 which) private view returns (bool, uint256) {
        uint256 count = _disputes.length;
        uint256 offset = which % 4 == 0 && count != 0 ? (which >> 2) % count : 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 number = count - 1 - (i + offset) % count;
            if (_disputes[number].open) return (true, number);
        }
        return (false, 0);
    }

    function _hold(uint256 index, uint256 bond, address disputer) private {
        Model.Agreement storage model = _agreements[index];
        (Model.Row memory row_, uint256 reserve) = model.hold();
        _disputes.push(Dispute(index, row_, reserve, bond, disputer, clock + model.terms.resolution, true));
        if (reserve != 0) ++taken["reserve"];
        ++taken["dispute"];
    }

    function _decide(Dispute storage dispute_, Model.Verdict memory verdict, address winner) private {
        Model.Agreement storage model = _agreements[dispute_.agreement];
        dispute_.open = false;
        model.decide(_totals, dispute_.reserve, verdict, dispute_.row.crew, winner);
        if (model.closed()) ++taken["closed by a decision"];
    }

    function _expectRulingRefused(uint256 number, bool stranger) private returns (bool) {
        Dispute storage dispute_ = _disputes[number];
        address arbiter = _agreements[dispute_.agreement].terms.arbiter;
        if (stranger) VM.expectRevert(abi.encodeWithSelector(ITribunal.NotArbiter.selector, STRANGER, arbiter));
        else if (clock >= dispute_.deadline) VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, dispute_.deadline));
        return stranger || clock >= dispute_.deadline;
    }

    function _expectVerdictRefused(Dispute storage dispute_, Model.Verdict memory verdict) private returns (bool) {
        Model.Agreement storage model = _agreements[dispute_.agreement];
        if (keccak256(abi.encode(verdict)) == keccak256(abi.encode(dispute_.row.verdict))) {
            VM.expectRevert(ITribunal.NoChange.selector);
            return true;
        }
        if (model.consented(verdict)) return false;
        bytes4 refusal = IPactum.OverConsent.selector;
        VM.expectRevert(abi.encodeWithSelector(refusal, verdict.outcome, verdict.creditBps, verdict.slashBps));
        return true;
    }
}
