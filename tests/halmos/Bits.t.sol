// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../../contracts/libraries/Bits.sol";

contract BitsProofs {
    /// @dev Of every set that a report can name.
    function check_countIsTheNumberOfBits(uint32 set) external pure {
        uint256 expected = 0;
        for (uint256 i = 0; i < 32; ++i) {
            expected += (uint256(set) >> i) & 1;
        }
        assert(Bits.count(set) == expected);
    }
}
