"""Double entry: what each event moves, and that nothing appears or vanishes."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
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
from settlement.account import (
    PACTUM_ACCOUNTS,
    ZONE_ACCOUNTS,
    Bond,
    Constants,
    Deal,
    Posting,
    Unbalanced,
    moved,
    postings_of,
)
from settlement.life import Held, Purse, Settling, WaitingRow

TOKEN, PROVIDER, CUSTOMER, PAYEE, TREASURY, TRIBUNAL, BOND_TOKEN, DISPUTER = (f"0x{digit:040x}" for digit in range(1, 9))
CONFIGURATION = bytes(range(32))
CONSTANTS = Constants(TRIBUNAL, BOND_TOKEN)
PURSE = Purse("0x" + CONFIGURATION.hex(), 0b0111, PAYEE)
CREW = f"0x{CONFIGURATION.hex()}:7:{PAYEE}"
BREACH = Settling(0, 1, Outcome.BREACH, Division(600, 195, 5, 90, 110, 40, 25), PURSE)
EXPIRED = Settling(1, 3, Outcome.NO_DATA, Division(700, 0, 0, 100, 200, 0, 0), expired=True)
WON = Settling(2, 1, Outcome.MET, Division(700, 0, 0, 100, 0, 0, 0), disputed=True, winner=DISPUTER, reward=200)
HELD = Held(WaitingRow(2, Outcome.BREACH, 10_000, 0, PURSE), 44)
PARTIES = (7, PROVIDER, CUSTOMER, TOKEN)


def deal(*settled: Settling, **more: Any) -> Deal:
    return Deal(*PARTIES, settled=settled, **more)


def event(kind: type[events.Event], **values: Any) -> events.Event:
    """An event at some place."""
    return kind(ZERO_ADDRESS, 1, bytes(32), bytes(32), 0, **values)


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(32) for value in values)


def lines(postings: list[Posting]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for posting in postings:
        found[posting.account] += posting.amount
    return dict(found)


def offer(fee: int) -> Offer:
    given_fields: dict[str, Any] = {field.name: 0 for field in fields(Offer)}
    texts = {"provider": PROVIDER, "customer": ZERO_ADDRESS, "token": TOKEN, "terms": bytes(32), "law": bytes(32)}
    return Offer(**(given_fields | texts | {"fee": fee, "period_kind": PeriodKind.FIXED, "period_length": 100}))


OF_BREACH = {
    "escrow:7": -1_000, "provider:7": 600, "customer:7": 110, f"crew:{CREW}": 195, f"relay:{CREW}": 5, "dao": 90,
    f"locked:{PROVIDER}": -65, f"awarded:{PROVIDER}": 65,
}  # fmt: skip
OF_EXPIRED = {"escrow:7": -3_000, "provider:7": 2_100, "customer:7": 600, "dao": 300}
STAKE = {"provider": PROVIDER, "token": TOKEN, "amount": 9}
PLACE = {"agreement": 7, "period": 2}
VERDICT = {"outcome": Outcome.MET, "credit_bps": 0, "slash_bps": 0}
PROOF = {"epoch": 3, "root": b"1", "signature": b"", "other_root": b"2", "other_signature": b""}
CLAIM = {"configuration": CONFIGURATION, "token": TOKEN, "observers": 7, "payee": PAYEE}
OPENED = {"agreement": 7, "customer": CUSTOMER, "provider": PROVIDER, "start": 0, "periods": 4, "parameters": 1, "listing": 1}
MOVES = [
    (event(events.Staked, **STAKE), None, {f"outside:{PROVIDER}": -9, f"stake:{PROVIDER}": 9}),
    (event(events.Locked, **STAKE), None, {f"stake:{PROVIDER}": -9, f"locked:{PROVIDER}": 9}),
    (event(events.Unlocked, **STAKE), None, {f"locked:{PROVIDER}": -9, f"stake:{PROVIDER}": 9}),
    (event(events.Withdrawn, **STAKE, request=1, to=CUSTOMER), None, {f"stake:{PROVIDER}": -9, f"outside:{CUSTOMER}": 9}),
    (event(events.Opened, **OPENED, offer=offer(50)), None, {f"outside:{CUSTOMER}": -200, "escrow:7": 200}),
    (
        event(events.Terminated, agreement=7, by=CUSTOMER, periods=2, refund=100),
        deal(),
        {"escrow:7": -100, "customer:7": 100},
    ),
    (event(events.Settled, agreement=7, period=0), deal(BREACH), OF_BREACH),
    (event(events.Accepted, agreement=7, row=1), deal(BREACH), OF_BREACH),
    (event(events.Accepted, agreement=7, row=1), deal(), {}),
    (event(events.Expired, agreement=7, first=1, count=3), deal(EXPIRED), OF_EXPIRED),
    (
        event(events.Expired, agreement=7, first=1, count=3),
        deal(BREACH, EXPIRED),
        {key: OF_BREACH.get(key, 0) + OF_EXPIRED.get(key, 0) for key in OF_BREACH | OF_EXPIRED},
    ),
    (event(events.RowHeld, **PLACE, reserve=44), deal(), {f"locked:{PROVIDER}": -44, f"reserved:{PROVIDER}": 44}),
    (
        event(events.Decided, **PLACE, **VERDICT, winner=DISPUTER),
        deal(WON, held=HELD),
        {
            "escrow:7": -1_000, "provider:7": 700, "dao": 100, f"winner:{DISPUTER}": 200,
            f"locked:{PROVIDER}": 44, f"reserved:{PROVIDER}": -44,
        },
    ),
    (
        event(events.ProviderPaid, provider=PROVIDER, parts=words(7 << 160 | 600, 8 << 160 | 5, 7 << 160)),
        deal(),
        {"provider:7": -600, "provider:8": -5, f"outside:{PROVIDER}": 605},
    ),
    (
        event(events.CustomerPaid, agreement=7, customer=CUSTOMER, from_fees=110, from_deposit=65),
        deal(),
        {"customer:7": -110, f"awarded:{PROVIDER}": -65, f"outside:{CUSTOMER}": 175},
    ),
    (event(events.MemberPaid, **CLAIM, member=CUSTOMER, amount=48), None, {f"crew:{CREW}": -48, f"outside:{CUSTOMER}": 48}),
    (event(events.RelayPaid, **CLAIM, amount=5), None, {f"relay:{CREW}": -5, f"outside:{PAYEE}": 5}),
    (
        event(events.WinnerPaid, winner=DISPUTER, token=TOKEN, amount=200),
        None,
        {f"winner:{DISPUTER}": -200, f"outside:{DISPUTER}": 200},
    ),
    (event(events.DaoPaid, treasury=TREASURY, token=TOKEN, amount=90), None, {"dao": -90, f"outside:{TREASURY}": 90}),
    (
        replace(event(events.DaoPaid, treasury=TREASURY, token=TOKEN, amount=90), address=TRIBUNAL),
        None,
        {"tribunal:dao": -90, f"outside:{TREASURY}": 90},
    ),
    (
        event(events.Disputed, **PLACE, disputer=DISPUTER, row=1, token=TOKEN, bond=31, deadline=1, grounds=b""),
        None,
        {f"outside:{DISPUTER}": -31, "tribunal:dispute:7:2": 31},
    ),
    (
        event(events.Confirmed, **PLACE, held_up=CUSTOMER, to_held_up=16, to_dao=15),
        deal(bond=Bond(DISPUTER, 31)),
        {"tribunal:dispute:7:2": -31, f"tribunal:due:{CUSTOMER}": 16, "tribunal:dao": 15},
    ),
    (
        event(events.Replaced, **PLACE, **VERDICT),
        deal(bond=Bond(DISPUTER, 31)),
        {"tribunal:dispute:7:2": -31, f"tribunal:due:{DISPUTER}": 31},
    ),
    (event(events.Lapsed, **PLACE), deal(bond=Bond(DISPUTER, 31)), {"tribunal:dispute:7:2": -31, f"tribunal:due:{DISPUTER}": 31}),
    (
        event(events.Paid, account=DISPUTER, token=TOKEN, amount=31),
        None,
        {f"tribunal:due:{DISPUTER}": -31, f"outside:{DISPUTER}": 31},
    ),
    (
        event(events.BondPosted, member=CUSTOMER, by=PAYEE, amount=50),
        None,
        {f"outside:{PAYEE}": -50, f"committee:bond:{CUSTOMER}": 50},
    ),
    (
        event(events.BondWithdrawn, member=CUSTOMER, to=PAYEE, amount=50),
        None,
        {f"committee:bond:{CUSTOMER}": -50, f"outside:{PAYEE}": 50},
    ),
    (
        event(events.Equivocated, member=CUSTOMER, **PROOF, reporter=PAYEE, to_reporter=20, to_dao=30),
        None,
        {f"committee:bond:{CUSTOMER}": -50, f"committee:reporter:{PAYEE}": 20, "committee:dao": 30},
    ),
    (
        event(events.ReporterPaid, reporter=PAYEE, amount=20),
        None,
        {f"committee:reporter:{PAYEE}": -20, f"outside:{PAYEE}": 20},
    ),
    (event(events.BondDaoPaid, treasury=TREASURY, amount=30), None, {"committee:dao": -30, f"outside:{TREASURY}": 30}),
    # The move behind these is posted by another event of the same transaction.
    (event(events.Seized, **STAKE, to=CUSTOMER), None, {}),
    (event(events.Closed, agreement=7, deposit_released=9), None, {}),
]  # fmt: skip


@pytest.mark.parametrize(("happened", "known", "expected"), MOVES, ids=[type(move[0]).__name__ for move in MOVES])
def test_each_event_moves_exactly_this(happened: events.Event, known: Deal | None, expected: dict[str, int]) -> None:
    posted = postings_of(happened, CONSTANTS, known)
    assert lines(posted) == expected
    bonds = type(happened).__module__ == "chain.committee_events"
    assert {posting.token for posting in posted} <= {BOND_TOKEN if bonds else TOKEN}


def test_every_event_of_the_contracts_was_thought_of() -> None:
    silent = {
        *(events.Published, events.Proposed, events.Assented, events.Enacted, events.Broken),
        *(events.Registered, events.Configured, events.Deactivated),
        *(events.ParametersSet, events.Listed, events.TreasurySet, events.GuardianSet, events.OpeningPaused, events.BondRequired),
        *(events.TermsPublished, events.OfferCancelled, events.Reported, events.Skipped),
        *(events.ThawStarted, events.Restaked),  # stake that thaws is still the provider's, and may still back agreements
        *(events.CallScheduled, events.CallExecuted, events.CallSalt, events.Cancelled, events.MinDelayChange),
        *(events.RoleGranted, events.RoleRevoked),
    }
    assert {type(move[0]) for move in MOVES} | silent == set(events.EVENTS)


def test_an_event_on_an_agreement_that_nobody_opened_is_refused() -> None:
    with pytest.raises(Unbalanced):
        postings_of(event(events.Settled, agreement=7, period=0), CONSTANTS)
    with pytest.raises(Unbalanced, match="nobody disputed"):
        postings_of(event(events.Lapsed, **PLACE), CONSTANTS, deal())


def test_postings_that_do_not_balance_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    staked = MOVES[0][0]
    monkeypatch.setitem(account._RULES, events.Staked, lambda *_: [Posting("dao", TOKEN, 1)])
    with pytest.raises(Unbalanced):
        postings_of(staked, CONSTANTS)
    two_tokens = [Posting("dao", TOKEN, 1), Posting("dao", PAYEE, -1)]
    monkeypatch.setitem(account._RULES, events.Staked, lambda *_: two_tokens)
    with pytest.raises(Unbalanced):
        postings_of(staked, CONSTANTS)


amounts = st.integers(0, 2**128 - 1)
divisions = st.builds(Division, amounts, amounts, amounts, amounts, amounts, amounts, amounts)


@given(divisions, st.integers(1, 1_000), st.booleans(), amounts)
def test_whatever_is_divided_the_contracts_owe_what_they_held(each: Division, count: int, won: bool, reward: int) -> None:
    purse, winner, reward = (None, DISPUTER, reward) if won else (PURSE, None, 0)
    each = replace(each, validators=0, relay=0) if won else each
    settled = Settling(0, count, Outcome.BREACH, each, purse, winner=winner, reward=reward)
    posted = postings_of(event(events.Expired, agreement=7, first=0, count=count), CONSTANTS, deal(settled))
    assert lines(posted).get(f"awarded:{PROVIDER}", 0) == (each.customer_from_deposit + each.slash) * count
    for owner in (PACTUM_ACCOUNTS, ZONE_ACCOUNTS):
        assert sum(line.amount for line in posted if line.account.startswith(owner)) == 0


def test_a_move_between_several_accounts_keeps_its_sides() -> None:
    assert lines(moved({"a": 1, "b": 2}, {"c": 3}, TOKEN)) == {"a": -1, "b": -2, "c": 3}
