// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM, Vm} from "./support/Vm.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

contract ClaimingTest is House {
    uint96 private agreement;

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(3);
    }

    // provider --------------------------------------------------------------------------------------------------------------------

    function test_theProvidersShareGoesToItsPayoutAddressWhoeverAsks() public {
        reportAndSettle(met(agreement, 0));
        bytes memory parts = abi.encode(uint256(agreement) << 160 | 700_000_000);
        VM.expectEmit(address(pactum));
        emit IPactum.ProviderPaid(PROVIDER, parts);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimProvider(ids(agreement), address(token), PAYOUT), 700_000_000);
        VM.assertEq(balance(PAYOUT), 700_000_000);
        VM.assertEq(balance(STRANGER), 0);
    }

    function test_aProviderNamesAnyAddressItself() public {
        reportAndSettle(met(agreement, 0));
        VM.prank(PROVIDER);
        VM.assertEq(pactum.claimProvider(ids(agreement), address(token), STRANGER), 700_000_000);
        VM.assertEq(balance(STRANGER), 700_000_000);
        VM.assertEq(balance(PAYOUT), 0);
    }

    function test_nobodyElseNamesAnotherThanThePayoutAddress() public {
        reportAndSettle(met(agreement, 0));
        address[4] memory callers = [STRANGER, CUSTOMER, PAYOUT, GOVERNOR];
        for (uint256 i = 0; i < callers.length; ++i) {
            _notPayable(callers[i], callers[i] == PAYOUT ? STRANGER : callers[i]);
        }
        _notPayable(STRANGER, address(0));
        _notPayable(PROVIDER, address(0));
        (uint256 due,,) = pactum.claimableOf(agreement);
        VM.assertEq(due, 700_000_000);
    }

    function _notPayable(address caller, address to) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotPayable.selector, caller, to));
        VM.prank(caller);
        pactum.claimProvider(ids(agreement), address(token), to);
    }

    function test_aProviderIsPaidOnce() public {
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimProvider(ids(agreement, agreement)), 700_000_000);
        VM.assertEq(balance(PAYOUT), 700_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(ids(agreement), address(token), PAYOUT);
    }

    function test_aProviderClaimsWhatIsSettledAndNothingElse() public {
        reportInTime(met(agreement, 0));
        VM.warp(timeNow() + WINDOW);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(ids(agreement), address(token), PAYOUT);
        VM.assertEq(settleAndClaimProvider(ids(agreement)), 700_000_000);
        VM.assertEq(balance(PAYOUT), 700_000_000);
    }

    function test_aProviderClaimsNothingBeforeMaturity() public {
        reportInTime(met(agreement, 0));
        VM.warp(timeNow() + WINDOW - 1);
        VM.assertEq(settle(agreement), 0);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(ids(agreement), address(token), PAYOUT);
        VM.warp(timeNow() + 1);
        VM.assertEq(settleAndClaimProvider(ids(agreement)), 700_000_000);
    }

    /// @dev Whoever claims keeps the row that waits, and the count of disputes, as they are.
    function test_aClaimLeavesTheRowThatWaitsAlone() public {
        reportAndSettle(met(agreement, 0));
        reportAndDispute(met(agreement, 1));
        reportInTime(breach(agreement, 2, 2500, 100));
        bytes memory before = abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement));
        VM.assertEq(claimProvider(ids(agreement)), 700_000_000);
        VM.assertEq(abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement)), before);
    }

    function test_aProviderClaimsManyAgreementsAtOnce() public {
        uint96 other = anAgreement(3);
        VM.warp(endOf(agreement, 0));
        report(headerAt(endOf(agreement, 0)), list(met(agreement, 0), breach(other, 0, 1000, 0)));
        VM.warp(timeNow() + WINDOW);
        pactum.settle(ids(agreement, other));
        bytes memory parts = abi.encode(uint256(agreement) << 160 | 700_000_000, uint256(other) << 160 | 600_000_000);
        VM.expectEmit(address(pactum));
        emit IPactum.ProviderPaid(PROVIDER, parts);
        VM.assertEq(claimProvider(ids(agreement, other)), 1_300_000_000);
        VM.assertEq(balance(PAYOUT), 1_300_000_000);
    }

    function test_aCallThatFailsTakesTheOthersBack() public {
        reportAndMature(met(agreement, 0));
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IPactum.settle, (ids(agreement)));
        calls[1] = abi.encodeCall(IPactum.claimProvider, (ids(agreement), address(token), STRANGER));
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotPayable.selector, STRANGER, STRANGER));
        VM.prank(STRANGER);
        Multicall(address(pactum)).multicall(calls);
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.Met));
        VM.prank(PROVIDER); // who may
        Multicall(address(pactum)).multicall(calls);
        VM.assertEq(balance(STRANGER), 700_000_000);
    }

    /// @dev The ABI knows 96 bits: a word that is wider is no second name of an agreement.
    function test_aWordThatIsNoIdIsNotClaimedFor() public {
        reportAndSettle(met(agreement, 0));
        uint256 wide = uint256(agreement) | 1 << 96;
        bytes memory words = abi.encode(uint256(0x60), address(token), PAYOUT, uint256(2), uint256(agreement), wide);
        (bool done, bytes memory refusal) = address(pactum).call(bytes.concat(IPactum.claimProvider.selector, words));
        VM.assertFalse(done);
        VM.assertEq(refusal, abi.encodeWithSelector(IPactum.MixedClaim.selector, wide));
        VM.assertEq(claimProvider(ids(agreement)), 700_000_000);
    }

    function test_payoutsFollowTheNewestRecord() public {
        reportAndSettle(met(agreement, 0));
        VM.prank(PROVIDER);
        zone.register(STRANGER, "");
        _notPayable(GOVERNOR, PAYOUT);
        claimProvider(ids(agreement));
        VM.assertEq(balance(STRANGER), 700_000_000);
    }

    function test_claimsOfTwoProvidersDoNotMix() public {
        uint96 foreign = _ofAnotherProvider();
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimProvider(ids(agreement, foreign), address(token), PAYOUT);
    }

    function test_claimsInTwoTokensDoNotMix() public {
        (uint96 first, MockToken dollar) = (agreement, token);
        token = new MockToken();
        _furnish(address(token));
        uint96 foreign = anAgreement(1);
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimProvider(ids(first, foreign), address(dollar), PAYOUT);
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimCustomer(ids(first, foreign));
    }

    /// @dev There is money in both tokens: nobody is paid in the other one.
    function test_aClaimNamesTheTokenOfItsAgreements() public {
        reportAndSettle(met(agreement, 0));
        (uint96 first, MockToken dollar) = (agreement, token);
        token = new MockToken();
        _furnish(address(token));
        anAgreement(5);
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, first));
        pactum.claimProvider(ids(first), address(token), PAYOUT);
        VM.assertEq(pactum.claimProvider(ids(first), address(dollar), PAYOUT), 700_000_000);
        VM.assertEq(dollar.balanceOf(PAYOUT), 700_000_000);
        VM.assertEq(balance(PAYOUT), 0);
    }

    function test_claimsOfTwoCustomersDoNotMix() public {
        uint96 foreign = _ofAnotherCustomer();
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, foreign));
        pactum.claimCustomer(ids(agreement, foreign));
    }

    function test_noAgreementsAreNoClaim() public {
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimProvider(new uint96[](0), address(token), PAYOUT);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(new uint96[](0));
    }

    function test_unknownAgreementsAreRefused() public {
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotPayable.selector, address(this), PAYOUT));
        pactum.claimProvider(ids(9), address(token), PAYOUT);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotPayable.selector, address(this), address(0)));
        pactum.claimProvider(ids(9), address(token), address(0));
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, 9));
        pactum.claimProvider(ids(agreement, 9), address(token), PAYOUT);
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 9));
        pactum.claimCustomer(ids(9));
        VM.expectRevert(abi.encodeWithSelector(IPactum.MixedClaim.selector, 9));
        pactum.claimCustomer(ids(agreement, 9));
    }

    // customer --------------------------------------------------------------------------------------------------------------------

    function test_theCustomerGetsCreditAndSlashFromBothPurses() public {
        uint256 before = balance(CUSTOMER);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.expectEmit(address(pactum));
        emit IPactum.CustomerPaid(agreement, CUSTOMER, 700_000_000, 800_000_000);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        VM.assertEq(balance(CUSTOMER) - before, 1_500_000_000);
        IZone.Stake memory stake = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(stake.total, 100 * uint256(DEPOSIT) - 800_000_000);
        VM.assertEq(stake.locked, DEPOSIT - 800_000_000);
    }

    function test_aCustomerIsPaidOnce() public {
        uint256 before = balance(CUSTOMER);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement, agreement)), 1_500_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(balance(CUSTOMER) - before, 1_500_000_000);
    }

    function test_aCustomerIsPaidAgainWhatCameAgain() public {
        uint256 before = balance(CUSTOMER);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
        reportAndSettle(breach(agreement, 1, 0, 500));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 250_000_000);
        VM.assertEq(balance(CUSTOMER) - before, 1_750_000_000);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, DEPOSIT - 1_050_000_000);
    }

    function test_aCustomerClaimsASlashAlone() public {
        reportAndSettle(breach(agreement, 0, 0, 1000));
        VM.recordLogs();
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 500_000_000);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bool fromPactum = logs[i].topics.length == 3 && logs[i].topics[1] == bytes32(uint256(uint160(address(pactum))));
            VM.assertFalse(fromPactum, "a token may refuse to move nothing");
        }
    }

    function test_aCustomerClaimsASingleUnit() public {
        relist(address(token), 0, 10_000);
        INotary.Offer memory offer = anOffer();
        offer.fee = 10_000;
        agreement = opened(offer, 1);
        reportAndSettle(breach(agreement, 0, 1, 0));
        uint256 before = balance(CUSTOMER);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1);
        VM.assertEq(balance(CUSTOMER) - before, 1);
    }

    function test_aCustomerClaimsARefundAlone() public {
        reportAndSettle(noData(agreement, 0));
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 200_000_000);
    }

    function test_aCustomerClaimsNothingBeforeMaturity() public {
        reportInTime(breach(agreement, 0, 10_000, 1000));
        VM.warp(timeNow() + WINDOW - 1);
        settle(agreement);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimCustomer(ids(agreement));
    }

    function test_aCustomerClaimsAfterTheAgreementClosed() public {
        agreement = anAgreement(1);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 1_500_000_000);
    }

    function test_aCustomerClaimsFromTwoProvidersAtOnce() public {
        uint96 foreign = _ofAnotherProvider();
        VM.warp(endOf(agreement, 0));
        report(headerAt(endOf(agreement, 0)), list(breach(agreement, 0, 10_000, 0), breach(foreign, 0, 10_000, 0)));
        VM.warp(timeNow() + WINDOW);
        pactum.settle(ids(agreement, foreign));
        VM.assertEq(pactum.claimCustomer(ids(agreement, foreign)), 2_000_000_000);
    }

    /// @dev The log names an agreement where money moved, and nowhere else.
    function test_nothingIsToldOfAgreementsThatOweTheCustomerNothing() public {
        uint96 foreign = _ofAnotherProvider();
        reportAndSettle(breach(agreement, 0, 1000, 0));
        VM.recordLogs();
        VM.assertEq(pactum.claimCustomer(ids(agreement, foreign)), 100_000_000);
        VM.assertEq(VM.getRecordedLogs().length, 2, "one agreement's payment, and the token's own");
    }

    // members ---------------------------------------------------------------------------------------------------------------------

    /// @dev Rows that ended now, reported by some of the members.
    function reported(uint256[] memory rows, uint32 observers) private {
        IPactum.Header memory header = headerAt(timeNow());
        header.observers = observers;
        bytes memory signatures = Signing.compact(memberKeys(4), observers, pactum.reportDigest(header, rows));
        VM.assertEq(pactum.report(header, rows, observers, signatures), rows.length, "all stand");
    }

    function nothingFor(uint256 member, IPactum.Crew[] memory named_) private {
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimMember(configuration, address(token), member, named_);
    }

    function test_observersShareWhatTheirRowsEarned() public {
        reportAndMature(met(agreement, 0)); // all four observed: 199,000,000
        VM.warp(endOf(agreement, 1));
        reported(list(met(agreement, 1)), 0x7); // member 3 did not
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        nothingFor(3, crews(0x7));
        nothingFor(0, new IPactum.Crew[](0));
        VM.expectEmit(address(pactum));
        emit IPactum.MemberPaid(configuration, address(token), members(4)[0], 0x7, PAYEE, 66_333_333);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, crews(0x7)), 66_333_333);
        VM.assertEq(balance(members(4)[0]), 66_333_333);
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, crews(ALL, 0x7)), 49_750_000);
        VM.assertEq(pactum.claimMember(configuration, address(token), 3, crews(0x7, ALL)), 49_750_000);
        VM.assertEq(pactum.claimMember(configuration, address(token), 1, crews(0x7, ALL)), 66_333_333 + 49_750_000);
        VM.assertEq(balance(members(4)[0]), 66_333_333 + 49_750_000);
        VM.assertEq(pactum.takenFrom(pactum.crewOf(configuration, ALL, PAYEE), address(token), 1), 49_750_000);
    }

    /// @dev Neither rows of no money nor rows of little take anything from those who earned much, whenever somebody claims.
    function test_rowsOfLittleMoneyTakeNothingFromOthers() public {
        relist(address(token), 100_000, 1_000_000);
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
        VM.assertEq(pactum.claimMember(configuration, address(token), 1, crews(0x7, 0xb)), 66_333_333, "claimed before the dust");
        VM.revertToState(snapshot);
        VM.assertEq(pactum.settle(all), 41);
        VM.assertEq(pactum.claimMember(configuration, address(token), 1, crews(0x7, 0xb)), 66_333_333, "claimed after it");
        nothingFor(3, crews(0xb)); // rows without data earn nothing
        VM.assertEq(pactum.claimMember(configuration, address(token), 3, crews(0xd)), 666_666, "20 times 100,000 for three");
        VM.assertEq(pactum.claimMember(configuration, address(token), 2, crews(0x7, 0xd)), 66_333_333 + 666_666);
    }

    function _dusty() private returns (uint96) {
        INotary.Offer memory offer = anOffer();
        (offer.fee, offer.deposit) = (1_000_000, 0);
        return opened(offer, 1);
    }

    function test_aCrewThatIsNamedAgainCountsOnce() public {
        reportAndSettle(met(agreement, 0));
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, crews(ALL, ALL)), 49_750_000);
        VM.assertEq(balance(members(4)[0]), 49_750_000);
    }

    function test_crewsOfOthersCountForNothing() public {
        reportAndSettle(met(agreement, 0));
        IPactum.Crew[] memory foreign = crews(ALL);
        foreign[0].payee = STRANGER; // no such crew
        nothingFor(0, foreign);
        nothingFor(0, crews(ALL - 1)); // nor one without the member
        nothingFor(0, crews(ALL | 0x10)); // nor one of more members than there are
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimMember(configuration, STRANGER, 0, crews(ALL)); // nor in another token
    }

    /// @dev The log names a crew where money moved, and nowhere else.
    function test_nothingIsToldOfCrewsThatOweNothing() public {
        reportAndSettle(met(agreement, 0));
        claimMember(0);
        claimRelay();
        reportAndMature(met(agreement, 1));
        VM.warp(endOf(agreement, 2));
        reported(list(met(agreement, 2)), 0x7);
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        VM.recordLogs();
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, crews(0x7, 0xb)), 66_333_333);
        VM.assertEq(VM.getRecordedLogs().length, 2, "one crew's payment, and the token's own");
        VM.recordLogs();
        VM.assertEq(pactum.claimRelay(configuration, address(token), PAYEE, sets(0x7, 0xb)), RELAY_FEE);
        VM.assertEq(VM.getRecordedLogs().length, 2, "one crew's payment, and the token's own");
    }

    function test_whatMembersCannotShareWaitsForMore() public {
        INotary.Offer memory offer = anOffer();
        offer.fee = 100_000_015; // validators 20,000,003, less 1,000,000 for the relay: 3 more than four can share
        agreement = opened(offer, 2);
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimMember(0), 4_750_000);
        reportAndSettle(met(agreement, 1));
        VM.assertEq(dueToMember(0), 4_750_001);
        VM.assertEq(dueToMember(1), 9_500_001);
        VM.assertEq(claimMember(0) + claimMember(1) + claimMember(2) + claimMember(3), 3 * 9_500_001 + 4_750_001);
        VM.assertEq(dueToMember(0) + dueToMember(1) + dueToMember(2) + dueToMember(3), 0);
    }

    function test_aMemberIsPaidOnce() public {
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimMember(0), 49_750_000);
        nothingFor(0, crews(ALL));
        VM.assertEq(claimMember(1), 49_750_000);
    }

    function test_rowsWithoutDataEarnNothing() public {
        reportAndSettle(noData(agreement, 0));
        nothingFor(0, crews(ALL));
    }

    function test_aMemberThatDoesNotExistClaimsNothing() public {
        reportAndSettle(met(agreement, 0));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        pactum.claimMember(configuration, address(token), 4, crews(ALL));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 31, 4)); // as which the relay is booked
        pactum.claimMember(configuration, address(token), 31, crews(ALL | uint32(1) << 31));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, bytes32(0)));
        pactum.claimMember(0, address(token), 0, crews(ALL));
    }

    // relay and DAO ---------------------------------------------------------------------------------------------------------------

    function test_theRelaysPayeeIsPaidForSettledRowsOnce() public {
        reportAndSettle(met(agreement, 0));
        VM.expectEmit(address(pactum));
        emit IPactum.RelayPaid(PAYEE, address(token), configuration, ALL, RELAY_FEE);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimRelay(configuration, address(token), PAYEE, sets(ALL, ALL)), RELAY_FEE);
        VM.assertEq(balance(PAYEE), RELAY_FEE);
        VM.assertEq(pactum.takenFrom(1, address(token), 31), RELAY_FEE);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, address(token), PAYEE, sets(ALL));
    }

    function test_aRelayClaimsForAllItsCrewsAtOnce() public {
        reportAndMature(met(agreement, 0));
        VM.warp(endOf(agreement, 1));
        reported(list(met(agreement, 1)), 0x7);
        VM.warp(timeNow() + WINDOW);
        settle(agreement);
        VM.assertEq(pactum.claimRelay(configuration, address(token), PAYEE, sets(0x7, ALL)), 2 * uint256(RELAY_FEE));
    }

    function test_aPayeeOfNoRowsClaimsNothing() public {
        reportAndSettle(met(agreement, 0));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, address(token), STRANGER, sets(ALL));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, address(token), PAYEE, new uint32[](0));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(configuration, STRANGER, PAYEE, sets(ALL));
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimRelay(bytes32(uint256(1)), address(token), PAYEE, sets(ALL));
    }

    /// @dev What a member took does not count as the relay's, nor the other way round.
    function test_membersAndRelayDoNotTakeFromEachOther() public {
        reportAndSettle(met(agreement, 0));
        claimRelay();
        VM.assertEq(dueToMember(0), 49_750_000);
        claimMember(0);
        claimMember(1);
        claimMember(2);
        VM.assertEq(claimMember(3), 49_750_000);
        reportAndSettle(met(agreement, 1));
        VM.assertEq(claimRelay(), RELAY_FEE);
    }

    function test_theDaoIsPaidAtItsTreasuryOnce() public {
        reportAndSettle(met(agreement, 0));
        VM.prank(GOVERNOR);
        pactum.setTreasury(STRANGER);
        VM.expectEmit(address(pactum));
        emit IPactum.DaoPaid(STRANGER, address(token), 100_000_000);
        VM.assertEq(pactum.claimDao(address(token)), 100_000_000);
        VM.assertEq(balance(STRANGER), 100_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimDao(address(token));
    }

    // winners ---------------------------------------------------------------------------------------------------------------------

    function test_aWinnerIsPaidOnce() public {
        reportAndDispute(met(agreement, 0));
        replaced(agreement, 0, IPactum.Outcome.Breach, 2500, 0);
        VM.assertEq(pactum.claimableOfWinner(WATCHTOWER, address(token)), 200_000_000);
        uint256 before = balance(WATCHTOWER);
        VM.expectEmit(address(pactum));
        emit IPactum.WinnerPaid(WATCHTOWER, address(token), 200_000_000);
        VM.prank(STRANGER);
        VM.assertEq(pactum.claimWinner(WATCHTOWER, address(token)), 200_000_000);
        VM.assertEq(balance(WATCHTOWER) - before, 200_000_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimWinner(WATCHTOWER, address(token));
    }

    function test_whoWonNothingClaimsNothing() public {
        reportAndDispute(met(agreement, 0));
        confirmed(agreement, 0);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimWinner(WATCHTOWER, address(token));
    }

    // in = out --------------------------------------------------------------------------------------------------------------------

    function test_whenAllHaveClaimedNothingIsLeftButRounding() public {
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        reportAndMature(met(agreement, 1));
        VM.warp(endOf(agreement, 2) + DEADLINE);
        pactum.expire(agreement);
        uint256 before = balance(CUSTOMER);
        uint256 paid = claimProvider(ids(agreement)) + claimRelay() + pactum.claimDao(address(token));
        for (uint256 i = 0; i < 4; ++i) {
            paid += claimMember(i);
        }
        uint256 customer = pactum.claimCustomer(ids(agreement));
        VM.assertEq(balance(CUSTOMER) - before, customer);
        VM.assertEq(paid + customer, 3 * uint256(FEE) + 800_000_000);
        VM.assertEq(balance(address(pactum)), 0);
        IZone.Stake memory stake = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(stake.total, balance(address(zone)));
        VM.assertEq(stake.locked, 0);
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
        INotary.Offer memory offer = anOffer();
        offer.provider = provider;
        bytes memory signature = Signing.long(key, notary.offerDigest(offer));
        return openedBy(CUSTOMER, offer, signature, uint64(NOW + 1 hours), 3);
    }

    function _ofAnotherCustomer() private returns (uint96) {
        INotary.Offer memory offer = anOffer();
        token.mint(STRANGER, FEE);
        VM.prank(STRANGER);
        token.approve(address(pactum), FEE);
        return openedBy(STRANGER, offer, signed(offer), uint64(NOW + 1 hours), 1);
    }
}
