"""Amendments of laws: what was proposed, assented to and enacted, and the assents that members handed to the relay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("amendments", "assents", "enactments", "relay_assents")


def upgrade() -> None:
    """Creates the tables. Laws that were enacted before had no seat."""
    _amendments()
    _assents()
    _enactments()
    _relay_assents()


def downgrade() -> None:
    """Drops the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
    ]


def _amendments() -> None:
    op.create_table(
        "amendments",
        *_place(),
        sa.Column("amendment", sa.String(length=66), nullable=False),
        sa.Column("law", sa.String(length=66), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("takes_seat", sa.Boolean(), nullable=False),
        sa.Column("running", sa.String(length=66), nullable=False),
        sa.Column("revision", sa.String(length=80), nullable=False),
        sa.Column("notice_s", sa.BigInteger(), nullable=False),
        sa.Column("proposer", sa.String(length=42), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_amendments")),
    )
    op.create_index(op.f("ix_amendments_amendment"), "amendments", ["amendment"], unique=False)
    op.create_index(op.f("ix_amendments_law"), "amendments", ["law"], unique=False)


def _assents() -> None:
    op.create_table(
        "assents",
        *_place(),
        sa.Column("amendment", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("signers", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_assents")),
    )
    op.create_index(op.f("ix_assents_amendment"), "assents", ["amendment"], unique=False)


def _enactments() -> None:
    op.create_table(
        "enactments",
        *_place(),
        sa.Column("law", sa.String(length=66), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("takes_seat", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.String(length=80), nullable=False),
        sa.Column("amendment", sa.String(length=66), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_enactments")),
    )
    op.create_index(op.f("ix_enactments_seat"), "enactments", ["seat"], unique=False)
    op.create_index(op.f("ix_enactments_law"), "enactments", ["law"], unique=False)


def _relay_assents() -> None:
    op.create_table(
        "relay_assents",
        sa.Column("amendment", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=130), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("amendment", "configuration", "member", name=op.f("pk_relay_assents")),
    )
