// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";

/// @notice What an agreement is held to, in one word that only an early end changes.
/// fee (96) | start (40) | periodLength (32) | periods (24) | parameters (16) | listing (16) | maxCreditBps (14) | maxSlashBps (14) | kind (1)
/// A fee is never zero: the word of an agreement that does not exist is.
type Pact is uint256;

using Pacts for Pact global;

/// @title Reading and making a Pact
library Pacts {
    uint256 private constant KIND = 0;
    uint256 private constant MAX_SLASH = 1;
    uint256 private constant MAX_CREDIT = 15;
    uint256 private constant LISTING = 29;
    uint256 private constant PARAMETERS = 45;
    uint256 private constant PERIODS = 61;
    uint256 private constant LENGTH = 85;
    uint256 private constant START = 117;
    uint256 private constant FEE = 157;

    uint256 private constant BITS_14 = (1 << 14) - 1;
    uint256 private constant BITS_16 = (1 << 16) - 1;
    uint256 private constant BITS_24 = (1 << 24) - 1;
    uint256 private constant BITS_32 = (1 << 32) - 1;
    uint256 private constant BITS_40 = (1 << 40) - 1;

    /// @dev The Notary has checked that every value fits its field.
    function make(IPactum.Entry calldata entry) internal pure returns (Pact) {
        uint256 word = entry.fee << FEE | entry.start << START | entry.periodLength << LENGTH | entry.periods << PERIODS;
        word |= entry.parameters << PARAMETERS | entry.listing << LISTING | entry.maxCreditBps << MAX_CREDIT;
        return Pact.wrap(word | entry.maxSlashBps << MAX_SLASH | uint256(entry.periodKind) << KIND);
    }

    /// @notice The same agreement over fewer periods.
    function shortened(Pact pact, uint256 periods_) internal pure returns (Pact) {
        return Pact.wrap(Pact.unwrap(pact) & ~(BITS_24 << PERIODS) | periods_ << PERIODS);
    }

    function exists(Pact pact) internal pure returns (bool) {
        return Pact.unwrap(pact) != 0;
    }

    function kind(Pact pact) internal pure returns (IPactum.PeriodKind) {
        return IPactum.PeriodKind(Pact.unwrap(pact) & 1);
    }

    function maxSlashBps(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> MAX_SLASH & BITS_14;
    }

    function maxCreditBps(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> MAX_CREDIT & BITS_14;
    }

    function listing(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> LISTING & BITS_16;
    }

    function parameters(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> PARAMETERS & BITS_16;
    }

    function periods(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> PERIODS & BITS_24;
    }

    function periodLength(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> LENGTH & BITS_32;
    }

    function start(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> START & BITS_40;
    }

    function fee(Pact pact) internal pure returns (uint256) {
        return Pact.unwrap(pact) >> FEE;
    }
}
