"""A stage for settlement: a devnet with the contracts, a committee of four, one provider, one customer, and a relay's account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chain.blocks import Receipt
from chain.contracts import (
    CommitteeClient,
    LawStoneClient,
    NotaryClient,
    PactumClient,
    TokenClient,
    TribunalClient,
    ZoneClient,
)
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil, start_anvil
from chain.docket import Docket
from chain.events import Disputed
from chain.governor import Governor
from chain.hashing import ZERO_ADDRESS, keccak, text_id
from chain.offers import Offer
from chain.quorum import join_signatures
from chain.row import pack
from chain.sender import Call, Sender
from chain.typed_data import observation_root_digest, offer_digest, report_digest
from chain.values import Configuration, Crew, Header, Parameters, Seat
from governance import laws
from governance.clock import ManualClock
from governance.values import Observation, Outcome, PeriodKind, Ratio, Row
from oracle.rows import Rules, SignedObservations, epoch_root
from oracle.wire import MemberSignature, Submission
from settlement.assents import AssentReporter, Assents
from settlement.migrations import upgrade
from settlement.money_tables import Rewindable
from settlement.outbox import Outbox
from settlement.relay import Relay, RelayPolicy
from settlement.report import Reporter
from settlement.settle import Crank
from settlement.store import Store
from settlement.watch import Watcher

BEGIN_S = 1_735_689_600
PERIOD_S = 100
EPOCH_S = 50
REPORT_DEADLINE_S = 60
DISPUTE_WINDOW_S = 30
RESOLUTION_S = 40
THAW_S = 200
BOND_BPS = 1_000
MEMBER_BOND = 1_003
FEE = 1_009
DEPOSIT = 5_000
RELAY_FEE = 5
ALL = 0b1111
QUORUM = 0b0111


class Stage:
    """One deployment, and what its roles do. Periods last 100 s, epochs 50; a row matures 30 s after it was accepted."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        self.node = anvil.node
        self.members = [anvil.signer(number) for number in range(4, 8)]
        self.enter()
        self.treasury = anvil.signer(8).address
        self.book = deploy(self.node, self.governor, self._parameters())
        self.pactum = PactumClient(self.node, self.book.pactum)
        self.notary = NotaryClient(self.node, self.book.notary)
        self.tribunal = TribunalClient(self.node, self.book.tribunal)
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
        self.disputer = self.sender(9)

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
        """Publishes and enacts a law, beside the others: none runs in the seat."""
        self.law_stone.publish(self.governor, text)
        self.govern(self.law_stone.found_call(Seat.SETTLEMENT, text_id(text), takes_seat=False))
        return text_id(text)

    def govern(self, *calls: Call) -> None:
        """Lets the governor act through the timelock."""
        Governor(self.node, self.book.timelock, self.governor).act(calls)

    def publish_terms(self, text: str) -> bytes:
        """Publishes terms."""
        self.notary.publish_terms(self.customer, text)
        return text_id(text)

    def open(self, periods: int = 3, *, start_s: int | None = None, **changes: Any) -> int:
        """Opens an agreement that starts 100 to 200 s from now, unless told otherwise."""
        self.nonce += 1
        terms: dict[str, Any] = {
            "provider": self.provider.address, "customer": ZERO_ADDRESS, "token": self.book.token, "terms": self.terms,
            "law": self.law, "fee": FEE, "deposit": DEPOSIT, "max_credit_bps": 10_000, "max_slash_bps": 2_000,
            "min_provider_bps": 7_000, "period_kind": PeriodKind.FIXED, "period_length": PERIOD_S, "max_periods": 1_000,
            "notice_periods": 1, "lead": 0, "expiry": 2**63, "nonce": self.nonce,
        }  # fmt: skip
        offer = Offer(**(terms | changes))
        signature = self.anvil.signer(1).sign_digest(offer_digest(self.book.pactum_domain, offer))
        start_s = (self.now_s // PERIOD_S + 2) * PERIOD_S if start_s is None else start_s
        now = self.pactum.conditions_of(offer.token)
        receipt = self.notary.open(self.customer, offer, signature, start_s, periods, now.parameters, now.listing)
        return self.notary.opened(receipt).agreement

    def end_of(self, agreement: int, period: int) -> int:
        """First second after a period."""
        return self.pactum.period_of(agreement, period)[1]

    def epoch_of(self, agreement: int, period: int) -> int:
        """The epoch in which a period ends."""
        return (self.end_of(agreement, period) - 1) // EPOCH_S

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
        epoch = self.epoch_of(rows[0].agreement, rows[0].period)
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

    def dispute(self, row: Row) -> Disputed:
        """Disputes a row that waits."""
        receipt = self.tribunal.dispute(self.disputer, pack(row), keccak(b"grounds"), 10**12)
        return self.tribunal.disputed(receipt)

    def expose(self, member: int, epoch: int = 7) -> Receipt:
        """Shows that a member signed two roots for one epoch."""
        signer = self.members[member]
        proof = [
            (root, signer.sign_compact(observation_root_digest(self.book.committee_domain, epoch, root)))
            for root in (keccak(b"one"), keccak(b"other"))
        ]
        return self.committee.expose(self.relay, signer.address, epoch, *proof)

    def crew(self, observers: int = ALL) -> Crew:
        """Whom the validators' part of a report goes to."""
        return Crew(observers, self.relay.address)

    def _parameters(self) -> DeployParameters:
        return DeployParameters(
            members=tuple(signer.address for signer in self.members),
            epoch_length_s=EPOCH_S,
            parameters=Parameters(
                report_deadline=REPORT_DEADLINE_S,
                dispute_window=DISPUTE_WINDOW_S,
                resolution_deadline=RESOLUTION_S,
                thaw=THAW_S,
                longest_period=31 * 86_400,
                validator_bps=2_000,
                dao_bps=1_000,
                dispute_bond_bps=BOND_BPS,
                arbiter=self.governor.address,
            ),
            treasury=self.treasury,
            bond=MEMBER_BOND,
            min_fee=100,
            relay_fee=RELAY_FEE,
        )

    def _fund(self) -> None:
        plenty = 10**12
        self.token.mint(self.governor, self.provider.address, plenty)
        self.token.mint(self.governor, self.customer.address, plenty)
        self.token.approve(self.provider, self.book.zone, plenty)
        self.token.approve(self.customer, self.book.pactum, plenty)
        self.token.mint(self.governor, self.disputer.address, plenty)
        self.token.approve(self.disputer, self.book.tribunal, plenty)
        self.zone.register(self.provider, self.provider.address, '{"name": "a provider"}')
        self.zone.stake(self.provider, self.token.address, 10**6)


class Troupe:
    """A committee at work before a relay, on a stage whose agreements have the standard law and real terms.

    Members count what they are told; the relay's clock is the chain's.
    """

    def __init__(self, stage: Stage, store: Store, terms: str, patience_s: int = 30) -> None:
        self.stage = stage
        self.store = store
        self.law = stage.publish_law(laws.read("standard"))
        self.terms = stage.publish_terms(terms)
        self.clock = ManualClock(0)
        self.docket = Docket(stage.node, stage.book, "latest")
        self.rules = Rules(stage.book.committee_domain, stage.book.pactum_domain, EPOCH_S)
        policy = RelayPolicy(stage.relay.address, patience_s * 1_000)
        self.relay = Relay(store, self.docket, self.rules, policy, self.clock)
        self.watcher = Watcher(stage.node, stage.book, store)
        self.outbox = Outbox(store, stage.node, stage.relay, self.clock)
        self.reporter = Reporter(store, self.docket, stage.pactum, self.outbox)
        self.assents = Assents(store, self.docket, stage.book.law_stone_domain, self.clock, self.relay.woken)
        self.assent_reporter = AssentReporter(self.assents, self.docket, stage.law_stone, self.outbox, self.clock)
        self.crank = Crank(store, stage.pactum, stage.tribunal, self.outbox)

    def open(self, periods: int = 1, **changes: Any) -> int:
        """Opens an agreement under the real law and terms."""
        return self.stage.open(periods, law=self.law, terms=self.terms, **changes)

    def look(self) -> None:
        """Reads the chain, and sets the clock by it."""
        self.clock.advance_to(max(self.clock.now_ms(), self.stage.now_s * 1_000))
        self.watcher.catch_up()
        self.docket.refresh()

    def end(self, agreement: int, period: int = 0) -> int:
        """Moves to the end of a period; its epoch."""
        self.stage.move_to(self.stage.end_of(agreement, period))
        self.look()
        return self.stage.epoch_of(agreement, period)

    def signed(self, member: int, epoch: int, *seen: Observation) -> SignedObservations:
        """A member's signed root over some observations."""
        root = epoch_root(seen)
        signature = self.stage.members[member].sign_compact(observation_root_digest(self.rules.committee, epoch, root))
        return SignedObservations(member, epoch, root, signature, seen)

    def push(self, member: int, epoch: int, *seen: Observation) -> None:
        """Hands a member's observations to the relay."""
        self.relay.push(Submission(self.stage.configuration.digest, self.signed(member, epoch, *seen)))

    def sign_all(self, *members: int) -> int:
        """Lets members sign what the relay proposes to them; how many signatures were given."""
        given = 0
        for member in members:
            for proposal in self.relay.proposals(self.stage.configuration.digest, member):
                digest = report_digest(self.rules.pactum, proposal.header, proposal.rows)
                self.relay.sign(proposal.id, MemberSignature(member, self.stage.members[member].sign_compact(digest)))
                given += 1
        return given

    def report(self, agreement: int, period: int = 0, good: int = 100) -> int:
        """Plays a period up to its report: all members see ``good`` of 100 samples; how many reports were mined."""
        epoch = self.end(agreement, period)
        for member in range(4):
            self.push(member, epoch, counted(agreement, period, good))
        self.relay.propose()
        self.sign_all(0, 1, 2)
        return self.reporter.step()


class Content:
    """Everything in the rewindable tables of a store."""

    def __call__(self, store: Store) -> dict[str, list[dict[str, Any]]]:
        with store.read() as session:
            return {
                table.__tablename__: sorted(
                    (
                        {column.key: getattr(row, column.key) for column in table.__table__.c}
                        for row in session.scalars(select(table))
                    ),
                    key=repr,
                )
                for table in Rewindable.TABLES
            }

    def fresh(self, stage: Stage, folder: Path) -> dict[str, list[dict[str, Any]]]:
        """The tables of a watcher that reads the whole chain at once."""
        url = f"sqlite:///{folder / 'fresh.sqlite'}"
        upgrade(url)
        store = Store(url)
        Watcher(stage.node, stage.book, store, confirmations=10_000).catch_up()
        found = self(store)
        store.close()
        return found


@pytest.fixture
def content() -> Content:
    """What tables hold, to be compared."""
    return Content()


def counted(agreement: int, period: int = 0, good: int = 100, *, within: int | None = None) -> Observation:
    """An observation of 100 samples, of which ``good`` were ok, and ``within`` of those fast."""
    fast = good if within is None else within
    return Observation(agreement, period, 100, Ratio(good, 100), Ratio(fast, good), Ratio(10, 10), 900, bytes(32))


@pytest.fixture
def observation() -> Callable[..., Observation]:
    """Makes observations: ``observation(agreement, period, good, within=...)`` of 100 samples."""
    return counted


@pytest.fixture
def troupe(stage: Stage, store: Store, repository: Path) -> Troupe:
    """A committee and a relay, on a database of either kind."""
    return Troupe(stage, store, (repository / "examples" / "backtest.yaml").read_text("utf-8"))


@pytest.fixture
def sqlite_troupe(stage: Stage, sqlite_store: Store, repository: Path) -> Troupe:
    """A committee and a relay on SQLite."""
    return Troupe(stage, sqlite_store, (repository / "examples" / "backtest.yaml").read_text("utf-8"))


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
