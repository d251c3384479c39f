"""What a law would have paid: each past period put to it, and divided by the arithmetic that settles.

A period that the law gives no verdict for would have had no report, and would have gone by its deadline; so would one whose
credit or slash exceeds the agreement's caps, since the contract passes such a row over. What an arbiter decided stays as it was
decided: it was not the law's. So does what the law decided on counts that are lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from governance.errors import FatalError
from governance.law import Law, LawFault
from governance.values import Outcome, Verdict
from settlement.hindsight.past import DecidedBy, PastAgreement, PastPeriod, Settlement
from settlement.life import Life, Purse, Ruling, Settling, WaitingRow
from settlement.split import Stakes, fee_of, from_deposit

_SOMEBODY = Purse("", 0, "")  # whose purse a row fills is no affair of the parties


class NotConserved(FatalError):
    """The parts of a division do not come to what was divided: a mistake in this code, never in a law."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One period under one law.

    ``verdict`` is None where the law was not asked, or gave none: ``fault`` then says what came instead. ``over_caps``: the
    verdict is one that no row may carry. ``deposit_left`` is what there was before it was settled, ``settled`` what it came to.
    """

    past: PastPeriod
    verdict: Verdict | None
    fault: LawFault | None
    over_caps: bool
    deposit_left: int
    settled: Settlement

    @property
    def known(self) -> bool:
        """Whether the law's word counts here: False for what was decided without it, or on counts that are lost."""
        return self.verdict is not None or self.fault is not None


def judge(law: Law, past: PastAgreement) -> Iterator[Judged]:
    """Each period of an agreement under a law, in the order in which they are settled.

    Raises NotConserved, and what a law raises that was not asked at all: EngineFault, or BadInput for one that does not settle.
    """
    life = Life(past.stakes)
    for one in past.periods:
        left = life.deposit.left
        verdict, fault = _ask(law, one)
        over_caps = verdict is not None and (verdict.credit_bps > past.max_credit_bps or verdict.slash_bps > past.max_slash_bps)
        settled = _settle(life, one, None if over_caps else verdict)
        _check(past.stakes, settled, left, life.deposit.left)
        yield Judged(one, verdict, fault, over_caps, left, settled)


def _ask(law: Law, one: PastPeriod) -> tuple[Verdict | None, LawFault | None]:
    if one.case is None or (one.settled is not None and one.settled.by is DecidedBy.ARBITER):
        return None, None
    try:
        return law.decide(one.case), None
    except LawFault as fault:
        return None, fault


def _settle(life: Life, one: PastPeriod, verdict: Verdict | None) -> Settlement:
    was = one.settled
    if was is not None and was.by is DecidedBy.ARBITER:
        life.accept(WaitingRow(one.period, was.outcome, was.credit_bps, was.slash_bps, _SOMEBODY))
        ruling = Ruling(was.outcome, was.credit_bps, was.slash_bps, was.winner)
        return _settlement(was.by, life.decide(life.hold(one.period, 0), ruling), was.credit_bps, was.slash_bps)
    if verdict is not None:
        return _accept(life, one.period, verdict.outcome, verdict.credit_bps, verdict.slash_bps)
    if one.case is None and was is not None and was.by is DecidedBy.LAW:
        return _accept(life, one.period, was.outcome, was.credit_bps, was.slash_bps)
    return _settlement(DecidedBy.DEADLINE, life.expire(one.period, 1)[0], 0, 0)


def _accept(life: Life, period: int, outcome: Outcome, credit_bps: int, slash_bps: int) -> Settlement:
    life.accept(WaitingRow(period, outcome, credit_bps, slash_bps, _SOMEBODY))
    return _settlement(DecidedBy.LAW, life.settle(period), credit_bps, slash_bps)


def _settlement(by: DecidedBy, settled: Settling, credit_bps: int, slash_bps: int) -> Settlement:
    return Settlement(by, settled.outcome, credit_bps, slash_bps, settled.division, settled.winner, settled.reward)


def _check(stakes: Stakes, settled: Settlement, before: int, after: int) -> None:
    """The fee goes where the division says, and the deposit loses what the customer gets of it: to the unit."""
    fee, taken = fee_of(settled.division) + settled.reward, from_deposit(settled.division)
    if fee != stakes.fee or before - after != taken or after < 0:
        raise NotConserved("money was made or lost", value=settled, remedy="this is a defect; please report it")
