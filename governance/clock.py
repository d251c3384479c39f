"""Time as an argument: whoever needs to know what time it is, is given a clock."""

from __future__ import annotations

import time
from typing import Protocol

from governance.errors import BadInput


class Clock(Protocol):
    """Says what time it is."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when told to, for tests and for replaying history."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC, as last set."""
        return self._now_ms

    def advance_to(self, ms: int) -> None:
        """Set the time. Raises BadInput for a time that has passed: no clock runs backwards."""
        if ms < self._now_ms:
            raise BadInput(f"the clock stands at {self._now_ms}", value=ms, remedy="give a later time")
        self._now_ms = ms
