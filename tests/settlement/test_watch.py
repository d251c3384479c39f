"""The watcher on a real chain: what the logs say is in the tables, and what a re-organisation undid is not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select

from governance.values import Outcome
from settlement.money_tables import ClosureRow, DepositRow, DivisionRow
from settlement.split import Stakes, divide
from settlement.store import Store
from settlement.tables import AcceptanceRow, AgreementRow, LawTextRow, SkipRow
from settlement.watch import ForeignDatabase, Watcher


def without_blocks(tables: dict[str, Any]) -> dict[str, Any]:
    """What a range of confirmed blocks is stored as leaves out blocks without logs."""
    return {name: rows for name, rows in tables.items() if name != "blocks"}


def count(store: Store, table: Any) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_life_of_an_agreement_is_in_the_tables(stage, store) -> None:
    agreement = stage.open(3)
    stage.play(agreement, stage.row(agreement, 0), stage.row(agreement, 1, Outcome.BREACH, 2_500, 1_000))
    stage.move_to(stage.end_of(agreement, 2) + 60)
    stage.pactum.expire(stage.relay, agreement)
    Watcher(stage.node, stage.book, store).catch_up()

    with store.read() as session:
        opened = session.scalars(select(AgreementRow)).one()
        rows = list(session.scalars(select(AcceptanceRow).order_by(AcceptanceRow.period)))
        divisions = list(session.scalars(select(DivisionRow).order_by(DivisionRow.first)))
        deposits = list(session.scalars(select(DepositRow)))
        law = session.get_one(LawTextRow, "0x" + stage.law.hex())
    assert (opened.agreement, opened.fee, opened.end_s) == (agreement, 1_009, stage.end_of(agreement, 2))
    assert [(row.period, row.outcome, row.credit_bps) for row in rows] == [(0, 1, 0), (1, 2, 2_500)]
    assert [row.matures_at_s - row.accepted_at_s for row in rows] == [30, 30]
    stakes = Stakes(1_009, 5_000, 5_000, 2_000, 1_000, 5)
    expected = [
        divide(Outcome.MET, 0, 0, stakes),
        divide(Outcome.BREACH, 2_500, 1_000, stakes),
        divide(Outcome.NO_DATA, 0, 0, stakes),
    ]
    assert [(row.provider, row.validators, row.relay, row.dao, row.customer_from_fee, row.slash) for row in divisions] == [
        (each.provider, each.validators, each.relay, each.dao, each.customer_from_fee, each.slash) for each in expected
    ]
    assert [row.expired for row in divisions] == [False, False, True]
    assert [(row.left, row.kept, row.due) for row in deposits] == [(4_500, 0, 500)]
    assert count(store, ClosureRow) == 1
    assert law.text == b"% a law that nobody asks\n"


def test_skipped_rows_are_kept_with_their_reason_and_the_good_ones_stand(stage, store) -> None:
    agreement = stage.open(2)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0), stage.row(12345, 7), stage.row(agreement, 0)])
    Watcher(stage.node, stage.book, store).catch_up()
    with store.read() as session:
        skipped = [
            (row.agreement, row.period, row.reason) for row in session.scalars(select(SkipRow).order_by(SkipRow.log_index))
        ]
        accepted = session.scalars(select(AcceptanceRow)).one()
    assert skipped == [(12345, 7, "UNKNOWN_AGREEMENT"), (agreement, 0, "ALREADY_DECIDED")]
    assert (accepted.agreement, accepted.period) == (agreement, 0)


def test_a_reorganisation_is_taken_back_and_what_followed_it_read(stage, store, content) -> None:
    agreement = stage.open(2)
    stage.move_to(stage.end_of(agreement, 0))
    watcher = Watcher(stage.node, stage.book, store, confirmations=10_000)
    watcher.catch_up()
    before = content(store)
    stage.report([stage.row(agreement, 0)])
    stage.mature()
    stage.settle(agreement)
    watcher.catch_up()
    assert count(store, DivisionRow) == 1

    stage.reorganise(3)
    progress = watcher.catch_up()
    assert progress.rewound == 3
    assert (count(store, DivisionRow), count(store, AcceptanceRow)) == (0, 0)
    kept = {name: [row for row in rows if row in content(store)[name]] for name, rows in before.items()}
    assert kept == before

    stage.report([stage.row(agreement, 0, Outcome.BREACH, 1_000)])
    watcher.catch_up()
    with store.read() as session:
        assert session.scalars(select(AcceptanceRow)).one().credit_bps == 1_000


def test_tables_after_random_reorganisations_are_those_of_a_fresh_reading(stage, sqlite_store, tmp_path, content) -> None:
    dice = random.Random(7)
    watcher = Watcher(stage.node, stage.book, sqlite_store)
    for _ in range(12):
        agreement = stage.open(1, deposit=0)
        stage.move_to(stage.end_of(agreement, 0))
        stage.report([stage.row(agreement, 0)])
        if dice.random() < 0.7:
            watcher.catch_up()
        stage.reorganise(dice.randint(1, 5))
        if dice.random() < 0.7:
            watcher.catch_up()
    watcher.catch_up()
    assert without_blocks(content(sqlite_store)) == without_blocks(content.fresh(stage, tmp_path))


@pytest.mark.parametrize("broken_at", ["postings", "divisions", "blocks", "balances", "deployment"])
def test_a_watcher_killed_while_it_writes_goes_on_where_it_was(stage, sqlite_store, tmp_path, broken_at, content) -> None:
    agreement = stage.open(1)
    stage.play(agreement, stage.row(agreement, 0, Outcome.BREACH, 9_000, 100))
    runs = 0

    def kill(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(f"INSERT INTO {broken_at}") and runs < 3:
            raise KeyboardInterrupt

    event.listen(sqlite_store.engine, "before_cursor_execute", kill)
    while runs < 3:
        with pytest.raises(KeyboardInterrupt):
            Watcher(stage.node, stage.book, sqlite_store, confirmations=10_000).catch_up()
        written = content(sqlite_store)
        stored = {row["block_number"] for row in written["blocks"]}
        assert {row["block_number"] for name, rows in written.items() if name != "totals" for row in rows} <= stored
        runs += 1
    Watcher(stage.node, stage.book, sqlite_store, confirmations=10_000).catch_up()
    assert content(sqlite_store) == content.fresh(stage, tmp_path)


def test_two_watchers_on_one_database_write_each_block_once(stage, store) -> None:
    agreement = stage.open(1)
    other_store = Store(store.url)
    one, two = Watcher(stage.node, stage.book, store), Watcher(stage.node, stage.book, other_store)
    one.step()
    stage.play(agreement, stage.row(agreement, 0))
    two.catch_up()
    one.catch_up()
    two.catch_up()
    other_store.close()
    assert (count(store, DivisionRow), count(store, AgreementRow)) == (1, 1)


def test_a_database_of_another_deployment_is_refused(stage, sqlite_store) -> None:
    Watcher(stage.node, stage.book, sqlite_store).catch_up()
    other = replace(stage.book, pactum=stage.provider.address)
    with pytest.raises(ForeignDatabase, match="follows Pactum"):
        Watcher(stage.node, other, sqlite_store).step()
