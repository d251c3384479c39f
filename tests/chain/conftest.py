"""What stands between a client and its node: a proxy that loses answers."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chain.addressbook import AddressBook
from chain.contracts import LawStoneClient, PactumClient, TokenClient, ZoneClient
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil
from chain.hashing import ZERO_ADDRESS, text_id
from chain.offers import Offer
from chain.sender import Sender
from chain.typed_data import offer_digest
from chain.values import Parameters
from governance.values import PeriodKind


class Proxy:
    """A TCP proxy before a node. ``swallow`` says, of each request's bytes, whether its answer is lost on the way back."""

    def __init__(self, port: int) -> None:
        self.swallow: Callable[[bytes], bool] = lambda _: False
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as node:
            while request := _message(client):
                node.sendall(request)
                answer = _message(node)
                if self.swallow(request):
                    return  # the node has done it, and nobody hears of it
                client.sendall(answer)


def _message(connection: socket.socket) -> bytes:
    """One whole HTTP message, head and body; nothing where the connection was closed before one."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (piece := connection.recv(1 << 16))
        if not piece:
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(1 << 16)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def proxy(fresh_anvil: Anvil) -> Iterator[Proxy]:
    """A proxy before this test's Anvil."""
    found = Proxy(fresh_anvil.port)
    yield found
    found.close()


class Hasty:
    """Time for a sender that need not be waited for: it passes only in sleep, and at once."""

    def __init__(self) -> None:
        self._now = 0.0

    def now_s(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture
def hasty() -> Hasty:
    """Time for a sender on a node that mines at once."""
    return Hasty()


@pytest.fixture
def sender(fresh_anvil: Anvil) -> Sender:
    """The first funded account of this test's Anvil."""
    return Sender(fresh_anvil.node, fresh_anvil.signer(0))


@pytest.fixture
def book(fresh_anvil: Anvil, sender: Sender) -> AddressBook:
    """The contracts on this test's Anvil; accounts 1 to 4 are the committee."""
    members = tuple(fresh_anvil.signer(account).address for account in range(1, 5))
    return deploy(
        fresh_anvil.node,
        sender,
        DeployParameters(members, epoch_length_s=20, parameters=Parameters(60, 60, 2_000, 1_000)),
    )


class Market:
    """A provider and a customer who open agreements: account 5 offers, account 6 takes."""

    terms, law = "terms: Möbius\n", "decide(_, _, _).\n"

    def __init__(self, anvil: Anvil, governor: Sender, book: AddressBook) -> None:
        self.anvil, self.governor, self.book = anvil, governor, book
        self.node = anvil.node
        self.pactum = PactumClient(self.node, book.pactum)
        self.provider, self.customer = anvil.signer(5), Sender(self.node, anvil.signer(6))
        self._nonce = 0

    def prepare(self) -> None:
        stone, token = LawStoneClient(self.node, self.book.law_stone), TokenClient(self.node, str(self.book.token))
        stone.publish(self.governor, self.law)
        stone.enact(self.governor, text_id(self.law))
        self.pactum.publish_terms(self.governor, self.terms)
        zone = ZoneClient(self.node, self.book.zone)
        provider = Sender(self.node, self.provider)
        zone.register(provider, provider.address, "{}")
        token.mint(self.governor, provider.address, 10**12)
        token.mint(self.governor, self.customer.address, 10**12)
        token.approve(provider, zone.address, 10**12)
        token.approve(self.customer, self.pactum.address, 10**12)
        zone.stake(provider, token.address, 10**9)

    def offer(self, **changes: Any) -> Offer:
        self._nonce += 1
        now = self.node.block("latest").timestamp_s
        sound = Offer(
            provider=self.provider.address,
            customer=ZERO_ADDRESS,
            token=str(self.book.token),
            terms=text_id(self.terms),
            law=text_id(self.law),
            fee=1_000_000,
            deposit=5_000_000,
            max_credit_bps=10_000,
            max_slash_bps=1_000,
            min_provider_bps=7_000,
            period_kind=PeriodKind.FIXED,
            period_length=3_600,
            max_periods=12,
            lead=0,
            expiry=now + 10**8,
            nonce=self._nonce,
        )
        return dataclasses.replace(sound, **changes)

    def open(self, start_s: int, periods: int = 3, **changes: Any) -> int:
        offer = self.offer(**changes)
        signature = self.provider.sign_digest(offer_digest(self.book.pactum_domain, offer))
        return self.pactum.opened(self.pactum.open(self.customer, offer, signature, start_s, periods)).agreement

    def open_months(self, start_s: int, periods: int, **changes: Any) -> int:
        """Opens an agreement over calendar months that begins as late as the lead says."""
        lead = start_s - self.soon()
        months = {"period_kind": PeriodKind.CALENDAR_MONTH, "period_length": 0, "max_periods": periods}
        return self.open(start_s, periods, lead=lead, **months, **changes)

    def soon(self) -> int:
        return self.node.block("latest").timestamp_s + 100


@pytest.fixture
def market(fresh_anvil: Anvil, sender: Sender, book: AddressBook) -> Market:
    found = Market(fresh_anvil, sender, book)
    found.prepare()
    return found
