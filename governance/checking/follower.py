"""Following a law step by step, in Prolog: the door to ``follow.pl``, and what its answers mean.

A law that was admitted by the fence is read again as data and followed goal by goal through one case or one request. A run tells
its outcome, the questions about the case that its way depended on, and the clauses that it tried, entered and left.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from governance import questions

MODULES = ("checking/clauses.pl", "checking/follow.pl", "checking/words.pl")
_STOPPED = re.compile(r"stopped\((\w+),(-?\d+),(.*)\)", re.DOTALL)
_VERDICT = re.compile(r"verdict\((met|insufficient_data|breach\((\d+),(\d+),(\d+)\))\)")
_keys = itertools.count(1)


class End(StrEnum):
    """How a run ended. All but the first give no verdict."""

    VERDICT = "verdict"
    FAILED = "failed"
    CONFLICT = "conflict"
    MISSTATED = "misstated"
    ERROR = "error"
    LIMIT = "limit"
    NEEDS = "needs"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a law: what it belongs to, the character at which it begins, and what its body calls."""

    predicate: str
    offset: int
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A question about the case on which the way of a run depended.

    ``kind`` is ``at_least`` (is the form at least 0? ``answer`` 1 or 0), ``sign`` (``answer`` -1, 0 or 1), or ``unfollowed``
    (``why`` says what is done there that no linear form says). ``form`` are whole coefficients of 1 and of the seven counts. An
    ``offset`` below 0 is a clause's head: -1 is the first clause.
    """

    kind: str
    offset: int
    answer: int
    form: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Payoff:
    """What a verdict takes from the provider."""

    outcome: str
    tier: int
    credit_bps: int
    slash_bps: int

    def __str__(self) -> str:
        return self.outcome if self.outcome != "breach" else f"breach({self.tier}, {self.credit_bps}, {self.slash_bps})"


@dataclass(frozen=True, slots=True)
class Run:
    """What following came to.

    ``payoff`` belongs to a verdict; ``varies``: an answer was computed from the counts. ``offset`` and ``text`` say where and
    why there is none. ``reads_figures``: the law looked at the terms. The sets hold the numbers of clauses, from 0.
    """

    end: End
    payoff: Payoff | None
    varies: bool
    offset: int
    text: str
    notes: tuple[Note, ...]
    reads_figures: bool
    tried: frozenset[int]
    entered: frozenset[int]
    left: frozenset[int]


class Followed:
    """A law that can be followed; made by ``following``."""

    def __init__(self, key: str, text: str, clauses: tuple[Clause, ...]) -> None:
        self._key = key
        self.text = text
        self.clauses = clauses

    def case(self, counts: Sequence[int], figures: str) -> Run:
        """Follows the law through a case: samples, then uptime, attained and coverage as good and all; ``terms_text``."""
        return _run(_ask("follow_case", self._key, " ".join(map(str, counts)), figures))

    def request(self, goal: str, given: Mapping[str, str], credentials: Iterable[str]) -> Run:
        """Follows a routing question with the facts that are given; a run that needs another ends so, and ``text`` names it."""
        facts = "[" + ",".join(f"{name}-({value})" for name, value in given.items()) + "]"
        return _run(_ask("follow_request", self._key, goal, facts, "[" + ",".join(credentials) + "]"))

    def words(self, kind: str) -> list[list[str]]:
        """The rows of ``words.pl``: ``meetings`` or ``places``."""
        return [row.split("\t") for row in _ask("law_words", self._key, kind, home="surety_law_words").splitlines()]

    def line(self, offset: int) -> int:
        """The line of a place: a character of the text, or below 0 a clause."""
        at = self.clauses[-1 - offset].offset if offset < 0 else offset
        return self.text.count("\n", 0, at) + 1

    def of(self, predicate: str) -> list[int]:
        """The numbers of a predicate's clauses."""
        return [number for number, clause in enumerate(self.clauses) if clause.predicate == predicate]

    def reachable(self, entries: Iterable[str]) -> frozenset[str]:
        """The predicates that may be called from these, themselves included where the law defines them."""
        reached: set[str] = set()
        ahead = list(entries)
        while ahead:
            predicate = ahead.pop()
            if predicate not in reached:
                reached.add(predicate)
                ahead += (called for number in self.of(predicate) for called in self.clauses[number].calls)
        return frozenset(reached & {clause.predicate for clause in self.clauses})


@contextmanager
def following(text: str) -> Iterator[Followed]:
    """Reads the text of a law that the fence has admitted, for as long as the block lasts. Raises EngineFault."""
    key = f"law{next(_keys)}"
    listing = _ask("read_law", key, text, home="surety_followed_law")
    try:
        yield Followed(key, text, tuple(_clause(line) for line in listing.splitlines()))
    finally:
        _ask("forget_law", key, home="surety_followed_law")


def _ask(question: str, *given: str, home: str = "surety_follow") -> str:
    return questions.ask(MODULES, home, question, *given)


def _clause(line: str) -> Clause:
    name, arity, offset, calls = line.split("\t")
    return Clause(f"{name}/{arity}", int(offset), tuple(filter(None, calls.strip("[]").split(","))))


def _run(answer: str) -> Run:
    first, *rest = answer.split("\n")
    marks: dict[str, set[int]] = {"tried": set(), "entered": set(), "left": set()}
    notes: list[Note] = []
    told = {"figures": False, "varying": False}
    for line in rest:
        kind, *fields = line.split("\t")
        if kind in marks:
            marks[kind].add(int(fields[0]))
        elif kind in told:
            told[kind] = True
        elif kind == "unfollowed":
            notes.append(Note(kind, int(fields[0]), 0, (), fields[1]))
        else:
            notes.append(Note(kind, int(fields[0]), int(fields[1]), tuple(map(int, fields[2].split())), ""))
    end, payoff, offset, text = _ended(first)
    sets = (frozenset(marked) for marked in marks.values())
    return Run(end, payoff, told["varying"], offset, text, tuple(notes), told["figures"], *sets)


def _ended(term: str) -> tuple[End, Payoff | None, int, str]:
    verdict = _VERDICT.fullmatch(term)
    if verdict:
        figures = (int(verdict[2]), int(verdict[3]), int(verdict[4])) if verdict[2] else (0, 0, 0)
        return End.VERDICT, Payoff(verdict[1].partition("(")[0], *figures), 0, ""
    stopped = _STOPPED.fullmatch(term)
    if stopped:
        return End(stopped[1]), None, int(stopped[2]), stopped[3]
    name, _, inside = term.partition("(")
    return End(name), None, 0, inside.removesuffix(")")
