"""The routing rules of the article that this law language was made for run as they were printed, character by character."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from governance.law import Law, load_routing_law
from governance.routing import OfferFacts, RequestFacts, Router, Rung, route

ARTICLE = Path("..") / "seeds" / "000_32e3cfbf512f7039.txt"
BATCH = RequestFacts("r", "eu", "de", "de", "pii", "batch")
BONN = OfferFacts("bonn", "p1", "de", "eu_west", "de", frozenset({"gdpr"}), 1_500_000, 3_000_000)
LYON = OfferFacts("lyon", "p2", "fr", "eu_west", "fr", frozenset({"gdpr"}), 1_500_001, 1_600_000)
EAGLE = OfferFacts("eagle", "p3", "us", "eu_west", "de", frozenset({"gdpr"}), 900_000, 1_000_000)


@pytest.fixture(scope="module")
def printed(real_data: Path) -> list[str]:
    """The Prolog of the article, block by block: what follows each caption, as far as it goes on with a comment."""
    article = real_data / ARTICLE
    if not article.is_file():
        pytest.skip("the article is not there")
    paragraphs = article.read_text("utf-8").split("\n\n")
    blocks: list[str] = []
    inside = False
    for paragraph in paragraphs:
        caption, _, rest = paragraph.partition("\n")
        if caption.startswith("prolog ·"):
            blocks.append(rest)
            inside = True
        elif inside and paragraph.startswith("%"):
            blocks[-1] += "\n\n" + paragraph
        else:
            inside = False
    return blocks


@pytest.fixture(scope="module")
def law(printed: list[str]) -> Law:
    """Both blocks together, one after the other."""
    assert [block.count(":-") for block in printed] == [3, 2]
    return load_routing_law("\n\n".join(printed) + "\n", "article")


def test_a_german_request_goes_to_compliant_capacity_in_western_europe(law: Law) -> None:
    far = replace(BONN, offer="far", region="eu_central")
    lax = replace(BONN, offer="lax", credentials=frozenset())
    decision = route(law, replace(BATCH, inference_type="realtime"), [BONN, LYON, far, lax])
    assert decision.ranked == (Rung("lyon", "on_demand"), Rung("bonn", "on_demand"))
    assert {each.reason for each in decision.refused} == {"no clause of route_inference/2 permits it"}


def test_a_provider_under_american_law_is_blocked_for_users_in_the_union(law: Law) -> None:
    assert [each.offer for each in route(law, BATCH, [BONN, EAGLE]).refused] == ["eagle", "eagle"]
    assert route(law, replace(BATCH, user_jurisdiction="us"), [EAGLE]).choice is not None


def test_batch_work_prefers_spot_capacity_at_one_dollar_fifty_or_less(law: Law) -> None:
    decision = route(law, BATCH, [BONN, LYON])
    assert decision.ranked == (("bonn", "spot"), ("lyon", "spot"), ("lyon", "on_demand"), ("bonn", "on_demand"))
    assert [clause.split("/")[0] for clause in decision.clauses] == ["route_inference", "prefer_provider"]


def test_health_data_stay_in_the_country_of_origin(law: Law) -> None:
    decision = route(law, replace(BATCH, data_classification="phi"), [BONN, LYON])
    assert {rung.offer for rung in decision.ranked} == {"bonn"}
    assert "enforce_residency/1" in decision.clauses[1]


def test_the_first_block_alone_is_a_law_which_lets_no_health_data_through(printed: list[str]) -> None:
    router = Router(load_routing_law(printed[0]))
    router.load([BONN, LYON])
    assert router.decide(BATCH).rung == Rung("bonn", "spot")
    assert router.decide(replace(BATCH, data_classification="phi")).rung is None
