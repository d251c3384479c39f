// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../../contracts/interfaces/ILawStone.sol";
import {INotary} from "../../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {ITribunal} from "../../../contracts/interfaces/ITribunal.sol";
import {IZone} from "../../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {Deploy} from "./Deploy.sol";
import {Signing} from "./Signing.sol";
import {VM} from "./Vm.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

/// @notice Everything deployed, one registered and staked provider, one customer and one watchtower with money, four bonded oracles, one
/// listed token. Times are those of a chain that begins at NOW; a day is a period, and an epoch an hour.
abstract contract House {
    uint256 internal constant NOW = 1_800_000_000; // 2027-01-15 08:00:00 UTC
    uint32 internal constant EPOCH = 1 hours;
    uint32 internal constant DAY = 1 days;
    uint32 internal constant DEADLINE = 6 hours;
    uint32 internal constant WINDOW = 8 hours;
    uint32 internal constant RESOLUTION = 9 hours;
    uint32 internal constant THAW = 2 days;
    uint32 internal constant LONGEST = 92 days;
    uint16 internal constant BOND_BPS = 1000; // of what a dispute holds up
    uint128 internal constant FEE = 1_000_000_000;
    uint128 internal constant DEPOSIT = 5_000_000_000;
    uint96 internal constant RELAY_FEE = 1_000_000;
    uint256 internal constant MEMBER_BOND = 1_000_000_007;
    uint16 internal constant REPORTER_BPS = 4000;
    uint256 internal constant PROVIDER_KEY = uint256(keccak256("provider"));
    uint256 internal constant CUSTOMER_KEY = uint256(keccak256("customer"));
    uint32 internal constant ALL = 0xf; // all four members
    uint256 internal constant THREE = 0x7; // members 0, 1 and 2
    bytes internal constant TERMS = "apiVersion: openslo/v1";
    bytes internal constant LAW = "decide(_, verdict(met, 0, 0, 0), []).";
    bytes32 internal constant GROUNDS = keccak256("what the watchtower found");

    address internal immutable GOVERNOR = named("governor");
    address internal immutable GUARDIAN = named("guardian");
    address internal immutable ARBITER = named("arbiter");
    address internal immutable TREASURY = named("treasury");
    address internal immutable CUSTOMER = VM.addr(CUSTOMER_KEY);
    address internal immutable PAYOUT = named("payout");
    address internal immutable PAYEE = named("payee");
    address internal immutable WATCHTOWER = named("watchtower");
    address internal immutable STRANGER = named("stranger");
    address internal immutable PROVIDER = VM.addr(PROVIDER_KEY);

    MockToken internal token;
    MockToken internal bondToken;
    ILawStone internal lawStone;
    IZone internal zone;
    ICommittee internal committee;
    ITribunal internal tribunal;
    INotary internal notary;
    IPactum internal pactum;
    bytes32 internal terms;
    bytes32 internal law;
    bytes32 internal configuration;
    uint256 internal nonce;

    function setUp() public virtual {
        VM.warp(NOW);
        token = new MockToken();
        bondToken = new MockToken();
        _deploy();
        _govern();
        _furnish(address(token));
    }

    function _deploy() internal {
        address pactumToBe = VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 5);
        lawStone = Deploy.lawStone(GOVERNOR, VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 1));
        committee = Deploy.committee(GOVERNOR, pactumToBe, Deploy.Bonding(EPOCH, address(bondToken), MEMBER_BOND, REPORTER_BPS));
        zone = Deploy.zone(pactumToBe);
        tribunal = Deploy.tribunal(pactumToBe);
        notary = Deploy.notary(pactumToBe, address(zone), address(committee), address(lawStone));
        pactum = Deploy.pactum(parts());
    }

    /// @dev Those of the Pactum that stands, or is about to.
    function parts() internal view returns (Deploy.Parts memory) {
        return Deploy.Parts(GOVERNOR, address(zone), address(committee), address(tribunal), address(notary), TREASURY);
    }

    function _govern() internal {
        law = lawStone.publish(LAW);
        VM.prank(GOVERNOR);
        lawStone.found(ILawStone.Seat.Settlement, law, true);
        configuration = configured(members(4), uint64(NOW));
        set(someParameters());
        terms = notary.publishTerms(TERMS);
    }

    /// @dev Lists a token, gives the provider stake and the others money in it.
    function _furnish(address token_) internal {
        relist(token_, 100_000, 1_000_000);
        relist(token_, RELAY_FEE, 100_000_000);
        MockToken(token_).mint(PROVIDER, 1e15);
        MockToken(token_).mint(CUSTOMER, 1e15);
        MockToken(token_).mint(WATCHTOWER, 1e15);
        VM.startPrank(PROVIDER);
        zone.register(PAYOUT, "{}");
        MockToken(token_).approve(address(zone), type(uint256).max);
        zone.stake(token_, 100 * DEPOSIT);
        VM.stopPrank();
        VM.prank(CUSTOMER);
        MockToken(token_).approve(address(pactum), type(uint256).max);
        VM.prank(WATCHTOWER);
        MockToken(token_).approve(address(tribunal), type(uint256).max);
    }

    // governance ------------------------------------------------------------------------------------------------------------------

    function someParameters() internal view virtual returns (IPactum.Parameters memory) {
        return IPactum.Parameters({
            reportDeadline: DEADLINE,
            disputeWindow: WINDOW,
            resolutionDeadline: RESOLUTION,
            thaw: THAW,
            longestPeriod: LONGEST,
            validatorBps: 2000,
            daoBps: 1000,
            disputeBondBps: BOND_BPS,
            arbiter: ARBITER
        });
    }

    function set(IPactum.Parameters memory values) internal returns (uint32) {
        VM.prank(GOVERNOR);
        return pactum.setParameters(values);
    }

    // laws ------------------------------------------------------------------------------------------------------------------------

    /// @dev Enacts a published law beside the one that runs, with both keys.
    function enacted(bytes32 law_) internal {
        assented(lawStone.proposeAmendment(law_, ILawStone.Seat.Settlement, false, 0), configuration, memberKeys(4), THREE);
        VM.prank(GOVERNOR);
        lawStone.enact(law_, ILawStone.Seat.Settlement, false, 0);
    }

    function assented(bytes32 amendment, bytes32 by, uint256[] memory keys, uint256 signers) internal {
        lawStone.assentTo(amendment, by, signers, Signing.compact(keys, signers, lawStone.assentDigestOf(amendment)));
    }

    function relist(address token_, uint96 relayFee, uint128 minFee) internal returns (uint32) {
        VM.prank(GOVERNOR);
        return pactum.list(IPactum.Listing({token: token_, relayFee: relayFee, minFee: minFee}));
    }

    /// @dev Bonds whoever has no bond yet, and announces them.
    function configured(address[] memory members_, uint64 since) internal returns (bytes32) {
        for (uint256 i = 0; i < members_.length; ++i) {
            bonded(members_[i]);
        }
        VM.prank(GOVERNOR);
        return committee.configure(members_, since);
    }

    function bonded(address member) internal {
        uint256 have = committee.bondOf(member);
        uint256 need = committee.requiredBond();
        if (have >= need) return;
        bondToken.mint(address(this), need - have);
        bondToken.approve(address(committee), need - have);
        committee.post(member, need - have);
    }

    // offers and agreements -------------------------------------------------------------------------------------------------------

    /// @dev A new offer, good for everybody: fixed days, full credit, a tenth of the deposit slashed at most, no notice.
    function anOffer() internal returns (INotary.Offer memory) {
        return INotary.Offer({
            provider: PROVIDER,
            customer: address(0),
            token: address(token),
            terms: terms,
            law: law,
            fee: FEE,
            deposit: DEPOSIT,
            maxCreditBps: 10_000,
            maxSlashBps: 1000,
            minProviderBps: 7000,
            periodKind: IPactum.PeriodKind.Fixed,
            periodLength: DAY,
            maxPeriods: 1000,
            noticePeriods: 0,
            lead: 1 hours,
            expiry: uint64(timeNow() + 365 days),
            nonce: nonce++
        });
    }

    function signed(INotary.Offer memory offer) internal view returns (bytes memory) {
        return Signing.long(PROVIDER_KEY, notary.offerDigest(offer));
    }

    /// @dev The customer opens; the first period begins as early as the offer allows.
    function opened(INotary.Offer memory offer, uint32 periods) internal returns (uint96) {
        return openedAt(offer, uint64(timeNow() + offer.lead), periods);
    }

    function openedAt(INotary.Offer memory offer, uint64 start, uint32 periods) internal returns (uint96) {
        return openedBy(CUSTOMER, offer, signed(offer), start, periods);
    }

    /// @dev On whatever conditions are in force.
    function openedBy(address customer, INotary.Offer memory offer, bytes memory signature, uint64 start, uint32 periods)
        internal
        returns (uint96)
    {
        uint32 parameters = pactum.currentParameters();
        uint32 listing = pactum.currentListing(offer.token);
        VM.prank(customer);
        return notary.open(offer, signature, start, periods, parameters, listing);
    }

    function anAgreement(uint32 periods) internal returns (uint96) {
        return opened(anOffer(), periods);
    }

    function terminatedBy(address party, uint96 agreement) internal returns (uint32) {
        VM.prank(party);
        return pactum.terminate(agreement);
    }

    function endOf(uint96 agreement, uint32 period) internal view returns (uint256 end) {
        (, end) = pactum.periodOf(agreement, period);
    }

    // reports ---------------------------------------------------------------------------------------------------------------------

    function met(uint96 agreement, uint32 period) internal pure returns (uint256) {
        return row(agreement, period, 1, 0, 0);
    }

    function breach(uint96 agreement, uint32 period, uint16 creditBps, uint16 slashBps) internal pure returns (uint256) {
        return row(agreement, period, 2, creditBps, slashBps);
    }

    function noData(uint96 agreement, uint32 period) internal pure returns (uint256) {
        return row(agreement, period, 3, 0, 0);
    }

    /// @dev The rest of the word is filled with ones: it must not matter.
    function row(uint96 agreement, uint32 period, uint8 outcome, uint16 creditBps, uint16 slashBps) internal pure returns (uint256) {
        uint256 verdict = uint256(outcome) << 120 | uint256(0xff) << 112 | uint256(creditBps) << 96 | uint256(slashBps) << 80;
        return uint256(agreement) << 160 | uint256(period) << 128 | verdict | type(uint80).max;
    }

    /// @dev Header for a period that ended at `end`, observed by all four.
    function headerAt(uint256 end) internal view returns (IPactum.Header memory) {
        return IPactum.Header(configuration, uint64((end - 1) / EPOCH), keccak256("set"), ALL, PAYEE);
    }

    function report(IPactum.Header memory header, uint256[] memory rows) internal returns (uint256) {
        bytes memory signatures = Signing.compact(memberKeys(4), THREE, pactum.reportDigest(header, rows));
        return pactum.report(header, rows, THREE, signatures);
    }

    /// @dev Reports one row for a period that ends in the report's epoch, at once.
    function report(uint256 row_) internal returns (uint256) {
        uint96 agreement = uint96(row_ >> 160);
        return report(headerAt(endOf(agreement, uint32(row_ >> 128))), list(row_));
    }

    /// @dev Waits for the end of the row's period and reports it.
    function reportInTime(uint256 row_) internal {
        VM.warp(endOf(uint96(row_ >> 160), uint32(row_ >> 128)));
        VM.assertEq(report(row_), 1, "row was skipped");
    }

    /// @dev The same, and waits until it has matured.
    function reportAndMature(uint256 row_) internal {
        reportInTime(row_);
        VM.warp(timeNow() + WINDOW);
    }

    /// @dev The same, and settles it.
    function reportAndSettle(uint256 row_) internal {
        reportAndMature(row_);
        VM.assertEq(settle(uint96(row_ >> 160)), 1, "nothing to settle");
    }

    function settle(uint96 agreement) internal returns (uint256) {
        return pactum.settle(ids(agreement));
    }

    // disputes --------------------------------------------------------------------------------------------------------------------

    function disputed(uint256 row_) internal returns (uint256 bond) {
        VM.prank(WATCHTOWER);
        return tribunal.dispute(row_, GROUNDS, type(uint256).max);
    }

    /// @dev Reports a row in time, and disputes it at once.
    function reportAndDispute(uint256 row_) internal returns (uint256 bond) {
        reportInTime(row_);
        return disputed(row_);
    }

    function confirmed(uint96 agreement, uint32 period) internal {
        VM.prank(ARBITER);
        tribunal.confirm(agreement, period);
    }

    function replaced(uint96 agreement, uint32 period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps) internal {
        VM.prank(ARBITER);
        tribunal.replace(agreement, period, outcome, creditBps, slashBps);
    }

    // accounts --------------------------------------------------------------------------------------------------------------------

    /// @dev Anybody asks; it goes to the payout address.
    function claimProvider(uint96[] memory agreements) internal returns (uint256) {
        return pactum.claimProvider(agreements, address(token), zone.payoutOf(PROVIDER));
    }

    /// @dev In one transaction, as whoever calls.
    function settleAndClaimProvider(uint96[] memory agreements) internal returns (uint256) {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IPactum.settle, (agreements));
        calls[1] = abi.encodeCall(IPactum.claimProvider, (agreements, address(token), zone.payoutOf(PROVIDER)));
        return abi.decode(Multicall(address(pactum)).multicall(calls)[1], (uint256));
    }

    function claimMember(uint256 member) internal returns (uint256) {
        return pactum.claimMember(configuration, address(token), member, crews(ALL));
    }

    function claimRelay() internal returns (uint256) {
        return pactum.claimRelay(configuration, address(token), PAYEE, sets(ALL));
    }

    /// @dev What a member of a crew that all four make may claim.
    function dueToMember(uint256 member) internal view returns (uint256) {
        return dueOf(pactum.crewOf(configuration, ALL, PAYEE), 4, member);
    }

    function dueOf(uint256 crew, uint256 size, uint256 member) internal view returns (uint256) {
        (uint256 validators,) = pactum.earnedBy(crew, address(token));
        return validators / size - pactum.takenFrom(crew, address(token), member);
    }

    function earned() internal view returns (uint256 validators, uint256 relay) {
        return pactum.earnedBy(pactum.crewOf(configuration, ALL, PAYEE), address(token));
    }

    function lockedStake() internal view returns (uint256) {
        return zone.stakeOf(PROVIDER, address(token)).locked;
    }

    function balance(address account) internal view returns (uint256) {
        return token.balanceOf(account);
    }

    /// @dev Asked of Forge: the optimiser takes block.timestamp for constant and would read it before a warp.
    function timeNow() internal view returns (uint256) {
        return VM.getBlockTimestamp();
    }

    // small things ----------------------------------------------------------------------------------------------------------------

    function named(string memory name) internal pure returns (address) {
        return VM.addr(uint256(keccak256(bytes(name))));
    }

    function memberKeys(uint256 count) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys[i] = memberKey(i);
        }
    }

    function memberKey(uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("member", i)));
    }

    function members(uint256 count) internal pure returns (address[] memory found) {
        found = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = VM.addr(memberKey(i));
        }
    }

    function ids(uint96 one) internal pure returns (uint96[] memory found) {
        found = new uint96[](1);
        found[0] = one;
    }

    function ids(uint96 one, uint96 other) internal pure returns (uint96[] memory found) {
        found = new uint96[](2);
        (found[0], found[1]) = (one, other);
    }

    /// @dev What a member names when it claims: these observers, and the payee.
    function crews(uint32 one) internal view returns (IPactum.Crew[] memory found) {
        found = new IPactum.Crew[](1);
        found[0] = IPactum.Crew(one, PAYEE);
    }

    function crews(uint32 one, uint32 other) internal view returns (IPactum.Crew[] memory found) {
        found = new IPactum.Crew[](2);
        (found[0], found[1]) = (IPactum.Crew(one, PAYEE), IPactum.Crew(other, PAYEE));
    }

    /// @dev What a payee names when it claims.
    function sets(uint32 one) internal pure returns (uint32[] memory found) {
        found = new uint32[](1);
        found[0] = one;
    }

    function sets(uint32 one, uint32 other) internal pure returns (uint32[] memory found) {
        found = new uint32[](2);
        (found[0], found[1]) = (one, other);
    }

    function list(uint256 one) internal pure returns (uint256[] memory found) {
        found = new uint256[](1);
        found[0] = one;
    }

    function list(uint256 one, uint256 other) internal pure returns (uint256[] memory found) {
        found = new uint256[](2);
        (found[0], found[1]) = (one, other);
    }
}
