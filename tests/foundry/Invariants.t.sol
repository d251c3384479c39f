// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Handler} from "./support/Handler.sol";
import {Model} from "./support/Model.sol";
import {VM} from "./support/Vm.sol";

/// @notice What holds after every step of anybody, in any order.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;
    IPactum private pactum;
    IZone private zone;
    MockToken private token;
    address private provider;
    address private payee;

    function setUp() public {
        handler = new Handler();
        (address pactum_, address zone_, address token_, address provider_, address payee_) = handler.house();
        (pactum, zone, token, provider, payee) = (IPactum(pactum_), IZone(zone_), MockToken(token_), provider_, payee_);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[16] memory steps = [
            Handler.open.selector,
            Handler.open.selector,
            Handler.wait.selector,
            Handler.waitForAnEdge.selector,
            Handler.waitForAnEdge.selector,
            Handler.report.selector,
            Handler.report.selector,
            Handler.settle.selector,
            Handler.reportTogether.selector,
            Handler.settleAll.selector,
            Handler.expire.selector,
            Handler.claimProvider.selector,
            Handler.claimCustomer.selector,
            Handler.claimMember.selector,
            Handler.claimRelayAndDao.selector,
            Handler.moveStake.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), new bytes4[](steps.length + 1));
        for (uint256 i = 0; i < steps.length; ++i) {
            targets[0].selectors[i] = steps[i];
        }
        targets[0].selectors[steps.length] = Handler.configure.selector;
    }

    function invariant_theRulesOfMoneyHold() public view {
        theEscrowHoldsWhatItOwes();
        theZoneHoldsAllStake();
        lockedIsWhatAgreementsStandFor();
        everyAgreementOwesWhatTheModelSays();
        everyAgreementStandsWhereTheModelSays();
        everyMemberIsOwedWhatTheModelSays();
        theOthersAreOwedWhatTheModelSays();
    }

    /// @dev Invariants hold of steps that do nothing, too: this plays a fixed sequence and sees that every kind of step does something.
    function test_theStepsReachEverything() public {
        for (uint256 i = 0; i < 2000; ++i) {
            _step(i, uint256(keccak256(abi.encode(i))));
            if (i % 50 == 0) invariant_theRulesOfMoneyHold();
        }
        string[10] memory steps = ["open", "report", "settle", "expire", "provider", "customer", "member", "shared", "stake", "configure"];
        for (uint256 i = 0; i < steps.length; ++i) {
            VM.assertGe(handler.taken(steps[i]), 3, steps[i]);
        }
        VM.assertGe(handler.taken("breach"), 3, "breach");
        VM.assertGe(handler.taken("slash"), 3, "slash");
        VM.assertGe(handler.taken("report together"), 3, "report together");
        VM.assertGe(handler.taken("settle together"), 1, "settle together");
        VM.assertGe(handler.taken("closed"), 3, "closed");
    }

    function _step(uint256 i, uint256 seed) private {
        uint256 kind = i % 14;
        uint256 other = seed >> 128;
        if (kind == 0) handler.open(uint128(seed), uint128(other), uint16(seed), uint16(other), uint32(seed), uint8(other));
        if (kind == 1) handler.wait(uint32(seed));
        if (kind == 5) handler.reportTogether(seed, uint8(other), uint32(seed));
        if (kind == 2 || kind == 6) handler.waitForAnEdge(seed, uint8(other), other & 256 == 0);
        if (kind == 3 || kind == 7) _report(seed, other);
        if (kind == 4) handler.settle(seed);
        if (kind == 8) handler.expire(seed);
        if (kind == 9) handler.claimProvider(seed);
        if (kind == 10) handler.claimCustomer(seed);
        if (kind == 11) handler.claimMember(seed, other);
        if (kind == 12) handler.moveStake(uint128(seed), other % 2 == 0);
        if (kind == 13) handler.claimRelayAndDao();
        if (i % 50 == 25) handler.settleAll();
        if (i % 100 == 99) handler.configure(uint8(seed), uint32(other));
    }

    function _report(uint256 seed, uint256 other) private {
        handler.report(seed, seed >> 8, uint8(other), uint16(seed >> 16), uint16(other >> 8), uint8(seed >> 32));
    }

    /// @dev Exact, not only enough: what came in is owed or was paid, to the unit.
    function theEscrowHoldsWhatItOwes() private view {
        uint256 owed = 0;
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            uint256 undecided = model.periods - model.next + (model.waiting.outcome == 0 ? 0 : 1);
            owed += undecided * model.fee + model.provider + model.fees;
        }
        for (uint256 i = 0; i < handler.configurationCount(); ++i) {
            owed += handler.leftOf(i);
        }
        (uint256 relay, uint256 dao) = handler.sharedDue();
        VM.assertEq(token.balanceOf(address(pactum)), owed + relay + dao, "balance = owed");
        VM.assertEq(token.balanceOf(address(pactum)), handler.escrowed() - handler.paid(), "balance = in - out");
    }

    function theZoneHoldsAllStake() private view {
        (uint256 total, uint256 locked) = zone.stakeOf(provider, address(token));
        VM.assertEq(token.balanceOf(address(zone)), total, "balance = stake");
        VM.assertEq(total, handler.staked(), "stake = in - out");
        VM.assertLe(locked, total, "locked is a part of it");
    }

    /// @dev Nothing but what verdicts can still take, or took and the customer has not fetched, is locked.
    function lockedIsWhatAgreementsStandFor() private view {
        uint256 expected = 0;
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            bool done = model.next == model.periods && model.waiting.outcome == 0;
            expected += (done ? 0 : model.depositLeft) + model.fromDeposit;
        }
        (, uint256 locked) = zone.stakeOf(provider, address(token));
        VM.assertEq(locked, expected);
    }

    /// @dev The exact split, and nothing claimable before it matured: the model credits a row at its maturity, not earlier.
    function everyAgreementOwesWhatTheModelSays() private view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            (uint256 forProvider, uint256 fees, uint256 fromDeposit) = pactum.claimableOf(model.id);
            VM.assertEq(forProvider, model.provider, "provider");
            VM.assertEq(fees, model.fees, "customer from fees");
            VM.assertEq(fromDeposit, model.fromDeposit, "customer from deposit");
        }
    }

    function everyAgreementStandsWhereTheModelSays() private view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            bool done = model.next == model.periods && model.waiting.outcome == 0;
            VM.assertEq(found.next, model.next, "next");
            VM.assertEq(found.closed ? 1 : 0, done ? 1 : 0, "closed");
            VM.assertEq(found.depositLeft, done ? 0 : model.depositLeft, "deposit left");
            VM.assertEq(uint8(pactum.pendingOf(model.id).outcome), model.waiting.outcome, "row that waits");
            VM.assertLe(model.deposit - model.depositLeft, model.deposit, "no verdicts take more than was locked");
        }
    }

    /// @dev Whoever claimed and when: and together never more than what is left, nor less than that by a unit a member and set.
    function everyMemberIsOwedWhatTheModelSays() private view {
        for (uint256 i = 0; i < handler.configurationCount(); ++i) {
            uint32[] memory observerSets = handler.setsOf(i);
            uint256 sum = 0;
            for (uint256 member = 0; member < handler.sizes(i); ++member) {
                uint256 due = pactum.claimableOfMember(handler.configurations(i), address(token), member, observerSets);
                VM.assertEq(due, handler.dueTo(i, member), "member");
                sum += due;
            }
            VM.assertLe(sum, handler.leftOf(i), "not more than is left");
            VM.assertLe(handler.leftOf(i) - sum, observerSets.length * handler.sizes(i), "all of it but rounding");
        }
    }

    function theOthersAreOwedWhatTheModelSays() private view {
        (uint256 relay, uint256 dao) = handler.sharedDue();
        VM.assertEq(pactum.claimableOfRelay(payee, address(token)), relay);
        VM.assertEq(pactum.claimableOfDao(address(token)), dao);
    }
}
