"""Which offer may serve a request, and which of those is chosen: decided by a law over granted facts, never by default.

An offer is eligible if no clause of ``block_provider/2`` holds for it, one of ``route_inference/2`` does, and, for health data,
one of ``enforce_residency/1`` holds with no other offer in sight. Preferred offers come first, then cheaper ones, then the
smaller id; so the same facts always give the same choice. A missing fact refuses the offer; an error in the law is an error of
the whole decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Self

from governance import questions
from governance.errors import BadInput
from governance.law import ROUTING_ENTRY, Law, fault, needs_entry

DATA_CLASSES = ("public", "pii", "phi")
INFERENCE_TYPES = ("realtime", "batch")
_ID = (r"[A-Za-z0-9._:-]{1,128}", "1 to 128 letters, digits and . _ : -")
_PLACE = (r"[a-z]{2,32}", "a small word, as in de or eu")
_COUNTRY = (r"[a-z]{2}", "a country code of two small letters, as in de")
_REGION = (r"[a-z0-9_-]{1,64}", "small letters, digits, _ and -, as in eu_west")
_CREDENTIAL = (r"[a-z0-9_]{1,32}", "small letters, digits and _, as in gdpr")
_MOST_FIGURE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a rule may know of a request. Every fact is needed: a rule that forbids must never miss the fact it looks at.

    ``user_jurisdiction`` is where the user is protected (``eu``, ``us``), ``jurisdiction`` whose law governs the request
    (``de``), ``country`` where the data come from. Raises BadInput for a fact that is not of its form.
    """

    request_id: str
    user_jurisdiction: str
    jurisdiction: str
    country: str
    data_classification: str
    inference_type: str

    def __post_init__(self) -> None:
        _check(self.request_id, "request_id", _ID)
        _check(self.user_jurisdiction, "user_jurisdiction", _PLACE)
        _check(self.jurisdiction, "jurisdiction", _PLACE)
        _check(self.country, "country", _COUNTRY)
        _check_choice(self.data_classification, "data_classification", DATA_CLASSES)
        _check_choice(self.inference_type, "inference_type", INFERENCE_TYPES)

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object]) -> Self:
        """The facts of a JSON object. Raises BadInput for a key that is unknown or missing, and for a wrong value."""
        _check_keys(cls, facts, "request")
        return cls(**facts)  # type: ignore[arg-type]  # __post_init__ refuses what is no text


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What a rule may know of one offer: a provider's capacity in one region; ``offer`` names it, as an agreement's id does.

    None is a fact that is not known: without jurisdiction, region or country the offer is refused, for a rule that forbids
    would not see it. Prices are per hour in millionths of a US dollar. Raises BadInput for a fact that is not of its form.
    """

    offer: str
    provider: str
    provider_jurisdiction: str | None = None
    region: str | None = None
    country: str | None = None
    credentials: frozenset[str] = frozenset()
    spot_price_micro_usd: int | None = None
    on_demand_price_micro_usd: int | None = None
    error_rate_ppm: int | None = None
    p95_ms: int | None = None

    def __post_init__(self) -> None:
        _check(self.offer, "offer", _ID)
        _check(self.provider, "provider", _ID)
        for name, form in (("provider_jurisdiction", _PLACE), ("region", _REGION), ("country", _COUNTRY)):
            if getattr(self, name) is not None:
                _check(getattr(self, name), name, form)
        for credential in self.credentials:
            _check(credential, "credentials", _CREDENTIAL)
        for name in ("spot_price_micro_usd", "on_demand_price_micro_usd", "error_rate_ppm", "p95_ms"):
            _check_figure(getattr(self, name), name)

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object]) -> Self:
        """The facts of a JSON object, credentials being a list. Raises BadInput as the constructor does, and for keys."""
        _check_keys(cls, facts, "offer")
        credentials = facts.get("credentials", ())
        if isinstance(credentials, str) or not isinstance(credentials, Sequence | frozenset | set):
            raise BadInput("credentials is no list", value=credentials, remedy='write a list, as in ["gdpr"]')
        return cls(**{**facts, "credentials": frozenset(credentials)})  # type: ignore[arg-type]

    def missing(self) -> str | None:
        """The first needed fact that is not known."""
        return next((name for name in ("provider_jurisdiction", "region", "country") if getattr(self, name) is None), None)

    def cost_micro_usd(self, inference_type: str) -> int | None:
        """The price that counts: spot for batch work where there is any, else on demand."""
        spot = self.spot_price_micro_usd if inference_type == "batch" else None
        return self.on_demand_price_micro_usd if spot is None else spot


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an offer may not serve."""

    offer: str
    reason: str


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """The offer chosen, None where none is eligible; the clauses that permit and prefer it; why each other may not serve.

    ``ranked`` are all eligible offers, best first: where the first falls away, the next is asked for anew.
    """

    choice: str | None
    clauses: tuple[str, ...]
    refused: tuple[Refusal, ...]
    ranked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    offer: OfferFacts
    reason: str | None
    preferred: bool
    clauses: tuple[str, ...]


def route(law: Law, request: RequestFacts, offers: Sequence[OfferFacts]) -> RouteDecision:
    """Decides one request over the offers at hand.

    Raises BadInput for two offers of one name, LawFault where the law gives no usable answer, and EngineFault where Prolog
    does not answer: none of these ever permits anything.
    """
    needs_entry(law, ROUTING_ENTRY)
    _check_names(offers)
    known = [offer for offer in offers if offer.missing() is None]
    judged = [_unknown(offer) for offer in offers if offer.missing() is not None] + _judge(law, request, known)
    eligible = sorted((each for each in judged if each.reason is None), key=lambda each: _rank(each, request))
    refused = sorted((each.offer.offer, each.reason) for each in judged if each.reason is not None)
    return RouteDecision(
        choice=eligible[0].offer.offer if eligible else None,
        clauses=eligible[0].clauses if eligible else (),
        refused=tuple(Refusal(offer, reason) for offer, reason in refused),
        ranked=tuple(each.offer.offer for each in eligible),
    )


def _judge(law: Law, request: RequestFacts, offers: Sequence[OfferFacts]) -> list[_Judged]:
    status, answer = questions.route(law.handle, _request_line(request), "\n".join(map(_offer_line, offers)))
    if status <= 0:
        raise fault(status, answer, law.name)
    return [_judged(offer, line.split("\t")) for offer, line in zip(offers, answer.splitlines(), strict=True)]


def _judged(offer: OfferFacts, words: Sequence[str]) -> _Judged:
    """Reads one line of ``governance/routing.pl``; a word that it does not write refuses the offer."""
    match words:
        case ["eligible", number, line, prefer_number, prefer_line]:
            return _eligible(offer, (number, line), (prefer_number, prefer_line), ())
        case ["resident", number, line, prefer_number, prefer_line, home_number, home_line]:
            home = (_clause("enforce_residency/1", home_number, home_line),)
            return _eligible(offer, (number, line), (prefer_number, prefer_line), home)
        case ["blocked", number, line]:
            return _Judged(offer, f"blocked by {_clause('block_provider/2', number, line)}", False, ())
        case ["unpermitted"]:
            return _Judged(offer, "no clause of route_inference/2 permits it", False, ())
        case ["abroad"]:
            return _Judged(offer, "no clause of enforce_residency/1 holds for it", False, ())
    return _Judged(offer, "the law's answer is not understood", False, ())


def _eligible(offer: OfferFacts, permitted: tuple[str, str], preferred: tuple[str, str], home: tuple[str, ...]) -> _Judged:
    clauses = (_clause("route_inference/2", *permitted), *home)
    if preferred[0] == "0":
        return _Judged(offer, None, False, clauses)
    return _Judged(offer, None, True, (*clauses, _clause("prefer_provider/2", *preferred)))


def _unknown(offer: OfferFacts) -> _Judged:
    return _Judged(offer, f"its {offer.missing()} is not known", False, ())


def _clause(rule: str, number: str, line: str) -> str:
    return f"{rule}, clause {number}, line {line}"


def _rank(judged: _Judged, request: RequestFacts) -> tuple[bool, bool, int, str]:
    cost = judged.offer.cost_micro_usd(request.inference_type)
    return not judged.preferred, cost is None, cost or 0, judged.offer.offer


def _request_line(request: RequestFacts) -> str:
    return "\t".join(getattr(request, field.name) for field in fields(request))


def _offer_line(offer: OfferFacts) -> str:
    figures = (offer.spot_price_micro_usd, offer.on_demand_price_micro_usd, offer.error_rate_ppm, offer.p95_ms)
    words = (offer.offer, offer.provider, offer.provider_jurisdiction, offer.region, offer.country)
    credentials = " ".join(sorted(offer.credentials))
    return "\t".join([*(word or "" for word in words), credentials, *("" if f is None else str(f) for f in figures)])


def _check_names(offers: Sequence[OfferFacts]) -> None:
    seen: set[str] = set()
    for offer in offers:
        if offer.offer in seen:
            raise BadInput(f"two offers are named {offer.offer!r}", value=offer.offer, remedy="give each its own name")
        seen.add(offer.offer)


def _check_keys(facts_of: type, facts: Mapping[str, object], what: str) -> None:
    known = {field.name: field.default is MISSING for field in fields(facts_of)}
    for key in facts:
        if key not in known:
            raise BadInput(f"unknown {what} fact {key!r}", value=key, remedy=f"known: {', '.join(known)}")
    for key, needed in known.items():
        if needed and key not in facts:
            raise BadInput(f"{what} fact {key!r} is missing", value=key, remedy=f"give {key!r}")


def _check(value: object, name: str, form: tuple[str, str]) -> None:
    if not isinstance(value, str) or not re.fullmatch(form[0], value):
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy=f"write {form[1]}")


def _check_choice(value: object, name: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy=f"write {' or '.join(choices)}")


def _check_figure(value: object, name: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_FIGURE:
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy="write a whole number from 0")
