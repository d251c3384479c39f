// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";

contract SettlingTest is House {
    uint96 private agreement;
    uint256 private start;
    uint256 private end; // of period 0

    function setUp() public override {
        super.setUp();
        agreement = anAgreement(3);
        start = NOW + 1 hours;
        end = start + DAY;
    }

    /// @dev provider, customer from the fees, customer from the deposit, validators, relay, DAO
    function owed(uint256[6] memory want) private view {
        (uint256 provider, uint256 fees, uint256 deposit) = pactum.claimableOf(agreement);
        VM.assertEq(provider, want[0], "provider");
        VM.assertEq(fees, want[1], "customer from fees");
        VM.assertEq(deposit, want[2], "customer from deposit");
        (uint256 validators, uint256 relay) = earned();
        VM.assertEq(validators, want[3], "validators");
        VM.assertEq(relay, want[4], "relay");
        VM.assertEq(pactum.claimableOfDao(address(token)), want[5], "dao");
    }

    // settle ----------------------------------------------------------------------------------------------------------------------

    function test_nothingIsOwedBeforeTheRowMatures() public {
        VM.warp(end);
        report(met(agreement, 0));
        VM.warp(end + WINDOW - 1);
        VM.assertEq(settle(agreement), 0);
        owed([uint256(0), 0, 0, 0, 0, 0]);
        VM.warp(end + WINDOW);
        VM.assertEq(settle(agreement), 1);
        owed([uint256(700_000_000), 0, 0, 199_000_000, 1_000_000, 100_000_000]);
    }

    function test_aBreachGivesTheCustomerCreditAndSlash() public {
        reportAndMature(breach(agreement, 0, 10_000, 1000));
        VM.expectEmit(address(pactum));
        emit IPactum.Settled(agreement, 0);
        VM.prank(STRANGER);
        settle(agreement);
        owed([uint256(0), 700_000_000, 800_000_000, 199_000_000, 1_000_000, 100_000_000]);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, DEPOSIT - 800_000_000);
        VM.assertEq(lockedStake(), DEPOSIT, "seized only when the customer claims");
    }

    function test_aReportedNoDataPaysNoWitness() public {
        reportAndMature(noData(agreement, 0));
        settle(agreement);
        owed([uint256(700_000_000), 200_000_000, 0, 0, 0, 100_000_000]);
    }

    function test_aRowIsSettledOnce() public {
        reportAndMature(met(agreement, 0));
        VM.assertEq(pactum.settle(ids(agreement, agreement)), 1);
        VM.assertEq(settle(agreement), 0);
        owed([uint256(700_000_000), 0, 0, 199_000_000, 1_000_000, 100_000_000]);
        VM.assertEq(uint8(pactum.pendingOf(agreement).outcome), uint8(IPactum.Outcome.None));
    }

    function test_agreementsWithNothingToSettleArePassedOver() public {
        uint96 idle = anAgreement(1);
        reportAndMature(met(agreement, 0));
        uint96[] memory all = new uint96[](3);
        (all[0], all[1], all[2]) = (idle, 999, agreement);
        VM.assertEq(pactum.settle(all), 1);
    }

    function test_theLastRowReleasesWhatIsLeftOfTheDeposit() public {
        reportAndMature(met(agreement, 0));
        reportAndMature(breach(agreement, 1, 10_000, 1000));
        reportAndMature(met(agreement, 2));
        VM.assertEq(lockedStake(), DEPOSIT);
        VM.expectEmit(address(pactum));
        emit IPactum.Closed(agreement, DEPOSIT - 800_000_000);
        settle(agreement);
        VM.assertEq(lockedStake(), 800_000_000, "what the customer has not claimed stays locked");
        VM.assertTrue(pactum.agreementOf(agreement).closed);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, 0);
    }

    function test_theDepositStaysLockedWhileTheLastRowWaits() public {
        agreement = anAgreement(1);
        uint256 before = lockedStake();
        VM.warp(end);
        report(breach(agreement, 0, 10_000, 1000));
        VM.warp(end + WINDOW - 1);
        settle(agreement);
        VM.assertFalse(pactum.agreementOf(agreement).closed);
        VM.assertEq(lockedStake(), before);
    }

    function test_slashesStopWhereTheDepositEnds() public {
        INotary.Offer memory offer = anOffer();
        (offer.deposit, offer.maxSlashBps) = (1_000_000_000, 10_000);
        agreement = opened(offer, 3);
        reportAndMature(breach(agreement, 0, 0, 6000));
        settle(agreement);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, 400_000_000);
        reportAndMature(breach(agreement, 1, 0, 6000));
        settle(agreement);
        VM.assertEq(pactum.agreementOf(agreement).depositLeft, 0);
        reportAndMature(breach(agreement, 2, 10_000, 6000));
        settle(agreement);
        owed([uint256(1_400_000_000), 800_000_000, 1_000_000_000, 597_000_000, 3_000_000, 200_000_000]);
        VM.assertTrue(pactum.agreementOf(agreement).closed);
    }

    function test_earningsBelongToTheConfigurationThatSigned() public {
        bytes32 first = configuration;
        bytes32 second = configured(members(7), uint64(end));
        reportAndSettle(met(agreement, 0));
        VM.assertEq(pactum.claimMember(first, address(token), 0, crews(ALL)), 49_750_000);
        VM.expectRevert(IPactum.NothingToClaim.selector);
        pactum.claimMember(second, address(token), 0, crews(ALL, 0x7f));
    }

    /// @dev Sums are kept for a run of rows alike: whatever differs between two rows must end the run.
    function test_rowsOfTwoTokensConfigurationsAndPayeesAreSettledTogether() public {
        MockToken dollar = token;
        uint96 one = agreement;
        uint96 two = anAgreement(3);
        token = new MockToken();
        _furnish(address(token));
        uint96 three = anAgreement(3);
        bytes32 first = configuration;
        bytes32 second = configured(members(7), uint64(end));
        INotary.Offer memory offer = anOffer();
        offer.lead = 2 hours;
        uint96 later = openedAt(offer, uint64(end), 3); // its first period begins under the second configuration

        VM.warp(end);
        report(headerAt(end), list(met(one, 0), met(three, 0)));
        IPactum.Header memory header = headerAt(end);
        header.payee = STRANGER;
        report(header, list(met(two, 0)));
        VM.warp(end + DAY);
        configuration = second;
        header = headerAt(end + DAY);
        header.observers = 0x7f;
        uint256[] memory rows = list(met(later, 0));
        pactum.report(header, rows, 0x7f, Signing.compact(memberKeys(7), 0x7f, pactum.reportDigest(header, rows)));
        VM.warp(end + DAY + WINDOW);
        uint96[] memory all = new uint96[](4);
        (all[0], all[1], all[2], all[3]) = (one, later, two, three);
        VM.assertEq(pactum.settle(all), 4);

        _earned(first, ALL, PAYEE, address(dollar), 1);
        _earned(first, ALL, STRANGER, address(dollar), 1);
        _earned(first, ALL, PAYEE, address(token), 1);
        _earned(second, 0x7f, PAYEE, address(dollar), 0);
        _earned(second, 0x7f, PAYEE, address(token), 1);
        VM.assertEq(pactum.claimableOfDao(address(dollar)), 200_000_000);
        VM.assertEq(pactum.claimableOfDao(address(token)), 200_000_000);
    }

    function _earned(bytes32 configuration_, uint32 observers, address payee, address token_, uint256 rows) private view {
        (uint256 validators, uint256 relay) = pactum.earnedBy(pactum.crewOf(configuration_, observers, payee), token_);
        VM.assertEq(validators, rows * 199_000_000);
        VM.assertEq(relay, rows * RELAY_FEE);
    }

    /// @dev In one report, the rows before these are settled: of other crews and tokens than those of the report itself.
    function test_aReportSettlesRowsOfTwoTokensAndPayees() public {
        MockToken dollar = token;
        uint96 two = anAgreement(3);
        token = new MockToken();
        _furnish(address(token));
        uint96 three = anAgreement(3);
        VM.warp(end);
        report(headerAt(end), list(met(agreement, 0), met(three, 0)));
        IPactum.Header memory header = headerAt(end);
        header.payee = STRANGER;
        report(header, list(breach(two, 0, 10_000, 0)));
        uint256[] memory rows = new uint256[](3);
        (rows[0], rows[1], rows[2]) = (noData(agreement, 1), met(two, 1), met(three, 1));
        VM.warp(end + DAY);
        VM.assertEq(report(headerAt(end + DAY), rows), 3);
        _earned(configuration, ALL, PAYEE, address(dollar), 1);
        _earned(configuration, ALL, STRANGER, address(dollar), 1);
        _earned(configuration, ALL, PAYEE, address(token), 1);
        VM.assertEq(pactum.claimableOfDao(address(dollar)), 200_000_000);
        VM.assertEq(pactum.claimableOfDao(address(token)), 100_000_000);
        (, uint256 fees, uint256 deposit) = pactum.claimableOf(two);
        VM.assertEq(fees, 700_000_000);
        VM.assertEq(deposit, 300_000_000);
    }

    function test_eachAgreementIsSettledByTheParametersThatItPinned() public {
        IPactum.Parameters memory values = someParameters();
        (values.validatorBps, values.daoBps) = (3000, 500);
        set(values);
        relist(address(token), 5_000_000, 100_000_000);
        INotary.Offer memory offer = anOffer();
        offer.minProviderBps = 6500;
        uint96 other = opened(offer, 3);
        VM.warp(end);
        report(headerAt(end), list(met(agreement, 0), met(other, 0)));
        VM.warp(end + WINDOW);
        VM.assertEq(pactum.settle(ids(agreement, other)), 2);
        (uint256 provider,,) = pactum.claimableOf(other);
        VM.assertEq(provider, 650_000_000);
        owed([uint256(700_000_000), 0, 0, 199_000_000 + 295_000_000, 1_000_000 + 5_000_000, 100_000_000 + 50_000_000]);
    }

    // expire ----------------------------------------------------------------------------------------------------------------------

    function test_aSilentPeriodExpiresAtItsDeadlineAndNotBefore() public {
        VM.warp(end + DEADLINE - 1);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 0));
        pactum.expire(agreement);
        VM.warp(end + DEADLINE);
        VM.expectEmit(address(pactum));
        emit IPactum.Expired(agreement, 0, 1);
        VM.prank(STRANGER);
        VM.assertEq(pactum.expire(agreement), 1);
        owed([uint256(700_000_000), 200_000_000, 0, 0, 0, 100_000_000]);
    }

    function test_manySilentPeriodsExpireTogether() public {
        VM.warp(start + 100 * DAY);
        VM.expectEmit(address(pactum));
        emit IPactum.Closed(agreement, DEPOSIT);
        VM.assertEq(pactum.expire(agreement), 3);
        owed([uint256(2_100_000_000), 600_000_000, 0, 0, 0, 300_000_000]);
        VM.assertEq(lockedStake(), 0);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 3));
        pactum.expire(agreement);
    }

    function test_expiringSettlesTheRowThatWaitsFirst() public {
        VM.warp(end);
        report(breach(agreement, 0, 1000, 0));
        VM.warp(end + DAY + DEADLINE);
        VM.expectEmit(address(pactum));
        emit IPactum.Settled(agreement, 0);
        VM.expectEmit(address(pactum));
        emit IPactum.Expired(agreement, 1, 1);
        VM.assertEq(pactum.expire(agreement), 1);
        owed([uint256(600_000_000 + 700_000_000), 100_000_000 + 200_000_000, 0, 199_000_000, 1_000_000, 200_000_000]);
    }

    function test_aReportedPeriodDoesNotExpire() public {
        VM.warp(end + DEADLINE - 1);
        report(met(agreement, 0));
        VM.warp(end + DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 1));
        pactum.expire(agreement);
    }

    function test_anUnknownAgreementDoesNotExpire() public {
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnknownAgreement.selector, 5));
        pactum.expire(5);
    }

    function test_nothingExpiresOnAChainYoungerThanTheDeadline() public {
        VM.warp(DEADLINE - 1);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, agreement, 0));
        pactum.expire(agreement);
    }

    function testFuzz_expiringTogetherEqualsExpiringOneByOne(uint128 fee) public {
        INotary.Offer memory offer = anOffer();
        offer.fee = 100_000_000 + fee % 1e13;
        offer.deposit = 0;
        agreement = opened(offer, 7);
        uint256 begin = timeNow() + offer.lead;
        offer.nonce = nonce++;
        uint96 other = opened(offer, 7);
        for (uint256 k = 1; k <= 7; ++k) {
            VM.warp(begin + k * DAY + DEADLINE);
            VM.assertEq(pactum.expire(other), 1);
        }
        VM.assertEq(pactum.expire(agreement), 7);
        (uint256 a, uint256 b, uint256 c) = pactum.claimableOf(agreement);
        (uint256 x, uint256 y, uint256 z) = pactum.claimableOf(other);
        VM.assertEq(abi.encode(a, b, c), abi.encode(x, y, z));
    }

    // exact shares over all outcomes ------------------------------------------------------------------------------------------------

    function testFuzz_everyOutcomeSumsToTheFee(uint8 outcome, uint16 creditBps, uint16 slashBps, uint128 fee) public {
        INotary.Offer memory offer = anOffer();
        offer.fee = 100_000_000 + fee % 1e13;
        offer.maxSlashBps = 10_000;
        agreement = opened(offer, 1);
        uint8 kind = outcome % 3 + 1;
        uint256 row_ = kind == 2 ? breach(agreement, 0, creditBps % 10_001, slashBps % 10_001) : row(agreement, 0, kind, 0, 0);
        reportAndSettle(row_);
        (uint256 provider, uint256 fees, uint256 deposit) = pactum.claimableOf(agreement);
        (uint256 validators, uint256 relay) = earned();
        VM.assertEq(provider + fees + validators + relay + pactum.claimableOfDao(address(token)), offer.fee);
        VM.assertLe(deposit, DEPOSIT);
    }
}
