// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MockToken} from "../../../contracts/mocks/MockToken.sol";

/// @notice Takes one percent of every transfer.
contract FeeToken is MockToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @notice Whoever is sent something gets a unit more: balances that move by themselves.
contract GrowingToken is MockToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(address(0), to, 1);
    }
}

/// @notice Says that it was sent, and was not.
contract PretendingToken is MockToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Refuses to be sent to whom it blocks.
contract BlockingToken is MockToken {
    error Blocked(address account);

    mapping(address => bool) public blocked;

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}

/// @notice Calls back during every transfer, once armed, and remembers whether the call went through.
contract ReentrantToken is MockToken {
    address private _target;
    bytes private _call;
    uint256 public attempts;
    bool public succeeded;
    bytes public answer;

    function arm(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0); // once, or the call would nest for ever
        ++attempts;
        (succeeded, answer) = target.call(_call);
    }
}

/// @notice Like the oldest tokens: transfers return nothing.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
