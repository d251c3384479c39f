"""Where requests meet offers: a router for the law that routes, kept in step with the index.

A block, or an agreement that begins or ends, changes some offers; only these are told to the router. One router holds all offers;
those who ask for the agreements of one customer get one of their own, and the last few of these are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.catalogue import Candidate, Catalogue
from api.law_desk import LawDesk
from governance.law import load_routing_law
from governance.routing import RequestFacts, RouteDecision, Router
from settlement.queries import Reader
from settlement.views import AgreementState, IndexState

KEPT_ROUTERS = 16
_NEVER = 2**63


@dataclass(frozen=True, slots=True)
class LawText:
    """A law by its text, and what to call it in an error."""

    text: str
    name: str


@dataclass(slots=True, eq=False)
class _Stall:
    """One router, and the candidates that it holds: as of a block, from one time until another."""

    router: Router
    block: str = ""
    from_s: int = 0
    until_s: int = 0
    candidates: dict[str, Candidate] = field(default_factory=dict)


class Market:
    """Decides requests over the offers of the index. Safe to use from several threads."""

    def __init__(self, reader: Reader, desk: LawDesk) -> None:
        self._catalogue = Catalogue(reader)
        self._desk = desk
        self._lock = threading.Lock()
        self._stalls: OrderedDict[tuple[str, str | None], _Stall] = OrderedDict()

    def decide(
        self, law: LawText, request: RequestFacts, state: IndexState, now_s: int, customer: str | None
    ) -> tuple[RouteDecision, Mapping[str, Candidate]]:
        """A decision over the agreements that run at a time, and the candidates that it names: of one customer, or of all.

        Raises LawRefused for a law that may not be loaded, LawFault and EngineFault where the law gives no usable answer.
        """
        with self._lock:
            stall = self._stall(law, customer)
            if stall.block != state.block_hash or not stall.from_s <= now_s < stall.until_s:
                self._follow(stall, state, now_s, customer)
            return stall.router.explain(request), stall.candidates

    def _stall(self, law: LawText, customer: str | None) -> _Stall:
        stall = self._stalls.get((law.text, customer))
        if stall is None:
            loaded = self._desk.ask(lambda _: Router(load_routing_law(law.text, law.name), judged_by=self._judge))
            stall = self._stalls[law.text, customer] = _Stall(loaded)
            while len(self._stalls) > KEPT_ROUTERS:
                self._stalls.popitem(last=False)
        self._stalls.move_to_end((law.text, customer))
        return stall

    def _judge(self, work: Callable[[], None]) -> None:
        self._desk.ask(lambda _: work())

    def _follow(self, stall: _Stall, state: IndexState, now_s: int, customer: str | None) -> None:
        """Tells the router what has changed since it was told last."""
        until_s = _NEVER
        candidates = {}
        for each in self._catalogue.candidates(state, now_s):
            agreement = each.agreement
            if customer is not None and agreement.customer != customer:
                continue
            until_s = min([until_s, *(edge for edge in (agreement.start_s, agreement.end_s) if edge > now_s)])
            if agreement.state_at(now_s) is AgreementState.RUNNING:
                candidates[each.name] = each
        _tell(stall.router, stall.candidates, candidates)
        stall.candidates, stall.block, stall.from_s, stall.until_s = candidates, state.block_hash, now_s, until_s


def _tell(router: Router, before: Mapping[str, Candidate], now: Mapping[str, Candidate]) -> None:
    if not before:
        router.load(each.facts for each in now.values() if each.facts is not None)
        return
    for name in before.keys() - now.keys():
        router.remove(name)
    for name, candidate in now.items():
        if candidate.facts is not None and router.facts(name) != candidate.facts:
            router.put(candidate.facts)
        elif candidate.facts is None and router.facts(name) is not None:
            router.remove(name)
