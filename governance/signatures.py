"""Signatures of rungs: two rungs have the same one exactly if a law cannot tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, Final, Literal

from governance.facts import OfferFacts
from governance.reading import GROUPS, PRICES, Facet, Group, Reading

SPOT: Final = "spot"
ON_DEMAND: Final = "on_demand"
Capacity = Literal["spot", "on_demand"]
Signature = tuple[object, ...]  # the capacity; what counts of its price; what counts of each other column that is read


class Signer:
    """Signatures of rungs: their capacity, and of each column that the law reads what it can tell apart."""

    def __init__(self, reading: Reading) -> None:
        facets = reading.facets
        self._prices = {capacity: facets.get(column) for capacity, column in PRICES.items()}
        self._columns = [(attrgetter(column), facet) for column, facet in facets.items() if column not in _OF_A_RUNG]
        places = {column: place for place, column in enumerate((c for c in facets if c not in _OF_A_RUNG), start=2)}
        self._keys = {
            capacity: [_projection(reading.groups[name], capacity, places) for name in GROUPS] for capacity in (SPOT, ON_DEMAND)
        }

    def keys(self, signature: Signature) -> list[object]:
        """For each of ``GROUPS``, the part of a signature that it reads."""
        return [project(signature) for project in self._keys[str(signature[0])]]

    def one(self, offer: OfferFacts) -> tuple[Signature, ...]:
        """The signatures of an offer's rungs; none where a needed fact is not known."""
        if offer.missing() is not None:
            return ()
        return self.priced(offer, tuple([facet(column(offer)) for column, facet in self._columns]))

    def many(self, offers: list[OfferFacts]) -> Iterable[tuple[Signature, ...]]:
        """The same for many offers, column by column: values come again and again."""
        columns = [list(map(_Memory(facet).__getitem__, map(column, offers))) for column, facet in self._columns]
        rows: Iterable[Signature] = zip(*columns, strict=True) if columns else ((),) * len(offers)
        priced = self.priced
        return (
            () if None in needed else priced(offer, row)
            for offer, needed, row in zip(offers, map(_NEEDED, offers), rows, strict=True)
        )

    def priced(self, offer: OfferFacts, row: Signature) -> tuple[Signature, ...]:
        """The signatures of an offer's rungs, where what counts of the other columns is known."""
        spot, on_demand = offer.spot_price_micro_usd, offer.on_demand_price_micro_usd
        by_spot, by_demand = self._prices[SPOT], self._prices[ON_DEMAND]
        if spot is None:
            return ((ON_DEMAND, by_demand(on_demand) if by_demand else None, *row),)
        first = (SPOT, by_spot(spot) if by_spot else None, *row)
        if on_demand is None:
            return (first,)
        return first, (ON_DEMAND, by_demand(on_demand) if by_demand else None, *row)


_NEEDED = attrgetter("provider_jurisdiction", "region", "country")
_OF_A_RUNG = {"capacity", *PRICES.values()}


def _projection(group: Group, capacity: str, places: Mapping[str, int]) -> Callable[[Signature], object]:
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
