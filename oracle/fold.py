"""From samples to one observation: the counts that an oracle signs, and that an auditor counts again from the evidence.

Which sample counts where, once and for all:

- A sample belongs to the period, and to the slot, of its scheduled time; a period is ``[start, end)``.
- Excluded samples, and all samples scheduled inside announced maintenance, leave both sides of every ratio.
- Slots are UTC-aligned; where a period's edge cuts one, the part inside the period is a slot of its own.
- A slot that lies wholly inside maintenance is not expected; every other slot without an ok or error sample is unobserved, and
  lowers coverage alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.terms import Maintenance, Terms
from governance.values import Observation, Ratio
from oracle.samples import Integers, Result, Samples
from oracle.tally import WHOLE, slots_of, tally

LARGEST_P95_MS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one agreement-period; the fields are those of ``Observation``."""

    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    p95_ms: int

    def observation(self, agreement: int, period: int, evidence: bytes) -> Observation:
        """The observation of these counts. ``evidence`` is the SHA-256 of the file that they were counted from."""
        return Observation(agreement, period, self.samples, self.uptime, self.attained, self.coverage, self.p95_ms, evidence)


def fold(samples: Samples, start_s: int, end_s: int, terms: Terms) -> Counts:
    """Count the samples of the period ``[start_s, end_s)`` by the method of the terms. Others may be among them.

    ``attained`` is 0/0 where the terms have no latency clause; ``p95_ms`` is 0 where no sample was ok, and stops at 2^32 - 1.
    """
    windows = _merged(terms.maintenance, start_s, end_s)
    counted = samples.where(_counted(samples, start_s, end_s, windows))
    counts = tally(
        np.zeros(len(counted), np.int64),
        1,
        counted.scheduled_ms,
        counted.result == Result.OK,
        counted.latency_ms,
        slot_ms=terms.slot_s * 1_000,
        slot_target=terms.slot_target or WHOLE,
        within_ms=terms.latency.ceiling_ms if terms.latency else None,
    )
    n_ok = int(counts.n_ok[0])
    return Counts(
        samples=int(counts.n[0]),
        uptime=counts.uptime(0, terms.method),
        attained=Ratio(int(counts.n_ok_within[0]), n_ok) if terms.latency else Ratio(0, 0),
        coverage=Ratio(int(counts.slots[0]), _expected_slots(start_s, end_s, terms.slot_s, windows)),
        p95_ms=min(max(int(counts.rank_ms(95)[0]), 0), LARGEST_P95_MS),
    )


def slot_start_ms(scheduled_ms: Integers, slot_s: int) -> Integers:
    """The first millisecond of the slot that each time lies in."""
    return scheduled_ms // (slot_s * 1_000) * (slot_s * 1_000)


def _counted(samples: Samples, start_s: int, end_s: int, windows: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    time = samples.scheduled_ms
    keep: npt.NDArray[np.bool_] = (time >= start_s * 1_000) & (time < end_s * 1_000) & (samples.result != Result.EXCLUDED)
    for begin, end in windows:
        keep &= (time < begin * 1_000) | (time >= end * 1_000)
    return keep


def _merged(maintenance: tuple[Maintenance, ...], start_s: int, end_s: int) -> list[tuple[int, int]]:
    """Maintenance that was announced before it began, inside the period; windows that touch become one."""
    merged: list[tuple[int, int]] = []
    for window in sorted(maintenance, key=lambda window: window.start_s):
        begin, end = max(window.start_s, start_s), min(window.end_s, end_s)
        if begin >= end or window.announced_s >= window.start_s:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _expected_slots(start_s: int, end_s: int, slot_s: int, windows: list[tuple[int, int]]) -> int:
    return slots_of(start_s, end_s, slot_s) - sum(_slots_inside(begin, end, start_s, end_s, slot_s) for begin, end in windows)


def _slots_inside(begin: int, end: int, start_s: int, end_s: int, slot_s: int) -> int:
    """How many of the period's slots lie wholly in ``[begin, end)``; a slot that the period cuts ends where the period does."""
    first = start_s // slot_s if begin == start_s else -(-begin // slot_s)
    after = -(-end_s // slot_s) if end == end_s else end // slot_s
    return max(0, after - first)
