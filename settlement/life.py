"""One agreement's rows and deposit, as its events tell of them. Pure: the books and the auditor replay events through it.

The contracts say what happened and leave the sums to whoever reads. The row that waits is settled by the next one that is
accepted, by an expiry, or by a ``Settled`` of its own; a dispute takes it out, and a decision settles it then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chain.hashing import ZERO_ADDRESS
from chain.values import Division
from governance.errors import FatalError
from governance.values import Outcome
from settlement.split import Stakes, divide, expired, from_deposit, rewarded


class UnexpectedLog(FatalError):
    """A log that cannot follow what was read before: logs are missing, or the contracts are not ours."""


@dataclass(frozen=True, slots=True)
class Purse:
    """Whom the validators' and the relay's part of a row go to: observers (bits) of a configuration, and the report's payee."""

    configuration: str
    observers: int
    payee: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """What an accepted row says of money, until it is settled."""

    period: int
    outcome: Outcome
    credit_bps: int
    slash_bps: int
    purse: Purse


@dataclass(frozen=True, slots=True)
class Held:
    """A row that a dispute took out; ``reserve`` of the deposit is kept for it."""

    row: WaitingRow
    reserve: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a disputed row is settled. ``winner`` gets what those who signed would have had; None where the row stands."""

    outcome: Outcome
    credit_bps: int
    slash_bps: int
    winner: str | None

    @staticmethod
    def winner_of(address: str) -> str | None:
        """The winner that an event names."""
        return None if address == ZERO_ADDRESS else address


@dataclass(frozen=True, slots=True)
class Deposit:
    """An agreement's deposit: what is ``left``, what is ``kept`` for disputed rows, what is the customer's and not taken."""

    left: int
    kept: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class Settling:
    """``count`` periods from ``first``, each divided alike. ``purse`` gets the validators' and the relay's part.

    ``reward`` is the part of a dispute's winner, on top of the division, which then has nothing for validators and relay.
    """

    first: int
    count: int
    outcome: Outcome
    division: Division
    purse: Purse | None = None
    expired: bool = False
    disputed: bool = False
    winner: str | None = None
    reward: int = 0


class Life:
    """What is at stake in one agreement now. ``stakes`` are those of its opening."""

    def __init__(self, stakes: Stakes, deposit: Deposit | None = None, waiting: WaitingRow | None = None) -> None:
        self.deposit = deposit or Deposit(stakes.deposit)
        self.waiting = waiting
        self._stakes = stakes

    def accept(self, row: WaitingRow) -> list[Settling]:
        """A row comes to wait; what that settles: the row that waited before it, if one did."""
        settled = self._settle_waiting()
        self.waiting = row
        return settled

    def settle(self, period: int) -> Settling:
        """The row that waits is settled. Raises UnexpectedLog where it is of another period, or none waits."""
        self._require(period)
        return self._settle_waiting()[0]

    def expire(self, first: int, count: int) -> list[Settling]:
        """Periods go without a report; what that settles: the row that waited before them, if one did, and they themselves."""
        settled = self._settle_waiting()
        return [*settled, Settling(first, count, Outcome.NO_DATA, expired(self._now()), expired=True)]

    def hold(self, period: int, reserve: int) -> Held:
        """A dispute takes the waiting row out. Raises as ``settle`` does."""
        held = Held(self._require(period), reserve)
        self.waiting = None
        self.deposit = replace(self.deposit, left=self.deposit.left - reserve, kept=self.deposit.kept + reserve)
        return held

    def decide(self, held: Held, ruling: Ruling) -> Settling:
        """A disputed row is settled; its reserve is released first."""
        self.deposit = replace(self.deposit, left=self.deposit.left + held.reserve, kept=self.deposit.kept - held.reserve)
        division = divide(ruling.outcome, ruling.credit_bps, ruling.slash_bps, self._now())
        reward = 0
        if ruling.winner is not None:
            division, reward = rewarded(division, ruling.outcome)
        self._award(division)
        purse = held.row.purse if ruling.winner is None else None
        return Settling(held.row.period, 1, ruling.outcome, division, purse, disputed=True, winner=ruling.winner, reward=reward)

    def paid(self, from_deposit_: int) -> None:
        """The customer took some of what the deposit owes it."""
        self.deposit = replace(self.deposit, due=self.deposit.due - from_deposit_)

    def foreseen(self) -> Settling | None:
        """What settling the waiting row now would come to; None where none waits."""
        row = self.waiting
        if row is None:
            return None
        division = divide(row.outcome, row.credit_bps, row.slash_bps, self._now())
        return Settling(row.period, 1, row.outcome, division, row.purse)

    def _settle_waiting(self) -> list[Settling]:
        settled = self.foreseen()
        if settled is None:
            return []
        self.waiting = None
        self._award(settled.division)
        return [settled]

    def _award(self, division: Division) -> None:
        taken = from_deposit(division)
        if taken:
            self.deposit = replace(self.deposit, left=self.deposit.left - taken, due=self.deposit.due + taken)

    def _now(self) -> Stakes:
        left = self.deposit.left
        return self._stakes if left == self._stakes.deposit_left else replace(self._stakes, deposit_left=left)

    def _require(self, period: int) -> WaitingRow:
        if self.waiting is None or self.waiting.period != period:
            raise UnexpectedLog(
                f"period {period} is spoken of as if its row waited",
                value=self.waiting,
                remedy="read the logs from the deployment on",
            )
        return self.waiting
