"""Agreements that are only supposed: recorded samples, counted as a witness counts them, under any terms and stakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from governance.case import case_of
from governance.errors import BadInput
from governance.periods import Calendar, month_of, month_start_s
from governance.terms import Terms
from governance.values import PeriodKind
from oracle.fold import fold
from oracle.samples import Samples
from settlement.hindsight.past import PastAgreement, PastPeriod, Token
from settlement.split import Stakes

MOST_PERIODS = 1_000_000


@dataclass(frozen=True, slots=True)
class Supposition:
    """What samples do not say. ``start_s`` None: the period of the first sample is the first; ``periods`` None: to the last."""

    token: Token
    stakes: Stakes
    max_credit_bps: int
    max_slash_bps: int
    start_s: int | None = None
    periods: int | None = None


def suppose(samples: Samples, series: Sequence[str | None], terms: Terms, supposed: Supposition) -> Iterator[PastAgreement]:
    """One agreement per series, each over all its periods, also those in which nothing was sampled.

    None stands for the one unnamed series. Raises BadInput for a series without samples, a start that does not fit the terms, and
    more than a million periods.
    """
    for name in series:
        own = samples if name is None else samples.of_series(name)
        if len(own) == 0:
            raise BadInput(f"series {name!r} has no samples", value=name, remedy="name one that has")
        yield _agreement(own.by_time(), name, terms, supposed)


def _agreement(own: Samples, name: str | None, terms: Terms, supposed: Supposition) -> PastAgreement:
    calendar = _calendar(own, terms, supposed)
    label = name or "samples"
    return PastAgreement(
        name=label,
        provider=label,
        customer="customer",
        token=supposed.token,
        law="",
        stakes=supposed.stakes,
        max_credit_bps=supposed.max_credit_bps,
        max_slash_bps=supposed.max_slash_bps,
        figures=terms.figures,
        periods=tuple(_period(own, terms, number, *calendar.bounds(number)) for number in range(calendar.periods)),
    )


def _period(own: Samples, terms: Terms, number: int, start_s: int, end_s: int) -> PastPeriod:
    first, after = own.scheduled_ms.searchsorted([start_s * 1_000, end_s * 1_000])
    counts = fold(own.between(int(first), int(after)), start_s, end_s, terms)
    if not counts.samples:  # a witness that saw nothing says nothing
        return PastPeriod(number, start_s, end_s, None)
    return PastPeriod(number, start_s, end_s, case_of(counts.samples, counts.uptime, counts.attained, counts.coverage, terms))


def _calendar(own: Samples, terms: Terms, supposed: Supposition) -> Calendar:
    first_s, last_s = int(own.scheduled_ms[0]) // 1_000, int(own.scheduled_ms[-1]) // 1_000
    start_s = _beginning_s(first_s, terms) if supposed.start_s is None else supposed.start_s
    if supposed.periods is not None:
        count = supposed.periods
    else:
        everything = terms.calendar(start_s, MOST_PERIODS + 1)
        last = everything.period_at(last_s)
        count = MOST_PERIODS + 1 if last is None and last_s >= start_s else (last or 0) + 1
    if not 1 <= count <= MOST_PERIODS:
        raise BadInput(f"{count} periods or more", value=count, remedy=f"1 to {MOST_PERIODS}: name a start, or how many")
    return terms.calendar(start_s, count)


def _beginning_s(time_s: int, terms: Terms) -> int:
    """The beginning of the period that holds a time, where periods follow each other from the Unix epoch on."""
    if terms.kind is PeriodKind.CALENDAR_MONTH:
        return month_start_s(*month_of(time_s))
    return time_s // terms.period_s * terms.period_s
