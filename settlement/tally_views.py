"""The status so far of running periods, from the members' interim counts. Information only: no money rests on it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from governance.values import Observation, Ratio
from oracle.median import median
from settlement.relay_tables import TallyRow
from settlement.views import AgreementView, TallyView

NO_EVIDENCE = bytes(32)


def running_tallies(session: Session, agreements: Sequence[AgreementView], now_s: int) -> dict[int, TallyView]:
    """The median of the newest interim counts for the period of each agreement that runs at a time."""
    running = [(view.agreement, period) for view in agreements if (period := _running(view, now_s)) is not None]
    if not running:
        return {}
    rows = session.scalars(select(TallyRow).where(tuple_(TallyRow.agreement, TallyRow.period).in_(running)))
    by_agreement: dict[int, list[TallyRow]] = {}
    for row in rows:
        by_agreement.setdefault(row.agreement, []).append(row)
    return {agreement: _median(found) for agreement, found in by_agreement.items()}


def observation_of(row: TallyRow) -> Observation:
    """Interim counts in the form of an observation, so that one median serves both."""
    return Observation(
        agreement=row.agreement,
        period=row.period,
        samples=row.samples,
        uptime=Ratio(row.uptime_numerator, row.uptime_denominator),
        attained=Ratio(row.attained_numerator, row.attained_denominator),
        coverage=Ratio(row.coverage_numerator, row.coverage_denominator),
        p95_ms=row.p95_ms,
        evidence=NO_EVIDENCE,
    )


def _running(view: AgreementView, now_s: int) -> int | None:
    return view.calendar.period_at(now_s) if view.start_s <= now_s < view.end_s else None


def _median(rows: Sequence[TallyRow]) -> TallyView:
    middle = median([(row.member, observation_of(row)) for row in rows])
    return TallyView(
        period=rows[0].period,
        as_of_s=min(row.as_of_s for row in rows),
        observers=len(rows),
        samples=middle.samples,
        uptime=middle.uptime,
        attained=middle.attained,
        coverage=middle.coverage,
        p95_ms=middle.p95_ms,
    )
