// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The oracles, their bonds, and the proof that a quorum of them signed
/// @notice A configuration is a fixed list of n = 3f + 1 members, 4 <= n <= 31, with quorum 2f + 1. It is in force from `since` until the
/// next one is; a period is reported by the configuration in force when it began. `configuration`, its digest, names it:
/// keccak256(abi.encode(block.chainid, address(this), index, since, members)).
/// Members put up a bond. Whoever shows two observation roots that a member signed for one epoch takes the bond from it, and the member's
/// bit from every configuration that can still report; n and quorum stay as they are.
interface ICommittee {
    struct Configuration {
        uint64 since;
        uint64 until; // exclusive; type(uint64).max while no successor is known
        uint8 quorum;
        uint32 index;
        uint32 active; // bit i: member i's signatures and observations count
        address[] members;
    }

    event Configured(bytes32 indexed configuration, uint32 indexed index, uint64 since, uint8 quorum, address[] members);
    event BondPosted(address indexed member, address indexed by, uint256 amount);
    event BondWithdrawn(address indexed member, address to, uint256 amount);
    event BondRequired(uint256 amount);
    /// @notice The proof is complete: both roots and both signatures.
    event Equivocated(
        address indexed member,
        uint64 indexed epoch,
        bytes32 root,
        bytes signature,
        bytes32 otherRoot,
        bytes otherSignature,
        address reporter,
        uint256 toReporter,
        uint256 toDao
    );
    event Deactivated(bytes32 indexed configuration, address indexed member, uint256 index);
    event ReporterPaid(address indexed reporter, uint256 amount);
    event DaoPaid(address indexed treasury, uint256 amount);

    error ZeroEpochLength();
    error UnusableBond(address token, uint256 amount, uint16 reporterBps);
    error UnusableSize(uint256 members);
    error UnusableMember(address member);
    error BondTooSmall(address member, uint256 have, uint256 need);
    error SinceInThePast(uint64 since, uint64 earliest);
    error SinceTooFar(uint64 since, uint64 latest);
    error UnknownConfiguration(bytes32 configuration);
    error UnknownMember(uint256 index, uint256 members);
    error ForeignObserver(uint256 observers, uint256 members);
    error InactiveObserver(uint256 observers, uint256 active);
    error TooFewObservers(uint256 have, uint256 need);
    error SignerWithoutObservation(uint256 signers, uint256 observers);
    error QuorumNotReached(uint256 have, uint256 need);
    error SignatureLength(uint256 have, uint256 need);
    error BadSignature(uint256 member, address expected, address recovered); // of an exposure: 0 the first signature, 1 the other
    error NeverAMember(address account);
    error SameRoot(bytes32 root);
    error AlreadyExposed(address member);
    error StillServing(address member, uint64 until); // when the bond can be taken; type(uint64).max: not known yet
    error UnusableReceiver(address to);
    error NothingToClaim();

    /// @notice Announces the next configuration. Governance only. `since` lies after the newest one's, not in the past and at most 366
    /// days ahead, since nothing can come before it any more; members are distinct, not zero, never caught, and have put up the bond.
    function configure(address[] calldata members, uint64 since) external returns (bytes32 configuration);

    /// @notice The bond that members of later configurations need. Governance only.
    function requireBond(uint256 amount) external;

    /// @notice Adds to a member's bond. The tokens are pulled from the caller, whoever it is.
    function post(address member, uint256 amount) external;

    /// @notice Sends the caller's bond to an address. The caller is in no configuration, or every period that began under its last one is
    /// over by Pactum's horizon.
    function withdraw(address to) external returns (uint256 amount);

    /// @notice Shows that a member signed two roots for one epoch, by two 64-byte EIP-2098 signatures. Open to everyone, for ever.
    function expose(address member, uint64 epoch, bytes32 root, bytes calldata signature, bytes32 otherRoot, bytes calldata otherSignature)
        external;

    /// @notice Pays a reporter its shares of bonds. Open to everyone.
    function claimReporter(address reporter) external returns (uint256 amount);

    /// @notice Pays the treasury that Pactum names the rest of them. Open to everyone.
    function claimDao() external returns (uint256 amount);

    /// @notice Reverts unless `observers` are a quorum of active members, and `signers` (bit i = member i), each among the observers, are one
    /// too and `signatures` holds, in ascending member order, one 64-byte EIP-2098 signature of `digest` each. A high s is refused, as
    /// everywhere.
    /// @return since first second of the configuration's reign
    /// @return until first second after it
    function verify(bytes32 configuration, bytes32 digest, uint256 observers, uint256 signers, bytes calldata signatures)
        external
        view
        returns (uint256 since, uint256 until);

    function configurationOf(bytes32 configuration) external view returns (Configuration memory);

    /// @notice Digest of the configuration in force at a time; zero before the first.
    function configurationAt(uint64 time) external view returns (bytes32);

    function memberOf(bytes32 configuration, uint256 index) external view returns (address);

    /// @notice The bond that a member has up.
    function bondOf(address member) external view returns (uint256);

    /// @notice What members of later configurations need.
    function requiredBond() external view returns (uint256);

    function bondToken() external view returns (address);

    function isExposed(address member) external view returns (bool);

    /// @notice When a member may take its bond: type(uint64).max while no end of its service is known, zero if it never served.
    function servesUntil(address member) external view returns (uint64);

    function claimableOfReporter(address reporter) external view returns (uint256);

    function claimableOfDao() external view returns (uint256);

    /// @notice Length of an epoch in seconds; epoch k is [k * length, (k + 1) * length).
    function epochLength() external view returns (uint32);

    /// @notice Domain separator under which members sign `ObservationRoot(uint64 epoch,bytes32 root)`.
    function domainSeparator() external view returns (bytes32);

    /// @notice What a member signs over all its observations of an epoch.
    function observationRootDigest(uint64 epoch, bytes32 root) external view returns (bytes32);
}
