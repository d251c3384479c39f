"""Tier tables are read strictly, and nothing that they say is dropped in silence."""

from __future__ import annotations

import re

import pytest

from governance.errors import BadInput
from governance.from_terms import laws_from_terms
from governance.table_parts import Treatment

TABLE = """\
schema: 1
providers:
- id: chat
  provider: Chat
  metric: monthly_uptime_pct
  objective: "99.9"
  tiers:
  - {below: "99.9", at_or_above: "99.0", credit_pct: "10"}
  - {below: "99.0", at_or_above: "95.0", credit_pct: "25"}
  - {below: "95.0", at_or_above: null, credit_pct: "100"}
  no_data: unknown
"""


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('below: "99.0"', 'below: "98.5"', 'terms:9:13: a gap: no tier holds what is from 98.5 % up to 99 %; write below: "99"'),
        ('below: "99.0"', 'below: "99.25"', "terms:9:13: an overlap: two tiers hold what is from 99 % up to 99.25 %"),
        ('below: "99.0"', 'below: "99.9"', "terms:9:13: wrong order: tier 2 begins no lower than tier 1"),
        ('at_or_above: "99.0"', "at_or_above: null", "terms:9:13: an overlap: tier 1 holds all that is below it"),
        ("at_or_above: null", 'at_or_above: "90"', "terms:10:34: a gap: no tier holds what is below 90 %; write null"),
        ('at_or_above: "95.0"', 'at_or_above: "99.0"', "terms:9:13: tier 2 is empty"),
        ('at_or_above: "95.0"', 'at_or_above: "99.5"', "terms:9:13: tier 2 has its ends the wrong way round"),
        ('below: "99.9"', 'below: "99.8"', "terms:8:13: the first tier does not begin at the objective"),
        ('credit_pct: "25"', 'credit_pct: "9"', "terms:9:54: the credit of tier 2 is less than that of a milder one"),
        ('credit_pct: "25"', 'credit_pct: "25.001"', "terms:9:54: credit_pct '25.001' is not a whole number of basis points"),
        ('credit_pct: "25"', 'credit_pct: "101"', "terms:9:54: credit_pct '101' is more than the whole"),
        ('credit_pct: "25"', "credit_pct: 25", "terms:9:54: credit_pct '25' is no text; write the decimal as text"),
        ('below: "99.0"', "below: 99.0", "terms:9:13: below '99.0' is no text"),
        ('below: "99.0"', 'below: "ninety"', "terms:9:13: below is 'ninety'"),
        ('below: "99.0"', 'below: "-1"', "terms:9:13: below is '-1'"),
        ('below: "99.0"', 'below: "1e2"', "terms:9:13: below is '1e2'"),
        ('objective: "99.9"', "objective: 99.9", "terms:6:14: objective '99.9' is no text"),
        ('objective: "99.9"', "objective: high", "the objective is 'high'"),
        ("no_data: unknown", "no_data: perhaps", "terms:11:12: no_data is 'perhaps'"),
        ("metric: monthly", "metric: weekly", "terms:5:11: metric is 'weekly_uptime_pct'; write monthly_uptime_pct"),
        ("  no_data", "  refunds", "terms:11:3: unknown key 'refunds'"),
        ('credit_pct: "25"}', 'credit_pct: "25", extra: 1}', "terms:9:60: unknown key 'extra'"),
        ("id: chat", "id: Chat", "terms:3:7: id 'Chat' is not of its form"),
        ("schema: 1", "schema: 2", "terms:1:9: schema is '2'"),
        ("schema: 1", "schema: 1\nschema: 1", "given twice"),
        ("  metric: monthly_uptime_pct\n", "", "terms:3:3: 'metric' is missing"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(right: str, wrong: str, complaint: str) -> None:
    assert right in TABLE
    with pytest.raises(BadInput, match=re.escape(complaint)):
        laws_from_terms(TABLE.replace(right, wrong, 1))


def test_two_providers_of_one_id_are_refused() -> None:
    twice = TABLE + TABLE.partition("providers:\n")[2]
    with pytest.raises(BadInput, match="terms:12:7: a second provider 'chat'"):
        laws_from_terms(twice)


def test_more_tiers_than_the_terms_may_have_are_refused() -> None:
    row = '  - {below: "95.0", at_or_above: null, credit_pct: "100"}\n'
    with pytest.raises(BadInput, match="terms:8:3: there are 17 tiers"):
        laws_from_terms(TABLE.replace(row, row * 15))


def test_one_provider_may_be_chosen_and_a_fault_of_another_does_not_matter() -> None:
    other = TABLE.partition("providers:\n")[2].replace("id: chat", "id: other").replace('below: "99.0"', 'below: "98.0"')
    [law], _ = laws_from_terms(TABLE + other, only="chat")
    assert (law.id, law.name) == ("chat", "chat")
    with pytest.raises(BadInput, match="a gap"):
        laws_from_terms(TABLE + other)
    with pytest.raises(BadInput, match="no provider 'third'; one of chat, other"):
        laws_from_terms(TABLE + other, only="third")


PARTS = """\
  scope: per region
  interval: {kind: mean_of_slots, slot_s: 300, slot_value: 1 - errors/requests, error: HTTP 500, evidence: official}
  latency: {metric: tokens per second}
  automatic: {rule: none}
  credit: {minimum_usd: "1", sole_remedy: true}
  claim: {required: true, deadline_days: 30}
  exclusions: [earthquakes, floods]
  notes: written on a napkin
  tiers_evidence: first row official, the rest general
  source: see sla.example.com/chat, seen twice
"""


def test_every_part_of_a_table_is_accounted_for() -> None:
    [made], _ = laws_from_terms(TABLE + PARTS)
    treated = {part.part: (part.treatment, part.line) for part in made.parts}
    assert treated == {
        "metric": (Treatment.TERMS, 5),
        "objective": (Treatment.LAW, 6),
        "tiers": (Treatment.LAW, 7),
        "no_data": (Treatment.LAW, 11),
        "scope": (Treatment.NOWHERE, 12),
        "interval.kind": (Treatment.TERMS, 13),
        "interval.slot_s": (Treatment.TERMS, 13),
        "interval.slot_value": (Treatment.NOWHERE, 13),
        "interval.error": (Treatment.NOWHERE, 13),
        "latency": (Treatment.NOWHERE, 14),
        "automatic": (Treatment.NOWHERE, 15),
        "credit.minimum_usd": (Treatment.NOWHERE, 16),
        "credit.sole_remedy": (Treatment.NOWHERE, 16),
        "claim": (Treatment.NOWHERE, 17),
        "exclusions": (Treatment.NOWHERE, 18),
        "notes": (Treatment.NOWHERE, 19),
    }
    assert all(part.remark for part in made.parts)


@pytest.mark.parametrize(
    ("interval", "in_the_terms"),
    [
        ("{kind: mean_of_slots, slot_s: 300}", {"budgetingMethod: RatioTimeslices", "timeSliceWindow: 5m"}),
        ("{kind: mean_of_slots, slot_s: 10}", {"budgetingMethod: RatioTimeslices", "timeSliceWindow: 10s"}),
        ("{kind: mean_of_slots, slot_s: 7}", set()),
        ("{kind: mean_of_slots}", set()),
        ("{kind: minutes}", set()),
        (
            '{kind: downtime_periods, min_consecutive_minutes: 1, minute_bad_if: "error rate > 7.5 %"}',
            {"budgetingMethod: Timeslices", "timeSliceWindow: 1m", "timeSliceTarget: 0.925"},
        ),
        ('{kind: downtime_periods, min_consecutive_minutes: 10, minute_bad_if: "error rate > 10 %"}', set()),
        ('{kind: downtime_periods, min_consecutive_minutes: 1, minute_bad_if: "error rate over a share"}', set()),
        ("by hand", set()),
    ],
)
def test_a_slot_rule_is_left_to_the_terms_where_they_have_it(interval: str, in_the_terms: set[str]) -> None:
    [made], _ = laws_from_terms(TABLE + f"  interval: {interval}\n")
    found = [part for part in made.parts if part.part.startswith("interval")]
    assert found
    assert {part.remark for part in found if part.treatment is Treatment.TERMS} == in_the_terms


def test_an_objective_that_is_not_one_figure_is_reported() -> None:
    [made], _ = laws_from_terms(TABLE.replace('objective: "99.9"', 'objective: "99.9 (small models); 99.5 (large ones)"'))
    [part] = [part for part in made.parts if part.part == "objective"]
    assert part.treatment is Treatment.NOWHERE
    assert "99.9 %, for all" in part.remark


def test_the_header_says_how_well_the_tiers_are_known_and_where_they_were_found() -> None:
    [made], _ = laws_from_terms(TABLE + PARTS)
    header = " ".join(made.law.partition("decide(")[0].replace("%", " ").split())
    assert "which no page that was seen confirms" in header
    assert "See sla.example.com/chat." in header
    assert "napkin" not in made.law
    assert "seen twice" not in made.law
