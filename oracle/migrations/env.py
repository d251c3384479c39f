"""Alembic's entry: runs the steps in one transaction on the database it was given."""

from __future__ import annotations

from alembic import context
from sqlalchemy.schema import SchemaItem

from oracle.database import open_engine, transaction
from oracle.tables import VERSION_TABLE, metadata


def _ours(_item: SchemaItem, name: str | None, kind: str, reflected: bool, _compared: SchemaItem | None) -> bool:
    """Leaves the tables of other rooms alone when they share the database."""
    return kind != "table" or not reflected or name in metadata.tables


def _run() -> None:
    engine = open_engine(context.config.attributes["url"])
    try:
        with transaction(engine) as connection:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                version_table=VERSION_TABLE,
                include_object=_ours,
                transactional_ddl=True,
            )
            context.run_migrations()
    finally:
        engine.dispose()


_run()
