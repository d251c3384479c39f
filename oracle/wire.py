"""What oracles and relays say to each other, as JSON: bytes as 0x-hex, integers that may be wide as decimal strings.

Reading is strict: a missing or unknown key, a float, a sign or a wrong length is refused with its place. Reading checks form
alone; whether a signature or a root holds is for ``oracle.rows`` to say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chain.documents import exact_keys, hex_bytes, integer, load_struct, object_of, struct_json
from chain.values import Header
from governance.errors import BadInput
from governance.values import Observation, Ratio
from oracle.rows import Equivocation, SignedObservations

_MEMBER_BITS = 5
_OBSERVATION_KEYS = ("agreement", "period", "samples", "uptime", "attained", "coverage", "p95_ms", "evidence")
_SIGNED_KEYS = ("member", "epoch", "root", "signature", "observations")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a member pushes to a relay: its observations of one epoch, as a member of this configuration."""

    configuration: bytes
    signed: SignedObservations


@dataclass(frozen=True, slots=True)
class Proposal:
    """A report that a relay would like signed: header, row words, all that they rest on, and proof against dropped members."""

    id: str
    header: Header
    rows: tuple[int, ...]
    members: tuple[SignedObservations, ...]
    equivocations: tuple[Equivocation, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberSignature:
    """One member's signature of a proposal's report digest; EIP-2098, 64 bytes."""

    member: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class AssentSignature:
    """One member's assent to an amendment, as a member of this configuration; EIP-2098, 64 bytes."""

    configuration: bytes
    member: int
    signature: bytes


def submission_json(submission: Submission) -> dict[str, Any]:
    """The body of ``POST /v1/observations``."""
    return {"configuration": _hex(submission.configuration), **signed_json(submission.signed)}


def load_submission(document: object, source: str = "submission") -> Submission:
    """Reads the body of ``POST /v1/observations``. Raises BadInput with the place of what is wrong."""
    fields = exact_keys(object_of(document, source), source, ("configuration", *_SIGNED_KEYS))
    configuration = hex_bytes(fields.pop("configuration"), f"{source}: configuration", 32)
    return Submission(configuration, load_signed(fields, source))


def signed_json(signed: SignedObservations) -> dict[str, Any]:
    """One member's observations of one epoch."""
    return {
        "member": signed.member,
        "epoch": signed.epoch,
        "root": _hex(signed.root),
        "signature": _hex(signed.signature),
        "observations": [observation_json(seen) for seen in signed.observations],
    }


def load_signed(document: object, source: str) -> SignedObservations:
    """Reads one member's observations of one epoch."""
    fields = exact_keys(object_of(document, source), source, _SIGNED_KEYS)
    return SignedObservations(
        member=integer(fields["member"], f"{source}: member", _MEMBER_BITS),
        epoch=integer(fields["epoch"], f"{source}: epoch", 64),
        root=hex_bytes(fields["root"], f"{source}: root", 32),
        signature=hex_bytes(fields["signature"], f"{source}: signature", 64),
        observations=tuple(
            load_observation(entry, f"{source}: observations[{index}]")
            for index, entry in enumerate(_array(fields["observations"], f"{source}: observations"))
        ),
    )


def observation_json(seen: Observation) -> dict[str, Any]:
    """One observation."""
    return {
        "agreement": str(seen.agreement),
        "period": seen.period,
        "samples": str(seen.samples),
        "uptime": _pair_json(seen.uptime),
        "attained": _pair_json(seen.attained),
        "coverage": _pair_json(seen.coverage),
        "p95_ms": seen.p95_ms,
        "evidence": _hex(seen.evidence),
    }


def load_observation(document: object, source: str) -> Observation:
    """Reads one observation."""
    fields = exact_keys(object_of(document, source), source, _OBSERVATION_KEYS)
    return Observation(
        agreement=integer(fields["agreement"], f"{source}: agreement", 96),
        period=integer(fields["period"], f"{source}: period", 32),
        samples=integer(fields["samples"], f"{source}: samples", 64),
        uptime=load_pair(fields["uptime"], f"{source}: uptime", 128),
        attained=load_pair(fields["attained"], f"{source}: attained", 64),
        coverage=load_pair(fields["coverage"], f"{source}: coverage", 64),
        p95_ms=integer(fields["p95_ms"], f"{source}: p95_ms", 32),
        evidence=hex_bytes(fields["evidence"], f"{source}: evidence", 32),
    )


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """One entry of ``GET /v1/proposals``, and the answer of ``GET /v1/observation-sets/{root}``."""
    return {
        "id": proposal.id,
        "header": struct_json(proposal.header),
        "rows": [f"0x{word:064x}" for word in proposal.rows],
        "set": [signed_json(signed) for signed in proposal.members],
        "equivocations": [_equivocation_json(proof) for proof in proposal.equivocations],
    }


def load_proposal(document: object, source: str = "proposal") -> Proposal:
    """Reads a proposal. ``equivocations`` may be missing."""
    fields = {"equivocations": [], **object_of(document, source)}
    exact_keys(fields, source, ("id", "header", "rows", "set", "equivocations"))
    if not isinstance(fields["id"], str) or not fields["id"].isascii() or not fields["id"].isalnum():
        raise BadInput(f"{fields['id']!r} is no proposal id", source=source, value=fields["id"], remedy="letters and digits")
    return Proposal(
        id=fields["id"],
        header=load_struct(Header, object_of(fields["header"], f"{source}: header"), f"{source}: header"),
        rows=tuple(
            int.from_bytes(hex_bytes(word, f"{source}: rows[{index}]", 32))
            for index, word in enumerate(_array(fields["rows"], f"{source}: rows"))
        ),
        members=tuple(
            load_signed(entry, f"{source}: set[{index}]") for index, entry in enumerate(_array(fields["set"], f"{source}: set"))
        ),
        equivocations=tuple(
            _load_equivocation(entry, f"{source}: equivocations[{index}]")
            for index, entry in enumerate(_array(fields["equivocations"], f"{source}: equivocations"))
        ),
    )


def load_proposals(document: object, source: str = "proposals") -> tuple[Proposal, ...]:
    """Reads the answer of ``GET /v1/proposals``."""
    fields = exact_keys(object_of(document, source), source, ("proposals",))
    return tuple(load_proposal(entry, f"{source}[{index}]") for index, entry in enumerate(_array(fields["proposals"], source)))


def signature_json(signature: MemberSignature) -> dict[str, Any]:
    """The body of ``POST /v1/proposals/{id}/signatures``."""
    return {"member": signature.member, "signature": _hex(signature.signature)}


def load_signature(document: object, source: str = "signature") -> MemberSignature:
    """Reads the body of ``POST /v1/proposals/{id}/signatures``."""
    fields = exact_keys(object_of(document, source), source, ("member", "signature"))
    return MemberSignature(
        integer(fields["member"], f"{source}: member", _MEMBER_BITS),
        hex_bytes(fields["signature"], f"{source}: signature", 64),
    )


def assent_json(assent: AssentSignature) -> dict[str, Any]:
    """The body of ``POST /v1/amendments/{id}/signatures``, and one entry of the answer of ``GET``."""
    signature = MemberSignature(assent.member, assent.signature)
    return {"configuration": _hex(assent.configuration), **signature_json(signature)}


def load_assent(document: object, source: str = "assent") -> AssentSignature:
    """Reads the body of ``POST /v1/amendments/{id}/signatures``."""
    fields = exact_keys(object_of(document, source), source, ("configuration", "member", "signature"))
    configuration = hex_bytes(fields.pop("configuration"), f"{source}: configuration", 32)
    signed = load_signature(fields, source)
    return AssentSignature(configuration, signed.member, signed.signature)


def parse(text: str | bytes, source: str) -> object:
    """JSON of a message. Raises BadInput for text that is none, with NaN in it, or with a key twice."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"no JSON: {error}", source=source, remedy="send one JSON document in UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _equivocation_json(proof: Equivocation) -> dict[str, Any]:
    return {
        "member": proof.member,
        "epoch": proof.epoch,
        "roots": [{"root": _hex(root), "signature": _hex(signature)} for root, signature in proof.roots],
    }


def _load_equivocation(document: object, source: str) -> Equivocation:
    fields = exact_keys(object_of(document, source), source, ("member", "epoch", "roots"))
    entries = _array(fields["roots"], f"{source}: roots")
    if len(entries) != 2:
        raise BadInput(f"{len(entries)} roots", source=source, remedy="two roots prove an equivocation")
    return Equivocation(
        integer(fields["member"], f"{source}: member", _MEMBER_BITS),
        integer(fields["epoch"], f"{source}: epoch", 64),
        (_load_root(entries[0], f"{source}: roots[0]"), _load_root(entries[1], f"{source}: roots[1]")),
    )


def _load_root(document: object, source: str) -> tuple[bytes, bytes]:
    fields = exact_keys(object_of(document, source), source, ("root", "signature"))
    return hex_bytes(fields["root"], f"{source}: root", 32), hex_bytes(fields["signature"], f"{source}: signature", 64)


def _pair_json(share: Ratio) -> list[str]:
    return [str(share.numerator), str(share.denominator)]


def load_pair(value: object, source: str, bits: int) -> Ratio:
    """A share on the wire: its numerator and denominator, each of at most so many bits. Raises BadInput with the place."""
    entries = _array(value, source)
    if len(entries) != 2:
        raise BadInput(f"{len(entries)} numbers", source=source, remedy="a pair: numerator, denominator")
    try:
        return Ratio(integer(entries[0], source, bits), integer(entries[1], source, bits))
    except BadInput as error:
        raise BadInput(error.message.removeprefix(f"{source}: "), source=source, value=value, remedy=error.remedy) from error


def _array(value: object, source: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(f"{type(value).__name__} where a list belongs", source=source, value=value)
    return value


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
