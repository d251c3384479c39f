// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The registry of providers and the keeper of their stake
/// @notice A provider is the address that registers. Its profile (jurisdiction, regions, prices, credentials) is JSON text, carried
/// by the event and pinned by its hash. Stake is counted per token; Pactum locks shares of it behind agreements and is the only
/// one that may seize them. Tokens leave by `withdraw` (free stake, to the payout address) or by `seize`, in no other way.
interface IZone {
    event Registered(address indexed provider, address payout, bytes32 profile, bytes text);
    event Staked(address indexed provider, address indexed token, uint256 amount);
    event Withdrawn(address indexed provider, address indexed token, address to, uint256 amount);
    event Locked(address indexed provider, address indexed token, uint256 amount);
    event Unlocked(address indexed provider, address indexed token, uint256 amount);
    event Seized(address indexed provider, address indexed token, address to, uint256 amount);

    error NotPactum(address caller);
    error NotRegistered(address provider);
    error UnusablePayout(address payout);
    error ZeroAmount();
    error FreeStakeExceeded(address provider, address token, uint256 wanted, uint256 free);
    error LockedStakeExceeded(address provider, address token, uint256 wanted, uint256 locked);

    /// @notice Enters or replaces the caller's record. Agreements that run are not touched: payouts follow the newest record. Neither
    /// nobody nor Pactum nor the Zone itself can be paid.
    function register(address payout, bytes calldata profile) external;

    /// @notice Adds to the caller's stake. The tokens are pulled from the caller.
    function stake(address token, uint256 amount) external;

    /// @notice Sends stake that backs nothing to the caller's payout address.
    function withdraw(address token, uint256 amount) external;

    /// @notice Sets a share of free stake behind an agreement. Pactum only.
    function lock(address provider, address token, uint256 amount) external;

    /// @notice Frees a share of locked stake. Pactum only.
    function unlock(address provider, address token, uint256 amount) external;

    /// @notice Pays locked stake out to whom a matured verdict awarded it. Pactum only.
    function seize(address provider, address token, address to, uint256 amount) external;

    function payoutOf(address provider) external view returns (address);

    function profileOf(address provider) external view returns (bytes32);

    /// @return total all stake of the provider, locked included
    /// @return locked the part that backs agreements
    function stakeOf(address provider, address token) external view returns (uint256 total, uint256 locked);
}
