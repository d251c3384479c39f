"""A finding needs its reason, and a reason its finding, as often as it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_slither
from tools.check_slither import Finding, NothingAnalysed

PAGE = "# Slither\n\n- all of `naming-convention`: as we write them.\n- `timestamp` in `Zone.thaw` (2): days long.\n"
FOUND = [Finding("naming-convention", "Zone.PACTUM"), *[Finding("timestamp", "Zone.thaw")] * 2]


def wrong(found: list[Finding], page: str = PAGE) -> list[str]:
    return list(check_slither.objections(found, check_slither.read(page)))


def test_what_is_explained_is_in_order() -> None:
    assert wrong(FOUND) == []


@pytest.mark.parametrize(
    ("found", "objection"),
    [
        ([*FOUND, Finding("timestamp", "Zone.thaw")], "`timestamp` in `Zone.thaw`: 3 found, 2 explained in docs/slither.md"),
        ([*FOUND, Finding("timestamp", "Zone.lock")], "`timestamp` in `Zone.lock`: 1 found, 0 explained in docs/slither.md"),
        (FOUND[:-1], "`timestamp` in `Zone.thaw`: 2 explained in docs/slither.md, 1 found"),
        (FOUND[1:], "`naming-convention` is explained in docs/slither.md, and finds nothing"),
    ],
)
def test_what_is_not_is_said(found: list[Finding], objection: str) -> None:
    assert wrong(found) == [objection]


@pytest.mark.parametrize(
    "entry", ["- `timestamp`: days long.", "- `timestamp` in `Zone.thaw`:", "- timestamp in Zone.thaw: days."]
)
def test_an_entry_without_its_parts_is_said(entry: str) -> None:
    assert len(wrong(FOUND, f"{PAGE}{entry}\n")) == 1


def test_a_finding_is_placed_by_contract_function_and_variable() -> None:
    contract = {"type": "contract", "name": "Zone"}
    function = {"type": "function", "name": "thaw", "type_specific_fields": {"parent": contract}}
    variable = {"type": "variable", "name": "amount", "type_specific_fields": {"parent": function}}
    node = {"type": "node", "name": "amount > 1", "type_specific_fields": {"parent": function}}
    results = [
        {"check": "one", "elements": [variable]},
        {"check": "two", "elements": [node]},
        {"check": "zero", "elements": [contract]},
    ]
    report = {"success": True, "results": {"detectors": results}}
    assert list(map(str, check_slither.found_in(report))) == [
        "`one` in `Zone.thaw.amount`",
        "`two` in `Zone.thaw`",
        "`zero` in `Zone`",
    ]


def test_a_run_without_analysis_is_no_success() -> None:
    with pytest.raises(NothingAnalysed, match="no compiler"):
        check_slither.found_in({"success": False, "error": "no compiler", "results": {}})


def test_the_page_can_be_read(repository: Path) -> None:
    reasons = check_slither.read((repository / check_slither.PAGE).read_text())
    assert reasons.unreadable == ()
    assert reasons.findings
