"""A peer's process, seen from here: it is asked over pipes, and ended with the benchmark."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.law.peers.environments import CannotRun, brief
from bench.law.peers.workload import Offer, Request
from bench.report import REPOSITORY

ANSWER_ALLOWED_S = 120.0
_SEEN = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")  # of this process's environment: what peers are is others' code


@dataclass(frozen=True, slots=True)
class Timed:
    """Answers to requests, and how long each took within the peer, in nanoseconds."""

    answers: tuple[str | None, ...]
    taken_ns: tuple[int, ...]


class Worker:
    """One engine in its own process. Each call raises CannotRun where the process fails or says nothing in time."""

    def __init__(self, python: Path, engine: str, allowed_s: float = ANSWER_ALLOWED_S) -> None:
        self._allowed_s = allowed_s
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed with the worker
        self._process = subprocess.Popen(
            [python, "-m", "bench.law.peers.engines.serve", engine],
            cwd=REPOSITORY,
            env={name: os.environ[name] for name in _SEEN if name in os.environ} | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def started(self) -> str:
        """Waits until the engine is there; gives its version. To be called once, before all else."""
        return str(self._answer(None)["version"])

    def load(self, offers: Sequence[Offer], form: str) -> None:
        """Makes the engine ready to decide over these offers."""
        self._answer({"load": offers, "form": form})

    def ask(self, requests: Sequence[Request], form: str) -> Timed:
        """Has it decide one request after another."""
        answer = self._answer({"ask": requests, "form": form})
        return Timed(tuple(answer["answers"]), tuple(answer["taken_ns"]))

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()
        self._complaints.close()

    def _answer(self, question: dict[str, Any] | None) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("a worker is started with pipes")
        late = threading.Event()
        deadline = threading.Timer(self._allowed_s, self._give_up, [late])
        deadline.start()
        try:
            if question is not None:
                self._process.stdin.write(json.dumps(question) + "\n")
                self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            deadline.cancel()
        if not line:
            self._process.wait()
            if late.is_set():
                raise CannotRun(f"no answer within {self._allowed_s:.0f} s")
            self._complaints.seek(0)
            raise CannotRun(f"ended by itself: {brief(self._complaints.read())}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()
