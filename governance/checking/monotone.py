"""Worse service never costs less: whether some case is credited or slashed less than one with more good counts.

Worse is a case with the same counts but fewer good ones in one of its pairs: fewer good of the uptime, or fewer samples within
the latency ceiling. Step by step that compares any two services, for shares over different counts have a common multiple.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from governance.checking.answers import shown_counts
from governance.checking.finding import Finding, Grade
from governance.checking.follower import End, Followed
from governance.checking.regions import Pair, Region, Undecided, cut, pair_in, worse_pair
from governance.checking.space import ATTAINED, FACTORS, UPTIME, Counts, Part, counts_of

KIND = "worse pays more"
_WORSE = {UPTIME: "worse uptime", ATTAINED: "later answers"}


def rewards(followed: Followed, parts: Sequence[Part], under: str) -> Iterator[Finding]:
    """Every pair of verdicts of which the worse service has the better one, once each; and where that could not be decided."""
    known = [part for part in parts if part.run.end is End.VERDICT and part.settled]
    seen: set[tuple[object, ...]] = set()
    for better in known:
        for worse in known:
            kinds = _costs_less(better, worse)
            for factor in (UPTIME, ATTAINED) if kinds else ():
                key = factor, better.run.payoff, worse.run.payoff
                if key not in seen:
                    finding = _compared(followed, better, worse, factor, kinds, under)
                    if finding is not None:
                        seen.add(key)
                        yield finding


def _costs_less(better: Part, worse: Part) -> str:
    """What the worse one saves, in words; empty where it saves nothing."""
    high, low = better.run.payoff, worse.run.payoff
    if high is None or low is None:
        return ""
    saved = [
        f"{word} {after} instead of {before} basis points"
        for word, before, after in (("credit", high.credit_bps, low.credit_bps), ("slash", high.slash_bps, low.slash_bps))
        if after < before
    ]
    return ", ".join(saved)


def _compared(followed: Followed, better: Part, worse: Part, factor: int, saved: str, under: str) -> Finding | None:
    line = _line(followed, better, worse)
    try:
        found = _cases(better, worse, factor)
    except Undecided:
        message = f"could not be told whether {better.run.payoff} may become {worse.run.payoff} with {_WORSE[factor]}"
        return Finding(Grade.WARNING, KIND, line, message, under=under)
    if found is None:
        return None
    before, after = found
    message = f"with {_WORSE[factor]}, {better.run.payoff} becomes {worse.run.payoff}: {saved}"
    return Finding(Grade.ERROR, KIND, line, message, "", f"{shown_counts(before)}; then {shown_counts(after)}", under)


def _cases(better: Part, worse: Part, factor: int) -> tuple[Counts, Counts] | None:
    """Two cases that differ in the good ones of one pair alone, one of each part."""
    shared: list[Pair] = []
    for number in range(len(FACTORS)):
        if number != factor:
            both = _both(better.regions[number], worse.regions[number])
            if both is None:
                return None
            shared.append(both)
    pairs = worse_pair(better.regions[factor], worse.regions[factor])
    if pairs is None:
        return None
    before, after = ([*shared[:factor], pair, *shared[factor:]] for pair in pairs)
    return counts_of(before), counts_of(after)


def _both(one: Region, other: Region) -> Pair | None:
    region = cut(one, *other)
    return None if region is None else pair_in(region)


def _line(followed: Followed, better: Part, worse: Part) -> int:
    """Where the law decides so: the first clause that made the worse case's verdict and not the better one's."""
    mine = sorted(worse.run.left - better.run.left) or sorted(worse.run.left)
    return followed.line(-1 - mine[0])
