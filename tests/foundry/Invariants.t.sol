// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../contracts/interfaces/ITribunal.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Books} from "./support/Books.sol";
import {Handler} from "./support/Handler.sol";
import {Model} from "./support/Model.sol";
import {VM} from "./support/Vm.sol";

/// @notice What holds after every step of anybody, in any order; and that from there everything comes to its end. With one seed, Forge
/// takes the same steps for every rule: the many steps are taken for all rules in turn, and few for each alone, which names what broke.
/// forge-config: default.invariant.runs = 2
/// forge-config: deep.invariant.runs = 24
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;
    IPactum private pactum;
    IZone private zone;
    ITribunal private tribunal;
    ICommittee private committee;
    MockToken private token;
    MockToken private bondToken;

    function setUp() public {
        handler = new Handler();
        handler.setUp();
        address[6] memory at_;
        (at_[0], at_[1], at_[2], at_[3], at_[4], at_[5]) = handler.addresses();
        (pactum, zone, tribunal, committee) = (IPactum(at_[0]), IZone(at_[1]), ITribunal(at_[2]), ICommittee(at_[3]));
        (token, bondToken) = (MockToken(at_[4]), MockToken(at_[5]));
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), _steps());
    }

    /// @dev Steps are named as often as they are to be taken in comparison to others.
    function _steps() private view returns (bytes4[] memory steps) {
        bytes4[37] memory once = [
            handler.open.selector,
            handler.wait.selector,
            handler.waitForAnEdge.selector,
            handler.report.selector,
            handler.reportTogether.selector,
            handler.settle.selector,
            handler.settleAll.selector,
            handler.expire.selector,
            handler.terminate.selector,
            handler.dispute.selector,
            handler.confirm.selector,
            handler.replace.selector,
            handler.lapse.selector,
            handler.decideAgain.selector,
            handler.claimProvider.selector,
            handler.claimCustomer.selector,
            handler.claimMember.selector,
            handler.claimRelay.selector,
            handler.claimDao.selector,
            handler.claimWinner.selector,
            handler.claimBond.selector,
            handler.claimTribunalDao.selector,
            handler.stake.selector,
            handler.thaw.selector,
            handler.restake.selector,
            handler.withdraw.selector,
            handler.configure.selector,
            handler.expose.selector,
            handler.post.selector,
            handler.requireBond.selector,
            handler.takeBond.selector,
            handler.claimReporter.selector,
            handler.claimCommitteeDao.selector,
            handler.setParameters.selector,
            handler.setListing.selector,
            handler.setTreasury.selector,
            handler.pause.selector
        ];
        uint8[37] memory often =
            [uint8(5), 1, 7, 7, 6, 1, 2, 1, 1, 6, 3, 5, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        steps = new bytes4[](74);
        uint256 count = 0;
        for (uint256 i = 0; i < once.length; ++i) {
            for (uint256 j = 0; j < often[i]; ++j) {
                steps[count++] = once[i];
            }
        }
    }

    /// @notice No stuck money: wherever the steps have led, every agreement is driven to its end and everybody claims everything.
    function afterInvariant() public {
        handler.end();
        check();
    }

    // rules -----------------------------------------------------------------------------------------------------------------------

    /// @notice One rule after each step, in turn, and all of them in the end: what went wrong once stays wrong.
    /// forge-config: default.invariant.runs = 32
    /// forge-config: deep.invariant.runs = 2048
    function invariant_everyRuleInTurn() public view {
        uint256 turn = handler.steps() % 15;
        if (turn == 0) invariant_pactumHoldsExactlyWhatItOwes();
        if (turn == 1) invariant_theZoneHoldsAllStake();
        if (turn == 2) invariant_theTribunalHoldsBondsAndWhatItOwes();
        if (turn == 3) invariant_theCommitteeHoldsBondsAndWhatItOwes();
        if (turn == 4) invariant_everyFeeIsSplitExactly();
        if (turn == 5) invariant_noDepositIsOverslashed();
        if (turn == 6) invariant_capsAreNeverExceeded();
        if (turn == 7) invariant_nothingIsClaimableBeforeItMatured();
        if (turn == 8) invariant_nobodyIsPaidTwice();
        if (turn == 9) invariant_noStakeLeavesBeforeItsPeriodsAreSettled();
        if (turn == 10) invariant_disputesAreAccountedFor();
        if (turn == 11) invariant_runningAgreementsKeepWhatTheyPinned();
        if (turn == 12) invariant_modelAndContractAgreeOnEveryAgreement();
        if (turn == 13) invariant_modelAndContractAgreeOnEverybodyElse();
        if (turn == 14) invariant_committeesStandAsTheModelSays();
    }

    /// @notice Exact, not only enough: what came in is owed or was paid, to the unit.
    function invariant_pactumHoldsExactlyWhatItOwes() public view {
        uint256 owed = 0;
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            (uint256 provider, uint256 fees,) = pactum.claimableOf(model.id);
            uint256 waiting = pactum.pendingOf(model.id).outcome == IPactum.Outcome.None ? 0 : 1;
            owed += (found.periods - found.next + waiting + found.disputes) * found.fee + provider + fees;
        }
        for (uint256 i = 1; i < handler.crewCount(); ++i) {
            owed += _leftOf(i);
        }
        for (uint256 i = 0; i < 2; ++i) {
            address winner = i == 0 ? handler.watchtower() : handler.customerAt(0);
            owed += pactum.claimableOfWinner(winner, address(token));
        }
        VM.assertEq(token.balanceOf(address(pactum)), owed + pactum.claimableOfDao(address(token)), "balance = owed");
    }

    /// @notice All stake is there, no more is locked or thaws than there is, and no more is promised to requests than thaws.
    function invariant_theZoneHoldsAllStake() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 2; ++i) {
            address provider = handler.providerAt(i);
            IZone.Stake memory stake = zone.stakeOf(provider, address(token));
            sum += stake.total;
            VM.assertLe(stake.locked, stake.total, "locked is a part of it");
            VM.assertLe(stake.thawing, stake.total, "what thaws is a part of it");
            VM.assertLe(_requestedBy(provider), stake.thawing, "requests are parts of what thaws");
        }
        VM.assertEq(token.balanceOf(address(zone)), sum, "balance = stake");
    }

    /// @notice Bonds of open disputes, and what decided ones left to somebody.
    function invariant_theTribunalHoldsBondsAndWhatItOwes() public view {
        uint256 owed = tribunal.claimableOfDao(address(token));
        for (uint256 i = 0; i < handler.disputeCount(); ++i) {
            Books.Dispute memory dispute = handler.disputeAt(i);
            if (dispute.open) owed += dispute.bond;
        }
        for (uint256 i = 0; i < 2; ++i) {
            owed += tribunal.claimableOf(handler.customerAt(i), address(token));
            owed += tribunal.claimableOf(handler.providerAt(i), address(token));
        }
        owed += tribunal.claimableOf(handler.watchtower(), address(token));
        VM.assertEq(tribunal.owed(address(token)), owed, "owed");
        VM.assertEq(token.balanceOf(address(tribunal)), owed, "balance = owed");
    }

    /// @notice The members' bonds, and what caught ones left to reporters and the DAO.
    function invariant_theCommitteeHoldsBondsAndWhatItOwes() public view {
        uint256 owed = committee.claimableOfReporter(handler.watchtower()) + committee.claimableOfDao();
        for (uint256 i = 0; i < handler.candidates(); ++i) {
            owed += committee.bondOf(handler.memberAt(i));
        }
        VM.assertEq(bondToken.balanceOf(address(committee)), owed, "balance = bonds");
    }

    /// @notice Every fee of a decided period fell into parts that sum to it, whoever got them: counted over all there ever were.
    function invariant_everyFeeIsSplitExactly() public view {
        uint256 decided = 0;
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            decided += (model.decided + model.refunded) * model.terms.fee;
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            uint256 waiting = pactum.pendingOf(model.id).outcome == IPactum.Outcome.None ? 0 : 1;
            VM.assertEq(found.next, model.decided + waiting + found.disputes, "every period is decided once");
        }
        VM.assertEq(handler.fromFees() + _claimableFromFees(), decided, "parts = fees");
    }

    /// @notice No verdicts take more from a deposit than was locked, and what they took, keep and leave is all of it.
    function invariant_noDepositIsOverslashed() public view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            (,, uint256 due) = pactum.claimableOf(model.id);
            uint256 got = due + handler.fromDeposit(i);
            VM.assertLe(got + model.reserved, found.deposit, "never more than the deposit");
            if (!found.closed) VM.assertEq(found.depositLeft + got + model.reserved, found.deposit, "nothing of it is lost");
        }
    }

    /// @notice Neither credits nor slashes exceed what the provider consented to, in any row and in sum.
    function invariant_capsAreNeverExceeded() public view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Pending memory row = pactum.pendingOf(model.id);
            VM.assertLe(row.creditBps, model.terms.maxCreditBps, "credit of the row that waits");
            VM.assertLe(row.slashBps, model.terms.maxSlashBps, "slash of the row that waits");
            (,, uint256 due) = pactum.claimableOf(model.id);
            uint256 each = model.terms.fee * model.terms.maxCreditBps / 10_000 + model.terms.deposit * model.terms.maxSlashBps / 10_000;
            VM.assertLe(due + handler.fromDeposit(i), model.breaches * each, "all that verdicts took");
        }
    }

    /// @notice A row that waits has given nobody anything: settling it now does nothing while its window is open.
    function invariant_nothingIsClaimableBeforeItMatured() public view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Pending memory row = pactum.pendingOf(model.id);
            bool same = uint8(row.outcome) == model.waiting.verdict.outcome && row.creditBps == model.waiting.verdict.creditBps
                && row.slashBps == model.waiting.verdict.slashBps;
            VM.assertTrue(same, "the row that waits");
            if (row.outcome == IPactum.Outcome.None) continue;
            VM.assertEq(row.acceptedAt, model.waiting.acceptedAt, "since when it waits");
            VM.assertEq(row.period + 1, pactum.agreementOf(model.id).next, "no later period is decided over it");
        }
    }

    /// @notice Every account has the tokens that the model gave it, no more for anybody who asked twice.
    function invariant_nobodyIsPaidTwice() public view {
        address[] memory holders = handler.holders();
        for (uint256 i = 0; i < holders.length; ++i) {
            VM.assertEq(token.balanceOf(holders[i]), handler.moneyOf(holders[i]), "money");
            VM.assertEq(bondToken.balanceOf(holders[i]), handler.bondsOf(holders[i]), "bonds");
        }
    }

    /// @notice All that a verdict can still take, or took and the customer has not fetched, is locked; and nothing else is.
    function invariant_noStakeLeavesBeforeItsPeriodsAreSettled() public view {
        uint256[2] memory backing;
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            uint256 possible = handler.isClosed(i) ? 0 : model.depositLeft + model.reserved;
            backing[model.terms.provider == handler.providerAt(0) ? 0 : 1] += possible + model.fromDeposit;
        }
        for (uint256 i = 0; i < 2; ++i) {
            IZone.Stake memory stake = zone.stakeOf(handler.providerAt(i), address(token));
            (uint256 total, uint256 thawing) = handler.stakeOf(handler.providerAt(i));
            VM.assertEq(stake.locked, backing[i], "locked");
            VM.assertEq(stake.total, total, "stake = in - out");
            VM.assertEq(stake.thawing, thawing, "thawing");
        }
    }

    /// @notice Each dispute stands as it was made, its row is out of its agreement, and each agreement counts its own.
    function invariant_disputesAreAccountedFor() public view {
        uint256[] memory open = new uint256[](handler.agreementCount());
        for (uint256 i = 0; i < handler.disputeCount(); ++i) {
            Books.Dispute memory dispute = handler.disputeAt(i);
            ITribunal.Dispute memory found = tribunal.disputeOf(handler.agreementAt(dispute.agreement).id, uint32(dispute.row.period));
            VM.assertTrue(found.open == dispute.open, "open");
            VM.assertEq(found.bond, dispute.bond, "bond");
            VM.assertEq(found.disputer, dispute.disputer, "disputer");
            VM.assertEq(found.deadline, dispute.deadline, "deadline");
            if (dispute.open) ++open[dispute.agreement];
        }
        for (uint256 i = 0; i < open.length; ++i) {
            VM.assertEq(pactum.agreementOf(handler.agreementAt(i).id).disputes, open[i], "open disputes");
        }
    }

    /// @notice Whatever governance did: an agreement has the rules it was opened on.
    function invariant_runningAgreementsKeepWhatTheyPinned() public view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            Model.Terms memory pinned = model.terms;
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            VM.assertEq(abi.encode(found.customer, found.provider, found.fee), abi.encode(pinned.customer, pinned.provider, pinned.fee));
            VM.assertEq(abi.encode(found.deposit, found.noticePeriods), abi.encode(pinned.deposit, pinned.notice));
            VM.assertEq(abi.encode(found.maxCreditBps, found.maxSlashBps), abi.encode(pinned.maxCreditBps, pinned.maxSlashBps));
            VM.assertEq(abi.encode(found.start, found.periodLength), abi.encode(pinned.start, pinned.length));
            VM.assertEq(abi.encode(found.parameters, found.listing), abi.encode(pinned.parameters, pinned.listing));
            _keepsItsRules(pinned);
        }
    }

    function invariant_modelAndContractAgreeOnEveryAgreement() public view {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            Model.Agreement memory model = handler.agreementAt(i);
            IPactum.Agreement memory found = pactum.agreementOf(model.id);
            (uint256 provider, uint256 fees, uint256 fromDeposit) = pactum.claimableOf(model.id);
            VM.assertEq(provider, model.provider, "provider");
            VM.assertEq(fees, model.fees, "customer from fees");
            VM.assertEq(fromDeposit, model.fromDeposit, "customer from deposit");
            VM.assertEq(found.next, model.next, "next");
            VM.assertEq(found.periods, model.periods, "periods");
            VM.assertTrue(found.closed == handler.isClosed(i), "closed");
            VM.assertEq(found.depositLeft, found.closed ? 0 : model.depositLeft, "deposit left");
        }
    }

    function invariant_modelAndContractAgreeOnEverybodyElse() public view {
        for (uint256 i = 1; i < handler.crewCount(); ++i) {
            _agreeOnCrew(i);
        }
        for (uint256 i = 0; i < 2; ++i) {
            address winner = i == 0 ? handler.watchtower() : handler.customerAt(0);
            VM.assertEq(pactum.claimableOfWinner(winner, address(token)), handler.winnerDue(winner), "winner");
            VM.assertEq(tribunal.claimableOf(handler.providerAt(i), address(token)), handler.tribunalDue(handler.providerAt(i)));
            VM.assertEq(tribunal.claimableOf(handler.customerAt(i), address(token)), handler.tribunalDue(handler.customerAt(i)));
        }
        VM.assertEq(tribunal.claimableOf(handler.watchtower(), address(token)), handler.tribunalDue(handler.watchtower()), "bonds");
        VM.assertEq(pactum.claimableOfDao(address(token)), handler.daoDue(), "dao");
        VM.assertEq(tribunal.claimableOfDao(address(token)), handler.tribunalDao(), "dao's bonds");
    }

    /// @notice Who was caught counts no more, who serves is bonded, and nobody's bond moved otherwise.
    function invariant_committeesStandAsTheModelSays() public view {
        for (uint256 i = 0; i < handler.configurationCount(); ++i) {
            Books.Configuration memory model = handler.configurationAt(i);
            ICommittee.Configuration memory found = committee.configurationOf(model.id);
            VM.assertEq(found.since, model.since, "since");
            VM.assertEq(found.until, model.until, "until");
            VM.assertEq(found.active, model.active, "active");
            VM.assertEq(found.quorum, (model.numbers.length - 1) / 3 * 2 + 1, "quorum");
        }
        for (uint256 i = 0; i < handler.candidates(); ++i) {
            address member = handler.memberAt(i);
            VM.assertEq(committee.bondOf(member), handler.bondOf(member), "bond");
            VM.assertTrue(committee.isExposed(member) == handler.isExposed(member), "exposed");
            VM.assertEq(committee.servesUntil(member), handler.servesUntil(member), "serves until");
        }
        (uint256 toReporter, uint256 toDao) = handler.committeeDue(handler.watchtower());
        VM.assertEq(committee.claimableOfReporter(handler.watchtower()), toReporter, "reporter");
        VM.assertEq(committee.claimableOfDao(), toDao, "dao");
        (uint256 thaw, uint256 horizon) = handler.longest();
        VM.assertEq(pactum.longestThaw(), thaw, "longest thaw");
        VM.assertEq(pactum.horizon(), horizon, "horizon");
    }

    // the steps do something ------------------------------------------------------------------------------------------------------

    /// @dev Invariants hold of steps that do nothing, too: this plays a fixed sequence and sees that every kind of step does something;
    /// and, now and then, that everything comes to its end from there.
    function test_theStepsReachEverything() public {
        VM.pauseGasMetering();
        for (uint256 i = 0; i < 6000; ++i) {
            this.play(i); // from outside, so that its memory is free again
            if (i % 100 == 0) this.check();
            if (i % 1000 == 500) _endsFromHere();
        }
        string[45] memory steps = [
            "open",
            "open while paused",
            "report",
            "report together",
            "skipped periods",
            "credit",
            "slash",
            "settle",
            "settle together",
            "expire",
            "closed",
            "terminate",
            "terminate at once",
            "provider",
            "customer",
            "member",
            "relay",
            "dao",
            "dispute",
            "dispute refused",
            "reserve",
            "confirm",
            "replace",
            "lapse",
            "decide again",
            "closed by a decision",
            "winner",
            "bond",
            "tribunal dao",
            "stake",
            "thaw",
            "restake",
            "withdraw",
            "withdraw refused",
            "configure",
            "expose",
            "post",
            "leave",
            "leave refused",
            "reporter",
            "committee dao",
            "parameters",
            "listing",
            "treasury",
            "pause"
        ];
        for (uint256 i = 0; i < steps.length; ++i) {
            VM.assertGe(handler.taken(steps[i]), 1, steps[i]);
        }
        string[7] memory often = ["open", "report", "settle", "expire", "dispute", "replace", "customer"];
        for (uint256 i = 0; i < often.length; ++i) {
            VM.assertGe(handler.taken(often[i]), 10, often[i]);
        }
    }

    function _endsFromHere() private {
        uint256 snapshot = VM.snapshotState();
        handler.end();
        this.check();
        VM.assertTrue(VM.revertToState(snapshot));
    }

    function check() public view {
        invariant_pactumHoldsExactlyWhatItOwes();
        invariant_theZoneHoldsAllStake();
        invariant_theTribunalHoldsBondsAndWhatItOwes();
        invariant_theCommitteeHoldsBondsAndWhatItOwes();
        invariant_everyFeeIsSplitExactly();
        invariant_noDepositIsOverslashed();
        invariant_capsAreNeverExceeded();
        invariant_nothingIsClaimableBeforeItMatured();
        invariant_nobodyIsPaidTwice();
        invariant_noStakeLeavesBeforeItsPeriodsAreSettled();
        invariant_disputesAreAccountedFor();
        invariant_runningAgreementsKeepWhatTheyPinned();
        invariant_modelAndContractAgreeOnEveryAgreement();
        invariant_modelAndContractAgreeOnEverybodyElse();
        invariant_committeesStandAsTheModelSays();
    }

    /// @dev Any of the fuzzer's selectors, with arguments made of the number.
    function play(uint256 i) external {
        uint256 seed = uint256(keccak256(abi.encode(i)));
        bytes4[] memory steps = _steps();
        bytes4 chosen = steps[(seed >> 240) % steps.length];
        uint256[6] memory words;
        for (uint256 j = 0; j < 6; ++j) {
            words[j] = uint256(keccak256(abi.encode(seed, j)));
        }
        (bool done, bytes memory refusal) = address(handler).call(_call(chosen, words));
        if (done) return;
        assembly ("memory-safe") {
            revert(add(refusal, 32), mload(refusal))
        }
    }

    /// @dev Arguments are as wide as their types: Solidity refuses dirty words.
    function _call(bytes4 step, uint256[6] memory words) private view returns (bytes memory) {
        if (step == handler.open.selector) {
            return abi.encodeCall(
                handler.open, (uint128(words[0]), uint128(words[1]), uint16(words[2]), uint16(words[3]), uint32(words[4]), uint8(words[5]))
            );
        }
        if (step == handler.report.selector) {
            return
                abi.encodeCall(handler.report, (words[0], words[1], uint8(words[2]), uint16(words[3]), uint16(words[4]), uint8(words[5])));
        }
        return _smallCall(step, words);
    }

    function _smallCall(bytes4 step, uint256[6] memory words) private view returns (bytes memory) {
        bool first = step == handler.settle.selector || step == handler.expire.selector || step == handler.lapse.selector
            || step == handler.decideAgain.selector || step == handler.restake.selector || step == handler.withdraw.selector
            || step == handler.setParameters.selector || step == handler.setListing.selector || step == handler.requireBond.selector;
        if (first) return abi.encodeWithSelector(step, words[0]);
        if (step == handler.replace.selector) {
            return abi.encodeCall(handler.replace, (words[0], uint8(words[1]), uint16(words[2]), uint16(words[3]), words[4] % 8 == 0));
        }
        if (step == handler.claimProvider.selector) {
            return abi.encodeCall(handler.claimProvider, (words[0], words[1] % 2 == 0, uint8(words[2])));
        }
        if (step == handler.claimMember.selector) return abi.encodeCall(handler.claimMember, (words[0], words[1]));
        if (step == handler.dispute.selector) return abi.encodeCall(handler.dispute, (words[0], uint8(words[1]), words[2] % 2 == 0));
        bool flagged = step == handler.confirm.selector || step == handler.claimCustomer.selector;
        if (flagged) return abi.encodeWithSelector(step, words[0], words[1] % 8 == 0);
        bool narrow = step == handler.stake.selector || step == handler.thaw.selector;
        if (narrow) return abi.encodeWithSelector(step, uint8(words[0]), uint128(words[1]));
        if (step == handler.wait.selector) return abi.encodeCall(handler.wait, (uint32(words[0])));
        bool wide = step == handler.waitForAnEdge.selector || step == handler.reportTogether.selector || step == handler.terminate.selector
            || step == handler.claimRelay.selector;
        uint256 one = wide ? words[0] : uint8(words[0]);
        return abi.encodeWithSelector(step, one, uint8(words[1]), uint8(words[2]));
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    function _crewNumber(uint256 i) private view returns (uint256) {
        Books.Crew memory crew = handler.crewAt(i);
        return pactum.crewOf(handler.configurationAt(crew.configuration).id, crew.observers, crew.payee);
    }

    /// @dev What members and payee of a crew have not taken, rounding included.
    function _leftOf(uint256 i) private view returns (uint256 left) {
        uint256 number = _crewNumber(i);
        (uint256 validators, uint256 relay) = pactum.earnedBy(number, address(token));
        left = validators + relay - pactum.takenFrom(number, address(token), 31);
        for (uint256 member = 0; member < 7; ++member) {
            left -= pactum.takenFrom(number, address(token), member);
        }
    }

    function _agreeOnCrew(uint256 i) private view {
        uint256 number = _crewNumber(i);
        (uint256 validators, uint256 relay) = pactum.earnedBy(number, address(token));
        (uint256 expectedValidators, uint256 expectedRelay) = handler.earnedBy(i);
        VM.assertEq(validators, expectedValidators, "validators");
        VM.assertEq(relay, expectedRelay, "relay");
        for (uint256 member = 0; member < 7; ++member) {
            VM.assertEq(pactum.takenFrom(number, address(token), member), handler.takenFrom(i, member), "taken");
        }
        VM.assertEq(pactum.takenFrom(number, address(token), 31), handler.relayTakenFrom(i), "taken by the relay");
    }

    /// @dev What parties, crews, winners and the DAO can still claim out of fees.
    function _claimableFromFees() private view returns (uint256 sum) {
        for (uint256 i = 0; i < handler.agreementCount(); ++i) {
            (uint256 provider, uint256 fees,) = pactum.claimableOf(handler.agreementAt(i).id);
            sum += provider + fees;
        }
        for (uint256 i = 1; i < handler.crewCount(); ++i) {
            sum += _leftOf(i);
        }
        sum += pactum.claimableOfWinner(handler.watchtower(), address(token));
        sum += pactum.claimableOfWinner(handler.customerAt(0), address(token));
        sum += pactum.claimableOfDao(address(token));
    }

    function _requestedBy(address provider) private view returns (uint256 sum) {
        for (uint256 i = 0; i < handler.requestCount(); ++i) {
            Books.Request memory request = handler.requestAt(i);
            (uint256 amount,) = zone.requestOf(request.provider, address(token), request.number);
            uint256 rounding = handler.requestCount(); // at most a unit for each that left a remainder
            VM.assertLe(amount, request.gone ? 0 : request.asked + rounding, "no request grows, none is taken twice");
            if (request.provider == provider) sum += amount;
        }
    }

    function _keepsItsRules(Model.Terms memory pinned) private view {
        IPactum.Parameters memory rules = pactum.parametersOf(pinned.parameters);
        VM.assertEq(abi.encode(rules.reportDeadline, rules.disputeWindow), abi.encode(pinned.deadline, pinned.window));
        VM.assertEq(abi.encode(rules.resolutionDeadline, rules.arbiter), abi.encode(pinned.resolution, pinned.arbiter));
        VM.assertEq(abi.encode(rules.validatorBps, rules.daoBps), abi.encode(pinned.validatorBps, pinned.daoBps));
        VM.assertEq(rules.disputeBondBps, pinned.bondBps);
        VM.assertEq(pactum.listingOf(pinned.listing).relayFee, pinned.relayFee);
    }
}
