"""Regions of whole-number pairs answer as counting through them would."""

from __future__ import annotations

from random import Random

import pytest

from governance.checking.regions import Plane, Undecided, cut, heights_of, pair_in, region_of, span_at, worse_pair

MOST = 12
SHARES: list[Plane] = [(1, 0, 0), (-1, 1, 0), (0, -1, MOST)]


def some_planes(draw: Random) -> list[Plane]:
    return SHARES + [(draw.randint(-4, 4), draw.randint(-4, 4), draw.randint(-6, 6)) for _ in range(draw.randint(0, 4))]


def pairs_within(planes: list[Plane]) -> set[tuple[int, int]]:
    every = ((good, counted) for counted in range(MOST + 1) for good in range(counted + 1))
    return {pair for pair in every if all(a * pair[0] + b * pair[1] + c >= 0 for a, b, c in planes)}


def test_a_region_has_a_pair_exactly_when_counting_finds_one():
    draw = Random(5)
    empty = 0
    for _ in range(1_000):
        planes = some_planes(draw)
        expected, region = pairs_within(planes), region_of(planes)
        found = None if region is None else pair_in(region)
        assert (found in expected) if expected else found is None, planes
        empty += not expected
    assert 100 < empty < 900


def test_worse_pairs_are_found_exactly_when_counting_finds_some():
    draw = Random(7)
    found_some = 0
    for _ in range(1_000):
        first, second = some_planes(draw), some_planes(draw)
        better, worse = region_of(first), region_of(second)
        expected = any(b[1] == w[1] and w[0] < b[0] for b in pairs_within(first) for w in pairs_within(second))
        found = None if better is None or worse is None else worse_pair(better, worse)
        assert (found is not None) == expected, (first, second)
        if found:
            found_some += 1
            (good, counted), (fewer, as_many) = found
            assert fewer < good
            assert counted == as_many
    assert 100 < found_some < 900


@pytest.mark.parametrize(("numerator", "denominator"), [(999, 1000), (9_999_999, 10**9), (1, 3)])
def test_a_single_ratio_has_its_pairs_among_huge_counts(numerator, denominator):
    exact = [(denominator, -numerator, 0), (-denominator, numerator, 0), (0, 1, -(10**20)), (1, 0, 0), (0, -1, 2**128)]
    region = region_of(exact)
    assert region is not None
    good, counted = pair_in(region) or (0, 0)
    assert counted >= 10**20
    assert good * denominator == numerator * counted


def test_a_gap_of_no_width_is_empty():
    region = region_of([*SHARES, (1000, -999, 0), (-1000, 999, -1)])
    assert region is None or pair_in(region) is None


def test_a_region_without_planes_of_counts_is_judged_by_its_constant():
    assert region_of([(0, 0, -1)]) is None
    assert region_of([(0, 0, 0)]) == ()


def test_spans_and_heights_are_the_ends():
    region = region_of([*SHARES, (2, -1, 0)])
    assert region is not None
    assert span_at(region, 7) == (4, 7)
    assert span_at(region, MOST + 1) is None
    assert heights_of(region) == (0, MOST)
    rest = cut(region, (0, 1, -5))
    assert rest is not None
    assert heights_of(rest) == (5, MOST)


def test_what_is_too_long_and_thin_to_search_is_said():
    # between two neighbouring slopes, far out, and without a multiple of either denominator at hand
    first, second = 10**15 + 37, 10**15 + 91
    thin = [(first, -(first // 2), -1), (-second, second // 2, 10**16), (0, 1, -(10**9)), (0, -1, 10**9 + 10**7), (1, 0, 0)]
    region = region_of(thin)
    if region is not None:
        try:
            found = pair_in(region)
        except Undecided:
            return
        assert found is None or all(a * found[0] + b * found[1] + c >= 0 for a, b, c in region)
