"""A provider's profile, as routing reads it: a stranger's text, of which what is not as documented is refused, not guessed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from api.html import plain, shorten
from governance.errors import BadInput

LONGEST_NAME = 100
MICRO = 1_000_000
Atom = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")]


@dataclass(frozen=True, slots=True)
class Region:
    """A place where machines stand."""

    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider says of itself. Prices in millionths of a dollar an hour; None where it names none."""

    jurisdiction: str
    regions: tuple[Region, ...]
    credentials: tuple[str, ...]
    spot_micro_usd: int | None
    on_demand_micro_usd: int | None


class _Region(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    name: Atom
    country: Atom


class _Prices(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    spot: Price | None = None
    on_demand: Price | None = None


class _Profile(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    jurisdiction: Atom
    regions: Annotated[list[_Region], Field(min_length=1, max_length=16)]
    credentials: Annotated[list[Atom], Field(max_length=64)] = Field(default_factory=list)
    prices_usd_hour: _Prices = Field(default_factory=_Prices)


def read_profile(text: str) -> Profile:
    """The facts of a profile. Raises BadInput that names the first field which is missing or not of its form."""
    try:
        read = _Profile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(plain(str(part)) for part in first["loc"]) or "the text"
        raise BadInput(
            f"the profile is not usable: {where}: {first['msg']}", remedy="see the profile's form in docs/api.md"
        ) from error
    names = [region.name for region in read.regions]
    if len(set(names)) < len(names):
        raise BadInput(
            "the profile is not usable: regions: a name stands there twice", value=names, remedy="name each region once"
        )
    return Profile(
        jurisdiction=read.jurisdiction,
        regions=tuple(Region(region.name, region.country) for region in read.regions),
        credentials=tuple(dict.fromkeys(read.credentials)),
        spot_micro_usd=_micro(read.prices_usd_hour.spot),
        on_demand_micro_usd=_micro(read.prices_usd_hour.on_demand),
    )


def profile_name(text: str) -> str | None:
    """The ``name`` of a profile, if it is JSON and has one, cleaned of what cannot be shown."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    name = document.get("name") if isinstance(document, dict) else None
    return shorten(plain(name).strip(), LONGEST_NAME) or None if isinstance(name, str) else None


def _micro(dollars: str | None) -> int | None:
    return None if dollars is None else int(Decimal(dollars) * MICRO)
