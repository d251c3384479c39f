"""Amounts are exact in both directions, and what is not an amount is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.amounts import Money, parse_agreement, percent_of, show_agreement
from governance.errors import BadInput

MONEY = Money("0x0", "mUSD", 6)


@given(amount=st.integers(0, 2**128), decimals=st.integers(0, 30))
def test_what_is_shown_reads_back_to_the_unit(amount, decimals):
    money = Money("0x0", "T", decimals)
    assert money.parse(money.show(amount)) == amount


@pytest.mark.parametrize(("text", "units"), [("12", 12_000_000), ("12.5", 12_500_000), ("0.000001", 1), ("007.10", 7_100_000)])
def test_an_amount_in_tokens_is_exact_in_units(text, units):
    assert MONEY.parse(text) == units


@pytest.mark.parametrize("text", ["", "1,5", "-1", "1.0000001", "1e6", "0x10", "one", " ", "1.", ".5", "1_000"])
def test_what_is_not_an_exact_amount_is_refused(text):
    with pytest.raises(BadInput):
        MONEY.parse(text)


@given(agreement=st.integers(0, 2**96 - 1))
def test_an_agreement_id_reads_back(agreement):
    assert parse_agreement(show_agreement(agreement)) == agreement


@pytest.mark.parametrize(
    ("ppm", "shown"), [(None, None), (0, "0.0000"), (999_999, "99.9999"), (1_000_000, "100.0000"), (-5, "-0.0005")]
)
def test_parts_per_million_lose_no_digit_as_a_percentage(ppm, shown):
    assert percent_of(ppm) == shown
