"""One past period under a law: in a few words for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.values import Outcome

if TYPE_CHECKING:
    from settlement.hindsight.judging import Judged
    from settlement.hindsight.past import PastAgreement

_WORDS = {Outcome.MET: "met", Outcome.BREACH: "breach", Outcome.NO_DATA: "insufficient data"}


def judged_words(one: Judged) -> str:
    """What was decided, and by which clauses."""
    if one.fault is not None:
        return f"no verdict ({one.fault.kind}): no report"
    if one.verdict is None:
        return _unasked(one)
    words = f"{_WORDS[one.verdict.outcome]}: {', '.join(one.verdict.clauses)}"
    return f"{words}; over the caps: no report" if one.over_caps else words


def _unasked(one: Judged) -> str:
    outcome = _WORDS[one.settled.outcome]
    known = {"arbiter": f"{outcome} (arbiter)", "law": f"{outcome} (counts lost)"}
    return known.get(one.settled.by.value, "no samples: no report")


def judged_json(past: PastAgreement, one: Judged) -> dict[str, object]:
    """The same with all figures; amounts as decimal strings in the smallest unit."""
    from settlement.hindsight.sums import parts_of

    case = one.past.case
    return {
        "period": one.past.period,
        "start_s": one.past.start_s,
        "end_s": one.past.end_s,
        "samples": case.samples if case else 0,
        "uptime_ppm": case.uptime.floor_ppm() if case else None,
        **decided_json(one),
        **parts_of(one.settled, past.stakes.fee).as_json(),
        "deposit_left": str(one.deposit_left),
    }


def decided_json(one: Judged) -> dict[str, object]:
    """What was decided, by whom and why; ``fault`` is what a law gave that gave no verdict."""
    return {
        "by": one.settled.by.value,
        "outcome": one.settled.outcome.name.lower(),
        "tier": one.verdict.tier if one.verdict else None,
        "credit_bps": one.settled.credit_bps,
        "slash_bps": one.settled.slash_bps,
        "clauses": list(one.verdict.clauses) if one.verdict else [],
        "over_caps": one.over_caps,
        "fault": {"kind": one.fault.kind, "why": str(one.fault)} if one.fault else None,
    }
