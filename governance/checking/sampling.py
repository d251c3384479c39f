"""Drawing cases where a law is too free for a proof: what it then says is known of the drawn cases alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from governance.checking.answers import answered, shown_counts
from governance.checking.finding import Finding, Grade
from governance.checking.follower import End, Followed, Payoff
from governance.checking.space import Counts, Part, case_of_counts, drawn
from governance.docket import terms_text
from governance.figures import Figures
from governance.law import Law

SAMPLES_PER_PART = 400
_FOLLOWED_PER_PART = 40
_ENOUGH_FAULTS = 3  # a law that does not end takes its time over each
_GOOD = {"worse uptime": 1, "later answers": 3}  # where the good ones stand among the counts


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the drawn cases of one region showed."""

    samples: int
    findings: tuple[Finding, ...]
    tried: frozenset[int]
    entered: frozenset[int]
    left: frozenset[int]


def sampled(law: Law, followed: Followed, part: Part, figures: Figures, under: str) -> Sampled:
    """Draws cases of a region, each beside a worse one; always the same for the same law and region."""
    draw = Random(f"{part.counts}")  # noqa: S311 - to vary, not to hide
    drawer = _Drawer(law, followed, figures, under, draw)
    samples = 0
    for number in range(SAMPLES_PER_PART):
        if drawer.faults >= _ENOUGH_FAULTS:
            break
        counts = drawn(part.regions, draw)
        if counts is not None:
            samples += 1
            drawer.look_at(counts, follow=number < _FOLLOWED_PER_PART)
    return Sampled(
        samples,
        tuple(drawer.findings.values()),
        frozenset(drawer.marks[0]),
        frozenset(drawer.marks[1]),
        frozenset(drawer.marks[2]),
    )


class _Drawer:
    """Looks at drawn cases, and keeps the first finding of each kind."""

    def __init__(self, law: Law, followed: Followed, figures: Figures, under: str, draw: Random) -> None:
        self._law, self._followed, self._figures, self._under, self._draw = law, followed, figures, under, draw
        self._text = terms_text(figures)
        self.findings: dict[str, Finding] = {}
        self.faults = 0
        self.marks: tuple[set[int], set[int], set[int]] = (set(), set(), set())

    def look_at(self, counts: Counts, *, follow: bool) -> None:
        """One case, and a worse one for each way of being worse."""
        end, payoff = self._answer(counts)
        if follow:
            self._follow(counts)
        if end is not End.VERDICT:
            self.faults += 1
            self._add(f"{end}", counts, f"gives no verdict for a drawn case: {end}", shown_counts(counts))
            return
        for word, place in _GOOD.items():
            if payoff is not None:
                self._compare(counts, place, word, payoff)

    def _compare(self, counts: Counts, place: int, word: str, payoff: Payoff) -> None:
        """A drawn case beside one with fewer good ones, and beside one with more."""
        good, counted = counts[place], counts[place + 1]
        if good:
            fewer = _with(counts, place, good - self._some(good))
            self._judge(word, (counts, payoff), (fewer, self._answer(fewer)[1]))
        if good < counted:
            more = _with(counts, place, good + self._some(counted - good))
            self._judge(word, (more, self._answer(more)[1]), (counts, payoff))

    def _some(self, most: int) -> int:
        return self._draw.choice((1, 1 + self._draw.randrange(most)))

    def _judge(self, word: str, better: tuple[Counts, Payoff | None], worse: tuple[Counts, Payoff | None]) -> None:
        (before, high), (after, low) = better, worse
        if high and low and (low.credit_bps < high.credit_bps or low.slash_bps < high.slash_bps):
            example = f"{shown_counts(before)}; then {shown_counts(after)}"
            self._add(word, after, f"with {word}, {high} becomes {low}", example)

    def _add(self, kind: str, counts: Counts, message: str, example: str) -> None:
        if kind not in self.findings:
            left = sorted(self._followed.case(counts, self._text).left)
            line = self._followed.line(-1 - left[0]) if left else 0
            name = "worse pays more" if kind in _GOOD else "no verdict"
            self.findings[kind] = Finding(Grade.ERROR, name, line, message, "", example, self._under)

    def _follow(self, counts: Counts) -> None:
        run = self._followed.case(counts, self._text)
        for marked, numbers in zip(self.marks, (run.tried, run.entered, run.left), strict=True):
            marked.update(numbers)

    def _answer(self, counts: Counts) -> tuple[End, Payoff | None]:
        return answered(self._law, case_of_counts(counts, self._figures))


def _with(counts: Counts, place: int, value: int) -> Counts:
    changed = list(counts)
    changed[place] = value
    samples, good, counted, within, ok, seen, slots = changed
    return samples, good, counted, within, ok, seen, slots
