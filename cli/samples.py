"""``surety measure`` and ``surety backtest``: what recorded samples say, and what they would have paid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.amounts import percent_of
from cli.backtest import backtest
from cli.console import print_json, print_table
from cli.options import Json
from governance.values import UptimeMethod
from oracle.measure import DEFAULT_SLOT_S, Measurement, Window, measure

COLUMNS = ("series", "window", "n", "n_ok", "uptime %", "p50 ms", "p95 ms", "p99 ms", "within", "coverage %")
NUMERIC = frozenset(COLUMNS[2:])

Samples = Annotated[Path, typer.Argument(help="CSV with columns ts (Unix s), ok (0/1), latency_ms and, if wanted, series.")]


def add_to(app: typer.Typer) -> None:
    """Adds both commands to the top level."""
    app.command("measure", epilog="Example: surety measure samples.csv --by month --method occurrences")(measure_file)
    app.command("backtest", epilog="Example: surety backtest samples.csv --terms examples/backtest.yaml")(backtest)


def measure_file(
    file: Samples,
    by: Annotated[Window, typer.Option(help="Length of a window; both begin at 00:00 UTC.")] = Window.MONTH,
    method: Annotated[UptimeMethod, typer.Option(help="How uptime is counted.")] = UptimeMethod.OCCURRENCES,
    within_ms: Annotated[int, typer.Option(min=0, help="Ceiling for the column n_ok_within.")] = 2_000,
    slot_s: Annotated[int, typer.Option(min=1, help="Length of a slot, for slot methods and coverage.")] = DEFAULT_SLOT_S,
    json_: Json = False,
) -> None:
    """Measure uptime and latency of recorded samples, per series and UTC window.

    Uptime is floored to parts per million; percentiles are nearest rank over ok samples; coverage is over the whole window.
    """
    from oracle.csv_samples import read_samples

    found = measure(read_samples(file), by, method, within_ms, slot_s)
    if json_:
        print_json([one.as_json() for one in found])
    else:
        print_table(f"{file.name}: {method.value} by {by.value}", COLUMNS, [_cells(one) for one in found], numeric=NUMERIC)


def _cells(one: Measurement) -> tuple[object, ...]:
    return (
        one.series,
        one.window,
        one.n,
        one.n_ok,
        percent_of(one.uptime_ppm),
        one.p50_ms,
        one.p95_ms,
        one.p99_ms,
        one.n_ok_within,
        percent_of(one.coverage_ppm),
    )
