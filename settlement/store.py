"""The door to settlement's database: SQLite (WAL) for one process on one machine, PostgreSQL for production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from governance.errors import BadInput, RetryableError

BUSY_TIMEOUT_MS = 10_000
# One number names the leadership of settlement among all advisory locks of a PostgreSQL database.
LEADER_LOCK = 0x5375_7265_7479


class StoreUnavailable(RetryableError):
    """The database cannot be reached or is locked by somebody else; nothing was written."""


class Store:
    """Sessions on one database. ``write`` takes the write lock at once, so that reading before writing never deadlocks.

    A store that is opened ``read_only`` cannot write at all: the database itself refuses.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.url = normal_url(url)
        self.engine = _engine(self.url, read_only)

    @property
    def is_postgresql(self) -> bool:
        """Whether several processes may share this database over a network."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent snapshot; what is written in it is lost."""
        with self._session(write=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it is committed, or, when the block raises, none."""
        with self._session(write=True) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Gives back all connections."""
        self.engine.dispose()

    @contextmanager
    def _session(self, *, write: bool) -> Iterator[Session]:
        options = _snapshot_options(self.is_postgresql, write)
        try:
            with self.engine.connect().execution_options(**options) as connection, Session(connection) as session:
                yield session
        except DBAPIError as error:
            raise _unavailable(error, self.engine) from error


class Leadership:
    """Which of several processes on one PostgreSQL database turns the loops. On SQLite there is one process, and it leads.

    The lock belongs to a connection: it falls when the process does, and is lost when the connection is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether this process leads now; takes the lead where nobody has it. Never raises: who cannot ask does not lead."""
        if not self._store.is_postgresql:
            return True
        try:
            if self._connection is None:
                return self._take()
            self._connection.execute(text("SELECT 1"))
            return True
        except DBAPIError:
            self._drop()
        return False

    def resign(self) -> None:
        """Gives the lead back."""
        self._drop()

    def _take(self) -> bool:
        connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}):
            return True
        self._drop()
        return False

    def _drop(self) -> None:
        """Closes the connection for good: back in the pool it would keep the lock."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _unavailable(error: DBAPIError, engine: Engine) -> Exception:
    """Trouble of the database as ours; a mistake of the code stays what it is. A missing table is a schema not yet made."""
    if not isinstance(error, OperationalError) and not (isinstance(error, ProgrammingError) and "does not exist" in str(error)):
        return error
    remedy = "is it running, and has settlement's worker made its tables?"
    return StoreUnavailable(f"the database did not answer: {error.orig}", value=engine.url.database, remedy=remedy)


def normal_url(url: str) -> str:
    """The URL with the driver that is installed. Raises BadInput for a database that settlement does not run on."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise BadInput(f"{backend} is no database of settlement", value=backend, remedy="use sqlite or postgresql")
    driver = "sqlite" if backend == "sqlite" else "postgresql+psycopg"
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def _snapshot_options(postgresql: bool, write: bool) -> dict[str, Any]:
    if not postgresql:
        return {"begin": "BEGIN IMMEDIATE" if write else "BEGIN"}
    return {} if write else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _engine(url: str, read_only: bool) -> Engine:
    if make_url(url).get_backend_name() == "postgresql":
        options = {"options": "-c default_transaction_read_only=on"} if read_only else {}
        return create_engine(url, pool_pre_ping=True, connect_args=options)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_reader if read_only else _prepare_writer)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_writer(connection: Any, _record: Any) -> None:
    _prepare_sqlite(connection, "journal_mode=WAL", "synchronous=FULL")


def _prepare_reader(connection: Any, _record: Any) -> None:
    _prepare_sqlite(connection, "query_only=ON")


def _prepare_sqlite(connection: Any, *pragmas: str) -> None:
    """Takes transactions out of the driver's hands: it would begin deferred ones, which cannot be made writers safely."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", *pragmas):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))
