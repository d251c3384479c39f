"""``surety law route``: ask a law where a request may go, without a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import print_facts, print_json, print_table
from governance.documents import read_file
from governance.law import load_routing_law
from governance.routing import RouteDecision, Rung, route
from governance.routing_case import RoutingCase, parse_routing_case

Explain = Annotated[bool, typer.Option("--explain", help="Also say why every refused offer was refused.")]


def decide_route(law_text: str, law: str, case: Path, *, explain: bool, json_: bool) -> None:
    """Prints where a request may go, by a law's text. Raises what reading the case and asking the law raise."""
    asked = parse_routing_case(read_file(case), str(case))
    decision = route(load_routing_law(law_text, law), asked.request, asked.offers)
    if json_:
        print_json(_document(decision, explain=explain))
    else:
        _show(law, asked, decision, explain=explain)


def _document(decision: RouteDecision, *, explain: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "choice": decision.choice._asdict() if decision.choice else None,
        "strategy": decision.strategy,
        "clauses": list(decision.clauses),
        "ranked": [rung._asdict() for rung in decision.ranked],
    }
    if explain:
        document["refused"] = [refusal._asdict() for refusal in decision.refused]
    return document


def _show(law: str, asked: RoutingCase, decision: RouteDecision, *, explain: bool) -> None:
    choice = decision.choice
    facts = {
        "choice": f"{choice.offer}, {_word(choice.capacity)}" if choice else "none: no offer is eligible",
        "clauses": "; ".join(decision.clauses) or None,
        "strategy": decision.strategy,
        "refused": f"{len(decision.refused)}" + ("" if explain or not decision.refused else "; --explain says why"),
    }
    print_facts(f"{law} says", facts)
    if decision.ranked:
        offers = {offer.offer: offer for offer in asked.offers}
        rows = [
            (place, rung.offer, _word(rung.capacity), _price(rung, offers[rung.offer].spot_price_micro_usd,
                                                             offers[rung.offer].on_demand_price_micro_usd))
            for place, rung in enumerate(decision.ranked, start=1)
        ]  # fmt: skip
        print_table(
            "eligible, best first", ("", "offer", "capacity", "dollars an hour"), rows, numeric=frozenset({"dollars an hour"})
        )
    if explain and decision.refused:
        refused = [(each.offer, _word(each.capacity) if each.capacity else None, each.reason) for each in decision.refused]
        print_table("refused", ("offer", "capacity", "why"), refused)


def _word(capacity: str) -> str:
    return capacity.replace("_", " ")


def _price(rung: Rung, spot_micro_usd: int | None, on_demand_micro_usd: int | None) -> str | None:
    micro = spot_micro_usd if rung.capacity == "spot" else on_demand_micro_usd
    if micro is None:
        return None
    dollars, rest = divmod(micro, 1_000_000)
    return f"{dollars}.{f'{rest:06d}'.rstrip('0'):0<2}"
