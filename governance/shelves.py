"""The offers that routing chooses from, sorted into shelves: on one shelf lie the rungs that a law cannot tell apart.

A rung is an offer's capacity of one kind, spot or on demand, with its price. Each shelf keeps its rungs in order, for each
strategy by which the law may order. Pure Python, and not for several threads at once: ``routing.Router`` sees to that.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Any, Final, Literal, NamedTuple

from governance.errors import BadInput
from governance.facts import MOST_FIGURE, OfferFacts
from governance.reading import GROUPS, PRICES, Facet, Group, Reading

SPOT: Final = "spot"
ON_DEMAND: Final = "on_demand"
Capacity = Literal["spot", "on_demand"]
_UNKNOWN = MOST_FIGURE + 1  # after all that is known


class Rung(NamedTuple):
    """One offer's capacity of one kind, ``spot`` or ``on_demand``."""

    offer: str
    capacity: Capacity


Order = tuple[Any, ...]  # figures, smaller first, and the rung last


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
    """Rungs of one kind of capacity of which the law reads the same. ``profiles`` has one for each of ``GROUPS``."""

    signature: tuple[object, ...]
    capacity: Capacity
    profiles: tuple[Profile, ...]
    orders: dict[str, list[Order]]


class Shelves:
    """The offers, shelved for one law."""

    def __init__(self, reading: Reading) -> None:
        self.shelves: dict[tuple[object, ...], Shelf] = {}
        self.blind: dict[str, str] = {}  # by offer, the fact that is not known
        self.dropped: list[Profile] = []  # those that Prolog may forget
        self.touched: set[tuple[object, ...]] = set()  # the shelves whose rungs have changed, until somebody clears it
        self._strategies = reading.strategies
        self._sign = _Signer(reading)
        self._offers: dict[str, tuple[OfferFacts, tuple[tuple[Rung, Shelf], ...]]] = {}
        self._profiles: dict[tuple[str, object], Profile] = {}
        self._names: list[str] | None = None

    def __len__(self) -> int:
        return len(self._offers)

    def __contains__(self, offer: str) -> bool:
        return offer in self._offers

    def facts(self, offer: str) -> OfferFacts | None:
        """What is known of an offer, None for one that is not here."""
        kept = self._offers.get(offer)
        return kept[0] if kept else None

    def rungs(self) -> Iterable[tuple[str, tuple[tuple[Rung, Shelf], ...]]]:
        """Every offer with its rungs and where they lie, in the order of the offers' names."""
        if self._names is None:
            self._names = sorted(self._offers)
        offers = self._offers
        return ((name, offers[name][1]) for name in self._names)

    def load(self, offers: Iterable[OfferFacts]) -> None:
        """These offers, and no others. Raises BadInput for two of one name, and changes nothing then."""
        offers = list(offers)
        _check_names(offers)
        self.dropped += (profile for profile in self._profiles.values() if profile.number)
        for kept in (self._offers, self._profiles, self.shelves, self.blind):
            kept.clear()
        self._names = None
        for offer, signatures in zip(offers, self._sign.many(offers), strict=True):
            self._offers[offer.offer] = offer, self._placed(offer, signatures, _append)
        for shelf in self.shelves.values():
            for order in shelf.orders.values():
                order.sort()
        self.touched.update(self.shelves)

    def put(self, offer: OfferFacts) -> None:
        """One offer, new or in the place of the one of its name."""
        before = self._offers.get(offer.offer)
        signatures = self._sign.one(offer)
        if before is None:
            self._names = None
        else:
            if before[0] == offer:
                return
            self._take_out(*before)
        self._offers[offer.offer] = offer, self._placed(offer, signatures, insort)
        if before is not None:
            self._clear_away(before[1])

    def remove(self, offer: str) -> None:
        """One offer less; nothing happens where there is none of that name."""
        before = self._offers.pop(offer, None)
        if before is not None:
            self._names = None
            self._take_out(*before)
            self._clear_away(before[1])

    def _placed(
        self, offer: OfferFacts, signatures: tuple[tuple[object, ...], ...], enter: Callable[[list[Order], Order], None]
    ) -> tuple[tuple[Rung, Shelf], ...]:
        if not signatures:
            self.blind[offer.offer] = offer.missing() or ""
            return ()
        placed = []
        for signature in signatures:
            shelf = self.shelves.get(signature) or self._new_shelf(signature, offer)
            rung = Rung(offer.offer, shelf.capacity)
            for strategy, order in shelf.orders.items():
                enter(order, _ORDERS[strategy](offer, rung))
            placed.append((rung, shelf))
            self.touched.add(signature)
        return tuple(placed)

    def _take_out(self, offer: OfferFacts, placed: tuple[tuple[Rung, Shelf], ...]) -> None:
        self.blind.pop(offer.offer, None)
        for rung, shelf in placed:
            for strategy, order in shelf.orders.items():
                del order[bisect_left(order, _ORDERS[strategy](offer, rung))]
            self.touched.add(shelf.signature)

    def _clear_away(self, placed: tuple[tuple[Rung, Shelf], ...]) -> None:
        """Shelves that became empty go, and with them the profiles that no other has."""
        for _, shelf in placed:
            if shelf.orders[self._strategies[0]] or self.shelves.get(shelf.signature) is not shelf:
                continue
            del self.shelves[shelf.signature]
            for profile in shelf.profiles:
                profile.shelves -= 1
                if not profile.shelves:
                    del self._profiles[profile.group, profile.key]
                    if profile.number:
                        self.dropped.append(profile)

    def _new_shelf(self, signature: tuple[object, ...], offer: OfferFacts) -> Shelf:
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


class _Signer:
    """Signatures of rungs: their capacity, and of each column that the law reads what it can tell apart."""

    def __init__(self, reading: Reading) -> None:
        facets = reading.facets
        self._prices = {capacity: facets.get(column) for capacity, column in PRICES.items()}
        self._columns = [(attrgetter(column), facet) for column, facet in facets.items() if column not in _OF_A_RUNG]
        places = {column: place for place, column in enumerate((c for c in facets if c not in _OF_A_RUNG), start=2)}
        self._keys = {
            capacity: [_projection(reading.groups[name], capacity, places) for name in GROUPS] for capacity in (SPOT, ON_DEMAND)
        }

    def keys(self, signature: tuple[object, ...]) -> list[object]:
        """For each of ``GROUPS``, the part of a signature that it reads."""
        return [project(signature) for project in self._keys[str(signature[0])]]

    def one(self, offer: OfferFacts) -> tuple[tuple[object, ...], ...]:
        """The signatures of an offer's rungs; none where a needed fact is not known."""
        if offer.missing() is not None:
            return ()
        return self._signatures(offer, tuple([facet(column(offer)) for column, facet in self._columns]))

    def many(self, offers: list[OfferFacts]) -> Iterable[tuple[tuple[object, ...], ...]]:
        """The same for many offers, column by column: values come again and again."""
        columns = [list(map(_Memory(facet).__getitem__, map(column, offers))) for column, facet in self._columns]
        rows: Iterable[tuple[object, ...]] = zip(*columns, strict=True) if columns else ((),) * len(offers)
        return (
            () if offer.missing() is not None else self._signatures(offer, row) for offer, row in zip(offers, rows, strict=True)
        )

    def _signatures(self, offer: OfferFacts, row: tuple[object, ...]) -> tuple[tuple[object, ...], ...]:
        spot, on_demand = offer.spot_price_micro_usd, offer.on_demand_price_micro_usd
        by_spot, by_demand = self._prices[SPOT], self._prices[ON_DEMAND]
        if spot is None:
            return ((ON_DEMAND, by_demand(on_demand) if by_demand else None, *row),)
        first = (SPOT, by_spot(spot) if by_spot else None, *row)
        if on_demand is None:
            return (first,)
        return first, (ON_DEMAND, by_demand(on_demand) if by_demand else None, *row)


_OF_A_RUNG = {"capacity", *PRICES.values()}


def _projection(group: Group, capacity: str, places: Mapping[str, int]) -> Callable[[tuple[object, ...]], object]:
    """What of a signature a rule group reads. Its capacity counts where it can be told, also by which price there is."""
    read = [place for column, place in places.items() if column in group.columns]
    if PRICES[capacity] in group.columns:
        read.append(1)
    if group.columns & _OF_A_RUNG:
        read.append(0)
    return itemgetter(*read) if read else lambda _: None


class _Memory(dict[Any, object]):
    """A facet that remembers what it said."""

    def __init__(self, facet: Facet) -> None:
        self._facet = facet

    def __missing__(self, value: object) -> object:
        found = self[value] = self._facet(value)
        return found


def _price(offer: OfferFacts, rung: Rung) -> int:
    price = offer.spot_price_micro_usd if rung.capacity == SPOT else offer.on_demand_price_micro_usd
    return _UNKNOWN if price is None else price


def _known(figure: int | None) -> int:
    return _UNKNOWN if figure is None else figure


_ORDERS: dict[str, Callable[[OfferFacts, Rung], Order]] = {
    "cost_first": lambda offer, rung: (_price(offer, rung), rung),
    "latency_first": lambda offer, rung: (_known(offer.p95_ms), _price(offer, rung), rung),
    "compliance_first": lambda offer, rung: (-len(offer.credentials), _price(offer, rung), rung),
    "sla_first": lambda offer, rung: (_known(offer.error_rate_ppm), _price(offer, rung), rung),
}


def _append(order: list[Order], entry: Order) -> None:
    order.append(entry)


def _check_names(offers: list[OfferFacts]) -> None:
    seen: set[str] = set()
    for offer in offers:
        if offer.offer in seen:
            raise BadInput(f"two offers are named {offer.offer!r}", value=offer.offer, remedy="give each its own name")
        seen.add(offer.offer)
