// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../../contracts/libraries/Bits.sol";
import {VM} from "./support/Vm.sol";

contract BitsTest {
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
}
