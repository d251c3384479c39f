"""The offers that routing chooses from, sorted into shelves: on one shelf lie the rungs that a law cannot tell apart.

A rung is an offer's capacity of one kind, spot or on demand, with its price. Each shelf keeps its rungs in order, for each
strategy by which the law may order. Pure Python, and not for several threads at once: ``routing.Router`` sees to that.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple, NoReturn

from governance.errors import BadInput
from governance.facts import MOST_FIGURE, OfferFacts
from governance.reading import GROUPS, PRICES, Reading
from governance.signatures import ON_DEMAND, SPOT, Capacity, Signature, Signer

_FIRST = "cost_first"
_UNKNOWN = MOST_FIGURE + 1  # after all that is known


class Rung(NamedTuple):
    """One offer's capacity of one kind, ``spot`` or ``on_demand``."""

    offer: str
    capacity: Capacity


Order = tuple[Any, ...]  # figures, smaller first; then the offer and the capacity


@dataclass(slots=True, eq=False)
class Profile:
    """What one rule group reads of a rung. ``offer`` and ``capacity`` are of one of the rungs of which it is that.

    ``number`` is the one under which Prolog keeps it, 0 while it does not; ``verdicts`` are the clauses that hold, by request.
    """

    group: str
    key: object
    offer: OfferFacts
    capacity: Capacity
    shelves: int = 0
    number: int = 0
    verdicts: dict[object, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Shelf:
    """Rungs of one kind of capacity of which the law reads the same. ``profiles`` has one for each of ``GROUPS``.

    ``orders`` are by strategy: the cheapest first, and those that somebody has asked for.
    """

    signature: Signature
    capacity: Capacity
    profiles: tuple[Profile, ...]
    orders: dict[str, list[Order]]


class Shelves:
    """The offers, shelved for one law."""

    def __init__(self, reading: Reading) -> None:
        self.shelves: dict[Signature, Shelf] = {}
        self.blind: dict[str, str] = {}  # by offer, the fact that is not known
        self.dropped: list[Profile] = []  # those that Prolog may forget
        self.touched: set[Signature] = set()  # the shelves whose rungs have changed, until somebody clears it
        self._strategies = [_FIRST]
        self._sign = Signer(reading)
        self._offers: dict[str, OfferFacts] = {}
        self._places: dict[str, tuple[Shelf, ...]] = {}
        self._profiles: dict[tuple[str, object], Profile] = {}
        self._names: list[str] | None = None

    def __len__(self) -> int:
        return len(self._offers)

    def facts(self, offer: str) -> OfferFacts | None:
        """What is known of an offer, None for one that is not here."""
        return self._offers.get(offer)

    def offers(self) -> Collection[OfferFacts]:
        """All that is known."""
        return self._offers.values()

    def places(self) -> Iterator[tuple[str, tuple[Shelf, ...]]]:
        """Every offer with the shelves where its rungs lie, in the order of the offers' names."""
        if self._names is None:
            self._names = sorted(self._offers)
        return zip(self._names, map(self._places.__getitem__, self._names), strict=True)

    def profiles(self) -> Collection[Profile]:
        """What the rule groups read of all rungs, each once."""
        return self._profiles.values()

    def load(self, offers: Iterable[OfferFacts]) -> None:
        """These offers, and no others. Raises BadInput for two of one name, and changes nothing then."""
        given = list(offers)
        named = {offer.offer: offer for offer in given}
        if len(named) != len(given):
            _refuse_twice(given)
        self.dropped += (profile for profile in self._profiles.values() if profile.number)
        self.touched.update(self.shelves)
        for kept in (self._places, self._profiles, self.shelves, self.blind):
            kept.clear()
        self._offers, self._names, self._strategies = named, None, [_FIRST]
        lying: dict[Signature, list[OfferFacts]] = {}
        for offer, signatures in zip(given, self._sign.many(given), strict=True):
            for signature in signatures:
                if (there := lying.get(signature)) is None:
                    there = lying[signature] = []
                    self._new_shelf(signature, offer)
                there.append(offer)
            self._places[offer.offer] = tuple([self.shelves[signature] for signature in signatures])
            if not signatures:
                self.blind[offer.offer] = offer.missing() or ""
        for signature, there in lying.items():
            shelf = self.shelves[signature]
            shelf.orders[_FIRST] = sorted(ordered(_FIRST, there, shelf.capacity))
        self.touched.update(self.shelves)

    def order_by(self, strategy: str) -> None:
        """From now on every shelf is also in the order of this strategy."""
        if strategy not in self._strategies:
            self._strategies.append(strategy)
            for shelf in self.shelves.values():
                there = [self._offers[order[-2]] for order in shelf.orders[_FIRST]]
                shelf.orders[strategy] = sorted(ordered(strategy, there, shelf.capacity))

    def put(self, offer: OfferFacts) -> None:
        """One offer, new or in the place of the one of its name. A rung of which nothing has changed stays where it is."""
        before, places = self._offers.get(offer.offer), self._places.get(offer.offer, ())
        alike = before is not None and _BUT_PRICES(before) == _BUT_PRICES(offer)
        signatures = self._sign.priced(offer, places[0].signature[2:]) if alike and places else self._sign.one(offer)
        stays: list[Shelf] = []
        if before is None:
            self._names = None
        else:
            if alike:
                stays = [shelf for shelf in places if shelf.signature in signatures and _same_price(shelf, before, offer)]
            left = [shelf for shelf in places if shelf not in stays]
            self._take_out(before, left)
        self._offers[offer.offer] = offer
        self._places[offer.offer] = tuple([self._placed(signature, offer, stays) for signature in signatures])
        if not signatures:
            self.blind[offer.offer] = offer.missing() or ""
        if before is not None:
            self._clear_away(left)

    def remove(self, offer: str) -> None:
        """One offer less; nothing happens where there is none of that name."""
        before = self._offers.pop(offer, None)
        if before is not None:
            self._names = None
            left = self._places.pop(offer)
            self._take_out(before, left)
            self._clear_away(left)

    def _placed(self, signature: Signature, offer: OfferFacts, stays: Sequence[Shelf]) -> Shelf:
        shelf = self.shelves.get(signature) or self._new_shelf(signature, offer)
        if shelf not in stays:
            for strategy, order in shelf.orders.items():
                insort(order, _order(strategy, offer, shelf.capacity))
            self.touched.add(signature)
        return shelf

    def _take_out(self, offer: OfferFacts, left: Sequence[Shelf]) -> None:
        self.blind.pop(offer.offer, None)
        for shelf in left:
            for strategy, order in shelf.orders.items():
                del order[bisect_left(order, _order(strategy, offer, shelf.capacity))]
            self.touched.add(shelf.signature)

    def _clear_away(self, left: Sequence[Shelf]) -> None:
        """Shelves that became empty go, and with them the profiles that no other has."""
        for shelf in left:
            if shelf.orders[_FIRST]:
                continue
            del self.shelves[shelf.signature]
            for profile in shelf.profiles:
                profile.shelves -= 1
                if not profile.shelves:
                    del self._profiles[profile.group, profile.key]
                    if profile.number:
                        self.dropped.append(profile)

    def _new_shelf(self, signature: Signature, offer: OfferFacts) -> Shelf:
        capacity: Capacity = SPOT if signature[0] == SPOT else ON_DEMAND
        profiles = []
        for group, key in zip(GROUPS, self._sign.keys(signature), strict=True):
            profile = self._profiles.get((group, key))
            if profile is None:
                profile = self._profiles[group, key] = Profile(group, key, offer, capacity)
            profile.shelves += 1
            profiles.append(profile)
        orders: dict[str, list[Order]] = {strategy: [] for strategy in self._strategies}
        shelf = self.shelves[signature] = Shelf(signature, capacity, tuple(profiles), orders)
        return shelf


def _order(strategy: str, offer: OfferFacts, capacity: Capacity) -> Order:
    """Where one rung stands among others by a strategy."""
    if strategy != _FIRST:
        return ordered(strategy, (offer,), capacity)[0]
    price = offer.spot_price_micro_usd if capacity == SPOT else offer.on_demand_price_micro_usd
    return _UNKNOWN if price is None else price, offer.offer, capacity


def _same_price(shelf: Shelf, before: OfferFacts, after: OfferFacts) -> bool:
    price = _PRICE_OF[shelf.capacity]
    return bool(price(before) == price(after))


def ordered(strategy: str, offers: Sequence[OfferFacts], capacity: Capacity) -> list[Order]:
    """For each offer, where its rung of a capacity stands among others by a strategy."""
    prices = [_UNKNOWN if price is None else price for price in map(_PRICE_OF[capacity], offers)]
    priced = zip(offers, prices, strict=True)
    match strategy:
        case "latency_first":
            return [(_known(offer.p95_ms), price, offer.offer, capacity) for offer, price in priced]
        case "compliance_first":
            return [(-len(offer.credentials), price, offer.offer, capacity) for offer, price in priced]
        case "sla_first":
            return [(_known(offer.error_rate_ppm), price, offer.offer, capacity) for offer, price in priced]
    return [(price, offer.offer, capacity) for offer, price in priced]


_BUT_PRICES = attrgetter("provider", "provider_jurisdiction", "region", "country", "credentials", "error_rate_ppm", "p95_ms")
_PRICE_OF = {capacity: attrgetter(column) for capacity, column in PRICES.items()}


def _known(figure: int | None) -> int:
    return _UNKNOWN if figure is None else figure


def _refuse_twice(offers: list[OfferFacts]) -> NoReturn:
    seen: set[str] = set()
    twice = next(offer.offer for offer in offers if offer.offer in seen or seen.add(offer.offer))  # type: ignore[func-returns-value]
    raise BadInput(f"two offers are named {twice!r}", value=twice, remedy="give each its own name")
