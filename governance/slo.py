"""The two objectives of an agreement, read from OpenSLO v1 objects: ``availability``, and, if wanted, ``latency``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from governance.documents import Fields, Scalar, fields_of, listing_of, scalar_of
from governance.figures import LatencyClause, Tier, tier_fault
from governance.openslo import PREFIX, Document, Window, read_metric_source, read_window
from governance.probe_terms import checked_url
from governance.quantities import bps, choice_of, instant, percent, percent_of, seconds_of, share_of, text_of, whole_of
from governance.values import PeriodKind, Ratio, UptimeMethod

METHODS = {
    "Occurrences": UptimeMethod.OCCURRENCES,
    "RatioTimeslices": UptimeMethod.RATIO_TIMESLICES,
    "Timeslices": UptimeMethod.TIMESLICES,
}
SOURCE_TYPES = ("http-probe", "samples")
DEFAULT_SLOT_S = 300
DEFAULT_COVERAGE = Ratio(95, 100)
DEFAULT_SAMPLES = 20
_DAY_S = 86_400
_FIGURE = r"([0-9.]{1,20} ?%)"
_TIER = re.compile(rf"(?:{_FIGURE} <= )?uptime < {_FIGURE}: credit {_FIGURE}(?:, slash {_FIGURE})?")
_TIER_REMEDY = "write it as '99.0 % <= uptime < 99.9 %: credit 10 %, slash 0 %'"
_MAINTENANCE = re.compile(r"(\S+)/(\S+) announced (\S+)")
_MAINTENANCE_REMEDY = "write it as '2026-03-14T02:00:00Z/2026-03-14T04:00:00Z announced 2026-03-07T00:00:00Z'"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window ``[start_s, end_s)`` that was announced before it began; its samples are excluded. Unix seconds UTC."""

    start_s: int
    end_s: int
    announced_s: int


@dataclass(frozen=True, slots=True)
class Availability:
    """What the SLO named ``availability`` says. ``source`` is the one data source it names, None for all."""

    service: str
    window: Window
    method: UptimeMethod
    slot_s: int
    slot_target: Ratio | None
    objective: Ratio
    tiers: tuple[Tier, ...]
    minimum_coverage: Ratio
    minimum_samples: int
    maintenance: tuple[Maintenance, ...]
    controls: tuple[str, ...]
    source: str | None


@dataclass(frozen=True, slots=True)
class Latency:
    """What the SLO named ``latency`` says."""

    service: str
    window: Window
    clause: LatencyClause
    source: str | None


def read_availability(document: Document) -> Availability:
    """The availability objective. Raises BadInput with the place of what is wrong."""
    spec, notes = document.spec, document.annotations
    _check_spec(spec)
    tier_keys, maintenance_keys = _numbered(notes, "tier"), _numbered(notes, "maintenance")
    notes.check(optional=("slot", "minimum-coverage", "minimum-samples", "controls", *tier_keys, *maintenance_keys))
    window = read_window(spec)
    method = METHODS[choice_of(spec.values["budgetingMethod"], "budgetingMethod", tuple(METHODS))]
    objective = _single_objective(spec, ("timeSliceWindow", "timeSliceTarget"))
    slot_s = _slot_s(objective, notes, method, window)
    target = _target(objective)
    get = notes.values
    return Availability(
        service=text_of(spec.values["service"], "service"),
        window=window,
        method=method,
        slot_s=slot_s,
        slot_target=_slot_target(objective, method),
        objective=target,
        tiers=_tiers([scalar_of(get[key], key) for key in tier_keys], target, document),
        minimum_coverage=percent_of(get["minimum-coverage"], "minimum-coverage")
        if "minimum-coverage" in get
        else DEFAULT_COVERAGE,
        minimum_samples=_minimum_samples(notes),
        maintenance=_maintenance([scalar_of(get[key], key) for key in maintenance_keys]),
        controls=_controls(notes),
        source=_ratio_source(_indicator(spec)),
    )


def read_latency(document: Document) -> Latency:
    """The latency objective. Raises BadInput with the place of what is wrong."""
    spec, notes = document.spec, document.annotations
    _check_spec(spec)
    notes.check(required=("credit",))
    choice_of(spec.values["budgetingMethod"], "budgetingMethod of latency", ("Occurrences",))
    objective = _single_objective(spec, ("op", "value"))
    objective.check(required=("op", "value"), optional=("displayName", "target", "targetPercent"))
    choice_of(objective.values["op"], "op", ("lte",))
    credit = scalar_of(notes.values["credit"], "credit")
    clause = LatencyClause(
        ceiling_ms=whole_of(objective.values["value"], "value (milliseconds)", 1, 3_600_000),
        attainment=_target(objective),
        credit_bps=bps(credit.text, "credit", credit.place),
    )
    return Latency(text_of(spec.values["service"], "service"), read_window(spec), clause, _threshold_source(_indicator(spec)))


def _check_spec(spec: Fields) -> None:
    spec.check(
        required=("service", "indicator", "timeWindow", "budgetingMethod", "objectives"),
        optional=("description",),
    )


def _indicator(spec: Fields) -> Fields:
    indicator = fields_of(spec.values["indicator"], "indicator")
    indicator.check(required=("metadata", "spec"))
    return fields_of(indicator.values["spec"], "the indicator's spec")


def _ratio_source(indicator: Fields) -> str | None:
    indicator.check(required=("ratioMetric",), optional=("description",))
    ratio = fields_of(indicator.values["ratioMetric"], "ratioMetric")
    ratio.check(required=("counter", "good", "total"))
    choice_of(ratio.values["counter"], "counter", ("true",))
    good = read_metric_source(ratio.values["good"], SOURCE_TYPES, {"result": "ok"})
    total = read_metric_source(ratio.values["total"], SOURCE_TYPES, {"result": "judged"})
    if good != total:
        raise ratio.place.bad("good and total name different sources", remedy="name the same one in both, or none")
    return good


def _threshold_source(indicator: Fields) -> str | None:
    indicator.check(required=("thresholdMetric",), optional=("description",))
    return read_metric_source(indicator.values["thresholdMetric"], SOURCE_TYPES, {"result": "ok", "field": "latency_ms"})


def _single_objective(spec: Fields, own: tuple[str, ...]) -> Fields:
    objectives = listing_of(spec.values["objectives"], "objectives")
    if len(objectives.items) != 1:
        raise objectives.place.bad(f"{len(objectives.items)} objectives", remedy="give exactly one; tiers are annotations")
    objective = fields_of(objectives.items[0], "the objective")
    objective.check(optional=("displayName", "target", "targetPercent", *own))
    return objective


def _target(objective: Fields) -> Ratio:
    given = [key for key in ("target", "targetPercent") if key in objective.values]
    if len(given) != 1:
        raise objective.place.bad("an objective has one target", remedy="give exactly one of target and targetPercent")
    item = objective.values[given[0]]
    target = share_of(item, "target") if given[0] == "target" else percent_of(item, "targetPercent")
    if not 0 < target.numerator < target.denominator:
        raise item.place.bad("a target lies between nothing and the whole", remedy="write more than 0 and less than 100 %")
    return target


def _slot_s(objective: Fields, notes: Fields, method: UptimeMethod, window: Window) -> int:
    if method is UptimeMethod.OCCURRENCES:
        if "timeSliceWindow" in objective.values:
            raise objective.places["timeSliceWindow"].bad(
                "Occurrences has no time slices", remedy="remove it; surety/slot sets the unit of coverage"
            )
        item, what = notes.values.get("slot"), PREFIX + "slot"
    else:
        if "slot" in notes.values:
            raise notes.places["slot"].bad("the slot is given twice over", remedy="timeSliceWindow says it; remove surety/slot")
        item, what = objective.values.get("timeSliceWindow"), "timeSliceWindow"
    if item is None:
        slot_s, place = DEFAULT_SLOT_S, objective.place
    else:
        scalar = scalar_of(item, what)
        minutes = re.fullmatch(r"[1-9][0-9]{0,3}", scalar.text)  # OpenSLO allows a bare number: minutes
        slot_s, place = int(scalar.text) * 60 if minutes else seconds_of(item, what), scalar.place
    _check_slot(slot_s, window, Scalar("", True, place))
    return slot_s


def _check_slot(slot_s: int, window: Window, slot: Scalar) -> None:
    if _DAY_S % slot_s:
        raise slot.place.bad(f"a slot of {slot_s} s does not divide the day", value=slot_s, remedy="use 1m, 5m, 15m, 1h ...")
    if window.kind is PeriodKind.CALENDAR_MONTH:
        return
    if window.period_s < slot_s:
        raise window.place.bad(
            f"the period of {window.period_s} s is shorter than a slot of {slot_s} s",
            value=window.period_s,
            remedy="m is minutes; a calendar month is 1M",
        )
    if window.period_s % slot_s:
        raise window.place.bad(
            f"the period of {window.period_s} s is not a whole number of slots of {slot_s} s",
            value=window.period_s,
            remedy="choose a slot that divides the period",
        )


def _slot_target(objective: Fields, method: UptimeMethod) -> Ratio | None:
    item = objective.values.get("timeSliceTarget")
    if method is not UptimeMethod.TIMESLICES:
        if item is not None:
            raise objective.places["timeSliceTarget"].bad("only Timeslices has a slice target", remedy="remove it")
        return None
    if item is None:
        raise objective.place.bad("'timeSliceTarget' is missing", remedy="Timeslices counts the slots that reach it")
    target = share_of(item, "timeSliceTarget")
    if target.numerator == 0:
        raise item.place.bad("every slot reaches 0", remedy="write more than 0 and at most 1")
    return target


def _numbered(notes: Fields, word: str) -> list[str]:
    keys = [key for key in notes.values if re.fullmatch(rf"{word}-[1-9][0-9]?", key)]
    keys.sort(key=lambda key: int(key.rpartition("-")[2]))
    for number, key in enumerate(keys, start=1):
        if key != f"{word}-{number}":
            raise notes.places[key].bad(f"{PREFIX}{word}-{number} is missing before it", remedy="number them from 1 without gaps")
    return keys


def _tiers(notes: list[Scalar], objective: Ratio, document: Document) -> tuple[Tier, ...]:
    tiers = tuple(_tier(number, note) for number, note in enumerate(notes, start=1))
    fault = tier_fault(objective, tiers)
    if fault:
        place = notes[fault.tier - 1].place if fault.tier else document.annotations.place
        raise place.bad(f"{PREFIX}tier-{fault.tier}: {fault.message}" if fault.tier else fault.message, remedy=fault.remedy)
    return tiers


def _tier(number: int, note: Scalar) -> Tier:
    found = _TIER.fullmatch(note.text)
    if not found:
        raise note.place.bad(f"tier {note.text[:80]!r} is not of its form", value=note.text, remedy=_TIER_REMEDY)
    low, high, credit, slash = found.groups()
    return Tier(
        tier=number,
        at_or_above=percent(low, "the lower end", note.place) if low else None,
        below=percent(high, "the upper end", note.place),
        credit_bps=bps(credit, "the credit", note.place),
        slash_bps=bps(slash, "the slash", note.place) if slash else 0,
    )


def _minimum_samples(notes: Fields) -> int:
    item = notes.values.get("minimum-samples")
    return DEFAULT_SAMPLES if item is None else whole_of(item, "minimum-samples", 0, 10**9, quoted=True)


def _maintenance(notes: list[Scalar]) -> tuple[Maintenance, ...]:
    windows: list[Maintenance] = []
    for note in notes:
        found = _MAINTENANCE.fullmatch(note.text)
        if not found:
            raise note.place.bad(f"maintenance {note.text[:80]!r} is not of its form", remedy=_MAINTENANCE_REMEDY)
        start_s, end_s, announced_s = (instant(part, "the time", note.place) for part in found.groups())
        if not announced_s < start_s < end_s:
            raise note.place.bad("not announced before it begins, or it ends before it begins", remedy=_MAINTENANCE_REMEDY)
        if windows and start_s < windows[-1].end_s:
            raise note.place.bad("this window begins before the one before has ended", remedy="give them in order, apart")
        windows.append(Maintenance(start_s, end_s, announced_s))
    return tuple(windows)


def _controls(notes: Fields) -> tuple[str, ...]:
    if "controls" not in notes.values:
        return ()
    scalar = scalar_of(notes.values["controls"], "controls")
    targets = tuple(checked_url(url, "control target", scalar.place) for url in scalar.text.split())
    if len(set(targets)) != 2:
        raise scalar.place.bad(f"{len(targets)} control targets", remedy="name exactly two different addresses, or none")
    return targets
