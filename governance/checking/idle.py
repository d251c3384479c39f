"""Clauses that stand in a law for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from governance.checking.finding import Finding, Grade
from governance.checking.follower import Followed

# What others ask of a law: such clauses are not idle because the question at hand does not need them.
ENTRIES = (
    "decide/3",
    "route_inference/2",
    "block_provider/2",
    "prefer_provider/2",
    "enforce_residency/1",
    "strategy/2",
    "permit_amendment/1",
    "accept_establishment/1",
)


def idle_clauses(
    followed: Followed,
    reached: Collection[str],
    tried: Collection[int] | None,
    entered: Collection[int],
    left: Collection[int],
    *,
    certain: bool,
) -> Iterator[Finding]:
    """The clauses that never hold, of the predicates that the question at hand may reach; and those that nothing may reach.

    ``tried`` were looked at (None: that is not known), ``entered`` had a head that fits, ``left`` held. ``certain``: every input
    was covered.
    """
    anything = followed.reachable(ENTRIES)
    for number, clause in enumerate(followed.clauses):
        if number in left or (clause.predicate in anything and clause.predicate not in reached):
            continue
        if clause.predicate not in anything:
            why = "nothing calls it"
        elif number in entered:
            why = "its body never holds"
        elif tried is None:
            why = "no call that reaches it fits its head"
        elif number in tried:
            why = "its head never fits"
        else:
            why = "it is never reached"
        hedge = "" if certain or clause.predicate not in anything else "; for what was looked at"
        message = f"this clause of {clause.predicate} does nothing: {why}{hedge}"
        yield Finding(Grade.WARNING, "dead clause", followed.line(-1 - number), message)
