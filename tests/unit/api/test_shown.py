"""How values are written: exactly, and never better than they are."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.shown import LAST_ISO_S, address_short, agreement_hex, away, clock, duration, exact_percent, iso, percent, share, units


def test_an_agreement_has_24_digits_however_small_its_number():
    assert agreement_hex(1) == "0x000000000000000000000001"
    assert agreement_hex(2**96 - 1) == "0x" + "f" * 24


@given(st.integers(0, LAST_ISO_S))
def test_an_instant_reads_back_as_the_same_second(time_s: int):
    written = iso(time_s)
    assert written is not None
    assert int(datetime.fromisoformat(written).timestamp()) == time_s


@pytest.mark.parametrize("time_s", [None, -1, LAST_ISO_S + 1, 2**64 - 1])
def test_an_instant_that_no_calendar_reaches_has_no_iso_form(time_s: int | None):
    assert iso(time_s) is None


def test_a_start_at_the_end_of_uint64_is_said_in_words():
    assert clock(2**64 - 1) == "far in the future"
    assert clock(0) == "1970-01-01 00:00:00 UTC"


@pytest.mark.parametrize(
    ("ppm", "places", "written"),
    [
        (1_000_000, 3, "100.000 %"),
        (999_999, 3, "99.999 %"),
        (999_999, 1, "99.9 %"),
        (998_999, 2, "99.89 %"),
        (0, 0, "0 %"),
        (-1, 3, "−0.000 %"),
        (-1_250_000, 1, "−125.0 %"),
        (None, 3, "–"),
    ],
)
def test_a_share_is_cut_and_never_rounded_up(ppm: int | None, places: int, written: str):
    assert percent(ppm, places).replace("\xa0", " ") == written


@pytest.mark.parametrize(
    ("ppm", "written"), [(999_000, "99.9 %"), (950_000, "95 %"), (999_999, "99.9999 %"), (0, "0 %"), (None, "–")]
)
def test_a_promise_is_written_as_it_was_given(ppm: int | None, written: str):
    assert exact_percent(ppm).replace("\xa0", " ") == written


@pytest.mark.parametrize(("bps", "written"), [(0, "0 %"), (10_000, "100 %"), (1_000, "10 %"), (25, "0.25 %"), (2_050, "20.5 %")])
def test_basis_points_are_written_exactly(bps: int, written: str):
    assert share(bps).replace("\xa0", " ") == written


@given(st.integers(-(2**128), 2**128), st.integers(0, 77))
def test_token_units_are_exact_at_any_size(amount: int, decimals: int):
    with localcontext() as context:
        context.prec = 200
        written = Decimal(units(amount, decimals).replace(",", "").replace("−", "-"))
        assert written == Decimal(amount).scaleb(-decimals)


def test_an_amount_of_unknown_decimals_is_written_in_the_smallest_unit():
    assert units(1_234_567, None) == "1,234,567"
    assert units(1_234_567, 6) == "1.234567"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_725, "1 h 2 min"), (90_061, "1 d 1 h"), (-61, "1 min 1 s")],
)
def test_a_duration_keeps_its_two_largest_units(seconds: int, written: str):
    assert duration(seconds).replace("\xa0", " ") == written


def test_a_time_is_told_from_now():
    assert [away(time_s, 100).replace("\xa0", " ") for time_s in (110, 100, 40)] == ["in 10 s", "now", "1 min ago"]


def test_an_address_is_recognised_by_its_ends():
    assert address_short("0x1234567890abcdef1234567890abcdef12345678") == "0x1234…5678"
