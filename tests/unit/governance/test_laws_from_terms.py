"""Tier tables become laws that are exact at every boundary; what is no table is refused where it goes wrong."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import laws
from governance.case import MOST_UPTIME, Case
from governance.errors import BadInput
from governance.from_terms import laws_from_terms
from governance.law import load_law
from governance.table_parts import Treatment
from governance.tier_table import Evidence
from governance.values import Outcome, Ratio

MakeCase = Callable[..., Case]
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
RUN = "current_prolog_flag(argv, Arguments), append(_, ['files:'|Files], Arguments), load_files(Files), run_tests, halt"


# A ladder: its thresholds as decimal texts of a percentage, best first, and a credit for each, in basis points.


@st.composite
def ladders(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    places = draw(st.integers(0, 9))
    whole = 100 * 10**places
    cuts = sorted(draw(st.sets(st.integers(1, whole), min_size=1, max_size=16)), reverse=True)
    texts = [f"{cut // 10**places}.{cut % 10**places:0{places}d}" if places else str(cut) for cut in cuts]
    bps = draw(st.lists(st.integers(0, 10_000), min_size=len(cuts), max_size=len(cuts)))
    return texts, sorted(bps)


def table_of(below: list[str], credits_bps: list[int], no_data: str = "unknown") -> str:
    lower = [f'"{text}"' for text in below[1:]] + ["null"]
    rows = "".join(
        f'  - {{below: "{upper}", at_or_above: {low}, credit_pct: "{bps // 100}.{bps % 100:02d}"}}\n'
        for upper, low, bps in zip(below, lower, credits_bps, strict=True)
    )
    return (
        "schema: 1\nproviders:\n- id: random\n  provider: Random\n  metric: monthly_uptime_pct\n"
        f'  objective: "{below[0]}"\n  tiers:\n{rows}  no_data: {no_data}\n'
    )


@settings(max_examples=50)
@given(ladders(), st.data())
def test_a_random_table_says_what_exact_fractions_say(
    make_case: MakeCase, ladder: tuple[list[str], list[int]], data: st.DataObject
) -> None:
    below, credits_bps = ladder
    thresholds = [Fraction(text) / 100 for text in below]
    law = load_law(laws_from_terms(table_of(below, credits_bps))[0][0].law)
    scales = st.integers(1, 10**9) | st.sampled_from([1, MOST_UPTIME // 10**11])
    for _ in range(20):
        threshold, scale = data.draw(st.sampled_from(thresholds)), data.draw(scales)
        counted = threshold.denominator * scale
        good = data.draw(st.sampled_from([-1, 0, 1])) + threshold.numerator * scale
        if good > counted:
            continue
        hit = sum(Fraction(good, counted) < each for each in thresholds)
        verdict = law.decide(make_case(uptime=(good, counted)))
        assert (verdict.tier, verdict.slash_bps) == (hit, 0)
        assert verdict.outcome is (Outcome.BREACH if hit else Outcome.MET)
        assert verdict.credit_bps == (credits_bps[hit - 1] if hit else 0)


@settings(max_examples=5)
@given(ladders())
def test_the_tests_that_go_with_a_random_law_pass(
    tmp_path_factory: pytest.TempPathFactory, ladder: tuple[list[str], list[int]]
) -> None:
    made = laws_from_terms(table_of(*ladder))[0][0]
    folder = tmp_path_factory.mktemp("law")
    law, tests = folder / "random.pl", folder / "random.plt"
    law.write_text(made.law)
    tests.write_text(made.tests)
    done = run_tests(law, tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Good * 1000 >= All * 999", "Good * 1000 > All * 999"),
        ("Good * 1000 < All * 999", "Good * 1000 =< All * 999"),
        ("Good * 100 >= All * 95", "Good * 100 > All * 95"),
        ("All * 999.", "All * 999 - 1."),
        ("breach(2, 2500, 0)", "breach(2, 2501, 0)"),
        ("insufficient_data, [nothing", "met, [nothing"),
        ("Seat, settlement", "Seat, routing"),
        ("NoticeS >= 0", "NoticeS > 0"),
    ],
)
def test_the_tests_that_go_with_a_law_notice_a_broken_line(tmp_path: Path, right: str, wrong: str) -> None:
    made = laws_from_terms(TABLE)[0][0]
    right, wrong = right.replace("Seat,", "amendment_seat(Amendment,"), wrong.replace("Seat,", "amendment_seat(Amendment,")
    assert right in made.law
    law, tests = tmp_path / "chat.pl", tmp_path / "chat.plt"
    law.write_text(made.law.replace(right, wrong))
    tests.write_text(made.tests)
    assert run_tests(law, tests).returncode == 1


def run_tests(law: Path, tests: Path) -> subprocess.CompletedProcess[str]:
    command = ["swipl", "-f", "none", "-g", RUN, "-t", "halt(1)", "--", "files:", str(law), str(tests)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("no_data", "outcome", "tier"),
    [
        ("available", Outcome.MET, 0),
        ("unavailable", Outcome.BREACH, 3),
        ("unknown", Outcome.NO_DATA, 0),
        ("not-stated", Outcome.NO_DATA, 0),
    ],
)
def test_nothing_counted_is_judged_by_the_no_data_rule(make_case: MakeCase, no_data: str, outcome: Outcome, tier: int) -> None:
    made = laws_from_terms(TABLE.replace("no_data: unknown", f"no_data: {no_data}"))[0][0]
    verdict = load_law(made.law).decide(make_case(uptime=(0, 0)))
    assert (verdict.outcome, verdict.tier, verdict.clauses) == (outcome, tier, ("nothing_counted",))


def test_a_no_data_rule_that_is_missing_is_not_stated_and_taken_as_unknown(make_case: MakeCase) -> None:
    made = laws_from_terms(TABLE.replace("  no_data: unknown\n", ""))[0][0]
    assert load_law(made.law).decide(make_case(uptime=(0, 0))).outcome is Outcome.NO_DATA
    [part] = [part for part in made.parts if part.treatment is Treatment.NOT_STATED]
    assert part.part == "no_data"
    assert part.remark.startswith("not stated: taken as unknown")


def test_a_slash_is_taken_where_the_table_has_one(make_case: MakeCase) -> None:
    text = TABLE.replace('credit_pct: "100"', 'credit_pct: "100", slash_pct: "0.5"')
    made = laws_from_terms(text)[0][0]
    assert load_law(made.law).decide(make_case(uptime=(1, 2))).slash_bps == 50
    assert load_law(made.law).decide(make_case(uptime=(96, 100))).slash_bps == 0


ROW = '  - {below: "99.0", at_or_above: "95.0", credit_pct: "25"}\n'


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
    below = [str(number) for number in range(50, 33, -1)]
    with pytest.raises(BadInput, match="there are 17 tiers"):
        laws_from_terms(table_of(below, [100] * 17))


def test_one_provider_may_be_chosen_and_a_fault_of_another_does_not_matter() -> None:
    other = TABLE.partition("providers:\n")[2].replace("id: chat", "id: other").replace('below: "99.0"', 'below: "98.0"')
    [law], _ = laws_from_terms(TABLE + other, only="chat")
    assert (law.id, law.name) == ("chat", "chat")
    with pytest.raises(BadInput, match="a gap"):
        laws_from_terms(TABLE + other)
    with pytest.raises(BadInput, match="no provider 'third'; one of chat, other"):
        laws_from_terms(TABLE + other, only="third")


def test_without_tiers_there_is_no_law_and_it_is_said_why() -> None:
    rows = TABLE[TABLE.index("  - {below") : TABLE.index("  no_data")]
    empty = TABLE.replace(f"  tiers:\n{rows}", "  tiers: []\n")
    made, without = laws_from_terms(empty)
    assert made == ()
    assert [(table.id, table.reason) for table in without] == [("chat", "it states no tiers, and so no credits")]
    with pytest.raises(BadInput, match="terms:7:3: no law can be made of 'chat'"):
        laws_from_terms(empty, only="chat")


@pytest.mark.parametrize("provider", ['"Chat :- halt.\\n:- initialization(halt)"', '"\\u202eChat\\u0007"', "Chat\n    & more\n"])
def test_a_name_cannot_leave_its_comment(provider: str) -> None:
    text = TABLE.replace("provider: Chat", f"provider: {provider}")
    try:
        [made], _ = laws_from_terms(text)
    except BadInput:
        return
    load_law(made.law)
    assert all(line.startswith("%") for line in made.law.partition("decide(")[0].splitlines() if line)


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


@pytest.mark.parametrize(
    ("remark", "level"),
    [("official (two pages)", "official"), ("secondary", "secondary"), ("official, and general", "general"), ("somebody", None)],
)
def test_the_weakest_evidence_counts(remark: str, level: str | None) -> None:
    assert Evidence.weakest(remark) == level


def test_the_example_makes_a_law(example: Callable[[str], str], make_case: MakeCase) -> None:
    [law], [without] = laws_from_terms(example("tier-tables.yaml"), "tier-tables.yaml")
    assert (law.name, without.id) == ("example_chat", "example-beta")
    assert load_law(law.law).decide(make_case(uptime=(9725, 10_000))).credit_bps == 1_250


def test_the_laws_of_published_slas_are_what_their_tables_make(real_data: Path, repository: Path) -> None:
    tables = real_data.parent / "sla-terms.yaml"
    if not tables.is_file():
        pytest.skip("no sla-terms.yaml beside the real data")
    made, without = laws_from_terms(tables.read_text("utf-8"))
    assert {table.id for table in without} == {"openai-scale-tier", "anthropic"}
    assert len(made) == 7
    for law in made:
        assert laws.read(law.name) == law.law
        assert (repository / "tests" / "laws" / f"{law.name}.plt").read_text("utf-8") == law.tests


def test_an_empty_and_a_whole_ratio_are_the_ends(make_case: MakeCase) -> None:
    law = load_law(laws_from_terms(table_of(["100"], [500]))[0][0].law)
    assert law.decide(make_case(uptime=(7, 7))).outcome is Outcome.MET
    assert law.decide(make_case(uptime=(10**30 - 1, 10**30))).credit_bps == 500
    assert Ratio(7, 7).at_least(Ratio(1, 1))
