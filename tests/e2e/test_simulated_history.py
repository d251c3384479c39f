"""A law simulated on real samples: as a second reckoning says, and, unit for unit, as the contracts settled the same months."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SERIES = ("s369", "s373")
SAME = ("outcome", "credit_bps", "slash_bps", "uptime_ppm", "provider", "validators", "dao", "slash")
FEE, DEPOSIT = 1_000 * 10**6, 10_000 * 10**6


def surety(repository: Path, *arguments: str) -> Any:
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, cwd=repository)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_simulated_months_are_those_that_the_contracts_settled(repository, real_data):
    samples, terms = str(real_data / "probes" / "samples.csv"), "examples/backtest.yaml"
    chosen = [word for name in SERIES for word in ("--series", name)]
    settled = surety(repository, "backtest", samples, "--terms", terms, *chosen)["months"]
    simulated = surety(repository, "law", "simulate", "standard", "--samples", samples, "--terms", terms, *chosen)
    assert len(settled) == len(simulated["periods"]) > 20
    for contract, law in zip(settled, simulated["periods"], strict=True):
        assert {name: contract[name] for name in ("series", *SAME[:3])} == {name: law[name] for name in ("series", *SAME[:3])}
        assert {name: contract[name] for name in SAME[4:]} == {name: law[name] for name in SAME[4:]}
        assert contract["customer"] == law["customer"]
        assert contract["uptime_ppm"] == (law["uptime_ppm"] if law["by"] == "law" else None)


def test_every_series_of_the_real_data_comes_to_what_a_second_reckoning_says(repository, real_data):
    file = real_data / "probes" / "samples.csv"
    told = surety(repository, "law", "simulate", "standard", "--samples", str(file), "--terms", "examples/backtest.yaml")
    assert told["conserved"]
    assert len(told["series"]) > 100
    reckoned = months_of(file)
    found: dict[str, list[Any]] = {}
    for one in told["periods"]:
        found.setdefault(one["series"], []).append(one)
    assert found.keys() == reckoned.keys()
    for name, months in reckoned.items():
        left = DEPOSIT
        assert [one["samples"] for one in found[name]] == [n for n, _, _ in months]
        for one, (n, ok, late) in zip(found[name], months, strict=True):
            outcome, credit_bps, slash_bps = verdict(n, ok, late)
            assert (one["outcome"], one["credit_bps"], one["slash_bps"]) == (outcome, credit_bps, slash_bps), one
            parts, taken = split(outcome, credit_bps, slash_bps, left)
            assert {part: int(one[part]) for part in parts} == parts, one
            assert int(one["deposit_left"]) == left
            left -= taken


def months_of(file: Path) -> dict[str, list[tuple[int, int, bool]]]:
    """By series and month from its first to its last: samples, ok ones, and whether the P95 of these is above 2,000 ms."""
    lines = [line.split(",") for line in file.read_text().splitlines()[1:]]
    seconds = np.array([int(line[0]) for line in lines], "datetime64[s]")
    month = seconds.astype("datetime64[M]").astype(int)
    found: dict[str, dict[int, list[tuple[int, int]]]] = {}
    for line, number in zip(lines, month.tolist(), strict=True):
        found.setdefault(line[1], {}).setdefault(number, []).append((int(line[2]), int(line[4])))
    return {
        name: [count(by_month.get(number, [])) for number in range(min(by_month), max(by_month) + 1)]
        for name, by_month in found.items()
    }


def count(samples: list[tuple[int, int]]) -> tuple[int, int, bool]:
    latencies = sorted(latency for ok, latency in samples if ok)
    late = bool(latencies) and latencies[-(-95 * len(latencies) // 100) - 1] > 2_000
    return len(samples), len(latencies), late


def verdict(n: int, ok: int, late: bool) -> tuple[str, int, int]:
    if n < 20:
        return "no_data", 0, 0
    tiers = ((999, 0, 0), (990, 1_000, 0), (950, 2_500, 0), (0, 10_000, 1_000))
    credit, slash = next((credit, slash) for floor, credit, slash in tiers if ok * 1_000 >= floor * n)
    credit = max(credit, 1_000) if late else credit
    return ("breach" if credit else "met"), credit, slash


def split(outcome: str, credit_bps: int, slash_bps: int, left: int) -> tuple[dict[str, int], int]:
    provider, validators, dao = FEE * 7 // 10, FEE * 2 // 10, FEE // 10
    if outcome == "no_data":
        return {"provider": provider, "validators": 0, "dao": dao, "customer": validators, "slash": 0}, 0
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
    return parts, from_deposit + slash
