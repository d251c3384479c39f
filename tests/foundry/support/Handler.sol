// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {House} from "./House.sol";
import {Model} from "./Model.sol";
import {Signing} from "./Signing.sol";
import {VM} from "./Vm.sol";

/// @notice What anybody may do, in any order and at any time; Forge's fuzzer chooses. Each step is taken on the contracts and on the
/// model, and a step that the model says is refused must be refused. Nothing else may revert.
contract Handler is House {
    using Model for Model.Agreement;

    uint256 public constant MOST_AGREEMENTS = 24;
    uint256 public constant MOST_CONFIGURATIONS = 4;

    Model.Agreement[] internal _agreements;
    Model.Totals internal _totals;
    bytes32[] public configurations;
    uint256[] public sizes;
    uint256 public clock = NOW;
    uint256 public escrowed; // by customers, ever
    uint256 public paid; // by Pactum, ever
    uint256 public staked; // in, less out
    mapping(string step => uint256) public taken; // how often each step did something

    modifier timed() {
        VM.warp(clock);
        _;
    }

    constructor() {
        setUp();
        configurations.push(configuration);
        sizes.push(4);
        staked = 100 * uint256(DEPOSIT);
    }

    // steps -----------------------------------------------------------------------------------------------------------------------

    function open(uint128 fee, uint128 deposit, uint16 credit, uint16 slash, uint32 length, uint8 periods) external timed {
        if (_agreements.length == MOST_AGREEMENTS || _running() >= 4) return;
        IPactum.Offer memory offer = anOffer();
        offer.fee = 100_000_000 + fee % 1e12;
        (, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        offer.deposit = uint128(deposit % (staked - locked + 1) / 4);
        (offer.maxCreditBps, offer.maxSlashBps) = (credit % 10_001, slash % 10_001);
        offer.periodLength = DEADLINE + WINDOW + length % 3 * 7 hours;
        uint32 count = periods % 6 + 1;
        uint256 start = (clock + offer.lead + 7 hours) / 7 hours * 7 hours; // few starts and lengths, so that periods end together
        _add(openedAt(offer, uint64(start), count), offer, start, count);
        escrowed += uint256(offer.fee) * count;
        ++taken["open"];
    }

    function wait(uint32 time) external timed {
        clock += time % (time % 16 == 0 ? 2 * DAY : 3 hours);
    }

    /// @dev To a moment that matters to the next period of an agreement, its end, its deadline or a maturity, or the second before.
    function waitForAnEdge(uint256 which, uint8 edge, bool before) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        uint256 end = model.endOf(model.next);
        uint256 time = [end, end, end + DEADLINE, model.waiting.maturesAt][edge % 4];
        if (before && time != 0) --time;
        if (time > clock && model.next < model.periods) clock = time;
    }

    /// @dev Reports a row for the period that just ended, or for any other; with garbage beside it.
    function report(uint256 which, uint256 period, uint8 outcome, uint16 credit, uint16 slash, uint8 silentMember) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        period = period % 8 == 0 ? period % (model.periods + 1) : model.upcoming(clock);
        Model.Waiting memory row_ = Model.Waiting(outcome % 3 + 1, 0, 0, clock + WINDOW, _reigningAt(model.endOf(period) - model.length), 0);
        row_.observers = _observers(row_.configuration, silentMember);
        if (row_.outcome == 2) (row_.creditBps, row_.slashBps) = _asked(model, credit, slash);
        bool acceptable = model.reportable(period, clock) && row_.creditBps <= model.maxCreditBps && row_.slashBps <= model.maxSlashBps;

        uint256 accepted = _send(model, uint32(period), row_);
        VM.assertEq(accepted, acceptable ? 1 : 0, "accepted");
        if (!acceptable) return;
        _accept(model, period, row_);
    }

    /// @dev Waits for the end of the next period of an agreement, and reports it together with all that end in the same epoch.
    function reportTogether(uint256 which, uint8 outcome, uint32 late) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        if (model.upcoming(clock) == model.periods) return;
        uint256 end = model.endOf(model.upcoming(clock));
        if (end > clock) clock = end + late % 1 hours;
        VM.warp(clock);
        uint256 configured = _reigningAt(end - model.length);
        uint256[] memory rows = new uint256[](_agreements.length);
        uint256 count = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            bool accepted;
            (rows[i], accepted) = _acceptInEpoch(_agreements[i], end, configured, (outcome + i) % 3 + 1);
            if (accepted) ++count;
        }
        VM.assertEq(_sendRows(rows, end, configured, _observers(configured, 1)), count, "accepted");
        if (count > 1) ++taken["report together"];
    }

    function settle(uint256 which) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        bool due = model.settle(_totals, clock);
        VM.assertEq(settle(model.id), due ? 1 : 0, "settled");
        if (due) ++taken["settle"];
    }

    function settleAll() external timed {
        uint96[] memory all = new uint96[](_agreements.length);
        uint256 due = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = _agreements[i].id;
            if (_agreements[i].settle(_totals, clock)) ++due;
        }
        VM.assertEq(pactum.settle(all), due, "settled");
        if (due != 0) ++taken["settle"];
        if (due > 1) ++taken["settle together"];
    }

    function expire(uint256 which) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        uint256 silent = model.silent(clock);
        if (silent <= model.next) {
            VM.expectRevert(abi.encodeWithSelector(IPactum.NothingExpired.selector, model.id, model.next));
            pactum.expire(model.id);
            return;
        }
        uint256 count = silent - model.next;
        model.settle(_totals, clock);
        VM.assertEq(uint8(model.waiting.outcome), 0, "a row that waits has matured before the next period expires");
        model.expire(_totals, silent);
        VM.assertEq(pactum.expire(model.id), count, "expired");
        if (silent == model.periods) ++taken["closed"];
        ++taken["expire"];
    }

    function claimProvider(uint256 which) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        try pactum.claimProvider(ids(model.id)) returns (uint256 amount) {
            model.settle(_totals, clock);
            VM.assertEq(amount, model.provider, "provider");
            paid += amount;
            model.provider = 0;
            ++taken["provider"];
        } catch (bytes memory refusal) {
            _refused(refusal);
            _settleBoth(model);
            VM.assertEq(model.provider, 0, "a provider was refused what it is owed");
        }
    }

    function claimCustomer(uint256 which) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        try pactum.claimCustomer(ids(model.id)) returns (uint256 amount) {
            model.settle(_totals, clock);
            VM.assertEq(amount, model.fees + model.fromDeposit, "customer");
            paid += model.fees;
            staked -= model.fromDeposit;
            (model.fees, model.fromDeposit) = (0, 0);
            ++taken["customer"];
        } catch (bytes memory refusal) {
            _refused(refusal);
            _settleBoth(model);
            VM.assertEq(model.fees + model.fromDeposit, 0, "a customer was refused what it is owed");
        }
    }

    function claimMember(uint256 which, uint256 member) external timed {
        which %= configurations.length;
        member %= sizes[which];
        uint256 due = Model.dueTo(_totals, which, setsOf(which), member);
        try pactum.claimMember(configurations[which], address(token), member, setsOf(which)) returns (uint256 amount) {
            VM.assertEq(amount, due, "member");
            paid += amount;
            _totals.taken[which][member] += amount;
            ++taken["member"];
        } catch (bytes memory refusal) {
            _refused(refusal);
            VM.assertEq(due, 0, "a member was refused what it is owed");
        }
    }

    function claimRelayAndDao() external timed {
        _claimShared(_totals.relay, abi.encodeCall(IPactum.claimRelay, (PAYEE, address(token))));
        _totals.relay = 0;
        _claimShared(_totals.dao, abi.encodeCall(IPactum.claimDao, (address(token))));
        _totals.dao = 0;
    }

    function moveStake(uint128 amount, bool out) external timed {
        (uint256 total, uint256 locked) = zone.stakeOf(PROVIDER, address(token));
        amount = out ? uint128(amount % (total - locked + 1)) : amount % 1e12;
        if (amount == 0) return;
        VM.prank(PROVIDER);
        if (out) zone.withdraw(address(token), amount);
        else zone.stake(address(token), amount);
        staked = out ? staked - amount : staked + amount;
        ++taken["stake"];
    }

    function configure(uint8 size, uint32 lead) external timed {
        if (configurations.length == MOST_CONFIGURATIONS) return;
        (uint64 newest,,,) = committee.reignOf(configurations[configurations.length - 1]);
        if (newest > clock) return; // one announcement at a time
        uint256 count = 4 + 3 * uint256(size % 3);
        VM.prank(GOVERNOR);
        configurations.push(committee.configure(members(count), uint64(clock + 1 + lead % DAY)));
        sizes.push(count);
        ++taken["configure"];
    }

    // what the invariants read -----------------------------------------------------------------------------------------------------

    function agreementCount() external view returns (uint256) {
        return _agreements.length;
    }

    function agreementAt(uint256 i) external view returns (Model.Agreement memory) {
        return _agreements[i];
    }

    function configurationCount() external view returns (uint256) {
        return configurations.length;
    }

    /// @dev All sets of observers that reports of a configuration name here, ascending: one is silent, or nobody.
    function setsOf(uint256 which) public view returns (uint32[] memory found) {
        uint256 size = sizes[which];
        found = new uint32[](size + 1);
        found[size] = uint32((uint256(1) << size) - 1);
        for (uint256 i = 0; i < size; ++i) {
            found[i] = found[size] ^ uint32(1 << (size - 1 - i));
        }
    }

    /// @dev What a configuration's members have not taken, rounding included.
    function leftOf(uint256 which) external view returns (uint256 left) {
        uint32[] memory all = setsOf(which);
        for (uint256 i = 0; i < all.length; ++i) {
            left += _totals.earned[which][all[i]];
        }
        for (uint256 member = 0; member < sizes[which]; ++member) {
            left -= _totals.taken[which][member];
        }
    }

    function dueTo(uint256 which, uint256 member) external view returns (uint256) {
        return Model.dueTo(_totals, which, setsOf(which), member);
    }

    function sharedDue() external view returns (uint256 relay, uint256 dao) {
        return (_totals.relay, _totals.dao);
    }

    function house() external view returns (address, address, address, address, address) {
        return (address(pactum), address(zone), address(token), PROVIDER, PAYEE);
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    /// @dev Mostly one of the newest, which still run.
    function _pick(uint256 which) private view returns (Model.Agreement storage) {
        uint256 count = _agreements.length;
        uint256 among = which % 8 == 0 || count < 5 ? count : 5;
        return _agreements[count - 1 - (which >> 3) % among];
    }

    function _running() private view returns (uint256 count) {
        for (uint256 i = 0; i < _agreements.length; ++i) {
            if (_agreements[i].next < _agreements[i].periods) ++count;
        }
    }

    function _add(uint96 agreement, IPactum.Offer memory offer, uint256 start, uint32 periods) private {
        Model.Agreement storage model = _agreements.push();
        (model.id, model.fee, model.periods) = (agreement, offer.fee, periods);
        (model.deposit, model.depositLeft) = (offer.deposit, offer.deposit);
        (model.maxCreditBps, model.maxSlashBps) = (offer.maxCreditBps, offer.maxSlashBps);
        (model.start, model.length) = (start, offer.periodLength);
    }

    /// @dev Mostly what was consented to, sometimes whatever.
    function _asked(Model.Agreement storage model, uint16 credit, uint16 slash) private view returns (uint256, uint256) {
        if ((credit ^ slash) % 8 == 0) return (credit % 10_001, slash % 10_001);
        return (credit % (model.maxCreditBps + 1), slash % (model.maxSlashBps + 1));
    }

    /// @dev A report of three rows: one for nobody, the one that counts, and the same once more.
    function _send(Model.Agreement storage model, uint32 period, Model.Waiting memory given) private returns (uint256) {
        uint256[] memory rows = new uint256[](3);
        rows[0] = met(uint96(uint256(keccak256(abi.encode(period)))), period);
        rows[1] = row(model.id, period, uint8(given.outcome), uint16(given.creditBps), uint16(given.slashBps));
        rows[2] = rows[1];
        return _sendRows(rows, model.endOf(period), given.configuration, given.observers);
    }

    /// @dev A row for the next period of an agreement, and whether the contract must accept it.
    function _acceptInEpoch(Model.Agreement storage model, uint256 end, uint256 configured, uint256 outcome)
        private
        returns (uint256, bool)
    {
        Model.Waiting memory given = Model.Waiting(outcome, 0, 0, clock + WINDOW, configured, _observers(configured, 1));
        if (outcome == 2) (given.creditBps, given.slashBps) = (model.maxCreditBps, model.maxSlashBps);
        uint32 period = uint32(model.upcoming(clock));
        bool accepted = _fits(model, period, end, configured);
        if (accepted) _accept(model, period, given);
        return (row(model.id, period, uint8(outcome), uint16(given.creditBps), uint16(given.slashBps)), accepted);
    }

    function _accept(Model.Agreement storage model, uint256 period, Model.Waiting memory given) private {
        model.accept(_totals, period, given);
        ++taken["report"];
        if (given.creditBps != 0) ++taken["breach"];
        if (given.slashBps != 0) ++taken["slash"];
        if (model.next == model.periods) ++taken["closed"];
    }

    function _fits(Model.Agreement storage model, uint256 period, uint256 end, uint256 configured) private view returns (bool) {
        uint256 ownEnd = model.endOf(period);
        if ((ownEnd - 1) / EPOCH != (end - 1) / EPOCH || !model.reportable(period, clock)) return false;
        return _reigningAt(ownEnd - model.length) == configured;
    }

    /// @dev Everybody, or all but one.
    function _observers(uint256 configured, uint8 silentMember) private view returns (uint32 observers) {
        observers = uint32((uint256(1) << sizes[configured]) - 1);
        if (silentMember % 3 == 0) observers ^= uint32(1) << uint32(silentMember % sizes[configured]);
    }

    function _sendRows(uint256[] memory rows, uint256 end, uint256 configured, uint32 observers) private returns (uint256) {
        configuration = configurations[configured];
        IPactum.Header memory header = headerAt(end);
        header.observers = observers;
        bytes32 digest = pactum.reportDigest(header, rows);
        bytes memory signatures = Signing.compact(memberKeys(sizes[configured]), header.observers, digest);
        return pactum.report(header, rows, header.observers, signatures);
    }

    function _reigningAt(uint256 time) private view returns (uint256 which) {
        bytes32 reigning = committee.configurationAt(uint64(time));
        while (configurations[which] != reigning) {
            ++which;
        }
    }

    function _settleBoth(Model.Agreement storage model) private {
        bool due = model.settle(_totals, clock);
        VM.assertEq(settle(model.id), due ? 1 : 0, "settled");
    }

    function _claimShared(uint256 due, bytes memory call_) private {
        (bool done, bytes memory answer) = address(pactum).call(call_);
        if (!done) _refused(answer);
        VM.assertEq(done ? abi.decode(answer, (uint256)) : 0, due, "shared");
        paid += due;
        if (done) ++taken["shared"];
    }

    function _refused(bytes memory refusal) private pure {
        VM.assertEq(refusal, abi.encodeWithSelector(IPactum.NothingToClaim.selector));
    }
}
