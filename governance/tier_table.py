"""Published SLAs, restated as tier tables in YAML (``docs/laws.md``), read exactly and strictly.

Percentages are texts and are taken as exact decimals. Tiers are half-open and follow each other without gap or overlap, the
mildest first. What a table says besides its tiers is kept, word by word, so that nothing is dropped in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Self

from governance.documents import Fields, Item, Scalar, fields_of, listing_of, read_yaml, scalar_of
from governance.errors import BadInput
from governance.figures import MOST_TIERS, Tier
from governance.quantities import bps, choice_of, percent, text_of, whole_of
from governance.values import Ratio

UPTIME = "monthly_uptime_pct"
_ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_NEEDED = ("id", "provider", "metric", "tiers")
_SAID_IN_THE_LAW = (*_NEEDED, "objective", "no_data")
_BESIDES = ("scope", "interval", "latency", "automatic", "credit", "claim", "exclusions", "notes", "source")
_EVIDENCE = ("objective_evidence", "tiers_evidence", "no_data_evidence", "exclusions_evidence")


class NoData(StrEnum):
    """What the table lets a stretch without requests count as."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    NOT_STATED = "not-stated"


class Evidence(StrEnum):
    """How well a table's figures are known, best first: from the provider, from somebody else, or from common knowledge."""

    OFFICIAL = "official"
    SECONDARY = "secondary"
    GENERAL = "general"

    @classmethod
    def weakest(cls, text: str) -> Self | None:
        """The weakest that a remark names; None where it names none."""
        return next((level for level in reversed(cls) if re.search(rf"\b{level}\b", text)), None)


@dataclass(frozen=True, slots=True)
class TierTable:
    """One provider's table. The first tier begins at ``objective``, the last is open below; see ``figures.Tier``.

    ``fields`` are all that the table says, with places.
    """

    id: str
    provider: str
    objective: Ratio
    objective_is_plain: bool
    tiers: tuple[Tier, ...]
    no_data: NoData
    evidence: Evidence | None
    fields: Fields

    @property
    def name(self) -> str:
        """The name of the law that is made of it."""
        return self.id.replace("-", "_")


@dataclass(frozen=True, slots=True)
class NoTiers:
    """A provider whose table promises no credit, so that there is nothing to settle; ``reason`` in a few words."""

    id: str
    provider: str
    reason: str
    fields: Fields


def read_tier_tables(text: str, source: str = "terms", only: str | None = None) -> tuple[TierTable | NoTiers, ...]:
    """All tables of a YAML text, or the one whose id is ``only``.

    Raises BadInput with source, line and column of what is wrong: an unknown key, a figure that is no exact decimal, tiers that
    leave a gap, overlap or stand in the wrong order.
    """
    documents = read_yaml(text, source)
    if len(documents) != 1:
        raise BadInput(f"{len(documents)} documents", source=source, line=1, column=1, remedy="write one")
    root = documents[0]
    root.check(required=("schema", "providers"), optional=("retrieved", "fields"))
    whole_of(root.values["schema"], "schema", 1, 1)
    entries = _entries(root)
    if only is None:
        return tuple(_table(entry) for entry in entries.values())
    if only not in entries:
        raise root.places["providers"].bad(f"no provider {only!r}", value=only, remedy=f"one of {', '.join(entries)}")
    return (_table(entries[only]),)


def _entries(root: Fields) -> dict[str, Fields]:
    entries: dict[str, Fields] = {}
    for item in listing_of(root.values["providers"], "providers").items:
        entry = fields_of(item, "a provider")
        entry.check(required=_NEEDED, optional=(*_SAID_IN_THE_LAW, *_BESIDES, *_EVIDENCE))
        name = text_of(entry.values["id"], "id", _ID, "write small letters, digits and inner dashes", longest=60)
        if name in entries:
            raise entry.values["id"].place.bad(f"a second provider {name!r}", value=name, remedy="give each its own id")
        entries[name] = entry
    return entries


def _table(entry: Fields) -> TierTable | NoTiers:
    name = text_of(entry.values["id"], "id")
    provider = text_of(entry.values["provider"], "provider", r"[^\n]+", "write one line", longest=200)
    metric = scalar_of(entry.values["metric"], "metric")
    tiers = listing_of(entry.values["tiers"], "tiers")
    if not tiers.items:
        return NoTiers(name, provider, "it states no tiers, and so no credits", entry)
    if metric.text != UPTIME:
        raise metric.place.bad(f"metric is {metric.text!r:.60}", value=metric.text, remedy=f"write {UPTIME}")
    if len(tiers.items) > MOST_TIERS:
        raise tiers.place.bad(f"there are {len(tiers.items)} tiers", value=len(tiers.items), remedy=f"at most {MOST_TIERS}")
    read = _tiers(tuple(fields_of(item, "a tier") for item in tiers.items))
    plain = _is_the_objective(entry, read[0].below, tiers.items[0])
    no_data = choice_of(entry.values["no_data"], "no_data", [*NoData]) if "no_data" in entry.values else NoData.NOT_STATED
    return TierTable(name, provider, read[0].below, plain, read, NoData(no_data), _evidence(entry), entry)


def _is_the_objective(entry: Fields, below: Ratio, first: Item) -> bool:
    """Whether the objective is one figure. Raises BadInput where the first tier does not begin at it, nor at one it names."""
    if "objective" not in entry.values:
        return False
    objective = scalar_of(entry.values["objective"], "objective")
    if objective.text == "null" and not objective.is_text:
        return False
    _check_is_text(objective, "objective")
    named = re.findall(r"[0-9]+(?:\.[0-9]+)?", objective.text)
    if not any(_is_percentage(figure) and percent(figure, "objective", objective.place) == below for figure in named):
        upper = fields_of(first, "a tier").values["below"]
        raise upper.place.bad(
            "the first tier does not begin at the objective", remedy=f"the objective is {objective.text[:40]!r}"
        )
    return [objective.text] == named


def _tiers(entries: tuple[Fields, ...]) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for number, entry in enumerate(entries, start=1):
        entry.check(required=("below", "at_or_above", "credit_pct"), optional=("slash_pct",))
        tier = Tier(
            tier=number,
            at_or_above=_lower_end(entry.values["at_or_above"]),
            below=_percentage(entry.values["below"], "below"),
            credit_bps=_bps(entry.values["credit_pct"], "credit_pct"),
            slash_bps=_bps(entry.values["slash_pct"], "slash_pct") if "slash_pct" in entry.values else 0,
        )
        _check_ends(tier, entry)
        if tiers:
            _check_follows(tiers[-1], tier, entry)
        tiers.append(tier)
    if tiers[-1].at_or_above is not None:
        place = entries[-1].values["at_or_above"].place
        raise place.bad(f"a gap: no tier holds what is below {show_percent(tiers[-1].at_or_above)}", remedy="write null")
    return tuple(tiers)


def _check_ends(tier: Tier, entry: Fields) -> None:
    place = entry.values["below"].place
    if tier.below.numerator == 0 or (tier.at_or_above is not None and tier.at_or_above == tier.below):
        raise place.bad(f"tier {tier.tier} is empty", remedy="below is more than at_or_above")
    if tier.at_or_above is not None and tier.at_or_above.at_least(tier.below):
        raise place.bad(f"tier {tier.tier} has its ends the wrong way round", remedy="below is more than at_or_above")


def _check_follows(before: Tier, tier: Tier, entry: Fields) -> None:
    place = entry.values["below"].place
    if tier.below.at_least(before.below):
        remedy = "the mildest tier comes first, and each once"
        raise place.bad(f"wrong order: tier {tier.tier} begins no lower than tier {before.tier}", remedy=remedy)
    if before.at_or_above is None:
        raise place.bad(f"an overlap: tier {before.tier} holds all that is below it", remedy="only the last is open below")
    if tier.below != before.at_or_above:
        begins, ended = show_percent(tier.below), show_percent(before.at_or_above)
        what = "an overlap: two tiers hold" if tier.below.at_least(before.at_or_above) else "a gap: no tier holds"
        lower, upper = (ended, begins) if what.startswith("an") else (begins, ended)
        raise place.bad(f"{what} what is from {lower} up to {upper}", remedy=f'write below: "{ended.removesuffix(" %")}"')
    for key, worse, milder in (("credit", tier.credit_bps, before.credit_bps), ("slash", tier.slash_bps, before.slash_bps)):
        if worse < milder:
            raise entry.values.get(f"{key}_pct", entry).place.bad(
                f"the {key} of tier {tier.tier} is less than that of a milder one", remedy="never let worse service cost less"
            )


def show_percent(share: Ratio) -> str:
    """A share that is a decimal, as people write it: ``99.9 %``. Exact, with no more places than it needs."""
    return f"{show_decimal(Fraction(share.numerator * 100, share.denominator))} %"


def show_decimal(value: Fraction) -> str:
    """A value that is a decimal, exactly and with no more places than it needs."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    whole, rest = divmod((value * 10**places).numerator, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def decimal_share(share: Ratio) -> tuple[int, int]:
    """The same share over the smallest power of ten from a hundred: 19/20 is (95, 100). For shares that are decimals."""
    denominator = 100
    while share.numerator * denominator % share.denominator:
        denominator *= 10
    return share.numerator * denominator // share.denominator, denominator


def _lower_end(item: Item) -> Ratio | None:
    scalar = scalar_of(item, "at_or_above")
    if scalar.text == "null" and not scalar.is_text:
        return None
    lower = _percentage(scalar, "at_or_above")
    return lower if lower.numerator else None


def _percentage(item: Item, what: str) -> Ratio:
    scalar = scalar_of(item, what)
    _check_is_text(scalar, what)
    return percent(scalar.text, what, scalar.place)


def _bps(item: Item, what: str) -> int:
    scalar = scalar_of(item, what)
    _check_is_text(scalar, what)
    return bps(scalar.text, what, scalar.place)


def _check_is_text(scalar: Scalar, what: str) -> None:
    if not scalar.is_text:
        remedy = f'write the decimal as text: "{scalar.text}"'
        raise scalar.place.bad(f"{what} {scalar.text!r:.60} is no text", value=scalar.text, remedy=remedy)


def _is_percentage(figure: str) -> bool:
    whole, _, rest = figure.partition(".")
    return len(whole) <= 3 and len(rest) <= 9 and (int(whole) < 100 or (int(whole) == 100 and not rest.strip("0")))


def _evidence(entry: Fields) -> Evidence | None:
    if "tiers_evidence" not in entry.values:
        return None
    return Evidence.weakest(scalar_of(entry.values["tiers_evidence"], "tiers_evidence").text)
