"""Alembic's entry: runs the steps in one transaction on the database it was given."""

from __future__ import annotations

from alembic import context
from sqlalchemy.schema import SchemaItem

from settlement.migrations import VERSION_TABLE
from settlement.money_tables import Rewindable
from settlement.relay_tables import OutboxRow
from settlement.store import Store
from settlement.tables import Base

# The tables of the chain and those of the relay hang on one metadata: any of them brings all that were read.
TABLES: tuple[type[Base], ...] = (OutboxRow, *Rewindable.TABLES)
METADATA = TABLES[0].metadata


def _ours(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _compared: SchemaItem | None) -> bool:
    """Leaves the tables of other rooms alone when they share the database."""
    return kind != "table" or not reflected or name in METADATA.tables


def _run() -> None:
    store = Store(context.config.attributes["url"])
    try:
        with store.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=METADATA,
                version_table=VERSION_TABLE,
                include_object=_ours,
                transaction_per_migration=False,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        store.close()


_run()
