// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {Chamber} from "./support/Chamber.sol";
import {ChosenS} from "./support/ChosenS.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Configurations, and what a quorum of one has signed. Bonds and exposures are in CommitteeBonds.t.sol.
contract CommitteeTest is Chamber {
    bytes32 private constant DIGEST = keccak256("what is signed");
    uint256 private constant ALL = 0xf;
    uint256 private constant THREE = 0x7;

    bytes32 private configuration;

    function setUp() public override {
        super.setUp();
        configuration = configure(members(4), NOW);
    }

    function verify(uint256 observers, uint256 signers, bytes memory given) private view returns (uint256 since, uint256 until) {
        return committee.verify(configuration, DIGEST, observers, signers, given);
    }

    function signatures(uint256 signers) private pure returns (bytes memory) {
        return Signing.compact(keys(31), signers, DIGEST);
    }

    // constructor ----------------------------------------------------------------------------------------------------------------

    function test_itIsWhatItWasMadeAs() public view {
        VM.assertEq(committee.epochLength(), EPOCH);
        VM.assertEq(committee.bondToken(), address(token));
        VM.assertEq(committee.requiredBond(), BOND);
        VM.assertEq(Ownable(address(committee)).owner(), GOVERNOR);
        VM.assertEq(asked("PACTUM()"), uint256(uint160(address(escrow))));
        VM.assertEq(asked("REPORTER_BPS()"), REPORTER_BPS);
    }

    function asked(string memory what) private view returns (uint256) {
        (, bytes memory answer) = address(committee).staticcall(abi.encodeWithSignature(what));
        return abi.decode(answer, (uint256));
    }

    function test_anEpochHasALength() public {
        refusedToCreate(abi.encodeWithSelector(ICommittee.ZeroEpochLength.selector), 0, address(token), BOND, REPORTER_BPS);
        VM.assertEq(create(1, address(token), BOND, REPORTER_BPS).epochLength(), 1);
    }

    function test_aBondIsInAToken() public {
        address[2] memory none = [address(0), STRANGER];
        for (uint256 i = 0; i < none.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ICommittee.UnusableBond.selector, none[i], BOND, REPORTER_BPS);
            refusedToCreate(refusal, EPOCH, none[i], BOND, REPORTER_BPS);
        }
    }

    function test_aBondIsNotNothing() public {
        bytes memory refusal = abi.encodeWithSelector(ICommittee.UnusableBond.selector, address(token), 0, REPORTER_BPS);
        refusedToCreate(refusal, EPOCH, address(token), 0, REPORTER_BPS);
        VM.assertEq(create(EPOCH, address(token), 1, REPORTER_BPS).requiredBond(), 1);
    }

    function test_aReporterGetsSomethingAndHalfAtMost() public {
        uint16[3] memory outside = [0, 5001, type(uint16).max];
        for (uint256 i = 0; i < outside.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ICommittee.UnusableBond.selector, address(token), BOND, outside[i]);
            refusedToCreate(refusal, EPOCH, address(token), BOND, outside[i]);
        }
        create(EPOCH, address(token), BOND, 1);
        create(EPOCH, address(token), BOND, 5000);
    }

    function test_theFirstBondRequiredIsInTheLog() public {
        VM.expectEmit();
        emit ICommittee.BondRequired(BOND);
        create(EPOCH, address(token), BOND, REPORTER_BPS);
    }

    // configure ------------------------------------------------------------------------------------------------------------------

    function test_configureNamesTheConfigurationByAllThatMakesIt() public {
        bytes32 expected = keccak256(abi.encode(block.chainid, address(committee), uint32(1), uint64(NOW + 9), members(7)));
        VM.expectEmit(address(committee));
        emit ICommittee.Configured(expected, 1, uint64(NOW + 9), 5, members(7));
        VM.assertEq(configure(members(7), NOW + 9), expected);
        ICommittee.Configuration memory found = committee.configurationOf(expected);
        VM.assertEq(found.since, NOW + 9);
        VM.assertEq(found.until, ENDLESS);
        VM.assertEq(found.quorum, 5);
        VM.assertEq(found.index, 1);
        VM.assertEq(found.active, 0x7f);
        VM.assertEq(keccak256(abi.encode(found.members)), keccak256(abi.encode(members(7))));
    }

    function test_theSameMembersAtTheSameTimeElsewhereAreAnotherConfiguration() public {
        ICommittee other = create(EPOCH, address(token), BOND, REPORTER_BPS);
        token.approve(address(other), type(uint256).max);
        for (uint256 i = 0; i < 4; ++i) {
            other.post(member(i), BOND);
        }
        uint256 snapshot = VM.snapshotState();
        VM.prank(GOVERNOR);
        bytes32 here = other.configure(members(4), uint64(NOW));
        VM.assertTrue(here != configuration);
        VM.assertTrue(VM.revertToState(snapshot));
        VM.chainId(block.chainid + 1);
        VM.prank(GOVERNOR);
        VM.assertTrue(other.configure(members(4), uint64(NOW)) != here);
    }

    function test_quorumIsTwoFPlusOneOfThreeFPlusOne() public {
        for (uint256 f = 1; f <= 10; ++f) {
            ICommittee.Configuration memory found = committee.configurationOf(configure(members(3 * f + 1), NOW + f));
            VM.assertEq(found.members.length, 3 * f + 1);
            VM.assertEq(found.quorum, 2 * f + 1);
            VM.assertEq(found.active, (uint256(1) << 3 * f + 1) - 1);
            VM.assertEq(found.index, f);
        }
    }

    function test_configureRefusesEverySizeThatIsNotThreeFPlusOne() public {
        for (uint256 size = 0; size <= 35; ++size) {
            if (size >= 4 && size <= 31 && size % 3 == 1) continue;
            VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableSize.selector, size));
            configure(members(size), NOW + 1);
        }
    }

    function test_configureRefusesNobody() public {
        address[] memory four = members(4);
        four[3] = address(0);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableMember.selector, address(0)));
        configure(four, NOW + 1);
    }

    function test_configureRefusesTheSameMemberTwice() public {
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                address[] memory four = membersFrom(4, 4);
                four[i] = four[j];
                VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableMember.selector, four[j]));
                configure(four, NOW + 1);
            }
        }
    }

    function test_configureRefusesAMemberWithoutTheBond() public {
        committee.post(member(31), BOND - 1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BondTooSmall.selector, member(31), BOND - 1, BOND));
        configure(membersFrom(28, 4), NOW + 1);
        committee.post(member(31), 1);
        configure(membersFrom(28, 4), NOW + 1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BondTooSmall.selector, member(32), 0, BOND));
        configure(membersFrom(29, 4), NOW + 2);
        committee.post(member(32), BOND + 1);
        configure(membersFrom(29, 4), NOW + 2);
    }

    function test_configureRefusesAMemberThatTookItsBond() public {
        VM.prank(member(5));
        committee.withdraw(STRANGER);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BondTooSmall.selector, member(5), 0, BOND));
        configure(membersFrom(4, 4), NOW + 1);
    }

    function test_configureRefusesAMemberThatWasCaught() public {
        exposeTwoRoots(3);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(3)));
        configure(members(4), NOW + 1);
        configure(membersFrom(4, 4), NOW + 1);
    }

    /// @dev The replacement of a member that was caught is an ordinary configuration.
    function test_configureReplacesAMemberThatWasCaught() public {
        exposeTwoRoots(0);
        configuration = configure(membersFrom(1, 4), NOW + 1);
        VM.assertEq(committee.configurationOf(configuration).active, ALL);
        uint256[] memory theirs = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            theirs[i] = key(i + 1);
        }
        verify(ALL, ALL, Signing.compact(theirs, ALL, DIGEST));
    }

    function test_configureRefusesAReignInThePastOrNotAfterTheNewest() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW, NOW + 1));
        configure(members(4), NOW); // the first one began now
        VM.warp(NOW + 100);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW + 99, NOW + 100));
        configure(members(4), NOW + 99);
        configure(members(4), NOW + 100);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW + 100, NOW + 101));
        configure(members(4), NOW + 100);
        configure(members(4), NOW + 101);
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
        committee = create(EPOCH, address(token), 1, REPORTER_BPS);
        token.approve(address(committee), type(uint256).max);
        for (uint256 i = 0; i < 4; ++i) {
            committee.post(member(i), 1);
        }
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SinceInThePast.selector, NOW - 1, NOW));
        configure(members(4), NOW - 1);
        configure(members(4), NOW);
    }

    function test_governanceAloneConfigures() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER));
        VM.prank(STRANGER);
        committee.configure(members(4), uint64(NOW + 1));
    }

    // governance -----------------------------------------------------------------------------------------------------------------

    function test_whoGovernsTheCommitteeIsChangedInTwoSteps() public {
        Ownable2Step governed = Ownable2Step(address(committee));
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        governed.transferOwnership(STRANGER);
        VM.prank(GOVERNOR);
        governed.transferOwnership(REPORTER);
        configure(members(4), NOW + 1); // until then it is who it was
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        governed.acceptOwnership();
        VM.prank(REPORTER);
        governed.acceptOwnership();
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR));
        configure(members(4), NOW + 2);
        VM.prank(REPORTER);
        committee.configure(members(4), uint64(NOW + 2));
    }

    /// @dev Then nobody is ever replaced; who serves goes on, and whoever is caught is deactivated all the same.
    function test_aCommitteeWithoutGovernanceGoesOn() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER));
        VM.prank(STRANGER);
        Ownable(address(committee)).renounceOwnership();
        VM.prank(GOVERNOR);
        Ownable(address(committee)).renounceOwnership();
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GOVERNOR));
        configure(members(4), NOW + 1);
        verify(ALL, THREE, signatures(THREE));
        exposeTwoRoots(3);
        verify(THREE, THREE, signatures(THREE));
    }

    // reigns ---------------------------------------------------------------------------------------------------------------------

    function test_aReignEndsWhereTheNextBegins() public {
        bytes32 next = configure(members(7), NOW + 50);
        ICommittee.Configuration memory found = committee.configurationOf(configuration);
        VM.assertEq(found.since, NOW);
        VM.assertEq(found.until, NOW + 50);
        VM.assertEq(committee.configurationAt(uint64(NOW - 1)), bytes32(0));
        VM.assertEq(committee.configurationAt(uint64(NOW)), configuration);
        VM.assertEq(committee.configurationAt(uint64(NOW + 49)), configuration);
        VM.assertEq(committee.configurationAt(uint64(NOW + 50)), next);
        VM.assertEq(committee.configurationAt(type(uint64).max), next);
    }

    function test_beforeTheFirstConfigurationNobodyReigns() public {
        committee = create(EPOCH, address(token), BOND, REPORTER_BPS);
        VM.assertEq(committee.configurationAt(0), bytes32(0));
        VM.assertEq(committee.configurationAt(type(uint64).max), bytes32(0));
    }

    /// @dev Held against a walk over all of them.
    function testFuzz_theConfigurationAtATimeReignsThen(uint8 count, uint16 offset, uint256 gaps) public {
        uint256 since = NOW;
        bytes32 expected = configuration;
        for (uint256 i = 0; i < count % 12; ++i) {
            since += (gaps >> 16 * i & 0xfff) + 1;
            bytes32 next = configure(members(4), since);
            if (since <= NOW + offset) expected = next;
        }
        VM.assertEq(committee.configurationAt(uint64(NOW + offset)), expected);
        ICommittee.Configuration memory found = committee.configurationOf(expected);
        VM.assertLe(found.since, NOW + offset);
        VM.assertLt(NOW + offset, found.until);
    }

    function test_anUnknownConfigurationIsRefusedEverywhere() public {
        bytes memory refusal = abi.encodeWithSelector(ICommittee.UnknownConfiguration.selector, bytes32(uint256(1)));
        VM.expectRevert(refusal);
        committee.configurationOf(bytes32(uint256(1)));
        VM.expectRevert(refusal);
        committee.memberOf(bytes32(uint256(1)), 0);
        VM.expectRevert(refusal);
        committee.verify(bytes32(uint256(1)), DIGEST, ALL, THREE, "");
    }

    function test_aMemberIsFoundByItsIndex() public {
        bytes32 big = configure(members(31), NOW + 1);
        for (uint256 i = 0; i < 31; ++i) {
            VM.assertEq(committee.memberOf(big, i), member(i));
        }
    }

    function test_aMemberBeyondTheLastIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, 4, 4));
        committee.memberOf(configuration, 4);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnknownMember.selector, type(uint256).max, 4));
        committee.memberOf(configuration, type(uint256).max);
        committee.memberOf(configuration, 3);
    }

    // verify ---------------------------------------------------------------------------------------------------------------------

    function test_everyQuorumVerifies() public view {
        uint256[5] memory quorums = [uint256(0x7), 0xb, 0xd, 0xe, 0xf];
        for (uint256 i = 0; i < 5; ++i) {
            verify(ALL, quorums[i], signatures(quorums[i]));
            verify(quorums[i], quorums[i], signatures(quorums[i]));
        }
    }

    function test_verifyAnswersTheReign() public {
        (uint256 since, uint256 until) = verify(ALL, THREE, signatures(THREE));
        VM.assertEq(since, NOW);
        VM.assertEq(until, ENDLESS);
        configure(members(7), NOW + 50);
        (since, until) = verify(ALL, THREE, signatures(THREE));
        VM.assertEq(since, NOW);
        VM.assertEq(until, NOW + 50);
    }

    function test_thirtyOneMembersVerifyWithTwentyOneSignatures() public {
        configuration = configure(members(31), NOW + 1);
        uint256 signers = (uint256(1) << 31) - (uint256(1) << 10); // the last 21
        verify(signers, signers, signatures(signers));
    }

    /// @dev Held against the signers that OpenZeppelin finds, over sets and signatures of every kind.
    function testFuzz_aReportStandsExactlyWhenAQuorumSignedIt(uint8 f, uint256 observers, uint256 signers, uint256 forged) public {
        uint256 size = 3 * uint256(f % 10 + 1) + 1;
        configuration = configure(members(size), NOW + 1);
        (observers, signers) = plausible(observers, signers, size);
        uint256[] memory theirs = keys(31);
        if (forged % 3 == 0) theirs[forged / 3 % size] = key(99);
        bytes memory given = Signing.compact(theirs, signers, DIGEST);
        bytes memory call_ = abi.encodeCall(committee.verify, (configuration, DIGEST, observers, signers, given));
        (bool stands,) = address(committee).staticcall(call_);
        VM.assertTrue(stands == signedByQuorum(observers, signers, given, size));
    }

    /// @dev Mostly sets that could do: else hardly a case would reach the signatures.
    function plausible(uint256 observers, uint256 signers, uint256 size) private pure returns (uint256, uint256) {
        uint256 all = (uint256(1) << size) - 1;
        observers = observers % 8 == 0 ? observers & 0x7fffffff : all & ~(uint256(1) << observers % 40);
        signers = signers % 8 == 0 ? signers & 0x7fffffff : observers & ~(uint256(1) << signers % 40);
        return (observers, signers);
    }

    function signedByQuorum(uint256 observers, uint256 signers, bytes memory given, uint256 size) private view returns (bool) {
        uint256 good = 0;
        uint256 k = 0;
        for (uint256 i = 0; i < 256; ++i) {
            if ((observers >> i) & 1 == 1 && i >= size) return false;
            if ((signers >> i) & 1 == 0) continue;
            if ((observers >> i) & 1 == 0) return false;
            (bytes32 r, bytes32 vs) = this.split(given, k++);
            (address signer,,) = ECDSA.tryRecover(DIGEST, r, vs);
            if (signer != member(i)) return false;
            ++good;
        }
        return good >= (size - 1) / 3 * 2 + 1;
    }

    function split(bytes calldata given, uint256 k) external pure returns (bytes32, bytes32) {
        return (bytes32(given[64 * k:64 * k + 32]), bytes32(given[64 * k + 32:64 * k + 64]));
    }

    function test_anObserverIsAMember() public {
        uint256[3] memory foreign = [uint256(0x17), 0x80000007, 1 << 255 | 7];
        for (uint256 i = 0; i < foreign.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ICommittee.ForeignObserver.selector, foreign[i], 4));
            verify(foreign[i], THREE, signatures(THREE));
        }
    }

    function test_anObserverIsActive() public {
        exposeTwoRoots(3);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.InactiveObserver.selector, ALL, THREE));
        verify(ALL, THREE, signatures(THREE));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.InactiveObserver.selector, 0xb, THREE));
        verify(0xb, 0xb, signatures(0xb));
        verify(THREE, THREE, signatures(THREE));
    }

    /// @dev n and quorum stay as they are: three of four are still needed, and after a second exposure there are not as many.
    function test_thoseWhoAreLeftStillNeedTheWholeQuorum() public {
        exposeTwoRoots(3);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 2, 3));
        verify(THREE, 0x3, signatures(0x3));
        exposeTwoRoots(2);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 2, 3));
        verify(0x3, 0x3, signatures(0x3));
    }

    function test_tooFewObserversAreRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 2, 3));
        verify(0x3, 0x3, signatures(0x3));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 0, 3));
        verify(0, 0, "");
    }

    function test_aSignerHasObserved() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SignerWithoutObservation.selector, 0xb, 0x7));
        verify(0x7, 0xb, signatures(0xb));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SignerWithoutObservation.selector, 0x17, 0xf));
        verify(0xf, 0x17, signatures(0x17));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SignerWithoutObservation.selector, 1 << 255 | 7, 0xf));
        verify(0xf, 1 << 255 | 7, signatures(0xf));
    }

    function test_tooFewSignersAreRefused() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 2, 3));
        verify(ALL, 0x3, signatures(0x3));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 0, 3));
        verify(ALL, 0, "");
        configuration = configure(members(31), NOW + 1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.QuorumNotReached.selector, 20, 21));
        verify(0x7fffffff, 0xfffff, signatures(0xfffff));
        verify(0x7fffffff, 0x1fffff, signatures(0x1fffff));
    }

    function test_signaturesAreAsLongAsTheSignersAreMany() public {
        bytes memory three = signatures(THREE);
        bytes[5] memory wrong = [bytes(""), signatures(0x3), shortened(three), bytes.concat(three, hex"00"), signatures(ALL)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ICommittee.SignatureLength.selector, wrong[i].length, 192));
            verify(ALL, THREE, wrong[i]);
        }
    }

    function shortened(bytes memory all) private pure returns (bytes memory most) {
        most = new bytes(all.length - 1);
        for (uint256 i = 0; i < most.length; ++i) {
            most[i] = all[i];
        }
    }

    function test_aRepeatedSignatureIsRefused() public {
        bytes memory one = signatures(0x1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 1, member(1), member(0)));
        verify(ALL, THREE, bytes.concat(one, one, one));
    }

    function test_aForeignSignatureIsRefusedInEveryPlace() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256[] memory theirs = keys(4);
            theirs[i] = key(5);
            bytes memory given = Signing.compact(theirs, THREE, DIGEST);
            VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, i, member(i), member(5)));
            verify(ALL, THREE, given);
        }
        bytes memory last = bytes.concat(signatures(0x3), Signing.compact(key(5), DIGEST));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 3, member(3), member(5)));
        verify(ALL, 0xb, last);
    }

    function test_signaturesOutOfOrderAreRefused() public {
        bytes memory swapped = bytes.concat(signatures(0x2), signatures(0x1), signatures(0x4));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 0, member(0), member(1)));
        verify(ALL, THREE, swapped);
    }

    function test_aSignatureOfSomethingElseIsRefused() public {
        bytes memory other = Signing.compact(keys(4), THREE, keccak256("something else"));
        address whoever = signerOf(DIGEST, Signing.compact(key(0), keccak256("something else")));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 0, member(0), whoever));
        verify(ALL, THREE, other);
    }

    function test_aSignatureThatRecoversNobodyIsRefused() public {
        bytes memory nobody = bytes.concat(signatures(0x3), new bytes(64));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 2, member(2), address(0)));
        verify(ALL, THREE, nobody);
    }

    /// @dev The other one that a good signature makes two of: same signer for ecrecover, refused here.
    function test_aHighSIsRefused() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 s = ChosenS.ORDER / 2 - 1 + i;
            (uint256 chosen, bytes memory signature) = ChosenS.sign(DIGEST, s);
            committee.post(VM.addr(chosen), BOND);
            address[] memory four = members(4);
            four[2] = VM.addr(chosen);
            configuration = configure(four, NOW + 1 + i);
            bool high = s > ChosenS.ORDER / 2;
            if (high) VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 2, four[2], address(0)));
            verify(ALL, THREE, bytes.concat(signatures(0x3), signature));
        }
    }

    function testFuzz_onlyTheMembersOwnSignaturesVerify(uint8 quorum, uint8 forged) public {
        uint256 set = [uint256(0x7), 0xb, 0xd, 0xe, 0xf][quorum % 5];
        uint256[] memory theirs = keys(4);
        uint256 victim = forged % 4;
        if ((set >> victim) & 1 == 0) victim = (victim + 1) % 4; // at most one of them does not sign
        theirs[victim] = uint256(keccak256("forger"));
        bytes memory forgery = Signing.compact(theirs, set, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, victim, member(victim), VM.addr(theirs[victim])));
        verify(ALL, set, forgery);
    }

    // what members sign ----------------------------------------------------------------------------------------------------------

    function test_theDomainIsThisContractOnThisChain() public {
        VM.assertEq(committee.domainSeparator(), separator());
        moveTo(chain + 1);
        VM.assertEq(committee.domainSeparator(), separator());
    }

    function testFuzz_aRootIsSignedForItsEpochChainAndContract(uint64 epoch, bytes32 root, uint32 elsewhere) public {
        VM.assertEq(committee.observationRootDigest(epoch, root), rootDigest(epoch, root));
        moveTo(uint256(elsewhere) + 1);
        VM.assertEq(committee.observationRootDigest(epoch, root), rootDigest(epoch, root));
    }
}

/// @notice What a proof costs whoever checks it: nothing was touched before in the transaction.
contract CommitteeGasTest is Chamber {
    bytes32 private constant DIGEST = keccak256("what is signed");
    uint256 private constant FIXED = 9400; // of the call, the word, the code, and all that is checked once
    uint256 private constant EACH = 3400; // of a signature: 3,100 are the precompile's

    bytes[3] private calls;

    function setUp() public override {
        super.setUp();
        uint256[3] memory sizes = [uint256(4), 7, 31];
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 configuration = configure(members(sizes[i]), NOW + i);
            uint256 quorum = (uint256(1) << (sizes[i] - 1) / 3 * 2 + 1) - 1;
            bytes memory given = Signing.compact(keys(31), quorum, DIGEST);
            calls[i] = abi.encodeCall(committee.verify, (configuration, DIGEST, quorum, quorum, given));
        }
    }

    function costOf(uint256 which) private view returns (uint256 cost) {
        bytes memory call_ = calls[which];
        address target = address(committee);
        uint256 before = gasleft();
        (bool done,) = target.staticcall(call_);
        cost = before - gasleft();
        VM.assertTrue(done);
    }

    function test_threeOfFourCostLittleToVerify() public view {
        VM.assertLe(costOf(0), FIXED + 3 * EACH);
    }

    function test_fiveOfSevenCostLittleToVerify() public view {
        VM.assertLe(costOf(1), FIXED + 5 * EACH);
    }

    function test_twentyOneOfThirtyOneCostLittleToVerify() public view {
        VM.assertLe(costOf(2), FIXED + 21 * EACH);
    }
}
