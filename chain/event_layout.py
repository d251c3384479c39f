"""How a class of events lies in the topics and the data of a log."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from eth_abi.abi import decode as abi_decode

from chain.blocks import RawLog
from chain.hashing import address_of, keccak
from chain.words import Codec, abi_fields
from governance.errors import BadInput

Found = TypeVar("Found")
PLACE = ("address", "block_number", "block_hash", "tx_hash", "log_index")


class EventLayout(Generic[Found]):
    """How one class of events lies in topics and data."""

    def __init__(self, cls: type[Found], indexed: frozenset[str]) -> None:
        self.cls = cls
        self.indexed = indexed
        self.own = tuple(field for field in abi_fields(cls) if field[0] not in PLACE)
        name = getattr(cls, "solidity_name", "") or cls.__name__
        self.signature = f"{name}({','.join(abi for _, abi, _ in self.own)})"
        self.topic = keccak(self.signature.encode())
        self.loose = tuple((name, abi) for name, abi, _ in self.own if name not in indexed)
        self.topics = Codec(cls, skip=PLACE + tuple(name for name, _ in self.loose))

    @cached_property
    def data(self) -> Codec[Any] | None:
        """The fixed places of the data; None where a field is dynamic."""
        if any(abi in ("bytes", "address[]") for _, abi in self.loose):
            return None
        return Codec(self.cls, skip=PLACE + tuple(self.indexed))

    def decode(self, raw: RawLog) -> Found:
        """The event of a log that has this class's first topic."""
        fields = self.topics.values(_exactly(b"".join(raw.topics[1:]), self.topics.size, "topics"))
        fields |= self._dynamic(raw.data) if self.data is None else self.data.values(_exactly(raw.data, self.data.size, "data"))
        make: Callable[..., Found] = self.cls
        return make(raw.address, raw.block_number, raw.block_hash, raw.tx_hash, raw.log_index, **fields)

    def _dynamic(self, data: bytes) -> dict[str, Any]:
        try:
            values = abi_decode([abi for _, abi in self.loose], data)
        except Exception as error:  # eth_abi leaks OverflowError and others on hostile bytes
            raise BadInput(f"the data is no {self.cls.__name__}", value=data, remedy="is this the right contract?") from error
        return {name: _plain(value, abi) for (name, abi), value in zip(self.loose, values, strict=True)}


def _exactly(data: bytes, size: int, what: str) -> bytes:
    if len(data) != size:
        raise BadInput(f"{len(data)} bytes of {what} where {size} belong", value=data, remedy="is this the right contract?")
    return data


def _plain(value: Any, abi: str) -> Any:
    if abi == "address":
        return address_of(value)
    return tuple(address_of(entry) for entry in value) if abi == "address[]" else value
