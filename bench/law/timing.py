"""How single calls of a few microseconds are timed: one by one, and the contenders by turns, so that noise falls on all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ROUNDS = 5
Question = TypeVar("Question")


@dataclass(frozen=True, slots=True)
class Spread:
    """Wall time of one call in microseconds: in the middle, and but for the slowest hundredth."""

    p50_us: float
    p99_us: float


@dataclass(frozen=True, slots=True)
class Contender(Generic[Question]):
    """``ask`` is timed with each question; ``prepare`` comes before its turn, and is not timed."""

    ask: Callable[[Question], object]
    prepare: Callable[[], object] = bool


def spreads(
    contenders: Mapping[str, Contender[Question]], questions: Sequence[Question], rounds: int = ROUNDS
) -> dict[str, Spread]:
    """The spread of each contender over the same questions, each of them asked once in every round."""
    taken: dict[str, list[int]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            contender.prepare()
            for question in questions[: len(questions) // 10]:  # whatever is made on first need
                contender.ask(question)
            taken[name] += _each_ns(contender.ask, questions)
    return {name: _spread(times) for name, times in taken.items()}


def _each_ns(ask: Callable[[Question], object], questions: Sequence[Question]) -> list[int]:
    now = time.perf_counter_ns
    taken = []
    for question in questions:
        begun = now()
        ask(question)
        taken.append(now() - begun)
    return taken


def _spread(times_ns: list[int]) -> Spread:
    times_ns.sort()
    return Spread(times_ns[len(times_ns) // 2] / 1_000, times_ns[len(times_ns) * 99 // 100] / 1_000)
