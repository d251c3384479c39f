// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../contracts/interfaces/ITribunal.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {ChosenS} from "./support/ChosenS.sol";
import {Deploy} from "./support/Deploy.sol";
import {BlockingToken, ReentrantToken} from "./support/HostileTokens.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Each test replays what broke another system, or what somebody would try here, and sees that it brings nothing. The first four
/// worked against an agreement protocol that insured whole pools: its insurer left before a known breach was booked, its customers
/// entered after it was known, its lock went away with a transferable receipt, and its oracle was paid for being asked.
contract AttacksTest is House {
    uint256 private start;
    uint256 private end; // of period 0 of an agreement that was opened first of all

    function setUp() public override {
        super.setUp();
        start = NOW + 1 hours;
        end = start + DAY;
    }

    function thawed(uint256 amount) private returns (uint256) {
        VM.prank(PROVIDER);
        return zone.thaw(address(token), amount);
    }

    function withdrawn(uint256 request) private returns (uint256) {
        VM.prank(PROVIDER);
        return zone.withdraw(address(token), request);
    }

    function cannotLeave(uint256 request, uint256 amount, uint256 unlocked) private {
        VM.expectRevert(abi.encodeWithSelector(IZone.StillBacking.selector, PROVIDER, address(token), amount, unlocked));
        withdrawn(request);
    }

    // slash escape ----------------------------------------------------------------------------------------------------------------

    /// @dev All stake is asked for long before, has thawed, and would leave as soon as anything lets it.
    function test_slashEscape_byStakeThatThawedBeforeTheBreachLands() public {
        INotary.Offer memory offer = anOffer();
        (offer.lead, offer.deposit) = (10 * DAY, 90 * DEPOSIT);
        uint96 agreement = opened(offer, 1);
        uint256 all = 100 * uint256(DEPOSIT);
        uint256 request = thawed(all);
        end = NOW + 11 * uint256(DAY);
        VM.warp(end); // over, known to be bad, and not yet reported
        cannotLeave(request, all, 10 * DEPOSIT);
        report(breach(agreement, 0, 10_000, 1000));
        VM.warp(end + WINDOW - 1);
        cannotLeave(request, all, 10 * DEPOSIT);
        VM.warp(end + WINDOW);
        cannotLeave(request, all, 10 * DEPOSIT); // matured, not settled
        settle(agreement);
        cannotLeave(request, all, 100 * DEPOSIT - (9 * DEPOSIT + 300_000_000)); // settled, not fetched
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_000_000_000 + 9 * uint256(DEPOSIT));
        VM.assertEq(withdrawn(request), all - 9 * DEPOSIT - 300_000_000, "what the verdict left");
    }

    /// @dev Whatever an owner or a party can do between the end of the last period and its report.
    function test_slashEscape_byEverySwitchThereIs() public {
        uint96 agreement = anAgreement(1);
        VM.warp(end);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingToTerminate.selector, agreement, 1));
        terminatedBy(PROVIDER, agreement);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 0));
        pactum.expire(agreement);
        VM.assertEq(settle(agreement), 0);
        VM.prank(PROVIDER);
        zone.register(STRANGER, "moved");
        VM.startPrank(GOVERNOR);
        pactum.setParameters(IPactum.Parameters(EPOCH + 1, 1, 1, DAY, DAY, 0, 0, 1, STRANGER));
        pactum.pauseOpening(true);
        lawStone.breakLaw(law);
        VM.stopPrank();
        VM.assertEq(lockedStake(), DEPOSIT);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
    }

    /// @dev A slash larger than all that is not asked for takes from every request alike, asked for before or after.
    function test_slashEscape_bySpreadingStakeOverRequests() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (100 * DEPOSIT, 10_000);
        uint96 agreement = opened(offer, 1);
        uint256 early = thawed(40 * DEPOSIT);
        uint256 late = thawed(60 * DEPOSIT);
        reportAndSettle(breach(agreement, 0, 0, 5000));
        pactum.claimCustomer(ids(agreement));
        VM.warp(end + 10 * DAY);
        VM.assertEq(withdrawn(early), 20 * DEPOSIT);
        VM.assertEq(withdrawn(late), 30 * DEPOSIT);
    }

    // informed entry --------------------------------------------------------------------------------------------------------------

    /// @dev Who knows that a period was bad can no longer buy it: what is opened now begins later, and is nobody's business before.
    function test_informedEntry_afterThePeriodIsKnownToBeBad() public {
        uint96 agreement = anAgreement(2);
        INotary.Offer memory offer = anOffer();
        (offer.lead, offer.maxSlashBps) = (0, 10_000);
        bytes memory signature = signed(offer);
        VM.warp(end);
        VM.expectRevert(abi.encodeWithSelector(INotary.StartTooEarly.selector, start, end));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(start), 1, 1, 2);
        VM.expectRevert(abi.encodeWithSelector(INotary.StartTooEarly.selector, end - 1, end));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(end - 1), 1, 1, 2);
        uint96 informed = opened(offer, 1);
        VM.expectEmit(address(pactum));
        emit IPactum.Skipped(informed, breach(informed, 0, 10_000, 10_000), IPactum.Skip.TooEarly);
        report(headerAt(end), list(breach(agreement, 0, 10_000, 1000), breach(informed, 0, 10_000, 10_000)));
        VM.warp(end + WINDOW);
        pactum.settle(ids(agreement, informed));
        (, uint256 fees, uint256 deposit) = pactum.claimableOf(informed);
        VM.assertEq(fees + deposit, 0);
    }

    /// @dev Nor can it leave informed: the fee of a period that has begun stays.
    function test_informedExit_afterThePeriodIsKnownToBeGood() public {
        uint96 agreement = anAgreement(2);
        VM.warp(end - 1);
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 1);
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimProvider(ids(agreement)), 700_000_000);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), FEE);
    }

    // lock bypass -----------------------------------------------------------------------------------------------------------------

    /// @dev There is no receipt: stake is of the address that staked, and a lock of what is staked. Moving anything moves no lock.
    function test_lockBypass_throughAnotherAddress() public {
        INotary.Offer memory offer = anOffer();
        offer.deposit = 100 * DEPOSIT;
        uint96 agreement = opened(offer, 1);
        uint256 request = thawed(100 * DEPOSIT);
        VM.prank(PROVIDER);
        zone.register(STRANGER, "");
        VM.warp(NOW + THAW);
        cannotLeave(request, 100 * DEPOSIT, 0);
        VM.startPrank(STRANGER);
        zone.register(STRANGER, "");
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, STRANGER, address(token), request));
        zone.withdraw(address(token), request);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, STRANGER, address(token), request));
        zone.restake(address(token), request);
        VM.expectRevert(abi.encodeWithSelector(IZone.ThawableStakeExceeded.selector, STRANGER, address(token), 1, 0));
        zone.thaw(address(token), 1);
        VM.expectRevert(abi.encodeWithSelector(IZone.NotPactum.selector, STRANGER));
        zone.unlock(PROVIDER, address(token), 100 * DEPOSIT);
        VM.stopPrank();
        pactum.expire(agreement);
        VM.assertEq(withdrawn(request), 100 * DEPOSIT);
    }

    /// @dev What backs one agreement does not back another one, asked for or not.
    function test_lockBypass_byPledgingTwice() public {
        INotary.Offer memory offer = anOffer();
        offer.deposit = 60 * DEPOSIT;
        opened(offer, 1);
        offer.nonce = nonce++;
        _cannotOpen(offer, 40 * DEPOSIT);
        uint256 request = thawed(30 * DEPOSIT);
        offer.deposit = 11 * DEPOSIT;
        _cannotOpen(offer, 10 * DEPOSIT);
        VM.prank(PROVIDER);
        zone.restake(address(token), request);
        opened(offer, 1);
    }

    function _cannotOpen(INotary.Offer memory offer, uint256 free) private {
        bytes memory signature = signed(offer);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), offer.deposit, free));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(start), 1, 1, 2);
    }

    // paid before answered --------------------------------------------------------------------------------------------------------

    /// @dev Neither being asked nor answering pays: an answer that stood its window does. Who is silent blocks nobody, now or later.
    function test_paidBeforeAnswered_nobodyIsPaidForSilence() public {
        uint96 agreement = anAgreement(3);
        VM.warp(end);
        _nobodyIsPaid();
        VM.warp(end + DAY); // period 0 was never answered: the next one is, by another relay
        IPactum.Header memory header = headerAt(end + DAY);
        header.payee = STRANGER;
        VM.assertEq(report(header, list(met(agreement, 1))), 1);
        _nobodyIsPaid();
        VM.warp(end + DAY + WINDOW);
        settle(agreement);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, address(token), PAYEE, sets(ALL));
        VM.assertEq(pactum.claimRelay(configuration, address(token), STRANGER, sets(ALL)), RELAY_FEE);
        (uint256 validators,) = pactum.earnedBy(1, address(token));
        VM.assertEq(validators, 199_000_000, "of one row, not of two");
        (, uint256 fees,) = pactum.claimableOf(agreement);
        VM.assertEq(fees, 200_000_000, "the share of the silent ones");
    }

    function _nobodyIsPaid() private {
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimMember(configuration, address(token), 0, crews(ALL));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, address(token), STRANGER, sets(ALL));
    }

    /// @dev A wrong answer that was found out pays those who gave it nothing.
    function test_paidBeforeAnswered_aWrongAnswerIsNotPaid() public {
        uint96 agreement = anAgreement(1);
        reportAndDispute(met(agreement, 0));
        replaced(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000);
        _nobodyIsPaid();
        VM.assertEq(pactum.claimWinner(WATCHTOWER, address(token)), 200_000_000);
    }

    // races -----------------------------------------------------------------------------------------------------------------------

    /// @dev Stake thaws, the last row waits, a dispute comes in the last second of its window: whichever transaction is first in it, the
    /// stake stays.
    function test_lateDisputeRace_inTheLastSecondOfTheWindow() public {
        (uint96 agreement, uint256 request) = _lastRowWaits();
        VM.warp(end + WINDOW - 1);
        VM.assertEq(settle(agreement), 0, "to settle first does not work");
        cannotLeave(request, 100 * DEPOSIT, 0);
        disputed(breach(agreement, 0, 0, 1000));
        cannotLeave(request, 100 * DEPOSIT, 0);
        VM.warp(end + WINDOW + 30 * DAY);
        VM.assertEq(settle(agreement), 0);
        cannotLeave(request, 100 * DEPOSIT, 0); // open for long, and still
        tribunal.lapse(agreement, 0);
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(withdrawn(request), 90 * DEPOSIT);
    }

    /// @dev A second later the row is final: whichever is first, the dispute is refused.
    function test_lateDisputeRace_atTheEndOfTheWindow() public {
        (uint96 agreement, uint256 request) = _lastRowWaits();
        VM.warp(end + WINDOW);
        uint256 snapshot = VM.snapshotState();
        _tooLateToDispute(agreement);
        VM.revertToState(snapshot);
        settle(agreement);
        _tooLateToDispute(agreement);
        cannotLeave(request, 100 * DEPOSIT, 90 * DEPOSIT); // until the customer has its slash
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(withdrawn(request), 90 * DEPOSIT);
    }

    function _tooLateToDispute(uint96 agreement) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, breach(agreement, 0, 0, 1000)));
        disputed(breach(agreement, 0, 0, 1000));
    }

    function _lastRowWaits() private returns (uint96 agreement, uint256 request) {
        INotary.Offer memory offer = anOffer();
        (offer.lead, offer.deposit) = (5 * DAY, 100 * DEPOSIT);
        agreement = opened(offer, 1);
        request = thawed(100 * DEPOSIT);
        end = NOW + 6 * uint256(DAY);
        reportInTime(breach(agreement, 0, 0, 1000));
    }

    /// @dev Report and expiry never both work, nor neither: a second before the deadline, at it, and after it.
    function test_reportAtEachBoundary_againstExpiry() public {
        uint96 agreement = anAgreement(1);
        for (uint256 time = end + DEADLINE - 1; time <= end + DEADLINE + 1; ++time) {
            VM.warp(time);
            uint256 snapshot = VM.snapshotState();
            bool inTime = report(met(agreement, 0)) == 1;
            VM.assertTrue(inTime == (time < end + DEADLINE));
            VM.assertTrue(_expires(agreement) == !inTime);
            VM.revertToState(snapshot);
            VM.assertTrue(_expires(agreement) == !inTime);
            VM.assertEq(report(met(agreement, 0)), inTime ? 1 : 0);
            VM.revertToState(snapshot);
        }
    }

    function _expires(uint96 agreement) private returns (bool done) {
        (done,) = address(pactum).call(abi.encodeCall(IPactum.expire, (agreement)));
    }

    /// @dev The row that waits matures before the next can come, and is settled by it, or by the crank: never by both, never by neither.
    function test_reportAtEachBoundary_againstMaturity() public {
        uint96 agreement = anAgreement(3);
        VM.warp(end + DEADLINE - 1);
        report(met(agreement, 0));
        for (uint256 time = end + DAY - 1; time <= end + DAY + 1; ++time) {
            VM.warp(time);
            uint256 snapshot = VM.snapshotState();
            uint256 settled = settle(agreement);
            VM.assertEq(settled, 1);
            bool accepted = report(met(agreement, 1)) == 1;
            VM.assertTrue(accepted == (time >= end + DAY));
            (uint256 provider,,) = pactum.claimableOf(agreement);
            VM.assertEq(provider, 700_000_000);
            VM.revertToState(snapshot);
            report(met(agreement, 1));
            VM.assertEq(settle(agreement), accepted ? 0 : 1);
            (provider,,) = pactum.claimableOf(agreement);
            VM.assertEq(provider, 700_000_000);
            VM.revertToState(snapshot);
        }
    }

    // tokens and receivers --------------------------------------------------------------------------------------------------------

    /// @dev Every entry that moves or decides money, called while a payment is under way.
    function test_reentrantToken_duringEveryPayment() public {
        ReentrantToken reentrant = new ReentrantToken();
        token = MockToken(address(reentrant));
        _furnish(address(token));
        (uint96 agreement, uint96 other) = (anAgreement(3), anAgreement(3));
        bytes[] memory payments = _lives(agreement, other);
        bytes[] memory entries = _entries(other);
        uint256 snapshot = VM.snapshotState();
        for (uint256 i = 0; i < payments.length; ++i) {
            for (uint256 j = 0; j < entries.length; ++j) {
                reentrant.arm(address(pactum), entries[j]);
                (bool done,) = address(pactum).call(payments[i]);
                VM.assertTrue(done, "the payment");
                VM.assertEq(reentrant.attempts(), 1, "the token called back");
                VM.assertFalse(reentrant.succeeded());
                bytes memory refusal = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
                VM.assertEq(reentrant.answer(), refusal);
                VM.assertTrue(VM.revertToState(snapshot));
            }
        }
    }

    /// @dev Two agreements that owe something to everybody.
    /// @return payments what each of them is paid with
    function _lives(uint96 agreement, uint96 other) private returns (bytes[] memory payments) {
        VM.warp(end);
        report(headerAt(end), list(breach(agreement, 0, 5000, 1000), breach(other, 0, 5000, 1000)));
        VM.warp(end + WINDOW);
        pactum.settle(ids(agreement, other));
        reportAndDispute(met(agreement, 1));
        replaced(agreement, 1, IPactum.Outcome.NoData, 0, 0);
        VM.warp(end + 2 * DAY);
        report(headerAt(end + 2 * DAY), list(met(agreement, 2), met(other, 2)));
        VM.warp(end + 2 * DAY + WINDOW);
        payments = new bytes[](6);
        payments[0] = abi.encodeCall(IPactum.claimProvider, (ids(agreement), address(token), PAYOUT));
        payments[1] = abi.encodeCall(IPactum.claimCustomer, (ids(agreement)));
        payments[2] = abi.encodeCall(IPactum.claimMember, (configuration, address(token), 0, crews(ALL)));
        payments[3] = abi.encodeCall(IPactum.claimRelay, (configuration, address(token), PAYEE, sets(ALL)));
        payments[4] = abi.encodeCall(IPactum.claimWinner, (WATCHTOWER, address(token)));
        payments[5] = abi.encodeCall(IPactum.claimDao, (address(token)));
    }

    function _entries(uint96 other) private view returns (bytes[] memory entries) {
        entries = new bytes[](10);
        entries[0] = abi.encodeCall(IPactum.claimProvider, (ids(other), address(token), PAYOUT));
        entries[1] = abi.encodeCall(IPactum.claimCustomer, (ids(other)));
        entries[2] = abi.encodeCall(IPactum.claimMember, (configuration, address(token), 1, crews(ALL)));
        entries[3] = abi.encodeCall(IPactum.claimRelay, (configuration, address(token), PAYEE, sets(ALL)));
        entries[4] = abi.encodeCall(IPactum.claimWinner, (WATCHTOWER, address(token)));
        entries[5] = abi.encodeCall(IPactum.claimDao, (address(token)));
        entries[6] = abi.encodeCall(IPactum.settle, (ids(other)));
        entries[7] = abi.encodeCall(IPactum.expire, (other));
        entries[8] = abi.encodeCall(IPactum.terminate, (other));
        entries[9] = abi.encodeCall(IPactum.report, (headerAt(end), list(met(other, 1)), THREE, ""));
    }

    /// @dev While a bond is pulled, the token has its row taken out already: nothing of it can be settled or disputed again.
    function test_reentrantToken_duringADispute() public {
        ReentrantToken reentrant = new ReentrantToken();
        token = MockToken(address(reentrant));
        _furnish(address(token));
        uint96 agreement = anAgreement(1);
        reportInTime(met(agreement, 0));
        uint256 row_ = met(agreement, 0);
        reentrant.arm(address(tribunal), abi.encodeCall(ITribunal.dispute, (row_, GROUNDS, type(uint256).max)));
        disputed(row_);
        VM.assertFalse(reentrant.succeeded());
        VM.assertEq(reentrant.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        VM.assertEq(pactum.agreementOf(agreement).disputes, 1);
        VM.assertEq(balance(address(tribunal)), tribunal.owed(address(token)));
    }

    /// @dev A claim that would send the deposit from the Zone while the Zone sends stake: neither is done twice.
    function test_reentrantToken_betweenZoneAndPactum() public {
        ReentrantToken reentrant = new ReentrantToken();
        token = MockToken(address(reentrant));
        _furnish(address(token));
        uint96 agreement = anAgreement(1);
        uint256 request = thawed(50 * DEPOSIT);
        reportAndSettle(breach(agreement, 0, 0, 1000));
        VM.warp(NOW + 10 * DAY);
        reentrant.arm(address(pactum), abi.encodeCall(IPactum.claimCustomer, (ids(agreement))));
        VM.assertEq(withdrawn(request), 50 * DEPOSIT);
        VM.assertEq(reentrant.attempts(), 1);
        VM.assertFalse(reentrant.succeeded());
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 500_000_000);
        VM.assertEq(balance(address(zone)), zone.stakeOf(PROVIDER, address(token)).total);
    }

    /// @dev Nobody of six can be paid: each hurts itself, and the agreement still comes to its end.
    function test_revertingReceiver_hurtsItselfAlone() public {
        BlockingToken blocking = new BlockingToken();
        token = MockToken(address(blocking));
        _furnish(address(token));
        uint96 agreement = anAgreement(3);
        address[6] memory receivers = [CUSTOMER, PAYOUT, members(4)[0], PAYEE, WATCHTOWER, TREASURY];
        for (uint256 i = 0; i < 6; ++i) {
            blocking.setBlocked(receivers[i], true);
        }
        reportAndSettle(breach(agreement, 0, 5000, 1000));
        reportAndDispute(met(agreement, 1));
        replaced(agreement, 1, IPactum.Outcome.NoData, 0, 0);
        reportAndSettle(met(agreement, 2));
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        bytes[6] memory payments = [
            abi.encodeCall(IPactum.claimCustomer, (ids(agreement))),
            abi.encodeCall(IPactum.claimProvider, (ids(agreement), address(token), PAYOUT)),
            abi.encodeCall(IPactum.claimMember, (configuration, address(token), 0, crews(ALL))),
            abi.encodeCall(IPactum.claimRelay, (configuration, address(token), PAYEE, sets(ALL))),
            abi.encodeCall(IPactum.claimWinner, (WATCHTOWER, address(token))),
            abi.encodeCall(IPactum.claimDao, (address(token)))
        ];
        for (uint256 i = 0; i < 6; ++i) {
            _onlyOne(blocking, receivers, payments, i);
        }
    }

    /// @dev One of them can be paid again, and is; all others are refused as before.
    function _onlyOne(BlockingToken blocking, address[6] memory receivers, bytes[6] memory payments, uint256 one) private {
        uint256 snapshot = VM.snapshotState();
        blocking.setBlocked(receivers[one], false);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 before = balance(receivers[i]);
            (bool done, bytes memory answer) = address(pactum).call(payments[i]);
            VM.assertTrue(done == (i == one));
            if (done) VM.assertEq(balance(receivers[i]) - before, abi.decode(answer, (uint256)));
            else VM.assertEq(answer, abi.encodeWithSelector(BlockingToken.Blocked.selector, receivers[i]));
        }
        VM.revertToState(snapshot);
    }

    // signatures ------------------------------------------------------------------------------------------------------------------

    /// @dev The other root of a good signature is of the same signer for ecrecover.
    function test_signatureMalleability_ofAnOffer() public {
        INotary.Offer memory offer = anOffer();
        bytes32 digest = notary.offerDigest(offer);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(PROVIDER_KEY, digest);
        bytes32 other = bytes32(ChosenS.ORDER - uint256(s));
        VM.assertEq(ecrecover(digest, v == 27 ? 28 : 27, r, other), PROVIDER, "good for ecrecover");
        bytes memory signature = abi.encodePacked(r, other, v == 27 ? uint8(28) : uint8(27));
        VM.expectRevert(abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, digest));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(start), 1, 1, 2);
    }

    /// @dev A report is known by what it decides, not by its signatures: another form of them decides nothing again.
    function test_signatureMalleability_ofAReport() public {
        uint96 agreement = anAgreement(2);
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        uint256[] memory rows = list(met(agreement, 0));
        bytes32 digest = pactum.reportDigest(header, rows);
        report(header, rows);
        bytes memory others = Signing.compact(memberKeys(4), 0xe, digest);
        VM.assertEq(pactum.report(header, rows, 0xe, others), 0, "other signers of the same report");
        (, bytes32 r, bytes32 s) = VM.sign(memberKey(0), digest);
        bytes memory forged = bytes.concat(r, bytes32(ChosenS.ORDER - uint256(s)), Signing.compact(memberKeys(4), 0x6, digest));
        (bool done, bytes memory refusal) = address(pactum).call(abi.encodeCall(IPactum.report, (header, rows, THREE, forged)));
        VM.assertFalse(done);
        VM.assertEq(bytes32(bytes4(refusal)), bytes32(ICommittee.BadSignature.selector));
    }

    function test_crossChainReplay_ofAnOfferAndAReport() public {
        uint96 agreement = anAgreement(2);
        INotary.Offer memory offer = anOffer();
        bytes memory offered = signed(offer);
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        uint256[] memory rows = list(met(agreement, 0));
        bytes memory reported = Signing.compact(memberKeys(4), THREE, pactum.reportDigest(header, rows));
        uint256 snapshot = VM.snapshotState();
        VM.chainId(99); // as after a fork
        VM.expectRevert(abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, notary.offerDigest(offer)));
        VM.prank(CUSTOMER);
        notary.open(offer, offered, uint64(end + 1 hours), 1, 1, 2);
        _badSignature(pactum, header, rows, reported);
        VM.revertToState(snapshot);
        VM.chainId(31_337);
        VM.assertEq(pactum.report(header, rows, THREE, reported), 1);
    }

    /// @dev Two houses with the same people in all parts: what is signed for one is nothing in the other.
    function test_crossContractReplay_ofAnOfferAndAReport() public {
        INotary.Offer memory offer = anOffer();
        bytes memory offered = signed(offer);
        uint96 agreement = anAgreement(2);
        IPactum first = pactum;
        _deploy();
        _govern();
        _furnish(address(token));
        VM.assertNotEq(address(first), address(pactum));
        VM.expectRevert(abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, notary.offerDigest(offer)));
        VM.prank(CUSTOMER);
        notary.open(offer, offered, uint64(start), 1, 1, 2);
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        uint256[] memory rows = list(met(agreement, 0));
        _badSignature(pactum, header, rows, Signing.compact(memberKeys(4), THREE, first.reportDigest(header, rows)));
    }

    /// @dev The same members, the same observations: a root that was signed is no report, and a report no root.
    function test_crossContractReplay_ofARootAsAReport() public {
        uint96 agreement = anAgreement(1);
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        uint256[] memory rows = list(met(agreement, 0));
        bytes32 root = committee.observationRootDigest(header.epoch, keccak256(abi.encodePacked(rows)));
        _badSignature(pactum, header, rows, Signing.compact(memberKeys(4), THREE, root));
    }

    function _badSignature(IPactum at_, IPactum.Header memory header, uint256[] memory rows, bytes memory signatures) private {
        (bool done, bytes memory refusal) = address(at_).call(abi.encodeCall(IPactum.report, (header, rows, THREE, signatures)));
        VM.assertFalse(done);
        VM.assertEq(bytes32(bytes4(refusal)), bytes32(ICommittee.BadSignature.selector));
    }

    // griefing --------------------------------------------------------------------------------------------------------------------

    /// @dev Tokens that nobody asked for change no account, and stop no claim.
    function test_griefingByDust_sentToTheContracts() public {
        uint96 agreement = anAgreement(1);
        address[4] memory contracts = [address(pactum), address(zone), address(tribunal), address(notary)];
        for (uint256 i = 0; i < 4; ++i) {
            token.mint(contracts[i], 1);
        }
        anAgreement(1);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        VM.assertEq(zone.stakeOf(PROVIDER, address(token)).total, 100 * uint256(DEPOSIT) - 800_000_000);
        VM.assertEq(balance(address(zone)), 100 * uint256(DEPOSIT) - 800_000_000 + 1);
        VM.assertEq(tribunal.owed(address(token)), 0);
    }

    /// @dev Agreements of dust cannot be opened: a row pays whoever brings it at least what the listing says.
    function test_griefingByDust_inAgreements() public {
        INotary.Offer memory offer = anOffer();
        (offer.fee, offer.deposit) = (1, 0);
        bytes memory signature = signed(offer);
        VM.expectRevert(abi.encodeWithSelector(INotary.FeeTooSmall.selector, 1, 100_000_000));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(start), 1, 1, 2);
    }

    /// @dev However many requests there are, a slash costs the same.
    function test_griefingByDust_inThawRequests() public {
        INotary.Offer memory offer = anOffer();
        offer.deposit = 100 * DEPOSIT;
        uint96 agreement = opened(offer, 1);
        thawed(99 * DEPOSIT);
        reportAndSettle(breach(agreement, 0, 0, 1000));
        uint256 snapshot = VM.snapshotState();
        uint256 cost = _costOf(agreement);
        VM.revertToState(snapshot);
        for (uint256 i = 0; i < 200; ++i) {
            thawed(1);
        }
        VM.assertLe(_costOf(agreement), cost + 1000);
    }

    function _costOf(uint96 agreement) private returns (uint256 cost) {
        uint96[] memory agreements = ids(agreement);
        cost = gasleft();
        pactum.claimCustomer(agreements);
        cost -= gasleft();
    }

    /// @dev Junk in a report is passed over at a price that does not grow with it; the good rows stand.
    function test_griefingBySpamRows_inAReport() public {
        uint96 agreement = anAgreement(1);
        VM.warp(end);
        uint256[] memory rows = new uint256[](301);
        for (uint256 i = 0; i < 300; ++i) {
            rows[i] = uint256(keccak256(abi.encode(i)));
            if (i % 3 == 1) rows[i] = met(agreement, uint32(i)); // past the last period
            if (i % 3 == 2) rows[i] = row(agreement, 0, uint8(4 + i % 250), 1, 1); // no such outcome
        }
        rows[300] = met(agreement, 0);
        uint256 cost = gasleft();
        VM.assertEq(report(headerAt(end), rows), 1);
        cost -= gasleft();
        VM.assertLe(cost, 301 * 10_000 + 200_000);
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.Met));
    }

    /// @dev A row for the far future neither expires what comes before it nor stands in its way.
    function test_griefingBySpamRows_forPeriodsToCome() public {
        uint96 agreement = anAgreement(10);
        VM.warp(end);
        VM.assertEq(report(headerAt(end), list(met(agreement, 9), met(agreement, 0))), 1);
        VM.assertEq(pactum.agreementOf(agreement).next, 1);
    }

    /// @dev Every row of an agreement is disputed: it goes on all the same, each dispute costs, and in the end everybody has what is its.
    function test_disputeSpam_neitherBlocksNorPays() public {
        uint96 agreement = anAgreement(20);
        uint256 spent = balance(WATCHTOWER);
        for (uint32 i = 0; i < 20; ++i) {
            reportAndDispute(met(agreement, i));
        }
        VM.assertEq(spent - balance(WATCHTOWER), 20 * 100_000_000);
        VM.assertEq(pactum.agreementOf(agreement).disputes, 20);
        confirmed(agreement, 19); // the arbiter saw one of them
        for (uint32 i = 19; i > 0; --i) {
            tribunal.lapse(agreement, i - 1);
        }
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.assertEq(claimProvider(ids(agreement)), 20 * 700_000_000);
        VM.assertEq(tribunal.claim(WATCHTOWER, address(token)), 19 * 100_000_000);
        VM.assertEq(tribunal.claim(PROVIDER, address(token)), 50_000_000, "half of what the arbiter saw was lost");
    }

    /// @dev A provider that disputes its own breach keeps the customer waiting for as long as a ruling may take, and no longer.
    function test_disputeSpam_byThePartyThatLost() public {
        uint96 agreement = anAgreement(2);
        reportInTime(breach(agreement, 0, 10_000, 1000));
        VM.startPrank(PROVIDER);
        token.approve(address(tribunal), type(uint256).max);
        tribunal.dispute(breach(agreement, 0, 10_000, 1000), GROUNDS, type(uint256).max);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, breach(agreement, 0, 10_000, 1000)));
        tribunal.dispute(breach(agreement, 0, 10_000, 1000), GROUNDS, type(uint256).max);
        VM.stopPrank();
        VM.warp(end + RESOLUTION);
        tribunal.lapse(agreement, 0);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
    }

    /// @dev Crews are what reports name: with as many of them as there can be in four members, each is paid what it earned.
    function test_griefingByManyCrews_costsOthersNothing() public {
        uint32[5] memory observers = [uint32(0x7), 0xb, 0xd, 0xe, 0xf];
        for (uint256 i = 0; i < 5; ++i) {
            _observedBy(observers[i]);
        }
        uint256 paid = 0;
        for (uint256 i = 0; i < 5; ++i) {
            if (observers[i] & 1 == 1) paid += pactum.claimMember(configuration, address(token), 0, crews(observers[i]));
        }
        VM.assertEq(paid, 3 * uint256(66_333_333) + 49_750_000);
    }

    function _observedBy(uint32 observers) private {
        uint96 agreement = anAgreement(1);
        VM.warp(endOf(agreement, 0));
        IPactum.Header memory header = headerAt(timeNow());
        header.observers = observers;
        uint256[] memory rows = list(met(agreement, 0));
        bytes memory signatures = Signing.compact(memberKeys(4), observers, pactum.reportDigest(header, rows));
        VM.assertEq(pactum.report(header, rows, observers, signatures), 1);
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
    }
}
