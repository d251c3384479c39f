// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Periods} from "../../contracts/libraries/Periods.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM, Vm} from "./support/Vm.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

contract OpeningTest is House {
    uint64 private constant FEBRUARY_2027 = 1_801_440_000;

    function open(INotary.Offer memory offer, uint64 start, uint32 periods, bytes memory refusal) private {
        refusedWith(offer, signed(offer), start, periods, refusal);
    }

    function refusedWith(INotary.Offer memory offer, bytes memory signature, uint64 start, uint32 periods, bytes memory refusal) private {
        uint32 parameters = pactum.currentParameters();
        uint32 listing = pactum.currentListing(offer.token);
        VM.expectRevert(refusal);
        VM.prank(CUSTOMER);
        notary.open(offer, signature, start, periods, parameters, listing);
    }

    function refused(INotary.Offer memory offer, bytes memory refusal) private {
        open(offer, uint64(timeNow() + offer.lead), 2, refusal);
    }

    // terms -----------------------------------------------------------------------------------------------------------------------

    function test_termsArePublishedOnceForAll() public {
        bytes32 id = keccak256("some terms");
        VM.assertFalse(notary.isPublished(id));
        VM.expectEmit(address(notary));
        emit INotary.TermsPublished(id, "some terms");
        VM.assertEq(notary.publishTerms("some terms"), id);
        VM.assertTrue(notary.isPublished(id));
        VM.expectRevert(abi.encodeWithSelector(INotary.TermsAlreadyPublished.selector, id));
        notary.publishTerms("some terms");
    }

    function test_emptyTermsAreRefused() public {
        VM.expectRevert(INotary.EmptyTerms.selector);
        notary.publishTerms("");
    }

    // what an opening does --------------------------------------------------------------------------------------------------------

    function test_openPullsAllFeesAndLocksTheDeposit() public {
        uint256 before = token.balanceOf(CUSTOMER);
        uint96 agreement = anAgreement(12);
        VM.assertEq(before - token.balanceOf(CUSTOMER), 12 * uint256(FEE));
        VM.assertEq(token.balanceOf(address(pactum)), 12 * uint256(FEE));
        VM.assertEq(lockedStake(), DEPOSIT);
        VM.assertGt(agreement, 0);
    }

    function test_openKeepsWhatWasAgreed() public {
        INotary.Offer memory offer = anOffer();
        offer.maxSlashBps = 1234;
        offer.maxCreditBps = 4321;
        offer.noticePeriods = 3;
        uint96 agreement = opened(offer, 12);
        IPactum.Agreement memory found = pactum.agreementOf(agreement);
        IPactum.Agreement memory expected = IPactum.Agreement({
            customer: CUSTOMER,
            provider: PROVIDER,
            fee: FEE,
            deposit: DEPOSIT,
            depositLeft: DEPOSIT,
            maxCreditBps: 4321,
            maxSlashBps: 1234,
            periodKind: IPactum.PeriodKind.Fixed,
            periodLength: DAY,
            start: uint64(NOW + 1 hours),
            periods: 12,
            noticePeriods: 3,
            next: 0,
            parameters: 1,
            listing: 2,
            disputes: 0,
            closed: false
        });
        VM.assertEq(abi.encode(found), abi.encode(expected));
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.None));
    }

    function test_openTellsTheWholeOffer() public {
        INotary.Offer memory offer = anOffer();
        uint96 agreement = _idOf(offer, uint64(NOW + 1 hours), 3);
        bytes memory signature = signed(offer);
        VM.expectEmit(address(notary));
        emit INotary.Opened(agreement, CUSTOMER, PROVIDER, offer, uint64(NOW + 1 hours), 3, 1, 2);
        VM.prank(CUSTOMER);
        VM.assertEq(notary.open(offer, signature, uint64(NOW + 1 hours), 3, 1, 2), agreement);
    }

    function _idOf(INotary.Offer memory offer, uint64 start, uint32 periods) private view returns (uint96) {
        bytes32 digest = notary.offerDigest(offer);
        return uint96(uint256(keccak256(abi.encode(block.chainid, address(pactum), CUSTOMER, digest, start, periods))));
    }

    function test_openWithoutADepositLocksNothing() public {
        INotary.Offer memory offer = anOffer();
        offer.deposit = 0;
        VM.recordLogs();
        opened(offer, 1);
        VM.assertEq(lockedStake(), 0);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            VM.assertNotEq(logs[i].emitter, address(zone));
        }
    }

    // consent ---------------------------------------------------------------------------------------------------------------------

    function test_anOfferIsGoodUntilItsExpiryAndNotAtIt() public {
        INotary.Offer memory offer = anOffer();
        offer.expiry = uint64(NOW + 10);
        VM.warp(NOW + 10);
        refused(offer, abi.encodeWithSelector(INotary.OfferExpired.selector, NOW + 10, NOW + 10));
        VM.warp(NOW + 9);
        opened(offer, 1);
    }

    function test_anOfferForACustomerIsForThatOneAlone() public {
        INotary.Offer memory offer = anOffer();
        offer.customer = STRANGER;
        refused(offer, abi.encodeWithSelector(INotary.OfferForAnother.selector, STRANGER, CUSTOMER));
        offer.customer = CUSTOMER;
        opened(offer, 1);
    }

    function test_theProviderIsRegistered() public {
        INotary.Offer memory offer = anOffer();
        uint256 key = uint256(keccak256("unregistered"));
        (offer.provider, offer.deposit) = (VM.addr(key), 0);
        bytes memory signature = Signing.long(key, notary.offerDigest(offer));
        bytes memory refusal = abi.encodeWithSelector(INotary.ProviderNotRegistered.selector, offer.provider);
        refusedWith(offer, signature, uint64(NOW + 1 hours), 1, refusal);
        VM.prank(offer.provider);
        zone.register(PAYOUT, "");
        openedBy(CUSTOMER, offer, signature, uint64(NOW + 1 hours), 1);
    }

    /// @dev Whoever is not registered has no stake to lock.
    function test_aProviderWithADepositIsRegistered() public {
        INotary.Offer memory offer = anOffer();
        uint256 key = uint256(keccak256("unregistered"));
        (offer.provider, offer.deposit) = (VM.addr(key), 1);
        bytes memory signature = Signing.long(key, notary.offerDigest(offer));
        bytes memory refusal = abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, offer.provider, address(token), 1, 0);
        refusedWith(offer, signature, uint64(NOW + 1 hours), 1, refusal);
    }

    function test_theProviderItselfSignsThisVeryOffer() public {
        INotary.Offer memory offer = anOffer();
        bytes32 digest = notary.offerDigest(offer);
        bytes memory refusal = abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, digest);
        bytes[4] memory bad = [
            Signing.long(uint256(keccak256("somebody else")), digest),
            Signing.long(PROVIDER_KEY, keccak256("another digest")),
            Signing.compact(PROVIDER_KEY, digest),
            bytes("")
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            refusedWith(offer, bad[i], uint64(NOW + 1 hours), 1, refusal);
        }
    }

    function testFuzz_anyChangeToAnOfferBreaksItsSignature(uint8 field, uint16 change) public {
        INotary.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        bytes32 before = notary.offerDigest(offer);
        _change(offer, field % 17, uint32(change) + 1);
        bytes32 digest = notary.offerDigest(offer);
        VM.assertNotEq(digest, before);
        bytes memory refusal = abi.encodeWithSelector(INotary.BadOfferSignature.selector, offer.provider, digest);
        refusedWith(offer, signature, uint64(NOW + 1 hours), 1, refusal);
    }

    function _change(INotary.Offer memory offer, uint256 field, uint32 by) private view {
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
        if (field == 16) offer.noticePeriods += uint16(by % type(uint16).max + 1);
    }

    /// @dev The Notary makes it itself, Pactum signs under it: they are one.
    function test_offersAreSignedUnderPactumsDomain() public {
        INotary.Offer memory offer = anOffer();
        bytes32 type_ = keccak256(
            "Offer(address provider,address customer,address token,bytes32 terms,bytes32 law,uint128 fee,uint128 deposit,"
            "uint16 maxCreditBps,uint16 maxSlashBps,uint16 minProviderBps,uint8 periodKind,uint32 periodLength,uint32 maxPeriods,"
            "uint16 noticePeriods,uint32 lead,uint64 expiry,uint256 nonce)"
        );
        bytes32 content = keccak256(abi.encode(type_, offer));
        VM.assertEq(notary.offerDigest(offer), keccak256(abi.encodePacked(hex"1901", pactum.domainSeparator(), content)));
    }

    function test_aSignatureForAnotherPactumIsRefused() public {
        address other = address(Deploy.pactum(parts()));
        INotary itsNotary = Deploy.notary(other, address(zone), address(committee), address(lawStone));
        INotary.Offer memory offer = anOffer();
        bytes memory signature = Signing.long(PROVIDER_KEY, itsNotary.offerDigest(offer));
        bytes memory refusal = abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, notary.offerDigest(offer));
        refusedWith(offer, signature, uint64(NOW + 1 hours), 1, refusal);
    }

    function test_aSignatureForAnotherChainIsRefused() public {
        INotary.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        bytes32 here = notary.offerDigest(offer);
        VM.chainId(99);
        VM.assertNotEq(notary.offerDigest(offer), here);
        bytes memory refusal = abi.encodeWithSelector(INotary.BadOfferSignature.selector, PROVIDER, notary.offerDigest(offer));
        refusedWith(offer, signature, uint64(NOW + 1 hours), 1, refusal);
    }

    function test_aContractMaySignAsProvider() public {
        Wallet wallet = new Wallet();
        token.mint(address(wallet), DEPOSIT);
        VM.startPrank(address(wallet));
        zone.register(PAYOUT, "");
        token.approve(address(zone), DEPOSIT);
        zone.stake(address(token), DEPOSIT);
        VM.stopPrank();
        INotary.Offer memory offer = anOffer();
        offer.provider = address(wallet);
        bytes memory refusal = abi.encodeWithSelector(INotary.BadOfferSignature.selector, address(wallet), notary.offerDigest(offer));
        refusedWith(offer, "no", uint64(NOW + 1 hours), 1, refusal);
        openedBy(CUSTOMER, offer, "yes", uint64(NOW + 1 hours), 1);
    }

    function test_anOfferOpensOnce() public {
        INotary.Offer memory offer = anOffer();
        opened(offer, 2);
        VM.assertTrue(notary.isSpent(PROVIDER, offer.nonce));
        refused(offer, abi.encodeWithSelector(INotary.OfferSpent.selector, PROVIDER, offer.nonce));
        open(offer, uint64(NOW + 2 hours), 2, abi.encodeWithSelector(INotary.OfferSpent.selector, PROVIDER, offer.nonce));
    }

    function test_twoOffersWithOneNonceOpenOnce() public {
        INotary.Offer memory offer = anOffer();
        opened(offer, 2);
        offer.fee *= 2;
        refused(offer, abi.encodeWithSelector(INotary.OfferSpent.selector, PROVIDER, offer.nonce));
    }

    function test_aCancelledOfferDoesNotOpen() public {
        INotary.Offer memory offer = anOffer();
        VM.expectEmit(address(notary));
        emit INotary.OfferCancelled(PROVIDER, offer.nonce);
        VM.prank(PROVIDER);
        notary.cancelOffer(offer.nonce);
        refused(offer, abi.encodeWithSelector(INotary.OfferSpent.selector, PROVIDER, offer.nonce));
        VM.expectRevert(abi.encodeWithSelector(INotary.OfferSpent.selector, PROVIDER, offer.nonce));
        VM.prank(PROVIDER);
        notary.cancelOffer(offer.nonce);
    }

    function testFuzz_noncesAreIndependent(uint256 one, uint256 other) public {
        VM.assume(one != other);
        VM.prank(PROVIDER);
        notary.cancelOffer(one);
        VM.assertTrue(notary.isSpent(PROVIDER, one));
        VM.assertFalse(notary.isSpent(PROVIDER, other));
        VM.assertFalse(notary.isSpent(CUSTOMER, one));
    }

    // references ------------------------------------------------------------------------------------------------------------------

    function test_theTermsWerePublishedBefore() public {
        INotary.Offer memory offer = anOffer();
        offer.terms = keccak256("unheard of");
        refused(offer, abi.encodeWithSelector(INotary.TermsNotPublished.selector, offer.terms));
    }

    function test_theLawIsInForce() public {
        INotary.Offer memory offer = anOffer();
        offer.law = lawStone.publish("another law");
        refused(offer, abi.encodeWithSelector(INotary.LawNotEnacted.selector, offer.law));
        enacted(offer.law);
        opened(offer, 1);
        VM.prank(GOVERNOR);
        lawStone.breakLaw(offer.law);
        offer.nonce = nonce++;
        refused(offer, abi.encodeWithSelector(INotary.LawNotEnacted.selector, offer.law));
    }

    // price -----------------------------------------------------------------------------------------------------------------------

    function test_theTokenIsListed() public {
        INotary.Offer memory offer = anOffer();
        offer.token = STRANGER;
        refused(offer, abi.encodeWithSelector(INotary.TokenNotListed.selector, STRANGER));
    }

    function test_theFeeReachesTheTokensLeast() public {
        INotary.Offer memory offer = anOffer();
        offer.fee = 99_999_999;
        refused(offer, abi.encodeWithSelector(INotary.FeeTooSmall.selector, 99_999_999, 100_000_000));
        offer.fee = 100_000_000;
        opened(offer, 1);
    }

    function test_capsAreSharesOfAWhole() public {
        INotary.Offer memory offer = anOffer();
        offer.maxCreditBps = 10_001;
        refused(offer, abi.encodeWithSelector(INotary.CapsTooHigh.selector, 10_001, 1000));
        offer.maxCreditBps = 10_000;
        offer.maxSlashBps = 10_001;
        refused(offer, abi.encodeWithSelector(INotary.CapsTooHigh.selector, 10_000, 10_001));
        offer.maxSlashBps = 10_000;
        opened(offer, 1);
    }

    function test_theProviderGetsTheShareItAskedFor() public {
        INotary.Offer memory offer = anOffer();
        offer.minProviderBps = 7001;
        refused(offer, abi.encodeWithSelector(INotary.ProviderShareTooSmall.selector, 7000, 7001));
        offer.minProviderBps = 7000;
        opened(offer, 1);
    }

    function test_thereAreParameters() public {
        _deploy();
        VM.prank(PROVIDER);
        zone.register(PAYOUT, "{}");
        law = lawStone.publish(LAW);
        VM.prank(GOVERNOR);
        lawStone.found(ILawStone.Seat.Settlement, law, true);
        notary.publishTerms(TERMS);
        refused(anOffer(), abi.encodeWithSelector(INotary.ParametersNotSet.selector));
    }

    function test_theListingsRelayFeeFitsInWhatTheWitnessesGet() public {
        IPactum.Parameters memory values = someParameters();
        relist(address(token), 20_000_000, 100_000_000);
        values.validatorBps = 1999;
        set(values);
        INotary.Offer memory offer = anOffer();
        refused(offer, abi.encodeWithSelector(INotary.RelayFeeTooLarge.selector, 20_000_000, 19_990_000));
        values.validatorBps = 2000;
        set(values);
        opened(offer, 1);
    }

    /// @dev Governance cannot change what a customer consented to between its signature and its transaction.
    function test_theCustomerNamesTheConditionsInForce() public {
        INotary.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        set(someParameters());
        _refusesConditions(offer, signature, 1, 2, 2, 2);
        relist(address(token), 0, 100_000_000);
        _refusesConditions(offer, signature, 2, 2, 2, 3);
        _refusesConditions(offer, signature, 3, 3, 2, 3);
        _refusesConditions(offer, signature, 2, 4, 2, 3);
        _refusesConditions(offer, signature, 0, 0, 2, 3);
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(NOW + 1 hours), 1, 2, 3);
    }

    /// @dev Those that are named, and those in force.
    function _refusesConditions(
        INotary.Offer memory offer,
        bytes memory signature,
        uint32 parameters,
        uint32 listing,
        uint32 inForce,
        uint32 listed
    ) private {
        VM.expectRevert(abi.encodeWithSelector(INotary.ConditionsChanged.selector, inForce, listed));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(NOW + 1 hours), 1, parameters, listing);
    }

    // schedule --------------------------------------------------------------------------------------------------------------------

    function test_thereAreAsManyPeriodsAsOfferedAtMost() public {
        INotary.Offer memory offer = anOffer();
        offer.maxPeriods = 5;
        open(offer, uint64(NOW + 1 hours), 0, abi.encodeWithSelector(INotary.UnusablePeriods.selector, 0, 5));
        open(offer, uint64(NOW + 1 hours), 6, abi.encodeWithSelector(INotary.UnusablePeriods.selector, 6, 5));
        opened(offer, 5);
    }

    function test_thereAreAsManyPeriodsAsAnAgreementCanCountAtMost() public {
        INotary.Offer memory offer = anOffer();
        (offer.maxPeriods, offer.fee, offer.periodLength) = (type(uint32).max, 100_000_000, DEADLINE + WINDOW);
        uint32 most = 2 ** 24 - 1;
        token.mint(CUSTOMER, 1e16);
        open(offer, uint64(NOW + 1 hours), most + 1, abi.encodeWithSelector(INotary.UnusablePeriods.selector, most + 1, most));
        uint96 agreement = opened(offer, most);
        VM.assertEq(pactum.agreementOf(agreement).periods, most);
    }

    function test_theStartLeavesTheLead() public {
        INotary.Offer memory offer = anOffer();
        bytes memory refusal = abi.encodeWithSelector(INotary.StartTooEarly.selector, NOW + 3599, NOW + 3600);
        open(offer, uint64(NOW + 3599), 1, refusal);
        openedAt(offer, uint64(NOW + 3600), 1);
    }

    /// @dev Else the customer alone could lock the deposit for as long as it likes.
    function test_theStartIsWithinOnePeriodAfterTheLead() public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = 3 * DAY;
        _startsBefore(offer, NOW + 1 hours + 3 * DAY);
    }

    function test_theStartIsWithinADayAfterTheLeadWherePeriodsAreShorter() public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = DEADLINE + WINDOW;
        _startsBefore(offer, NOW + 1 hours + DAY);
    }

    function test_theStartFollowsTheLeadHoweverLong() public {
        INotary.Offer memory offer = anOffer();
        offer.lead = 1000 * DAY;
        _startsBefore(offer, NOW + 1001 * uint256(DAY));
    }

    function _startsBefore(INotary.Offer memory offer, uint256 end) private {
        uint64[3] memory late = [uint64(end), uint64(end + 1), uint64(2 ** 40 - 1 - 3 * DAY)];
        for (uint256 i = 0; i < late.length; ++i) {
            open(offer, late[i], 1, abi.encodeWithSelector(INotary.StartTooLate.selector, late[i], end - 1));
        }
        openedAt(offer, uint64(end - 1), 1);
    }

    /// @dev The next month always begins within the choice, and the one after it never.
    function test_monthsBeginWithTheNextOne() public {
        INotary.Offer memory offer = months();
        uint64 march = FEBRUARY_2027 + 28 days;
        VM.warp(march - 31 days - offer.lead); // 31 days before: just too far
        open(offer, march, 1, abi.encodeWithSelector(INotary.StartTooLate.selector, march, march - 1));
        VM.warp(march - 31 days - offer.lead + 1);
        openedAt(offer, march, 1);
        offer.nonce = nonce++;
        VM.warp(march - offer.lead + 1); // the month has just begun
        openedAt(offer, march + 31 days, 1);
    }

    function test_aCommitteeIsKnownForTheStart() public {
        _deploy();
        law = lawStone.publish(LAW);
        VM.prank(GOVERNOR);
        lawStone.found(ILawStone.Seat.Settlement, law, true);
        set(someParameters());
        notary.publishTerms(TERMS);
        _furnish(address(token));
        INotary.Offer memory offer = anOffer();
        uint64 start = uint64(NOW + 2 hours);
        open(offer, start, 1, abi.encodeWithSelector(INotary.NoCommitteeAt.selector, start));
        configured(members(4), start);
        open(offer, start - 1, 1, abi.encodeWithSelector(INotary.NoCommitteeAt.selector, start - 1));
        openedAt(offer, start, 1);
    }

    function test_aPeriodIsAtLeastAsLongAsDeadlineAndWindow() public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = DEADLINE + WINDOW - 1;
        uint256 least = DEADLINE + WINDOW;
        refused(offer, abi.encodeWithSelector(INotary.PeriodTooShort.selector, least - 1, least));
        offer.periodLength = DEADLINE + WINDOW;
        opened(offer, 1);
    }

    function test_monthsAreCountedAsTwentyEightDaysAtLeast() public {
        IPactum.Parameters memory values = someParameters();
        (values.reportDeadline, values.disputeWindow, values.thaw) = (14 days, 14 days + 1, 60 days);
        set(values);
        INotary.Offer memory offer = months();
        bytes memory refusal = abi.encodeWithSelector(INotary.PeriodTooShort.selector, 28 days, 28 days + 1);
        open(offer, FEBRUARY_2027, 1, refusal);
        values.disputeWindow = 14 days;
        set(values);
        openedAt(offer, FEBRUARY_2027, 1);
    }

    function test_aPeriodIsAtMostAsLongAsTheRulesAllow() public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = LONGEST + 1;
        refused(offer, abi.encodeWithSelector(INotary.PeriodTooLong.selector, LONGEST + 1, LONGEST));
        offer.periodLength = LONGEST;
        opened(offer, 1);
    }

    function test_monthsAreCountedAsThirtyOneDaysAtMost() public {
        IPactum.Parameters memory values = someParameters();
        values.longestPeriod = 31 days - 1;
        set(values);
        INotary.Offer memory offer = months();
        open(offer, FEBRUARY_2027, 1, abi.encodeWithSelector(INotary.PeriodTooLong.selector, 31 days, 31 days - 1));
        values.longestPeriod = 31 days;
        set(values);
        openedAt(offer, FEBRUARY_2027, 1);
    }

    function months() private returns (INotary.Offer memory offer) {
        offer = anOffer();
        offer.periodKind = IPactum.PeriodKind.CalendarMonth;
        offer.periodLength = 0;
    }

    function test_calendarMonthsBeginWithAMonth() public {
        INotary.Offer memory offer = months();
        bytes memory refusal = abi.encodeWithSelector(INotary.StartOffMonth.selector, FEBRUARY_2027 + 1, FEBRUARY_2027);
        open(offer, FEBRUARY_2027 + 1, 2, refusal);
        uint96 agreement = openedAt(offer, FEBRUARY_2027, 2);
        VM.assertEq(uint8(pactum.agreementOf(agreement).periodKind), uint8(IPactum.PeriodKind.CalendarMonth));
        (uint256 start, uint256 end) = pactum.periodOf(agreement, 0);
        VM.assertEq(start, FEBRUARY_2027);
        VM.assertEq(end, FEBRUARY_2027 + 28 days);
        (start, end) = pactum.periodOf(agreement, 1);
        VM.assertEq(start, FEBRUARY_2027 + 28 days);
        VM.assertEq(end, FEBRUARY_2027 + 59 days);
    }

    function test_calendarMonthsHaveNoLengthOfTheirOwn() public {
        INotary.Offer memory offer = months();
        offer.periodLength = 30 days;
        open(offer, FEBRUARY_2027, 1, abi.encodeWithSelector(INotary.UnusableLength.selector, 30 days));
    }

    function test_theLastRulingIsAtATimeThatTheRecordHolds() public {
        IPactum.Parameters memory rules = pactum.parametersOf(1);
        uint256 windows = uint256(rules.reportDeadline) + rules.disputeWindow + rules.resolutionDeadline;
        uint64 start = uint64(2 ** 40 - 1 - DAY - windows);
        VM.warp(start - 2 hours);
        INotary.Offer memory offer = anOffer();
        openedAt(offer, start, 1);
        offer.nonce = nonce++;
        bytes memory refusal = abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 2 ** 40);
        open(offer, start + 1, 1, refusal);
    }

    // money -----------------------------------------------------------------------------------------------------------------------

    function test_theDepositIsThereAndFree() public {
        INotary.Offer memory offer = anOffer();
        offer.deposit = 100 * DEPOSIT + 1;
        uint256 free = 100 * uint256(DEPOSIT);
        refused(offer, abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), free + 1, free));
    }

    function test_theCustomerCanPay() public {
        VM.prank(CUSTOMER);
        token.approve(address(pactum), 2 * FEE - 1);
        INotary.Offer memory offer = anOffer();
        bytes4 refusal = IERC20Errors.ERC20InsufficientAllowance.selector;
        refused(offer, abi.encodeWithSelector(refusal, address(pactum), 2 * FEE - 1, 2 * FEE));
        VM.assertFalse(notary.isSpent(PROVIDER, offer.nonce));
        VM.assertEq(lockedStake(), 0);
    }

    /// @dev So that every sum over an agreement fits the words that keep it.
    function test_anEscrowIsAtMostWhatAnAgreementCanCount() public {
        uint256 most = 2 ** 85 - 1;
        token.mint(CUSTOMER, 2 ** 86);
        INotary.Offer memory offer = anOffer();
        offer.fee = 2 ** 84;
        refused(offer, abi.encodeWithSelector(INotary.AmountTooLarge.selector, most + 1, most));
        offer.fee = uint128(most);
        opened(offer, 1);
    }

    function test_aDepositIsAtMostWhatAnAgreementCanCount() public {
        uint256 most = 2 ** 85 - 1;
        token.mint(PROVIDER, 2 ** 86);
        VM.prank(PROVIDER);
        zone.stake(address(token), 2 ** 85);
        INotary.Offer memory offer = anOffer();
        offer.deposit = uint128(most + 1);
        refused(offer, abi.encodeWithSelector(INotary.AmountTooLarge.selector, most + 1, most));
        offer.deposit = uint128(most);
        opened(offer, 1);
        VM.assertEq(lockedStake(), most);
    }

    function testFuzz_periodsAreWhereTheLibrarySays(uint32 length, uint32 period) public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = length % (LONGEST - DEADLINE - WINDOW + 1) + DEADLINE + WINDOW;
        uint96 agreement = opened(offer, 5);
        (uint256 start, uint256 end) = pactum.periodOf(agreement, period % 5);
        VM.assertEq(start, Periods.boundary(offer.periodKind, NOW + 1 hours, offer.periodLength, period % 5));
        VM.assertEq(end, start + offer.periodLength);
    }

    // enter -----------------------------------------------------------------------------------------------------------------------

    function anEntry() private view returns (IPactum.Entry memory entry) {
        (entry.customer, entry.provider, entry.token) = (CUSTOMER, PROVIDER, address(token));
        (entry.fee, entry.deposit, entry.periodLength) = (FEE, DEPOSIT, DAY);
        (entry.start, entry.periods, entry.parameters, entry.listing) = (NOW + 1 hours, 1, 1, 2);
    }

    function test_theNotaryAloneBeginsAgreements() public {
        address[4] memory others = [GOVERNOR, PROVIDER, CUSTOMER, address(tribunal)];
        for (uint256 i = 0; i < others.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.NotNotary.selector, others[i]));
            VM.prank(others[i]);
            pactum.enter(7, anEntry());
        }
    }

    /// @dev An id comes a second time only to who searches for it, long: here the Notary itself brings it.
    function test_anAgreementThatStandsIsNotOverwritten() public {
        uint96 agreement = anAgreement(3);
        VM.expectRevert(abi.encodeWithSelector(IPactum.AgreementExists.selector, agreement));
        VM.prank(address(notary));
        pactum.enter(agreement, anEntry());
        uint96 ended = anAgreement(1);
        terminatedBy(CUSTOMER, ended);
        VM.assertTrue(pactum.agreementOf(ended).closed);
        VM.expectRevert(abi.encodeWithSelector(IPactum.AgreementExists.selector, ended));
        VM.prank(address(notary));
        pactum.enter(ended, anEntry());
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
