"""The fixtures that other tests stand on do what they promise."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect, text

from chain.devnet import Anvil

ADDRESS = "0x00000000000000000000000000000000000000aA"


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


def test_a_fresh_chain_begins_at_block_zero_and_finalizes_quickly(fresh_anvil: Anvil) -> None:
    assert fresh_anvil.node.block("latest").number == 0
    fresh_anvil.mine(3)
    assert fresh_anvil.node.block("finalized").number == 1


def test_a_snapshot_gives_back_the_state(anvil_snapshot: Anvil) -> None:
    assert anvil_snapshot.node.request("eth_getBalance", ADDRESS, "latest") == "0x0"
    anvil_snapshot.fund(ADDRESS, 1)


def test_the_next_snapshot_knows_nothing_of_the_last(anvil_snapshot: Anvil) -> None:
    assert anvil_snapshot.node.request("eth_getBalance", ADDRESS, "latest") == "0x0"
