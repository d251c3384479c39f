// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title The only way tokens come in
library Tokens {
    /// @notice A transfer did not bring what was asked for: the token takes a fee, or its balances move by themselves.
    error InexactTransfer(address token, uint256 expected, uint256 received);

    /// @notice Pulls exactly `amount` from `from` to this contract, judged by this contract's balance.
    function pull(IERC20 token, address from, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        SafeERC20.safeTransferFrom(token, from, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert InexactTransfer(address(token), amount, received);
    }
}
