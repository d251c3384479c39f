// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The money rules once more, as plainly as they can be said: one agreement, its rows and what it owes. The invariants hold the
/// contracts against this. Money is taken purse by purse, time is counted period by period; nothing is packed, cached or multiplied.
library Model {
    uint256 internal constant NONE = 0;
    uint256 internal constant MET = 1;
    uint256 internal constant BREACH = 2;
    uint256 internal constant NO_DATA = 3;

    /// @notice What an agreement was opened on. No step of anybody may change any of it.
    struct Terms {
        address customer;
        address provider;
        uint256 fee;
        uint256 deposit;
        uint256 maxCreditBps;
        uint256 maxSlashBps;
        uint256 start;
        uint256 length;
        uint256 notice;
        uint256 deadline;
        uint256 window;
        uint256 resolution;
        uint256 validatorBps;
        uint256 daoBps;
        uint256 bondBps;
        uint256 relayFee;
        address arbiter;
        uint32 parameters; // their numbers
        uint32 listing;
    }

    struct Verdict {
        uint256 outcome; // NONE: no row
        uint256 creditBps;
        uint256 slashBps;
    }

    /// @notice A row that waits, or that a dispute took out.
    struct Row {
        uint256 period;
        Verdict verdict;
        uint256 acceptedAt;
        uint256 crew;
    }

    struct Agreement {
        uint96 id;
        Terms terms;
        uint256 periods;
        uint256 next;
        Row waiting;
        uint256 disputes; // open ones
        uint256 reserved; // of the deposit, by open disputes
        uint256 depositLeft;
        uint256 provider; // claimable
        uint256 fees; // claimable by the customer, out of the fees
        uint256 fromDeposit; // claimable by the customer
        uint256 awarded; // out of the deposit, ever
        uint256 decided; // periods settled or expired, ever
        uint256 refunded; // periods that will not run
        uint256 breaches; // settled, ever
    }

    /// @notice What all agreements together owe to the others; crews by number, as the handler counts them.
    struct Totals {
        mapping(uint256 crew => uint256) validators; // earned ever
        mapping(uint256 crew => uint256) relay; // earned ever
        mapping(uint256 crew => mapping(uint256 member => uint256)) taken;
        mapping(uint256 crew => uint256) relayTaken;
        mapping(address account => uint256) winner; // claimable
        uint256 dao; // claimable
    }

    /// @notice How one fee is divided, and what comes out of the deposit.
    struct Shares {
        uint256 provider;
        uint256 validators;
        uint256 relay;
        uint256 dao;
        uint256 customer; // out of the fee
        uint256 fromDeposit; // credit and slash
    }

    // time ------------------------------------------------------------------------------------------------------------------------

    function endOf(Agreement storage self, uint256 period) internal view returns (uint256) {
        return self.terms.start + (period + 1) * self.terms.length;
    }

    /// @notice Number of periods, from the first, whose report deadline is over.
    function silent(Agreement storage self, uint256 time) internal view returns (uint256 count) {
        while (count < self.periods && endOf(self, count) + self.terms.deadline <= time) {
            ++count;
        }
    }

    /// @notice Number of periods that have begun, be they the agreement's or not, up to `most`.
    function begun(Agreement storage self, uint256 time, uint256 most) internal view returns (uint256 count) {
        while (count < most && self.terms.start + count * self.terms.length <= time) {
            ++count;
        }
    }

    /// @notice The first period that is not decided and not too late to report.
    function upcoming(Agreement storage self, uint256 time) internal view returns (uint256) {
        uint256 late = silent(self, time);
        return late > self.next ? late : self.next;
    }

    function reportable(Agreement storage self, uint256 period, uint256 time) internal view returns (bool) {
        if (period >= self.periods || period < self.next) return false;
        return endOf(self, period) <= time && time < endOf(self, period) + self.terms.deadline;
    }

    function matured(Agreement storage self, uint256 time) internal view returns (bool) {
        return self.waiting.verdict.outcome != NONE && time >= self.waiting.acceptedAt + self.terms.window;
    }

    function disputable(Agreement storage self, uint256 time) internal view returns (bool) {
        return self.waiting.verdict.outcome != NONE && !matured(self, time);
    }

    function closed(Agreement storage self) internal view returns (bool) {
        return self.next == self.periods && self.waiting.verdict.outcome == NONE && self.disputes == 0;
    }

    /// @notice Whether a verdict is inside what the provider consented to.
    function consented(Agreement storage self, Verdict memory verdict) internal view returns (bool) {
        if (verdict.outcome == BREACH) return verdict.creditBps <= self.terms.maxCreditBps && verdict.slashBps <= self.terms.maxSlashBps;
        return verdict.outcome != NONE && verdict.outcome <= NO_DATA && verdict.creditBps == 0 && verdict.slashBps == 0;
    }

    // deciding --------------------------------------------------------------------------------------------------------------------

    function accept(Agreement storage self, Totals storage totals, Row memory row) internal {
        settle(self, totals, row.acceptedAt);
        expire(self, totals, row.period);
        self.next = row.period + 1;
        self.waiting = row;
    }

    function settle(Agreement storage self, Totals storage totals, uint256 time) internal returns (bool) {
        if (!matured(self, time)) return false;
        Row memory row = self.waiting;
        delete self.waiting;
        divide(self, totals, row.verdict, row.crew, address(0));
        return true;
    }

    function expire(Agreement storage self, Totals storage totals, uint256 until) internal {
        for (; self.next < until; ++self.next) {
            divide(self, totals, Verdict(NO_DATA, 0, 0), 0, address(0));
        }
    }

    function terminate(Agreement storage self, uint256 periods) internal returns (uint256 refund) {
        for (; self.periods > periods; --self.periods) {
            refund += self.terms.fee;
            ++self.refunded;
        }
        self.fees += refund;
    }

    /// @notice A dispute takes the row that waits out.
    /// @return row the row
    /// @return reserve what it would take from the deposit, kept for it
    function hold(Agreement storage self) internal returns (Row memory row, uint256 reserve) {
        row = self.waiting;
        delete self.waiting;
        reserve = sharesOf(self, row.verdict).fromDeposit;
        self.depositLeft -= reserve;
        self.reserved += reserve;
        ++self.disputes;
    }

    function decide(Agreement storage self, Totals storage totals, uint256 reserve, Verdict memory verdict, uint256 crew, address winner)
        internal
    {
        self.reserved -= reserve;
        self.depositLeft += reserve;
        --self.disputes;
        divide(self, totals, verdict, crew, winner);
    }

    // money -----------------------------------------------------------------------------------------------------------------------

    /// @notice Divides one period's fee. A winner gets what the witnesses, the relay or, without data, the customer would.
    function divide(Agreement storage self, Totals storage totals, Verdict memory verdict, uint256 crew, address winner) internal {
        Shares memory shares = sharesOf(self, verdict);
        ++self.decided;
        if (verdict.outcome == BREACH) ++self.breaches;
        if (winner != address(0)) {
            totals.winner[winner] += shares.validators + shares.relay + (verdict.outcome == NO_DATA ? shares.customer : 0);
            (shares.validators, shares.relay) = (0, 0);
            if (verdict.outcome == NO_DATA) shares.customer = 0;
        }
        totals.validators[crew] += shares.validators;
        totals.relay[crew] += shares.relay;
        totals.dao += shares.dao;
        self.provider += shares.provider;
        self.fees += shares.customer;
        self.fromDeposit += shares.fromDeposit;
        self.awarded += shares.fromDeposit;
        self.depositLeft -= shares.fromDeposit;
    }

    function sharesOf(Agreement storage self, Verdict memory verdict) internal view returns (Shares memory shares) {
        uint256 whole = self.terms.fee * self.terms.validatorBps / 10_000;
        shares.dao = self.terms.fee * self.terms.daoBps / 10_000;
        shares.provider = self.terms.fee - whole - shares.dao;
        if (verdict.outcome == NO_DATA) {
            shares.customer = whole;
            return shares;
        }
        shares.relay = self.terms.relayFee < whole ? self.terms.relayFee : whole;
        shares.validators = whole - shares.relay;
        if (verdict.outcome == BREACH) _award(self, verdict, shares);
    }

    /// @dev The credit comes from three purses in turn, the provider's share, the deposit, the DAO's share; the slash from what is left
    /// of the deposit.
    function _award(Agreement storage self, Verdict memory verdict, Shares memory shares) private view {
        uint256[3] memory purses = [shares.provider, self.depositLeft, shares.dao];
        uint256[3] memory taken;
        uint256 wanted = self.terms.fee * verdict.creditBps / 10_000;
        for (uint256 i = 0; i < 3; ++i) {
            taken[i] = wanted < purses[i] ? wanted : purses[i];
            wanted -= taken[i];
        }
        uint256 slash = self.terms.deposit * verdict.slashBps / 10_000;
        if (slash > self.depositLeft - taken[1]) slash = self.depositLeft - taken[1];
        shares.provider -= taken[0];
        shares.dao -= taken[2];
        shares.customer = taken[0] + taken[2];
        shares.fromDeposit = taken[1] + slash;
    }

    /// @notice The bond of a dispute of the waiting row: a share of what it holds up, rounded up.
    function bondOf(Agreement storage self) internal view returns (uint256 bond) {
        uint256 product = (self.terms.fee + sharesOf(self, self.waiting.verdict).fromDeposit) * self.terms.bondBps;
        bond = product / 10_000;
        if (bond * 10_000 < product) ++bond;
    }

    /// @notice What a member may claim of a crew: as much as every other member of it, less what it took.
    function dueTo(Totals storage totals, uint256 crew, uint256 observers, uint256 member) internal view returns (uint256) {
        uint256 size = 0;
        for (uint256 rest = observers; rest != 0; rest >>= 1) {
            size += rest & 1;
        }
        if ((observers >> member) & 1 == 0) return 0;
        return totals.validators[crew] / size - totals.taken[crew][member];
    }
}
