"""What the engine that settles says of a case, beside what following the law said."""

from __future__ import annotations

from random import Random

from governance.case import Case
from governance.checking.follower import End, Payoff
from governance.checking.space import Counts, Part, case_of_counts, conditions, drawn
from governance.errors import FatalError
from governance.figures import Figures
from governance.law import Law, LawConflict, LawError, LawFailed, LawFault, LawLimit, LawMisstated
from governance.values import Outcome

_FAULTS: dict[type[LawFault], End] = {
    LawFailed: End.FAILED,
    LawConflict: End.CONFLICT,
    LawError: End.ERROR,
    LawLimit: End.LIMIT,
    LawMisstated: End.MISSTATED,
}


class CheckerDiffers(FatalError):
    """Following a law and asking it gave different answers: a fault of the checker, on which nothing is claimed."""


def require_agreement(law: Law, part: Part, figures: Figures) -> End:
    """What the engine says of the case that was followed, and that the two agree, there and elsewhere in the region.

    Raises CheckerDiffers.
    """
    end, payoff = answered(law, case_of_counts(part.counts, figures))
    run = part.run
    if End.LIMIT in {run.end, end}:
        return end  # following takes more steps than deciding
    if end is not run.end or payoff != run.payoff:
        raise CheckerDiffers(
            f"followed, {law.name} gives {run.payoff or run.end} for {shown_counts(part.counts)}; asked, {payoff or end}",
            value=part.counts,
            remedy="this is a fault of the checker: please report it",
        )
    if part.settled:
        _require_the_same_elsewhere(law, part, figures)
    return end


def _require_the_same_elsewhere(law: Law, part: Part, figures: Figures) -> None:
    """A region's other cases have the verdict of the one that was followed: tried on one of them."""
    counts = drawn(part.regions, Random(str(part.counts)))  # noqa: S311 - to vary, not to hide
    if counts is None or part.run.end is not End.VERDICT:
        return
    _, payoff = answered(law, case_of_counts(counts, figures))
    if payoff != part.run.payoff:
        raise CheckerDiffers(
            f"{law.name} gives {payoff} for {shown_counts(counts)}, in a region of {part.run.payoff}",
            value=counts,
            remedy="this is a fault of the checker: please report it",
        )


def answered(law: Law, case: Case) -> tuple[End, Payoff | None]:
    """What the engine that settles says."""
    try:
        verdict = law.decide(case)
    except LawFault as fault:
        return _FAULTS[type(fault)], None
    word = {Outcome.MET: "met", Outcome.BREACH: "breach", Outcome.NO_DATA: "insufficient_data"}[verdict.outcome]
    return End.VERDICT, Payoff(word, verdict.tier, verdict.credit_bps, verdict.slash_bps)


def shown_region(part: Part) -> str:
    """The conditions of a region for people."""
    return ", ".join(conditions(part.regions)) or "every case"


def shown_counts(counts: Counts) -> str:
    """A case for people."""
    samples, *pairs = counts
    return f"samples {samples}, uptime {pairs[0]}/{pairs[1]}, attained {pairs[2]}/{pairs[3]}, coverage {pairs[4]}/{pairs[5]}"
