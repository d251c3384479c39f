"""Measuring recorded samples: against real expected figures, and against a slow reckoning of the same rules."""

from __future__ import annotations

import calendar
import csv
import math
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import BadInput
from governance.values import Ratio, UptimeMethod
from oracle.csv_samples import parse_samples, read_samples
from oracle.measure import Measurement, Window, measure
from oracle.samples import Result, Samples

JUNE_2024_S = 1_717_200_000


def columns(rows: list[tuple[int, int, int]], names: list[str] | None = None) -> Samples:
    known = sorted(set(names)) if names else None
    return Samples(
        np.array([row[0] * 1_000 for row in rows], np.int64),
        np.array([row[2] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.uint8),
        np.array([known.index(name) for name in names] if known and names else [0] * len(rows), np.int32),
        tuple(known) if known else None,
    )


@pytest.mark.parametrize(
    ("by", "file", "window"),
    [
        (Window.MONTH, "expected_monthly_by_series.csv", "month_utc"),
        (Window.DAY, "expected_daily_by_series.csv", "day_utc"),
    ],
)
def test_equals_every_row_of_the_real_expected_figures(real_data: Path, by: Window, file: str, window: str) -> None:
    found = {(row.series, row.window): row for row in measure(read_samples(real_data / "probes/samples.csv"), by)}
    with (real_data / "probes" / file).open(newline="") as expected:
        rows = list(csv.DictReader(expected))
    assert len(rows) > 300
    for row in rows:
        n, n_ok = int(row["n"]), int(row["n_ok"])
        percentiles = [int(text) if text else None for text in (row[f"p{p}_nearest_rank_ms"] for p in (50, 95, 99))]
        got = found[row["series"], row[window]]
        assert (got.n, got.n_ok, got.uptime_ppm) == (n, n_ok, n_ok * 10**6 // n)
        assert [got.p50_ms, got.p95_ms, got.p99_ms] == percentiles


def test_no_sample_of_the_real_file_is_lost(real_data: Path) -> None:
    assert sum(row.n for row in measure(read_samples(real_data / "probes/samples.csv"))) == 60_530


def test_rows_come_by_series_and_then_by_time() -> None:
    samples = columns([(JUNE_2024_S + 40 * 86_400, 1, 5), (JUNE_2024_S, 1, 5), (JUNE_2024_S, 1, 5)], ["b", "b", "a"])
    assert [(row.series, row.window) for row in measure(samples)] == [("a", "2024-06"), ("b", "2024-06"), ("b", "2024-07")]


def test_no_samples_measure_to_nothing() -> None:
    assert measure(columns([])) == []


def test_series_is_none_where_there_is_no_such_column() -> None:
    assert measure(columns([(0, 1, 5)]))[0].series is None


def test_percentiles_are_none_where_nothing_was_ok() -> None:
    row = measure(columns([(0, 0, 5)]))[0]
    assert (row.n, row.n_ok, row.uptime_ppm, row.p50_ms, row.p95_ms, row.p99_ms, row.n_ok_within) == (
        1,
        0,
        0,
        None,
        None,
        None,
        0,
    )


def test_excluded_samples_are_in_no_count() -> None:
    rows = [(0, int(Result.OK), 5), (300, int(Result.EXCLUDED), 7), (600, int(Result.ERROR), 9)]
    assert measure(columns(rows)) == measure(columns([rows[0], rows[2]]))


def test_failed_samples_do_not_enter_percentiles() -> None:
    row = measure(columns([(0, 1, 100), (1, 0, 0), (2, 0, 0)]))[0]
    assert (row.p50_ms, row.p99_ms) == (100, 100)


def test_the_ceiling_is_inclusive() -> None:
    assert measure(columns([(0, 1, 2_000), (1, 1, 2_001), (2, 0, 1)]), within_ms=2_000)[0].n_ok_within == 1


def test_uptime_in_ppm_is_floored() -> None:
    samples = columns([(second, int(second != 0), 1) for second in range(3)])
    assert measure(samples)[0].uptime_ppm == 666_666


def test_each_method_counts_by_its_own_definition() -> None:
    rows = [(0, 1, 1), (10, 1, 1), (20, 0, 1), (300, 1, 1), (600, 0, 1)]  # slots of 2/3, 1/1, 0/1
    by_method = {method: measure(columns(rows), method=method)[0].uptime_ppm for method in UptimeMethod}
    assert by_method[UptimeMethod.OCCURRENCES] == 600_000
    assert by_method[UptimeMethod.RATIO_TIMESLICES] == (666_666_667 + 10**9) * 10**6 // (3 * 10**9)
    assert by_method[UptimeMethod.TIMESLICES] == 333_333


def test_a_slot_at_its_target_is_good() -> None:
    rows = [(0, 1, 1), (10, 1, 1), (20, 0, 1), (30, 1, 1)]
    for target, good in ((Ratio(3, 4), 10**6), (Ratio(751, 1000), 0)):
        assert measure(columns(rows), method=UptimeMethod.TIMESLICES, slot_target=target)[0].uptime_ppm == good


def test_coverage_is_over_the_whole_window() -> None:
    day = [(slot * 300, 1, 1) for slot in range(144)] + [(0, 1, 1)]
    assert measure(columns(day), Window.DAY)[0].coverage_ppm == 500_000
    assert measure(columns([(JUNE_2024_S, 1, 1)]), Window.MONTH)[0].coverage_ppm == 10**6 // (30 * 288)


def test_december_ends_with_the_year() -> None:
    row = measure(columns([(1_735_689_599, 1, 1), (1_735_689_600, 1, 1)]), Window.MONTH)
    assert [(found.window, found.coverage_ppm) for found in row] == [("2024-12", 112), ("2025-01", 112)]


@pytest.mark.parametrize(("slot_s", "within_ms"), [(0, 1), (-300, 1), (300, -1)])
def test_a_slot_without_length_is_refused(slot_s: int, within_ms: int) -> None:
    with pytest.raises(BadInput):
        measure(columns([(0, 1, 1)]), slot_s=slot_s, within_ms=within_ms)


def test_json_has_the_promised_keys_in_order() -> None:
    row = measure(parse_samples(b"ts,ok,latency_ms\n0,1,5\n"))[0].as_json()
    assert row == {
        "series": None,
        "window": "1970-01",
        "n": 1,
        "n_ok": 1,
        "uptime_ppm": 1_000_000,
        "p50_ms": 5,
        "p95_ms": 5,
        "p99_ms": 5,
        "n_ok_within": 1,
        "coverage_ppm": 112,
    }


SAMPLE = st.tuples(st.integers(JUNE_2024_S, JUNE_2024_S + 100 * 86_400), st.integers(0, 1), st.integers(0, 5_000))


@given(
    st.lists(st.tuples(SAMPLE, st.sampled_from("abc")), min_size=1, max_size=60),
    st.sampled_from(Window),
    st.sampled_from(UptimeMethod),
    st.sampled_from([60, 300, 3_600, 7_000]),
    st.permutations(range(60)),
)
def test_equals_a_slow_reckoning_in_any_order(
    named: list[tuple[tuple[int, int, int], str]], by: Window, method: UptimeMethod, slot_s: int, order: list[int]
) -> None:
    shuffled = [named[index] for index in order if index < len(named)]
    samples = columns([row for row, _ in shuffled], [name for _, name in shuffled])
    assert measure(samples, by, method, slot_s=slot_s) == slowly(named, by, method, slot_s)


def slowly(named: list[tuple[tuple[int, int, int], str]], by: Window, method: UptimeMethod, slot_s: int) -> list[Measurement]:
    groups = defaultdict(list)
    for row, name in named:
        day = datetime.fromtimestamp(row[0], UTC).strftime("%Y-%m-%d")
        groups[name, day if by is Window.DAY else day[:7]].append(row)
    return [_slow_row(name, window, rows, method, slot_s) for (name, window), rows in sorted(groups.items())]


def _slow_row(name: str, window: str, rows: list[tuple[int, int, int]], method: UptimeMethod, slot_s: int) -> Measurement:
    ok = sorted(ms for _, good, ms in rows if good)
    slots = defaultdict(list)
    for ts, good, _ in rows:
        slots[ts // slot_s].append(good)
    values = [Fraction(math.ceil(Fraction(10**9 * sum(slot), len(slot))), 10**9) for slot in slots.values()]
    uptime = {
        UptimeMethod.OCCURRENCES: Fraction(len(ok), len(rows)),
        UptimeMethod.RATIO_TIMESLICES: sum(values, Fraction(0)) / len(values),
        UptimeMethod.TIMESLICES: Fraction(sum(all(slot) for slot in slots.values()), len(slots)),
    }[method]
    begin = datetime.fromisoformat(window if len(window) == 10 else f"{window}-01").replace(tzinfo=UTC)
    days = 1 if len(window) == 10 else calendar.monthrange(begin.year, begin.month)[1]
    begin_s, end_s = int(begin.timestamp()), int(begin.timestamp()) + days * 86_400
    whole = len({second // slot_s for second in range(begin_s, end_s, min(slot_s, 60))} | {(end_s - 1) // slot_s})
    ranks = [ok[math.ceil(Fraction(p * len(ok), 100)) - 1] if ok else None for p in (50, 95, 99)]
    return Measurement(
        series=name,
        window=window,
        n=len(rows),
        n_ok=len(ok),
        uptime_ppm=math.floor(uptime * 10**6),
        p50_ms=ranks[0],
        p95_ms=ranks[1],
        p99_ms=ranks[2],
        n_ok_within=sum(ms <= 2_000 for ms in ok),
        coverage_ppm=math.floor(Fraction(len(slots) * 10**6, whole)),
    )
