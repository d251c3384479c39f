"""``surety law check`` and ``surety law test`` as a person and a program see them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
GAP = """\
decide(case(S, _, _, _, _), insufficient_data, [few]) :- S < 100.
decide(case(S, _, _, _, _), met, [ok]) :- S > 100.
"""


@pytest.fixture
def law(tmp_path) -> Path:
    file = tmp_path / "law.pl"
    file.write_text(GAP)
    return file


def test_a_finding_of_error_grade_is_shown_with_its_line_and_ends_with_1(surety, law):
    ran = surety("law", "check", str(law))
    assert ran.code == 1
    assert f"{law}:2" in ran.out
    assert "samples = 100" in ran.out
    assert "Complete" in ran.out


def test_programs_get_the_findings_as_json(surety, law):
    ran = surety("law", "check", str(law), "--json")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert not told["sound"]
    (error,) = (finding for finding in told["findings"] if finding["grade"] == "error")
    assert (error["kind"], error["line"], error["where"]) == ("no verdict", 2, "samples = 100")
    assert told["checked"][0]["proved"]


def test_a_shipped_law_is_checked_under_the_example_and_random_terms(surety):
    told = json.loads(surety("law", "check", "standard", "--random", "3", "--json").out)
    assert told["sound"]
    assert told["checked"][0]["holds_for"].endswith(
        "4 sets of terms alone: the demo's terms, random terms 1/1, random terms 1/2, 1 more"
    )


def test_terms_that_are_given_stand_in_for_the_examples(surety):
    terms = str(REPOSITORY / "examples" / "monthly.yaml")
    told = json.loads(surety("law", "check", "standard", "--terms", terms, "--json").out)
    assert told["checked"][0]["holds_for"].endswith("1 set of terms alone: monthly.yaml")


def test_a_refused_law_is_a_finding_and_no_traceback(surety, tmp_path):
    file = tmp_path / "law.pl"
    file.write_text("decide(_, met, [x]) :- shell(true).\n")
    ran = surety("law", "check", str(file))
    assert ran.code == 1
    assert "shell/1 may not be called" in ran.out


def test_wrong_terms_are_one_clear_error(surety, tmp_path):
    file = tmp_path / "terms.yaml"
    file.write_text("kind: Service\n")
    ran = surety("law", "check", "standard", "--terms", str(file))
    assert ran.code == 1
    assert "terms.yaml:1" in ran.err


def test_a_laws_tests_are_run_and_what_they_miss_is_shown(surety, law):
    law.with_suffix(".plt").write_text(
        ":- module(t, []).\n:- use_module(library(plunit)).\n:- begin_tests(t).\n"
        "test(few, all(V == [insufficient_data])) :- user:decide(case(1, x, x, x, x), V, _).\n:- end_tests(t).\n"
    )
    ran = surety("law", "test", str(law))
    assert ran.code == 0, ran
    assert "1 passed, 0 failed; 1 of 2 clauses held in a test." in ran.out
    assert f"{law}:2" in ran.out
    told = json.loads(surety("law", "test", str(law), "--json").out)
    assert told["passed"] == ["t:few"]
    assert told["uncovered"] == [{"predicate": "decide/3", "line": 2, "ran": "entered", "clauses": 1}]


def test_a_failing_test_ends_with_1_and_says_why(surety, law):
    law.with_suffix(".plt").write_text(
        ":- module(t, []).\n:- use_module(library(plunit)).\n:- begin_tests(t).\n"
        "test(at, all(V == [met])) :- user:decide(case(100, x, x, x, x), V, _).\n:- end_tests(t).\n"
    )
    ran = surety("law", "test", str(law))
    assert ran.code == 1
    assert "t:at" in ran.out
    assert json.loads(surety("law", "test", str(law), "--json").out)["failed"][0]["test"] == "t:at"


def test_tests_that_are_not_there_are_named(surety, law):
    ran = surety("law", "test", str(law))
    assert ran.code == 1
    assert "law.plt" in ran.err
    assert "--tests" in ran.err


def test_the_tests_of_a_law_that_the_fence_refuses_are_not_run(surety, law):
    law.write_text("decide(_, met, [x]) :- shell(true).\n")
    marker = law.parent / "ran"
    law.with_suffix(".plt").write_text(f":- open('{marker}', write, S), close(S).\n")
    ran = surety("law", "test", str(law))
    assert ran.code == 1
    assert "shell/1" in ran.err
    assert not marker.exists()


def test_the_example_of_the_page_is_found_to_be_what_the_page_says(surety, tmp_path):
    page = (REPOSITORY / "docs" / "laws-checking.md").read_text()
    law = tmp_path / "law.pl"
    law.write_text(page.split("```prolog\n")[1].split("```")[0])
    told = json.loads(surety("law", "check", str(law), "--json").out)
    found = {(finding["kind"], finding["line"], finding["where"]) for finding in told["findings"] if finding["grade"] == "error"}
    assert found == {("no verdict", 7, "samples >= 100, uptime = 99/100 (or 0/0)")}
    assert "where: samples >= 100, uptime = 99/100 (or 0/0)" in page
    assert told["checked"][0]["proved"]


def test_the_page_names_every_kind_of_finding():
    page = (REPOSITORY / "docs" / "laws-checking.md").read_text()
    sources = "".join(file.read_text() for file in (REPOSITORY / "governance" / "checking").glob("*.py"))
    kinds = set(re.findall(r'Grade\.(?:ERROR|WARNING|NOTE), "([a-z ]+)"', sources)) | {"two verdicts", "limit", "worse pays more"}
    assert len(kinds) >= 8
    assert [kind for kind in kinds if f"`{kind}`" not in page] == []
