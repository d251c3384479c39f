"""What the facts of a request and an offer may be, as far as a routing law can tell: finitely many worlds.

A law tells two values of a fact apart only by the words and figures that it mentions where that fact may meet them, and by
meeting another fact. So a fact is tried with each word that it may meet, with other words, and with each figure and its
neighbours. Words that stand only in facts of the same form, such as the countries of a list, are alike: two stand for all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from governance.checking.follower import Followed

CHOICES = {
    "data_classification": ("public", "pii", "phi"),
    "inference_type": ("realtime", "batch"),
    "sector": ("general", "finance", "health", "public"),
    "risk_class": ("minimal", "limited", "high"),
    "confidentiality": ("standard", "confidential"),
    "provider_capacity": ("spot", "on_demand"),
}
WORDS = {
    "user_jurisdiction": r"[a-z]{2,32}",
    "jurisdiction": r"[a-z]{2,32}",
    "country": r"[a-z]{2}",
    "provider_name": r"[A-Za-z0-9._:-]{1,128}",
    "provider_jurisdiction": r"[a-z]{2,32}",
    "provider_region": r"[a-z0-9_-]{1,64}",
    "provider_in_country": r"[a-z]{2}",
}
FIGURES = (
    "price_ceiling_micro_usd",
    "p95_target_ms",
    "provider_spot_price_micro_usd",
    "provider_on_demand_price_micro_usd",
    "provider_error_rate_ppm",
    "provider_p95_ms",
)
DOLLARS = "provider_spot_price"
CREDENTIALS = "provider_compliant"
UNKNOWN = "none"
_HOME = "country_of_origin"
_OTHERS = ("zz", "zy")
_MICRO = 10**6


@dataclass(frozen=True, slots=True)
class Worlds:
    """The values that each fact is tried with, as Prolog writes them, and the words for credentials.

    ``alike`` are clauses that are the same fact of words that are alike: what one does, all do.
    ``computed`` names the facts that the law computes with or puts in order: of these, what is tried need not be all there is.
    """

    values: dict[str, tuple[str, ...]]
    credentials: tuple[str, ...]
    computed: tuple[str, ...]
    alike: tuple[frozenset[int], ...]

    def of(self, fact: str) -> tuple[str, ...]:
        """The values of a fact; a credential is had or not."""
        return ("yes", "no") if fact.startswith("credential(") else self.values[fact]


class _Meetings:
    """Which slots and variables may hold the same, and what else may."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._parent: dict[str, str] = {}
        self._words: dict[str, set[str]] = defaultdict(set)
        self._figures: dict[str, set[Fraction]] = defaultdict(set)
        self._computed: set[str] = set()
        for clause, slot, kind, sort, item in rows:
            if sort == "variable":
                self._join(slot, f"{clause} {item}")
            if kind == "computed":
                self._computed.add(slot)
        self._join(_slot("country"), _slot("provider_in_country"))
        for _, slot, _, sort, item in rows:
            if sort == "word":
                self._words[self._root(slot)].add(item)
            elif sort == "figure":
                numerator, denominator = item.split("/")
                self._figures[self._root(slot)].add(Fraction(int(numerator), int(denominator)))

    def words(self, fact: str) -> set[str]:
        return self._words[self._root(_slot(fact))]

    def figures(self, fact: str) -> set[Fraction]:
        return self._figures[self._root(_slot(fact))]

    def computed(self, fact: str) -> bool:
        return self._root(_slot(fact)) in {self._root(slot) for slot in self._computed}

    def meet(self, one: str, other: str) -> bool:
        return self._root(_slot(one)) == self._root(_slot(other))

    def _join(self, one: str, other: str) -> None:
        self._parent[self._root(one)] = self._root(other)

    def _root(self, name: str) -> str:
        while (parent := self._parent.setdefault(name, name)) != name:
            name = parent
        return name


def worlds_of(followed: Followed) -> Worlds:
    """The worlds that a law can tell apart."""
    meetings = _Meetings(followed.words("meetings"))
    alike = _alike(followed)
    order = list(alike)
    values: dict[str, tuple[str, ...]] = dict(CHOICES)
    for fact, form in WORDS.items():
        words = {word for word in meetings.words(fact) if re.fullmatch(form, word) and word not in {_HOME, UNKNOWN}}
        others = _OTHERS if any(meetings.meet(fact, other) for other in WORDS if other != fact) else _OTHERS[:1]
        values[fact] = (*_representatives(words, alike, order), *others)
    for fact in FIGURES:
        values[fact] = _figures(fact, meetings)
    credentials = tuple(sorted(word for word in meetings.words(CREDENTIALS) if re.fullmatch(r"[a-z0-9_]{1,32}", word)))
    computed = tuple(fact for fact in (*WORDS, *FIGURES, DOLLARS) if meetings.computed(fact))
    return Worlds(values, credentials or ("other",), computed, _alike_clauses(followed, alike))


def _figures(fact: str, meetings: _Meetings) -> tuple[str, ...]:
    edges = set(meetings.figures(fact))
    if fact == f"{DOLLARS}_micro_usd":
        edges |= {figure * _MICRO for figure in meetings.figures(DOLLARS)}
    if any(meetings.meet(fact, other) for other in FIGURES if other != fact) or not edges:
        edges.add(Fraction(1))
    near = {whole + step for edge in edges for whole in (edge.numerator // edge.denominator,) for step in (-1, 0, 1)}
    return (UNKNOWN, *(str(figure) for figure in sorted(near) if 0 <= figure < 2**63))


def _alike(followed: Followed) -> dict[str, str]:
    """For each word, the places where it stands; words of the same places in facts are alike."""
    places: dict[str, list[str]] = defaultdict(list)
    for word, place, _ in followed.words("places"):
        places[word].append(place)
    return {word: " ".join(sorted(where)) for word, where in places.items()}


def _alike_clauses(followed: Followed, alike: dict[str, str]) -> tuple[frozenset[int], ...]:
    classes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for word, place, number in followed.words("places"):
        if "clause " not in alike[word]:
            classes[place, alike[word]].add(int(number))
    return tuple(frozenset(numbers) for numbers in classes.values())


def _representatives(words: set[str], alike: dict[str, str], order: Sequence[str]) -> list[str]:
    """One or two of each class, the first and the last in the law: which of them comes first may matter to it."""
    classes: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=order.index):
        where = alike[word]
        classes[word if "clause " in where else where].append(word)
    return [word for members in classes.values() for word in dict.fromkeys((members[0], members[-1]))]


def _slot(fact: str) -> str:
    return f"{fact}/2@2"
