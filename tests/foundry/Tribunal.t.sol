// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../contracts/interfaces/ITribunal.sol";
import {Tokens} from "../../contracts/libraries/Tokens.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {BlockingToken, FeeToken, ReentrantToken, SilentToken} from "./support/HostileTokens.sol";
import {StandInPactum} from "./support/StandInPactum.sol";
import {VM} from "./support/Vm.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract TribunalTest {
    uint256 private constant NOW = 1_800_000_000;
    uint32 private constant RESOLUTION = 3 days;
    uint256 private constant DEADLINE = NOW + RESOLUTION;
    uint16 private constant BOND_BPS = 500;
    uint256 private constant HELD_UP = 20_020;
    uint256 private constant BOND = 1001; // of it
    uint96 private constant AGREEMENT = 7;
    bytes32 private constant GROUNDS = keccak256("evidence");
    address private constant DISPUTER = address(0xd15);
    address private constant ARBITER = address(0xa4b);
    address private constant CUSTOMER = address(0xc0ffee);
    address private constant PROVIDER = address(0xa11ce);
    address private constant TREASURY = address(0xda0);
    address private constant STRANGER = address(0x57a);
    IPactum.Outcome private constant MET = IPactum.Outcome.Met;
    IPactum.Outcome private constant BREACH = IPactum.Outcome.Breach;
    IPactum.Outcome private constant NO_DATA = IPactum.Outcome.NoData;

    StandInPactum private pactum;
    ITribunal private tribunal;
    MockToken private token;

    function setUp() public {
        VM.warp(NOW);
        pactum = new StandInPactum(TREASURY, parameters());
        tribunal = ITribunal(VM.deployCode("Tribunal.sol:Tribunal", abi.encode(pactum)));
        token = new MockToken();
        _furnish(DISPUTER, address(token));
        pactum.open(AGREEMENT, CUSTOMER, PROVIDER, address(token), HELD_UP);
        for (uint32 period = 0; period < 4; ++period) {
            pactum.wait(met(period));
            pactum.wait(breach(period));
            pactum.wait(noData(period));
        }
    }

    // dispute ---------------------------------------------------------------------------------------------------------------------

    function test_disputeHoldsTheRowAndPullsTheBond() public {
        VM.expectEmit(address(tribunal));
        emit ITribunal.Disputed(AGREEMENT, 2, DISPUTER, breach(2), address(token), BOND, uint64(DEADLINE), GROUNDS);
        VM.prank(DISPUTER);
        VM.assertEq(tribunal.dispute(breach(2), GROUNDS, BOND), BOND);
        VM.assertEq(token.balanceOf(address(tribunal)), BOND);
        VM.assertEq(tribunal.owed(address(token)), BOND);
        VM.assertEq(tribunal.claimableOf(DISPUTER, address(token)), 0);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, breach(2)));
        pactum.hold(breach(2));
    }

    function test_disputeKeepsWhatTheArbiterRulesOn() public {
        dispute(breach(2));
        ITribunal.Dispute memory have = tribunal.disputeOf(AGREEMENT, 2);
        VM.assertEq(have.disputer, DISPUTER);
        VM.assertEq(have.bond, BOND);
        VM.assertEq(have.token, address(token));
        VM.assertEq(have.deadline, DEADLINE);
        VM.assertEq(have.arbiter, ARBITER);
        VM.assertEq(uint256(have.outcome), uint256(BREACH));
        VM.assertEq(have.creditBps, 3000);
        VM.assertEq(have.slashBps, 200);
        VM.assertTrue(have.open);
        VM.assertEq(have.heldUp, CUSTOMER);
    }

    function test_aDisputeOfAnythingButABreachHoldsTheProviderUp() public {
        dispute(met(0));
        dispute(noData(1));
        VM.assertEq(tribunal.disputeOf(AGREEMENT, 0).heldUp, PROVIDER);
        VM.assertEq(tribunal.disputeOf(AGREEMENT, 1).heldUp, PROVIDER);
    }

    function test_disputeRefusesARowThatDoesNotWait() public {
        uint256 row = met(9);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, row));
        dispute(row);
    }

    function test_aRowIsDisputedOnce() public {
        dispute(met(0));
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, met(0)));
        dispute(met(0));
        confirm(0);
        VM.expectRevert(abi.encodeWithSelector(IPactum.NotDisputable.selector, met(0)));
        dispute(met(0));
    }

    function test_disputeRefusesABondAboveWhatTheCallerWouldPutUp() public {
        VM.expectRevert(abi.encodeWithSelector(ITribunal.BondTooLarge.selector, BOND, BOND - 1));
        VM.prank(DISPUTER);
        tribunal.dispute(met(0), GROUNDS, BOND - 1);
        VM.prank(DISPUTER);
        VM.assertEq(tribunal.dispute(met(0), GROUNDS, BOND), BOND);
    }

    function test_theBondIsAShareRoundedUp() public {
        uint256[4] memory amounts = [uint256(1), 20_000, 20_001, 20_020];
        uint256[4] memory bonds = [uint256(1), 1000, 1001, 1001];
        for (uint32 i = 0; i < 4; ++i) {
            pactum.open(AGREEMENT, CUSTOMER, PROVIDER, address(token), amounts[i]);
            VM.assertEq(dispute(met(i)), bonds[i]);
        }
    }

    function test_disputeRefusesWhoCannotPayTheBond() public {
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(tribunal), 0, BOND));
        VM.prank(STRANGER);
        tribunal.dispute(met(0), GROUNDS, BOND);
        VM.assertFalse(tribunal.disputeOf(AGREEMENT, 0).open);
    }

    function test_disputeRefusesATokenThatTakesAFee() public {
        uint256 row = _rowIn(new FeeToken());
        VM.expectRevert(abi.encodeWithSelector(Tokens.InexactTransfer.selector, _tokenOf(row), BOND, BOND - BOND / 100));
        dispute(row);
    }

    function test_aTokenThatReturnsNothingServesAsBond() public {
        SilentToken silent = new SilentToken();
        uint256 row = _rowIn(MockToken(address(silent)));
        dispute(row);
        VM.prank(ARBITER);
        tribunal.confirm(8, 0);
        tribunal.claim(PROVIDER, address(silent));
        tribunal.claimDao(address(silent));
        VM.assertEq(silent.balanceOf(PROVIDER), 501);
        VM.assertEq(silent.balanceOf(TREASURY), 500);
    }

    /// @dev What is in force when the row is disputed is pinned; the arbiter of a later day does not rule on it.
    function test_laterParametersDoNotTouchAnOpenDispute() public {
        dispute(met(0));
        IPactum.Parameters memory later = parameters();
        (later.arbiter, later.resolutionDeadline) = (STRANGER, 1);
        pactum.setParameters(later);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NotArbiter.selector, STRANGER, ARBITER));
        VM.prank(STRANGER);
        tribunal.confirm(AGREEMENT, 0);
        VM.warp(DEADLINE - 1);
        confirm(0);
    }

    // confirm ---------------------------------------------------------------------------------------------------------------------

    function test_confirmLetsTheRowStandAndDividesTheBond() public {
        dispute(breach(2));
        VM.expectEmit(address(tribunal));
        emit ITribunal.Confirmed(AGREEMENT, 2, CUSTOMER, 501, 500);
        confirm(2);
        _checkDecision(2, BREACH, 3000, 200, address(0));
        _checkDues(0, 501, 0, 500);
        VM.assertEq(tribunal.owed(address(token)), BOND);
        VM.assertFalse(tribunal.disputeOf(AGREEMENT, 2).open);
    }

    function test_confirmPaysTheProviderThatWasHeldUp() public {
        dispute(met(0));
        confirm(0);
        _checkDues(0, 0, 501, 500);
        dispute(noData(1));
        confirm(1);
        _checkDues(0, 0, 1002, 1000);
    }

    function test_confirmIsTheArbitersAlone() public {
        dispute(met(0));
        address[4] memory others = [STRANGER, DISPUTER, PROVIDER, TREASURY];
        for (uint256 i = 0; i < others.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ITribunal.NotArbiter.selector, others[i], ARBITER));
            VM.prank(others[i]);
            tribunal.confirm(AGREEMENT, 0);
        }
    }

    function test_confirmNeedsADispute() public {
        dispute(met(0));
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NoDispute.selector, AGREEMENT, 1));
        confirm(1);
    }

    function test_confirmInTheLastSecondBeforeTheDeadline() public {
        dispute(met(0));
        VM.warp(DEADLINE - 1);
        confirm(0);
        VM.assertEq(pactum.decisions(), 1);
    }

    function test_confirmAtTheDeadlineIsTooLate() public {
        dispute(met(0));
        VM.warp(DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, uint64(DEADLINE)));
        confirm(0);
    }

    function test_confirmASecondAfterTheDeadlineIsTooLate() public {
        dispute(met(0));
        VM.warp(DEADLINE + 1);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, uint64(DEADLINE)));
        confirm(0);
    }

    // replace ---------------------------------------------------------------------------------------------------------------------

    function test_replacePutsAnotherVerdictInTheRowsPlaceAndTheBondGoesBack() public {
        dispute(met(0));
        VM.expectEmit(address(tribunal));
        emit ITribunal.Replaced(AGREEMENT, 0, BREACH, 1000, 100);
        replace(0, BREACH, 1000, 100);
        _checkDecision(0, BREACH, 1000, 100, DISPUTER);
        _checkDues(BOND, 0, 0, 0);
        VM.assertEq(tribunal.owed(address(token)), BOND);
        VM.assertFalse(tribunal.disputeOf(AGREEMENT, 0).open);
        VM.assertEq(uint256(tribunal.disputeOf(AGREEMENT, 0).outcome), uint256(MET), "as reported");
    }

    function test_replaceByNoData() public {
        dispute(breach(0));
        replace(0, NO_DATA, 0, 0);
        _checkDecision(0, NO_DATA, 0, 0, DISPUTER);
        _checkDues(BOND, 0, 0, 0);
    }

    function test_replaceByTheRowItselfIsRefused() public {
        dispute(breach(0));
        VM.expectRevert(ITribunal.NoChange.selector);
        replace(0, BREACH, 3000, 200);
    }

    function test_aRulingThatDiffersInOneValueIsAChange() public {
        for (uint32 period = 0; period < 3; ++period) {
            dispute(breach(period));
        }
        replace(0, BREACH, 3001, 200);
        replace(1, BREACH, 3000, 201);
        replace(2, MET, 3000, 200);
        VM.assertEq(pactum.decisions(), 3);
    }

    function test_replaceOutsideWhatTheProviderConsentedToIsRefused() public {
        dispute(breach(0));
        VM.expectRevert(abi.encodeWithSelector(IPactum.OverConsent.selector, BREACH, 5001, 200));
        replace(0, BREACH, 5001, 200);
        VM.assertTrue(tribunal.disputeOf(AGREEMENT, 0).open);
        _checkDues(0, 0, 0, 0);
    }

    function test_replaceIsTheArbitersAlone() public {
        dispute(met(0));
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NotArbiter.selector, DISPUTER, ARBITER));
        VM.prank(DISPUTER);
        tribunal.replace(AGREEMENT, 0, NO_DATA, 0, 0);
    }

    function test_replaceNeedsADispute() public {
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NoDispute.selector, AGREEMENT, 0));
        replace(0, NO_DATA, 0, 0);
    }

    function test_replaceInTheLastSecondBeforeTheDeadline() public {
        dispute(met(0));
        VM.warp(DEADLINE - 1);
        replace(0, NO_DATA, 0, 0);
        VM.assertEq(pactum.decisions(), 1);
    }

    function test_replaceAtTheDeadlineIsTooLate() public {
        dispute(met(0));
        VM.warp(DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, uint64(DEADLINE)));
        replace(0, NO_DATA, 0, 0);
    }

    function test_replaceASecondAfterTheDeadlineIsTooLate() public {
        dispute(met(0));
        VM.warp(DEADLINE + 1);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlinePassed.selector, uint64(DEADLINE)));
        replace(0, NO_DATA, 0, 0);
    }

    // lapse -----------------------------------------------------------------------------------------------------------------------

    function test_lapseLetsTheRowStandAndTheBondGoesBack() public {
        dispute(breach(2));
        VM.warp(DEADLINE);
        VM.expectEmit(address(tribunal));
        emit ITribunal.Lapsed(AGREEMENT, 2);
        VM.prank(STRANGER);
        tribunal.lapse(AGREEMENT, 2);
        _checkDecision(2, BREACH, 3000, 200, address(0));
        _checkDues(BOND, 0, 0, 0);
        VM.assertFalse(tribunal.disputeOf(AGREEMENT, 2).open);
    }

    function test_lapseInTheLastSecondBeforeTheDeadlineIsTooEarly() public {
        dispute(met(0));
        VM.warp(DEADLINE - 1);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.DeadlineAhead.selector, uint64(DEADLINE)));
        tribunal.lapse(AGREEMENT, 0);
    }

    function test_lapseASecondAfterTheDeadline() public {
        dispute(met(0));
        VM.warp(DEADLINE + 1);
        tribunal.lapse(AGREEMENT, 0);
        VM.assertEq(pactum.decisions(), 1);
    }

    function test_lapseNeedsADispute() public {
        VM.warp(DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(ITribunal.NoDispute.selector, AGREEMENT, 0));
        tribunal.lapse(AGREEMENT, 0);
    }

    function test_whatIsRuledIsRuledOnce() public {
        for (uint32 period = 0; period < 2; ++period) {
            dispute(met(period));
        }
        confirm(0);
        replace(1, NO_DATA, 0, 0);
        for (uint32 period = 0; period < 2; ++period) {
            _checkNothingLeftToRule(period);
        }
        VM.assertEq(pactum.decisions(), 2);
    }

    function test_whatLapsedIsNotRuledAgain() public {
        dispute(met(0));
        VM.warp(DEADLINE);
        tribunal.lapse(AGREEMENT, 0);
        VM.warp(DEADLINE - 1); // as if a ruling were still in time
        _checkNothingLeftToRule(0);
        VM.assertEq(pactum.decisions(), 1);
    }

    // claims ----------------------------------------------------------------------------------------------------------------------

    function test_claimPaysAnAccountWhoeverAsks() public {
        dispute(met(0));
        replace(0, NO_DATA, 0, 0);
        uint256 before = token.balanceOf(DISPUTER);
        VM.expectEmit(address(tribunal));
        emit ITribunal.Paid(DISPUTER, address(token), BOND);
        VM.prank(STRANGER);
        VM.assertEq(tribunal.claim(DISPUTER, address(token)), BOND);
        VM.assertEq(token.balanceOf(DISPUTER), before + BOND);
        VM.assertEq(tribunal.owed(address(token)), 0);
    }

    function test_claimPaysOnce() public {
        dispute(met(0));
        dispute(met(1));
        replace(0, NO_DATA, 0, 0);
        tribunal.claim(DISPUTER, address(token));
        VM.expectRevert(ITribunal.NothingToClaim.selector);
        tribunal.claim(DISPUTER, address(token));
        VM.assertEq(token.balanceOf(address(tribunal)), BOND);
        VM.assertEq(tribunal.owed(address(token)), BOND);
    }

    function test_claimPaysNothingOfAnOpenDispute() public {
        dispute(met(0));
        VM.expectRevert(ITribunal.NothingToClaim.selector);
        tribunal.claim(DISPUTER, address(token));
    }

    function test_claimSumsTheBondsOfManyDisputes() public {
        for (uint32 period = 0; period < 3; ++period) {
            dispute(met(period));
            replace(period, NO_DATA, 0, 0);
        }
        VM.assertEq(tribunal.claim(DISPUTER, address(token)), 3 * BOND);
    }

    function test_claimDaoPaysTheTreasuryOfNow() public {
        dispute(met(0));
        confirm(0);
        pactum.setTreasury(STRANGER);
        VM.expectEmit(address(tribunal));
        emit ITribunal.DaoPaid(STRANGER, address(token), 500);
        VM.assertEq(tribunal.claimDao(address(token)), 500);
        VM.assertEq(token.balanceOf(STRANGER), 500);
        VM.assertEq(tribunal.owed(address(token)), 501);
    }

    function test_claimDaoPaysOnce() public {
        dispute(met(0));
        confirm(0);
        tribunal.claimDao(address(token));
        VM.expectRevert(ITribunal.NothingToClaim.selector);
        tribunal.claimDao(address(token));
    }

    function test_claimsInTwoTokensDoNotMix() public {
        MockToken second = new MockToken();
        uint256 row = _rowIn(second);
        dispute(met(0));
        dispute(row);
        VM.prank(ARBITER);
        tribunal.replace(8, 0, NO_DATA, 0, 0);
        VM.expectRevert(ITribunal.NothingToClaim.selector);
        tribunal.claim(DISPUTER, address(token));
        VM.assertEq(tribunal.claim(DISPUTER, address(second)), BOND);
        VM.assertEq(tribunal.owed(address(token)), BOND);
        VM.assertEq(tribunal.owed(address(second)), 0);
    }

    function test_anAccountThatCannotBePaidHurtsOnlyItself() public {
        BlockingToken blocking = new BlockingToken();
        uint256 row = _rowIn(blocking);
        dispute(row);
        VM.prank(ARBITER);
        tribunal.confirm(8, 0);
        blocking.setBlocked(PROVIDER, true);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PROVIDER));
        tribunal.claim(PROVIDER, address(blocking));
        VM.assertEq(tribunal.claimDao(address(blocking)), 500);
        blocking.setBlocked(PROVIDER, false);
        VM.assertEq(tribunal.claim(PROVIDER, address(blocking)), 501);
    }

    // views -----------------------------------------------------------------------------------------------------------------------

    function test_whereNothingWasDisputedThereIsNothing() public view {
        ITribunal.Dispute memory none;
        VM.assertEq(abi.encode(tribunal.disputeOf(AGREEMENT, 0)), abi.encode(none));
        VM.assertEq(abi.encode(tribunal.disputeOf(99, 0)), abi.encode(none));
        VM.assertEq(tribunal.owed(address(token)), 0);
        VM.assertEq(tribunal.claimableOf(DISPUTER, address(token)), 0);
        VM.assertEq(tribunal.claimableOfDao(address(token)), 0);
    }

    // attacks ---------------------------------------------------------------------------------------------------------------------

    function test_aTokenThatCallsBackWhileTheBondIsPulledIsRefused() public {
        ReentrantToken hostile = new ReentrantToken();
        uint256 row = _rowIn(hostile);
        bytes[5] memory inner = [
            abi.encodeCall(ITribunal.dispute, (met(0), GROUNDS, BOND)),
            abi.encodeCall(ITribunal.confirm, (8, 0)),
            abi.encodeCall(ITribunal.replace, (8, 0, NO_DATA, 0, 0)),
            abi.encodeCall(ITribunal.lapse, (8, 0)),
            abi.encodeCall(ITribunal.claim, (DISPUTER, address(hostile)))
        ];
        for (uint256 i = 0; i < inner.length; ++i) {
            pactum.wait(row);
            _checkGuarded(hostile, inner[i], DISPUTER, abi.encodeCall(ITribunal.dispute, (row, GROUNDS, BOND)));
        }
    }

    function test_aTokenThatCallsBackWhileItIsPaidIsPaidOnce() public {
        ReentrantToken hostile = new ReentrantToken();
        dispute(_rowIn(hostile));
        VM.prank(ARBITER);
        tribunal.confirm(8, 0);
        bytes memory claiming = abi.encodeCall(ITribunal.claim, (PROVIDER, address(hostile)));
        bytes memory claimingDao = abi.encodeCall(ITribunal.claimDao, (address(hostile)));
        _checkGuarded(hostile, claiming, STRANGER, claimingDao);
        _checkGuarded(hostile, claimingDao, STRANGER, claiming);
        VM.assertEq(hostile.balanceOf(PROVIDER), 501);
        VM.assertEq(hostile.balanceOf(TREASURY), 500);
        VM.assertEq(hostile.balanceOf(address(tribunal)), 0);
    }

    /// @dev Nobody waits for another's dispute, and none costs more because there are many.
    function test_disputeSpamBlocksNobodyAndMakesNothingDearer() public {
        uint256 before = _gasOfADisputeAndItsRuling(10);
        pactum.open(AGREEMENT, CUSTOMER, PROVIDER, address(token), HELD_UP);
        for (uint32 period = 100; period < 300; ++period) {
            pactum.wait(met(period));
            dispute(met(period));
        }
        uint256 amongMany = _gasOfADisputeAndItsRuling(11);
        VM.assertLe(amongMany, before + 100);
        tribunal.claim(PROVIDER, address(token));
        VM.assertEq(token.balanceOf(PROVIDER), 2 * 501);
        VM.assertEq(tribunal.owed(address(token)), 200 * BOND + 2 * 500);
    }

    /// @dev Whatever is disputed and however it ends, what is here is what is owed, to each what is its; and all of it can be taken.
    function testFuzz_whateverIsRuledEveryBondIsPaidOutWhole(uint256 seed) public {
        uint256[4] memory due; // disputer, customer, provider, DAO
        uint256 open;
        for (uint32 period = 1000; period < 1020; ++period) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 bond = _disputeAny(period, seed);
            uint256 ending = (seed >> 8) % 4;
            if (ending == 0) {
                open += bond;
            } else if (ending == 1) {
                confirm(period);
                due[3] += bond / 2;
                due[_isBreach(seed) ? 1 : 2] += bond - bond / 2;
            } else {
                due[0] += bond;
                if (ending == 2) replace(period, IPactum.Outcome.Breach, 1, 1);
                else _lapseLater(period);
            }
            _checkDues(due[0], due[1], due[2], due[3]);
            VM.assertEq(tribunal.owed(address(token)), open + due[0] + due[1] + due[2] + due[3], "owed");
            VM.assertEq(token.balanceOf(address(tribunal)), tribunal.owed(address(token)), "balance");
        }
        _takeEverything();
    }

    function testFuzz_theBondIsTheLeastThatCoversItsShare(uint128 amount, uint16 bps) public {
        uint256 heldUp = 1 + uint256(amount) % 2 ** 86;
        IPactum.Parameters memory rules = parameters();
        rules.disputeBondBps = 1 + bps % 10_000;
        pactum.setParameters(rules);
        pactum.open(AGREEMENT, CUSTOMER, PROVIDER, address(token), heldUp);
        uint256 bond = dispute(met(0));
        VM.assertGe(bond * 10_000, heldUp * rules.disputeBondBps);
        VM.assertLt((bond - 1) * 10_000, heldUp * rules.disputeBondBps);
    }

    // helpers ---------------------------------------------------------------------------------------------------------------------

    function parameters() private pure returns (IPactum.Parameters memory) {
        return IPactum.Parameters({
            reportDeadline: 6 hours,
            disputeWindow: 8 hours,
            resolutionDeadline: RESOLUTION,
            thaw: 10 days,
            longestPeriod: 31 days,
            validatorBps: 2000,
            daoBps: 1000,
            disputeBondBps: BOND_BPS,
            arbiter: ARBITER
        });
    }

    function met(uint32 period) private pure returns (uint256) {
        return rowOf(AGREEMENT, period, MET, 0, 0);
    }

    function breach(uint32 period) private pure returns (uint256) {
        return rowOf(AGREEMENT, period, BREACH, 3000, 200);
    }

    function noData(uint32 period) private pure returns (uint256) {
        return rowOf(AGREEMENT, period, NO_DATA, 0, 0);
    }

    function rowOf(uint96 agreement, uint32 period, IPactum.Outcome outcome, uint256 creditBps, uint256 slashBps)
        private
        pure
        returns (uint256)
    {
        return uint256(agreement) << 160 | uint256(period) << 128 | uint256(outcome) << 120 | creditBps << 96 | slashBps << 80;
    }

    function dispute(uint256 row) private returns (uint256) {
        VM.prank(DISPUTER);
        return tribunal.dispute(row, GROUNDS, type(uint256).max);
    }

    function confirm(uint32 period) private {
        VM.prank(ARBITER);
        tribunal.confirm(AGREEMENT, period);
    }

    function replace(uint32 period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps) private {
        VM.prank(ARBITER);
        tribunal.replace(AGREEMENT, period, outcome, creditBps, slashBps);
    }

    function _furnish(address account, address token_) private {
        MockToken(token_).mint(account, 2 ** 100);
        VM.prank(account);
        MockToken(token_).approve(address(tribunal), type(uint256).max);
    }

    /// @dev A row that waits in agreement 8, which is in this token.
    function _rowIn(MockToken token_) private returns (uint256 row) {
        _furnish(DISPUTER, address(token_));
        pactum.open(8, CUSTOMER, PROVIDER, address(token_), HELD_UP);
        row = rowOf(8, 0, MET, 0, 0);
        pactum.wait(row);
    }

    function _tokenOf(uint256 row) private view returns (address) {
        return pactum.listingOf(uint32(row >> 160) + pactum.LISTING()).token;
    }

    function _checkDecision(uint32 period, IPactum.Outcome outcome, uint256 creditBps, uint256 slashBps, address winner) private view {
        StandInPactum.Decision memory have = pactum.decisionOf(AGREEMENT, period);
        VM.assertEq(uint256(have.outcome), uint256(outcome), "outcome");
        VM.assertEq(have.creditBps, creditBps, "credit");
        VM.assertEq(have.slashBps, slashBps, "slash");
        VM.assertEq(have.winner, winner, "winner");
    }

    function _checkDues(uint256 disputer, uint256 customer, uint256 provider, uint256 dao) private view {
        VM.assertEq(tribunal.claimableOf(DISPUTER, address(token)), disputer, "disputer");
        VM.assertEq(tribunal.claimableOf(CUSTOMER, address(token)), customer, "customer");
        VM.assertEq(tribunal.claimableOf(PROVIDER, address(token)), provider, "provider");
        VM.assertEq(tribunal.claimableOfDao(address(token)), dao, "dao");
    }

    function _checkNothingLeftToRule(uint32 period) private {
        bytes memory refusal = abi.encodeWithSelector(ITribunal.NoDispute.selector, AGREEMENT, period);
        VM.expectRevert(refusal);
        confirm(period);
        VM.expectRevert(refusal);
        replace(period, BREACH, 1, 1);
        VM.expectRevert(refusal);
        tribunal.lapse(AGREEMENT, period);
    }

    /// @dev The outer call goes through, the inner one does not, and its answer is the guard's.
    function _checkGuarded(ReentrantToken hostile, bytes memory inner, address caller, bytes memory outer) private {
        uint256 before = hostile.attempts();
        hostile.arm(address(tribunal), inner);
        VM.prank(caller);
        (bool done,) = address(tribunal).call(outer);
        VM.assertTrue(done, "outer");
        VM.assertEq(hostile.attempts(), before + 1);
        VM.assertFalse(hostile.succeeded(), "inner");
        VM.assertEq(hostile.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    function _gasOfADisputeAndItsRuling(uint32 period) private returns (uint256 gasUsed) {
        pactum.wait(met(period));
        VM.prank(DISPUTER);
        gasUsed = gasleft();
        tribunal.dispute(met(period), GROUNDS, BOND);
        VM.prank(ARBITER);
        tribunal.confirm(AGREEMENT, period);
        gasUsed -= gasleft();
    }

    function _isBreach(uint256 seed) private pure returns (bool) {
        return seed % 3 == 0;
    }

    function _disputeAny(uint32 period, uint256 seed) private returns (uint256) {
        pactum.open(AGREEMENT, CUSTOMER, PROVIDER, address(token), 1 + (seed >> 16) % 2 ** 86);
        uint256 row = _isBreach(seed) ? breach(period) : seed % 3 == 1 ? met(period) : noData(period);
        pactum.wait(row);
        return dispute(row);
    }

    function _lapseLater(uint32 period) private {
        VM.warp(VM.getBlockTimestamp() + RESOLUTION);
        tribunal.lapse(AGREEMENT, period);
    }

    /// @dev All that is still open lapses; then everyone is paid, and nothing is left.
    function _takeEverything() private {
        VM.warp(VM.getBlockTimestamp() + RESOLUTION);
        for (uint32 period = 1000; period < 1020; ++period) {
            if (tribunal.disputeOf(AGREEMENT, period).open) tribunal.lapse(AGREEMENT, period);
        }
        address[3] memory accounts = [DISPUTER, CUSTOMER, PROVIDER];
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (tribunal.claimableOf(accounts[i], address(token)) != 0) tribunal.claim(accounts[i], address(token));
        }
        if (tribunal.claimableOfDao(address(token)) != 0) tribunal.claimDao(address(token));
        VM.assertEq(tribunal.owed(address(token)), 0);
        VM.assertEq(token.balanceOf(address(tribunal)), 0);
    }
}
