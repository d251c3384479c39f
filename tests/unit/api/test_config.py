"""The API listens where only this machine reaches it, unless somebody says otherwise in so many words."""

from __future__ import annotations

import pytest

from api.config import ApiConfig, is_loopback
from api.server import PortTaken, address_of, listen
from chain.addressbook import AddressBook
from governance.errors import BadInput

ZERO = "0x" + "00" * 20
BOOK = AddressBook(1, 0, *([ZERO] * 7))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_where_it_listens(host: str):
    assert is_loopback(host)
    assert ApiConfig("sqlite://", BOOK, host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", "", "localhost.example.org"])
def test_any_other_host_is_refused_until_it_is_allowed(host: str):
    with pytest.raises(BadInput, match="allow remote access"):
        ApiConfig("sqlite://", BOOK, host=host)
    assert ApiConfig("sqlite://", BOOK, host=host, allow_remote=True).host == host


@pytest.mark.parametrize("wrong", [{"port": 65_536}, {"port": -1}, {"max_lag_blocks": -1}, {"refresh_s": -1}])
def test_figures_that_cannot_be_served_are_refused(wrong: dict[str, int]):
    with pytest.raises(BadInput):
        ApiConfig("sqlite://", BOOK, **wrong)  # type: ignore[arg-type]


def test_a_taken_port_is_said_in_one_clear_error():
    with listen("127.0.0.1", 0) as first:
        port = int(address_of(first).rpartition(":")[2])
        with pytest.raises(PortTaken, match=f"port {port}"):
            listen("127.0.0.1", port)
