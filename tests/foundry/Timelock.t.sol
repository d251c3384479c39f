// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice Governance as it is meant to be: whatever can be changed is announced first, and nobody goes round it.
contract TimelockTest is House {
    uint256 private constant DELAY = 2 days;

    TimelockController private timelock;

    function setUp() public override {
        super.setUp();
        address[] memory proposers = new address[](1);
        proposers[0] = GOVERNOR;
        timelock = new TimelockController(DELAY, proposers, new address[](1), address(0)); // everybody executes, nobody is admin
        _handOver(address(pactum));
        _handOver(address(committee));
        _handOver(address(lawStone));
    }

    function _handOver(address owned) private {
        VM.prank(GOVERNOR);
        Ownable2Step(owned).transferOwnership(address(timelock));
        _schedule(owned, abi.encodeCall(Ownable2Step.acceptOwnership, ()));
        VM.warp(timeNow() + DELAY);
        _execute(owned, abi.encodeCall(Ownable2Step.acceptOwnership, ()));
    }

    function _schedule(address target, bytes memory call_) private {
        VM.prank(GOVERNOR);
        timelock.schedule(target, 0, call_, 0, 0, DELAY);
    }

    function _execute(address target, bytes memory call_) private {
        VM.prank(STRANGER);
        timelock.execute(target, 0, call_, 0, 0);
    }

    function test_aTimelockTakesOver() public view {
        VM.assertEq(Ownable2Step(address(pactum)).owner(), address(timelock));
        VM.assertEq(Ownable2Step(address(committee)).owner(), address(timelock));
        VM.assertEq(Ownable2Step(address(lawStone)).owner(), address(timelock));
    }

    function test_nobodyGoesRoundTheTimelock() public {
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR);
        VM.startPrank(GOVERNOR);
        VM.expectRevert(refusal);
        pactum.setParameters(someParameters());
        VM.expectRevert(refusal);
        committee.configure(members(4), uint64(timeNow() + 1));
        VM.expectRevert(refusal);
        committee.requireBond(1);
        VM.expectRevert(refusal);
        lawStone.breakLaw(law);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotGuardian.selector, GOVERNOR));
        pactum.pauseOpening(true);
    }

    function test_aChangeWaitsForTheWholeDelay() public {
        bytes memory call_ = abi.encodeCall(IPactum.setParameters, (someParameters()));
        _schedule(address(pactum), call_);
        VM.warp(timeNow() + DELAY - 1);
        VM.expectRevert();
        _execute(address(pactum), call_);
        VM.warp(timeNow() + 1);
        _execute(address(pactum), call_);
        VM.assertEq(pactum.currentParameters(), 2);
    }

    /// @dev Whoever does not like what is announced has time: the conditions that an opening names are those of its day.
    function test_agreementsOpenUnderTheOldRulesWhileNewOnesWait() public {
        bytes memory call_ = abi.encodeCall(IPactum.setParameters, (someParameters()));
        _schedule(address(pactum), call_);
        uint96 agreement = anAgreement(1);
        VM.warp(timeNow() + DELAY);
        _execute(address(pactum), call_);
        VM.assertEq(pactum.agreementOf(agreement).parameters, 1);
    }

    function test_lawsAndCommitteesAreChangedThroughIt() public {
        uint64 since = uint64(timeNow() + DELAY + 1);
        _schedule(address(committee), abi.encodeCall(ICommittee.configure, (members(4), since)));
        _schedule(address(lawStone), abi.encodeCall(ILawStone.breakLaw, (law)));
        VM.warp(timeNow() + DELAY);
        _execute(address(committee), abi.encodeCall(ICommittee.configure, (members(4), since)));
        _execute(address(lawStone), abi.encodeCall(ILawStone.breakLaw, (law)));
        VM.assertNotEq(committee.configurationAt(since), configuration);
        VM.assertEq(uint8(lawStone.statusOf(law)), uint8(ILawStone.Status.Broken));
    }

    /// @dev The one thing that cannot wait.
    function test_theGuardianPausesAtOnce() public {
        bytes memory call_ = abi.encodeCall(IPactum.setGuardian, (GUARDIAN));
        _schedule(address(pactum), call_);
        VM.warp(timeNow() + DELAY);
        _execute(address(pactum), call_);
        VM.prank(GUARDIAN);
        pactum.pauseOpening(true);
        VM.assertTrue(pactum.isOpeningPaused());
    }
}
