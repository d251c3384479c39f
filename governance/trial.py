"""The first run of a law that nobody knows, in another process: what it does there is known before any of it is loaded here.

The process (``governance.trial_process``) is started when first needed, holds nothing of this one but the two ends of pipes, and
ends when they close. It tries one law at a time. If it dies, the next law gets a new one; without any, no law is admitted.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from governance.engine import EngineMissing
from governance.errors import RetryableError
from governance.trial_report import TrialReport, frame_of, write_frame

START_WITHIN_S = 60.0
ANSWER_WITHIN_S = 10.0  # all tries of a law, on a machine that has no time, take less
_STARTS = 2
# What finding Python's and Prolog's libraries may need. No other part of the environment is passed on.
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "SWI_HOME_DIR",
    "LIBSWIPL_PATH",
)
_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from governance.trial_process import main; main()"


class TrialUnavailable(RetryableError):
    """A law could not be tried, so nothing is known of it, and it is not loaded."""


class TrialRoom:
    """Tries laws in a process of its own, one after the other. Safe to share between threads; closed at exit at the latest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def examine(self, text: str, entry: str) -> TrialReport:
        """Tries a law that must define ``entry``, as in "decide/3".

        Raises TrialUnavailable where that process cannot be started or twice did not answer, and EngineMissing where there is
        no Prolog.
        """
        with self._lock:
            for _ in range(_STARTS):
                report = self._ask({"text": text, "entry": entry})
                if report is not None:
                    return report
        raise TrialUnavailable("the process that tries laws does not answer", remedy="the law was not loaded; try again")

    def close(self) -> None:
        """Ends the process, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, object]) -> TrialReport | None:
        process = self._running()
        try:
            write_frame(_descriptor(process.stdin), request)
            frame = _read(process, ANSWER_WITHIN_S)
            if frame is not None:
                return TrialReport.from_frame(frame)
        except (OSError, ValueError, TypeError, KeyError):
            pass
        self._end()
        return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._end()
            self._process, self._owner = _start(), os.getpid()
            atexit.register(self.close)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        atexit.unregister(self.close)
        if process is None or self._owner != os.getpid():  # a fork leaves an image of it, which is not ours to end
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()


def _start() -> subprocess.Popen[bytes]:
    home = str(Path(__file__).resolve().parent.parent)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program, by our own interpreter
            [sys.executable, "-I", "-c", _PROGRAM, json.dumps([home, *(path for path in sys.path if path)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            start_new_session=True,  # an interrupt from the keyboard is this process's to deal with
        )
    except OSError as error:
        raise TrialUnavailable(f"the process that tries laws cannot be started: {error}", remedy="free resources") from error
    ready = _read(process, START_WITHIN_S)
    if ready is not None and ready.get("ready") is True:
        return process
    process.kill()
    process.communicate()
    if ready is None:
        raise TrialUnavailable("the process that tries laws does not start", remedy="the law was not loaded; try again")
    raise EngineMissing(str(ready.get("message")), remedy=str(ready.get("remedy")))


def _read(process: subprocess.Popen[bytes], within_s: float) -> dict[str, object] | None:
    """One frame, or None where the process ended or took too long. Raises ValueError for what is no frame."""
    pipe = _descriptor(process.stdout)
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    until, data = time.monotonic() + within_s, b""
    while (frame := frame_of(data)) is None:
        left_s = until - time.monotonic()
        if left_s <= 0 or not waiting.poll(left_s * 1000):
            return None
        more = os.read(pipe, 65_536)
        if not more:
            return None
        data += more
    return frame


def _descriptor(pipe: object) -> int:
    return pipe.fileno()  # type: ignore[attr-defined,no-any-return]


_ROOM = TrialRoom()


def examine(text: str, entry: str) -> TrialReport:
    """``TrialRoom.examine`` in the one room of this process."""
    return _ROOM.examine(text, entry)
