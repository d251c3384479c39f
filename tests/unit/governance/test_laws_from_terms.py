"""Tier tables become laws that are exact at every boundary; what is no table is refused where it goes wrong."""

from __future__ import annotations

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
        ("Samples < Minimum", "Samples =< Minimum"),
        ("Samples >= MinimumSamples", "Samples > MinimumSamples"),
        (">= Numerator * Slots", "> Numerator * Slots"),
        ("covered(_, share(0, _)).", ""),
        ("    Slots > 0,\n", ""),
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
