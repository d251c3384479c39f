// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Leaves out the cases in which a condition does not hold. A plain revert is no failure: only a broken `assert` is.
function assume(bool condition) pure {
    if (condition) return;
    assembly ("memory-safe") {
        revert(0, 0)
    }
}
