"""Checking a law as a whole: the fence, and then all that it may be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.checking.finding import Checked, Finding, Grade
from governance.checking.follower import Followed, following
from governance.checking.ladders import random_figures
from governance.checking.routing import check_routing
from governance.checking.settlement import Ladder, check_settlement
from governance.checking.watching import Watch
from governance.law import ROUTING_ENTRY, SETTLEMENT_ENTRY, Law, LawRefused, load_law, load_routing_law

PERMIT_ENTRY = "permit_amendment/1"
RANDOM_LADDERS = 20
SEED = 1


@dataclass(frozen=True, slots=True)
class LawReport:
    """What checking a law came to: one part for each question that it answers, none where the fence refused it."""

    name: str
    parts: tuple[Checked, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing found is an error."""
        return all(finding.grade is not Grade.ERROR for finding in self.findings)


def random_ladders(count: int = RANDOM_LADDERS, seed: int = SEED) -> list[Ladder]:
    """Valid terms at random, to check a law under that reads its figures from them."""
    return [Ladder(f"random terms {seed}/{number}", random_figures(seed, number)) for number in range(1, count + 1)]


def check_law(text: str, name: str, ladders: Sequence[Ladder], watch: Watch) -> LawReport:
    """Fences a law and checks it under the ladders; ``watch`` is told what is done, and how far it is from 0 to 1.

    What the fence says is a finding, too. Raises CheckerDiffers, and EngineFault.
    """
    try:
        settling, routing = loaded_as(text, name)
    except LawRefused as refused:
        return LawReport(name, (), (_fence_finding(refused),))
    with following(text) as followed:
        parts = []
        if settling is not None:
            parts.append(check_settlement(settling, followed, ladders, watch))
        if routing is not None:
            parts.append(check_routing(followed, watch))
        findings = [*_distinct(parts), *_unamendable(followed)]
    return LawReport(name, tuple(parts), tuple(findings))


def loaded_as(text: str, name: str) -> tuple[Law | None, Law | None]:
    """A law as one that settles, and as one that routes; None for what it is not. Raises LawRefused for what is neither."""
    settling, refused = _loaded(load_law, text, name)
    routing, also_refused = _loaded(load_routing_law, text, name)
    if settling is None and routing is None:
        raise _telling([each for each in (refused, also_refused) if each is not None], name)
    return settling, routing


def _loaded(load: Callable[[str, str], Law], text: str, name: str) -> tuple[Law | None, LawRefused | None]:
    try:
        return load(text, name), None
    except LawRefused as refused:
        return None, refused


def _telling(refusals: Sequence[LawRefused], name: str) -> LawRefused:
    """Of what the fence says, what is to be mended first: that an entry is missing is said where both are."""
    for refused in refusals:
        if not refused.message.endswith("is missing"):
            return refused
    return LawRefused(
        f"it defines neither {SETTLEMENT_ENTRY} nor {ROUTING_ENTRY}", source=name, remedy="see docs/laws.md for what a law says"
    )


def _fence_finding(refused: LawRefused) -> Finding:
    where = f"column {refused.column}" if refused.column else ""
    return Finding(Grade.ERROR, "fence", refused.line or 0, _reason(refused), where)


def _reason(refused: LawRefused) -> str:
    """What was refused, without the place, which a finding says by itself."""
    place = ":".join(str(part) for part in (refused.source, refused.line, refused.column) if part)
    return refused.message.removeprefix(f"{place}: ")


def _distinct(parts: Sequence[Checked]) -> list[Finding]:
    return list(dict.fromkeys(finding for part in parts for finding in part.findings))


def _unamendable(followed: Followed) -> list[Finding]:
    if followed.of(PERMIT_ENTRY):
        return []
    return [Finding(Grade.NOTE, "no amendment", 0, f"it defines no {PERMIT_ENTRY}: it never permits a law in its place")]
