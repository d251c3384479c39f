"""What a routing law reads, found in its text: offers of which it reads the same are judged once, for all of them.

A law that asks only whether a price is at most 1.50 dollars cannot tell 1.20 from 1.30. So of each fact no more is kept than the
law can tell apart: the value itself; or whether it is one of the words that the law names; or, for a figure that is only compared
with numbers, between which two of these numbers it lies. This is exact: within such a class every judgement is the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from governance import questions
from governance.engine import EngineFault
from governance.facts import MOST_FIGURE
from governance.law import Law

BLOCK, ROUTE, RESIDENCY, PREFER, STRATEGY = (
    "block_provider",
    "route_inference",
    "enforce_residency",
    "prefer_provider",
    "strategy",
)
GROUPS = (BLOCK, ROUTE, RESIDENCY, PREFER)
ARITY = {BLOCK: 2, ROUTE: 2, RESIDENCY: 1, PREFER: 2, STRATEGY: 2}
Strategy = Literal["cost_first", "latency_first", "compliance_first", "sla_first"]
STRATEGIES: tuple[Strategy, ...] = ("cost_first", "latency_first", "compliance_first", "sla_first")
_ALL = (*GROUPS, STRATEGY)
_REQUEST_FIGURES = {"price_ceiling_micro_usd", "p95_target_ms"}
_KEPT_READINGS = 64
_OTHER = ""  # no word of a fact is empty

# Where the host keeps what a fact tells. Each rung of an offer has one price, by its capacity.
_COLUMNS = {
    "provider_name": "provider",
    "provider_jurisdiction": "provider_jurisdiction",
    "provider_region": "region",
    "provider_in_country": "country",
    "provider_compliant": "credentials",
    "provider_error_rate_ppm": "error_rate_ppm",
    "provider_p95_ms": "p95_ms",
    "provider_spot_price": "spot_price_micro_usd",
    "provider_spot_price_micro_usd": "spot_price_micro_usd",
    "provider_on_demand_price_micro_usd": "on_demand_price_micro_usd",
    "provider_capacity": "capacity",
}
PRICES = {"spot": "spot_price_micro_usd", "on_demand": "on_demand_price_micro_usd"}
_FIGURES = {"error_rate_ppm", "p95_ms", *PRICES.values()}
Facet = Callable[[object], object]


@dataclass(slots=True)
class _Read:
    """How one column is read: all of it, or by words and cuts. A cut at n says whether a figure is n or more.

    ``units`` are the sizes in which it is compared with the request's own figures.
    """

    all: bool = False
    words: set[str] = field(default_factory=set)
    cuts: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Group:
    """One rule group: the line of each clause, the request facts that it reads, and the columns of an offer."""

    name: str
    lines: tuple[int, ...]
    request_facts: tuple[str, ...]
    columns: frozenset[str]

    def clause(self, number: int) -> str:
        """How a clause is cited."""
        return f"{self.name}/{ARITY[self.name]}, clause {number}, line {self.lines[number - 1]}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a law reads: by rule group, and for each column of an offer what of it the law can tell apart.

    ``figures`` are the request's own figures that the law compares with those of an offer: what it can tell apart depends on
    them too, so ask ``at`` them.
    """

    groups: dict[str, Group]
    facets: dict[str, Facet]
    figures: tuple[str, ...]
    _units: dict[str, frozenset[int]]

    def request_facts(self) -> tuple[str, ...]:
        """All request facts that decide a request: two requests with the same ones are decided alike."""
        read = {fact for group in self.groups.values() for fact in group.request_facts}
        return tuple(sorted(read | {"data_classification", "inference_type"}))  # these two are the host's own business too

    def at(self, figures: tuple[int | None, ...]) -> Reading:
        """What the law can tell apart for requests with these ``figures``, in their order."""
        facets = dict(self.facets)
        for column, units in self._units.items():
            before = facets[column]
            if isinstance(before, _Interval):
                cuts = {cut for unit in units for figure in figures if figure is not None for cut in _cuts(figure * unit, 1)}
                facets[column] = _Interval(tuple(sorted({*before.cuts, *cuts})))
        return replace(self, facets=facets)


def reading_of(law: Law) -> Reading:
    """What a routing law reads. Raises EngineFault where its text cannot be looked through."""
    return _reading(law.text)


@lru_cache(_KEPT_READINGS)
def _reading(text: str) -> Reading:
    status, answer = questions.read_law(text)
    if status <= 0:
        raise EngineFault(
            f"what a law reads could not be found: {answer}", remedy="this is a fault of the host: please report it"
        )
    found = _Found()
    for line in answer.splitlines():
        found.add(line)
    return found.reading()


class _Found:
    """What was found in a law, line by line of ``reading.pl``."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[int, ...]] = {}
        self._numbers: dict[str, list[str]] = {}  # of the groups that come to no others
        self._facts: dict[str, set[str]] = {name: set() for name in _ALL}
        self._columns: dict[str, set[str]] = {name: set() for name in _ALL}
        self._reads: dict[str, _Read] = {}
        self._against: list[tuple[str, str]] = []
        self._carried: set[str] = set()  # the groups in which a figure of the offer may get anywhere

    def add(self, line: str) -> None:
        """One line. Raises EngineFault for one that is not understood."""
        match line.split("\t"):
            case ["clauses", group, *where]:
                self._lines[group] = tuple(int(number) for number in where)
            case ["numbers", group, *numbers]:
                self._numbers[group] = numbers
            case ["computes", _]:
                pass
            case ["reads", group, fact, how, what] if fact in _COLUMNS:
                self._of_offer(group, fact, how, what)
            case ["reads", group, fact, *_]:
                self._facts[group].add(fact)
            case _:
                raise EngineFault(f"what a law reads was not understood: {line!r}", remedy="please report it")

    def reading(self) -> Reading:
        """All of it."""
        figures: set[str] = set()
        for group, fact in self._against:
            read = self._reads[_COLUMNS[fact]]
            if group not in self._numbers or group in self._carried:
                read.all = True
                continue
            # What it is compared with came from the request, or stands in the law.
            figures |= self._facts[group] & _REQUEST_FIGURES
            read.units.add(_unit(fact))
            for number in self._numbers[group]:
                numerator, _, denominator = number.partition("/")
                read.cuts |= _cuts(int(numerator) * _unit(fact), int(denominator))
        groups = {
            name: Group(name, self._lines[name], tuple(sorted(self._facts[name])), frozenset(self._columns[name]))
            for name in _ALL
        }
        return Reading(
            groups,
            {column: _facet(column, read) for column, read in self._reads.items()},
            tuple(sorted(figures)),
            {column: frozenset(read.units) for column, read in self._reads.items() if read.units},
        )

    def _of_offer(self, group: str, fact: str, how: str, what: str) -> None:
        column = _COLUMNS[fact]
        self._columns[group].add(column)
        read = self._reads.setdefault(column, _Read())
        if how == "against":
            self._against.append((group, fact))
        else:
            _add(read, fact, how, what)
        if how == "all" and column in _FIGURES:
            self._carried.add(group)
        if fact == "provider_in_country" and (how != "word" or what == "country_of_origin"):
            self._facts[group].add("country")


def _unit(fact: str) -> int:
    """How much of its column one of a fact is."""
    return 1_000_000 if fact == "provider_spot_price" else 1


def _add(read: _Read, fact: str, how: str, what: str) -> None:
    """One more way in which a fact is read. What is not known to be less is all."""
    column = _COLUMNS[fact]
    if how == "known":
        # One value at most: that there is one is kept in any case. Of those that may hold more than once, the number counts too.
        read.all |= fact in {"provider_in_country", "provider_compliant"}
    elif how == "word" and column not in _FIGURES and what != "country_of_origin":
        read.words.add(what)
    elif how == "cut" and column in _FIGURES:
        numerator, _, denominator = what.partition("/")
        read.cuts |= _cuts(int(numerator) * _unit(fact), int(denominator))
    else:
        read.all = True


def _cuts(numerator: int, denominator: int) -> set[int]:
    """The whole numbers from which on a figure is at least the bound, and above it."""
    least = -(-numerator // denominator)
    above = numerator // denominator + 1
    return {cut for cut in (least, above) if 0 < cut <= MOST_FIGURE}


def _facet(column: str, read: _Read) -> Facet:
    if read.all:
        return _same
    if column in _FIGURES:
        return _Interval(tuple(sorted(read.cuts)))
    return _Held(frozenset(read.words)) if column == "credentials" else _Named(frozenset(read.words))


def _same(value: object) -> object:
    return value


@dataclass(frozen=True, slots=True)
class _Interval:
    cuts: tuple[int, ...]

    def __call__(self, value: object) -> object:
        return bisect_right(self.cuts, value) if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class _Named:
    words: frozenset[str]

    def __call__(self, value: object) -> object:
        return value if value in self.words else _OTHER


@dataclass(frozen=True, slots=True)
class _Held:
    words: frozenset[str]

    def __call__(self, value: object) -> object:
        return self.words & value if isinstance(value, frozenset) else self.words
