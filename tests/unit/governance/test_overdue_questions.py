"""Questions that take too long are given up, and none other is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from governance import overdue, questions
from governance.case import Case
from governance.engine import EngineFault
from governance.law import Law, LawLimit, load_law
from governance.overdue import Pulse, Watchdog


def test_a_question_is_overdue_once_it_has_used_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    spent_s = 100.0
    monkeypatch.setattr(time, "clock_gettime", lambda clock: spent_s)
    pulse = Pulse(engine=3, cpu_clock=1)
    number = pulse.begin(0.5)
    assert pulse.overdue() == 0  # from this first look on its time is counted
    spent_s = 100.5
    assert pulse.overdue() == 0
    spent_s = 100.6
    assert pulse.overdue() == number


def test_a_question_does_not_answer_for_the_time_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    spent_s = 0.0
    monkeypatch.setattr(time, "clock_gettime", lambda clock: spent_s)
    pulse = Pulse(engine=3, cpu_clock=1)
    pulse.begin(0.5)
    pulse.overdue()
    spent_s = 9.0
    pulse.begin(0.5)
    assert pulse.overdue() == 0
    pulse.question = 0
    spent_s = 99.0
    assert pulse.overdue() == 0


def test_where_processor_time_is_unknown_the_wall_counts_tenfold(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 50.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    pulse = Pulse(engine=3, cpu_clock=None)
    number = pulse.begin(0.1)
    assert pulse.overdue() == 0
    now_s = 50.9
    assert pulse.overdue() == 0
    now_s = 51.1
    assert pulse.overdue() == number


def test_a_thread_that_has_just_ended_is_not_overdue() -> None:
    pulse = Pulse(engine=3, cpu_clock=-12_345_678)
    pulse.begin(0.0)
    assert pulse.overdue() == 0


def test_the_watchdog_stops_what_is_overdue_and_looks_again_after_resting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "LOOK_EVERY_S", 0.001)
    stopped: list[tuple[int, int]] = []
    called = threading.Event()

    def stop(engine: int, question: int) -> None:
        stopped.append((engine, question))
        called.set()

    watchdog = Watchdog(stop)
    pulse = watchdog.watch(7)
    pulse.cpu_clock = None
    for _ in range(2):
        called.clear()
        number = pulse.begin(0.0)
        watchdog.wake()
        assert called.wait(10)
        assert (7, number) in stopped
        pulse.question = 0
    watchdog.forget(pulse)


def test_the_watchdog_tries_again_what_it_could_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "LOOK_EVERY_S", 0.001)
    tries = iter([True, True])
    stopped = threading.Event()

    def stop(_engine: int, _question: int) -> None:
        if next(tries, False):
            raise EngineFault("no engine for the watchdog")
        stopped.set()

    watchdog = Watchdog(stop)
    pulse = watchdog.watch(7)
    pulse.cpu_clock = None
    pulse.begin(0.0)
    watchdog.wake()
    assert stopped.wait(10)
    watchdog.forget(pulse)


def test_only_the_question_that_was_meant_is_given_up(standard: Law, make_case: Callable[..., Case]) -> None:
    engine: list[int] = []
    asked, stopped = threading.Event(), threading.Event()
    clauses: list[tuple[str, ...]] = []

    def ask_twice() -> None:
        standard.decide(make_case())
        engine.append(questions._thread()._id)
        asked.set()
        assert stopped.wait(10)
        clauses.append(standard.decide(make_case()).clauses)

    thread = threading.Thread(target=ask_twice)
    thread.start()
    assert asked.wait(10)
    questions._stop(engine[0], 1)  # the first question, which is answered already
    stopped.set()
    thread.join()
    assert clauses == [("objective_met", "p95_met")]
    questions._stop(engine[0], 2)  # a thread that has ended


def test_a_law_that_takes_too_long_leaves_its_thread_usable(standard: Law, make_case: Callable[..., Case]) -> None:
    slow = load_law("decide(_, met, [x]) :- append(X, [a], Y), X == Y.")
    for _ in range(2):
        with pytest.raises(LawLimit, match="too much time"):
            slow.decide(make_case())
        assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")
