// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Deploy} from "./support/Deploy.sol";
import {BlockingToken, FeeToken, ReentrantToken, SilentToken} from "./support/HostileTokens.sol";
import {VM} from "./support/Vm.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice The test itself is Pactum here.
contract ZoneTest {
    uint256 private constant NOW = 1_800_000_000;
    uint32 private constant THAW = 30 hours;
    uint256 private constant MOST_SHARES_FOR_A_UNIT = 2 ** 48;
    address private constant PROVIDER = address(0xa11ce);
    address private constant OTHER = address(0xb0b);
    address private constant PAYOUT = address(0xca5e);
    address private constant CUSTOMER = address(0xc0ffee);

    IZone private zone;
    MockToken private token;
    uint256 private asked; // requests for PROVIDER's stake in the token
    uint32 public longestThaw = THAW; // as Pactum answers it

    function setUp() public {
        VM.warp(NOW);
        zone = Deploy.zone(address(this));
        token = new MockToken();
        _furnish(PROVIDER, address(token));
        token.mint(PROVIDER, 2 ** 100);
    }

    // register --------------------------------------------------------------------------------------------------------------------

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

    function test_aStrangerHasNeitherPayoutNorProfile() public view {
        VM.assertEq(zone.payoutOf(OTHER), address(0));
        VM.assertEq(zone.profileOf(OTHER), bytes32(0));
    }

    // stake -----------------------------------------------------------------------------------------------------------------------

    function test_stakePullsTheTokens() public {
        VM.expectEmit(address(zone));
        emit IZone.Staked(PROVIDER, address(token), 400);
        stake(400);
        check(400, 0, 0);
        VM.assertEq(token.balanceOf(address(zone)), 400);
    }

    function test_stakeAddsToWhatIsThere() public {
        stake(400);
        stake(1);
        check(401, 0, 0);
    }

    function test_stakeRefusesStrangers() public {
        VM.expectRevert(abi.encodeWithSelector(IZone.NotRegistered.selector, address(this)));
        zone.stake(address(token), 1);
    }

    function test_stakeRefusesNothing() public {
        VM.expectRevert(IZone.ZeroAmount.selector);
        stake(0);
    }

    function test_stakeRefusesATokenThatTakesAFee() public {
        FeeToken taxed = new FeeToken();
        _furnish(PROVIDER, address(taxed));
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, address(taxed), 1000, 990));
        VM.prank(PROVIDER);
        zone.stake(address(taxed), 1000);
        VM.assertEq(zone.stakeOf(PROVIDER, address(taxed)).total, 0);
    }

    function test_stakeTakesATokenThatReturnsNothing() public {
        SilentToken silent = new SilentToken();
        _furnish(PROVIDER, address(silent));
        VM.prank(PROVIDER);
        zone.stake(address(silent), 1000);
        VM.assertEq(zone.stakeOf(PROVIDER, address(silent)).total, 1000);
    }

    function test_stakeBeyondItsWidthIsRefused() public {
        uint256 tooMuch = uint256(type(uint96).max) + 1;
        VM.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, tooMuch));
        stake(tooMuch);
        stake(type(uint96).max);
        VM.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        stake(1);
        check(type(uint96).max, 0, 0);
    }

    // thaw ------------------------------------------------------------------------------------------------------------------------

    function test_thawAsksForStake() public {
        stake(400);
        VM.expectEmit(address(zone));
        emit IZone.ThawStarted(PROVIDER, address(token), 1, 150, 150, uint64(NOW + THAW));
        VM.assertEq(thaw(150), 1);
        check(400, 0, 150);
        checkRequest(1, 150, NOW + THAW);
        VM.assertEq(token.balanceOf(address(zone)), 400);
    }

    function test_thawRefusesNothing() public {
        stake(400);
        VM.expectRevert(IZone.ZeroAmount.selector);
        thaw(0);
    }

    function test_thawRefusesMoreThanIsNotAskedForYet() public {
        stake(400);
        thaw(150);
        VM.expectRevert(abi.encodeWithSelector(IZone.ThawableStakeExceeded.selector, PROVIDER, address(token), 251, 250));
        thaw(251);
        VM.assertEq(thaw(250), 2);
        VM.expectRevert(abi.encodeWithSelector(IZone.ThawableStakeExceeded.selector, PROVIDER, address(token), 1, 0));
        thaw(1);
    }

    function test_thawTakesStakeThatBacksAgreements() public {
        stake(400);
        lock(400);
        thaw(400);
        check(400, 400, 400);
    }

    function test_thawCountsRequestsForEachProviderAndToken() public {
        MockToken second = new MockToken();
        _furnish(PROVIDER, address(second));
        _furnish(OTHER, address(token));
        stake(400);
        VM.prank(PROVIDER);
        zone.stake(address(second), 400);
        VM.prank(OTHER);
        zone.stake(address(token), 400);
        VM.assertEq(thaw(1), 1);
        VM.assertEq(thaw(1), 2);
        VM.prank(PROVIDER);
        VM.assertEq(zone.thaw(address(second), 1), 1);
        VM.prank(OTHER);
        VM.assertEq(zone.thaw(address(token), 1), 1);
    }

    function test_thawNeverNumbersARequestAgain() public {
        stake(400);
        restake(thaw(400));
        VM.assertEq(thaw(400), 2);
        (uint256 amount, uint64 thawsAt) = requestOf(1);
        VM.assertEq(amount, 0);
        VM.assertEq(thawsAt, 0);
    }

    /// @dev Who asks later waits by the thaw of then; who asked before is not held back by it.
    function test_thawLastsAsLongAsTheLongestThawWhenItWasAskedFor() public {
        stake(400);
        thaw(1);
        longestThaw = 2 * THAW;
        thaw(1);
        checkRequest(1, 1, NOW + THAW);
        checkRequest(2, 1, NOW + 2 * THAW);
    }

    /// @dev 3 shares are worth 2 units after the slash: 3 units are 4 and a half shares.
    function test_thawIntoAShrunkPoolRoundsSharesInThePoolsFavour() public {
        stake(10);
        lock(10);
        thaw(6);
        seize(6);
        checkRequest(1, 4, NOW + THAW);
        stake(3);
        VM.expectEmit(address(zone));
        emit IZone.ThawStarted(PROVIDER, address(token), 2, 3, 4, uint64(NOW + THAW));
        thaw(3);
        check(7, 4, 7);
        checkRequest(1, 4, NOW + THAW);
        checkRequest(2, 2, NOW + THAW);
    }

    // restake ---------------------------------------------------------------------------------------------------------------------

    function test_restakeTakesARequestBack() public {
        stake(400);
        thaw(150);
        thaw(50);
        VM.expectEmit(address(zone));
        emit IZone.Restaked(PROVIDER, address(token), 1, 150);
        VM.assertEq(restake(1), 150);
        check(400, 0, 50);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 350);
        lock(350);
    }

    function test_restakeWaitsForNothing() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW);
        VM.assertEq(restake(1), 150);
        check(400, 0, 0);
    }

    function test_restakeRefusesWhatWasNeverAskedForOrIsTaken() public {
        stake(400);
        thaw(150);
        for (uint256 request = 0; request < 3; request += 2) {
            VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), request));
            restake(request);
        }
        restake(1);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), 1));
        restake(1);
    }

    function test_restakeRefusesAnothersRequest() public {
        stake(400);
        thaw(150);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, OTHER, address(token), 1));
        VM.prank(OTHER);
        zone.restake(address(token), 1);
    }

    function test_restakeAfterASlashBringsWhatIsLeft() public {
        stake(400);
        lock(400);
        thaw(300);
        thaw(100);
        seize(100);
        VM.assertEq(restake(1), 225);
        check(300, 300, 75);
        checkRequest(2, 75, NOW + THAW);
    }

    function test_restakeOfAWorthlessRequestClosesIt() public {
        wipe();
        stake(50);
        thaw(20);
        VM.expectEmit(address(zone));
        emit IZone.Restaked(PROVIDER, address(token), 1, 0);
        VM.assertEq(restake(1), 0);
        check(50, 0, 20);
        checkRequest(2, 20, NOW + THAW);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), 1));
        restake(1);
    }

    // withdraw --------------------------------------------------------------------------------------------------------------------

    function test_withdrawSendsAThawedRequestToThePayoutAddress() public {
        stake(400);
        thaw(150);
        thaw(50);
        VM.warp(NOW + THAW);
        VM.expectEmit(address(zone));
        emit IZone.Withdrawn(PROVIDER, address(token), 1, PAYOUT, 150);
        VM.assertEq(withdraw(1), 150);
        check(250, 0, 50);
        checkRequest(2, 50, NOW + THAW);
        VM.assertEq(token.balanceOf(PAYOUT), 150);
        VM.assertEq(token.balanceOf(address(zone)), 250);
    }

    function test_withdrawASecondBeforeItHasThawedIsRefused() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW - 1);
        VM.expectRevert(abi.encodeWithSelector(IZone.StillThawing.selector, 1, uint64(NOW + THAW)));
        withdraw(1);
    }

    function test_withdrawInTheSecondInWhichItHasThawed() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW);
        VM.assertEq(withdraw(1), 150);
    }

    function test_withdrawASecondAfterItHasThawed() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW + 1);
        VM.assertEq(withdraw(1), 150);
    }

    function test_withdrawRefusesWhatWasNeverAskedForOrIsTaken() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW);
        for (uint256 request = 0; request < 3; request += 2) {
            VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), request));
            withdraw(request);
        }
        withdraw(1);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), 1));
        withdraw(1);
    }

    function test_withdrawRefusesAnothersRequest() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, OTHER, address(token), 1));
        VM.prank(OTHER);
        zone.withdraw(address(token), 1);
    }

    /// @dev However long ago it thawed: time alone releases nothing.
    function test_withdrawRefusesStakeThatStillBacksAnAgreement() public {
        stake(400);
        lock(251);
        thaw(150);
        VM.warp(NOW + 100 * uint256(THAW));
        VM.expectRevert(abi.encodeWithSelector(IZone.StillBacking.selector, PROVIDER, address(token), 150, 149));
        withdraw(1);
        checkRequest(1, 150, NOW + THAW);
        zone.unlock(PROVIDER, address(token), 1);
        VM.assertEq(withdraw(1), 150);
        check(250, 250, 0);
    }

    function test_withdrawAfterASlashBringsWhatIsLeft() public {
        stake(400);
        lock(400);
        thaw(100);
        thaw(300);
        seize(200);
        zone.unlock(PROVIDER, address(token), 200);
        VM.warp(NOW + THAW);
        VM.assertEq(withdraw(1), 50);
        VM.assertEq(withdraw(2), 150);
        check(0, 0, 0);
        VM.assertEq(token.balanceOf(PAYOUT), 200);
    }

    function test_withdrawOfAWorthlessRequestClosesIt() public {
        wipe();
        stake(50);
        VM.warp(NOW + THAW);
        VM.assertEq(withdraw(1), 0);
        check(50, 0, 0);
        VM.expectRevert(abi.encodeWithSelector(IZone.UnknownRequest.selector, PROVIDER, address(token), 1));
        withdraw(1);
    }

    function test_withdrawGoesToTheNewestPayoutAddress() public {
        stake(400);
        thaw(150);
        VM.warp(NOW + THAW);
        VM.prank(PROVIDER);
        zone.register(OTHER, "");
        withdraw(1);
        VM.assertEq(token.balanceOf(OTHER), 150);
    }

    function test_withdrawWorksWithATokenThatReturnsNothing() public {
        SilentToken silent = new SilentToken();
        _furnish(PROVIDER, address(silent));
        VM.startPrank(PROVIDER);
        zone.stake(address(silent), 1000);
        zone.thaw(address(silent), 1000);
        VM.warp(NOW + THAW);
        zone.withdraw(address(silent), 1);
        VM.assertEq(silent.balanceOf(PAYOUT), 1000);
    }

    function test_aPayoutAddressThatCannotBePaidHurtsOnlyItself() public {
        BlockingToken blocking = new BlockingToken();
        _furnish(PROVIDER, address(blocking));
        _furnish(OTHER, address(blocking));
        VM.prank(OTHER);
        zone.register(OTHER, "");
        _stakeAndThaw(PROVIDER, address(blocking), 100);
        _stakeAndThaw(OTHER, address(blocking), 100);
        blocking.setBlocked(PAYOUT, true);
        VM.warp(NOW + THAW);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PAYOUT));
        VM.prank(PROVIDER);
        zone.withdraw(address(blocking), 1);
        VM.prank(OTHER);
        VM.assertEq(zone.withdraw(address(blocking), 1), 100);
        VM.startPrank(PROVIDER);
        zone.register(CUSTOMER, "");
        VM.assertEq(zone.withdraw(address(blocking), 1), 100);
        VM.assertEq(blocking.balanceOf(CUSTOMER), 100);
    }

    // lock ------------------------------------------------------------------------------------------------------------------------

    function test_lockAndUnlockMoveBetweenFreeAndLocked() public {
        stake(400);
        VM.expectEmit(address(zone));
        emit IZone.Locked(PROVIDER, address(token), 400);
        zone.lock(PROVIDER, address(token), 400);
        check(400, 400, 0);
        VM.expectEmit(address(zone));
        emit IZone.Unlocked(PROVIDER, address(token), 150);
        zone.unlock(PROVIDER, address(token), 150);
        check(400, 250, 0);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 150);
    }

    function test_lockRefusesMoreThanIsFree() public {
        stake(400);
        lock(100);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 301, 300));
        lock(301);
        lock(300);
        check(400, 400, 0);
    }

    function test_lockRefusesThawingStake() public {
        stake(400);
        lock(100);
        thaw(150);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 151, 150));
        lock(151);
        lock(150);
        check(400, 250, 150);
    }

    /// @dev Thawing does not end by itself: what has thawed cannot be locked either, or it would be taken from under the lock.
    function test_lockRefusesThawedStake() public {
        stake(400);
        thaw(400);
        VM.warp(NOW + 100 * uint256(THAW));
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 1, 0));
        lock(1);
    }

    function test_nothingIsFreeWhereLockedAndThawingExceedTheStake() public {
        stake(400);
        lock(300);
        thaw(300);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 0);
        VM.expectRevert(abi.encodeWithSelector(IZone.FreeStakeExceeded.selector, PROVIDER, address(token), 1, 0));
        lock(1);
        stake(199);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 0);
        stake(2);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 1);
    }

    // unlock ----------------------------------------------------------------------------------------------------------------------

    function test_unlockRefusesMoreThanIsLocked() public {
        stake(400);
        lock(100);
        VM.expectRevert(abi.encodeWithSelector(IZone.LockedStakeExceeded.selector, PROVIDER, address(token), 101, 100));
        zone.unlock(PROVIDER, address(token), 101);
        zone.unlock(PROVIDER, address(token), 100);
        check(400, 0, 0);
    }

    // seize -----------------------------------------------------------------------------------------------------------------------

    function test_seizePaysLockedStakeOut() public {
        stake(400);
        lock(300);
        VM.expectEmit(address(zone));
        emit IZone.Seized(PROVIDER, address(token), CUSTOMER, 120);
        seize(120);
        check(280, 180, 0);
        VM.assertEq(token.balanceOf(CUSTOMER), 120);
        VM.assertEq(token.balanceOf(address(zone)), 280);
    }

    function test_seizeRefusesMoreThanIsLocked() public {
        stake(400);
        lock(100);
        VM.expectRevert(abi.encodeWithSelector(IZone.LockedStakeExceeded.selector, PROVIDER, address(token), 101, 100));
        seize(101);
        seize(100);
        check(300, 0, 0);
    }

    function test_seizeLeavesRequestsAloneWhileTheRestBearsIt() public {
        stake(400);
        lock(300);
        thaw(100);
        thaw(50);
        seize(250);
        check(150, 50, 150);
        checkRequest(1, 100, NOW + THAW);
        checkRequest(2, 50, NOW + THAW);
    }

    function test_seizeShrinksAllRequestsAlikeByWhatTheRestCannotBear() public {
        stake(400);
        lock(400);
        thaw(200);
        thaw(100);
        seize(101);
        check(299, 299, 299);
        checkRequest(1, 199, NOW + THAW); // of 199 and a third
        checkRequest(2, 99, NOW + THAW);
        seize(149);
        check(150, 150, 150);
        checkRequest(1, 100, NOW + THAW);
        checkRequest(2, 50, NOW + THAW);
    }

    function test_seizeOfEverythingMakesRequestsWorthless() public {
        wipe();
        check(0, 0, 0);
        checkRequest(1, 0, NOW + THAW);
    }

    function test_aPoolAfterASeizeOfEverythingIsItsOwn() public {
        wipe();
        stake(300);
        checkRequest(1, 0, NOW + THAW);
        VM.expectEmit(address(zone));
        emit IZone.ThawStarted(PROVIDER, address(token), 2, 300, 300, uint64(NOW + THAW));
        thaw(300);
        checkRequest(1, 0, NOW + THAW);
        checkRequest(2, 300, NOW + THAW);
        VM.warp(NOW + THAW);
        VM.assertEq(withdraw(1), 0);
        VM.assertEq(withdraw(2), 300);
        check(0, 0, 0);
        VM.assertEq(token.balanceOf(PAYOUT), 300);
    }

    function test_aPoolCanBeWipedOutAgainAndAgain() public {
        for (uint256 i = 1; i < 5; ++i) {
            wipe();
            checkRequest(i, 0, NOW + THAW);
        }
        stake(7);
        thaw(7);
        checkRequest(5, 7, NOW + THAW);
        for (uint256 i = 1; i < 5; ++i) {
            checkRequest(i, 0, NOW + THAW);
        }
    }

    function test_aPoolOfALastUnitIsKeptWhileSharesFit() public {
        _thawAndSeizeAllButOne(MOST_SHARES_FOR_A_UNIT);
        check(1, 1, 1);
        checkRequest(1, 1, NOW + THAW);
    }

    function test_aPoolOfCrumbsIsWipedOutAndTheCrumbsStayStake() public {
        _thawAndSeizeAllButOne(MOST_SHARES_FOR_A_UNIT + 1);
        check(1, 1, 0);
        checkRequest(1, 0, NOW + THAW);
        zone.unlock(PROVIDER, address(token), 1);
        VM.warp(NOW + THAW);
        VM.assertEq(withdraw(1), 0);
        VM.assertEq(zone.freeOf(PROVIDER, address(token)), 1);
    }

    /// @dev The most shares that there can be: as many for a unit as are borne, for all units that a stake can have.
    function test_thawOfAllThatFitsIntoTheThinnestPool() public {
        _thawAndSeizeAllButOne(MOST_SHARES_FOR_A_UNIT);
        stake(type(uint96).max - 1);
        thaw(type(uint96).max - 1);
        check(type(uint96).max, 1, type(uint96).max);
        checkRequest(1, 1, NOW + THAW);
        checkRequest(2, type(uint96).max - 1, NOW + THAW);
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

    /// @dev What Pactum pays for a slash does not depend on how often the provider asked for its stake.
    function test_aSlashOfAHundredRequestsCostsWhatASlashOfOneCosts() public {
        uint256 ofOne = _gasOfSeizes(address(0xf1), 1);
        uint256 ofAHundred = _gasOfSeizes(address(0xf2), 100);
        VM.assertGt(ofOne, 0);
        VM.assertLe(ofAHundred, ofOne + 30);
        VM.assertLe(ofOne, ofAHundred + 30);
    }

    // hostile tokens --------------------------------------------------------------------------------------------------------------

    function test_aTokenThatCallsBackWhileItIsStakedIsRefused() public {
        ReentrantToken hostile = new ReentrantToken();
        _furnish(PROVIDER, address(hostile));
        _armAll(
            hostile, abi.encodeCall(IZone.stake, (address(hostile), 10)), PROVIDER, abi.encodeCall(IZone.stake, (address(hostile), 100))
        );
        VM.assertEq(zone.stakeOf(PROVIDER, address(hostile)).total, 100);
    }

    function test_aTokenThatCallsBackWhileItIsWithdrawnIsRefused() public {
        ReentrantToken hostile = new ReentrantToken();
        _furnish(PROVIDER, address(hostile));
        _stakeAndThaw(PROVIDER, address(hostile), 100);
        VM.warp(NOW + THAW);
        bytes memory withdrawal = abi.encodeCall(IZone.withdraw, (address(hostile), 1));
        _armAll(hostile, withdrawal, PROVIDER, withdrawal);
        VM.assertEq(hostile.balanceOf(PAYOUT), 100);
    }

    function test_aTokenThatCallsBackWhileItIsSeizedIsRefused() public {
        ReentrantToken hostile = new ReentrantToken();
        _furnish(PROVIDER, address(hostile));
        VM.prank(PROVIDER);
        zone.stake(address(hostile), 100);
        zone.lock(PROVIDER, address(hostile), 100);
        bytes memory seizure = abi.encodeCall(IZone.seize, (PROVIDER, address(hostile), CUSTOMER, 50));
        _armAll(hostile, abi.encodeCall(IZone.thaw, (address(hostile), 1)), address(this), seizure);
        VM.assertEq(zone.stakeOf(PROVIDER, address(hostile)).total, 50);
    }

    function test_aTokenThatCallsBackCanNeitherThawNorRestake() public {
        ReentrantToken hostile = new ReentrantToken();
        _furnish(PROVIDER, address(hostile));
        bytes memory staking = abi.encodeCall(IZone.stake, (address(hostile), 100));
        _armAll(hostile, abi.encodeCall(IZone.thaw, (address(hostile), 1)), PROVIDER, staking);
        _armAll(hostile, abi.encodeCall(IZone.restake, (address(hostile), 1)), PROVIDER, staking);
    }

    // any order -------------------------------------------------------------------------------------------------------------------

    /// @dev Any order of calls keeps what the Zone has equal to what it owes; no request nor all together are worth more than thaws; and
    /// in the end all can be taken.
    function testFuzz_whateverHappensAllStakeCanBeTakenAndNoMore(uint256 seed) public {
        uint256 staked;
        uint256 seized;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 more, uint256 less) = _step(seed);
            (staked, seized) = (staked + more, seized + less);
            _checkSound(staked, seized);
        }
        _takeEverything();
        check(0, 0, 0);
        VM.assertEq(token.balanceOf(address(zone)), 0);
        VM.assertEq(token.balanceOf(CUSTOMER), seized);
        VM.assertEq(token.balanceOf(PAYOUT), staked - seized);
    }

    /// @dev A share is worth at most a unit, so that however small a request is and whatever was slashed before, it gets its shares.
    function testFuzz_aRequestLosesAtMostAUnitToRounding(uint96 before, uint96 cut, uint96 amount) public {
        uint256 old = 1 + uint256(before) % 1e28;
        uint256 wanted = 1 + uint256(amount) % 1e28;
        stake(old);
        lock(old);
        thaw(old);
        seize(uint256(cut) % (old + 1));
        stake(wanted);
        (uint256 worth,) = requestOf(thaw(wanted));
        VM.assertLe(worth, wanted);
        VM.assertGe(worth + 1, wanted);
        VM.assertEq(restake(asked), worth);
    }

    /// @dev A slash takes of each request the part that it takes of all that thaws.
    function testFuzz_aSlashTakesOfEachRequestItsPart(uint96 first, uint96 second, uint96 slash) public {
        uint256 one = 1 + uint256(first) % 1e28;
        uint256 other = 1 + uint256(second) % 1e28;
        uint256 cut = uint256(slash) % (one + other);
        stake(one + other);
        lock(one + other);
        thaw(one);
        thaw(other);
        seize(cut);
        uint256 left = one + other - cut;
        bool crumbs = left * MOST_SHARES_FOR_A_UNIT < one + other;
        checkRequest(1, crumbs ? 0 : one * left / (one + other), NOW + THAW);
        checkRequest(2, crumbs ? 0 : other * left / (one + other), NOW + THAW);
    }

    // helpers ---------------------------------------------------------------------------------------------------------------------

    /// @dev A registered provider with money, which the Zone may pull.
    function _furnish(address provider, address token_) private {
        MockToken(token_).mint(provider, 1000);
        VM.startPrank(provider);
        MockToken(token_).approve(address(zone), type(uint256).max);
        zone.register(PAYOUT, "profile");
        VM.stopPrank();
    }

    function _stakeAndThaw(address provider, address token_, uint256 amount) private {
        VM.startPrank(provider);
        zone.stake(token_, amount);
        zone.thaw(token_, amount);
        VM.stopPrank();
    }

    function stake(uint256 amount) private {
        VM.prank(PROVIDER);
        zone.stake(address(token), amount);
    }

    function lock(uint256 amount) private {
        zone.lock(PROVIDER, address(token), amount);
    }

    function seize(uint256 amount) private {
        zone.seize(PROVIDER, address(token), CUSTOMER, amount);
    }

    function thaw(uint256 amount) private returns (uint256 request) {
        VM.prank(PROVIDER);
        request = zone.thaw(address(token), amount);
        asked = request;
    }

    function restake(uint256 request) private returns (uint256) {
        VM.prank(PROVIDER);
        return zone.restake(address(token), request);
    }

    function withdraw(uint256 request) private returns (uint256) {
        VM.prank(PROVIDER);
        return zone.withdraw(address(token), request);
    }

    function requestOf(uint256 request) private view returns (uint256 amount, uint64 thawsAt) {
        return zone.requestOf(PROVIDER, address(token), request);
    }

    function check(uint256 total, uint256 locked, uint256 thawing) private view {
        IZone.Stake memory have = zone.stakeOf(PROVIDER, address(token));
        VM.assertEq(have.total, total, "total");
        VM.assertEq(have.locked, locked, "locked");
        VM.assertEq(have.thawing, thawing, "thawing");
    }

    function checkRequest(uint256 request, uint256 amount, uint256 thawsAt) private view {
        (uint256 haveAmount, uint64 haveThawsAt) = requestOf(request);
        VM.assertEq(haveAmount, amount, "amount");
        VM.assertEq(haveThawsAt, thawsAt, "thawsAt");
    }

    /// @dev Stakes, asks for all of it, and loses all of it.
    function wipe() private {
        stake(100);
        lock(100);
        thaw(100);
        seize(100);
    }

    function _thawAndSeizeAllButOne(uint256 amount) private {
        stake(amount);
        lock(amount);
        thaw(amount);
        seize(amount - 1);
    }

    function _thawable() private view returns (uint256) {
        IZone.Stake memory have = zone.stakeOf(PROVIDER, address(token));
        return have.total - have.thawing;
    }

    /// @dev Two seizes, the first of which warms the accounts; the second one shrinks what thaws.
    function _gasOfSeizes(address provider, uint256 requests) private returns (uint256 gasUsed) {
        _furnish(provider, address(token));
        VM.prank(provider);
        zone.stake(address(token), 1000);
        zone.lock(provider, address(token), 1000);
        for (uint256 i = 0; i < requests; ++i) {
            VM.prank(provider);
            zone.thaw(address(token), 1000 / requests);
        }
        zone.seize(provider, address(token), CUSTOMER, 100);
        VM.assertEq(zone.stakeOf(provider, address(token)).thawing, 900);
        gasUsed = gasleft();
        zone.seize(provider, address(token), CUSTOMER, 100);
        gasUsed -= gasleft();
        VM.assertEq(zone.stakeOf(provider, address(token)).thawing, 800);
    }

    /// @dev The outer call goes through, the inner one does not, and its answer is the guard's.
    function _armAll(ReentrantToken hostile, bytes memory inner, address caller, bytes memory outer) private {
        uint256 before = hostile.attempts();
        hostile.arm(address(zone), inner);
        VM.prank(caller);
        (bool done,) = address(zone).call(outer);
        VM.assertTrue(done, "outer");
        VM.assertEq(hostile.attempts(), before + 1);
        VM.assertFalse(hostile.succeeded(), "inner");
        VM.assertEq(hostile.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    function _step(uint256 seed) private returns (uint256 staked, uint256 seized) {
        IZone.Stake memory have = zone.stakeOf(PROVIDER, address(token));
        uint256 choice = seed % 7;
        uint256 dice = seed >> 8;
        if (choice == 0) {
            staked = 1 + dice % 1e20;
            stake(staked);
        } else if (choice == 1) {
            lock(dice % (zone.freeOf(PROVIDER, address(token)) + 1));
        } else if (choice == 2) {
            zone.unlock(PROVIDER, address(token), dice % (have.locked + 1));
        } else if (choice == 3) {
            seized = have.locked - (dice % 3 == 0 ? 0 : (dice >> 8) % (have.locked + 1));
            seize(seized);
        } else if (choice == 4 && have.total > have.thawing) {
            thaw(dice % 2 == 0 ? have.total - have.thawing : 1 + (dice >> 8) % (have.total - have.thawing));
        } else if (choice == 5) {
            _tryOnARequest(dice, IZone.restake.selector);
        } else if (choice == 6) {
            VM.warp(VM.getBlockTimestamp() + THAW / 2);
            _tryOnARequest(dice, IZone.withdraw.selector);
        }
    }

    /// @dev A request that was taken, still thaws or still backs is refused; that is one of the orders.
    function _tryOnARequest(uint256 dice, bytes4 call_) private {
        VM.prank(PROVIDER);
        (bool done,) = address(zone).call(abi.encodeWithSelector(call_, address(token), 1 + dice % (asked + 1)));
        done;
    }

    function _checkSound(uint256 staked, uint256 seized) private view {
        IZone.Stake memory have = zone.stakeOf(PROVIDER, address(token));
        uint256 worth;
        for (uint256 i = 1; i <= asked; ++i) {
            (uint256 amount,) = requestOf(i);
            worth += amount;
        }
        VM.assertLe(worth, have.thawing, "requests exceed the pool");
        VM.assertLe(have.thawing, have.total, "thawing exceeds the stake");
        VM.assertLe(have.locked, have.total, "locked exceeds the stake");
        VM.assertEq(token.balanceOf(address(zone)), have.total, "balance");
        VM.assertEq(have.total + token.balanceOf(PAYOUT), staked - seized, "taken");
    }

    /// @dev All agreements end; then the provider takes its requests, and what it never asked for.
    function _takeEverything() private {
        zone.unlock(PROVIDER, address(token), zone.stakeOf(PROVIDER, address(token)).locked);
        uint256 rest = _thawable();
        if (rest != 0) thaw(rest);
        VM.warp(VM.getBlockTimestamp() + THAW);
        for (uint256 i = 1; i <= asked; ++i) {
            (, uint64 thawsAt) = requestOf(i);
            if (thawsAt != 0) withdraw(i);
        }
    }
}
