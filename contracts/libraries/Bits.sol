// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Sets of committee members as bits
library Bits {
    uint256 internal constant MEMBERS = 31; // most that a configuration can have

    /// @notice How many members are in a set.
    function count(uint256 set) internal pure returns (uint256 total) {
        for (; set != 0; set &= set - 1) {
            ++total;
        }
    }

    function has(uint256 set, uint256 member) internal pure returns (bool) {
        return (set >> member) & 1 == 1;
    }
}
