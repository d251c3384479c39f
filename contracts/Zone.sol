// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IZone} from "./interfaces/IZone.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The registry of providers and the keeper of their stake
contract Zone is IZone, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Tokens for IERC20;

    struct Record {
        address payout;
        bytes32 profile;
    }

    struct Stake {
        uint128 total;
        uint128 locked;
    }

    /// @notice The one contract that may lock, unlock and seize.
    address public immutable PACTUM;

    mapping(address provider => Record) private _records;
    mapping(address provider => mapping(address token => Stake)) private _stakes;

    modifier onlyPactum() {
        _requirePactum();
        _;
    }

    /// @param pactum address at which Pactum will be created; the two name each other
    constructor(address pactum) {
        PACTUM = pactum;
    }

    /// @inheritdoc IZone
    function register(address payout, bytes calldata profile) external {
        bool deadEnd = payout == address(0) || payout == address(this) || payout == PACTUM;
        if (deadEnd) revert UnusablePayout(payout);
        bytes32 id = keccak256(profile);

        _records[msg.sender] = Record(payout, id);
        emit Registered(msg.sender, payout, id, profile);
    }

    /// @inheritdoc IZone
    function stake(address token, uint256 amount) external nonReentrant {
        _registered(msg.sender);
        if (amount == 0) revert ZeroAmount();

        _stakes[msg.sender][token].total += SafeCast.toUint128(amount);
        emit Staked(msg.sender, token, amount);
        IERC20(token).pull(msg.sender, amount);
    }

    /// @inheritdoc IZone
    function withdraw(address token, uint256 amount) external nonReentrant {
        address to = _registered(msg.sender);
        if (amount == 0) revert ZeroAmount();
        Stake storage held = _stakes[msg.sender][token];
        _requireFree(msg.sender, token, held, amount);

        held.total -= SafeCast.toUint128(amount);
        emit Withdrawn(msg.sender, token, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IZone
    function lock(address provider, address token, uint256 amount) external onlyPactum {
        Stake storage held = _stakes[provider][token];
        _requireFree(provider, token, held, amount);

        held.locked += SafeCast.toUint128(amount);
        emit Locked(provider, token, amount);
    }

    /// @inheritdoc IZone
    function unlock(address provider, address token, uint256 amount) external onlyPactum {
        Stake storage held = _stakes[provider][token];
        _requireLocked(provider, token, held, amount);

        held.locked -= SafeCast.toUint128(amount);
        emit Unlocked(provider, token, amount);
    }

    /// @inheritdoc IZone
    function seize(address provider, address token, address to, uint256 amount) external onlyPactum nonReentrant {
        Stake storage held = _stakes[provider][token];
        _requireLocked(provider, token, held, amount);

        held.locked -= SafeCast.toUint128(amount);
        held.total -= SafeCast.toUint128(amount);
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
    function stakeOf(address provider, address token) external view returns (uint256 total, uint256 locked) {
        Stake storage held = _stakes[provider][token];
        return (held.total, held.locked);
    }

    function _registered(address provider) private view returns (address payout) {
        payout = _records[provider].payout;
        if (payout == address(0)) revert NotRegistered(provider);
    }

    function _requirePactum() private view {
        if (msg.sender != PACTUM) revert NotPactum(msg.sender);
    }

    function _requireFree(address provider, address token, Stake storage held, uint256 amount) private view {
        uint256 free = held.total - held.locked;
        if (amount > free) revert FreeStakeExceeded(provider, token, amount, free);
    }

    function _requireLocked(address provider, address token, Stake storage held, uint256 amount) private view {
        if (amount > held.locked) revert LockedStakeExceeded(provider, token, amount, held.locked);
    }
}
