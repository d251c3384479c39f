"""The door to a database: SQLite (WAL) for one oracle on one machine, PostgreSQL for production."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from governance.errors import BadInput, FatalError, RetryableError

BUSY_TIMEOUT_MS = 10_000
# InternalError is PostgreSQL's for a standby that does not take over yet.
_MAY_PASS = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


class DatabaseUnavailable(RetryableError):
    """The database cannot be reached, is locked by somebody else, or cannot be written just now; nothing was written."""


class DatabaseRefused(FatalError):
    """The database refuses what it was asked, or is none; nothing was written."""


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
    """One transaction: all of it is committed, or, when the block raises, none. Raises DatabaseUnavailable, DatabaseRefused."""
    try:
        with engine.begin() as connection:
            yield connection
    except _MAY_PASS as error:
        raise DatabaseUnavailable(f"the database did not answer: {_told(error)}", value=engine.url.database) from error
    except DBAPIError as error:
        raise DatabaseRefused(
            f"the database refuses: {_told(error)}", value=engine.url.database, remedy="see what it holds, and its log"
        ) from error


def ignoring(connection: Connection, table: Table) -> Any:
    """An insertion that passes over rows whose key is taken."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose key is new."""
    connection.execute(ignoring(connection, table), list(rows))


def _told(error: Exception) -> str:
    """The driver's words alone: a statement would bring its values, signatures among them, into the log."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


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
