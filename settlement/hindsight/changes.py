"""Which settlements another law would change, by how much, and for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from governance.law import Law
from governance.values import Outcome
from settlement.hindsight.judging import Judged, NotConserved, judge
from settlement.hindsight.past import DecidedBy, PastAgreement, Settlement
from settlement.hindsight.sums import Parts, Party, gains_of, parts_of


class Because(StrEnum):
    """Why a settlement changes: the verdict does, or an earlier one that took another part of the deposit."""

    VERDICT = "verdict"
    DEPOSIT = "deposit"


@dataclass(frozen=True, slots=True)
class Change:
    """One period that would be settled otherwise."""

    past: PastAgreement
    old: Judged
    new: Judged
    because: Because

    @property
    def difference(self) -> Parts:
        """The new parts less the old ones."""
        fee = self.past.stakes.fee
        return parts_of(self.new.settled, fee) - parts_of(self.old.settled, fee)


@dataclass(slots=True)
class Comparison:
    """Two laws on one history.

    ``reworded`` counts periods whose verdict names another tier or other clauses and pays the same. ``unlike`` counts those that
    the old law, asked again, settles otherwise than they were settled; ``kept`` those that neither law was asked about.
    ``faults`` are the questions to which a law gave no verdict.
    """

    periods: int = 0
    changes: list[Change] = field(default_factory=list)
    reworded: int = 0
    unlike: int = 0
    kept: int = 0
    faults: int = 0
    before: Counter[Party] = field(default_factory=Counter)
    after: Counter[Party] = field(default_factory=Counter)

    def gains(self) -> list[tuple[Party, int, int]]:
        """(party, what it got under the old law, under the new one), by token and role; also for whom nothing changes.

        Raises NotConserved unless what some gain is what others lose, in each token.
        """
        parties = sorted(self.before.keys() | self.after.keys())
        lost: Counter[tuple[str, str, int]] = Counter()
        for party in parties:
            lost[party.token] += self.after[party] - self.before[party]
        if any(lost.values()):
            raise NotConserved("what some gain is not what others lose", value=dict(lost), remedy="please report this defect")
        return [(party, self.before[party], self.after[party]) for party in parties]


def compare(old: Law, new: Law, history: Iterable[PastAgreement], step: Callable[[], None] = lambda: None) -> Comparison:
    """Both laws on every period of a history; ``step`` is called after each. Raises what ``judge`` raises."""
    found = Comparison()
    for past in history:
        for before, after in zip(judge(old, past), judge(new, past), strict=True):
            _enter(found, past, before, after)
            step()
    return found


def _enter(found: Comparison, past: PastAgreement, old: Judged, new: Judged) -> None:
    found.periods += 1
    found.kept += not old.known
    found.faults += (old.fault is not None) + (new.fault is not None)
    was = old.past.settled
    found.unlike += was is not None and _money(was) != _money(old.settled)
    found.before.update(gains_of(past, old.settled))
    found.after.update(gains_of(past, new.settled))
    changed = _decision(old) != _decision(new)
    if changed or _money(old.settled) != _money(new.settled):
        found.changes.append(Change(past, old, new, Because.VERDICT if changed else Because.DEPOSIT))
    elif old.verdict != new.verdict:
        found.reworded += 1


def _decision(one: Judged) -> tuple[DecidedBy, Outcome, int, int]:
    """What was decided, without the tier and the clauses, which pay nobody."""
    return one.settled.by, one.settled.outcome, one.settled.credit_bps, one.settled.slash_bps


def _money(one: Settlement) -> tuple[object, ...]:
    return one.by, one.outcome, one.division, one.winner, one.reward
