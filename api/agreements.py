"""``/v1/agreements``: agreements, their status so far, and their periods."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api import shapes, shaping
from api.assembly import agreements_shown
from api.parameters import AgreementPath, AgreementsQuery, Nothing, PeriodsQuery, agreement_number, pair, written
from api.problems import NOT_FOUND, Problem
from api.service import Open, Service
from settlement.views import AgreementState, AgreementView

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])


@router.get("", summary="List agreements")
def list_agreements(service: Open, query: Annotated[AgreementsQuery, Query()]) -> shapes.Page[shapes.Agreement]:
    """All agreements, newest opening first, each with its status so far."""
    state = service.reader.index_state()
    now_s = service.now_s(state)
    views = service.reader.agreements(
        provider=query.provider,
        customer=query.customer,
        state=AgreementState(query.state) if query.state else None,
        now_s=now_s,
        after=pair(query.after),
        limit=query.limit + 1,
    )
    shown, more = views[: query.limit], len(views) > query.limit
    return shapes.Page[shapes.Agreement](
        items=agreements_shown(service, shown, now_s),
        next=written(shown[-1].cursor) if more else None,
        index=shaping.index(state),
    )


@router.get("/{agreement}", summary="One agreement")
def one_agreement(service: Open, agreement: AgreementPath, _: Annotated[Nothing, Query()]) -> shapes.Agreement:
    """One agreement with its status so far.

    Uptime, P95, coverage, the error budget left, the verdict if the period closed now, and when money moves next.
    """
    view = known_agreement(service, agreement)
    now_s = service.now_s(service.reader.index_state())
    return agreements_shown(service, [view], now_s)[0]


@router.get("/{agreement}/periods", summary="The periods of an agreement")
def list_periods(service: Open, agreement: AgreementPath, query: Annotated[PeriodsQuery, Query()]) -> shapes.Page[shapes.Period]:
    """The periods that have begun, newest first, with what was reported, how the money was divided and where that stands."""
    view = known_agreement(service, agreement)
    state = service.reader.index_state()
    found = service.reader.periods(view.agreement, after=query.after, limit=query.limit + 1, now_s=service.now_s(state))
    shown, more = found[: query.limit], len(found) > query.limit
    return shapes.Page[shapes.Period](
        items=[shaping.period(period) for period in shown],
        next=str(shown[-1].period) if more else None,
        index=shaping.index(state),
    )


def known_agreement(service: Service, written_id: str) -> AgreementView:
    """The agreement of a written id. Raises a 404 problem where the index has none."""
    view = service.reader.agreement(agreement_number(written_id))
    if view is None:
        raise Problem(NOT_FOUND, f"no agreement {written_id.lower()} in the index")
    return view
