"""Rows and structs: what goes in comes out, and what does not fit is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from chain import row
from chain.offers import Offer
from chain.values import Agreement, Division, Header, Pending
from chain.words import abi_fields, codec
from governance.errors import BadInput
from governance.values import Outcome, PeriodKind, Row

WIDTHS = dict(row.LAYOUT)
ADDRESSES = st.binary(min_size=20, max_size=20)
ROWS = st.builds(
    Row,
    outcome=st.sampled_from(Outcome),
    **{name: st.integers(0, 2**bits - 1) for name, bits in row.LAYOUT if name != "outcome"},
)


@given(ROWS)
def test_a_row_survives_its_word(value: Row):
    assert row.unpack(row.pack(value)) == value


@given(ROWS, st.sampled_from([name for name, _ in row.LAYOUT if name != "outcome"]))
def test_a_field_one_too_wide_is_refused_by_name(value: Row, name: str):
    with pytest.raises(BadInput, match=f"{name} .* does not fit in {WIDTHS[name]} bits"):
        row.pack(dataclasses.replace(value, **{name: 2 ** WIDTHS[name]}))


def test_a_negative_field_is_refused():
    with pytest.raises(BadInput, match="tier -1 does not fit"):
        row.pack(Row(1, 0, Outcome.MET, -1, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("outcome", [0, 4, 255])
def test_an_outcome_that_does_not_exist_is_no_row(outcome: int):
    with pytest.raises(BadInput, match=f"outcome {outcome} does not exist"):
        row.unpack(outcome << 120)


@pytest.mark.parametrize("word", [-1, 2**256])
def test_a_number_that_is_no_word_is_refused(word: int):
    with pytest.raises(BadInput, match="not a 256-bit word"):
        row.unpack(word)


def _value(abi: str, kind: Any) -> st.SearchStrategy[Any]:
    if kind is bool:
        return st.booleans()
    if kind is not None:
        return st.sampled_from(kind)
    if abi == "address":
        return ADDRESSES.map(lambda raw: "0x" + raw.hex())
    return st.binary(min_size=32, max_size=32) if abi == "bytes32" else st.integers(0, 2 ** int(abi.removeprefix("uint")) - 1)


def _structs(cls: type) -> st.SearchStrategy[tuple[type, dict[str, Any]]]:
    shape: dict[str, st.SearchStrategy[Any]] = {name: _value(abi, kind) for name, abi, kind in abi_fields(cls)}
    return st.tuples(st.just(cls), st.fixed_dictionaries(shape))


@given(st.one_of(*(_structs(cls) for cls in (Offer, Header, Agreement, Pending, Division))))
def test_structs_are_encoded_as_abi_encode_does(case: tuple[type, dict[str, Any]]):
    cls, fields = case
    shape = codec(cls)
    words = encode([shape.abi], [tuple(fields[name] for name, _, _ in abi_fields(cls))])
    assert shape.encode(cls(**fields)) == words
    again: Any = shape.decode(words)
    assert shape.encode(again) == words


@given(st.binary(max_size=16 * 32), st.integers(0, 16 * 32))
def test_hostile_words_are_bad_input_or_a_struct(data: bytes, offset: int):
    try:
        found = codec(Offer).decode(data, offset)
    except BadInput:
        return
    assert codec(Offer).encode(found) == data[offset:]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("fee", 2**128, "fee .* is not a uint128"),
        ("fee", -1, "fee -1 is not a uint128"),
        ("fee", True, "fee True is not a uint128"),
        ("fee", 1.0, "fee 1.0 is not a uint128"),
        ("terms", b"short", "terms is not 32 bytes"),
        ("provider", "0x12", "'0x12' is not an address"),
        ("provider", "0x5FbDB2315678afecb367f032d93F642f64180Aa3", "is mistyped"),  # a letter's case is wrong
        ("provider", None, "provider None is not an address"),
    ],
)
def test_a_field_that_does_not_fit_is_named(field: str, value: Any, message: str):
    sound = {name: _sound(abi, kind) for name, abi, kind in abi_fields(Offer)}
    codec(Offer).encode(Offer(**sound))
    with pytest.raises(BadInput, match=message):
        codec(Offer).encode(Offer(**{**sound, field: value}))


def _sound(abi: str, kind: Any) -> Any:
    if kind is PeriodKind:
        return PeriodKind.FIXED
    return {"address": "0x" + "11" * 20, "bytes32": bytes(32)}.get(abi, 1)
