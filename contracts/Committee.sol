// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "./interfaces/ICommittee.sol";
import {Bits} from "./libraries/Bits.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The oracles, and the proof that a quorum of them signed
contract Committee is ICommittee, Ownable2Step, EIP712 {
    struct Record {
        uint64 since;
        uint64 until;
        uint32 index;
        uint8 quorum;
        address[] members;
    }

    uint256 private constant SIGNATURE_LENGTH = 64;
    uint256 private constant HORIZON = 366 days;
    bytes32 private constant OBSERVATION_ROOT_TYPE = keccak256("ObservationRoot(uint64 epoch,bytes32 root)");

    /// @inheritdoc ICommittee
    uint32 public immutable override epochLength;

    bytes32[] private _history; // in the order of their reigns
    mapping(bytes32 configuration => Record) private _records;

    /// @param governor who announces configurations; meant to be a timelock
    /// @param epochLength_ seconds; at least one
    constructor(address governor, uint32 epochLength_) Ownable(governor) EIP712("Surety Committee", "1") {
        if (epochLength_ == 0) revert ZeroEpochLength();
        epochLength = epochLength_;
    }

    /// @inheritdoc ICommittee
    function configure(address[] calldata members, uint64 since) external onlyOwner returns (bytes32 configuration) {
        _requireMembers(members);
        uint32 index = SafeCast.toUint32(_history.length);
        uint64 earliest = _earliest();
        if (since < earliest) revert SinceInThePast(since, earliest);
        uint256 latest = block.timestamp + HORIZON;
        if (since > latest) revert SinceTooFar(since, SafeCast.toUint64(latest));
        configuration = keccak256(abi.encode(block.chainid, address(this), index, since, members));
        uint8 quorum = SafeCast.toUint8((members.length - 1) / 3 * 2 + 1);

        if (index > 0) _records[_history[index - 1]].until = since;
        _history.push(configuration);
        _records[configuration] = Record(since, type(uint64).max, index, quorum, members);
        emit Configured(configuration, index, since, quorum, members);
    }

    /// @inheritdoc ICommittee
    function verify(bytes32 configuration, bytes32 digest, uint256 signers, bytes calldata signatures) external view {
        Record storage record = _existing(configuration);
        uint256 size = record.members.length;
        if (signers >> size != 0) revert ForeignSigner(signers, size);
        uint256 count = Bits.count(signers);
        if (count < record.quorum) revert QuorumNotReached(count, record.quorum);
        if (signatures.length != count * SIGNATURE_LENGTH) revert SignatureLength(signatures.length, count * SIGNATURE_LENGTH);

        uint256 offset = 0;
        for (uint256 member = 0; member < size; ++member) {
            if (!Bits.has(signers, member)) continue;
            _requireSignature(member, record.members[member], digest, signatures[offset:offset + SIGNATURE_LENGTH]);
            offset += SIGNATURE_LENGTH;
        }
    }

    /// @inheritdoc ICommittee
    function configurationOf(bytes32 configuration) external view returns (Configuration memory) {
        Record storage record = _existing(configuration);
        return Configuration(record.since, record.until, record.quorum, record.index, record.members);
    }

    /// @inheritdoc ICommittee
    function configurationAt(uint64 time) external view returns (bytes32) {
        uint256 low = 0; // how many configurations began at or before `time`: bisected, since the history only grows
        uint256 high = _history.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_records[_history[middle]].since <= time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? bytes32(0) : _history[low - 1];
    }

    /// @inheritdoc ICommittee
    function reignOf(bytes32 configuration) external view returns (uint64 since, uint64 until, uint8 quorum, uint8 size) {
        Record storage record = _existing(configuration);
        return (record.since, record.until, record.quorum, SafeCast.toUint8(record.members.length));
    }

    /// @inheritdoc ICommittee
    function memberOf(bytes32 configuration, uint256 index) external view returns (address) {
        Record storage record = _existing(configuration);
        if (index >= record.members.length) revert UnknownMember(index, record.members.length);
        return record.members[index];
    }

    /// @inheritdoc ICommittee
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc ICommittee
    function observationRootDigest(uint64 epoch, bytes32 root) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(OBSERVATION_ROOT_TYPE, epoch, root)));
    }

    /// @dev n = 3f + 1 with f >= 1; nobody zero, nobody twice.
    function _requireMembers(address[] calldata members) private pure {
        uint256 size = members.length;
        if (size < 4 || size > Bits.MEMBERS || size % 3 != 1) revert UnusableSize(size);
        for (uint256 i = 0; i < size; ++i) {
            if (members[i] == address(0)) revert UnusableMember(members[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (members[i] == members[j]) revert UnusableMember(members[i]);
            }
        }
    }

    function _requireSignature(uint256 member, address expected, bytes32 digest, bytes calldata signature) private pure {
        (address recovered,,) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
        if (recovered != expected) revert BadSignature(member, expected, recovered);
    }

    /// @dev After the newest one, and not in the past.
    function _earliest() private view returns (uint64) {
        uint64 now_ = SafeCast.toUint64(block.timestamp);
        if (_history.length == 0) return now_;
        uint64 afterNewest = _records[_history[_history.length - 1]].since + 1;
        return afterNewest > now_ ? afterNewest : now_;
    }

    function _existing(bytes32 configuration) private view returns (Record storage record) {
        record = _records[configuration];
        if (record.quorum == 0) revert UnknownConfiguration(configuration);
    }
}
