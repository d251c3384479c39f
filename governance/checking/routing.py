"""Checking a law that routes: no error, no strategy that contradicts another, and no clause for nothing.

The law is followed through every world that it can tell apart (``worlds``). A world is grown fact by fact: only where the law
looks at a fact is each of its values tried. Where that is too much, worlds are drawn at random, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from governance.checking.finding import Checked, Finding, Grade
from governance.checking.follower import End, Followed, Run
from governance.checking.idle import idle_clauses
from governance.checking.watching import Watch, pinned
from governance.checking.worlds import Worlds, worlds_of

GROUPS = ("block_provider/2", "route_inference/2", "prefer_provider/2", "enforce_residency/1")
STRATEGY = "strategy/2"
STRATEGIES = ("cost_first", "latency_first", "compliance_first", "sla_first")
MOST_RUNS = 200_000
_DRAWN = 2_000
_MOST_ENDLESS = 8  # each takes its time, and one is enough
World = dict[str, str]


@dataclass(slots=True)
class _Tally:
    """What was seen so far."""

    worlds: Worlds
    findings: dict[tuple[str, str, int], Finding] = field(default_factory=dict)
    entered: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    runs: int = 0
    ends: int = 0
    drawn: int = 0
    endless: int = 0
    permits: set[int] = field(default_factory=set)
    serves: set[int] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        self.findings.setdefault((finding.kind, finding.message, finding.line), finding)


def check_routing(followed: Followed, watch: Watch, most_runs: int = MOST_RUNS) -> Checked:
    """Checks a law in every world that it can tell apart; at most ``most_runs`` runs for each question.

    ``watch`` is told what is looked at, and how far it is from 0 to 1. Raises EngineFault.
    """
    tally = _Tally(worlds_of(followed))
    defined = [group for group in GROUPS if followed.of(group)]
    questions = [*(f"every({group.partition('/')[0]})" for group in defined), "judgement"]
    if followed.of(STRATEGY):
        questions.append("strategy")
    for number, question in enumerate(questions):
        name, done = question.removeprefix("every(").rstrip(")"), number / len(questions)
        _look(followed, question, tally, most_runs, pinned(watch, name, done))
    proved = not tally.drawn and not tally.endless and not tally.worlds.computed
    reached = followed.reachable([*GROUPS, STRATEGY])
    findings = [
        *tally.findings.values(),
        *([] if tally.endless else _idle_permits(followed, tally)),
        *_computed(tally),
        *idle_clauses(followed, reached, None, _with_alike(tally, tally.entered), _with_alike(tally, tally.left), certain=proved),
    ]
    grades = list(Grade)
    ordered = tuple(sorted(findings, key=lambda finding: (grades.index(finding.grade), finding.line)))
    return Checked("routing", _scope(tally), proved, tally.ends, tally.runs, tally.drawn, ordered)


def _with_alike(tally: _Tally, numbers: set[int]) -> set[int]:
    """With the clauses that are the same as these but for words that are alike."""
    return numbers.union(*(group for group in tally.worlds.alike if group & numbers))


def _look(followed: Followed, question: str, tally: _Tally, most_runs: int, watch: Callable[[int], None]) -> None:
    """Follows one question through every world, or through drawn ones where there are too many."""
    ahead: list[World] = [{}]
    runs = 0
    while ahead and runs < most_runs and tally.endless < _MOST_ENDLESS:
        world = ahead.pop()
        run = followed.request(question, world, tally.worlds.credentials)
        runs += 1
        if run.end is End.NEEDS:
            ahead += ({**world, run.text: value} for value in reversed(tally.worlds.of(run.text)))
        else:
            _seen(followed, question, world, run, tally)
        watch(runs)
    tally.runs += runs
    if ahead and tally.endless < _MOST_ENDLESS:
        _draw(followed, question, tally)


def _draw(followed: Followed, question: str, tally: _Tally) -> None:
    draw = Random(question)  # noqa: S311 - to vary, not to hide
    for _ in range(_DRAWN):
        world: World = {}
        run = followed.request(question, world, tally.worlds.credentials)
        while run.end is End.NEEDS:
            world[run.text] = draw.choice(tally.worlds.of(run.text))
            run = followed.request(question, world, tally.worlds.credentials)
            tally.runs += 1
        _seen(followed, question, world, run, tally)
    tally.drawn += _DRAWN
    message = f"{question.removeprefix('every(').rstrip(')')} looks at too many facts for all worlds: {_DRAWN} were drawn"
    tally.add(Finding(Grade.WARNING, "sampled", 0, message))


def _seen(followed: Followed, question: str, world: Mapping[str, str], run: Run, tally: _Tally) -> None:
    tally.ends += 1
    tally.entered |= run.entered
    tally.left |= run.left
    tally.endless += run.end is End.LIMIT
    if run.end is not End.FOUND:
        kind = "limit" if run.end is End.LIMIT else "error"
        why = "does not come to an end" if run.end is End.LIMIT else "ends with an error"
        line = followed.line(run.offset) if run.offset else followed.line(-1 - max(run.entered - run.left, default=0))
        tally.add(Finding(Grade.ERROR, kind, line, f"{why}: {run.text}", where=shown_world(world)))
    elif question == "strategy":
        _strategies(followed, world, run, tally)
    elif question == "judgement":
        _judgement(run, tally)


def _strategies(followed: Followed, world: Mapping[str, str], run: Run, tally: _Tally) -> None:
    strategies = [word for word in run.text.strip("[]").split(",") if word]
    held = sorted(number for number in followed.of(STRATEGY) if number in run.left)
    line = followed.line(-1 - held[-1]) if held else 0
    for word in strategies:
        if word not in STRATEGIES:
            message = f"{word} is no strategy; there are {', '.join(STRATEGIES)}"
            tally.add(Finding(Grade.ERROR, "no strategy", line, message, where=shown_world(world)))
    if len(strategies) > 1:
        message = f"strategies that differ for one request: {' and '.join(strategies)}"
        tally.add(Finding(Grade.ERROR, "two strategies", line, message, where=shown_world(world)))


def _judgement(run: Run, tally: _Tally) -> None:
    blocked, _, resident, *permitting = run.text.replace("[", "").replace("]", "").split(",")
    numbers = {int(number) for number in permitting if number}
    tally.permits |= numbers
    if blocked == "no" and resident != "no":
        tally.serves |= numbers


def _idle_permits(followed: Followed, tally: _Tally) -> list[Finding]:
    if tally.permits and not tally.serves:
        line = followed.line(-1 - min(tally.permits))
        return [Finding(Grade.ERROR, "serves nobody", line, "whatever it permits is blocked, or kept from its home")]
    if not tally.permits:
        line = followed.line(-1 - followed.of("route_inference/2")[0])
        return [Finding(Grade.ERROR, "serves nobody", line, "nothing is ever permitted")]
    return [
        Finding(
            Grade.WARNING,
            "always blocked",
            followed.line(-1 - number),
            "whatever this clause permits is blocked, or has no home",
        )
        for number in sorted(tally.permits - tally.serves)
    ]


def _computed(tally: _Tally) -> list[Finding]:
    facts = ", ".join(tally.worlds.computed)
    message = f"computes with {facts}, or puts them in order: tried at what the law mentions and beside it, and there alone"
    return [Finding(Grade.WARNING, "sampled", 0, message)] if facts else []


def shown_world(world: Mapping[str, str]) -> str:
    """The facts of a world for people."""
    return ", ".join(f"{fact} {value}" for fact, value in world.items()) or "whatever the facts"


def _scope(tally: _Tally) -> str:
    if tally.endless:
        return "the worlds that were followed until too many had no end"
    if tally.drawn:
        return "the worlds that were drawn; a world is what the law can tell apart of the facts"
    return f"every request and offer, in the {tally.ends} worlds that the law can tell apart"
