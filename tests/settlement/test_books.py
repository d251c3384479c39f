"""The books against the contracts: whatever happens, each contract holds what the ledger says, and owes what the views say."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from chain.reverts import TransactionReverted
from chain.values import Claimable, Crew, Stake
from governance.values import Outcome, Row
from settlement.account import (
    COMMITTEE_DAO,
    DAO,
    TRIBUNAL_DAO,
    crew_account,
    dispute_account,
    escrow_account,
    provider_account,
    relay_account,
)
from settlement.ledger import owed_by_contracts, trial_balance
from settlement.life import Purse
from settlement.queries import Reader
from settlement.store import Store
from settlement.tables import BlockRow
from settlement.totals import PAYMENT_KINDS
from settlement.views import StakeView
from settlement.watch import Watcher

VERDICTS = (
    (Outcome.MET, 0, 0),
    (Outcome.NO_DATA, 0, 0),
    (Outcome.BREACH, 2_500, 0),
    (Outcome.BREACH, 10_000, 2_000),
    (Outcome.BREACH, 0, 777),
)


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    opened = Reader(store.url)
    yield opened
    opened.close()


def check_ledger(stage: Any, store: Store, since: int = 0) -> None:
    """At every block that was read, the accounts of each contract sum to its token balance, and all accounts to nothing."""
    token = stage.token.address
    with store.read() as session:
        numbers = list(session.scalars(select(BlockRow.block_number).where(BlockRow.block_number >= since)))
        for number in numbers:
            if not stage.node.code(token, number):
                continue
            owed, at = owed_by_contracts(session, token, number), stage.token.at(number)
            held = {name: at.balance_of(getattr(stage.book, name)) for name in ("pactum", "zone", "tribunal", "committee")}
            assert {name: getattr(owed, name) for name in held} == held, f"block {number}"
            assert sum(trial_balance(session, number).values()) == 0


def check_views(stage: Any, reader: Reader) -> None:
    """What readers are told of each agreement and of the stake is what the contracts say."""
    token = stage.token.address
    views = reader.agreements(limit=1_000)
    claimable = reader.claimable([view.agreement for view in views])
    for view in views:
        state = stage.pactum.agreement_of(view.agreement)
        told = (view.periods, view.next_period, view.deposit_left, view.disputes, view.closed, view.notice_periods)
        assert told == (state.periods, state.next, state.deposit_left, state.disputes, state.closed, state.notice_periods)
        assert claimable[view.agreement].settled == stage.pactum.claimable_of(view.agreement)
        pending = stage.pactum.pending_of(view.agreement)
        last = reader.newest_decided([view.agreement]).get(view.agreement)
        waits = last is not None and last.stage.value in ("accepted", "matured")
        assert waits == (pending.verdict is not None)
    provider = reader.provider(stage.provider.address)
    assert provider
    stake = next((stake for stake in provider.stakes if stake.token == token), StakeView(token, 0, 0, 0, 0, 0, 0, ()))
    on_chain = stage.zone.stake_of(stage.provider.address, token)
    assert Stake(stake.total, stake.locked + stake.awarded, stake.thawing) == on_chain
    assert stake.free == on_chain.free
    for thaw in stake.thaws:
        request = stage.zone.request_of(stage.provider.address, token, thaw.request)
        assert request
        assert (thaw.amount, thaw.thaws_at_s) == (request.amount, request.thaws_at)


def live(stage: Any) -> tuple[int, int, int]:
    """Disputes that end in each way, an early end, a row that is settled by the next one, an equivocation."""
    one, two, short = stage.open(3), stage.open(2, deposit=300), stage.open(9, notice_periods=0)
    breach = stage.row(one, 0, Outcome.BREACH, 9_000, 2_000)
    stage.move_to(stage.end_of(one, 0))
    stage.report([breach, stage.row(two, 0, Outcome.BREACH, 9_000, 2_000), stage.row(short, 0)])
    stage.dispute(breach)
    stage.tribunal.replace(stage.governor, one, 0, Outcome.BREACH, 1_000, 0)
    stage.pactum.terminate(stage.provider, short)
    stage.move_to(stage.end_of(one, 1))
    second = stage.row(one, 1, Outcome.NO_DATA)
    stage.report([second, stage.row(two, 1), stage.row(short, 1)])
    stage.dispute(second)
    stage.tribunal.confirm(stage.governor, one, 1)
    stage.mature()
    stage.settle(two, short)
    stage.expose(3)
    stage.move_to(stage.end_of(one, 2))
    third = stage.row(one, 2)
    stage.report([third], observers=0b0111)
    stage.anvil.move_to(stage.dispute(third).deadline)
    stage.tribunal.lapse(stage.relay, one, 2)
    return one, two, short


def claim_all(stage: Any, agreements: list[int]) -> None:
    """Everybody takes what is due."""
    token, configuration = stage.token.address, stage.configuration.digest
    stage.pactum.claim_customer(stage.relay, agreements)
    stage.pactum.claim_provider(stage.provider, [*agreements, agreements[0]], token, stage.treasury)
    crews = [stage.crew(), stage.crew(0b0111)]
    for member in range(4):
        stage.pactum.claim_member(stage.relay, configuration, token, member, crews)
    stage.pactum.claim_relay(stage.relay, configuration, token, stage.relay.address, [0b1111, 0b0111])
    stage.pactum.claim_winner(stage.relay, stage.disputer.address, token)
    stage.pactum.claim_dao(stage.relay, token)
    stage.tribunal.claim(stage.relay, stage.disputer.address, token)
    stage.tribunal.claim(stage.relay, stage.provider.address, token)
    stage.tribunal.claim_dao(stage.relay, token)
    stage.committee.claim_reporter(stage.relay, stage.relay.address)
    stage.committee.claim_dao(stage.relay)


def test_everything_that_moves_money_is_in_the_books(stage, store, reader) -> None:
    token = stage.token.address
    taken = stage.zone.thaw_started(stage.zone.thaw(stage.provider, token, 2_000)).request
    back = stage.zone.thaw_started(stage.zone.thaw(stage.provider, token, 500)).request
    stage.zone.restake(stage.provider, token, back)
    one, two, short = live(stage)
    claim_all(stage, [one, two, short])
    stage.token.approve(stage.disputer, stage.book.committee, 50)
    stage.committee.post(stage.disputer, stage.disputer.address, 50)
    stage.committee.withdraw(stage.disputer, stage.treasury)
    stage.anvil.increase(200)
    stage.zone.withdraw(stage.provider, token, taken)
    Watcher(stage.node, stage.book, store, confirmations=10_000).catch_up()

    check_ledger(stage, store)
    check_views(stage, reader)
    with store.read() as session:
        books = {account for account, _ in trial_balance(session)}
    purse = Purse("0x" + stage.configuration.digest.hex(), 0b0111, stage.relay.address)
    gone = escrow_account(one), provider_account(two), dispute_account(one, 0), relay_account(purse)
    assert not books.intersection([*gone, DAO, TRIBUNAL_DAO, COMMITTEE_DAO])
    assert crew_account(purse) in books, "what the members of a crew cannot share stays"
    assert {payment.kind for payment in reader.payments(limit=1_000)} == set(PAYMENT_KINDS)
    assert all(view.closed for view in reader.agreements())
    totals = reader.totals()
    assert (totals.disputes, totals.terminated, set(totals.rulings.values())) == (3, 1, {1})


class Chance:
    """Does one thing after another, as dice say; what the contracts refuse did not happen."""

    def __init__(self, stage: Any, seed: int) -> None:
        self.stage = stage
        self.dice = random.Random(seed)
        self.agreements: list[int] = []
        self.waiting: dict[int, Row] = {}
        self.held: list[tuple[int, int]] = []
        self.observers = 0b1111
        self.done = 0
        claims: list[Callable[[], Any]] = [
            self.claim_provider,
            self.claim_customer,
            self.claim_crews,
            self.claim_others,
            self.claim_bonds,
        ]
        self.deeds: list[Callable[[], Any]] = [
            *(self.open,) * 2, *(self.report,) * 9, *(self.dispute,) * 2, *(self.rule,) * 4, *(self.wait,) * 6, *claims,
            self.settle, self.expire, self.terminate, self.thaw, *(self.end_thaw,) * 2, self.expose,
        ]  # fmt: skip

        for _ in range(5):
            self.agreements.append(stage.open(self.dice.randint(2, 6)))

    def act(self) -> None:
        try:
            self.dice.choice(self.deeds)()
            self.done += 1
        except TransactionReverted:
            pass

    def open(self) -> None:
        deposit, notice = self.dice.choice((0, 700, 5_000)), self.dice.randint(0, 2)
        fee = self.dice.choice((100, 1_009))
        self.agreements.append(self.stage.open(self.dice.randint(1, 4), fee=fee, deposit=deposit, notice_periods=notice))

    def report(self) -> None:
        """Rows for some of the agreements' periods that can be reported now, of the same epoch."""
        rows = []
        for agreement in self.agreements:
            state = self.stage.pactum.agreement_of(agreement)
            for period in range(state.next, min(state.next + 3, state.periods)):
                end_s = self.stage.end_of(agreement, period)
                if end_s <= self.stage.now_s < end_s + 60 and self.dice.random() < 0.8:
                    rows.append(self.stage.row(agreement, period, *self.dice.choice(VERDICTS)))
                    break
        epochs = {self.stage.epoch_of(row.agreement, row.period) for row in rows}
        rows = [row for row in rows if self.stage.epoch_of(row.agreement, row.period) == min(epochs)]
        if rows:
            observers = self.dice.choice((self.observers, 0b0111))
            self.stage.report(rows, observers=observers)
            self.waiting |= {row.agreement: row for row in rows}
            if self.dice.random() < 0.5:
                self.dispute()

    def dispute(self) -> None:
        if self.waiting:
            agreement = self.dice.choice(list(self.waiting))
            row = self.waiting.pop(agreement)
            self.stage.dispute(row)
            self.held.append((agreement, row.period))

    def rule(self) -> None:
        if not self.held:
            return
        key = self.held.pop(self.dice.randrange(len(self.held)))
        match self.dice.randint(0, 2):
            case 0:
                self.stage.tribunal.confirm(self.stage.governor, *key)
            case 1:
                self.stage.tribunal.replace(self.stage.governor, *key, *self.dice.choice(VERDICTS))
            case _:
                self.stage.anvil.increase(40)
                self.stage.tribunal.lapse(self.stage.relay, *key)

    def wait(self) -> None:
        """Some seconds, or until one of the agreements has something to report."""
        open_ = [key for key in self.agreements if not self.stage.pactum.agreement_of(key).closed]
        if not open_ or self.dice.random() < 0.3:
            self.stage.anvil.increase(self.dice.choice((3, 17, 31)))
            return
        agreement = self.dice.choice(open_)
        state = self.stage.pactum.agreement_of(agreement)
        self.stage.move_to(self.stage.end_of(agreement, min(state.next, state.periods - 1)) + self.dice.choice((0, 0, 0, 59, 60)))

    def settle(self) -> None:
        self.stage.settle(*self.agreements)

    def expire(self) -> None:
        self.stage.pactum.expire(self.stage.relay, self.dice.choice(self.agreements or [0]))

    def terminate(self) -> None:
        party = self.dice.choice((self.stage.customer, self.stage.provider))
        self.stage.pactum.terminate(party, self.dice.choice(self.agreements or [0]))

    def thaw(self) -> None:
        stake = self.stage.zone.stake_of(self.stage.provider.address, self.stage.token.address)
        amount = self.dice.choice((self.dice.randint(1, 6_000), stake.total - stake.thawing))
        self.stage.zone.thaw(self.stage.provider, self.stage.token.address, amount)

    def end_thaw(self) -> None:
        end = self.dice.choice((self.stage.zone.restake, self.stage.zone.withdraw))
        end(self.stage.provider, self.stage.token.address, self.dice.randint(1, 6))

    def expose(self) -> None:
        if self.dice.random() < 0.2:
            self.stage.expose(3)
            self.observers = 0b0111

    def claim_provider(self) -> None:
        self.stage.pactum.claim_provider(self.stage.relay, self.some(), self.stage.token.address, self.stage.provider.address)

    def claim_customer(self) -> None:
        self.stage.pactum.claim_customer(self.stage.relay, self.some())

    def claim_crews(self) -> None:
        configuration, token = self.stage.configuration.digest, self.stage.token.address
        crews = [Crew(observers, self.stage.relay.address) for observers in (0b1111, 0b0111)]
        self.stage.pactum.claim_member(self.stage.relay, configuration, token, self.dice.randint(0, 3), crews)
        self.stage.pactum.claim_relay(self.stage.relay, configuration, token, self.stage.relay.address, [0b1111, 0b0111])

    def claim_others(self) -> None:
        token = self.stage.token.address
        self.stage.pactum.claim_dao(self.stage.relay, token)
        self.stage.pactum.claim_winner(self.stage.relay, self.stage.disputer.address, token)

    def claim_bonds(self) -> None:
        token = self.stage.token.address
        who = self.dice.choice((self.stage.disputer, self.stage.customer, self.stage.provider))
        self.stage.tribunal.claim(self.stage.relay, who.address, token)
        self.stage.tribunal.claim_dao(self.stage.relay, token)
        self.stage.committee.claim_reporter(self.stage.relay, self.stage.relay.address)
        self.stage.committee.claim_dao(self.stage.relay)

    def some(self) -> list[int]:
        return [agreement for agreement in self.agreements if self.dice.random() < 0.6]


def play(stage: Any, store: Store, seed: int, actions: int) -> None:
    """Lets dice decide, and holds the books against the contracts; what is read is read a few blocks at a time."""
    chance, watcher = Chance(stage, seed), Watcher(stage.node, stage.book, store)
    watcher.catch_up()
    first = stage.node.block("latest").number
    for _ in range(actions):
        chance.act()
        if chance.dice.random() < 0.3:
            watcher.catch_up()
    watcher.catch_up()
    reader = Reader(store.url)
    check_ledger(stage, store, first)
    check_views(stage, reader)
    totals = reader.totals()
    reader.close()
    assert min(totals.disputes, sum(totals.rulings.values()), sum(totals.periods_by_outcome.values())) > 0, "a dull life"


@pytest.mark.parametrize("seed", [1, 2])
def test_after_random_lives_the_books_equal_the_contracts(stage, store, tmp_path, content, seed) -> None:
    """Whoever reads all at once comes to the same as who read along."""
    play(stage, store, seed, 100)
    assert without_blocks(content(store)) == without_blocks(content.fresh(stage, tmp_path))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(10, 20))
def test_after_many_random_lives_the_books_equal_the_contracts(stage, sqlite_store, seed) -> None:
    play(stage, sqlite_store, seed, 400)


def test_a_claim_pays_what_readers_say_is_claimable(stage, store, reader) -> None:
    """Settled money and that of a matured row that nobody settled, in one transaction."""
    one, two = stage.open(3), stage.open(3)
    stage.play(one, stage.row(one, 0, Outcome.BREACH, 9_000, 1_000))
    stage.move_to(stage.end_of(one, 1))
    stage.report([stage.row(one, 1, Outcome.BREACH, 10_000, 2_000), stage.row(two, 1, Outcome.NO_DATA)])
    watcher = Watcher(stage.node, stage.book, store)
    watcher.catch_up()
    early = reader.claimable([one, two, 5])
    assert set(early) == {one, two}
    assert early[one].matured == Claimable(0, 0, 0)
    stage.mature()
    watcher.catch_up()
    told = reader.claimable([one, two])
    assert told[one].settled == early[one].settled == stage.pactum.claimable_of(one)
    assert told[one].matured.customer_from_deposit == 301 + 1_000
    before = stage.token.balance_of(stage.customer.address), stage.token.balance_of(stage.provider.address)
    stage.pactum.claim_customer(stage.relay, [one, two])
    stage.pactum.claim_provider(stage.relay, [one, two], stage.token.address, stage.provider.address)
    totals = [told[one].total, told[two].total]
    assert stage.token.balance_of(stage.customer.address) - before[0] == sum(
        total.customer_from_fees + total.customer_from_deposit for total in totals
    )
    assert stage.token.balance_of(stage.provider.address) - before[1] == sum(total.provider for total in totals)
    watcher.catch_up()
    assert {view.total for view in reader.claimable([one, two]).values()} == {Claimable(0, 0, 0)}


def without_blocks(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in tables.items() if name != "blocks"}
