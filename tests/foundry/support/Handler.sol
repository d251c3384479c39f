// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {CommitteeSteps} from "./CommitteeSteps.sol";
import {Model} from "./Model.sol";
import {VM} from "./Vm.sol";

/// @notice Governance changes all it can, at any time; and, from wherever the steps have led, everything can be brought to its end.
contract Handler is CommitteeSteps {
    using Model for Model.Agreement;

    // governance ------------------------------------------------------------------------------------------------------------------

    function setParameters(uint256 seed) external timed {
        IPactum.Parameters memory values = someParameters();
        values.reportDeadline = uint32(EPOCH + 1 + seed % 7 hours);
        values.disputeWindow = uint32(1 hours + (seed >> 16) % 8 hours);
        values.resolutionDeadline = uint32(1 hours + (seed >> 32) % 30 hours);
        values.thaw = uint32(uint256(values.reportDeadline) + values.disputeWindow + values.resolutionDeadline + (seed >> 48) % DAY);
        (values.validatorBps, values.daoBps) = (uint16(1000 + (seed >> 64) % 2000), uint16((seed >> 80) % 2000));
        values.disputeBondBps = uint16(1 + (seed >> 96) % 2000);
        values.arbiter = arbiterAt(seed >> 112);
        set(values);
        _remember(values);
        ++taken["parameters"];
    }

    function setListing(uint256 seed) external timed {
        relist(address(token), uint96(seed % 10_000_000), 100_000_000);
        ++taken["listing"];
    }

    function setTreasury(uint8 which) external timed {
        _treasury = treasuryAt(which);
        VM.prank(GOVERNOR);
        pactum.setTreasury(_treasury);
        ++taken["treasury"];
    }

    function pause(uint8 kind) external timed {
        bool paused = kind % 4 == 0;
        VM.prank(GOVERNOR);
        pactum.pauseOpening(paused);
        if (paused != _paused) ++taken["pause"];
        _paused = paused;
    }

    // the end ---------------------------------------------------------------------------------------------------------------------

    /// @notice Brings every agreement to its end by what is open to everyone, while committee, arbiters and parties are silent and opening
    /// is paused; then everybody claims everything. What is left is what members could not share, and the bonds of who still serves.
    function end() external {
        VM.prank(GOVERNOR);
        pactum.pauseOpening(true);
        _waitForTheEnd();
        _decideAll();
        _claimAll();
        _nothingIsLeft();
        _takeAllStake();
        _takeAllBonds();
        ++taken["end"];
    }

    function _waitForTheEnd() private {
        for (uint256 i = 0; i < _agreements.length; ++i) {
            Model.Agreement storage model = _agreements[i];
            _atLeast(model.endOf(model.periods) + model.terms.deadline);
            _atLeast(model.waiting.acceptedAt + model.terms.window);
        }
        for (uint256 i = 0; i < _disputes.length; ++i) {
            _atLeast(_disputes[i].deadline);
        }
    }

    function _atLeast(uint256 time) private {
        if (time > clock) clock = time;
        VM.warp(clock);
    }

    function _decideAll() private {
        for (uint256 i = 0; i < _disputes.length; ++i) {
            if (_disputes[i].open) _lapse(_disputes[i]);
        }
        _settleAll();
        for (uint256 i = 0; i < _agreements.length; ++i) {
            Model.Agreement storage model = _agreements[i];
            if (model.silent(clock) > model.next) _expire(model, model.silent(clock));
            VM.assertTrue(pactum.agreementOf(model.id).closed, "every agreement comes to its end");
        }
    }

    function _claimAll() private {
        for (uint256 i = 0; i < 2; ++i) {
            uint96[] memory served = _agreementsOf(providerAt(i), false);
            if (served.length != 0) _claimProvider(served, i, payoutAt(i));
            uint96[] memory used = _agreementsOf(customerAt(i), true);
            if (used.length != 0) _claimCustomer(used);
        }
        for (uint256 which = 0; which < _configurations.length; ++which) {
            for (uint256 member = 0; member < _configurations[which].numbers.length; ++member) {
                _claimMember(which, member);
            }
            _claimRelay(which, payeeAt(0));
            _claimRelay(which, payeeAt(1));
        }
        address[5] memory creditors = _creditors();
        for (uint256 i = 0; i < creditors.length; ++i) {
            _claimWinner(creditors[i]);
            _claimBond(creditors[i]);
        }
        _claimDao();
        _claimTribunalDao();
    }

    /// @dev Of each crew's earnings less than a unit for each of its members.
    function _nothingIsLeft() private view {
        uint256 dust = 0;
        for (uint256 i = 1; i < _crews.length; ++i) {
            uint256 size = 0;
            for (uint256 rest = _crews[i].observers; rest != 0; rest >>= 1) {
                size += rest & 1;
            }
            dust += size - 1;
        }
        VM.assertLe(token.balanceOf(address(pactum)), dust, "nothing is stuck in Pactum");
        VM.assertEq(token.balanceOf(address(tribunal)), 0, "nothing is stuck in the Tribunal");
        VM.assertEq(_lockedOf(providerAt(0)) + _lockedOf(providerAt(1)), 0, "no stake is locked for nothing");
    }

    function _takeAllStake() private {
        for (uint256 i = 0; i < 2; ++i) {
            address provider = providerAt(i);
            if (_staked[provider] > _thawing[provider]) _thaw(provider, _staked[provider] - _thawing[provider]);
        }
        clock += _longestThaw;
        VM.warp(clock);
        uint256 requests = 0;
        for (uint256 i = 0; i < _requests.length; ++i) {
            if (_requests[i].gone) continue;
            _withdraw(_requests[i], 2);
            ++requests;
        }
        VM.assertLe(token.balanceOf(address(zone)), requests, "nothing is stuck in the Zone");
    }

    /// @dev All but those of the newest configuration, which serves on.
    function _takeAllBonds() private {
        _configure(0, 4, clock + 1);
        clock += 1 + _horizon;
        VM.warp(clock);
        uint256 serving = 0;
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            address member = _candidates[i];
            if (_bondOf[member] != 0) _leave(member);
            serving += _bondOf[member];
        }
        _claimReporter();
        _claimCommitteeDao();
        VM.assertEq(bondToken.balanceOf(address(committee)), serving, "nothing is stuck in the Committee");
    }
}
