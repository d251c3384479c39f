"""How fast recorded samples become figures: ``surety measure`` against a plain numpy pass over the same file.

The plain pass is what one would write without this project: ``numpy.loadtxt``, one ``unique`` over series and month, counts of
all and of ok samples, nearest-rank percentiles of the ok latencies; neither slots nor coverage, and no word about a bad line.
The files are the real one, where SURETY_REAL_DATA names its folder, and that one several times over; else made-up rows.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench import report
from oracle.csv_samples import read_samples
from oracle.measure import Measurement, measure

FACTORS = (1, 4, 16)
MADE_UP_ROWS = 60_530


def rows_of_the_first_file() -> tuple[str, list[str]]:
    """Header and rows of the real file, or of one made up like it."""
    folder = os.environ.get("SURETY_REAL_DATA")
    if folder:
        header, *rows = (Path(folder) / "probes" / "samples.csv").read_text().splitlines()
        return header, rows
    sys.stdout.write("SURETY_REAL_DATA is not set: these are made-up samples\n")
    made = random.Random(1)  # noqa: S311
    rows = []
    for _ in range(MADE_UP_ROWS):
        ts, series, ok = made.randrange(1_600_000_000, 1_790_000_000), made.randrange(379), int(made.random() < 0.97)
        rows.append(f"{ts},s{series:03},{ok},0,{made.randrange(3_000)},200")
    return "ts,series,ok,degraded,latency_ms,http_code", rows


def ours(path: Path) -> list[Measurement]:
    """The project's own way, from the file to the rows of the answer."""
    return measure(read_samples(path))


def plain(path: Path) -> list[tuple[str, int, int, int, list[int]]]:
    """Numpy alone: (series, month, n, n_ok, percentiles)."""
    columns = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(0, 1, 2, 4), dtype="i8,U8,i1,i8", encoding="utf-8")
    month = columns["f0"].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    series, number = np.unique(columns["f1"], return_inverse=True)
    keys, group = np.unique(number * 10_000 + month, return_inverse=True)
    ok = columns["f2"] == 1
    n, n_ok = np.bincount(group), np.bincount(group[ok], minlength=len(keys))
    order = np.lexsort((columns["f3"][ok], group[ok]))
    latencies = np.split(columns["f3"][ok][order], np.cumsum(n_ok)[:-1])
    return [
        (str(series[key // 10_000]), int(key % 10_000), int(n[at]), int(n_ok[at]), ranks(latencies[at]))
        for at, key in enumerate(keys)
    ]


def ranks(ascending: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    """Nearest-rank P50, P95 and P99; nothing for nothing."""
    return [int(ascending[-(-p * len(ascending) // 100) - 1]) for p in (50, 95, 99)] if len(ascending) else []


def agree(path: Path) -> bool:
    """Whether both passes find the same counts and percentiles."""
    found = [(row.n, row.n_ok, [row.p50_ms, row.p95_ms, row.p99_ms] if row.n_ok else []) for row in ours(path)]
    return found == [(n, n_ok, percentiles) for _, _, n, n_ok, percentiles in plain(path)]


def main() -> int:
    """Measures, and says whether the targets were met."""
    header, rows = rows_of_the_first_file()
    costs: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.csv"
        for factor in FACTORS:
            path.write_text("\n".join([header, *rows * factor]) + "\n")
            if not agree(path):
                sys.stdout.write("the two passes differ: nothing to compare\n")
                return 1
            costs[len(rows) * factor] = report.seconds(lambda: ours(path)), report.seconds(lambda: plain(path), repeats=3)
    first, last = min(costs), max(costs)
    return report.finish(
        "measure",
        [
            report.measure("read and fold one file", costs[first][0], "s", target=report.at_most(2)),
            report.measure(
                "samples folded per second",
                last / costs[last][0],
                "samples/s",
                against=("plain numpy pass, same file", last / costs[last][1]),
                target=report.at_least(1, "ratio"),
            ),
            report.measure(
                "growth of cost with samples",
                costs[last][0],
                "s",
                target=report.at_most(1.1, "exponent"),
                points=[(size, cost) for size, (cost, _) in costs.items()],
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
