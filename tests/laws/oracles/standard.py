"""A second opinion on the standard law, written from the design and not from the law. It computes with fractions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from governance.case import Case
from governance.figures import Figures, LatencyClause, Tier
from governance.values import Outcome, Ratio, Verdict


def verdict(case: Case) -> Verdict:
    terms = case.terms
    short = []
    if case.uptime.denominator == 0:
        short.append("nothing_counted")
    if case.samples < terms.minimum_samples:
        short.append("insufficient_samples")
    covered = fraction(case.coverage) if case.coverage.denominator else Fraction(-1)
    if terms.minimum_coverage.numerator and covered < fraction(terms.minimum_coverage):
        short.append("insufficient_coverage")
    if short:
        return Verdict(Outcome.NO_DATA, 0, 0, 0, tuple(short))
    uptime = fraction(case.uptime)
    hit = next((tier for tier in reversed(terms.tiers) if uptime < fraction(tier.below)), None)
    late = None
    if terms.latency and case.attained.denominator:
        late = fraction(case.attained) < fraction(terms.latency.attainment)
    if hit is None and not late:
        return Verdict(Outcome.MET, 0, 0, 0, ("objective_met",) if late is None else ("objective_met", "p95_met"))
    clauses = ([f"uptime_tier({hit.tier})"] if hit else []) + (["p95_ceiling"] if late else [])
    credited = [hit.credit_bps if hit else 0, terms.latency.credit_bps if late and terms.latency else 0]
    return Verdict(Outcome.BREACH, hit.tier if hit else 0, max(credited), hit.slash_bps if hit else 0, tuple(clauses))


def fraction(ratio: Ratio) -> Fraction:
    return Fraction(ratio.numerator, ratio.denominator)


def figures(random: Random) -> Figures:
    """One to five tiers, whose thresholds are percentages of up to three places; with and without a latency clause."""
    cuts = sorted(random.sample(range(1, 100_000), random.randint(1, 5)), reverse=True)
    bounds = [Ratio(cut, 100_000) for cut in cuts]
    credits_bps = sorted(random.randint(0, 10_000) for _ in cuts)
    slashes_bps = sorted(random.randint(0, 10_000) for _ in cuts)
    rungs = zip([*bounds[1:], None], bounds, credits_bps, slashes_bps, strict=True)
    tiers = tuple(Tier(number, *rung) for number, rung in enumerate(rungs, start=1))
    latency = LatencyClause(2_000, Ratio(random.randint(1, 99), 100), random.randint(0, 10_000))
    return Figures(
        objective=bounds[0],
        tiers=tiers,
        latency=random.choice([None, latency]),
        minimum_coverage=random.choice([Ratio(0, 1), Ratio(random.randint(1, 99), 100)]),
        minimum_samples=random.randint(0, 50),
    )


def thresholds(terms: Figures) -> list[Fraction]:
    return [fraction(tier.below) for tier in terms.tiers]
