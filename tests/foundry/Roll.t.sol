// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../../contracts/libraries/Bits.sol";
import {Roll} from "../../contracts/libraries/Roll.sol";
import {ChosenS} from "./support/ChosenS.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

contract RollTest {
    using Roll for bytes;

    bytes32 private constant DIGEST = keccak256("what is signed");

    function store(uint64 since, uint32 index, address[] calldata members) external returns (address) {
        return Roll.store(since, index, members);
    }

    /// @dev Whatever lies in memory beyond what is in use, and in the scratch space, makes no difference.
    function forged(address place, uint256 size, bytes32 digest, uint256 signers, bytes calldata signatures, bytes32 dirt)
        external
        view
        returns (bool found, uint256 who)
    {
        assembly ("memory-safe") {
            mstore(0, dirt)
            mstore(32, dirt)
            for { let i := 0 } lt(i, 2048) { i := add(i, 32) } { mstore(add(mload(64), i), dirt) }
        }
        bytes memory roll = Roll.load(place, size);
        bytes32 before = keccak256(roll);
        (found, who) = roll.forged(digest, signers, signatures);
        VM.assertEq(keccak256(roll), before, "the roll is left as it was");
    }

    // what is kept ---------------------------------------------------------------------------------------------------------------

    function testFuzz_whatIsStoredIsRead(uint64 since, uint32 index, address[] memory members) public {
        address place = this.store(since, index, members);
        bytes memory roll = Roll.load(place, members.length);
        VM.assertEq(roll.length, 12 + 20 * members.length);
        VM.assertEq(roll.since(), since);
        VM.assertEq(roll.index(), index);
        for (uint256 i = 0; i < members.length; ++i) {
            VM.assertEq(roll.member(i), members[i]);
        }
    }

    function test_whatIsReadIsFollowedByFreeMemory() public {
        address place = this.store(1, 2, keyed(31));
        for (uint256 size = 0; size <= 31; ++size) {
            bytes memory roll = Roll.load(place, size);
            bytes memory next = new bytes(32);
            for (uint256 i = 0; i < size; ++i) {
                VM.assertEq(roll.member(i), VM.addr(i + 1));
            }
            VM.assertEq(bytes32(next), bytes32(0));
            VM.assertEq(keccak256(bytes.concat(roll, next)), keccak256(bytes.concat(Roll.load(place, size), new bytes(32))));
        }
    }

    function test_aRollDoesNothingWhenItIsCalled() public {
        address place = this.store(1, 2, keyed(4));
        VM.assertEq(uint8(place.code[0]), 0, "STOP");
        (bool done, bytes memory answer) = place.call{value: 0}("anything");
        VM.assertTrue(done);
        VM.assertEq(answer.length, 0);
    }

    function test_aRollThatIsNotStoredIsRefused() public {
        address[] memory members = keyed(4);
        bytes memory call_ = abi.encodeCall(this.store, (1, 2, members));
        // With less gas than creation takes, creation fails, and a 64th of the gas is left to say so.
        (bool done, bytes memory answer) = address(this).call{gas: 45_000}(call_);
        VM.assertFalse(done);
        VM.assertEq(answer, abi.encodeWithSelector(Roll.RollNotStored.selector));
    }

    // whose signatures they are --------------------------------------------------------------------------------------------------

    function testFuzz_forgeriesAreThoseThatOpenZeppelinFinds(uint256 size, uint256 signers, uint256 spoilt, bytes32 garbage, bytes32 dirt)
        public
    {
        size = size % 31 + 1;
        signers &= (1 << size) - 1;
        uint256[] memory keys = keysOf(size);
        bytes memory signatures;
        for (uint256 i = 0; i < size; ++i) {
            if (Bits.has(signers, i)) signatures = bytes.concat(signatures, one(keys[i], spoilt >> 4 * i & 0xf, garbage));
        }
        address place = this.store(7, 8, keyed(size));
        (bool found, uint256 who) = this.forged(place, size, DIGEST, signers, signatures, dirt);
        (bool expected, uint256 first) = sought(keyed(size), signers, signatures);
        VM.assertTrue(found == expected);
        if (expected) VM.assertEq(who, first);
    }

    /// @dev Good ones mostly; else of something else, of somebody else, of nobody, or the other way up.
    function one(uint256 key, uint256 how, bytes32 garbage) private pure returns (bytes memory) {
        if (how == 1) return Signing.compact(key, keccak256(abi.encode(garbage)));
        if (how == 2) return Signing.compact(key + 1, DIGEST);
        if (how == 3) return abi.encodePacked(garbage, keccak256(abi.encode(garbage)));
        if (how == 4) return new bytes(64);
        bytes memory good = Signing.compact(key, DIGEST);
        if (how == 5) good[32] = bytes1(uint8(good[32]) ^ 0x80);
        return good;
    }

    function sought(address[] memory members, uint256 signers, bytes memory signatures) private view returns (bool, uint256) {
        uint256 k = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            if (!Bits.has(signers, i)) continue;
            (bytes32 r, bytes32 vs) = this.split(signatures, k++);
            (address signer,,) = ECDSA.tryRecover(DIGEST, r, vs);
            if (signer != members[i]) return (true, i);
        }
        return (false, 0);
    }

    function split(bytes calldata signatures, uint256 k) external pure returns (bytes32, bytes32) {
        return (bytes32(signatures[64 * k:64 * k + 32]), bytes32(signatures[64 * k + 32:64 * k + 64]));
    }

    /// @dev A precompile that answers nothing leaves what was there: the one before was a good signature.
    function test_nobodyIsNotWhoSignedBefore() public {
        address[] memory members = keyed(4);
        members[1] = members[0];
        address place = this.store(7, 8, members);
        bytes memory signatures = bytes.concat(Signing.compact(1, DIGEST), new bytes(64));
        (bool found, uint256 who) = this.forged(place, 4, DIGEST, 3, signatures, 0);
        VM.assertTrue(found);
        VM.assertEq(who, 1);
    }

    function test_anSAboveHalfTheOrderIsForged() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 s = ChosenS.ORDER / 2 - 1 + i;
            (uint256 key, bytes memory signature) = ChosenS.sign(DIGEST, s);
            address[] memory members = keyed(4);
            members[2] = VM.addr(key);
            address place = this.store(7, 8, members);
            (bool found,) = this.forged(place, 4, DIGEST, 4, signature, 0);
            VM.assertTrue(found == (s > ChosenS.ORDER / 2));
        }
    }

    function keysOf(uint256 size) private pure returns (uint256[] memory keys) {
        keys = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            keys[i] = i + 1;
        }
    }

    function keyed(uint256 size) private pure returns (address[] memory members) {
        members = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            members[i] = VM.addr(i + 1);
        }
    }
}
