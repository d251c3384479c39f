"""Checking a law that settles: one verdict for every case, nothing paid for worse service, and no clause for nothing.

The space of cases is cut into regions by the law's own questions (``space``). Where that is possible throughout, the findings are
all there are, and their absence is a proof. Where a law is too free for it, cases are drawn at random there, and that is said.
Every case that is followed is also put to the engine that settles: if the two ever differed, nothing would be claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from governance.checking.answers import require_agreement, shown_counts, shown_region
from governance.checking.finding import Checked, Finding, Grade
from governance.checking.follower import End, Followed
from governance.checking.idle import idle_clauses
from governance.checking.monotone import rewards
from governance.checking.sampling import sampled
from governance.checking.space import Part, partition
from governance.checking.watching import Watch, pinned
from governance.docket import terms_text
from governance.figures import Figures
from governance.law import SETTLEMENT_ENTRY, Law

MOST_PARTS = 5_000
_NAMED = 3
_BETWEEN = re.compile(",(?=met|insufficient_data|breach)")
_MOST_SAMPLED_PARTS = 50
_KINDS = {
    End.FAILED: "no verdict",
    End.CONFLICT: "two verdicts",
    End.ERROR: "error",
    End.LIMIT: "limit",
    End.MISSTATED: "no sound verdict",
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Figures to check a law under, and what they are called."""

    name: str
    figures: Figures


@dataclass(slots=True)
class _Tally:
    """What was found so far, over all figures."""

    findings: dict[tuple[str, str, int], Finding] = field(default_factory=dict)
    repeated: dict[tuple[str, str, int], int] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    parts: int = 0
    runs: int = 0
    samples: int = 0
    complete: bool = True

    def add(self, finding: Finding) -> None:
        key = finding.kind, finding.message, finding.line
        self.findings.setdefault(key, finding)
        self.repeated[key] = self.repeated.get(key, 0) + 1


def check_settlement(law: Law, followed: Followed, ladders: Sequence[Ladder], watch: Watch) -> Checked:
    """Checks a law under each of the ladders in turn, or under one alone if it never looks at the terms.

    ``watch`` is told how far it is, from 0 to 1. Raises CheckerDiffers, and EngineFault.
    """
    tally = _Tally()
    under = ladders
    for number, ladder in enumerate(ladders):
        done = number / len(ladders)
        if not _check_under(law, followed, ladder, tally, pinned(watch, ladder.name, done)):
            under = () if tally.complete else ladders[:1]
            break
        if any(kind == _KINDS[End.LIMIT] for kind, _, _ in tally.findings):
            under = ladders[: number + 1]  # each case that does not end takes its time, and one is enough
            break
    proved = tally.complete
    reached = followed.reachable([SETTLEMENT_ENTRY])
    findings = [*_counted(tally), *idle_clauses(followed, reached, tally.tried, tally.entered, tally.left, certain=proved)]
    return Checked("settlement", _scope(under, proved=proved), proved, tally.parts, tally.runs, tally.samples, _ordered(findings))


def _check_under(law: Law, followed: Followed, ladder: Ladder, tally: _Tally, watch: Callable[[int], None]) -> bool:
    """Whether the law looked at the figures."""
    cut = partition(followed, terms_text(ladder.figures), MOST_PARTS, watch)
    looked = any(part.run.reads_figures for part in cut.parts)
    name = ladder.name if looked else ""
    free: list[Part] = []
    for part in cut.parts:
        tally.tried |= part.run.tried
        tally.entered |= part.run.entered
        tally.left |= part.run.left
        tally.runs += 1
        end = require_agreement(law, part, ladder.figures)
        if end is not End.VERDICT:
            tally.add(_fault_finding(followed, part, end, name))
        if not part.settled:
            tally.complete = False
            if end is End.VERDICT:
                free.append(part)
    tally.parts += len(cut.parts)
    for finding in rewards(followed, cut.parts, name):
        tally.add(finding)
    if not cut.complete:
        tally.complete = False
        message = f"{cut.undecided} regions are too thin to search, {cut.unseen} were left unseen"
        tally.add(Finding(Grade.WARNING, "sampled", 0, message, under=name))
    _sample(law, followed, ladder, free, tally, name)
    return looked


def _sample(law: Law, followed: Followed, ladder: Ladder, free: Sequence[Part], tally: _Tally, name: str) -> None:
    """Draws cases where the law is too free, and says where that is."""
    for part in free:
        for line, why in _reasons(followed, part):
            tally.add(Finding(Grade.WARNING, "sampled", line, f"too free for a proof here: it {why}", under=name))
    for part in free[:_MOST_SAMPLED_PARTS]:
        result = sampled(law, followed, part, ladder.figures, name)
        tally.samples += result.samples
        tally.runs += result.samples
        tally.tried |= result.tried
        tally.entered |= result.entered
        tally.left |= result.left
        for finding in result.findings:
            tally.add(finding)


def _reasons(followed: Followed, part: Part) -> list[tuple[int, str]]:
    places = [(note.offset, note.why or "compares counts of different kinds") for note in part.free]
    if part.run.varies:
        places.append((-1 - min(followed.of(SETTLEMENT_ENTRY)), "computes its verdict from the counts"))
    if part.run.end is End.LIMIT:
        places.append((part.run.offset, "takes more steps than are followed"))
    return [(followed.line(offset), why) for offset, why in places]


def _fault_finding(followed: Followed, part: Part, end: End, name: str) -> Finding:
    run = part.run
    entries = [number for number in followed.of(SETTLEMENT_ENTRY) if number in run.left]
    offset = run.offset
    if end is End.LIMIT and not offset:
        offset = -1 - max(run.entered - run.left, default=0)
    if end is End.FAILED:
        offset = next((note.offset for note in reversed(run.notes)), -1 - followed.of(SETTLEMENT_ENTRY)[0])
    elif end in {End.CONFLICT, End.MISSTATED}:
        offset = -1 - entries[-1]
    lines = sorted({followed.line(-1 - number) for number in entries})
    message = {
        End.FAILED: "no clause gives a verdict",
        End.CONFLICT: f"two verdicts that differ, {_BETWEEN.sub(' and ', run.text, 1)}, by {_named(lines)}",
        End.ERROR: f"ends with an error: {run.text}",
        End.LIMIT: f"does not come to an end within a law's limits: {run.text}",
        End.MISSTATED: f"answers what is no verdict with clauses: {run.text}",
    }[end]
    return Finding(Grade.ERROR, _KINDS[end], followed.line(offset), message, shown_region(part), shown_counts(part.counts), name)


def _named(lines: Sequence[int]) -> str:
    return ("lines " if len(lines) > 1 else "line ") + " and ".join(map(str, lines))


def _counted(tally: _Tally) -> list[Finding]:
    """The findings, each once, with how often it came."""
    findings = []
    for key, finding in tally.findings.items():
        more = tally.repeated[key] - 1
        also = f" (and in {more} more regions)" if more and finding.grade is Grade.ERROR else ""
        findings.append(replace(finding, message=finding.message + also))
    return findings


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    grades = list(Grade)
    return tuple(sorted(findings, key=lambda finding: (grades.index(finding.grade), finding.line)))


def _scope(under: Sequence[Ladder], *, proved: bool) -> str:
    cases = "every case" if proved else "the cases that were followed or drawn"
    if not under:
        return f"{cases}, under any terms: the law does not look at them"
    names = [ladder.name for ladder in under]
    shown = ", ".join(names if len(names) <= _NAMED else [*names[:_NAMED], f"{len(names) - _NAMED} more"])
    return f"{cases}, under {len(names)} {'set' if len(names) == 1 else 'sets'} of terms alone: {shown}"
