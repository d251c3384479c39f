"""The shapes of what the API answers: strict, closed, and described for ``/docs``.

Amounts are decimal strings in the token's smallest unit, because JavaScript rounds numbers above 2^53; ids are 0x-hex; an
instant is given both as Unix seconds and, for people, as ISO 8601. Ratios in parts per million are rounded down and are for
reading only: verdicts rest on the exact counts.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")
AgreementId = Annotated[
    str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{24}$"), Field(description="agreement: 0x and 24 hex digits")
]
Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{64}$"), Field(description="0x and 64 hex digits")]
Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$"), Field(description="account: 0x and 40 hex digits")]
Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]+$"), Field(description="whole number in the token's smallest unit")]
Ppm = Annotated[int, Field(ge=0, le=1_000_000, description="parts per million, rounded down")]
Bps = Annotated[int, Field(ge=0, le=10_000, description="basis points")]
OutcomeName = Literal["met", "breach", "no_data"]
StateName = Literal["scheduled", "running", "ended", "closed"]
StageName = Literal["running", "awaiting_report", "overdue", "accepted", "matured", "disputed", "settled", "expired"]


class Shape(BaseModel):
    """Root of all shapes: nothing is coerced, nothing unknown is let through."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Moment(Shape):
    """An instant in UTC."""

    s: int = Field(description="Unix seconds")
    iso: str | None = Field(description="the same for people; null beyond the year 9999")


class Token(Shape):
    """The token that an agreement is paid in. The two descriptions are null while the node does not answer."""

    address: Address
    symbol: str | None
    decimals: int | None = Field(description="one token unit is 10^decimals of the smallest unit")


class Place(Shape):
    """The log on chain that a fact was read from."""

    block: int
    log_index: int
    transaction: Hash
    at: Moment
    confirmed: bool = Field(description="deep enough that no re-organisation is expected to undo it")


class Index(Shape):
    """How far the chain was read when this was answered."""

    block: int
    block_hash: Hash
    at: Moment
    confirmed_block: int


class Page(Shape, Generic[Item]):
    """A page of a listing, newest first. The next page is asked for with ``after`` set to ``next``; null means there is none."""

    items: list[Item]
    next: str | None
    index: Index | None = Field(description="null before the first block was read")


class Verdict(Shape):
    """What the law says, and by which of its clauses."""

    outcome: OutcomeName
    tier: int = Field(description="uptime tier hit, 1 being the mildest; 0 for none")
    credit_bps: Bps = Field(description="share of the period's fee credited to the customer")
    slash_bps: Bps = Field(description="share of the locked deposit slashed")
    clauses: list[str]


class ErrorBudget(Shape):
    """What is left of the failures that the objective allows in the whole period."""

    left_ppm: int = Field(description="share of the budget that is left, rounded down; negative once it is overspent")
    left_s: int = Field(description="the same as seconds of complete outage")


class NextSettlement(Shape):
    """When money moves next: a pending row matures at one time; a period to come, or a disputed one, settles between two."""

    period: int
    stage: StageName
    earliest: Moment
    latest: Moment


class Status(Shape):
    """The running period so far, from the committee's interim counts. Information only: nothing is settled by it.

    All figures are null where no period runs, or where nothing was counted yet.
    """

    period: int | None
    start: Moment | None
    end: Moment | None
    as_of: Moment | None = Field(description="the time of the oldest interim count in these figures")
    observers: int = Field(description="oracles whose interim counts are in these figures")
    samples: int
    uptime_ppm: Ppm | None
    objective_ppm: Ppm | None
    p95_ms: int | None
    p95_ceiling_ms: int | None
    coverage_ppm: Ppm | None = Field(description="share of the slots that have ended so far and were observed")
    minimum_coverage_ppm: Ppm | None
    error_budget: ErrorBudget | None
    if_closed_now: Verdict | None = Field(description="the verdict of the same law, had the period ended at as_of")
    next_settlement: NextSettlement | None
    note: str | None = Field(description="why figures are missing, where they are")


class Termination(Shape):
    """An early end: the periods that had begun, and the notice, still run."""

    by: Address
    refund: Amount = Field(description="the fees of the periods that will not run, which are the customer's")
    place: Place


class Agreement(Shape):
    """One agreement: a customer, a provider, a law, one fee per period."""

    id: AgreementId
    state: StateName
    customer: Address
    provider: Address
    provider_name: str | None = Field(description="from the provider's own profile")
    service: str | None = Field(description="from the terms")
    token: Token
    terms: Hash
    law: Hash
    fee: Amount = Field(description="per period")
    deposit: Amount = Field(description="locked at opening")
    deposit_left: Amount = Field(description="neither awarded to the customer nor kept for a disputed row")
    max_credit_bps: Bps
    max_slash_bps: Bps
    period_kind: Literal["fixed", "calendar_month"]
    period_s: int = Field(description="0 for calendar months")
    start: Moment
    end: Moment
    periods: int = Field(description="fewer than were opened after an early end")
    notice_periods: int = Field(description="whole periods that still run after either side ends it early")
    terminated: Termination | None = Field(description="null unless either side ended it early")
    next_period: int = Field(description="first period that is neither reported nor expired")
    disputes: int = Field(description="rows that wait for the arbiter")
    report_deadline_s: int = Field(description="a report comes within this time of a period's end, or the period expires")
    dispute_window_s: int = Field(description="a row can be disputed within this time of its acceptance")
    resolution_deadline_s: int = Field(description="the arbiter rules within this time of a dispute, or the row stands")
    dispute_bond_bps: Bps = Field(description="of what a dispute holds up")
    arbiter: Address
    validator_bps: Bps
    dao_bps: Bps
    relay_fee: Amount = Field(description="per paid row, out of the validators' share")
    opened: Place
    status: Status


class Division(Shape):
    """How one period's money was divided. The first five parts sum to the fee; the last two left the provider's deposit."""

    provider: Amount
    validators: Amount
    relay: Amount
    dao: Amount
    customer_from_fee: Amount
    customer_from_deposit: Amount
    slash: Amount


class Report(Shape):
    """The signed report in which a row stood. Gas is that of the whole transaction."""

    configuration: Hash
    epoch: str
    observation_set: Hash
    observers: int = Field(description="bit i: member i's observations are in the set")
    signers: str = Field(description="bit i: member i signed")
    payee: Address
    rows: int
    gas_used: int
    place: Place


class Accepted(Shape):
    """The row that the committee reported for a period. It stands unless it is disputed before it matures."""

    tier: int
    credit_bps: int
    slash_bps: int
    uptime_ppm: int
    coverage_ppm: int
    p95_ms: int | None = Field(description="null where no sample was ok")
    matures: Moment
    place: Place
    report: Report | None


class Ruling(Shape):
    """How a dispute ended: the row stands, by the arbiter's word or its silence, or another verdict took its place."""

    kind: Literal["confirmed", "replaced", "lapsed"]
    outcome: OutcomeName
    credit_bps: Bps
    slash_bps: Bps
    place: Place


class Dispute(Shape):
    """A disputed row: nobody is owed anything of it before it is ruled on."""

    disputer: Address
    bond: Amount
    reserve: Amount = Field(description="of the deposit, kept for the row while the dispute is open")
    grounds: Hash = Field(description="Keccak-256 of what the disputer argues from; zeros for nothing")
    ruling_due: Moment = Field(description="exclusive; after it the row stands")
    ruling: Ruling | None
    place: Place


class Skipped(Shape):
    """A row of a good report that was passed over."""

    reason: str
    place: Place


class Period(Shape):
    """One agreement-period, with all that the chain has said of it."""

    agreement: AgreementId
    period: int
    start: Moment
    end: Moment
    report_due: Moment
    stage: StageName
    outcome: OutcomeName | None = Field(description="null until a row is accepted, or the period has expired")
    accepted: Accepted | None
    dispute: Dispute | None
    division: Division | None
    reward: Amount = Field(description="what the disputer won of the fee; the division's first five parts and this sum to it")
    settled: Place | None
    skipped: list[Skipped]


class Settlement(Shape):
    """One settled or expired period and its money."""

    agreement: AgreementId
    period: int
    provider: Address
    customer: Address
    token: Token
    outcome: OutcomeName
    expired: bool = Field(description="nobody reported the period by its deadline")
    disputed: bool
    division: Division
    winner: Address | None = Field(description="who disputed a row that was replaced")
    reward: Amount = Field(description="what the winner got of the fee")
    settled: Place


class Tenure(Shape):
    """A law took a seat."""

    seat: Literal["settlement", "routing"]
    revision: int = Field(description="how many laws ran in the seat so far, this one counted")
    since: Place


class Law(Shape):
    """A law on chain. Its id is the Keccak-256 hash of its text, so the text can be checked by anybody."""

    id: Hash
    hash: Hash = Field(description="Keccak-256 of the text given here, computed for this answer; equal to the id")
    status: Literal["published", "enacted", "broken"]
    text: str
    published: Place | None
    enacted: Place | None
    broken: Place | None
    publisher: Address | None
    tenures: list[Tenure] = Field(description="when it took a seat, newest first; another law may have followed it")


class Thaw(Shape):
    """A request for stake that has neither been taken nor taken back."""

    request: int
    amount: Amount = Field(description="what it would bring now; slashes shrink it")
    thaws: Moment = Field(description="from when it can be taken, if nothing rests on it then")


class Stake(Shape):
    """A provider's stake in one token."""

    token: Token
    total: Amount
    free: Amount = Field(description="may be locked behind a new agreement")
    locked: Amount = Field(description="backs agreements")
    reserved: Amount = Field(description="the part of locked stake that is kept for disputed rows")
    awarded: Amount = Field(description="taken from locked stake by verdicts, until the customer claims it")
    thawing: Amount = Field(description="asked for and not yet taken; it may back running agreements, but no new one")
    thaws: list[Thaw] = Field(description="the requests that it is made of, oldest first")


class AgreementBrief(Shape):
    """An agreement in a provider's record."""

    id: AgreementId
    state: StateName
    customer: Address
    start: Moment
    end: Moment
    periods: int
    next_period: int


class Provider(Shape):
    """A provider's newest record in the Zone."""

    address: Address
    name: str | None
    payout: Address
    profile_hash: Hash
    profile_text: str = Field(description="what the provider published; its own words, checked by nobody")
    registered: Place
    stakes: list[Stake]
    agreements: list[AgreementBrief] = Field(description="newest first")
    more_agreements: str | None = Field(description="path of the rest of the list, where it is longer")


class Check(Shape):
    """One thing that readiness rests on."""

    ok: bool
    detail: str


class Readiness(Shape):
    """Whether this process can answer with data that is not too old."""

    ready: Literal[True]
    checks: dict[str, Check]


class Liveness(Shape):
    """That the process runs."""

    status: Literal["ok"]


class FieldProblem(BaseModel):
    """Where a request was wrong."""

    model_config = ConfigDict(extra="forbid")
    place: Literal["path", "query", "body", "header"] = Field(alias="in")
    field: str
    detail: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457), served as application/problem+json."""

    type: str = Field(description="which kind of problem; a reference into /docs")
    title: str
    status: int
    detail: str = Field(description="what was wrong this time")
    instance: str = Field(description="the path that was asked for")
    request_id: str = Field(description="the same as in the header x-request-id")
    errors: list[FieldProblem] = Field(default_factory=list, description="each place that was wrong, where the request was")
