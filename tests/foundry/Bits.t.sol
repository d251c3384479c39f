// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../../contracts/libraries/Bits.sol";
import {VM} from "./support/Vm.sol";

contract BitsTest {
    function counted(uint256 set) private pure returns (uint256 total) {
        for (; set != 0; set &= set - 1) {
            ++total;
        }
    }

    function testFuzz_countIsTheNumberOfMembers(uint256 set) public pure {
        VM.assertEq(Bits.count(set), counted(set));
    }

    function testFuzz_countOfFewMembersIsTheirNumber(uint32 set) public pure {
        VM.assertEq(Bits.count(set), counted(set));
    }

    function test_countReachesFromNobodyToAll() public pure {
        for (uint256 i = 0; i < 256; ++i) {
            VM.assertEq(Bits.count((uint256(1) << i) - 1), i, "the lowest");
            VM.assertEq(Bits.count(type(uint256).max >> i), 256 - i, "all but the highest");
            VM.assertEq(Bits.count(uint256(1) << i), 1, "one");
            VM.assertEq(Bits.count(~(uint256(1) << i)), 255, "all but one");
        }
    }

    /// @dev Around 120 gas as it ships; tests are compiled otherwise.
    function test_countCostsTheSameForEverySet() public view {
        uint256 none = costOf(0);
        VM.assertLt(none, 300);
        VM.assertEq(costOf(type(uint256).max), none);
        VM.assertEq(costOf(0x7fffffff), none);
    }

    function costOf(uint256 set) private view returns (uint256 cost) {
        uint256 before = gasleft();
        uint256 total = Bits.count(set);
        cost = before - gasleft();
        VM.assertEq(total, counted(set));
    }

    function testFuzz_whoIsBeforeAMemberHasALowerIndex(uint8 member, uint8 other) public pure {
        VM.assertTrue(Bits.has(Bits.before(member), other) == (other < member));
        VM.assertTrue(Bits.has(Bits.only(member), other) == (other == member));
    }

    function test_hasSeesOneBit() public pure {
        VM.assertTrue(Bits.has(4, 2));
        VM.assertFalse(Bits.has(4, 1));
        VM.assertFalse(Bits.has(4, 3));
    }
}
