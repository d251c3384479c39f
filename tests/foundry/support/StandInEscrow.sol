// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The two answers that a Committee wants from Pactum, set at will.
contract StandInEscrow {
    uint64 public horizon;
    address public treasury;

    function setHorizon(uint64 value) external {
        horizon = value;
    }

    function setTreasury(address value) external {
        treasury = value;
    }
}
