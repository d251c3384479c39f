"""The pool of stake that thaws: requests shrink alike, none is worth more than was asked for, a slash can wipe it out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from settlement.thawing import MOST_SHARES_FOR_A_UNIT, Asked, Pool


def test_requests_bear_a_slash_alike_and_what_others_can_bear_they_need_not() -> None:
    pool = Pool().start(300, 300).start(100, 100)
    assert pool.seized(400) == pool
    after = pool.seized(200)
    assert (after.thawing, after.shares) == (200, 400)
    assert (after.floor_worth(Asked(300, 0)), after.floor_worth(Asked(100, 0))) == (150, 50)
    assert after.end(Asked(300, 0), 150) == Pool(50, 100, 0)


def test_a_slash_that_leaves_next_to_nothing_wipes_the_pool_out() -> None:
    shares = MOST_SHARES_FOR_A_UNIT * 3
    pool = Pool().start(shares, shares)
    assert pool.seized(3) == Pool(3, shares, 0)
    wiped = pool.seized(2)
    assert wiped == Pool(0, 0, 1)
    assert wiped.floor_worth(Asked(shares, 0)) == 0
    assert wiped.end(Asked(shares, 0), 0) == wiped, "an old request has no part in the new pool"
    assert wiped.start(5, 5).floor_worth(Asked(5, 1)) == 5
    assert pool.seized(0) == Pool(0, 0, 1)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=6), st.integers(0, 6 * 10**12))
def test_requests_are_never_worth_more_than_there_is(amounts: list[int], total: int) -> None:
    pool = Pool()
    for amount in amounts:
        pool = pool.start(amount, amount)
    after = pool.seized(total)
    worths = [after.floor_worth(Asked(amount, 0)) for amount in amounts]
    assert sum(worths) <= after.thawing <= max(total, 0) or total >= sum(amounts)
    assert all(worth <= amount for worth, amount in zip(worths, amounts, strict=True))
