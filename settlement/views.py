"""What settlement's readers get: frozen values.

Money in the token's smallest unit, times in Unix seconds, addresses in EIP-55 form, hashes as 0x-hex text, agreements as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chain.values import Division, LawStatus, Parameters, Seat, Skip
from governance.periods import Calendar
from governance.values import Outcome, PeriodKind, Ratio, Row


class AgreementState(StrEnum):
    """Where an agreement is at some time."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"
    CLOSED = "closed"


class Stage(StrEnum):
    """Where a period is at some time, in the order in which it gets there."""

    RUNNING = "running"
    AWAITING_REPORT = "awaiting_report"
    OVERDUE = "overdue"
    ACCEPTED = "accepted"
    MATURED = "matured"
    DISPUTED = "disputed"
    SETTLED = "settled"
    EXPIRED = "expired"


class RulingKind(StrEnum):
    """How a dispute ended: the row stands, by the arbiter's word or by its silence, or another verdict took its place."""

    CONFIRMED = "confirmed"
    REPLACED = "replaced"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The log that a fact was read from. ``confirmed``: below the depth at which this database calls a block final."""

    block_number: int
    log_index: int
    tx_hash: str
    at_s: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the chain has been read: the newest block, and the newest that is beyond recall."""

    block_number: int
    block_hash: str
    timestamp_s: int
    confirmed_block: int


@dataclass(frozen=True, slots=True)
class TerminationView:
    """An early end: who asked for it, and the fees of the periods that will not run, which are the customer's."""

    by: str
    refund: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One agreement. ``next_period`` is the first that is neither reported nor expired; ``cursor`` its place in a listing.

    ``periods`` and ``end_s`` are those after an early end, where there was one. ``deposit_left`` is neither awarded to the
    customer nor kept for a disputed row; ``disputes`` are the open ones.
    """

    agreement: int
    customer: str
    provider: str
    token: str
    terms: str
    law: str
    fee: int
    deposit: int
    deposit_left: int
    max_credit_bps: int
    max_slash_bps: int
    period_kind: PeriodKind
    period_s: int
    start_s: int
    end_s: int
    periods: int
    notice_periods: int
    next_period: int
    disputes: int
    closed: bool
    terminated: TerminationView | None
    parameters: Parameters
    min_fee: int
    relay_fee: int
    opened: Stamp

    @property
    def calendar(self) -> Calendar:
        """When its periods begin and end."""
        return Calendar(self.period_kind, self.start_s, self.period_s, self.periods)

    @property
    def cursor(self) -> tuple[int, int]:
        """Where the next page of a listing begins."""
        return self.opened.block_number, self.opened.log_index

    def state_at(self, now_s: int) -> AgreementState:
        """Where it is at a time."""
        if self.closed:
            return AgreementState.CLOSED
        if now_s < self.start_s:
            return AgreementState.SCHEDULED
        return AgreementState.RUNNING if now_s < self.end_s else AgreementState.ENDED


@dataclass(frozen=True, slots=True)
class ReportView:
    """An accepted report. ``rows`` counts all rows of its transaction, skipped ones too; gas is that of the transaction."""

    configuration: str
    epoch: int
    observation_set: str
    observers: int
    signers: int
    payee: str
    rows_hash: str
    rows: int
    gas_used: int
    gas_price: int
    stamp: Stamp

    @property
    def gas_per_row(self) -> int:
        """The transaction's gas shared by its rows, rounded up."""
        return -(-self.gas_used // max(self.rows, 1))


@dataclass(frozen=True, slots=True)
class AcceptedView:
    """A row that stands, unless it is disputed before ``matures_at_s``."""

    row: Row
    accepted_at_s: int
    matures_at_s: int
    report: ReportView | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class SkippedView:
    """A row that was passed over, and why."""

    row_word: str
    reason: Skip
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class RulingView:
    """What became of a disputed row: the verdict by which it was settled."""

    kind: RulingKind
    outcome: Outcome
    credit_bps: int
    slash_bps: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A disputed row. The arbiter may rule until ``deadline_s``; ``reserve`` of the deposit is kept for the row until then."""

    agreement: int
    period: int
    disputer: str
    token: str
    bond: int
    reserve: int
    deadline_s: int
    grounds: str
    ruling: RulingView | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One agreement-period with all that the chain has said of it. ``outcome`` is None until it is accepted or expired.

    The division and the outcome are those of the ruling where one replaced the row; ``reward`` is then what the disputer won.
    """

    agreement: int
    period: int
    start_s: int
    end_s: int
    report_deadline_s: int
    stage: Stage
    outcome: Outcome | None
    accepted: AcceptedView | None
    division: Division | None
    reward: int
    settled: Stamp | None
    dispute: DisputeView | None
    skipped: tuple[SkippedView, ...]


@dataclass(frozen=True, slots=True)
class SettlementView:
    """One settled or expired period. ``cursor`` is its place in a listing.

    The fee is the first five parts of the division and the ``reward``, which ``winner`` got if a ruling replaced a disputed row.
    """

    agreement: int
    period: int
    provider: str
    customer: str
    token: str
    outcome: Outcome
    expired: bool
    disputed: bool
    division: Division
    winner: str | None
    reward: int
    stamp: Stamp

    @property
    def cursor(self) -> tuple[int, int, int]:
        """Where the next page of a listing begins."""
        return self.stamp.block_number, self.stamp.log_index, self.period


@dataclass(frozen=True, slots=True)
class TenureView:
    """A law took a seat, as its ``revision``-th."""

    seat: Seat
    revision: int
    since: Stamp


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """An amendment that was proposed: ``law`` in the place of ``running``, or beside it."""

    amendment: str
    seat: Seat
    takes_seat: bool
    running: str
    law: str
    revision: int
    notice_s: int
    proposer: str
    proposed: Stamp
    assented: Stamp | None
    enacted: Stamp | None


@dataclass(frozen=True, slots=True)
class LawView:
    """A law. ``text`` is None where the text has not been fetched yet; it is on chain in any case.

    ``tenures`` are the times at which it took a seat, newest first; another law may have followed it.
    """

    law: str
    status: LawStatus
    text: str | None
    published: Stamp | None
    enacted: Stamp | None
    broken: Stamp | None
    publisher: str | None
    tenures: tuple[TenureView, ...]


@dataclass(frozen=True, slots=True)
class ThawView:
    """A request for stake that is open: what it would bring now, and from when (Unix seconds) it can be taken."""

    request: int
    amount: int
    thaws_at_s: int


@dataclass(frozen=True, slots=True)
class StakeView:
    """A provider's stake in one token. ``free`` can back new agreements; what is ``thawing`` may back running ones, too.

    ``locked`` backs agreements, and ``reserved`` of it is kept for disputed rows; ``awarded`` is its customers' already.
    """

    token: str
    total: int
    free: int
    locked: int
    reserved: int
    awarded: int
    thawing: int
    thaws: tuple[ThawView, ...]


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider's newest record. ``profile_text`` is what it published, by convention JSON, by right anything."""

    provider: str
    payout: str
    profile: str
    profile_text: str
    registered: Stamp
    stakes: tuple[StakeView, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationView:
    """The committee from ``since_s`` on; ``until_s`` None while no successor is known.

    Bit i of ``active``: member i counts. Who signed two roots for one epoch does not, once somebody has shown it.
    """

    configuration: str
    number: int
    since_s: int
    until_s: int | None
    quorum: int
    members: tuple[str, ...]
    active: int


@dataclass(frozen=True, slots=True)
class TallyView:
    """The median of the members' newest interim counts of a running period. Information only.

    ``coverage`` counts slots that have ended so far, ``observers`` the members in it; ``as_of_s`` is their oldest count's time.
    """

    period: int
    as_of_s: int
    observers: int
    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    p95_ms: int


@dataclass(frozen=True, slots=True)
class TokenTotals:
    """All settled money of one token: the seven parts of all divisions, what disputes won, and what has been paid out since."""

    token: str
    division: Division
    rewards: int
    paid: dict[str, int]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over everything, for metrics and the status page."""

    agreements: int
    agreements_by_state: dict[AgreementState, int]
    periods_by_outcome: dict[Outcome, int]
    expired_periods: int
    reports: int
    skipped_rows: int
    disputes: int
    rulings: dict[RulingKind, int]
    terminated: int
    tokens: tuple[TokenTotals, ...]
