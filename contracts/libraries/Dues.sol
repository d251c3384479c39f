// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What an agreement owes its customer, in one word that a Met row does not touch.
/// deposit (86) | awarded (85) | fees (85)
/// `deposit` as locked at opening; `awarded` all of it that verdicts gave the customer, or that disputes keep for the rows they hold;
/// `fees` what the customer may claim out of the escrow.
type Due is uint256;

using Dues for Due global;

/// @title Reading and changing a Due
library Dues {
    /// @notice The most that an agreement may escrow, and lock: every sum over an agreement fits its field.
    uint256 internal constant MOST = (1 << 85) - 1;

    uint256 private constant AWARDED = 85;
    uint256 private constant DEPOSIT = 170;

    /// @dev The caller has checked that it is at most MOST.
    function make(uint256 deposit_) internal pure returns (Due) {
        return Due.wrap(deposit_ << DEPOSIT);
    }

    function fees(Due due) internal pure returns (uint256) {
        return Due.unwrap(due) & MOST;
    }

    function awarded(Due due) internal pure returns (uint256) {
        return Due.unwrap(due) >> AWARDED & MOST;
    }

    function deposit(Due due) internal pure returns (uint256) {
        return Due.unwrap(due) >> DEPOSIT;
    }

    function depositLeft(Due due) internal pure returns (uint256) {
        return deposit(due) - awarded(due);
    }

    /// @notice The customer is owed more out of the fees; all of them together fit.
    function credited(Due due, uint256 amount) internal pure returns (Due) {
        return Due.wrap(Due.unwrap(due) + amount);
    }

    /// @notice The customer is owed nothing out of the fees.
    function paid(Due due) internal pure returns (Due) {
        return Due.wrap(Due.unwrap(due) & ~MOST);
    }

    /// @notice More of the deposit is the customer's, or kept for a row. At most what is left of it.
    function awarding(Due due, uint256 amount) internal pure returns (Due) {
        return Due.wrap(Due.unwrap(due) + (amount << AWARDED));
    }

    /// @notice Part of the deposit is kept no longer.
    function releasing(Due due, uint256 amount) internal pure returns (Due) {
        return Due.wrap(Due.unwrap(due) - (amount << AWARDED));
    }
}
