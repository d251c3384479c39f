"""``surety law route``: a choice with its clauses, all that is eligible in order, and with --explain every refusal."""

from __future__ import annotations

import json
from pathlib import Path

EXAMPLE = str(Path(__file__).resolve().parents[3] / "examples" / "route.json")


def test_the_example_is_routed_for_people(surety):
    ran = surety("law", "route", "eu_health", "--case", EXAMPLE)
    assert ran.code == 0
    assert "nordlicht-berlin, spot" in ran.out
    assert "1.40" in ran.out
    assert "eagle-frankfurt" not in ran.out


def test_explain_gives_the_reason_for_every_refused_rung(surety):
    ran = surety("law", "route", "eu_health", "--case", EXAMPLE, "--explain")
    for word in (
        "eagle-frankfurt",
        "block_provider/2",
        "lutece-paris",
        "enforce_residency/1",
        "its provider_jurisdiction is not known",
    ):
        assert word in ran.out


def test_programs_get_the_same_as_json(surety):
    ran = surety("law", "route", "eu_health", "--case", EXAMPLE, "--explain", "--json")
    answer = json.loads(ran.out)
    assert answer["choice"] == {"offer": "nordlicht-berlin", "capacity": "spot"} == answer["ranked"][0]
    assert answer["strategy"] == "cost_first"
    assert [(each["offer"], each["capacity"]) for each in answer["refused"]] == [
        ("eagle-frankfurt", "spot"), ("eagle-frankfurt", "on_demand"), ("lutece-paris", "on_demand"), ("quiet-bonn", None),
    ]  # fmt: skip


def test_no_choice_is_an_answer_and_an_error_in_the_law_is_not(surety, tmp_path):
    nobody, broken = tmp_path / "nobody.pl", tmp_path / "broken.pl"
    nobody.write_text("route_inference(_, _) :- fail.\n")
    broken.write_text("route_inference(_, P) :- provider_name(P, N), N > 1.\n")
    ran = surety("law", "route", str(nobody), "--case", EXAMPLE, "--json")
    assert (ran.code, json.loads(ran.out)["choice"]) == (0, None)
    ran = surety("law", "route", str(broken), "--case", EXAMPLE)
    assert (ran.code, ran.out) == (1, "")
    assert "type_error" in ran.err


def test_a_wrong_case_names_its_place(surety, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text(Path(EXAMPLE).read_text().replace('"fr",', '"France",'))
    ran = surety("law", "route", "eu_health", "--case", str(wrong))
    assert (ran.code, ran.out) == (1, "")
    assert "wrong.json:33:" in ran.err
