// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {VM} from "./Vm.sol";

/// @notice Signatures as people and oracles make them.
library Signing {
    /// @notice r || s || v
    function long(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice EIP-2098: r || (yParity || s)
    function compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, uint256(s) | uint256(v - 27) << 255);
    }

    /// @notice Those of all signers, ascending.
    function compact(uint256[] memory keys, uint256 signers, bytes32 digest) internal pure returns (bytes memory all) {
        for (uint256 i = 0; i < keys.length; ++i) {
            if ((signers >> i) & 1 == 1) all = bytes.concat(all, compact(keys[i], digest));
        }
    }
}
