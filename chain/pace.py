"""Time, for whoever waits."""

from __future__ import annotations

import time
from typing import Protocol


class Pace(Protocol):
    """Time as a waiting loop needs it; tests inject their own."""

    def now_s(self) -> float:
        """Seconds of a clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after some seconds."""
        ...


class RealPace:
    """The machine's own time."""

    def now_s(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleeps."""
        time.sleep(seconds)
