"""The fixtures that other tests stand on do what they promise."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect, text


def test_a_database_is_empty_and_keeps_what_is_written(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE word (text TEXT)"))
        connection.execute(text("INSERT INTO word VALUES ('kept')"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT text FROM word")).scalar_one() == "kept"
    engine.dispose()


def test_the_next_test_gets_another_empty_database(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_a_fresh_chain_begins_at_block_zero_and_finalizes_quickly(fresh_anvil) -> None:
    assert fresh_anvil.rpc("eth_blockNumber") == "0x0"
    fresh_anvil.rpc("anvil_mine", "0x3")
    assert fresh_anvil.rpc("eth_getBlockByNumber", "finalized", False)["number"] == "0x1"
    assert len(fresh_anvil.accounts) == 10


def test_a_snapshot_gives_back_the_state(anvil_snapshot, anvil) -> None:
    address = "0x00000000000000000000000000000000000000aa"
    anvil_snapshot.rpc("anvil_setBalance", address, "0x1")
    assert anvil.rpc("eth_getBalance", address, "latest") == "0x1"
