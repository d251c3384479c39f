// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";

/// @title Periods by arithmetic
/// @notice Period k is [boundary(k), boundary(k + 1)): `start + k * length`, or the k-th UTC month from `start`. No list is kept anywhere.
/// Months follow the proleptic Gregorian calendar, counted in days from 1 March so that the leap day ends a year. Mirrors
/// governance/periods.py. Arguments are wide so that no product of a 40-bit time and a 32-bit count can overflow.
library Periods {
    uint256 internal constant SHORTEST_MONTH = 28 days;
    uint256 internal constant LONGEST_MONTH = 31 days;
    uint256 private constant DAYS_BEFORE_1970 = 719_468; // from 0000-03-01
    uint256 private constant DAYS_OF_ERA = 146_097; // 400 years

    /// @notice First second of period `k`, which is also the first second after period `k - 1`.
    function boundary(IPactum.PeriodKind kind, uint256 start, uint256 length, uint256 k) internal pure returns (uint256) {
        return kind == IPactum.PeriodKind.Fixed ? start + k * length : monthStart(monthOf(start) + k);
    }

    /// @notice First second of period `k`, and first second after it.
    function bounds(IPactum.PeriodKind kind, uint256 start, uint256 length, uint256 k) internal pure returns (uint256, uint256) {
        if (kind == IPactum.PeriodKind.Fixed) {
            unchecked {
                uint256 from = start + k * length;
                return (from, from + length);
            }
        }
        uint256 month = monthOf(start) + k;
        return (monthStart(month), monthStart(month + 1));
    }

    /// @notice How many periods have ended at `time`: the end of period k is at or before `time` for exactly those k below the result.
    function ended(IPactum.PeriodKind kind, uint256 start, uint256 length, uint256 time) internal pure returns (uint256) {
        if (time < start) return 0;
        return kind == IPactum.PeriodKind.Fixed ? (time - start) / length : monthOf(time) - monthOf(start);
    }

    /// @notice The least length that a period of this calendar can have.
    function shortest(IPactum.PeriodKind kind, uint256 length) internal pure returns (uint256) {
        return kind == IPactum.PeriodKind.Fixed ? length : SHORTEST_MONTH;
    }

    /// @notice The greatest length that a period of this calendar can have.
    function longest(IPactum.PeriodKind kind, uint256 length) internal pure returns (uint256) {
        return kind == IPactum.PeriodKind.Fixed ? length : LONGEST_MONTH;
    }

    /// @notice Number of the month that holds a second: year * 12 + month - 1.
    function monthOf(uint256 time) internal pure returns (uint256) {
        uint256 day = time / 1 days + DAYS_BEFORE_1970;
        uint256 era = day / DAYS_OF_ERA;
        uint256 dayOfEra = day % DAYS_OF_ERA;
        uint256 yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint256 monthFromMarch = (5 * dayOfYear + 2) / 153;
        return (era * 400 + yearOfEra) * 12 + monthFromMarch + 2;
    }

    /// @notice First second of a month, given its number.
    function monthStart(uint256 month) internal pure returns (uint256) {
        uint256 fromMarch = month - 2;
        uint256 year = fromMarch / 12;
        uint256 yearOfEra = year % 400;
        uint256 dayOfYear = (153 * (fromMarch % 12) + 2) / 5;
        uint256 dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (year / 400 * DAYS_OF_ERA + dayOfEra - DAYS_BEFORE_1970) * 1 days;
    }
}
