"""The error budget of a running period: how much of what the objective allows is left. Exact integers throughout."""

from __future__ import annotations

from dataclasses import dataclass

from governance.terms import Terms
from governance.values import PPB, PPM, Ratio, UptimeMethod


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the failures that the objective allows in the whole period.

    ``left_ppm`` is the share of the budget that is left, rounded down; below zero, the objective is out of reach.
    ``left_s`` is the same as seconds of complete outage, rounded down; 0 where nothing is left.
    """

    left_ppm: int
    left_s: int


def error_budget(uptime: Ratio, elapsed_slots: int, period_s: int, terms: Terms) -> Budget | None:
    """The budget left after the counts so far; None before anything was counted.

    The budget is that of the whole period: (1 - objective) of its slots. What was spent is the failed share of the slots that
    were counted (a slot nobody observed, or excluded, spends nothing). With the method ``occurrences`` samples stand for
    slots: the period's samples are projected from those so far. An announced maintenance is not taken off the period, so the
    budget is an upper bound where one is still to come.
    """
    slots = -(-period_s // terms.slot_s)
    allowed, spent = _in_one_unit(uptime, elapsed_slots, slots, terms)
    if not allowed:
        return None
    left = allowed - spent
    allowed_s = Ratio(terms.objective.denominator - terms.objective.numerator, terms.objective.denominator)
    seconds = left * slots * terms.slot_s * allowed_s.numerator // (allowed * allowed_s.denominator)
    return Budget(left_ppm=left * PPM // allowed, left_s=max(seconds, 0))


def _in_one_unit(uptime: Ratio, elapsed_slots: int, slots: int, terms: Terms) -> tuple[int, int]:
    """(allowed, spent) as integers of one scale; (0, 0) where nothing was counted."""
    if not uptime.denominator or not elapsed_slots:
        return 0, 0
    failed = uptime.denominator - uptime.numerator
    objective = terms.objective
    allowance = objective.denominator - objective.numerator
    if terms.method is UptimeMethod.OCCURRENCES:
        return allowance * uptime.denominator * slots, failed * objective.denominator * elapsed_slots
    scale = PPB if terms.method is UptimeMethod.RATIO_TIMESLICES else 1
    return allowance * slots * scale, failed * objective.denominator
