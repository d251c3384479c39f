"""A stage for settlement: a devnet with the contracts, a committee of four, one provider, one customer, and a relay's account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from chain.blocks import Receipt
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TokenClient, ZoneClient
from chain.devnet import Anvil, DeployParameters, deploy, start_anvil
from chain.hashing import ZERO_ADDRESS, keccak, text_id
from chain.offers import Offer
from chain.quorum import join_signatures
from chain.row import pack
from chain.sender import Sender
from chain.typed_data import offer_digest, report_digest
from chain.values import Configuration, Header, Parameters
from governance.values import Outcome, PeriodKind, Row
from settlement.migrations import upgrade
from settlement.store import Store

BEGIN_S = 1_735_689_600
PERIOD_S = 100
REPORT_DEADLINE_S = 60
DISPUTE_WINDOW_S = 30
FEE = 1_009
DEPOSIT = 5_000
RELAY_FEE = 5
ALL = 0b1111
QUORUM = 0b0111


class Stage:
    """One deployment, and what its roles do. Periods last 100 s, and so do epochs; a row matures 30 s after it was accepted."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        self.node = anvil.node
        self.members = [anvil.signer(number) for number in range(4, 8)]
        self.enter()
        self.treasury = anvil.signer(8).address
        self.book = deploy(self.node, self.governor, self._parameters())
        self.pactum = PactumClient(self.node, self.book.pactum)
        self.zone = ZoneClient(self.node, self.book.zone)
        self.committee = CommitteeClient(self.node, self.book.committee)
        self.law_stone = LawStoneClient(self.node, self.book.law_stone)
        assert self.book.token
        self.token = TokenClient(self.node, self.book.token)
        self.law = self.publish_law("% a law that nobody asks\n")
        self.terms = self.publish_terms("terms: none\n")
        self._fund()

    def enter(self) -> None:
        """Begins a test."""
        self.forget_nonces()
        self.nonce = 0

    def reorganise(self, depth: int) -> None:
        """Replaces the newest blocks by empty ones; what was in them is lost."""
        self.node.request("anvil_reorg", depth, [])
        self.forget_nonces()

    def forget_nonces(self) -> None:
        """Gives the roles new senders: the chain was put back, or re-organised."""
        self.node.request("anvil_dropAllTransactions")
        self.governor, self.provider, self.customer, self.relay = (self.sender(number) for number in range(4))

    @property
    def configuration(self) -> Configuration:
        """The committee's one configuration."""
        digest = self.committee.configuration_at(2**63)
        assert digest
        return self.committee.configuration_of(digest)

    @property
    def now_s(self) -> int:
        """The newest block's time."""
        return self.node.block("latest").timestamp_s

    def sender(self, account: int) -> Sender:
        """A sender for one of the funded accounts."""
        return Sender(self.node, self.anvil.signer(account))

    def publish_law(self, text: str) -> bytes:
        """Publishes and enacts a law."""
        self.law_stone.publish(self.governor, text)
        self.law_stone.enact(self.governor, text_id(text))
        return text_id(text)

    def publish_terms(self, text: str) -> bytes:
        """Publishes terms."""
        self.pactum.publish_terms(self.customer, text)
        return text_id(text)

    def open(self, periods: int = 3, *, start_s: int | None = None, **changes: object) -> int:
        """Opens an agreement that starts with the next epoch but one, unless told otherwise."""
        self.nonce += 1
        terms: dict[str, object] = {
            "provider": self.provider.address, "customer": ZERO_ADDRESS, "token": self.book.token, "terms": self.terms,
            "law": self.law, "fee": FEE, "deposit": DEPOSIT, "max_credit_bps": 10_000, "max_slash_bps": 2_000,
            "min_provider_bps": 7_000, "period_kind": PeriodKind.FIXED, "period_length": PERIOD_S, "max_periods": 1_000,
            "lead": 0, "expiry": 2**63, "nonce": self.nonce,
        }  # fmt: skip
        offer = Offer(**(terms | changes))  # type: ignore[arg-type]
        signature = self.anvil.signer(1).sign_digest(offer_digest(self.book.pactum_domain, offer))
        start_s = (self.now_s // PERIOD_S + 2) * PERIOD_S if start_s is None else start_s
        receipt = self.pactum.open(self.customer, offer, signature, start_s, periods)
        return self.pactum.opened(receipt).agreement

    def end_of(self, agreement: int, period: int) -> int:
        """First second after a period."""
        return self.pactum.period_of(agreement, period)[1]

    def row(self, agreement: int, period: int, outcome: Outcome = Outcome.MET, credit_bps: int = 0, slash_bps: int = 0) -> Row:
        """A row of a report."""
        return Row(agreement, period, outcome, 1 if credit_bps else 0, credit_bps, slash_bps, 999_000, 1_000_000, 830)

    def header(self, epoch: int, observers: int = ALL) -> Header:
        """A header over an observation set that nobody has seen."""
        return Header(self.configuration.digest, epoch, keccak(b"a set"), observers, self.relay.address)

    def report(
        self,
        rows: Sequence[Row],
        *,
        observers: int = ALL,
        signers: Sequence[int] = (0, 1, 2),
        signatures: Mapping[int, bytes] | None = None,
        sender: Sender | None = None,
    ) -> Receipt:
        """Reports rows for the epoch in which the first one's period ended."""
        epoch = (self.end_of(rows[0].agreement, rows[0].period) - 1) // PERIOD_S
        header, words = self.header(epoch, observers), [pack(row) for row in rows]
        digest = report_digest(self.book.pactum_domain, header, words)
        made = signatures or {member: self.members[member].sign_compact(digest) for member in signers}
        mask, joined = join_signatures(made)
        return self.pactum.report(sender or self.relay, header, words, mask, joined)

    def move_to(self, time_s: int) -> None:
        """Makes a block with this time, unless the chain is there already."""
        if time_s > self.now_s:
            self.anvil.move_to(time_s)

    def mature(self) -> None:
        """Waits out the dispute window of every row so far."""
        self.anvil.increase(DISPUTE_WINDOW_S)

    def settle(self, *agreements: int) -> Receipt:
        """Settles what has matured."""
        return self.pactum.settle(self.relay, agreements)

    def play(self, agreement: int, *outcomes: Row) -> None:
        """Reports, matures and settles rows in their order."""
        for row in outcomes:
            self.move_to(self.end_of(agreement, row.period))
            self.report([row])
            self.mature()
            self.settle(agreement)

    def _parameters(self) -> DeployParameters:
        return DeployParameters(
            members=tuple(signer.address for signer in self.members),
            epoch_length_s=PERIOD_S,
            parameters=Parameters(REPORT_DEADLINE_S, DISPUTE_WINDOW_S, 2_000, 1_000),
            treasury=self.treasury,
            min_fee=100,
            relay_fee=RELAY_FEE,
        )

    def _fund(self) -> None:
        plenty = 10**12
        self.token.mint(self.governor, self.provider.address, plenty)
        self.token.mint(self.governor, self.customer.address, plenty)
        self.token.approve(self.provider, self.book.zone, plenty)
        self.token.approve(self.customer, self.book.pactum, plenty)
        self.zone.register(self.provider, self.provider.address, '{"name": "a provider"}')
        self.zone.stake(self.provider, self.token.address, 10**6)


@dataclass(slots=True)
class _Theatre:
    """One Anvil for the session; each test plays on a state that is put back, at a time of its own."""

    anvil: Anvil
    stage: Stage
    snapshot: str = field(default="")


@pytest.fixture(scope="session")
def _theatre() -> Iterator[_Theatre]:
    with start_anvil(timestamp_s=BEGIN_S) as anvil:
        yield _Theatre(anvil, Stage(anvil))


@pytest.fixture
def stage(_theatre: _Theatre) -> Iterator[Stage]:
    """The stage right after the deployment."""
    snapshot = _theatre.anvil.node.request("evm_snapshot")
    _theatre.stage.enter()
    yield _theatre.stage
    assert _theatre.anvil.node.request("evm_revert", snapshot)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty database with settlement's tables, of either kind."""
    upgrade(database_url)
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty SQLite database with settlement's tables, for tests that need no other kind."""
    upgrade(sqlite_url)
    opened = Store(sqlite_url)
    yield opened
    opened.close()
