// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

contract RulebookTest is House {
    function list(IPactum.Listing memory values) private returns (uint32) {
        VM.prank(GOVERNOR);
        return pactum.list(values);
    }

    function test_parametersAreNumberedAndKept() public {
        IPactum.Parameters memory newer = IPactum.Parameters(EPOCH + 1, 2, 3, EPOCH + 6, DAY, 3000, 0, 1, STRANGER);
        VM.expectEmit(address(pactum));
        emit IPactum.ParametersSet(2, newer);
        VM.assertEq(set(newer), 2);
        VM.assertEq(pactum.currentParameters(), 2);
        VM.assertEq(abi.encode(pactum.parametersOf(2)), abi.encode(newer));
        VM.assertEq(abi.encode(pactum.parametersOf(1)), abi.encode(someParameters()));
        VM.assertEq(abi.encode(pactum.parametersOf(3)), new bytes(9 * 32));
    }

    function test_conditionsAreWhatAnAgreementWouldBeOpenedUnder() public view {
        (uint32 parameters, uint32 listing, IPactum.Parameters memory rules, IPactum.Listing memory price) =
            pactum.conditionsOf(address(token));
        VM.assertEq(parameters, 1);
        VM.assertEq(listing, 2);
        VM.assertEq(abi.encode(rules), abi.encode(someParameters()));
        VM.assertEq(abi.encode(price), abi.encode(IPactum.Listing(address(token), RELAY_FEE, 100_000_000)));
        (parameters, listing,, price) = pactum.conditionsOf(STRANGER);
        VM.assertEq(parameters, 1);
        VM.assertEq(listing, 0);
        VM.assertEq(price.minFee, 0);
    }

    /// @dev Every rule is another one, and none of them counts for what was opened before.
    function test_newParametersLeaveARunningAgreementAlone() public {
        uint96 agreement = anAgreement(3);
        set(IPactum.Parameters(EPOCH + 1, 1, 1, DAY, DAY, 0, 10_000, 10_000, STRANGER));
        reportAndSettle(met(agreement, 0));
        (uint256 provider,,) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 700_000_000, "shares");
        VM.warp(endOf(agreement, 1) + DEADLINE - 1);
        VM.assertEq(report(met(agreement, 1)), 1, "report deadline");
        VM.warp(timeNow() + WINDOW - 1);
        VM.assertEq(settle(agreement), 0, "dispute window");
        VM.assertEq(disputed(met(agreement, 1)), 100_000_000, "bond");
        VM.assertEq(tribunal.disputeOf(agreement, 1).deadline, timeNow() + RESOLUTION, "resolution deadline");
        confirmed(agreement, 1); // by the arbiter of its day
    }

    /// @dev One value at a time is moved to where it no longer fits the others, and back to where it just does.
    function test_windowsAreHeldAgainstEachOther() public {
        IPactum.Parameters memory values = someParameters();
        values.thaw = DEADLINE + WINDOW + RESOLUTION;
        set(values);
        values.thaw -= 1;
        refuse(values);
        values.thaw += 1;
        values.reportDeadline += 1;
        refuse(values);
        values.reportDeadline -= 1;
        values.disputeWindow += 1;
        refuse(values);
        values.disputeWindow -= 1;
        values.resolutionDeadline += 1;
        refuse(values);
        values.resolutionDeadline -= 1;
        set(values);
    }

    function test_noWindowIsEmpty() public {
        IPactum.Parameters memory values = someParameters();
        values.disputeWindow = 0;
        refuse(values);
        values.disputeWindow = 1;
        set(values);
        values.resolutionDeadline = 0;
        refuse(values);
        values.resolutionDeadline = 1;
        set(values);
    }

    /// @dev What is as long as a year is surely a mistake, and would hold stake and bonds for ever.
    function test_noThawAndNoPeriodIsOverAYear() public {
        IPactum.Parameters memory values = someParameters();
        values.thaw = 366 days + 1;
        refuse(values);
        values.thaw = 366 days;
        values.longestPeriod = 366 days + 1;
        refuse(values);
        values.longestPeriod = 366 days;
        set(values);
    }

    function test_theLongestPeriodCoversReportAndDispute() public {
        IPactum.Parameters memory values = someParameters();
        values.longestPeriod = DEADLINE + WINDOW - 1;
        refuse(values);
        values.longestPeriod = DEADLINE + WINDOW;
        set(values);
    }

    function test_windowsThatWrapAroundAreRefused() public {
        IPactum.Parameters memory values = someParameters();
        values.reportDeadline = type(uint32).max;
        refuse(values);
        values.reportDeadline = DEADLINE;
        values.disputeWindow = type(uint32).max;
        refuse(values);
        values.disputeWindow = WINDOW;
        values.resolutionDeadline = type(uint32).max;
        refuse(values);
    }

    function test_sharesSumToAWholeAtMost() public {
        IPactum.Parameters memory values = someParameters();
        (values.validatorBps, values.daoBps) = (9000, 1001);
        refuse(values);
        (values.validatorBps, values.daoBps) = (type(uint16).max, type(uint16).max);
        refuse(values);
        (values.validatorBps, values.daoBps) = (9000, 1000);
        set(values);
    }

    function test_aDisputeCostsSomethingAndNeverMoreThanItHoldsUp() public {
        IPactum.Parameters memory values = someParameters();
        values.disputeBondBps = 0;
        refuse(values);
        values.disputeBondBps = 10_001;
        refuse(values);
        values.disputeBondBps = 1;
        set(values);
        values.disputeBondBps = 10_000;
        set(values);
    }

    function test_somebodyIsArbiter() public {
        IPactum.Parameters memory values = someParameters();
        address[6] memory nobody = [address(0), address(pactum), address(zone), address(tribunal), address(committee), address(notary)];
        for (uint256 i = 0; i < nobody.length; ++i) {
            values.arbiter = nobody[i];
            refuse(values);
        }
    }

    /// @dev A period that ends with the first second of an epoch waits for the whole epoch before anybody can report it.
    function test_theReportDeadlineIsLongerThanAnEpoch() public {
        IPactum.Parameters memory values = someParameters();
        uint32[3] memory short = [0, EPOCH - 1, EPOCH];
        for (uint256 i = 0; i < short.length; ++i) {
            values.reportDeadline = short[i];
            refuse(values);
        }
        values.reportDeadline = EPOCH + 1;
        set(values);
    }

    /// @dev Whatever came later: stake that was promised under one thaw waits for it, and so do bonds.
    function test_theLongestThawAndTheHorizonNeverShrink() public {
        VM.assertEq(pactum.longestThaw(), THAW);
        VM.assertEq(pactum.horizon(), uint256(LONGEST) + DEADLINE + WINDOW + RESOLUTION);
        IPactum.Parameters memory values = someParameters();
        (values.thaw, values.longestPeriod) = (THAW - 1, LONGEST - 1);
        set(values);
        VM.assertEq(pactum.longestThaw(), THAW);
        VM.assertEq(pactum.horizon(), uint256(LONGEST) + DEADLINE + WINDOW + RESOLUTION);
        (values.thaw, values.longestPeriod) = (THAW + 1, LONGEST + 1);
        set(values);
        VM.assertEq(pactum.longestThaw(), THAW + 1);
        VM.assertEq(pactum.horizon(), uint256(LONGEST) + 1 + DEADLINE + WINDOW + RESOLUTION);
    }

    function refuse(IPactum.Parameters memory values) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnusableParameters.selector, values));
        set(values);
    }

    function test_listingsAreNumberedAndTheNewestCounts() public {
        IPactum.Listing memory newer = IPactum.Listing(address(token), 10, 50);
        VM.expectEmit(address(pactum));
        emit IPactum.Listed(3, newer);
        VM.assertEq(list(newer), 3);
        VM.assertEq(pactum.currentListing(address(token)), 3);
        VM.assertEq(pactum.listingOf(3).minFee, 50);
        VM.assertEq(pactum.listingOf(3).relayFee, 10);
        VM.assertEq(pactum.listingOf(2).minFee, 100_000_000);
        VM.assertEq(pactum.currentListing(STRANGER), 0);
    }

    function test_aNewListingLeavesARunningAgreementAlone() public {
        uint96 agreement = anAgreement(1);
        relist(address(token), 20, 100);
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimRelay(), RELAY_FEE);
    }

    function test_listingsThatCannotWorkAreRefused() public {
        refuse(IPactum.Listing(address(0), 0, 100));
        refuse(IPactum.Listing(address(token), 0, 0));
        refuse(IPactum.Listing(address(token), 21, 100)); // the validators get 20 of 100
        list(IPactum.Listing(address(token), 20, 100));
    }

    /// @dev A claim knows its token by them.
    function test_noTwoListedTokensEndInTheSame96Bits() public {
        address alike = address(uint160(address(token)) ^ uint160(1) << 96);
        refuse(IPactum.Listing(alike, 0, 1));
        relist(address(uint160(address(token)) ^ uint160(1) << 95), 0, 1);
        relist(address(token), 0, 1);
    }

    /// @dev Agreements keep the numbers in 16 bits.
    function test_rulesAreNumberedAsFarAsAgreementsCanName() public {
        _countsAre(type(uint16).max - 1);
        VM.assertEq(set(someParameters()), type(uint16).max);
        VM.assertEq(relist(address(token), 0, 1), type(uint16).max);
        bytes memory refusal = abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 16, 2 ** 16);
        VM.expectRevert(refusal);
        set(someParameters());
        VM.expectRevert(refusal);
        relist(address(token), 0, 1);
    }

    /// @dev Looks for the count of parameters in the slot that it is read from; that of listings follows it.
    function _countsAre(uint256 value) private {
        VM.record();
        pactum.currentParameters();
        (bytes32[] memory reads,) = VM.accesses(address(pactum));
        uint256 word = uint256(VM.load(address(pactum), reads[0]));
        uint256 shift = 0;
        for (; pactum.currentParameters() != value; shift += 8) {
            uint256 others = word & ~(uint256(type(uint32).max) << shift);
            VM.store(address(pactum), reads[0], bytes32(others | value << shift));
        }
        uint256 both = value << shift - 8 | value << shift + 24;
        VM.store(address(pactum), reads[0], bytes32(word & ~(uint256(type(uint64).max) << shift - 8) | both));
    }

    function refuse(IPactum.Listing memory values) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnusableListing.selector, values));
        list(values);
    }

    function test_theTreasuryIsWhereGovernanceSays() public {
        VM.assertEq(pactum.treasury(), TREASURY);
        VM.expectEmit(address(pactum));
        emit IPactum.TreasurySet(STRANGER);
        VM.prank(GOVERNOR);
        pactum.setTreasury(STRANGER);
        VM.assertEq(pactum.treasury(), STRANGER);
    }

    function test_theTreasuryCanUseTheMoney() public {
        address[6] memory unusable = [address(0), address(pactum), address(zone), address(tribunal), address(committee), address(notary)];
        for (uint256 i = 0; i < unusable.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.UnusableTreasury.selector, unusable[i]));
            VM.prank(GOVERNOR);
            pactum.setTreasury(unusable[i]);
        }
    }

    function test_noPactumWithoutATreasuryThatCanUseTheMoney() public {
        Deploy.Parts memory own = parts();
        address itself = VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 2);
        address[3] memory unusable = [address(0), address(zone), itself];
        for (uint256 i = 0; i < unusable.length; ++i) {
            own.treasury = unusable[i];
            VM.expectRevert();
            Deploy.pactum(own);
        }
        own.treasury = STRANGER;
        Deploy.pactum(own);
    }

    function test_governanceAloneGoverns() public {
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER);
        VM.startPrank(STRANGER);
        VM.expectRevert(refusal);
        pactum.setParameters(someParameters());
        VM.expectRevert(refusal);
        pactum.list(IPactum.Listing(address(token), 0, 1));
        VM.expectRevert(refusal);
        pactum.setTreasury(STRANGER);
        VM.expectRevert(refusal);
        pactum.setGuardian(STRANGER);
    }

    /// @dev A governor that was named by mistake cannot take over: it must accept.
    function test_governanceIsHandedOverInTwoSteps() public {
        Ownable2Step owned = Ownable2Step(address(pactum));
        VM.prank(GOVERNOR);
        owned.transferOwnership(STRANGER);
        VM.assertEq(owned.owner(), GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, CUSTOMER));
        VM.prank(CUSTOMER);
        owned.acceptOwnership();
        VM.prank(STRANGER);
        owned.acceptOwnership();
        VM.assertEq(owned.owner(), STRANGER);
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR));
        VM.prank(GOVERNOR);
        owned.transferOwnership(GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR));
        VM.prank(GOVERNOR);
        owned.renounceOwnership();
    }

    /// @dev Without a governor nothing changes any more, and all that runs goes on.
    function test_governanceMayBeRenouncedAndAgreementsGoOn() public {
        uint96 agreement = anAgreement(1);
        VM.prank(GOVERNOR);
        Ownable2Step(address(pactum)).renounceOwnership();
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR));
        VM.prank(GOVERNOR);
        pactum.setParameters(someParameters());
        reportAndSettle(met(agreement, 0));
        VM.assertEq(claimProvider(ids(agreement)), 700_000_000);
    }
}
