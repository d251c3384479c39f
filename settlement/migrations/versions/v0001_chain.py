"""What was read from the chain: append-only, rewindable by block."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "deployment",
    "blocks",
    "agreements",
    "terminations",
    "terms",
    "law_events",
    "law_texts",
    "registrations",
    "parameters",
    "listings",
    "configurations",
    "deactivations",
    "equivocated",
    "reports",
    "acceptances",
    "skips",
)


def upgrade() -> None:
    """Creates the tables."""
    _deployment()
    _blocks()
    _agreements()
    _terminations()
    _terms()
    _law_events()
    _law_texts()
    _registrations()
    _parameters()
    _listings()
    _configurations()
    _deactivations()
    _equivocated()
    _reports()
    _acceptances()
    _skips()


def downgrade() -> None:
    """Drops the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _deployment() -> None:
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.String(length=80), nullable=False),
        sa.Column("pactum", sa.String(length=42), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=66), nullable=False),
        sa.Column("parent_hash", sa.String(length=66), nullable=False),
        sa.Column("timestamp_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", name=op.f("pk_blocks")),
    )


def _agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("customer", sa.String(length=42), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("terms", sa.String(length=66), nullable=False),
        sa.Column("law", sa.String(length=66), nullable=False),
        sa.Column("fee", sa.String(length=80), nullable=False),
        sa.Column("deposit", sa.String(length=80), nullable=False),
        sa.Column("max_credit_bps", sa.Integer(), nullable=False),
        sa.Column("max_slash_bps", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.Integer(), nullable=False),
        sa.Column("period_s", sa.BigInteger(), nullable=False),
        sa.Column("start_s", sa.BigInteger(), nullable=False),
        sa.Column("end_s", sa.BigInteger(), nullable=False),
        sa.Column("periods", sa.BigInteger(), nullable=False),
        sa.Column("notice_periods", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.BigInteger(), nullable=False),
        sa.Column("listing", sa.BigInteger(), nullable=False),
        sa.Column("opened_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_agreement"), "agreements", ["agreement"], unique=True)
    op.create_index(op.f("ix_agreements_customer"), "agreements", ["customer"], unique=False)
    op.create_index(op.f("ix_agreements_provider"), "agreements", ["provider"], unique=False)


def _terminations() -> None:
    op.create_table(
        "terminations",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=42), nullable=False),
        sa.Column("periods", sa.BigInteger(), nullable=False),
        sa.Column("end_s", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.String(length=80), nullable=False),
        sa.Column("terminated_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_terminations")),
    )
    op.create_index(op.f("ix_terminations_agreement"), "terminations", ["agreement"], unique=False)


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("terms", sa.String(length=66), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_terms")),
    )
    op.create_index(op.f("ix_terms_terms"), "terms", ["terms"], unique=False)


def _law_events() -> None:
    op.create_table(
        "law_events",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("law", sa.String(length=66), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("publisher", sa.String(length=42), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_law_events")),
    )
    op.create_index(op.f("ix_law_events_law"), "law_events", ["law"], unique=False)


def _law_texts() -> None:
    op.create_table(
        "law_texts",
        sa.Column("law", sa.String(length=66), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("law", name=op.f("pk_law_texts")),
    )


def _registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("payout", sa.String(length=42), nullable=False),
        sa.Column("profile", sa.String(length=66), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_registrations")),
    )
    op.create_index(op.f("ix_registrations_provider"), "registrations", ["provider"], unique=False)


def _parameters() -> None:
    op.create_table(
        "parameters",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("parameters", sa.BigInteger(), nullable=False),
        sa.Column("report_deadline_s", sa.BigInteger(), nullable=False),
        sa.Column("dispute_window_s", sa.BigInteger(), nullable=False),
        sa.Column("resolution_deadline_s", sa.BigInteger(), nullable=False),
        sa.Column("thaw_s", sa.BigInteger(), nullable=False),
        sa.Column("longest_period_s", sa.BigInteger(), nullable=False),
        sa.Column("validator_bps", sa.Integer(), nullable=False),
        sa.Column("dao_bps", sa.Integer(), nullable=False),
        sa.Column("dispute_bond_bps", sa.Integer(), nullable=False),
        sa.Column("arbiter", sa.String(length=42), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_parameters")),
    )
    op.create_index(op.f("ix_parameters_parameters"), "parameters", ["parameters"], unique=False)


def _listings() -> None:
    op.create_table(
        "listings",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("listing", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("min_fee", sa.String(length=80), nullable=False),
        sa.Column("relay_fee", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_listings")),
    )
    op.create_index(op.f("ix_listings_listing"), "listings", ["listing"], unique=False)


def _configurations() -> None:
    op.create_table(
        "configurations",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("since_s", sa.BigInteger(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_configurations")),
    )
    op.create_index(op.f("ix_configurations_configuration"), "configurations", ["configuration"], unique=False)


def _deactivations() -> None:
    op.create_table(
        "deactivations",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("member", sa.String(length=42), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_deactivations")),
    )
    op.create_index(op.f("ix_deactivations_configuration"), "deactivations", ["configuration"], unique=False)


def _equivocated() -> None:
    op.create_table(
        "equivocated",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("member", sa.String(length=42), nullable=False),
        sa.Column("epoch", sa.String(length=80), nullable=False),
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("other_root", sa.String(length=66), nullable=False),
        sa.Column("reporter", sa.String(length=42), nullable=False),
        sa.Column("to_reporter", sa.String(length=80), nullable=False),
        sa.Column("to_dao", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_equivocated")),
    )
    op.create_index(op.f("ix_equivocated_member"), "equivocated", ["member"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("configuration", sa.String(length=66), nullable=False),
        sa.Column("epoch", sa.String(length=80), nullable=False),
        sa.Column("observation_set", sa.String(length=66), nullable=False),
        sa.Column("observers", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("signers", sa.String(length=80), nullable=False),
        sa.Column("rows_hash", sa.String(length=66), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("gas_used", sa.BigInteger(), nullable=False),
        sa.Column("gas_price", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_observation_set"), "reports", ["observation_set"], unique=False)
    op.create_index(op.f("ix_reports_tx_hash"), "reports", ["tx_hash"], unique=False)


def _acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=42), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(length=66), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("credit_bps", sa.Integer(), nullable=False),
        sa.Column("slash_bps", sa.Integer(), nullable=False),
        sa.Column("uptime_ppm", sa.Integer(), nullable=False),
        sa.Column("coverage_ppm", sa.Integer(), nullable=False),
        sa.Column("p95_ms", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at_s", sa.BigInteger(), nullable=False),
        sa.Column("matures_at_s", sa.BigInteger(), nullable=False),
        sa.Column("report_log_index", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_acceptances")),
    )
    op.create_index(op.f("ix_acceptances_agreement_period"), "acceptances", ["agreement", "period"], unique=False)
    op.create_index(op.f("ix_acceptances_matures_at_s"), "acceptances", ["matures_at_s"], unique=False)
    op.create_index(op.f("ix_acceptances_provider"), "acceptances", ["provider"], unique=False)


def _skips() -> None:
    op.create_table(
        "skips",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(length=66), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_skips")),
    )
    op.create_index(op.f("ix_skips_agreement_period"), "skips", ["agreement", "period"], unique=False)
