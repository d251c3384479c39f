"""What follows for money from the logs: divisions, disputes, payments, the ledger. Rewound with the watcher's other tables."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from settlement.tables import (
    ADDRESS,
    HASH,
    AcceptanceRow,
    AgreementRow,
    AmendmentRow,
    AssentRow,
    Base,
    BlockRow,
    ConfigurationRow,
    DeactivationRow,
    EnactmentRow,
    EquivocatedRow,
    LawEventRow,
    ListingRow,
    Logged,
    Moment,
    ParametersRow,
    RegistrationRow,
    ReportRow,
    SkipRow,
    TerminationRow,
    TermsRow,
    Uint,
)


class DivisionRow(Logged, Base):
    """How the fee of one settled period was divided, or those of ``count`` expired ones from ``first``, each alike.

    The log is the one that settled it: a log of a later row, or of an expiry, settles the row that waited before it, too.
    ``winner`` is of a disputed row that was replaced: ``reward`` is its part, on top of the seven.
    """

    __tablename__ = "divisions"
    __table_args__ = (Index(None, "agreement", "first"), Index(None, "provider_address"), Index(None, "customer_address"))
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    agreement: Mapped[int] = mapped_column(Uint)
    provider_address: Mapped[str] = mapped_column(ADDRESS)
    customer_address: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    count: Mapped[int] = mapped_column(BigInteger)
    expired: Mapped[bool] = mapped_column(Boolean)
    disputed: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[int] = mapped_column(Integer)
    provider: Mapped[int] = mapped_column(Uint)
    validators: Mapped[int] = mapped_column(Uint)
    relay: Mapped[int] = mapped_column(Uint)
    dao: Mapped[int] = mapped_column(Uint)
    customer_from_fee: Mapped[int] = mapped_column(Uint)
    customer_from_deposit: Mapped[int] = mapped_column(Uint)
    slash: Mapped[int] = mapped_column(Uint)
    winner: Mapped[str | None] = mapped_column(ADDRESS)
    reward: Mapped[int] = mapped_column(Uint)
    settled_at_s: Mapped[int] = mapped_column(BigInteger)


class DepositRow(Logged, Base):
    """What stands of an agreement's deposit after a log that changed it; without any, all of it is left.

    ``left`` is neither awarded nor kept; ``kept`` is for disputed rows; ``due`` is the customer's and not taken.
    """

    __tablename__ = "deposits"
    __table_args__ = (Index(None, "agreement", "block_number", "log_index"),)
    agreement: Mapped[int] = mapped_column(Uint)
    left: Mapped[int] = mapped_column(Uint)
    kept: Mapped[int] = mapped_column(Uint)
    due: Mapped[int] = mapped_column(Uint)


class DisputeRow(Logged, Base):
    """``Tribunal.Disputed``, with the ``reserve`` of the ``Pactum.RowHeld`` before it. A row is disputed at most once."""

    __tablename__ = "disputes"
    __table_args__ = (Index(None, "agreement", "period"), Index(None, "deadline_s"), Index(None, "disputer"))
    agreement: Mapped[int] = mapped_column(Uint)
    period: Mapped[int] = mapped_column(BigInteger)
    disputer: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    bond: Mapped[int] = mapped_column(Uint)
    reserve: Mapped[int] = mapped_column(Uint)
    deadline_s: Mapped[int] = mapped_column(Moment)
    grounds: Mapped[str] = mapped_column(HASH)


class RulingRow(Logged, Base):
    """``Pactum.Decided``: what became of a disputed row. ``kind`` is that of the Tribunal's log before it (``RulingKind``)."""

    __tablename__ = "rulings"
    __table_args__ = (Index(None, "agreement", "period"),)
    agreement: Mapped[int] = mapped_column(Uint)
    period: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[int] = mapped_column(Integer)
    credit_bps: Mapped[int] = mapped_column(Integer)
    slash_bps: Mapped[int] = mapped_column(Integer)
    ruled_at_s: Mapped[int] = mapped_column(BigInteger)


class ClosureRow(Logged, Base):
    """``Pactum.Closed``: every period settled, no dispute open, what is left of the deposit released."""

    __tablename__ = "closures"
    __table_args__ = (Index(None, "agreement"),)
    agreement: Mapped[int] = mapped_column(Uint)
    deposit_released: Mapped[int] = mapped_column(Uint)


class PaymentRow(Logged, Base):
    """Money that left the contracts: ``ProviderPaid``, ``CustomerPaid`` and the like, and stake and bonds that were taken back.

    A log that pays for several agreements has a ``line`` for each. ``from_deposit`` is the part of ``amount`` that came from a
    locked deposit; ``receiver`` is None where only the token's own log has it; ``observers`` and ``payee`` name the crew.
    """

    __tablename__ = "payments"
    __table_args__ = (Index(None, "agreement"), Index(None, "party"))
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    agreement: Mapped[int | None] = mapped_column(Uint)
    configuration: Mapped[str | None] = mapped_column(HASH)
    observers: Mapped[int | None] = mapped_column(BigInteger)
    payee: Mapped[str | None] = mapped_column(ADDRESS)
    party: Mapped[str] = mapped_column(ADDRESS)
    receiver: Mapped[str | None] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    amount: Mapped[int] = mapped_column(Uint)
    from_deposit: Mapped[int] = mapped_column(Uint)


class ThawRow(Logged, Base):
    """``Zone.ThawStarted``: a provider asked for stake. ``generation`` is the life of the pool that its shares belong to."""

    __tablename__ = "thaws"
    __table_args__ = (Index(None, "provider", "token", "request"),)
    provider: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    request: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(Uint)
    shares: Mapped[int] = mapped_column(Uint)
    generation: Mapped[int] = mapped_column(BigInteger)
    thaws_at_s: Mapped[int] = mapped_column(Moment)


class ThawEndRow(Logged, Base):
    """``Zone.Withdrawn`` or ``Zone.Restaked``: a request is done with, and what was left of it."""

    __tablename__ = "thaw_ends"
    __table_args__ = (Index(None, "provider", "token", "request"),)
    provider: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    request: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(Uint)
    restaked: Mapped[bool] = mapped_column(Boolean)


class PoolRow(Logged, Base):
    """All that thaws of a provider's stake in a token, after a log that changed it (``settlement.thawing``)."""

    __tablename__ = "thaw_pools"
    __table_args__ = (Index(None, "provider", "token", "block_number", "log_index"),)
    provider: Mapped[str] = mapped_column(ADDRESS)
    token: Mapped[str] = mapped_column(ADDRESS)
    thawing: Mapped[int] = mapped_column(Uint)
    shares: Mapped[int] = mapped_column(Uint)
    generation: Mapped[int] = mapped_column(BigInteger)


class PostingRow(Logged, Base):
    """One line of the double-entry ledger. The lines of one log sum to zero per token (``settlement.account``)."""

    __tablename__ = "postings"
    __table_args__ = (Index(None, "account", "token"), Index(None, "agreement"))
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event: Mapped[str] = mapped_column(String(32))
    agreement: Mapped[int | None] = mapped_column(Uint)
    account: Mapped[str] = mapped_column(String(160))
    token: Mapped[str] = mapped_column(ADDRESS)
    amount: Mapped[int] = mapped_column(Uint)


class BalanceRow(Base):
    """An account's balance after a block that moved it; the newest row at or below a block is the balance there."""

    __tablename__ = "balances"
    account: Mapped[str] = mapped_column(String(160), primary_key=True)
    token: Mapped[str] = mapped_column(ADDRESS, primary_key=True)
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, index=True)
    balance: Mapped[int] = mapped_column(Uint)


class TotalRow(Base):
    """A running sum after a block that moved it, by name and token (no token: a count). Same reading as ``balances``."""

    __tablename__ = "totals"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(ADDRESS, primary_key=True)
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, index=True)
    total: Mapped[int] = mapped_column(Uint)


class Rewindable:
    """The tables that a re-organisation cuts; the newest dependents first."""

    TABLES: ClassVar[tuple[type[Base], ...]] = (
        TotalRow, BalanceRow, PostingRow, PoolRow, ThawEndRow, ThawRow, PaymentRow, ClosureRow, RulingRow, DisputeRow, DepositRow,
        DivisionRow, SkipRow, AcceptanceRow, ReportRow, EquivocatedRow, DeactivationRow, ConfigurationRow, ListingRow,
        ParametersRow, RegistrationRow, EnactmentRow, AssentRow, AmendmentRow, LawEventRow, TermsRow, TerminationRow,
        AgreementRow, BlockRow,
    )  # fmt: skip
