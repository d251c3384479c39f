"""What stands between a client and its node: a proxy that loses answers."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from chain import row
from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, NotaryClient, PactumClient, TokenClient, ZoneClient
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil
from chain.docket import Docket
from chain.governor import Governor
from chain.hashing import ZERO_ADDRESS, text_id
from chain.keys import Signer
from chain.offers import Offer
from chain.quorum import join_signatures
from chain.sender import Sender
from chain.typed_data import observation_root_digest, offer_digest, report_digest
from chain.values import Configuration, Header, Parameters
from governance.periods import epoch_of
from governance.values import PeriodKind, Row


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


LAW = "decide(_, _, _).\n"
WINDOW_S = 60
BOND = 1_000_000
EPOCH_S = 20
PAYEE = "0x" + "77" * 20


@pytest.fixture
def founding(fresh_anvil: Anvil) -> DeployParameters:
    """What the contracts on this test's Anvil begin with; accounts 1 to 4 are the committee, account 7 is the arbiter."""
    members = tuple(fresh_anvil.signer(account).address for account in range(1, 5))
    parameters = Parameters(
        report_deadline=WINDOW_S,
        dispute_window=WINDOW_S,
        resolution_deadline=WINDOW_S,
        thaw=3 * WINDOW_S,
        longest_period=31 * 86_400,
        validator_bps=2_000,
        dao_bps=1_000,
        dispute_bond_bps=1_000,
        arbiter=fresh_anvil.signer(7).address,
    )
    return DeployParameters(members, epoch_length_s=EPOCH_S, parameters=parameters, laws=(LAW,), bond=BOND)


@pytest.fixture
def book(fresh_anvil: Anvil, sender: Sender, founding: DeployParameters) -> AddressBook:
    """The contracts on this test's Anvil."""
    return deploy(fresh_anvil.node, sender, founding)


class Market:
    """A provider and a customer who open agreements: account 5 offers, account 6 takes, account 7 is the arbiter.

    Account 0 does whatever anyone may do, and is the governor.
    """

    terms, law = "terms: Möbius\n", LAW

    def __init__(self, anvil: Anvil, anyone: Sender, book: AddressBook) -> None:
        self.anvil, self.anyone, self.book = anvil, anyone, book
        self.node = anvil.node
        self.governor = Governor(self.node, book.timelock, anyone)
        self.pactum, self.notary = PactumClient(self.node, book.pactum), NotaryClient(self.node, book.notary)
        self.provider, self.customer = anvil.signer(5), Sender(self.node, anvil.signer(6))
        self.arbiter = Sender(self.node, anvil.signer(7))
        self.token = TokenClient(self.node, str(book.token))
        self._nonce = 0

    def prepare(self) -> None:
        token = self.token
        self.notary.publish_terms(self.anyone, self.terms)
        zone = ZoneClient(self.node, self.book.zone)
        provider = Sender(self.node, self.provider)
        zone.register(provider, provider.address, "{}")
        token.mint(self.anyone, provider.address, 10**12)
        token.mint(self.anyone, self.customer.address, 10**12)
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
            notice_periods=1,
            lead=0,
            expiry=now + 10**8,
            nonce=self._nonce,
        )
        return dataclasses.replace(sound, **changes)

    def open(self, start_s: int, periods: int = 3, **changes: Any) -> int:
        offer = self.offer(**changes)
        signature = self.provider.sign_digest(offer_digest(self.book.pactum_domain, offer))
        now = self.pactum.conditions_of(offer.token)
        receipt = self.notary.open(self.customer, offer, signature, start_s, periods, now.parameters, now.listing)
        return self.notary.opened(receipt).agreement

    def open_months(self, start_s: int, periods: int, **changes: Any) -> int:
        """Opens an agreement over calendar months that begins as late as the lead says."""
        lead = start_s - self.soon()
        months = {"period_kind": PeriodKind.CALENDAR_MONTH, "period_length": 0, "max_periods": periods}
        return self.open(start_s, periods, lead=lead, **months, **changes)

    def bond(self, members: Sequence[str]) -> None:
        """Puts up the bonds of some members."""
        committee = CommitteeClient(self.node, self.book.committee)
        self.token.mint(self.anyone, self.anyone.address, BOND * len(members))
        self.token.approve(self.anyone, committee.address, BOND * len(members))
        for member in members:
            committee.post(self.anyone, member, BOND)

    def expose(self, member: Signer, epoch: int) -> Receipt:
        """Shows that a member signed two roots for one epoch."""
        roots = (b"\1" * 32, b"\2" * 32)
        proof = [(root, member.sign_compact(observation_root_digest(self.book.committee_domain, epoch, root))) for root in roots]
        return CommitteeClient(self.node, self.book.committee).expose(self.anyone, member.address, epoch, *proof)

    def soon(self) -> int:
        return self.node.block("latest").timestamp_s + 100


@pytest.fixture
def market(fresh_anvil: Anvil, sender: Sender, book: AddressBook) -> Market:
    found = Market(fresh_anvil, sender, book)
    found.prepare()
    return found


class Oracles:
    """The committee of the devnet: accounts 1 to 4, who sign whatever the test says."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.signers: list[Signer] = [market.anvil.signer(account) for account in range(1, 5)]
        docket = Docket(market.node, market.book, "latest")
        docket.refresh()
        self.configuration: Configuration = docket.configurations[0]

    def header(self, end_s: int, observers: int = 0b1111) -> Header:
        return Header(self.configuration.digest, epoch_of(end_s, EPOCH_S), b"\5" * 32, observers, PAYEE)

    def sign(self, header: Header, words: list[int], members: tuple[int, ...] = (0, 1, 2)) -> tuple[int, bytes]:
        digest = report_digest(self.market.book.pactum_domain, header, words)
        assert digest == self.market.pactum.report_digest(header, words)
        return join_signatures({member: self.signers[member].sign_compact(digest) for member in members})

    def report(self, end_s: int, *rows: Row, observers: int = 0b1111) -> Receipt:
        words = [row.pack(entry) for entry in rows]
        header = self.header(end_s, observers)
        return self.market.pactum.report(self.market.anyone, header, words, *self.sign(header, words))

    def reported(self, start_s: int, period: int, entry: Row) -> int:
        """Moves to the end of an hourly period, reports it, and gives the row's word."""
        end_s = start_s + (period + 1) * 3_600
        self.market.anvil.move_to(end_s)
        self.report(end_s, entry)
        return row.pack(entry)


@pytest.fixture
def oracles(market: Market) -> Oracles:
    return Oracles(market)
