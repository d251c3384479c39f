"""A database filled as settlement fills it: by the events of blocks, through ``settlement.apply``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.config import ApiConfig
from chain import events
from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.hashing import address_of, keccak, text_id
from chain.offers import Offer
from chain.row import pack
from chain.values import Listing, Parameters, Seat, Skip
from governance.clock import ManualClock
from governance.values import PPB, Outcome, PeriodKind, Row
from settlement.account import Constants
from settlement.apply import Gas, apply_block
from settlement.memory import Memory
from settlement.relay_tables import TallyRow
from settlement.store import Store
from settlement.tables import Base, DeploymentRow, LawTextRow

START_S = 1_800_000_000  # a multiple of 300
HOUR_S = 3_600
DEADLINE_S, WINDOW_S = 600, 300
FEE, DEPOSIT = 100_000_000, 500_000_000
TERMS = """apiVersion: openslo/v1
kind: Service
metadata: {name: chat-eu}
spec: {description: A model behind an address.}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  annotations:
    surety/tier-1: "99.0 % <= uptime < 99.9 %: credit 10 %"
    surety/tier-2: "95.0 % <= uptime < 99.0 %: credit 25 %"
    surety/tier-3: "uptime < 95.0 %: credit 100 %, slash 10 %"
    surety/minimum-samples: "10"
spec:
  service: chat-eu
  indicator:
    metadata: {name: ok-share}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: samples, spec: {result: ok}}}
        total: {metricSource: {type: samples, spec: {result: judged}}}
  timeWindow: [{duration: 1h, isRolling: false, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}]
  budgetingMethod: RatioTimeslices
  objectives: [{targetPercent: 99.9, timeSliceWindow: 1m}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: latency, annotations: {surety/credit: "10 %"}}
spec:
  service: chat-eu
  indicator:
    metadata: {name: time-to-answer}
    spec: {thresholdMetric: {metricSource: {type: samples, spec: {result: ok, field: latency_ms}}}}
  timeWindow: [{duration: 1h, isRolling: false, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}]
  budgetingMethod: Occurrences
  objectives: [{op: lte, value: 2000, targetPercent: 95}]
"""


def account(name: str) -> str:
    return address_of(keccak(name.encode())[:20])


TOKEN, CUSTOMER, PAYEE = account("token"), account("customer"), account("payee")
ARBITER = account("arbiter")
BOOK = AddressBook(
    31_337, 1, *(account(name) for name in ("pactum", "zone", "committee", "tribunal", "notary", "law stone", "timelock"))
)
PARAMETERS = Parameters(DEADLINE_S, WINDOW_S, 900, 1_800, 40 * 86_400, 2_000, 1_000, 500, ARBITER)
CONFIGURATION = keccak(b"configuration")


@dataclass
class Story:
    """What happened on a chain, told block by block. Times are those of the blocks."""

    store: Store
    number: int = 0
    time_s: int = START_S - HOUR_S
    token: str = TOKEN

    def block(self, *made: partial[Any], at_s: int | None = None) -> int:
        """Enters one block with events, given without their places; returns its number."""
        self.number += 1
        self.time_s = self.time_s + 1 if at_s is None else at_s
        place = self._place
        logs = [event(**place(log)) for log, event in enumerate(made)]
        stamp = BlockStamp(self.number, keccak(b"block%d" % self.number), keccak(b"block%d" % (self.number - 1)), self.time_s)
        gas = {log.tx_hash: Gas(90_000, 10**9) for log in logs}
        with self.store.write() as session:
            apply_block(Memory(session), stamp, logs, gas, Constants(BOOK.tribunal, self.token))
            row = session.get(DeploymentRow, 1)
            if row is None:
                session.add(DeploymentRow(id=1, chain_id=BOOK.chain_id, pactum=BOOK.pactum, first_block=1, confirmed_block=0))
            else:
                row.confirmed_block = self.number - 2
        return self.number

    def begin(self, law_text: str, terms_text: str = TERMS) -> None:
        """Publishes and enacts a law, publishes terms, lists a token, sets parameters, announces a committee."""
        law = text_id(law_text)
        members = tuple(account(f"member {number}") for number in range(4))
        self.block(
            partial(events.Published, law=law, publisher=CUSTOMER, length=len(law_text)),
            partial(events.Enacted, law=law, seat=Seat.SETTLEMENT, takes_seat=True, revision=1, amendment=bytes(32)),
            partial(events.TermsPublished, terms=text_id(terms_text), text=terms_text.encode()),
            partial(events.Listed, listing=1, values=Listing(self.token, 1_000, 1)),
            partial(events.ParametersSet, parameters=1, values=PARAMETERS),
            partial(events.Configured, configuration=CONFIGURATION, index=0, since=0, quorum=3, members=members),
        )
        with self.store.write() as session:
            session.merge(LawTextRow(law="0x" + law.hex(), text=law_text.encode()))

    def register(self, name: str, profile: Any = None, stake: int = 2 * DEPOSIT) -> str:
        """A provider with a profile (by default one that only has a name) and a stake."""
        text = profile if isinstance(profile, str) else json.dumps({"name": name} if profile is None else profile)
        provider = account(name)
        self.block(
            partial(events.Registered, provider=provider, payout=provider, profile=text_id(text), text=text.encode()),
            partial(events.Staked, provider=provider, token=self.token, amount=stake),
        )
        return provider

    def open(
        self,
        provider: str,
        *,
        law: bytes,
        terms: bytes = text_id(TERMS),
        number: int = 0,
        start_s: int = START_S,
        periods: int = 24,
        kind: PeriodKind = PeriodKind.FIXED,
        customer: str = CUSTOMER,
    ) -> int:
        """An agreement; returns its id."""
        length = HOUR_S if kind is PeriodKind.FIXED else 0
        offer = Offer(
            provider,
            customer,
            self.token,
            terms,
            law,
            FEE,
            DEPOSIT,
            10_000,
            1_000,
            7_000,
            kind,
            length,
            periods,
            1,
            0,
            2**63,
            number,
        )
        agreement = int.from_bytes(keccak(f"{provider}{number}".encode())[:12], "big")
        opened = partial(
            events.Opened,
            agreement=agreement,
            customer=customer,
            provider=provider,
            offer=offer,
            start=start_s,
            periods=periods,
            parameters=1,
            listing=1,
        )
        self.block(partial(events.Locked, provider=provider, token=self.token, amount=DEPOSIT), opened)
        return agreement

    def report(self, *rows: Row, at_s: int, skipped: tuple[tuple[int, int, Skip], ...] = ()) -> None:
        """A report whose rows are accepted, but for the skipped (agreement, period, reason)."""
        header = partial(
            events.Reported,
            configuration=CONFIGURATION,
            epoch=at_s // HOUR_S,
            observation_set=keccak(b"set"),
            observers=15,
            payee=PAYEE,
            signers=7,
            rows_hash=keccak(b"rows"),
        )
        accepted = [partial(events.Accepted, agreement=row.agreement, row=pack(row)) for row in rows]
        passed = [
            partial(events.Skipped, agreement=agreement, row=agreement << 160 | period << 128 | 1, reason=reason)
            for agreement, period, reason in skipped
        ]
        self.block(header, *accepted, *passed, at_s=at_s)

    def settle(self, agreement: int, period: int, at_s: int) -> None:
        """Turns an accepted row into claims."""
        self.block(partial(events.Settled, agreement=agreement, period=period), at_s=at_s)

    def expire(self, agreement: int, first: int, count: int, at_s: int) -> None:
        """Settles periods that nobody reported."""
        self.block(partial(events.Expired, agreement=agreement, first=first, count=count), at_s=at_s)

    def dispute(self, row: Row, at_s: int, *, bond: int = 5, reserve: int = 0, disputer: str = CUSTOMER) -> None:
        """Takes a waiting row out until it is ruled on."""
        same: dict[str, Any] = {"agreement": row.agreement, "period": row.period}
        self.block(
            partial(events.RowHeld, **same, reserve=reserve),
            partial(
                events.Disputed,
                **same,
                disputer=disputer,
                row=pack(row),
                token=self.token,
                bond=bond,
                deadline=at_s + PARAMETERS.resolution_deadline,
                grounds=keccak(b"grounds"),
            ),
            at_s=at_s,
        )

    def replace(self, row: Row, at_s: int, *, winner: str = CUSTOMER) -> None:
        """The arbiter puts a verdict in a disputed row's place."""
        verdict: dict[str, Any] = {"outcome": row.outcome, "credit_bps": row.credit_bps, "slash_bps": row.slash_bps}
        same = {"agreement": row.agreement, "period": row.period} | verdict
        self.block(partial(events.Replaced, **same), partial(events.Decided, **same, winner=winner), at_s=at_s)

    def terminate(self, agreement: int, periods: int, refund: int, by: str = CUSTOMER) -> None:
        """Ends an agreement early."""
        self.block(partial(events.Terminated, agreement=agreement, by=by, periods=periods, refund=refund))

    def tally(
        self, agreement: int, period: int, as_of_s: int, *, slots: int, lost_ppb: int, members: int = 4, p95_ms: int = 830
    ) -> None:
        """Interim counts of some members: so many slots, ten samples each, and what they lack of being all ok."""
        with self.store.write() as session:
            for member in range(members):
                session.merge(
                    TallyRow(
                        agreement=agreement,
                        period=period,
                        member=member,
                        as_of_s=as_of_s,
                        samples=slots * 10,
                        uptime_numerator=slots * PPB - lost_ppb,
                        uptime_denominator=slots * PPB,
                        attained_numerator=slots * 10 - slots // 10,
                        attained_denominator=slots * 10,
                        coverage_numerator=slots,
                        coverage_denominator=slots,
                        p95_ms=p95_ms,
                        signature="0x" + "00" * 64,
                    )
                )

    def _place(self, log: int) -> dict[str, Any]:
        number = self.number
        return {
            "address": BOOK.pactum,
            "block_number": number,
            "block_hash": keccak(b"block%d" % number),
            "tx_hash": keccak(b"tx%d" % number),
            "log_index": log,
        }


def met(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.MET, 0, 0, 0, 999_950, 1_000_000, 812)


def breach(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.BREACH, 2, 2_500, 0, 981_333, 1_000_000, 1_422)


@pytest.fixture
def story(database_url: str) -> Iterator[Story]:
    """An empty database with settlement's tables, and the hand that writes in it."""
    yield from _told_on(database_url)


@pytest.fixture
def sqlite_story(sqlite_url: str) -> Iterator[Story]:
    """The same on SQLite alone, for what has nothing to do with the database."""
    yield from _told_on(sqlite_url)


def _told_on(url: str) -> Iterator[Story]:
    """The tables as the code has them, which is where the migrations end (a test of theirs says so), at a tenth of the time."""
    store = Store(url)
    Base.metadata.create_all(store.engine)
    yield Story(store)
    store.close()


@pytest.fixture
def book() -> AddressBook:
    """Where the contracts of the stories stand."""
    return BOOK


@pytest.fixture
def clock() -> ManualClock:
    """Half an hour after the first agreements began."""
    return ManualClock((START_S + HOUR_S // 2) * 1_000)


class Client:
    """Talks to an application in this process, over ASGI: no port, no server, and what the server would log is raised nowhere."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal = portal
        self._client = client

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


@contextmanager
def client_of(app: FastAPI) -> Iterator[Client]:
    """Starts an application, and stops it at the end."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_talking_to(app)) as client:
        yield Client(portal, client)


@asynccontextmanager
async def _talking_to(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://surety.test") as client:
            yield client


Serve = Callable[..., AbstractContextManager[Client]]


@pytest.fixture
def serve(clock: ManualClock) -> Serve:
    """Makes a function that starts the application on the database of a story, to be used in a ``with``."""

    def start(story: Story, **settings: Any) -> AbstractContextManager[Client]:
        config = ApiConfig(database_url=story.store.url, book=BOOK, **settings)
        return client_of(create_app(config, clock))

    return start
