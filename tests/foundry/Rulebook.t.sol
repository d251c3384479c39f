// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

contract RulebookTest is House {
    function set(IPactum.Parameters memory values) private returns (uint32) {
        VM.prank(GOVERNOR);
        return pactum.setParameters(values);
    }

    function list(IPactum.Listing memory values) private returns (uint32) {
        VM.prank(GOVERNOR);
        return pactum.list(values);
    }

    function test_parametersAreNumberedAndKept() public {
        IPactum.Parameters memory newer = IPactum.Parameters(EPOCH + 1, 2, 3000, 0);
        VM.expectEmit(address(pactum));
        emit IPactum.ParametersSet(2, newer);
        VM.assertEq(set(newer), 2);
        VM.assertEq(pactum.currentParameters(), 2);
        VM.assertEq(pactum.parametersOf(2).validatorBps, 3000);
        VM.assertEq(pactum.parametersOf(1).validatorBps, 2000);
        VM.assertEq(pactum.parametersOf(1).reportDeadline, DEADLINE);
    }

    function test_newParametersLeaveARunningAgreementAlone() public {
        uint96 agreement = anAgreement(2);
        set(IPactum.Parameters(EPOCH + 1, 1, 0, 10_000));
        reportAndMature(met(agreement, 0));
        settle(agreement);
        (uint256 provider,,) = pactum.claimableOf(agreement);
        VM.assertEq(provider, 700_000_000);
    }

    function test_parametersThatCannotWorkAreRefused() public {
        refuse(IPactum.Parameters(DEADLINE, 0, 0, 0));
        refuse(IPactum.Parameters(DEADLINE, 1, 9000, 1001));
        set(IPactum.Parameters(DEADLINE, 1, 9000, 1000));
    }

    /// @dev A period that ends with the first second of an epoch waits for the whole epoch before anybody can report it.
    function test_theReportDeadlineIsLongerThanAnEpoch() public {
        refuse(IPactum.Parameters(0, 1, 0, 0));
        refuse(IPactum.Parameters(EPOCH - 1, 1, 0, 0));
        refuse(IPactum.Parameters(EPOCH, 1, 0, 0));
        set(IPactum.Parameters(EPOCH + 1, 1, 0, 0));
    }

    function refuse(IPactum.Parameters memory values) private {
        VM.expectRevert(abi.encodeWithSelector(IPactum.UnusableParameters.selector, values));
        set(values);
    }

    function test_listingsAreNumberedAndTheNewestCounts() public {
        IPactum.Listing memory newer = IPactum.Listing(address(token), 50, 10);
        VM.expectEmit(address(pactum));
        emit IPactum.Listed(3, newer);
        VM.assertEq(list(newer), 3);
        VM.assertEq(pactum.currentListing(address(token)), 3);
        VM.assertEq(pactum.listingOf(3).minFee, 50);
        VM.assertEq(pactum.listingOf(2).minFee, 100_000_000);
        VM.assertEq(pactum.currentListing(STRANGER), 0);
    }

    function test_aNewListingLeavesARunningAgreementAlone() public {
        uint96 agreement = anAgreement(1);
        list(IPactum.Listing(address(token), 100, 20));
        reportAndMature(met(agreement, 0));
        settle(agreement);
        VM.assertEq(pactum.claimableOfRelay(PAYEE, address(token)), RELAY_FEE);
    }

    function test_listingsThatCannotWorkAreRefused() public {
        refuse(IPactum.Listing(address(0), 100, 0));
        refuse(IPactum.Listing(address(token), 0, 0));
        refuse(IPactum.Listing(address(token), 100, 21)); // the validators get 20 of 100
        list(IPactum.Listing(address(token), 100, 20));
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
        address[3] memory unusable = [address(0), address(pactum), address(zone)];
        for (uint256 i = 0; i < unusable.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.UnusableTreasury.selector, unusable[i]));
            VM.prank(GOVERNOR);
            pactum.setTreasury(unusable[i]);
        }
    }

    function test_noPactumWithoutATreasuryThatCanUseTheMoney() public {
        address itself = VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 2);
        address[3] memory unusable = [address(0), address(zone), itself];
        for (uint256 i = 0; i < unusable.length; ++i) {
            VM.expectRevert();
            Deploy.pactum(GOVERNOR, address(zone), address(committee), address(lawStone), unusable[i]);
        }
        Deploy.pactum(GOVERNOR, address(zone), address(committee), address(lawStone), STRANGER);
    }

    function test_governanceAloneGoverns() public {
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER);
        VM.startPrank(STRANGER);
        VM.expectRevert(refusal);
        pactum.setParameters(IPactum.Parameters(1, 1, 0, 0));
        VM.expectRevert(refusal);
        pactum.list(IPactum.Listing(address(token), 1, 0));
        VM.expectRevert(refusal);
        pactum.setTreasury(STRANGER);
    }
}
