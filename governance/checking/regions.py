"""Regions of whole-number pairs, bounded by straight lines, and exact answers about them.

A law's way through a case depends on where the case's counts lie: on one side of ``1000 * good >= 999 * all`` or on the other,
with ``samples < 100`` or without. A *plane* ``(a, b, c)`` holds the pairs ``(good, counted)`` with
``a * good + b * counted + c >= 0``; a region is where all of its planes hold. Everything is computed in whole numbers, so an
answer is never off by a count at a boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from math import gcd, lcm
from typing import TypeVar

Plane = tuple[int, int, int]
Region = tuple[Plane, ...]
Pair = tuple[int, int]
Found = TypeVar("Found")

_FEW = 512
_MOST_LOOKED_AT = 20_000
_ROUND = tuple(10**power for power in range(1, 20))


class Undecided(Exception):
    """Whether a region holds a pair of whole numbers could not be found out by looking at a bounded number of them."""


def region_of(planes: Sequence[Plane]) -> Region | None:
    """The region of these planes in lowest terms, without those that say less than another; None where one is impossible."""
    least: dict[Pair, int] = {}
    for a, b, c in planes:
        common = gcd(a, b)
        if common == 0:
            if c < 0:
                return None
            continue
        normal = a // common, b // common
        least[normal] = min(c // common, least.get(normal, c // common))
    return tuple(sorted((*normal, c) for normal, c in least.items()))


def cut(region: Region, *planes: Plane) -> Region | None:
    """The part of a region within more planes; None where plainly nothing is left."""
    return region_of((*region, *planes))


@lru_cache(maxsize=65_536)
def pair_in(region: Region) -> Pair | None:
    """A pair of the region, with a small or a round second number where there is one; None where the region is empty.

    Raises Undecided for a region that is long and too thin to tell.
    """
    strip = _lines_across(region)
    if strip is not None:
        return next((found for line in strip if (found := _pair_on(line, region)) is not None), None)
    bounds = _heights(_shadow(region))
    if bounds is None:
        return None

    def at(height: int) -> Pair | None:
        span = span_at(region, height)
        return (_handy(*span), height) if span else None

    return _search(bounds, _scale(region), at)


@lru_cache(maxsize=65_536)
def worse_pair(better: Region, worse: Region) -> tuple[Pair, Pair] | None:
    """Pairs of either region with the same second number, the first number of the worse being smaller; None: there are none.

    Raises Undecided where that could not be found out.
    """
    lower_worse, upper_better = _sides(worse)[0], _sides(better)[1]
    # the least of the worse and 1 more is at most the greatest of the better
    between = [_crossed((a, b, c), (d, e, f + d)) for a, b, c in lower_worse for d, e, f in upper_better]
    planes = [*_shadow(better), *_shadow(worse), *between]
    bounds = _heights(planes)
    if bounds is None:
        return None

    def at(height: int) -> tuple[Pair, Pair] | None:
        high, low = span_at(better, height), span_at(worse, height)
        return ((high[1], height), (low[0], height)) if high and low and low[0] < high[1] else None

    return _search(bounds, lcm(_scale(better), _scale(worse)), at)


def span_at(region: Region, height: int) -> Pair | None:
    """The least and the greatest first number of the region's pairs with that second one."""
    low, high = -(2**300), 2**300
    for a, b, c in region:
        rest = b * height + c
        if a > 0:
            low = max(low, -(rest // a))
        elif a < 0:
            high = min(high, rest // -a)
        elif rest < 0:
            return None
    return (low, high) if low <= high else None


def heights_of(region: Region) -> Pair | None:
    """The least and the greatest second number that the region could have, by its planes alone; None where it has none."""
    return _heights(_shadow(region))


def _sides(region: Region) -> tuple[list[Plane], list[Plane]]:
    return [plane for plane in region if plane[0] > 0], [plane for plane in region if plane[0] < 0]


def _crossed(lower: Plane, upper: Plane) -> Plane:
    """What a lower and an upper bound of the first number leave for the second."""
    a, b, c = lower
    d, e, f = upper
    return 0, a * e - d * b, a * f - d * c


def _shadow(region: Region) -> list[Plane]:
    """The planes of the second number alone that follow from a region's."""
    lower, upper = _sides(region)
    return [plane for plane in region if plane[0] == 0] + [_crossed(low, high) for low in lower for high in upper]


def _heights(planes: Sequence[Plane]) -> Pair | None:
    low, high = -(2**300), 2**300
    for _, b, c in planes:
        if b > 0:
            low = max(low, -(c // b))
        elif b < 0:
            high = min(high, c // -b)
        elif c < 0:
            return None
    return (low, high) if low <= high else None


def _scale(region: Region) -> int:
    """Multiples of this make the ends of a region's spans whole numbers, where its lines go through the origin."""
    return lcm(*(abs(plane[0]) for plane in region if plane[0]))


def _search(bounds: Pair, scale: int, at: Callable[[int], Found | None]) -> Found | None:
    low, high = bounds
    count = high - low + 1
    heights = range(low, high + 1) if count <= _MOST_LOOKED_AT else _likely(low, high, scale)
    tried = dict.fromkeys([*(h for h in (1_000, *_ROUND) if low <= h <= high), *heights])
    for height in tried:
        found = at(height)
        if found is not None:
            return found
    if count > _MOST_LOOKED_AT:
        raise Undecided
    return None


def _likely(low: int, high: int, scale: int) -> Iterator[int]:
    yield from range(low, low + _FEW)
    first = -(-low // scale) * scale
    yield from islice(range(first, high + 1, scale), _FEW)
    step = 1
    while low + step <= high:
        yield low + step
        step *= 2
    yield from range(high, high - _FEW, -1)


def _handy(low: int, high: int) -> int:
    """A number of a span, not at its ends where it has an inside, and not needlessly large."""
    return low + 1_000 if high - low > 2_000 else (low + high) // 2


def _lines_across(region: Region) -> list[Plane] | None:
    """Where two planes leave a strip of a few lines of whole numbers between them, those lines; None where none do."""
    offsets = {(a, b): c for a, b, c in region}
    for (a, b), c in offsets.items():
        opposite = offsets.get((-a, -b))
        if opposite is not None and a and c + opposite < 16:
            return [(a, b, c - step) for step in range(c + opposite + 1)]
    return None


def _pair_on(line: Plane, region: Region) -> Pair | None:
    """A pair of the region on a line ``a * good + b * counted + c == 0``, whose a and b have no common factor."""
    a, b, c = line
    one, other = _bezout(a, b)
    good, counted = -c * one, -c * other
    # every whole pair on the line is (good + b * t, counted - a * t)
    low, high = -(2**600), 2**600
    for d, e, f in region:
        slope, rest = d * b - e * a, d * good + e * counted + f
        if slope > 0:
            low = max(low, -(rest // slope))
        elif slope < 0:
            high = min(high, rest // -slope)
        elif rest < 0:
            return None
    if low > high:
        return None
    onward = 1 if a <= 0 else -1  # towards the larger second number
    step = low if a <= 0 else high
    if counted == a * step and low < high:
        step += onward  # rather a share of something than 0 of 0
    return good + b * step, counted - a * step


def _bezout(a: int, b: int) -> Pair:
    """Numbers x, y with ``a * x + b * y == 1``, for a and b without a common factor."""
    x, next_x, y, next_y, rest, next_rest = 1, 0, 0, 1, a, b
    while next_rest:
        quotient = rest // next_rest
        rest, next_rest = next_rest, rest - quotient * next_rest
        x, next_x = next_x, x - quotient * next_x
        y, next_y = next_y, y - quotient * next_y
    return (x, y) if rest == 1 else (-x, -y)
