// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IZone} from "../../../contracts/interfaces/IZone.sol";
import {DisputeSteps} from "./DisputeSteps.sol";
import {VM} from "./Vm.sol";

/// @notice What providers may do with their stake. How much a request is worth after a slash is the Zone's to say: the model holds it to
/// what was asked for, and all of them to the sum.
abstract contract StakeSteps is DisputeSteps {
    function stake(uint8 who, uint128 amount) external timed {
        amount = amount % 1e12 + 1;
        address provider = providerAt(who);
        VM.prank(provider);
        zone.stake(address(token), amount);
        _staked[provider] += amount;
        _pay(provider, address(zone), amount);
        ++taken["stake"];
    }

    /// @dev Any stake that does not thaw yet, be it locked or not.
    function thaw(uint8 who, uint128 amount) external timed {
        address provider = providerAt(who);
        uint256 thawable = _staked[provider] - _thawing[provider];
        amount = uint128(amount % (thawable + 2));
        if (amount == 0) return;
        if (amount > thawable) {
            bytes4 refusal = IZone.ThawableStakeExceeded.selector;
            VM.expectRevert(abi.encodeWithSelector(refusal, provider, address(token), amount, thawable));
            VM.prank(provider);
            zone.thaw(address(token), amount);
        } else {
            _thaw(provider, amount);
        }
    }

    function restake(uint256 which) external timed {
        (bool found, uint256 i) = _asked(which);
        if (!found) return;
        Request storage request = _requests[i];
        (uint256 amount, uint64 thawsAt) = zone.requestOf(request.provider, address(token), request.number);
        if (thawsAt == 0) return; // slashed away
        VM.prank(request.provider);
        VM.assertEq(zone.restake(address(token), request.number), amount, "restaked");
        _thawing[request.provider] -= amount;
        request.gone = true;
        ++taken["restake"];
    }

    function withdraw(uint256 which) external timed {
        (bool found, uint256 i) = _asked(which);
        if (!found) return;
        _withdraw(_requests[i], which % 2);
    }

    // what the steps share --------------------------------------------------------------------------------------------------------

    function _thaw(address provider, uint256 amount) internal {
        VM.prank(provider);
        uint256 number = zone.thaw(address(token), amount);
        _thawing[provider] += amount;
        _requests.push(Request(provider, number, amount, clock + _longestThaw, false));
        ++taken["thaw"];
    }

    /// @dev Refused before its time, and while what it would take backs an agreement.
    function _withdraw(Request storage request, uint256 who) internal {
        address provider = request.provider;
        (uint256 amount, uint64 thawsAt) = zone.requestOf(provider, address(token), request.number);
        if (thawsAt == 0) return; // slashed away
        uint256 unlocked = _staked[provider] - _lockedOf(provider);
        bool refused = true;
        if (clock < request.thawsAt) {
            VM.expectRevert(abi.encodeWithSelector(IZone.StillThawing.selector, request.number, request.thawsAt));
        } else if (amount > unlocked) {
            VM.expectRevert(abi.encodeWithSelector(IZone.StillBacking.selector, provider, address(token), amount, unlocked));
            ++taken["withdraw refused"];
        } else {
            refused = false;
        }
        VM.prank(provider);
        uint256 got = zone.withdraw(address(token), request.number);
        if (refused) return;
        VM.assertEq(got, amount, "withdrawn");
        _staked[provider] -= amount;
        _thawing[provider] -= amount;
        _pay(address(zone), payoutAt(provider == providerAt(0) ? 0 : 1), amount);
        request.gone = true;
        ++taken["withdraw"];
        if (who == 2) ++taken["withdraw in the end"];
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    function _asked(uint256 which) private view returns (bool, uint256) {
        for (uint256 i = 0; i < _requests.length; ++i) {
            uint256 at_ = (which % _requests.length + i) % _requests.length;
            if (!_requests[at_].gone) return (true, at_);
        }
        return (false, 0);
    }
}
