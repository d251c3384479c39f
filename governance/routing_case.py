"""A routing case: one request and the offers at hand, as a JSON document. Every complaint names line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from governance.documents import Fields, Item, Scalar, fields_of, listing_of, read_json, scalar_of
from governance.errors import BadInput
from governance.facts import OfferFacts, RequestFacts, check_trusted

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,39}")
_REQUEST_ID = "case"
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """What a routing law is asked: the facts of a request, trusted ones in the place of the caller's, and the offers."""

    request: RequestFacts
    offers: tuple[OfferFacts, ...]


def parse_routing_case(text: str, source: str = "case") -> RoutingCase:
    """Reads ``{"request": {...}, "trusted": {...}, "offers": [...]}`` (``docs/laws-routing.md``); ``trusted`` may be left out.

    Raises BadInput with source, line and column of what is wrong.
    """
    root = read_json(text, source)
    root.check(required=("request", "offers"), optional=("trusted",))
    request = fields_of(root.values["request"], "request")
    trusted = fields_of(root.values["trusted"], "trusted") if "trusted" in root.values else Fields({}, {}, root.place)
    fixed = _plain(trusted)
    _made(trusted, lambda: check_trusted(fixed))
    facts = {"request_id": _REQUEST_ID} | _plain(request)
    return RoutingCase(
        request=_made(request, lambda: RequestFacts.from_mapping(facts, fixed)),
        offers=tuple(_offer(fields_of(item, "an offer")) for item in listing_of(root.values["offers"], "offers").items),
    )


def _offer(item: Fields) -> OfferFacts:
    facts = _plain(item)
    return _made(item, lambda: OfferFacts.from_mapping(facts))


def _made(item: Fields, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except BadInput as error:
        # The error begins with the fact that it is about, or quotes it; else it is about the whole.
        named = next((key for key in item.values if error.message.startswith(f"{key} ") or repr(key) in error.message), None)
        place = item.places[named] if named is not None else item.place
        raise place.bad(error.message, value=error.value, remedy=error.remedy) from None


def _plain(item: Fields) -> dict[str, object]:
    return {key: _value(value, key) for key, value in item.values.items()}


def _value(item: Item, key: str) -> object:
    if key == "credentials":
        return [_word(scalar_of(each, "a credential")) for each in listing_of(item, "credentials").items]
    return _word(scalar_of(item, key))


def _word(scalar: Scalar) -> object:
    """A text, or a whole number; anything else stays what nobody takes for either."""
    if scalar.is_text:
        return scalar.text
    if _WHOLE.fullmatch(scalar.text):
        return int(scalar.text)
    raise scalar.place.bad(
        f"{scalar.text} is no fact", value=scalar.text, remedy="write a text or a whole number, or leave it out"
    )
