"""What one law is put through, in a process of its own that may die of it: limits, loading, and the trial questions."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from governance.engine import AS_TEXT, CAUGHT, STRING, UTF8, EngineFault, Library, start_here
from governance.trial_report import Found, TrialReport, write_frame

MEMORY_BYTES = 64 * 2**20
CPU_LIMIT_S = 1  # the kernel's, in case that nobody is left to kill this process
QUESTION_CPU_S = 0.02
_AGAIN_S = 0.005  # the alarm rings until it is heard
_LIMIT = -3
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


class TrialProlog:
    """Prolog in the one thread of this process, with the trial questions. Raises EngineMissing and EngineFault."""

    def __init__(self) -> None:
        self._library: Library = start_here("trial.pl")
        self.ask("prepare")
        # Prolog's own handler would run at once, even while rubbish is collected. This one only makes a note, for the next call.
        libc = ctypes.CDLL(None)
        libc.signal.restype, libc.signal.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p)
        libc.signal(signal.SIGPROF, ctypes.cast(self._library.signal, ctypes.c_void_p))

    def ask(self, question: str, *given: str) -> tuple[int, str]:
        """Puts a question of ``trial.pl``; the answer is a status and a text. Raises EngineFault where there is none."""
        found, status = self._library, ctypes.c_int64()
        size, chars = ctypes.c_size_t(), ctypes.c_void_p()
        frame = found.open_frame()
        try:
            first = found.terms(len(given) + 2)
            for term, text in enumerate(given, first):
                data = text.encode()
                found.put_chars(term, STRING | UTF8, len(data), data)
            last = first + len(given)
            predicate = found.predicate(question.encode(), len(given) + 2, b"surety_trial")
            done = found.call(None, CAUGHT, predicate, first) and found.get_int64(last, ctypes.byref(status))
            if not (done and found.get_chars(last + 1, ctypes.byref(size), ctypes.byref(chars), AS_TEXT)):
                raise EngineFault(f"Prolog did not answer {question!r}")
            return status.value, ctypes.string_at(chars, size.value).decode()
        finally:
            found.discard_frame(frame)


def be_tried(prolog: TrialProlog, text: str, entry: str, report: int, parent: int) -> None:
    """Tries the law and writes a report. To be called in the child, which then ends."""
    _bind_to(parent)
    _bound()
    write_frame(report, _tried(prolog, text, entry).to_frame())


def _tried(prolog: TrialProlog, text: str, entry: str) -> TrialReport:
    status, why = prolog.ask("load", text, entry)
    if status <= 0:
        offset, _, message = why.partition("\t")
        return TrialReport(Found.REFUSED, offset=int(offset), message=message)
    asked: list[str] = []
    for defined in why.split():
        asked += _asked(prolog, defined)
    return TrialReport(Found.ADMITTED, asked=tuple(asked))


def _asked(prolog: TrialProlog, entry: str) -> list[str]:
    """Puts the questions for one entry. After one that had to be stopped there is no time for the next."""
    asked: list[str] = []
    status = 1
    while status != _LIMIT:
        signal.setitimer(signal.ITIMER_PROF, QUESTION_CPU_S, _AGAIN_S)
        try:
            status, text = prolog.ask("put", entry, str(len(asked) + 1))
        except EngineFault:  # the alarm was heard when the question had just ended
            status, text = _LIMIT, "time"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if status == 0:
            break
        asked.append(f"{entry} {len(asked) + 1} {text}")
    return asked


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _bind_to(parent: int) -> None:
    """This process ends with its parent, and gains no rights; where the kernel knows of such things."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
