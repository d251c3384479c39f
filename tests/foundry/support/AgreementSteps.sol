// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {Books} from "./Books.sol";
import {Model} from "./Model.sol";
import {Signing} from "./Signing.sol";
import {VM} from "./Vm.sol";

/// @notice What anybody may do to agreements, in any order and at any time; Forge's fuzzer chooses. Each step is taken on the contracts
/// and on the model, and a step that the model says is refused must be refused, for that very reason. Nothing else may revert.
abstract contract AgreementSteps is Books {
    using Model for Model.Agreement;

    uint256 public constant MOST_AGREEMENTS = 40;
    uint256 internal constant SLOT = 7 hours; // starts and lengths are multiples of it, so that periods end together

    modifier timed() {
        VM.warp(clock);
        ++steps;
        _;
    }

    // time ------------------------------------------------------------------------------------------------------------------------

    function wait(uint32 time) external timed {
        clock += time % (time % 16 == 0 ? 2 * DAY : 3 hours);
    }

    /// @dev To a moment that matters to somebody, the second before or the second after.
    function waitForAnEdge(uint256 which, uint8 edge, uint8 side) external timed {
        uint256 time = _edge(which, edge % 8);
        if (time == 0) return;
        time = time + side % 3 - 1;
        if (time > clock && time < clock + (side < 32 ? 4 * DAY : 15 hours)) clock = time;
    }

    // opening and ending ----------------------------------------------------------------------------------------------------------

    function open(uint128 fee, uint128 deposit, uint16 credit, uint16 slash, uint32 seed, uint8 periods) external timed {
        if (_agreements.length == MOST_AGREEMENTS || _running() >= 8) return;
        INotary.Offer memory offer = _offer(fee, deposit, seed);
        (offer.maxCreditBps, offer.maxSlashBps) = (credit % 10_001, slash % 10_001);
        uint32 count = periods % 6 + 1;
        uint256 start = (clock + offer.lead + SLOT) / SLOT * SLOT;
        address customer = customerAt(seed >> 9);
        uint96 agreement = _opened(customer, offer, Signing.long(providerKey(seed >> 8), notary.offerDigest(offer)), start, count);
        ++taken[_paused ? "open while paused" : "open"];
        if (_paused) return;
        _add(agreement, offer, customer, start, count);
        _pay(customer, address(pactum), uint256(offer.fee) * count);
    }

    /// @dev By its customer, its provider or a stranger.
    function terminate(uint256 which, uint8 who) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        address caller = [model.terms.customer, model.terms.provider, STRANGER][who % 8 == 0 ? 2 : who % 2];
        uint256 periods = model.begun(clock, model.periods) + model.terms.notice;
        if (caller == STRANGER) VM.expectRevert(abi.encodeWithSelector(IPactum.NotAParty.selector, model.id, caller));
        else if (periods >= model.periods) _expectRefusal(IPactum.NothingToTerminate.selector, model.id, model.periods);
        VM.prank(caller);
        uint32 found = pactum.terminate(model.id);
        if (caller == STRANGER || periods >= model.periods) return;
        VM.assertEq(found, periods, "periods");
        model.terminate(periods);
        ++taken["terminate"];
        if (model.closed()) ++taken["terminate at once"];
    }

    // deciding --------------------------------------------------------------------------------------------------------------------

    /// @dev Reports a row for the period that just ended, or for any other; with garbage beside it.
    function report(uint256 which, uint256 period, uint8 outcome, uint16 credit, uint16 slash, uint8 who) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        period = period % 8 == 0 ? (period >> 3) % (model.periods + 1) : model.upcoming(clock);
        uint256 reign = _reigningAt(model.endOf(period) - model.terms.length);
        uint32 observers = _observers(reign, who);
        if (!_isQuorum(reign, observers)) return;
        Model.Verdict memory verdict = Model.Verdict(outcome % 3 + 1, 0, 0);
        if (verdict.outcome == Model.BREACH) (verdict.creditBps, verdict.slashBps) = _asked(model, credit, slash);
        bool acceptable = model.reportable(period, clock) && model.consented(verdict);
        uint256[] memory rows = new uint256[](3);
        rows[0] = met(uint96(uint256(keccak256(abi.encode(period)))), uint32(period));
        rows[1] = _word(model.id, period, verdict);
        rows[2] = rows[1];
        VM.assertEq(_send(rows, model.endOf(period), reign, observers, payeeAt(who)), acceptable ? 1 : 0, "accepted");
        if (acceptable) _accept(model, Model.Row(period, verdict, clock, _crewOf(reign, observers, payeeAt(who))));
    }

    /// @dev Waits for the end of the next period of an agreement, and reports it together with all that end in the same epoch.
    function reportTogether(uint256 which, uint8 outcome, uint32 late) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        if (model.upcoming(clock) >= model.periods) return;
        uint256 end = model.endOf(model.upcoming(clock));
        uint256 reign = _reigningAt(end - model.terms.length);
        uint32 observers = _observers(reign, 1);
        if (end > clock + 2 * DAY || !_isQuorum(reign, observers)) return;
        if (end > clock) clock = end + late % 1 hours;
        VM.warp(clock);
        uint256 crew = _crewOf(reign, observers, payeeAt(late));
        uint256[] memory rows = new uint256[](_agreements.length);
        uint256 count = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            bool accepted;
            (rows[i], accepted) = _acceptInEpoch(_agreements[i], end, (outcome + i) % 3 + 1, crew);
            if (accepted) ++count;
        }
        VM.assertEq(_send(rows, end, reign, observers, payeeAt(late)), count, "accepted");
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
        _settleAll();
    }

    function expire(uint256 which) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        uint256 silent = model.silent(clock);
        if (silent > model.next) return _expire(model, silent);
        _expectRefusal(IPactum.NothingExpired.selector, model.id, model.next);
        pactum.expire(model.id);
    }

    // claiming --------------------------------------------------------------------------------------------------------------------

    function claimProvider(uint256 which, bool all, uint8 who) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        uint256 i = model.terms.provider == providerAt(0) ? 0 : 1;
        uint96[] memory agreements = all ? _agreementsOf(model.terms.provider, false) : ids(model.id);
        if (who % 4 == 0) _claimProvider(agreements, i, STRANGER); // the provider itself may name anybody
        else _claimProvider(agreements, i, payoutAt(i));
    }

    function claimCustomer(uint256 which, bool all) external timed {
        if (_agreements.length == 0) return;
        Model.Agreement storage model = _pick(which);
        _claimCustomer(all ? _agreementsOf(model.terms.customer, true) : ids(model.id));
    }

    function claimMember(uint256 which, uint256 member) external timed {
        which %= _configurations.length;
        _claimMember(which, member % _configurations[which].numbers.length);
    }

    function claimRelay(uint256 which, uint8 who) external timed {
        _claimRelay(which % _configurations.length, payeeAt(who));
    }

    function claimDao() external timed {
        _claimDao();
    }

    // what the steps share --------------------------------------------------------------------------------------------------------

    function _settleAll() internal {
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

    function _expire(Model.Agreement storage model, uint256 silent) internal {
        uint256 count = silent - model.next;
        model.settle(_totals, clock);
        VM.assertEq(model.waiting.verdict.outcome, Model.NONE, "a row that waits has matured before the next period expires");
        model.expire(_totals, silent);
        VM.assertEq(pactum.expire(model.id), count, "expired");
        if (model.closed()) ++taken["closed"];
        ++taken["expire"];
    }

    function _claimProvider(uint96[] memory agreements, uint256 i, address to) internal {
        uint256 due = _takeProvider(agreements);
        if (due == 0) VM.expectRevert(IPactum.NothingToClaim.selector);
        if (to != payoutAt(i)) VM.prank(providerAt(i));
        uint256 amount = pactum.claimProvider(agreements, address(token), to);
        if (due == 0) return;
        VM.assertEq(amount, due, "provider");
        _pay(address(pactum), to, due);
        ++taken["provider"];
    }

    function _claimCustomer(uint96[] memory agreements) internal {
        uint256 due = _takeCustomer(agreements);
        if (due == 0) VM.expectRevert(IPactum.NothingToClaim.selector);
        uint256 amount = pactum.claimCustomer(agreements);
        if (due == 0) return;
        VM.assertEq(amount, due, "customer");
        ++taken["customer"];
    }

    /// @dev Names every crew there is, of whatever configuration; the first of them once more in the end.
    function _claimMember(uint256 which, uint256 member) internal {
        IPactum.Crew[] memory named_ = new IPactum.Crew[](_crews.length);
        uint256 due = 0;
        for (uint256 i = 1; i < _crews.length; ++i) {
            named_[i - 1] = IPactum.Crew(_crews[i].observers, _crews[i].payee);
            if (_crews[i].configuration == which) due += _takeMember(i, member);
        }
        named_[_crews.length - 1] = named_[0];
        bytes memory call_ = abi.encodeCall(IPactum.claimMember, (_configurations[which].id, address(token), member, named_));
        _claim(address(pactum), call_, due, _candidates[_configurations[which].numbers[member]], "member");
    }

    function _claimRelay(uint256 which, address payee) internal {
        uint32[] memory observerSets = new uint32[](_crews.length);
        uint256 due = 0;
        for (uint256 i = 1; i < _crews.length; ++i) {
            observerSets[i - 1] = _crews[i].observers;
            if (_crews[i].configuration != which || _crews[i].payee != payee) continue;
            due += _totals.relay[i] - _totals.relayTaken[i];
            _totals.relayTaken[i] = _totals.relay[i];
        }
        observerSets[_crews.length - 1] = observerSets[0];
        bytes memory call_ = abi.encodeCall(IPactum.claimRelay, (_configurations[which].id, address(token), payee, observerSets));
        _claim(address(pactum), call_, due, payee, "relay");
    }

    function _claimDao() internal {
        uint256 due = _totals.dao;
        _totals.dao = 0;
        _claim(address(pactum), abi.encodeCall(IPactum.claimDao, (address(token))), due, _treasury, "dao");
    }

    /// @dev A claim of the listed token that brings exactly this, or is refused where this is nothing.
    function _claim(address from, bytes memory call_, uint256 due, address to, string memory step) internal {
        (bool done, bytes memory answer) = from.call(call_);
        if (!done) _refused(answer);
        VM.assertEq(done ? abi.decode(answer, (uint256)) : 0, due, step);
        if (!done) return;
        _pay(from, to, due);
        ++taken[step];
    }

    function _refused(bytes memory refusal) internal pure {
        VM.assertEq(refusal, abi.encodeWithSelector(IPactum.NothingToClaim.selector));
    }

    /// @dev Mostly one of the newest, which still run.
    function _pick(uint256 which) internal view returns (Model.Agreement storage) {
        return _agreements[_index(which)];
    }

    function _index(uint256 which) internal view returns (uint256) {
        uint256 count = _agreements.length;
        uint256 among = which % 8 == 0 || count < 8 ? count : 8;
        return count - 1 - (which >> 3) % among;
    }

    function _word(uint96 agreement, uint256 period, Model.Verdict memory verdict) internal pure returns (uint256) {
        return row(agreement, uint32(period), uint8(verdict.outcome), uint16(verdict.creditBps), uint16(verdict.slashBps));
    }

    /// @dev Mostly what was consented to, sometimes whatever.
    function _asked(Model.Agreement storage model, uint16 credit, uint16 slash) internal view returns (uint256, uint256) {
        if ((credit ^ slash) % 8 == 0) return (credit % 10_001, slash % 10_001);
        return (credit % (model.terms.maxCreditBps + 1), slash % (model.terms.maxSlashBps + 1));
    }

    // inside ----------------------------------------------------------------------------------------------------------------------

    function _edge(uint256 which, uint256 edge) private view returns (uint256) {
        if (edge == 6) return _disputes.length == 0 ? 0 : _disputes[_disputes.length - 1 - (which >> 3) % _disputes.length].deadline;
        if (edge == 7) return _requests.length == 0 ? 0 : _requests[_requests.length - 1 - (which >> 3) % _requests.length].thawsAt;
        if (_agreements.length == 0) return 0;
        Model.Agreement storage model = _pick(which);
        uint256 end = model.endOf(model.next);
        if (edge < 3) return model.next < model.periods ? end : 0;
        if (edge == 3) return end + model.terms.deadline;
        if (edge == 4) return model.waiting.verdict.outcome == Model.NONE ? 0 : model.waiting.acceptedAt + model.terms.window;
        return model.terms.start + model.begun(clock, model.periods) * model.terms.length;
    }

    function _opened(address customer, INotary.Offer memory offer, bytes memory signature, uint256 start, uint32 periods)
        private
        returns (uint96)
    {
        uint32 parameters = pactum.currentParameters();
        uint32 listing = pactum.currentListing(address(token));
        if (_paused) VM.expectRevert(IPactum.OpeningIsPaused.selector);
        VM.prank(customer);
        return notary.open(offer, signature, uint64(start), periods, parameters, listing);
    }

    function _offer(uint128 fee, uint128 deposit, uint32 seed) private returns (INotary.Offer memory offer) {
        IPactum.Parameters memory values = pactum.parametersOf(pactum.currentParameters());
        offer = anOffer();
        offer.provider = providerAt(seed >> 8);
        offer.fee = 100_000_000 + fee % 1e12;
        offer.deposit = uint128(deposit % (_freeOf(offer.provider) / 4 + 1));
        offer.noticePeriods = uint16(seed % 4 == 0 ? seed >> 10 & 3 : 0);
        offer.minProviderBps = 0;
        uint256 least = uint256(values.reportDeadline) + values.disputeWindow;
        offer.periodLength = uint32((least + SLOT - 1) / SLOT * SLOT + seed % 3 * SLOT);
    }

    function _running() private view returns (uint256 count) {
        for (uint256 i = 0; i < _agreements.length; ++i) {
            if (!_agreements[i].closed()) ++count;
        }
    }

    function _add(uint96 agreement, INotary.Offer memory offer, address customer, uint256 start, uint32 periods) private {
        Model.Agreement storage model = _agreements.push();
        (model.id, model.periods, model.depositLeft) = (agreement, periods, offer.deposit);
        Model.Terms storage pinned = model.terms;
        (pinned.customer, pinned.provider, pinned.fee, pinned.deposit) = (customer, offer.provider, offer.fee, offer.deposit);
        (pinned.maxCreditBps, pinned.maxSlashBps) = (offer.maxCreditBps, offer.maxSlashBps);
        (pinned.start, pinned.length, pinned.notice) = (start, offer.periodLength, offer.noticePeriods);
        _pin(pinned);
    }

    /// @dev What is in force now.
    function _pin(Model.Terms storage pinned) private {
        (pinned.parameters, pinned.listing) = (pactum.currentParameters(), pactum.currentListing(address(token)));
        IPactum.Parameters memory values = pactum.parametersOf(pinned.parameters);
        (pinned.deadline, pinned.window, pinned.resolution) = (values.reportDeadline, values.disputeWindow, values.resolutionDeadline);
        (pinned.validatorBps, pinned.daoBps, pinned.bondBps) = (values.validatorBps, values.daoBps, values.disputeBondBps);
        pinned.arbiter = values.arbiter;
        pinned.relayFee = pactum.listingOf(pinned.listing).relayFee;
    }

    /// @dev A row for the next period of an agreement, and whether the contract must accept it.
    function _acceptInEpoch(Model.Agreement storage model, uint256 end, uint256 outcome, uint256 crew) private returns (uint256, bool) {
        Model.Verdict memory verdict = Model.Verdict(outcome, 0, 0);
        if (outcome == Model.BREACH) (verdict.creditBps, verdict.slashBps) = (model.terms.maxCreditBps, model.terms.maxSlashBps);
        uint256 period = model.upcoming(clock);
        bool accepted = _fits(model, period, end, _crews[crew].configuration);
        if (accepted) _accept(model, Model.Row(period, verdict, clock, crew));
        return (_word(model.id, period, verdict), accepted);
    }

    function _accept(Model.Agreement storage model, Model.Row memory row_) private {
        uint256 skipped = row_.period - model.next;
        model.accept(_totals, row_);
        ++taken["report"];
        if (skipped != 0) ++taken["skipped periods"];
        if (row_.verdict.creditBps != 0) ++taken["credit"];
        if (row_.verdict.slashBps != 0) ++taken["slash"];
    }

    function _fits(Model.Agreement storage model, uint256 period, uint256 end, uint256 reign) private view returns (bool) {
        uint256 ownEnd = model.endOf(period);
        if ((ownEnd - 1) / EPOCH != (end - 1) / EPOCH || !model.reportable(period, clock)) return false;
        return _reigningAt(ownEnd - model.terms.length) == reign;
    }

    /// @dev All who may, or all but one of two.
    function _observers(uint256 reign, uint8 who) internal view returns (uint32 observers) {
        observers = _configurations[reign].active;
        if (who % 4 == 0) observers &= ~(uint32(1) << who / 4 % 2);
    }

    /// @dev 2f + 1 of 3f + 1.
    function _isQuorum(uint256 reign, uint32 observers) internal view returns (bool) {
        uint256 count = 0;
        for (uint32 rest = observers; rest != 0; rest >>= 1) {
            count += rest & 1;
        }
        return 3 * count >= 2 * _configurations[reign].numbers.length + 1;
    }

    function _send(uint256[] memory rows, uint256 end, uint256 reign, uint32 observers, address payee) private returns (uint256) {
        IPactum.Header memory header = headerAt(end);
        (header.configuration, header.observers, header.payee) = (_configurations[reign].id, observers, payee);
        bytes memory signatures = Signing.compact(_keysOf(reign), observers, pactum.reportDigest(header, rows));
        return pactum.report(header, rows, observers, signatures);
    }

    function _keysOf(uint256 reign) private view returns (uint256[] memory keys) {
        keys = new uint256[](_configurations[reign].numbers.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = memberKey(_configurations[reign].numbers[i]);
        }
    }

    function _agreementsOf(address party, bool customer) internal view returns (uint96[] memory found) {
        found = new uint96[](_agreements.length);
        uint256 count = 0;
        for (uint256 i = 0; i < found.length; ++i) {
            Model.Terms storage pinned = _agreements[i].terms;
            if ((customer ? pinned.customer : pinned.provider) == party) found[count++] = _agreements[i].id;
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    function _takeProvider(uint96[] memory agreements) private returns (uint256 due) {
        for (uint256 i = 0; i < agreements.length; ++i) {
            Model.Agreement storage model = _named(agreements[i]);
            due += model.provider;
            model.provider = 0;
        }
    }

    /// @dev The fees lie in Pactum, the deposits in the Zone.
    function _takeCustomer(uint96[] memory agreements) private returns (uint256 due) {
        for (uint256 i = 0; i < agreements.length; ++i) {
            Model.Agreement storage model = _named(agreements[i]);
            due += model.fees + model.fromDeposit;
            _pay(address(pactum), model.terms.customer, model.fees);
            _seize(model.terms.provider, model.terms.customer, model.fromDeposit);
            _fromDeposit[model.id] += model.fromDeposit;
            (model.fees, model.fromDeposit) = (0, 0);
        }
    }

    function _takeMember(uint256 crew, uint256 member) private returns (uint256 due) {
        due = Model.dueTo(_totals, crew, _crews[crew].observers, member);
        _totals.taken[crew][member] += due;
    }

    function _named(uint96 agreement) private view returns (Model.Agreement storage) {
        for (uint256 i = 0; i < _agreements.length; ++i) {
            if (_agreements[i].id == agreement) return _agreements[i];
        }
        revert IPactum.UnknownAgreement(agreement);
    }

    function _expectRefusal(bytes4 refusal, uint96 agreement, uint256 number) private {
        VM.expectRevert(abi.encodeWithSelector(refusal, agreement, number));
    }
}
