"""Named checks, each with what was expected and what was seen, and the report that they make.

A report holds only where every check that its kind of period demands was made and held: one that was left out for whatever reason
leaves the period unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from governance.errors import SuretyError

Given = TypeVar("Given")

EVERY_DERIVED = (
    "the report came in time",
    "the epoch",
    "the committee reigned when the period began",
    "the header",
    "the hash of the rows",
    "the row is among those signed",
    "the signatures",
    "every signer observed",
    "the observation set",
    "the roots of the members",
    "the evidence",
    "the verdict",
    "the law's text",
    "the terms' text",
)
"""What must be checked of a row: that it follows from what was observed."""

EVERY_REPORTED = (*EVERY_DERIVED, "the split", "the decision is beyond recall")
"""What must be checked of a period that was reported."""

EVERY_DISPUTED = (*EVERY_REPORTED, "the dispute", "the ruling")
"""What must be checked of a period that was reported, and whose row was disputed."""

EVERY_EXPIRED = ("no row was accepted", "the deadline had passed", "the split", "the decision is beyond recall")
"""What must be checked of a period that nobody reported."""


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
    """All checks of one agreement-period. ``required`` names those without which nothing holds."""

    agreement: int
    period: int
    checks: tuple[Check, ...]
    required: tuple[str, ...]

    @property
    def result(self) -> Result:
        """FAILED if a decisive check failed; HELD if every one held and none that is required is missing; else UNVERIFIED."""
        decisive = [check for check in self.checks if check.decisive]
        results = {check.result for check in decisive}
        if Result.FAILED in results:
            return Result.FAILED
        complete = bool(self.required) and {check.name for check in decisive} >= set(self.required)
        return Result.HELD if complete and results == {Result.HELD} else Result.UNVERIFIED

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


def unmade(checks: Iterable[Check], required: Iterable[str], reason: str) -> list[Check]:
    """The required checks that are not among those made, each unverified for this reason."""
    made = {check.name for check in checks}
    return [Check(name, Result.UNVERIFIED, seen=reason) for name in required if name not in made]


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
