"""Figures as people write them, read exactly: percentages, durations, instants, whole numbers. No float is ever made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

from governance.documents import Item, Place, scalar_of
from governance.values import BPS, Ratio

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_MILLISECONDS = {"ms": 1} | {unit: seconds * 1_000 for unit, seconds in _SECONDS.items()}
_INSTANTS = (
    re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})Z"),
    re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})"),
)


def text_of(item: Item, what: str, pattern: str = r"(?s).+", remedy: str = "write some text", longest: int = 4_096) -> str:
    """A text that matches wholly. Raises BadInput, also for what YAML reads as something else and must be quoted."""
    scalar = scalar_of(item, what)
    if not scalar.is_text:
        raise scalar.place.bad(f"{what} {scalar.text!r} is not a text", value=scalar.text, remedy="put it in quotes")
    if len(scalar.text) > longest or not re.fullmatch(pattern, scalar.text):
        raise scalar.place.bad(f"{what} {_short(scalar.text)} is not of its form", value=scalar.text, remedy=remedy)
    return scalar.text


def choice_of(item: Item, what: str, choices: Sequence[str]) -> str:
    """One of the given words, exactly."""
    scalar = scalar_of(item, what)
    if scalar.text not in choices:
        wanted = " or ".join(choices)
        raise scalar.place.bad(f"{what} is {_short(scalar.text)}", value=scalar.text, remedy=f"write {wanted}")
    return scalar.text


def whole_of(item: Item, what: str, low: int, high: int, quoted: bool = False) -> int:
    """A whole number between two bounds, both included; ``quoted`` where the format keeps it as text."""
    scalar = scalar_of(item, what)
    remedy = f"write a whole number from {low} to {high}" + (" in quotes" if quoted else "")
    if scalar.is_text != quoted or not re.fullmatch(r"0|[1-9][0-9]{0,39}", scalar.text) or not low <= int(scalar.text) <= high:
        raise scalar.place.bad(f"{what} is {_short(scalar.text)}", value=scalar.text, remedy=remedy)
    return int(scalar.text)


def share_of(item: Item, what: str) -> Ratio:
    """A share below or at one, as a decimal: ``0.999``."""
    scalar = scalar_of(item, what)
    return _ratio(_decimal(scalar.text, what, scalar.place), what, scalar.text, scalar.place)


def percent_of(item: Item, what: str) -> Ratio:
    """A percentage from 0 to 100, with or without its sign: ``99.9 %``."""
    scalar = scalar_of(item, what)
    return percent(scalar.text, what, scalar.place)


def percent(text: str, what: str, place: Place) -> Ratio:
    """As ``percent_of``, for a piece of a longer text."""
    return _ratio(_decimal(re.sub(r" ?%$", "", text), what, place) / 100, what, text, place)


def bps(text: str, what: str, place: Place) -> int:
    """A percentage in whole basis points: ``12.5 %`` is 1250."""
    share = percent(text, what, place)
    exact = Fraction(share.numerator, share.denominator) * BPS
    if exact.denominator != 1:
        raise place.bad(f"{what} {text!r} is not a whole number of basis points", value=text, remedy="use at most two decimals")
    return exact.numerator


def decimal_of(item: Item, what: str) -> Fraction:
    """A decimal above or at zero, exactly."""
    scalar = scalar_of(item, what)
    return _decimal(scalar.text, what, scalar.place)


def seconds_of(item: Item, what: str) -> int:
    """A duration in whole seconds: a number and one of s, m, h, d, w."""
    return _duration(item, what, _SECONDS, "a whole number and s, m, h, d or w, as in 5m")


def milliseconds_of(item: Item, what: str) -> int:
    """A duration in whole milliseconds: a number and one of ms, s, m, h, d, w."""
    return _duration(item, what, _MILLISECONDS, "a whole number and ms, s, m or h, as in 500ms")


def instant(text: str, what: str, place: Place) -> int:
    """A moment in UTC as Unix seconds: ``2026-03-14T02:00:00Z``, or OpenSLO's ``2026-03-14 02:00:00``."""
    for form in _INSTANTS:
        found = form.fullmatch(text)
        if found:
            try:
                return int(datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC).timestamp())
            except ValueError:
                break
    raise place.bad(f"{what} {_short(text)} is no moment", value=text, remedy="write it as 2026-03-14T02:00:00Z, in UTC")


def _duration(item: Item, what: str, units: dict[str, int], remedy: str) -> int:
    scalar = scalar_of(item, what)
    found = re.fullmatch(r"([1-9][0-9]{0,8})([a-zA-Z]{1,2})", scalar.text)
    if not found or found[2] not in units:
        raise scalar.place.bad(f"{what} is {_short(scalar.text)}", value=scalar.text, remedy=f"write {remedy}")
    return int(found[1]) * units[found[2]]


def _decimal(text: str, what: str, place: Place) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise place.bad(f"{what} is {_short(text)}", value=text, remedy="write a decimal such as 99.9, at most nine places")
    return Fraction(text)


def _ratio(value: Fraction, what: str, text: str, place: Place) -> Ratio:
    if value > 1:
        raise place.bad(f"{what} {text!r} is more than the whole", value=text, remedy="write at most 100 %, or a share up to 1")
    return Ratio(value.numerator, value.denominator)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
