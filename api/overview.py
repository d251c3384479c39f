"""Gathers what the status page shows."""

from __future__ import annotations

from collections.abc import Sequence

from api import shaping
from api.assembly import agreements_shown
from api.card import STRIP, Card
from api.parameters import written
from api.service import Service
from api.status_page import Overview
from settlement.views import AgreementView

CARDS = 48


def overview_of(service: Service, after: tuple[int, int] | None) -> Overview:
    """The newest agreements, or those opened before a cursor, with the sums over all."""
    state = service.reader.index_state()
    now_s = service.now_s(state)
    found = service.reader.agreements(after=after, limit=CARDS + 1)
    views, more = found[:CARDS], len(found) > CARDS
    totals = service.reader.totals(now_s=now_s)
    return Overview(
        chain_id=service.config.book.chain_id,
        now_s=now_s,
        index=shaping.index(state),
        totals=totals,
        tokens=[service.tokens.of(sums.token) for sums in totals.tokens],
        cards=_cards(service, views, now_s),
        older=written(views[-1].cursor) if more else None,
    )


def _cards(service: Service, views: Sequence[AgreementView], now_s: int) -> list[Card]:
    ids = [view.agreement for view in views]
    if not ids:
        return []
    outcomes = service.reader.last_outcomes(ids, STRIP)
    settled = service.reader.settled_sums(ids)
    shown = agreements_shown(service, views, now_s)
    return [
        Card(agreement, list(reversed(outcomes.get(view.agreement, []))), settled.get(view.agreement))
        for view, agreement in zip(views, shown, strict=True)
    ]
