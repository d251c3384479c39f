"""The running sums: what they are called, and what they are of."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum

from chain.values import Division
from governance.values import Outcome

PARTS = tuple(field.name for field in fields(Division))
PAYMENT_KINDS = ("provider", "customer", "member", "relay", "winner", "dao", "stake", "dispute", "bond", "reporter")


class TotalName(StrEnum):
    """Names of the running sums."""

    EXPIRED = "expired"
    REPORTS = "reports"
    SKIPPED = "skipped"
    DISPUTED = "disputed"
    TERMINATED = "terminated"
    REWARDS = "rewards"

    @staticmethod
    def outcome(outcome: Outcome) -> str:
        """Settled and expired periods of an outcome."""
        return f"outcome:{outcome.name.lower()}"

    @staticmethod
    def ruling(kind: str) -> str:
        """Disputes that ended in a kind of ruling."""
        return f"ruling:{kind}"

    @staticmethod
    def part(part: str) -> str:
        """A part of all divisions, by token."""
        return f"part:{part}"

    @staticmethod
    def paid(kind: str) -> str:
        """Payments of a kind, by token."""
        return f"paid:{kind}"
