"""Everybody decides the same requests over the same offers, in turns: what holds one up for a moment holds up the others too."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.law.peers import workload
from bench.law.peers.environments import CannotRun
from bench.law.peers.worker import Timed, Worker
from bench.law.peers.workload import Offer, Request

TURN_S = 0.25  # what one turn of one contestant may take, roughly
CHECK_S = 1.0
SURVIVABLE_S, LOADABLE_S = 2.5, 20.0  # a decision, or a load of offers, that would take longer is not asked for
LEAST_CHECKED, LEAST_TIMED, LEAST_OWN, MOST_TIMED = 4, 2, 6, 96

Oracle = Callable[[Sequence[Offer], Request], str | None]
Decide = Callable[[Request], str | None]
Factory = Callable[[Sequence[Offer]], Decide]


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to decide. ``environment`` and ``engine`` say who decides, ``form`` how; ``least_ratio`` is what is promised."""

    name: str
    manner: str
    environment: str
    engine: str
    form: str
    oracle: Oracle = workload.cheapest_lawful
    least_ratio: float | None = None


@dataclass(slots=True)
class Result:
    """What came of one contestant: median seconds of a decision by number of offers, and why there are no more of them.

    ``loads`` are the seconds that loading took; ``unasked`` says, by number of offers, why it was not asked.
    """

    version: str = ""
    loads: dict[int, float] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    failed: str | None = None
    unasked: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Results:
    """Of all contestants. ``first``, ``cold`` and ``warm`` are this project's own, median seconds by number of offers."""

    peers: dict[Peer, Result]
    first: dict[int, float] = field(default_factory=dict)
    cold: dict[int, float] = field(default_factory=dict)
    warm: dict[int, float] = field(default_factory=dict)


class WrongAnswer(Exception):
    """This project's own routing disagrees with the oracle: there is nothing to compare."""


def play(peers: Sequence[Peer], ours: Factory, sizes: Sequence[int], rounds: int, python: Callable[[str], Path]) -> Results:
    """All sizes, one after another. A peer that fails is out, and its result says why. Raises WrongAnswer."""
    results = Results({peer: Result() for peer in peers})
    with ExitStack() as stack:
        workers = _workers(peers, results, python, stack)
        for size in sizes:
            _one_size(size, rounds, ours, workers, results)
    return results


def _workers(peers: Sequence[Peer], results: Results, python: Callable[[str], Path], stack: ExitStack) -> dict[Peer, Worker]:
    """One for each engine, however many peers it decides for. All start before the first is waited for."""
    started: dict[str, Worker] = {}
    for peer in peers:
        try:
            if peer.engine not in started:
                started[peer.engine] = stack.enter_context(Worker(python(peer.environment), peer.engine))
        except CannotRun as error:
            results.peers[peer].failed = str(error)
    versions = {engine: _started(worker) for engine, worker in started.items()}
    workers = {}
    for peer in peers:
        if peer.engine in started:
            results.peers[peer].version, results.peers[peer].failed = versions[peer.engine]
            workers[peer] = started[peer.engine]
            _warm_up(peer, workers[peer], results.peers[peer])
    return workers


def _warm_up(peer: Peer, worker: Worker, result: Result) -> None:
    """What an engine does once in its life is over before anything is timed."""
    if result.failed is None:
        try:
            worker.load(workload.offers(1), peer.form)
            worker.ask(workload.requests()[:1], peer.form)
        except CannotRun as error:
            result.failed = str(error)


def _started(worker: Worker) -> tuple[str, str | None]:
    """The engine's version, and why it did not start, where it did not."""
    try:
        return worker.started(), None
    except CannotRun as error:
        return "", str(error)


def _one_size(size: int, rounds: int, ours: Factory, workers: dict[Peer, Worker], results: Results) -> None:
    offers, requests = workload.offers(size), workload.requests()
    _check_ours(ours, offers, requests)
    questions = {peer: _ready(peer, worker, offers, requests, results.peers[peer]) for peer, worker in workers.items()}
    turns: dict[Peer, list[float]] = {}
    first, cold, warm = [], [], []
    for turn in range(rounds):
        start = turn * len(requests) // rounds
        asked = [*requests[start:], *requests[:start]]  # everybody begins a round with the same ones
        first.append(_fresh_s(ours, offers, asked))
        cold.append(_fresh_s(ours, offers, asked, before=workload.unlike))
        for peer, count in questions.items():
            if count:
                try:
                    taken = _right(peer, workers[peer], offers, asked[:count])
                    turns.setdefault(peer, []).append(_median_s(taken.taken_ns))
                except CannotRun as error:
                    results.peers[peer].failed = str(error)
                    questions[peer] = 0
        warm.append(_warm_s(ours, offers, requests))
    for found, medians in ((results.first, first), (results.cold, cold), (results.warm, warm)):
        found[size] = statistics.median(medians)
    for peer, medians in turns.items():
        if results.peers[peer].failed is None:
            results.peers[peer].seconds[size] = statistics.median(medians)


def _ready(peer: Peer, worker: Worker, offers: Sequence[Offer], requests: Sequence[Request], result: Result) -> int:
    """Loads and checks against the oracle; how many questions then make a turn, 0 for none."""
    if result.failed is not None:
        return 0
    too_long = _too_long(result, len(offers))
    if too_long is not None:
        result.unasked[len(offers)] = too_long
        return 0
    try:
        begun = time.perf_counter()
        worker.load(offers, peer.form)
        result.loads[len(offers)] = time.perf_counter() - begun
        first = _right(peer, worker, offers, requests[:LEAST_CHECKED])
        each_s = max(_median_s(first.taken_ns), 1e-7)
        _right(peer, worker, offers, requests[LEAST_CHECKED : int(CHECK_S / each_s)])
    except CannotRun as error:
        result.failed = str(error)
        return 0
    return min(MOST_TIMED, max(LEAST_TIMED, int(TURN_S / each_s)))


def _too_long(result: Result, size: int) -> str | None:
    """Why a peer had better not be asked about so many offers."""
    decision_s = _foreseen_s(result.seconds, size, growing=True)
    if decision_s > SURVIVABLE_S:
        return f"not asked: a decision would take about {decision_s:.0f} s"
    loading_s = _foreseen_s(result.loads, size, growing=False)
    return f"not asked: loading would take {loading_s:.0f} s or more" if loading_s > LOADABLE_S else None


def _foreseen_s(seconds: dict[int, float], size: int, *, growing: bool) -> float:
    """In proportion, or as the last two sizes grew if that is more; nothing is foreseen of who was not asked yet."""
    if not seconds:
        return 0.0
    *before, last = sorted(seconds)
    growth = (seconds[last] / seconds[before[-1]]) / (last / before[-1]) if before and growing else 1.0
    return seconds[last] * (size / last) * max(1.0, growth)


def _right(peer: Peer, worker: Worker, offers: Sequence[Offer], requests: Sequence[Request]) -> Timed:
    """Answers that the oracle gives too. Raises CannotRun for others."""
    told = worker.ask(requests, peer.form)
    for request, answer in zip(requests, told.answers, strict=True):
        right = peer.oracle(offers, request)
        if answer != right:
            raise CannotRun(f"disagrees with the oracle over {len(offers):,} offers: {answer}, not {right}, for {request}")
    return told


def _check_ours(ours: Factory, offers: Sequence[Offer], requests: Sequence[Request]) -> None:
    decide = ours(offers)
    for request in requests:
        answer, right = decide(request), workload.cheapest_lawful(offers, request)
        if answer != right:
            raise WrongAnswer(f"over {len(offers):,} offers this project takes {answer}, not {right}, for {request}")


def _fresh_s(
    ours: Factory, offers: Sequence[Offer], requests: Sequence[Request], before: Callable[[Request], Request] | None = None
) -> float:
    """Questions to offers that were just loaded, for each one anew: the first, or after the one that came before it."""
    taken_ns: list[int] = []
    end = time.perf_counter() + TURN_S
    for request in requests:
        decide = ours(offers)
        if before is not None:
            decide(before(request))
        taken_ns.append(_taken_ns(decide, request))
        if len(taken_ns) >= LEAST_OWN and time.perf_counter() > end:
            break
    return _median_s(taken_ns)


def _warm_s(ours: Factory, offers: Sequence[Offer], requests: Sequence[Request]) -> float:
    """Questions that have been asked before."""
    decide = ours(offers)
    for request in requests:
        decide(request)
    taken_ns: list[int] = []
    end = time.perf_counter() + TURN_S
    while not taken_ns or time.perf_counter() < end:
        taken_ns += [_taken_ns(decide, request) for request in requests]
    return _median_s(taken_ns)


def _taken_ns(decide: Decide, request: Request) -> int:
    begun = time.perf_counter_ns()
    decide(request)
    return time.perf_counter_ns() - begun


def _median_s(taken_ns: Sequence[int]) -> float:
    return statistics.median(taken_ns) / 1e9
