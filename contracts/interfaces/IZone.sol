// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The registry of providers and the keeper of their stake
/// @notice A provider is the address that registers. Its profile (jurisdiction, regions, prices, credentials) is JSON text, carried
/// by the event and pinned by its hash. Stake is counted per token; Pactum locks shares of it behind agreements and is the only
/// one that may seize them. Tokens leave by `withdraw` (thawed stake that backs nothing, to the payout address) or by `seize`, in no other way.
/// Any stake may be thawed, also while it backs agreements; it stays slashable until it is taken: a slash that the rest cannot bear shrinks
/// all that thaws alike, whatever the number of requests.
///
/// From logs alone: `thaw` mints floor(amount * shares / thawing) shares, or `amount` of them where there are none; `restake` and `withdraw`
/// burn the request's. After `Seized`, thawing is at most the stake; if there are more than 2^48 shares for each unit of it then, shares
/// and thawing are zero, and all requests until then worth nothing.
interface IZone {
    struct Stake {
        uint256 total; // all of it, locked and thawing included
        uint256 locked; // behind agreements
        uint256 thawing; // asked for and not yet taken
    }

    event Registered(address indexed provider, address payout, bytes32 profile, bytes text);
    event Staked(address indexed provider, address indexed token, uint256 amount);
    event ThawStarted(address indexed provider, address indexed token, uint256 request, uint256 amount, uint256 shares, uint64 thawsAt);
    event Restaked(address indexed provider, address indexed token, uint256 request, uint256 amount);
    event Withdrawn(address indexed provider, address indexed token, uint256 request, address to, uint256 amount);
    event Locked(address indexed provider, address indexed token, uint256 amount);
    event Unlocked(address indexed provider, address indexed token, uint256 amount);
    event Seized(address indexed provider, address indexed token, address to, uint256 amount);

    error NotPactum(address caller);
    error NotRegistered(address provider);
    error UnusablePayout(address payout);
    error ZeroAmount();
    error FreeStakeExceeded(address provider, address token, uint256 wanted, uint256 free);
    error LockedStakeExceeded(address provider, address token, uint256 wanted, uint256 locked);
    error ThawableStakeExceeded(address provider, address token, uint256 wanted, uint256 thawable);
    error UnknownRequest(address provider, address token, uint256 request);
    error StillThawing(uint256 request, uint64 thawsAt);
    error StillBacking(address provider, address token, uint256 wanted, uint256 unlocked);

    /// @notice Enters or replaces the caller's record. Agreements that run are not touched: payouts follow the newest record. Neither
    /// nobody nor Pactum nor the Zone itself can be paid.
    function register(address payout, bytes calldata profile) external;

    /// @notice Adds to the caller's stake. The tokens are pulled from the caller.
    function stake(address token, uint256 amount) external;

    /// @notice Asks for stake that is not asked for yet. It can be taken after Pactum's longest thaw, once it backs nothing; until then it
    /// cannot back new agreements.
    /// @return request number of this request, counted from 1 for each provider and token
    function thaw(address token, uint256 amount) external returns (uint256 request);

    /// @notice Takes a request back; what is left of it may back agreements again.
    function restake(address token, uint256 request) external returns (uint256 amount);

    /// @notice Sends what is left of a thawed request to the caller's payout address. All of it must back nothing.
    function withdraw(address token, uint256 request) external returns (uint256 amount);

    /// @notice Sets a share of free stake behind an agreement. Pactum only.
    function lock(address provider, address token, uint256 amount) external;

    /// @notice Frees a share of locked stake. Pactum only.
    function unlock(address provider, address token, uint256 amount) external;

    /// @notice Pays locked stake out to whom a matured verdict awarded it. Pactum only.
    function seize(address provider, address token, address to, uint256 amount) external;

    function payoutOf(address provider) external view returns (address);

    function profileOf(address provider) external view returns (bytes32);

    function stakeOf(address provider, address token) external view returns (Stake memory);

    /// @notice What agreements could still lock: neither locked nor thawing.
    function freeOf(address provider, address token) external view returns (uint256);

    /// @notice What a request would bring if it were taken now, and from when it can be; zeros where there is none.
    function requestOf(address provider, address token, uint256 request) external view returns (uint256 amount, uint64 thawsAt);
}
