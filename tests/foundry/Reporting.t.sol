// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";

contract ReportingTest is House {
    uint96 private agreement;
    uint256 private start;
    uint256 private end; // of period 0

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(5);
        start = NOW + 1 hours;
        end = start + DAY;
    }

    /// @dev Reports one row and expects it to be passed over for this reason, with nothing changed.
    function skipped(IPactum.Header memory header, uint256 row_, IPactum.Skip reason) private {
        bytes memory before = abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement));
        VM.expectEmit(address(pactum));
        emit IPactum.Skipped(uint96(row_ >> 160), row_, reason);
        VM.assertEq(report(header, list(row_)), 0);
        VM.assertEq(abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement)), before);
    }

    function skipped(uint256 row_, IPactum.Skip reason) private {
        skipped(headerAt(end), row_, reason);
    }

    function refused(IPactum.Header memory header, uint256 signers, bytes memory refusal) private {
        uint256[] memory rows = list(met(agreement, 0));
        bytes memory signatures = Signing.compact(memberKeys(4), signers, pactum.reportDigest(header, rows));
        VM.expectRevert(refusal);
        pactum.report(header, rows, signers, signatures);
    }

    // acceptance ------------------------------------------------------------------------------------------------------------------

    function test_aSignedRowWaitsOutTheDisputeWindow() public {
        VM.warp(end + 5);
        uint256 row_ = breach(agreement, 0, 2500, 1000);
        IPactum.Header memory header = headerAt(end);
        VM.expectEmit(address(pactum));
        emit IPactum.Reported(
            configuration, header.epoch, header.observationSet, ALL, PAYEE, THREE, keccak256(abi.encodePacked(list(row_)))
        );
        VM.expectEmit(address(pactum));
        emit IPactum.Accepted(agreement, row_);
        VM.assertEq(report(header, list(row_)), 1);

        VM.assertEq(pactum.crewOf(configuration, ALL, PAYEE), 1);
        IPactum.Pending memory expected = IPactum.Pending(0, IPactum.Outcome.Breach, 2500, 1000, end + 5, 1);
        VM.assertEq(abi.encode(pactum.pendingOf(agreement)), abi.encode(expected));
        VM.assertEq(pactum.agreementOf(agreement).next, 1);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, DEPOSIT);
    }

    /// @dev Observers and payee make a crew, whatever the epoch; one is known from its first accepted row on.
    function test_crewsAreNumberedAsTheirFirstRowsAreAccepted() public {
        uint96 other = anAgreement(5);
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        VM.assertEq(report(header, list(met(agreement, 4))), 0);
        VM.assertEq(pactum.crewOf(configuration, ALL, PAYEE), 0, "a report without an accepted row has no crew");
        report(header, list(met(agreement, 0)));
        header.payee = STRANGER;
        report(header, list(met(other, 0)));
        VM.warp(end + DAY);
        report(headerAt(end + DAY), list(met(agreement, 1)));
        header = headerAt(end + DAY);
        header.observers = 0x7;
        report(header, list(met(other, 1)));
        VM.assertEq(pactum.crewOf(configuration, ALL, PAYEE), 1);
        VM.assertEq(pactum.crewOf(configuration, ALL, STRANGER), 2);
        VM.assertEq(pactum.crewOf(configuration, 0x7, PAYEE), 3);
        VM.assertEq(pactum.pendingOf(agreement).crew, 1);
        VM.assertEq(pactum.pendingOf(other).crew, 3);
        VM.assertEq(pactum.crewOf(bytes32(uint256(1)), ALL, PAYEE), 0);
    }

    function test_everyQuorumOfSignersIsGoodAndAnyoneMayRelay() public {
        VM.warp(end);
        uint256[] memory rows = list(met(agreement, 0));
        IPactum.Header memory header = headerAt(end);
        bytes memory signatures = Signing.compact(memberKeys(4), 0xe, pactum.reportDigest(header, rows));
        VM.prank(STRANGER);
        VM.assertEq(pactum.report(header, rows, 0xe, signatures), 1);
    }

    function test_rowsOfManyAgreementsStandSideBySide() public {
        uint96 other = anAgreement(5);
        VM.warp(end);
        VM.assertEq(report(headerAt(end), list(met(agreement, 0), noData(other, 0))), 2);
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.Met));
        VM.assertEq(uint8(pactum.pendingOf(other).outcome), uint8(IPactum.Outcome.NoData));
    }

    function test_acceptingTheNextRowSettlesTheOneBefore() public {
        VM.warp(end);
        report(met(agreement, 0));
        VM.warp(end + DAY);
        report(met(agreement, 1));
        (uint256 provider,,) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 700_000_000);
        VM.assertEq(pactum.pendingOf(agreement).period, 1);
        (uint256 validators, uint256 relay) = earned();
        VM.assertEq(validators, 199_000_000);
        VM.assertEq(relay, RELAY_FEE);
        VM.assertEq(pactum.claimableOfDao(address(token)), 100_000_000);
    }

    function test_aRowForALaterPeriodExpiresThoseThatWereSkipped() public {
        VM.warp(end);
        report(met(agreement, 0));
        VM.warp(start + 4 * DAY);
        uint256 row_ = met(agreement, 3);
        VM.expectEmit(address(pactum));
        emit IPactum.Expired(agreement, 1, 2);
        VM.expectEmit(address(pactum));
        emit IPactum.Accepted(agreement, row_);
        report(row_);
        (uint256 provider, uint256 fees, uint256 deposits) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 3 * 700_000_000);
        VM.assertEq(fees, 2 * 200_000_000);
        VM.assertEq(deposits, 0);
        VM.assertEq(pactum.claimableOfDao(address(token)), 3 * 100_000_000);
        VM.assertEq(pactum.agreementOf(agreement).next, 4);
    }

    // rows that are passed over ---------------------------------------------------------------------------------------------------

    function test_aRowForNoAgreementIsSkippedAndTheGoodOnesStand() public {
        VM.warp(end);
        uint256 unknown = met(12_345, 0);
        VM.expectEmit(address(pactum));
        emit IPactum.Skipped(12_345, unknown, IPactum.Skip.UnknownAgreement);
        VM.expectEmit(address(pactum));
        emit IPactum.Accepted(agreement, met(agreement, 0));
        VM.assertEq(report(headerAt(end), list(unknown, met(agreement, 0))), 1);
    }

    function test_aRowPastTheLastPeriodIsSkipped() public {
        VM.warp(start + 6 * DAY);
        skipped(headerAt(start + 6 * DAY), met(agreement, 5), IPactum.Skip.UnknownPeriod);
        skipped(headerAt(start + 6 * DAY), met(agreement, type(uint32).max), IPactum.Skip.UnknownPeriod);
    }

    /// @dev Its fee went back to the customer.
    function test_aRowPastAnEarlyEndIsSkipped() public {
        terminatedBy(CUSTOMER, anAgreement(1)); // another agreement's end changes nothing here
        VM.warp(start);
        VM.assertEq(terminatedBy(CUSTOMER, agreement), 1);
        VM.warp(end + DAY);
        skipped(headerAt(end + DAY), met(agreement, 1), IPactum.Skip.UnknownPeriod);
    }

    /// @dev A dispute has it, or had it.
    function test_aHeldPeriodIsNotReportedAgain() public {
        reportAndDispute(met(agreement, 0));
        skipped(breach(agreement, 0, 10_000, 1000), IPactum.Skip.AlreadyDecided);
        replaced(agreement, 0, IPactum.Outcome.NoData, 0, 0);
        skipped(breach(agreement, 0, 10_000, 1000), IPactum.Skip.AlreadyDecided);
    }

    function test_aReportedPeriodIsNotReportedAgain() public {
        VM.warp(end);
        report(met(agreement, 0));
        skipped(breach(agreement, 0, 10_000, 1000), IPactum.Skip.AlreadyDecided);
        VM.warp(end + WINDOW);
        settle(agreement);
        VM.warp(end + DEADLINE - 1);
        skipped(breach(agreement, 0, 10_000, 1000), IPactum.Skip.AlreadyDecided);
    }

    function test_aRowThatRepeatsInsideAReportCountsOnce() public {
        VM.warp(end);
        uint256 again = breach(agreement, 0, 10_000, 1000);
        VM.assertEq(report(headerAt(end), list(met(agreement, 0), again)), 1);
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.Met));
    }

    function test_theSameReportTwiceChangesNothing() public {
        VM.warp(end);
        uint256[] memory rows = list(met(agreement, 0));
        IPactum.Header memory header = headerAt(end);
        VM.assertEq(report(header, rows), 1);
        bytes memory before = abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement));
        VM.assertEq(report(header, rows), 0);
        VM.assertEq(abi.encode(pactum.agreementOf(agreement), pactum.pendingOf(agreement)), before);
    }

    function test_anExpiredPeriodIsNotReported() public {
        VM.warp(end + DEADLINE);
        pactum.expire(agreement);
        skipped(met(agreement, 0), IPactum.Skip.AlreadyDecided);
    }

    function test_aPeriodIsReportedFromItsEndOn() public {
        VM.warp(end - 1);
        skipped(met(agreement, 0), IPactum.Skip.TooEarly);
        VM.warp(end);
        VM.assertEq(report(met(agreement, 0)), 1);
    }

    function test_aPeriodIsReportedBeforeItsDeadlineAndNotAtIt() public {
        VM.warp(end + DEADLINE);
        skipped(met(agreement, 0), IPactum.Skip.TooLate);
        VM.warp(end + DEADLINE - 1);
        VM.assertEq(report(met(agreement, 0)), 1);
    }

    function test_aPeriodBelongsToTheEpochOfItsLastSecond() public {
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        ++header.epoch;
        skipped(header, met(agreement, 0), IPactum.Skip.ForeignEpoch);
        header.epoch -= 2;
        skipped(header, met(agreement, 0), IPactum.Skip.ForeignEpoch);
    }

    function test_aPeriodThatEndsWithAnEpochBelongsToThatEpoch() public {
        VM.assertEq((end - 1) / EPOCH, end / EPOCH - 1, "this period does end with an epoch");
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        header.epoch = uint64(end / EPOCH);
        skipped(header, met(agreement, 0), IPactum.Skip.ForeignEpoch);
        header.epoch = uint64(end / EPOCH) - 1;
        VM.assertEq(report(header, list(met(agreement, 0))), 1);
    }

    function test_theConfigurationInForceWhenThePeriodBeganReportsIt() public {
        bytes32 first = configuration;
        bytes32 second = configured(members(4), uint64(start + DAY)); // as period 1 begins
        VM.warp(end);
        configuration = second;
        skipped(met(agreement, 0), IPactum.Skip.ForeignConfiguration);
        configuration = first;
        VM.assertEq(report(met(agreement, 0)), 1);
        VM.warp(end + DAY);
        skipped(headerAt(end + DAY), met(agreement, 1), IPactum.Skip.ForeignConfiguration);
        configuration = second;
        VM.assertEq(report(met(agreement, 1)), 1);
    }

    function test_anOutcomeThatDoesNotExistIsSkipped() public {
        VM.warp(end);
        skipped(row(agreement, 0, 0, 0, 0), IPactum.Skip.UnknownOutcome);
        skipped(row(agreement, 0, 4, 0, 0), IPactum.Skip.UnknownOutcome);
        skipped(row(agreement, 0, 255, 0, 0), IPactum.Skip.UnknownOutcome);
    }

    function test_creditAndSlashStayInsideTheConsentedCaps() public {
        INotary.Offer memory offer = anOffer();
        (offer.maxCreditBps, offer.maxSlashBps) = (2500, 300);
        agreement = opened(offer, 5);
        VM.warp(end);
        skipped(breach(agreement, 0, 2501, 300), IPactum.Skip.OverCaps);
        skipped(breach(agreement, 0, 2500, 301), IPactum.Skip.OverCaps);
        VM.assertEq(report(breach(agreement, 0, 2500, 300)), 1);
    }

    function test_creditAndSlashNeedABreach() public {
        VM.warp(end);
        skipped(row(agreement, 0, 1, 1, 0), IPactum.Skip.OverCaps);
        skipped(row(agreement, 0, 1, 0, 1), IPactum.Skip.OverCaps);
        skipped(row(agreement, 0, 3, 1, 0), IPactum.Skip.OverCaps);
        skipped(row(agreement, 0, 3, 0, 1), IPactum.Skip.OverCaps);
    }

    function test_theFirstReasonIsGiven() public {
        VM.warp(end - 1);
        skipped(headerAt(end + 2 * EPOCH), row(agreement, 0, 9, 10_001, 0), IPactum.Skip.TooEarly);
        skipped(headerAt(end), row(agreement, 9, 9, 10_001, 0), IPactum.Skip.UnknownPeriod);
    }

    function testFuzz_noRowMakesAReportRevert(uint256 seed, uint32 period, uint256 later) public {
        VM.warp(end + later % (8 * DAY));
        uint256 row_ = uint256(agreement) << 160 | uint256(period % 8) << 128 | (seed % 2 ** 128);
        report(headerAt(end + later % (8 * DAY) / EPOCH * EPOCH), list(row_, seed));
    }

    // headers and signatures ------------------------------------------------------------------------------------------------------

    function test_aReportHasRows() public {
        VM.expectRevert(IPactum.NoRows.selector);
        pactum.report(headerAt(end), new uint256[](0), THREE, "");
    }

    function test_aReportHasAPayeeThatCanUseTheMoney() public {
        address[6] memory unusable = [address(0), address(pactum), address(zone), address(tribunal), address(committee), address(notary)];
        for (uint256 i = 0; i < unusable.length; ++i) {
            IPactum.Header memory header = headerAt(end);
            header.payee = unusable[i];
            refused(header, THREE, abi.encodeWithSelector(IPactum.UnusablePayee.selector, unusable[i]));
        }
    }

    function test_aReportRestsOnAQuorumOfObservers() public {
        IPactum.Header memory header = headerAt(end);
        header.observers = 0x3;
        refused(header, 0x3, abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 2, 3));
        header.observers = 0;
        refused(header, 0, abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 0, 3));
    }

    function test_anObserverIsAMember() public {
        IPactum.Header memory header = headerAt(end);
        header.observers = 0x17;
        refused(header, THREE, abi.encodeWithSelector(ICommittee.ForeignObserver.selector, 0x17, 4));
    }

    function test_aSignerHasObserved() public {
        IPactum.Header memory header = headerAt(end);
        header.observers = 0x7;
        refused(header, 0xb, abi.encodeWithSelector(ICommittee.SignerWithoutObservation.selector, 0xb, 0x7));
    }

    /// @dev Whoever signed two roots is no witness any more; three others are left of four.
    function test_anObserverWhoWasCaughtCountsNoMore() public {
        VM.warp(end);
        uint256 key = memberKey(3);
        bytes memory one = Signing.compact(key, committee.observationRootDigest(9, "one"));
        bytes memory other = Signing.compact(key, committee.observationRootDigest(9, "other"));
        committee.expose(members(4)[3], 9, "one", one, "other", other);
        refused(headerAt(end), THREE, abi.encodeWithSelector(ICommittee.InactiveObserver.selector, ALL, 0x7));
        IPactum.Header memory header = headerAt(end);
        header.observers = 0x7;
        VM.assertEq(report(header, list(met(agreement, 0))), 1);
    }

    function test_tooFewSignersAreRefused() public {
        refused(headerAt(end), 0x3, abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 2, 3));
    }

    function test_anUnknownConfigurationIsRefused() public {
        IPactum.Header memory header = headerAt(end);
        header.configuration = keccak256("unknown");
        refused(header, THREE, abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, header.configuration));
    }

    function testFuzz_anyChangeToAReportBreaksItsSignatures(uint8 field, uint64 change) public {
        VM.warp(end);
        IPactum.Header memory header = headerAt(end);
        uint256[] memory rows = list(met(agreement, 0), met(agreement, 1));
        bytes memory signatures = Signing.compact(memberKeys(4), THREE, pactum.reportDigest(header, rows));
        uint256 by = uint256(change) | 1;
        if (field % 6 == 0) header.epoch = uint64(header.epoch ^ by);
        if (field % 6 == 1) header.observationSet = bytes32(uint256(header.observationSet) ^ by);
        if (field % 6 == 2) header.observers = header.observers == 0xf ? 0x7 : 0xf;
        if (field % 6 == 3) header.payee = address(uint160(uint160(header.payee) ^ by));
        if (field % 6 == 4) rows[0] ^= by;
        if (field % 6 == 5) (rows[0], rows[1]) = (rows[1], rows[0]);
        _isRefusedFor(ICommittee.BadSignature.selector, header, rows, signatures);
    }

    function test_aReportForAnotherPactumIsRefused() public {
        VM.warp(end);
        IPactum other = Deploy.pactum(parts());
        uint256[] memory rows = list(met(agreement, 0));
        IPactum.Header memory header = headerAt(end);
        bytes memory signatures = Signing.compact(memberKeys(4), THREE, other.reportDigest(header, rows));
        _isRefusedFor(ICommittee.BadSignature.selector, header, rows, signatures);
    }

    /// @dev The error says whom the signature was found to be of; that is somebody at random.
    function _isRefusedFor(bytes4 reason, IPactum.Header memory header, uint256[] memory rows, bytes memory signatures) private {
        (bool done, bytes memory refusal) = address(pactum).call(abi.encodeCall(IPactum.report, (header, rows, THREE, signatures)));
        VM.assertFalse(done);
        VM.assertEq(bytes32(bytes4(refusal)), bytes32(reason));
    }

    // calendar months -------------------------------------------------------------------------------------------------------------

    function test_aMonthIsReportedAfterItsLastSecond() public {
        uint64 february = 1_801_440_000;
        INotary.Offer memory offer = anOffer();
        (offer.periodKind, offer.periodLength) = (IPactum.PeriodKind.CalendarMonth, 0);
        agreement = openedAt(offer, february, 3);
        VM.warp(february + 28 days - 1);
        skipped(headerAt(february + 28 days), met(agreement, 0), IPactum.Skip.TooEarly);
        VM.warp(february + 28 days);
        VM.assertEq(report(met(agreement, 0)), 1);
        VM.warp(february + 59 days);
        VM.assertEq(report(met(agreement, 1)), 1);
        VM.warp(february + 89 days + DEADLINE);
        VM.assertEq(pactum.expire(agreement), 1);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }

    // 31 members ------------------------------------------------------------------------------------------------------------------

    function test_aFullCommitteeReports() public {
        configuration = configured(members(31), uint64(start));
        VM.warp(end);
        uint256[] memory rows = list(met(agreement, 0));
        IPactum.Header memory header = headerAt(end);
        header.observers = 0x7fffffff;
        uint256 signers = 0x1fffff << 10;
        bytes memory signatures = Signing.compact(memberKeys(31), signers, pactum.reportDigest(header, rows));
        VM.assertEq(pactum.report(header, rows, signers, signatures), 1);
        VM.warp(end + WINDOW);
        settle(agreement);
        uint256 share = uint256(199_000_000) / 31;
        VM.assertEq(dueOf(pactum.crewOf(configuration, 0x7fffffff, PAYEE), 31, 30), share);
        VM.assertEq(pactum.claimMember(configuration, address(token), 30, crews(0x7fffffff)), share);
    }
}
