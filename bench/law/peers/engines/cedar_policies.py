"""Cedar: one call judges all offers, of which the cheapest is then taken here."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from bench.law.peers.engines.serve import Decide
from bench.law.peers.policy import policy_text
from bench.law.peers.workload import Offer, Request

cedar: Any = importlib.import_module("cedarpy")

VERSION = version("cedarpy")


def prepare(offers: Sequence[Offer], _: str) -> Decide:
    """The policy and the offers, parsed once."""
    policies = cedar.PolicySet.from_str(policy_text("policy.cedar"))
    entities = cedar.Entities.from_json_str(json.dumps([_entity("User", "anybody", {}), *map(_offer, offers)]))

    async def decide(request: Request) -> str | None:
        questions = [
            {
                "principal": 'User::"anybody"',
                "action": 'Action::"route"',
                "resource": f'Offer::"{offer["id"]}"',
                "context": request,
            }
            for offer in offers
        ]
        judged = cedar.is_authorized_batch(questions, policies, entities)
        lawful = [(offer["price_micro_usd"], offer["id"]) for offer, each in zip(offers, judged, strict=True) if each.allowed]
        return min(lawful)[1] if lawful else None

    return decide


def _offer(offer: Offer) -> dict[str, Any]:
    return _entity("Offer", offer["id"], {name: value for name, value in offer.items() if name != "id"})


def _entity(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "parents": [], "attrs": attributes}
