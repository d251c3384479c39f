// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../../contracts/interfaces/ICommittee.sol";
import {Chamber} from "./Chamber.sol";
import {Signing} from "./Signing.sol";
import {VM} from "./Vm.sol";

/// @notice What anybody may do to a committee, in any order and at any time; Forge's fuzzer chooses. Each step is taken on the contract
/// and on a model of it, which says of each whether it is refused and with what. Nothing else may revert.
contract CommitteeHandler is Chamber {
    struct Account {
        uint256 bond;
        uint256 last; // index of the last configuration with it, counted from 1
        bool exposed;
    }

    struct Reign {
        bytes32 configuration;
        uint256 since;
        uint256 until;
        uint256 size;
        uint256 first; // members are accounts first, first + 1, ..., modulo ACCOUNTS
        uint256 required; // of each when it was announced
        uint256 active;
        bool over; // it could report no more at some time, and cannot since
    }

    uint256 public constant ACCOUNTS = 16;
    uint256 public constant MOST_REIGNS = 12;

    address[31] internal addresses; // made once: to find the address of a key takes longer than a step
    Account[16] internal accounts;
    Reign[] internal reigns;
    mapping(uint256 account => uint256) public dueTo; // as a reporter
    uint256 public dueToDao;
    uint256 public posted;
    uint256 public withdrawn;
    uint256 public claimed;
    uint256 public lost;
    uint256 public given; // by nobody's leave, and nobody's
    uint256 public required = BOND;
    uint256 public horizon = HORIZON;
    uint256 public clock = NOW;
    mapping(string step => uint256) public taken; // how often each step did something

    modifier timed() {
        VM.warp(clock);
        _;
    }

    constructor() {
        setUp();
        for (uint256 i = 0; i < 31; ++i) {
            addresses[i] = member(i);
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts[i].bond = BOND;
        }
        posted = 31 * BOND; // that of the others stays where it is
    }

    function house() external view returns (address committee_, address token_) {
        return (address(committee), address(token));
    }

    function addressOf(uint256 account) external view returns (address) {
        return addresses[account];
    }

    function reignCount() external view returns (uint256) {
        return reigns.length;
    }

    function reignAt(uint256 i) external view returns (Reign memory) {
        return reigns[i];
    }

    function accountAt(uint256 i) external view returns (Account memory) {
        return accounts[i];
    }

    // what the model says --------------------------------------------------------------------------------------------------------

    /// @dev Whether a row of a period that began in this reign may still come, or be disputed. Parameters that were set after that cannot
    /// make it so again: no agreement that has them has a period that began so early.
    function canReport(uint256 i) public view returns (bool) {
        return !reigns[i].over && _withinHorizon(i);
    }

    function servesUntil(uint256 account) public view returns (uint256) {
        uint256 last = accounts[account].last;
        if (last == 0) return 0;
        uint256 until = reigns[last - 1].until;
        return until == ENDLESS ? until : until + horizon;
    }

    /// @return which its index among the members, or the size if it is not among them
    function placeIn(uint256 i, uint256 account) public view returns (uint256 which) {
        which = (account + ACCOUNTS - reigns[i].first) % ACCOUNTS;
        return which < reigns[i].size ? which : reigns[i].size;
    }

    // steps ----------------------------------------------------------------------------------------------------------------------

    function wait(uint32 time) external timed {
        clock += time % (time % 4 == 0 ? 50 days : 1 days);
    }

    /// @dev To the second at which a reign ends, begins, or can report no more, or the second before.
    function waitForAnEdge(uint256 which, bool over, bool before) external timed {
        if (reigns.length == 0) return;
        Reign storage reign = reigns[which % reigns.length];
        uint256 time = over && reign.until != ENDLESS ? reign.until + horizon : reign.since;
        if (before) --time;
        if (time > clock) clock = time;
    }

    function configure(uint256 first, uint256 size, uint32 ahead) external timed {
        if (reigns.length == MOST_REIGNS) return;
        size = 4 + 3 * (size % 3);
        uint256 since = clock + ahead % 3 * uint256(ahead % 100 days);
        if (reigns.length != 0 && since <= reigns[reigns.length - 1].since) since = reigns[reigns.length - 1].since + 1;
        if (since > clock + 366 days) return;
        first %= ACCOUNTS;
        address[] memory list = _list(first, size);
        VM.prank(GOVERNOR);
        (bool done, bytes memory answer) = address(committee).call(abi.encodeCall(committee.configure, (list, uint64(since))));
        bytes memory refusal = _objection(first, size);
        VM.assertTrue(done == (refusal.length == 0), "configured");
        if (!done) return _refused("refuse to configure", answer, refusal);

        if (reigns.length != 0) reigns[reigns.length - 1].until = since;
        uint256 all = (uint256(1) << size) - 1;
        reigns.push(Reign(abi.decode(answer, (bytes32)), since, ENDLESS, size, first, required, all, false));
        for (uint256 i = 0; i < size; ++i) {
            accounts[(first + i) % ACCOUNTS].last = reigns.length;
        }
        ++taken["configure"];
    }

    function requireBond(uint8 change) external timed {
        required = BOND + change % 5 - 2;
        VM.prank(GOVERNOR);
        committee.requireBond(required);
    }

    function post(uint256 account, uint8 amount) external timed {
        account %= ACCOUNTS;
        uint256 more = amount % 3 == 0 ? BOND : uint256(amount) + 1;
        bytes memory call_ = abi.encodeCall(committee.post, (addresses[account], more));
        (bool done, bytes memory answer) = address(committee).call(call_);
        VM.assertTrue(done != accounts[account].exposed, "posted");
        bytes memory refusal = abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, addresses[account]);
        if (!done) return _refused("refuse to post", answer, refusal);

        accounts[account].bond += more;
        posted += more;
        ++taken["post"];
    }

    function withdraw(uint256 account) external timed {
        account %= ACCOUNTS;
        uint256 bond = accounts[account].bond;
        uint256 until = servesUntil(account);
        VM.prank(addresses[account]);
        (bool done, bytes memory answer) = address(committee).call(abi.encodeCall(committee.withdraw, (STRANGER)));
        VM.assertTrue(done == (bond != 0 && clock >= until), "withdrawn");
        bytes memory refusal = bond == 0
            ? abi.encodeWithSelector(ICommittee.NothingToClaim.selector)
            : abi.encodeWithSelector(ICommittee.StillServing.selector, addresses[account], uint64(until));
        if (!done) return _refused("refuse to pay a bond", answer, refusal);

        VM.assertEq(abi.decode(answer, (uint256)), bond);
        accounts[account].bond = 0;
        withdrawn += bond;
        ++taken["withdraw"];
    }

    /// @dev Seldom, or nobody would be left to serve.
    function expose(uint256 account, uint256 reporter, uint64 epoch, bytes32 root, bytes32 other) external timed {
        if (root == other || uint256(root) % 4 != 0) return;
        account %= ACCOUNTS;
        reporter %= ACCOUNTS;
        (bytes memory one, bytes memory two) = (signedRoot(account, epoch, root), signedRoot(account, epoch, other));
        bytes memory call_ = abi.encodeCall(committee.expose, (addresses[account], epoch, root, one, other, two));
        VM.prank(addresses[reporter]);
        (bool done, bytes memory answer) = address(committee).call(call_);
        VM.assertTrue(done == (accounts[account].last != 0 && !accounts[account].exposed), "exposed");
        bytes4 why = accounts[account].last == 0 ? ICommittee.NeverAMember.selector : ICommittee.AlreadyExposed.selector;
        if (!done) return _refused("refuse to expose", answer, abi.encodeWithSelector(why, addresses[account]));

        _lose(account, reporter);
        for (uint256 i = 0; i < reigns.length; ++i) {
            if (_withinHorizon(i)) reigns[i].active &= ~(uint256(1) << placeIn(i, account)) & ((uint256(1) << reigns[i].size) - 1);
        }
        ++taken["expose"];
    }

    function claimReporter(uint256 account) external timed {
        account %= ACCOUNTS;
        uint256 due = dueTo[account];
        _claim("reporter", due, abi.encodeCall(committee.claimReporter, (addresses[account])));
        dueTo[account] = 0;
    }

    function claimDao() external timed {
        _claim("dao", dueToDao, abi.encodeCall(committee.claimDao, ()));
        dueToDao = 0;
    }

    /// @dev Later parameters may make it longer, never shorter.
    function lengthenHorizon(uint32 by) external timed {
        for (uint256 i = 0; i < reigns.length; ++i) {
            reigns[i].over = !canReport(i);
        }
        horizon += by % 1 days;
        escrow.setHorizon(uint64(horizon));
    }

    function give(uint8 amount) external timed {
        token.mint(address(committee), amount);
        given += amount;
    }

    function _withinHorizon(uint256 i) private view returns (bool) {
        return reigns[i].until == ENDLESS || clock < reigns[i].until + horizon;
    }

    function _list(uint256 first, uint256 size) private view returns (address[] memory list) {
        list = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            list[i] = addresses[(first + i) % ACCOUNTS];
        }
    }

    /// @dev Against the first member that will not do.
    function _objection(uint256 first, uint256 size) private view returns (bytes memory) {
        for (uint256 i = 0; i < size; ++i) {
            Account storage account = accounts[(first + i) % ACCOUNTS];
            address who = addresses[(first + i) % ACCOUNTS];
            if (account.exposed) return abi.encodeWithSelector(ICommittee.AlreadyExposed.selector, who);
            if (account.bond < required) return abi.encodeWithSelector(ICommittee.BondTooSmall.selector, who, account.bond, required);
        }
        return "";
    }

    function _lose(uint256 account, uint256 reporter) private {
        uint256 bond = accounts[account].bond;
        uint256 share = bond * REPORTER_BPS / 10_000;
        accounts[account].bond = 0;
        accounts[account].exposed = true;
        dueTo[reporter] += share;
        dueToDao += bond - share;
        lost += bond;
    }

    function _claim(string memory step, uint256 due, bytes memory call_) private {
        (bool done, bytes memory answer) = address(committee).call(call_);
        VM.assertTrue(done == (due != 0), step);
        if (!done) return _refused("refuse to pay", answer, abi.encodeWithSelector(ICommittee.NothingToClaim.selector));
        VM.assertEq(abi.decode(answer, (uint256)), due);
        claimed += due;
        ++taken[step];
    }

    function _refused(string memory step, bytes memory answer, bytes memory refusal) private {
        VM.assertEq(answer, refusal);
        ++taken[step];
    }

    // what is asked of it --------------------------------------------------------------------------------------------------------

    /// @dev Whether these members, each with its own signature, make a report of a reign.
    function verifies(uint256 i, uint256 set) external view returns (bool stands) {
        bytes32 digest = keccak256("a report");
        bytes memory given_;
        for (uint256 place = 0; place < reigns[i].size; ++place) {
            if ((set >> place) & 1 == 1) {
                given_ = bytes.concat(given_, Signing.compact(key((reigns[i].first + place) % ACCOUNTS), digest));
            }
        }
        bytes memory call_ = abi.encodeCall(committee.verify, (reigns[i].configuration, digest, set, set, given_));
        (stands,) = address(committee).staticcall(call_);
    }
}
