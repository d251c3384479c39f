"""The arithmetic of slots: the one place where samples become counts, for observations and for reports to people alike.

Samples are dealt into groups (a series in a month, an agreement-period); within a group a slot is a UTC-aligned stretch of
``slot_ms``. Everything is counted in integers, in any order of samples, in one sort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.values import PPB, Ratio, UptimeMethod
from oracle.samples import Integers

WHOLE = Ratio(1, 1)


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Counts of each group, by group number.

    ``slots`` is how many slots hold a sample, ``good_slots`` how many of these reach the slot target, ``sum_ppb`` the sum of
    their values, each ceil(10^9 ok / (ok + error)).
    """

    n: Integers
    n_ok: Integers
    n_ok_within: Integers
    slots: Integers
    good_slots: Integers
    sum_ppb: Integers
    _ok_latency_ms: Integers  # of ok samples, by group and then ascending
    _first_ok: Integers  # where each group begins in it

    def uptime(self, group: int, method: UptimeMethod) -> Ratio:
        """Availability of one group as the exact pair that the method defines; 0/0 where nothing was counted."""
        if method is UptimeMethod.OCCURRENCES:
            return Ratio(int(self.n_ok[group]), int(self.n[group]))
        slots = int(self.slots[group])
        if method is UptimeMethod.TIMESLICES:
            return Ratio(int(self.good_slots[group]), slots)
        return Ratio(int(self.sum_ppb[group]), slots * PPB)

    def rank_ms(self, percent: int) -> Integers:
        """Nearest-rank percentile of each group's ok latencies: the ceil(percent n / 100)-th smallest; -1 where n is 0."""
        rank = -(-self.n_ok * percent // 100)
        place = np.minimum(self._first_ok + rank - 1, len(self._ok_latency_ms) - 1)
        found = self._ok_latency_ms[place] if len(self._ok_latency_ms) else np.zeros_like(self.n_ok)
        return np.where(self.n_ok > 0, found, -1)


def tally(
    group: Integers,
    groups: int,
    scheduled_ms: Integers,
    ok: npt.NDArray[np.bool_],
    latency_ms: Integers,
    *,
    slot_ms: int,
    slot_target: Ratio = WHOLE,
    within_ms: int | None = None,
) -> Tally:
    """Count samples that are ok or error, never excluded ones. ``group`` numbers each sample's group below ``groups``.

    ``within_ms`` None counts no sample as within.
    """
    within = ok & (latency_ms <= within_ms) if within_ms is not None else np.zeros(len(ok), np.bool_)
    n_ok = _count(group[ok], groups)
    order = np.lexsort((latency_ms[ok], group[ok]))
    slot_group, slot_ok, slot_n = _slots(group, scheduled_ms // slot_ms, ok)
    good = slot_ok * slot_target.denominator >= slot_target.numerator * slot_n
    value_ppb = -(-slot_ok * PPB // slot_n)
    sum_ppb = np.zeros(groups, np.int64)
    np.add.at(sum_ppb, slot_group, value_ppb)
    return Tally(
        n=_count(group, groups),
        n_ok=n_ok,
        n_ok_within=_count(group[within], groups),
        slots=_count(slot_group, groups),
        good_slots=_count(slot_group[good], groups),
        sum_ppb=sum_ppb,
        _ok_latency_ms=latency_ms[ok][order],
        _first_ok=np.cumsum(n_ok) - n_ok,
    )


def slots_of(start_ms: int, end_ms: int, slot_ms: int) -> int:
    """How many UTC-aligned slots ``[start, end)`` touches; the partial ones at its edges count."""
    return -(-end_ms // slot_ms) - start_ms // slot_ms


def _count(group: Integers, groups: int) -> Integers:
    return np.bincount(group, minlength=groups).astype(np.int64, copy=False)


def _slots(group: Integers, slot: Integers, ok: npt.NDArray[np.bool_]) -> tuple[Integers, Integers, Integers]:
    """Group, ok samples and samples of every slot that holds a sample."""
    if len(group) == 0:
        return group, group, group
    order = np.lexsort((slot, group))
    group, slot, hits = group[order], slot[order], ok[order].astype(np.int64)
    first = np.flatnonzero(np.r_[True, (group[1:] != group[:-1]) | (slot[1:] != slot[:-1])])
    return group[first], np.add.reduceat(hits, first), np.diff(np.r_[first, len(group)])
