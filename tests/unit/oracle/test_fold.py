"""From samples to an observation: which sample and which slot count, and how."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms import LatencyClause, Maintenance, Terms, Tier
from governance.values import PPB, PeriodKind, Ratio, UptimeMethod
from oracle.fold import Counts, fold
from oracle.samples import Result, Sample, Samples

START_S = 1_700_000_100  # a multiple of 300

TERMS = Terms(
    name="n",
    service="s",
    method=UptimeMethod.RATIO_TIMESLICES,
    slot_s=300,
    slot_target=None,
    kind=PeriodKind.FIXED,
    period_s=3_600,
    tiers=(Tier(1, None, Ratio(999, 1_000), 1_000, 0),),
    objective=Ratio(999, 1_000),
    latency=LatencyClause(2_000, Ratio(95, 100), 1_000),
    minimum_coverage=Ratio(95, 100),
    minimum_samples=1,
    maintenance=(),
    probes=(),
    controls=(),
)


def ok(second: float, latency_ms: int = 100) -> Sample:
    ms = int((START_S + second) * 1_000)
    return Sample(ms, ms, latency_ms, Result.OK)


def error(second: float) -> Sample:
    return replace(ok(second), result=Result.ERROR)


def excluded(second: float) -> Sample:
    return replace(ok(second), result=Result.EXCLUDED)


def counted(*samples: Sample, terms: Terms = TERMS, length_s: int = 3_600) -> Counts:
    return fold(Samples.of(samples), START_S, START_S + length_s, terms)


def window(begin: int, end: int, announced: int = -1) -> Maintenance:
    return Maintenance(START_S + begin, START_S + end, START_S + begin + announced)


def test_a_period_without_samples_counts_nothing_but_its_slots() -> None:
    assert counted() == Counts(0, Ratio(0, 0), Ratio(0, 0), Ratio(0, 12), 0)


def test_a_period_holds_its_first_millisecond_and_not_its_end() -> None:
    assert counted(ok(-0.001), ok(0), ok(3_599.999), ok(3_600)).samples == 2


def test_a_sample_counts_by_its_schedule_and_not_by_its_start() -> None:
    late = replace(ok(3_599.9), started_ms=(START_S + 3_601) * 1_000)
    assert counted(late).samples == 1


def test_excluded_samples_leave_both_sides_and_do_not_cover_their_slot() -> None:
    found = counted(ok(0), excluded(1), excluded(300))
    assert (found.samples, found.uptime, found.coverage) == (1, Ratio(PPB, PPB), Ratio(1, 12))


def test_an_error_covers_its_slot_and_does_not_enter_latency() -> None:
    found = counted(error(0), ok(300, 2_000), ok(301, 2_001))
    assert found == Counts(3, Ratio(PPB, 2 * PPB), Ratio(1, 2), Ratio(2, 12), 2_001)


def test_slot_values_are_rounded_up_to_parts_per_billion() -> None:
    assert counted(ok(0), ok(1), error(2)).uptime == Ratio(666_666_667, PPB)


def test_occurrences_count_samples_and_timeslices_count_good_slots() -> None:
    samples = [ok(0), ok(1), error(2), ok(300)]
    assert counted(*samples, terms=replace(TERMS, method=UptimeMethod.OCCURRENCES)).uptime == Ratio(3, 4)
    for target, good in ((None, 1), (Ratio(2, 3), 2), (Ratio(67, 100), 1)):
        terms = replace(TERMS, method=UptimeMethod.TIMESLICES, slot_target=target)
        assert counted(*samples, terms=terms).uptime == Ratio(good, 2)


def test_without_a_latency_clause_nothing_is_attained_but_p95_is_told() -> None:
    found = counted(ok(0, 70), terms=replace(TERMS, latency=None))
    assert (found.attained, found.p95_ms) == (Ratio(0, 0), 70)


def test_p95_stops_where_its_field_ends() -> None:
    assert counted(ok(0, 2**40)).p95_ms == 2**32 - 1


def test_maintenance_announced_before_it_began_is_in_no_count_and_in_no_expectation() -> None:
    terms = replace(TERMS, maintenance=(window(300, 900),))
    assert counted(ok(0), error(300), error(899.999), ok(900), terms=terms) == Counts(
        2, Ratio(2 * PPB, 2 * PPB), Ratio(2, 2), Ratio(2, 10), 100
    )


def test_maintenance_announced_when_it_began_counts_as_any_other_time() -> None:
    terms = replace(TERMS, maintenance=(window(300, 900, announced=0),))
    assert counted(error(300), terms=terms).samples == 1
    assert counted(terms=terms).coverage == Ratio(0, 12)


def test_a_slot_is_expected_as_long_as_any_of_it_is_outside_maintenance() -> None:
    assert counted(terms=replace(TERMS, maintenance=(window(299, 901),))).coverage.denominator == 10
    assert counted(terms=replace(TERMS, maintenance=(window(301, 899),))).coverage.denominator == 12
    touching = (window(150, 400), window(400, 650))
    assert counted(terms=replace(TERMS, maintenance=touching)).coverage.denominator == 11


def test_maintenance_over_the_whole_period_expects_nothing() -> None:
    terms = replace(TERMS, maintenance=(window(-1_000, 4_000),))
    assert counted(ok(0), terms=terms) == Counts(0, Ratio(0, 0), Ratio(0, 0), Ratio(0, 0), 0)


def test_edge_slots_that_the_period_cuts_are_slots() -> None:
    found = fold(Samples.of([ok(299), ok(301)]), START_S + 150, START_S + 450, TERMS)
    assert found.coverage == Ratio(2, 2)
    terms = replace(TERMS, maintenance=(window(150, 300),))
    assert fold(Samples.of([]), START_S + 150, START_S + 450, terms).coverage == Ratio(0, 1)
    terms = replace(TERMS, maintenance=(window(300, 450),))
    assert fold(Samples.of([]), START_S + 150, START_S + 450, terms).coverage == Ratio(0, 1)


def test_the_observation_carries_the_counts() -> None:
    seen = counted(ok(0)).observation(7, 3, b"e" * 32)
    assert (seen.agreement, seen.period, seen.samples, seen.evidence) == (7, 3, 1, b"e" * 32)


SAMPLE = st.builds(
    lambda offset, latency, result: Sample((START_S * 1_000) + offset, 0, latency, result),
    st.integers(-200_000, 4_000_000),
    st.integers(0, 4_000),
    st.sampled_from(Result),
)
WINDOW = st.builds(
    lambda begin, length, announced: window(begin, begin + length, announced),
    st.integers(-700, 4_000),
    st.integers(1, 1_500),
    st.sampled_from([-10, 0, 5]),
)


@given(
    st.lists(SAMPLE, max_size=60),
    st.lists(WINDOW, max_size=3),
    st.sampled_from(UptimeMethod),
    st.sampled_from([60, 300, 700]),
    st.integers(0, 400),
    st.randoms(use_true_random=False),
)
def test_equals_a_slow_reckoning_in_any_order(
    samples: list[Sample],
    windows: list[Maintenance],
    method: UptimeMethod,
    slot_s: int,
    shift: int,
    random: object,
) -> None:
    terms = replace(TERMS, method=method, slot_s=slot_s, maintenance=tuple(windows))
    start_s, end_s = START_S + shift, START_S + shift + 3_000
    expected = slowly(samples, start_s, end_s, terms)
    random.shuffle(samples)  # type: ignore[attr-defined]
    assert fold(Samples.of(samples), start_s, end_s, terms) == expected


def slowly(samples: list[Sample], start_s: int, end_s: int, terms: Terms) -> Counts:
    announced = [one for one in terms.maintenance if one.announced_s < one.start_s]

    def quiet(second: float) -> bool:
        return any(one.start_s <= second < one.end_s for one in announced)

    kept = [
        sample
        for sample in samples
        if start_s * 1_000 <= sample.scheduled_ms < end_s * 1_000
        and sample.result is not Result.EXCLUDED
        and not quiet(sample.scheduled_ms / 1_000)
    ]
    slots = defaultdict(list)
    for sample in kept:
        slots[sample.scheduled_ms // (terms.slot_s * 1_000)].append(sample.result is Result.OK)
    expected = {second // terms.slot_s for second in range(start_s, end_s) if not quiet(second)}
    latencies = sorted(sample.latency_ms for sample in kept if sample.result is Result.OK)
    uptime = {
        UptimeMethod.OCCURRENCES: Ratio(len(latencies), len(kept)),
        UptimeMethod.TIMESLICES: Ratio(sum(all(slot) for slot in slots.values()), len(slots)),
        UptimeMethod.RATIO_TIMESLICES: Ratio(
            sum(math.ceil(Fraction(PPB * sum(slot), len(slot))) for slot in slots.values()), len(slots) * PPB
        ),
    }[terms.method]
    p95 = latencies[math.ceil(Fraction(95 * len(latencies), 100)) - 1] if latencies else 0
    within = sum(latency <= 2_000 for latency in latencies)
    return Counts(len(kept), uptime, Ratio(within, len(latencies)), Ratio(len(slots), len(expected)), p95)


@pytest.mark.parametrize("name", ["s369", "s519"])
def test_one_series_of_several_can_be_taken_out(name: str) -> None:
    samples = Samples.of([ok(0)], "s369")
    assert len(samples.of_series(name)) == (1 if name == "s369" else 0)
