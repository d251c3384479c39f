"""From the events of one block to rows and postings. Knows nothing of nodes; the caller owns the transaction.

What the rules for single events are, ``apply_records``, ``apply_rows`` and ``apply_money`` say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chain.blocks import BlockStamp
from chain.events import Event
from settlement import apply_money, apply_records, apply_rows
from settlement.account import Constants
from settlement.memory import Memory
from settlement.tables import BlockRow
from settlement.writer import Gas, Rule, Writer, hex_of

__all__ = ["Gas", "apply_block", "hex_of"]

RULES: dict[type[Event], Rule] = apply_records.RULES | apply_rows.RULES | apply_money.RULES


def apply_block(memory: Memory, block: BlockStamp, logs: Sequence[Event], gas: Mapping[bytes, Gas], constants: Constants) -> None:
    """Enters a block and its events in order. ``gas`` holds the cost of every transaction that has a ``Reported`` event."""
    memory.session.add(
        BlockRow(
            block_number=block.number,
            hash=hex_of(block.hash),
            parent_hash=hex_of(block.parent_hash),
            timestamp_s=block.timestamp_s,
        )
    )
    writer = Writer(memory, block, gas, constants)
    for event in logs:
        rule = RULES.get(type(event))
        writer.post(event, rule(writer, event) if rule is not None else None)
    writer.close()
