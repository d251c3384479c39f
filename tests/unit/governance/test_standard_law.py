"""The standard law, at every boundary. That it agrees with a second opinion is shown in tests/laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.case import Case
from governance.figures import Figures, LatencyClause, Tier
from governance.law import Law
from governance.values import Outcome, Ratio, Verdict

MakeCase = Callable[..., Case]
MET = Verdict(Outcome.MET, 0, 0, 0, ("objective_met", "p95_met"))


def breach(tier: int, credit_bps: int, slash_bps: int, *clauses: str) -> Verdict:
    return Verdict(Outcome.BREACH, tier, credit_bps, slash_bps, clauses)


def no_data(*clauses: str) -> Verdict:
    return Verdict(Outcome.NO_DATA, 0, 0, 0, clauses)


TIER_1 = breach(1, 1_000, 0, "uptime_tier(1)")
TIER_2 = breach(2, 2_500, 0, "uptime_tier(2)")
TIER_3 = breach(3, 10_000, 1_000, "uptime_tier(3)")


@pytest.mark.parametrize("scale", [1, 7, 1_000, 10**9, 10**30])
@pytest.mark.parametrize(("per_mille", "at", "under"), [(999, MET, TIER_1), (990, TIER_1, TIER_2), (950, TIER_2, TIER_3)])
def test_tiers_are_half_open_to_the_last_count(
    standard: Law, make_case: MakeCase, scale: int, per_mille: int, at: Verdict, under: Verdict
) -> None:
    exact, counted = per_mille * scale, 1_000 * scale
    assert standard.decide(make_case(uptime=(exact, counted))) == at
    assert standard.decide(make_case(uptime=(exact + 1, counted))) == at
    assert standard.decide(make_case(uptime=(exact - 1, counted))) == under


def test_a_whole_and_an_empty_uptime_are_the_ends(standard: Law, make_case: MakeCase) -> None:
    assert standard.decide(make_case(uptime=(5, 5))) == MET
    assert standard.decide(make_case(uptime=(0, 5))) == TIER_3


def test_what_rounds_to_the_objective_is_still_a_breach(standard: Law, make_case: MakeCase) -> None:
    assert standard.decide(make_case(uptime=(998_999, 1_000_000))) == TIER_1
    assert standard.decide(make_case(uptime=(99_899_999_999, 100_000_000_000))) == TIER_1


@pytest.mark.parametrize(
    ("within", "ok", "kept"),
    [
        (19, 20, True),
        (18, 20, False),
        (20, 21, True),
        (19, 21, False),
        (95, 100, True),
        (94, 100, False),
        (1, 1, True),
        (0, 1, False),
    ],
)
def test_p95_holds_exactly_when_the_ceiling_of_95_percent_of_the_samples_is_within(
    standard: Law, make_case: MakeCase, within: int, ok: int, kept: bool
) -> None:
    verdict = standard.decide(make_case(attained=(within, ok)))
    assert verdict == (MET if kept else breach(0, 1_000, 0, "p95_ceiling"))


@pytest.mark.parametrize(
    ("uptime", "expected"),
    [
        ((998, 1_000), breach(1, 1_000, 0, "uptime_tier(1)", "p95_ceiling")),
        ((980, 1_000), breach(2, 2_500, 0, "uptime_tier(2)", "p95_ceiling")),
        ((900, 1_000), breach(3, 10_000, 1_000, "uptime_tier(3)", "p95_ceiling")),
    ],
)
def test_both_clauses_broken_credit_the_larger_of_the_two(
    standard: Law, make_case: MakeCase, uptime: tuple[int, int], expected: Verdict
) -> None:
    assert standard.decide(make_case(uptime=uptime, attained=(0, 100))) == expected


def test_a_dear_latency_clause_outweighs_a_mild_tier(standard: Law, make_case: MakeCase, figures: Figures) -> None:
    dear = Figures(figures.objective, figures.tiers, LatencyClause(2_000, Ratio(95, 100), 5_000), Ratio(0, 1), 0)
    verdict = standard.decide(make_case(uptime=(998, 1_000), attained=(0, 100), terms=dear))
    assert verdict == breach(1, 5_000, 0, "uptime_tier(1)", "p95_ceiling")


def test_without_an_ok_sample_latency_takes_no_part(standard: Law, make_case: MakeCase) -> None:
    assert standard.decide(make_case(uptime=(0, 100), attained=(0, 0))) == TIER_3


def test_without_a_latency_clause_latency_takes_no_part(standard: Law, make_case: MakeCase, figures: Figures) -> None:
    silent = Figures(figures.objective, figures.tiers, None, Ratio(0, 1), 0)
    verdict = standard.decide(make_case(attained=(0, 100), terms=silent))
    assert verdict == Verdict(Outcome.MET, 0, 0, 0, ("objective_met",))


@pytest.mark.parametrize(
    ("given", "clauses"),
    [
        ({"coverage": (94, 100)}, ("insufficient_coverage",)),
        ({"coverage": (94_999, 100_000)}, ("insufficient_coverage",)),
        ({"coverage": (0, 0)}, ("insufficient_coverage",)),
        ({"samples": 19}, ("insufficient_samples",)),
        ({"uptime": (0, 0)}, ("nothing_counted",)),
        (
            {"uptime": (0, 0), "samples": 0, "coverage": (0, 100)},
            ("nothing_counted", "insufficient_samples", "insufficient_coverage"),
        ),
        ({"samples": 19, "uptime": (0, 19), "attained": (0, 0)}, ("insufficient_samples",)),
    ],
)
def test_too_little_data_is_neither_a_breach_nor_a_clean_bill(
    standard: Law, make_case: MakeCase, given: dict[str, object], clauses: tuple[str, ...]
) -> None:
    assert standard.decide(make_case(**given)) == no_data(*clauses)


def test_the_minima_themselves_are_enough(standard: Law, make_case: MakeCase) -> None:
    assert standard.decide(make_case(coverage=(95, 100), samples=20)) == MET


def test_a_minimum_coverage_of_nothing_asks_for_no_slots(standard: Law, make_case: MakeCase, figures: Figures) -> None:
    lax = Figures(figures.objective, figures.tiers, figures.latency, Ratio(0, 1), 0)
    assert standard.decide(make_case(coverage=(0, 0), samples=0, terms=lax)) == MET


@st.composite
def ladders(draw: st.DrawFn) -> Figures:
    """Figures with one to five tiers, whose thresholds are percentages of up to three places."""
    cuts = sorted(draw(st.sets(st.integers(1, 99_999), min_size=1, max_size=5)), reverse=True)
    bounds = [Ratio(cut, 100_000) for cut in cuts]
    bps = st.lists(st.integers(0, 10_000), min_size=len(cuts), max_size=len(cuts)).map(sorted)
    tiers = tuple(
        Tier(number, at_or_above, below, credit_bps, slash_bps)
        for number, (at_or_above, below, credit_bps, slash_bps) in enumerate(
            zip([*bounds[1:], None], bounds, draw(bps), draw(bps), strict=True), start=1
        )
    )
    percent = st.integers(1, 99).map(lambda part: Ratio(part, 100))
    latency = draw(st.none() | st.builds(LatencyClause, st.just(2_000), percent, st.integers(0, 10_000)))
    return Figures(bounds[0], tiers, latency, draw(st.just(Ratio(0, 1)) | percent), draw(st.integers(0, 50)))


def some_case(random: Random, figures: Figures) -> Case:
    """A case with its uptime near a threshold, and every pair now and then empty."""
    edge = random.choice(figures.tiers).below.numerator + random.randint(-1, 1)
    uptime = Ratio(max(0, min(edge, 100_000)), 100_000) if random.random() < 0.7 else some_share(random)
    return Case(random.randint(0, 100), uptime, some_share(random), some_share(random), figures)


def some_share(random: Random) -> Ratio:
    counted = random.choice([0, 1, 20, 21, 100, 10**9 * 8_928])
    return Ratio(random.randint(random.choice([0, counted * 9 // 10]), counted), counted)


@given(ladders(), st.integers(0, 2**32))
def test_worse_uptime_never_costs_less(standard: Law, figures: Figures, seed: int) -> None:
    random = Random(seed)
    better, other = some_case(random, figures), some_case(random, figures)
    worse = replace(better, uptime=other.uptime)
    assume(better.uptime.denominator and worse.uptime.denominator and not worse.uptime.at_least(better.uptime))
    before, after = standard.decide(better), standard.decide(worse)
    assert before.credit_bps <= after.credit_bps
    assert before.slash_bps <= after.slash_bps
    assert before.tier <= after.tier
