"""What every benchmark reports, and how: a table for people, JSON for machines, and the last table in docs/benchmarks.md.

A benchmark is a folder ``bench/<name>/`` with a ``__main__.py``; ``make bench-<name>`` runs it. It measures, and ends with

    sys.exit(report.finish("<name>", [report.measure("fold", rate, "samples/s", target=report.at_least(1_000_000))]))
"""

from __future__ import annotations

import json
import math
import operator
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
OUT = REPOSITORY / "bench" / "out"
PAGE = REPOSITORY / "docs" / "benchmarks.md"
HEADINGS = ("measure", "value", "unit", "against", "ratio", "target", "met", "sizes", "exponent")
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Target:
    """A promise about one figure of a measure: its ``value``, its ``ratio`` or its ``exponent``."""

    comparison: str
    bound: float
    figure: str

    def __str__(self) -> str:
        named = "" if self.figure == "value" else f"{self.figure} "
        return f"{named}{self.comparison} {_number(self.bound)}"

    def met_by(self, figure: float | None) -> bool:
        """Whether the figure keeps the promise; a figure that was not measured keeps none."""
        return figure is not None and _COMPARISONS[self.comparison](figure, self.bound)


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of a report. ``ratio`` is value / what it is measured against; ``exponent`` is that of cost over size."""

    measure: str
    value: float
    unit: str
    against: str | None
    ratio: float | None
    target: str | None
    met: bool | None
    sizes: tuple[int, ...]
    exponent: float | None


def at_most(bound: float, figure: str = "value") -> Target:
    """A target that the figure does not exceed."""
    return Target("<=", bound, figure)


def at_least(bound: float, figure: str = "value") -> Target:
    """A target that the figure reaches."""
    return Target(">=", bound, figure)


def measure(
    name: str,
    value: float,
    unit: str,
    *,
    against: tuple[str, float] | None = None,
    target: Target | None = None,
    points: Sequence[tuple[int, float]] = (),
) -> Measure:
    """One measure. ``against`` is (what, its value in its unit); ``points`` are (size, cost), two or more for an exponent."""
    figures = {
        "value": value,
        "ratio": value / against[1] if against else None,
        "exponent": growth_exponent(points) if len(points) > 1 else None,
    }
    return Measure(
        measure=name,
        value=value,
        unit=unit,
        against=f"{against[0]}: {_number(against[1])}" if against else None,
        ratio=figures["ratio"],
        target=str(target) if target else None,
        met=target.met_by(figures[target.figure]) if target else None,
        sizes=tuple(size for size, _ in points),
        exponent=figures["exponent"],
    )


def growth_exponent(points: Sequence[tuple[int, float]]) -> float:
    """The k of cost ~ size^k, by least squares on the logarithms. Needs two sizes; sizes and costs are positive."""
    slope, _ = statistics.linear_regression([math.log(size) for size, _ in points], [math.log(cost) for _, cost in points])
    return slope


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall time of the work in seconds."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def finish(name: str, measures: Sequence[Measure], *, out: Path = OUT, page: Path | None = PAGE) -> int:
    """Print the table, write ``bench/out/<name>.json`` and the table of the page, if one is named.

    Returns 0, or 1 where a target was missed.
    """
    text = table(measures)
    sys.stdout.write(f"bench-{name}\n\n{text}\n")
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(json.dumps([asdict(line) for line in measures], indent=2) + "\n")
    if page is not None:
        page.write_text(with_table(page.read_text(), name, f"{_circumstances()}\n\n{text}"))
    missed = [line.measure for line in measures if line.met is False]
    if missed:
        sys.stderr.write(f"bench-{name}: missed its target: {', '.join(missed)}\n")
    return 1 if missed else 0


def table(measures: Sequence[Measure]) -> str:
    """The measures as a Markdown table with aligned columns, ending with a line break."""
    rows = [HEADINGS, *(_cells(line) for line in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def with_table(page: str, name: str, text: str) -> str:
    """The page with the text between the markers of this benchmark; a page without them gets a new section at its end."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    if begin not in page:
        page = f"{page.rstrip()}\n\n## bench-{name}\n\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    _, after = rest.split(end, 1)
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"


def _circumstances() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, Python {sys.version_info.major}.{sys.version_info.minor}"


def _cells(line: Measure) -> tuple[str, ...]:
    return tuple(_cell(getattr(line, heading)) for heading in HEADINGS)


def _cell(value: object) -> str:
    match value:
        case None | ():
            return "-"
        case bool():
            return "yes" if value else "NO"
        case int() | float():
            return _number(value)
        case tuple():
            return ", ".join(_number(size) for size in value)
    return str(value)


def _number(value: float) -> str:
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{round(value):,}"
    return f"{value:.3g}"
