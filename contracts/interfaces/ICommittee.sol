// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The oracles, and the proof that a quorum of them signed
/// @notice A configuration is a fixed list of n = 3f + 1 members, 4 <= n <= 31, with quorum 2f + 1. It is in force from `since` until the
/// next one is; a period is reported by the configuration in force when it began. `digest` names it:
/// keccak256(abi.encode(block.chainid, address(this), index, since, members)).
interface ICommittee {
    struct Configuration {
        uint64 since;
        uint64 until; // exclusive; type(uint64).max while no successor is known
        uint8 quorum;
        uint32 index;
        address[] members;
    }

    event Configured(bytes32 indexed configuration, uint32 indexed index, uint64 since, uint8 quorum, address[] members);

    error ZeroEpochLength();
    error UnusableSize(uint256 members);
    error UnusableMember(address member);
    error SinceInThePast(uint64 since, uint64 earliest);
    error SinceTooFar(uint64 since, uint64 latest);
    error UnknownConfiguration(bytes32 configuration);
    error UnknownMember(uint256 index, uint256 members);
    error ForeignSigner(uint256 signers, uint256 members);
    error QuorumNotReached(uint256 have, uint256 need);
    error SignatureLength(uint256 have, uint256 need);
    error BadSignature(uint256 member, address expected, address recovered);

    /// @notice Announces the next configuration. Governance only. `since` lies after the newest one's, not in the past and at most 366
    /// days ahead, since nothing can come before it any more; members are distinct and not zero.
    function configure(address[] calldata members, uint64 since) external returns (bytes32 configuration);

    /// @notice Reverts unless `signers` (bit i = member i) is a quorum of the configuration and `signatures` holds, in ascending member
    /// order, one 64-byte EIP-2098 signature of `digest` each. A high s is refused, as everywhere.
    function verify(bytes32 configuration, bytes32 digest, uint256 signers, bytes calldata signatures) external view;

    function configurationOf(bytes32 configuration) external view returns (Configuration memory);

    /// @notice Digest of the configuration in force at a time; zero before the first.
    function configurationAt(uint64 time) external view returns (bytes32);

    /// @notice What a report is checked against; reverts when the configuration is unknown.
    /// @return since first second of the reign
    /// @return until first second after it
    /// @return quorum signatures and observers that a report needs, at least
    /// @return size number of members
    function reignOf(bytes32 configuration) external view returns (uint64 since, uint64 until, uint8 quorum, uint8 size);

    function memberOf(bytes32 configuration, uint256 index) external view returns (address);

    /// @notice Length of an epoch in seconds; epoch k is [k * length, (k + 1) * length).
    function epochLength() external view returns (uint32);

    /// @notice Domain separator under which members sign `ObservationRoot(uint64 epoch,bytes32 root)`.
    function domainSeparator() external view returns (bytes32);

    /// @notice What a member signs over all its observations of an epoch.
    function observationRootDigest(uint64 epoch, bytes32 root) external view returns (bytes32);
}
