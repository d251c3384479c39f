"""Which mutants change what somebody is paid: of those none may survive. One line says why each function is among them.

A function that is in this table and no longer in the contracts is an error: the table follows the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.mutate.mutants import Mutant


@dataclass(frozen=True, slots=True)
class MoneyPath:
    """Functions of a file that decide over money; all of them where none is named."""

    file: str
    functions: frozenset[str]
    reason: str


def _path(file: str, functions: str, reason: str) -> MoneyPath:
    return MoneyPath(f"contracts/{file}", frozenset(functions.split()), reason)


MONEY = (
    _path("libraries/Split.sol", "", "how a fee, a credit and a slash are divided"),
    _path("libraries/Tokens.sol", "", "what came in is what was asked for"),
    _path("libraries/Windows.sol", "", "whether money has matured, and whether a deadline has passed"),
)


def is_money(mutant: Mutant, paths: Sequence[MoneyPath] = MONEY) -> bool:
    """Whether a mutant is in a money path."""
    return any(path.file == mutant.file and (not path.functions or mutant.function in path.functions) for path in paths)


def stale(mutants: Iterable[Mutant], paths: Sequence[MoneyPath] = MONEY) -> list[str]:
    """Files and functions of the table in which nothing can be changed: renamed or gone."""
    there = {(mutant.file, mutant.function) for mutant in mutants}
    files = {file for file, _ in there}
    gone = [path.file for path in paths if path.file not in files]
    return gone + [f"{path.file} {name}" for path in paths for name in sorted(path.functions) if (path.file, name) not in there]
