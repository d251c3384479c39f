// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {BlockingToken, FeeToken, ReentrantToken, SilentToken} from "./support/HostileTokens.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Tokens that are not like the others, and receivers that refuse: each may hurt itself alone.
contract TokensTest is House {
    function use(address hostile) private {
        token = MockToken(hostile);
        _furnish(hostile);
    }

    function test_aTokenThatTakesAFeeOpensNothing() public {
        FeeToken taxed = new FeeToken();
        VM.prank(GOVERNOR);
        pactum.list(IPactum.Listing(address(taxed), 1, 0));
        taxed.mint(CUSTOMER, FEE);
        VM.prank(CUSTOMER);
        taxed.approve(address(pactum), FEE);
        IPactum.Offer memory offer = anOffer();
        (offer.token, offer.deposit) = (address(taxed), 0);
        bytes memory signature = signed(offer);
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, address(taxed), FEE, FEE - FEE / 100));
        VM.prank(CUSTOMER);
        pactum.open(offer, signature, uint64(NOW + 1 hours), 1);
    }

    function test_aTokenThatReturnsNothingWorks() public {
        use(address(new SilentToken()));
        uint96 agreement = anAgreement(1);
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        pactum.claimCustomer(ids(agreement));
        pactum.claimRelay(PAYEE, address(token));
        pactum.claimDao(address(token));
        pactum.claimMember(configuration, address(token), 0, sets(ALL));
        VM.assertEq(token.balanceOf(PAYEE), RELAY_FEE);
        VM.assertEq(token.balanceOf(members(4)[0]), 49_750_000);
    }

    function test_aCustomerWhoCannotReceiveHurtsItselfAlone() public {
        BlockingToken blocking = new BlockingToken();
        use(address(blocking));
        uint96 agreement = anAgreement(1);
        blocking.setBlocked(CUSTOMER, true);
        reportAndMature(breach(agreement, 0, 5000, 1000));
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, CUSTOMER));
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(pactum.claimProvider(ids(agreement)), 200_000_000);
        pactum.claimRelay(PAYEE, address(token));
        pactum.claimDao(address(token));
        for (uint256 i = 0; i < 4; ++i) {
            pactum.claimMember(configuration, address(token), i, sets(ALL));
        }
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        blocking.setBlocked(CUSTOMER, false);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 500_000_000 + 500_000_000);
    }

    function test_aProviderOrMemberWhoCannotReceiveHurtsItselfAlone() public {
        BlockingToken blocking = new BlockingToken();
        use(address(blocking));
        uint96 agreement = anAgreement(1);
        blocking.setBlocked(PAYOUT, true);
        blocking.setBlocked(members(4)[2], true);
        reportAndMature(met(agreement, 0));
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PAYOUT));
        pactum.claimProvider(ids(agreement));
        settle(agreement);
        VM.assertEq(pactum.claimMember(configuration, address(token), 0, sets(ALL)), 49_750_000);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, members(4)[2]));
        pactum.claimMember(configuration, address(token), 2, sets(ALL));
        VM.assertEq(pactum.claimMember(configuration, address(token), 3, sets(ALL)), 49_750_000);
        VM.assertEq(pactum.claimableOfMember(configuration, address(token), 2, sets(ALL)), 49_750_000);
    }

    /// @dev Every entry that moves or decides money, called while a payment is under way.
    function test_nothingIsEnteredTwiceDuringAPayment() public {
        ReentrantToken reentrant = new ReentrantToken();
        use(address(reentrant));
        uint96 agreement = anAgreement(3);
        uint96 other = anAgreement(3);
        VM.warp(endOf(agreement, 0));
        report(headerAt(endOf(agreement, 0)), list(breach(agreement, 0, 5000, 1000), breach(other, 0, 5000, 1000)));
        VM.warp(timeNow() + WINDOW);
        uint256[] memory rows = list(met(agreement, 1));
        IPactum.Header memory header = headerAt(endOf(agreement, 1));
        bytes[8] memory entries = [
            abi.encodeCall(IPactum.claimProvider, (ids(other))),
            abi.encodeCall(IPactum.claimCustomer, (ids(other))),
            abi.encodeCall(IPactum.claimMember, (configuration, address(token), 0, sets(ALL))),
            abi.encodeCall(IPactum.claimRelay, (PAYEE, address(token))),
            abi.encodeCall(IPactum.claimDao, (address(token))),
            abi.encodeCall(IPactum.settle, (ids(other))),
            abi.encodeCall(IPactum.expire, (other)),
            abi.encodeCall(IPactum.report, (header, rows, THREE, ""))
        ];
        uint256 snapshot = VM.snapshotState();
        for (uint256 i = 0; i < entries.length; ++i) {
            reentrant.arm(address(pactum), entries[i]);
            pactum.claimCustomer(ids(agreement));
            VM.assertEq(reentrant.attempts(), 1, "the token called back");
            VM.assertFalse(reentrant.succeeded());
            bytes memory refusal = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            VM.assertEq(reentrant.answer(), refusal);
            VM.assertTrue(VM.revertToState(snapshot));
        }
    }

    function test_stakeDoesNotLeaveThroughAPaymentOfItself() public {
        ReentrantToken reentrant = new ReentrantToken();
        use(address(reentrant));
        VM.prank(address(reentrant));
        zone.register(STRANGER, "");
        reentrant.arm(address(zone), abi.encodeWithSignature("withdraw(address,uint256)", address(token), 1));
        VM.prank(PROVIDER);
        zone.withdraw(address(token), DEPOSIT);
        VM.assertEq(reentrant.attempts(), 1);
        VM.assertFalse(reentrant.succeeded());
        VM.assertEq(token.balanceOf(PAYOUT), DEPOSIT);
    }

    function test_anOpeningInsideAnOpeningIsRefused() public {
        ReentrantToken reentrant = new ReentrantToken();
        use(address(reentrant));
        IPactum.Offer memory inner = anOffer();
        bytes memory call_ = abi.encodeCall(IPactum.open, (inner, signed(inner), uint64(NOW + 1 hours), 1));
        reentrant.arm(address(pactum), call_);
        anAgreement(1);
        VM.assertEq(reentrant.attempts(), 1);
        VM.assertFalse(reentrant.succeeded());
        VM.assertFalse(pactum.isSpent(PROVIDER, inner.nonce));
    }
}
