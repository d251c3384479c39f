"""What the relay was told and did: never rewound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("relay_roots", "relay_equivocations", "relay_proposals", "relay_signatures", "outbox", "tallies")


def upgrade() -> None:
    """Creates the tables."""
    _relay_roots()
    _relay_equivocations()
    _relay_proposals()
    _relay_signatures()
    _outbox()
    _tallies()


def downgrade() -> None:
    """Drops the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _relay_roots() -> None:
    op.create_table(
        "relay_roots",
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("signature", sa.String(length=130), nullable=False),
        sa.Column("observations", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("configuration", "epoch", "member", name=op.f("pk_relay_roots")),
    )


def _relay_equivocations() -> None:
    op.create_table(
        "relay_equivocations",
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_root", sa.String(length=66), nullable=False),
        sa.Column("first_signature", sa.String(length=130), nullable=False),
        sa.Column("second_root", sa.String(length=66), nullable=False),
        sa.Column("second_signature", sa.String(length=130), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("configuration", "epoch", "member", name=op.f("pk_relay_equivocations")),
    )


def _relay_proposals() -> None:
    op.create_table(
        "relay_proposals",
        sa.Column("proposal", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("observation_set", sa.String(length=66), nullable=False),
        sa.Column("observers", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("proposal", name=op.f("pk_relay_proposals")),
    )
    op.create_index(op.f("ix_relay_proposals_configuration_epoch"), "relay_proposals", ["configuration", "epoch"], unique=False)
    op.create_index(op.f("ix_relay_proposals_observation_set"), "relay_proposals", ["observation_set"], unique=False)


def _relay_signatures() -> None:
    op.create_table(
        "relay_signatures",
        sa.Column("proposal", sa.String(length=66), nullable=False),
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=130), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "member", name=op.f("pk_relay_signatures")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=True),
        sa.Column("mined_in", sa.BigInteger(), nullable=True),
        sa.Column("gas_used", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_state"), "outbox", ["state"], unique=False)
    op.create_index(op.f("ix_outbox_subject"), "outbox", ["subject"], unique=False)


def _tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("period", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of_s", sa.BigInteger(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("uptime_numerator", sa.String(length=80), nullable=False),
        sa.Column("uptime_denominator", sa.String(length=80), nullable=False),
        sa.Column("attained_numerator", sa.String(length=80), nullable=False),
        sa.Column("attained_denominator", sa.String(length=80), nullable=False),
        sa.Column("coverage_numerator", sa.String(length=80), nullable=False),
        sa.Column("coverage_denominator", sa.String(length=80), nullable=False),
        sa.Column("p95_ms", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(length=130), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "period", "member", name=op.f("pk_tallies")),
    )
