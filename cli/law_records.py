"""What the logs of LawStone say of laws: read anew for each command, from the first block of the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chain.events import Published, decode_known
from chain.hashing import text_id
from chain.law_lives import LawLives, Proposal
from chain.node import Node
from chain.values import Seat
from cli.connection import Connection
from governance import laws


@dataclass(frozen=True, slots=True)
class LawRecords:
    """The lives of all laws, and who published them."""

    node: Node
    lives: LawLives
    publishers: Mapping[bytes, str]

    def time_s(self, block_number: int) -> int:
        """When a block was made."""
        return self.node.block(block_number).timestamp_s

    def state_of(self, proposal: Proposal) -> str:
        """Where an amendment stands, in a word or two."""
        if proposal.enacted_in is not None:
            return "enacted"
        if not self.lives.is_good(proposal):
            return "void"
        return "awaits the committee" if proposal.assented_in is None else "assented to"


def read_records(connection: Connection) -> LawRecords:
    """Reads all logs of LawStone. Raises NodeUnavailable, and ForgedAmendment for a node that lies."""
    book, node = connection.book, connection.node
    logs = node.logs(book.deployed_block, node.block("latest").number, [book.law_stone])
    lives, publishers = LawLives(), {}
    for event in decode_known(logs, {book.law_stone}):
        lives = lives.after(event)
        if isinstance(event, Published):
            publishers[event.law] = event.publisher
    return LawRecords(node, lives, publishers)


def life_of(records: LawRecords, law: bytes) -> dict[str, Any]:
    """Where a law stands, when it took a seat, and the amendments that it is in: as JSON has them."""
    lives = records.lives
    runs = [seat.word for seat in Seat if (tenure := lives.running_in(seat)) is not None and tenure.law == law]
    named = (
        proposal for proposal in lives.proposals.values() if law in (proposal.amendment.proposed, proposal.amendment.running)
    )
    return {
        "law": "0x" + law.hex(),
        "name": next((name for name in laws.names() if text_id(laws.read(name)) == law), None),
        "status": lives.statuses[law].name.lower(),
        "runs": runs,
        "publisher": records.publishers.get(law),
        "tenures": [
            {"seat": tenure.seat.word, "revision": tenure.revision, "since_s": records.time_s(tenure.since_block)}
            for tenure in lives.tenures
            if tenure.law == law
        ],
        "amendments": [_amendment(records, proposal) for proposal in named],
    }


def _amendment(records: LawRecords, proposal: Proposal) -> dict[str, Any]:
    amendment = proposal.amendment
    return {
        "amendment": "0x" + proposal.id.hex(),
        "seat": amendment.seat.word,
        "takes_seat": amendment.takes_seat,
        "running": "0x" + amendment.running.hex(),
        "proposed": "0x" + amendment.proposed.hex(),
        "revision": amendment.revision,
        "notice_s": amendment.notice,
        "proposer": proposal.proposer,
        "proposed_at_s": records.time_s(proposal.proposed_in),
        "state": records.state_of(proposal),
    }
