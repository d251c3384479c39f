"""The offers, the requests and the right answers, in words that belong to no engine.

The policy, which each engine is given in its own language (``policy/``, ``engines/``): a user whom the EU protects is not sent to
a provider that a US owner controls, nor to one without the GDPR credential; health data go only to who holds the HIPAA
credential, in the country that they come from; spot capacity serves batch work only, at 1.50 dollars or less. Of the offers
that are left the cheapest is taken, of equally cheap ones that with the smaller id.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import TypedDict

SPOT_CEILING_MICRO_USD = 1_500_000
EU_COUNTRIES = ("de", "fr", "ie", "nl")
COUNTRIES = (*EU_COUNTRIES, "br", "ch", "sg", "us")
OWNERS = ("us", "us", "de", "fr", "ch")
JURISDICTIONS = ("eu", "us")
CLASSES = ("public", "pii", "phi")
WORK = ("batch", "realtime")
_CENT_MICRO_USD = 10_000


class Offer(TypedDict):
    """One capacity in one place, at a price in millionths of a US dollar; ``owner`` is the law that its owner answers to."""

    id: str
    owner: str
    country: str
    gdpr: bool
    hipaa: bool
    capacity: str
    price_micro_usd: int


class Request(TypedDict):
    """What the policy reads of a request."""

    user_jurisdiction: str
    country: str
    data_classification: str
    inference_type: str


def offers(count: int, seed: int = 7) -> list[Offer]:
    """So many offers, the same ones each time. Prices are whole cents, so that there are ties."""
    made = random.Random(seed)  # noqa: S311
    return [_offer(made, number) for number in range(count)]


def _offer(made: random.Random, number: int) -> Offer:
    spot = made.random() < 1 / 3
    return Offer(
        id=f"o{number:06}",
        owner=made.choice(OWNERS),
        country=made.choice(COUNTRIES),
        gdpr=made.random() < 0.6,
        hipaa=made.random() < 0.5,
        capacity="spot" if spot else "on_demand",
        price_micro_usd=(made.randrange(30, 250) if spot else made.randrange(100, 900)) * _CENT_MICRO_USD,
    )


def requests(seed: int = 11) -> list[Request]:
    """One request of every kind that the policy could tell apart, 96 in all, shuffled."""
    kinds = itertools.product(JURISDICTIONS, COUNTRIES, CLASSES, WORK)
    made = [Request(user_jurisdiction=u, country=c, data_classification=k, inference_type=w) for u, c, k, w in kinds]
    random.Random(seed).shuffle(made)  # noqa: S311
    return made


def unlike(request: Request) -> Request:
    """A request of which no fact is that of this one: what was found for the one cannot help with the other."""
    return Request(
        user_jurisdiction=_next(JURISDICTIONS, request["user_jurisdiction"]),
        country=_next(COUNTRIES, request["country"]),
        data_classification=_next(CLASSES, request["data_classification"]),
        inference_type=_next(WORK, request["inference_type"]),
    )


def _next(among: Sequence[str], one: str) -> str:
    return among[(among.index(one) + 1) % len(among)]


def lawful(offer: Offer, request: Request) -> bool:
    """Whether the policy lets this offer serve the request."""
    if request["user_jurisdiction"] == "eu" and (offer["owner"] == "us" or not offer["gdpr"]):
        return False
    if request["data_classification"] == "phi" and not (offer["hipaa"] and offer["country"] == request["country"]):
        return False
    cheap_batch = request["inference_type"] == "batch" and offer["price_micro_usd"] <= SPOT_CEILING_MICRO_USD
    return offer["capacity"] != "spot" or cheap_batch


def cheapest_lawful(among: Sequence[Offer], request: Request) -> str | None:
    """The right answer: the id of the offer to take, None where there is none."""
    return _cheapest([offer for offer in among if lawful(offer, request)])


def cheapest_of_all(among: Sequence[Offer], _: Request) -> str | None:
    """The right answer of who knows prices and no policy."""
    return _cheapest(among)


def _cheapest(among: Sequence[Offer]) -> str | None:
    first = min(among, key=lambda offer: (offer["price_micro_usd"], offer["id"]), default=None)
    return first["id"] if first else None
