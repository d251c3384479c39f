"""Revert data to names and values: hostile bytes never end in another exception."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import custom_errors, selector
from chain.node import NodeRefused
from chain.reverts import TransactionReverted, decode_revert, is_revert, reverted

SELECTORS = [*custom_errors(), selector("Error(string)"), selector("Panic(uint256)")]


def _refused(data: object, code: int = 3, message: str = "execution reverted") -> NodeRefused:
    return NodeRefused(message, code=code, data=data, method="eth_call")


def test_a_custom_error_comes_with_its_values_and_a_remedy():
    data = selector("QuorumNotReached(uint256,uint256)") + encode(["uint256", "uint256"], [2, 3])
    error = reverted(_refused("0x" + data.hex()))
    assert (error.name, error.arguments) == ("QuorumNotReached", {"have": 2, "need": 3})
    assert str(error) == "the contract refuses: QuorumNotReached(have=2, need=3); collect signatures of 2f + 1 members"


def test_a_struct_in_an_error_is_shown():
    data = selector("UnusableListing((address,uint96,uint128))") + encode(
        ["(address,uint96,uint128)"], [("0x" + "11" * 20, 2, 3)]
    )
    assert decode_revert(data)[1]["values"] == ("0x" + "11" * 20, 2, 3)


def test_addresses_are_shown_in_their_form():
    data = selector("ProviderNotRegistered(address)") + encode(["address"], ["0x5fbdb2315678afecb367f032d93f642f64180aa3"])
    assert decode_revert(data) == ("ProviderNotRegistered", {"provider": "0x5FbDB2315678afecb367f032d93F642f64180aa3"})


def test_a_reason_in_words_is_kept():
    data = selector("Error(string)") + encode(["string"], ["no"])
    assert decode_revert(data) == ("Error", {"reason": "no"})


def test_a_panic_is_explained():
    data = selector("Panic(uint256)") + encode(["uint256"], [0x11])
    assert decode_revert(data) == ("Panic", {"code": 0x11, "reason": "arithmetic overflow"})


@given(st.sampled_from([b"", *SELECTORS]), st.binary(max_size=200))
def test_hostile_data_is_named_or_unknown(head: bytes, body: bytes):
    name, arguments = decode_revert(head + body)
    assert name
    assert str(TransactionReverted(name, arguments))


def test_unknown_data_is_shown_cut_short():
    error = TransactionReverted(*decode_revert(b"\xff" * 500))
    assert error.name == "Unknown"
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_refused("0x"), True),
        (_refused("0x1234", code=-32000), True),
        (_refused({"data": "0x1234"}, code=-32015), True),
        (_refused(None, code=3), True),
        (_refused(None, code=-32000, message="execution reverted"), True),
        (_refused(None, code=-32000, message="header not found"), False),
        (_refused(None, code=-32601, message="method not found"), False),
        (_refused("no hex", code=-32601, message="?"), False),
    ],
)
def test_a_revert_is_told_from_a_node_that_will_not(error: NodeRefused, expected: bool):
    assert is_revert(error) is expected


def test_a_revert_without_data_says_what_the_node_said():
    assert reverted(_refused(None)).arguments == {"node": "execution reverted"}
