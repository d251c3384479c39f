"""What readers get, on a real history: paging loses nothing, stages follow the clock, sums are those of the divisions."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from chain.values import LawStatus, Skip
from governance.values import Outcome
from settlement.queries import Reader
from settlement.relay_tables import TallyRow
from settlement.split import Stakes, divide, fee_of, share_up
from settlement.store import StoreUnavailable
from settlement.tables import LawTextRow
from settlement.views import AgreementState, RulingKind, Stage
from settlement.watch import Watcher

STAKES = Stakes(1_009, 5_000, 5_000, 2_000, 1_000, 5)


@pytest.fixture
def watcher(stage, store) -> Watcher:
    return Watcher(stage.node, stage.book, store)


@pytest.fixture
def reader(store) -> Iterator[Reader]:
    opened = Reader(store.url)
    yield opened
    opened.close()


def test_stages_of_a_period_follow_what_happens(stage, watcher, reader) -> None:
    agreement = stage.open(2)
    end_s = stage.end_of(agreement, 0)
    watcher.catch_up()

    def stage_at(now_s: int) -> Stage | None:
        view = reader.period(agreement, 0, now_s=now_s)
        return view.stage if view else None

    assert reader.periods(agreement, now_s=end_s - 101) == []
    times = (end_s - 1, end_s, end_s + 59, end_s + 60)
    assert [stage_at(time) for time in times] == [Stage.RUNNING, Stage.AWAITING_REPORT, Stage.AWAITING_REPORT, Stage.OVERDUE]
    stage.move_to(end_s)
    stage.report([stage.row(agreement, 0, Outcome.BREACH, 2_500, 100)])
    watcher.catch_up()
    view = reader.period(agreement, 0)
    assert view
    assert view.accepted
    assert view.accepted.report
    assert (view.stage, view.outcome, view.division) == (Stage.ACCEPTED, Outcome.BREACH, None)
    assert stage_at(view.accepted.matures_at_s) is Stage.MATURED
    assert (view.accepted.report.rows, view.accepted.report.signers, view.accepted.report.observers) == (1, 0b111, 0b1111)
    assert view.accepted.report.gas_per_row == view.accepted.report.gas_used > 50_000
    stage.mature()
    stage.settle(agreement)
    watcher.catch_up()
    settled = reader.period(agreement, 0)
    assert settled
    assert settled.division == divide(Outcome.BREACH, 2_500, 100, STAKES)
    assert (settled.stage, settled.settled is not None) == (Stage.SETTLED, True)
    assert reader.period(agreement, 2) is None
    assert reader.period(77, 0) is None


def test_agreements_are_paged_and_filtered_by_state(stage, watcher, reader) -> None:
    ids = [stage.open(1, deposit=0) for _ in range(5)]
    later = stage.open(1, start_s=stage.now_s // 100 * 100 + 5_000)
    stage.move_to(stage.end_of(ids[-1], 0))
    stage.report([stage.row(ids[0], 0)])
    stage.mature()
    stage.settle(ids[0])
    watcher.catch_up()

    pages, after = [], None
    while page := reader.agreements(after=after, limit=2):
        pages.append([view.agreement for view in page])
        after = page[-1].cursor
    assert pages == [[later, ids[4]], [ids[3], ids[2]], [ids[1], ids[0]]]

    def in_state(state: AgreementState) -> list[int]:
        views = reader.agreements(state=state)
        assert all(view.state_at(stage.now_s) is state for view in views)
        return [view.agreement for view in views]

    assert in_state(AgreementState.CLOSED) == [ids[0]]
    assert in_state(AgreementState.ENDED) == ids[:0:-1]
    assert in_state(AgreementState.SCHEDULED) == [later]
    assert in_state(AgreementState.RUNNING) == []
    assert reader.agreements(provider=stage.customer.address) == []
    assert len(reader.agreements(customer=stage.customer.address, provider=stage.provider.address)) == 6
    counts = reader.totals().agreements_by_state
    assert counts == {AgreementState.CLOSED: 1, AgreementState.ENDED: 4, AgreementState.SCHEDULED: 1, AgreementState.RUNNING: 0}


def test_settlements_are_paged_through_expiries_of_many_periods(stage, watcher, reader) -> None:
    agreement = stage.open(6)
    stage.play(agreement, stage.row(agreement, 0))
    stage.move_to(stage.end_of(agreement, 4))
    stage.report([stage.row(agreement, 4)])
    stage.mature()
    stage.settle(agreement)
    watcher.catch_up()

    for limit in (1, 2, 3, 10):
        seen, after = [], None
        while page := reader.settlements(agreement=agreement, after=after, limit=limit):
            seen += [(view.period, view.expired) for view in page]
            after = page[-1].cursor
        assert seen == [(4, False), (3, True), (2, True), (1, True), (0, False)]
    assert {fee_of(view.division) for view in reader.settlements()} == {1_009}
    assert [view.period for view in reader.periods(agreement, after=4, limit=2)] == [3, 2]
    assert {view.stage for view in reader.periods(agreement, after=4, limit=3)} == {Stage.EXPIRED}
    assert reader.settlements(provider=stage.customer.address) == []
    assert len(reader.settlements(customer=stage.customer.address)) == 5


def test_sums_and_newest_periods_of_a_page(stage, watcher, reader) -> None:
    one, two, untouched = stage.open(3), stage.open(3), stage.open(3)
    stage.play(one, stage.row(one, 0, Outcome.BREACH, 1_000, 500), stage.row(one, 1))
    stage.move_to(stage.end_of(two, 2))
    stage.report([stage.row(two, 2, Outcome.BREACH, 1_000)])
    watcher.catch_up()

    breach, met, silent = (
        divide(Outcome.BREACH, 1_000, 500, STAKES),
        divide(Outcome.MET, 0, 0, STAKES),
        divide(Outcome.NO_DATA, 0, 0, STAKES),
    )
    sums = reader.settled_sums([one, two, untouched])
    assert (sums[one].provider, sums[one].slash) == (breach.provider + met.provider, breach.slash)
    assert sums[two].customer_from_fee == 2 * silent.customer_from_fee
    assert untouched not in sums
    newest = reader.newest_decided([one, two, untouched])
    assert {key: (view.period, view.stage) for key, view in newest.items()} == {one: (1, Stage.SETTLED), two: (2, Stage.ACCEPTED)}
    assert reader.last_outcomes([one, two, untouched], 2) == {
        one: [(1, Outcome.MET), (0, Outcome.BREACH)],
        two: [(2, Outcome.BREACH), (1, Outcome.NO_DATA)],
    }
    rows = reader.recent_rows([stage.provider.address], 2)[stage.provider.address]
    assert [(view.row.agreement, view.row.period) for view in rows] == [(two, 2), (one, 1)]
    totals = reader.totals()
    assert totals.periods_by_outcome == {Outcome.MET: 1, Outcome.BREACH: 1, Outcome.NO_DATA: 2}
    assert (totals.expired_periods, totals.reports, totals.skipped_rows) == (2, 3, 0)
    assert totals.tokens[0].division.provider == sums[one].provider + sums[two].provider
    configuration = "0x" + stage.configuration.digest.hex()
    assert (reader.crews(configuration.upper().replace("X", "x")), reader.crews("0x00")) == ([stage.crew()], [])
    view = reader.agreement(one)
    assert view
    assert (view.next_period, view.deposit_left, view.closed) == (2, 4_750, False)


def test_laws_terms_providers_payments_and_the_ledger(stage, watcher, reader) -> None:
    agreement = stage.open(1)
    stage.play(agreement, stage.row(agreement, 0, Outcome.BREACH, 9_000, 1_000))
    stage.pactum.claim_customer(stage.relay, [agreement])
    broken = stage.publish_law("% another\n")
    stage.govern(stage.law_stone.break_call(broken))
    stage.zone.register(stage.provider, stage.provider.address, '{"name": "renamed"}')
    watcher.catch_up()

    laws = {view.law: view for view in reader.laws()}
    assert laws["0x" + broken.hex()].status is LawStatus.BROKEN
    law = reader.law("0x" + stage.law.hex().upper())
    assert law
    assert (law.status, law.text, law.broken) == (LawStatus.ENACTED, "% a law that nobody asks\n", None)
    assert reader.law("0x" + "00" * 32) is None
    assert reader.terms_text("0x" + stage.terms.hex()) == "terms: none\n"
    provider = reader.provider(stage.provider.address)
    assert provider
    assert provider.profile_text == '{"name": "renamed"}'
    total, locked = (stage.zone.stake_of(stage.provider.address, stage.token.address).total, 0)
    assert (provider.stakes[0].free, provider.stakes[0].locked, provider.stakes[0].awarded) == (total, locked, 0)
    assert reader.provider(stage.customer.address) is None
    assert reader.providers([stage.customer.address]) == []
    payment = reader.payments(agreement=agreement)[0]
    division = divide(Outcome.BREACH, 9_000, 1_000, STAKES)
    assert (payment.kind, payment.party, payment.from_deposit) == ("customer", stage.customer.address, 700)
    assert payment.amount == division.customer_from_fee + 700
    entries = reader.entries(agreement=agreement)
    assert sum(entry.amount for entry in entries) == 0
    assert {entry.event for entry in entries} == {"Opened", "Settled", "CustomerPaid"}
    assert reader.configurations()[0].members == tuple(signer.address for signer in stage.members)
    assert [view.skipped for view in reader.periods(agreement)] == [()]


def test_a_dispute_stands_beside_its_period_until_it_is_ruled_on_and_after(stage, watcher, reader) -> None:
    agreement = stage.open(2)
    breach = stage.row(agreement, 0, Outcome.BREACH, 10_000, 1_000)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([breach])
    told = stage.dispute(breach)
    watcher.catch_up()
    held = reader.period(agreement, 0)
    assert held
    assert (held.stage, held.outcome, held.division, held.reward) == (Stage.DISPUTED, Outcome.BREACH, None, 0)
    assert held.dispute
    assert (held.dispute.disputer, held.dispute.bond, held.dispute.ruling) == (stage.disputer.address, told.bond, None)
    assert (held.dispute.reserve, held.dispute.deadline_s) == (301 + 500, told.deadline)
    assert told.bond == share_up(1_009 + 801, 1_000)
    assert reader.newest_decided([agreement])[agreement].stage is Stage.DISPUTED
    view = reader.agreement(agreement)
    assert view
    assert (view.disputes, view.deposit_left) == (1, 5_000 - 801)
    assert reader.claimable([agreement], now_s=told.deadline)[agreement].total.provider == 0

    stage.tribunal.replace(stage.governor, agreement, 0, Outcome.NO_DATA, 0, 0)
    watcher.catch_up()
    ruled = reader.period(agreement, 0)
    assert ruled
    assert (ruled.stage, ruled.outcome, ruled.reward) == (Stage.SETTLED, Outcome.NO_DATA, 201)
    assert (ruled.accepted and ruled.accepted.row.outcome) == Outcome.BREACH
    assert ruled.dispute
    assert ruled.dispute.ruling
    assert (ruled.dispute.ruling.kind, ruled.dispute.ruling.outcome) == (RulingKind.REPLACED, Outcome.NO_DATA)
    (settled,) = reader.settlements(agreement=agreement)
    assert (settled.disputed, settled.winner, settled.reward) == (True, stage.disputer.address, 201)
    assert fee_of(settled.division) + settled.reward == 1_009
    assert reader.last_outcomes([agreement], 3) == {agreement: [(0, Outcome.NO_DATA)]}
    assert reader.disputes(agreement=agreement) == reader.disputes(disputer=stage.disputer.address) == [ruled.dispute]
    assert reader.disputes(disputer=stage.customer.address) == []
    totals = reader.totals()
    assert (totals.disputes, totals.rulings[RulingKind.REPLACED], totals.tokens[0].rewards) == (1, 1, 201)


def test_an_agreement_that_was_ended_early_has_fewer_periods(stage, watcher, reader) -> None:
    agreement, never = stage.open(6), stage.open(4, notice_periods=0)
    stage.pactum.terminate(stage.customer, never)
    stage.move_to(stage.end_of(agreement, 0))
    stage.pactum.terminate(stage.provider, agreement)
    watcher.catch_up()
    view, gone = reader.agreement(agreement), reader.agreement(never)
    assert view
    assert view.terminated
    assert (view.periods, view.end_s, view.notice_periods) == (3, stage.end_of(agreement, 2), 1)
    assert (view.terminated.by, view.terminated.refund) == (stage.provider.address, 3 * 1_009)
    assert reader.period(agreement, 3) is None
    assert reader.claimable([agreement])[agreement].settled.customer_from_fees == 3 * 1_009
    assert gone
    assert (gone.periods, gone.end_s, gone.closed) == (0, gone.start_s, True)
    assert reader.periods(never) == []
    later_s = view.end_s
    ended = {view.agreement for view in reader.agreements(state=AgreementState.ENDED, now_s=later_s)}
    assert ended == {agreement}
    assert [view.agreement for view in reader.agreements(state=AgreementState.RUNNING, now_s=later_s - 1)] == [agreement]


def test_a_row_that_a_later_log_settled_is_listed_with_that_log(stage, watcher, reader) -> None:
    """An expiry of several periods on the way of a row settles, in one log, what waited before them."""
    agreement = stage.open(5)
    for period in (0, 3):
        stage.move_to(stage.end_of(agreement, period))
        stage.report([stage.row(agreement, period)])
    watcher.catch_up()
    every = [(2, True), (1, True), (0, False)]
    for limit in (1, 2, 3, 10):
        seen, after, logs = [], None, set()
        while page := reader.settlements(agreement=agreement, after=after, limit=limit):
            seen += [(view.period, view.expired) for view in page]
            logs |= {view.cursor[:2] for view in page}
            after = page[-1].cursor
        assert (seen, len(logs)) == (every, 1)
    views = {view.period: view for view in reader.periods(agreement)}
    assert [views[period].stage for period in range(4)] == [Stage.SETTLED, Stage.EXPIRED, Stage.EXPIRED, Stage.ACCEPTED]
    assert views[0].division == divide(Outcome.MET, 0, 0, STAKES)


def test_a_member_that_lost_its_place_counts_no_more(stage, watcher, reader) -> None:
    watcher.catch_up()
    assert reader.configurations()[0].active == 0b1111
    stage.expose(2)
    watcher.catch_up()
    assert reader.configurations()[0].active == 0b1011


def test_skipped_rows_stand_beside_the_period(stage, watcher, reader) -> None:
    agreement = stage.open(1)
    stage.move_to(stage.end_of(agreement, 0))
    stage.report([stage.row(agreement, 0, Outcome.BREACH, 0, 2_001)])
    watcher.catch_up()
    view = reader.period(agreement, 0)
    assert view
    assert (view.stage, [skip.reason for skip in view.skipped]) == (Stage.AWAITING_REPORT, [Skip.OVER_CAPS])


def test_rows_are_confirmed_when_their_block_is(stage, watcher, reader) -> None:
    agreement = stage.open(1)
    watcher.catch_up()
    view = reader.agreement(agreement)
    assert view
    assert not view.opened.confirmed
    stage.anvil.mine(4)
    watcher.catch_up()
    state = reader.index_state()
    view = reader.agreement(agreement)
    assert view
    assert state
    assert view.opened.confirmed
    assert (state.block_number, state.block_hash) == (
        stage.node.block("latest").number,
        "0x" + stage.node.block("latest").hash.hex(),
    )


def test_the_median_of_interim_counts_is_the_status_so_far(stage, store, watcher, reader) -> None:
    agreement = stage.open(2)
    start_s = stage.end_of(agreement, 0) - 100
    stage.move_to(start_s + 50)
    watcher.catch_up()
    with store.write() as session:
        for member, good in ((0, 40), (2, 45), (3, 10)):
            session.add(tally(agreement, 0, member, start_s + 40 + member, good))
        session.add(tally(agreement, 1, 1, start_s, 1))
    view = reader.tallies([agreement])[agreement]
    assert (view.period, view.observers, view.as_of_s) == (0, 3, start_s + 40)
    assert (view.uptime.numerator, view.uptime.denominator) == (40, 50)
    assert reader.tallies([agreement], now_s=start_s - 1) == {}


def tally(agreement: int, period: int, member: int, as_of_s: int, good: int) -> TallyRow:
    return TallyRow(
        agreement=agreement, period=period, member=member, as_of_s=as_of_s, samples=50, uptime_numerator=good,
        uptime_denominator=50, attained_numerator=good, attained_denominator=good, coverage_numerator=5, coverage_denominator=5,
        p95_ms=800, signature="0x",
    )  # fmt: skip


def write_through(reader: Reader) -> None:
    with reader._store.read() as session:
        session.merge(LawTextRow(law="0x01", text=b""))
        session.flush()


def test_a_reader_cannot_write_and_says_when_there_is_nothing_to_read(sqlite_url, store, reader) -> None:
    with pytest.raises((DBAPIError, StoreUnavailable), match="only"):
        write_through(reader)
    empty = Reader(sqlite_url + ".not-there")
    with pytest.raises(StoreUnavailable):
        empty.ping()
    empty.close()
    reader.ping()
    assert reader.index_state() is None
    assert reader.agreements() == []
    assert reader.totals().agreements == 0


def test_readers_and_a_writer_do_not_wait_for_each_other(sqlite_store) -> None:
    reader = Reader(sqlite_store.url)
    rounds: list[int] = []

    def read() -> None:
        for _ in range(50):
            reader.laws()
        rounds.append(50)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(50):
        with sqlite_store.write() as session:
            session.merge(LawTextRow(law=f"0x{number:02x}", text=b"x"))
    for thread in threads:
        thread.join()
    reader.close()
    assert rounds == [50] * 4
