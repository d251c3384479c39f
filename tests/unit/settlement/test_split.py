"""The division of one period's fee: exact vectors, and what must hold for every fee, share and verdict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.values import Division
from governance.errors import BadInput
from governance.values import BPS, Outcome
from settlement.split import Stakes, customer_of, divide, expired, fee_of, from_deposit, member_share, rewarded, share_up

UINT128 = 2**128 - 1


def stakes(**changes: int) -> Stakes:
    """A fee of 1,000 split 70/20/10 with a deposit of 500, unless told otherwise."""
    figures: dict[str, Any] = {
        "fee": 1_000, "deposit": 500, "deposit_left": 500, "validator_bps": 2_000, "dao_bps": 1_000, "relay_fee": 5,
    }  # fmt: skip
    return Stakes(**(figures | changes))


VECTORS = [
    ("met pays 70/20/10 with the relay inside the 20", Outcome.MET, 0, 0, {}, Division(700, 195, 5, 100, 0, 0, 0)),
    ("the remainder goes to the provider", Outcome.MET, 0, 0, {"fee": 1_009}, Division(708, 196, 5, 100, 0, 0, 0)),
    (
        "the relay never takes more than the validators' share",
        Outcome.MET,
        0,
        0,
        {"relay_fee": 999},
        Division(700, 0, 200, 100, 0, 0, 0),
    ),
    ("a credit comes from the provider first", Outcome.BREACH, 1_000, 0, {}, Division(600, 195, 5, 100, 100, 0, 0)),
    ("a credit above the 70 takes the deposit", Outcome.BREACH, 9_000, 0, {}, Division(0, 195, 5, 100, 700, 200, 0)),
    (
        "a credit above 70 and deposit takes the DAO's 10",
        Outcome.BREACH,
        10_000,
        0,
        {"deposit_left": 220},
        Division(0, 195, 5, 20, 780, 220, 0),
    ),
    (
        "a credit that nothing covers stops at what is there",
        Outcome.BREACH,
        10_000,
        1_000,
        {"deposit_left": 0},
        Division(0, 195, 5, 0, 800, 0, 0),
    ),
    ("a slash is a share of the deposit at opening", Outcome.BREACH, 1_000, 1_000, {}, Division(600, 195, 5, 100, 100, 0, 50)),
    (
        "a slash takes at most what the credit left",
        Outcome.BREACH,
        10_000,
        10_000,
        {"deposit_left": 340},
        Division(0, 195, 5, 100, 700, 300, 40),
    ),
    ("no data pays no validator and no relay", Outcome.NO_DATA, 0, 0, {}, Division(700, 0, 0, 100, 200, 0, 0)),
    ("no data keeps the remainder with the provider", Outcome.NO_DATA, 0, 0, {"fee": 1_009}, Division(708, 0, 0, 100, 201, 0, 0)),
    ("a fee of one goes to the provider", Outcome.MET, 0, 0, {"fee": 1, "relay_fee": 0}, Division(1, 0, 0, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(
    ("outcome", "credit_bps", "slash_bps", "changes", "expected"),
    [vector[1:] for vector in VECTORS],
    ids=[vector[0] for vector in VECTORS],
)
def test_exact_vectors(outcome: Outcome, credit_bps: int, slash_bps: int, changes: dict[str, int], expected: Division) -> None:
    assert divide(outcome, credit_bps, slash_bps, stakes(**changes)) == expected


def test_an_expired_period_is_divided_as_no_data() -> None:
    assert expired(stakes()) == Division(700, 0, 0, 100, 200, 0, 0)


@pytest.mark.parametrize(
    ("outcome", "credit_bps", "slash_bps"),
    [
        (Outcome.MET, 1, 0),
        (Outcome.MET, 0, 1),
        (Outcome.NO_DATA, 1, 0),
        (Outcome.BREACH, 10_001, 0),
        (Outcome.BREACH, -1, 0),
        (0, 0, 0),
    ],
)
def test_a_verdict_that_no_period_can_have_is_refused(outcome: Any, credit_bps: int, slash_bps: int) -> None:
    with pytest.raises(BadInput):
        divide(outcome, credit_bps, slash_bps, stakes())


@pytest.mark.parametrize("changes", [{"fee": -1}, {"deposit_left": 501}, {"validator_bps": 9_001}, {"relay_fee": -1}])
def test_impossible_stakes_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        stakes(**changes)


amounts = st.one_of(st.integers(0, 50), st.integers(0, UINT128))


@st.composite
def any_stakes(draw: st.DrawFn) -> Stakes:
    deposit = draw(amounts)
    validator_bps = draw(st.integers(0, BPS))
    return Stakes(
        fee=draw(amounts),
        deposit=deposit,
        deposit_left=draw(st.integers(0, deposit)),
        validator_bps=validator_bps,
        dao_bps=draw(st.integers(0, BPS - validator_bps)),
        relay_fee=draw(amounts),
    )


shares_bps = st.integers(0, BPS)


@given(any_stakes(), shares_bps, shares_bps)
def test_parts_of_a_breach_sum_to_the_fee_and_stay_inside_their_caps(book: Stakes, credit_bps: int, slash_bps: int) -> None:
    parts = divide(Outcome.BREACH, credit_bps, slash_bps, book)
    credit = book.fee * credit_bps // BPS
    assert fee_of(parts) == book.fee
    assert min(parts.provider, parts.validators, parts.relay, parts.dao, parts.customer_from_fee) >= 0
    assert parts.customer_from_fee + parts.customer_from_deposit <= credit
    assert from_deposit(parts) <= book.deposit_left
    assert parts.slash <= book.deposit * slash_bps // BPS


@given(any_stakes(), shares_bps, shares_bps)
def test_a_breach_costs_the_validators_nothing(book: Stakes, credit_bps: int, slash_bps: int) -> None:
    breach, met = divide(Outcome.BREACH, credit_bps, slash_bps, book), divide(Outcome.MET, 0, 0, book)
    assert (breach.validators, breach.relay) == (met.validators, met.relay)


@given(any_stakes(), shares_bps)
def test_a_credit_is_short_only_when_every_source_is_empty(book: Stakes, credit_bps: int) -> None:
    parts = divide(Outcome.BREACH, credit_bps, 0, book)
    if customer_of(parts) < book.fee * credit_bps // BPS:
        assert (parts.provider, parts.dao, book.deposit_left - parts.customer_from_deposit) == (0, 0, 0)


@given(any_stakes(), shares_bps, shares_bps, shares_bps)
def test_a_harder_verdict_never_pays_the_provider_more(book: Stakes, one: int, two: int, slash_bps: int) -> None:
    milder, harder = sorted((one, two))
    assert divide(Outcome.BREACH, harder, slash_bps, book).provider <= divide(Outcome.BREACH, milder, slash_bps, book).provider


@given(any_stakes())
def test_met_and_no_data_leave_the_deposit_and_the_providers_share_alone(book: Stakes) -> None:
    met, silent = divide(Outcome.MET, 0, 0, book), expired(book)
    assert met.provider == silent.provider == book.fee - book.fee * book.validator_bps // BPS - book.fee * book.dao_bps // BPS
    assert fee_of(met) == fee_of(silent) == book.fee
    assert (customer_of(met), from_deposit(met), from_deposit(silent)) == (0, 0, 0)
    assert silent.customer_from_fee == met.validators + met.relay


@pytest.mark.parametrize(
    ("outcome", "credit_bps", "left", "reward"),
    [
        (Outcome.MET, 0, Division(700, 0, 0, 100, 0, 0, 0), 200),
        (Outcome.BREACH, 9_000, Division(0, 0, 0, 100, 700, 200, 0), 200),
        (Outcome.NO_DATA, 0, Division(700, 0, 0, 100, 0, 0, 0), 200),
    ],
)
def test_who_wins_a_dispute_gets_what_those_who_signed_would_have_had(
    outcome: Outcome, credit_bps: int, left: Division, reward: int
) -> None:
    assert rewarded(divide(outcome, credit_bps, 0, stakes()), outcome) == (left, reward)


@given(any_stakes(), st.sampled_from(list(Outcome)), shares_bps, shares_bps)
def test_a_reward_comes_out_of_the_fee_and_costs_the_parties_nothing(
    book: Stakes, outcome: Outcome, credit_bps: int, slash_bps: int
) -> None:
    award = (credit_bps, slash_bps) if outcome is Outcome.BREACH else (0, 0)
    parts = divide(outcome, *award, book)
    left, reward = rewarded(parts, outcome)
    assert fee_of(left) + reward == book.fee
    assert (left.provider, left.dao, from_deposit(left)) == (parts.provider, parts.dao, from_deposit(parts))
    assert left.customer_from_fee == (0 if outcome is Outcome.NO_DATA else parts.customer_from_fee)


@given(amounts, shares_bps)
def test_a_bond_is_never_less_than_its_share_and_less_than_a_unit_more(amount: int, bps: int) -> None:
    assert 0 <= share_up(amount, bps) * BPS - amount * bps < BPS
    assert share_up(amount, bps) - amount * bps // BPS in (0, 1)


def test_a_set_shares_equally_what_it_earned_and_keeps_its_remainder() -> None:
    earned = {0b1111: 103, 0b1011: 100, 0b0111: 2}
    assert [member_share(earned, member) for member in range(5)] == [58, 58, 25, 58, 0]
    assert member_share({}, 0) == 0
    with pytest.raises(BadInput):
        member_share({0b1111: -1}, 0)


@given(st.dictionaries(st.integers(1, 2**31 - 1), amounts, max_size=8))
def test_sets_never_pay_more_than_they_earned_and_keep_less_than_a_unit_a_member(earned: dict[int, int]) -> None:
    paid = sum(member_share(earned, member) for member in range(31))
    total = sum(earned.values())
    assert total - sum(observers.bit_count() for observers in earned) < paid <= total or total == paid == 0


@given(st.integers(1, 2**31 - 1), amounts, amounts, st.integers(0, 30))
def test_what_a_member_is_due_does_not_depend_on_who_claimed_when(observers: int, one: int, more: int, member: int) -> None:
    taken = member_share({observers: one}, member)
    assert taken <= member_share({observers: one + more}, member)
