"""Periods by arithmetic: no list of them is kept anywhere. Mirrors ``contracts/libraries/Periods.sol``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from governance.errors import BadInput
from governance.values import PeriodKind

SHORTEST_MONTH_S = 28 * 86_400


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the periods of one agreement begin and end. Unix seconds UTC; a period is ``[start, end)``.

    ``length_s`` is 0 for calendar months. Raises BadInput for a month calendar that does not begin with a month,
    or a fixed one without length.
    """

    kind: PeriodKind
    start_s: int
    length_s: int
    periods: int

    def __post_init__(self) -> None:
        if self.kind is PeriodKind.FIXED and self.length_s <= 0:
            raise BadInput("a fixed period has no length", value=self.length_s, remedy="give its length in seconds")
        if self.kind is PeriodKind.CALENDAR_MONTH and self.start_s != month_start_s(*month_of(self.start_s)):
            raise BadInput(
                f"start {self.start_s} is not the first second of a UTC month",
                value=self.start_s,
                remedy="calendar periods begin on the 1st at 00:00:00 UTC",
            )

    def bounds(self, period: int) -> tuple[int, int]:
        """First second of a period, and first second after it. ``period`` counts from 0."""
        return self._boundary(period), self._boundary(period + 1)

    def period_at(self, time_s: int) -> int | None:
        """The period that holds this second; None before the first and after the last."""
        if time_s < self.start_s:
            return None
        if self.kind is PeriodKind.FIXED:
            period = (time_s - self.start_s) // self.length_s
        else:
            period = _month_index(*month_of(time_s)) - _month_index(*month_of(self.start_s))
        return period if period < self.periods else None

    def shortest_s(self) -> int:
        """The least length that a period of this calendar can have."""
        return self.length_s if self.kind is PeriodKind.FIXED else SHORTEST_MONTH_S

    def _boundary(self, period: int) -> int:
        if self.kind is PeriodKind.FIXED:
            return self.start_s + period * self.length_s
        year, month = month_of(self.start_s)
        index = _month_index(year, month) + period
        return month_start_s(index // 12, index % 12 + 1)


def epoch_of(end_s: int, epoch_s: int) -> int:
    """The epoch in which a period that ends (exclusively) at ``end_s`` ended: that of its last second."""
    return (end_s - 1) // epoch_s


def month_of(time_s: int) -> tuple[int, int]:
    """Year and month (1..12) in UTC."""
    moment = datetime.fromtimestamp(time_s, UTC)
    return moment.year, moment.month


def month_start_s(year: int, month: int) -> int:
    """First second of a UTC month."""
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp())


def _month_index(year: int, month: int) -> int:
    return year * 12 + month - 1
