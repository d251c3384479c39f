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
    _path("libraries/Dues.sol", "", "what an agreement owes its customer, and what is left of the deposit"),
    _path("libraries/States.sol", "credited paid providerDue", "what an agreement owes its provider"),
    _path("libraries/Pacts.sol", "fee", "what a period costs"),
    _path("libraries/Bits.sol", "count", "by how many the validators' part is shared"),
    _path(
        "abstracts/Ledger.sol",
        "_book _divide _expire _keepOrClose _settleWaiting _isMature",
        "what becomes of a row's money, and when",
    ),
    _path("abstracts/Purses.sol", "_credit _pinned _sum _take _takeCrew", "who is credited the shares, under which terms"),
    _path("abstracts/Entering.sol", "enter terminate _begun", "what is escrowed, and what comes back at an early end"),
    _path("abstracts/Holding.sol", "hold decide _release _reserveFor _reward", "what a dispute holds up, and where it goes"),
    _path("abstracts/Reporting.sol", "expire settle _settleMatured", "that only what has matured is settled"),
    _path(
        "Pactum.sol",
        "claimProvider claimCustomer claimMember claimRelay claimWinner claimDao "
        "_takeProviderDue _takeCustomerDue _depositDue _pay",
        "what is paid out, to whom, and once",
    ),
    _path(
        "Zone.sol",
        "stake thaw restake withdraw lock unlock seize _free _redeem _shrink _floorShares _floorWorth _requireLocked _thawing",
        "what stake is there, is locked, may leave and is taken",
    ),
    _path("Tribunal.sol", "dispute confirm replace lapse claim claimDao _ceilShare _giveBack _pay", "where bonds of disputes go"),
    _path("Committee.sol", "post withdraw _slash claimReporter claimDao", "where bonds of members go"),
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
