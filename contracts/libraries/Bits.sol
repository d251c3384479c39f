// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Sets of committee members as bits
library Bits {
    uint256 internal constant MEMBERS = 31; // most that a configuration can have

    uint256 private constant LANES_1 = type(uint256).max / 3; // every other bit
    uint256 private constant LANES_2 = type(uint256).max / 5;
    uint256 private constant LANES_4 = type(uint256).max / 17;
    uint256 private constant LANES_8 = type(uint256).max / 257;
    uint256 private constant ONES_16 = type(uint256).max / 0xffff; // a one in every lane of 16 bits

    /// @notice How many members are in a set.
    /// @dev Neighbouring lanes are added up until there are sixteen of them, which one multiplication adds up in the highest; a lane of 8
    /// bits would not do for that, since 256 does not fit in it. The cost is the same for every set.
    function count(uint256 set) internal pure returns (uint256) {
        unchecked {
            set -= (set >> 1) & LANES_1;
            set = (set & LANES_2) + ((set >> 2) & LANES_2);
            set = (set + (set >> 4)) & LANES_4;
            set = (set + (set >> 8)) & LANES_8;
            return (set * ONES_16) >> 240;
        }
    }

    /// @notice The set of all members before one.
    function before(uint256 member) internal pure returns (uint256) {
        return only(member) - 1;
    }

    function only(uint256 member) internal pure returns (uint256) {
        return uint256(1) << member;
    }

    function has(uint256 set, uint256 member) internal pure returns (bool) {
        return (set >> member) & 1 == 1;
    }
}
