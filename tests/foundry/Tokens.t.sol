// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {BlockingToken, FeeToken, GrowingToken, PretendingToken, ReentrantToken, SilentToken} from "./support/HostileTokens.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Tokens that are not like the others, and receivers that refuse: each may hurt itself alone.
contract TokensTest is House {
    function use(address hostile) private {
        token = MockToken(hostile);
        _furnish(hostile);
    }

    function _refusesToOpen(address moving, uint256 received) private {
        relist(moving, 0, 1);
        MockToken(moving).mint(CUSTOMER, FEE);
        VM.prank(CUSTOMER);
        MockToken(moving).approve(address(pactum), FEE);
        INotary.Offer memory offer = anOffer();
        (offer.token, offer.deposit) = (moving, 0);
        bytes memory signature = signed(offer);
        uint32 listing = pactum.currentListing(moving);
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, moving, FEE, received));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(NOW + 1 hours), 1, 1, listing);
    }

    function test_aTokenThatTakesAFeeOpensNothing() public {
        _refusesToOpen(address(new FeeToken()), FEE - FEE / 100);
    }

    function test_aTokenWhoseBalancesGrowByThemselvesOpensNothing() public {
        _refusesToOpen(address(new GrowingToken()), FEE + 1);
    }

    function test_aTokenThatPretendsToBePaidOpensNothing() public {
        _refusesToOpen(address(new PretendingToken()), 0);
    }

    function test_aTokenThatReturnsNothingWorks() public {
        use(address(new SilentToken()));
        uint96 agreement = anAgreement(2);
        reportAndSettle(breach(agreement, 0, 10_000, 1000));
        pactum.claimCustomer(ids(agreement));
        claimRelay();
        pactum.claimDao(address(token));
        claimMember(0);
        VM.assertEq(token.balanceOf(PAYEE), RELAY_FEE);
        VM.assertEq(token.balanceOf(members(4)[0]), 49_750_000);
        uint256 before = token.balanceOf(WATCHTOWER);
        uint256 bond = reportAndDispute(met(agreement, 1));
        replaced(agreement, 1, IPactum.Outcome.NoData, 0, 0);
        tribunal.claim(WATCHTOWER, address(token));
        pactum.claimWinner(WATCHTOWER, address(token));
        VM.assertEq(token.balanceOf(WATCHTOWER), before + 200_000_000, "bond back, and the share");
        VM.assertEq(bond, 100_000_000);
    }

    function test_aCustomerWhoCannotReceiveHurtsItselfAlone() public {
        BlockingToken blocking = new BlockingToken();
        use(address(blocking));
        uint96 agreement = anAgreement(1);
        blocking.setBlocked(CUSTOMER, true);
        reportAndSettle(breach(agreement, 0, 5000, 1000));
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, CUSTOMER));
        pactum.claimCustomer(ids(agreement));
        VM.assertEq(claimProvider(ids(agreement)), 200_000_000);
        claimRelay();
        pactum.claimDao(address(token));
        for (uint256 i = 0; i < 4; ++i) {
            claimMember(i);
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
        reportAndSettle(met(agreement, 0));
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PAYOUT));
        pactum.claimProvider(ids(agreement), address(token), PAYOUT);
        VM.assertEq(claimMember(0), 49_750_000);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, members(4)[2]));
        pactum.claimMember(configuration, address(token), 2, crews(ALL));
        VM.assertEq(claimMember(3), 49_750_000);
        VM.assertEq(dueToMember(2), 49_750_000);
        VM.prank(PROVIDER);
        VM.assertEq(pactum.claimProvider(ids(agreement), address(token), STRANGER), 700_000_000, "the provider itself goes round it");
    }

    /// @dev Nor one who cannot be paid a bond: the row is decided, and everybody else paid.
    function test_aDisputerWhoCannotReceiveHurtsItselfAlone() public {
        BlockingToken blocking = new BlockingToken();
        use(address(blocking));
        uint96 agreement = anAgreement(1);
        reportAndDispute(met(agreement, 0));
        blocking.setBlocked(WATCHTOWER, true);
        blocking.setBlocked(TREASURY, true);
        replaced(agreement, 0, IPactum.Outcome.Breach, 5000, 0);
        VM.assertEq(claimProvider(ids(agreement)), 200_000_000);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 500_000_000);
        bytes memory refusal = abi.encodeWithSelector(BlockingToken.Blocked.selector, WATCHTOWER);
        VM.expectRevert(refusal);
        pactum.claimWinner(WATCHTOWER, address(token));
        VM.expectRevert(refusal);
        tribunal.claim(WATCHTOWER, address(token));
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, TREASURY));
        pactum.claimDao(address(token));
        blocking.setBlocked(WATCHTOWER, false);
        VM.assertEq(tribunal.claim(WATCHTOWER, address(token)), 100_000_000);
        VM.assertEq(pactum.claimWinner(WATCHTOWER, address(token)), 200_000_000);
    }

    function test_anOpeningInsideAnOpeningIsRefused() public {
        ReentrantToken reentrant = new ReentrantToken();
        use(address(reentrant));
        INotary.Offer memory inner = anOffer();
        bytes memory call_ =
            abi.encodeCall(INotary.open, (inner, signed(inner), uint64(NOW + 1 hours), 1, 1, pactum.currentListing(address(token))));
        reentrant.arm(address(notary), call_);
        anAgreement(1);
        VM.assertEq(reentrant.attempts(), 1);
        VM.assertFalse(reentrant.succeeded());
        VM.assertEq(reentrant.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        VM.assertFalse(notary.isSpent(PROVIDER, inner.nonce));
    }
}
