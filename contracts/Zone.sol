// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "./interfaces/IPactum.sol";
import {IZone} from "./interfaces/IZone.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {Windows} from "./libraries/Windows.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The registry of providers and the keeper of their stake
/// @notice All that thaws of one provider and token is one pool, and a request is a number of its shares, so that a slash shrinks every
/// request by one write. A share is minted at one unit or less and never becomes worth more than one, so that no request is too small
/// for a share; what rounding leaves in the pool goes to the requests that stay.
contract Zone is IZone, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Tokens for IERC20;

    struct Record {
        address payout;
        bytes32 profile;
    }

    /// @dev Each group is one storage slot. Pactum's calls need the second one only where something ever thawed.
    struct Account {
        uint96 total;
        uint96 locked;
        uint32 requests; // ever made
        uint32 generation; // of the pool: how often it was wiped out
        //
        uint96 thawing;
        uint144 shares;
        //
        mapping(uint256 request => Request) byNumber;
    }

    /// @dev One slot.
    struct Request {
        uint144 shares;
        uint64 thawsAt;
        uint32 generation;
    }

    /// @dev A pool that a slash leaves with less than this part of a unit for a share is wiped out. With it no shares overflow: they are at
    /// most this many for each of less than 2^96 units.
    uint256 private constant MOST_SHARES_FOR_A_UNIT = 2 ** 48;

    /// @notice The one contract that may lock, unlock and seize.
    IPactum public immutable PACTUM;

    mapping(address provider => Record) private _records;
    mapping(address provider => mapping(address token => Account)) private _accounts;

    modifier onlyPactum() {
        _requirePactum();
        _;
    }

    /// @param pactum address at which Pactum will be created; the two name each other
    constructor(address pactum) {
        PACTUM = IPactum(pactum);
    }

    /// @inheritdoc IZone
    function register(address payout, bytes calldata profile) external {
        bool deadEnd = payout == address(0) || payout == address(this) || payout == address(PACTUM);
        if (deadEnd) revert UnusablePayout(payout);
        bytes32 id = keccak256(profile);

        _records[msg.sender] = Record(payout, id);
        emit Registered(msg.sender, payout, id, profile);
    }

    /// @inheritdoc IZone
    function stake(address token, uint256 amount) external nonReentrant {
        if (_records[msg.sender].payout == address(0)) revert NotRegistered(msg.sender);
        if (amount == 0) revert ZeroAmount();

        _accounts[msg.sender][token].total += SafeCast.toUint96(amount);
        emit Staked(msg.sender, token, amount);
        IERC20(token).pull(msg.sender, amount);
    }

    /// @inheritdoc IZone
    function thaw(address token, uint256 amount) external nonReentrant returns (uint256 request) {
        if (amount == 0) revert ZeroAmount();
        Account storage account = _accounts[msg.sender][token];
        uint256 thawable = account.total - account.thawing;
        if (amount > thawable) revert ThawableStakeExceeded(msg.sender, token, amount, thawable);
        uint144 shares = _floorShares(account, amount);
        uint64 thawsAt = SafeCast.toUint64(block.timestamp + PACTUM.longestThaw());

        request = ++account.requests;
        account.thawing += SafeCast.toUint96(amount);
        account.shares += shares;
        account.byNumber[request] = Request(shares, thawsAt, account.generation);
        emit ThawStarted(msg.sender, token, request, amount, shares, thawsAt);
    }

    /// @inheritdoc IZone
    function restake(address token, uint256 request) external nonReentrant returns (uint256 amount) {
        Account storage account = _accounts[msg.sender][token];
        Request memory taken = _existing(account, token, request);

        amount = _redeem(account, request, taken);
        emit Restaked(msg.sender, token, request, amount);
    }

    /// @inheritdoc IZone
    function withdraw(address token, uint256 request) external nonReentrant returns (uint256 amount) {
        Account storage account = _accounts[msg.sender][token];
        Request memory taken = _existing(account, token, request);
        if (!Windows.ended(taken.thawsAt, block.timestamp)) revert StillThawing(request, taken.thawsAt);
        uint256 unlocked = account.total - account.locked;
        address to = _records[msg.sender].payout;

        amount = _redeem(account, request, taken);
        if (amount > unlocked) revert StillBacking(msg.sender, token, amount, unlocked);
        account.total -= SafeCast.toUint96(amount);
        emit Withdrawn(msg.sender, token, request, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IZone
    function lock(address provider, address token, uint256 amount) external onlyPactum {
        Account storage account = _accounts[provider][token];
        uint256 free = _free(account);
        if (amount > free) revert FreeStakeExceeded(provider, token, amount, free);

        account.locked += SafeCast.toUint96(amount);
        emit Locked(provider, token, amount);
    }

    /// @inheritdoc IZone
    function unlock(address provider, address token, uint256 amount) external onlyPactum {
        Account storage account = _accounts[provider][token];
        _requireLocked(provider, token, account, amount);

        account.locked -= SafeCast.toUint96(amount);
        emit Unlocked(provider, token, amount);
    }

    /// @inheritdoc IZone
    function seize(address provider, address token, address to, uint256 amount) external onlyPactum nonReentrant {
        Account storage account = _accounts[provider][token];
        _requireLocked(provider, token, account, amount);

        account.locked -= SafeCast.toUint96(amount);
        account.total -= SafeCast.toUint96(amount);
        if (_thawing(account) > account.total) _shrink(account);
        emit Seized(provider, token, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IZone
    function payoutOf(address provider) external view returns (address) {
        return _records[provider].payout;
    }

    /// @inheritdoc IZone
    function profileOf(address provider) external view returns (bytes32) {
        return _records[provider].profile;
    }

    /// @inheritdoc IZone
    function stakeOf(address provider, address token) external view returns (Stake memory) {
        Account storage account = _accounts[provider][token];
        return Stake(account.total, account.locked, account.thawing);
    }

    /// @inheritdoc IZone
    function freeOf(address provider, address token) external view returns (uint256) {
        return _free(_accounts[provider][token]);
    }

    /// @inheritdoc IZone
    function requestOf(address provider, address token, uint256 request) external view returns (uint256 amount, uint64 thawsAt) {
        Account storage account = _accounts[provider][token];
        Request memory asked = account.byNumber[request];
        return (_floorWorth(account, asked), asked.thawsAt);
    }

    /// @dev Takes a request out of the pool. The last one leaves it empty.
    function _redeem(Account storage account, uint256 request, Request memory taken) private returns (uint256 amount) {
        amount = _floorWorth(account, taken);

        delete account.byNumber[request];
        if (taken.generation != account.generation) return amount;
        account.thawing -= SafeCast.toUint96(amount);
        account.shares -= taken.shares;
    }

    /// @dev What thaws bears what the rest cannot. In a pool that is wiped out old requests are worth nothing, and the crumbs, if any, stop
    /// thawing; the next request begins a pool of its own.
    function _shrink(Account storage account) private {
        account.thawing = account.total;
        if (account.shares <= account.thawing * MOST_SHARES_FOR_A_UNIT) return;
        (account.thawing, account.shares) = (0, 0);
        ++account.generation;
    }

    /// @dev Shares for an amount, rounded down: the pool keeps the rest.
    function _floorShares(Account storage account, uint256 amount) private view returns (uint144) {
        if (account.shares == 0) return SafeCast.toUint144(amount);
        return SafeCast.toUint144(amount * account.shares / account.thawing);
    }

    /// @dev What a request would bring, rounded down: the pool keeps the rest.
    function _floorWorth(Account storage account, Request memory asked) private view returns (uint256) {
        bool worthless = asked.shares == 0 || asked.generation != account.generation;
        return worthless ? 0 : uint256(account.thawing) * asked.shares / account.shares;
    }

    function _existing(Account storage account, address token, uint256 request) private view returns (Request memory asked) {
        asked = account.byNumber[request];
        if (asked.shares == 0) revert UnknownRequest(msg.sender, token, request);
    }

    /// @dev Stake may back agreements and thaw at once, so that the two together may exceed all of it.
    function _free(Account storage account) private view returns (uint256) {
        uint256 taken = uint256(account.locked) + _thawing(account);
        return taken < account.total ? account.total - taken : 0;
    }

    /// @dev Spares Pactum the second slot of those who never asked for anything.
    function _thawing(Account storage account) private view returns (uint256) {
        return account.requests == 0 ? 0 : account.thawing;
    }

    function _requirePactum() private view {
        if (msg.sender != address(PACTUM)) revert NotPactum(msg.sender);
    }

    function _requireLocked(address provider, address token, Account storage account, uint256 amount) private view {
        if (amount > account.locked) revert LockedStakeExceeded(provider, token, amount, account.locked);
    }
}
