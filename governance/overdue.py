"""Stops questions that take too long. Limits of inferences and memory do not bound time, since one inference may do much.

Each thread with an engine has a pulse. A watchdog looks at them while questions run, and sleeps while none does. What counts is
the processor time of the asking thread, so that a busy machine makes no law fail; where a thread's processor time cannot be
read, it is the time of the wall, tenfold.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from governance.errors import SuretyError

LOOK_EVERY_S = 0.02
_PATIENCE = 50  # looks at idle pulses before the watchdog sleeps
_WALL_FACTOR = 10


@dataclass(slots=True, eq=False)
class Pulse:
    """What the watchdog sees of one thread: ``question`` is the number of the one at work, 0 while there is none."""

    engine: int
    cpu_clock: int | None
    question: int = 0
    allowed_s: float = 0.0
    asked: int = 0
    _seen: tuple[int, float] = field(default=(0, 0.0))

    def begin(self, allowed_s: float) -> int:
        """A new question, and its number."""
        self.asked += 1
        self.allowed_s = allowed_s
        self.question = self.asked
        return self.asked

    def overdue(self) -> int:
        """The number of the question at work if it has used more than it may since it was first seen here; else 0."""
        question = self.question
        spent_s = self._spent_s()
        if question != self._seen[0]:
            self._seen = question, spent_s
        return question if question and spent_s - self._seen[1] > self.allowed_s else 0

    def _spent_s(self) -> float:
        if self.cpu_clock is None:
            return time.monotonic() / _WALL_FACTOR
        try:
            return time.clock_gettime(self.cpu_clock)
        except OSError:  # the thread has just ended
            return 0.0


class Watchdog:
    """Calls ``stop(engine, question)`` for each question that is overdue. Starts a thread of its own with the first one."""

    def __init__(self, stop: Callable[[int, int], None]) -> None:
        self._stop = stop
        self._lock = threading.RLock()  # an engine may be given up by a destructor, at any moment
        self._pulses: set[Pulse] = set()
        self._awake = threading.Event()
        self._running = False

    def watch(self, engine: int) -> Pulse:
        """A pulse for the calling thread."""
        pulse = Pulse(engine, _own_cpu_clock())
        with self._lock:
            self._pulses.add(pulse)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="prolog watchdog", daemon=True).start()
        return pulse

    def forget(self, pulse: Pulse) -> None:
        """The pulse's thread has no engine any more."""
        with self._lock:
            self._pulses.discard(pulse)

    def wake(self) -> None:
        """A question begins."""
        if not self._awake.is_set():
            self._awake.set()

    def _run(self) -> None:
        while True:
            self._awake.wait()
            idle = 0
            while idle < _PATIENCE:
                time.sleep(LOOK_EVERY_S)
                idle = 0 if self._look() else idle + 1
            self._awake.clear()
            if any(pulse.question for pulse in self._all()):
                self._awake.set()  # it began between the last look and the clearing

    def _look(self) -> bool:
        """Whether any question was at work; stops those that are overdue."""
        pulses = self._all()
        for pulse in pulses:
            question = pulse.overdue()
            if question:
                with suppress(SuretyError):  # it is tried again with the next look: nobody else stops anything
                    self._stop(pulse.engine, question)
        return any(pulse.question for pulse in pulses)

    def _all(self) -> list[Pulse]:
        with self._lock:
            return list(self._pulses)


def _own_cpu_clock() -> int | None:
    find = getattr(time, "pthread_getcpuclockid", None)
    return find(threading.get_ident()) if find else None
