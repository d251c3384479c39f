"""Why a law says what it says of a case: the clauses behind an answer, or where each of them stopped. Nothing rests on this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from governance import questions
from governance.case import Case
from governance.docket import share_of, terms_text
from governance.law import SETTLEMENT_ENTRY, Law, needs_entry
from governance.values import Outcome, Verdict

ALLOWED_S = 5.0  # of processor time


@dataclass(frozen=True, slots=True)
class Step:
    """A clause of the law that was used: its predicate, as in decide/3, and the line on which it begins."""

    predicate: str
    line: int


@dataclass(frozen=True, slots=True)
class Way:
    """One answer, as the law writes its verdict, and the clauses that it rests on, in the order of their use."""

    verdict: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A goal that failed, or did not end, with the values that it had; empty where none was tried. ``line`` is its clause's."""

    line: int
    goal: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How a law came to its answers.

    ``dead`` are the clauses of decide/3 that were entered and gave none: (line, where it failed last). ``stopped`` is where an
    error came from, or a limit was met; ``why`` says which. None where the law came to its end.
    """

    ways: tuple[Way, ...]
    dead: tuple[tuple[int, Stop], ...]
    stopped: Stop | None
    why: str

    def way_of(self, verdict: Verdict) -> Way | None:
        """The first way to a verdict; None where it was not found."""
        written = _written(verdict)
        return next((way for way in self.ways if way.verdict == written), None)


def prove(law: Law, case: Case) -> Proof:
    """Follows a law through a case, clause by clause. Raises BadInput for a law that does not settle, and EngineFault."""
    needs_entry(law, SETTLEMENT_ENTRY)
    _, told = questions.bounded(ALLOWED_S, "surety_proof", "explain", law.handle, given=(_case_text(case), law.text))
    return _proof([tuple(line.split("\t")) for line in told.split("\n")])


def _proof(told: list[tuple[str, ...]]) -> Proof:
    stopped = next((fields for fields in told if fields[0] == "stopped"), None)
    return Proof(
        ways=tuple(_ways(told)),
        dead=tuple((int(fields[1]), Stop(int(fields[2]), fields[3])) for fields in told if fields[0] == "dead"),
        stopped=Stop(int(stopped[1]), stopped[2]) if stopped else None,
        why=stopped[3] if stopped else "",
    )


def _ways(told: list[tuple[str, ...]]) -> Iterator[Way]:
    answers = [at for at, fields in enumerate(told) if fields[0] == "answer"]
    for at, after in pairwise([*answers, len(told)]):
        yield Way(told[at][1], tuple(Step(fields[1], int(fields[2])) for fields in told[at:after] if fields[0] == "step"))


def _written(verdict: Verdict) -> str:
    if verdict.outcome is Outcome.BREACH:
        return f"breach({verdict.tier},{verdict.credit_bps},{verdict.slash_bps})"
    return "met" if verdict.outcome is Outcome.MET else "insufficient_data"


def _case_text(case: Case) -> str:
    """The case as a term: our own words and digits, and nothing else."""
    pairs = ",".join(share_of(pair) for pair in (case.uptime, case.attained, case.coverage))
    return f"case({case.samples:d},{pairs},{terms_text(case.terms)})"
