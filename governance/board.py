"""A board: the offers shelved for one reading of a law, and what is known of the kinds of request that were decided over them.

A router has one board, and one more for each set of figures (a price ceiling, a P95 target) that requests name and the law
compares with those of an offer: for these the law can tell other offers apart. Not for several threads, but for ``known``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from itertools import islice

from governance.facts import OfferFacts, RequestFacts
from governance.judging import Judge
from governance.kinds import Choice, Kind
from governance.law import Law
from governance.reading import GROUPS, Reading
from governance.shelves import Shelves
from governance.signatures import Signature

_KEPT_CHANGES = 1_024
_TOLD_AT_ONCE = 1_000
_MOST_KINDS = 16_384
_MOST_JUDGED = 200_000  # shelves, over all kinds of request that are kept
_MOST_VERDICTS = 500_000
JudgedBy = Callable[[Callable[[], None]], None]


class Board:
    """Shelves, and the kinds of request that were decided over them. ``generation`` is that of the offers that it shows."""

    def __init__(self, law: Law, reading: Reading, judged_by: JudgedBy) -> None:
        self.reading = reading
        self.shelves = Shelves(reading)
        self.generation = 0
        self._judged_by = judged_by
        self._judge = Judge(law, reading)
        self._count = 0
        self._changes: deque[tuple[Signature, ...]] = deque(maxlen=_KEPT_CHANGES)
        self._young: dict[object, Kind] = {}  # when these are many, they become the old ones, and the old are forgotten
        self._old: dict[object, Kind] = {}

    def load(self, offers: Iterable[OfferFacts], generation: int) -> None:
        """Shows these offers, and no others, and tells Prolog of them. Raises BadInput for two of one name, and EngineFault."""
        self.shelves.load(offers)
        self._young, self._old = {}, {}
        self.moved_on(generation)
        self._changes.clear()
        self._judged_by(lambda: self._judge.tell(islice(self.shelves.profiles(), _TOLD_AT_ONCE)))

    def moved_on(self, generation: int) -> None:
        """The offers are others now: what was decided before is out of date."""
        shelves = self.shelves
        self._changes.append(tuple(shelves.touched))
        shelves.touched.clear()
        if shelves.dropped:
            self._judge.forget(shelves.dropped)
            shelves.dropped.clear()
        self._count += 1
        self.generation = generation

    def known(self, key: object, generation: int) -> Choice | None:
        """The choice for requests of a key, where it is known as of a generation. For any thread, at any time."""
        kind = self._young.get(key)
        now = kind.now if kind is not None else None
        return now[1] if now is not None and now[0] == generation else None

    def decided(self, key: object, request: RequestFacts) -> tuple[Kind, Choice]:
        """The kind of a request, brought up to now, with its choice. Raises LawFault and EngineFault."""
        kind = self._young.get(key) or self._old.get(key)
        if kind is None or kind.now is None or kind.now[0] != self.generation:
            found: list[tuple[Kind, Choice]] = []
            self._judged_by(lambda: found.append(self._brought_up(kind, request)))
            kind, choice = found[0]
        else:
            choice = kind.now[1]
        self._keep(key, kind)
        return kind, choice

    def _keep(self, key: object, kind: Kind) -> None:
        if self._young.get(key) is not kind:
            room = max(8, min(_MOST_KINDS, _MOST_JUDGED // max(1, len(self.shelves.shelves))))
            if len(self._young) >= room // 2:
                self._old, self._young = self._young, {}
            self._young[key] = kind

    def _brought_up(self, kind: Kind | None, request: RequestFacts) -> tuple[Kind, Choice]:
        """A kind of request, with the choice as of now. Changes nothing where the law gives no answer."""
        self._bound_memory()
        touched: Collection[Signature]
        if kind is None or self._count - kind.seen > len(self._changes):
            keys = {group: self._judge.key(group, request) for group in GROUPS}
            kind = Kind(request, self._judge.strategy(request), keys)
            touched = list(self.shelves.shelves)
        else:
            missed = islice(reversed(self._changes), self._count - kind.seen)
            touched = {signature for change in missed for signature in change}
        self.shelves.order_by(kind.strategy)
        choice = kind.look_at(touched, self.shelves, self._judge, self.reading)
        kind.seen, kind.now = self._count, (self.generation, choice)
        return kind, choice

    def _bound_memory(self) -> None:
        if self._judge.kept > _MOST_VERDICTS:
            self._judge.kept = 0
            for profile in self.shelves.profiles():
                profile.verdicts.clear()
