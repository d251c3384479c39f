"""Terms to check a law under that reads its figures from them: random ones, valid, and the same for the same seed."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from governance.figures import Figures, LatencyClause, Tier
from governance.values import BPS, Ratio


def random_figures(seed: int, number: int) -> Figures:
    """One set of figures: 1 to 6 tiers, with and without latency, minimum coverage and minimum samples."""
    draw = Random(f"{seed}/{number}")  # noqa: S311 - to vary, not to hide
    count = draw.randint(1, 6)
    places = 10 ** draw.choice((1, 2, 3))
    edges = sorted(draw.sample(range(50 * places, 100 * places), count), reverse=True)
    ends = [Fraction(edge, 100 * places) for edge in edges]
    credits_bps = sorted(draw.randint(0, BPS) for _ in range(count))
    slashes_bps = sorted(draw.choice((0, 0, draw.randint(0, BPS))) for _ in range(count))
    tiers = tuple(
        Tier(i + 1, _ratio(ends[i + 1]) if i + 1 < count else None, _ratio(ends[i]), credits_bps[i], slashes_bps[i])
        for i in range(count)
    )
    latency = LatencyClause(draw.randint(1, 60_000), _ratio(Fraction(draw.randint(1, 100), 100)), draw.randint(0, BPS))
    return Figures(
        objective=_ratio(ends[0]),
        tiers=tiers,
        latency=latency if draw.random() < 0.7 else None,
        minimum_coverage=_ratio(Fraction(draw.choice((0, draw.randint(1, 100))), 100)),
        minimum_samples=draw.choice((0, 1, draw.randint(2, 100_000))),
    )


def _ratio(value: Fraction) -> Ratio:
    return Ratio(value.numerator, value.denominator)
