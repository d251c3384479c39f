// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Every deadline of the contracts
/// @notice A window is [from, from + length): its first second is inside, its end is outside. No contract compares a deadline itself.
library Windows {
    /// @notice Whether a stretch with the exclusive end `end` has ended at `time`.
    function ended(uint256 end, uint256 time) internal pure returns (bool) {
        return time >= end;
    }

    /// @notice Whether a window of `length` seconds that began at `from` is over at `time`.
    function over(uint256 from, uint256 length, uint256 time) internal pure returns (bool) {
        return ended(from + length, time);
    }

    /// @notice Whether a time lies in [from, end).
    function isWithin(uint256 from, uint256 end, uint256 time) internal pure returns (bool) {
        return ended(from, time) && !ended(end, time);
    }

    /// @notice The last `from` whose window is over at `time`: over(from, length, time) holds exactly for from <= lastOver(length, time).
    /// @return exists false where not even a window from second 0 is over
    function lastOver(uint256 length, uint256 time) internal pure returns (bool exists, uint256 from) {
        return ended(length, time) ? (true, time - length) : (false, 0);
    }
}
