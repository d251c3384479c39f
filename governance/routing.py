"""Which offer may serve a request, and which of those is chosen: decided by a law over granted facts, never by default.

Every rung of every offer (its spot capacity, its capacity on demand) is judged on its own, with no other in sight. It is eligible
if no clause of ``block_provider/2`` holds for it, one of ``route_inference/2`` does, and, for health data, one of
``enforce_residency/1``. Preferred rungs come first, then those that the law's strategy puts first, then cheaper ones, then the
smaller name; so the same facts always give the same choice. A missing fact refuses the offer; an error in the law is an error of
the whole decision.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from governance.facts import OfferFacts, RequestFacts
from governance.judging import Judge
from governance.kinds import Choice, Kind
from governance.law import ROUTING_ENTRY, Law, needs_entry
from governance.reading import GROUPS, Strategy, reading_of
from governance.shelves import Order, Rung, Shelves
from governance.signatures import ON_DEMAND, SPOT, Capacity, Signature

__all__ = ["ON_DEMAND", "SPOT", "Choice", "OfferFacts", "Refusal", "RequestFacts", "RouteDecision", "Router", "Rung", "route"]

_KEPT_CHANGES = 1_024
_TOLD_AT_ONCE = 1_000
_MOST_JUDGED = 200_000  # shelves, over all kinds of request that are kept
_MOST_VERDICTS = 500_000
_MOST_EXPLAINED = 50_000  # rungs, over all decisions that are kept in full
_NAMED = itemgetter(-2, -1)  # of an order, the rung
_ONLY_SPOT = "it has spot capacity alone, which serves batch requests only"


class Refusal(NamedTuple):
    """Why a rung may not serve. ``capacity`` is None where the offer as a whole is refused."""

    offer: str
    capacity: Capacity | None
    reason: str


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """The rung chosen, None where none is eligible; the clauses that permit and prefer it; why each other may not serve.

    ``ranked`` are all eligible rungs, best first: where the first falls away, the next takes its place.
    """

    choice: Rung | None
    clauses: tuple[str, ...]
    strategy: Strategy
    ranked: tuple[Rung, ...]
    refused: tuple[Refusal, ...]


def route(law: Law, request: RequestFacts, offers: Sequence[OfferFacts]) -> RouteDecision:
    """Decides one request over the offers at hand.

    Raises BadInput for two offers of one name, LawFault where the law gives no usable answer, and EngineFault where Prolog
    does not answer: none of these ever permits anything.
    """
    router = Router(law)
    router.load(offers)
    return router.explain(request)


class Router:
    """Decides requests by one law, over offers that it keeps and that may change at any time. Safe to use from several threads.

    A decision is that of one moment: it sees every change that was made before it began, and no half of one. ``judged_by`` runs
    the questions to the law, where these belong on threads of their own; by default they are asked on the thread that decides.

    Raises BadInput for a law that was not loaded to route.
    """

    def __init__(self, law: Law, *, judged_by: Callable[[Callable[[], None]], None] | None = None) -> None:
        needs_entry(law, ROUTING_ENTRY)
        self.law = law
        self._reading = reading_of(law)
        self._judged_by = judged_by or (lambda work: work())
        self._lock = threading.RLock()
        self._shelves = Shelves(self._reading)
        self._judge = Judge(law, self._reading)
        self._key_of = attrgetter(*self._reading.request_facts())
        self._generation = 0
        self._changes: deque[tuple[Signature, ...]] = deque(maxlen=_KEPT_CHANGES)
        self._young: dict[object, Kind] = {}  # when these are many, they become the old ones, and the old are forgotten
        self._old: dict[object, Kind] = {}
        self._explained: dict[object, tuple[int, RouteDecision]] = {}

    def __len__(self) -> int:
        return len(self._shelves)

    def facts(self, offer: str) -> OfferFacts | None:
        """What is known of an offer, None for one that is not here."""
        return self._shelves.facts(offer)

    def load(self, offers: Iterable[OfferFacts]) -> None:
        """Routes over these offers, and no others. Raises BadInput for two of one name, and changes nothing then.

        Tells Prolog of them, so that the first request need not wait for that. Raises EngineFault.
        """
        with self._lock:
            self._shelves.load(offers)
            self._young, self._old = {}, {}
            self._moved_on()
            self._changes.clear()
            self._judged_by(lambda: self._judge.tell(islice(self._shelves.profiles(), _TOLD_AT_ONCE)))

    def put(self, offer: OfferFacts) -> None:
        """One offer, new or in the place of the one of its name."""
        with self._lock:
            self._shelves.put(offer)
            self._moved_on()

    def remove(self, offer: str) -> None:
        """One offer less; nothing happens where there is none of that name."""
        with self._lock:
            self._shelves.remove(offer)
            self._moved_on()

    def decide(self, request: RequestFacts) -> Choice:
        """The best rung that may serve a request. Raises LawFault and EngineFault; neither ever permits anything."""
        kind = self._young.get(self._key_of(request))
        now = kind.now if kind is not None else None
        if now is not None and now[0] == self._generation:
            return now[1]
        with self._lock:
            return self._decided(request)[1]

    def explain(self, request: RequestFacts) -> RouteDecision:
        """The same choice, with all eligible rungs in order and a reason for each other. Raises as ``decide`` does."""
        key = self._key_of(request)
        kept = self._explained.get(key)
        if kept is not None and kept[0] == self._generation:
            return kept[1]
        with self._lock:
            kind, choice = self._decided(request)
            ranked, refused = self._ranked(kind), self._refused(kind)
            decision = RouteDecision(choice.rung, choice.clauses, choice.strategy, ranked, refused)
            if (len(self._explained) + 1) * (len(ranked) + len(refused)) > _MOST_EXPLAINED:
                self._explained.clear()
            self._explained[key] = self._generation, decision
            return decision

    def _moved_on(self) -> None:
        """The offers are others now: what was decided before is out of date."""
        shelves = self._shelves
        self._changes.append(tuple(shelves.touched))
        shelves.touched.clear()
        if shelves.dropped:
            self._judge.forget(shelves.dropped)
            shelves.dropped.clear()
        if self._explained:
            self._explained = {}
        self._generation += 1

    def _decided(self, request: RequestFacts) -> tuple[Kind, Choice]:
        key = self._key_of(request)
        kind = self._young.get(key) or self._old.get(key)
        if kind is None or kind.now is None or kind.now[0] != self._generation:
            found: list[Kind] = []
            self._judged_by(lambda: found.append(self._brought_up(kind, request)))
            kind = found[0]
        self._keep(key, kind)
        if kind.now is None:
            raise AssertionError("a kind that was brought up has a choice")
        return kind, kind.now[1]

    def _keep(self, key: object, kind: Kind) -> None:
        if key not in self._young:
            room = max(8, _MOST_JUDGED // max(1, len(self._shelves.shelves)))
            if len(self._young) >= room // 2:
                self._old, self._young = self._young, {}
            self._young[key] = kind

    def _brought_up(self, kind: Kind | None, request: RequestFacts) -> Kind:
        """A kind of request, with the choice as of now. Changes nothing where the law gives no answer."""
        self._bound_memory()
        behind = self._generation - kind.now[0] if kind is not None and kind.now is not None else _KEPT_CHANGES + 1
        touched: Collection[Signature]
        if kind is None or behind > len(self._changes):
            keys = {group: self._judge.key(group, request) for group in GROUPS}
            kind = Kind(request, self._judge.strategy(request), keys)
            touched = list(self._shelves.shelves)
        else:
            touched = {signature for change in islice(reversed(self._changes), behind) for signature in change}
        kind.now = self._generation, kind.look_at(touched, self._shelves, self._judge, self._reading)
        return kind

    def _ranked(self, kind: Kind) -> tuple[Rung, ...]:
        ranked: list[Order] = []
        for later in (False, True):
            orders = [order for head in kind.heads if head[0] is later for order in head[2].orders[kind.strategy]]
            orders.sort()
            ranked += orders
        return tuple(map(Rung._make, map(_NAMED, ranked)))

    def _refused(self, kind: Kind) -> tuple[Refusal, ...]:
        reasons = {
            self._shelves.shelves[signature]: verdict.reason(self._reading)
            for signature, verdict in kind.verdicts.items()
            if not verdict.eligible
        }
        if kind.request.inference_type != "batch":
            reasons |= dict.fromkeys((shelf for shelf in self._shelves.shelves.values() if shelf.capacity == SPOT), "")
        refused: list[tuple[str, Capacity | None, str]] = []
        for offer, places in self._shelves.places():
            if not places:
                refused.append((offer, None, f"its {self._shelves.blind[offer]} is not known"))
            for shelf in places:
                reason = reasons.get(shelf)
                if reason:
                    refused.append((offer, shelf.capacity, reason))
                elif reason is not None and len(places) == 1:
                    refused.append((offer, SPOT, _ONLY_SPOT))
        return tuple(map(Refusal._make, refused))

    def _bound_memory(self) -> None:
        if self._judge.kept > _MOST_VERDICTS:
            self._judge.kept = 0
            for profile in self._shelves.profiles():
                profile.verdicts.clear()
