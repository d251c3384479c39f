"""The typed client of LawStone."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.calls import Contract, NoContract, decode_text
from chain.hashing import text_id
from chain.sender import Call, CallSender
from chain.values import LawStatus


class LawStoneClient(Contract):
    """Where laws stand. What governance alone may do is given as a call, for ``chain.governor``."""

    def publish(self, sender: CallSender, text: str) -> Receipt:
        """Stores a law's text; open to everyone. Its id is ``text_id(text)``."""
        return sender.send(self.call("publish(bytes)", text.encode()))

    def enact_call(self, law: bytes) -> Call:
        """Lets new agreements use a published law."""
        return self.call("enact(bytes32)", law)

    def break_call(self, law: bytes) -> Call:
        """Keeps new agreements from using an enacted law, for ever."""
        return self.call("breakLaw(bytes32)", law)

    def status_of(self, law: bytes) -> LawStatus:
        """Where a law stands; NONE for a text that nobody published."""
        return LawStatus(self.read_value("uint8", "statusOf(bytes32)", law))

    def text_of(self, law: bytes) -> str:
        """A law's text, checked against its id. Raises NoContract where the node's answer is not that text."""
        raw: bytes = self.read_value("bytes", "textOf(bytes32)", law)
        if text_id(raw) != law:
            raise NoContract(f"the node's text of law 0x{law.hex()} hashes to another id", value=law, remedy="ask another node")
        return decode_text(raw, f"law 0x{law.hex()}")
