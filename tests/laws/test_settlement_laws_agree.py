"""The laws that settle say what a second opinion says, over random cases and at every boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from types import ModuleType

import pytest

from governance import laws
from governance.case import MOST_UPTIME, Case
from governance.figures import Figures, Tier
from governance.law import load_law
from governance.values import Ratio

Oracle = Callable[[str], ModuleType]
# A law of a published SLA has its figures in its text: of the terms only what must have been measured counts.
OTHER_TIERS = (Tier(1, None, Ratio(1, 2), 10_000, 10_000),)
PUBLISHED = tuple(name for name in laws.names() if "decide(" in laws.read(name) and name != "standard")
HOW_MANY = [2_000, pytest.param(100_000, marks=pytest.mark.slow)]


def test_every_law_that_settles_has_a_second_opinion(oracle: Oracle) -> None:
    assert sorted(PUBLISHED) == sorted(oracle("published").TABLES)


@pytest.mark.parametrize("law_name", PUBLISHED)
def test_a_published_sla_agrees_at_every_boundary(oracle: Oracle, law_name: str) -> None:
    opinion, law = oracle("published"), load_law(laws.read(law_name), law_name)
    terms = Figures(Ratio(1, 2), OTHER_TIERS, None, Ratio(0, 1), 0)
    cases = [Case(0, uptime, Ratio(0, 0), Ratio(0, 0), terms) for uptime in edges(opinion.thresholds(law_name))]
    assert len(cases) > 30
    for case in cases:
        assert law.decide(case) == opinion.verdict(law_name, case), case


@pytest.mark.parametrize("how_many", HOW_MANY)
@pytest.mark.parametrize("law_name", PUBLISHED)
def test_a_published_sla_agrees_with_a_second_opinion(oracle: Oracle, law_name: str, how_many: int) -> None:
    random, opinion, law = Random(law_name), oracle("published"), load_law(laws.read(law_name), law_name)
    for number in range(how_many):
        if number % 20 == 0:
            terms = some_minimum(random)
        case = some_case(random, terms, opinion.thresholds(law_name))
        assert law.decide(case) == opinion.verdict(law_name, case), case


@pytest.mark.parametrize("how_many", HOW_MANY)
def test_the_standard_law_agrees_with_a_second_opinion(oracle: Oracle, how_many: int) -> None:
    random, opinion, law = Random("standard"), oracle("standard"), load_law(laws.read("standard"), "standard")
    for number in range(how_many):
        if number % 20 == 0:
            terms = opinion.figures(random)
        case = some_case(random, terms, opinion.thresholds(terms))
        assert law.decide(case) == opinion.verdict(case), case


def edges(thresholds: list[Fraction]) -> Iterator[Ratio]:
    """At each threshold and one count beside it, for small and for the largest counts; and the ends."""
    yield from (Ratio(0, 0), Ratio(0, 1), Ratio(1, 1), Ratio(0, MOST_UPTIME), Ratio(MOST_UPTIME, MOST_UPTIME))
    for threshold in thresholds:
        for scale in (1, 7, 10**9, 10**30, MOST_UPTIME // threshold.denominator):
            counted, at = threshold.denominator * scale, threshold.numerator * scale
            yield from (Ratio(good, counted) for good in (at - 1, at, at + 1) if good <= counted)
        least = -(-MOST_UPTIME * threshold.numerator // threshold.denominator)
        yield from (Ratio(good, MOST_UPTIME) for good in (least - 1, least))


def some_case(random: Random, terms: Figures, thresholds: list[Fraction]) -> Case:
    """A case with its uptime near a threshold more often than not, and every pair now and then empty."""
    uptime = some_share(random) if random.random() < 0.3 else near(random, random.choice(thresholds))
    return Case(random.randint(0, 100), uptime, some_share(random), some_share(random), terms)


def some_minimum(random: Random) -> Figures:
    coverage = random.choice([Ratio(0, 1), Ratio(0, 1), Ratio(random.randint(1, 99), 100)])
    return Figures(Ratio(1, 2), OTHER_TIERS, None, coverage, random.choice([0, random.randint(0, 50)]))


def near(random: Random, threshold: Fraction) -> Ratio:
    scale = random.choice([1, 3, random.randint(1, 10**6), random.randint(1, 10**30)])
    counted = threshold.denominator * scale
    good = threshold.numerator * scale + random.choice([-1, 0, 1, random.randint(-scale, scale)])
    return Ratio(min(max(good, 0), counted), counted)


def some_share(random: Random) -> Ratio:
    counted = random.choice([0, 1, 20, 21, 100, 10**9 * 8_928])
    return Ratio(random.randint(random.choice([0, counted * 9 // 10]), counted), counted)
