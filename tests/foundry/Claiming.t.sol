// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";

contract ClaimingTest is House {
    uint96 private agreement;

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(3);
    }

    function balance(address who) private view returns (uint256) {
        return token.balanceOf(who);
    }

    // provider --------------------------------------------------------------------------------------------------------------------

    function test_theProvidersShareGoesToItsPayoutAddressWhoeverAsks() public {
        reportAndMature(met(agreement, 0));
        VM.expectEmit(address(pactum));
        emit IPactum.ProviderPaid(agreement, PROVIDER, PAYOUT, 700_000_000);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimProvider(ids(agreement)), 700_000_000);
        VM.assertEq(balance(PAYOUT), 700_000_000);
        VM.assertEq(balance(STRANGER), 0);
    }

    function test_aProviderIsPaidOnce() public {
        reportAndMature(met(agreement, 0));
        VM.assertEq(pactum.claimProvider(ids(agreement, agreement)), 700_000_000);
        VM.assertEq(balance(PAYOUT), 700_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(ids(agreement));
    }

    function test_aProviderClaimsNothingBeforeMaturity() public {
        VM.warp(endOf(agreement, 0));
        report(met(agreement, 0));
        VM.warp(timeNow() + WINDOW - 1);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(ids(agreement));
        VM.warp(timeNow() + 1);
        VM.assertEq(pactum.claimProvider(ids(agreement)), 700_000_000);
    }

    function test_aProviderClaimsManyAgreementsAtOnce() public {
        uint96 other = anAgreement(3);
        VM.warp(endOf(agreement, 0));
        report(headerAt(endOf(agreement, 0)), list(met(agreement, 0), breach(other, 0, 1000, 0)));
        VM.warp(timeNow() + WINDOW);
        VM.assertEq(pactum.claimProvider(ids(agreement, other)), 1_300_000_000);
        VM.assertEq(balance(PAYOUT), 1_300_000_000);
    }

    function test_payoutsFollowTheNewestRecord() public {
        reportAndMature(met(agreement, 0));
        VM.prank(PROVIDER);
        zone.register(STRANGER, "");
        pactum.claimProvider(ids(agreement));
        VM.assertEq(balance(STRANGER), 700_000_000);
    }

    function test_claimsOfTwoProvidersDoNotMix() public {
        uint96 foreign = _ofAnotherProvider();
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimProvider(ids(agreement, foreign));
    }

    function test_claimsInTwoTokensDoNotMix() public {
        uint96 first = agreement;
        token = new MockToken();
        _furnish(address(token));
        uint96 foreign = anAgreement(1);
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimProvider(ids(first, foreign));
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimCustomer(ids(first, foreign));
    }

    function test_claimsOfTwoCustomersDoNotMix() public {
        uint96 foreign = _ofAnotherCustomer();
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimCustomer(ids(agreement, foreign));
    }

    function test_noAgreementsAreNoClaim() public {
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(new uint96[](0));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(new uint96[](0));
    }

    function test_unknownAgreementsAreRefused() public {
        bytes memory refusal = abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 9);
        VM.expectRevert(refusal);
        pactum.claimProvider(ids(9));
        VM.expectRevert(refusal);
        pactum.claimProvider(ids(agreement, 9));
        VM.expectRevert(refusal);
        pactum.claimCustomer(ids(9));
        VM.expectRevert(refusal);
        pactum.claimCustomer(ids(agreement, 9));
    }

    // customer --------------------------------------------------------------------------------------------------------------------

    function test_theCustomerGetsCreditAndSlashFromBothPurses() public {
        uint256 before = balance(CUSTOMER);
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        VM.expectEmit(address(pactum));
        emit IPactum.CustomerPaid(agreement, CUSTOMER, 700_000_000, 800_000_000);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        VM.assertEq(balance(CUSTOMER) - before, 1_500_000_000);
        (uint256 total, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(total, 100 * uint256(DEPOSIT) - 800_000_000);
        VM.assertEq(locked, DEPOSIT - 800_000_000);
    }

    function test_aCustomerIsPaidOnce() public {
        uint256 before = balance(CUSTOMER);
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement, agreement)), 1_500_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(balance(CUSTOMER) - before, 1_500_000_000);
    }

    function test_aCustomerClaimsASlashAlone() public {
        reportAndMature(breach(agreement, 0, 0, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 500_000_000);
    }

    function test_aCustomerClaimsNothingBeforeMaturity() public {
        VM.warp(endOf(agreement, 0));
        report(breach(agreement, 0, 10_000, 1000));
        VM.warp(timeNow() + WINDOW - 1);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
    }

    function test_aCustomerClaimsAfterTheAgreementClosed() public {
        agreement = anAgreement(1);
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        settle(agreement);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
    }

    function test_aCustomerClaimsFromTwoProvidersAtOnce() public {
        uint96 foreign = _ofAnotherProvider();
        VM.warp(endOf(agreement, 0));
        report(headerAt(endOf(agreement, 0)), list(breach(agreement, 0, 10_000, 0), breach(foreign, 0, 10_000, 0)));
        VM.warp(timeNow() + WINDOW);
        VM.assertEq(pactum.claimCustomer(ids(agreement, foreign)), 2_000_000_000);
    }

    // members ---------------------------------------------------------------------------------------------------------------------

    function claimMember(uint256 member) private returns (uint256) {
        return pactum.claimMember(configuration, address(token), member);
    }

    function test_membersShareThePotByTheirObservations() public {
        reportAndMature(met(agreement, 0)); // all four observed
        VM.warp(endOf(agreement, 1));
        IPactum.Header memory header = headerAt(endOf(agreement, 1));
        header.observers = 0x7; // member 3 did not
        report(header, list(met(agreement, 1)));
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        // 398,000,000 over 2 + 2 + 2 + 1 observations
        VM.assertEq(pactum.claimableOfMember(configuration, address(token), 0), 113_714_285);
        VM.assertEq(pactum.claimableOfMember(configuration, address(token), 3), 56_857_142);
        VM.expectEmit(address(pactum));
        emit IPactum.PotDivided(configuration, address(token), 3 * 113_714_285 + 56_857_142, 7);
        VM.expectEmit(address(pactum));
        emit IPactum.MemberPaid(configuration, address(token), members(4)[3], 56_857_142);
        VM.prank(STRANGER);
        VM.assertEq(claimMember(3), 56_857_142);
        VM.assertEq(balance(members(4)[3]), 56_857_142);
        VM.assertEq(claimMember(0), 113_714_285);
        VM.assertEq(claimMember(1), 113_714_285);
        VM.assertEq(claimMember(2), 113_714_285);
    }

    function test_whatTheDivisionLeavesGoesIntoTheNext() public {
        IPactum.Offer memory offer = anOffer();
        offer.fee = 100_000_015; // validators 20,000,003, less 1,000,000 for the relay: 3 more than four can share
        agreement = opened(offer, 2);
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.assertEq(claimMember(0), 4_750_000);
        reportAndMature(met(agreement, 1));
        settle(agreement);
        VM.assertEq(pactum.claimableOfMember(configuration, address(token), 0), uint256(19_000_003 + 3) / 4);
        VM.assertEq(pactum.claimableOfMember(configuration, address(token), 1), 4_750_000 + uint256(19_000_003 + 3) / 4);
    }

    function test_aMemberIsPaidOnce() public {
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.assertEq(claimMember(0), 49_750_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        claimMember(0);
        VM.assertEq(claimMember(1), 49_750_000);
    }

    function test_aPotWithoutMoneyIsNotDivided() public {
        reportAndMature(noData(agreement, 0));
        settle(agreement);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        claimMember(0);
    }

    function test_aMemberThatDoesNotExistClaimsNothing() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        claimMember(4);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        pactum.claimableOfMember(configuration, address(token), 4);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, bytes32(0)));
        pactum.claimMember(0, address(token), 0);
    }

    // relay and DAO ---------------------------------------------------------------------------------------------------------------

    function test_theRelaysPayeeIsPaidForSettledRowsOnce() public {
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.expectEmit(address(pactum));
        emit IPactum.RelayPaid(PAYEE, address(token), RELAY_FEE);
        VM.assertEq(pactum.claimRelay(PAYEE, address(token)), RELAY_FEE);
        VM.assertEq(balance(PAYEE), RELAY_FEE);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(PAYEE, address(token));
    }

    function test_theDaoIsPaidAtItsTreasuryOnce() public {
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.prank(GOVERNOR);
        pactum.setTreasury(STRANGER);
        VM.expectEmit(address(pactum));
        emit IPactum.DaoPaid(STRANGER, address(token), 100_000_000);
        VM.assertEq(pactum.claimDao(address(token)), 100_000_000);
        VM.assertEq(balance(STRANGER), 100_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimDao(address(token));
    }

    // in = out --------------------------------------------------------------------------------------------------------------------

    function test_whenAllHaveClaimedNothingIsLeftButRounding() public {
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        reportAndMature(met(agreement, 1));
        VM.warp(endOf(agreement, 2) + DEADLINE);
        pactum.expire(agreement);
        uint256 before = balance(CUSTOMER);
        uint256 paid = pactum.claimProvider(ids(agreement)) + pactum.claimRelay(PAYEE, address(token)) + pactum.claimDao(address(token));
        for (uint256 i = 0; i < 4; ++i) {
            paid += claimMember(i);
        }
        uint256 customer = pactum.claimCustomer(ids(agreement));
        VM.assertEq(balance(CUSTOMER) - before, customer);
        VM.assertEq(paid + customer, 3 * uint256(FEE) + 800_000_000);
        VM.assertEq(balance(address(pactum)), 0);
        (uint256 total, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(total, balance(address(zone)));
        VM.assertEq(locked, 0);
    }

    // others ----------------------------------------------------------------------------------------------------------------------

    function _ofAnotherProvider() private returns (uint96) {
        uint256 key = uint256(keccak256("another provider"));
        address provider = VM.addr(key);
        token.mint(provider, DEPOSIT);
        VM.startPrank(provider);
        zone.register(STRANGER, "");
        token.approve(address(zone), DEPOSIT);
        zone.stake(address(token), DEPOSIT);
        VM.stopPrank();
        IPactum.Offer memory offer = anOffer();
        offer.provider = provider;
        bytes memory signature = Signing.long(key, pactum.offerDigest(offer));
        VM.prank(CUSTOMER);
        return pactum.open(offer, signature, uint64(NOW + 1 hours), 3);
    }

    function _ofAnotherCustomer() private returns (uint96) {
        IPactum.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        token.mint(STRANGER, FEE);
        VM.startPrank(STRANGER);
        token.approve(address(pactum), FEE);
        uint96 found = pactum.open(offer, signature, uint64(NOW + 1 hours), 1);
        VM.stopPrank();
        return found;
    }
}
