"""History replayed on a chain whose clock is moved: the oracles, the relay and the contracts of production, in one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chain.addressbook import AddressBook
from chain.contracts import NotaryClient, TokenClient, ZoneClient
from chain.devnet import Anvil, DeployParameters, deploy, dev_signer, start_anvil
from chain.docket import AgreementRecord
from chain.hashing import ZERO_ADDRESS, text_id
from chain.offers import Offer
from chain.sender import Sender
from chain.typed_data import offer_digest
from chain.values import Division, Parameters
from cli.amounts import Money
from cli.connection import Connection
from cli.console import Stage
from cli.demo_totals import CostedPeriod, Totals, costed, totals_of
from cli.history import periods_of, read_events
from cli.plan import CUSTOMER, FIRST_ORACLE, FIRST_PROVIDER, GOVERNOR, MEMBERS, RELAY
from cli.providers import largest_credit_bps
from cli.settled import Settled
from cli.withdrawals import claim_all
from governance.clock import ManualClock
from governance.errors import FatalError
from governance.periods import Calendar, month_of, month_start_s
from governance.terms import Terms
from governance.values import BPS, PeriodKind
from oracle.evidence import EvidenceStore
from oracle.ports import Ports
from oracle.rows import Rules
from oracle.samples import Result, Samples
from oracle.store import Store as OracleStore
from oracle.wire import MemberSignature, Proposal, Submission
from oracle.witness import Witness
from settlement.relay import Relay
from settlement.worker import Settlement, SettlementConfig

DAY_S = 86_400
EPOCH_S = 3_600
PARAMETERS = Parameters(
    report_deadline=2 * DAY_S,
    dispute_window=DAY_S,
    resolution_deadline=DAY_S,
    thaw=4 * DAY_S,
    longest_period=31 * DAY_S,
    validator_bps=2_000,
    dao_bps=1_000,
    dispute_bond_bps=1_000,
    arbiter=ZERO_ADDRESS,  # stands for the governor: nobody disputes here
)
FAR_FUTURE_S = 2**40 - 1
GRACE_MS = 1_000
LEAD_S = DAY_S // 2


class ReplayStalled(FatalError):
    """A period of the history was left undecided."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A settled history."""

    months: tuple[Settled, ...]
    totals: Totals
    money: Money

    def as_json(self) -> dict[str, object]:
        """One object for programs."""
        return {
            "token": {"symbol": self.money.symbol, "decimals": self.money.decimals},
            "months": [one.as_json() for one in self.months],
            "totals": self.totals.as_json(),
            "balanced": self.totals.balanced,
        }


@dataclass(frozen=True, slots=True)
class History:
    """One series, and the months that it spans."""

    name: str | None
    samples: Samples
    start_s: int
    months: int

    @property
    def calendar(self) -> Calendar:
        """Its months as periods."""
        return Calendar(PeriodKind.CALENDAR_MONTH, self.start_s, 0, self.months)


class BySeries:
    """Hands each agreement the samples of its own series."""

    def __init__(self, histories: Mapping[int, History]) -> None:
        self._histories = histories

    def samples_of(self, record: AgreementRecord, terms: Terms, start_s: int, end_s: int) -> Samples:  # noqa: ARG002
        """The samples of a period."""
        samples = self._histories[record.id].samples
        return samples.where((samples.scheduled_ms >= start_s * 1_000) & (samples.scheduled_ms < end_s * 1_000))


class LocalRelay:
    """The relay as a witness in the same process reaches it."""

    url = "local"

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def push(self, submission: Submission) -> None:
        """Hands in observations."""
        self._relay.push(submission)

    def proposals(self, configuration: bytes, member: int) -> Sequence[Proposal]:
        """What this member could sign."""
        return self._relay.proposals(configuration, member)

    def sign(self, proposal_id: str, signature: MemberSignature) -> None:
        """Hands in a signature."""
        self._relay.sign(proposal_id, signature)


def replay(
    folder: Path,
    samples: Samples,
    names: Sequence[str | None],
    terms_text: str,
    terms: Terms,
    law_text: str,
    fee: str,
    deposit: str,
    stage: Stage,
) -> Replayed:
    """Settles the history of each series on a chain of its own. Raises ReplayStalled where a month was left undecided."""
    histories = [_history(samples, name) for name in names]
    first_s = min(history.start_s for history in histories)
    with start_anvil(timestamp_s=first_s - DAY_S) as anvil:
        theatre = _Theatre(anvil, folder, terms_text, law_text, first_s - LEAD_S)
        stage.at(0, "preparing the chain")
        money = theatre.connection.money()
        offers = theatre.furnish(histories, terms, money.parse(fee), money.parse(deposit))
        theatre.cast()
        ends = sorted({history.calendar.bounds(k)[1] for history in histories for k in range(history.months)})
        for number, end_s in enumerate(ends):
            stage.at(number / len(ends), f"month {number + 1} of {len(ends)}")
            for history, offer in _openings(histories, offers, ends[number - 1] if number else 0, end_s):
                theatre.open(history, offer)
            theatre.play(end_s)
        theatre.close(ends[-1])
        return _result(theatre, histories, money)


def _history(samples: Samples, name: str | None) -> History:
    own = samples if name is None else samples.of_series(name)
    first_s, last_s = int(own.scheduled_ms.min()) // 1_000, int(own.scheduled_ms.max()) // 1_000
    first, last = month_of(first_s), month_of(last_s)
    months = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
    return History(name, own, month_start_s(*first), months)


def _openings(histories: Sequence[History], offers: Sequence[Offer], after_s: int, until_s: int) -> list[tuple[History, Offer]]:
    """What begins after one month's end and no later than another's, in the order of the starts: a start is never far ahead."""
    due = [(history, offer) for history, offer in zip(histories, offers, strict=True) if after_s < history.start_s <= until_s]
    return sorted(due, key=lambda one: one[0].start_s)


class _Theatre:
    """One replay: its chain, its clock, four witnesses, a relay and the settlement's loops."""

    def __init__(self, anvil: Anvil, folder: Path, terms_text: str, law_text: str, since_s: int) -> None:
        self._anvil, self._folder = anvil, folder
        self._terms_text, self._law_text = terms_text, law_text
        self._senders = {account: Sender(anvil.node, dev_signer(account)) for account in range(FIRST_PROVIDER + 1)}
        self.book = self._deploy(since_s)
        self.connection = Connection(anvil.node, self.book)
        self._clock = ManualClock(since_s * 1_000)
        config = SettlementConfig(
            rpc_url=anvil.rpc_url,
            book=self.book,
            signer=dev_signer(RELAY),
            database_url=f"sqlite:///{folder / 'settlement.db'}",
            patience_s=0,
            clock=self._clock,
        )
        self._settlement = Settlement(config, self._senders[RELAY])
        self._rules = Rules(self.book.committee_domain, self.book.pactum_domain, EPOCH_S)
        self._witnesses: list[Witness] = []
        self.opened: dict[int, History] = {}

    def furnish(self, histories: Sequence[History], terms: Terms, fee: int, deposit: int) -> list[Offer]:
        """One provider and one customer with money for all; an offer a series."""
        node, book = self._anvil.node, self.book
        token, zone = TokenClient(node, book.token or ZERO_ADDRESS), ZoneClient(node, book.zone)
        provider, customer, governor = self._senders[FIRST_PROVIDER], self._senders[CUSTOMER], self._senders[GOVERNOR]
        stake, fees = deposit * len(histories), fee * sum(history.months for history in histories)
        token.mint(governor, provider.address, stake)
        token.mint(governor, customer.address, fees)
        token.approve(provider, book.zone, stake)
        token.approve(customer, book.pactum, fees)
        zone.register(provider, provider.address, "{}")
        zone.stake(provider, token.address, stake)
        NotaryClient(node, book.notary).publish_terms(provider, self._terms_text)
        return [
            self._offer(terms, token.address, provider.address, fee, deposit, history.months, nonce)
            for nonce, history in enumerate(histories)
        ]

    def open(self, history: History, offer: Offer) -> None:
        """Opens an agreement half a day before its first month."""
        if self._now_s < history.start_s - LEAD_S:
            self._move_to(history.start_s - LEAD_S)
        notary, known = self.connection.notary, self.connection.pactum.conditions_of(offer.token)
        signature = dev_signer(FIRST_PROVIDER).sign_digest(offer_digest(self.book.pactum_domain, offer))
        consent = known.parameters, known.listing
        receipt = notary.open(self._senders[CUSTOMER], offer, signature, history.start_s, history.months, *consent)
        self.opened[notary.opened(receipt).agreement] = history
        self._anvil.mine(3)

    def cast(self) -> None:
        """Four witnesses, each with keys, database and evidence of its own, on the same samples."""
        docket = self._settlement.docket
        docket.refresh()
        source, relay = BySeries(self.opened), LocalRelay(self._settlement.relay)
        for member in range(MEMBERS):
            home = self._folder / f"oracle-{member}"
            home.mkdir()
            ports = Ports(
                agreements=docket,
                source=source,
                store=OracleStore(f"sqlite:///{home / 'oracle.db'}"),
                evidence=EvidenceStore((home / "evidence").as_uri()),
                relays=(relay,),
                clock=self._clock,
            )
            self._witnesses.append(Witness(dev_signer(FIRST_ORACLE + member), self._rules, ports, GRACE_MS))

    def play(self, end_s: int) -> None:
        """Lets a month end, and everything that follows happen: observe, co-sign, report, mature, settle."""
        self._move_to(end_s + 2)
        for witness in self._witnesses:
            witness.observe_due_epochs()
            witness.push()
        self._settlement.round()
        for witness in self._witnesses:
            witness.pull_and_cosign()
        self._settlement.round()
        self._move_to(end_s + PARAMETERS.report_deadline + PARAMETERS.dispute_window)

    def close(self, end_s: int) -> None:
        """Expires and settles the rest."""
        self._move_to(end_s + PARAMETERS.report_deadline + PARAMETERS.dispute_window + DAY_S)
        while self._settlement.round():
            pass
        self._settlement.close()

    def claim(self, agreements: Sequence[int]) -> dict[str, int]:
        """Everybody's claims; gas by kind."""
        self._anvil.mine()
        gas = claim_all(self.connection, self._senders, agreements)
        zone, token, provider = self.connection.zone, self.connection.token().address, self._senders[FIRST_PROVIDER]
        if free := zone.free_of(provider.address, token):
            started = zone.thaw_started(zone.thaw(provider, token, free))
            self._anvil.move_to(started.thaws_at)
            zone.withdraw(provider, token, started.request)
        return gas

    @property
    def _now_s(self) -> int:
        return self._anvil.node.block("latest").timestamp_s

    def _move_to(self, time_s: int) -> None:
        self._anvil.move_to(time_s)
        self._anvil.mine(3)
        self._clock.advance_to((time_s + 2) * 1_000)
        self._settlement.round()

    def _deploy(self, since_s: int) -> AddressBook:
        members = tuple(dev_signer(FIRST_ORACLE + member).address for member in range(MEMBERS))
        parameters = DeployParameters(
            members=members, since_s=since_s, epoch_length_s=EPOCH_S, parameters=PARAMETERS, laws=(self._law_text,)
        )
        book = deploy(self._anvil.node, self._senders[GOVERNOR], parameters)
        self._anvil.move_to(since_s)
        return book

    def _offer(self, terms: Terms, token: str, provider: str, fee: int, deposit: int, months: int, nonce: int) -> Offer:
        return Offer(
            provider=provider,
            customer=ZERO_ADDRESS,
            token=token,
            terms=text_id(self._terms_text),
            law=text_id(self._law_text),
            fee=fee,
            deposit=deposit,
            max_credit_bps=largest_credit_bps(terms),
            max_slash_bps=max(tier.slash_bps for tier in terms.tiers),
            min_provider_bps=BPS - PARAMETERS.validator_bps - PARAMETERS.dao_bps,
            period_kind=PeriodKind.CALENDAR_MONTH,
            period_length=0,
            max_periods=months,
            notice_periods=0,
            lead=1,
            expiry=FAR_FUTURE_S,
            nonce=nonce,
        )


def _result(theatre: _Theatre, histories: Sequence[History], money: Money) -> Replayed:
    opened = theatre.opened
    history = periods_of(read_events(theatre.connection))
    if missing := sum(each.months for each in opened.values()) - len(history):
        raise ReplayStalled(f"{missing} months were not decided", value=missing, remedy="this is a defect; please report it")
    gas = theatre.claim(list(opened))
    numbers = {id(one): number for number, one in enumerate(histories)}
    order = {agreement: numbers[id(one)] for agreement, one in opened.items()}
    months = [_settled(one, opened[one.told.agreement], one.told.division) for one in costed(theatre.connection, history)]
    months.sort(key=lambda one: (order[one.agreement], one.month))
    return Replayed(tuple(months), totals_of(theatre.connection, gas), money)


def _settled(one: CostedPeriod, history: History, division: Division | None) -> Settled:
    if division is None:
        raise ReplayStalled("a month was not settled", value=one.told.period, remedy="this is a defect; please report it")
    start_s, end_s = history.calendar.bounds(one.told.period)
    time_ms, row = history.samples.scheduled_ms, one.told.row
    within = history.samples.where((time_ms >= start_s * 1_000) & (time_ms < end_s * 1_000))
    return Settled(
        series=history.name,
        month="{:04d}-{:02d}".format(*month_of(start_s)),
        agreement=one.told.agreement,
        samples=int((within.result != Result.EXCLUDED).sum()),
        outcome=one.told.outcome.name.lower(),
        verdict=one.told.verdict,
        tier=row.tier if row else 0,
        credit_bps=row.credit_bps if row else 0,
        slash_bps=row.slash_bps if row else 0,
        uptime_ppm=row.uptime_ppm if row else None,
        p95_ms=(row.p95_ms or None) if row else None,
        coverage_ppm=row.coverage_ppm if row else None,
        division=division,
        gas=one.gas,
        transaction=one.transaction,
    )
