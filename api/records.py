"""``/v1/settlements``, ``/v1/laws`` and ``/v1/providers``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api import shapes, shaping
from api.html import plain
from api.parameters import LawPath, Nothing, ProviderPath, SettlementsQuery, agreement_number, triple, written
from api.problems import NOT_FOUND, UNAVAILABLE, Problem
from api.profile import profile_name
from api.service import Open
from chain.hashing import text_id

router = APIRouter(prefix="/v1")
AGREEMENTS_SHOWN = 100


@router.get("/settlements", summary="List settlements", tags=["settlements"])
def list_settlements(service: Open, query: Annotated[SettlementsQuery, Query()]) -> shapes.Page[shapes.Settlement]:
    """Settled and expired periods, newest first, with how each one's money was divided."""
    state = service.reader.index_state()
    found = service.reader.settlements(
        agreement=agreement_number(query.agreement) if query.agreement else None,
        provider=query.provider,
        customer=query.customer,
        after=triple(query.after),
        limit=query.limit + 1,
    )
    shown, more = found[: query.limit], len(found) > query.limit
    return shapes.Page[shapes.Settlement](
        items=[shaping.settlement(view, service.tokens.of(view.token)) for view in shown],
        next=written(shown[-1].cursor) if more else None,
        index=shaping.index(state),
    )


@router.get("/laws/{law}", summary="One law", tags=["laws"])
def one_law(service: Open, law: LawPath, _: Annotated[Nothing, Query()]) -> shapes.Law:
    """A law's text, where it is in its life, and the hash of the text: whoever computes it gets the id.

    A text that is not UTF-8 is given with replacement characters, and its hash is then another than the id; such a law
    decides nothing.
    """
    view = service.reader.law(law)
    if view is None:
        raise Problem(NOT_FOUND, f"no law {law.lower()} in the index")
    if view.text is None:
        raise Problem(UNAVAILABLE, "the law is known, but its text has not been read from the chain yet")
    return shapes.Law(
        id=view.law,
        hash="0x" + text_id(view.text).hex(),
        status=shaping.LAW_STATUSES[view.status],
        text=view.text,
        published=shaping.place_or_none(view.published),
        enacted=shaping.place_or_none(view.enacted),
        broken=shaping.place_or_none(view.broken),
        publisher=view.publisher,
        tenures=[
            shapes.Tenure(seat=shaping.SEATS[each.seat], revision=each.revision, since=shaping.place(each.since))
            for each in view.tenures
        ],
    )


@router.get("/providers/{provider}", summary="One provider", tags=["providers"])
def one_provider(service: Open, provider: ProviderPath, _: Annotated[Nothing, Query()]) -> shapes.Provider:
    """A provider's newest record: profile, stake and agreements. The profile is the provider's own words, checked by nobody."""
    view = service.reader.provider(provider)
    if view is None:
        raise Problem(NOT_FOUND, f"no provider {provider} in the Zone's records")
    now_s = service.now_s(service.reader.index_state())
    found = service.reader.agreements(provider=provider, limit=AGREEMENTS_SHOWN + 1)
    shown, more = found[:AGREEMENTS_SHOWN], len(found) > AGREEMENTS_SHOWN
    return shapes.Provider(
        address=view.provider,
        name=profile_name(view.profile_text),
        payout=view.payout,
        profile_hash=view.profile,
        profile_text=plain(view.profile_text),
        registered=shaping.place(view.registered),
        stakes=[shaping.stake(stake, service.tokens.of(stake.token)) for stake in view.stakes],
        agreements=[shaping.brief(agreement, now_s) for agreement in shown],
        more_agreements=f"/v1/agreements?provider={provider}&after={written(shown[-1].cursor)}" if more else None,
    )
