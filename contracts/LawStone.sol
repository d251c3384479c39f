// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "./interfaces/ICommittee.sol";
import {ILawStone} from "./interfaces/ILawStone.sol";
import {Texts} from "./libraries/Texts.sol";
import {Windows} from "./libraries/Windows.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Where laws stand
contract LawStone is ILawStone, Ownable2Step, EIP712 {
    struct Law {
        Status status;
        uint8 seats; // bit i: enacted for seat i
        address[] chunks;
    }

    struct Chair {
        bytes32 running; // zero: nothing runs there yet
        uint64 revision;
    }

    struct Progress {
        uint64 proposedAt; // zero: nobody proposed it
        bool assented;
    }

    bytes32 private constant ASSENT_TYPE =
        keccak256("Assent(uint8 seat,bool takesSeat,bytes32 running,bytes32 proposed,uint64 revision,uint32 notice)");

    /// @notice Whose quorum assents.
    ICommittee public immutable COMMITTEE;

    mapping(bytes32 law => Law) private _laws;
    mapping(Seat seat => Chair) private _chairs;
    mapping(bytes32 amendment => Progress) private _progress;

    /// @param governor who enacts and breaks laws; meant to be a timelock
    /// @param committee address at which the Committee stands, or will
    constructor(address governor, address committee) Ownable(governor) EIP712("Surety LawStone", "1") {
        COMMITTEE = ICommittee(committee);
    }

    /// @inheritdoc ILawStone
    function publish(bytes calldata text) external returns (bytes32 law) {
        if (text.length == 0) revert EmptyLaw();
        law = keccak256(text);
        Law storage record = _laws[law];
        if (record.status != Status.None) revert AlreadyPublished(law);

        record.status = Status.Published;
        record.chunks = Texts.store(text);
        emit Published(law, msg.sender, text.length);
    }

    /// @inheritdoc ILawStone
    function proposeAmendment(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external returns (bytes32 amendment) {
        Chair memory chair = _requireChair(seat);
        _requireEnactable(law, seat, takesSeat);
        if (takesSeat && law == chair.running) revert AlreadyRuns(seat, law);
        amendment = _amendment(chair, law, seat, takesSeat, notice);
        Progress storage progress = _progress[amendment];
        if (progress.proposedAt != 0) revert AlreadyProposed(amendment);

        progress.proposedAt = SafeCast.toUint64(block.timestamp);
        emit Proposed(amendment, law, seat, takesSeat, chair.running, chair.revision, notice, msg.sender);
    }

    /// @inheritdoc ILawStone
    function assentTo(bytes32 amendment, bytes32 configuration, uint256 signers, bytes calldata signatures) external {
        Progress storage progress = _progress[amendment];
        if (progress.proposedAt == 0) revert NotProposed(amendment);
        if (progress.assented) revert AlreadyAssented(amendment);
        // Who signs has judged for itself: the signers are the observers.
        bytes32 digest = _hashTypedDataV4(amendment);
        (uint256 since, uint256 until) = COMMITTEE.verify(configuration, digest, signers, signers, signatures);
        if (!Windows.isWithin(since, until, block.timestamp)) revert NotInForce(configuration, since, until);

        progress.assented = true;
        emit Assented(amendment, configuration, signers);
    }

    /// @inheritdoc ILawStone
    function found(Seat seat, bytes32 law, bool takesSeat) external onlyOwner {
        bytes32 running = _chairs[seat].running;
        if (running != 0) revert Taken(seat, running);
        _requireEnactable(law, seat, takesSeat);

        _enact(seat, law, takesSeat, 0);
    }

    /// @inheritdoc ILawStone
    function enact(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external onlyOwner {
        bytes32 amendment = _amendment(_requireChair(seat), law, seat, takesSeat, notice);
        Progress memory progress = _progress[amendment];
        if (!progress.assented) revert NotAssented(amendment);
        uint256 until = uint256(progress.proposedAt) + notice;
        if (!Windows.ended(until, block.timestamp)) revert NoticeRunning(amendment, until);
        _requireEnactable(law, seat, takesSeat); // it may have been broken, or enacted, since it was proposed

        _enact(seat, law, takesSeat, amendment);
    }

    /// @inheritdoc ILawStone
    function breakLaw(bytes32 law) external onlyOwner {
        Law storage record = _existing(law);
        if (record.status != Status.Enacted) revert NotBreakable(law, record.status);

        record.status = Status.Broken;
        emit Broken(law);
    }

    /// @inheritdoc ILawStone
    function statusOf(bytes32 law) external view returns (Status) {
        return _laws[law].status;
    }

    /// @inheritdoc ILawStone
    function statusIn(bytes32 law, Seat seat) public view returns (Status) {
        Law storage record = _laws[law];
        Status status = record.status;
        return status == Status.Enacted && record.seats & _bit(seat) == 0 ? Status.Published : status;
    }

    /// @inheritdoc ILawStone
    function textOf(bytes32 law) external view returns (bytes memory) {
        return Texts.load(_existing(law).chunks);
    }

    /// @inheritdoc ILawStone
    function lawIn(Seat seat) external view returns (bytes32 law, uint64 revision) {
        Chair storage chair = _chairs[seat];
        return (chair.running, chair.revision);
    }

    /// @inheritdoc ILawStone
    function amendmentId(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external view returns (bytes32 amendment) {
        return _amendment(_chairs[seat], law, seat, takesSeat, notice);
    }

    /// @inheritdoc ILawStone
    function proposalOf(bytes32 amendment) external view returns (uint64 proposedAt, bool assented) {
        Progress storage progress = _progress[amendment];
        return (progress.proposedAt, progress.assented);
    }

    /// @inheritdoc ILawStone
    function assentDigestOf(bytes32 amendment) external view returns (bytes32) {
        return _hashTypedDataV4(amendment);
    }

    function _enact(Seat seat, bytes32 law, bool takesSeat, bytes32 amendment) private {
        Chair storage chair = _chairs[seat];
        Law storage record = _laws[law];
        record.status = Status.Enacted;
        record.seats |= _bit(seat);
        if (takesSeat) {
            chair.running = law;
            chair.revision += 1; // assents to amendments of its predecessor are void
        }
        emit Enacted(law, seat, takesSeat, chair.revision, amendment);
    }

    /// @dev An enacted law may still take a seat: its own of old, or that of the law that it stands beside.
    function _requireEnactable(bytes32 law, Seat seat, bool takesSeat) private view {
        _existing(law);
        Status status = statusIn(law, seat);
        bool enactable = status == Status.Published || (takesSeat && status == Status.Enacted);
        if (!enactable) revert NotEnactable(law, status);
    }

    function _requireChair(Seat seat) private view returns (Chair memory chair) {
        chair = _chairs[seat];
        if (chair.running == 0) revert Vacant(seat);
    }

    function _existing(bytes32 law) private view returns (Law storage record) {
        record = _laws[law];
        if (record.status == Status.None) revert NotPublished(law);
    }

    function _bit(Seat seat) private pure returns (uint8) {
        return uint8(1) << uint8(seat);
    }

    function _amendment(Chair memory chair, bytes32 law, Seat seat, bool takesSeat, uint32 notice) private pure returns (bytes32) {
        return keccak256(abi.encode(ASSENT_TYPE, seat, takesSeat, chair.running, law, chair.revision, notice));
    }
}
