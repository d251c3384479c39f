"""What an oracle keeps, on SQLite and PostgreSQL alike: its samples, what it signed, and what it saw others sign.

Agreements and counts that are wider than 63 bits are decimal text, hashes hex text without 0x; times are milliseconds since the
Unix epoch, UTC. The names carry the room's own, so that rooms may share a database.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, SmallInteger, String, Table, Text

VERSION_TABLE = "oracle_version"
HASH = String(64)
SIGNATURE = String(128)
WIDE = String(40)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Whose database this is: one row. Two oracles on one database would sign each other's counts.
identity = Table(
    "oracle_identity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("member", String(42), nullable=False),
    Column("chain_id", WIDE, nullable=False),
    Column("committee", String(42), nullable=False),
)

targets = Table(
    "oracle_targets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", HASH, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
)

samples = Table(
    "oracle_samples",
    metadata,
    Column("target", ForeignKey(targets.c.id), primary_key=True, autoincrement=False),
    Column("scheduled_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("latency_ms", BigInteger, nullable=False),
    Column("result", SmallInteger, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_with_rowid=False,
)

# One root per epoch, for ever. Committed before it is signed: signature is null until then.
roots = Table(
    "oracle_roots",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("root", HASH, nullable=False),
    Column("signature", SIGNATURE),
)

observations = Table(
    "oracle_observations",
    metadata,
    Column("agreement", WIDE, primary_key=True),
    Column("period", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", ForeignKey(roots.c.epoch), nullable=False, index=True),
    Column("samples", WIDE, nullable=False),
    Column("uptime_numerator", WIDE, nullable=False),
    Column("uptime_denominator", WIDE, nullable=False),
    Column("attained_numerator", WIDE, nullable=False),
    Column("attained_denominator", WIDE, nullable=False),
    Column("coverage_numerator", WIDE, nullable=False),
    Column("coverage_denominator", WIDE, nullable=False),
    Column("p95_ms", BigInteger, nullable=False),
    Column("evidence", HASH, nullable=False),
)

# Every root that a member was seen to sign; two of one epoch are proof of equivocation.
seen_roots = Table(
    "oracle_seen_roots",
    metadata,
    Column("configuration", HASH, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("member", SmallInteger, primary_key=True, autoincrement=False),
    Column("root", HASH, primary_key=True),
    Column("signature", SIGNATURE, nullable=False),
)

# What other members were seen to sign, whole, until no report can rest on it any more: it is handed on to relays that lack it.
heard = Table(
    "oracle_heard",
    metadata,
    Column("configuration", HASH, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("member", SmallInteger, primary_key=True, autoincrement=False),
    Column("root", HASH, primary_key=True),
    Column("submission", Text, nullable=False),
)

# Every report that was signed, with the set that it rests on. Committed before it is signed.
reports = Table(
    "oracle_reports",
    metadata,
    Column("digest", HASH, primary_key=True),
    Column("configuration", HASH, nullable=False),
    Column("epoch", BigInteger, nullable=False, index=True),
    Column("observers", BigInteger, nullable=False),
    Column("observation_set", HASH, nullable=False, index=True),
    Column("proposal", Text, nullable=False),
    Column("signature", SIGNATURE),
)

report_rows = Table(
    "oracle_report_rows",
    metadata,
    Column("agreement", WIDE, primary_key=True),
    Column("period", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", ForeignKey(reports.c.digest), primary_key=True),
    Column("word", HASH, nullable=False),
)
