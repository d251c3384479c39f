// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../../contracts/libraries/Bits.sol";
import {VM} from "./support/Vm.sol";

contract BitsTest {
    using Bits for Bits.Counters;

    Bits.Counters private counters;
    mapping(uint256 member => uint256) private model;

    function testFuzz_countIsTheNumberOfMembers(uint256 set) public pure {
        uint256 expected = 0;
        for (uint256 i = 0; i < 256; ++i) {
            if (Bits.has(set, i)) ++expected;
        }
        VM.assertEq(Bits.count(set), expected);
    }

    function test_hasSeesOneBit() public pure {
        VM.assertTrue(Bits.has(4, 2));
        VM.assertFalse(Bits.has(4, 1));
        VM.assertFalse(Bits.has(4, 3));
    }

    function testFuzz_eachMemberIsCountedForItself(uint32[20] calldata sets) public {
        for (uint256 i = 0; i < sets.length; ++i) {
            uint256 set = sets[i] & 0x7fffffff;
            counters.increase(set, i);
            for (uint256 member = 0; member < Bits.MEMBERS; ++member) {
                model[member] += i * ((set >> member) & 1);
            }
        }
        for (uint256 member = 0; member < Bits.MEMBERS; ++member) {
            VM.assertEq(counters.counted(member), model[member]);
        }
    }

    function test_clearForgetsAllMembersUpToTheLast() public {
        counters.increase(0x7fffffff, 5);
        counters.clear(31);
        for (uint256 member = 0; member < Bits.MEMBERS; ++member) {
            VM.assertEq(counters.counted(member), 0);
        }
    }
}
