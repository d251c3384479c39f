"""``POST /v1/route``: which running agreement may serve a request, decided by a law, by the engine that settles too."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import shapes, shaping
from api.catalogue import Candidate
from api.config import RUNNING
from api.market import LawText
from api.parameters import AddressIn, Nothing
from api.problems import LAW, UNAVAILABLE, Problem
from api.service import Open, Service
from api.shown import agreement_hex
from chain.hashing import text_id
from chain.values import LawStatus, Seat
from governance import laws
from governance.errors import FatalError
from governance.facts import MOST_FIGURE, RequestFacts
from governance.routing import Refusal, RouteDecision

router = APIRouter(prefix="/v1", tags=["routing"])
_log = logging.getLogger("surety.api")
Place = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,32}$")]
Figure = Annotated[int, Field(ge=0, le=MOST_FIGURE)]


class RouteRequest(BaseModel):
    """The facts of a request that the law may look at. Those without a default are needed: a rule must never miss its fact."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    user_jurisdiction: Place = Field(description="where the user is protected, such as eu or us")
    jurisdiction: Place = Field(description="whose law governs the request, such as de")
    country: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = Field(description="where the data come from, such as de")
    data_classification: Literal["public", "pii", "phi"] = Field(description="phi is protected health information")
    inference_type: Literal["realtime", "batch"] = Field(description="spot capacity serves batch requests alone")
    sector: Literal["general", "finance", "health", "public"] = Field("general", description="whose business it is")
    risk_class: Literal["minimal", "limited", "high"] = Field("minimal", description="as in the EU AI Act")
    confidentiality: Literal["standard", "confidential"] = "standard"
    price_ceiling_micro_usd: Figure | None = Field(None, description="an hour, in millionths of a US dollar; none where left out")
    p95_target_ms: Figure | None = Field(None, description="none where it is left out")
    customer: AddressIn | None = Field(None, description="only agreements of this customer; all where it is left out")


class RouteLaw(shapes.Shape):
    """The law that decided."""

    id: shapes.Hash
    name: str | None = Field(description="the name under which it ships with Surety, where it does")


class Offered(shapes.Shape):
    """One offer: an agreement, and a region of its provider."""

    agreement: shapes.AgreementId
    provider: shapes.Address
    provider_name: str | None
    region: str | None
    country: str | None
    capacity: Literal["spot", "on_demand"] | None = Field(description="null where the offer as a whole is refused")


class Refused(shapes.Shape):
    """An offer that may not serve, and why."""

    offer: Offered
    reason: str


class Route(shapes.Shape):
    """A routing decision. ``choice`` is null where no offer is eligible: that is the law's answer, not an error."""

    request_id: str
    law: RouteLaw
    choice: Offered | None
    clauses: list[str] = Field(description="the clauses of the law that permit the choice, and prefer it")
    strategy: Literal["cost_first", "latency_first", "compliance_first", "sla_first"] = Field(
        description="by what the law orders what it permits, after what it prefers"
    )
    ranked: list[Offered] = Field(
        description="all that is eligible, best first; spot capacity and capacity on demand are judged and listed each on its own"
    )
    refused: list[Refused]
    index: shapes.Index


EXAMPLES = {
    "batch": {
        "summary": "batch work on personal data of a user in Germany",
        "value": {
            "user_jurisdiction": "eu",
            "jurisdiction": "de",
            "country": "de",
            "data_classification": "pii",
            "inference_type": "batch",
        },
    }
}


@router.post("/route", summary="Choose a provider")
def choose(
    request: Request,
    service: Open,
    facts: Annotated[RouteRequest, Body(openapi_examples=EXAMPLES)],
    _: Annotated[Nothing, Query()],
) -> Route:
    """The agreement that may serve a request, the clauses that say so, and a reason for every offer that may not.

    The offers are the running agreements, one for each region of the provider's profile; what the law knows of their quality is
    the mean error rate and the worst P95 of the provider's last 24 periods with data. Facts that the operator has fixed stand in
    the place of the caller's. Nothing is permitted by default: a
    profile that cannot be read, or a fact that is missing, refuses the offer; an error in the law is a problem with status 500,
    never a choice. Where nothing is eligible the answer is 200 with a null choice and all the reasons.
    """
    state = service.reader.index_state()
    if state is None:
        raise Problem(UNAVAILABLE, "no block has been read yet, so no offer is known")
    law, text = _law(service)
    given = facts.model_dump(exclude={"customer"}) | {"request_id": request.scope["request_id"]}
    asked = RequestFacts.from_mapping(given, service.config.trusted)
    try:
        decision, candidates = service.market.decide(
            LawText(text, service.config.routing_law), asked, state, service.now_s(state), facts.customer
        )
    except FatalError as error:
        _log.exception("request %s: the law did not route", asked.request_id)
        raise Problem(LAW, f"no choice was made: {error}") from error
    return _answer(asked, law, decision, candidates, shaping.known_index(state))


def _law(service: Service) -> tuple[RouteLaw, str]:
    """The law that routes, and its text. One on chain has to be in force; a broken one decides nothing any more."""
    named = service.config.routing_law
    if named == RUNNING:
        found = service.reader.running(Seat.ROUTING)
        if found is None:
            raise Problem(UNAVAILABLE, "no law runs in the seat of routing")
        named = found
    if not named.startswith("0x"):
        return _shipped(named)
    view = service.reader.law(named)
    if view is None or view.text is None:
        raise Problem(UNAVAILABLE, f"the routing law {named} is not in the index yet")
    if view.status is not LawStatus.ENACTED:
        raise Problem(LAW, f"the routing law {named} is {view.status.name.lower()}, not enacted; nothing is chosen")
    return RouteLaw(id=view.law, name=_names().get(view.law)), view.text


@cache
def _names() -> dict[str, str]:
    """The names of the laws that ship, by their ids."""
    return {"0x" + text_id(laws.read(name)).hex(): name for name in laws.names()}


@lru_cache
def _shipped(name: str) -> tuple[RouteLaw, str]:
    text = laws.read(name)
    return RouteLaw(id="0x" + text_id(text).hex(), name=name), text


def _answer(
    asked: RequestFacts, law: RouteLaw, decision: RouteDecision, candidates: Mapping[str, Candidate], index: shapes.Index
) -> Route:
    unread = [Refusal(each.name, None, each.refusal) for each in candidates.values() if each.refusal is not None]
    ranked = [_offered(candidates[rung.offer], rung.capacity) for rung in decision.ranked]
    return Route(
        request_id=asked.request_id,
        law=law,
        choice=ranked[0] if ranked else None,
        clauses=list(decision.clauses),
        strategy=decision.strategy,
        ranked=ranked,
        refused=[
            Refused(offer=_offered(candidates[each.offer], each.capacity), reason=each.reason)
            for each in [*decision.refused, *unread]
        ],
        index=index,
    )


def _offered(candidate: Candidate, capacity: Literal["spot", "on_demand"] | None) -> Offered:
    return Offered(
        agreement=agreement_hex(candidate.agreement.agreement),
        provider=candidate.agreement.provider,
        provider_name=candidate.provider_name,
        region=candidate.region,
        country=candidate.country,
        capacity=capacity,
    )
