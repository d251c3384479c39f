// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Chamber} from "./support/Chamber.sol";
import {ChosenS} from "./support/ChosenS.sol";
import {BlockingToken, FeeToken, ReentrantToken, SilentToken} from "./support/HostileTokens.sol";
import {Signing} from "./support/Signing.sol";
import {VM, Vm} from "./support/Vm.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Members' bonds, how they are left and how they are lost.
contract CommitteeBondsTest is Chamber {
    bytes32 private constant ROOT = keccak256("root");
    bytes32 private constant OTHER = keccak256("other root");
    uint64 private constant AT = 7; // the epoch

    bytes32 private configuration;

    function setUp() public override {
        super.setUp();
        configuration = configure(members(4), NOW);
    }

    function withdraw(address account) private returns (uint256) {
        VM.prank(account);
        return committee.withdraw(account);
    }

    function stays(address account, uint256 until) private {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.StillServing.selector, account, until));
        withdraw(account);
    }

    function activeOf(bytes32 which) private view returns (uint256) {
        return committee.configurationOf(which).active;
    }

    // requireBond ----------------------------------------------------------------------------------------------------------------

    function test_governanceAloneRequiresBonds() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER));
        VM.prank(STRANGER);
        committee.requireBond(1);
    }

    function test_requireBondIsForLaterConfigurations() public {
        VM.expectEmit(address(committee));
        emit ICommittee.BondRequired(BOND + 1);
        VM.prank(GOVERNOR);
        committee.requireBond(BOND + 1);
        VM.assertEq(committee.requiredBond(), BOND + 1);
        VM.assertEq(activeOf(configuration), 0xf, "those who serve go on");
        VM.expectRevert(abi.encodeWithSelector(ICommittee.BondTooSmall.selector, member(0), BOND, BOND + 1));
        configure(members(4), NOW + 1);
        for (uint256 i = 0; i < 4; ++i) {
            committee.post(member(i), 1);
        }
        configure(members(4), NOW + 1);
    }

    function test_requireBondRefusesNothing() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableBond.selector, address(token), 0, REPORTER_BPS));
        VM.prank(GOVERNOR);
        committee.requireBond(0);
    }

    function test_requireBondRefusesMoreThanABondCanBe() public {
        uint256 most = type(uint128).max;
        VM.startPrank(GOVERNOR);
        committee.requireBond(most);
        VM.expectRevert(abi.encodeWithSignature("SafeCastOverflowedUintDowncast(uint8,uint256)", 128, most + 1));
        committee.requireBond(most + 1);
        VM.stopPrank();
    }

    // post -----------------------------------------------------------------------------------------------------------------------

    function test_postAddsToTheBondWhatItPullsFromTheCaller() public {
        token.mint(STRANGER, 7);
        VM.startPrank(STRANGER);
        token.approve(address(committee), 7);
        VM.expectEmit(address(committee));
        emit ICommittee.BondPosted(member(2), STRANGER, 7);
        committee.post(member(2), 7);
        VM.stopPrank();
        VM.assertEq(committee.bondOf(member(2)), BOND + 7);
        VM.assertEq(token.balanceOf(STRANGER), 0);
        VM.assertEq(token.balanceOf(address(committee)), 31 * BOND + 7);
    }

    function test_postRefusesNobody() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableMember.selector, address(0)));
        committee.post(address(0), 1);
    }

    function test_postRefusesNothing() public {
        VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableBond.selector, address(token), 0, REPORTER_BPS));
        committee.post(member(0), 0);
    }

    function test_postRefusesAMemberThatWasCaught() public {
        exposeTwoRoots(0);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(0)));
        committee.post(member(0), 1);
    }

    function test_postRefusesMoreThanABondCanBe() public {
        uint256 most = type(uint128).max;
        token.mint(address(this), 2 * most);
        VM.expectRevert(abi.encodeWithSignature("SafeCastOverflowedUintDowncast(uint8,uint256)", 128, most + 1));
        committee.post(STRANGER, most + 1);
        committee.post(STRANGER, most);
        VM.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        committee.post(STRANGER, 1);
    }

    function test_postRefusesWhoDoesNotPay() public {
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(committee), 0, 5));
        VM.prank(STRANGER);
        committee.post(member(0), 5);
    }

    function test_postRefusesATokenThatTakesAFee() public {
        FeeToken taxed = new FeeToken();
        committee = create(EPOCH, address(taxed), BOND, REPORTER_BPS);
        taxed.mint(address(this), 1000);
        taxed.approve(address(committee), 1000);
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, address(taxed), 1000, 990));
        committee.post(member(0), 1000);
    }

    function test_aTokenThatReturnsNothingWorks() public {
        SilentToken silent = new SilentToken();
        committee = create(EPOCH, address(silent), BOND, REPORTER_BPS);
        silent.mint(address(this), 1000);
        silent.approve(address(committee), 1000);
        committee.post(member(0), 1000);
        VM.assertEq(withdraw(member(0)), 1000);
        VM.assertEq(silent.balanceOf(member(0)), 1000);
    }

    // withdraw -------------------------------------------------------------------------------------------------------------------

    function test_whoNeverServedWithdrawsAtOnce() public {
        VM.assertEq(committee.servesUntil(member(9)), 0);
        committee.post(member(9), 5); // whoever put it up, it is the member's
        VM.expectEmit(address(committee));
        emit ICommittee.BondWithdrawn(member(9), STRANGER, BOND + 5);
        VM.prank(member(9));
        VM.assertEq(committee.withdraw(STRANGER), BOND + 5);
        VM.assertEq(token.balanceOf(STRANGER), BOND + 5);
        VM.assertEq(committee.bondOf(member(9)), 0);
    }

    function test_withdrawRefusesTheNewestMembersForEver() public {
        stays(member(0), ENDLESS);
        VM.warp(NOW + 36_500 days);
        VM.assertEq(committee.servesUntil(member(0)), ENDLESS);
        stays(member(0), ENDLESS);
    }

    function test_withdrawRefusesMembersThatAreYetToServe() public {
        configure(membersFrom(4, 4), NOW + 100);
        stays(member(4), ENDLESS);
        VM.assertEq(committee.servesUntil(member(0)), NOW + 100 + HORIZON, "and those whose end is ahead");
        stays(member(0), NOW + 100 + HORIZON);
    }

    function test_withdrawWaitsUntilEveryPeriodThatBeganIsOver() public {
        configure(membersFrom(4, 4), NOW + 100);
        uint256 until = NOW + 100 + HORIZON;
        VM.assertEq(committee.servesUntil(member(0)), until);
        VM.warp(until - 1);
        stays(member(0), until);
        VM.warp(until);
        VM.assertEq(withdraw(member(0)), BOND);
        VM.warp(until + 1);
        VM.assertEq(withdraw(member(1)), BOND);
    }

    function test_withdrawWaitsLongerWhenPeriodsMayTakeLonger() public {
        configure(membersFrom(4, 4), NOW + 100);
        escrow.setHorizon(HORIZON + 50);
        uint256 until = NOW + 150 + HORIZON;
        VM.warp(until - 1);
        stays(member(0), until);
        VM.warp(until);
        VM.assertEq(withdraw(member(0)), BOND);
    }

    function test_aMemberThatCameBackCountsByItsLastConfiguration() public {
        configure(membersFrom(4, 4), NOW + 100);
        configure(members(4), NOW + 200);
        VM.warp(NOW + 100 + HORIZON);
        stays(member(0), ENDLESS);
        configure(membersFrom(4, 4), NOW + 300 + HORIZON);
        uint256 until = NOW + 300 + 2 * uint256(HORIZON);
        VM.warp(until - 1);
        stays(member(0), until);
        VM.warp(until);
        VM.assertEq(withdraw(member(0)), BOND);
    }

    function test_withdrawPaysOnce() public {
        withdraw(member(9));
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        withdraw(member(9));
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        withdraw(STRANGER);
    }

    function test_withdrawRefusesToPayNobodyAndTheContracts() public {
        address[3] memory deadEnds = [address(0), address(committee), address(escrow)];
        for (uint256 i = 0; i < deadEnds.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ICommittee.UnusableReceiver.selector, deadEnds[i]));
            VM.prank(member(9));
            committee.withdraw(deadEnds[i]);
        }
    }

    function test_whoLeftMayComeBackWithANewBond() public {
        withdraw(member(9));
        committee.post(member(9), BOND);
        configure(membersFrom(6, 4), NOW + 1);
        stays(member(9), ENDLESS);
    }

    /// @dev A second bond after service is one of a candidate: its last service is over.
    function test_whoServedMayWithdrawALaterBondAtOnce() public {
        configure(membersFrom(4, 4), NOW + 100);
        VM.warp(NOW + 100 + HORIZON);
        withdraw(member(0));
        committee.post(member(0), 3);
        VM.assertEq(withdraw(member(0)), 3);
    }

    // expose ---------------------------------------------------------------------------------------------------------------------

    function expose(uint256 i) private {
        (bytes memory one, bytes memory two) = (signedRoot(i, AT, ROOT), signedRoot(i, AT, OTHER));
        VM.prank(REPORTER);
        committee.expose(member(i), AT, ROOT, one, OTHER, two);
    }

    function refused(bytes memory refusal, address account, bytes memory one, bytes memory two) private {
        VM.expectRevert(refusal);
        committee.expose(account, AT, ROOT, one, OTHER, two);
        VM.assertFalse(committee.isExposed(account));
    }

    function test_twoRootsForOneEpochCostTheWholeBond() public {
        uint256 toReporter = BOND * REPORTER_BPS / 10_000;
        bytes memory one = signedRoot(1, AT, ROOT);
        bytes memory two = signedRoot(1, AT, OTHER);
        VM.expectEmit(address(committee));
        emit ICommittee.Equivocated(member(1), AT, ROOT, one, OTHER, two, REPORTER, toReporter, BOND - toReporter);
        VM.expectEmit(address(committee));
        emit ICommittee.Deactivated(configuration, member(1), 1);
        expose(1);
        VM.assertEq(committee.bondOf(member(1)), 0);
        VM.assertTrue(committee.isExposed(member(1)));
        VM.assertEq(committee.claimableOfReporter(REPORTER), toReporter);
        VM.assertEq(committee.claimableOfDao(), BOND - toReporter);
        VM.assertEq(token.balanceOf(address(committee)), 31 * BOND, "nothing is pushed");
        VM.assertFalse(committee.isExposed(member(0)));
        VM.assertEq(committee.bondOf(member(0)), BOND);
    }

    function test_whoIsCaughtLosesItsBitAndNobodyElseDoes() public {
        expose(2);
        ICommittee.Configuration memory found = committee.configurationOf(configuration);
        VM.assertEq(found.active, 0xb);
        VM.assertEq(found.quorum, 3);
        VM.assertEq(keccak256(abi.encode(found.members)), keccak256(abi.encode(members(4))));
        VM.assertEq(found.since, NOW);
        VM.assertEq(found.until, ENDLESS);
    }

    function test_everyMemberOfTheLargestConfigurationCanLoseItsBit() public {
        configuration = configure(members(31), NOW + 1);
        uint256 left = 0x7fffffff;
        for (uint256 i = 31; i > 0; --i) {
            expose(i - 1);
            left ^= 1 << (i - 1);
            VM.assertEq(activeOf(configuration), left);
        }
        VM.assertEq(committee.claimableOfDao() + committee.claimableOfReporter(REPORTER), 31 * BOND);
    }

    function test_exposeRefusesOneRootSignedTwice() public {
        bytes memory one = signedRoot(1, AT, ROOT);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SameRoot.selector, ROOT));
        committee.expose(member(1), AT, ROOT, one, ROOT, one);
        // Another signature of the same root: with another nonce, here one that the key was chosen for.
        bytes32 digest = rootDigest(AT, ROOT);
        (uint256 chosen, bytes memory other) = ChosenS.sign(digest, 12_345);
        serve(VM.addr(chosen));
        one = Signing.compact(chosen, digest);
        VM.assertTrue(keccak256(one) != keccak256(other));
        VM.expectRevert(abi.encodeWithSelector(ICommittee.SameRoot.selector, ROOT));
        committee.expose(VM.addr(chosen), AT, ROOT, one, ROOT, other);
    }

    /// @dev The twin of a good signature says nothing that its member did not say.
    function test_exposeRefusesAHighS() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 s = ChosenS.ORDER / 2 - 1 + i;
            (uint256 chosen, bytes memory signature) = ChosenS.sign(rootDigest(AT, ROOT), s);
            address account = VM.addr(chosen);
            serve(account);
            bytes memory other = Signing.compact(chosen, rootDigest(AT, OTHER));
            if (s > ChosenS.ORDER / 2) {
                refused(abi.encodeWithSelector(ICommittee.BadSignature.selector, 0, account, address(0)), account, signature, other);
                VM.expectRevert(abi.encodeWithSelector(ICommittee.BadSignature.selector, 1, account, address(0)));
                committee.expose(account, AT, OTHER, other, ROOT, signature);
            } else {
                committee.expose(account, AT, ROOT, signature, OTHER, other);
            }
        }
    }

    function serve(address account) private {
        committee.post(account, BOND);
        address[] memory four = membersFrom(20, 4);
        four[3] = account;
        configure(four, committee.configurationOf(committee.configurationAt(ENDLESS)).since + 1);
    }

    function test_exposeRefusesTheSignatureOfAnother() public {
        bytes memory good = signedRoot(1, AT, ROOT);
        bytes memory alien = signedRoot(2, AT, ROOT);
        refused(bad(0, 1, member(2)), member(1), alien, signedRoot(1, AT, OTHER));
        refused(bad(1, 1, member(2)), member(1), good, signedRoot(2, AT, OTHER));
    }

    function bad(uint256 which, uint256 i, address recovered) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommittee.BadSignature.selector, which, member(i), recovered);
    }

    function test_exposeRefusesTheSignatureOfNobody() public {
        refused(bad(0, 1, address(0)), member(1), new bytes(64), signedRoot(1, AT, OTHER));
        refused(bad(1, 1, address(0)), member(1), signedRoot(1, AT, ROOT), new bytes(64));
    }

    /// @dev A signature of something else is one of this by whoever it recovers to, which is nobody that is known.
    function refusedAsForeign(bytes memory one, bytes memory two) private {
        (address first, address second) = (signerOf(rootDigest(AT, ROOT), one), signerOf(rootDigest(AT, OTHER), two));
        refused(bad(0, 1, first), member(1), one, signedRoot(1, AT, OTHER));
        refused(bad(1, 1, second), member(1), signedRoot(1, AT, ROOT), two);
    }

    function test_exposeRefusesRootsOfTwoEpochs() public {
        refusedAsForeign(signedRoot(1, AT + 1, ROOT), signedRoot(1, AT - 1, OTHER));
    }

    function test_exposeRefusesSignaturesOfOtherRoots() public {
        refusedAsForeign(signedRoot(1, AT, OTHER), signedRoot(1, AT, ROOT));
    }

    function test_exposeRefusesSignaturesOfAnotherLength() public {
        bytes memory good = signedRoot(1, AT, ROOT);
        bytes memory other = signedRoot(1, AT, OTHER);
        bytes[5] memory wrong =
            [bytes(""), new bytes(63), bytes.concat(good, hex"00"), Signing.long(key(1), keccak256("")), bytes.concat(good, other)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ICommittee.SignatureLength.selector, wrong[i].length, 64);
            refused(refusal, member(1), wrong[i], other);
            refused(refusal, member(1), good, wrong[i]);
        }
    }

    function test_exposeRefusesWhatWasSignedForAnotherChain() public {
        moveTo(chain + 1);
        (bytes memory one, bytes memory two) = (signedRoot(1, AT, ROOT), signedRoot(1, AT, OTHER));
        expose(2); // there it would do
        moveTo(chain - 1);
        refusedAsForeign(one, two);
    }

    function test_exposeRefusesWhatWasSignedForAnotherCommittee() public {
        ICommittee here = committee;
        committee = create(EPOCH, address(token), BOND, REPORTER_BPS);
        (bytes memory one, bytes memory two) = (signedRoot(1, AT, ROOT), signedRoot(1, AT, OTHER));
        committee = here;
        refusedAsForeign(one, two);
    }

    function test_exposeRefusesWhoNeverWasAMember() public {
        bytes memory one = signedRoot(9, AT, ROOT);
        bytes memory two = signedRoot(9, AT, OTHER);
        refused(abi.encodeWithSelector(ICommittee.NeverAMember.selector, member(9)), member(9), one, two);
        configure(membersFrom(6, 4), NOW + 1);
        committee.expose(member(9), AT, ROOT, one, OTHER, two); // for ever, once it is one
    }

    /// @dev Nobody's signature recovers to nobody, which is no member.
    function test_exposeRefusesNobody() public {
        refused(abi.encodeWithSelector(ICommittee.NeverAMember.selector, address(0)), address(0), new bytes(64), new bytes(64));
    }

    function test_exposeHappensOnce() public {
        expose(1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(1)));
        expose(1);
        bytes memory one = signedRoot(1, AT + 1, ROOT);
        bytes memory two = signedRoot(1, AT + 1, OTHER);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(1)));
        committee.expose(member(1), AT + 1, ROOT, one, OTHER, two);
        VM.assertEq(committee.claimableOfDao() + committee.claimableOfReporter(REPORTER), BOND);
    }

    /// @dev The proof is one for ever; where there is no bond any more, it still keeps the member from serving again.
    function test_whoTookItsBondCanStillBeExposed() public {
        bytes32 next = configure(membersFrom(4, 4), NOW + 100);
        VM.warp(NOW + 100 + HORIZON);
        withdraw(member(0));
        VM.recordLogs();
        expose(0);
        VM.assertEq(VM.getRecordedLogs().length, 1, "Equivocated, and nothing deactivated");
        VM.assertEq(committee.claimableOfReporter(REPORTER), 0);
        VM.assertEq(committee.claimableOfDao(), 0);
        VM.assertEq(activeOf(configuration), 0xf);
        VM.assertEq(activeOf(next), 0xf);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(0)));
        configure(members(4), NOW + 101 + HORIZON);
    }

    function test_whoIsCaughtHasNothingToWithdraw() public {
        configure(membersFrom(4, 4), NOW + 100);
        expose(0);
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        withdraw(member(0));
        VM.warp(NOW + 100 + HORIZON);
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        withdraw(member(0));
    }

    function test_aBitIsClearedWhileItsConfigurationCanReport() public {
        configure(membersFrom(4, 4), NOW + 100);
        uint256 until = NOW + 100 + HORIZON;
        VM.warp(until - 1);
        expose(0);
        VM.assertEq(activeOf(configuration), 0xe);
        VM.warp(until);
        expose(1);
        VM.assertEq(activeOf(configuration), 0xe);
        VM.warp(until + 1);
        expose(2);
        VM.assertEq(activeOf(configuration), 0xe);
    }

    /// @dev Members change places: 3 is the last of the first, the third of the second, not in the third, and the first of the fourth.
    function test_aBitIsClearedInEveryConfigurationThatCanReport() public {
        bytes32[4] memory reigns =
            [configuration, configure(membersFrom(1, 4), NOW + 10), configure(membersFrom(8, 4), NOW + 20), bytes32(0)];
        reigns[3] = configure(membersFrom(3, 7), NOW + 30); // announced, and not begun
        VM.recordLogs();
        expose(3);
        Vm.Log[] memory logs = VM.getRecordedLogs();
        VM.assertEq(logs.length, 4);
        uint256[4] memory expected = [uint256(0x7), 0xb, 0xf, 0x7e];
        for (uint256 i = 0; i < 4; ++i) {
            VM.assertEq(activeOf(reigns[i]), expected[i]);
        }
        (uint256[3] memory which, uint256[3] memory places) = ([uint256(3), 1, 0], [uint256(0), 2, 3]);
        for (uint256 i = 0; i < 3; ++i) {
            VM.assertEq(logs[i + 1].topics[0], ICommittee.Deactivated.selector);
            VM.assertEq(logs[i + 1].topics[1], reigns[which[i]]);
            VM.assertEq(abi.decode(logs[i + 1].data, (uint256)), places[i]);
        }
    }

    /// @dev The first is over and keeps its bit, though the second, which it is in as well, is not.
    function test_aBitStaysWhereNothingCanBeReportedAnyMore() public {
        bytes32 second = configure(members(7), NOW + 100);
        bytes32 third = configure(membersFrom(8, 4), NOW + 200);
        VM.warp(NOW + 100 + HORIZON);
        expose(0);
        VM.assertEq(activeOf(configuration), 0xf);
        VM.assertEq(activeOf(second), 0x7e);
        VM.assertEq(activeOf(third), 0xf);
    }

    function test_aBitIsClearedLongerWhenPeriodsMayTakeLonger() public {
        configure(membersFrom(4, 4), NOW + 100);
        VM.warp(NOW + 100 + HORIZON);
        escrow.setHorizon(HORIZON + 1);
        expose(0);
        VM.assertEq(activeOf(configuration), 0xe);
    }

    function test_whatAnExposureCostsDoesNotGrowWithTheHistory() public {
        bytes memory one = signedRoot(0, AT, ROOT);
        bytes memory two = signedRoot(0, AT, OTHER);
        uint256 snapshot = VM.snapshotState();
        VM.warp(NOW + HORIZON + 60);
        configure(members(4), timeNow());
        uint256 early = costOf(one, two);
        VM.assertTrue(VM.revertToState(snapshot));
        for (uint256 i = 1; i <= 50; ++i) {
            configure(members(4), NOW + i);
        }
        VM.warp(NOW + HORIZON + 60);
        configure(members(4), timeNow());
        VM.assertLe(costOf(one, two), early + 5000);
    }

    function costOf(bytes memory one, bytes memory two) private returns (uint256) {
        uint256 before = gasleft();
        committee.expose(member(0), AT, ROOT, one, OTHER, two);
        return before - gasleft();
    }

    // griefing -------------------------------------------------------------------------------------------------------------------

    /// @dev Whoever sees its exposure coming can bring it itself, and get the reporter's share: at least half is lost all the same.
    function testFuzz_whoExposesItselfFirstLosesAtLeastHalf(uint128 bond, uint16 reporterBps) public {
        bond = bond / 4 + 1;
        reporterBps = reporterBps % 5000 + 1;
        committee = create(EPOCH, address(token), bond, reporterBps);
        token.mint(address(this), 4 * uint256(bond));
        token.approve(address(committee), type(uint256).max);
        for (uint256 i = 0; i < 4; ++i) {
            committee.post(member(i), bond);
        }
        configure(members(4), NOW);
        bytes memory one = signedRoot(0, AT, ROOT);
        bytes memory two = signedRoot(0, AT, OTHER);
        VM.prank(member(0));
        committee.expose(member(0), AT, ROOT, one, OTHER, two);
        uint256 back = committee.claimableOfReporter(member(0));
        VM.assertEq(back, uint256(bond) * reporterBps / 10_000);
        VM.assertLe(2 * back, bond);
        VM.assertEq(back + committee.claimableOfDao(), bond);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member(0)));
        expose(0);
    }

    /// @dev A bond cannot be saved by withdrawing it before the proof arrives: it cannot be withdrawn while there is something to sign.
    function test_aMemberCannotLeaveBeforeItsExposure() public {
        stays(member(0), ENDLESS);
        configure(membersFrom(4, 4), NOW + 1);
        VM.warp(NOW + HORIZON);
        stays(member(0), NOW + 1 + HORIZON);
        expose(0);
        VM.assertEq(committee.claimableOfDao() + committee.claimableOfReporter(REPORTER), BOND);
    }

    /// @dev Adding to somebody's bond gives no hold on it: it is as free as before.
    function test_postingForAnotherKeepsNobodyFromLeaving() public {
        configure(membersFrom(4, 4), NOW + 1);
        VM.warp(NOW + 1 + HORIZON);
        committee.post(member(0), 1);
        VM.assertEq(withdraw(member(0)), BOND + 1);
    }

    // claims ---------------------------------------------------------------------------------------------------------------------

    function test_claimReporterPaysWhatWasLost() public {
        expose(0);
        expose(1);
        uint256 due = 2 * (BOND * REPORTER_BPS / 10_000);
        VM.expectEmit(address(committee));
        emit ICommittee.ReporterPaid(REPORTER, due);
        VM.prank(STRANGER);
        VM.assertEq(committee.claimReporter(REPORTER), due);
        VM.assertEq(token.balanceOf(REPORTER), due);
        VM.assertEq(committee.claimableOfReporter(REPORTER), 0);
        VM.assertEq(committee.claimableOfDao(), 2 * BOND - due);
    }

    function test_claimReporterPaysOnce() public {
        expose(0);
        committee.claimReporter(REPORTER);
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        committee.claimReporter(REPORTER);
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        committee.claimReporter(STRANGER);
    }

    function test_claimDaoPaysTheTreasuryOfTheDay() public {
        expose(0);
        uint256 due = BOND - BOND * REPORTER_BPS / 10_000;
        address newer = named("newer treasury");
        escrow.setTreasury(newer);
        VM.expectEmit(address(committee));
        emit ICommittee.DaoPaid(newer, due);
        VM.prank(STRANGER);
        VM.assertEq(committee.claimDao(), due);
        VM.assertEq(token.balanceOf(newer), due);
        VM.assertEq(token.balanceOf(TREASURY), 0);
        VM.assertEq(committee.claimableOfDao(), 0);
    }

    function test_claimDaoPaysOnce() public {
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        committee.claimDao();
        expose(0);
        committee.claimDao();
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        committee.claimDao();
    }

    function test_aSmallestBondIsTheDaosAlone() public {
        committee = create(EPOCH, address(token), 1, 5000);
        token.approve(address(committee), 4);
        for (uint256 i = 0; i < 4; ++i) {
            committee.post(member(i), 1);
        }
        configure(members(4), NOW);
        expose(0);
        VM.expectRevert(ICommittee.NothingToClaim.selector);
        committee.claimReporter(REPORTER);
        VM.assertEq(committee.claimDao(), 1);
    }
}

/// @notice A bond token that turns on its holders.
contract HostileBondTest is Chamber {
    ReentrantToken private reentrant;

    function setUp() public override {
        super.setUp();
        configure(members(4), NOW);
    }

    function _token() internal override returns (MockToken) {
        reentrant = new ReentrantToken();
        return reentrant;
    }

    /// @dev Every entry that moves bonds, called while tokens move, in either direction.
    function test_nothingIsEnteredTwiceDuringAPayment() public {
        exposeTwoRoots(0);
        bytes[5] memory entries = [
            abi.encodeCall(ICommittee.post, (member(1), 1)),
            abi.encodeCall(ICommittee.withdraw, (STRANGER)),
            abi.encodeCall(ICommittee.expose, (member(1), 7, 0, "", bytes32(uint256(1)), "")),
            abi.encodeCall(ICommittee.claimReporter, (address(this))),
            abi.encodeCall(ICommittee.claimDao, ())
        ];
        bytes memory refusal = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        uint256 snapshot = VM.snapshotState();
        for (uint256 way = 0; way < 4; ++way) {
            for (uint256 i = 0; i < entries.length; ++i) {
                reentrant.arm(address(committee), entries[i]);
                move(way);
                VM.assertEq(reentrant.attempts(), 1, "the token called back");
                VM.assertFalse(reentrant.succeeded());
                VM.assertEq(reentrant.answer(), refusal);
                VM.assertTrue(VM.revertToState(snapshot));
            }
        }
    }

    function move(uint256 way) private {
        if (way == 0) committee.post(member(1), 1);
        if (way == 1) committee.claimReporter(address(this));
        if (way == 2) committee.claimDao();
        VM.prank(member(9));
        if (way == 3) committee.withdraw(STRANGER);
    }
}

/// @notice A receiver that cannot be paid hurts itself alone.
contract BlockedBondTest is Chamber {
    BlockingToken private blocking;

    function setUp() public override {
        super.setUp();
        configure(members(4), NOW);
    }

    function _token() internal override returns (MockToken) {
        blocking = new BlockingToken();
        return blocking;
    }

    function test_whoCannotReceiveHurtsItselfAlone() public {
        exposeTwoRoots(0);
        blocking.setBlocked(TREASURY, true);
        blocking.setBlocked(member(9), true);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, TREASURY));
        committee.claimDao();
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, member(9)));
        VM.prank(member(9));
        committee.withdraw(member(9));
        committee.claimReporter(address(this));
        VM.prank(member(8));
        committee.withdraw(member(8));
        VM.prank(member(9));
        VM.assertEq(committee.withdraw(STRANGER), BOND);
        exposeTwoRoots(1);
        blocking.setBlocked(TREASURY, false);
        VM.assertEq(committee.claimDao(), 2 * (BOND - BOND * REPORTER_BPS / 10_000));
    }
}
