"""Months by arithmetic: as the calendar has them, and on beyond what a date library can say."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from governance.periods import Calendar, month_of, month_start_s
from governance.values import PeriodKind

LATEST_S = 2**40


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_month_is_the_one_that_the_calendar_says(moment):
    second = int(moment.timestamp())
    assert month_of(second) == (moment.year, moment.month)
    assert month_start_s(moment.year, moment.month) == int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp())


def test_every_month_of_four_centuries_begins_where_the_calendar_says():
    for year in range(1970, 2370):
        for month in range(1, 13):
            start = int(datetime(year, month, 1, tzinfo=UTC).timestamp())
            assert month_start_s(year, month) == start
            assert month_of(start) == (year, month)
            assert month_of(start - 1) == ((year, month - 1) if month > 1 else (year - 1, 12))


@given(st.integers(0, LATEST_S), st.integers(1, 1_000))
def test_periods_tile_time_however_far_away(time_s, periods):
    calendar = Calendar(PeriodKind.CALENDAR_MONTH, month_start_s(*month_of(time_s)), 0, periods)
    assert calendar.period_at(time_s) == 0
    for period in (0, periods - 1):
        start_s, end_s = calendar.bounds(period)
        assert 28 * 86_400 <= end_s - start_s <= 31 * 86_400
        assert calendar.period_at(start_s) == period
        assert calendar.period_at(end_s - 1) == period
        assert calendar.bounds(period + 1)[0] == end_s
