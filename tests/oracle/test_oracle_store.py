"""What an oracle remembers, on SQLite and PostgreSQL: first come stands, and what is signed was committed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from governance.errors import BadInput
from governance.values import Observation, Ratio
from oracle import migrations
from oracle.database import DatabaseRefused, DatabaseUnavailable, open_engine, transaction
from oracle.samples import Result, Sample
from oracle.store import ForeignDatabase, SignedReport, Store, SupersetRefused, TargetName

SLOW, FAST = (TargetName(name.encode() * 8, name, f"http://{name}") for name in ("slow", "fast"))
ROOTS = [bytes([number]) * 32 for number in range(8)]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def sample(ms: int, result: Result = Result.OK, detail: str = "") -> Sample:
    return Sample(ms, ms + 3, 40, result, detail)


def report(observers: int, *, digest: int = 1, words: dict[tuple[int, int], int] | None = None, epoch: int = 5) -> SignedReport:
    return SignedReport(
        digest=bytes([digest]) * 32,
        configuration=b"c" * 32,
        epoch=epoch,
        observers=observers,
        observation_set=b"o" * 32,
        words=words or {(2**95, 0): 2**255},
        proposal=f'{{"digest": {digest}}}',
    )


def test_the_tables_are_those_of_the_code(database_url: str) -> None:
    migrations.upgrade(database_url)
    migrations.upgrade(database_url)
    migrations.check(database_url)


def test_the_schema_goes_back_to_nothing_and_leaves_other_tables_alone(database_url: str) -> None:
    engine = open_engine(database_url)
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE settlement_thing (id INTEGER)"))
    migrations.upgrade(database_url)
    migrations.check(database_url)
    migrations.downgrade(database_url, "base")
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM settlement_thing")).scalar() == 0
        tables = connection.dialect.get_table_names(connection)
    engine.dispose()
    assert set(tables) == {"settlement_thing", "oracle_version"}


def test_samples_come_back_by_target_and_time(store: Store) -> None:
    store.add_samples([(SLOW, sample(2_000)), (FAST, sample(1_000)), (SLOW, sample(1_000, Result.ERROR, "status 500"))])
    found = store.samples_of([SLOW.digest, FAST.digest], 0, 10_000)
    names = found.names or ()
    assert [names[number] for number in found.series] == [FAST.digest.hex(), SLOW.digest.hex(), SLOW.digest.hex()]
    assert found.scheduled_ms.tolist() == [1_000, 1_000, 2_000]
    assert found.result.tolist() == [Result.OK, Result.ERROR, Result.OK]
    assert found.started_ms is not None
    assert found.started_ms.tolist() == [1_003, 1_003, 2_003]
    assert found.detail is not None
    assert found.detail.tolist() == ["", "status 500", ""]


def test_samples_of_other_targets_and_times_stay_out(store: Store) -> None:
    store.add_samples([(SLOW, sample(ms)) for ms in (999, 1_000, 1_999, 2_000)] + [(FAST, sample(1_500))])
    assert store.samples_of([SLOW.digest], 1_000, 2_000).scheduled_ms.tolist() == [1_000, 1_999]
    assert len(store.samples_of([], 0, 10_000)) == 0


def test_of_two_samples_for_one_time_the_first_stands(store: Store, database_url: str) -> None:
    store.add_samples([(SLOW, sample(1_000, Result.ERROR))])
    with closing(Store(database_url)) as restarted:
        restarted.add_samples([(SLOW, sample(1_000)), (SLOW, sample(2_000))])
    assert store.samples_of([SLOW.digest], 0, 10_000).result.tolist() == [Result.ERROR, Result.OK]


def test_old_samples_are_forgotten(store: Store) -> None:
    store.add_samples([(SLOW, sample(ms)) for ms in (1_000, 2_000, 3_000)])
    assert store.drop_samples(2_000) == 1
    assert store.samples_of([SLOW.digest], 0, 10_000).scheduled_ms.tolist() == [2_000, 3_000]


def test_an_epoch_has_one_root_for_ever(store: Store, seen: Callable[..., Observation]) -> None:
    first = store.commit_root(5, ROOTS[0], [seen(1)])
    second = store.commit_root(5, ROOTS[1], [seen(2)])
    assert first == second
    assert (second.root, second.signature) == (ROOTS[0], None)
    assert [one.agreement for one in store.observations_of(5)] == [1]


def test_two_workers_racing_for_one_epoch_agree_on_its_root(database_url: str, seen: Callable[..., Observation]) -> None:
    stores = [Store(database_url) for _ in range(4)]
    start = threading.Barrier(len(stores))
    found: list[bytes] = []

    def commit(number: int) -> None:
        start.wait()
        found.append(stores[number].commit_root(5, ROOTS[number], [seen(number + 1)]).root)

    threads = [threading.Thread(target=commit, args=[number]) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(stores[0].observations_of(5)) == 1
    for store in stores:
        store.close()


def test_a_signature_is_kept_for_a_committed_root_alone(store: Store, seen: Callable[..., Observation]) -> None:
    root = store.commit_root(5, ROOTS[0], [seen()])
    store.sign_root(root, b"s" * 64)
    assert store.root_of(5) == replace(root, signature=b"s" * 64)
    for other in (replace(root, root=ROOTS[1]), replace(root, epoch=6)):
        with pytest.raises(BadInput):
            store.sign_root(other, b"t" * 64)
    assert store.root_of(6) is None


def test_roots_come_by_epoch(store: Store, seen: Callable[..., Observation]) -> None:
    for epoch in (7, 5, 6):
        store.commit_root(epoch, ROOTS[epoch], [seen(period=epoch)])
    assert [root.epoch for root in store.roots_of(5, 6)] == [5, 6]


def test_observations_keep_every_bit(store: Store) -> None:
    wide = Observation(
        agreement=2**96 - 1,
        period=2**32 - 1,
        samples=2**64 - 1,
        uptime=Ratio(2**128 - 2, 2**128 - 1),
        attained=Ratio(2**64 - 2, 2**64 - 1),
        coverage=Ratio(0, 2**64 - 1),
        p95_ms=2**32 - 1,
        evidence=bytes(range(32)),
    )
    store.commit_root(5, ROOTS[0], [wide])
    assert store.observations_of(5) == (wide,)


def test_a_member_with_two_roots_in_an_epoch_is_an_equivocator(store: Store) -> None:
    store.note_roots(b"c" * 32, 5, [(1, ROOTS[0], b"s" * 64), (2, ROOTS[1], b"s" * 64)])
    store.note_roots(b"c" * 32, 5, [(1, ROOTS[0], b"s" * 64)])
    store.note_roots(b"c" * 32, 6, [(1, ROOTS[2], b"s" * 64)])
    store.note_roots(b"d" * 32, 5, [(1, ROOTS[3], b"s" * 64)])
    assert store.equivocators(b"c" * 32, 5) == {}
    store.note_roots(b"c" * 32, 5, [(2, ROOTS[2], b"t" * 64)])
    assert store.equivocators(b"c" * 32, 5) == {2: [(ROOTS[1], b"s" * 64), (ROOTS[2], b"t" * 64)]}


def test_a_report_is_followed_by_supersets_alone(store: Store) -> None:
    store.log_report(report(0b0111))
    for smaller in (0b1011, 0b1110, 0b0011):
        with pytest.raises(SupersetRefused):
            store.log_report(report(smaller, digest=2))
    store.log_report(report(0b1111, digest=3))
    with pytest.raises(SupersetRefused):
        store.log_report(report(0b0111, digest=4))


def test_the_same_report_is_logged_again_without_complaint(store: Store) -> None:
    store.log_report(report(0b0111))
    store.log_report(report(0b1111, digest=2))
    store.log_report(report(0b0111))


def test_reports_of_other_rows_do_not_hinder_each_other(store: Store) -> None:
    store.log_report(report(0b0111, words={(1, 0): 1, (2, 0): 2}))
    store.log_report(report(0b1110, digest=2, words={(3, 0): 1}))
    store.log_report(report(0b1110, digest=3, words={(1, 1): 1}))
    with pytest.raises(SupersetRefused, match="agreement 2"):
        store.log_report(report(0b1110, digest=4, words={(4, 0): 1, (2, 0): 1}))


def test_an_equivocator_may_be_missing_from_a_later_set(store: Store) -> None:
    store.log_report(report(0b0111))
    store.note_roots(b"c" * 32, 5, [(2, ROOTS[0], b"s" * 64), (2, ROOTS[1], b"s" * 64)])
    store.log_report(report(0b1011, digest=2))
    with pytest.raises(SupersetRefused):
        store.log_report(report(0b1001, digest=3))


def test_a_refused_report_leaves_nothing_behind(store: Store) -> None:
    store.log_report(report(0b0111))
    with pytest.raises(SupersetRefused):
        store.log_report(report(0b1110, digest=2, words={(2**95, 0): 1, (7, 0): 1}))
    store.log_report(report(0b1011, digest=3, words={(7, 0): 1}))
    assert store.proposals_of_set(b"o" * 32) == ['{"digest": 1}', '{"digest": 3}']


def test_a_database_has_one_owner(store: Store, database_url: str) -> None:
    store.belongs_to("0xMember", 31_337, "0xCommittee")
    store.belongs_to("0xMember", 31_337, "0xCommittee")
    for other in (("0xOther", 31_337, "0xCommittee"), ("0xMember", 1, "0xCommittee"), ("0xMember", 31_337, "0xElse")):
        with closing(Store(database_url)) as another, pytest.raises(ForeignDatabase, match="0xMember"):
            another.belongs_to(*other)


@pytest.mark.parametrize("url", ["", "mysql://host/name", "no url"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        open_engine(url)


def test_a_database_that_is_down_may_be_tried_again() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable), transaction(engine):
        pass


def test_what_a_database_refuses_is_an_error_of_our_own_without_the_values(database_url: str) -> None:
    engine = open_engine(database_url)
    insertion = text("INSERT INTO once (id, secret) VALUES (:id, :secret)")
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE once (id INTEGER PRIMARY KEY, secret TEXT)"))
        connection.execute(insertion, {"id": 1, "secret": "first"})
    with pytest.raises(DatabaseRefused) as refused, transaction(engine) as connection:
        connection.execute(insertion, [{"id": 2, "secret": "second"}, {"id": 1, "secret": "hush"}])
    assert "hush" not in str(refused.value)
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM once")) == 1
        connection.execute(text("DROP TABLE once"))
    engine.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letters.sqlite"
    path.write_text("no database" * 1_000)
    with pytest.raises(DatabaseRefused):
        Store(f"sqlite:///{path}")


def test_a_folder_that_is_not_there_may_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'oracle.sqlite'}")
