"""What each period came to follows from the log alone: what settled a row without saying so, what a dispute held, who won."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import pytest

from chain import events
from chain.hashing import ZERO_ADDRESS
from chain.offers import Offer
from chain.row import pack
from chain.values import Listing, Parameters
from cli.history import PeriodHistory, crews_of, periods_of
from governance.values import Outcome, PeriodKind, Row

FEE, DEPOSIT, RELAY_FEE = 1_000, 5_000, 10
PROVIDER, CUSTOMER, TOKEN, ARBITER = ("0x" + digit * 40 for digit in "1234")


def told(*made: partial[Any]) -> list[events.Event]:
    """The events of a deployment with one agreement, each in a transaction of its own."""
    texts = b"\1" * 32, b"\2" * 32
    caps = 10_000, 1_000, 7_000
    times = 60, 9, 1, 0, 2**40
    offer = Offer(PROVIDER, ZERO_ADDRESS, TOKEN, *texts, FEE, DEPOSIT, *caps, PeriodKind.FIXED, *times, 1)
    begin: tuple[partial[Any], ...] = (
        partial(events.ParametersSet, parameters=1, values=Parameters(20, 10, 30, 60, 3_600, 2_000, 1_000, 500, ARBITER)),
        partial(events.Listed, listing=1, values=Listing(TOKEN, RELAY_FEE, 1)),
        partial(
            events.Opened,
            agreement=7,
            customer=CUSTOMER,
            provider=PROVIDER,
            offer=offer,
            start=0,
            periods=9,
            parameters=1,
            listing=1,
        ),
    )
    return [
        event(address=TOKEN, block_number=n, block_hash=b"\0" * 32, tx_hash=n.to_bytes(32, "big"), log_index=0)
        for n, event in enumerate((*begin, *made))
    ]


def accepted(period: int, outcome: Outcome = Outcome.MET, credit_bps: int = 0, slash_bps: int = 0) -> partial[Any]:
    row = Row(7, period, outcome, 3 if credit_bps else 0, credit_bps, slash_bps, 990_000, 1_000_000, 100)
    return partial(events.Accepted, agreement=7, row=pack(row))


def held(period: int, reserve: int) -> tuple[partial[Any], partial[Any]]:
    disputed = partial(
        events.Disputed,
        agreement=7,
        period=period,
        disputer=CUSTOMER,
        row=0,
        token=TOKEN,
        bond=50,
        deadline=90,
        grounds=b"\0" * 32,
    )
    return partial(events.RowHeld, agreement=7, period=period, reserve=reserve), disputed


def decided(period: int, outcome: Outcome, credit_bps: int = 0, slash_bps: int = 0, winner: str = ZERO_ADDRESS) -> partial[Any]:
    return partial(
        events.Decided,
        agreement=7,
        period=period,
        outcome=outcome,
        credit_bps=credit_bps,
        slash_bps=slash_bps,
        winner=winner,
    )


def settled(period: int) -> partial[Any]:
    return partial(events.Settled, agreement=7, period=period)


def expired(first: int, count: int) -> partial[Any]:
    return partial(events.Expired, agreement=7, first=first, count=count)


def states(history: list[PeriodHistory]) -> list[tuple[int, str]]:
    return [(one.period, one.state) for one in history]


def test_a_row_waits_until_something_settles_it():
    assert states(periods_of(told(accepted(0)))) == [(0, "waiting")]
    assert states(periods_of(told(accepted(0), settled(0)))) == [(0, "settled")]


def test_a_later_row_settles_the_one_before_without_saying_so():
    first, second = periods_of(told(accepted(0), accepted(1)))
    assert states([first, second]) == [(0, "settled"), (1, "waiting")]
    assert first.division is not None
    assert second.division is None


@pytest.mark.parametrize("between", [(), (settled(0),)])
def test_an_expiry_settles_the_waiting_row_first_whether_it_is_said_or_not(between):
    breach = accepted(0, Outcome.BREACH, 10_000, 10_000)
    history = periods_of(told(breach, *between, expired(1, 2), accepted(3)))
    assert states(history) == [(0, "settled"), (1, "expired"), (2, "expired"), (3, "waiting")]
    assert history[0].shares == {"provider": 0, "validators": 200, "dao": 100, "customer": 1_000, "slash": 4_700, "winner": 0}
    assert history[1].shares == {"provider": 700, "validators": 0, "dao": 100, "customer": 200, "slash": 0, "winner": 0}


def test_a_second_breach_takes_only_what_is_left_of_the_deposit():
    breach = (Outcome.BREACH, 10_000, 10_000)
    history = periods_of(told(accepted(0, *breach), accepted(1, *breach), settled(1)))
    assert [one.shares["slash"] for one in history if one.shares] == [4_700, 0]
    assert [one.shares["customer"] for one in history if one.shares] == [1_000, 800]


def test_a_disputed_row_keeps_its_reserve_from_later_rows_and_is_divided_when_it_is_ruled_on():
    breach = (Outcome.BREACH, 10_000, 10_000)
    events_ = told(accepted(0, *breach), *held(0, 5_000), accepted(1, *breach), accepted(2))
    history = periods_of(events_)
    assert states(history) == [(0, "disputed"), (1, "settled"), (2, "waiting")]
    assert history[1].shares is not None
    assert (history[1].shares["slash"], history[1].shares["customer"]) == (0, 800)

    ruled = told(accepted(0, *breach), *held(0, 5_000), accepted(1, *breach), accepted(2), decided(0, *breach))
    history = periods_of(ruled)
    assert states(history)[0] == (0, "ruled")
    assert history[0].shares == {"provider": 0, "validators": 200, "dao": 100, "customer": 1_000, "slash": 4_700, "winner": 0}
    assert not history[0].replaced
    assert history[0].verdict == "breach, tier 3"


@pytest.mark.parametrize(
    ("outcome", "credit_bps", "slash_bps", "shares", "words"),
    [
        (Outcome.MET, 0, 0, (700, 0, 100, 0, 0, 200), "met (arbiter)"),
        (Outcome.BREACH, 2_500, 1_000, (450, 0, 100, 250, 500, 200), "breach, credit 25 % (arbiter)"),
        (Outcome.NO_DATA, 0, 0, (700, 0, 100, 0, 0, 200), "no data (arbiter)"),
    ],
)
def test_whoever_won_a_dispute_gets_what_those_who_signed_would_have_got(outcome, credit_bps, slash_bps, shares, words):
    rows = told(accepted(0, Outcome.BREACH, 1_000), *held(0, 0), decided(0, outcome, credit_bps, slash_bps, CUSTOMER))
    (one,) = periods_of(rows)
    assert one.shares is not None
    assert tuple(one.shares.values()) == shares
    assert sum(shares) - shares[4] == FEE
    assert one.verdict == words
    assert one.state == "ruled"


def test_rows_of_a_transaction_share_its_gas():
    first, second = accepted(0), accepted(1)
    *before, one, other = told(first, second)
    together = [*before, one, dataclasses.replace(other, tx_hash=one.tx_hash)]
    assert [each.rows_in_report for each in periods_of(together)] == [2, 2]


def test_crews_are_named_by_configuration_each_once():
    def reported(configuration: bytes, observers: int) -> partial[Any]:
        return partial(
            events.Reported,
            configuration=configuration,
            epoch=1,
            observation_set=b"\0" * 32,
            observers=observers,
            payee=PROVIDER,
            signers=7,
            rows_hash=b"\0" * 32,
        )

    found = crews_of(told(reported(b"\1" * 32, 7), reported(b"\1" * 32, 15), reported(b"\1" * 32, 7), reported(b"\2" * 32, 7)))
    assert {key: sorted(crew.observers for crew in crews) for key, crews in found.items()} == {
        b"\1" * 32: [7, 15],
        b"\2" * 32: [7],
    }
