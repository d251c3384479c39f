"""What a routing law may know: the facts of one request, and those of one offer. All of them are checked when they are made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from typing import Self

from governance.errors import BadInput

DATA_CLASSES = ("public", "pii", "phi")
INFERENCE_TYPES = ("realtime", "batch")
SECTORS = ("general", "finance", "health", "public")
RISK_CLASSES = ("minimal", "limited", "high")
CONFIDENTIALITIES = ("standard", "confidential")
_ID = (re.compile(r"[A-Za-z0-9._:-]{1,128}"), "1 to 128 letters, digits and . _ : -")
_PLACE = (re.compile(r"[a-z]{2,32}"), "a small word, as in de or eu")
_COUNTRY = (re.compile(r"[a-z]{2}"), "a country code of two small letters, as in de")
_REGION = (re.compile(r"[a-z0-9_-]{1,64}"), "small letters, digits, _ and -, as in eu_west")
_CREDENTIAL = (re.compile(r"[a-z0-9_]{1,32}"), "small letters, digits and _, as in gdpr")
_Form = tuple[re.Pattern[str], str]
MOST_FIGURE = 2**63 - 1
_KNOWN_SETS = 4_096


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a rule may know of a request, but for ``request_id``, which is the host's own.

    ``user_jurisdiction`` is where the user is protected (``eu``, ``us``), ``jurisdiction`` whose law governs the request
    (``de``), ``country`` where the data come from; these and the two after them are needed, for a rule that forbids must never
    miss the fact it looks at. ``sector`` is whose business it is; ``risk_class`` that of the EU AI Act. Of the two figures, a
    price in millionths of a US dollar an hour and milliseconds, None says that the request names none. Raises BadInput for a
    fact that is not of its form.
    """

    request_id: str
    user_jurisdiction: str
    jurisdiction: str
    country: str
    data_classification: str
    inference_type: str
    sector: str = "general"
    risk_class: str = "minimal"
    confidentiality: str = "standard"
    price_ceiling_micro_usd: int | None = None
    p95_target_ms: int | None = None

    def __post_init__(self) -> None:
        _check(self.request_id, "request_id", _ID)
        _check(self.user_jurisdiction, "user_jurisdiction", _PLACE)
        _check(self.jurisdiction, "jurisdiction", _PLACE)
        _check(self.country, "country", _COUNTRY)
        _check_choice(self.data_classification, "data_classification", DATA_CLASSES)
        _check_choice(self.inference_type, "inference_type", INFERENCE_TYPES)
        _check_choice(self.sector, "sector", SECTORS)
        _check_choice(self.risk_class, "risk_class", RISK_CLASSES)
        _check_choice(self.confidentiality, "confidentiality", CONFIDENTIALITIES)
        _check_figure(self.price_ceiling_micro_usd, "price_ceiling_micro_usd")
        _check_figure(self.p95_target_ms, "p95_target_ms")

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object], trusted: Mapping[str, object] | None = None) -> Self:
        """The facts of a JSON object; a trusted fact stands in the place of the caller's.

        Raises BadInput for a key that is unknown or missing, and for a wrong value, in either mapping.
        """
        check_trusted(trusted or {})
        facts = {**facts, **(trusted or {})}
        _check_keys(cls, facts, "request")
        return cls(**facts)  # type: ignore[arg-type]  # __post_init__ refuses what is not of its type


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
        if self.provider_jurisdiction is not None:
            _check(self.provider_jurisdiction, "provider_jurisdiction", _PLACE)
        if self.region is not None:
            _check(self.region, "region", _REGION)
        if self.country is not None:
            _check(self.country, "country", _COUNTRY)
        if self.credentials:
            _check_credentials(self.credentials)
        _check_figure(self.spot_price_micro_usd, "spot_price_micro_usd")
        _check_figure(self.on_demand_price_micro_usd, "on_demand_price_micro_usd")
        _check_figure(self.error_rate_ppm, "error_rate_ppm")
        _check_figure(self.p95_ms, "p95_ms")

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object]) -> Self:
        """The facts of a JSON object, credentials being a list. Raises BadInput as the constructor does, and for keys."""
        _check_keys(cls, facts, "offer")
        credentials = facts.get("credentials", ())
        if isinstance(credentials, str) or not isinstance(credentials, Sequence | frozenset | set):
            raise BadInput("credentials is no list", value=credentials, remedy='write a list, as in ["gdpr"]')
        for credential in credentials:
            _check(credential, "credentials", _CREDENTIAL)  # what is no text may not even be put in a set
        return cls(**{**facts, "credentials": frozenset(credentials)})  # type: ignore[arg-type]

    def missing(self) -> str | None:
        """The first needed fact that is not known."""
        if self.provider_jurisdiction is None:
            return "provider_jurisdiction"
        if self.region is None:
            return "region"
        return "country" if self.country is None else None


def check_trusted(trusted: Mapping[str, object]) -> None:
    """Raises BadInput for a trusted fact that is none of a request, or not of its form; ``request_id`` is never one."""
    known = [field.name for field in fields(RequestFacts) if field.name != "request_id"]
    for key in trusted:
        if key not in known:
            raise BadInput(f"unknown trusted fact {key!r}", value=key, remedy=f"known: {', '.join(known)}")
    sample: dict[str, object] = {
        "request_id": "trusted", "user_jurisdiction": "eu", "jurisdiction": "de", "country": "de",
        "data_classification": "phi", "inference_type": "realtime",
    }  # fmt: skip
    if trusted:
        RequestFacts(**{**sample, **trusted})  # type: ignore[arg-type]


def _check_keys(facts_of: type, facts: Mapping[str, object], what: str) -> None:
    known = {field.name: field.default is MISSING for field in fields(facts_of)}
    for key in facts:
        if key not in known:
            raise BadInput(f"unknown {what} fact {key!r}", value=key, remedy=f"known: {', '.join(known)}")
    for key, needed in known.items():
        if needed and key not in facts:
            raise BadInput(f"{what} fact {key!r} is missing", value=key, remedy=f"give {key!r}")


def _check(value: object, name: str, form: _Form) -> None:
    if not isinstance(value, str) or not form[0].fullmatch(value):
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy=f"write {form[1]}")


def _check_credentials(credentials: object) -> None:
    if not isinstance(credentials, frozenset):
        raise BadInput("credentials is no set", value=credentials, remedy='give a frozenset, as in frozenset({"gdpr"})')
    _check_set(credentials)


@lru_cache(_KNOWN_SETS)
def _check_set(credentials: frozenset[object]) -> None:
    for credential in credentials:
        _check(credential, "credentials", _CREDENTIAL)


def _check_choice(value: object, name: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy=f"write {' or '.join(choices)}")


def _check_figure(value: object, name: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_FIGURE:
        raise BadInput(f"{name} is {value!r:.80}", value=value, remedy="write a whole number from 0")
