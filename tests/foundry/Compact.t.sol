// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Compact} from "../../contracts/libraries/Compact.sol";
import {ChosenS} from "./support/ChosenS.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

contract CompactTest {
    bytes32 private constant DIGEST = keccak256("what is signed");

    function recover(bytes32 digest, bytes calldata signatures, uint256 k) external pure returns (address) {
        return Compact.recover(digest, signatures, k);
    }

    function expected(bytes32 digest, bytes32 r, bytes32 vs) private pure returns (address signer) {
        (signer,,) = ECDSA.tryRecover(digest, r, vs);
    }

    function testFuzz_whoSignedIsWhomOpenZeppelinFinds(bytes32 digest, bytes32 r, bytes32 vs) public view {
        VM.assertEq(this.recover(digest, bytes.concat(r, vs), 0), expected(digest, r, vs));
    }

    function testFuzz_whoSignedIsFound(uint256 key, bytes32 digest) public view {
        key = key % (ChosenS.ORDER - 1) + 1;
        VM.assertEq(this.recover(digest, Signing.compact(key, digest), 0), VM.addr(key));
    }

    function testFuzz_eachSignatureIsFoundInItsPlace(uint8 count, uint8 which) public view {
        uint256 size = uint256(count) % 8 + 1;
        uint256[] memory keys = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            keys[i] = i + 1;
        }
        uint256 k = which % size;
        VM.assertEq(this.recover(DIGEST, Signing.compact(keys, (1 << size) - 1, DIGEST), k), VM.addr(k + 1));
    }

    function test_anSAboveHalfTheOrderIsNobodys() public view {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 s = ChosenS.ORDER / 2 - 1 + i;
            (uint256 key, bytes memory signature) = ChosenS.sign(DIGEST, s);
            VM.assertEq(this.recover(DIGEST, signature, 0), s <= ChosenS.ORDER / 2 ? VM.addr(key) : address(0));
        }
    }

    function test_nobodySignedAtTheEdgesOfTheCurve() public view {
        bytes32 r = bytes32(Signing.compact(1, DIGEST));
        bytes32[4] memory rs = [bytes32(0), bytes32(ChosenS.ORDER), bytes32(ChosenS.ORDER - 1), bytes32(type(uint256).max)];
        for (uint256 i = 0; i < rs.length; ++i) {
            bytes32 vs = bytes32(uint256(1));
            VM.assertEq(this.recover(DIGEST, bytes.concat(rs[i], vs), 0), expected(DIGEST, rs[i], vs));
        }
        VM.assertEq(this.recover(DIGEST, bytes.concat(r, bytes32(0)), 0), address(0));
        VM.assertEq(this.recover(DIGEST, bytes.concat(r, bytes32(uint256(1) << 255)), 0), address(0));
    }
}
