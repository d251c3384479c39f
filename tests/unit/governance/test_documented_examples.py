"""What the documentation shows is read by the very readers it describes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.case import parse_case
from governance.law import Law
from governance.terms import parse_terms


def blocks(repository: Path, page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (repository / "docs" / page).read_text(), re.DOTALL)


def test_the_pieces_of_the_terms_page_make_terms(repository: Path) -> None:
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: chat-completions}\nspec: {}\n"
    pieces = blocks(repository, "terms.md", "yaml")
    assert len(pieces) == 3
    terms = parse_terms("---\n".join([service, *pieces]))
    assert terms.latency is not None
    assert (len(terms.tiers), len(terms.probes)) == (3, 1)


def test_the_python_of_the_routing_page_runs(repository: Path) -> None:
    (example,) = blocks(repository, "laws-routing.md", "python")
    exec(compile(example, "laws-routing.md", "exec"), {})


@pytest.mark.parametrize("name", ["monthly.yaml", "demo.yaml", "backtest.yaml"])
def test_every_example_is_named_on_the_terms_page_and_is_read(repository: Path, example: Callable[[str], str], name: str) -> None:
    assert f"examples/{name}" in (repository / "docs" / "terms.md").read_text()
    assert parse_terms(example(name), name).tiers


@pytest.mark.parametrize(
    ("name", "clauses", "credit_bps", "slash_bps"),
    [
        ("case.json", ("uptime_tier(1)",), 1_000, 0),
        ("case-worst.json", ("uptime_tier(3)", "p95_ceiling"), 10_000, 1_000),
        ("case-no-data.json", ("insufficient_coverage",), 0, 0),
    ],
)
def test_the_example_cases_are_decided(
    example: Callable[[str], str], standard: Law, name: str, clauses: tuple[str, ...], credit_bps: int, slash_bps: int
) -> None:
    verdict = standard.decide(parse_case(example(name), name))
    assert (verdict.clauses, verdict.credit_bps, verdict.slash_bps) == (clauses, credit_bps, slash_bps)
