"""What other members were seen to sign, to be handed on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HASH = sa.String(64)


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "oracle_heard",
        sa.Column("configuration", HASH, nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("root", HASH, nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("configuration", "epoch", "member", "root", name="pk_oracle_heard"),
    )
    op.create_index("ix_oracle_heard_epoch", "oracle_heard", ["epoch"])


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("oracle_heard")
