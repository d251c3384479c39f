// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

contract CommitteeTest is House {
    bytes32 private constant DIGEST = keccak256("what is signed");
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function verify(uint256 signers, bytes memory given) private view {
        committee.verify(configuration, DIGEST, signers, given);
    }

    function signatures(uint256 signers) private pure returns (bytes memory) {
        return Signing.compact(memberKeys(4), signers, DIGEST);
    }

    function configure(address[] memory members_, uint64 since) private returns (bytes32) {
        VM.prank(GOVERNOR);
        return committee.configure(members_, since);
    }

    // configure -------------------------------------------------------------------------------------------------------------------

    function test_configureNamesTheConfigurationByAllThatMakesIt() public {
        bytes32 expected = keccak256(abi.encode(block.chainid, address(committee), uint32(1), uint64(NOW + 9), members(7)));
        VM.expectEmit(address(committee));
        emit ICommittee.Configured(expected, 1, uint64(NOW + 9), 5, members(7));
        VM.assertEq(configure(members(7), uint64(NOW + 9)), expected);
        ICommittee.Configuration memory found = committee.configurationOf(expected);
        VM.assertEq(found.since, NOW + 9);
        VM.assertEq(found.until, type(uint64).max);
        VM.assertEq(found.quorum, 5);
        VM.assertEq(found.index, 1);
        VM.assertEq(keccak256(abi.encode(found.members)), keccak256(abi.encode(members(7))));
        VM.assertEq(committee.memberOf(expected, 6), members(7)[6]);
    }

    function test_quorumIsTwoFPlusOneOfThreeFPlusOne() public {
        for (uint256 f = 1; f <= 10; ++f) {
            bytes32 next = configure(members(3 * f + 1), uint64(NOW + f));
            (,, uint8 quorum, uint8 size) = committee.reignOf(next);
            VM.assertEq(size, 3 * f + 1);
            VM.assertEq(quorum, 2 * f + 1);
        }
    }

    function test_configureRefusesEverySizeThatIsNotThreeFPlusOne() public {
        for (uint256 size = 0; size <= 35; ++size) {
            if (size >= 4 && size <= 31 && size % 3 == 1) continue;
            VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableSize.selector, size));
            configure(members(size), uint64(NOW + 1));
        }
    }

    function test_configureRefusesNobodyAndTheSameMemberTwice() public {
        address[] memory four = members(4);
        four[3] = four[1];
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableMember.selector, four[1]));
        configure(four, uint64(NOW + 1));
        four[3] = address(0);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableMember.selector, address(0)));
        configure(four, uint64(NOW + 1));
    }

    function test_configureRefusesAReignInThePastOrNotAfterTheNewest() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW, NOW + 1));
        configure(members(4), uint64(NOW)); // the first one began now
        VM.warp(NOW + 100);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW + 99, NOW + 100));
        configure(members(4), uint64(NOW + 99));
        configure(members(4), uint64(NOW + 100));
    }

    /// @dev Whatever lies far ahead, milliseconds for seconds for instance, would keep every later configuration from coming before it.
    function test_configureRefusesAReignFarAhead() public {
        uint64 latest = uint64(NOW + 366 days);
        uint64[3] memory far = [latest + 1, uint64(NOW * 1000), type(uint64).max];
        for (uint256 i = 0; i < far.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceTooFar.selector, far[i], latest));
            configure(members(4), far[i]);
        }
        configure(members(7), latest - 1);
        configure(members(4), latest);
        VM.warp(NOW + 2);
        configure(members(7), latest + 2);
    }

    function test_theFirstConfigurationMayNotBeginInThePast() public {
        ICommittee fresh = Deploy.committee(address(this), EPOCH);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW - 1, NOW));
        fresh.configure(members(4), uint64(NOW - 1));
    }

    function test_governanceAloneConfigures() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER));
        VM.prank(STRANGER);
        committee.configure(members(4), uint64(NOW + 1));
    }

    function test_anEpochHasALength() public {
        VM.assertEq(committee.epochLength(), EPOCH);
        VM.expectRevert(ICommittee.ZeroEpochLength.selector);
        Deploy.committee(GOVERNOR, 0);
    }

    // reigns ----------------------------------------------------------------------------------------------------------------------

    function test_aReignEndsWhereTheNextBegins() public {
        bytes32 next = configure(members(7), uint64(NOW + 50));
        (uint64 since, uint64 until,,) = committee.reignOf(configuration);
        VM.assertEq(since, NOW);
        VM.assertEq(until, NOW + 50);
        VM.assertEq(committee.configurationAt(uint64(NOW - 1)), bytes32(0));
        VM.assertEq(committee.configurationAt(uint64(NOW)), configuration);
        VM.assertEq(committee.configurationAt(uint64(NOW + 49)), configuration);
        VM.assertEq(committee.configurationAt(uint64(NOW + 50)), next);
        VM.assertEq(committee.configurationAt(type(uint64).max), next);
    }

    function testFuzz_theConfigurationAtATimeReignsThen(uint8 count, uint16 offset) public {
        for (uint64 i = 1; i <= count % 12; ++i) {
            configure(members(4), uint64(NOW) + i * 1000);
        }
        uint64 time = uint64(NOW) + offset;
        (uint64 since, uint64 until,,) = committee.reignOf(committee.configurationAt(time));
        VM.assertLe(since, time);
        VM.assertLt(time, until);
    }

    function test_anUnknownConfigurationIsRefusedEverywhere() public {
        bytes memory refusal = abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, bytes32(uint256(1)));
        VM.expectRevert(refusal);
        committee.configurationOf(bytes32(uint256(1)));
        VM.expectRevert(refusal);
        committee.reignOf(bytes32(uint256(1)));
        VM.expectRevert(refusal);
        committee.memberOf(bytes32(uint256(1)), 0);
        VM.expectRevert(refusal);
        committee.verify(bytes32(uint256(1)), DIGEST, THREE, signatures(THREE));
    }

    function test_aMemberBeyondTheLastIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        committee.memberOf(configuration, 4);
    }

    // verify ----------------------------------------------------------------------------------------------------------------------

    function test_everyQuorumVerifies() public view {
        verify(0x7, signatures(0x7));
        verify(0xb, signatures(0xb));
        verify(0xd, signatures(0xd));
        verify(0xe, signatures(0xe));
        verify(0xf, signatures(0xf));
    }

    function test_thirtyOneMembersVerifyWithTwentyOneSignatures() public {
        bytes32 big = configure(members(31), uint64(NOW + 1));
        uint256 signers = (uint256(1) << 31) - (uint256(1) << 10); // the last 21
        committee.verify(big, DIGEST, signers, Signing.compact(memberKeys(31), signers, DIGEST));
    }

    function test_aMissingSignatureIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 2, 3));
        verify(0x3, signatures(0x3));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SignatureLength.selector, 128, 192));
        verify(0x7, signatures(0x3));
    }

    function test_aSurplusSignatureIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SignatureLength.selector, 256, 192));
        verify(0x7, signatures(0xf));
    }

    function test_aRepeatedSignatureIsRefused() public {
        bytes memory one = signatures(0x1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 1, members(4)[1], members(4)[0]));
        verify(0x7, bytes.concat(one, one, one));
    }

    function test_aForeignSignatureIsRefused() public {
        bytes memory foreign = Signing.compact(PROVIDER_KEY, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 2, members(4)[2], PROVIDER));
        verify(0x7, bytes.concat(signatures(0x3), foreign));
    }

    function test_aForeignMemberIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.ForeignSigner.selector, 0x17, 4));
        verify(0x17, signatures(0xf));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.ForeignSigner.selector, uint256(1) << 255 | 7, 4));
        verify(uint256(1) << 255 | 7, signatures(0xf));
    }

    function test_signaturesOutOfOrderAreRefused() public {
        VM.expectRevert();
        verify(0x7, bytes.concat(signatures(0x2), signatures(0x1), signatures(0x4)));
    }

    function test_aSignatureOfSomethingElseIsRefused() public {
        bytes memory other = Signing.compact(memberKeys(4), THREE, keccak256("something else"));
        VM.expectRevert();
        verify(THREE, other);
    }

    function test_aSignatureThatRecoversNobodyIsRefused() public {
        bytes memory nobody = bytes.concat(signatures(0x3), new bytes(64));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 2, members(4)[2], address(0)));
        verify(0x7, nobody);
    }

    /// @dev The other root of a signature that is good: same signer for ecrecover, refused here.
    function test_aHighSIsRefused() public {
        (uint256 key, uint256 high, bytes32 r, uint8 v) = _highS();
        address[] memory four = members(4);
        four[2] = VM.addr(key);
        configuration = configure(four, uint64(NOW + 1));
        bytes32 vs = bytes32(high | uint256(v - 27) << 255);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 2, VM.addr(key), address(0)));
        verify(0x7, bytes.concat(signatures(0x3), r, vs));
    }

    /// @dev A high s that still fits in the 255 bits that EIP-2098 has for it: rare, so it is made from a chosen s.
    function _highS() private pure returns (uint256 key, uint256 high, bytes32 r, uint8 v) {
        // With nonce 1, r is the generator's x. s = (digest + r * key) mod n; solve for the key that gives s = n / 2 + 1.
        uint256 x = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
        high = ORDER / 2 + 1;
        uint256 difference = addmod(high, ORDER - uint256(DIGEST) % ORDER, ORDER);
        key = mulmod(difference, _inverse(x), ORDER);
        r = bytes32(x);
        v = ecrecover(DIGEST, 27, r, bytes32(high)) == VM.addr(key) ? 27 : 28;
        VM.assertEq(ecrecover(DIGEST, v, r, bytes32(high)), VM.addr(key), "the signature is good for ecrecover");
    }

    /// @dev Fermat: x^(n - 2) mod n.
    function _inverse(uint256 x) private pure returns (uint256 result) {
        result = 1;
        for (uint256 e = ORDER - 2; e != 0; e >>= 1) {
            if (e & 1 == 1) result = mulmod(result, x, ORDER);
            x = mulmod(x, x, ORDER);
        }
    }

    function testFuzz_onlyTheMembersOwnSignaturesVerify(uint8 signers, uint8 forged) public {
        uint256 set = signers & 0xf;
        if (set != 0x7 && set != 0xb && set != 0xd && set != 0xe && set != 0xf) set = 0xf;
        uint256[] memory keys = memberKeys(4);
        uint256 victim = forged % 4;
        if ((set >> victim) & 1 == 0) victim = 1 - (victim & 1);
        if ((set >> victim) & 1 == 0) return;
        keys[victim] = uint256(keccak256("forger"));
        bytes memory forgery = Signing.compact(keys, set, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, victim, members(4)[victim], VM.addr(keys[victim])));
        verify(set, forgery);
    }
}
