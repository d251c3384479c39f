"""The figures of an agreement: the part of its terms that a law may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance.errors import BadInput
from governance.values import BPS, Ratio

MOST_TIERS = 16


@dataclass(frozen=True, slots=True)
class Tier:
    """One uptime tier, half-open: ``at_or_above <= uptime < below``; ``at_or_above`` is None for the open end at the bottom.

    ``tier`` counts from 1, the mildest. ``credit_bps`` is a share of the period's fee, ``slash_bps`` of the deposit locked at
    opening.
    """

    tier: int
    at_or_above: Ratio | None
    below: Ratio
    credit_bps: int
    slash_bps: int


@dataclass(frozen=True, slots=True)
class LatencyClause:
    """At least ``attainment`` of the ok samples must be no later than ``ceiling_ms``; else the credit is ``credit_bps``."""

    ceiling_ms: int
    attainment: Ratio
    credit_bps: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a law is told of the terms. ``tiers`` are mildest first, without gaps, and the first begins at ``objective``.

    Raises BadInput for tiers that leave a gap, overlap, are not open below, or let worse service cost less.
    """

    objective: Ratio
    tiers: tuple[Tier, ...]
    latency: LatencyClause | None
    minimum_coverage: Ratio
    minimum_samples: int

    def __post_init__(self) -> None:
        fault = tier_fault(self.objective, self.tiers)
        if fault:
            raise BadInput(f"tier {fault.tier}: {fault.message}", value=self.tiers, remedy=fault.remedy)


@dataclass(frozen=True, slots=True)
class TierFault:
    """What is wrong with a ladder of tiers, and at which rung (from 1; 0 for the whole)."""

    tier: int
    message: str
    remedy: str


def tier_fault(objective: Ratio, tiers: Sequence[Tier]) -> TierFault | None:
    """The first fault of a ladder of tiers under an objective; None where every uptime below it has exactly one tier."""
    if not 1 <= len(tiers) <= MOST_TIERS:
        return TierFault(0, f"there are {len(tiers)} tiers", f"give 1 to {MOST_TIERS}")
    upper, credit_bps, slash_bps = objective, 0, 0
    for number, tier in enumerate(tiers, start=1):
        fault = _rung_fault(number, tier, upper, last=number == len(tiers))
        if fault is None and (tier.credit_bps < credit_bps or tier.slash_bps < slash_bps):
            fault = "it costs less than a milder one", "never let worse service cost less"
        if fault:
            return TierFault(number, *fault)
        upper, credit_bps, slash_bps = tier.at_or_above or upper, tier.credit_bps, tier.slash_bps
    return None


def _rung_fault(number: int, tier: Tier, upper: Ratio, last: bool) -> tuple[str, str] | None:
    if tier.tier != number or tier.below != upper:
        return "it does not begin where the one before ends", "the first begins at the objective, the next at its lower end"
    if (tier.at_or_above is None) != last:
        return "the last tier alone is open below", "leave out the lower end of the last tier, and of no other"
    if tier.at_or_above is not None and (tier.at_or_above.numerator == 0 or tier.at_or_above.at_least(tier.below)):
        return "it is empty", "0 % < lower end < upper end"
    if not (0 <= tier.credit_bps <= BPS and 0 <= tier.slash_bps <= BPS):
        return "its credit or slash is more than the whole", f"use 0 to {BPS} basis points"
    return None
