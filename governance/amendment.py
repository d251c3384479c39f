"""Whether laws agree to an amendment: the running law permits it, and the proposed law accepts to be established.

Both are asked, each with the amendment's facts alone. A law that does not say agrees to nothing, and an error, or no end, is an
error: it never means yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from governance import questions
from governance.errors import BadInput
from governance.law import Law, fault

PERMITS = "permit_amendment"
ACCEPTS = "accept_establishment"
ALLOWED_S = 0.1  # of processor time
_HASH = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AmendmentFacts:
    """What a law may know of an amendment.

    ``place`` is ``seat`` where the proposed law would follow the running one, ``beside`` where both would be in force. Laws are
    named by their hashes (0x and 64 small hex digits). ``revision`` counts the laws that ran in the seat so far; ``notice_s`` is
    what passes at least between proposal and effect. Raises BadInput for a fact that is not of its form.
    """

    seat: Literal["settlement", "routing"]
    place: Literal["seat", "beside"]
    running: str
    proposed: str
    revision: int
    notice_s: int

    def __post_init__(self) -> None:
        for name, choices in (("seat", ("settlement", "routing")), ("place", ("seat", "beside"))):
            if getattr(self, name) not in choices:
                raise BadInput(f"{name} is unknown", value=getattr(self, name), remedy=f"one of {', '.join(choices)}")
        for name in ("running", "proposed"):
            if not _HASH.fullmatch(getattr(self, name)):
                raise BadInput(f"{name} is no law's id", value=getattr(self, name), remedy="0x and 64 small hex digits")
        for name in ("revision", "notice_s"):
            if not 0 <= getattr(self, name) < 2**64:
                raise BadInput(f"{name} is out of range", value=getattr(self, name), remedy="0 to 2**64 - 1")


@dataclass(frozen=True, slots=True)
class Consent:
    """A law's answer. ``why`` says what is missing where it does not agree."""

    agrees: bool
    why: str


def permits(running: Law, facts: AmendmentFacts) -> Consent:
    """Whether the running law permits an amendment. Raises LawError, LawLimit (both LawFault) and EngineFault."""
    return _consent(running, PERMITS, facts)


def accepts(proposed: Law, facts: AmendmentFacts) -> Consent:
    """Whether the proposed law accepts to be established so. Raises LawError, LawLimit (both LawFault) and EngineFault."""
    return _consent(proposed, ACCEPTS, facts)


def _consent(law: Law, question: str, facts: AmendmentFacts) -> Consent:
    given = facts.seat, facts.place, facts.running, facts.proposed, str(facts.revision), str(facts.notice_s)
    status, why = questions.bounded(ALLOWED_S, "surety_amendment", "agrees", law.handle, given=(question, *given))
    if status < 0:
        raise fault(status, why, law.name)
    return Consent(status == 1, why if status == 1 else f"{law.name}: {question}/1: {why}")
