// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where laws stand
/// @notice The text of every law is on chain and never leaves it. A law's id is the keccak-256 hash of its text. Anyone may
/// publish a text; governance alone enacts it, and may break it: no new agreement can use a broken law, running ones keep it.
interface ILawStone {
    enum Status {
        None,
        Published,
        Enacted,
        Broken
    }

    event Published(bytes32 indexed law, address indexed publisher, uint256 length);
    event Enacted(bytes32 indexed law);
    event Broken(bytes32 indexed law);

    error EmptyLaw();
    error AlreadyPublished(bytes32 law);
    error NotPublished(bytes32 law);
    error NotEnactable(bytes32 law, Status status);
    error NotBreakable(bytes32 law, Status status);

    /// @notice Stores a law's text. Open to everyone: a text is data until it is enacted.
    function publish(bytes calldata text) external returns (bytes32 law);

    /// @notice Lets new agreements use a published law. Governance only.
    function enact(bytes32 law) external;

    /// @notice Keeps new agreements from using an enacted law, for ever. Governance only.
    function breakLaw(bytes32 law) external;

    function statusOf(bytes32 law) external view returns (Status);

    function textOf(bytes32 law) external view returns (bytes memory);
}
