"""Periods by arithmetic: no list of them is kept anywhere. Mirrors ``contracts/libraries/Periods.sol``."""

from __future__ import annotations

from dataclasses import dataclass

from governance.errors import BadInput
from governance.values import PeriodKind

DAY_S = 86_400
SHORTEST_MONTH_S = 28 * DAY_S
_DAYS_OF_ERA = 146_097  # 400 years
_DAYS_BEFORE_1970 = 719_468  # from 0000-03-01: a year that begins in March ends with its leap day


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
    """Year and month (1..12) in UTC of a second since 1970, in the proleptic Gregorian calendar, however far away."""
    day = time_s // DAY_S + _DAYS_BEFORE_1970
    era, day_of_era = divmod(day, _DAYS_OF_ERA)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    index = (era * 400 + year_of_era) * 12 + month_from_march + 2
    return index // 12, index % 12 + 1


def month_start_s(year: int, month: int) -> int:
    """First second of a UTC month."""
    year_from_march, month_from_march = divmod(_month_index(year, month) - 2, 12)
    era, year_of_era = divmod(year_from_march, 400)
    day_of_year = (153 * month_from_march + 2) // 5
    day_of_era = 365 * year_of_era + year_of_era // 4 - year_of_era // 100 + day_of_year
    return (era * _DAYS_OF_ERA + day_of_era - _DAYS_BEFORE_1970) * DAY_S


def _month_index(year: int, month: int) -> int:
    return year * 12 + month - 1
