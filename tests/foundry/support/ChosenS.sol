// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {VM} from "./Vm.sol";

/// @notice Signatures with an s of one's choice. A high s that still fits in the 255 bits that EIP-2098 has for it is too rare to be met
/// by chance.
library ChosenS {
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant GENERATOR_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;

    /// @notice A key, and a signature by it that is good for ecrecover.
    /// @dev With nonce 1, r is the generator's x, and s = (digest + r * key) mod n, which is solved for the key.
    function sign(bytes32 digest, uint256 s) internal pure returns (uint256 key, bytes memory signature) {
        uint256 difference = addmod(s, ORDER - uint256(digest) % ORDER, ORDER);
        key = mulmod(difference, _inverse(GENERATOR_X), ORDER);
        uint256 parity = ecrecover(digest, 27, bytes32(GENERATOR_X), bytes32(s)) == VM.addr(key) ? 0 : 1;
        VM.assertEq(ecrecover(digest, uint8(27 + parity), bytes32(GENERATOR_X), bytes32(s)), VM.addr(key), "good for ecrecover");
        signature = abi.encodePacked(GENERATOR_X, s | parity << 255);
    }

    /// @dev Fermat: x^(n - 2) mod n.
    function _inverse(uint256 x) private pure returns (uint256 result) {
        result = 1;
        for (uint256 e = ORDER - 2; e != 0; e >>= 1) {
            if (e & 1 == 1) result = mulmod(result, x, ORDER);
            x = mulmod(x, x, ORDER);
        }
    }
}
