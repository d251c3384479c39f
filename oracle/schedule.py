"""When to probe: at the UTC multiples of each interval, whatever became of the probes before.

APScheduler wakes one job per cadence, not per endpoint; a job starts the probes of its cadence and waits for none. A tick that
is missed is a missing sample, never a late one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from governance.clock import Clock
from oracle.probe import Target
from oracle.samples import Sample

MOST_UNFINISHED = 256
_EARLY_MS = 1  # a timer may fire a hair before the clock shows its time

log = logging.getLogger(__name__)


class Schedule:
    """Probes a changing set of targets. ``run`` makes one sample of a target's scheduled time, ``keep`` takes it.

    To be used from one event loop. A target whose ``MOST_UNFINISHED`` probes are under way is passed over until one ends.
    """

    def __init__(
        self,
        run: Callable[[Target, int], Awaitable[Sample]],
        keep: Callable[[Target, Sample], None],
        clock: Clock,
    ) -> None:
        self._run = run
        self._keep = keep
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._by_interval: dict[int, list[Target]] = {}
        self._last_ms: dict[int, int] = {}
        self._unfinished: dict[bytes, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to tick. Needs a running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Tick no more; probes under way are dropped."""
        self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def set_targets(self, targets: Iterable[Target]) -> None:
        """Probe these targets from now on, and no others; each once, however often it is named."""
        wanted: dict[int, dict[bytes, Target]] = {}
        for target in targets:
            wanted.setdefault(target.probe.interval_ms, {})[target.name.digest] = target
        for interval_ms in self._by_interval.keys() - wanted.keys():
            self._scheduler.remove_job(_job_id(interval_ms))
        for interval_ms in wanted.keys() - self._by_interval.keys():
            self._add_job(interval_ms)
        self._by_interval = {interval_ms: list(found.values()) for interval_ms, found in wanted.items()}

    def _add_job(self, interval_ms: int) -> None:
        first_ms = (self._clock.now_ms() // interval_ms + 1) * interval_ms
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=interval_ms / 1_000, start_date=datetime.fromtimestamp(first_ms / 1_000, UTC), timezone=UTC),
            args=[interval_ms],
            id=_job_id(interval_ms),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
            replace_existing=True,
        )

    async def _tick(self, interval_ms: int) -> None:
        """Starts a probe of every target of a cadence. APScheduler does not say which tick it means: the clock does."""
        scheduled_ms = (self._clock.now_ms() + _EARLY_MS) // interval_ms * interval_ms
        if scheduled_ms <= self._last_ms.get(interval_ms, -1):
            return
        self._last_ms[interval_ms] = scheduled_ms
        for target in self._by_interval.get(interval_ms, []):
            if self._unfinished.get(target.name.digest, 0) >= MOST_UNFINISHED:
                continue
            task = asyncio.create_task(self._one(target, scheduled_ms))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _one(self, target: Target, scheduled_ms: int) -> None:
        digest = target.name.digest
        self._unfinished[digest] = self._unfinished.get(digest, 0) + 1
        try:
            self._keep(target, await self._run(target, scheduled_ms))
        except Exception:
            log.exception("a probe of %s failed in the prober itself: no sample", target.name.url)
        finally:
            self._unfinished[digest] -= 1
            if not self._unfinished[digest]:
                del self._unfinished[digest]


def _job_id(interval_ms: int) -> str:
    return f"cadence-{interval_ms}"
