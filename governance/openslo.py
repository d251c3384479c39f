"""The envelope of OpenSLO v1 documents, and the calendar that an objective runs on."""

from __future__ import annotations

from dataclasses import dataclass

from governance.documents import Fields, Item, Place, fields_of, listing_of, scalar_of
from governance.quantities import choice_of, instant, seconds_of, text_of
from governance.values import PeriodKind

PREFIX = "surety/"
NAME_PATTERN = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME_REMEDY = "write at most 63 small letters, digits and inner dashes"
KINDS = ("Service", "DataSource", "SLO")
_MONTH = "1M"
_LONGEST_PERIOD_S = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Document:
    """One OpenSLO document. ``annotations`` holds ours alone, without prefix; each value is a text."""

    kind: str
    name: str
    title: str
    annotations: Fields
    spec: Fields
    place: Place


@dataclass(frozen=True, slots=True)
class Window:
    """How periods follow each other; ``period_s`` is 0 for calendar months."""

    kind: PeriodKind
    period_s: int
    place: Place


def open_document(root: Fields) -> Document:
    """The envelope of one document. Raises BadInput for another format, version or kind."""
    root.check(required=("apiVersion", "kind", "metadata", "spec"))
    choice_of(root.values["apiVersion"], "apiVersion", ("openslo/v1",))
    kind = choice_of(root.values["kind"], "kind", KINDS)
    metadata = fields_of(root.values["metadata"], "metadata")
    metadata.check(required=("name",), optional=("displayName", "labels", "annotations"))
    name = text_of(metadata.values["name"], "name", NAME_PATTERN, NAME_REMEDY)
    title = text_of(metadata.values["displayName"], "displayName", longest=200) if "displayName" in metadata.values else name
    annotations = _our_annotations(metadata)
    return Document(kind, name, title, annotations, fields_of(root.values["spec"], "spec"), root.place)


def read_window(spec: Fields) -> Window:
    """The one calendar-aligned ``timeWindow`` of an SLO. Raises BadInput for a rolling one, and for one we cannot count."""
    windows = listing_of(spec.values["timeWindow"], "timeWindow")
    if len(windows.items) != 1:
        raise windows.place.bad(f"timeWindow has {len(windows.items)} entries", remedy="give exactly one")
    window = fields_of(windows.items[0], "the time window")
    window.check(required=("duration", "calendar"), optional=("isRolling",))
    if "isRolling" in window.values:
        choice_of(window.values["isRolling"], "isRolling", ("false",))
    duration = scalar_of(window.values["duration"], "duration")
    if duration.text == _MONTH:
        found = Window(PeriodKind.CALENDAR_MONTH, 0, duration.place)
    else:
        found = Window(PeriodKind.FIXED, _period_s(window.values["duration"]), duration.place)
    _check_calendar(fields_of(window.values["calendar"], "calendar"), found)
    return found


def read_metric_source(item: Item, types: tuple[str, ...], spec_key: dict[str, str]) -> str | None:
    """Checks one ``metricSource``; returns the data source it names, or None for all. Raises BadInput."""
    metric = fields_of(item, "the metric")
    metric.check(required=("metricSource",))
    source = fields_of(metric.values["metricSource"], "metricSource")
    source.check(required=("type", "spec"), optional=("metricSourceRef",))
    choice_of(source.values["type"], "type", types)
    spec = fields_of(source.values["spec"], "spec")
    spec.check(required=tuple(spec_key))
    for key, wanted in spec_key.items():
        choice_of(spec.values[key], key, (wanted,))
    if "metricSourceRef" not in source.values:
        return None
    return text_of(source.values["metricSourceRef"], "metricSourceRef", NAME_PATTERN, NAME_REMEDY)


def _our_annotations(metadata: Fields) -> Fields:
    if "annotations" not in metadata.values:
        return Fields({}, {}, metadata.place)
    every = fields_of(metadata.values["annotations"], "annotations")
    ours = {key: value for key, value in every.values.items() if key.startswith(PREFIX)}
    for key, value in ours.items():
        text_of(value, key)
    return Fields(
        {key.removeprefix(PREFIX): value for key, value in ours.items()},
        {key.removeprefix(PREFIX): every.places[key] for key in ours},
        every.place,
    )


def _period_s(duration: Item) -> int:
    seconds = seconds_of(duration, "duration of the period (1M for a calendar month, else a fixed length)")
    if seconds > _LONGEST_PERIOD_S:
        raise duration.place.bad("the period is too long", value=seconds, remedy=f"write at most {_LONGEST_PERIOD_S}s")
    return seconds


def _check_calendar(calendar: Fields, window: Window) -> None:
    calendar.check(required=("startTime", "timeZone"))
    zone = scalar_of(calendar.values["timeZone"], "timeZone")
    choice_of(zone, "timeZone", ("UTC",))
    start = scalar_of(calendar.values["startTime"], "startTime")
    instant(start.text, "startTime", start.place)
    if window.kind is PeriodKind.CALENDAR_MONTH and start.text[8:].replace("T", " ").rstrip("Z") != "01 00:00:00":
        raise start.place.bad("a calendar month does not begin here", value=start.text, remedy="write the 1st, 00:00:00")
