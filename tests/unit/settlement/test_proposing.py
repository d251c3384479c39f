"""Which agreement-periods are proposed together, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from settlement.proposing import Group, Voice, chunks, group, uncovered

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
    covered = {A: [0b0111], B: [0b1111], C: [0b1011, 0b0011]}
    assert uncovered(candidate, covered).keys == (C,)


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
