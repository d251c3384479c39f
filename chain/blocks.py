"""What a node tells: stamps of blocks, raw logs, receipts. Plain values; nothing here knows how they were fetched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockStamp:
    """The identity of a block. ``timestamp_s`` in Unix seconds."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp_s: int


@dataclass(frozen=True, slots=True)
class RawLog:
    """One log as the chain holds it; ``address`` in EIP-55 form, ``log_index`` its place within the block."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction that did not revert. ``effective_gas_price`` in wei; ``logs`` in their order."""

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    gas_used: int
    effective_gas_price: int
    logs: tuple[RawLog, ...]
    contract_address: str | None = None
