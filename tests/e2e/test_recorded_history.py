"""Real samples through the installed command: measured as others measured them, and settled as a second reckoning says."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SERIES = ("s369", "s373", "s519")
FEE, DEPOSIT = 1_000 * 10**6, 10_000 * 10**6


def surety(repository: Path, *arguments: str) -> Any:
    command = [str(repository / ".venv" / "bin" / "surety"), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("by", "file", "column"), [("month", "monthly", "month_utc"), ("day", "daily", "day_utc")])
def test_measure_equals_every_figure_that_others_computed(repository, real_data, by, file, column):
    probes = real_data / "probes"
    told = surety(repository, "measure", str(probes / "samples.csv"), "--by", by, "--method", "occurrences")
    measured = {(row["series"], row["window"]): row for row in told}
    with (probes / f"expected_{file}_by_series.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    for row in rows:
        found = measured[row["series"], row[column]]
        n, n_ok = int(row["n"]), int(row["n_ok"])
        assert (found["n"], found["n_ok"], found["uptime_ppm"]) == (n, n_ok, n_ok * 10**6 // n)
        for percent in (50, 95, 99):
            expected = row[f"p{percent}_nearest_rank_ms"]
            assert found[f"p{percent}_ms"] == (int(expected) if expected else None)


def test_backtest_settles_every_calendar_month_as_a_second_reckoning_says(repository, real_data):
    samples = real_data / "probes" / "samples.csv"
    terms = repository / "examples" / "backtest.yaml"
    chosen = [word for name in SERIES for word in ("--series", name)]
    told = surety(repository, "backtest", str(samples), "--terms", str(terms), *chosen)
    settled = [(row["series"], row["month"]) for row in told["months"]]
    reckoned = {name: months_of(samples, name) for name in SERIES}
    assert settled == [(name, month) for name in SERIES for month in reckoned[name]]
    for name in SERIES:
        check_series([row for row in told["months"] if row["series"] == name], reckoned[name])
    assert told["balanced"]
    assert told["totals"]["left"] == told["totals"]["member_bonds"]


def months_of(path: Path, series: str) -> dict[str, list[tuple[int, int]]]:
    """(ok, latency) of every sample by UTC month, months without any included."""
    found = defaultdict(list)
    with path.open() as lines:
        for row in csv.DictReader(lines):
            if row["series"] == series:
                month = datetime.fromtimestamp(int(row["ts"]), UTC).strftime("%Y-%m")
                found[month].append((int(row["ok"]), int(row["latency_ms"])))
    first, last = min(found), max(found)
    every = [f"{year}-{month:02d}" for year in range(2015, 2030) for month in range(1, 13)]
    return {month: found.get(month, []) for month in every if first <= month <= last}


def check_series(rows, reckoned) -> None:
    left = DEPOSIT
    for row in rows:
        outcome, tier, credit_bps, slash_bps = verdict(reckoned[row["month"]])
        assert (row["outcome"], row["tier"], row["credit_bps"], row["slash_bps"]) == (outcome, tier, credit_bps, slash_bps), row
        parts, left = split(outcome, credit_bps, slash_bps, left)
        assert {name: int(row[name]) for name in parts} == parts, row


def verdict(samples) -> tuple[str, int, int, int]:
    if len(samples) < 20:
        return "no_data", 0, 0, 0
    uptime = Fraction(sum(ok for ok, _ in samples), len(samples))
    tier, credit, slash = next(
        answer
        for floor, answer in (
            (Fraction(999, 1000), (0, 0, 0)),
            (Fraction(99, 100), (1, 1_000, 0)),
            (Fraction(95, 100), (2, 2_500, 0)),
            (Fraction(-1), (3, 10_000, 1_000)),
        )
        if uptime >= floor
    )
    latencies = sorted(latency for ok, latency in samples if ok)
    if latencies and latencies[-(-95 * len(latencies) // 100) - 1] > 2_000:
        credit = max(credit, 1_000)
    return ("breach" if credit else "met"), tier, credit, slash


def split(outcome: str, credit_bps: int, slash_bps: int, left: int) -> tuple[dict[str, int], int]:
    provider, validators, dao = FEE * 7 // 10, FEE * 2 // 10, FEE // 10
    if outcome == "no_data":
        return {"provider": provider, "validators": 0, "dao": dao, "customer": validators, "slash": 0}, left
    credit = FEE * credit_bps // 10_000
    from_provider = min(credit, provider)
    from_deposit = min(credit - from_provider, left)
    from_dao = min(credit - from_provider - from_deposit, dao)
    slash = min(DEPOSIT * slash_bps // 10_000, left - from_deposit)
    parts = {
        "provider": provider - from_provider,
        "validators": validators,
        "dao": dao - from_dao,
        "customer": from_provider + from_deposit + from_dao,
        "slash": slash,
    }
    return parts, left - from_deposit - slash
