"""Every error of the project, as one tree.

    SuretyError
    ├── RetryableError          the same call may succeed later: a node is down, a lock is held
    │   └── NodeUnavailable, RelayUnavailable, TransactionPending ... (declared beside their causes)
    └── FatalError              the same call will fail again until somebody changes something
        └── BadInput, LawError, WrongPassword, TransactionReverted ... (declared beside their causes)

An error carries the offending value and says what would be right. No error ever stands for an answer: a law that
fails, a signature that does not verify or a measurement that is missing is never "allowed", "met" or "paid".
"""

from __future__ import annotations


class SuretyError(Exception):
    """Root of all errors that a user of Surety may see.

    ``value`` is what was wrong, ``remedy`` what would be right; both appear in the message, once.
    """

    def __init__(self, message: str, *, value: object = None, remedy: str = "") -> None:
        self.message = message
        self.value = value
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class RetryableError(SuretyError):
    """The same call may succeed later, unchanged."""


class FatalError(SuretyError):
    """The same call fails again until its input, or the world, is changed by somebody."""


class BadInput(FatalError):
    """A document, argument or message is not of its form. Names the place where it can: source, line, column (1-based)."""

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        line: int | None = None,
        column: int | None = None,
        value: object = None,
        remedy: str = "",
    ) -> None:
        self.source = source
        self.line = line
        self.column = column
        place = ":".join(str(part) for part in (source or None, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message, value=value, remedy=remedy)
