"""Which agreement-periods are proposed together, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from settlement.proposing import Group, Held, Part, Voice, chunks, due, group, outgrown

A, B, C = (1, 0), (2, 0), (3, 0)


def voice(member: int, *keys: tuple[int, int], at: int = 0) -> Voice:
    return Voice(member, at, frozenset(keys))


def ready(*voices: Voice, now_ms: int = 0, dropped: tuple[int, ...] = ()) -> dict[int, tuple[tuple[int, int], ...]]:
    found = group(voices, dropped, 4, 3, now_ms=now_ms, patience_ms=1_000)
    return {each.observers: each.keys for each in found}


def test_a_whole_committee_is_not_waited_for() -> None:
    assert ready(*(voice(member, A, B) for member in range(4))) == {0b1111: (A, B)}


def test_a_quorum_is_proposed_after_patience() -> None:
    voices = [voice(0, A, at=5), voice(3, A, at=7), voice(1, A, at=900)]
    assert ready(*voices, now_ms=1_899) == {}
    assert ready(*voices, now_ms=1_900) == {0b1011: (A,)}


def test_less_than_a_quorum_is_never_proposed() -> None:
    assert ready(voice(0, A), voice(1, A), now_ms=10**9) == {}


def test_patience_is_counted_from_when_this_group_had_its_quorum() -> None:
    voices = [voice(0, A, B), voice(1, A, B), voice(2, A, at=50), voice(3, B, at=5_000)]
    complete_less_one = voices[:3]
    assert ready(*complete_less_one, now_ms=1_050) == {0b0111: (A,)}
    assert ready(*voices, now_ms=5_000) == {0b0111: (A,), 0b1011: (B,)}


def test_who_signed_two_roots_is_neither_heard_nor_waited_for() -> None:
    voices = [voice(member, A) for member in range(4)]
    assert ready(*voices, dropped=(2,)) == {0b1011: (A,)}
    assert ready(*voices, dropped=(2, 3)) == {}


def test_a_proposal_on_as_many_covers_and_one_on_fewer_does_not() -> None:
    candidate = Group(0b0111, (A, B, C))
    held = [Held("same", 0b0111, (A,)), Held("more", 0b1111, (B,)), Held("other", 0b1011, (C,)), Held("fewer", 0b0011, (C,))]
    assert due(candidate, held, 9) == [Part((C,))]


def test_what_stays_behind_when_one_row_moved_to_a_larger_set_is_proposed_alone() -> None:
    old, larger = Held("old", 0b0111, (A, B, C)), Held("larger", 0b1111, (A,))
    assert outgrown([old, larger]) == {"old"}
    assert due(Group(0b0111, (B, C)), [old, larger], 9) == [Part((B, C), "old")]
    assert due(Group(0b0111, (B, C)), [old, larger, Held("again", 0b0111, (B, C))], 9) == []


def test_a_proposal_that_a_quorum_signed_covers_all_of_its_rows_whatever_came_later() -> None:
    old, larger = Held("old", 0b0111, (A, B), complete=True), Held("larger", 0b1111, (A,))
    assert due(Group(0b0111, (B,)), [old, larger], 9) == []


def test_a_proposal_that_is_stuck_is_made_again_in_halves_down_to_one_row() -> None:
    stuck = Held("stuck", 0b0111, (A, B, C), stuck=True)
    assert due(Group(0b0111, (A, B, C)), [stuck], 9) == [Part((A,), "stuck"), Part((B, C), "stuck")]
    halves = [stuck, Held("first", 0b0111, (A,), stuck=True), Held("second", 0b0111, (B, C), stuck=True)]
    assert due(Group(0b0111, (A, B, C)), halves, 9) == [Part((B,), "second"), Part((C,), "second")]
    assert due(Group(0b0111, (A,)), [Held("single", 0b0111, (A,), stuck=True)], 9) == []


def test_what_is_left_of_a_proposal_of_which_the_chain_decided_a_row_is_proposed_together() -> None:
    assert due(Group(0b0111, (B, C)), [Held("stuck", 0b0111, (A, B, C), stuck=True)], 9) == [Part((B, C), "stuck")]


NUMBERS = st.frozensets(st.integers(0, 5), min_size=1)
HELD = st.lists(st.tuples(st.sampled_from([0b0111, 0b1011, 0b1111]), NUMBERS, st.booleans(), st.booleans()), max_size=5)


@given(HELD, NUMBERS, st.integers(1, 3))
def test_no_row_waits_in_a_proposal_that_may_never_be_signed_and_none_is_proposed_twice(made, numbers, size) -> None:
    held = [
        Held(str(at), mask, tuple((number, 0) for number in sorted(keys)), complete, stuck)
        for at, (mask, keys, complete, stuck) in enumerate(made)
    ]
    candidate = Group(0b0111, tuple((number, 0) for number in sorted(numbers)))
    proposed = [key for part in due(candidate, held, size) for key in part.keys]
    assert len(proposed) == len(set(proposed))
    grown = outgrown(held)
    for key in candidate.keys:
        signable = [
            one for one in held
            if key in one.keys and one.observers in (0b0111, 0b1111)
            and (one.complete or (one.id not in grown and (not one.stuck or len(one.keys) == 1)))
        ]  # fmt: skip
        assert (key in proposed) == (not signable)


@given(st.lists(st.integers(0, 99), unique=True), st.integers(1, 7))
def test_chunks_hold_everything_once_and_in_order(numbers: list[int], size: int) -> None:
    keys = [(number, 0) for number in numbers]
    parts = list(chunks(keys, size))
    assert [key for part in parts for key in part] == keys
    assert all(0 < len(part) <= size for part in parts)


members_and_keys = st.dictionaries(st.integers(0, 3), st.frozensets(st.integers(0, 5)), max_size=4)


@given(members_and_keys)
def test_every_key_that_a_quorum_saw_is_in_the_one_group_of_its_observers(seen: dict[int, frozenset[int]]) -> None:
    voices = [voice(member, *((number, 0) for number in numbers)) for member, numbers in seen.items()]
    found = ready(*voices, now_ms=10_000)
    for number in range(6):
        observers = sum(1 << member for member, numbers in seen.items() if number in numbers)
        holding = [mask for mask, keys in found.items() if (number, 0) in keys]
        assert holding == ([observers] if observers.bit_count() >= 3 else [])
