"""The schedule: on the UTC multiples of each interval, waiting for nobody, with one job per cadence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from governance.clock import SystemClock
from governance.terms import Probe
from oracle.probe import Target, _target
from oracle.samples import Result, Sample
from oracle.schedule import MOST_UNFINISHED, Schedule

PATIENCE_S = 10


def target(name: str, interval_ms: int) -> Target:
    probe = Probe(
        name=name,
        url=f"http://{name}/",
        method="GET",
        headers=(),
        secret_headers=(),
        body=None,
        expect_status=(200,),
        expect_contains=None,
        interval_ms=interval_ms,
        timeout_ms=1_000,
        max_rate_per_s=None,
    )
    return _target(probe, ())


class Watcher:
    """Stands in for the prober; counts what is started and what is kept, and knows when there is enough."""

    def __init__(self, enough: int, run: Callable[[Target], Awaitable[None]] | None = None) -> None:
        self.started: list[tuple[str, int, int]] = []
        self.kept: list[tuple[str, int]] = []
        self.done = asyncio.Event()
        self._enough = enough
        self._behave = run

    async def run(self, asked: Target, scheduled_ms: int) -> Sample:
        now_ms = SystemClock().now_ms()
        self.started.append((asked.probe.name, scheduled_ms, now_ms))
        if len(self.started) >= self._enough:
            self.done.set()
        if self._behave:
            await self._behave(asked)
        return Sample(scheduled_ms, now_ms, 1, Result.OK)

    def keep(self, asked: Target, sample: Sample) -> None:
        self.kept.append((asked.probe.name, sample.scheduled_ms))


def play(
    watch: Callable[[], Watcher], targets: list[Target], then: Callable[[Any, Watcher], Awaitable[None]] | None = None
) -> Watcher:
    async def scene() -> Watcher:
        watcher = watch()
        schedule = Schedule(watcher.run, watcher.keep, SystemClock())
        schedule.start()
        schedule.set_targets(targets)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await watcher.done.wait()
                if then:
                    await then(schedule, watcher)
        finally:
            await schedule.stop()
        return watcher

    return asyncio.run(scene())


def test_every_tick_is_a_multiple_of_its_interval_and_comes_once() -> None:
    watcher = play(lambda: Watcher(12), [target("a", 40), target("b", 60)])
    for name, interval_ms in (("a", 40), ("b", 60)):
        ticks = [scheduled for found, scheduled, _ in watcher.started if found == name]
        assert len(ticks) >= 2
        assert all(tick % interval_ms == 0 for tick in ticks)
        assert ticks == sorted(set(ticks))


def test_no_probe_starts_before_its_time() -> None:
    watcher = play(lambda: Watcher(10), [target("a", 30)])
    assert all(now >= scheduled - 1 for _, scheduled, now in watcher.started)


def test_a_probe_that_hangs_holds_up_no_later_tick() -> None:
    async def hang(asked: Target) -> None:
        if asked.probe.name == "hung":
            await asyncio.Event().wait()

    watcher = play(lambda: Watcher(10, hang), [target("hung", 30), target("well", 30)])
    assert len({scheduled for name, scheduled, _ in watcher.started if name == "hung"}) >= 3
    assert {name for name, _ in watcher.kept} == {"well"}


def test_one_job_serves_all_endpoints_of_a_cadence() -> None:
    async def count(schedule: Schedule, watcher: Watcher) -> None:
        assert [job.id for job in schedule._scheduler.get_jobs()] == ["cadence-40"]

    watcher = play(lambda: Watcher(50), [target(f"t{number}", 40) for number in range(25)], count)
    first = watcher.started[0][1]
    assert len({name for name, scheduled, _ in watcher.started if scheduled == first}) == 25


def test_the_same_target_named_twice_is_probed_once() -> None:
    watcher = play(lambda: Watcher(3), [target("a", 40), target("a", 40)])
    assert len(watcher.started) == len(set(watcher.started))


def test_targets_come_and_go() -> None:
    async def change(schedule: Schedule, watcher: Watcher) -> None:
        schedule.set_targets([target("new", 20), target("other", 50)])
        before = len(watcher.started)
        watcher.done.clear()
        watcher._enough = before + 6
        await watcher.done.wait()
        assert {name for name, _, _ in watcher.started[before + 1 :]} == {"new", "other"}
        schedule.set_targets([])
        assert schedule._scheduler.get_jobs() == []

    play(lambda: Watcher(2), [target("old", 20)], change)


def test_a_fault_of_the_prober_itself_costs_one_sample(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: Target) -> None:
        raise RuntimeError("a mistake")

    watcher = play(lambda: Watcher(3, fail), [target("a", 20)])
    assert watcher.kept == []
    assert "failed in the prober itself" in caplog.text


def test_waking_twice_for_one_tick_probes_once() -> None:
    async def scene() -> int:
        watcher = Watcher(1)
        schedule = Schedule(watcher.run, watcher.keep, SystemClock())
        schedule.start()
        schedule.set_targets([target("a", 10**9)])
        for _ in range(3):
            await schedule._tick(10**9)
        await watcher.done.wait()
        await schedule.stop()
        return len(watcher.started)

    assert asyncio.run(scene()) == 1


def test_a_target_with_too_many_unfinished_probes_is_passed_over() -> None:
    async def scene() -> int:
        gate = asyncio.Event()

        async def hang(_: Target) -> None:
            await gate.wait()

        watcher = Watcher(1, hang)
        schedule = Schedule(watcher.run, watcher.keep, SystemClock())
        schedule.start()
        asked = target("a", 1_000_000)
        schedule.set_targets([asked])
        for _ in range(MOST_UNFINISHED + 5):
            schedule._last_ms.clear()
            await schedule._tick(1_000_000)
            await asyncio.sleep(0)
        started = len(watcher.started)
        gate.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        schedule._last_ms.clear()
        await schedule._tick(1_000_000)
        await asyncio.sleep(0)
        assert len(watcher.started) == started + 1
        await schedule.stop()
        return started

    assert asyncio.run(scene()) == MOST_UNFINISHED
