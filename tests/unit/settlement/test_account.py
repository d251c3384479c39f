"""Double entry: what each event moves, and that nothing appears or vanishes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import events
from chain.hashing import ZERO_ADDRESS
from chain.offers import Offer
from chain.values import Division
from governance.values import Outcome, PeriodKind
from settlement import account
from settlement.account import PACTUM_ACCOUNTS, ZONE_ACCOUNTS, Deal, Posting, Unbalanced, moved, postings_of

TOKEN, PROVIDER, CUSTOMER, PAYEE, TREASURY = (f"0x{digit:040x}" for digit in range(1, 6))
CONFIGURATION = bytes(range(32))
AGREEMENT = 7
DEAL = Deal(AGREEMENT, PROVIDER, CUSTOMER, TOKEN, "0x" + CONFIGURATION.hex(), PAYEE)
DIVISION = Division(600, 195, 5, 90, 110, 40, 25)


def event(kind: type[events.Event], **values: Any) -> events.Event:
    """An event at some place."""
    return kind(ZERO_ADDRESS, 1, bytes(32), bytes(32), 0, **values)


def lines(postings: list[Posting]) -> dict[str, int]:
    return {posting.account: posting.amount for posting in postings}


def offer(fee: int) -> Offer:
    given_fields: dict[str, Any] = {field.name: 0 for field in fields(Offer)}
    texts = {"provider": PROVIDER, "customer": ZERO_ADDRESS, "token": TOKEN, "terms": bytes(32), "law": bytes(32)}
    return Offer(**(given_fields | texts | {"fee": fee, "period_kind": PeriodKind.FIXED, "period_length": 100}))


MOVES = [
    (event(events.Staked, provider=PROVIDER, token=TOKEN, amount=9), {f"outside:{PROVIDER}": -9, f"stake:{PROVIDER}": 9}),
    (event(events.Locked, provider=PROVIDER, token=TOKEN, amount=9), {f"stake:{PROVIDER}": -9, f"locked:{PROVIDER}": 9}),
    (event(events.Unlocked, provider=PROVIDER, token=TOKEN, amount=9), {f"locked:{PROVIDER}": -9, f"stake:{PROVIDER}": 9}),
    (
        event(events.Withdrawn, provider=PROVIDER, token=TOKEN, to=CUSTOMER, amount=9),
        {f"stake:{PROVIDER}": -9, f"outside:{CUSTOMER}": 9},
    ),
    (
        event(
            events.Opened, agreement=7, customer=CUSTOMER, provider=PROVIDER, offer=offer(50), start=0, periods=4, parameters=1,
            listing=1,
        ),
        {f"outside:{CUSTOMER}": -200, "escrow:7": 200},
    ),
    (
        event(events.Settled, agreement=7, period=0, outcome=Outcome.BREACH, division=DIVISION),
        {
            "escrow:7": -1_000,
            "provider:7": 600,
            "customer:7": 110,
            f"pot:0x{CONFIGURATION.hex()}": 195,
            f"relay:{PAYEE}": 5,
            "dao": 90,
            f"locked:{PROVIDER}": -65,
            f"awarded:{PROVIDER}": 65,
        },
    ),
    (
        event(events.Expired, agreement=7, first=1, count=3, each=Division(700, 0, 0, 100, 200, 0, 0)),
        {"escrow:7": -3_000, "provider:7": 2_100, "customer:7": 600, "dao": 300},
    ),
    (
        event(events.ProviderPaid, agreement=7, provider=PROVIDER, to=TREASURY, amount=600),
        {"provider:7": -600, f"outside:{TREASURY}": 600},
    ),
    (
        event(events.CustomerPaid, agreement=7, customer=CUSTOMER, from_fees=110, from_deposit=65),
        {"customer:7": -110, f"awarded:{PROVIDER}": -65, f"outside:{CUSTOMER}": 175},
    ),
    (
        event(events.MemberPaid, configuration=CONFIGURATION, token=TOKEN, member=CUSTOMER, amount=48),
        {f"pot:0x{CONFIGURATION.hex()}": -48, f"outside:{CUSTOMER}": 48},
    ),
    (event(events.RelayPaid, payee=PAYEE, token=TOKEN, amount=5), {f"relay:{PAYEE}": -5, f"outside:{PAYEE}": 5}),
    (event(events.DaoPaid, treasury=TREASURY, token=TOKEN, amount=90), {"dao": -90, f"outside:{TREASURY}": 90}),
    # The move behind these is posted by another event of the same transaction.
    (event(events.Seized, provider=PROVIDER, token=TOKEN, to=CUSTOMER, amount=65), {}),
    (event(events.Closed, agreement=7, deposit_released=9), {}),
]  # fmt: skip


@pytest.mark.parametrize(("happened", "expected"), MOVES, ids=[type(move[0]).__name__ for move in MOVES])
def test_each_event_moves_exactly_this(happened: events.Event, expected: dict[str, int]) -> None:
    assert lines(postings_of(happened, DEAL)) == expected


def test_every_event_of_the_contracts_was_thought_of() -> None:
    silent = {
        *(events.Published, events.Enacted, events.Broken, events.Registered, events.Configured, events.ParametersSet),
        *(events.Listed, events.TreasurySet, events.TermsPublished, events.OfferCancelled, events.Reported, events.Accepted),
        *(events.Skipped,),
    }
    assert {type(move[0]) for move in MOVES} | silent == set(events.EVENTS)


def test_an_event_on_an_agreement_that_nobody_opened_is_refused() -> None:
    with pytest.raises(Unbalanced):
        postings_of(MOVES[5][0], None)


def test_postings_that_do_not_balance_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    staked = MOVES[0][0]
    monkeypatch.setitem(account._RULES, events.Staked, lambda *_: [Posting("dao", TOKEN, 1)])
    with pytest.raises(Unbalanced):
        postings_of(staked, None)
    two_tokens = [Posting("dao", TOKEN, 1), Posting("dao", PAYEE, -1)]
    monkeypatch.setitem(account._RULES, events.Staked, lambda *_: two_tokens)
    with pytest.raises(Unbalanced):
        postings_of(staked, None)


amounts = st.integers(0, 2**128 - 1)


@given(st.builds(Division, amounts, amounts, amounts, amounts, amounts, amounts, amounts), st.integers(1, 1_000))
def test_whatever_is_divided_the_contracts_owe_what_they_held(each: Division, count: int) -> None:
    happened = event(events.Expired, agreement=7, first=0, count=count, each=each)
    posted = postings_of(happened, DEAL)
    assert lines(posted).get(f"awarded:{PROVIDER}", 0) == (each.customer_from_deposit + each.slash) * count
    for owner in (PACTUM_ACCOUNTS, ZONE_ACCOUNTS):
        assert sum(line.amount for line in posted if line.account.startswith(owner)) == 0


def test_a_move_between_several_accounts_keeps_its_sides() -> None:
    assert lines(moved({"a": 1, "b": 2}, {"c": 3}, TOKEN)) == {"a": -1, "b": -2, "c": 3}
