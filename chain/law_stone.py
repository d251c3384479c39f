"""The typed client of LawStone."""

from __future__ import annotations

from dataclasses import dataclass

from chain.blocks import Receipt
from chain.calls import Contract, NoContract, decode_text
from chain.hashing import text_id
from chain.sender import Call, CallSender
from chain.values import Amendment, LawStatus, Seat

_AMENDMENT = "bytes32,uint8,bool,uint32"


@dataclass(frozen=True, slots=True)
class Running:
    """The law that runs in a seat, None before the first; ``revision`` counts those that ran there."""

    law: bytes | None
    revision: int


@dataclass(frozen=True, slots=True)
class Step:
    """How far an amendment has come. ``proposed_at_s`` is 0 where nobody proposed it."""

    proposed_at_s: int
    assented: bool


class LawStoneClient(Contract):
    """Where laws stand. What governance alone may do is given as a call, for ``chain.governor``."""

    def publish(self, sender: CallSender, text: str) -> Receipt:
        """Stores a law's text; open to everyone. Its id is ``text_id(text)``."""
        return sender.send(self.call("publish(bytes)", text.encode()))

    def propose(self, sender: CallSender, amendment: Amendment) -> Receipt:
        """Asks the committee to judge an amendment; open to everyone. Running law and revision are the chain's own."""
        return sender.send(self.call(f"proposeAmendment({_AMENDMENT})", *_asked(amendment)))

    def assent_call(self, amendment: bytes, configuration: bytes, signers: int, signatures: bytes) -> Call:
        """Records a quorum's assent; open to everyone. Signatures are ascending by member, as ``join_signatures`` makes them."""
        return self.call("assentTo(bytes32,bytes32,uint256,bytes)", amendment, configuration, signers, signatures)

    def found_call(self, seat: Seat, law: bytes, takes_seat: bool = True) -> Call:
        """Enacts a law while nothing runs in the seat: to run there, or to stand beside the one that will."""
        return self.call("found(uint8,bytes32,bool)", seat, law, takes_seat)

    def enact_call(self, amendment: Amendment) -> Call:
        """Enacts a law whose amendment was assented to and whose notice is over."""
        return self.call(f"enact({_AMENDMENT})", *_asked(amendment))

    def break_call(self, law: bytes) -> Call:
        """Keeps new agreements from using an enacted law, for ever."""
        return self.call("breakLaw(bytes32)", law)

    def status_of(self, law: bytes) -> LawStatus:
        """Where a law stands; NONE for a text that nobody published."""
        return LawStatus(self.read_value("uint8", "statusOf(bytes32)", law))

    def status_in(self, law: bytes, seat: Seat) -> LawStatus:
        """Where a law stands for one seat: one that is enacted for the other alone is no more than published."""
        return LawStatus(self.read_value("uint8", "statusIn(bytes32,uint8)", law, seat))

    def running_in(self, seat: Seat) -> Running:
        """The law that runs in a seat."""
        law, revision = self.read_values(("bytes32", "uint64"), "lawIn(uint8)", seat)
        return Running(bytes(law) if any(law) else None, int(revision))

    def amendment_of(self, amendment: Amendment) -> bytes:
        """The contract's own id of an amendment. Running law and revision are the chain's own."""
        return bytes(self.read_value("bytes32", f"amendmentId({_AMENDMENT})", *_asked(amendment)))

    def amendment(self, seat: Seat, law: bytes, takes_seat: bool, notice_s: int) -> Amendment:
        """What it would be to propose a law now."""
        now = self.running_in(seat)
        return Amendment(seat, takes_seat, now.law or bytes(32), law, now.revision, notice_s)

    def progress_of(self, amendment: bytes) -> Step:
        """How far an amendment has come, by its id."""
        proposed_at_s, assented = self.read_values(("uint64", "bool"), "proposalOf(bytes32)", amendment)
        return Step(int(proposed_at_s), bool(assented))

    def assent_digest(self, amendment: bytes) -> bytes:
        """The contract's own digest of what members sign."""
        return bytes(self.read_value("bytes32", "assentDigestOf(bytes32)", amendment))

    def text_of(self, law: bytes) -> str:
        """A law's text, checked against its id. Raises NoContract where the node's answer is not that text."""
        raw: bytes = self.read_value("bytes", "textOf(bytes32)", law)
        if text_id(raw) != law:
            raise NoContract(f"the node's text of law 0x{law.hex()} hashes to another id", value=law, remedy="ask another node")
        return decode_text(raw, f"law 0x{law.hex()}")


def _asked(amendment: Amendment) -> tuple[bytes, Seat, bool, int]:
    return amendment.proposed, amendment.seat, amendment.takes_seat, amendment.notice
