// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Split} from "../../contracts/libraries/Split.sol";
import {VM} from "./support/Vm.sol";

/// @notice Conservation cannot see a wrong share: each vector below states every part.
contract SplitTest {
    uint256 private constant FEE = 1_000_000_000;

    function pinned(uint256 fee) private pure returns (Split.Pinned memory) {
        return Split.Pinned({fee: fee, relayFee: 1_000_000, validatorBps: 2000, daoBps: 1000});
    }

    function award(uint256 creditBps, uint256 slashBps, uint256 left) private pure returns (Split.Award memory) {
        return Split.Award({creditBps: creditBps, slashBps: slashBps, deposit: 5_000_000_000, depositLeft: left});
    }

    /// @dev Compares part by part: provider, validators, relay, DAO, customer from the fee, customer from the deposit, slash.
    function check(Split.Division memory got, uint256[7] memory want) private pure {
        VM.assertEq(got.provider, want[0], "provider");
        VM.assertEq(got.validators, want[1], "validators");
        VM.assertEq(got.relay, want[2], "relay");
        VM.assertEq(got.dao, want[3], "dao");
        VM.assertEq(got.customerFromFee, want[4], "customer from fee");
        VM.assertEq(got.customerFromDeposit, want[5], "customer from deposit");
        VM.assertEq(got.slash, want[6], "slash");
    }

    function test_metPaysSeventyTwentyTenAndTheRelayOutOfTheTwenty() public pure {
        check(Split.ofMet(pinned(FEE)), [uint256(700_000_000), 199_000_000, 1_000_000, 100_000_000, 0, 0, 0]);
    }

    function test_theRemainderOfRoundingGoesToTheProvider() public pure {
        // 20 % of 19 is 3.8, 10 % is 1.9: 3 and 1 are paid, 15 is left
        Split.Pinned memory odd = Split.Pinned({fee: 19, relayFee: 0, validatorBps: 2000, daoBps: 1000});
        check(Split.ofMet(odd), [uint256(15), 3, 0, 1, 0, 0, 0]);
        check(Split.ofNoData(odd), [uint256(15), 0, 0, 1, 3, 0, 0]);
    }

    function test_aRelayFeeAboveTheValidatorsShareTakesAllOfItAndNoMore() public pure {
        check(Split.ofMet(pinned(4_000_000)), [uint256(2_800_000), 0, 800_000, 400_000, 0, 0, 0]);
    }

    function test_noDataGivesTheValidatorsTwentyBackToTheCustomer() public pure {
        check(Split.ofNoData(pinned(FEE)), [uint256(700_000_000), 0, 0, 100_000_000, 200_000_000, 0, 0]);
    }

    function test_aCreditInsideTheProvidersShareTakesNothingElse() public pure {
        check(
            Split.ofBreach(pinned(FEE), award(2500, 0, 5_000_000_000)),
            [uint256(450_000_000), 199_000_000, 1_000_000, 100_000_000, 250_000_000, 0, 0]
        );
    }

    function test_aFullCreditTakesTheProvidersShareThenTheDeposit() public pure {
        check(
            Split.ofBreach(pinned(FEE), award(10_000, 0, 5_000_000_000)),
            [uint256(0), 199_000_000, 1_000_000, 100_000_000, 700_000_000, 300_000_000, 0]
        );
    }

    function test_whatTheDepositLacksComesFromTheDao() public pure {
        check(
            Split.ofBreach(pinned(FEE), award(10_000, 0, 250_000_000)),
            [uint256(0), 199_000_000, 1_000_000, 50_000_000, 750_000_000, 250_000_000, 0]
        );
    }

    function test_theValidatorsShareIsNeverTouched() public pure {
        check(Split.ofBreach(pinned(FEE), award(10_000, 1000, 0)), [uint256(0), 199_000_000, 1_000_000, 0, 800_000_000, 0, 0]);
    }

    function test_theSlashIsAShareOfTheDepositAtOpeningAndComesOnTop() public pure {
        check(
            Split.ofBreach(pinned(FEE), award(10_000, 1000, 2_000_000_000)),
            [uint256(0), 199_000_000, 1_000_000, 100_000_000, 700_000_000, 300_000_000, 500_000_000]
        );
    }

    function test_theSlashTakesAtMostWhatTheCreditLeavesOfTheDeposit() public pure {
        check(
            Split.ofBreach(pinned(FEE), award(10_000, 1000, 700_000_000)),
            [uint256(0), 199_000_000, 1_000_000, 100_000_000, 700_000_000, 300_000_000, 400_000_000]
        );
    }

    function test_aBreachWithoutCreditOrSlashPaysAsMet() public pure {
        check(Split.ofBreach(pinned(FEE), award(0, 0, FEE)), [uint256(700_000_000), 199_000_000, 1_000_000, 100_000_000, 0, 0, 0]);
    }

    function test_theLargestFeeIsDividedWithoutOverflow() public pure {
        Split.Pinned memory all = Split.Pinned(type(uint128).max, type(uint128).max, 10_000, 0);
        check(Split.ofMet(all), [uint256(0), 0, type(uint128).max, 0, 0, 0, 0]);
    }

    /// @dev Against the rules of money written out once more, in wide integers and another order.
    function testFuzz_everyPartFollowsTheRulesOfMoney(Split.Pinned memory given, Split.Award memory asked) public pure {
        (given.fee, given.relayFee) = (given.fee >> 128, given.relayFee >> 128);
        (asked.deposit, asked.depositLeft) = (asked.deposit >> 128, asked.depositLeft >> 128);
        given.validatorBps %= 10_001;
        given.daoBps %= 10_001 - given.validatorBps;
        asked.creditBps %= 10_001;
        asked.slashBps %= 10_001;
        if (asked.depositLeft > asked.deposit) asked.depositLeft = asked.deposit;
        Split.Division memory got = Split.ofBreach(given, asked);

        uint256 validators = given.fee * given.validatorBps / 10_000;
        uint256 dao = given.fee * given.daoBps / 10_000;
        VM.assertEq(got.provider + got.validators + got.relay + got.dao + got.customerFromFee, given.fee, "sum");
        VM.assertEq(got.validators + got.relay, validators, "validators stay whole");
        VM.assertEq(got.relay, least(given.relayFee, validators), "relay");
        checkCustomer(got, given.fee - validators + asked.depositLeft, given.fee * asked.creditBps / 10_000);
        if (got.provider != 0) VM.assertEq(got.customerFromDeposit, 0, "deposit before provider");
        if (got.dao != dao) VM.assertEq(got.customerFromDeposit, asked.depositLeft, "dao before deposit");
        uint256 rest = asked.depositLeft - got.customerFromDeposit;
        VM.assertEq(got.slash, least(asked.deposit * asked.slashBps / 10_000, rest), "slash");
    }

    function checkCustomer(Split.Division memory got, uint256 reachable, uint256 credit) private pure {
        VM.assertEq(got.customerFromFee + got.customerFromDeposit, least(credit, reachable), "credit");
    }

    function least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function testFuzz_sharesRoundDownAndBondsUp(uint128 amount, uint16 bps) public pure {
        bps %= 10_001;
        uint256 down = Split.floorShare(amount, bps);
        uint256 up = Split.ceilShare(amount, bps);
        uint256 product = uint256(amount) * bps;
        VM.assertLe(down * 10_000, product);
        VM.assertGt((down + 1) * 10_000, product);
        VM.assertEq(up, product % 10_000 == 0 ? down : down + 1);
    }
}
