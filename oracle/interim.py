"""Interim counts of a running period, signed by the member that counted them. Information only: no row ever rests on one.

The counts are the fold of the period up to the last slot boundary at or before ``as_of_s``, so that the denominator of the
coverage counts the slots that have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chain.documents import exact_keys, hex_bytes, integer, object_of
from chain.hashing import keccak
from chain.typed_data import COMMITTEE_NAME, Domain, separator
from chain.words import encode_uint
from governance.errors import BadInput
from governance.values import Ratio
from oracle.wire import load_pair

TALLY_TYPE = (
    "Tally(uint96 agreement,uint32 period,uint64 asOf,uint64 samples,uint128 uptimeNumerator,uint128 uptimeDenominator,"
    "uint64 attainedNumerator,uint64 attainedDenominator,uint64 coverageNumerator,uint64 coverageDenominator,uint32 p95Ms)"
)
_TALLY_TYPEHASH = keccak(TALLY_TYPE.encode())
_KEYS = ("agreement", "period", "as_of_s", "samples", "uptime", "attained", "coverage", "p95_ms")
_SIGNED_KEYS = (*_KEYS, "signature")
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Interim:
    """What a member has counted of a period so far, as of a time (Unix seconds)."""

    agreement: int
    period: int
    as_of_s: int
    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    p95_ms: int


@dataclass(frozen=True, slots=True)
class SignedInterim:
    """Interim counts with their member's signature (EIP-2098, 64 bytes)."""

    member: int
    counts: Interim
    signature: bytes


def interim_digest(committee: Domain, counts: Interim) -> bytes:
    """What a member signs over its interim counts, in the Committee's domain. BadInput where a count is too wide."""
    words = b"".join(encode_uint(value, bits, name) for name, value, bits in _words(counts))
    return keccak(b"\x19\x01" + separator(committee, COMMITTEE_NAME) + keccak(_TALLY_TYPEHASH + words))


def load_tallies(document: object, source: str = "tallies") -> list[SignedInterim]:
    """Reads the body of ``POST /v1/tallies``: one member's counts, or a batch of them. Raises BadInput with the place."""
    fields = object_of(document, source)
    if "tallies" not in fields:
        exact_keys(fields, source, ("member", *_SIGNED_KEYS))
        return [_load_signed(integer(fields["member"], f"{source}: member", 5), fields, source)]
    exact_keys(fields, source, ("member", "tallies"))
    entries = fields["tallies"]
    if not isinstance(entries, list) or len(entries) > MOST_AT_ONCE:
        raise BadInput("no list of tallies", source=source, remedy=f"a list of at most {MOST_AT_ONCE}")
    member = integer(fields["member"], f"{source}: member", 5)
    return [
        _load_signed(member, exact_keys(object_of(entry, place), place, _SIGNED_KEYS), place)
        for place, entry in ((f"{source}[{index}]", entry) for index, entry in enumerate(entries))
    ]


def tallies_json(member: int, signed: list[SignedInterim]) -> dict[str, Any]:
    """The body of ``POST /v1/tallies`` for a batch of one member's counts."""
    return {
        "member": member,
        "tallies": [{**_counts_json(one.counts), "signature": "0x" + one.signature.hex()} for one in signed],
    }


def _counts_json(counts: Interim) -> dict[str, Any]:
    pairs = {name: [str(pair.numerator), str(pair.denominator)] for name, pair in _pairs(counts)}
    return {
        "agreement": str(counts.agreement),
        "period": counts.period,
        "as_of_s": counts.as_of_s,
        "samples": str(counts.samples),
        **pairs,
        "p95_ms": counts.p95_ms,
    }


def _load_signed(member: int, fields: dict[str, Any], source: str) -> SignedInterim:
    counts = Interim(
        agreement=integer(fields["agreement"], f"{source}: agreement", 96),
        period=integer(fields["period"], f"{source}: period", 32),
        as_of_s=integer(fields["as_of_s"], f"{source}: as_of_s", 40),
        samples=integer(fields["samples"], f"{source}: samples", 63),
        uptime=load_pair(fields["uptime"], f"{source}: uptime", 128),
        attained=load_pair(fields["attained"], f"{source}: attained", 64),
        coverage=load_pair(fields["coverage"], f"{source}: coverage", 64),
        p95_ms=integer(fields["p95_ms"], f"{source}: p95_ms", 32),
    )
    return SignedInterim(member, counts, hex_bytes(fields["signature"], f"{source}: signature", 64))


def _pairs(counts: Interim) -> tuple[tuple[str, Ratio], ...]:
    return ("uptime", counts.uptime), ("attained", counts.attained), ("coverage", counts.coverage)


def _words(counts: Interim) -> tuple[tuple[str, int, int], ...]:
    return (
        ("agreement", counts.agreement, 96),
        ("period", counts.period, 32),
        ("as_of_s", counts.as_of_s, 64),
        ("samples", counts.samples, 64),
        ("uptime numerator", counts.uptime.numerator, 128),
        ("uptime denominator", counts.uptime.denominator, 128),
        ("attained numerator", counts.attained.numerator, 64),
        ("attained denominator", counts.attained.denominator, 64),
        ("coverage numerator", counts.coverage.numerator, 64),
        ("coverage denominator", counts.coverage.denominator, 64),
        ("p95_ms", counts.p95_ms, 32),
    )
