"""The door to a database: SQLite (WAL) for one oracle on one machine, PostgreSQL for production."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError

from governance.errors import BadInput, RetryableError

BUSY_TIMEOUT_MS = 10_000
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


class DatabaseUnavailable(RetryableError):
    """The database cannot be reached, or is locked by somebody else; nothing was written."""


def open_engine(url: str) -> Engine:
    """An engine whose transactions take the write lock at once on SQLite, so that reading before writing cannot deadlock.

    Nothing is connected yet. Raises BadInput for a URL that is none, or of another database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput("not a database URL", remedy="sqlite:///file or postgresql://user@host/name") from error
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise BadInput(f"{backend} is no database of an oracle", value=backend, remedy="use sqlite or postgresql")
    parsed = parsed.set(drivername=_DRIVERS[backend])
    if backend == "postgresql":
        return create_engine(parsed, pool_pre_ping=True, pool_size=1, max_overflow=2)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it is committed, or, when the block raises, none. Raises DatabaseUnavailable."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise DatabaseUnavailable(f"the database did not answer: {error.orig}", value=engine.url.database) from error


def ignoring(connection: Connection, table: Table) -> Any:
    """An insertion that passes over rows whose key is taken."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose key is new."""
    connection.execute(ignoring(connection, table), list(rows))


def _prepare(connection: Any, _record: Any) -> None:
    """Takes transactions out of the driver's hands: it would begin deferred ones, which cannot become writers safely."""
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was signed must outlive a power cut, or it might be signed again, differently.
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
