"""The status page at ``/``: every agreement at a glance, readable on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api import shapes
from api.card import Card, card, customers_part, legend, symbol
from api.html import Markup, element
from api.pages import frame
from api.shown import away, clock, units
from chain.values import Division
from governance.values import PPM, Outcome
from settlement.views import AgreementState, Totals


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows. ``tokens`` are those of ``totals``, in its order; ``older`` is the cursor of the next page."""

    chain_id: int
    now_s: int
    index: shapes.Index | None
    totals: Totals
    tokens: Sequence[shapes.Token]
    cards: Sequence[Card]
    older: str | None


def status_page(overview: Overview, refresh_s: int) -> str:
    """The whole page."""
    return frame(
        "Status",
        _as_of(overview),
        _summary(overview.totals),
        _money(overview) if overview.totals.tokens else None,
        _cards(overview),
        element("p", element("a", "Older agreements", href=f"/?after={overview.older}"), class_="pager")
        if overview.older
        else None,
        _legend(),
        refresh_s=refresh_s,
    )


def _as_of(overview: Overview) -> Markup:
    if overview.index is None:
        return element("p", "No block of the chain has been read yet.", class_="lead")
    index = overview.index
    block = f"block {index.block:,} of {clock(index.at.s)} ({away(index.at.s, overview.now_s)})"
    return element("p", f"Chain {overview.chain_id}, read up to {block}.", class_="lead")


def _summary(totals: Totals) -> Markup:
    states, outcomes = totals.agreements_by_state, totals.periods_by_outcome
    tiles = [
        ("running agreements", states.get(AgreementState.RUNNING, 0), f"of {totals.agreements:,}", ""),
        ("periods met", outcomes.get(Outcome.MET, 0), "paid in full", "met"),
        ("periods breached", outcomes.get(Outcome.BREACH, 0), "customer credited", "breach"),
        ("periods without data", outcomes.get(Outcome.NO_DATA, 0), f"{totals.expired_periods:,} expired", "no_data"),
    ]
    return element("section", *(_tile(*tile) for tile in tiles), class_="tiles", aria_label="Summary")


def _tile(name: str, count: int, detail: str, kind: str) -> Markup:
    return element("div", element("b", f"{count:,}"), element("span", name), element("small", detail), class_=f"tile {kind}")


def _money(overview: Overview) -> Markup:
    won = any(sums.rewards for sums in overview.totals.tokens)  # few ever see this column, and else it would be all zeros
    rows = [
        element(
            "tr",
            element("th", symbol(token), scope="row"),
            *(element("td", units(amount, token.decimals)) for amount in _parts(sums.division)),
            element("td", units(sums.rewards, token.decimals)) if won else None,
        )
        for token, sums in zip(overview.tokens, overview.totals.tokens, strict=True)
    ]
    names = ("token", "providers", "validators", "relay", "DAO", "customers", "of it slashed", *(["disputers"] if won else []))
    head = element("tr", *(element("th", name, scope="col") for name in names))
    table = element("table", element("thead", head), element("tbody", *rows))
    return element(
        "section", element("h2", "Money settled"), element("div", table, class_="scroll", tabindex="0"), class_="money"
    )


def _parts(division: Division) -> tuple[int, int, int, int, int, int]:
    customers = customers_part(division)
    return division.provider, division.validators, division.relay, division.dao, customers, division.slash


def _cards(overview: Overview) -> Markup:
    if not overview.cards:
        return element("p", "No agreement has been opened yet.", class_="empty")
    ordered = sorted(overview.cards, key=_urgency)
    return element(
        "section", element("h2", "Agreements"), element("div", *(card(each, overview.now_s) for each in ordered), class_="cards")
    )


def _urgency(shown: Card) -> tuple[int, int]:
    """Running agreements first, those with the least error budget left at the top; others by their opening, newest first."""
    agreement = shown.agreement
    order = {"running": 0, "ended": 1, "scheduled": 2, "closed": 3}[agreement.state]
    budget = agreement.status.error_budget
    return order, budget.left_ppm if budget else PPM + 1


def _legend() -> Markup:
    words = "Figures of a running period are interim counts of the committee; nothing is paid by them."
    return element("p", legend(), element("span", words), class_="legend")
