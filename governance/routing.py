"""Which offer may serve a request, and which of those is chosen: decided by a law over granted facts, never by default.

Every rung of every offer (its spot capacity, its capacity on demand) is judged on its own, with no other in sight. It is eligible
if no clause of ``block_provider/2`` holds for it, one of ``route_inference/2`` does, and, for health data, one of
``enforce_residency/1``. Preferred rungs come first, then those that the law's strategy puts first, then cheaper ones, then the
smaller name; so the same facts always give the same choice. A missing fact refuses the offer; an error in the law is an error of
the whole decision.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from governance.board import Board, JudgedBy
from governance.facts import OfferFacts, RequestFacts
from governance.kinds import Choice, Kind
from governance.law import ROUTING_ENTRY, Law, needs_entry
from governance.reading import Strategy, reading_of
from governance.shelves import Order, Rung
from governance.signatures import ON_DEMAND, SPOT, Capacity

__all__ = ["ON_DEMAND", "SPOT", "Choice", "OfferFacts", "Refusal", "RequestFacts", "RouteDecision", "Router", "Rung", "route"]

_KEPT_CHANGES = 1_024
_FEWEST_OTHERS, _MOST_BOARDS, _MOST_OTHERS = 2, 256, 100_000  # boards, boards, and offers on all of them
_MOST_EXPLAINED = 50_000  # rungs, over all decisions that are kept in full
_DECISION = 8  # what a decision takes besides, in rungs: callers can ask for many that have none
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

    def __init__(self, law: Law, *, judged_by: JudgedBy | None = None) -> None:
        needs_entry(law, ROUTING_ENTRY)
        self.law = law
        self._reading = reading_of(law)
        self._judged_by = judged_by or (lambda work: work())
        self._lock = threading.RLock()
        self._key_of = attrgetter(*self._reading.request_facts())
        self._figures_of = figures_getter(self._reading.figures)
        self._main = Board(law, self._reading, self._judged_by)
        self._others: OrderedDict[tuple[int | None, ...], Board] = OrderedDict()  # by the figures of the request
        self._generation = 0
        self._renamed: deque[str] = deque(maxlen=_KEPT_CHANGES)  # the offers that changed, one for each generation
        self._explained: dict[object, tuple[int, RouteDecision]] = {}

    def __len__(self) -> int:
        return len(self._main.shelves)

    def facts(self, offer: str) -> OfferFacts | None:
        """What is known of an offer, None for one that is not here."""
        return self._main.shelves.facts(offer)

    def load(self, offers: Iterable[OfferFacts]) -> None:
        """Routes over these offers, and no others. Raises BadInput for two of one name, and changes nothing then.

        Tells Prolog of them, so that the first request need not wait for that. Raises EngineFault.
        """
        with self._lock:
            self._others.clear()
            self._renamed.clear()
            self._explained = {}
            try:
                self._main.load(offers, self._generation + 1)
            finally:  # the offers may be others by now, even where Prolog could not be told of them
                self._generation = self._main.generation

    def put(self, offer: OfferFacts) -> None:
        """One offer, new or in the place of the one of its name."""
        with self._lock:
            self._main.shelves.put(offer)
            self._moved_on(offer.offer)

    def remove(self, offer: str) -> None:
        """One offer less; nothing happens where there is none of that name."""
        with self._lock:
            self._main.shelves.remove(offer)
            self._moved_on(offer)

    def decide(self, request: RequestFacts) -> Choice:
        """The best rung that may serve a request. Raises LawFault and EngineFault; neither ever permits anything."""
        figures, key = self._figures_of(request), self._key_of(request)
        board = self._others.get(figures) if figures else self._main
        choice = board.known(key, self._generation) if board is not None else None
        if choice is not None:
            return choice
        with self._lock:
            return self._board(figures).decided(key, request)[1]

    def explain(self, request: RequestFacts) -> RouteDecision:
        """The same choice, with all eligible rungs in order and a reason for each other. Raises as ``decide`` does."""
        key = self._key_of(request)
        kept = self._explained.get(key)
        if kept is not None and kept[0] == self._generation:
            return kept[1]
        with self._lock:
            board = self._board(self._figures_of(request))
            kind, choice = board.decided(key, request)
            ranked, refused = _ranked(kind), _refused(kind, board)
            decision = RouteDecision(choice.rung, choice.clauses, choice.strategy, ranked, refused)
            if (len(self._explained) + 1) * (_DECISION + len(ranked) + len(refused)) > _MOST_EXPLAINED:
                self._explained.clear()
            self._explained[key] = self._generation, decision
            return decision

    def _moved_on(self, offer: str) -> None:
        self._renamed.append(offer)
        if self._explained:
            self._explained = {}
        self._main.moved_on(self._generation + 1)
        self._generation += 1

    def _board(self, figures: tuple[int | None, ...] | None) -> Board:
        """The board for requests with these figures, showing the offers as they are now."""
        if not figures:
            return self._main
        board = self._others.get(figures)
        if board is None:
            board = Board(self.law, self._reading.at(figures), self._judged_by)
            board.load(self._main.shelves.offers(), self._generation)
            while len(self._others) >= max(_FEWEST_OTHERS, min(_MOST_BOARDS, _MOST_OTHERS // max(1, len(self)))):
                self._others.popitem(last=False)
            self._others[figures] = board
        self._others.move_to_end(figures)
        self._catch_up(board)
        return board

    def _catch_up(self, board: Board) -> None:
        behind = self._generation - board.generation
        if behind > len(self._renamed):
            board.load(self._main.shelves.offers(), self._generation)
        elif behind:
            for name in set(islice(reversed(self._renamed), behind)):
                offer = self._main.shelves.facts(name)
                if offer is None:
                    board.shelves.remove(name)
                else:
                    board.shelves.put(offer)
            board.moved_on(self._generation)


def figures_getter(names: Sequence[str]) -> Callable[[RequestFacts], tuple[int | None, ...] | None]:
    """What gives the figures of these names; None where the request names none of them."""
    if not names:
        return lambda _: None

    def figures(request: RequestFacts) -> tuple[int | None, ...] | None:
        found = tuple([getattr(request, name) for name in names])
        return None if all(figure is None for figure in found) else found

    return figures


def _ranked(kind: Kind) -> tuple[Rung, ...]:
    ranked: list[Order] = []
    for later in (False, True):
        orders = [order for head in kind.heads if head[0] is later for order in head[2].orders[kind.strategy]]
        orders.sort()
        ranked += orders
    return tuple(map(Rung._make, map(_NAMED, ranked)))


def _refused(kind: Kind, board: Board) -> tuple[Refusal, ...]:
    shelves = board.shelves
    reasons = {
        shelves.shelves[signature]: verdict.reason(board.reading)
        for signature, verdict in kind.verdicts.items()
        if not verdict.eligible
    }
    if kind.request.inference_type != "batch":
        reasons |= dict.fromkeys((shelf for shelf in shelves.shelves.values() if shelf.capacity == SPOT), "")
    refused: list[tuple[str, Capacity | None, str]] = []
    for offer, places in shelves.places():
        if not places:
            refused.append((offer, None, f"its {shelves.blind[offer]} is not known"))
        for shelf in places:
            reason = reasons.get(shelf)
            if reason:
                refused.append((offer, shelf.capacity, reason))
            elif reason is not None and len(places) == 1:
                refused.append((offer, SPOT, _ONLY_SPOT))
    return tuple(map(Refusal._make, refused))
