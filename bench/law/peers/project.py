"""This project's own answer to the same requests: its routing, over the policy as a law."""

from __future__ import annotations

from collections.abc import Sequence

from bench.law.peers.contest import Decide
from bench.law.peers.policy import policy_text
from bench.law.peers.workload import Offer, Request
from governance.law import load_routing_law
from governance.routing import OfferFacts, RequestFacts, Router


def surety(offers: Sequence[Offer]) -> Decide:
    """Routing over these offers, which nobody has asked yet. A decision begins with checking the request's facts."""
    router = Router(load_routing_law(policy_text("policy.pl"), "policy.pl"))
    router.load([facts_of(offer) for offer in offers])

    def decide(request: Request) -> str | None:
        asked = RequestFacts.from_mapping({"request_id": "r", "jurisdiction": request["country"], **request})
        rung = router.decide(asked).rung
        return rung.offer if rung else None

    return decide


def facts_of(offer: Offer) -> OfferFacts:
    """An offer, as routing knows it."""
    spot = offer["capacity"] == "spot"
    return OfferFacts(
        offer=offer["id"],
        provider=offer["id"],
        provider_jurisdiction=offer["owner"],
        region=offer["country"],
        country=offer["country"],
        credentials=frozenset([name for name, held in (("gdpr", offer["gdpr"]), ("hipaa", offer["hipaa"])) if held]),
        spot_price_micro_usd=offer["price_micro_usd"] if spot else None,
        on_demand_price_micro_usd=None if spot else offer["price_micro_usd"],
    )
