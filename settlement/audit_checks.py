"""Named checks, each with what was expected and what was seen, and the report that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from governance.errors import SuretyError

Given = TypeVar("Given")


class Result(StrEnum):
    """What came of a check."""

    HELD = "held"
    FAILED = "failed"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. The overall result rests on the ``decisive`` ones; the others point at single members."""

    name: str
    result: Result
    expected: str = ""
    seen: str = ""
    decisive: bool = True


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All checks of one agreement-period."""

    agreement: int
    period: int
    checks: tuple[Check, ...]

    @property
    def result(self) -> Result:
        """FAILED if a decisive check failed, else UNVERIFIED if one could not be made, else HELD."""
        results = {check.result for check in self.checks if check.decisive}
        return next((result for result in (Result.FAILED, Result.UNVERIFIED) if result in results), Result.HELD)

    @property
    def suspects(self) -> tuple[str, ...]:
        """The names of failed checks that point at single members."""
        return tuple(check.name for check in self.checks if not check.decisive and check.result is Result.FAILED)

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {
            "agreement": str(self.agreement),
            "period": self.period,
            "result": self.result.value,
            "suspects": list(self.suspects),
            "checks": [
                {
                    "name": check.name,
                    "result": check.result.value,
                    "expected": check.expected,
                    "seen": check.seen,
                    "decisive": check.decisive,
                }
                for check in self.checks
            ],
        }


def attempt(name: str, fetch: Callable[[], Given]) -> Given | Check:
    """What somebody gives, or an unverified check where it is not given."""
    try:
        return fetch()
    except SuretyError as error:
        return Check(name, Result.UNVERIFIED, "to be had", str(error))


def equal(name: str, expected: object, seen: object) -> Check:
    """A check that two values are the same."""
    return that(name, expected == seen, expected, seen)


def that(name: str, holds: bool, expected: object, seen: object) -> Check:
    """A check of a condition."""
    return Check(name, Result.HELD if holds else Result.FAILED, _shown(expected), _shown(seen))


def passes(name: str, verify: Callable[[], None], expected: str, seen: str) -> Check:
    """A check that something verifies; what it raises is what was seen."""
    try:
        verify()
    except SuretyError as error:
        return Check(name, Result.FAILED, expected, str(error))
    return Check(name, Result.HELD, expected, seen)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return str(value)
