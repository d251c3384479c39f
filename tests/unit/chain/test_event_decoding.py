"""Raw logs to events: everything that the contracts can say, and nothing that they cannot."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from chain import events
from chain.blocks import RawLog
from chain.events import Event, UnknownEvent, decode, decode_known, topics
from chain.hashing import address_of
from chain.words import abi_fields
from governance.errors import BadInput
from governance.values import Outcome

PACTUM = address_of("0x" + "ab" * 20)
PLACE: dict[str, Any] = {"address": PACTUM, "block_number": 7, "block_hash": b"\7" * 32, "tx_hash": b"\10" * 32, "log_index": 3}
ADDRESSES = st.binary(min_size=20, max_size=20).map(address_of)


def _strategy(abi: str, kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        struct: Any = kind
        shape = {name: _strategy(inner, inner_kind) for name, inner, inner_kind in abi_fields(struct)}
        return st.builds(struct, **shape)
    if kind is bool:
        return st.booleans()
    if kind is not None:
        return st.sampled_from(kind)
    known: dict[str, st.SearchStrategy[Any]] = {
        "address": ADDRESSES,
        "address[]": st.lists(ADDRESSES, max_size=31).map(tuple),
        "bytes": st.binary(max_size=100),
        "bytes32": st.binary(min_size=32, max_size=32),
    }
    return known[abi] if abi in known else st.integers(0, 2 ** int(abi.removeprefix("uint")) - 1)


def _events() -> st.SearchStrategy[Event]:
    def build(cls: type[Event]) -> st.SearchStrategy[Event]:
        own = [field for field in abi_fields(cls) if field[0] not in PLACE]
        return st.fixed_dictionaries({name: _strategy(abi, kind) for name, abi, kind in own}).map(
            lambda fields: cls(**PLACE, **fields)
        )

    return st.sampled_from(events.EVENTS).flatmap(build)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return tuple(_plain(getattr(value, name)) for name in value.__dataclass_fields__)
    return value


def _log(event: Event) -> RawLog:
    own = [field for field in abi_fields(type(event)) if field[0] not in PLACE]
    indexed = [encode([abi], [_plain(getattr(event, name))]) for name, abi, _ in own if name in event.indexed]
    loose = [(abi, _plain(getattr(event, name))) for name, abi, _ in own if name not in event.indexed]
    data = encode([abi for abi, _ in loose], [value for _, value in loose])
    return RawLog(PACTUM, (topics()[type(event)], *indexed), data, 7, b"\7" * 32, b"\10" * 32, 3)


@given(_events())
def test_events_survive_the_encoding_of_the_abi(event: Event):
    assert decode(_log(event)) == event


@given(_events(), st.binary(max_size=700), st.lists(st.binary(min_size=32, max_size=32), max_size=3))
def test_hostile_logs_are_bad_input_or_an_event(event: Event, data: bytes, more: list[bytes]):
    raw = dataclasses.replace(_log(event), data=data, topics=(topics()[type(event)], *more))
    with contextlib.suppress(BadInput):
        assert isinstance(decode(raw), type(event))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_log_of_another_length_names_its_place(length: int):
    event = events.Accepted(**PLACE, agreement=1, row=3)
    with pytest.raises(BadInput, match=f"log 3 of block 7: Accepted: {length} bytes of data where 32 belong"):
        decode(dataclasses.replace(_log(event), data=bytes(length)))


def test_an_outcome_that_does_not_exist_is_refused():
    verdict: dict[str, Any] = {"outcome": Outcome.MET, "credit_bps": 0, "slash_bps": 0}
    raw = _log(events.Decided(**PLACE, agreement=1, period=2, **verdict, winner=PACTUM))
    with pytest.raises(BadInput, match="outcome: 0 is not a Outcome"):
        decode(dataclasses.replace(raw, data=bytes(32) + raw.data[32:]))


@pytest.mark.parametrize("first", [(), (bytes(32),)])
def test_a_foreign_log_is_unknown(first: tuple[bytes, ...]):
    with pytest.raises(UnknownEvent):
        decode(RawLog(PACTUM, first, b"", 1, bytes(32), bytes(32), 0))


def test_the_payments_of_two_contracts_are_told_apart_by_what_they_say():
    bonds = events.BondDaoPaid(**PLACE, treasury=PACTUM, amount=5)
    fees = events.DaoPaid(**PLACE, treasury=PACTUM, token=PACTUM, amount=5)
    assert events.signatures()[events.BondDaoPaid] == "DaoPaid(address,uint256)"
    assert [decode(_log(bonds)), decode(_log(fees))] == [bonds, fees]


@given(st.lists(st.tuples(st.integers(0, 2**96 - 1), st.integers(0, 2**160 - 1)), max_size=5).map(tuple))
def test_a_payment_to_a_provider_names_each_agreement_and_its_amount(amounts: tuple[tuple[int, int], ...]):
    parts = b"".join((agreement << 160 | amount).to_bytes(32) for agreement, amount in amounts)
    paid = events.ProviderPaid(**PLACE, provider=PACTUM, parts=parts)
    assert paid.amounts == amounts
    with pytest.raises(BadInput, match="are no words"):
        _ = dataclasses.replace(paid, parts=parts + b"\0").amounts


def test_a_lookalike_of_another_contract_is_passed_over():
    sound = _log(events.DaoPaid(**PLACE, treasury=PACTUM, token=PACTUM, amount=5))
    forged = dataclasses.replace(sound, address=address_of("0x" + "cd" * 20))
    foreign = dataclasses.replace(sound, topics=(bytes(32),))
    assert decode_known([forged, sound, foreign], {PACTUM}) == [decode(sound)]
