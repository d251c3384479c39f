// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {Signing} from "./Signing.sol";
import {StandInEscrow} from "./StandInEscrow.sol";
import {VM} from "./Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A committee without the rest of the house: 31 bonded candidates, and no configuration yet.
abstract contract Chamber {
    uint256 internal constant NOW = 1_800_000_000; // 2027-01-15 08:00:00 UTC
    uint32 internal constant EPOCH = 1 hours;
    uint64 internal constant HORIZON = 40 days;
    uint256 internal constant BOND = 1_000_000_001; // odd, so that shares leave something over
    uint16 internal constant REPORTER_BPS = 2500;
    uint64 internal constant ENDLESS = type(uint64).max;

    address internal immutable GOVERNOR = named("governor");
    address internal immutable TREASURY = named("treasury");
    address internal immutable STRANGER = named("stranger");
    address internal immutable REPORTER = named("reporter");

    MockToken internal token;
    StandInEscrow internal escrow;
    ICommittee internal committee;
    uint256 internal chain = block.chainid;

    function setUp() public virtual {
        VM.warp(NOW);
        token = _token();
        escrow = new StandInEscrow();
        escrow.setHorizon(HORIZON);
        escrow.setTreasury(TREASURY);
        committee = create(EPOCH, address(token), BOND, REPORTER_BPS);
        token.mint(address(this), 1e24);
        token.approve(address(committee), type(uint256).max);
        for (uint256 i = 0; i < 31; ++i) {
            committee.post(member(i), BOND);
        }
    }

    function _token() internal virtual returns (MockToken) {
        return new MockToken();
    }

    /// @dev As it ships, by name: what is not imported is not compiled anew for every test that uses it.
    function create(uint32 epochLength, address bondToken, uint256 bond, uint16 reporterBps) internal returns (ICommittee) {
        bytes memory arguments = abi.encode(GOVERNOR, address(escrow), epochLength, bondToken, bond, reporterBps);
        return ICommittee(VM.deployCode("Committee.sol:Committee", arguments));
    }

    /// @dev By a call of its own: a test ends, and passes, where what it expects to revert is a creation in itself.
    function refusedToCreate(bytes memory refusal, uint32 epochLength, address bondToken, uint256 bond, uint16 reporterBps) internal {
        bytes memory call_ = abi.encodeCall(this.createOutside, (epochLength, bondToken, bond, reporterBps));
        (bool done, bytes memory answer) = address(this).call(call_);
        VM.assertFalse(done);
        VM.assertEq(answer, refusal);
    }

    function createOutside(uint32 epochLength, address bondToken, uint256 bond, uint16 reporterBps) external {
        create(epochLength, bondToken, bond, reporterBps);
    }

    function configure(address[] memory members_, uint256 since) internal returns (bytes32) {
        VM.prank(GOVERNOR);
        return committee.configure(members_, uint64(since));
    }

    function exposeTwoRoots(uint256 i) internal {
        (bytes32 root, bytes32 other) = (keccak256("root"), keccak256("other root"));
        committee.expose(member(i), 7, root, signedRoot(i, 7, root), other, signedRoot(i, 7, other));
    }

    function signedRoot(uint256 i, uint64 epoch, bytes32 root) internal view returns (bytes memory) {
        return Signing.compact(key(i), rootDigest(epoch, root));
    }

    /// @dev As the standard has it, without a call: whatever is expected of the next call would meet that one.
    function rootDigest(uint64 epoch, bytes32 root) internal view returns (bytes32) {
        bytes32 struct_ = keccak256(abi.encode(keccak256("ObservationRoot(uint64 epoch,bytes32 root)"), epoch, root));
        return keccak256(abi.encodePacked(hex"1901", separator(), struct_));
    }

    /// @dev Whoever would have made a signature of this, if it is one of something else.
    function signerOf(bytes32 digest, bytes memory signature) internal pure returns (address signer) {
        (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
        (signer,,) = ECDSA.tryRecover(digest, r, vs);
    }

    function separator() internal view returns (bytes32) {
        bytes32 type_ = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(type_, keccak256("Surety Committee"), keccak256("1"), chain, address(committee)));
    }

    function moveTo(uint256 chain_) internal {
        chain = chain_;
        VM.chainId(chain_);
    }

    /// @dev Members 0 to size - 1.
    function members(uint256 size) internal pure returns (address[] memory) {
        return membersFrom(0, size);
    }

    function membersFrom(uint256 first, uint256 size) internal pure returns (address[] memory list) {
        list = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            list[i] = member(first + i);
        }
    }

    function keys(uint256 size) internal pure returns (uint256[] memory list) {
        list = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            list[i] = key(i);
        }
    }

    function member(uint256 i) internal pure returns (address) {
        return VM.addr(key(i));
    }

    function key(uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("member", i)));
    }

    function named(string memory name) internal pure returns (address) {
        return address(uint160(uint256(keccak256(bytes(name)))));
    }

    function timeNow() internal view returns (uint256) {
        return VM.getBlockTimestamp(); // block.timestamp may be taken for a constant by the optimiser
    }
}
