"""Alembic's entry: runs the steps in one transaction on the database it was given."""

from __future__ import annotations

from alembic import context
from sqlalchemy.schema import SchemaItem

from settlement.migrations import VERSION_TABLE
from settlement.store import Store
from settlement.tables import Base


def _ours(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _compared: SchemaItem | None) -> bool:
    """Leaves the tables of other rooms alone when they share the database."""
    return kind != "table" or not reflected or name in Base.metadata.tables


def _run() -> None:
    store = Store(context.config.attributes["url"])
    try:
        with store.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
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
