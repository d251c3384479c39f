"""The schema's history on SQLite and PostgreSQL: it can be walked up and down, and it ends where the code is."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from governance.errors import BadInput
from settlement.migrations import VERSION_TABLE, check, downgrade, upgrade
from settlement.relay_tables import OutboxRow
from settlement.store import Leadership, Store, normal_url
from settlement.tables import LawTextRow


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def interrupted_write(store: Store) -> None:
    with store.write() as session:
        session.add(LawTextRow(law="0x01", text=b"a"))
        session.flush()
        raise ZeroDivisionError


def test_upgrade_makes_what_the_code_expects_and_may_be_repeated(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
    check(database_url)
    assert tables(database_url) == set(OutboxRow.metadata.tables) | {VERSION_TABLE}


def test_downgrade_leaves_the_tables_of_others_alone(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)"))
    engine.dispose()
    upgrade(database_url)
    check(database_url)
    downgrade(database_url)
    assert tables(database_url) == {"somebody_elses", VERSION_TABLE}


def test_a_write_that_raises_leaves_nothing(database_url: str) -> None:
    upgrade(database_url)
    store = Store(database_url)
    with pytest.raises(ZeroDivisionError):
        interrupted_write(store)
    with store.read() as session:
        assert session.get(LawTextRow, "0x01") is None
    store.close()


def test_raw_texts_keep_every_byte(database_url: str) -> None:
    upgrade(database_url)
    store = Store(database_url)
    with store.write() as session:
        session.add(LawTextRow(law="0x01", text=b"a\x00\xff"))
    with store.read() as session:
        row = session.get(LawTextRow, "0x01")
        assert row is not None
        assert row.text == b"a\x00\xff"
    store.close()


def test_one_process_leads_at_a_time_on_postgresql(postgresql_url: str) -> None:
    stores = [Store(postgresql_url), Store(postgresql_url)]
    one, two = (Leadership(store) for store in stores)
    assert (one.held(), two.held(), one.held()) == (True, False, True)
    one.resign()
    assert (two.held(), one.held()) == (True, False)
    two.resign()
    for store in stores:
        store.close()


def test_a_leader_that_lost_its_connection_does_not_lead(postgresql_url: str) -> None:
    stores = [Store(postgresql_url), Store(postgresql_url)]
    one, two = (Leadership(store) for store in stores)
    assert one.held()
    with stores[1].engine.connect() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    assert two.held()
    assert not one.held()
    two.resign()
    for store in stores:
        store.close()


def test_an_unknown_database_is_refused() -> None:
    with pytest.raises(BadInput, match="mysql"):
        normal_url("mysql://localhost/x")
