"""The error budget against an oracle in exact fractions, and at the points where it turns."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.budget import Budget, error_budget
from governance.figures import Tier
from governance.terms import Terms
from governance.values import PPB, PPM, PeriodKind, Ratio, UptimeMethod

PERIOD_S, SLOT_S = 3_600, 60
SLOTS = PERIOD_S // SLOT_S
THREE_NINES = Ratio(999, 1000)


def terms(method: UptimeMethod = UptimeMethod.RATIO_TIMESLICES, objective: Ratio = THREE_NINES) -> Terms:
    return Terms(
        name="chat",
        service="chat",
        method=method,
        slot_s=SLOT_S,
        slot_target=None,
        kind=PeriodKind.FIXED,
        period_s=PERIOD_S,
        tiers=(Tier(1, None, objective, 1_000, 0),),
        objective=objective,
        latency=None,
        minimum_coverage=Ratio(95, 100),
        minimum_samples=20,
        maintenance=(),
        probes=(),
        controls=(),
    )


def test_a_period_without_a_failure_keeps_its_whole_budget():
    assert error_budget(Ratio(10 * PPB, 10 * PPB), 10, PERIOD_S, terms()) == Budget(PPM, 3)  # 0.1 % of an hour is 3.6 s


def test_nothing_counted_is_no_budget_rather_than_a_full_one():
    assert error_budget(Ratio(0, 0), 0, PERIOD_S, terms()) is None


def test_exactly_the_allowance_leaves_nothing_and_one_part_per_billion_more_is_overspent():
    allowed = SLOTS * PPB // 1000
    spent = error_budget(Ratio(SLOTS * PPB - allowed, SLOTS * PPB), SLOTS, PERIOD_S, terms())
    overspent = error_budget(Ratio(SLOTS * PPB - allowed - 1, SLOTS * PPB), SLOTS, PERIOD_S, terms())
    assert spent == Budget(0, 0)
    assert overspent == Budget(-1, 0)


def test_the_budget_is_that_of_the_whole_period_not_of_the_time_so_far():
    half_lost = error_budget(Ratio(PPB // 2, PPB), 1, PERIOD_S, terms(objective=Ratio(9, 10)))
    assert half_lost == Budget(916_666, 330)  # 30 s of the 360 s that 90 % of an hour allows


def test_slots_that_nobody_observed_spend_nothing():
    seen_all = error_budget(Ratio(59 * PPB, 60 * PPB), 60, PERIOD_S, terms(objective=Ratio(9, 10)))
    seen_half = error_budget(Ratio(29 * PPB, 30 * PPB), 60, PERIOD_S, terms(objective=Ratio(9, 10)))
    assert seen_all == seen_half


def test_whole_slots_count_by_the_slot_with_the_method_timeslices():
    budget = error_budget(Ratio(57, 60), 60, PERIOD_S, terms(UptimeMethod.TIMESLICES, Ratio(9, 10)))
    assert budget == Budget(PPM // 2, 180)


def test_samples_are_projected_to_the_whole_period_with_the_method_occurrences():
    budget = error_budget(Ratio(98, 100), 30, PERIOD_S, terms(UptimeMethod.OCCURRENCES, Ratio(9, 10)))
    assert budget == Budget(900_000, 324)  # 2 of the 20 failures that 200 samples may have


@pytest.mark.parametrize("method", list(UptimeMethod))
@given(data=st.data())
def test_the_integers_equal_exact_fractions(method: UptimeMethod, data: st.DataObject):
    objective = Ratio(data.draw(st.integers(1, 9_999)), 10_000)
    elapsed = data.draw(st.integers(1, SLOTS))
    scale = PPB if method is UptimeMethod.RATIO_TIMESLICES else 1
    counted = data.draw(st.integers(1, elapsed if method is not UptimeMethod.OCCURRENCES else 10_000)) * scale
    uptime = Ratio(data.draw(st.integers(0, counted)), counted)

    found = error_budget(uptime, elapsed, PERIOD_S, replace(terms(method), objective=objective))

    failed = Fraction(counted - uptime.numerator, scale)
    whole = Fraction(counted * SLOTS, elapsed) if method is UptimeMethod.OCCURRENCES else Fraction(SLOTS)
    allowed = (1 - Fraction(objective.numerator, objective.denominator)) * whole
    left = 1 - failed / allowed
    seconds = left * (1 - Fraction(objective.numerator, objective.denominator)) * PERIOD_S
    assert found == Budget(floor(left * PPM), max(floor(seconds), 0))
