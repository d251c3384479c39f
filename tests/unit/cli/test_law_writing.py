"""``surety law new`` and ``surety law from-terms`` as people and programs run them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from governance.law import load_law, load_routing_law

RUN = "current_prolog_flag(argv, Arguments), append(_, ['files:'|Files], Arguments), load_files(Files), run_tests, halt"


def passes_its_tests(law: Path) -> bool:
    command = ["swipl", "-f", "none", "-g", RUN, "-t", "halt(1)", "--", "files:", str(law), str(law.with_suffix(".plt"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode == 0 and "Warning" not in done.stdout + done.stderr


@pytest.mark.parametrize(("options", "load"), [((), load_law), (("--routing",), load_routing_law)])
def test_a_new_law_is_admitted_and_passes_its_tests(surety, tmp_path, options, load):
    ran = surety("law", "new", "gold", "--out", str(tmp_path), "--json", *options)
    assert ran.code == 0
    assert json.loads(ran.out) == {"law": str(tmp_path / "gold.pl"), "tests": str(tmp_path / "gold.plt")}
    load((tmp_path / "gold.pl").read_text())
    assert "starting_law" not in (tmp_path / "gold.pl").read_text() + (tmp_path / "gold.plt").read_text()
    assert passes_its_tests(tmp_path / "gold.pl")


@pytest.mark.parametrize(
    ("options", "right", "wrong"),
    [
        ((), "Good * 1000 >= All * 999", "Good * 1000 > All * 999"),
        ((), "Good * 100 < All * 99", "Good * 100 =< All * 99"),
        ((), "Samples >= 100", "Samples > 100"),
        ((), "Seen * 100 >= Slots * 95", "Seen * 100 > Slots * 95"),
        ((), "    Slots > 0,\n", ""),
        ((), "    All > 0,\n", ""),
        (("--routing",), "provider_compliant(Provider, hipaa)", "provider_compliant(Provider, gdpr)"),
        (("--routing",), "Price =< 1_000_000", "Price < 1_000_000"),
        (("--routing",), "    data_classification(Request, phi),\n    provider_in", "    provider_in"),
        (("--routing",), "amendment_seat(Amendment, routing)", "amendment_seat(Amendment, settlement)"),
    ],
)
def test_the_tests_of_a_new_law_notice_a_broken_line(surety, tmp_path, options, right, wrong):
    surety("law", "new", "gold", "--out", str(tmp_path), *options)
    law = tmp_path / "gold.pl"
    assert right in law.read_text()
    law.write_text(law.read_text().replace(right, wrong))
    assert not passes_its_tests(law)


def test_a_new_law_says_where_it_is_and_what_comes_next(surety, tmp_path):
    ran = surety("law", "new", "gold", "--out", str(tmp_path))
    assert str(tmp_path / "gold.plt") in ran.out
    assert f"next: surety law test {tmp_path / 'gold.pl'}" in ran.out


@pytest.mark.parametrize("there", ["gold.pl", "gold.plt"])
def test_a_new_law_overwrites_nothing_and_leaves_no_half(surety, tmp_path, there):
    (tmp_path / there).write_text("mine")
    ran = surety("law", "new", "gold", "--out", str(tmp_path))
    assert ran.code == 1
    assert f"{there}: is there already; choose another name or folder" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["Gold", "../gold", "gold.pl", "", "1st", "g" * 61, "gold\n"])
def test_a_law_is_named_by_a_word(surety, tmp_path, name):
    ran = surety("law", "new", name, "--out", str(tmp_path))
    assert ran.code == 1
    assert "is no name for a law; write a small letter" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_one_clear_error(surety, tmp_path):
    (tmp_path / "file").write_text("")
    ran = surety("law", "new", "gold", "--out", str(tmp_path / "file"))
    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.err


def test_the_example_table_makes_a_law_and_says_what_it_could_not_say(surety, tmp_path, repository):
    ran = surety("law", "from-terms", str(repository / "examples" / "tier-tables.yaml"), "--out", str(tmp_path))
    assert ran.code == 0
    for words in ("claim", "not expressed", "left to the terms", "example-beta", "it states no tiers", "example_chat.plt"):
        assert words in ran.out
    assert passes_its_tests(tmp_path / "example_chat.pl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["example_chat.pl", "example_chat.plt"]


def test_programs_get_every_part_with_its_line(surety, tmp_path, repository):
    table = str(repository / "examples" / "tier-tables.yaml")
    ran = surety("law", "from-terms", table, "--provider", "example-chat", "--out", str(tmp_path), "--json")
    answer = json.loads(ran.out)
    [law] = answer["laws"]
    assert law["law"] == str(tmp_path / "example_chat.pl")
    assert law["not_expressed"] == ["interval.error", "credit.minimum_usd", "credit.sole_remedy", "claim", "exclusions"]
    assert law["not_stated"] == []
    claim = next(part for part in law["parts"] if part["part"] == "claim")
    assert (claim["line"], claim["says"]) == (18, "required: true; deadline_days: 45")
    assert answer["without_law"] == []


def test_laws_from_terms_are_overwritten_only_by_force(surety, tmp_path, repository):
    arguments = ("law", "from-terms", str(repository / "examples" / "tier-tables.yaml"), "--out", str(tmp_path))
    (tmp_path / "example_chat.plt").write_text("mine")
    ran = surety(*arguments)
    assert (ran.code, [path.name for path in tmp_path.iterdir()]) == (1, ["example_chat.plt"])
    assert "example_chat.plt: is there already" in ran.err
    assert surety(*arguments, "--force").code == 0
    assert (tmp_path / "example_chat.plt").read_text() != "mine"


def test_a_table_with_a_gap_makes_no_files(surety, tmp_path, repository):
    table = tmp_path / "gap.yaml"
    table.write_text((repository / "examples" / "tier-tables.yaml").read_text().replace('below: "99.5"', 'below: "99.4"'))
    ran = surety("law", "from-terms", str(table), "--out", str(tmp_path / "laws"), "--json")
    assert ran.code == 1
    assert "gap.yaml:12:13: a gap: no tier holds what is from 99.4 % up to 99.5 %" in json.loads(ran.err)["error"]
    assert not (tmp_path / "laws").exists()


def test_what_a_table_says_is_shown_as_it_stands(surety, tmp_path, repository):
    table = tmp_path / "markup.yaml"
    text = (repository / "examples" / "tier-tables.yaml").read_text()
    table.write_text(text.replace("exclusions: [earthquakes]", 'exclusions: ["[/red] and [bold]storms"]'))
    ran = surety("law", "from-terms", str(table), "--out", str(tmp_path))
    assert ran.code == 0
    assert "[/red] and [bold]storms" in ran.out
