"""What the documentation shows is read by the very readers it describes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from governance import laws
from governance.case import Case, parse_case
from governance.law import Law, load_law, load_routing_law
from governance.routing import OfferFacts, RequestFacts, route
from governance.terms import parse_terms
from governance.values import Outcome


def blocks(repository: Path, page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (repository / "docs" / page).read_text(), re.DOTALL)


def test_the_pieces_of_the_terms_page_make_terms(repository: Path) -> None:
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: chat-completions}\nspec: {}\n"
    pieces = blocks(repository, "terms.md", "yaml")
    assert len(pieces) == 3
    terms = parse_terms("---\n".join([service, *pieces]))
    assert terms.latency is not None
    assert (len(terms.tiers), len(terms.probes)) == (3, 1)


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


def test_the_laws_of_the_laws_page_do_what_it_says(repository: Path, make_case: Callable[..., Case]) -> None:
    settling, routing = blocks(repository, "laws.md", "prolog")
    law = load_law(settling)
    outcomes = [
        law.decide(make_case(uptime=(good, 100), samples=samples)).outcome for good, samples in ((99, 100), (98, 100), (99, 99))
    ]
    assert outcomes == [Outcome.MET, Outcome.BREACH, Outcome.NO_DATA]
    request = RequestFacts("r", "eu", "de", "de", "phi", "batch")
    offers = [
        OfferFacts("near", "p", "de", "eu_west", "de", frozenset({"gdpr"}), 1_500_000),
        OfferFacts("far", "p", "fr", "eu_west", "fr", frozenset({"gdpr"}), 1_000_000),
        OfferFacts("american", "p", "us", "eu_west", "de", frozenset({"gdpr"}), 1_000_000),
    ]
    assert [rung.offer for rung in route(load_routing_law(routing), request, offers).ranked] == ["near"]


def test_the_laws_page_names_every_shipped_law_and_every_word_of_the_vocabulary(repository: Path) -> None:
    page = (repository / "docs" / "laws.md").read_text()
    for name in laws.names():
        assert f"governance/laws/{name}.pl" in page
    fence = (repository / "governance" / "fence.pl").read_text()
    facts = (repository / "governance" / "surety_facts.pl").read_text()
    words = re.findall(r"^vocabulary\((\w+)", fence, re.MULTILINE) + re.findall(r"^granted\((\w+)/", facts, re.MULTILINE)
    assert len(words) > 30
    assert [word for word in words if word not in page] == []
