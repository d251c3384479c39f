// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "./interfaces/ICommittee.sol";
import {IPactum} from "./interfaces/IPactum.sol";
import {Bits} from "./libraries/Bits.sol";
import {Compact} from "./libraries/Compact.sol";
import {Roll} from "./libraries/Roll.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {Windows} from "./libraries/Windows.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The oracles, their bonds, and the proof that a quorum of them signed
contract Committee is ICommittee, Ownable2Step, EIP712, ReentrancyGuardTransient {
    using Roll for bytes;
    using SafeERC20 for IERC20;
    using Tokens for IERC20;

    /// @dev What changes of a configuration, and where the rest is: in one word, since every report reads it.
    struct Record {
        address roll; // zero: there is no such configuration
        uint40 until; // ENDLESS while no successor is known
        uint32 active;
        uint8 size;
        uint8 quorum;
    }

    struct Member {
        uint128 bond;
        uint32 served; // how many configurations there were when the last one with it was announced; zero: it is in none
        bool exposed;
    }

    uint40 private constant ENDLESS = type(uint40).max;
    uint256 private constant HORIZON = 366 days;
    uint256 private constant BASIS = 10_000;
    uint256 private constant MOST_REPORTER_BPS = BASIS / 2; // who shows its own two roots first loses at least half
    bytes32 private constant OBSERVATION_ROOT_TYPE = keccak256("ObservationRoot(uint64 epoch,bytes32 root)");

    /// @notice Whose periods the bonds answer for, and whose treasury gets the rest of them.
    IPactum public immutable PACTUM;

    /// @notice The share of a lost bond that goes to whoever showed why it is lost.
    uint16 public immutable REPORTER_BPS;

    /// @inheritdoc ICommittee
    uint32 public immutable override epochLength;

    /// @inheritdoc ICommittee
    address public immutable override bondToken;

    /// @inheritdoc ICommittee
    uint256 public override requiredBond;

    /// @inheritdoc ICommittee
    uint256 public override claimableOfDao;

    /// @inheritdoc ICommittee
    mapping(address reporter => uint256) public override claimableOfReporter;

    bytes32[] private _history; // in the order of their reigns
    uint64[] private _sinces; // when they begin: four to a word, so that a time is found at the price of few
    mapping(bytes32 configuration => Record) private _records;
    mapping(address account => Member) private _members;

    /// @param governor who announces configurations; meant to be a timelock
    /// @param pactum address at which Pactum will be created; the two name each other
    /// @param epochLength_ seconds; at least one
    /// @param bondToken_ an ordinary ERC-20: one whose balances move by themselves would not cover the bonds
    /// @param bond what a member needs at first
    /// @param reporterBps from 1 to 5,000
    constructor(address governor, address pactum, uint32 epochLength_, address bondToken_, uint256 bond, uint16 reporterBps)
        Ownable(governor)
        EIP712("Surety Committee", "1")
    {
        if (epochLength_ == 0) revert ZeroEpochLength();
        bool usable = bondToken_.code.length != 0 && reporterBps != 0 && reporterBps <= MOST_REPORTER_BPS;
        if (!usable) revert UnusableBond(bondToken_, bond, reporterBps);
        PACTUM = IPactum(pactum);
        epochLength = epochLength_;
        bondToken = bondToken_;
        REPORTER_BPS = reporterBps;
        _requireBond(bondToken_, bond, reporterBps);
    }

    /// @inheritdoc ICommittee
    function configure(address[] calldata members, uint64 since) external onlyOwner returns (bytes32 configuration) {
        uint32 index = SafeCast.toUint32(_history.length);
        _requireTime(since);
        _engage(members, index + 1);
        configuration = keccak256(abi.encode(block.chainid, address(this), index, since, members));
        uint8 size = SafeCast.toUint8(members.length);
        uint8 quorum = (size - 1) / 3 * 2 + 1;
        uint32 all = SafeCast.toUint32(Bits.before(size));

        if (index > 0) _records[_history[index - 1]].until = SafeCast.toUint40(since);
        _history.push(configuration);
        _sinces.push(since);
        _records[configuration] = Record(Roll.store(since, index, members), ENDLESS, all, size, quorum);
        emit Configured(configuration, index, since, quorum, members);
    }

    /// @inheritdoc ICommittee
    function requireBond(uint256 amount) external onlyOwner {
        _requireBond(bondToken, amount, REPORTER_BPS);
    }

    /// @inheritdoc ICommittee
    function post(address member, uint256 amount) external nonReentrant {
        if (member == address(0)) revert UnusableMember(member);
        if (amount == 0) revert UnusableBond(bondToken, amount, REPORTER_BPS);
        _requireHonest(member);

        _members[member].bond += SafeCast.toUint128(amount);
        emit BondPosted(member, msg.sender, amount);
        IERC20(bondToken).pull(msg.sender, amount);
    }

    /// @inheritdoc ICommittee
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        bool deadEnd = to == address(0) || to == address(this) || to == address(PACTUM);
        if (deadEnd) revert UnusableReceiver(to);
        Member storage member = _members[msg.sender];
        amount = member.bond;
        if (amount == 0) revert NothingToClaim();
        uint64 until = _servesUntil(member.served);
        if (!Windows.ended(until, block.timestamp)) revert StillServing(msg.sender, until);

        member.bond = 0;
        emit BondWithdrawn(msg.sender, to, amount);
        IERC20(bondToken).safeTransfer(to, amount);
    }

    /// @inheritdoc ICommittee
    function expose(address member, uint64 epoch, bytes32 root, bytes calldata signature, bytes32 otherRoot, bytes calldata otherSignature)
        external
        nonReentrant
    {
        uint256 served = _members[member].served;
        if (served == 0) revert NeverAMember(member);
        _requireHonest(member);
        if (root == otherRoot) revert SameRoot(root);
        _requireRoot(0, member, epoch, root, signature);
        _requireRoot(1, member, epoch, otherRoot, otherSignature);

        (uint256 toReporter, uint256 toDao) = _slash(member);
        emit Equivocated(member, epoch, root, signature, otherRoot, otherSignature, msg.sender, toReporter, toDao);
        _deactivate(member, served);
    }

    /// @inheritdoc ICommittee
    function claimReporter(address reporter) external nonReentrant returns (uint256 amount) {
        amount = claimableOfReporter[reporter];
        if (amount == 0) revert NothingToClaim();

        claimableOfReporter[reporter] = 0;
        emit ReporterPaid(reporter, amount);
        IERC20(bondToken).safeTransfer(reporter, amount);
    }

    /// @inheritdoc ICommittee
    function claimDao() external nonReentrant returns (uint256 amount) {
        amount = claimableOfDao;
        if (amount == 0) revert NothingToClaim();
        address treasury = PACTUM.treasury();

        claimableOfDao = 0;
        emit DaoPaid(treasury, amount);
        IERC20(bondToken).safeTransfer(treasury, amount);
    }

    /// @inheritdoc ICommittee
    function verify(bytes32 configuration, bytes32 digest, uint256 observers, uint256 signers, bytes calldata signatures)
        external
        view
        returns (uint256 since, uint256 until)
    {
        Record storage record = _records[configuration];
        _requireKnown(configuration, record.roll);
        (uint256 size, uint256 quorum) = (record.size, record.quorum);
        _requireObservers(observers, size, record.active);
        _requireSigners(signers, observers, quorum, signatures.length);

        bytes memory roll = Roll.load(record.roll, size);
        _requireSignatures(roll, digest, signers, signatures);
        return (roll.since(), _until(record.until));
    }

    /// @inheritdoc ICommittee
    function configurationOf(bytes32 configuration) external view returns (Configuration memory) {
        Record storage record = _existing(configuration);
        uint256 size = record.size;
        bytes memory roll = Roll.load(record.roll, size);
        address[] memory members = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            members[i] = roll.member(i);
        }
        return Configuration(roll.since(), _until(record.until), record.quorum, roll.index(), record.active, members);
    }

    /// @inheritdoc ICommittee
    function configurationAt(uint64 time) external view returns (bytes32) {
        uint256 high = _sinces.length;
        if (high == 0) return 0;
        if (_sinces[high - 1] <= time) return _history[high - 1]; // it is mostly the newest that is asked for
        uint256 low = 0; // how many configurations began at or before `time`: bisected, since the history only grows
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_sinces[middle] <= time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? bytes32(0) : _history[low - 1];
    }

    /// @inheritdoc ICommittee
    function memberOf(bytes32 configuration, uint256 index) external view returns (address) {
        Record storage record = _existing(configuration);
        uint256 size = record.size;
        if (index >= size) revert UnknownMember(index, size);
        return Roll.load(record.roll, size).member(index);
    }

    /// @inheritdoc ICommittee
    function bondOf(address member) external view returns (uint256) {
        return _members[member].bond;
    }

    /// @inheritdoc ICommittee
    function isExposed(address member) external view returns (bool) {
        return _members[member].exposed;
    }

    /// @inheritdoc ICommittee
    function servesUntil(address member) external view returns (uint64) {
        return _servesUntil(_members[member].served);
    }

    /// @inheritdoc ICommittee
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc ICommittee
    function observationRootDigest(uint64 epoch, bytes32 root) external view returns (bytes32) {
        return _observationRootDigest(epoch, root);
    }

    /// @dev n = 3f + 1 with f >= 1; nobody zero, nobody twice, and everybody with a bond that it cannot take while it serves.
    function _engage(address[] calldata members, uint32 served) private {
        uint256 size = members.length;
        if (size < 4 || size > Bits.MEMBERS || size % 3 != 1) revert UnusableSize(size);
        uint256 need = requiredBond;
        for (uint256 i = 0; i < size; ++i) {
            address account = members[i];
            Member storage member = _members[account];
            // Who serves in this configuration already stands earlier in the list.
            if (account == address(0) || member.served == served) revert UnusableMember(account);
            _requireHonest(account);
            if (member.bond < need) revert BondTooSmall(account, member.bond, need);
            member.served = served;
        }
    }

    function _requireBond(address token, uint256 amount, uint16 reporterBps) private {
        if (amount == 0) revert UnusableBond(token, amount, reporterBps);
        requiredBond = SafeCast.toUint128(amount); // a bond is no larger
        emit BondRequired(amount);
    }

    /// @dev The whole bond goes, to its last unit; what the shares leave over is the DAO's.
    function _slash(address account) private returns (uint256 toReporter, uint256 toDao) {
        Member storage member = _members[account];
        uint256 bond = member.bond;
        toReporter = bond * REPORTER_BPS / BASIS;
        toDao = bond - toReporter;

        member.bond = 0;
        member.exposed = true;
        claimableOfReporter[msg.sender] += toReporter;
        claimableOfDao += toDao;
    }

    /// @dev Configurations end in the order of the history: before the first that can report no more, none can.
    function _deactivate(address member, uint256 served) private {
        uint256 horizon = PACTUM.horizon();
        for (uint256 i = served; i > 0; --i) {
            bytes32 configuration = _history[i - 1];
            Record storage record = _records[configuration];
            if (Windows.over(record.until, horizon, block.timestamp)) return;
            _deactivateIn(configuration, record, member);
        }
    }

    function _deactivateIn(bytes32 configuration, Record storage record, address member) private {
        uint256 size = record.size;
        bytes memory roll = Roll.load(record.roll, size);
        for (uint256 i = 0; i < size; ++i) {
            if (roll.member(i) != member) continue;
            record.active &= ~SafeCast.toUint32(Bits.only(i));
            emit Deactivated(configuration, member, i);
            return;
        }
    }

    /// @dev After the newest one, not in the past, and not so far ahead that nothing could come before it.
    function _requireTime(uint64 since) private view {
        uint64 earliest = _earliest();
        if (since < earliest) revert SinceInThePast(since, earliest);
        uint256 latest = block.timestamp + HORIZON;
        if (since > latest) revert SinceTooFar(since, SafeCast.toUint64(latest));
    }

    function _earliest() private view returns (uint64) {
        uint64 now_ = SafeCast.toUint64(block.timestamp);
        if (_sinces.length == 0) return now_;
        uint64 afterNewest = _sinces[_sinces.length - 1] + 1;
        return afterNewest > now_ ? afterNewest : now_;
    }

    function _requireHonest(address member) private view {
        if (_members[member].exposed) revert AlreadyExposed(member);
    }

    /// @param which 0 for the first signature, 1 for the other; there is no member's index to name
    function _requireRoot(uint256 which, address member, uint64 epoch, bytes32 root, bytes calldata signature) private view {
        if (signature.length != Compact.LENGTH) revert SignatureLength(signature.length, Compact.LENGTH);
        address recovered = Compact.recover(_observationRootDigest(epoch, root), signature, 0);
        if (recovered != member) revert BadSignature(which, member, recovered);
    }

    function _observationRootDigest(uint64 epoch, bytes32 root) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(OBSERVATION_ROOT_TYPE, epoch, root)));
    }

    function _servesUntil(uint256 served) private view returns (uint64) {
        if (served == 0) return 0;
        uint64 until = _until(_records[_history[served - 1]].until);
        return until == type(uint64).max ? until : SafeCast.toUint64(uint256(until) + PACTUM.horizon());
    }

    function _existing(bytes32 configuration) private view returns (Record storage record) {
        record = _records[configuration];
        _requireKnown(configuration, record.roll);
    }

    function _requireKnown(bytes32 configuration, address roll) private pure {
        if (roll == address(0)) revert UnknownConfiguration(configuration);
    }

    function _requireObservers(uint256 observers, uint256 size, uint256 active) private pure {
        if (observers >> size != 0) revert ForeignObserver(observers, size);
        if (observers & ~active != 0) revert InactiveObserver(observers, active);
    }

    /// @dev Nobody signs what it did not observe: where the signers are a quorum of active members, the observers are one, and are counted
    /// only to say what is wrong.
    function _requireSigners(uint256 signers, uint256 observers, uint256 quorum, uint256 length) private pure {
        if (signers & ~observers != 0) revert SignerWithoutObservation(signers, observers);
        uint256 count = Bits.count(signers);
        if (count < quorum) _refuseFew(count, Bits.count(observers), quorum);
        unchecked {
            uint256 need = count * Compact.LENGTH; // of 31 at most
            if (length != need) revert SignatureLength(length, need);
        }
    }

    function _refuseFew(uint256 signers, uint256 observers, uint256 quorum) private pure {
        if (observers < quorum) revert TooFewObservers(observers, quorum);
        revert QuorumNotReached(signers, quorum);
    }

    function _requireSignatures(bytes memory roll, bytes32 digest, uint256 signers, bytes calldata signatures) private view {
        (bool found, uint256 who) = roll.forged(digest, signers, signatures);
        if (!found) return;
        uint256 k = Bits.count(signers & Bits.before(who));
        revert BadSignature(who, roll.member(who), Compact.recover(digest, signatures, k));
    }

    function _until(uint40 until) private pure returns (uint64) {
        return until == ENDLESS ? type(uint64).max : until;
    }
}
