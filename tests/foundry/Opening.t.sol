// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Periods} from "../../contracts/libraries/Periods.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

contract OpeningTest is House {
    uint64 private constant FEBRUARY_2027 = 1_801_440_000;

    function open(IPactum.Offer memory offer, uint64 start, uint32 periods, bytes memory refusal) private {
        bytes memory signature = signed(offer);
        VM.expectRevert(refusal);
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, start, periods);
    }

    function refused(IPactum.Offer memory offer, bytes memory refusal) private {
        open(offer, uint64(timeNow() + offer.lead), 2, refusal);
    }

    // terms -----------------------------------------------------------------------------------------------------------------------

    function test_termsArePublishedOnceForAll() public {
        bytes32 id = keccak256("some terms");
        VM.assertFalse(pactum.isPublished(id));
        VM.expectEmit(address(pactum));
        emit IPactum.TermsPublished(id, "some terms");
        VM.assertEq(pactum.publishTerms("some terms"), id);
        VM.assertTrue(pactum.isPublished(id));
        VM.expectRevert(abi.encodeWithSelector(IPactum.TermsAlreadyPublished.selector, id));
        pactum.publishTerms("some terms");
    }

    function test_emptyTermsAreRefused() public {
        VM.expectRevert(IPactum.EmptyTerms.selector);
        pactum.publishTerms("");
    }

    // what an opening does --------------------------------------------------------------------------------------------------------

    function test_openPullsAllFeesAndLocksTheDeposit() public {
        uint256 before = token.balanceOf(CUSTOMER);
        uint96 agreement = anAgreement(12);
        VM.assertEq(before - token.balanceOf(CUSTOMER), 12 * uint256(FEE));
        VM.assertEq(token.balanceOf(address(pactum)), 12 * uint256(FEE));
        (, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(locked, DEPOSIT);
        VM.assertGt(agreement, 0);
    }

    function test_openKeepsWhatWasAgreed() public {
        IPactum.Offer memory offer = anOffer();
        offer.maxSlashBps = 1234;
        offer.maxCreditBps = 4321;
        uint96 agreement = opened(offer, 12);
        IPactum.Agreement memory found = pactum.agreementOf(agreement);
        IPactum.Agreement memory expected = IPactum.Agreement({
            customer: CUSTOMER,
            provider: PROVIDER,
            terms: terms,
            law: law,
            fee: FEE,
            deposit: DEPOSIT,
            depositLeft: DEPOSIT,
            maxCreditBps: 4321,
            maxSlashBps: 1234,
            periodKind: IPactum.PeriodKind.Fixed,
            periodLength: DAY,
            start: uint64(NOW + 1 hours),
            periods: 12,
            next: 0,
            parameters: 1,
            listing: 2,
            closed: false
        });
        VM.assertEq(abi.encode(found), abi.encode(expected));
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.None));
    }

    function test_openTellsTheWholeOffer() public {
        IPactum.Offer memory offer = anOffer();
        uint96 agreement = _idOf(offer, uint64(NOW + 1 hours), 3);
        bytes memory signature = signed(offer);
        VM.expectEmit(address(pactum));
        emit IPactum.Opened(agreement, CUSTOMER, PROVIDER, offer, uint64(NOW + 1 hours), 3, 1, 2);
        VM.prank(CUSTOMER);
        VM.assertEq(pactum.open(offer, signature, uint64(NOW + 1 hours), 3), agreement);
    }

    function _idOf(IPactum.Offer memory offer, uint64 start, uint32 periods) private view returns (uint96) {
        bytes32 digest = pactum.offerDigest(offer);
        return uint96(uint256(keccak256(abi.encode(block.chainid, address(pactum), CUSTOMER, digest, start, periods))));
    }

    /// @dev An id comes a second time only to who searches for it, long: here the record is copied to where the opening will write.
    function test_anAgreementThatStandsIsNotOverwritten() public {
        uint96 first = anAgreement(3);
        IPactum.Offer memory offer = anOffer();
        uint96 second = _idOf(offer, uint64(NOW + 1 hours), 3);
        for (uint256 slot = 0; slot < 30; ++slot) {
            _copyRecord(slot, first, second);
        }
        VM.assertEq(pactum.agreementOf(second).customer, CUSTOMER, "the record is where records are");
        open(offer, uint64(NOW + 1 hours), 3, abi.encodeWithSelector(IPactum.AgreementExists.selector, second));
    }

    /// @dev As if the mapping of agreements had this slot.
    function _copyRecord(uint256 slot, uint96 from, uint96 to) private {
        for (uint256 i = 0; i < 8; ++i) {
            bytes32 source = bytes32(uint256(keccak256(abi.encode(from, slot))) + i);
            bytes32 target = bytes32(uint256(keccak256(abi.encode(to, slot))) + i);
            VM.store(address(pactum), target, VM.load(address(pactum), source));
        }
    }

    function test_openWithoutADepositLocksNothing() public {
        IPactum.Offer memory offer = anOffer();
        offer.deposit = 0;
        opened(offer, 1);
        (, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(locked, 0);
    }

    // consent ---------------------------------------------------------------------------------------------------------------------

    function test_anOfferIsGoodUntilItsExpiryAndNotAtIt() public {
        IPactum.Offer memory offer = anOffer();
        offer.expiry = uint64(NOW + 10);
        VM.warp(NOW + 10);
        refused(offer, abi.encodeWithSelector(IPactum.OfferExpired.selector, NOW + 10, NOW + 10));
        VM.warp(NOW + 9);
        opened(offer, 1);
    }

    function test_anOfferForACustomerIsForThatOneAlone() public {
        IPactum.Offer memory offer = anOffer();
        offer.customer = STRANGER;
        refused(offer, abi.encodeWithSelector(IPactum.OfferForAnother.selector, STRANGER, CUSTOMER));
        offer.customer = CUSTOMER;
        opened(offer, 1);
    }

    function test_theProviderIsRegistered() public {
        IPactum.Offer memory offer = anOffer();
        offer.provider = STRANGER;
        refused(offer, abi.encodeWithSelector(IPactum.ProviderNotRegistered.selector, STRANGER));
    }

    function test_theProviderItselfSignsThisVeryOffer() public {
        IPactum.Offer memory offer = anOffer();
        bytes32 digest = pactum.offerDigest(offer);
        bytes memory refusal = abi.encodeWithSelector(IPactum.BadOfferSignature.selector, PROVIDER, digest);
        bytes[4] memory bad = [
            Signing.long(uint256(keccak256("somebody else")), digest),
            Signing.long(PROVIDER_KEY, keccak256("another digest")),
            Signing.compact(PROVIDER_KEY, digest),
            bytes("")
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            VM.expectRevert(refusal);
            VM.prank(CUSTOMER);
            pactum.open(offer, bad[i], uint64(NOW + 1 hours), 1);
        }
    }

    function testFuzz_anyChangeToAnOfferBreaksItsSignature(uint8 field, uint16 change) public {
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        bytes32 before = pactum.offerDigest(offer);
        _change(offer, field % 16, uint32(change) + 1);
        VM.assertTrue(pactum.offerDigest(offer) != before);
        VM.expectRevert();
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, uint64(NOW + 30 days), 1);
    }

    function _change(IPactum.Offer memory offer, uint256 field, uint32 by) private view {
        if (field == 0) offer.provider = address(uint160(offer.provider) + by);
        if (field == 1) offer.customer = CUSTOMER;
        if (field == 2) offer.token = address(uint160(offer.token) + by);
        if (field == 3) offer.terms = bytes32(uint256(offer.terms) ^ by);
        if (field == 4) offer.law = bytes32(uint256(offer.law) ^ by);
        if (field == 5) offer.fee += by;
        if (field == 6) offer.deposit += by;
        if (field == 7) offer.maxCreditBps -= uint16(by % 10_000 + 1);
        if (field == 8) offer.maxSlashBps += uint16(by % 9000 + 1);
        if (field == 9) offer.minProviderBps -= uint16(by % 7000 + 1);
        if (field == 10) offer.periodKind = IPactum.PeriodKind.CalendarMonth;
        if (field == 11) offer.periodLength += by;
        if (field == 12) offer.maxPeriods += by;
        if (field == 13) offer.lead += by;
        if (field == 14) offer.expiry += by;
        if (field == 15) offer.nonce += by;
    }

    function test_aSignatureForAnotherPactumIsRefused() public {
        IPactum other = Deploy.pactum(GOVERNOR, address(zone), address(committee), address(lawStone), TREASURY);
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = Signing.long(PROVIDER_KEY, other.offerDigest(offer));
        VM.expectRevert(abi.encodeWithSelector(IPactum.BadOfferSignature.selector, PROVIDER, pactum.offerDigest(offer)));
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, uint64(NOW + 1 hours), 1);
    }

    function test_aSignatureForAnotherChainIsRefused() public {
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        VM.chainId(99);
        VM.expectRevert(abi.encodeWithSelector(IPactum.BadOfferSignature.selector, PROVIDER, pactum.offerDigest(offer)));
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, uint64(NOW + 1 hours), 1);
    }

    function test_aContractMaySignAsProvider() public {
        Wallet wallet = new Wallet();
        token.mint(address(wallet), DEPOSIT);
        VM.startPrank(address(wallet));
        zone.register(PAYOUT, "");
        token.approve(address(zone), DEPOSIT);
        zone.stake(address(token), DEPOSIT);
        VM.stopPrank();
        IPactum.Offer memory offer = anOffer();
        offer.provider = address(wallet);
        VM.startPrank(CUSTOMER);
        VM.expectRevert(abi.encodeWithSelector(IPactum.BadOfferSignature.selector, address(wallet), pactum.offerDigest(offer)));
        pactum.open(offer, "no", uint64(NOW + 1 hours), 1);
        pactum.open(offer, "yes", uint64(NOW + 1 hours), 1);
    }

    function test_anOfferOpensOnce() public {
        IPactum.Offer memory offer = anOffer();
        opened(offer, 2);
        VM.assertTrue(pactum.isSpent(PROVIDER, offer.nonce));
        refused(offer, abi.encodeWithSelector(IPactum.OfferSpent.selector, PROVIDER, offer.nonce));
        open(offer, uint64(NOW + 2 hours), 2, abi.encodeWithSelector(IPactum.OfferSpent.selector, PROVIDER, offer.nonce));
    }

    function test_twoOffersWithOneNonceOpenOnce() public {
        IPactum.Offer memory offer = anOffer();
        opened(offer, 2);
        offer.fee *= 2;
        refused(offer, abi.encodeWithSelector(IPactum.OfferSpent.selector, PROVIDER, offer.nonce));
    }

    function test_aCancelledOfferDoesNotOpen() public {
        IPactum.Offer memory offer = anOffer();
        VM.expectEmit(address(pactum));
        emit IPactum.OfferCancelled(PROVIDER, offer.nonce);
        VM.prank(PROVIDER);
        pactum.cancelOffer(offer.nonce);
        refused(offer, abi.encodeWithSelector(IPactum.OfferSpent.selector, PROVIDER, offer.nonce));
        VM.expectRevert(abi.encodeWithSelector(IPactum.OfferSpent.selector, PROVIDER, offer.nonce));
        VM.prank(PROVIDER);
        pactum.cancelOffer(offer.nonce);
    }

    function testFuzz_noncesAreIndependent(uint256 one, uint256 other) public {
        VM.assume(one != other);
        VM.prank(PROVIDER);
        pactum.cancelOffer(one);
        VM.assertTrue(pactum.isSpent(PROVIDER, one));
        VM.assertFalse(pactum.isSpent(PROVIDER, other));
        VM.assertFalse(pactum.isSpent(CUSTOMER, one));
    }

    // references ------------------------------------------------------------------------------------------------------------------

    function test_theTermsWerePublishedBefore() public {
        IPactum.Offer memory offer = anOffer();
        offer.terms = keccak256("unheard of");
        refused(offer, abi.encodeWithSelector(IPactum.TermsNotPublished.selector, offer.terms));
    }

    function test_theLawIsInForce() public {
        IPactum.Offer memory offer = anOffer();
        offer.law = lawStone.publish("another law");
        refused(offer, abi.encodeWithSelector(IPactum.LawNotEnacted.selector, offer.law));
        VM.startPrank(GOVERNOR);
        lawStone.enact(offer.law);
        VM.stopPrank();
        opened(offer, 1);
        VM.prank(GOVERNOR);
        lawStone.breakLaw(offer.law);
        offer.nonce = nonce++;
        refused(offer, abi.encodeWithSelector(IPactum.LawNotEnacted.selector, offer.law));
    }

    // price -----------------------------------------------------------------------------------------------------------------------

    function test_theTokenIsListed() public {
        IPactum.Offer memory offer = anOffer();
        offer.token = STRANGER;
        refused(offer, abi.encodeWithSelector(IPactum.TokenNotListed.selector, STRANGER));
    }

    function test_theFeeReachesTheTokensLeast() public {
        IPactum.Offer memory offer = anOffer();
        offer.fee = 99_999_999;
        refused(offer, abi.encodeWithSelector(IPactum.FeeTooSmall.selector, 99_999_999, 100_000_000));
        offer.fee = 100_000_000;
        opened(offer, 1);
    }

    function test_capsAreSharesOfAWhole() public {
        IPactum.Offer memory offer = anOffer();
        offer.maxCreditBps = 10_001;
        refused(offer, abi.encodeWithSelector(IPactum.CapsTooHigh.selector, 10_001, 1000));
        offer.maxCreditBps = 10_000;
        offer.maxSlashBps = 10_001;
        refused(offer, abi.encodeWithSelector(IPactum.CapsTooHigh.selector, 10_000, 10_001));
        offer.maxSlashBps = 10_000;
        opened(offer, 1);
    }

    function test_theProviderGetsTheShareItAskedFor() public {
        IPactum.Offer memory offer = anOffer();
        offer.minProviderBps = 7001;
        refused(offer, abi.encodeWithSelector(IPactum.ProviderShareTooSmall.selector, 7000, 7001));
        offer.minProviderBps = 7000;
        opened(offer, 1);
    }

    function test_thereAreParameters() public {
        IPactum bare = Deploy.pactum(GOVERNOR, address(zone), address(committee), address(lawStone), TREASURY);
        bare.publishTerms(TERMS);
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = Signing.long(PROVIDER_KEY, bare.offerDigest(offer));
        VM.expectRevert(IPactum.ParametersNotSet.selector);
        VM.prank(CUSTOMER);
        bare.open(offer, signature, uint64(NOW + 1 hours), 1);
    }

    function test_theListingsRelayFeeFitsInWhatTheWitnessesGet() public {
        VM.startPrank(GOVERNOR);
        pactum.list(IPactum.Listing(address(token), 100_000_000, 20_000_000));
        pactum.setParameters(IPactum.Parameters(DEADLINE, WINDOW, 1999, 1000));
        VM.stopPrank();
        IPactum.Offer memory offer = anOffer();
        refused(offer, abi.encodeWithSelector(IPactum.RelayFeeTooLarge.selector, 20_000_000, 19_990_000));
        VM.prank(GOVERNOR);
        pactum.setParameters(IPactum.Parameters(DEADLINE, WINDOW, 2000, 1000));
        opened(offer, 1);
    }

    // schedule --------------------------------------------------------------------------------------------------------------------

    function test_thereAreAsManyPeriodsAsOfferedAtMost() public {
        IPactum.Offer memory offer = anOffer();
        offer.maxPeriods = 5;
        open(offer, uint64(NOW + 1 hours), 0, abi.encodeWithSelector(IPactum.UnusablePeriods.selector, 0, 5));
        open(offer, uint64(NOW + 1 hours), 6, abi.encodeWithSelector(IPactum.UnusablePeriods.selector, 6, 5));
        opened(offer, 5);
    }

    function test_theStartLeavesTheLead() public {
        IPactum.Offer memory offer = anOffer();
        bytes memory refusal = abi.encodeWithSelector(IPactum.StartTooEarly.selector, NOW + 3599, NOW + 3600);
        open(offer, uint64(NOW + 3599), 1, refusal);
        openedAt(offer, uint64(NOW + 3600), 1);
    }

    /// @dev Else the customer alone could lock the deposit for as long as it likes.
    function test_theStartIsWithinOnePeriodAfterTheLead() public {
        IPactum.Offer memory offer = anOffer();
        offer.periodLength = 3 * DAY;
        _startsBefore(offer, NOW + 1 hours + 3 * DAY);
    }

    function test_theStartIsWithinADayAfterTheLeadWherePeriodsAreShorter() public {
        IPactum.Offer memory offer = anOffer();
        offer.periodLength = DEADLINE + WINDOW;
        _startsBefore(offer, NOW + 1 hours + DAY);
    }

    function test_theStartFollowsTheLeadHoweverLong() public {
        IPactum.Offer memory offer = anOffer();
        offer.lead = 1000 * DAY;
        _startsBefore(offer, NOW + 1001 * uint256(DAY));
    }

    function _startsBefore(IPactum.Offer memory offer, uint256 end) private {
        uint64[3] memory late = [uint64(end), uint64(end + 1), uint64(2 ** 40 - 1 - 3 * DAY)];
        for (uint256 i = 0; i < late.length; ++i) {
            open(offer, late[i], 1, abi.encodeWithSelector(IPactum.StartTooLate.selector, late[i], end - 1));
        }
        openedAt(offer, uint64(end - 1), 1);
    }

    /// @dev The next month always begins within the choice, and the one after it never.
    function test_monthsBeginWithTheNextOne() public {
        IPactum.Offer memory offer = months();
        uint64 march = FEBRUARY_2027 + 28 days;
        VM.warp(march - 31 days - offer.lead); // 31 days before: just too far
        open(offer, march, 1, abi.encodeWithSelector(IPactum.StartTooLate.selector, march, march - 1));
        VM.warp(march - 31 days - offer.lead + 1);
        openedAt(offer, march, 1);
        offer.nonce = nonce++;
        VM.warp(march - offer.lead + 1); // the month has just begun
        openedAt(offer, march + 31 days, 1);
    }

    function test_aCommitteeIsKnownForTheStart() public {
        _deploy();
        law = lawStone.publish(LAW);
        VM.startPrank(GOVERNOR);
        lawStone.enact(law);
        pactum.setParameters(IPactum.Parameters(DEADLINE, WINDOW, 2000, 1000));
        VM.stopPrank();
        pactum.publishTerms(TERMS);
        _furnish(address(token));
        IPactum.Offer memory offer = anOffer();
        uint64 start = uint64(NOW + 2 hours);
        open(offer, start, 1, abi.encodeWithSelector(IPactum.NoCommitteeAt.selector, start));
        VM.prank(GOVERNOR);
        committee.configure(members(4), start);
        open(offer, start - 1, 1, abi.encodeWithSelector(IPactum.NoCommitteeAt.selector, start - 1));
        openedAt(offer, start, 1);
    }

    function test_aPeriodIsAtLeastAsLongAsDeadlineAndWindow() public {
        IPactum.Offer memory offer = anOffer();
        offer.periodLength = DEADLINE + WINDOW - 1;
        uint256 least = DEADLINE + WINDOW;
        refused(offer, abi.encodeWithSelector(IPactum.PeriodTooShort.selector, least - 1, least));
        offer.periodLength = DEADLINE + WINDOW;
        opened(offer, 1);
    }

    function test_monthsAreCountedAsTwentyEightDaysAtLeast() public {
        VM.prank(GOVERNOR);
        pactum.setParameters(IPactum.Parameters(14 days, 14 days + 1, 2000, 1000));
        IPactum.Offer memory offer = months();
        bytes memory refusal = abi.encodeWithSelector(IPactum.PeriodTooShort.selector, 28 days, 28 days + 1);
        open(offer, FEBRUARY_2027, 1, refusal);
        VM.prank(GOVERNOR);
        pactum.setParameters(IPactum.Parameters(14 days, 14 days, 2000, 1000));
        openedAt(offer, FEBRUARY_2027, 1);
    }

    function months() private returns (IPactum.Offer memory offer) {
        offer = anOffer();
        offer.periodKind = IPactum.PeriodKind.CalendarMonth;
        offer.periodLength = 0;
    }

    function test_calendarMonthsBeginWithAMonth() public {
        IPactum.Offer memory offer = months();
        bytes memory refusal = abi.encodeWithSelector(IPactum.StartOffMonth.selector, FEBRUARY_2027 + 1, FEBRUARY_2027);
        open(offer, FEBRUARY_2027 + 1, 2, refusal);
        uint96 agreement = openedAt(offer, FEBRUARY_2027, 2);
        (uint64 start, uint64 end) = pactum.periodOf(agreement, 0);
        VM.assertEq(start, FEBRUARY_2027);
        VM.assertEq(end, FEBRUARY_2027 + 28 days);
        (start, end) = pactum.periodOf(agreement, 1);
        VM.assertEq(start, FEBRUARY_2027 + 28 days);
        VM.assertEq(end, FEBRUARY_2027 + 59 days);
    }

    function test_calendarMonthsHaveNoLengthOfTheirOwn() public {
        IPactum.Offer memory offer = months();
        offer.periodLength = 30 days;
        open(offer, FEBRUARY_2027, 1, abi.encodeWithSelector(IPactum.UnusableLength.selector, 30 days));
    }

    function test_theLastPeriodEndsInTimesThatTheRecordHolds() public {
        uint64 start = uint64(2 ** 40 - 1 - DAY);
        VM.warp(start - 2 hours);
        IPactum.Offer memory offer = anOffer();
        openedAt(offer, start, 1);
        offer.nonce = nonce++;
        bytes memory refusal = abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 2 ** 40);
        open(offer, start + 1, 1, refusal);
    }

    // money -----------------------------------------------------------------------------------------------------------------------

    function test_theDepositIsThereAndFree() public {
        IPactum.Offer memory offer = anOffer();
        offer.deposit = 100 * DEPOSIT + 1;
        uint256 free = 100 * uint256(DEPOSIT);
        refused(offer, abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), free + 1, free));
    }

    function test_theCustomerCanPay() public {
        VM.prank(CUSTOMER);
        token.approve(address(pactum), 0);
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        VM.expectRevert();
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, uint64(NOW + 1 hours), 2);
        VM.assertFalse(pactum.isSpent(PROVIDER, offer.nonce));
    }

    function test_anEscrowBeyondItsWidthIsRefused() public {
        IPactum.Offer memory offer = anOffer();
        offer.fee = type(uint128).max / 2 + 1;
        uint256 escrow = uint256(offer.fee) * 2;
        refused(offer, abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, escrow));
    }

    function testFuzz_periodsAreWhereTheLibrarySays(uint32 length, uint32 period) public {
        IPactum.Offer memory offer = anOffer();
        offer.periodLength = length % 100_000_000 + DEADLINE + WINDOW;
        uint96 agreement = opened(offer, 5);
        (uint64 start, uint64 end) = pactum.periodOf(agreement, period % 5);
        VM.assertEq(start, Periods.boundary(offer.periodKind, NOW + 1 hours, offer.periodLength, period % 5));
        VM.assertEq(end, start + offer.periodLength);
    }

    function test_anUnknownAgreementIsRefusedByEveryView() public {
        bytes memory refusal = abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 7);
        VM.expectRevert(refusal);
        pactum.agreementOf(7);
        VM.expectRevert(refusal);
        pactum.pendingOf(7);
        VM.expectRevert(refusal);
        pactum.periodOf(7, 0);
        VM.expectRevert(refusal);
        pactum.claimableOf(7);
    }
}

/// @notice A smart account whose signature is the word yes.
contract Wallet is IERC1271 {
    function isValidSignature(bytes32, bytes memory signature) external pure returns (bytes4) {
        return keccak256(signature) == keccak256("yes") ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
