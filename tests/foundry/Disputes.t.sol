// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../contracts/interfaces/ITribunal.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";

/// @notice The whole life of disputed rows, with the Tribunal that ships. A fee of 1,000 falls into 700, 199, 1 and 100 (in millions).
contract DisputesTest is House {
    uint96 private agreement;
    uint256 private end; // of period 0

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(3);
        end = NOW + 1 hours + DAY;
    }

    /// @dev provider, customer from the fees, customer from the deposit, validators, relay, DAO, winner
    function owed(uint256[7] memory want) private view {
        (uint256 provider, uint256 fees, uint256 deposit) = pactum.claimableOf(agreement);
        VM.assertEq(provider, want[0], "provider");
        VM.assertEq(fees, want[1], "customer from fees");
        VM.assertEq(deposit, want[2], "customer from deposit");
        (uint256 validators, uint256 relay) = earned();
        VM.assertEq(validators, want[3], "validators");
        VM.assertEq(relay, want[4], "relay");
        VM.assertEq(pactum.claimableOfDao(address(token)), want[5], "dao");
        VM.assertEq(pactum.claimableOfWinner(WATCHTOWER, address(token)), want[6], "winner");
    }

    function depositLeft() private view returns (uint256) {
        return pactum.agreementOf(agreement).depositLeft;
    }

    function notDisputable(uint256 row_) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, row_));
        VM.prank(WATCHTOWER);
        tribunal.dispute(row_, GROUNDS, type(uint256).max);
    }

    // holding ---------------------------------------------------------------------------------------------------------------------

    function test_aDisputeTakesTheRowOutAndNobodyIsOwedAnything() public {
        reportInTime(met(agreement, 0));
        VM.expectEmit(address(pactum));
        emit IPactum.RowHeld(agreement, 0, 0);
        disputed(met(agreement, 0));
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.None));
        VM.assertEq(pactum.agreementOf(agreement).next, 1);
        VM.assertEq(pactum.agreementOf(agreement).disputes, 1);
        VM.warp(end + 10 * DAY);
        VM.assertEq(settle(agreement), 0);
        owed([uint256(0), 0, 0, 0, 0, 0, 0]);
    }

    function test_theTribunalKeepsTheBondAndWhatTheRowSaid() public {
        uint256 before = balance(WATCHTOWER);
        reportInTime(breach(agreement, 0, 2500, 100));
        uint256 bond = disputed(breach(agreement, 0, 2500, 100));
        VM.assertEq(bond, 105_000_000, "a tenth of the fee and of 50 from the deposit");
        VM.assertEq(before - balance(WATCHTOWER), bond);
        VM.assertEq(balance(address(tribunal)), bond);
        VM.assertEq(tribunal.owed(address(token)), bond);
        ITribunal.Dispute memory found = tribunal.disputeOf(agreement, 0);
        VM.assertEq(found.disputer, WATCHTOWER);
        VM.assertEq(found.bond, bond);
        VM.assertEq(found.token, address(token));
        VM.assertEq(found.deadline, end + RESOLUTION);
        VM.assertEq(found.arbiter, ARBITER);
        VM.assertEq(uint8(found.outcome), uint8(IPactum.Outcome.Breach));
        VM.assertEq(found.creditBps, 2500);
        VM.assertEq(found.slashBps, 100);
        VM.assertEq(found.heldUp, CUSTOMER);
        VM.assertTrue(found.open);
    }

    function test_whatTheRowWouldTakeFromTheDepositIsKeptForIt() public {
        reportInTime(breach(agreement, 0, 10_000, 1000));
        VM.expectEmit(address(pactum));
        emit IPactum.RowHeld(agreement, 0, 800_000_000);
        VM.assertEq(disputed(breach(agreement, 0, 10_000, 1000)), 180_000_000);
        VM.assertEq(depositLeft(), DEPOSIT - 800_000_000);
        VM.assertEq(lockedStake(), DEPOSIT);
        (,, uint256 fromDeposit) = pactum.claimableOf(agreement);
        VM.assertEq(fromDeposit, 0, "kept is not awarded");
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
    }

    function test_theBondIsRoundedUpAndOfTheLeastUnit() public {
        IPactum.Parameters memory values = someParameters();
        values.disputeBondBps = 1;
        set(values);
        INotary.Offer memory offer = anOffer();
        offer.fee = FEE + 1;
        agreement = opened(offer, 1);
        VM.assertEq(reportAndDispute(met(agreement, 0)), 100_001);
    }

    function test_aDisputerPaysNoMoreThanItMeantTo() public {
        reportInTime(met(agreement, 0));
        VM.expectRevert(abi.encodeWithSelector(ITribunal.BondTooLarge.selector, 100_000_000, 99_999_999));
        VM.prank(WATCHTOWER);
        tribunal.dispute(met(agreement, 0), GROUNDS, 99_999_999);
        VM.prank(WATCHTOWER);
        tribunal.dispute(met(agreement, 0), GROUNDS, 100_000_000);
    }

    function test_onlyTheRowThatWaitsIsDisputed() public {
        notDisputable(met(agreement, 0)); // nothing waits
        reportInTime(breach(agreement, 0, 2500, 100));
        notDisputable(met(agreement, 0));
        notDisputable(noData(agreement, 0));
        notDisputable(breach(agreement, 0, 2501, 100));
        notDisputable(breach(agreement, 0, 2500, 101));
        notDisputable(breach(agreement, 1, 2500, 100));
        notDisputable(row(agreement, 0, 0, 0, 0));
        notDisputable(row(agreement, 0, 6, 2500, 100)); // 6 is 2 in two bits
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 77));
        tribunal.dispute(breach(77, 0, 2500, 100), GROUNDS, type(uint256).max);
        disputed(breach(agreement, 0, 2500, 100));
    }

    function test_aRowIsDisputedOnce() public {
        reportAndDispute(met(agreement, 0));
        notDisputable(met(agreement, 0));
        confirmed(agreement, 0);
        notDisputable(met(agreement, 0));
    }

    function test_aSettledRowIsNotDisputed() public {
        reportAndSettle(met(agreement, 0));
        notDisputable(met(agreement, 0));
        reportInTime(met(agreement, 1));
        notDisputable(met(agreement, 0));
    }

    function test_theTribunalAloneHoldsAndDecides() public {
        reportInTime(met(agreement, 0));
        address[4] memory others = [STRANGER, ARBITER, GOVERNOR, CUSTOMER];
        for (uint256 i = 0; i < others.length; ++i) {
            VM.startPrank(others[i]);
            VM.expectRevert(abi.encodeWithSelector(IPactum.NotTribunal.selector, others[i]));
            pactum.hold(met(agreement, 0));
            VM.expectRevert(abi.encodeWithSelector(IPactum.NotTribunal.selector, others[i]));
            pactum.decide(agreement, 0, IPactum.Outcome.NoData, 0, 0, others[i]);
            VM.stopPrank();
        }
    }

    /// @dev What the Tribunal is told when it holds a row, for whatever it may want to know.
    function test_holdingSaysWhatIsHeldUp() public {
        reportInTime(breach(agreement, 0, 10_000, 1000));
        VM.prank(address(tribunal));
        IPactum.Held memory held = pactum.hold(breach(agreement, 0, 10_000, 1000));
        IPactum.Held memory expected =
            IPactum.Held(CUSTOMER, PROVIDER, address(token), 1, IPactum.Outcome.Breach, 10_000, 1000, FEE + 800_000_000);
        VM.assertEq(abi.encode(held), abi.encode(expected));
    }

    /// @dev There are never as many in a life: the count is written here.
    function test_disputesAreCountedAsFarAsAnAgreementCan() public {
        reportInTime(met(agreement, 0));
        VM.record();
        pactum.pendingOf(agreement);
        (bytes32[] memory reads,) = VM.accesses(address(pactum));
        bytes32 slot = bytes32(uint256(reads[0]) + 1); // pact, then state
        uint256 word = uint256(VM.load(address(pactum), slot));
        VM.store(address(pactum), slot, bytes32(word | uint256(type(uint16).max) << 102));
        VM.assertEq(pactum.agreementOf(agreement).disputes, type(uint16).max);
        VM.expectRevert(abi.encodeWithSelector(IPactum.TooManyDisputes.selector, agreement));
        disputed(met(agreement, 0));
        VM.store(address(pactum), slot, bytes32(word | uint256(type(uint16).max - 1) << 102));
        disputed(met(agreement, 0));
        VM.assertEq(pactum.agreementOf(agreement).disputes, type(uint16).max);
        VM.assertEq(pactum.agreementOf(agreement).next, 1, "its neighbours in the word stay");
    }

    // other rows go on ------------------------------------------------------------------------------------------------------------

    function test_laterRowsAreAcceptedAndSettledWhileOneIsHeld() public {
        reportAndDispute(breach(agreement, 0, 10_000, 1000));
        reportInTime(met(agreement, 1));
        reportInTime(met(agreement, 2));
        owed([uint256(700_000_000), 0, 0, 199_000_000, 1_000_000, 100_000_000, 0]);
        VM.warp(timeNow() + WINDOW);
        VM.assertEq(settle(agreement), 1);
        owed([uint256(1_400_000_000), 0, 0, 398_000_000, 2_000_000, 200_000_000, 0]);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        VM.assertEq(lockedStake(), DEPOSIT, "what was decided last does not release the deposit");
        VM.assertEq(claimProvider(ids(agreement)), 1_400_000_000);
    }

    function test_laterPeriodsExpireWhileARowIsHeld() public {
        reportAndDispute(met(agreement, 0));
        VM.warp(end + 10 * DAY);
        VM.assertEq(pactum.expire(agreement), 2);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        tribunal.lapse(agreement, 0);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }

    function test_theLastDecisionClosesTheAgreement() public {
        reportAndSettle(met(agreement, 0));
        reportAndDispute(met(agreement, 1));
        reportAndDispute(met(agreement, 2));
        VM.assertEq(pactum.agreementOf(agreement).disputes, 2);
        tribunal.lapse(agreement, 1);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        VM.expectEmit(address(pactum));
        emit IPactum.Closed(agreement, DEPOSIT);
        confirmed(agreement, 2);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.assertEq(lockedStake(), 0);
    }

    function test_aDecisionDoesNotCloseWhatStillWaits() public {
        reportAndSettle(met(agreement, 0));
        reportAndDispute(met(agreement, 1));
        reportInTime(met(agreement, 2));
        tribunal.lapse(agreement, 1);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        VM.assertEq(pactum.pendingOf(agreement).period, 2);
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }

    // confirm ---------------------------------------------------------------------------------------------------------------------

    function test_aConfirmedRowIsSettledAsItWasReported() public {
        reportAndDispute(breach(agreement, 0, 10_000, 1000));
        VM.expectEmit(address(pactum));
        emit IPactum.Decided(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000, address(0));
        confirmed(agreement, 0);
        owed([uint256(0), 700_000_000, 800_000_000, 199_000_000, 1_000_000, 100_000_000, 0]);
        VM.assertEq(depositLeft(), DEPOSIT - 800_000_000);
        VM.assertEq(pactum.agreementOf(agreement).disputes, 0);
        VM.assertFalse(tribunal.disputeOf(agreement, 0).open);
    }

    function test_aLostBondFallsToTheCustomerOfABreachAndTheDao() public {
        IPactum.Parameters memory values = someParameters();
        values.disputeBondBps = 1;
        set(values);
        INotary.Offer memory offer = anOffer();
        offer.fee = FEE + 1;
        agreement = opened(offer, 1);
        VM.assertEq(reportAndDispute(breach(agreement, 0, 0, 0)), 100_001);
        VM.expectEmit(address(tribunal));
        emit ITribunal.Confirmed(agreement, 0, CUSTOMER, 50_001, 50_000);
        confirmed(agreement, 0);
        VM.assertEq(tribunal.claimableOf(CUSTOMER, address(token)), 50_001);
        VM.assertEq(tribunal.claimableOfDao(address(token)), 50_000);
        VM.assertEq(tribunal.claimableOf(WATCHTOWER, address(token)), 0);
    }

    function test_aLostBondFallsToTheProviderOfARowThatIsNoBreach() public {
        reportAndDispute(met(agreement, 0));
        confirmed(agreement, 0);
        reportAndDispute(noData(agreement, 1));
        confirmed(agreement, 1);
        VM.assertEq(tribunal.claimableOf(PROVIDER, address(token)), 100_000_000);
        VM.assertEq(tribunal.claimableOfDao(address(token)), 100_000_000);
        VM.assertEq(tribunal.owed(address(token)), 200_000_000);
        owed([uint256(1_400_000_000), 200_000_000, 0, 199_000_000, 1_000_000, 200_000_000, 0]);
    }

    // replace ---------------------------------------------------------------------------------------------------------------------

    function test_whoShowsABreachGetsTheWitnessesShare() public {
        uint256 bond = reportAndDispute(met(agreement, 0));
        VM.expectEmit(address(pactum));
        emit IPactum.Decided(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000, WATCHTOWER);
        replaced(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000);
        owed([uint256(0), 700_000_000, 800_000_000, 0, 0, 100_000_000, 200_000_000]);
        VM.assertEq(tribunal.claimableOf(WATCHTOWER, address(token)), bond);
        VM.assertEq(tribunal.claimableOfDao(address(token)), 0);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
    }

    function test_whoShowsThatNothingWasBrokenGetsTheWitnessesShare() public {
        reportAndDispute(breach(agreement, 0, 10_000, 1000));
        replaced(agreement, 0, IPactum.Outcome.Met, 0, 0);
        owed([uint256(700_000_000), 0, 0, 0, 0, 100_000_000, 200_000_000]);
        VM.assertEq(depositLeft(), DEPOSIT, "what was kept is free again");
    }

    /// @dev A set of observations that nobody can produce: what would have gone back to the customer is the winner's.
    function test_whoShowsThatThereAreNoDataGetsTheShareThatNobodyEarned() public {
        reportAndDispute(breach(agreement, 0, 10_000, 1000));
        replaced(agreement, 0, IPactum.Outcome.NoData, 0, 0);
        owed([uint256(700_000_000), 0, 0, 0, 0, 100_000_000, 200_000_000]);
    }

    function test_aBreachIsReplacedByALesserOrGreaterOne() public {
        reportAndDispute(breach(agreement, 0, 1000, 0));
        replaced(agreement, 0, IPactum.Outcome.Breach, 2000, 0);
        owed([uint256(500_000_000), 200_000_000, 0, 0, 0, 100_000_000, 200_000_000]);
        reportAndDispute(breach(agreement, 1, 2000, 0));
        replaced(agreement, 1, IPactum.Outcome.Breach, 1000, 0);
        owed([uint256(1_100_000_000), 300_000_000, 0, 0, 0, 200_000_000, 400_000_000]);
    }

    function test_theArbiterStaysInsideTheConsentedCaps() public {
        INotary.Offer memory offer = anOffer();
        (offer.maxCreditBps, offer.maxSlashBps) = (2500, 300);
        agreement = opened(offer, 3);
        reportAndDispute(met(agreement, 0));
        _overConsent(IPactum.Outcome.Breach, 2501, 300);
        _overConsent(IPactum.Outcome.Breach, 2500, 301);
        _overConsent(IPactum.Outcome.Met, 1, 0);
        _overConsent(IPactum.Outcome.Met, 0, 1);
        _overConsent(IPactum.Outcome.NoData, 1, 0);
        _overConsent(IPactum.Outcome.NoData, 0, 1);
        _overConsent(IPactum.Outcome.None, 0, 0);
        replaced(agreement, 0, IPactum.Outcome.Breach, 2500, 300);
        owed([uint256(450_000_000), 250_000_000, 150_000_000, 0, 0, 100_000_000, 200_000_000]);
    }

    function _overConsent(IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.OverConsent.selector, outcome, creditBps, slashBps));
        replaced(agreement, 0, outcome, creditBps, slashBps);
    }

    function test_aRowIsNotReplacedByItself() public {
        reportAndDispute(breach(agreement, 0, 2500, 100));
        VM.expectRevert(ITribunal.NoChange.selector);
        replaced(agreement, 0, IPactum.Outcome.Breach, 2500, 100);
        replaced(agreement, 0, IPactum.Outcome.Breach, 2500, 101);
    }

    // lapse -----------------------------------------------------------------------------------------------------------------------

    function test_whenTheArbiterIsSilentTheRowStandsAndTheBondGoesBack() public {
        uint256 bond = reportAndDispute(breach(agreement, 0, 10_000, 1000));
        VM.warp(end + RESOLUTION);
        VM.expectEmit(address(pactum));
        emit IPactum.Decided(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000, address(0));
        VM.prank(STRANGER);
        tribunal.lapse(agreement, 0);
        owed([uint256(0), 700_000_000, 800_000_000, 199_000_000, 1_000_000, 100_000_000, 0]);
        VM.assertEq(tribunal.claimableOf(WATCHTOWER, address(token)), bond);
        VM.assertEq(tribunal.claimableOf(CUSTOMER, address(token)), 0);
    }

    function test_whatIsDecidedIsFinal() public {
        reportAndDispute(met(agreement, 0));
        confirmed(agreement, 0);
        bytes memory refusal = abi.encodeWithSelector(ITribunal.NoDispute.selector, agreement, 0);
        VM.expectRevert(refusal);
        confirmed(agreement, 0);
        VM.expectRevert(refusal);
        replaced(agreement, 0, IPactum.Outcome.NoData, 0, 0);
        VM.warp(end + RESOLUTION);
        VM.expectRevert(refusal);
        tribunal.lapse(agreement, 0);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotHeld.selector, agreement, 0));
        VM.prank(address(tribunal));
        pactum.decide(agreement, 0, IPactum.Outcome.NoData, 0, 0, STRANGER);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotHeld.selector, 77, 0));
        VM.prank(address(tribunal));
        pactum.decide(77, 0, IPactum.Outcome.NoData, 0, 0, STRANGER);
    }

    function test_theAgreementsArbiterAloneRules() public {
        reportAndDispute(met(agreement, 0));
        address[4] memory others = [STRANGER, GOVERNOR, WATCHTOWER, PROVIDER];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ITribunal.NotArbiter.selector, others[i], ARBITER);
            VM.startPrank(others[i]);
            VM.expectRevert(refusal);
            tribunal.confirm(agreement, 0);
            VM.expectRevert(refusal);
            tribunal.replace(agreement, 0, IPactum.Outcome.NoData, 0, 0);
            VM.stopPrank();
        }
    }

    // the deposit under disputes --------------------------------------------------------------------------------------------------

    /// @dev Rows that came later take what is left beside the reserve; a decision takes from what is left then, its reserve with it.
    function test_aReserveIsNotSpentByLaterRows() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (1_000_000_000, 10_000);
        agreement = opened(offer, 3);
        reportAndDispute(breach(agreement, 0, 0, 6000)); // keeps 600
        VM.assertEq(depositLeft(), 400_000_000);
        reportInTime(breach(agreement, 1, 0, 6000)); // gets 400
        reportInTime(met(agreement, 2));
        VM.assertEq(depositLeft(), 0);
        (,, uint256 fromDeposit) = pactum.claimableOf(agreement);
        VM.assertEq(fromDeposit, 400_000_000);
        tribunal.lapse(agreement, 0);
        (,, fromDeposit) = pactum.claimableOf(agreement);
        VM.assertEq(fromDeposit, 1_000_000_000);
        VM.assertEq(depositLeft(), 0);
    }

    function test_aReleasedReserveServesLaterRows() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (1_000_000_000, 10_000);
        agreement = opened(offer, 3);
        reportAndDispute(breach(agreement, 0, 0, 6000));
        replaced(agreement, 0, IPactum.Outcome.Met, 0, 0);
        VM.assertEq(depositLeft(), 1_000_000_000);
        reportAndSettle(breach(agreement, 1, 0, 6000));
        VM.assertEq(depositLeft(), 400_000_000);
    }

    function test_aReplacedVerdictTakesMoreThanItsReserveIfThereIsMore() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (1_000_000_000, 10_000);
        agreement = opened(offer, 3);
        reportAndDispute(breach(agreement, 0, 0, 3000));
        replaced(agreement, 0, IPactum.Outcome.Breach, 0, 9000);
        VM.assertEq(depositLeft(), 100_000_000);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 900_000_000);
    }

    function test_twoReservesNeverKeepMoreThanTheDeposit() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (1_000_000_000, 10_000);
        agreement = opened(offer, 3);
        reportAndDispute(breach(agreement, 0, 0, 6000));
        uint256 bond = reportAndDispute(breach(agreement, 1, 0, 6000));
        VM.assertEq(bond, 140_000_000, "of the fee, and of the 400 that were left");
        VM.assertEq(depositLeft(), 0);
        confirmed(agreement, 1);
        tribunal.lapse(agreement, 0);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_000_000_000);
    }

    /// @dev What the customer took before does not count against a decision that comes later.
    function test_theCustomerClaimsBeforeAndAfterADecision() public {
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        reportAndDispute(breach(agreement, 1, 10_000, 1000));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
        confirmed(agreement, 1);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        VM.assertEq(zone.stakeOf(PROVIDER, address(token)).total, 100 * uint256(DEPOSIT) - 1_600_000_000);
        VM.assertEq(depositLeft(), DEPOSIT - 1_600_000_000);
    }

    // the whole of it -------------------------------------------------------------------------------------------------------------

    function test_afterDisputesAllIsPaidToTheLastUnit() public {
        reportAndDispute(met(agreement, 0));
        replaced(agreement, 0, IPactum.Outcome.Breach, 10_000, 1000);
        reportAndDispute(breach(agreement, 1, 5000, 0));
        confirmed(agreement, 1);
        reportAndDispute(noData(agreement, 2));
        VM.warp(timeNow() + RESOLUTION);
        tribunal.lapse(agreement, 2);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        uint256 paid = claimProvider(ids(agreement)) + claimRelay() + pactum.claimDao(address(token));
        paid += pactum.claimWinner(WATCHTOWER, address(token)) + pactum.claimCustomer(ids(agreement));
        for (uint256 i = 0; i < 4; ++i) {
            paid += claimMember(i);
        }
        VM.assertEq(paid, 3 * uint256(FEE) + 800_000_000);
        VM.assertEq(balance(address(pactum)), 0);
        uint256 bonds = tribunal.claim(WATCHTOWER, address(token)) + tribunal.claim(CUSTOMER, address(token));
        VM.assertEq(bonds + tribunal.claimDao(address(token)), 300_000_000);
        VM.assertEq(balance(address(tribunal)), 0);
        VM.assertEq(tribunal.owed(address(token)), 0);
        VM.assertEq(lockedStake(), 0);
        VM.assertEq(zone.stakeOf(PROVIDER, address(token)).total, 100 * uint256(DEPOSIT) - 800_000_000);
    }

    /// @dev Whatever the committee said and the arbiter says: one fee's worth is owed, and from the deposit what the final verdict takes.
    function testFuzz_aDecisionDividesOneFee(uint8 first, uint8 last, uint16 credit, uint16 slash, uint128 fee) public {
        INotary.Offer memory offer = anOffer();
        offer.fee = 100_000_000 + fee % 1e13;
        offer.maxSlashBps = 10_000;
        agreement = opened(offer, 1);
        uint8 outcome = first % 3 + 1;
        reportAndDispute(outcome == 2 ? breach(agreement, 0, slash % 10_001, credit % 10_001) : row(agreement, 0, outcome, 0, 0));
        outcome = last % 3 + 1;
        bool same = outcome == first % 3 + 1 && (outcome != 2 || credit % 10_001 == slash % 10_001);
        if (same) confirmed(agreement, 0);
        else if (outcome == 2) replaced(agreement, 0, IPactum.Outcome.Breach, credit % 10_001, slash % 10_001);
        else replaced(agreement, 0, IPactum.Outcome(outcome), 0, 0);
        (uint256 provider, uint256 fees, uint256 deposit) = pactum.claimableOf(agreement);
        (uint256 validators, uint256 relay) = earned();
        uint256 winner = pactum.claimableOfWinner(WATCHTOWER, address(token));
        VM.assertEq(provider + fees + validators + relay + winner + pactum.claimableOfDao(address(token)), offer.fee);
        VM.assertEq(winner, same ? 0 : uint256(offer.fee) * 2000 / 10_000);
        VM.assertEq(lockedStake(), deposit + DEPOSIT, "and that of another agreement");
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }
}
