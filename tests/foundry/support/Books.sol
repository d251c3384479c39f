// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {House} from "./House.sol";
import {Model} from "./Model.sol";
import {VM} from "./Vm.sol";

/// @notice What the handler keeps beside the contracts: the model's agreements, who has which tokens, committees, disputes and stake. Two
/// of everybody: providers, customers, payees, treasuries, arbiters, so that nobody's money can be taken for another's.
abstract contract Books is House {
    using Model for Model.Agreement;

    struct Configuration {
        bytes32 id;
        uint256 since;
        uint256 until;
        uint256[] numbers; // of its members, among all candidates
        uint32 active;
    }

    struct Crew {
        uint256 configuration;
        uint32 observers;
        address payee;
    }

    struct Dispute {
        uint256 agreement;
        Model.Row row;
        uint256 reserve;
        uint256 bond;
        address disputer;
        uint256 deadline;
        bool open;
    }

    struct Request {
        address provider;
        uint256 number;
        uint256 asked;
        uint256 thawsAt;
        bool gone;
    }

    uint256 internal constant CANDIDATES = 14;

    address private immutable SECOND_PROVIDER = VM.addr(providerKey(1));
    address private immutable SECOND_PAYOUT = named("second payout");
    address private immutable SECOND_CUSTOMER = named("second customer");
    address private immutable SECOND_PAYEE = named("second payee");
    address private immutable SECOND_TREASURY = named("second treasury");
    address private immutable SECOND_ARBITER = named("second arbiter");

    address[] internal _candidates; // for committees

    Model.Agreement[] internal _agreements;
    Model.Totals internal _totals;
    Configuration[] internal _configurations;
    Crew[] internal _crews; // the first is nobody: periods without a row are its
    Dispute[] internal _disputes;
    Request[] internal _requests;

    mapping(address holder => uint256) internal _money; // of the listed token
    mapping(address holder => uint256) internal _bonds; // of the bond token
    mapping(address provider => uint256) internal _staked;
    mapping(address provider => uint256) internal _thawing;
    mapping(address member => uint256) internal _bondOf;
    mapping(address member => bool) internal _exposed;
    mapping(address reporter => uint256) internal _reporterDue;
    mapping(address account => uint256) internal _tribunalDue;
    uint256 internal _tribunalDao;
    uint256 internal _committeeDao;
    address internal _treasury;
    bool internal _paused;
    uint256 internal _longestThaw;
    uint256 internal _horizon;

    mapping(uint96 agreement => uint256) internal _fromDeposit; // paid to its customer, ever
    uint256 public fromFees; // paid by Pactum, ever
    uint256 public clock = NOW;
    uint256 public steps; // that were taken, whether they did something or not
    mapping(string step => uint256) public taken; // how often each step did something

    function setUp() public override {
        super.setUp();
        _crews.push();
        _candidates = members(CANDIDATES);
        _twice();
        uint256[] memory first = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            first[i] = i;
            _bondOf[_candidates[i]] = MEMBER_BOND;
        }
        _configurations.push(Configuration(configuration, NOW, type(uint64).max, first, ALL));
        _treasury = TREASURY;
        _remember(someParameters());
        _count();
    }

    /// @dev Short enough for bonds to come free in a run.
    function someParameters() internal view override returns (IPactum.Parameters memory values) {
        values = super.someParameters();
        values.longestPeriod = 3 days;
    }

    // people ----------------------------------------------------------------------------------------------------------------------

    function providerKey(uint256 i) internal pure returns (uint256) {
        return i % 2 == 0 ? PROVIDER_KEY : uint256(keccak256("second provider"));
    }

    function providerAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? PROVIDER : SECOND_PROVIDER;
    }

    function payoutAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? PAYOUT : SECOND_PAYOUT;
    }

    function customerAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? CUSTOMER : SECOND_CUSTOMER;
    }

    function payeeAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? PAYEE : SECOND_PAYEE;
    }

    function treasuryAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? TREASURY : SECOND_TREASURY;
    }

    function arbiterAt(uint256 i) public view returns (address) {
        return i % 2 == 0 ? ARBITER : SECOND_ARBITER;
    }

    /// @dev Whoever may have tokens, the contracts among them.
    function holders() public view returns (address[] memory found) {
        found = new address[](16 + CANDIDATES);
        (found[0], found[1], found[2], found[3]) = (address(pactum), address(zone), address(tribunal), address(committee));
        (found[4], found[5]) = (WATCHTOWER, STRANGER);
        for (uint256 i = 0; i < 2; ++i) {
            (found[6 + i], found[8 + i], found[10 + i]) = (providerAt(i), payoutAt(i), customerAt(i));
            (found[12 + i], found[14 + i]) = (payeeAt(i), treasuryAt(i));
        }
        for (uint256 i = 0; i < CANDIDATES; ++i) {
            found[16 + i] = _candidates[i];
        }
    }

    // what the invariants read ----------------------------------------------------------------------------------------------------

    function agreementCount() external view returns (uint256) {
        return _agreements.length;
    }

    function agreementAt(uint256 i) external view returns (Model.Agreement memory) {
        return _agreements[i];
    }

    function isClosed(uint256 i) external view returns (bool) {
        return _agreements[i].closed();
    }

    function isMature(uint256 i) external view returns (bool) {
        return _agreements[i].matured(clock);
    }

    function fromDeposit(uint256 i) external view returns (uint256) {
        return _fromDeposit[_agreements[i].id];
    }

    function configurationCount() external view returns (uint256) {
        return _configurations.length;
    }

    function configurationAt(uint256 i) external view returns (Configuration memory) {
        return _configurations[i];
    }

    function crewCount() external view returns (uint256) {
        return _crews.length;
    }

    function crewAt(uint256 i) external view returns (Crew memory) {
        return _crews[i];
    }

    function earnedBy(uint256 crew) external view returns (uint256 validators, uint256 relay) {
        return (_totals.validators[crew], _totals.relay[crew]);
    }

    function takenFrom(uint256 crew, uint256 member) external view returns (uint256) {
        return _totals.taken[crew][member];
    }

    function relayTakenFrom(uint256 crew) external view returns (uint256) {
        return _totals.relayTaken[crew];
    }

    function dueTo(uint256 crew, uint256 member) external view returns (uint256) {
        return Model.dueTo(_totals, crew, _crews[crew].observers, member);
    }

    function winnerDue(address winner) external view returns (uint256) {
        return _totals.winner[winner];
    }

    function daoDue() external view returns (uint256) {
        return _totals.dao;
    }

    function disputeCount() external view returns (uint256) {
        return _disputes.length;
    }

    function disputeAt(uint256 i) external view returns (Dispute memory) {
        return _disputes[i];
    }

    function tribunalDue(address account) external view returns (uint256) {
        return _tribunalDue[account];
    }

    function tribunalDao() external view returns (uint256) {
        return _tribunalDao;
    }

    function requestCount() external view returns (uint256) {
        return _requests.length;
    }

    function requestAt(uint256 i) external view returns (Request memory) {
        return _requests[i];
    }

    function stakeOf(address provider) external view returns (uint256 total, uint256 thawing) {
        return (_staked[provider], _thawing[provider]);
    }

    function memberAt(uint256 i) external view returns (address) {
        return _candidates[i];
    }

    function candidates() external pure returns (uint256) {
        return CANDIDATES;
    }

    function bondOf(address member) external view returns (uint256) {
        return _bondOf[member];
    }

    function isExposed(address member) external view returns (bool) {
        return _exposed[member];
    }

    function committeeDue(address reporter) external view returns (uint256 toReporter, uint256 toDao) {
        return (_reporterDue[reporter], _committeeDao);
    }

    function moneyOf(address holder) external view returns (uint256) {
        return _money[holder];
    }

    function bondsOf(address holder) external view returns (uint256) {
        return _bonds[holder];
    }

    function longest() external view returns (uint256 thaw, uint256 horizon) {
        return (_longestThaw, _horizon);
    }

    function watchtower() external view returns (address) {
        return WATCHTOWER;
    }

    function addresses() external view returns (address, address, address, address, address, address) {
        return (address(pactum), address(zone), address(tribunal), address(committee), address(token), address(bondToken));
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    function _pay(address from, address to, uint256 amount) internal {
        if (from == address(pactum)) fromFees += amount;
        _money[from] -= amount;
        _money[to] += amount;
    }

    function _payBond(address from, address to, uint256 amount) internal {
        _bonds[from] -= amount;
        _bonds[to] += amount;
    }

    /// @dev What a provider has locked: all that verdicts can still take, or took and the customer has not fetched.
    function _lockedOf(address provider) internal view returns (uint256 locked) {
        for (uint256 i = 0; i < _agreements.length; ++i) {
            Model.Agreement storage model = _agreements[i];
            if (model.terms.provider != provider) continue;
            locked += model.fromDeposit;
            if (!model.closed()) locked += model.depositLeft + model.reserved;
        }
    }

    function _freeOf(address provider) internal view returns (uint256) {
        uint256 bound = _lockedOf(provider) + _thawing[provider];
        return _staked[provider] > bound ? _staked[provider] - bound : 0;
    }

    /// @dev Slashed stake is gone; what thaws can never be more than there is.
    function _seize(address provider, address to, uint256 amount) internal {
        _staked[provider] -= amount;
        if (_thawing[provider] > _staked[provider]) _thawing[provider] = _staked[provider];
        _pay(address(zone), to, amount);
    }

    function _crewOf(uint256 which, uint32 observers, address payee) internal returns (uint256 crew) {
        for (crew = 1; crew < _crews.length; ++crew) {
            Crew storage known = _crews[crew];
            if (known.configuration == which && known.observers == observers && known.payee == payee) return crew;
        }
        _crews.push(Crew(which, observers, payee));
    }

    function _remember(IPactum.Parameters memory values) internal {
        if (values.thaw > _longestThaw) _longestThaw = values.thaw;
        uint256 windows = uint256(values.reportDeadline) + values.disputeWindow + values.resolutionDeadline;
        if (values.longestPeriod + windows > _horizon) _horizon = values.longestPeriod + windows;
    }

    function _reigningAt(uint256 time) internal view returns (uint256 which) {
        while (time < _configurations[which].since || time >= _configurations[which].until) {
            ++which;
        }
    }

    /// @dev The second provider and customer get what the first ones have.
    function _twice() private {
        token.mint(providerAt(1), 1e15);
        token.mint(customerAt(1), 1e15);
        VM.startPrank(providerAt(1));
        zone.register(payoutAt(1), "{}");
        token.approve(address(zone), type(uint256).max);
        zone.stake(address(token), 100 * DEPOSIT);
        VM.stopPrank();
        VM.prank(customerAt(1));
        token.approve(address(pactum), type(uint256).max);
        VM.prank(CUSTOMER);
        token.approve(address(tribunal), type(uint256).max);
        (_staked[providerAt(0)], _staked[providerAt(1)]) = (100 * uint256(DEPOSIT), 100 * uint256(DEPOSIT));
    }

    function _count() private {
        address[] memory all = holders();
        for (uint256 i = 0; i < all.length; ++i) {
            _money[all[i]] = token.balanceOf(all[i]);
            _bonds[all[i]] = bondToken.balanceOf(all[i]);
        }
    }
}
