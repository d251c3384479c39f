"""What the relay was told and what settlement did, as tables: no block undoes it, so nothing here is ever rewound."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from settlement.tables import ADDRESS, HASH, Base, Uint


class RelayRootRow(Base):
    """A member's first signed root of one epoch, with every observation under it (the wire's JSON)."""

    __tablename__ = "relay_roots"
    configuration: Mapped[str] = mapped_column(HASH, primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(HASH)
    signature: Mapped[str] = mapped_column(String(130))
    observations: Mapped[str] = mapped_column(Text)
    received_ms: Mapped[int] = mapped_column(BigInteger)


class EquivocationRow(Base):
    """Proof that a member signed two roots for one epoch: its first root stands in ``relay_roots``, the second here."""

    __tablename__ = "relay_equivocations"
    configuration: Mapped[str] = mapped_column(HASH, primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_root: Mapped[str] = mapped_column(HASH)
    first_signature: Mapped[str] = mapped_column(String(130))
    second_root: Mapped[str] = mapped_column(HASH)
    second_signature: Mapped[str] = mapped_column(String(130))
    seen_ms: Mapped[int] = mapped_column(BigInteger)


class ProposalRow(Base):
    """A report that the relay proposes: the header, the rows (JSON list of hex words) and whose observations they rest on.

    ``proposal`` is the digest that members sign, as hex.
    """

    __tablename__ = "relay_proposals"
    __table_args__ = (Index(None, "configuration", "epoch"), Index(None, "observation_set"))
    proposal: Mapped[str] = mapped_column(HASH, primary_key=True)
    configuration: Mapped[str] = mapped_column(HASH)
    epoch: Mapped[int] = mapped_column(BigInteger)
    observation_set: Mapped[str] = mapped_column(HASH)
    observers: Mapped[int] = mapped_column(BigInteger)
    payee: Mapped[str] = mapped_column(ADDRESS)
    rows: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[str | None] = mapped_column(String(32))


class SignatureRow(Base):
    """A member's verified signature of one proposal."""

    __tablename__ = "relay_signatures"
    proposal: Mapped[str] = mapped_column(HASH, primary_key=True)
    member: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signature: Mapped[str] = mapped_column(String(130))
    received_ms: Mapped[int] = mapped_column(BigInteger)


class AssentSignatureRow(Base):
    """A member's verified assent to an amendment (its id on LawStone), as a member of one configuration."""

    __tablename__ = "relay_assents"
    amendment: Mapped[str] = mapped_column(HASH, primary_key=True)
    configuration: Mapped[str] = mapped_column(HASH, primary_key=True)
    member: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signature: Mapped[str] = mapped_column(String(130))
    received_ms: Mapped[int] = mapped_column(BigInteger)


class OutboxRow(Base):
    """A transaction that settlement means to send, written before it is sent. The chain decides whether it was needed."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state"), Index(None, "subject"))
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    tx_hash: Mapped[str | None] = mapped_column(HASH)
    mined_in: Mapped[int | None] = mapped_column(BigInteger)
    gas_used: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class TallyRow(Base):
    """A member's newest signed interim counts of a running period. Information only: nothing is settled by it."""

    __tablename__ = "tallies"
    agreement: Mapped[int] = mapped_column(Uint, primary_key=True)
    period: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    as_of_s: Mapped[int] = mapped_column(BigInteger)
    samples: Mapped[int] = mapped_column(BigInteger)
    uptime_numerator: Mapped[int] = mapped_column(Uint)
    uptime_denominator: Mapped[int] = mapped_column(Uint)
    attained_numerator: Mapped[int] = mapped_column(Uint)
    attained_denominator: Mapped[int] = mapped_column(Uint)
    coverage_numerator: Mapped[int] = mapped_column(Uint)
    coverage_denominator: Mapped[int] = mapped_column(Uint)
    p95_ms: Mapped[int] = mapped_column(BigInteger)
    signature: Mapped[str] = mapped_column(String(130))
