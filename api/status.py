"""An agreement's status so far: pure arithmetic on the interim counts, and the verdict of the agreement's own law on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api import shapes
from api.budget import error_budget
from api.shaping import moment, verdict
from governance.case import Case, case_of
from governance.errors import BadInput, FatalError
from governance.terms import Terms
from governance.values import Verdict
from settlement.agreement_views import stage_of
from settlement.views import AgreementView, PeriodView, Stage, TallyView

NO_COUNTS = "no interim counts of the running period have arrived yet"
NOT_RUNNING = "no period is running"
UNKNOWN_TERMS = "the terms cannot be read, so nothing is known about objectives"
_PENDING = frozenset({Stage.ACCEPTED, Stage.MATURED})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about an agreement at a time. ``terms`` is None where their text is missing or unusable.

    ``last`` is the newest period that was reported or has expired, where there is one.
    """

    agreement: AgreementView
    now_s: int
    tally: TallyView | None
    terms: Terms | None
    last: PeriodView | None


def status_of(known: Known, decide: Callable[[Case], Verdict]) -> shapes.Status:
    """The status that an agreement shows. ``decide`` is the agreement's law; its failure is noted, never shown as a verdict."""
    period = _period(known)
    counted = known.tally if known.tally is not None and known.tally.samples else None
    judged, note = _judge(known.terms, counted, decide) if counted else (None, NO_COUNTS if period is not None else NOT_RUNNING)
    terms = known.terms
    start_s, end_s = _bounds(known.agreement, period) if period is not None else (None, None)
    return shapes.Status(
        period=period,
        start=moment(start_s),
        end=moment(end_s),
        as_of=moment(counted.as_of_s) if counted else None,
        observers=counted.observers if counted else 0,
        samples=counted.samples if counted else 0,
        uptime_ppm=counted.uptime.floor_ppm() if counted else None,
        objective_ppm=terms.objective.floor_ppm() if terms else None,
        p95_ms=counted.p95_ms if counted and counted.attained.denominator else None,
        p95_ceiling_ms=terms.latency.ceiling_ms if terms and terms.latency else None,
        coverage_ppm=counted.coverage.floor_ppm() if counted else None,
        minimum_coverage_ppm=terms.minimum_coverage.floor_ppm() if terms else None,
        error_budget=_budget(terms, counted, start_s, end_s),
        if_closed_now=verdict(judged) if judged else None,
        next_settlement=next_settlement(known),
        note=note,
    )


def next_settlement(known: Known) -> shapes.NextSettlement | None:
    """When money moves next; None when all of it has moved.

    A waiting row matures at a known time; a last one that is disputed settles when it is ruled on. A period without a row settles
    at the earliest when a report comes right at its end and matures, at the latest when one comes just inside the deadline;
    without any report it expires in between.
    """
    agreement, last = known.agreement, known.last
    if last is not None and last.stage in _PENDING and last.accepted is not None:
        matures = moment(last.accepted.matures_at_s)
        return shapes.NextSettlement(period=last.period, stage=last.stage.value, earliest=matures, latest=matures)
    if agreement.next_period >= agreement.periods:
        return _ruling_to_come(known)
    _, end_s = _bounds(agreement, agreement.next_period)
    if end_s is None:
        return None
    deadline_s, window_s = agreement.parameters.report_deadline, agreement.parameters.dispute_window
    stage = stage_of(end_s, end_s + deadline_s, None, None, known.now_s)
    return shapes.NextSettlement(
        period=agreement.next_period,
        stage=stage.value,
        earliest=moment(end_s + window_s),
        latest=moment(end_s + deadline_s + window_s),
    )


def _ruling_to_come(known: Known) -> shapes.NextSettlement | None:
    last = known.last
    if last is None or last.stage is not Stage.DISPUTED or last.dispute is None:
        return None
    due_s = last.dispute.deadline_s
    earliest = moment(min(known.now_s, due_s))
    return shapes.NextSettlement(period=last.period, stage="disputed", earliest=earliest, latest=moment(due_s))


def _period(known: Known) -> int | None:
    if known.tally is not None:
        return known.tally.period
    agreement = known.agreement
    running = agreement.start_s <= known.now_s < agreement.end_s
    return agreement.calendar.period_at(known.now_s) if running else None


def _bounds(agreement: AgreementView, period: int) -> tuple[int, int] | tuple[None, None]:
    """When a period begins and ends; nothing for one that no calendar reaches: a start is a uint64, and anybody may choose it."""
    try:
        return agreement.calendar.bounds(period)
    except (BadInput, ValueError, OverflowError, OSError):
        return None, None


def _judge(terms: Terms | None, tally: TallyView, decide: Callable[[Case], Verdict]) -> tuple[Verdict | None, str | None]:
    if terms is None:
        return None, UNKNOWN_TERMS
    try:
        return decide(case_of(tally.samples, tally.uptime, tally.attained, tally.coverage, terms)), None
    except FatalError as error:
        return None, f"the law gives no verdict on the counts so far: {error}"


def _budget(terms: Terms | None, tally: TallyView | None, start_s: int | None, end_s: int | None) -> shapes.ErrorBudget | None:
    if terms is None or tally is None or start_s is None or end_s is None:
        return None
    budget = error_budget(tally.uptime, tally.coverage.denominator, end_s - start_s, terms)
    return shapes.ErrorBudget(left_ppm=budget.left_ppm, left_s=budget.left_s) if budget else None
