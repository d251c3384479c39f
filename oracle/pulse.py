"""Notices when the event loop itself was held up: what a probe measured meanwhile says nothing of its endpoint."""

from __future__ import annotations

import asyncio
import time
from collections import deque

BEAT_S = 0.02
_BEAT_NS = int(BEAT_S * 1e9)
_REMEMBERED = 4_096


class Pulse:
    """Beats in one event loop, and remembers how late the beats came. To be used from that loop alone."""

    def __init__(self) -> None:
        self._late: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)  # when a late beat came, and by how much
        self._last_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins to beat in the running loop; again is harmless."""
        if self._timer is None:
            self._last_ns = time.perf_counter_ns()
            self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    def stop(self) -> None:
        """Beats no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def held_up_ms(self, since_ns: int) -> int:
        """For how long, in all, the loop was held up since a moment of ``time.perf_counter_ns``; a beat's length is forgiven."""
        now_ns = time.perf_counter_ns()
        held_ns = _overlap(now_ns, now_ns - self._last_ns - _BEAT_NS, since_ns)
        for at_ns, late_ns in reversed(self._late):
            if at_ns <= since_ns:
                break
            held_ns += _overlap(at_ns, late_ns, since_ns)
        return held_ns // 1_000_000

    def _beat(self) -> None:
        now_ns = time.perf_counter_ns()
        late_ns = now_ns - self._last_ns - _BEAT_NS
        if late_ns > _BEAT_NS:
            self._late.append((now_ns, late_ns))
        self._last_ns = now_ns
        self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)


def _overlap(end_ns: int, length_ns: int, since_ns: int) -> int:
    """How much of the stretch that ended then lies after a moment."""
    return max(0, min(length_ns, end_ns - since_ns))
