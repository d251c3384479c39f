// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {HALF_ORDER} from "./Compact.sol";
import {Texts} from "./Texts.sol";

/// @title The members of a configuration as contract code
/// @notice What never changes of a configuration, behind a STOP byte: since (64) | index (32) | members (160 each). One copy of code
/// brings all of it, whatever its size; nothing can run or change it.
library Roll {
    uint256 private constant HEAD = 12;
    uint256 private constant MEMBER = 20;

    error RollNotStored();

    function store(uint64 first, uint32 number, address[] calldata members) internal returns (address place) {
        bytes memory roll = abi.encodePacked(first, number);
        for (uint256 i = 0; i < members.length; ++i) {
            roll = bytes.concat(roll, bytes20(members[i]));
        }
        place = Texts.keep(roll);
        if (place == address(0)) revert RollNotStored();
    }

    /// @dev Not `new bytes`, which would write zeros where the code is copied to.
    function load(address place, uint256 size) internal view returns (bytes memory roll) {
        assembly ("memory-safe") {
            let length := add(HEAD, mul(MEMBER, size))
            roll := mload(64)
            mstore(64, and(add(add(roll, length), 63), not(31)))
            mstore(roll, length)
            extcodecopy(place, add(roll, 32), 1, length)
        }
    }

    function since(bytes memory roll) internal pure returns (uint64 first) {
        assembly ("memory-safe") {
            first := shr(192, mload(add(roll, 32)))
        }
    }

    function index(bytes memory roll) internal pure returns (uint32 place) {
        assembly ("memory-safe") {
            place := and(shr(160, mload(add(roll, 32))), 0xffffffff)
        }
    }

    /// @dev The caller has seen to it that there are more than i. The word that ends with member i begins 20 * i bytes into the roll.
    function member(bytes memory roll, uint256 i) internal pure returns (address found) {
        assembly ("memory-safe") {
            found := shr(96, shl(96, mload(add(add(roll, 32), mul(MEMBER, i)))))
        }
    }

    /// @notice Looks for the first of `signers` (bit i = member i) whose signature of `digest` is not its own. `signatures` has one
    /// EIP-2098 signature for each, in ascending order.
    /// @return found false where all are their own
    /// @return who the member whose signature is not
    /// @dev The caller has seen to it that there are as many signatures as signers, and no signer beyond the last member. Written out,
    /// since a report has up to 31 signatures: in the language each costs 250 gas more, besides the precompile's 3,000.
    function forged(bytes memory roll, bytes32 digest, uint256 signers, bytes calldata signatures)
        internal
        view
        returns (bool found, uint256 who)
    {
        assembly ("memory-safe") {
            let input := mload(64) // digest, v, r and s for ecrecover, beyond all that is in use
            mstore(input, digest)
            let expected := add(roll, 32) // where the word is that ends with the member
            let signature := signatures.offset
            let end := add(signature, signatures.length)

            for {} lt(signature, end) { signature := add(signature, 64) } {
                for {} iszero(and(signers, 1)) {} {
                    signers := shr(1, signers)
                    expected := add(expected, MEMBER)
                }
                let vs := calldataload(add(signature, 32))
                let s := shr(1, shl(1, vs))
                mstore(add(input, 32), add(27, shr(255, vs)))
                mstore(add(input, 64), calldataload(signature))
                mstore(add(input, 96), s)
                // Where nobody signed, the precompile answers with nothing, not with zero. No member is zero.
                mstore(0, 0)
                pop(staticcall(gas(), 1, input, 128, 0, 32))
                if or(gt(s, HALF_ORDER), shl(96, xor(mload(0), mload(expected)))) {
                    found := 1
                    who := div(sub(sub(expected, roll), 32), MEMBER)
                    break
                }
                signers := shr(1, signers)
                expected := add(expected, MEMBER)
            }
        }
    }
}
