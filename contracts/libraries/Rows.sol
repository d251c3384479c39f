// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title One agreement-period of a report, packed in one word
/// @notice Most significant bits first:
/// agreement (96) | period (32) | outcome (8) | tier (8) | creditBps (16) | slashBps (16) | uptimePpm (24) | coveragePpm (24) | p95Ms (32).
/// Only what moves money is read here; tier, uptime, coverage and P95 travel in the log for people. Every conversion below drops the
/// bits to the left of its field on purpose.
library Rows {
    function agreement(uint256 row) internal pure returns (uint96) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint96(row >> 160);
    }

    function period(uint256 row) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(row >> 128);
    }

    /// @return the outcome as it stands in the word, which may be none that exists
    function outcome(uint256 row) internal pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(row >> 120);
    }

    function creditBps(uint256 row) internal pure returns (uint16) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(row >> 96);
    }

    function slashBps(uint256 row) internal pure returns (uint16) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(row >> 80);
    }
}
