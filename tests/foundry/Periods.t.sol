// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {Periods} from "../../contracts/libraries/Periods.sol";
import {VM} from "./support/Vm.sol";

contract PeriodsTest {
    IPactum.PeriodKind private constant FIXED = IPactum.PeriodKind.Fixed;
    IPactum.PeriodKind private constant MONTH = IPactum.PeriodKind.CalendarMonth;
    uint256 private constant FAR = 2 ** 40;

    /// @dev year, month, first second: as Python's datetime has them.
    function test_monthsBeginWhereTheCalendarSays() public pure {
        uint256[3][18] memory months = [
            [uint256(1970), 1, 0],
            [uint256(1970), 2, 2_678_400],
            [uint256(1970), 3, 5_097_600],
            [uint256(1972), 2, 65_750_400],
            [uint256(1972), 3, 68_256_000],
            [uint256(1999), 12, 944_006_400],
            [uint256(2000), 2, 949_363_200],
            [uint256(2000), 3, 951_868_800],
            [uint256(2024), 2, 1_706_745_600],
            [uint256(2024), 3, 1_709_251_200],
            [uint256(2026), 12, 1_796_083_200],
            [uint256(2027), 1, 1_798_761_600],
            [uint256(2100), 2, 4_105_123_200],
            [uint256(2100), 3, 4_107_542_400],
            [uint256(2400), 2, 13_572_144_000],
            [uint256(2400), 3, 13_574_649_600],
            [uint256(4000), 12, 64_089_532_800],
            [uint256(9999), 12, 253_399_622_400]
        ];
        for (uint256 i = 0; i < months.length; ++i) {
            uint256 number = months[i][0] * 12 + months[i][1] - 1;
            VM.assertEq(Periods.monthStart(number), months[i][2], "first second");
            VM.assertEq(Periods.monthOf(months[i][2]), number, "month of its first second");
            if (i > 0) VM.assertEq(Periods.monthOf(months[i][2] - 1), number - 1, "month of the second before");
        }
    }

    function testFuzz_everySecondIsInItsMonth(uint256 time) public pure {
        time %= FAR;
        uint256 month = Periods.monthOf(time);
        VM.assertLe(Periods.monthStart(month), time);
        VM.assertLt(time, Periods.monthStart(month + 1));
    }

    function testFuzz_monthsHave28To31Days(uint256 month) public pure {
        month = 1970 * 12 + month % 400_000;
        uint256 length = Periods.monthStart(month + 1) - Periods.monthStart(month);
        VM.assertEq(length % 1 days, 0);
        VM.assertGe(length, Periods.SHORTEST_MONTH);
        VM.assertLe(length, 31 days);
    }

    function test_fixedPeriodsFollowEachOther() public pure {
        VM.assertEq(Periods.boundary(FIXED, 1000, 60, 0), 1000);
        VM.assertEq(Periods.boundary(FIXED, 1000, 60, 1), 1060);
        VM.assertEq(Periods.boundary(FIXED, 1000, 60, 4_294_967_295), 1000 + 60 * 4_294_967_295);
    }

    function test_monthlyPeriodsFollowTheCalendarOverAYear() public pure {
        uint256 january2027 = 1_798_761_600;
        VM.assertEq(Periods.boundary(MONTH, january2027, 0, 0), january2027);
        VM.assertEq(Periods.boundary(MONTH, january2027, 0, 1), january2027 + 31 days);
        VM.assertEq(Periods.boundary(MONTH, january2027, 0, 2), january2027 + 59 days);
        VM.assertEq(Periods.boundary(MONTH, january2027, 0, 12), january2027 + 365 days);
        VM.assertEq(Periods.boundary(MONTH, january2027, 0, 24), january2027 + 731 days); // 2028 leaps
    }

    function test_shortestIsTheLengthOrFebruary() public pure {
        VM.assertEq(Periods.shortest(FIXED, 60), 60);
        VM.assertEq(Periods.shortest(MONTH, 0), 28 days);
    }

    /// @dev ended() counts exactly the periods whose end is at or before the time.
    function testFuzz_endedCountsTheEndsThatHavePassed(bool monthly, uint256 start, uint32 length, uint256 time) public pure {
        IPactum.PeriodKind kind = monthly ? MONTH : FIXED;
        start %= FAR;
        if (monthly) start = Periods.monthStart(Periods.monthOf(start));
        uint256 seconds_ = uint256(length) + 1;
        time %= FAR + seconds_ * 100;
        uint256 ended = Periods.ended(kind, start, seconds_, time);
        if (ended > 0) VM.assertLe(Periods.boundary(kind, start, seconds_, ended), time, "the last one has ended");
        VM.assertLt(time, Periods.boundary(kind, start, seconds_, ended + 1));
    }
}
