"""What a committee saw: the median of its members' counts, which no minority of liars can move out of the honest range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from governance.errors import BadInput
from governance.values import Observation, Ratio

EMPTY = Ratio(0, 0)


@dataclass(frozen=True, slots=True)
class MedianObservation:
    """The median of each figure on its own; the three pairs are pairs that some member signed. 0/0: nobody counted any."""

    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    p95_ms: int


def median(observations: Sequence[tuple[int, Observation]]) -> MedianObservation:
    """The median of (member index, observation) pairs; the order in which they are given does not matter.

    Shares are compared by cross-multiplication, ties fall to the lower member index, and of an even number the lower middle is
    taken. An empty pair takes no part in its figure, a P95 of 0 (no ok sample) none in the P95. Raises BadInput for no
    observations, or two of one member.
    """
    members = [member for member, _ in observations]
    if not members or len(set(members)) != len(members):
        raise BadInput("a median needs one observation of each member", value=members, remedy="give at least one, none twice")
    ordered = [observation for _, observation in sorted(observations, key=lambda pair: pair[0])]
    return MedianObservation(
        samples=_middle(sorted(seen.samples for seen in ordered)),
        uptime=_middle_share([seen.uptime for seen in ordered]),
        attained=_middle_share([seen.attained for seen in ordered]),
        coverage=_middle_share([seen.coverage for seen in ordered]),
        p95_ms=_middle(sorted(seen.p95_ms for seen in ordered if seen.p95_ms) or [0]),
    )


def _middle_share(by_member: list[Ratio]) -> Ratio:
    """The lower middle of the shares that are not empty. The sort is stable, so that equal shares stay in member order."""
    counted = [share for share in by_member if share.denominator]
    if not counted:
        return EMPTY
    counted.sort(key=cmp_to_key(_compare))
    return counted[(len(counted) - 1) // 2]


def _compare(left: Ratio, right: Ratio) -> int:
    return left.numerator * right.denominator - right.numerator * left.denominator


def _middle(ascending: list[int]) -> int:
    return ascending[(len(ascending) - 1) // 2]
