"""Proposed calls are read by name; what cannot be read is shown as bytes, and breaks nothing."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from chain.addressbook import AddressBook
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TimelockClient
from chain.hashing import address_of
from chain.node import Node
from chain.reading import ReadCall, read_call
from chain.sender import Call
from chain.values import Amendment, Parameters, Seat

NODE = Node("http://127.0.0.1:9")
BOOK = AddressBook(31_337, 1, *(address_of(bytes([place]) * 20) for place in range(1, 9)))
SOMEBODY = address_of(b"\x77" * 20)


def test_a_structs_fields_are_read_by_name():
    values = Parameters(7_200, 3_600, 86_400, 172_800, 2_678_400, 2_000, 1_000, 500, SOMEBODY)
    read = read_call(PactumClient(NODE, BOOK.pactum).set_parameters_call(values), BOOK)
    assert (read.contract, read.function) == ("Pactum", "setParameters")
    named = read.arguments["values"]
    assert isinstance(named, dict)
    assert list(named.values()) == list(dataclasses.astuple(values))
    assert named["arbiter"] == SOMEBODY


def test_lists_and_hashes_are_read():
    members = [address_of(bytes([place]) * 20) for place in range(20, 24)]
    read = read_call(CommitteeClient(NODE, BOOK.committee).configure_call(members, 1_800_000_000), BOOK)
    assert read == ReadCall("Committee", "configure", {"members": members, "since": 1_800_000_000})
    amendment = Amendment(Seat.ROUTING, True, b"\4" * 32, b"\5" * 32, 1, 60)
    read = read_call(LawStoneClient(NODE, BOOK.law_stone).enact_call(amendment), BOOK)
    assert read.arguments == {"seat": 1, "law": b"\5" * 32, "takesSeat": True, "notice": 60}
    assert read_call(TimelockClient(NODE, BOOK.timelock).update_delay_call(60), BOOK).function == "updateDelay"


def test_a_stranger_s_call_is_shown_as_bytes():
    assert read_call(Call(SOMEBODY, b"\1\2\3\4"), BOOK) == ReadCall(SOMEBODY, "?", {"data": b"\1\2\3\4"})
    sound = PactumClient(NODE, BOOK.pactum).set_treasury_call(SOMEBODY)
    cut = Call(sound.to, sound.data[:-1])
    assert read_call(cut, BOOK) == ReadCall("Pactum", "?", {"data": cut.data})


@given(data=st.binary(max_size=200))
def test_no_bytes_make_reading_fail(data):
    known = PactumClient(NODE, BOOK.pactum).set_treasury_call(SOMEBODY).data[:4]
    for address in BOOK.contracts:
        read_call(Call(address, data), BOOK)
        read_call(Call(address, known + data), BOOK)
