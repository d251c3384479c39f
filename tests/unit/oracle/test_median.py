"""The committee's median: independent of order, inside the honest range, and made of pairs that somebody signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import BadInput
from governance.values import Observation, Ratio
from oracle.median import EMPTY, median


def seen(
    uptime: Ratio = EMPTY, attained: Ratio = EMPTY, coverage: Ratio = EMPTY, samples: int = 1, p95_ms: int = 0
) -> Observation:
    return Observation(1, 2, samples, uptime, attained, coverage, p95_ms, bytes(32))


def uptimes(*shares: tuple[int, int]) -> Ratio:
    return median([(member, seen(Ratio(*share))) for member, share in enumerate(shares)]).uptime


def test_the_middle_of_three_is_taken() -> None:
    assert uptimes((1, 10), (9, 10), (5, 10)) == Ratio(5, 10)


def test_of_an_even_number_the_lower_middle_is_taken() -> None:
    assert uptimes((4, 10), (1, 10), (3, 10), (2, 10)) == Ratio(2, 10)


def test_shares_are_compared_exactly_where_floats_would_not_tell_them_apart() -> None:
    below, exact = (10**30 - 1, 10**30), (1, 1)
    assert float(below[0] / below[1]) == 1.0
    assert uptimes(exact, below, exact, below) == Ratio(*below)


def test_equal_shares_fall_to_the_lower_member() -> None:
    pairs = [(3, seen(Ratio(1, 2))), (0, seen(Ratio(2, 4))), (1, seen(Ratio(3, 6)))]
    assert median(pairs).uptime == Ratio(3, 6)
    assert median([(member + 1, observation) for member, observation in pairs[:2]]).uptime == Ratio(2, 4)


def test_an_empty_pair_takes_no_part() -> None:
    assert uptimes((0, 0), (7, 10), (0, 0)) == Ratio(7, 10)
    assert uptimes((0, 0), (0, 0), (7, 10), (0, 0)) == Ratio(7, 10)
    assert uptimes((0, 0), (0, 0), (0, 0)) == EMPTY


def test_each_figure_has_its_own_median() -> None:
    found = median(
        [
            (0, seen(Ratio(1, 10), Ratio(9, 10), Ratio(5, 10), 7, 300)),
            (1, seen(Ratio(5, 10), Ratio(1, 10), Ratio(9, 10), 9, 0)),
            (2, seen(Ratio(9, 10), Ratio(5, 10), Ratio(1, 10), 8, 100)),
        ]
    )
    assert (found.uptime, found.attained, found.coverage) == (Ratio(5, 10), Ratio(5, 10), Ratio(5, 10))
    assert (found.samples, found.p95_ms) == (8, 100)


@pytest.mark.parametrize("members", [[], [1, 1]])
def test_nobody_and_a_member_twice_are_refused(members: list[int]) -> None:
    with pytest.raises(BadInput):
        median([(member, seen()) for member in members])


SHARE = st.integers(0, 10**6).flatmap(lambda whole: st.builds(Ratio, st.integers(0, whole), st.just(whole)))
COUNTED = st.integers(1, 10**6).flatmap(lambda whole: st.builds(Ratio, st.integers(0, whole), st.just(whole)))
ANY = st.builds(seen, SHARE, SHARE, SHARE, st.integers(0, 10**9), st.integers(0, 10**6))


@given(st.lists(ANY, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_order_does_not_matter(observations: list[Observation], random: object) -> None:
    pairs = list(enumerate(observations))
    expected = median(pairs)
    random.shuffle(pairs)  # type: ignore[attr-defined]
    assert median(pairs) == expected


@given(st.lists(ANY, min_size=1, max_size=10))
def test_every_pair_was_signed_by_somebody(observations: list[Observation]) -> None:
    found = median(list(enumerate(observations)))
    for name in ("uptime", "attained", "coverage"):
        share = getattr(found, name)
        assert share == EMPTY or share in [getattr(one, name) for one in observations]


@given(st.data(), st.integers(1, 4), st.booleans())
def test_f_liars_cannot_move_it_out_of_the_honest_range(data: st.DataObject, faults: int, everybody: bool) -> None:
    honest_number = 2 * faults + 1 if everybody else faults + 1  # of n = 3f + 1 observers, or of a bare quorum of 2f + 1
    honest = data.draw(st.lists(COUNTED, min_size=honest_number, max_size=honest_number))
    lies = data.draw(st.lists(COUNTED | st.just(EMPTY), min_size=faults, max_size=faults))
    order = data.draw(st.permutations(range(honest_number + faults)))
    found = median([(member, seen(share)) for member, share in zip(order, honest + lies, strict=True)]).uptime
    assert any(found.at_least(share) for share in honest)
    assert any(share.at_least(found) for share in honest)
