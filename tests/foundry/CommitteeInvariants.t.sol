// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {CommitteeHandler} from "./support/CommitteeHandler.sol";
import {VM} from "./support/Vm.sol";

/// @notice What holds of bonds and configurations after every step of anybody, in any order.
contract CommitteeInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    CommitteeHandler private handler;
    ICommittee private committee;
    MockToken private token;
    mapping(string step => uint256) private _taken;

    function setUp() public {
        handler = new CommitteeHandler();
        (address committee_, address token_) = handler.house();
        (committee, token) = (ICommittee(committee_), MockToken(token_));
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[14] memory steps = [
            CommitteeHandler.wait.selector,
            CommitteeHandler.waitForAnEdge.selector,
            CommitteeHandler.waitForAnEdge.selector,
            CommitteeHandler.configure.selector,
            CommitteeHandler.configure.selector,
            CommitteeHandler.requireBond.selector,
            CommitteeHandler.post.selector,
            CommitteeHandler.withdraw.selector,
            CommitteeHandler.withdraw.selector,
            CommitteeHandler.expose.selector,
            CommitteeHandler.claimReporter.selector,
            CommitteeHandler.claimDao.selector,
            CommitteeHandler.lengthenHorizon.selector,
            CommitteeHandler.give.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), new bytes4[](steps.length));
        for (uint256 i = 0; i < steps.length; ++i) {
            targets[0].selectors[i] = steps[i];
        }
    }

    function invariant_theRulesOfBondsHold() public view {
        theContractHoldsWhatItOwes();
        whatCameInIsHeldPaidOrLost();
        everyAccountStandsWhereTheModelSays();
        everyConfigurationStandsWhereTheModelSays();
        nobodyLeavesBeforeItsPeriodsAreOver();
        nobodyThatWasCaughtCanReport();
    }

    /// @dev Invariants hold of steps that do nothing, too: this plays fixed sequences and sees that every kind of step does something.
    function test_theStepsReachEverything() public {
        string[4] memory refusals = ["refuse to configure", "refuse to pay a bond", "refuse to expose", "refuse to post"];
        string[6] memory steps = ["configure", "post", "withdraw", "expose", "reporter", "dao"];
        for (uint256 round = 0; round < 8; ++round) {
            setUp();
            for (uint256 i = 0; i < 300; ++i) {
                _step(i % 11, uint256(keccak256(abi.encode(round, i))));
                if (i % 50 == 0) invariant_theRulesOfBondsHold();
            }
            for (uint256 i = 0; i < steps.length; ++i) {
                _taken[steps[i]] += handler.taken(steps[i]);
            }
            for (uint256 i = 0; i < refusals.length; ++i) {
                _taken[refusals[i]] += handler.taken(refusals[i]);
            }
        }
        for (uint256 i = 0; i < steps.length; ++i) {
            VM.assertGe(_taken[steps[i]], 3, steps[i]);
        }
        for (uint256 i = 0; i < refusals.length; ++i) {
            VM.assertGe(_taken[refusals[i]], 3, refusals[i]);
        }
    }

    function _step(uint256 kind, uint256 seed) private {
        uint256 other = seed >> 128;
        if (kind == 0) handler.wait(uint32(seed));
        if (kind == 1 || kind == 6) handler.waitForAnEdge(seed, other & 1 == 1, other & 2 == 2);
        if (kind == 2) handler.configure(seed, other, uint32(seed >> 64));
        if (kind == 3) handler.requireBond(uint8(seed));
        if (kind == 4) handler.post(seed, uint8(other));
        if (kind == 5 || kind == 7) handler.withdraw(seed);
        if (kind == 8) handler.expose(seed, other, uint64(seed), bytes32(seed), bytes32(other));
        if (kind == 9) handler.claimReporter(seed);
        if (kind == 10) handler.claimDao();
        if (seed % 32 == 0) handler.lengthenHorizon(uint32(other));
        if (seed % 32 == 1) handler.give(uint8(other));
    }

    /// @dev Exact, not only enough: what came in is owed, was paid, or is nobody's because nobody posted it.
    function theContractHoldsWhatItOwes() private view {
        uint256 owed = committee.claimableOfDao();
        for (uint256 i = 0; i < 31; ++i) {
            owed += committee.bondOf(handler.addressOf(i)) + committee.claimableOfReporter(handler.addressOf(i));
        }
        VM.assertEq(token.balanceOf(address(committee)), owed + handler.given(), "balance = owed");
    }

    function whatCameInIsHeldPaidOrLost() private view {
        uint256 bonds = 0;
        uint256 dues = handler.dueToDao();
        for (uint256 i = 0; i < 31; ++i) {
            bonds += committee.bondOf(handler.addressOf(i));
            dues += handler.dueTo(i);
        }
        VM.assertEq(handler.posted(), bonds + handler.withdrawn() + handler.lost(), "bonds = in - out");
        VM.assertEq(handler.lost(), dues + handler.claimed(), "shares sum up to what was lost");
    }

    function everyAccountStandsWhereTheModelSays() private view {
        for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) {
            CommitteeHandler.Account memory model = handler.accountAt(i);
            address account = handler.addressOf(i);
            VM.assertEq(committee.bondOf(account), model.bond, "bond");
            VM.assertTrue(committee.isExposed(account) == model.exposed, "exposed");
            VM.assertEq(committee.servesUntil(account), handler.servesUntil(i), "serves until");
            VM.assertEq(committee.claimableOfReporter(account), handler.dueTo(i), "reporter");
        }
        VM.assertEq(committee.claimableOfDao(), handler.dueToDao(), "dao");
        VM.assertEq(committee.requiredBond(), handler.required(), "required");
    }

    function everyConfigurationStandsWhereTheModelSays() private view {
        for (uint256 i = 0; i < handler.reignCount(); ++i) {
            CommitteeHandler.Reign memory model = handler.reignAt(i);
            ICommittee.Configuration memory found = committee.configurationOf(model.configuration);
            VM.assertEq(found.index, i, "index");
            VM.assertEq(found.since, model.since, "since");
            VM.assertEq(found.until, model.until, "until");
            VM.assertEq(found.members.length, model.size, "n");
            VM.assertEq(found.quorum, (model.size - 1) / 3 * 2 + 1, "quorum");
            VM.assertEq(found.active, model.active, "active");
            VM.assertEq(committee.configurationAt(uint64(model.since)), model.configuration, "reigns from");
            VM.assertEq(committee.configurationAt(uint64(model.until - 1)), model.configuration, "reigns to");
        }
    }

    /// @dev Who may still be asked for a report has its bond, or lost it.
    function nobodyLeavesBeforeItsPeriodsAreOver() private view {
        for (uint256 i = 0; i < handler.reignCount(); ++i) {
            CommitteeHandler.Reign memory reign = handler.reignAt(i);
            if (!handler.canReport(i)) continue;
            ICommittee.Configuration memory found = committee.configurationOf(reign.configuration);
            for (uint256 place = 0; place < reign.size; ++place) {
                address account = found.members[place];
                bool active = (found.active >> place) & 1 == 1;
                VM.assertTrue(active != committee.isExposed(account), "a bit for everybody who was not caught");
                if (active) VM.assertGe(committee.bondOf(account), reign.required, "and a bond");
            }
        }
    }

    /// @dev All who are active make a report while they are a quorum, and nobody else makes one with them.
    function nobodyThatWasCaughtCanReport() private view {
        for (uint256 i = 0; i < handler.reignCount(); ++i) {
            CommitteeHandler.Reign memory reign = handler.reignAt(i);
            uint256 all = (uint256(1) << reign.size) - 1;
            if (!handler.canReport(i) || reign.active == all) continue;
            uint256 count = 0;
            for (uint256 place = 0; place < reign.size; ++place) {
                count += (reign.active >> place) & 1;
            }
            VM.assertTrue(handler.verifies(i, reign.active) == (count >= (reign.size - 1) / 3 * 2 + 1), "those who are left");
            VM.assertFalse(handler.verifies(i, all), "all");
        }
    }
}
