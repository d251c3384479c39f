"""The laws that route choose what a second opinion chooses, over random requests and offers and at every boundary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from random import Random
from string import ascii_lowercase
from types import ModuleType

import pytest

from governance import laws
from governance.law import load_routing_law
from governance.routing import OfferFacts, RequestFacts, route

Oracle = Callable[[str], ModuleType]
ROUTING = tuple(name for name in laws.names() if "route_inference(" in laws.read(name))
PLACES = ["eu", "de", "fr", "us", "ch", "no", "gb"]
PAPERS = ["gdpr", "hipaa", "soc2", "dora_audit", "ai_act_documentation", "confidential_computing"]
# At and beside the ceilings that the laws and the requests name.
PRICES = [None, 0, 1_399_999, 1_400_000, 1_400_001, 1_499_999, 1_500_000, 1_500_001, 2_900_000]
P95_MS = [None, 799, 800, 801]
STRATEGIES = {"confidential": 2, "eu_documentation": 2, "eu_health": 1, "hipaa_residency": 3, "spot_batch": 3}
HOW_MANY = [2_000, pytest.param(100_000, marks=pytest.mark.slow)]


def test_every_law_that_routes_has_a_second_opinion(oracle: Oracle) -> None:
    assert sorted(ROUTING) == sorted(oracle("routing").LAWS)


@pytest.mark.parametrize("how_many", HOW_MANY)
@pytest.mark.parametrize("law_name", ROUTING)
def test_a_law_that_routes_agrees_with_a_second_opinion(oracle: Oracle, law_name: str, how_many: int) -> None:
    random, opinion, law = Random(law_name), oracle("routing"), load_routing_law(laws.read(law_name), law_name)
    served, strategies = 0, set()
    for _ in range(how_many):
        request, offers = some_request(random), some_offers(random)
        decision = route(law, request, offers)
        expected = opinion.ranked(law_name, request, offers)
        assert [tuple(rung) for rung in decision.ranked] == expected, (request, offers)
        assert decision.choice == (expected[0] if expected else None)
        assert decision.strategy == opinion.LAWS[law_name][2](request)
        assert {rung.offer for rung in decision.ranked} | {each.offer for each in decision.refused} == {o.offer for o in offers}
        served += bool(expected)
        strategies.add(decision.strategy)
    assert how_many // 5 < served < how_many, "the cases are one-sided"
    assert len(strategies) == STRATEGIES[law_name]


@pytest.mark.parametrize("law_name", ROUTING)
def test_every_country_is_on_the_side_that_a_second_opinion_says(oracle: Oracle, law_name: str) -> None:
    opinion, law = oracle("routing"), load_routing_law(laws.read(law_name), law_name)
    for code in ("".join(letters) for letters in product(ascii_lowercase, repeat=2)):
        request = RequestFacts("r", code, "us", "us", "public", "realtime", sector="finance", risk_class="high")
        held = [frozenset(), frozenset({"gdpr"}), frozenset(PAPERS)]
        offers = [OfferFacts(f"o{number}", "p", "ch", "r", code, papers) for number, papers in enumerate(held)]
        for asked in (request, replace(request, user_jurisdiction="us", country=code)):
            assert [tuple(rung) for rung in route(law, asked, offers).ranked] == opinion.ranked(law_name, asked, offers), code


def test_a_batch_job_that_loses_its_spot_capacity_goes_on_to_capacity_on_demand() -> None:
    law = load_routing_law(laws.read("spot_batch"), "spot_batch")
    request = RequestFacts("r", "us", "us", "us", "public", "batch")
    north = OfferFacts("north", "p", "us", "us_east", "us", spot_price_micro_usd=1_400_000, on_demand_price_micro_usd=2_900_000)
    south = OfferFacts("south", "p", "us", "us_west", "us", spot_price_micro_usd=1_500_001, on_demand_price_micro_usd=2_000_000)
    rungs = [("north", "spot"), ("south", "on_demand"), ("north", "on_demand")]
    assert list(route(law, request, [north, south]).ranked) == rungs
    lost = OfferFacts("north", "p", "us", "us_east", "us", on_demand_price_micro_usd=2_900_000)
    assert list(route(law, request, [lost, south]).ranked) == rungs[1:]


def some_request(random: Random) -> RequestFacts:
    return RequestFacts(
        request_id=f"r{random.randrange(1_000)}",
        user_jurisdiction=random.choice(PLACES),
        jurisdiction=random.choice(PLACES),
        country=random.choice(PLACES[1:]),
        data_classification=random.choice(["public", "pii", "phi"]),
        inference_type=random.choice(["realtime", "batch"]),
        sector=random.choice(["general", "finance", "health", "public"]),
        risk_class=random.choice(["minimal", "limited", "high"]),
        confidentiality=random.choice(["standard", "confidential"]),
        price_ceiling_micro_usd=random.choice([None, None, 0, 1_400_000, 1_500_001]),
        p95_target_ms=random.choice([None, None, 800]),
    )


def some_offers(random: Random) -> list[OfferFacts]:
    """Up to seven offers; their owners, machines and papers are those of one place more often than not."""
    return [some_offer(random, f"o{number}") for number in random.sample(range(100), random.randrange(8))]


def some_offer(random: Random, name: str) -> OfferFacts:
    home = random.choice([*PLACES[1:], None])
    return OfferFacts(
        offer=name,
        provider=f"p{random.randrange(3)}",
        provider_jurisdiction=random.choice([home, home, "us", "cn"]),
        region=random.choice(["eu_west", "us_east", "us_west", None]),
        country=random.choice([home, home, "us", "de"]),
        credentials=frozenset(random.sample(PAPERS, random.randrange(len(PAPERS) + 1))),
        spot_price_micro_usd=random.choice(PRICES),
        on_demand_price_micro_usd=random.choice(PRICES),
        error_rate_ppm=random.choice([None, 0, 25, 1_000]),
        p95_ms=random.choice(P95_MS),
    )
