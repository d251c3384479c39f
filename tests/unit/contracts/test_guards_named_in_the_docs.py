"""The page on the contracts names the tests that guard each money rule; each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

NAMED = re.compile(r"`((?:test|invariant)\w+)`")


def _named(page: str) -> list[str]:
    rules = page.partition("## Money rules")[2].partition("\n## ")[0]
    return NAMED.findall(rules)


def _written(tests: Path) -> set[str]:
    found = (re.findall(r"function (\w+)\(", path.read_text()) for path in tests.rglob("*.sol"))
    return {name for names in found for name in names}


def test_every_guard_of_a_money_rule_is_a_test(repository: Path) -> None:
    named = _named((repository / "docs" / "contracts.md").read_text())
    assert len(named) > 40
    assert set(named) - _written(repository / "tests" / "foundry") == set()


def test_every_money_rule_has_a_guard(repository: Path) -> None:
    page = (repository / "docs" / "contracts.md").read_text()
    rules = page.partition("## Money rules")[2].partition("\n## ")[0]
    rows = [line for line in rules.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 12
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_stateful_invariant_is_named(repository: Path) -> None:
    named = set(_named((repository / "docs" / "contracts.md").read_text()))
    written = {name for name in _written(repository / "tests" / "foundry") if name.startswith("invariant_")}
    assert written - named - {"invariant_everyRuleInTurn"} == set()  # that one calls all the others
