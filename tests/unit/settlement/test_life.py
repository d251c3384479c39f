"""One agreement's rows and deposit: what settles what, what a dispute holds, and that nothing is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.hashing import ZERO_ADDRESS
from governance.values import Outcome
from settlement.life import Deposit, Held, Life, Purse, Ruling, Settling, UnexpectedLog, WaitingRow
from settlement.split import Stakes, divide, fee_of, from_deposit

STAKES = Stakes(fee=1_000, deposit=500, deposit_left=500, validator_bps=2_000, dao_bps=1_000, relay_fee=5)
PURSE = Purse("0x01", 0b1111, "0x02")
DISPUTER = "0x" + "09" * 20
MET = divide(Outcome.MET, 0, 0, STAKES)


def row(period: int, outcome: Outcome = Outcome.MET, credit_bps: int = 0, slash_bps: int = 0) -> WaitingRow:
    return WaitingRow(period, outcome, credit_bps, slash_bps, PURSE)


def test_a_row_waits_until_the_next_one_settles_it() -> None:
    life = Life(STAKES)
    assert life.accept(row(0)) == []
    assert life.accept(row(1)) == [Settling(0, 1, Outcome.MET, MET, PURSE)]
    assert life.waiting == row(1)


def test_an_expiry_settles_the_row_that_waits_before_its_own_periods() -> None:
    life = Life(STAKES)
    life.accept(row(0, Outcome.BREACH, 10_000, 1_000))
    waited, silent = life.expire(1, 3)
    assert (waited.first, waited.division.customer_from_deposit, waited.division.slash) == (0, 300, 50)
    assert (silent.first, silent.count, silent.expired, silent.outcome, silent.purse) == (1, 3, True, Outcome.NO_DATA, None)
    assert life.expire(4, 1) == [Settling(4, 1, Outcome.NO_DATA, silent.division, expired=True)]
    assert life.deposit == Deposit(150, 0, 350)


def test_what_does_not_wait_is_neither_settled_nor_held() -> None:
    life = Life(STAKES)
    for speak in (life.settle, lambda period: life.hold(period, 0)):
        with pytest.raises(UnexpectedLog):
            speak(0)
    life.accept(row(1))
    for period in (0, 2):
        with pytest.raises(UnexpectedLog, match="as if its row waited"):
            life.settle(period)
    assert life.settle(1).division == MET
    with pytest.raises(UnexpectedLog):
        life.settle(1)


def test_a_held_row_keeps_its_reserve_from_later_ones() -> None:
    life = Life(STAKES)
    life.accept(row(0, Outcome.BREACH, 10_000, 2_000))
    held = life.hold(0, 400)
    assert (held.row.period, life.waiting, life.deposit) == (0, None, Deposit(100, 400, 0))
    life.accept(row(1, Outcome.BREACH, 10_000, 2_000))
    (later,) = life.expire(2, 1)[:1]
    assert (later.division.customer_from_deposit, later.division.slash) == (100, 0)
    stands = life.decide(held, Ruling(Outcome.BREACH, 10_000, 2_000, None))
    assert (stands.division.customer_from_deposit, stands.division.slash) == (300, 100)
    assert (stands.purse, stands.winner, stands.reward, stands.disputed) == (PURSE, None, 0, True)
    assert life.deposit == Deposit(0, 0, 500)
    life.paid(120)
    assert life.deposit == Deposit(0, 0, 380)


def test_a_replaced_row_rewards_its_disputer_and_not_the_crew() -> None:
    life = Life(STAKES)
    life.accept(row(0))
    settled = life.decide(life.hold(0, 0), Ruling(Outcome.NO_DATA, 0, 0, DISPUTER))
    assert (settled.purse, settled.winner, settled.reward) == (None, DISPUTER, 200)
    assert (settled.division.validators, settled.division.relay, settled.division.customer_from_fee) == (0, 0, 0)
    assert Ruling.winner_of(ZERO_ADDRESS) is None
    assert Ruling.winner_of(DISPUTER) == DISPUTER


def test_what_is_foreseen_is_what_comes() -> None:
    life = Life(STAKES)
    assert life.foreseen() is None
    life.accept(row(0, Outcome.BREACH, 9_000, 500))
    assert life.foreseen() == life.foreseen() == life.settle(0)


verdicts = st.one_of(
    st.sampled_from([(Outcome.MET, 0, 0), (Outcome.NO_DATA, 0, 0)]),
    st.tuples(st.just(Outcome.BREACH), st.integers(0, 10_000), st.integers(0, 10_000)),
)
steps = st.lists(st.tuples(st.sampled_from(["accept", "settle", "expire", "hold", "decide", "win"]), verdicts), max_size=30)


@given(steps)
def test_every_fee_is_divided_once_and_the_deposit_always_sums(deeds: list[tuple[str, Any]]) -> None:
    life, following, held, settled = Life(STAKES), 0, [], []
    for deed, (outcome, credit_bps, slash_bps) in deeds:
        if deed == "accept":
            settled += life.accept(row(following, outcome, credit_bps, slash_bps))
            following += 1
        elif deed == "settle" and life.waiting:
            settled.append(life.settle(life.waiting.period))
        elif deed == "expire":
            settled += life.expire(following, 2)
            following += 2
        elif deed == "hold" and life.waiting:
            foreseen = life.foreseen()
            assert foreseen
            held.append(life.hold(life.waiting.period, from_deposit(foreseen.division)))
        elif deed in ("decide", "win") and held:
            winner = DISPUTER if deed == "win" else None
            settled.append(life.decide(held.pop(0), Ruling(outcome, credit_bps, slash_bps, winner)))
        check(life, held, settled)
    open_ = [one.row.period for one in held] + ([life.waiting.period] if life.waiting else [])
    done = [period for one in settled for period in range(one.first, one.first + one.count)]
    assert sorted(done + open_) == list(range(following))


def check(life: Life, held: list[Held], settled: list[Settling]) -> None:
    deposit = life.deposit
    assert min(deposit.left, deposit.kept, deposit.due) >= 0
    assert deposit.left + deposit.kept + deposit.due == STAKES.deposit
    assert deposit.kept == sum(one.reserve for one in held)
    assert deposit.due == sum(from_deposit(one.division) * one.count for one in settled)
    assert all(fee_of(one.division) + one.reward == STAKES.fee for one in settled)
