// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Of secp256k1. Each signature with a low s has a twin with a high one; only the low one is taken, so that no signature can be
/// turned into another.
uint256 constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

/// @title EIP-2098 signatures: 64 bytes, r and then s with the parity of y in its highest bit
library Compact {
    uint256 internal constant LENGTH = 64;

    /// @notice Who made the k-th of some signatures; zero where nobody did, and where s is high.
    /// @dev The caller has seen to it that there are more than k.
    function recover(bytes32 digest, bytes calldata signatures, uint256 k) internal pure returns (address) {
        bytes32 r = bytes32(signatures[k * LENGTH:]);
        uint256 vs = uint256(bytes32(signatures[k * LENGTH + 32:]));
        uint256 s = vs & (type(uint256).max >> 1);
        return s > HALF_ORDER ? address(0) : ecrecover(digest, vs >> 255 == 0 ? 27 : 28, r, bytes32(s));
    }
}
