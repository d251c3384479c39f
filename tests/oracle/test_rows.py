"""From an observation set to rows: nothing is believed, everybody derives the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chain import merkle
from chain.quorum import mask_of
from chain.row import pack
from governance.values import Observation, Outcome, Row
from oracle import rows
from oracle.rows import (
    Equivocation,
    MemberRefused,
    RowRefused,
    SetRefused,
    derive,
    derive_rows,
    epoch_root,
    report_header,
    verify_member,
)

PAYEE = "0x" + "77" * 20
Seen = Callable[..., Observation]


def rows_of(committee: Any, *signed: Any, only: Any = None) -> list[Row]:
    return derive_rows(committee.observed(*signed), committee.book.agreements(), committee.laws, committee.rules, only)


def test_a_row_is_the_laws_verdict_of_the_median(committee: Any, seen: Seen) -> None:
    committee.open()
    signed = [committee.sign(member, [seen(ok=ok)]) for member, ok in ((0, 100), (1, 98), (2, 97))]
    assert rows_of(committee, *signed) == [
        Row(
            agreement=1,
            period=0,
            outcome=Outcome.BREACH,
            tier=2,
            credit_bps=2_500,
            slash_bps=0,
            uptime_ppm=980_000,
            coverage_ppm=1_000_000,
            p95_ms=250,
        )
    ]


def test_one_liar_moves_no_verdict(committee: Any, seen: Seen) -> None:
    committee.open()
    honest = [committee.sign(member, [seen()]) for member in (0, 1, 3)]
    for lie in (0, 50, 99):
        signed = [*honest[:2], committee.sign(2, [seen(ok=lie)]), honest[2]]
        assert [row.outcome for row in rows_of(committee, *signed)] == [Outcome.MET]


def test_thin_coverage_is_no_data(committee: Any, seen: Seen) -> None:
    committee.open()
    signed = [committee.sign(member, [seen(slots=5)]) for member in range(3)]
    assert [row.outcome for row in rows_of(committee, *signed)] == [Outcome.NO_DATA]


def test_rows_come_by_agreement_and_period_whatever_the_order_of_observations(committee: Any, seen: Seen) -> None:
    for number in (3, 1, 2):
        committee.open(number, length_s=1_200)
    keys = [(agreement, period) for agreement in (1, 2, 3) for period in (0, 1, 2)]
    signed = []
    for member in range(4):
        mine = [seen(agreement, period) for agreement, period in random.Random(member).sample(keys, len(keys))]
        signed.append(committee.sign(member, mine))
    assert [(row.agreement, row.period) for row in rows_of(committee, *signed)] == keys


def test_only_what_every_observer_saw_has_a_row(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2)
    both = [committee.sign(member, [seen(1), seen(2)]) for member in range(2)]
    assert [row.agreement for row in rows_of(committee, *both, committee.sign(2, [seen(2)]))] == [2]


def test_a_quorum_within_a_larger_set_is_not_enough_for_a_row(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2)
    both = [committee.sign(member, [seen(1), seen(2)]) for member in range(3)]
    assert [row.agreement for row in rows_of(committee, *both, committee.sign(3, [seen(2)]))] == [2]


def test_a_wanted_row_that_not_every_observer_saw_is_refused(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2)
    both = [committee.sign(member, [seen(1), seen(2)]) for member in range(2)]
    with pytest.raises(RowRefused, match="is not observed by every member"):
        rows_of(committee, *both, committee.sign(2, [seen(2)]), only=[(1, 0)])


def test_only_limits_the_rows(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2)
    signed = [committee.sign(member, [seen(1), seen(2)]) for member in range(3)]
    assert [row.agreement for row in rows_of(committee, *signed, only=[(2, 0)])] == [2]


@pytest.mark.parametrize(
    ("agreement", "period", "why"),
    [(9, 0, "is unknown"), (1, 3, "is past the last of 3"), (1, 1, "did not end in epoch")],
)
def test_what_has_no_place_in_the_report_gets_no_row(committee: Any, seen: Seen, agreement: int, period: int, why: str) -> None:
    committee.open()
    signed = [committee.sign(member, [seen(1, 0), seen(agreement, period)]) for member in range(3)]
    assert [(row.agreement, row.period) for row in rows_of(committee, *signed)] == [(1, 0)]
    with pytest.raises(RowRefused, match=why):
        rows_of(committee, *signed, only=[(agreement, period)])


def test_a_period_that_began_under_another_configuration_gets_no_row(committee: Any, seen: Seen) -> None:
    record = committee.open()
    signed = [committee.sign(member, [seen()]) for member in range(3)]
    observed = committee.observed(*signed)
    for since_s, until_s in ((record.start_s + 1, 2**60), (0, record.start_s)):
        other = replace(observed, configuration=replace(observed.configuration, since_s=since_s, until_s=until_s))
        assert derive_rows(other, committee.book.agreements(), committee.laws, committee.rules) == []


def test_a_law_at_fault_costs_its_own_row_alone(committee: Any, seen: Seen) -> None:
    broken = committee.publish("decide(_, met, [a]).\ndecide(_, breach(1, 1, 1), [b]).\n")
    committee.open(1)
    committee.open(2, law=broken)
    signed = [committee.sign(member, [seen(1), seen(2)]) for member in range(3)]
    derived, faults = derive(committee.observed(*signed), committee.book.agreements(), committee.laws, committee.rules)
    assert [found.row.agreement for found in derived] == [1]
    assert [(fault.agreement, fault.period) for fault in faults] == [(2, 0)]
    with pytest.raises(RowRefused, match="has no verdict"):
        rows_of(committee, *signed, only=[(2, 0)])


def test_terms_that_cannot_be_read_cost_their_own_row_alone(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2, terms="no: terms\n")
    signed = [committee.sign(member, [seen(1), seen(2)]) for member in range(3)]
    derived, faults = derive(committee.observed(*signed), committee.book.agreements(), committee.laws, committee.rules)
    assert ([found.row.agreement for found in derived], [fault.agreement for fault in faults]) == ([1], [2])


def test_a_verdict_cites_its_clauses(committee: Any, seen: Seen) -> None:
    committee.open()
    signed = [committee.sign(member, [seen(ok=90)]) for member in range(3)]
    derived, _ = derive(committee.observed(*signed), committee.book.agreements(), committee.laws, committee.rules)
    assert derived[0].verdict.clauses
    assert derived[0].median.uptime.floor_ppm() == 900_000


def test_fewer_than_a_quorum_make_no_set(committee: Any, seen: Seen) -> None:
    committee.open()
    with pytest.raises(SetRefused, match="2 observers"):
        rows_of(committee, *(committee.sign(member, [seen()]) for member in range(2)))


@pytest.mark.parametrize("members", [(0, 0, 1, 2), (1, 0, 2)])
def test_members_stand_once_and_in_order(committee: Any, seen: Seen, members: tuple[int, ...]) -> None:
    committee.open()
    with pytest.raises(SetRefused, match="ascending"):
        rows_of(committee, *(committee.sign(member, [seen()]) for member in members))


def test_another_epoch_is_refused(committee: Any, seen: Seen) -> None:
    committee.open()
    signed = [committee.sign(member, [seen()]) for member in range(2)]
    with pytest.raises(SetRefused, match="member 2 signed epoch"):
        rows_of(committee, *signed, committee.sign(2, [seen()], committee.epoch() + 1))


def test_an_altered_observation_does_not_fit_its_root(committee: Any, seen: Seen) -> None:
    signed = committee.sign(0, [seen(ok=10)])
    with pytest.raises(MemberRefused, match="root of member 0"):
        verify_member(replace(signed, observations=(seen(ok=100),)), committee.configuration, committee.rules.committee)


def test_a_withheld_observation_does_not_fit_its_root(committee: Any, seen: Seen) -> None:
    signed = committee.sign(0, [seen(1), seen(2)])
    with pytest.raises(MemberRefused, match="root of member 0"):
        verify_member(replace(signed, observations=(seen(1),)), committee.configuration, committee.rules.committee)


def test_two_observations_of_one_agreement_period_refuse_their_member(committee: Any, seen: Seen) -> None:
    signed = committee.sign(0, [seen(ok=100), seen(ok=0)])
    with pytest.raises(MemberRefused, match="two of one agreement-period"):
        verify_member(signed, committee.configuration, committee.rules.committee)


def test_a_root_signed_by_somebody_else_is_refused(committee: Any, seen: Seen) -> None:
    signed = replace(committee.sign(0, [seen()]), member=1)
    with pytest.raises(MemberRefused, match="root of member 1 is signed by"):
        verify_member(signed, committee.configuration, committee.rules.committee)


def test_a_stranger_costs_no_root(committee: Any, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: Any) -> bytes:
        raise AssertionError("the root was computed")

    signed = replace(committee.sign(1, [seen()]), member=2)
    monkeypatch.setattr(rows, "epoch_root", never)
    with pytest.raises(MemberRefused, match="is signed by"):
        verify_member(signed, committee.configuration, committee.rules.committee)


def test_a_root_signed_for_another_epoch_is_refused(committee: Any, seen: Seen) -> None:
    signed = replace(committee.sign(0, [seen()]), epoch=committee.epoch() + 1)
    with pytest.raises(MemberRefused, match="is signed by"):
        verify_member(signed, committee.configuration, committee.rules.committee)


@pytest.mark.parametrize("change", [{"member": 4}, {"signature": b"\xff" * 64}, {"signature": b""}, {"observations": ()}])
def test_what_is_no_members_word_is_refused(committee: Any, seen: Seen, change: dict[str, Any]) -> None:
    signed = replace(committee.sign(0, [seen()]), **change)
    with pytest.raises(MemberRefused):
        verify_member(signed, committee.configuration, committee.rules.committee)


def test_counts_that_fit_no_leaf_are_refused(seen: Seen) -> None:
    with pytest.raises(MemberRefused):
        epoch_root([replace(seen(), samples=2**64)])


def test_the_header_binds_member_root_and_leaf_of_every_row(committee: Any, seen: Seen) -> None:
    committee.open(1)
    committee.open(2)
    signed = [committee.sign(member, [seen(1, ok=90 + member), seen(2)]) for member in range(3)]
    observed = committee.observed(*signed)
    rows = rows_of(committee, *signed, only=[(1, 0)])
    header = report_header(observed, rows, PAYEE)
    leaves = [merkle.set_leaf(one.member, one.root, merkle.observation_leaf(one.observations[0])) for one in signed]
    assert header.observation_set == merkle.root(leaves)
    assert (header.observers, header.epoch) == (mask_of([0, 1, 2]), committee.epoch())
    assert pack(rows[0])


def test_two_roots_of_one_epoch_prove_an_equivocation(committee: Any, seen: Seen) -> None:
    honest, lie = committee.sign(2, [seen()]), committee.sign(2, [seen(ok=1)])
    proof = Equivocation(2, committee.epoch(), ((honest.root, honest.signature), (lie.root, lie.signature)))
    assert proof.holds(committee.configuration, committee.rules.committee)
    once = Equivocation(2, committee.epoch(), ((honest.root, honest.signature), (honest.root, honest.signature)))
    framed = replace(proof, member=1)
    other = committee.sign(2, [seen(ok=1)], committee.epoch() + 1)
    two_epochs = Equivocation(2, committee.epoch(), ((honest.root, honest.signature), (other.root, other.signature)))
    for bad in (once, framed, two_epochs, replace(proof, member=9)):
        assert not bad.holds(committee.configuration, committee.rules.committee)
