"""The process that laws are tried in. It starts Prolog once, and forks a child for each law, which alone ever reads it.

The child has 64 MiB of address space above what it begins with, a second of processor time, writes no file, and dies with its
parent. It fences and loads the law, puts the trial questions (``trial.pl``), each with limits of its own, and reports. The parent
kills it at the deadline. A deadline is one of the wall; where a child got little processor time before it, the machine was busy
and not the law slow, and the law is tried again with a longer one.

Linux enforces all of this. macOS does not enforce the limit of address space, and has no way to bind a child's life to its
parent's; there the limits of Prolog, the deadline and the end of the pipe remain.

Only ``governance.trial`` runs this module.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from governance.errors import SuretyError
from governance.trial_child import TrialProlog, be_tried
from governance.trial_report import Found, TrialReport, frame_of, write_frame

DEADLINES_S = (0.2, 0.4, 0.8, 1.6)  # one try after the other
ENOUGH_CPU_S = 0.15  # a child that had so much was not kept from the processor
_STACK_BYTES = 112 * 2**20  # of C: Prolog's reader recurses on brackets. Linux leaves 128 MiB for a main thread's stack


class _HostGone(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class _End:
    """How a child ended: what it said, whether it was killed, its wait status, and what it used."""

    said: TrialReport | None
    killed: bool
    status: int
    wall_s: float
    cpu_s: float
    peak_kib: int


def main() -> None:
    """Speaks over standard input and output; says first whether it is ready, or what is missing. Ends with its input."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what Prolog prints must not look like an answer
        os.dup2(nothing, standard)
    _raise_stack_limit()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # who ignores it, as our parent may, cannot wait for a child
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        prolog = TrialProlog()
    except SuretyError as error:
        write_frame(answers, {"ready": False, "message": error.message, "remedy": error.remedy})
        return
    with suppress(_HostGone, BrokenPipeError):
        write_frame(answers, {"ready": True})
        _Trials(prolog, requests, answers).serve()


class _Trials:
    def __init__(self, prolog: TrialProlog, requests: int, answers: int) -> None:
        self._prolog = prolog
        self._requests = requests
        self._answers = answers
        self._idle_kib = 0

    def serve(self) -> None:
        """A request is a frame with ``text`` and ``entry``, an answer is that of a report. Raises _HostGone at the end."""
        self._idle_kib = self._run("", "decide/3", DEADLINES_S[-1]).peak_kib
        while True:
            request = self._next()
            write_frame(self._answers, self._tried(str(request["text"]), str(request["entry"])).to_frame())

    def _next(self) -> dict[str, object]:
        data = b""
        while (frame := frame_of(data)) is None:
            more = os.read(self._requests, 65_536)
            if not more:
                raise _HostGone
            data += more
        return frame

    def _tried(self, text: str, entry: str) -> TrialReport:
        report = TrialReport(Found.BUSY)
        for deadline_s in DEADLINES_S:
            report = self._report_of(self._run(text, entry, deadline_s))
            if report.found is not Found.BUSY:
                break
        return report

    def _report_of(self, end: _End) -> TrialReport:
        if end.killed:
            slow = end.cpu_s >= ENOUGH_CPU_S
            report = TrialReport(Found.LIMIT if slow else Found.BUSY, message="it does not come to an end: too much time")
        elif end.said is None or end.status != 0:
            report = TrialReport(Found.CRASH, message=_death(end.status))
        else:
            report = end.said
        return replace(
            report,
            wall_ms=round(end.wall_s * 1000),
            cpu_ms=round(end.cpu_s * 1000),
            memory_kib=max(0, end.peak_kib - self._idle_kib),
        )

    def _run(self, text: str, entry: str, deadline_s: float) -> _End:
        ours, theirs = os.pipe()
        parent, began = os.getpid(), time.monotonic()
        child = os.fork()
        if child == 0:
            self._be_child(text, entry, theirs, parent)
        os.close(theirs)
        killed = True
        data = b""
        try:
            data, killed = self._listen(ours, began + deadline_s)
        finally:
            if killed:
                os.kill(child, signal.SIGKILL)
            os.close(ours)
            _, status, used = os.wait4(child, 0)
        peak = used.ru_maxrss if sys.platform == "linux" else used.ru_maxrss // 1024
        return _End(_said(data), killed, status, time.monotonic() - began, used.ru_utime + used.ru_stime, peak)

    def _be_child(self, text: str, entry: str, report: int, parent: int) -> NoReturn:
        code = 1
        try:
            os.close(self._requests)
            os.close(self._answers)
            be_tried(self._prolog, text, entry, report, parent)
            code = 0
        finally:
            os._exit(code)

    def _listen(self, pipe: int, until: float) -> tuple[bytes, bool]:
        """What the child says until it closes the pipe, and whether it was still at it at the deadline."""
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        waiting.register(self._requests, 0)  # an end of the host is told in any case
        data = b""
        while (left_s := until - time.monotonic()) > 0:
            ready = dict(waiting.poll(left_s * 1000))
            if self._requests in ready:
                raise _HostGone
            if pipe in ready:
                more = os.read(pipe, 65_536)
                if not more:
                    return data, False
                data += more
        return data, True


def _said(data: bytes) -> TrialReport | None:
    try:
        frame = frame_of(data)
        return TrialReport.from_frame(frame) if frame else None
    except (ValueError, TypeError, KeyError):
        return None


def _death(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return (
        f"the process that tried it was ended by signal {-code}" if code < 0 else f"the process that tried it ended with {code}"
    )


def _raise_stack_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    if soft == resource.RLIM_INFINITY or soft < wanted:
        with suppress(ValueError, OSError):  # then deep brackets end in a refusal
            resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))


if __name__ == "__main__":
    main()
