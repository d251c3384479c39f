"""What a person sees: tables, progress and one-line errors. Programs get JSON on standard output, and nothing else there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """One JSON document on standard output. Integers beyond 2^53 stay exact; bytes become 0x-hex."""
    json.dump(value, sys.stdout, indent=2, default=_jsonable)
    sys.stdout.write("\n")


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numeric: frozenset[str] = frozenset()
) -> None:
    """One table for people; the columns named in ``numeric`` are set flush right."""
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("-" if cell is None else str(cell)) for cell in row))
    wide = Console(highlight=False, width=max(out.width, _width_of(table)) if not out.is_terminal else None)
    wide.print(table)


def print_facts(title: str, facts: Mapping[str, object]) -> None:
    """A short list of names and values."""
    out.print(f"[bold]{title}[/bold]")
    widest = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        out.print(f"  {name.ljust(widest)}  {'-' if value is None else value}", markup=False)


def tell(title: str, facts: Mapping[str, object], *, json_: bool) -> None:
    """The outcome of a command: names and values for people, or the same as JSON."""
    if json_:
        print_json(facts)
    else:
        print_facts(title, {name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in facts.items()})


@contextmanager
def progress(description: str, total: float | None, *, quiet: bool) -> Iterator[Stage]:
    """A progress line on standard error, so that standard output stays clean. Silent when ``quiet``."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f}%" if total is not None else ""),
        TimeElapsedColumn(),
        console=err,
        disable=quiet,
        transient=True,
    )
    with bar:
        yield Stage(bar, bar.add_task(description, total=total), quiet=quiet)


class Stage:
    """One running piece of work: ``at`` moves the bar, ``say`` leaves a line above it."""

    def __init__(self, bar: Progress, task: int, *, quiet: bool) -> None:
        self._bar = bar
        self._task = task
        self._quiet = quiet

    def at(self, completed: float, description: str | None = None) -> None:
        """Moves to an absolute amount; changes the description where one is given."""
        if description is None:
            self._bar.update(self._task, completed=completed)  # type: ignore[arg-type]
        else:
            self._bar.update(self._task, completed=completed, description=description)  # type: ignore[arg-type]

    def step(self) -> None:
        """Moves the bar on by one."""
        self._bar.advance(self._task)  # type: ignore[arg-type]

    def through(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines, moving the bar on by the length of each."""
        for line in lines:
            yield line
            self._bar.advance(self._task, len(line))  # type: ignore[arg-type]

    def say(self, line: str) -> None:
        """A line that stays, on standard error."""
        if not self._quiet:
            self._bar.console.print(line, markup=False)


def _jsonable(value: object) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _width_of(table: Table) -> int:
    return Console(width=10_000).measure(table).maximum
