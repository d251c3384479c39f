"""A routing case as JSON: read strictly, with a place for every complaint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from governance.errors import BadInput
from governance.routing_case import parse_routing_case

REQUEST: dict[str, Any] = {
    "user_jurisdiction": "eu", "jurisdiction": "de", "country": "de", "data_classification": "pii", "inference_type": "batch",
}  # fmt: skip
OFFER: dict[str, Any] = {
    "offer": "o", "provider": "p", "provider_jurisdiction": "de", "region": "eu_west", "country": "de",
    "credentials": ["gdpr", "soc2"], "spot_price_micro_usd": 1_400_000, "error_rate_ppm": 0,
}  # fmt: skip


def case(**changes: Any) -> str:
    return json.dumps({"request": REQUEST, "offers": [OFFER]} | changes, indent=1)


def test_a_case_holds_the_facts_as_they_were_written() -> None:
    read = parse_routing_case(case(request=REQUEST | {"sector": "finance", "price_ceiling_micro_usd": 7}))
    assert (read.request.sector, read.request.risk_class, read.request.price_ceiling_micro_usd) == ("finance", "minimal", 7)
    (offer,) = read.offers
    assert (offer.credentials, offer.spot_price_micro_usd, offer.p95_ms) == (frozenset({"gdpr", "soc2"}), 1_400_000, None)


def test_trusted_facts_stand_in_the_place_of_the_callers() -> None:
    read = parse_routing_case(case(trusted={"user_jurisdiction": "us", "risk_class": "high"}))
    assert (read.request.user_jurisdiction, read.request.risk_class, read.request.jurisdiction) == ("us", "high", "de")


@pytest.mark.parametrize(
    ("changes", "line", "complaint"),
    [
        ({"request": REQUEST | {"country": "DE"}}, 5, "country is 'DE'"),
        ({"request": REQUEST | {"country": 7}}, 5, "country is 7"),
        ({"request": REQUEST | {"country": None}}, 5, "null is no fact"),
        ({"request": REQUEST | {"country": True}}, 5, "true is no fact"),
        ({"request": REQUEST | {"country": ["de"]}}, 5, "country is a list; write one value"),
        ({"request": REQUEST | {"price_ceiling_micro_usd": 1.5}}, 8, "1.5 is no fact"),
        ({"request": REQUEST | {"price_ceiling_micro_usd": "1"}}, 8, "price_ceiling_micro_usd is '1'"),
        ({"request": REQUEST | {"price_ceiling_micro_usd": -1}}, 8, "price_ceiling_micro_usd is -1"),
        ({"request": REQUEST | {"spare": "x"}}, 8, "unknown request fact 'spare'"),
        ({"request": {"country": "de"}}, 2, "request fact 'user_jurisdiction' is missing"),
        ({"trusted": {"spare": "x"}}, 25, "unknown trusted fact 'spare'"),
        ({"trusted": {"country": "Bonn"}}, 25, "country is 'Bonn'"),
        ({"offers": [OFFER | {"region": "EU West"}]}, 14, "region is 'EU West'"),
        ({"offers": [OFFER | {"credentials": "gdpr"}]}, 16, "credentials is one value; write a list"),
        ({"offers": [OFFER | {"credentials": [3]}]}, 16, "credentials is 3"),
        ({"offers": [OFFER | {"capacity": "spot"}]}, 22, "unknown offer fact 'capacity'"),
        ({"offers": {}}, 9, "offers is a mapping; write a list"),
        ({"spare": 1}, 24, "unknown key 'spare'"),
    ],
)
def test_what_is_wrong_in_a_case_is_named_with_its_line(changes: dict[str, Any], line: int, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint.replace("(", r"\(")) as raised:
        parse_routing_case(case(**changes), "case.json")
    assert (raised.value.source, raised.value.line) == ("case.json", line)
