// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../../contracts/interfaces/ILawStone.sol";
import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../../contracts/interfaces/IZone.sol";
import {MockToken} from "../../../contracts/mocks/MockToken.sol";
import {Deploy} from "./Deploy.sol";
import {Signing} from "./Signing.sol";
import {VM} from "./Vm.sol";

/// @notice Everything deployed, one registered and staked provider, one customer with money, four oracles, one listed token.
/// Times are those of a chain that begins at NOW; a day is a period, and an epoch an hour.
abstract contract House {
    uint256 internal constant NOW = 1_800_000_000; // 2027-01-15 08:00:00 UTC
    uint32 internal constant EPOCH = 1 hours;
    uint32 internal constant DAY = 1 days;
    uint32 internal constant DEADLINE = 6 hours;
    uint32 internal constant WINDOW = 8 hours;
    uint128 internal constant FEE = 1_000_000_000;
    uint128 internal constant DEPOSIT = 5_000_000_000;
    uint128 internal constant RELAY_FEE = 1_000_000;
    uint256 internal constant PROVIDER_KEY = uint256(keccak256("provider"));
    uint32 internal constant ALL = 0xf; // all four members
    uint256 internal constant THREE = 0x7; // members 0, 1 and 2
    bytes internal constant TERMS = "apiVersion: openslo/v1";
    bytes internal constant LAW = "decide(_, verdict(met, 0, 0, 0), []).";

    address internal immutable GOVERNOR = named("governor");
    address internal immutable TREASURY = named("treasury");
    address internal immutable CUSTOMER = named("customer");
    address internal immutable PAYOUT = named("payout");
    address internal immutable PAYEE = named("payee");
    address internal immutable STRANGER = named("stranger");
    address internal immutable PROVIDER = VM.addr(PROVIDER_KEY);

    MockToken internal token;
    ILawStone internal lawStone;
    IZone internal zone;
    ICommittee internal committee;
    IPactum internal pactum;
    bytes32 internal terms;
    bytes32 internal law;
    bytes32 internal configuration;
    uint256 internal nonce;

    function setUp() public virtual {
        VM.warp(NOW);
        token = new MockToken();
        _deploy();
        _govern();
        _furnish(address(token));
    }

    function _deploy() internal {
        address pactumToBe = VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + 3);
        lawStone = Deploy.lawStone(GOVERNOR);
        zone = Deploy.zone(pactumToBe);
        committee = Deploy.committee(GOVERNOR, EPOCH);
        pactum = Deploy.pactum(GOVERNOR, address(zone), address(committee), address(lawStone), TREASURY);
    }

    function _govern() internal {
        law = lawStone.publish(LAW);
        VM.startPrank(GOVERNOR);
        lawStone.enact(law);
        configuration = committee.configure(members(4), uint64(NOW));
        pactum.setParameters(IPactum.Parameters(DEADLINE, WINDOW, 2000, 1000));
        VM.stopPrank();
        terms = pactum.publishTerms(TERMS);
    }

    /// @dev Lists a token, gives the provider stake and the customer money in it.
    function _furnish(address token_) internal {
        VM.prank(GOVERNOR);
        pactum.list(IPactum.Listing(token_, 1_000_000, 100_000));
        _listRelayFee(token_);
        MockToken(token_).mint(PROVIDER, 1e15);
        MockToken(token_).mint(CUSTOMER, 1e15);
        VM.startPrank(PROVIDER);
        zone.register(PAYOUT, "{}");
        MockToken(token_).approve(address(zone), type(uint256).max);
        zone.stake(token_, 100 * DEPOSIT);
        VM.stopPrank();
        VM.prank(CUSTOMER);
        MockToken(token_).approve(address(pactum), type(uint256).max);
    }

    function _listRelayFee(address token_) private {
        VM.prank(GOVERNOR);
        pactum.list(IPactum.Listing(token_, 100_000_000, RELAY_FEE));
    }

    // offers and agreements -------------------------------------------------------------------------------------------------------

    /// @dev A new offer, good for everybody: fixed days, full credit, a tenth of the deposit slashed at most.
    function anOffer() internal returns (IPactum.Offer memory) {
        return IPactum.Offer({
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
            lead: 1 hours,
            expiry: uint64(timeNow() + 365 days),
            nonce: nonce++
        });
    }

    function signed(IPactum.Offer memory offer) internal view returns (bytes memory) {
        return Signing.long(PROVIDER_KEY, pactum.offerDigest(offer));
    }

    /// @dev The customer opens; the first period begins as early as the offer allows.
    function opened(IPactum.Offer memory offer, uint32 periods) internal returns (uint96) {
        return openedAt(offer, uint64(timeNow() + offer.lead), periods);
    }

    function openedAt(IPactum.Offer memory offer, uint64 start, uint32 periods) internal returns (uint96) {
        bytes memory signature = signed(offer);
        VM.prank(CUSTOMER);
        return pactum.open(offer, signature, start, periods);
    }

    function anAgreement(uint32 periods) internal returns (uint96) {
        return opened(anOffer(), periods);
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

    /// @dev Waits for the end of the row's period, reports it, and waits until it has matured.
    function reportAndMature(uint256 row_) internal {
        VM.warp(endOf(uint96(row_ >> 160), uint32(row_ >> 128)));
        VM.assertEq(report(row_), 1, "row was skipped");
        VM.warp(timeNow() + WINDOW);
    }

    function settle(uint96 agreement) internal returns (uint256) {
        return pactum.settle(ids(agreement));
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
            keys[i] = uint256(keccak256(abi.encode("member", i)));
        }
    }

    function members(uint256 count) internal pure returns (address[] memory found) {
        found = new address[](count);
        uint256[] memory keys = memberKeys(count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = VM.addr(keys[i]);
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

    /// @dev What a member names when it claims.
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
