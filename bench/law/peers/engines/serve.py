"""The side of a peer: runs in its own environment, decides what it is asked, and says how long each decision took.

    python -m bench.law.peers.engines.serve <engine>

Its first line of output is ``{"version": "..."}``. Then each line of standard input is a JSON object, answered by one line:
``{"load": [offers], "form": "..."}`` by ``{}``; ``{"ask": [requests], "form": "..."}`` by ``{"answers": [...], "taken_ns":
[...]}``. Only the decision is within the time, from a request as a mapping to an offer's id.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TextIO

from bench.law.peers.workload import Offer, Request

Decide = Callable[[Request], Awaitable[str | None]]


class Engine(Protocol):
    """What a module of this folder has: the version of what it asks, and how one makes it ready to decide over offers."""

    VERSION: str

    def prepare(self, offers: Sequence[Offer], form: str) -> Decide: ...


async def serve(engine: Engine, questions: TextIO, answers: TextIO) -> None:
    """Answers until the questions end."""
    ready: dict[str, Decide] = {}
    _write(answers, {"version": engine.VERSION})
    for line in questions:
        told = json.loads(line)
        form = told["form"]
        if "load" in told:
            ready[form] = engine.prepare(told["load"], form)
            _write(answers, {})
        else:
            _write(answers, await _timed(ready[form], told["ask"]))


def _write(answers: TextIO, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


async def _timed(decide: Decide, requests: Sequence[Request]) -> dict[str, Any]:
    answers, taken_ns = [], []
    for request in requests:
        begun = time.perf_counter_ns()
        answer = await decide(request)
        taken_ns.append(time.perf_counter_ns() - begun)
        answers.append(answer)
    return {"answers": answers, "taken_ns": taken_ns}


def main() -> None:
    """Serves over what was standard output; what the engine itself prints goes to standard error."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        engine: Any = importlib.import_module(f"bench.law.peers.engines.{sys.argv[1]}")
        asyncio.run(serve(engine, sys.stdin, answers))


if __name__ == "__main__":
    main()
