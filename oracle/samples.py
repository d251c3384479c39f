"""Probe results: one at a time as they are made, and as columns where they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Result(IntEnum):
    """What one probe came to. ``EXCLUDED`` stands on neither side of any ratio."""

    ERROR = 0
    OK = 1
    EXCLUDED = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One probe of one endpoint. Milliseconds since the Unix epoch, UTC.

    ``latency_ms`` runs from the actual start to the last byte, rounded up. ``detail`` says why a sample is not ok; it holds no
    secret. A sample belongs to the slot and the period of its scheduled time.
    """

    scheduled_ms: int
    started_ms: int
    latency_ms: int
    result: Result
    detail: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Many samples, column by column and in any order. ``result`` holds ``Result`` numbers.

    ``series`` numbers into ``names``; ``names`` is None where the samples are of one unnamed series. ``started_ms`` is None where
    nothing but the schedule is known, ``detail`` where there are no details.
    """

    scheduled_ms: Integers
    latency_ms: Integers
    result: npt.NDArray[np.uint8]
    series: npt.NDArray[np.int32]
    names: tuple[str, ...] | None = None
    started_ms: Integers | None = None
    detail: npt.NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.scheduled_ms)

    @classmethod
    def of(cls, samples: Sequence[Sample], name: str | None = None) -> Self:
        """Columns of samples of one series."""
        return cls(
            np.array([sample.scheduled_ms for sample in samples], np.int64),
            np.array([sample.latency_ms for sample in samples], np.int64),
            np.array([sample.result for sample in samples], np.uint8),
            np.zeros(len(samples), np.int32),
            None if name is None else (name,),
            np.array([sample.started_ms for sample in samples], np.int64),
            np.array([sample.detail for sample in samples], np.object_),
        )

    def where(self, mask: npt.NDArray[np.bool_]) -> Self:
        """The samples that the mask keeps."""
        return self._picked(mask)

    def between(self, first: int, after: int) -> Self:
        """The samples from one place up to another, exclusive."""
        return self._picked(slice(first, after))

    def by_time(self) -> Self:
        """The samples by series name and then by scheduled time."""
        names = self.names or ("",)
        place = np.empty(len(names), np.int64)
        place[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        return self._picked(np.lexsort((self.scheduled_ms, place[self.series])))

    def of_series(self, name: str) -> Self:
        """The samples of one named series; none where there is no such series."""
        number = self.names.index(name) if self.names and name in self.names else -1
        return self.where(self.series == number)

    def _picked(self, places: npt.NDArray[np.bool_] | npt.NDArray[np.intp] | slice) -> Self:
        return type(self)(
            self.scheduled_ms[places],
            self.latency_ms[places],
            self.result[places],
            self.series[places],
            self.names,
            None if self.started_ms is None else self.started_ms[places],
            None if self.detail is None else self.detail[places],
        )
