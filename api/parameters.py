"""What a request may say: ids, filters and cursors, each in exactly one written form. Unknown parameters are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from chain.hashing import address_of

MOST = 200
_CURSOR = r"^[0-9]{1,15}-[0-9]{1,9}$"
_LONG_CURSOR = r"^[0-9]{1,15}-[0-9]{1,9}-[0-9]{1,10}$"


def _digits(value: object) -> object:
    """Plain decimal digits only: no sign, no space, no underscore, no fraction that happens to be whole."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise ValueError("give plain decimal digits")
    return value


def checksummed(value: str) -> str:
    """The EIP-55 form of an address. Raises ValueError where its letters mix cases in another way: a mistyped address."""
    right = address_of(value.lower())
    if value[2:] not in (right[2:], value[2:].lower(), value[2:].upper()):
        raise ValueError("the checksum of this address is wrong: a letter is mistyped, or its case is")
    return right


AddressIn = Annotated[
    str,
    StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$"),
    AfterValidator(checksummed),
]
AgreementIn = Annotated[
    str,
    StringConstraints(pattern=r"^0x[0-9a-fA-F]{24}$"),
]
Limit = Annotated[int, Field(ge=1, le=MOST, description="entries on one page"), BeforeValidator(_digits)]
AgreementPath = Annotated[str, Path(pattern=r"^0x[0-9a-fA-F]{24}$", description="id of an agreement: 0x and 24 hex digits")]
LawPath = Annotated[str, Path(pattern=r"^0x[0-9a-fA-F]{64}$", description="id of a law: the Keccak-256 hash of its text")]
ProviderPath = Annotated[
    str,
    Path(pattern=r"^0x[0-9a-fA-F]{40}$", description="account of a provider; mixed case carries a checksum (EIP-55)"),
    AfterValidator(checksummed),
]


class Nothing(BaseModel):
    """The query of a resource that takes no parameters."""

    model_config = ConfigDict(extra="forbid")


class AgreementsQuery(BaseModel):
    """Filters and paging of the list of agreements."""

    model_config = ConfigDict(extra="forbid")
    provider: AddressIn | None = Field(None, description="only agreements of this provider")
    customer: AddressIn | None = Field(None, description="only agreements of this customer")
    state: Literal["scheduled", "running", "ended", "closed"] | None = Field(None, description="only agreements in this state")
    after: str | None = Field(None, pattern=_CURSOR, description="next of the page before", examples=["1234-5"])
    limit: Limit = 50


class PeriodsQuery(BaseModel):
    """Paging of the periods of one agreement."""

    model_config = ConfigDict(extra="forbid")
    after: Annotated[int, Field(ge=0, le=2**32 - 1), BeforeValidator(_digits)] | None = Field(
        None, description="next of the page before: periods earlier than this one"
    )
    limit: Limit = 50


class SettlementsQuery(BaseModel):
    """Filters and paging of the list of settlements."""

    model_config = ConfigDict(extra="forbid")
    agreement: AgreementIn | None = Field(None, description="only periods of this agreement")
    provider: AddressIn | None = Field(None, description="only periods of this provider")
    customer: AddressIn | None = Field(None, description="only periods of this customer")
    after: str | None = Field(None, pattern=_LONG_CURSOR, description="next of the page before", examples=["1234-5-0"])
    limit: Limit = 50


class StatusPageQuery(BaseModel):
    """Paging of the status page."""

    model_config = ConfigDict(extra="forbid")
    after: str | None = Field(None, pattern=_CURSOR, description="cursor of the page before")


def agreement_number(written: str) -> int:
    """The number of a written agreement id."""
    return int(written, 16)


def pair(cursor: str | None) -> tuple[int, int] | None:
    """The place that a cursor of agreements names."""
    if cursor is None:
        return None
    block, log = (int(part) for part in cursor.split("-"))
    return block, log


def triple(cursor: str | None) -> tuple[int, int, int] | None:
    """The place that a cursor of settlements names."""
    if cursor is None:
        return None
    block, log, period = (int(part) for part in cursor.split("-"))
    return block, log, period


def written(cursor: tuple[int, ...]) -> str:
    """A place as a cursor."""
    return "-".join(str(part) for part in cursor)
