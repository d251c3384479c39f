"""Mutants of the contracts: each a source with one change, known by a name that other changes of the source leave alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.mutate import syntax
from tools.mutate.operators import Change, Reader
from tools.mutate.syntax import Place, Source

# Interfaces do nothing, and mocks are for tests.
LEFT_ALONE = ("contracts/interfaces/", "contracts/mocks/")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. ``line`` is the code it is in, ``old`` and ``new`` what is changed, ``number`` tells equal ones apart."""

    file: str
    function: str
    operator: str
    line: str
    old: str
    new: str
    number: int
    at: int
    change: Change

    @property
    def key(self) -> str:
        """What it is called, in results and in the list of survivors; holds while its line stays as it is."""
        repeated = f" #{self.number}" if self.number > 1 else ""
        return f"{self.file} `{self.function}`: `{self.line}`: `{self.old}` -> `{self.new}`{repeated}"

    @property
    def where(self) -> str:
        """For an editor: the file, and the line's number."""
        return f"{self.file}:{self.at}"

    def applied(self, text: bytes) -> bytes:
        """The source with the change made."""
        return text[: self.change.start] + self.change.text.encode() + text[self.change.end :]


def of_project(root: Path) -> list[Mutant]:
    """Every mutant of every contract and library under a folder. Raises DoesNotCompile."""
    return [mutant for source in syntax.read(root) if not source.file.startswith(LEFT_ALONE) for mutant in of_source(source)]


def of_source(source: Source) -> list[Mutant]:
    """Every mutant of one source, in its order, and none twice."""
    reader = Reader(source.text)
    found: dict[tuple[int, int, str], Mutant] = {}
    for place in syntax.walk(source.tree):
        for change in reader.changes(place):
            found.setdefault((change.start, change.end, change.text), _mutant(source, place, change))
    return list(_numbered(sorted(found.values(), key=lambda mutant: (mutant.change.start, mutant.change.end))))


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """As many of them, drawn evenly over the files, in the order in which they came."""
    source = random.Random(seed)  # noqa: S311  # a draw that can be repeated
    by_file: dict[str, list[Mutant]] = {}
    for mutant in source.sample(mutants, len(mutants)):
        by_file.setdefault(mutant.file, []).append(mutant)
    drawn: set[str] = set()
    while len(drawn) < min(size, len(mutants)):
        for file in sorted(by_file):
            if by_file[file] and len(drawn) < size:
                drawn.add(by_file[file].pop().key)
    return [mutant for mutant in mutants if mutant.key in drawn]


def _mutant(source: Source, place: Place, change: Change) -> Mutant:
    before = source.text[: change.start]
    start = before.rfind(b"\n") + 1
    stop = source.text.find(b"\n", change.start)
    old = source.text[change.start : change.end].decode()
    return Mutant(
        file=source.file,
        function=_function(place),
        operator=change.operator,
        line=_shown(source.text[start:stop].decode()),
        old=_shown(old),
        new=_shown(change.text),
        number=1,
        at=before.count(b"\n") + 1,
        change=change,
    )


def _function(place: Place) -> str:
    holder = place.inside("FunctionDefinition") or place.inside("ModifierDefinition")
    if holder is not None:
        return str(holder["name"] or holder["kind"])
    declared = place.inside("VariableDeclaration") or {}
    return str(declared.get("name", "-"))


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1]}…"


def _numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    seen: Counter[str] = Counter()
    for mutant in mutants:
        seen[mutant.key] += 1
        yield replace(mutant, number=seen[mutant.key])
