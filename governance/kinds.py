"""Kinds of request: requests of which a law reads the same are decided alike, so the law's answers are kept for all of them.

For each shelf of offers a kind has the law's verdict, and it has the best of every shelf that may serve, in order. When offers
change, only the shelves that were touched are looked at again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from governance.facts import RequestFacts
from governance.judging import Judge
from governance.reading import BLOCK, GROUPS, PREFER, RESIDENCY, ROUTE, Reading, Strategy
from governance.shelves import Order, Rung, Shelf, Shelves
from governance.signatures import ON_DEMAND, Signature

_MOST_VERDICTS = 4_096
_FEW = 16  # to be entered one by one


@dataclass(frozen=True, slots=True)
class Choice:
    """The rung chosen, None where none is eligible; the clauses that permit and prefer it; the law's strategy."""

    rung: Rung | None
    clauses: tuple[str, ...]
    strategy: Strategy


class Verdict(NamedTuple):
    """What the law says of the rungs of one shelf: for each rule group the number of the clause that holds, or 0."""

    block: int
    route: int
    home: int
    prefer: int
    eligible: bool

    def reason(self, reading: Reading) -> str:
        """Why these rungs may not serve."""
        if self.block:
            return f"blocked by {reading.groups[BLOCK].clause(self.block)}"
        rule = "enforce_residency/1 holds for" if self.route else "route_inference/2 permits"
        return f"no clause of {rule} it"

    def clauses(self, reading: Reading) -> tuple[str, ...]:
        """The clauses that permit and prefer these rungs."""
        cited = ((ROUTE, self.route), (RESIDENCY, self.home), (PREFER, self.prefer))
        return tuple(reading.groups[group].clause(number) for group, number in cited if number)


class _Verdicts(dict[tuple[int, int, int, int, bool], Verdict]):
    """Each verdict once: there are few, and many shelves that have them."""

    def __missing__(self, clauses: tuple[int, int, int, int, bool]) -> Verdict:
        if len(self) >= _MOST_VERDICTS:
            self.clear()
        verdict = self[clauses] = Verdict(*clauses)
        return verdict


_verdict = _Verdicts().__getitem__
Head = tuple[bool, Order, Shelf]  # not preferred; the first of the shelf; the shelf


@dataclass(slots=True, eq=False)
class Kind:
    """What is known of requests of one kind: ``now`` is the choice as of a generation, ``seen`` how many changes it has seen."""

    request: RequestFacts
    strategy: Strategy
    keys: dict[str, tuple[object, ...]]
    now: tuple[int, Choice] | None = None
    seen: int = 0
    verdicts: dict[Signature, Verdict] = field(default_factory=dict)
    heads: list[Head] = field(default_factory=list)
    _head_of: dict[Signature, Head] = field(default_factory=dict)

    def look_at(self, touched: Collection[Signature], shelves: Shelves, judge: Judge, reading: Reading) -> Choice:
        """The choice, after these shelves have changed. Raises LawFault and EngineFault, and has changed nothing then."""
        batch = self.request.inference_type == "batch"
        here = shelves.shelves
        found = [here[signature] for signature in touched if signature in here and signature not in self.verdicts]
        verdicts = self._judged([shelf for shelf in found if batch or shelf.capacity == ON_DEMAND], judge)
        self.verdicts.update(verdicts)
        self._leave(touched, shelves)
        self._enter(touched, shelves)
        if not self.heads:
            return Choice(None, (), self.strategy)
        _, first, shelf = self.heads[0]
        return Choice(Rung(*first[-2:]), self.verdicts[shelf.signature].clauses(reading), self.strategy)

    def _judged(self, shelves: Sequence[Shelf], judge: Judge) -> dict[Signature, Verdict]:
        """A later rule is asked only about what the earlier ones let through."""
        blocks = self._of_group(BLOCK, shelves, judge)
        open_ = [shelf for shelf, block in zip(shelves, blocks, strict=True) if not block]
        routes = dict(zip(open_, self._of_group(ROUTE, open_, judge), strict=True))
        permitted = [shelf for shelf in open_ if routes[shelf]]
        homes: dict[Shelf, int] = {}
        if self.request.data_classification == "phi":
            homes = dict(zip(permitted, self._of_group(RESIDENCY, permitted, judge), strict=True))
            permitted = [shelf for shelf in permitted if homes[shelf]]
        prefers = dict(zip(permitted, self._of_group(PREFER, permitted, judge), strict=True))
        return {
            shelf.signature: _verdict((block, routes.get(shelf, 0), homes.get(shelf, 0), prefers.get(shelf, 0), shelf in prefers))
            for shelf, block in zip(shelves, blocks, strict=True)
        }

    def _of_group(self, group: str, shelves: Sequence[Shelf], judge: Judge) -> list[int]:
        place, key = GROUPS.index(group), self.keys[group]
        profiles = [shelf.profiles[place] for shelf in shelves]
        judge.ensure(group, key, self.request, profiles)
        return [profile.verdicts[key] for profile in profiles]

    def _leave(self, touched: Collection[Signature], shelves: Shelves) -> None:
        """All that were touched leave before any enters again: a rung may have moved from one shelf to another."""
        for signature in touched:
            head = self._head_of.pop(signature, None)
            if head is not None:
                del self.heads[bisect_left(self.heads, head)]
            if signature not in shelves.shelves:
                self.verdicts.pop(signature, None)

    def _enter(self, touched: Collection[Signature], shelves: Shelves) -> None:
        heads = []
        for signature in touched:
            verdict = self.verdicts.get(signature)
            if verdict is not None and verdict.eligible:
                shelf = shelves.shelves[signature]
                head = self._head_of[signature] = not verdict.prefer, shelf.orders[self.strategy][0], shelf
                heads.append(head)
        if len(heads) > _FEW:
            self.heads += heads
            self.heads.sort()
        else:
            for head in heads:
                insort(self.heads, head)
