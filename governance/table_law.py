"""A tier table as a law that settles: plain Prolog, every figure in its text, exact at every boundary."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from governance.figures import Tier
from governance.tier_table import Evidence, NoData, TierTable, decimal_share, show_percent
from governance.values import Ratio

_WIDTH = 120
_ADDRESS = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[A-Za-z0-9._~/-]*[A-Za-z0-9]")
_EVIDENCE = {
    Evidence.OFFICIAL: "The provider's own pages show the tiers.",
    Evidence.SECONDARY: "Somebody else's summary shows the tiers; the provider's own page was not seen.",
    Evidence.GENERAL: "The tiers, or some of them, are common knowledge, which no page that was seen confirms: check before use.",
    None: "The table does not say how well its tiers are known.",
}
_NO_DATA = {
    NoData.AVAILABLE: "Where nothing was counted, everything counts as available.",
    NoData.UNAVAILABLE: "Where nothing was counted, everything counts as unavailable.",
    NoData.UNKNOWN: "Where nothing was counted, nothing is known.",
    NoData.NOT_STATED: "What a period without requests counts as is not stated: where nothing was counted, nothing is known.",
}
_MEASURED = """\
% Fewer samples, or a smaller share of the slots, than the terms of the agreement ask for: nobody is judged.
decide(case(Samples, share(_, All), _, _, terms(_, _, _, _, Minimum)), insufficient_data, [insufficient_samples]) :-
    All > 0,
    Samples < Minimum.
decide(case(_, share(_, All), _, Coverage, terms(_, _, _, Minimum, _)), insufficient_data, [insufficient_coverage]) :-
    All > 0,
    \\+ covered(Coverage, Minimum).
"""
_ENOUGH = """\
% Enough was measured to judge; a minimum of nothing asks for no slots.
measured(case(Samples, share(Good, All), _, Coverage, terms(_, _, _, MinimumCoverage, MinimumSamples)), Good, All) :-
    All > 0,
    Samples >= MinimumSamples,
    covered(Coverage, MinimumCoverage).

covered(_, share(0, _)).
covered(share(Seen, Slots), share(Numerator, Denominator)) :-
    Numerator > 0,
    Slots > 0,
    Seen * Denominator >= Numerator * Slots.
"""
AMENDMENT_OF_SETTLEMENT = """\
% Who may change the law: it gives way to another, and takes another's place, where settlement is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, settlement),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
"""


def law_of(table: TierTable) -> str:
    """The text of the law of a table."""
    return "\n".join(_law(table))


def _law(table: TierTable) -> Iterator[str]:
    yield from _header(table)
    yield ""
    yield comment(_NO_DATA[table.no_data])
    yield f"decide(case(_, share(_, 0), _, _, _), {verdict_where_nothing_was_counted(table)}, [nothing_counted])."
    yield ""
    yield _MEASURED
    yield comment(f"The objective is {show_percent(table.objective)}.")
    yield from _clause("met", "objective_met", [_at_least(table.objective)])
    for tier in table.tiers:
        yield ""
        yield comment(_tier_in_words(tier))
        bounds = [_below(tier.below)] + ([_at_least(tier.at_or_above)] if tier.at_or_above else [])
        yield from _clause(verdict_of(tier), f"uptime_tier({tier.tier})", bounds)
    yield ""
    yield _ENOUGH
    yield AMENDMENT_OF_SETTLEMENT


def _header(table: TierTable) -> Iterator[str]:
    yield comment(f"{visible(table.provider)}: monthly uptime below {show_percent(table.objective)} is paid back in tiers.")
    yield "%"
    yield comment(
        f"Written by `surety law from-terms` from the tier table {table.id}. {_EVIDENCE[table.evidence]}{_source(table)}"
    )
    yield "%"
    yield "%   uptime" + " " * 25 + "credit" + (" " * 6 + "slash" if any(tier.slash_bps for tier in table.tiers) else "")
    for tier in table.tiers:
        yield _row(tier, with_slash=any(each.slash_bps for each in table.tiers))
    yield "%"
    yield comment(
        "Uptime is share(Good, All), counts that are never rounded, and is compared by cross-multiplication. How much must have "
        "been measured is said by the terms of the agreement; nothing else of them moves this law, and neither does latency."
    )


def _row(tier: Tier, *, with_slash: bool) -> str:
    lower = f"{show_percent(tier.at_or_above)} to " if tier.at_or_above else ""
    uptime = f"{lower}below {show_percent(tier.below)}"
    slash = f"{show_percent(Ratio(tier.slash_bps, 10_000)):>11}" if with_slash else ""
    return f"%   {uptime:<27}{show_percent(Ratio(tier.credit_bps, 10_000)):>10}{slash}"


def _source(table: TierTable) -> str:
    """Where the table says that it was found: addresses alone, for what else stands there is somebody's remark."""
    source = table.fields.values.get("source")
    addresses = _ADDRESS.findall(getattr(source, "text", ""))
    return f" See {', '.join(addresses)}." if addresses else ""


def _tier_in_words(tier: Tier) -> str:
    if tier.at_or_above is None:
        return f"Tier {tier.tier}: below {show_percent(tier.below)}."
    return f"Tier {tier.tier}: from {show_percent(tier.at_or_above)}, and below {show_percent(tier.below)}."


def _clause(verdict: str, clause: str, goals: Sequence[str]) -> Iterator[str]:
    yield f"decide(Case, {verdict}, [{clause}]) :-"
    yield ",\n".join(f"    {goal}" for goal in ("measured(Case, Good, All)", *goals)) + "."


def verdict_of(tier: Tier) -> str:
    """The verdict of a tier, as a law writes it."""
    return f"breach({tier.tier}, {grouped(tier.credit_bps)}, {grouped(tier.slash_bps)})"


def verdict_where_nothing_was_counted(table: TierTable) -> str:
    """The verdict of the table's rule for a period without requests."""
    match table.no_data:
        case NoData.AVAILABLE:
            return "met"
        case NoData.UNAVAILABLE:
            return verdict_of(table.tiers[-1])
        case _:
            return "insufficient_data"


def _at_least(share: Ratio) -> str:
    good, counted = decimal_share(share)
    return f"Good * {grouped(counted)} >= All * {grouped(good)}"


def _below(share: Ratio) -> str:
    good, counted = decimal_share(share)
    return f"Good * {grouped(counted)} < All * {grouped(good)}"


def grouped(number: int) -> str:
    """A whole number as Prolog and people read it: ``10_000``; four digits stand together."""
    return f"{number:_}" if number >= 10_000 else str(number)


def comment(text: str) -> str:
    """A text as lines of comment."""
    return "\n".join(f"% {line}" for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def visible(text: str) -> str:
    """A name of somebody else's, on one line, without what cannot be seen: a law with such a character is refused."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))
