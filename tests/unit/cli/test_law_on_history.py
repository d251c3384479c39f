"""``surety law simulate``, ``diff`` and ``decide --explain``, as a person and as a program run them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = (REPOSITORY / "docs" / "laws-simulating.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("surety law ")]
SAMPLES = ("--samples", "examples/samples.csv", "--terms", "examples/backtest.yaml")


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_does_what_it_is_for(surety, command):
    ran = surety(*shlex.split(command)[1:])
    assert (ran.code, ran.err.strip()) == (0, "")
    if "--json" in command:
        assert json.loads(ran.out)


def test_the_page_shows_each_command():
    assert {command.split()[2] for command in COMMANDS} == {"simulate", "diff", "decide"}
    assert len(COMMANDS) == 7


def simulated(surety, *more: str, code: int = 0):
    ran = surety("law", "simulate", "standard", *SAMPLES, *more, "--json")
    assert ran.code == code, ran.err
    return json.loads(ran.out)


def test_simulate_tells_every_period_and_sums_that_are_theirs(surety):
    told = simulated(surety)
    periods = [(one["series"], one["period"], one["outcome"], one["by"], one["credit_bps"]) for one in told["periods"]]
    assert periods == [
        ("shaky", 0, "breach", "law", 10_000),
        ("shaky", 1, "breach", "law", 2_500),
        ("shaky", 2, "breach", "law", 10_000),
        ("steady", 0, "met", "law", 0),
        ("steady", 1, "breach", "law", 2_500),
        ("steady", 2, "no_data", "deadline", 0),
        ("steady", 3, "met", "law", 0),
    ]
    assert told["periods"][1]["clauses"] == ["uptime_tier(2)", "p95_ceiling"]
    for name in ("fees", "provider", "validators", "dao", "customer", "slash", "deposit"):
        assert int(told["totals"][name]) == sum(int(one[name]) for one in told["periods"])
        assert int(told["totals"][name]) == sum(int(one[name]) for one in told["series"])
    assert told["conserved"] is True
    assert told["totals"]["fees"] == str(7 * 1_000 * 10**6)
    assert [one["deposit_left"] for one in told["series"]] == ["7400000000", "10000000000"]


def test_simulate_takes_stakes_shares_caps_and_periods_from_its_options(surety):
    stakes = ("--fee", "100", "--deposit", "30", "--validators", "5", "--dao", "2.5", "--max-credit", "25")
    told = simulated(surety, "--series", "shaky", "--start", "2026-02-01", "--periods", "3", *stakes)
    assert [(one["by"], one["over_caps"], one["samples"]) for one in told["periods"]] == [
        ("law", False, 56),
        ("deadline", True, 62),
        ("deadline", False, 0),
    ]
    assert told["periods"][0]["provider"] == str(67_500_000)
    assert told["periods"][0]["validators"] == str(5_000_000)
    assert told["periods"][0]["dao"] == str(2_500_000)


def test_simulate_shows_people_a_table_with_a_bar_per_period(surety):
    ran = surety("law", "simulate", "standard", *SAMPLES)
    assert ran.code == 0
    bars = re.findall(r"[█▒░#=.]{20}", ran.out)
    assert len(bars) == 7 + 3
    assert "no samples: no report" in ran.out
    assert "2026-04" in ran.out


def test_a_law_without_a_verdict_is_named_with_its_kind_and_the_command_fails(surety, tmp_path):
    law = tmp_path / "partial.pl"
    law.write_text("decide(case(_, share(Good, All), _, _, _), met, [all]) :- Good =:= All.\n")
    ran = surety("law", "simulate", str(law), *SAMPLES, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["faults"], told["conserved"]) == (1, 4, True)
    assert {one["fault"]["kind"] for one in told["periods"] if one["fault"]} == {"failure"}
    assert all(one["by"] == "deadline" for one in told["periods"] if one["fault"])
    ran = surety("law", "simulate", str(law), *SAMPLES)
    assert ran.code == 1
    assert "no verdict (failure): no report" in ran.out
    assert surety("law", "diff", "standard", str(law), *SAMPLES).code == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--series", "none"), "no series 'none'"),
        (("--start", "yesterday"), "'yesterday' is no moment"),
        (("--start", "2026-13-01"), "is no moment"),
        (("--start", "2026-01-02"), "not the first second of a UTC month"),
        (("--fee", "1.1234567"), "more decimals"),
        (("--validators", "80", "--dao", "30"), "the shares exceed the fee"),
        (("--max-credit", "101"), "is not a percentage"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(surety, more, says):
    ran = surety("law", "simulate", "standard", *SAMPLES, *more)
    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


def compared(surety, old: str, new: str, *history: str):
    ran = surety("law", "diff", old, new, *history, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.mark.parametrize("history", [SAMPLES, ("--history", "examples/history.jsonl")])
def test_diff_lists_what_changes_and_sums_to_nothing(surety, history):
    told = compared(surety, "standard", "examples/gentler.pl", *history)
    assert (told["changed"], told["periods"], told["reworded"], told["not_asked"], told["unlike_settled"]) == (4, 7, 2, 1, 0)
    assert sum(int(one["change"]) for one in told["parties"]) == 0
    by_role: dict[str, int] = {}
    for one in told["parties"]:
        by_role[one["role"]] = by_role.get(one["role"], 0) + int(one["change"])
    of = {name: sum(int(one["change"][name]) for one in told["changes"]) for name in ("provider", "customer", "slash", "deposit")}
    assert by_role["provider"] == of["provider"] - of["deposit"]
    assert by_role["customer"] == of["customer"] + of["slash"]
    for one in told["changes"]:
        assert one["because"] == "verdict"
        assert (one["old"]["credit_bps"], one["old"]["slash_bps"]) != (one["new"]["credit_bps"], one["new"]["slash_bps"])


def test_a_law_changes_nothing_against_itself(surety):
    for law in ("standard", "examples/gentler.pl"):
        told = compared(surety, law, law, *SAMPLES)
        assert (told["changes"], told["reworded"]) == ([], 0)
        assert all(one["change"] == "0" for one in told["parties"])


def test_the_standard_law_settles_the_example_history_as_it_was_settled(surety):
    assert compared(surety, "standard", "standard", "--history", "examples/history.jsonl")["unlike_settled"] == 0
    assert compared(surety, "examples/gentler.pl", "standard", "--history", "examples/history.jsonl")["unlike_settled"] == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "what history?"),
        (("--samples", "examples/samples.csv"), "what history?"),
        (("--history", "examples/history.jsonl", "--samples", "examples/samples.csv"), "has its own samples and terms"),
        (("--history", "nowhere.jsonl"), "nowhere.jsonl: cannot be read"),
        (("--history", "examples/samples.csv"), "examples/samples.csv:1:1: not JSON"),
    ],
)
def test_diff_wants_one_history(surety, arguments, says):
    ran = surety("law", "diff", "standard", "standard", *arguments)
    assert ran.code == 1
    assert says in ran.err


def explained(surety, tmp_path, text: str):
    law = tmp_path / "law.pl"
    law.write_text(text)
    ran = surety("law", "decide", str(law), "--case", "examples/case.json", "--explain", "--json")
    shown = surety("law", "decide", str(law), "--case", "examples/case.json", "--explain")
    assert ran.code == shown.code
    return ran.code, json.loads(ran.out), shown.out


def test_explain_names_the_lines_of_the_law_behind_a_verdict(surety):
    ran = surety("law", "decide", "standard", "--case", "examples/case-worst.json", "--explain", "--json")
    told = json.loads(ran.out)
    text = (REPOSITORY / "governance" / "laws" / "standard.pl").read_text("utf-8").split("\n")
    assert told["clauses"] == ["uptime_tier(3)", "p95_ceiling"]
    assert "fault" not in told
    assert told["lines"][0]["predicate"] == "decide/3"
    for one in told["lines"]:
        assert text[one["line"] - 1].startswith(one["predicate"].partition("/")[0])
    plain = surety("law", "decide", "standard", "--case", "examples/case-worst.json", "--json")
    assert json.loads(plain.out) == {name: value for name, value in told.items() if name != "lines"}


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("decide(case(S, _, _, _, _), met, [a]) :-\n    S < 10.\n", "failure", "44640<10"),
        ("decide(_, met, [a]) :- q(0).\nq(X) :- 1 // X > 0.\n", "exception", "in the clause on line 2"),
        ("decide(_, met, [a]) :- q(1).\nq(X) :- Y is X + 1, q(Y).\n", "limit", "in the clause on line 2"),
        ("decide(_, met, [a]).\ndecide(_, insufficient_data, [b]).\n", "conflict", "The clauses behind insufficient_data"),
        ("decide(_, fine, [a]).\n", "misstated", "decide(_, fine, [a])."),
    ],
)
def test_explain_tells_what_came_instead_of_a_verdict(surety, tmp_path, text, kind, shown):
    code, told, out = explained(surety, tmp_path, text)
    assert (code, told["outcome"], told["fault"]["kind"], told["lines"]) == (1, None, kind, [])
    assert kind in out
    assert shown in out
