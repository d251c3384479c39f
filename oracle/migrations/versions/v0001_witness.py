"""Samples, observations and the logs of what was signed and seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HASH = sa.String(64)
SIGNATURE = sa.String(128)
WIDE = sa.String(40)
_COUNTS = (
    "samples",
    "uptime_numerator",
    "uptime_denominator",
    "attained_numerator",
    "attained_denominator",
    "coverage_numerator",
    "coverage_denominator",
)


def upgrade() -> None:
    """Makes all tables."""
    _identity_and_samples()
    _observations()
    _seen_roots()
    _reports()


def downgrade() -> None:
    """Drops all tables, those that refer to others first."""
    for table in ("report_rows", "reports", "seen_roots", "observations", "roots", "samples", "targets", "identity"):
        op.drop_table(f"oracle_{table}")


def _identity_and_samples() -> None:
    op.create_table(
        "oracle_identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.String(42), nullable=False),
        sa.Column("chain_id", WIDE, nullable=False),
        sa.Column("committee", sa.String(42), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oracle_identity"),
    )
    op.create_table(
        "oracle_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oracle_targets"),
        sa.UniqueConstraint("digest", name="uq_oracle_targets_digest"),
    )
    op.create_table(
        "oracle_samples",
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheduled_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("latency_ms", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["oracle_targets.id"], name="fk_oracle_samples_target"),
        sa.PrimaryKeyConstraint("target", "scheduled_ms", name="pk_oracle_samples"),
        sqlite_with_rowid=False,
    )


def _observations() -> None:
    op.create_table(
        "oracle_roots",
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", HASH, nullable=False),
        sa.Column("signature", SIGNATURE),
        sa.PrimaryKeyConstraint("epoch", name="pk_oracle_roots"),
    )
    op.create_table(
        "oracle_observations",
        sa.Column("agreement", WIDE, nullable=False),
        sa.Column("period", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        *(sa.Column(name, WIDE, nullable=False) for name in _COUNTS),
        sa.Column("p95_ms", sa.BigInteger(), nullable=False),
        sa.Column("evidence", HASH, nullable=False),
        sa.ForeignKeyConstraint(["epoch"], ["oracle_roots.epoch"], name="fk_oracle_observations_epoch"),
        sa.PrimaryKeyConstraint("agreement", "period", name="pk_oracle_observations"),
    )
    op.create_index("ix_oracle_observations_epoch", "oracle_observations", ["epoch"])


def _seen_roots() -> None:
    op.create_table(
        "oracle_seen_roots",
        sa.Column("configuration", HASH, nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("root", HASH, nullable=False),
        sa.Column("signature", SIGNATURE, nullable=False),
        sa.PrimaryKeyConstraint("configuration", "epoch", "member", "root", name="pk_oracle_seen_roots"),
    )


def _reports() -> None:
    op.create_table(
        "oracle_reports",
        sa.Column("digest", HASH, nullable=False),
        sa.Column("configuration", HASH, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("observers", sa.BigInteger(), nullable=False),
        sa.Column("observation_set", HASH, nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("signature", SIGNATURE),
        sa.PrimaryKeyConstraint("digest", name="pk_oracle_reports"),
    )
    op.create_index("ix_oracle_reports_epoch", "oracle_reports", ["epoch"])
    op.create_index("ix_oracle_reports_observation_set", "oracle_reports", ["observation_set"])
    op.create_table(
        "oracle_report_rows",
        sa.Column("agreement", WIDE, nullable=False),
        sa.Column("period", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", HASH, nullable=False),
        sa.Column("word", HASH, nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["oracle_reports.digest"], name="fk_oracle_report_rows_digest"),
        sa.PrimaryKeyConstraint("agreement", "period", "digest", name="pk_oracle_report_rows"),
    )
