// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {Signing} from "./Signing.sol";
import {StakeSteps} from "./StakeSteps.sol";
import {VM} from "./Vm.sol";

/// @notice What happens to oracles: they are announced, bonded, caught, and leave.
abstract contract CommitteeSteps is StakeSteps {
    uint256 public constant MOST_CONFIGURATIONS = 5;

    /// @dev Four or seven of those who were never caught, bonded as far as they are not.
    function configure(uint8 first, uint8 size, uint32 lead) external timed {
        if (_configurations.length == MOST_CONFIGURATIONS) return;
        if (_configurations[_configurations.length - 1].since > clock) return; // one announcement at a time
        _configure(first, size % 2 == 0 ? 4 : 7, clock + 1 + lead % DAY);
    }

    /// @dev Whoever serves a later configuration must have this.
    function requireBond(uint256 amount) external timed {
        VM.prank(GOVERNOR);
        committee.requireBond(MEMBER_BOND + amount % 1000);
    }

    /// @dev Anybody posts for anybody but those who were caught.
    function post(uint8 who, uint16 amount) external timed {
        address member = _candidates[who % CANDIDATES];
        if (!_exposed[member]) return _post(member, uint256(amount) + 1);
        VM.expectRevert(abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, member));
        committee.post(member, 1);
    }

    /// @dev Somebody shows two roots of one epoch. Rarely, or no quorum would be left.
    function expose(uint8 who, uint64 epoch, uint8 luck) external timed {
        uint256 key = memberKey(who % CANDIDATES);
        address member = _candidates[who % CANDIDATES];
        if (luck % 8 != 0) return;
        bytes memory one = Signing.compact(key, committee.observationRootDigest(epoch, keccak256("one")));
        bytes memory other = Signing.compact(key, committee.observationRootDigest(epoch, keccak256("other")));
        bytes4 refusal = _everServed(member) ? ICommittee.AlreadyExposed.selector : ICommittee.NeverAMember.selector;
        bool refused = _exposed[member] || !_everServed(member);
        if (refused) VM.expectRevert(abi.encodeWithSelector(refusal, member));
        VM.prank(WATCHTOWER);
        committee.expose(member, epoch, keccak256("one"), one, keccak256("other"), other);
        if (!refused) _catch(member);
    }

    /// @dev A member asks for its bond, by its own hand, to its own address.
    function takeBond(uint8 who) external timed {
        address member = _candidates[who % CANDIDATES];
        if (_bondOf[member] != 0) _leave(member);
    }

    function claimReporter() external timed {
        _claimReporter();
    }

    function claimCommitteeDao() external timed {
        _claimCommitteeDao();
    }

    // what the steps share --------------------------------------------------------------------------------------------------------

    function _configure(uint256 first, uint256 size, uint256 since) internal {
        uint256[] memory numbers = new uint256[](size);
        address[] memory chosen = new address[](size);
        uint256 count = 0;
        for (uint256 i = 0; i < CANDIDATES && count < size; ++i) {
            address member = _candidates[(first + i) % CANDIDATES];
            if (_exposed[member]) continue;
            (numbers[count], chosen[count]) = ((first + i) % CANDIDATES, member);
            uint256 need = committee.requiredBond();
            if (_bondOf[member] < need) _post(member, need - _bondOf[member]);
            ++count;
        }
        if (count < size) return;
        bytes32 id = configured(chosen, uint64(since));
        _configurations[_configurations.length - 1].until = since;
        _configurations.push(Configuration(id, since, type(uint64).max, numbers, uint32((uint256(1) << size) - 1)));
        ++taken["configure"];
    }

    function _leave(address member) internal {
        uint256 until = servesUntil(member);
        bool refused = clock < until;
        if (refused) VM.expectRevert(abi.encodeWithSelector(ICommittee.StillServing.selector, member, until));
        VM.prank(member);
        uint256 amount = committee.withdraw(member);
        ++taken[refused ? "leave refused" : "leave"];
        if (refused) return;
        VM.assertEq(amount, _bondOf[member], "bond");
        _bondOf[member] = 0;
        _payBond(address(committee), member, amount);
    }

    function _claimReporter() internal {
        _claimBonds(abi.encodeCall(ICommittee.claimReporter, (WATCHTOWER)), _reporterDue[WATCHTOWER], WATCHTOWER, "reporter");
        _reporterDue[WATCHTOWER] = 0;
    }

    function _claimCommitteeDao() internal {
        _claimBonds(abi.encodeCall(ICommittee.claimDao, ()), _committeeDao, _treasury, "committee dao");
        _committeeDao = 0;
    }

    /// @dev When a member may take its bond: when all that began under the last configuration it is in is over.
    function servesUntil(address member) public view returns (uint256 until) {
        for (uint256 i = 0; i < _configurations.length; ++i) {
            if (!_isIn(i, member)) continue;
            until = _configurations[i].until;
            if (until != type(uint64).max) until += _horizon;
        }
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    function _post(address member, uint256 amount) private {
        bondToken.mint(address(this), amount);
        bondToken.approve(address(committee), amount);
        committee.post(member, amount);
        _bondOf[member] += amount;
        _bonds[address(committee)] += amount;
        ++taken["post"];
    }

    /// @dev The bond is divided, and the bit cleared wherever it could still count.
    function _catch(address member) private {
        uint256 toReporter = _bondOf[member] * REPORTER_BPS / 10_000;
        _reporterDue[WATCHTOWER] += toReporter;
        _committeeDao += _bondOf[member] - toReporter;
        _bondOf[member] = 0;
        _exposed[member] = true;
        for (uint256 i = 0; i < _configurations.length; ++i) {
            Configuration storage found = _configurations[i];
            bool over = found.until != type(uint64).max && found.until + _horizon <= clock;
            for (uint256 j = 0; j < found.numbers.length && !over; ++j) {
                if (_candidates[found.numbers[j]] == member) found.active &= ~(uint32(1) << uint32(j));
            }
        }
        ++taken["expose"];
    }

    function _claimBonds(bytes memory call_, uint256 due, address to, string memory step) private {
        (bool done, bytes memory answer) = address(committee).call(call_);
        if (!done) VM.assertEq(answer, abi.encodeWithSelector(ICommittee.NothingToClaim.selector));
        VM.assertEq(done ? abi.decode(answer, (uint256)) : 0, due, step);
        if (!done) return;
        _payBond(address(committee), to, due);
        ++taken[step];
    }

    function _everServed(address member) private view returns (bool served) {
        for (uint256 i = 0; i < _configurations.length; ++i) {
            served = served || _isIn(i, member);
        }
    }

    function _isIn(uint256 which, address member) private view returns (bool found) {
        uint256[] storage numbers = _configurations[which].numbers;
        for (uint256 i = 0; i < numbers.length; ++i) {
            found = found || _candidates[numbers[i]] == member;
        }
    }
}
