"""A case: what the law is asked to judge. The committee's counts, and the figures of the terms; nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from governance.documents import Fields, Item, fields_of, listing_of, read_json, scalar_of
from governance.errors import BadInput
from governance.figures import Figures, LatencyClause, Tier
from governance.quantities import percent_of, whole_of
from governance.terms import Terms
from governance.values import BPS, PPB, Ratio

MOST_SAMPLES = 2**64 - 1
MOST_UPTIME = 2**128 - 1
_COUNTS = ("samples", "uptime", "attained", "coverage")


@dataclass(frozen=True, slots=True)
class Case:
    """One agreement-period before the law. The three pairs are counts, never rounded; see ``values.Observation``.

    A pair with denominator 0 was not counted at all. ``terms`` are the figures of the agreement's terms.
    """

    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    terms: Figures


def case_of(samples: int, uptime: Ratio, attained: Ratio, coverage: Ratio, terms: Terms) -> Case:
    """The case of these counts under these terms."""
    return Case(samples, uptime, attained, coverage, terms.figures)


def parse_case(text: str, source: str = "case") -> Case:
    """Reads a case from JSON (``docs/laws.md``). Raises BadInput with source, line and column of what is wrong."""
    root = read_json(text, source)
    root.check(required=(*_COUNTS, "terms"))
    return read_case(root, read_figures(fields_of(root.values["terms"], "terms")))


def read_case(counts: Fields, figures: Figures) -> Case:
    """The case of counts as documents hold them, under these figures. Raises BadInput with the place of what is wrong."""
    for name in _COUNTS:
        if name not in counts.values:
            raise counts.place.bad(f"{name!r} is missing", value=name, remedy=f"add {name!r}")
    return Case(
        samples=whole_of(counts.values["samples"], "samples", 0, MOST_SAMPLES),
        uptime=_counts(counts.values["uptime"], "uptime", MOST_UPTIME),
        attained=_counts(counts.values["attained"], "attained", MOST_SAMPLES),
        coverage=_counts(counts.values["coverage"], "coverage", MOST_SAMPLES),
        terms=figures,
    )


def counts_json(case: Case) -> dict[str, object]:
    """The counts of a case as documents hold them."""
    pairs = {"uptime": case.uptime, "attained": case.attained, "coverage": case.coverage}
    return {"samples": case.samples} | {name: [pair.numerator, pair.denominator] for name, pair in pairs.items()}


def figures_json(figures: Figures) -> dict[str, object]:
    """Figures as documents hold them. Raises BadInput for a share that no percentage of nine decimals says exactly."""
    tiers: list[dict[str, object]] = []
    for tier in figures.tiers:
        lower = {} if tier.at_or_above is None else {"at_or_above": _percentage(tier.at_or_above)}
        tiers.append({**lower, "below": _percentage(tier.below), "credit_bps": tier.credit_bps, "slash_bps": tier.slash_bps})
    document: dict[str, object] = {"objective": _percentage(figures.objective), "tiers": tiers}
    if figures.latency is not None:
        document["latency"] = {
            "ceiling_ms": figures.latency.ceiling_ms,
            "attainment": _percentage(figures.latency.attainment),
            "credit_bps": figures.latency.credit_bps,
        }
    minimum = {"minimum_coverage": _percentage(figures.minimum_coverage), "minimum_samples": figures.minimum_samples}
    return document | minimum


def _percentage(share: Ratio) -> str:
    billionths, rest = divmod(share.numerator * 100 * PPB, share.denominator)
    if rest:
        raise BadInput(f"{share.numerator}/{share.denominator} is no decimal percentage", value=share, remedy="nine decimals")
    whole, part = divmod(billionths, PPB)
    return f"{whole}.{part:09d}".rstrip("0").rstrip(".")


def read_figures(terms: Fields) -> Figures:
    """The figures of terms as documents hold them. Raises BadInput with the place of what is wrong."""
    terms.check(required=("objective", "tiers", "minimum_coverage", "minimum_samples"), optional=("latency",))
    get = terms.values
    tiers = listing_of(get["tiers"], "tiers")
    parts = (
        _text_percent(get["objective"], "objective"),
        tuple(_tier(number, fields_of(item, "a tier")) for number, item in enumerate(tiers.items, start=1)),
        _latency(get["latency"]) if "latency" in get else None,
        _text_percent(get["minimum_coverage"], "minimum_coverage"),
        whole_of(get["minimum_samples"], "minimum_samples", 0, MOST_SAMPLES),
    )
    try:
        return Figures(*parts)
    except BadInput as error:
        raise tiers.place.bad(error.message, value=error.value, remedy=error.remedy) from None


def _tier(number: int, tier: Fields) -> Tier:
    tier.check(required=("below", "credit_bps"), optional=("at_or_above", "slash_bps"))
    get = tier.values
    return Tier(
        tier=number,
        at_or_above=_text_percent(get["at_or_above"], "at_or_above") if "at_or_above" in get else None,
        below=_text_percent(get["below"], "below"),
        credit_bps=whole_of(get["credit_bps"], "credit_bps", 0, BPS),
        slash_bps=whole_of(get["slash_bps"], "slash_bps", 0, BPS) if "slash_bps" in get else 0,
    )


def _latency(item: Item) -> LatencyClause:
    latency = fields_of(item, "latency")
    latency.check(required=("ceiling_ms", "attainment", "credit_bps"))
    return LatencyClause(
        ceiling_ms=whole_of(latency.values["ceiling_ms"], "ceiling_ms", 1, 3_600_000),
        attainment=_text_percent(latency.values["attainment"], "attainment"),
        credit_bps=whole_of(latency.values["credit_bps"], "credit_bps", 0, BPS),
    )


def _counts(item: Item, what: str, most: int) -> Ratio:
    listing = listing_of(item, what)
    if len(listing.items) != 2:
        raise listing.place.bad(f"{what} has {len(listing.items)} entries", remedy="write [good, all]")
    good, counted = (whole_of(count, f"a count of {what}", 0, most) for count in listing.items)
    if good > counted:
        raise listing.place.bad(f"{what} has more good ones than counted", value=(good, counted), remedy="write [good, all]")
    return Ratio(good, counted)


def _text_percent(item: Item, what: str) -> Ratio:
    scalar = scalar_of(item, what)
    if not scalar.is_text:
        raise scalar.place.bad(
            f"{what} {scalar.text} is a number", value=scalar.text, remedy=f'write the decimal as text: "{scalar.text}"'
        )
    return percent_of(item, what)
