"""What the watcher read from the chain, as tables on SQLite and PostgreSQL alike.

``money_tables`` holds what follows for money, ``relay_tables`` the relay's own.

Rows are append-only and carry the block they came from, so that a re-organisation is undone by deleting every row above the
last common block; a period's status is derived, never updated.

Amounts and every number that a stranger may choose as uint64 or wider are TEXT (``Uint``): SQLite's numbers are not exact,
and a start in the year 292,277,026,596 must not stop the watcher. Hashes and addresses are 0x-hex text. Times are Unix
seconds (``_s``) or milliseconds (``_ms``), UTC.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Dialect, Index, Integer, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}

# Later than every time that a chain will see: the largest integer that both databases order.
NEVER_S = 2**63 - 1

HASH = String(66)
ADDRESS = String(42)


class Uint(TypeDecorator[int]):
    """An integer of any size, as decimal text. Equality works in SQL; order and sums are for Python."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> str | None:
        """Python integer to text."""
        return None if value is None else str(int(value))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> int | None:
        """Text to Python integer."""
        return None if value is None else int(value)


class Moment(TypeDecorator[int]):
    """A time in Unix seconds that a stranger chose as uint64: ordered in SQL, and ``NEVER_S`` where it is absurdly late."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        """Python integer to a signed 64-bit one."""
        return None if value is None else min(value, NEVER_S)


class Base(DeclarativeBase):
    """Root of all tables of settlement."""

    metadata = MetaData(naming_convention=NAMING)


class Logged:
    """What every row read from a log carries; (block, log index) names the log, and by it the row."""

    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-3)
    log_index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, sort_order=-2)
    tx_hash: Mapped[str] = mapped_column(HASH, sort_order=-1)


class DeploymentRow(Base):
    """The one deployment that this database follows, and how far it is beyond recall."""

    __tablename__ = "deployment"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    chain_id: Mapped[int] = mapped_column(Uint)
    pactum: Mapped[str] = mapped_column(ADDRESS)
    first_block: Mapped[int] = mapped_column(BigInteger)
    confirmed_block: Mapped[int] = mapped_column(BigInteger)


class BlockRow(Base):
    """A block whose logs are in. Blocks without logs are kept too: their hashes are what a walk-back compares."""

    __tablename__ = "blocks"
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(HASH)
    parent_hash: Mapped[str] = mapped_column(HASH)
    timestamp_s: Mapped[int] = mapped_column(BigInteger)


class AgreementRow(Logged, Base):
    """``Notary.Opened``: one agreement with all that its offer fixed. It may end before ``periods``: see ``terminations``."""

    __tablename__ = "agreements"
    __table_args__ = (Index(None, "agreement", unique=True), Index(None, "provider"), Index(None, "customer"))
    agreement: Mapped[int] = mapped_column(Uint)
    customer: Mapped[str] = mapped_column(ADDRESS)
    provider: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    terms: Mapped[str] = mapped_column(HASH)
    law: Mapped[str] = mapped_column(HASH)
    fee: Mapped[int] = mapped_column(Uint)
    deposit: Mapped[int] = mapped_column(Uint)
    max_credit_bps: Mapped[int] = mapped_column(Integer)
    max_slash_bps: Mapped[int] = mapped_column(Integer)
    period_kind: Mapped[int] = mapped_column(Integer)
    period_s: Mapped[int] = mapped_column(BigInteger)
    start_s: Mapped[int] = mapped_column(Moment)
    end_s: Mapped[int] = mapped_column(Moment)
    periods: Mapped[int] = mapped_column(BigInteger)
    notice_periods: Mapped[int] = mapped_column(Integer)
    parameters: Mapped[int] = mapped_column(BigInteger)
    listing: Mapped[int] = mapped_column(BigInteger)
    opened_at_s: Mapped[int] = mapped_column(BigInteger)


class TerminationRow(Logged, Base):
    """``Pactum.Terminated``: an agreement ends early, after ``periods`` periods. It happens to one agreement at most once."""

    __tablename__ = "terminations"
    __table_args__ = (Index(None, "agreement"),)
    agreement: Mapped[int] = mapped_column(Uint)
    by: Mapped[str] = mapped_column(ADDRESS)
    periods: Mapped[int] = mapped_column(BigInteger)
    end_s: Mapped[int] = mapped_column(Moment)
    refund: Mapped[int] = mapped_column(Uint)
    terminated_at_s: Mapped[int] = mapped_column(BigInteger)


class TermsRow(Logged, Base):
    """``Notary.TermsPublished``: the raw text as published; it need not be UTF-8."""

    __tablename__ = "terms"
    __table_args__ = (Index(None, "terms"),)
    terms: Mapped[str] = mapped_column(HASH)
    text: Mapped[bytes] = mapped_column(LargeBinary)


class LawEventRow(Logged, Base):
    """A step in a law's life: published, enacted or broken; the newest is its status."""

    __tablename__ = "law_events"
    __table_args__ = (Index(None, "law"),)
    law: Mapped[str] = mapped_column(HASH)
    status: Mapped[str] = mapped_column(String(16))
    publisher: Mapped[str | None] = mapped_column(ADDRESS)


class AmendmentRow(Logged, Base):
    """``LawStone.Proposed``: the committee is asked whether ``law`` may follow ``running`` in a seat, or stand beside it."""

    __tablename__ = "amendments"
    __table_args__ = (Index(None, "amendment"), Index(None, "law"))
    amendment: Mapped[str] = mapped_column(HASH)
    law: Mapped[str] = mapped_column(HASH)
    seat: Mapped[str] = mapped_column(String(16))
    takes_seat: Mapped[bool] = mapped_column(Boolean)
    running: Mapped[str] = mapped_column(HASH)
    revision: Mapped[int] = mapped_column(Uint)
    notice_s: Mapped[int] = mapped_column(BigInteger)
    proposer: Mapped[str] = mapped_column(ADDRESS)


class AssentRow(Logged, Base):
    """``LawStone.Assented``: a quorum signed that both laws agree to an amendment. ``signers``: bit i, member i."""

    __tablename__ = "assents"
    __table_args__ = (Index(None, "amendment"),)
    amendment: Mapped[str] = mapped_column(HASH)
    configuration: Mapped[str] = mapped_column(HASH)
    signers: Mapped[int] = mapped_column(Uint)


class EnactmentRow(Logged, Base):
    """``LawStone.Enacted``: a law was enacted for a seat, and runs there where it ``takes_seat``; the newest of those is it.

    ``amendment`` is None for the laws that a seat was founded with.
    """

    __tablename__ = "enactments"
    __table_args__ = (Index(None, "seat"), Index(None, "law"))
    law: Mapped[str] = mapped_column(HASH)
    seat: Mapped[str] = mapped_column(String(16))
    takes_seat: Mapped[bool] = mapped_column(Boolean)
    revision: Mapped[int] = mapped_column(Uint)
    amendment: Mapped[str | None] = mapped_column(HASH)


class LawTextRow(Base):
    """A law's text by its hash. The hash is checked on the way in, so no re-organisation can make it wrong."""

    __tablename__ = "law_texts"
    law: Mapped[str] = mapped_column(HASH, primary_key=True)
    text: Mapped[bytes] = mapped_column(LargeBinary)


class RegistrationRow(Logged, Base):
    """``Zone.Registered``: a provider's record; the newest one counts. ``text`` is the raw profile, JSON by convention only."""

    __tablename__ = "registrations"
    __table_args__ = (Index(None, "provider"),)
    provider: Mapped[str] = mapped_column(ADDRESS)
    payout: Mapped[str] = mapped_column(ADDRESS)
    profile: Mapped[str] = mapped_column(HASH)
    text: Mapped[bytes] = mapped_column(LargeBinary)


class ParametersRow(Logged, Base):
    """``Pactum.ParametersSet``: numbered windows and shares that agreements pin."""

    __tablename__ = "parameters"
    __table_args__ = (Index(None, "parameters"),)
    parameters: Mapped[int] = mapped_column(BigInteger)
    report_deadline_s: Mapped[int] = mapped_column(BigInteger)
    dispute_window_s: Mapped[int] = mapped_column(BigInteger)
    resolution_deadline_s: Mapped[int] = mapped_column(BigInteger)
    thaw_s: Mapped[int] = mapped_column(BigInteger)
    longest_period_s: Mapped[int] = mapped_column(BigInteger)
    validator_bps: Mapped[int] = mapped_column(Integer)
    dao_bps: Mapped[int] = mapped_column(Integer)
    dispute_bond_bps: Mapped[int] = mapped_column(Integer)
    arbiter: Mapped[str] = mapped_column(ADDRESS)


class ListingRow(Logged, Base):
    """``Pactum.Listed``: a token that agreements may use, numbered."""

    __tablename__ = "listings"
    __table_args__ = (Index(None, "listing"),)
    listing: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str] = mapped_column(ADDRESS)
    min_fee: Mapped[int] = mapped_column(Uint)
    relay_fee: Mapped[int] = mapped_column(Uint)


class ConfigurationRow(Logged, Base):
    """``Committee.Configured``: the members from a time on. Its reign ends where the next one's begins."""

    __tablename__ = "configurations"
    __table_args__ = (Index(None, "configuration"),)
    configuration: Mapped[str] = mapped_column(HASH)
    number: Mapped[int] = mapped_column(BigInteger)
    since_s: Mapped[int] = mapped_column(Moment)
    quorum: Mapped[int] = mapped_column(Integer)
    members: Mapped[list[str]] = mapped_column(JSON)


class DeactivationRow(Logged, Base):
    """``Committee.Deactivated``: a member's signatures and observations count no longer in a configuration."""

    __tablename__ = "deactivations"
    __table_args__ = (Index(None, "configuration"),)
    configuration: Mapped[str] = mapped_column(HASH)
    member: Mapped[str] = mapped_column(ADDRESS)
    place: Mapped[int] = mapped_column(Integer)


class EquivocatedRow(Logged, Base):
    """``Committee.Equivocated``: a member was shown to have signed two roots for one epoch, and lost its bond."""

    __tablename__ = "equivocated"
    __table_args__ = (Index(None, "member"),)
    member: Mapped[str] = mapped_column(ADDRESS)
    epoch: Mapped[int] = mapped_column(Uint)
    root: Mapped[str] = mapped_column(HASH)
    other_root: Mapped[str] = mapped_column(HASH)
    reporter: Mapped[str] = mapped_column(ADDRESS)
    to_reporter: Mapped[int] = mapped_column(Uint)
    to_dao: Mapped[int] = mapped_column(Uint)


class ReportRow(Logged, Base):
    """``Pactum.Reported``: a report whose signatures held. ``rows`` counts accepted and skipped ones of its transaction."""

    __tablename__ = "reports"
    __table_args__ = (Index(None, "tx_hash"), Index(None, "observation_set"))
    configuration: Mapped[str] = mapped_column(HASH)
    epoch: Mapped[int] = mapped_column(Uint)
    observation_set: Mapped[str] = mapped_column(HASH)
    observers: Mapped[int] = mapped_column(BigInteger)
    payee: Mapped[str] = mapped_column(ADDRESS)
    signers: Mapped[int] = mapped_column(Uint)
    rows_hash: Mapped[str] = mapped_column(HASH)
    rows: Mapped[int] = mapped_column(Integer)
    gas_used: Mapped[int] = mapped_column(BigInteger)
    gas_price: Mapped[int] = mapped_column(Uint)


class AcceptanceRow(Logged, Base):
    """``Pactum.Accepted``: a row that stands, and may be disputed until ``matures_at_s``."""

    __tablename__ = "acceptances"
    __table_args__ = (Index(None, "agreement", "period"), Index(None, "matures_at_s"), Index(None, "provider"))
    agreement: Mapped[int] = mapped_column(Uint)
    provider: Mapped[str] = mapped_column(ADDRESS)
    period: Mapped[int] = mapped_column(BigInteger)
    word: Mapped[str] = mapped_column(HASH)
    outcome: Mapped[int] = mapped_column(Integer)
    tier: Mapped[int] = mapped_column(Integer)
    credit_bps: Mapped[int] = mapped_column(Integer)
    slash_bps: Mapped[int] = mapped_column(Integer)
    uptime_ppm: Mapped[int] = mapped_column(Integer)
    coverage_ppm: Mapped[int] = mapped_column(Integer)
    p95_ms: Mapped[int] = mapped_column(BigInteger)
    accepted_at_s: Mapped[int] = mapped_column(BigInteger)
    matures_at_s: Mapped[int] = mapped_column(BigInteger)
    report_log_index: Mapped[int | None] = mapped_column(Integer)


class SkipRow(Logged, Base):
    """``Pactum.Skipped``: a row of a good report that was passed over, and why."""

    __tablename__ = "skips"
    __table_args__ = (Index(None, "agreement", "period"),)
    agreement: Mapped[int] = mapped_column(Uint)
    period: Mapped[int] = mapped_column(BigInteger)
    word: Mapped[str] = mapped_column(HASH)
    reason: Mapped[str] = mapped_column(String(32))
