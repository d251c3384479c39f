"""Merkle trees: every leaf proves itself, nothing else does, and order does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import merkle
from governance.errors import BadInput
from governance.values import Observation, Ratio

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@given(LEAVES)
def test_every_leaf_proves_itself(leaves: list[bytes]):
    root = merkle.root(leaves)
    assert all(merkle.verify(root, leaf, merkle.proof(leaves, leaf)) for leaf in leaves)


@given(LEAVES, st.randoms())
def test_a_root_names_a_set(leaves: list[bytes], random):
    shuffled = list(leaves)
    random.shuffle(shuffled)
    assert merkle.root(shuffled) == merkle.root(leaves)


@given(LEAVES, st.binary(min_size=32, max_size=32))
def test_a_stranger_proves_nothing(leaves: list[bytes], stranger: bytes):
    if stranger in leaves:
        return
    root = merkle.root(leaves)
    assert not any(merkle.verify(root, stranger, merkle.proof(leaves, leaf)) for leaf in leaves)
    with pytest.raises(BadInput, match="not in the tree"):
        merkle.proof(leaves, stranger)


@given(LEAVES, st.integers(0, 39))
def test_another_leaf_makes_another_root(leaves: list[bytes], place: int):
    other = [*leaves]
    other[place % len(leaves)] = bytes(b ^ 1 for b in other[place % len(leaves)])
    if len(set(other)) == len(other) and set(other) != set(leaves):
        assert merkle.root(other) != merkle.root(leaves)


def test_the_root_of_one_leaf_is_the_leaf():
    assert merkle.root([b"\7" * 32]) == b"\7" * 32
    assert merkle.proof([b"\7" * 32], b"\7" * 32) == []


def test_no_leaves_have_no_root():
    with pytest.raises(BadInput, match="needs a leaf"):
        merkle.root([])


def test_a_leaf_is_32_bytes():
    with pytest.raises(BadInput, match="leaf is not 32 bytes"):
        merkle.root([b"short"])


def _observation(**changes) -> Observation:
    counts = {"agreement": 1, "period": 2, "samples": 3, "p95_ms": 4, "evidence": bytes(32)}
    ratios = {"uptime": Ratio(5, 6), "attained": Ratio(7, 8), "coverage": Ratio(9, 10)}
    return Observation(**{**counts, **ratios, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"agreement": 9},
        {"period": 9},
        {"samples": 9},
        {"p95_ms": 9},
        {"evidence": b"\1" * 32},
        {"uptime": Ratio(4, 6)},
        {"uptime": Ratio(5, 7)},
        {"attained": Ratio(6, 8)},
        {"attained": Ratio(7, 9)},
        {"coverage": Ratio(8, 10)},
        {"coverage": Ratio(9, 11)},
    ],
)
def test_every_count_is_in_the_leaf(change):
    assert merkle.observation_leaf(_observation(**change)) != merkle.observation_leaf(_observation())


@pytest.mark.parametrize(
    ("change", "message"),
    [({"agreement": 2**96}, "agreement"), ({"period": 2**32}, "period"), ({"evidence": b""}, "evidence is not 32 bytes")],
)
def test_a_count_that_does_not_fit_is_named(change, message: str):
    with pytest.raises(BadInput, match=message):
        merkle.observation_leaf(_observation(**change))


def test_a_member_that_does_not_fit_is_refused():
    with pytest.raises(BadInput, match="member 256"):
        merkle.set_leaf(256, bytes(32), bytes(32))
