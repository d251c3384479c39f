"""What becomes of each part of a tier table: said by the law, left to the terms of the agreement, or said by neither.

A law judges counts. What a published SLA says of claims, exclusions or currencies it cannot say; whoever makes a law of a table
is told so, part by part, with the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from governance.documents import Fields, Item, Listing, Scalar
from governance.tier_table import NoData, TierTable, show_decimal, show_percent

_SECONDS_PER_DAY = 86_400


class Treatment(StrEnum):
    """Where a part of a table is said."""

    LAW = "in the law"
    TERMS = "left to the terms"
    NOWHERE = "not expressed"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a table: its key, where it stands, what it says, and what became of it, with the reason."""

    part: str
    line: int
    says: str
    treatment: Treatment
    remark: str


# What each part would need, and what there is instead. A key that is missing here is free text, from which no figure follows.
_REMARKS = {
    "scope": "an agreement is about one service: make one for each region, project or instance",
    "latency": "a law sees the share of answers within a ceiling of the terms, and no token rates",
    "automatic": "a law judges a whole period, and no single hour of it",
    "claim": "settlement needs no claim, so no deadline passes and no log is asked for",
    "exclusions": "the terms exclude announced maintenance, rates beyond the promised one and the prober's own faults; no more",
    "notes": "free text, from which no figure follows",
    "interval.slot_value": "left to the method of the terms; compare its words yourself",
    "interval.error": "the probes of the terms say which answers are ok, and all others are errors",
    "interval.minute_bad_if": "Timeslices judges each slot by a share alone, and this rule is more than that, or not one figure",
    "interval.min_consecutive_minutes": "a law sees counts, and not which minutes were neighbours",
    "interval.min_valid_requests": "probes are few beside a customer's requests; the terms have minimum-samples for a period",
    "interval.retries": "probes start on a schedule, and none is repeated",
    "interval.throttled": "a 429 is an error up to the rate that the terms promise, and excluded beyond it",
    "interval.valid": "every probe is a request that the provider accepted when the terms were made",
    "credit.base": "a credit is a share of the period's fee",
    "credit.against": "a credit is paid back at once, in the agreement's token",
    "credit.minimum_usd": "every credit is paid, however small",
    "credit.sole_remedy": "a law does not say what else may be claimed elsewhere",
}
_FREE_TEXT = "free text, from which no figure follows"
_NO_DATA = {
    NoData.AVAILABLE: "a period in which nothing was counted is met",
    NoData.UNAVAILABLE: "a period in which nothing was counted is in the last tier",
    NoData.UNKNOWN: "a period in which nothing was counted has insufficient data",
}


def parts_of(table: TierTable) -> tuple[Part, ...]:
    """Every part of a table but its name and its evidence, in the table's order, and the no-data rule where it is missing."""
    parts = [part for key, item in table.fields.values.items() for part in _parts(table, key, item)]
    if table.no_data is NoData.NOT_STATED and "no_data" not in table.fields.values:
        parts.append(_not_stated(table.fields.place.line))
    return tuple(parts)


def _parts(table: TierTable, key: str, item: Item) -> Iterator[Part]:
    line = table.fields.places[key].line
    match key:
        case "tiers":
            yield Part(key, line, f"{len(table.tiers)} tiers", Treatment.LAW, "half-open, compared exactly")
        case "metric":
            yield Part(key, line, "share of a month", Treatment.TERMS, 'timeWindow: a duration of "1M"')
        case "objective":
            yield _objective(table, line, _words(item))
        case "no_data":
            yield from _no_data(table, line)
        case "interval" if isinstance(item, Fields):
            yield from _interval(item)
        case "credit" if isinstance(item, Fields):
            yield from _each(item, key)
        case "scope" | "interval" | "latency" | "automatic" | "credit" | "claim" | "exclusions" | "notes":
            yield Part(key, line, _words(item), Treatment.NOWHERE, _REMARKS.get(key, _FREE_TEXT))
        case _:  # names, sources and evidence are no part of what was promised
            pass


def _objective(table: TierTable, line: int, says: str) -> Part:
    taken = f"the upper end of the first tier, {show_percent(table.objective)}"
    if table.objective_is_plain:
        return Part("objective", line, says, Treatment.LAW, taken)
    return Part("objective", line, says, Treatment.NOWHERE, f"it is not one figure; the law takes {taken}, for all")


def _no_data(table: TierTable, line: int) -> Iterator[Part]:
    if table.no_data is NoData.NOT_STATED:
        yield _not_stated(line)
        return
    yield Part("no_data", line, table.no_data, Treatment.LAW, _NO_DATA[table.no_data])
    if table.no_data is not NoData.UNKNOWN:
        remark = "a slot without a sample is left out of uptime on both sides, whatever the table says"
        yield Part("no_data, slot by slot", line, table.no_data, Treatment.NOWHERE, remark)


def _not_stated(line: int) -> Part:
    remark = "not stated: taken as unknown, so a period in which nothing was counted has insufficient data"
    return Part("no_data", line, "-", Treatment.NOT_STATED, remark)


def _interval(interval: Fields) -> Iterator[Part]:
    """The slot rule is the terms' business where it is one of their methods; else nobody's."""
    method = _mean_of_slots(interval) or _bad_minutes(interval)
    for key, item in interval.values.items():
        line, says = interval.places[key].line, _words(item)
        if key in method:
            yield Part(f"interval.{key}", line, says, Treatment.TERMS, method[key])
        elif key in ("kind", "slot_s"):
            remark = "no method of the terms counts like this; choose the one that comes nearest"
            yield Part(f"interval.{key}", line, says, Treatment.NOWHERE, remark)
        elif key != "evidence":
            yield _one(f"interval.{key}", line, says)


def _mean_of_slots(interval: Fields) -> dict[str, str]:
    """What the terms say instead of the parts of a rule that takes the mean of slots; nothing where they could not."""
    seconds = _figure(interval, "slot_s", r"([1-9][0-9]{0,4})")
    if _text(interval, "kind") != "mean_of_slots" or seconds is None or _SECONDS_PER_DAY % int(seconds):
        return {}
    slot = f"{int(seconds) // 60}m" if int(seconds) % 60 == 0 else f"{seconds}s"
    return {"kind": "budgetingMethod: RatioTimeslices", "slot_s": f"timeSliceWindow: {slot}"}


def _bad_minutes(interval: Fields) -> dict[str, str]:
    """The same for a rule that counts single minutes which are bad by the share of their errors."""
    errors = _figure(interval, "minute_bad_if", r"(?:[a-z-]+ )?error rate > ([0-9]{1,2}(?:\.[0-9]{1,9})?) ?%")
    if _text(interval, "kind") != "downtime_periods" or _text(interval, "min_consecutive_minutes") != "1" or errors is None:
        return {}
    target = 1 - Fraction(errors) / 100
    return {
        "kind": "budgetingMethod: Timeslices",
        "min_consecutive_minutes": "timeSliceWindow: 1m",
        "minute_bad_if": f"timeSliceTarget: {show_decimal(target)}",
    }


def _figure(fields: Fields, key: str, pattern: str) -> str | None:
    found = re.fullmatch(pattern, _text(fields, key) or "")
    return found[1] if found else None


def _text(fields: Fields, key: str) -> str | None:
    item = fields.values.get(key)
    return item.text if isinstance(item, Scalar) else None


def _each(fields: Fields, prefix: str) -> Iterator[Part]:
    for key, item in fields.values.items():
        if key != "evidence":
            yield _one(f"{prefix}.{key}", fields.places[key].line, _words(item))


def _one(part: str, line: int, says: str) -> Part:
    return Part(part, line, says, Treatment.NOWHERE, _REMARKS.get(part, _FREE_TEXT))


def _words(item: Item) -> str:
    """What a part says, on one line."""
    if isinstance(item, Scalar):
        return " ".join(item.text.split())
    if isinstance(item, Listing):
        return "; ".join(_words(each) for each in item.items)
    return "; ".join(f"{key}: {_words(each)}" for key, each in item.values.items() if key != "evidence")
