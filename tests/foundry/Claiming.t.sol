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
        return pactum.claimMember(configuration, address(token), member, sets(ALL));
    }

    /// @dev Rows that ended now, reported by some of the members.
    function reported(uint256[] memory rows, uint32 observers) private {
        IPactum.Header memory header = headerAt(timeNow());
        header.observers = observers;
        bytes memory signatures = Signing.compact(memberKeys(4), observers, pactum.reportDigest(header, rows));
        VM.assertEq(pactum.report(header, rows, observers, signatures), rows.length, "all stand");
    }

    function due(uint256 member, uint32[] memory observerSets) private view returns (uint256) {
        return pactum.claimableOfMember(configuration, address(token), member, observerSets);
    }

    function test_observersShareWhatTheirRowsEarned() public {
        reportAndMature(met(agreement, 0)); // all four observed: 199,000,000
        VM.warp(endOf(agreement, 1));
        reported(list(met(agreement, 1)), 0x7); // member 3 did not
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        VM.assertEq(due(0, sets(0x7, ALL)), 66_333_333 + 49_750_000);
        VM.assertEq(due(3, sets(0x7, ALL)), 49_750_000);
        VM.assertEq(due(3, sets(0x7)), 0);
        VM.assertEq(due(0, new uint32[](0)), 0);
        VM.expectEmit(address(pactum));
        emit IPactum.MemberPaid(configuration, address(token), members(4)[0], 66_333_333);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, sets(0x7)), 66_333_333);
        VM.assertEq(balance(members(4)[0]), 66_333_333);
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, sets(0x7, ALL)), 49_750_000);
        VM.assertEq(pactum.claimMember(configuration, address(token), 3, sets(0x7, ALL)), 49_750_000);
        VM.assertEq(balance(members(4)[0]), 66_333_333 + 49_750_000);
    }

    /// @dev Neither rows of no money nor rows of little take anything from those who earned much, whenever somebody claims.
    function test_rowsOfLittleMoneyTakeNothingFromOthers() public {
        VM.prank(GOVERNOR);
        pactum.list(IPactum.Listing(address(token), 1_000_000, 100_000));
        uint256[] memory silent = new uint256[](20);
        uint256[] memory dust = new uint256[](20);
        uint96[] memory all = new uint96[](41);
        for (uint256 i = 0; i < 20; ++i) {
            (all[i], all[20 + i]) = (_dusty(), _dusty());
            (silent[i], dust[i]) = (noData(all[i], 0), met(all[20 + i], 0));
        }
        all[40] = agreement;
        VM.warp(endOf(agreement, 0));
        reported(list(met(agreement, 0)), 0x7);
        reported(silent, 0xb);
        reported(dust, 0xd);
        VM.warp(timeNow() + WINDOW);
        uint256 snapshot = VM.snapshotState();
        settle(agreement);
        VM.assertEq(pactum.claimMember(configuration, address(token), 1, sets(0x7, 0xb)), 66_333_333, "claimed before the dust");
        VM.revertToState(snapshot);
        VM.assertEq(pactum.settle(all), 41);
        VM.assertEq(pactum.claimMember(configuration, address(token), 1, sets(0x7, 0xb)), 66_333_333, "claimed after it");
        VM.assertEq(due(3, sets(0xb)), 0, "rows without data earn nothing");
        VM.assertEq(due(3, sets(0xd)), 666_666, "20 times 100,000 for three");
        VM.assertEq(due(2, sets(0x7, 0xd)), 66_333_333 + 666_666);
    }

    function _dusty() private returns (uint96) {
        IPactum.Offer memory offer = anOffer();
        (offer.fee, offer.deposit) = (1_000_000, 0);
        return opened(offer, 1);
    }

    function test_aSetIsNamedOnceAndInOrder() public {
        reportAndMature(met(agreement, 0));
        settle(agreement);
        _outOfOrder(sets(ALL, ALL), ALL);
        _outOfOrder(sets(ALL, 0x7), 0x7);
        _outOfOrder(sets(0), 0);
        VM.assertEq(due(0, sets(ALL - 1, ALL)), 49_750_000);
    }

    function _outOfOrder(uint32[] memory observerSets, uint32 culprit) private {
        bytes memory refusal = abi.encodeWithSelector(IPactum.SetsOutOfOrder.selector, culprit);
        VM.expectRevert(refusal);
        pactum.claimMember(configuration, address(token), 0, observerSets);
        VM.expectRevert(refusal);
        pactum.claimableOfMember(configuration, address(token), 0, observerSets);
    }

    function test_whatMembersCannotShareWaitsForMore() public {
        IPactum.Offer memory offer = anOffer();
        offer.fee = 100_000_015; // validators 20,000,003, less 1,000,000 for the relay: 3 more than four can share
        agreement = opened(offer, 2);
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.assertEq(claimMember(0), 4_750_000);
        reportAndMature(met(agreement, 1));
        settle(agreement);
        VM.assertEq(due(0, sets(ALL)), 4_750_001);
        VM.assertEq(due(1, sets(ALL)), 9_500_001);
        VM.assertEq(claimMember(0) + claimMember(1) + claimMember(2) + claimMember(3), 3 * 9_500_001 + 4_750_001);
        VM.assertEq(due(0, sets(ALL)) + due(1, sets(ALL)) + due(2, sets(ALL)) + due(3, sets(ALL)), 0);
    }

    function test_aMemberIsPaidOnce() public {
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.assertEq(claimMember(0), 49_750_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        claimMember(0);
        VM.assertEq(claimMember(1), 49_750_000);
    }

    function test_rowsWithoutDataEarnNothing() public {
        reportAndMature(noData(agreement, 0));
        settle(agreement);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        claimMember(0);
    }

    function test_aMemberThatDoesNotExistClaimsNothing() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        claimMember(4);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        pactum.claimableOfMember(configuration, address(token), 4, sets(ALL));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, bytes32(0)));
        pactum.claimMember(0, address(token), 0, sets(ALL));
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
