// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";

/// @notice An agreement that either side ends early: what has begun and the notice still run, the fees of the rest go back.
contract TerminatingTest is House {
    uint64 private constant FEBRUARY_2027 = 1_801_440_000;

    uint96 private agreement;
    uint256 private start;

    function setUp() public override {
        super.setUp();
        agreement = noticed(2, 10);
        start = NOW + 1 hours;
    }

    function noticed(uint16 notice, uint32 periods) private returns (uint96) {
        INotary.Offer memory offer = anOffer();
        offer.noticePeriods = notice;
        return opened(offer, periods);
    }

    function refusedTo(address party, bytes memory refusal) private {
        VM.expectRevert(refusal);
        terminatedBy(party, agreement);
    }

    function nothingLeft(uint256 periods) private {
        refusedTo(CUSTOMER, abi.encodeWithSelector(IPactum.NothingToTerminate.selector, agreement, periods));
    }

    function refund() private view returns (uint256 fees) {
        (, fees,) = pactum.claimableOf(agreement);
    }

    function isClosed() private view returns (bool) {
        return pactum.agreementOf(agreement).closed;
    }

    // who and what ----------------------------------------------------------------------------------------------------------------

    function test_theCustomerEndsItWithNotice() public {
        VM.warp(start + DAY); // the second period begins
        VM.expectEmit(address(pactum));
        emit IPactum.Terminated(agreement, CUSTOMER, 4, 6 * uint256(FEE));
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 4);
        VM.assertEq(pactum.agreementOf(agreement).periods, 4);
        VM.assertEq(refund(), 6 * uint256(FEE));
        uint256 before = balance(CUSTOMER);
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 6 * uint256(FEE));
        VM.assertEq(balance(CUSTOMER) - before, 6 * uint256(FEE));
    }

    function test_theProviderEndsItLikewise() public {
        VM.warp(start + DAY);
        VM.assertEq(terminatedBy(PROVIDER, agreement), 4);
        VM.assertEq(refund(), 6 * uint256(FEE));
        VM.assertEq(lockedStake(), DEPOSIT, "the deposit stands behind the periods that still run");
    }

    function test_nobodyElseEndsIt() public {
        address[5] memory others = [STRANGER, GOVERNOR, ARBITER, PAYOUT, address(tribunal)];
        for (uint256 i = 0; i < others.length; ++i) {
            refusedTo(others[i], abi.encodeWithSelector(IPactum.NotAParty.selector, agreement, others[i]));
        }
        agreement = 77;
        refusedTo(CUSTOMER, abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 77));
    }

    function test_theFeeOfAPeriodThatHasBegunIsNotTakenBack() public {
        agreement = noticed(0, 10);
        VM.warp(start + 3 * DAY + 1);
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 4);
        VM.assertEq(refund(), 6 * uint256(FEE));
    }

    function test_beforeItsStartNothingButTheNoticeRuns() public {
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 2);
        VM.assertEq(refund(), 8 * uint256(FEE));
        VM.assertFalse(isClosed());
    }

    function test_beforeItsStartAndWithoutNoticeItIsAsIfItNeverWas() public {
        agreement = noticed(0, 10);
        VM.expectEmit(address(pactum));
        emit IPactum.Closed(agreement, DEPOSIT);
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 0);
        VM.assertTrue(isClosed());
        VM.assertEq(lockedStake(), DEPOSIT, "that of the other agreement");
        VM.assertEq(pactum.claimCustomer(ids(agreement)), 10 * uint256(FEE));
        nothingLeft(0);
        VM.warp(start + 100 * DAY);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 0));
        pactum.expire(agreement);
    }

    // not more than there is ------------------------------------------------------------------------------------------------------

    function test_whatEndsAnywayIsNotEnded() public {
        VM.warp(start + 7 * DAY - 1); // the seventh period runs: 7 + 2
        uint256 snapshot = VM.snapshotState();
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 9);
        VM.revertToState(snapshot);
        VM.warp(start + 7 * DAY); // 8 + 2
        nothingLeft(10);
        VM.warp(start + 50 * DAY);
        nothingLeft(10);
    }

    function test_anEndIsNotPutOffAndNotRepeated() public {
        terminatedBy(CUSTOMER, agreement);
        nothingLeft(2);
        VM.warp(start + DAY);
        nothingLeft(2);
        refusedTo(PROVIDER, abi.encodeWithSelector(IPactum.NothingToTerminate.selector, agreement, 2));
        VM.assertEq(refund(), 8 * uint256(FEE));
    }

    function test_aNoticeLongerThanTheAgreementHoldsToTheEnd() public {
        agreement = noticed(type(uint16).max, 10);
        nothingLeft(10);
    }

    // what runs goes on -----------------------------------------------------------------------------------------------------------

    function test_thePeriodsThatStillRunAreReportedAndSettled() public {
        terminatedBy(CUSTOMER, agreement);
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        reportAndSettle(met(agreement, 1));
        VM.assertTrue(isClosed());
        (uint256 provider, uint256 fees, uint256 deposit) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 700_000_000);
        VM.assertEq(fees, 8 * uint256(FEE) + 700_000_000);
        VM.assertEq(deposit, 800_000_000);
        VM.assertEq(lockedStake(), 800_000_000);
    }

    function test_thePeriodsThatStillRunExpire() public {
        terminatedBy(CUSTOMER, agreement);
        VM.warp(start + 100 * DAY);
        VM.assertEq(pactum.expire(agreement), 2);
        VM.assertTrue(isClosed());
        VM.assertEq(refund(), 8 * uint256(FEE) + 2 * 200_000_000);
    }

    function test_aRowThatWaitsIsSettledInItsTime() public {
        agreement = noticed(0, 10);
        reportInTime(met(agreement, 0));
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 2); // the second period has just begun
        VM.assertEq(pactum.pendingOf(agreement).period, 0);
        reportAndMature(met(agreement, 1));
        settle(agreement);
        VM.assertTrue(isClosed());
        (uint256 provider, uint256 fees,) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 1_400_000_000);
        VM.assertEq(fees, 8 * uint256(FEE));
    }

    function test_monthsEndBeforeTheyBegin() public {
        INotary.Offer memory offer = months();
        agreement = openedAt(offer, FEBRUARY_2027, 3);
        VM.warp(FEBRUARY_2027 - 1);
        VM.expectEmit(address(pactum));
        emit IPactum.Closed(agreement, DEPOSIT);
        VM.assertEq(terminatedBy(PROVIDER, agreement), 0);
    }

    function test_anEarlyEndDoesNotCloseWhatIsDisputed() public {
        agreement = noticed(0, 10);
        reportAndDispute(met(agreement, 0));
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 2);
        reportAndSettle(met(agreement, 1));
        VM.assertFalse(isClosed());
        tribunal.lapse(agreement, 0);
        VM.assertTrue(isClosed());
    }

    function test_monthsEndByTheCalendar() public {
        INotary.Offer memory offer = months();
        agreement = openedAt(offer, FEBRUARY_2027, 12);
        VM.warp(FEBRUARY_2027 + 28 days - 1); // still February
        uint256 snapshot = VM.snapshotState();
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 1);
        VM.revertToState(snapshot);
        VM.warp(FEBRUARY_2027 + 28 days); // March
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 2);
        VM.assertEq(refund(), 10 * uint256(FEE));
    }

    function months() private returns (INotary.Offer memory offer) {
        offer = anOffer();
        (offer.periodKind, offer.periodLength) = (IPactum.PeriodKind.CalendarMonth, 0);
    }

    /// @dev Whoever ends it and when: every fee is either refunded or divided, and the deposit comes free.
    function testFuzz_everyFeeOfAnEndedAgreementIsAccountedFor(uint16 notice, uint32 periods, uint32 time, bool provider) public {
        (notice, periods) = (notice % 12, periods % 12 + 1);
        uint256 before = lockedStake();
        agreement = noticed(notice, periods);
        VM.warp(NOW + time % (14 * DAY));
        uint256 begun = timeNow() < start ? 0 : (timeNow() - start) / DAY + 1;
        if (begun + notice >= periods) {
            nothingLeft(periods);
        } else {
            VM.assertEq(terminatedBy(provider ? PROVIDER : CUSTOMER, agreement), begun + notice);
            VM.assertEq(refund(), (periods - begun - notice) * FEE);
        }
        VM.warp(NOW + 100 * DAY);
        if (!isClosed()) pactum.expire(agreement);
        VM.assertTrue(isClosed());
        (uint256 served, uint256 fees,) = pactum.claimableOf(agreement);
        VM.assertEq(served + fees + pactum.claimableOfDao(address(token)), periods * FEE);
        VM.assertEq(lockedStake(), before);
    }
}
