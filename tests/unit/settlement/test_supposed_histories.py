"""Recorded samples as agreements that might have been: which periods there are, and what was counted in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.case import case_of
from governance.errors import BadInput
from governance.terms import Terms, Tier
from governance.values import PeriodKind, Ratio, UptimeMethod
from oracle.fold import fold
from oracle.samples import Result, Sample, Samples
from settlement.hindsight.past import PastAgreement, Token
from settlement.hindsight.supposed import MOST_PERIODS, Supposition, suppose
from settlement.split import Stakes

DAY_S = 86_400
JANUARY_S = 1_767_225_600  # 2026-01-01
HOURLY = Terms(
    name="n",
    service="s",
    method=UptimeMethod.OCCURRENCES,
    slot_s=300,
    slot_target=None,
    kind=PeriodKind.FIXED,
    period_s=3_600,
    tiers=(Tier(1, None, Ratio(999, 1_000), 1_000, 0),),
    objective=Ratio(999, 1_000),
    latency=None,
    minimum_coverage=Ratio(0, 1),
    minimum_samples=1,
    maintenance=(),
    probes=(),
    controls=(),
)
MONTHLY = replace(HOURLY, kind=PeriodKind.CALENDAR_MONTH, period_s=0)
SUPPOSED = Supposition(Token("", "tokens", 6), Stakes(10, 100, 100, 2_000, 1_000, 0), 10_000, 10_000)


def samples(*times_s: int, name: str | None = None) -> Samples:
    return Samples.of([Sample(at * 1_000, at * 1_000, 100, Result.OK) for at in times_s], name)


def only(own: Samples, terms: Terms = HOURLY, supposed: Supposition = SUPPOSED, name: str | None = None) -> PastAgreement:
    (one,) = suppose(own, [name], terms, supposed)
    return one


def counts(one: PastAgreement) -> list[int | None]:
    return [each.case.samples if each.case else None for each in one.periods]


def test_periods_run_from_that_of_the_first_sample_to_that_of_the_last_with_the_silent_ones_between() -> None:
    one = only(samples(JANUARY_S + 3 * 3_600 + 5, JANUARY_S + 5, JANUARY_S + 3_599))
    assert counts(one) == [2, None, None, 1]
    assert [(each.period, each.start_s) for each in one.periods] == [(number, JANUARY_S + number * 3_600) for number in range(4)]


def test_months_are_those_of_the_calendar() -> None:
    one = only(samples(JANUARY_S + 40 * DAY_S, JANUARY_S + DAY_S), MONTHLY)
    assert [(each.start_s - JANUARY_S) // DAY_S for each in one.periods] == [0, 31]
    assert one.periods[1].end_s == JANUARY_S + 59 * DAY_S
    assert counts(one) == [1, 1]


def test_a_period_holds_its_first_instant_and_not_its_end() -> None:
    assert counts(only(samples(JANUARY_S, JANUARY_S + 3_600))) == [1, 1]


def test_a_start_and_a_number_of_periods_cut_the_history() -> None:
    own = samples(*(JANUARY_S + number * 3_600 for number in range(6)))
    assert counts(only(own, supposed=replace(SUPPOSED, start_s=JANUARY_S + 7_200))) == [1, 1, 1, 1]
    assert counts(only(own, supposed=replace(SUPPOSED, start_s=JANUARY_S + 7_200, periods=2))) == [1, 1]
    assert counts(only(own, supposed=replace(SUPPOSED, periods=8))) == [1] * 6 + [None] * 2
    assert counts(only(own, supposed=replace(SUPPOSED, start_s=JANUARY_S + DAY_S))) == [None]


@pytest.mark.parametrize(
    ("terms", "changes", "says"),
    [
        (HOURLY, {"start_s": JANUARY_S + 1}, "cuts a slot"),
        (MONTHLY, {"start_s": JANUARY_S + DAY_S}, "not the first second of a UTC month"),
        (HOURLY, {"start_s": 0, "periods": None}, None),
        (HOURLY, {"periods": MOST_PERIODS + 1}, "periods or more"),
        (replace(HOURLY, period_s=300), {"start_s": 0}, "periods or more"),
    ],
)
def test_a_start_that_does_not_fit_and_periods_without_end_are_refused(terms, changes, says) -> None:
    own, supposed = samples(JANUARY_S if says else 7_200), replace(SUPPOSED, **changes)
    if says is None:
        assert counts(only(own, terms, supposed)) == [None, None, 1]
        return
    with pytest.raises(BadInput, match=says):
        only(own, terms, supposed)


def test_each_series_is_an_agreement_of_its_own_and_one_without_samples_is_refused() -> None:
    both = Samples.of([Sample(JANUARY_S * 1_000, 0, 1, Result.OK)], "b")
    (one,) = suppose(both, ["b"], HOURLY, SUPPOSED)
    assert (one.name, one.provider) == ("b", "b")
    with pytest.raises(BadInput, match="series 'c' has no samples"):
        list(suppose(both, ["c"], HOURLY, SUPPOSED))


@given(
    st.lists(st.tuples(st.integers(0, 5 * 3_600_000), st.sampled_from(Result), st.integers(0, 3_000)), min_size=1, max_size=40)
)
def test_every_period_is_counted_as_a_witness_counts_it(made: Sequence[tuple[int, Result, int]]) -> None:
    own = Samples.of([Sample(JANUARY_S * 1_000 + at, 0, latency, result) for at, result, latency in made])
    for each in only(own).periods:
        told = fold(own, each.start_s, each.end_s, HOURLY)
        expected = case_of(told.samples, told.uptime, told.attained, told.coverage, HOURLY)
        assert each.case == (expected if told.samples else None)
