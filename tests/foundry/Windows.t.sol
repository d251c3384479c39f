// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../contracts/interfaces/ITribunal.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Windows} from "../../contracts/libraries/Windows.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";

/// @notice Every window of every contract at its last second but one, its last and its end; one test each. What a window allows inside is
/// refused from its end on, and what waits for its end is refused inside.
contract WindowsTest is House {
    uint96 private agreement;
    uint256 private start;
    uint256 private end; // of period 0

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(5);
        start = NOW + 1 hours;
        end = start + DAY;
    }

    // the library -----------------------------------------------------------------------------------------------------------------

    function testFuzz_aWindowHasItsFirstSecondAndNotItsEnd(uint64 from, uint32 length) public pure {
        uint256 close = uint256(from) + length;
        VM.assertTrue(Windows.ended(close, close));
        VM.assertTrue(Windows.ended(close, close + 1));
        VM.assertTrue(Windows.over(from, length, close));
        VM.assertTrue(Windows.over(from, length, close + 1));
        if (close > 0) VM.assertFalse(Windows.ended(close, close - 1));
        if (close > 0) VM.assertFalse(Windows.over(from, length, close - 1));
        VM.assertTrue(Windows.isWithin(from, close, from) == (length != 0));
        VM.assertFalse(Windows.isWithin(from, close, close));
        if (length > 0) VM.assertTrue(Windows.isWithin(from, close, close - 1));
        if (from > 0) VM.assertFalse(Windows.isWithin(from, close, uint256(from) - 1));
    }

    function testFuzz_theLastWindowThatIsOver(uint32 length, uint64 time) public pure {
        (bool exists, uint256 from) = Windows.lastOver(length, time);
        VM.assertTrue(exists == (time >= length));
        if (!exists) return;
        VM.assertTrue(Windows.over(from, length, time));
        VM.assertFalse(Windows.over(from + 1, length, time));
    }

    // opening ---------------------------------------------------------------------------------------------------------------------

    function test_window_offerExpiry() public {
        INotary.Offer memory offer = anOffer();
        offer.expiry = uint64(NOW + 100);
        bytes memory signature = signed(offer);
        for (uint256 time = NOW + 100; time <= NOW + 101; ++time) {
            VM.warp(time);
            VM.expectRevert(abi.encodeWithSelector(INotary.OfferExpired.selector, NOW + 100, time));
            VM.prank(CUSTOMER);
            notary.open(offer, signature, uint64(NOW + 2 hours), 1, 1, 2);
        }
        VM.warp(NOW + 99);
        openedAt(offer, uint64(NOW + 2 hours), 1);
    }

    function test_window_lead() public {
        INotary.Offer memory offer = anOffer();
        _startRefused(offer, NOW + 1 hours - 1, INotary.StartTooEarly.selector, NOW + 1 hours);
        uint256 snapshot = VM.snapshotState();
        openedAt(offer, uint64(NOW + 1 hours), 1);
        VM.revertToState(snapshot);
        openedAt(offer, uint64(NOW + 1 hours + 1), 1);
    }

    function test_window_choiceOfTheStart() public {
        INotary.Offer memory offer = anOffer();
        uint256 close = NOW + 1 hours + DAY;
        _startRefused(offer, close, INotary.StartTooLate.selector, close - 1);
        _startRefused(offer, close + 1, INotary.StartTooLate.selector, close - 1);
        openedAt(offer, uint64(close - 1), 1);
    }

    function _startRefused(INotary.Offer memory offer, uint256 at_, bytes4 refusal, uint256 bound) private {
        bytes memory signature = signed(offer);
        VM.expectRevert(abi.encodeWithSelector(refusal, at_, bound));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(at_), 1, 1, 2);
    }

    /// @dev A configuration that begins later reigns from its first second on.
    function test_window_knownCommittee() public {
        _deploy();
        _govern();
        VM.warp(NOW - 1 hours);
        _furnish(address(token));
        INotary.Offer memory offer = anOffer();
        (offer.lead, offer.expiry) = (0, uint64(NOW + 1));
        _startRefusedWithoutCommittee(offer, NOW - 2);
        _startRefusedWithoutCommittee(offer, NOW - 1);
        openedAt(offer, uint64(NOW), 1);
    }

    function _startRefusedWithoutCommittee(INotary.Offer memory offer, uint256 at_) private {
        bytes memory signature = signed(offer);
        VM.expectRevert(abi.encodeWithSelector(INotary.NoCommitteeAt.selector, at_));
        VM.prank(CUSTOMER);
        notary.open(offer, signature, uint64(at_), 1, 1, 2);
    }

    // reporting -------------------------------------------------------------------------------------------------------------------

    function _reports(uint256 time, IPactum.Skip reason) private {
        VM.warp(time);
        uint256 snapshot = VM.snapshotState();
        if (reason != IPactum.Skip.None) {
            VM.expectEmit(address(pactum));
            emit IPactum.Skipped(agreement, met(agreement, 0), reason);
        }
        VM.assertEq(report(met(agreement, 0)), reason == IPactum.Skip.None ? 1 : 0);
        VM.revertToState(snapshot);
    }

    function test_window_periodsEnd() public {
        _reports(end - 1, IPactum.Skip.TooEarly);
        _reports(end, IPactum.Skip.None);
        _reports(end + 1, IPactum.Skip.None);
    }

    function test_window_reportDeadline() public {
        _reports(end + DEADLINE - 1, IPactum.Skip.None);
        _reports(end + DEADLINE, IPactum.Skip.TooLate);
        _reports(end + DEADLINE + 1, IPactum.Skip.TooLate);
    }

    function test_window_expiry() public {
        VM.warp(end + DEADLINE - 1);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 0));
        pactum.expire(agreement);
        uint256 snapshot = VM.snapshotState();
        VM.warp(end + DEADLINE);
        VM.assertEq(pactum.expire(agreement), 1);
        VM.revertToState(snapshot);
        VM.warp(end + DEADLINE + 1);
        VM.assertEq(pactum.expire(agreement), 1);
    }

    /// @dev Of many periods: the deadline of the last of them.
    function test_window_expiryOfTheLastPeriod() public {
        uint256 last = end + 4 * DAY + DEADLINE;
        VM.warp(last - 1);
        VM.assertEq(pactum.expire(agreement), 4);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        VM.warp(last);
        VM.assertEq(pactum.expire(agreement), 1);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }

    /// @dev A period belongs to the epoch of its last second; this one ends on an hour, a second before it, and a second after it.
    function test_window_epoch() public {
        uint256 hour = (NOW + 2 hours) / EPOCH * EPOCH;
        _belongsTo(hour - 1, hour / EPOCH - 1);
        _belongsTo(hour, hour / EPOCH - 1);
        _belongsTo(hour + 1, hour / EPOCH);
    }

    function _belongsTo(uint256 begins, uint256 epoch) private {
        uint256 snapshot = VM.snapshotState();
        agreement = openedAt(anOffer(), uint64(begins), 1);
        epoch += DAY / EPOCH;
        VM.warp(begins + DAY);
        IPactum.Header memory header = headerAt(begins + DAY);
        for (uint256 other = epoch - 1; other <= epoch + 1; ++other) {
            if (other == epoch) continue;
            header.epoch = uint64(other);
            VM.expectEmit(address(pactum));
            emit IPactum.Skipped(agreement, met(agreement, 0), IPactum.Skip.ForeignEpoch);
            report(header, list(met(agreement, 0)));
        }
        header.epoch = uint64(epoch);
        VM.assertEq(report(header, list(met(agreement, 0))), 1);
        VM.revertToState(snapshot);
    }

    /// @dev Reports are the business of whoever reigned as the period began, at its first second.
    function test_window_reign() public {
        _reportedBy(start - 1, 1);
        _reportedBy(start, 1);
        _reportedBy(start + 1, 0);
    }

    function _reportedBy(uint256 since, uint256 which) private {
        uint256 snapshot = VM.snapshotState();
        bytes32[2] memory both = [configuration, configured(members(4), uint64(since))];
        VM.warp(end);
        configuration = both[1 - which];
        VM.expectEmit(address(pactum));
        emit IPactum.Skipped(agreement, met(agreement, 0), IPactum.Skip.ForeignConfiguration);
        report(met(agreement, 0));
        configuration = both[which];
        VM.assertEq(report(met(agreement, 0)), 1);
        configuration = both[0];
        VM.revertToState(snapshot);
    }

    // maturity and disputes -------------------------------------------------------------------------------------------------------

    function test_window_disputeWindow() public {
        reportInTime(met(agreement, 0));
        _disputes(end + WINDOW - 1, true);
        _disputes(end + WINDOW, false);
        _disputes(end + WINDOW + 1, false);
    }

    function _disputes(uint256 time, bool may) private {
        uint256 snapshot = VM.snapshotState();
        VM.warp(time);
        if (!may) VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, met(agreement, 0)));
        disputed(met(agreement, 0));
        VM.revertToState(snapshot);
    }

    function test_window_maturity() public {
        reportInTime(met(agreement, 0));
        VM.warp(end + WINDOW - 1);
        VM.assertEq(settle(agreement), 0);
        uint256 snapshot = VM.snapshotState();
        VM.warp(end + WINDOW);
        VM.assertEq(settle(agreement), 1);
        VM.revertToState(snapshot);
        VM.warp(end + WINDOW + 1);
        VM.assertEq(settle(agreement), 1);
    }

    /// @dev The window runs from the acceptance, not from the period's end.
    function test_window_disputeWindowOfALateReport() public {
        VM.warp(end + DEADLINE - 1);
        report(met(agreement, 0));
        VM.warp(end + DEADLINE - 1 + WINDOW - 1);
        VM.assertEq(settle(agreement), 0);
        VM.warp(end + DEADLINE - 1 + WINDOW);
        VM.assertEq(settle(agreement), 1);
    }

    /// @dev As short as a period can be, a row that waits has matured when the next one can be accepted: its last second is the first.
    function test_window_shortestPeriod() public {
        INotary.Offer memory offer = anOffer();
        offer.periodLength = DEADLINE + WINDOW;
        agreement = opened(offer, 2);
        VM.warp(start + offer.periodLength + DEADLINE - 1); // the last second of the first row's deadline
        VM.assertEq(report(met(agreement, 0)), 1);
        VM.warp(start + 2 * uint256(offer.periodLength) - 2);
        VM.assertEq(settle(agreement), 0);
        VM.warp(start + 2 * uint256(offer.periodLength) - 1);
        VM.assertEq(settle(agreement), 1);
    }

    function test_window_resolutionDeadline() public {
        reportAndDispute(met(agreement, 0));
        _rules(end + RESOLUTION - 1, true);
        _rules(end + RESOLUTION, false);
        _rules(end + RESOLUTION + 1, false);
    }

    function _rules(uint256 time, bool may) private {
        VM.warp(time);
        uint256 snapshot = VM.snapshotState();
        bytes memory refusal = abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, end + RESOLUTION);
        if (!may) VM.expectRevert(refusal);
        confirmed(agreement, 0);
        VM.revertToState(snapshot);
        if (!may) VM.expectRevert(refusal);
        replaced(agreement, 0, IPactum.Outcome.NoData, 0, 0);
        VM.revertToState(snapshot);
        if (may) VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlineAhead.selector, end + RESOLUTION));
        tribunal.lapse(agreement, 0);
        VM.revertToState(snapshot);
    }

    // stake and bonds -------------------------------------------------------------------------------------------------------------

    function test_window_thaw() public {
        VM.prank(PROVIDER);
        uint256 request = zone.thaw(address(token), 90 * DEPOSIT);
        VM.warp(NOW + THAW - 1);
        VM.expectRevert(abi.encodeWithSelector(IZone.StillThawing.selector, request, NOW + THAW));
        VM.prank(PROVIDER);
        zone.withdraw(address(token), request);
        uint256 snapshot = VM.snapshotState();
        VM.warp(NOW + THAW);
        VM.prank(PROVIDER);
        VM.assertEq(zone.withdraw(address(token), request), 90 * DEPOSIT);
        VM.revertToState(snapshot);
        VM.warp(NOW + THAW + 1);
        VM.prank(PROVIDER);
        VM.assertEq(zone.withdraw(address(token), request), 90 * DEPOSIT);
    }

    /// @dev A leaver's bond waits for the last row of the last period that began while it served.
    function test_window_bondOfALeaver() public {
        uint256 until = NOW + 10 hours;
        VM.warp(NOW + 1);
        address[] memory others = new address[](4);
        for (uint256 i = 0; i < 4; ++i) {
            others[i] = members(8)[4 + i];
        }
        configured(others, uint64(until));
        address leaver = members(4)[0];
        uint256 free = until + uint256(LONGEST) + DEADLINE + WINDOW + RESOLUTION;
        VM.warp(free - 1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.StillServing.selector, leaver, free));
        VM.prank(leaver);
        committee.withdraw(leaver);
        uint256 snapshot = VM.snapshotState();
        VM.warp(free);
        VM.prank(leaver);
        VM.assertEq(committee.withdraw(leaver), MEMBER_BOND);
        VM.revertToState(snapshot);
        VM.warp(free + 1);
        VM.prank(leaver);
        VM.assertEq(committee.withdraw(leaver), MEMBER_BOND);
    }

    /// @dev Whoever is caught counts no more wherever a report could still come from.
    function test_window_exposure() public {
        uint256 until = NOW + 10 hours;
        VM.warp(NOW + 1);
        configured(members(4), uint64(until));
        uint256 over = until + uint256(LONGEST) + DEADLINE + WINDOW + RESOLUTION;
        _catches(over - 1, 0x7);
        _catches(over, ALL);
        _catches(over + 1, ALL);
    }

    function _catches(uint256 time, uint256 active) private {
        uint256 snapshot = VM.snapshotState();
        VM.warp(time);
        bytes memory one = Signing.compact(memberKey(3), committee.observationRootDigest(1, "one"));
        bytes memory other = Signing.compact(memberKey(3), committee.observationRootDigest(1, "other"));
        committee.expose(members(4)[3], 1, "one", one, "other", other);
        VM.assertEq(committee.configurationOf(configuration).active, active);
        VM.revertToState(snapshot);
    }

    // early end -------------------------------------------------------------------------------------------------------------------

    function test_window_firstPeriodsBeginning() public {
        _endsWith(start - 1, 0);
        _endsWith(start, 1);
        _endsWith(start + 1, 1);
    }

    function test_window_laterPeriodsBeginning() public {
        _endsWith(start + 3 * DAY - 1, 3);
        _endsWith(start + 3 * DAY, 4);
        _endsWith(start + 3 * DAY + 1, 4);
    }

    function _endsWith(uint256 time, uint256 periods) private {
        uint256 snapshot = VM.snapshotState();
        VM.warp(time);
        VM.assertEq(terminatedBy(CUSTOMER, agreement), periods);
        VM.revertToState(snapshot);
    }
}
