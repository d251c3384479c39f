// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";

/// @notice The one pause there is: it stops what begins, and nothing that has begun.
contract PausingTest is House {
    function pauses(address caller, bool paused) private {
        VM.prank(caller);
        pactum.pauseOpening(paused);
    }

    function guarded() private {
        VM.expectEmit(address(pactum));
        emit IPactum.GuardianSet(GUARDIAN);
        VM.prank(GOVERNOR);
        pactum.setGuardian(GUARDIAN);
    }

    function test_governancePausesAndGoesOn() public {
        VM.assertFalse(pactum.isOpeningPaused());
        VM.expectEmit(address(pactum));
        emit IPactum.OpeningPaused(true, GOVERNOR);
        pauses(GOVERNOR, true);
        VM.assertTrue(pactum.isOpeningPaused());
        VM.expectEmit(address(pactum));
        emit IPactum.OpeningPaused(false, GOVERNOR);
        pauses(GOVERNOR, false);
        VM.assertFalse(pactum.isOpeningPaused());
        anAgreement(1);
    }

    function test_theGuardianPausesAndDoesNotGoOn() public {
        guarded();
        pauses(GUARDIAN, true);
        VM.assertTrue(pactum.isOpeningPaused());
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotGuardian.selector, GUARDIAN));
        pauses(GUARDIAN, false);
        pauses(GOVERNOR, false);
    }

    function test_nobodyElsePauses() public {
        guarded();
        address[4] memory others = [STRANGER, CUSTOMER, PROVIDER, ARBITER];
        for (uint256 i = 0; i < others.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.NotGuardian.selector, others[i]));
            pauses(others[i], true);
        }
    }

    function test_withoutAGuardianGovernanceAlonePauses() public {
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotGuardian.selector, address(0)));
        pauses(address(0), false);
        guarded();
        VM.prank(GOVERNOR);
        pactum.setGuardian(address(0));
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotGuardian.selector, GUARDIAN));
        pauses(GUARDIAN, true);
    }

    function test_nothingOpensWhilePausedAndTheOfferStaysGood() public {
        INotary.Offer memory offer = anOffer();
        bytes memory signature = signed(offer);
        pauses(GOVERNOR, true);
        VM.expectRevert(IPactum.OpeningIsPaused.selector);
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(NOW + 1 hours), 1, 1, 2);
        VM.assertFalse(notary.isSpent(PROVIDER, offer.nonce));
        pauses(GOVERNOR, false);
        opened(offer, 1);
    }

    /// @dev The whole life of what was open before: reports, disputes, decisions, early end, deadlines, claims, stake and bonds.
    function test_everythingElseGoesOnWhilePaused() public {
        uint96 agreement = anAgreement(5);
        uint96 other = anAgreement(5);
        pauses(GOVERNOR, true);
        terminatedBy(CUSTOMER, other);
        VM.prank(PROVIDER);
        uint256 request = zone.thaw(address(token), 90 * DEPOSIT);
        reportAndSettle(met(agreement, 0));
        claimProvider(ids(agreement));
        claimMember(0);
        claimRelay();
        pactum.claimDao(address(token));
        reportAndDispute(met(agreement, 1));
        replaced(agreement, 1, IPactum.Outcome.Breach, 10_000, 1000);
        pactum.claimCustomer(ids(agreement));
        pactum.claimWinner(WATCHTOWER, address(token));
        tribunal.claim(WATCHTOWER, address(token));
        reportAndDispute(met(agreement, 2));
        confirmed(agreement, 2);
        tribunal.claimDao(address(token));
        reportAndDispute(met(agreement, 3));
        VM.warp(timeNow() + 10 * DAY);
        tribunal.lapse(agreement, 3);
        pactum.expire(agreement);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.prank(PROVIDER);
        zone.withdraw(address(token), request);
        notary.publishTerms("other terms");
        VM.prank(PROVIDER);
        notary.cancelOffer(99);
    }
}
