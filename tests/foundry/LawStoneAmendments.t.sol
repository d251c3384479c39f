// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {Deploy} from "./support/Deploy.sol";
import {House} from "./support/House.sol";
import {Signing} from "./support/Signing.sol";
import {VM} from "./support/Vm.sol";

/// @notice Two keys besides the timelock: no law follows another without the committee's word that both agree.
contract LawStoneAmendmentsTest is House {
    ILawStone.Seat private constant SETTLEMENT = ILawStone.Seat.Settlement;
    ILawStone.Seat private constant ROUTING = ILawStone.Seat.Routing;
    uint32 private constant NOTICE = 3 days;

    bytes32 private second;

    function setUp() public override {
        super.setUp();
        second = lawStone.publish("the second law");
    }

    function assented(bytes32 amendment) private {
        assented(amendment, configuration, memberKeys(4), THREE);
    }

    function signed(bytes32 digest, uint256 signers) private pure returns (bytes memory) {
        return Signing.compact(memberKeys(4), signers, digest);
    }

    function enact(bytes32 law_, ILawStone.Seat seat, bool takesSeat, uint32 notice) private {
        VM.prank(GOVERNOR);
        lawStone.enact(law_, seat, takesSeat, notice);
    }

    function refusedToEnact(bytes memory refusal, bytes32 law_, bool takesSeat, uint32 notice) private {
        VM.prank(GOVERNOR);
        VM.expectRevert(refusal);
        lawStone.enact(law_, SETTLEMENT, takesSeat, notice);
    }

    function refusedToOpen(INotary.Offer memory offer, bytes memory refusal) private {
        (uint32 parameters, uint32 listing) = (pactum.currentParameters(), pactum.currentListing(offer.token));
        uint64 start = uint64(timeNow() + offer.lead);
        bytes memory signature = signed(offer);
        VM.prank(CUSTOMER);
        VM.expectRevert(refusal);
        notary.open(offer, signature, start, 1, parameters, listing);
    }

    function lacksAssent(bytes32 amendment) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILawStone.NotAssented.selector, amendment);
    }

    /// @dev Proposes, gets the assent and enacts.
    function amended(bytes32 law_) private {
        assented(lawStone.proposeAmendment(law_, SETTLEMENT, true, 0));
        enact(law_, SETTLEMENT, true, 0);
    }

    // proposing -------------------------------------------------------------------------------------------------------------------

    function test_anybodyProposes() public {
        bytes32 amendment = lawStone.amendmentId(second, SETTLEMENT, true, NOTICE);
        VM.expectEmit(address(lawStone));
        emit ILawStone.Proposed(amendment, second, SETTLEMENT, true, law, 1, NOTICE, STRANGER);
        VM.prank(STRANGER);
        VM.assertEq(lawStone.proposeAmendment(second, SETTLEMENT, true, NOTICE), amendment);
        (uint64 proposedAt, bool assentedTo) = lawStone.proposalOf(amendment);
        VM.assertEq(proposedAt, NOW);
        VM.assertFalse(assentedTo);
        VM.assertEq(uint8(lawStone.statusOf(second)), uint8(ILawStone.Status.Published));
    }

    function testFuzz_anAmendmentIsNamedByAllThatItIs(bool routing, bool takesSeat, bytes32 other, uint32 notice) public view {
        ILawStone.Seat seat = routing ? ROUTING : SETTLEMENT;
        (bytes32 running, uint64 revision) = lawStone.lawIn(seat);
        bytes32 kind = keccak256("Assent(uint8 seat,bool takesSeat,bytes32 running,bytes32 proposed,uint64 revision,uint32 notice)");
        bytes32 expected = keccak256(abi.encode(kind, uint8(seat), takesSeat, running, other, revision, notice));
        VM.assertEq(lawStone.amendmentId(other, seat, takesSeat, notice), expected);
    }

    function test_aProposalIsMadeOnce() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.AlreadyProposed.selector, amendment));
        lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        lawStone.proposeAmendment(second, SETTLEMENT, true, 1);
        lawStone.proposeAmendment(second, SETTLEMENT, false, 0);
    }

    function test_nothingIsProposedForAVacantSeat() public {
        bytes memory refusal = abi.encodeWithSelector(ILawStone.Vacant.selector, ROUTING);
        VM.expectRevert(refusal);
        lawStone.proposeAmendment(second, ROUTING, true, 0);
        VM.prank(GOVERNOR);
        VM.expectRevert(refusal);
        lawStone.enact(second, ROUTING, true, 0);
    }

    function test_onlyAPublishedLawIsProposed() public {
        bytes32 unknown = keccak256("nowhere");
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotPublished.selector, unknown));
        lawStone.proposeAmendment(unknown, SETTLEMENT, true, 0);
    }

    function test_aBrokenLawIsNotProposed() public {
        enacted(second);
        VM.prank(GOVERNOR);
        lawStone.breakLaw(second);
        bytes memory refusal = abi.encodeWithSelector(ILawStone.NotEnactable.selector, second, ILawStone.Status.Broken);
        VM.expectRevert(refusal);
        lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        VM.expectRevert(refusal);
        lawStone.proposeAmendment(second, SETTLEMENT, false, 1);
    }

    function test_theRunningLawIsNotProposedForItsOwnSeat() public {
        VM.expectRevert(abi.encodeWithSelector(ILawStone.AlreadyRuns.selector, SETTLEMENT, law));
        lawStone.proposeAmendment(law, SETTLEMENT, true, 0);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotEnactable.selector, law, ILawStone.Status.Enacted));
        lawStone.proposeAmendment(law, SETTLEMENT, false, 0);
    }

    // assenting -------------------------------------------------------------------------------------------------------------------

    function test_aQuorumAssentsWhoeverBringsIt() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        bytes memory signatures = signed(lawStone.assentDigestOf(amendment), THREE);
        VM.expectEmit(address(lawStone));
        emit ILawStone.Assented(amendment, configuration, THREE);
        VM.prank(STRANGER);
        lawStone.assentTo(amendment, configuration, THREE, signatures);
        (, bool assentedTo) = lawStone.proposalOf(amendment);
        VM.assertTrue(assentedTo);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.AlreadyAssented.selector, amendment));
        lawStone.assentTo(amendment, configuration, THREE, signatures);
    }

    function test_anAssentIsSignedForThisContractAndChain() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        bytes32 digest = lawStone.assentDigestOf(amendment);
        bytes32 type_ = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 name = keccak256("Surety LawStone");
        bytes32 domain = keccak256(abi.encode(type_, name, keccak256("1"), block.chainid, address(lawStone)));
        VM.assertEq(digest, keccak256(abi.encodePacked(hex"1901", domain, amendment)));
        bytes memory signatures = signed(digest, THREE);
        VM.chainId(block.chainid + 1);
        VM.assertNotEq(lawStone.assentDigestOf(amendment), digest);
        VM.expectPartialRevert(ICommittee.BadSignature.selector);
        lawStone.assentTo(amendment, configuration, THREE, signatures);
    }

    function test_anAssentOfAnotherStoneIsNone() public {
        ILawStone other = Deploy.lawStone(address(this), address(committee));
        other.found(SETTLEMENT, other.publish(LAW), true);
        bytes32 twin = other.publish("the second law");
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        VM.assertEq(other.proposeAmendment(twin, SETTLEMENT, true, 0), amendment);
        bytes memory signatures = signed(other.assentDigestOf(amendment), THREE);
        VM.expectPartialRevert(ICommittee.BadSignature.selector);
        lawStone.assentTo(amendment, configuration, THREE, signatures);
    }

    function test_tooFewDoNotAssent() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        bytes memory signatures = signed(lawStone.assentDigestOf(amendment), 3);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.TooFewObservers.selector, 2, 3));
        lawStone.assentTo(amendment, configuration, 3, signatures);
    }

    function test_aStrangersSignatureDoesNotCount() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        uint256[] memory keys = memberKeys(4);
        keys[1] = uint256(keccak256("a stranger"));
        bytes memory signatures = Signing.compact(keys, THREE, lawStone.assentDigestOf(amendment));
        VM.expectPartialRevert(ICommittee.BadSignature.selector);
        lawStone.assentTo(amendment, configuration, THREE, signatures);
    }

    function test_nobodyAssentsToWhatNobodyProposed() public {
        bytes32 amendment = lawStone.amendmentId(second, SETTLEMENT, true, 0);
        bytes memory signatures = signed(lawStone.assentDigestOf(amendment), THREE);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotProposed.selector, amendment));
        lawStone.assentTo(amendment, configuration, THREE, signatures);
    }

    function test_onlyTheConfigurationInForceAssents() public {
        uint64 since = uint64(timeNow() + 100);
        bytes32 next = configured(members(7), since);
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        bytes32 digest = lawStone.assentDigestOf(amendment);
        bytes memory byNext = Signing.compact(memberKeys(7), 0x1f, digest);
        VM.warp(since - 1);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotInForce.selector, next, since, type(uint64).max));
        lawStone.assentTo(amendment, next, 0x1f, byNext);
        VM.warp(since);
        bytes memory byFormer = signed(digest, THREE);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotInForce.selector, configuration, NOW, since));
        lawStone.assentTo(amendment, configuration, THREE, byFormer);
        lawStone.assentTo(amendment, next, 0x1f, byNext);
    }

    // enacting --------------------------------------------------------------------------------------------------------------------

    function test_governanceEnactsWhatWasAssentedTo() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        assented(amendment);
        VM.expectEmit(address(lawStone));
        emit ILawStone.Enacted(second, SETTLEMENT, true, 2, amendment);
        enact(second, SETTLEMENT, true, 0);
        (bytes32 running, uint64 revision) = lawStone.lawIn(SETTLEMENT);
        VM.assertEq(running, second);
        VM.assertEq(revision, 2);
        VM.assertEq(uint8(lawStone.statusOf(second)), uint8(ILawStone.Status.Enacted));
        VM.assertEq(uint8(lawStone.statusOf(law)), uint8(ILawStone.Status.Enacted), "agreements may still name the old law");
    }

    function test_governanceAloneCannotReplaceALaw() public {
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, true, 0)), second, true, 0);
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, false, 0)), second, false, 0);
        lawStone.proposeAmendment(second, SETTLEMENT, true, 0);
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, true, 0)), second, true, 0);
        VM.prank(GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.Taken.selector, SETTLEMENT, law));
        lawStone.found(SETTLEMENT, second, true);
    }

    /// @dev The amendment is enacted exactly as the committee judged it.
    function test_anAssentIsGoodForNothingElse() public {
        bytes32 third = lawStone.publish("the third law");
        assented(lawStone.proposeAmendment(second, SETTLEMENT, true, NOTICE));
        VM.warp(timeNow() + NOTICE);
        refusedToEnact(lacksAssent(lawStone.amendmentId(third, SETTLEMENT, true, NOTICE)), third, true, NOTICE);
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, false, NOTICE)), second, false, NOTICE);
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, true, 0)), second, true, 0);
        enact(second, SETTLEMENT, true, NOTICE);
    }

    function test_anAssentForOneSeatIsNoneForTheOther() public {
        VM.prank(GOVERNOR);
        lawStone.found(ROUTING, law, true); // the same law and revision in both
        assented(lawStone.proposeAmendment(second, SETTLEMENT, true, 0));
        bytes memory refusal = lacksAssent(lawStone.amendmentId(second, ROUTING, true, 0));
        VM.prank(GOVERNOR);
        VM.expectRevert(refusal);
        lawStone.enact(second, ROUTING, true, 0);
    }

    /// @dev Whoever founds a seat late, or amends the other one, passes by neither key of this one.
    function test_aLawThatIsInForceForOneSeatIsNotForTheOther() public {
        bytes32 third = lawStone.publish("the third law");
        VM.prank(GOVERNOR);
        lawStone.found(ROUTING, second, false);
        VM.prank(GOVERNOR);
        lawStone.found(ROUTING, third, true);
        bytes32[2] memory routing = [second, third];
        for (uint256 i = 0; i < routing.length; ++i) {
            VM.assertEq(uint8(lawStone.statusIn(routing[i], ROUTING)), uint8(ILawStone.Status.Enacted));
            VM.assertEq(uint8(lawStone.statusIn(routing[i], SETTLEMENT)), uint8(ILawStone.Status.Published));
        }
        INotary.Offer memory offer = anOffer();
        offer.law = second;
        refusedToOpen(offer, abi.encodeWithSelector(INotary.LawNotEnacted.selector, second));
        enacted(second); // with both keys it is for settlement, too
        VM.assertEq(uint8(lawStone.statusIn(second, SETTLEMENT)), uint8(ILawStone.Status.Enacted));
        opened(offer, 1);
        VM.prank(GOVERNOR);
        lawStone.breakLaw(second);
        VM.assertEq(uint8(lawStone.statusIn(second, SETTLEMENT)), uint8(ILawStone.Status.Broken));
        VM.assertEq(uint8(lawStone.statusIn(second, ROUTING)), uint8(ILawStone.Status.Broken));
    }

    function test_anAssentIsVoidOnceAnotherLawTookTheSeat() public {
        bytes32 third = lawStone.publish("the third law");
        bytes32 amendment = lawStone.proposeAmendment(third, SETTLEMENT, true, 0);
        assented(amendment);
        amended(second);
        VM.assertNotEq(lawStone.amendmentId(third, SETTLEMENT, true, 0), amendment);
        refusedToEnact(lacksAssent(lawStone.amendmentId(third, SETTLEMENT, true, 0)), third, true, 0);
        amended(law); // the first law runs again, and the assent that it gave once stays void
        refusedToEnact(lacksAssent(lawStone.amendmentId(third, SETTLEMENT, true, 0)), third, true, 0);
    }

    function test_anEnactedLawTakesASeatOfOldAgain() public {
        amended(second);
        amended(law);
        (bytes32 running, uint64 revision) = lawStone.lawIn(SETTLEMENT);
        VM.assertEq(running, law);
        VM.assertEq(revision, 3);
    }

    function test_aLawBesideTheRunningOneLeavesTheSeatAlone() public {
        bytes32 third = lawStone.publish("the third law");
        bytes32 meanwhile = lawStone.proposeAmendment(third, SETTLEMENT, true, 0);
        enacted(second);
        (bytes32 running, uint64 revision) = lawStone.lawIn(SETTLEMENT);
        VM.assertEq(running, law);
        VM.assertEq(revision, 1);
        VM.assertEq(uint8(lawStone.statusOf(second)), uint8(ILawStone.Status.Enacted));
        refusedToEnact(abi.encodeWithSelector(ILawStone.NotEnactable.selector, second, ILawStone.Status.Enacted), second, false, 0);
        VM.assertEq(lawStone.amendmentId(third, SETTLEMENT, true, 0), meanwhile, "other amendments stay as they are");
    }

    function test_theNoticeIsWaitedOutToItsLastSecond() public {
        bytes32 amendment = lawStone.proposeAmendment(second, SETTLEMENT, true, NOTICE);
        assented(amendment);
        VM.warp(NOW + NOTICE - 1);
        refusedToEnact(abi.encodeWithSelector(ILawStone.NoticeRunning.selector, amendment, NOW + NOTICE), second, true, NOTICE);
        VM.warp(NOW + NOTICE);
        enact(second, SETTLEMENT, true, NOTICE);
    }

    function test_aLawThatWasBrokenMeanwhileIsNotEnacted() public {
        enacted(second);
        assented(lawStone.proposeAmendment(second, SETTLEMENT, true, 0));
        VM.prank(GOVERNOR);
        lawStone.breakLaw(second);
        refusedToEnact(abi.encodeWithSelector(ILawStone.NotEnactable.selector, second, ILawStone.Status.Broken), second, true, 0);
    }

    function test_breakingTheRunningLawDoesNotEmptyItsSeat() public {
        VM.prank(GOVERNOR);
        lawStone.breakLaw(law);
        (bytes32 running,) = lawStone.lawIn(SETTLEMENT);
        VM.assertEq(running, law);
        VM.prank(GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(ILawStone.Taken.selector, SETTLEMENT, law));
        lawStone.found(SETTLEMENT, second, true);
        refusedToEnact(lacksAssent(lawStone.amendmentId(second, SETTLEMENT, true, 0)), second, true, 0);
        amended(second);
    }
}
