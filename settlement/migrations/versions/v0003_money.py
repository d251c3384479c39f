"""What follows for money from what was read: append-only, rewindable by block."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "divisions",
    "deposits",
    "disputes",
    "rulings",
    "closures",
    "payments",
    "thaws",
    "thaw_ends",
    "thaw_pools",
    "postings",
    "balances",
    "totals",
)


def upgrade() -> None:
    """Creates the tables."""
    _divisions()
    _deposits()
    _disputes()
    _rulings()
    _closures()
    _payments()
    _thaws()
    _thaw_ends()
    _thaw_pools()
    _postings()
    _balances()
    _totals()


def downgrade() -> None:
    """Drops the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _divisions() -> None:
    op.create_table(
        "divisions",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("provider_address", sa.String(length=42), nullable=False),
        sa.Column("customer_address", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.Boolean(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("validators", sa.String(length=80), nullable=False),
        sa.Column("relay", sa.String(length=80), nullable=False),
        sa.Column("dao", sa.String(length=80), nullable=False),
        sa.Column("customer_from_fee", sa.String(length=80), nullable=False),
        sa.Column("customer_from_deposit", sa.String(length=80), nullable=False),
        sa.Column("slash", sa.String(length=80), nullable=False),
        sa.Column("winner", sa.String(length=42), nullable=True),
        sa.Column("reward", sa.String(length=80), nullable=False),
        sa.Column("settled_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", "first", name=op.f("pk_divisions")),
    )
    op.create_index(op.f("ix_divisions_agreement_first"), "divisions", ["agreement", "first"], unique=False)
    op.create_index(op.f("ix_divisions_customer_address"), "divisions", ["customer_address"], unique=False)
    op.create_index(op.f("ix_divisions_provider_address"), "divisions", ["provider_address"], unique=False)


def _deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("left", sa.String(length=80), nullable=False),
        sa.Column("kept", sa.String(length=80), nullable=False),
        sa.Column("due", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_deposits")),
    )
    op.create_index(
        op.f("ix_deposits_agreement_block_number_log_index"), "deposits", ["agreement", "block_number", "log_index"], unique=False
    )


def _disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("disputer", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("bond", sa.String(length=80), nullable=False),
        sa.Column("reserve", sa.String(length=80), nullable=False),
        sa.Column("deadline_s", sa.BigInteger(), nullable=False),
        sa.Column("grounds", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_agreement_period"), "disputes", ["agreement", "period"], unique=False)
    op.create_index(op.f("ix_disputes_deadline_s"), "disputes", ["deadline_s"], unique=False)
    op.create_index(op.f("ix_disputes_disputer"), "disputes", ["disputer"], unique=False)


def _rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("credit_bps", sa.Integer(), nullable=False),
        sa.Column("slash_bps", sa.Integer(), nullable=False),
        sa.Column("ruled_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_rulings")),
    )
    op.create_index(op.f("ix_rulings_agreement_period"), "rulings", ["agreement", "period"], unique=False)


def _closures() -> None:
    op.create_table(
        "closures",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("deposit_released", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_closures")),
    )
    op.create_index(op.f("ix_closures_agreement"), "closures", ["agreement"], unique=False)


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=True),
        sa.Column("configuration", sa.String(length=66), nullable=True),
        sa.Column("observers", sa.BigInteger(), nullable=True),
        sa.Column("payee", sa.String(length=42), nullable=True),
        sa.Column("party", sa.String(length=42), nullable=False),
        sa.Column("receiver", sa.String(length=42), nullable=True),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.String(length=80), nullable=False),
        sa.Column("from_deposit", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", "line", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_agreement"), "payments", ["agreement"], unique=False)
    op.create_index(op.f("ix_payments_party"), "payments", ["party"], unique=False)


def _thaws() -> None:
    op.create_table(
        "thaws",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("request", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.String(length=80), nullable=False),
        sa.Column("shares", sa.String(length=80), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("thaws_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_thaws")),
    )
    op.create_index(op.f("ix_thaws_provider_token_request"), "thaws", ["provider", "token", "request"], unique=False)


def _thaw_ends() -> None:
    op.create_table(
        "thaw_ends",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("request", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.String(length=80), nullable=False),
        sa.Column("restaked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_thaw_ends")),
    )
    op.create_index(op.f("ix_thaw_ends_provider_token_request"), "thaw_ends", ["provider", "token", "request"], unique=False)


def _thaw_pools() -> None:
    op.create_table(
        "thaw_pools",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("thawing", sa.String(length=80), nullable=False),
        sa.Column("shares", sa.String(length=80), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_thaw_pools")),
    )
    op.create_index(
        op.f("ix_thaw_pools_provider_token_block_number_log_index"),
        "thaw_pools",
        ["provider", "token", "block_number", "log_index"],
        unique=False,
    )


def _postings() -> None:
    op.create_table(
        "postings",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=True),
        sa.Column("account", sa.String(length=160), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", "line", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_account_token"), "postings", ["account", "token"], unique=False)
    op.create_index(op.f("ix_postings_agreement"), "postings", ["agreement"], unique=False)


def _balances() -> None:
    op.create_table(
        "balances",
        sa.Column("account", sa.String(length=160), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("account", "token", "block_number", name=op.f("pk_balances")),
    )
    op.create_index(op.f("ix_balances_block_number"), "balances", ["block_number"], unique=False)


def _totals() -> None:
    op.create_table(
        "totals",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", "token", "block_number", name=op.f("pk_totals")),
    )
    op.create_index(op.f("ix_totals_block_number"), "totals", ["block_number"], unique=False)
