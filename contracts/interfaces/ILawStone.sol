// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where laws stand
/// @notice The text of every law is on chain and never leaves it. A law's id is the keccak-256 hash of its text. Anyone may publish a text.
///
/// One law runs in each seat: the law that new offers follow, and the law that routers follow. Once a law runs in a seat, no other is
/// enacted there by governance alone. An amendment needs two keys besides the timelock: the running law permits it, and the proposed law
/// accepts to be established. Both are judged off chain by every member of the committee; a quorum's signature stands for both.
///
/// A law is enacted for one seat at a time. New agreements may name those enacted for settlement, whether they run in its seat or stand beside
/// the one that does. A broken law is in force for neither, and never again; running agreements keep it, and so does its seat, until an
/// amendment that it permits.
interface ILawStone {
    enum Status {
        None,
        Published,
        Enacted,
        Broken
    }

    enum Seat {
        Settlement,
        Routing
    }

    event Published(bytes32 indexed law, address indexed publisher, uint256 length);
    event Proposed(
        bytes32 indexed amendment,
        bytes32 indexed law,
        Seat indexed seat,
        bool takesSeat,
        bytes32 running,
        uint64 revision,
        uint32 notice,
        address proposer
    );
    event Assented(bytes32 indexed amendment, bytes32 indexed configuration, uint256 signers);
    event Enacted(bytes32 indexed law, Seat indexed seat, bool takesSeat, uint64 revision, bytes32 amendment);
    event Broken(bytes32 indexed law);

    error EmptyLaw();
    error AlreadyPublished(bytes32 law);
    error NotPublished(bytes32 law);
    error NotEnactable(bytes32 law, Status status);
    error NotBreakable(bytes32 law, Status status);
    error Vacant(Seat seat);
    error Taken(Seat seat, bytes32 running);
    error AlreadyRuns(Seat seat, bytes32 law);
    error AlreadyProposed(bytes32 amendment);
    error NotProposed(bytes32 amendment);
    error AlreadyAssented(bytes32 amendment);
    error NotAssented(bytes32 amendment);
    error NotInForce(bytes32 configuration, uint256 since, uint256 until);
    error NoticeRunning(bytes32 amendment, uint256 until);

    /// @notice Stores a law's text. Open to everyone: a text is data until it is enacted.
    function publish(bytes calldata text) external returns (bytes32 law);

    /// @notice Asks the committee to judge an amendment. Open to everyone: it changes nothing.
    /// @param takesSeat whether the law is to run in the seat, or to stand beside the law that runs there
    /// @param notice seconds that are to pass between this and the enacting, whatever the timelock asks for
    /// @return amendment its id: the EIP-712 hash of seat, takesSeat, running law, proposed law, revision of the seat, and notice
    function proposeAmendment(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external returns (bytes32 amendment);

    /// @notice Records that a quorum of the configuration in force now judged that the running law permits an amendment and the proposed
    /// law accepts it. Open to everyone. It is good for the one revision of the seat that the amendment names.
    /// @param signers bit i = member i; `signatures` holds one 64-byte EIP-2098 signature each, ascending
    function assentTo(bytes32 amendment, bytes32 configuration, uint256 signers, bytes calldata signatures) external;

    /// @notice Enacts the first laws of a seat, before any runs in it: nothing is there that could permit them. Governance only.
    function found(Seat seat, bytes32 law, bool takesSeat) external;

    /// @notice Enacts a law whose amendment has the committee's assent and whose notice is over. Governance only.
    function enact(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external;

    /// @notice Keeps new agreements from using an enacted law, for ever. Governance only. A seat is not emptied by it: the broken law is
    /// followed no more, and still judges who comes after it.
    function breakLaw(bytes32 law) external;

    function statusOf(bytes32 law) external view returns (Status);

    /// @notice Where a law stands for one seat: a law that is enacted for the other seat alone is no more than published.
    function statusIn(bytes32 law, Seat seat) external view returns (Status);

    function textOf(bytes32 law) external view returns (bytes memory);

    /// @notice The law that runs in a seat, zero before the first, and how many ran there so far.
    function lawIn(Seat seat) external view returns (bytes32 law, uint64 revision);

    /// @notice The id that an amendment of the law that runs now has.
    function amendmentId(bytes32 law, Seat seat, bool takesSeat, uint32 notice) external view returns (bytes32 amendment);

    /// @return proposedAt zero where nobody proposed it
    /// @return assented whether the committee's assent is recorded
    function proposalOf(bytes32 amendment) external view returns (uint64 proposedAt, bool assented);

    /// @notice What members sign to assent to an amendment.
    function assentDigestOf(bytes32 amendment) external view returns (bytes32);
}
