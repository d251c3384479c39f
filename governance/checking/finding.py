"""What checking a law brings to light."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Grade(StrEnum):
    """How bad a finding is. An error is a law that nothing should settle or route on."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with its line in the law (0 for the whole).

    ``where`` says for which inputs it holds, ``example`` is one of them, and ``under`` names the terms under which it was found;
    each is empty where it has nothing to say.
    """

    grade: Grade
    kind: str
    line: int
    message: str
    where: str = ""
    example: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a law after checking.

    ``scope`` says in words what the findings, or their absence, hold for; ``proved`` whether that is a proof: every possible
    input was covered, none merely sampled. ``regions`` counts the parts of the input space in which the law's way is one and
    the same, ``runs`` how often the law was asked, ``samples`` how many of these were random.
    """

    kind: str
    scope: str
    proved: bool
    regions: int
    runs: int
    samples: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether nothing found is an error."""
        return all(finding.grade is not Grade.ERROR for finding in self.findings)
