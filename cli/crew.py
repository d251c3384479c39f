"""The worker processes of a local stack: started, killed, restarted and stopped by name, without leftovers."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from governance.errors import RetryableError, SuretyError

_PR_SET_PDEATHSIG = 1
_STOP_PATIENCE_S = 8.0


class WorkerDied(RetryableError):
    """A worker process ended on its own. ``value`` is its name."""


class Crew:
    """A context of named worker processes, each with a log file of its own. Leaving it stops them all, newest first.

    They are forked from a server process that has imported the house once, so that its pages are shared.
    """

    def __init__(self, log_directory: Path) -> None:
        self._logs = log_directory
        self._workers: dict[str, ForkServerProcess] = {}
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["cli.preload"])

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(*reversed(list(self._workers)))

    def start(self, name: str, target: Callable[..., object], *args: object) -> None:
        """Starts a worker; the target and its arguments must be picklable. A name may be started again once it has ended."""
        process = self._context.Process(target=_enter, args=(str(self._logs / f"{name}.log"), target, args), name=name)
        process.start()
        self._workers[name] = process

    def kill(self, name: str) -> None:
        """SIGKILL: nothing of the worker gets a chance to tidy up."""
        process = self._workers.pop(name)
        process.kill()
        process.join()

    def stop(self, *names: str) -> None:
        """SIGTERM to all, then patience, then SIGKILL."""
        stopping = [self._workers.pop(name) for name in names if name in self._workers]
        for process in stopping:
            process.terminate()
        for process in stopping:
            process.join(_STOP_PATIENCE_S)
            if process.is_alive():
                process.kill()
                process.join()

    def check(self) -> None:
        """Raises WorkerDied, with the end of its log, when a worker has ended on its own."""
        for name, process in self._workers.items():
            if not process.is_alive():
                log = self._logs / f"{name}.log"
                raise WorkerDied(
                    f"{name} ended with exit code {process.exitcode}: {_tail(log)}", value=name, remedy=f"its whole log is {log}"
                )

    def pids(self) -> list[int]:
        """Process ids of the workers and of the server that forks them."""
        own = [process.pid for process in self._workers.values() if process.pid]
        return own + [pid for pid in _children_of(os.getpid()) if pid not in own]


def memory_bytes(pids: Iterable[int]) -> int:
    """Proportional set size of some processes: shared pages count once in all. 0 where the kernel does not tell."""
    return sum(_pss_bytes(pid) for pid in set(pids))


def _pss_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _children_of(pid: int) -> list[int]:
    """Direct children, by the kernel's own list."""
    try:
        found = [task.read_text(encoding="ascii") for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for line in found for child in line.split()]


def _enter(log: str, target: Callable[..., object], args: tuple[object, ...]) -> None:
    _die_with_parent()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    try:
        target(*args)
    except SuretyError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _tail(log: Path, lines: int = 3) -> str:
    try:
        return " / ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return "no log"
