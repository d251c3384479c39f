// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Deploy} from "./support/Deploy.sol";
import {FeeToken} from "./support/HostileTokens.sol";
import {VM} from "./support/Vm.sol";

/// @notice The test itself is Pactum here.
contract ZoneTest {
    address private constant PROVIDER = address(0xa11ce);
    address private constant PAYOUT = address(0xca5e);
    address private constant CUSTOMER = address(0xc0ffee);

    IZone private zone;
    MockToken private token;

    function setUp() public {
        zone = Deploy.zone(address(this));
        token = new MockToken();
        token.mint(PROVIDER, 1000);
        VM.startPrank(PROVIDER);
        token.approve(address(zone), type(uint256).max);
        zone.register(PAYOUT, "profile");
        VM.stopPrank();
    }

    function stake(uint256 amount) private {
        VM.prank(PROVIDER);
        zone.stake(address(token), amount);
    }

    function check(uint256 total, uint256 locked, uint256 balance) private view {
        (uint256 haveTotal, uint256 haveLocked) = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(haveTotal, total, "total");
        VM.assertEq(haveLocked, locked, "locked");
        VM.assertEq(token.balanceOf(address(zone)), balance, "balance");
    }

    function test_registerKeepsThePayoutAndPinsTheProfile() public {
        VM.expectEmit(address(zone));
        emit IZone.Registered(PROVIDER, CUSTOMER, keccak256("newer"), "newer");
        VM.prank(PROVIDER);
        zone.register(CUSTOMER, "newer");
        VM.assertEq(zone.payoutOf(PROVIDER), CUSTOMER);
        VM.assertEq(zone.profileOf(PROVIDER), keccak256("newer"));
    }

    /// @dev The test is Pactum here.
    function test_registerRefusesAPayoutThatCannotUseTheMoney() public {
        address[3] memory unusable = [address(0), address(this), address(zone)];
        for (uint256 i = 0; i < unusable.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IZone.UnusablePayout.selector, unusable[i]));
            VM.prank(PROVIDER);
            zone.register(unusable[i], "");
        }
        VM.assertEq(zone.payoutOf(PROVIDER), PAYOUT);
    }

    function test_stakePullsTheTokens() public {
        VM.expectEmit(address(zone));
        emit IZone.Staked(PROVIDER, address(token), 400);
        stake(400);
        check(400, 0, 400);
    }

    function test_stakeRefusesStrangersAndNothing() public {
        VM.expectRevert(abi.encodeWithSelector(IZone.NotRegistered.selector, address(this)));
        zone.stake(address(token), 1);
        VM.expectRevert(IZone.ZeroAmount.selector);
        stake(0);
    }

    function test_stakeRefusesATokenThatTakesAFee() public {
        FeeToken taxed = new FeeToken();
        taxed.mint(PROVIDER, 1000);
        VM.startPrank(PROVIDER);
        taxed.approve(address(zone), 1000);
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, address(taxed), 1000, 990));
        zone.stake(address(taxed), 1000);
    }

    function test_withdrawSendsFreeStakeToThePayoutAddress() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 300);
        VM.expectEmit(address(zone));
        emit IZone.Withdrawn(PROVIDER, address(token), PAYOUT, 100);
        VM.prank(PROVIDER);
        zone.withdraw(address(token), 100);
        check(300, 300, 300);
        VM.assertEq(token.balanceOf(PAYOUT), 100);
    }

    function test_withdrawRefusesLockedStake() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 300);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 101, 100));
        VM.prank(PROVIDER);
        zone.withdraw(address(token), 101);
    }

    function test_withdrawRefusesStrangersAndNothing() public {
        VM.expectRevert(abi.encodeWithSelector(IZone.NotRegistered.selector, address(this)));
        zone.withdraw(address(token), 1);
        VM.expectRevert(IZone.ZeroAmount.selector);
        VM.prank(PROVIDER);
        zone.withdraw(address(token), 0);
    }

    function test_lockAndUnlockMoveBetweenFreeAndLocked() public {
        stake(400);
        VM.expectEmit(address(zone));
        emit IZone.Locked(PROVIDER, address(token), 400);
        zone.lock(PROVIDER, address(token), 400);
        check(400, 400, 400);
        VM.expectEmit(address(zone));
        emit IZone.Unlocked(PROVIDER, address(token), 150);
        zone.unlock(PROVIDER, address(token), 150);
        check(400, 250, 400);
    }

    function test_lockRefusesMoreThanIsFree() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 100);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 301, 300));
        zone.lock(PROVIDER, address(token), 301);
    }

    function test_unlockRefusesMoreThanIsLocked() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 100);
        VM.expectRevert(abi.encodeWithSelector(IZone.LockedStakeExceeded.selector, PROVIDER, address(token), 101, 100));
        zone.unlock(PROVIDER, address(token), 101);
    }

    function test_seizePaysLockedStakeOut() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 300);
        VM.expectEmit(address(zone));
        emit IZone.Seized(PROVIDER, address(token), CUSTOMER, 120);
        zone.seize(PROVIDER, address(token), CUSTOMER, 120);
        check(280, 180, 280);
        VM.assertEq(token.balanceOf(CUSTOMER), 120);
    }

    function test_seizeRefusesMoreThanIsLocked() public {
        stake(400);
        zone.lock(PROVIDER, address(token), 100);
        VM.expectRevert(abi.encodeWithSelector(IZone.LockedStakeExceeded.selector, PROVIDER, address(token), 101, 100));
        zone.seize(PROVIDER, address(token), CUSTOMER, 101);
    }

    function test_pactumAloneLocksUnlocksAndSeizes() public {
        stake(400);
        bytes memory refusal = abi.encodeWithSelector(IZone.NotPactum.selector, PROVIDER);
        VM.startPrank(PROVIDER);
        VM.expectRevert(refusal);
        zone.lock(PROVIDER, address(token), 1);
        VM.expectRevert(refusal);
        zone.unlock(PROVIDER, address(token), 1);
        VM.expectRevert(refusal);
        zone.seize(PROVIDER, address(token), PROVIDER, 1);
    }

    function test_stakeBeyondItsWidthIsRefused() public {
        stake(1);
        VM.prank(PROVIDER);
        VM.expectRevert();
        zone.stake(address(token), uint256(type(uint128).max) + 1);
    }
}
