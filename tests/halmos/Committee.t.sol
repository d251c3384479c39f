// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Committee} from "../../contracts/Committee.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {VM} from "../foundry/support/Vm.sol";
import {assume} from "./Prove.sol";

/// @notice What a committee of four accepts, for every digest, observers, signers and every signature bytes. Who signed what is left to
/// `ecrecover`, of which nothing is assumed: whatever it answers, what is accepted has these properties.
contract CommitteeProofs {
    uint256 private constant QUORUM = 3;
    uint256 private constant SIZE = 4;
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @dev As many words as four signatures have.
    struct Signed {
        bytes32 digest;
        uint256 observers;
        uint256 signers;
        bytes32[8] words;
    }

    Committee private committee;
    bytes32 private configuration;
    address[] private members;

    function setUp() public {
        VM.warp(1_800_000_000);
        MockToken token = new MockToken();
        committee = new Committee(address(this), address(0xfac7), 1 hours, address(token), 1, 5000);
        token.mint(address(this), SIZE);
        token.approve(address(committee), SIZE);
        for (uint160 i = 0; i < SIZE; ++i) {
            members.push(address(0xa11ce000 + i));
            committee.post(members[i], 1);
        }
        configuration = committee.configure(members, uint64(block.timestamp));
    }

    function check_acceptedSignersAreAQuorumOfActiveObservers(Signed calldata given, uint8 places) external view {
        if (!isAccepted(given, places)) return;
        assert(given.observers < 2 ** SIZE);
        assert(given.signers & ~given.observers == 0);
        assert(count(given.signers) >= QUORUM);
        assert(places == count(given.signers));
    }

    /// @dev Member by member, in ascending order, a signature of this digest each.
    function check_acceptedSignaturesAreTheSignersOwn(Signed calldata given, uint8 places) external view {
        if (!isAccepted(given, places)) return;
        uint256 place = 0;
        for (uint256 i = 0; i < SIZE; ++i) {
            if ((given.signers >> i) & 1 == 0) continue;
            assert(signer(given, place) == members[i]);
            ++place;
        }
    }

    function check_acceptedSignaturesHaveALowS(Signed calldata given, uint8 places) external view {
        if (!isAccepted(given, places)) return;
        for (uint256 place = 0; place < places; ++place) {
            assert(sOf(given, place) <= HALF_ORDER);
        }
    }

    function check_noAcceptedSignatureServesTwice(Signed calldata given, uint8 places) external view {
        if (!isAccepted(given, places)) return;
        for (uint256 one = 0; one < places; ++one) {
            for (uint256 other = 0; other < one; ++other) {
                bool same = given.words[2 * one] == given.words[2 * other] && given.words[2 * one + 1] == given.words[2 * other + 1];
                assert(!same);
            }
        }
    }

    function check_noAcceptedSignatureIsAStrangers(Signed calldata given, uint8 places) external view {
        if (!isAccepted(given, places)) return;
        for (uint256 place = 0; place < places; ++place) {
            address account = signer(given, place);
            assert(account == members[0] || account == members[1] || account == members[2] || account == members[3]);
        }
    }

    function check_anUnknownConfigurationAcceptsNothing(bytes32 other, Signed calldata given) external view {
        assume(other != configuration);
        assert(!verifies(other, given, 3));
    }

    /// @dev Refuted, or the prover proves nothing: a quorum that signed is accepted.
    function check_control_nothingIsAccepted(Signed calldata given) external view {
        assert(!isAccepted(given, 3));
    }

    /// @dev Refuted, or the prover proves nothing: three of four are enough.
    function check_control_allFourHaveToSign(Signed calldata given, uint8 places) external view {
        if (isAccepted(given, places)) assert(given.signers == 0xf);
    }

    /// @dev Signatures of any length up to five places: the words there are, and one that repeats the first.
    function isAccepted(Signed calldata given, uint8 places) private view returns (bool) {
        for (uint256 i = 0; i <= 5; ++i) {
            if (places == i) return isAcceptedOf(given, i);
        }
        return false;
    }

    /// @dev One path for each set of signers: what a set is, is known on it.
    function isAcceptedOf(Signed calldata given, uint256 places) private view returns (bool) {
        for (uint256 set = 0; set < 2 ** SIZE; ++set) {
            if (given.signers == set) return verifies(configuration, given, places);
        }
        return verifies(configuration, given, places);
    }

    function verifies(bytes32 named, Signed calldata given, uint256 places) private view returns (bool success) {
        bytes memory signatures = abi.encodePacked(given.words, given.words[0], given.words[1]);
        assembly ("memory-safe") {
            mstore(signatures, mul(places, 64))
        }
        bytes memory asked = abi.encodeCall(committee.verify, (named, given.digest, given.observers, given.signers, signatures));
        (success,) = address(committee).staticcall(asked);
    }

    function signer(Signed calldata given, uint256 place) private pure returns (address) {
        uint8 v = uint256(given.words[2 * place + 1]) >> 255 == 0 ? 27 : 28;
        return ecrecover(given.digest, v, given.words[2 * place], bytes32(sOf(given, place)));
    }

    function sOf(Signed calldata given, uint256 place) private pure returns (uint256) {
        return uint256(given.words[2 * place + 1]) & (type(uint256).max >> 1);
    }

    function count(uint256 set) private pure returns (uint256 found) {
        for (uint256 i = 0; i < 256; ++i) {
            found += (set >> i) & 1;
        }
    }
}
