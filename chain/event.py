"""What every event of the contracts has: its place on the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.words import Address, Bytes32, Uint64


@dataclass(frozen=True, slots=True)
class Event:
    """Where a log stands: the contract that made it, and block, transaction and place within the block.

    ``solidity_name`` is what the contract calls it where two contracts call different events alike.
    """

    address: Address
    block_number: Uint64
    block_hash: Bytes32
    tx_hash: Bytes32
    log_index: Uint64

    indexed: ClassVar[frozenset[str]] = frozenset()
    solidity_name: ClassVar[str] = ""
