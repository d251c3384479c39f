"""All cases that there can be, cut into regions in each of which a law's way is one and the same.

A case has four independent factors: the samples, and three pairs of counts. The law is followed through one case; each question
on which its way depended cuts the space in two, the way holds for its own side, and the other side is looked at next. When
nothing is left to look at, the regions cover every case: what holds for each of them is proved for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from governance.case import MOST_SAMPLES, MOST_UPTIME, Case
from governance.checking.follower import End, Followed, Note, Run
from governance.checking.regions import Pair, Plane, Region, Undecided, cut, heights_of, pair_in, region_of, span_at
from governance.figures import Figures
from governance.values import Ratio

FACTORS = ("samples", "uptime", "attained", "coverage")
UPTIME, ATTAINED = 1, 2
Counts = tuple[int, int, int, int, int, int, int]
Regions = tuple[Region, Region, Region, Region]
_MOST_ENDLESS = 8


def _shares(most: int) -> Region:
    region = region_of([(1, 0, 0), (-1, 1, 0), (0, -1, most)])
    assert region is not None  # noqa: S101 - 0 of 0 is within
    return region


def _samples() -> Region:
    region = region_of([(1, 0, 0), (-1, 0, MOST_SAMPLES), (0, 1, 0), (0, -1, 0)])
    assert region is not None  # noqa: S101 - 0 is within
    return region


EVERYTHING: Regions = (_samples(), _shares(MOST_UPTIME), _shares(MOST_SAMPLES), _shares(MOST_SAMPLES))


@dataclass(frozen=True, slots=True)
class Part:
    """One region of the space, the case that was followed through it, and what came of that.

    ``free`` are the questions that no line of the space answers: for them the run speaks of its own case alone.
    """

    regions: Regions
    counts: Counts
    run: Run
    free: tuple[Note, ...]

    @property
    def settled(self) -> bool:
        """Whether every case of the region has the verdict of the one that was followed."""
        return not self.free and not self.run.varies and self.run.end is not End.LIMIT


@dataclass(frozen=True, slots=True)
class Partition:
    """What looking at the space came to.

    ``undecided`` regions could not be told empty, ``unseen`` ones were left for want of time; with neither, the parts are all
    there is.
    """

    parts: tuple[Part, ...]
    undecided: int
    unseen: int

    @property
    def complete(self) -> bool:
        """Whether the parts cover the space."""
        return not self.undecided and not self.unseen


def partition(law: Followed, figures: str, most: int, watch: Callable[[int], None]) -> Partition:
    """Cuts the space of cases by a law's own questions, under the figures as the law sees them; at most ``most`` parts."""
    ahead: list[Regions] = [EVERYTHING]
    parts: list[Part] = []
    undecided = endless = 0
    while ahead and len(parts) < most and endless < _MOST_ENDLESS:
        regions = ahead.pop()
        try:
            counts = counts_in(regions)
        except Undecided:
            undecided += 1
            continue
        if counts is None:
            continue
        run = law.case(counts, figures)
        part, beside = _cut_by(regions, counts, run)
        parts.append(part)
        endless += run.end is End.LIMIT
        ahead += beside
        watch(len(parts))
    return Partition(tuple(parts), undecided, len(ahead))


def counts_in(regions: Regions) -> Counts | None:
    """A case of a region; None where it is empty. Raises Undecided."""
    pairs = [pair_in(region) for region in regions]
    if any(pair is None for pair in pairs):
        return None
    return counts_of([pair for pair in pairs if pair is not None])


def counts_of(pairs: list[Pair]) -> Counts:
    """The seven counts of the four factors' pairs."""
    (samples, _), uptime, attained, coverage = pairs
    return samples, *uptime, *attained, *coverage


def case_of_counts(counts: Counts, figures: Figures) -> Case:
    """The case with these counts."""
    samples, *pairs = counts
    return Case(samples, Ratio(*pairs[0:2]), Ratio(*pairs[2:4]), Ratio(*pairs[4:6]), figures)


def drawn(regions: Regions, draw: Random) -> Counts | None:
    """A random case of a region, often at its edges; None where none was hit upon."""
    pairs = [_drawn_pair(region, draw) for region in regions]
    return None if None in pairs else counts_of([pair for pair in pairs if pair is not None])


def _drawn_pair(region: Region, draw: Random) -> Pair | None:
    bounds = heights_of(region)
    if bounds is None:
        return None
    low, high = bounds
    for _ in range(16):
        height = min(high, low + draw.choice((0, draw.randrange(2_000), draw.getrandbits(draw.randrange(1, 64)))))
        span = span_at(region, height)
        if span:
            inside = draw.randint(span[0], min(span[1], span[0] + draw.choice((1, 100, 2**40, 2**128))))
            return draw.choice((span[0], inside, span[1])), height
    try:
        return pair_in(region)
    except Undecided:
        return None


def _cut_by(regions: Regions, counts: Counts, run: Run) -> tuple[Part, list[Regions]]:
    """The part of a region in which all goes as in this run, and the rest of it in pieces."""
    here, beside, free = list(regions), [], []
    for note in run.notes:
        placed = _placed(note)
        if placed is None:
            free.append(note)
            continue
        factor, plane = placed
        taken, others = _sides(note, plane)
        for other in others:
            rest = cut(here[factor], *other)
            if rest is not None:
                beside.append(_with(here, factor, rest))
        mine = cut(here[factor], *taken)
        assert mine is not None  # noqa: S101 - the case that was followed is within
        here[factor] = mine
    return Part(_regions(here), counts, run, tuple(free)), beside


def _placed(note: Note) -> tuple[int, Plane] | None:
    """The factor that a question is about, and its plane; None for a question about more than one, or about no line."""
    if not note.form:
        return None
    constant, samples, *rest = note.form
    coefficients = [(samples, 0), (rest[0], rest[1]), (rest[2], rest[3]), (rest[4], rest[5])]
    touched = [factor for factor, pair in enumerate(coefficients) if pair != (0, 0)]
    if len(touched) != 1:
        return None
    return touched[0], (*coefficients[touched[0]], constant)


def _sides(note: Note, plane: Plane) -> tuple[list[Plane], list[list[Plane]]]:
    """The planes of the answer that was given, and those of each other answer."""
    a, b, c = plane
    below, above = (-a, -b, -c - 1), (a, b, c - 1)
    if note.kind == "at_least":
        return ([plane], [[below]]) if note.answer else ([below], [[plane]])
    sides = {-1: [below], 0: [plane, (-a, -b, -c)], 1: [above]}
    taken = sides.pop(note.answer)
    return taken, list(sides.values())


def _with(regions: list[Region], factor: int, region: Region) -> Regions:
    return _regions([*regions[:factor], region, *regions[factor + 1 :]])


def _regions(regions: list[Region]) -> Regions:
    samples, uptime, attained, coverage = regions
    return samples, uptime, attained, coverage


def conditions(regions: Regions) -> Iterator[str]:
    """A region in words: what it asks for beyond being a case at all."""
    for name, region, whole in zip(FACTORS, regions, EVERYTHING, strict=True):
        asked = list(_asked(name, region, whole))
        if any("/" in words for words in asked) and all(c >= 0 for _, _, c in region):
            asked[-1] += " (or 0/0)"  # no share of anything, and on both sides of each
        yield from asked


def _asked(name: str, region: Region, whole: Region) -> Iterator[str]:
    asked = [plane for plane in region if plane not in whole]
    for plane in asked:
        a, b, c = plane
        opposite = (-a, -b, -c)
        if opposite in asked:
            if plane > opposite:
                yield _words(name, plane).replace(">=", "=").replace("<=", "=")
        elif _bites(tuple(other for other in region if other != plane), plane):
            yield _words(name, plane)


def _bites(others: Region, plane: Plane) -> bool:
    a, b, c = plane
    try:
        return pair_in(tuple(sorted((*others, (-a, -b, -c - 1))))) is not None
    except Undecided:
        return True


def _words(name: str, plane: Plane) -> str:
    a, b, c = plane
    if name == "samples":
        return f"samples >= {-c // a}" if a > 0 else f"samples <= {c // -a}"
    if a == 0:
        return f"all of {name} >= {-(c // b)}" if b > 0 else f"all of {name} <= {c // -b}"
    if b == 0:
        return f"good of {name} >= {-(c // a)}" if a > 0 else f"good of {name} <= {c // -a}"
    if c in (0, -1):
        sign = (">" if a > 0 else "<") + ("=" if c == 0 else "")
        return f"{name} {sign} {abs(b)}/{abs(a)}"
    return f"{a} * good + {b} * all of {name} >= {-c}"
