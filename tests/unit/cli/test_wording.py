"""Times and shares keep every digit in words, and what is no percentage is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.wording import duration_of, instant_of, parse_share, share_of
from governance.errors import BadInput


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_725, "1 h 2 min 5 s"), (86_400, "1 d"), (31 * 86_400 + 1, "31 d 1 s")],
)
def test_a_length_of_time_is_told_whole(seconds, words):
    assert duration_of(seconds) == words


@given(bps=st.integers(0, 10_000))
def test_a_share_reads_back(bps):
    assert parse_share(share_of(bps)) == bps


@pytest.mark.parametrize(("text", "bps"), [("10", 1_000), ("2.5", 250), ("0.01", 1), ("100 %", 10_000), ("007", 700)])
def test_a_percentage_is_exact_in_basis_points(text, bps):
    assert parse_share(text) == bps


@pytest.mark.parametrize("text", ["", "100.01", "101", "-1", "1e1", "0.001", "ten", "1,5", "%"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(BadInput):
        parse_share(text)


def test_an_instant_beyond_calendars_is_told_in_seconds():
    assert instant_of(1_800_000_000) == "2027-01-15 08:00:00 UTC"
    assert instant_of(253_402_300_799) == "9999-12-31 23:59:59 UTC"
    assert instant_of(253_402_300_800) == "253402300800 (Unix s)"
