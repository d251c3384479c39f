// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The money rules once more, as plainly as they can be said: one agreement, its waiting row and what it owes. The invariants
/// hold the contracts against this.
library Model {
    uint256 internal constant DEADLINE = 6 hours;
    uint256 internal constant WINDOW = 8 hours;
    uint256 internal constant RELAY_FEE = 1_000_000;

    struct Agreement {
        uint96 id;
        uint256 fee;
        uint256 deposit;
        uint256 depositLeft;
        uint256 maxCreditBps;
        uint256 maxSlashBps;
        uint256 start;
        uint256 length;
        uint256 periods;
        uint256 next;
        Waiting waiting;
        uint256 provider; // claimable
        uint256 fees; // claimable by the customer, out of the fees
        uint256 fromDeposit; // claimable by the customer
    }

    struct Waiting {
        uint256 outcome; // 0: none
        uint256 creditBps;
        uint256 slashBps;
        uint256 maturesAt;
        uint256 configuration; // in the order of their reigns
        uint32 observers;
    }

    /// @notice What all agreements together owe to the others.
    struct Totals {
        mapping(uint256 configuration => mapping(uint32 observers => uint256)) earned;
        mapping(uint256 configuration => mapping(uint256 member => uint256)) taken;
        uint256 relay;
        uint256 dao;
    }

    function endOf(Agreement storage self, uint256 period) internal view returns (uint256) {
        return self.start + (period + 1) * self.length;
    }

    /// @notice Number of periods, from the first, whose report deadline is over.
    function silent(Agreement storage self, uint256 time) internal view returns (uint256 count) {
        while (count < self.periods && endOf(self, count) + DEADLINE <= time) {
            ++count;
        }
    }

    /// @notice The first period that is not decided and not too late to report.
    function upcoming(Agreement storage self, uint256 time) internal view returns (uint256) {
        uint256 late = silent(self, time);
        return late > self.next ? late : self.next;
    }

    function reportable(Agreement storage self, uint256 period, uint256 time) internal view returns (bool) {
        bool open = endOf(self, period) <= time && time < endOf(self, period) + DEADLINE;
        return period < self.periods && period >= self.next && open;
    }

    function accept(Agreement storage self, Totals storage totals, uint256 period, Waiting memory row) internal {
        settle(self, totals, row.maturesAt - WINDOW);
        expire(self, totals, period);
        self.next = period + 1;
        self.waiting = row;
    }

    function settle(Agreement storage self, Totals storage totals, uint256 time) internal returns (bool) {
        Waiting memory row = self.waiting;
        if (row.outcome == 0 || time < row.maturesAt) return false;
        delete self.waiting;
        if (row.outcome == 3) {
            payNoData(self, totals);
            return true;
        }
        uint256 validators = self.fee * 2000 / 10_000;
        uint256 relay = RELAY_FEE < validators ? RELAY_FEE : validators;
        totals.relay += relay;
        totals.earned[row.configuration][row.observers] += validators - relay;
        payParties(self, totals, row);
        return true;
    }

    function expire(Agreement storage self, Totals storage totals, uint256 until) internal {
        for (; self.next < until; ++self.next) {
            payNoData(self, totals);
        }
    }

    /// @notice What a member may claim: of each set's earnings as much as every other member of it, less what it took.
    function dueTo(Totals storage totals, uint256 configuration, uint32[] memory observerSets, uint256 member)
        internal
        view
        returns (uint256 due)
    {
        for (uint256 i = 0; i < observerSets.length; ++i) {
            uint256 size = 0;
            for (uint32 rest = observerSets[i]; rest != 0; rest >>= 1) {
                size += rest & 1;
            }
            if ((observerSets[i] >> member) & 1 == 1) due += totals.earned[configuration][observerSets[i]] / size;
        }
        due -= totals.taken[configuration][member];
    }

    function payNoData(Agreement storage self, Totals storage totals) private {
        uint256 refund = self.fee * 2000 / 10_000;
        uint256 dao = self.fee * 1000 / 10_000;
        self.provider += self.fee - refund - dao;
        self.fees += refund;
        totals.dao += dao;
    }

    /// @dev Unit by unit would be plainest; this is the same, purse by purse: provider's share, deposit, DAO's share.
    function payParties(Agreement storage self, Totals storage totals, Waiting memory row) private {
        uint256 dao = self.fee * 1000 / 10_000;
        uint256[3] memory purses = [self.fee - self.fee * 2000 / 10_000 - dao, self.depositLeft, dao];
        uint256 wanted = row.outcome == 2 ? self.fee * row.creditBps / 10_000 : 0;
        uint256[3] memory taken;
        for (uint256 i = 0; i < 3; ++i) {
            taken[i] = wanted < purses[i] ? wanted : purses[i];
            wanted -= taken[i];
        }
        uint256 slash = row.outcome == 2 ? self.deposit * row.slashBps / 10_000 : 0;
        uint256 left = self.depositLeft - taken[1];
        if (slash > left) slash = left;
        self.provider += purses[0] - taken[0];
        self.fees += taken[0] + taken[2];
        self.fromDeposit += taken[1] + slash;
        self.depositLeft = left - slash;
        totals.dao += dao - taken[2];
    }
}
