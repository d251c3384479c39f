"""Uptime and latency of recorded samples, by day or by month: what ``surety measure`` prints.

Uptime in ppm is floored and is for people; money never follows it. Percentiles are nearest rank over ok samples only, never
averaged. Coverage is over the whole UTC window, also where the samples begin or end inside it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np

from governance.errors import BadInput
from governance.periods import month_start_s
from governance.values import PPM, Ratio, UptimeMethod
from oracle.samples import Integers, Result, Samples
from oracle.tally import WHOLE, Tally, slots_of, tally

DAY_S = 86_400
DEFAULT_SLOT_S = 300


class Window(StrEnum):
    """How long a stretch one figure speaks of; both begin at 00:00 UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One series in one UTC window. Excluded samples are in none of the counts; ``*_ms`` are None where no sample was ok."""

    series: str | None
    window: str
    n: int
    n_ok: int
    uptime_ppm: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    n_ok_within: int
    coverage_ppm: int

    def as_json(self) -> dict[str, str | int | None]:
        """The measurement as a JSON object, keys in the order of the fields."""
        return asdict(self)


def measure(
    samples: Samples,
    by: Window = Window.MONTH,
    method: UptimeMethod = UptimeMethod.OCCURRENCES,
    within_ms: int = 2_000,
    slot_s: int = DEFAULT_SLOT_S,
    slot_target: Ratio = WHOLE,
) -> list[Measurement]:
    """Every series in every UTC window that holds one of its samples, by series and then by time.

    ``slot_target`` is for ``timeslices`` alone: the share of a slot's samples that must be ok for the slot to be good; by
    default all of them. Raises BadInput for a slot that is not a positive number of seconds.
    """
    if slot_s <= 0 or within_ms < 0:
        raise BadInput("slot and ceiling are not lengths of time", value=(slot_s, within_ms), remedy="slot > 0, ceiling >= 0")
    counted = samples.where(samples.result != Result.EXCLUDED)
    if len(counted) == 0:
        return []
    window = _window_numbers(counted.scheduled_ms // 1_000, by)
    rank = _alphabetical(counted)
    first_window, span = int(window.min()), int(window.max() - window.min()) + 1
    keys, group = np.unique(rank * span + (window - first_window), return_inverse=True)
    counts = tally(
        group.astype(np.int64, copy=False),
        len(keys),
        counted.scheduled_ms,
        counted.result == Result.OK,
        counted.latency_ms,
        slot_ms=slot_s * 1_000,
        slot_target=slot_target,
        within_ms=within_ms,
    )
    names = sorted(counted.names) if counted.names is not None else [None]
    labels = [(names[int(key) // span], int(key) % span + first_window) for key in keys]
    return _measurements(labels, counts, by, method, slot_s)


def _measurements(
    labels: list[tuple[str | None, int]], counts: Tally, by: Window, method: UptimeMethod, slot_s: int
) -> list[Measurement]:
    ranks = [[value if value >= 0 else None for value in counts.rank_ms(percent).tolist()] for percent in (50, 95, 99)]
    windows = {number: _window(number, by, slot_s) for number in {number for _, number in labels}}
    found = []
    for group, (series, number) in enumerate(labels):
        name, slots = windows[number]
        uptime = counts.uptime(group, method)
        found.append(
            Measurement(
                series=series,
                window=name,
                n=int(counts.n[group]),
                n_ok=int(counts.n_ok[group]),
                uptime_ppm=uptime.numerator * PPM // uptime.denominator,
                p50_ms=ranks[0][group],
                p95_ms=ranks[1][group],
                p99_ms=ranks[2][group],
                n_ok_within=int(counts.n_ok_within[group]),
                coverage_ppm=int(counts.slots[group]) * PPM // slots,
            )
        )
    return found


def _window_numbers(time_s: Integers, by: Window) -> Integers:
    """Days, or months, since 1970-01-01."""
    if by is Window.DAY:
        return time_s // DAY_S
    return time_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def _window(number: int, by: Window, slot_s: int) -> tuple[str, int]:
    """A window's name, and how many slots it touches."""
    if by is Window.DAY:
        name, start_s, end_s = str(np.datetime64(number, "D")), number * DAY_S, (number + 1) * DAY_S
    else:
        year, month = 1970 + number // 12, number % 12 + 1
        name, start_s = f"{year:04}-{month:02}", month_start_s(year, month)
        end_s = month_start_s(year + month // 12, month % 12 + 1)
    return name, slots_of(start_s, end_s, slot_s)


def _alphabetical(samples: Samples) -> Integers:
    """Of each sample, the place of its series among the sorted names."""
    if samples.names is None:
        return np.zeros(len(samples), np.int64)
    place = np.empty(len(samples.names), np.int64)
    place[sorted(range(len(samples.names)), key=samples.names.__getitem__)] = np.arange(len(samples.names))
    return place[samples.series]
