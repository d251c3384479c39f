"""Judgements of a routing law: one rule group, one request, one profile of an offer. Each is asked of Prolog once, and kept.

What is kept of a law's answers belongs to the profile it is about, and goes with it. Nothing is kept of an error.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress

from governance import questions
from governance.engine import EngineFault
from governance.facts import OfferFacts, RequestFacts
from governance.law import Law, fault
from governance.reading import STRATEGIES, STRATEGY, Reading, Strategy
from governance.shelves import Profile
from governance.signatures import SPOT

_AT_ONCE = 500
_ALLOWED_S, _OFFER_ALLOWED_S = 0.1, 0.001  # of processor time
_MOST_STRATEGIES_KEPT = 4_096
_NUMBERS = itertools.count(1)
_ORPHANS: deque[int] = deque()  # numbers whose judge is gone; Prolog forgets them with the next question


class Judge:
    """Asks a law, and remembers. Not for several threads at once: ``routing.Router`` sees to that."""

    def __init__(self, law: Law, reading: Reading) -> None:
        self.kept = 0  # verdicts that were added since somebody last set this to 0
        self._law = law
        self._groups = reading.groups
        self._strategies: dict[object, Strategy] = {}
        self._numbers: set[int] = set()
        weakref.finalize(self, _ORPHANS.extend, self._numbers)

    def key(self, group: str, request: RequestFacts) -> tuple[object, ...]:
        """What a rule group reads of a request."""
        return tuple([getattr(request, name) for name in self._groups[group].request_facts])

    def ensure(self, group: str, key: tuple[object, ...], request: RequestFacts, profiles: Iterable[Profile]) -> None:
        """Has a verdict of the group on every profile for requests of the key. Raises LawFault and EngineFault."""
        unknown = [profile for profile in dict.fromkeys(profiles) if key not in profile.verdicts]
        if not unknown:
            return
        self.kept += len(unknown)
        if not self._groups[group].lines:
            for profile in unknown:
                profile.verdicts[key] = 0
            return
        self.tell(unknown)
        line = _request_line(request)
        for start in range(0, len(unknown), _AT_ONCE):
            asked = unknown[start : start + _AT_ONCE]
            for profile, clause in zip(asked, self._ask(group, line, asked), strict=True):
                profile.verdicts[key] = clause

    def strategy(self, request: RequestFacts) -> Strategy:
        """How the law orders what it permits. Raises LawFault where it says two things, or nonsense, and EngineFault."""
        if not self._groups[STRATEGY].lines:
            return STRATEGIES[0]
        key = self.key(STRATEGY, request)
        known = self._strategies.get(key)
        if known is None:
            status, answer = questions.bounded(
                _ALLOWED_S, "surety_routing", "strategy", self._law.handle, given=(_request_line(request),)
            )
            if status <= 0:
                raise fault(status, answer, self._law.name)
            if len(self._strategies) >= _MOST_STRATEGIES_KEPT:
                self._strategies.clear()
            known = self._strategies[key] = _named(answer)
        return known

    def forget(self, profiles: Sequence[Profile]) -> None:
        """No rung has these profiles any more."""
        numbers = [profile.number for profile in profiles]
        self._numbers.difference_update(numbers)
        _ORPHANS.extend(numbers)

    def _ask(self, group: str, request_line: str, asked: Sequence[Profile]) -> list[int]:
        numbers = f"[{','.join([str(profile.number) for profile in asked])}]"
        allowed_s = _ALLOWED_S + _OFFER_ALLOWED_S * len(asked)
        status, answer = questions.bounded(
            allowed_s, "surety_routing", "judge", self._law.handle, given=(group, request_line, numbers)
        )
        if status <= 0:
            raise fault(status, answer, self._law.name)
        clauses = [int(word) for word in answer.split()]
        if len(clauses) != len(asked):
            raise EngineFault("Prolog judged other offers than it was asked about", remedy="please report it")
        return clauses

    def tell(self, profiles: Iterable[Profile]) -> None:
        """Has Prolog keep what is known of these, under new numbers, where it does not yet. Raises EngineFault."""
        orphans = _taken(_ORPHANS)
        if orphans:
            questions.plain("surety_routing", "forget", f"[{','.join(map(str, orphans))}]")
        new = [profile for profile in dict.fromkeys(profiles) if not profile.number]
        if not new:
            return
        numbers = [next(_NUMBERS) for _ in new]
        self._numbers.update(numbers)
        lines = [f"{number}\t{_offer_line(each.offer, each.capacity)}" for number, each in zip(numbers, new, strict=True)]
        questions.plain("surety_routing", "keep", "\n".join(lines))
        for number, profile in zip(numbers, new, strict=True):
            profile.number = number


def _taken(numbers: deque[int]) -> list[int]:
    """All of them, which are gone from there then. Other threads may be at it, too."""
    taken: list[int] = []
    with suppress(IndexError):
        while True:
            taken.append(numbers.popleft())
    return taken


def _named(answer: str) -> Strategy:
    """The strategy of an answer of ``routing.pl``, which is empty where no clause holds."""
    return next((strategy for strategy in STRATEGIES if strategy == answer), STRATEGIES[0])


def _request_line(request: RequestFacts) -> str:
    words = (
        request.user_jurisdiction,
        request.jurisdiction,
        request.country,
        request.data_classification,
        request.inference_type,
        request.sector,
        request.risk_class,
        request.confidentiality,
    )
    return "\t".join((*words, _figure(request.price_ceiling_micro_usd), _figure(request.p95_target_ms)))


def _offer_line(offer: OfferFacts, capacity: str) -> str:
    price = offer.spot_price_micro_usd if capacity == SPOT else offer.on_demand_price_micro_usd
    words = (capacity, offer.provider, offer.provider_jurisdiction or "", offer.region or "", offer.country or "")
    credentials = " ".join(sorted(offer.credentials))
    return "\t".join((*words, credentials, _figure(price), _figure(offer.error_rate_ppm), _figure(offer.p95_ms)))


def _figure(figure: int | None) -> str:
    return "" if figure is None else str(figure)
