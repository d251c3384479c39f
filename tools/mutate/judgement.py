"""What the results of a run amount to: the scores, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.mutate import money, survivors
from tools.mutate.mutants import Mutant
from tools.mutate.results import KILLED, SURVIVED, UNCOMPILABLE, Result
from tools.mutate.survivors import Survivor

LEAST = 95  # of a hundred mutants, that tests notice; of those in money paths all
HEADINGS = ("file", "mutants", "killed", "survived", "equivalent", "uncompilable", "score")


@dataclass(frozen=True, slots=True)
class Score:
    """How many were noticed of those that could be."""

    mutants: int
    killed: int
    survived: int
    equivalent: int
    uncompilable: int

    @property
    def percent(self) -> float:
        """Of those that compile and are not equivalent, the share that was killed; all of none."""
        counted = self.killed + self.survived
        return 100 * self.killed / counted if counted else 100.0

    def cells(self, name: str) -> tuple[str, ...]:
        """The line of a table."""
        numbers = (self.mutants, self.killed, self.survived, self.equivalent, self.uncompilable)
        return (name, *map(str, numbers), f"{self.percent:.1f} %")


class Judgement:
    """``tested`` are the mutants of this run, ``all_mutants`` those that there are, ``listed`` the survivors that are known."""

    def __init__(
        self,
        tested: Sequence[Mutant],
        all_mutants: Sequence[Mutant],
        results: Mapping[str, Result],
        listed: Mapping[str, Survivor],
    ) -> None:
        self.tested = tested
        self.all_mutants = all_mutants
        self.results = results
        self.listed = listed

    @property
    def survivors(self) -> list[Mutant]:
        """Whom no test noticed."""
        return [mutant for mutant in self.tested if self.results[mutant.key].outcome == SURVIVED]

    @property
    def total(self) -> Score:
        """The score of all that were tested."""
        return self.score(self.tested)

    @property
    def money(self) -> Score:
        """The score of those in money paths."""
        return self.score([mutant for mutant in self.tested if money.is_money(mutant)])

    def score(self, mutants: Sequence[Mutant]) -> Score:
        """The score of some."""
        count = Counter(self._counted_as(mutant) for mutant in mutants)
        return Score(len(mutants), *(count[outcome] for outcome in (KILLED, SURVIVED, "equivalent", UNCOMPILABLE)))

    def by_file(self) -> dict[str, Score]:
        """The score of each file."""
        files = sorted({mutant.file for mutant in self.tested})
        return {file: self.score([mutant for mutant in self.tested if mutant.file == file]) for file in files}

    def findings(self) -> list[str]:
        """What is wrong; nothing where the run is a success."""
        found = [f"in the table of money paths and not in the contracts: {path}" for path in money.stale(self.all_mutants)]
        found += [f"listed and not made any more: {key}" for key in survivors.gone(self.listed, self.all_mutants)]
        found += [f"listed, and does not survive: {mutant.key}" for mutant in self.tested if self._needlessly_listed(mutant)]
        found += [f"survives and is not listed: {mutant.key}" for mutant in self.survivors if mutant.key not in self.listed]
        found += [f"accepted in a money path: {mutant.key}" for mutant in self.survivors if self._accepted_money(mutant)]
        if self.total.percent < LEAST:
            found.append(f"{self.total.percent:.1f} % of the mutants are killed; at least {LEAST} % have to be")
        return found

    def _counted_as(self, mutant: Mutant) -> str:
        outcome = self.results[mutant.key].outcome
        entry = self.listed.get(mutant.key)
        return "equivalent" if outcome == SURVIVED and entry and entry.kind == "equivalent" else outcome

    def _needlessly_listed(self, mutant: Mutant) -> bool:
        return mutant.key in self.listed and self.results[mutant.key].outcome != SURVIVED

    def _accepted_money(self, mutant: Mutant) -> bool:
        entry = self.listed.get(mutant.key)
        return money.is_money(mutant) and entry is not None and entry.kind == "accepted"


def table(judgement: Judgement) -> str:
    """The scores of every file, of all and of the money paths, aligned."""
    rows = [HEADINGS, *(score.cells(file) for file, score in judgement.by_file().items())]
    rows += [judgement.total.cells("all"), judgement.money.cells("money paths")]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]) + "\n"
