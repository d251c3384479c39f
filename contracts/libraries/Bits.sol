// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Sets of committee members as bits, and a counter for each member
library Bits {
    uint256 internal constant MEMBERS = 31; // most that a configuration can have
    uint256 private constant PER_WORD = 4; // counters of 64 bits in one word
    uint256 private constant WORDS = 8;

    /// @notice One 64-bit counter per member, four in a word: a report moves one word for every four members, not one for each.
    struct Counters {
        uint256[WORDS] words;
    }

    /// @notice How many members are in a set.
    function count(uint256 set) internal pure returns (uint256 total) {
        for (; set != 0; set &= set - 1) {
            ++total;
        }
    }

    function has(uint256 set, uint256 member) internal pure returns (bool) {
        return (set >> member) & 1 == 1;
    }

    /// @notice Adds `times` to the counter of every member in the set. A counter would need 2^64 rows to overflow.
    function increase(Counters storage counters, uint256 set, uint256 times) internal {
        for (uint256 word = 0; set != 0; ++word) {
            uint256 ones = (set & 1) | (set & 2) << 63 | (set & 4) << 126 | (set & 8) << 189;
            if (ones != 0) counters.words[word] += ones * times;
            set >>= PER_WORD;
        }
    }

    function counted(Counters storage counters, uint256 member) internal view returns (uint256) {
        return (counters.words[member / PER_WORD] >> (member % PER_WORD * 64)) & type(uint64).max;
    }

    /// @notice Sets the counters of the first `members` members back to zero.
    function clear(Counters storage counters, uint256 members) internal {
        for (uint256 word = 0; word * PER_WORD < members; ++word) {
            counters.words[word] = 0;
        }
    }
}
