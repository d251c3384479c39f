"""How frozen dataclasses lie in 32-byte words: one declaration serves events, return values, typed data and JSON.

A field's annotation carries its Solidity type (``fee: Uint128``), so that widths stand beside the names and are checked once,
here. Only static types have a place of fixed offset; ``Codec`` refuses the dynamic ones, which go through ``eth_abi``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from chain.hashing import address_of
from governance.errors import BadInput

WORD = 32


@dataclass(frozen=True, slots=True)
class Solidity:
    """The Solidity type of a field, as canonical ABI text."""

    name: str


Uint8 = Annotated[int, Solidity("uint8")]
Uint16 = Annotated[int, Solidity("uint16")]
Uint32 = Annotated[int, Solidity("uint32")]
Uint64 = Annotated[int, Solidity("uint64")]
Uint96 = Annotated[int, Solidity("uint96")]
Uint128 = Annotated[int, Solidity("uint128")]
Uint256 = Annotated[int, Solidity("uint256")]
Address = Annotated[str, Solidity("address")]
Bytes32 = Annotated[bytes, Solidity("bytes32")]
Bytes = Annotated[bytes, Solidity("bytes")]
Addresses = Annotated[tuple[str, ...], Solidity("address[]")]

Struct = TypeVar("Struct")
Reader = Callable[[bytes, int], Any]
Writer = Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct: its Python name, its canonical ABI type and the enum or struct it stands for, if any."""

    name: str
    abi: str
    kind: type | None
    words: int
    read: Reader
    write: Writer


# A class never changes its shape, so each is worked out once.
_shapes: dict[type, tuple[tuple[str, str, type | None], ...]] = {}
_codecs: dict[type, Any] = {}


def abi_fields(cls: type) -> tuple[tuple[str, str, type | None], ...]:
    """(name, canonical ABI type, enum or struct class or None) of each field of a dataclass, in order."""
    if cls not in _shapes:
        hints = get_type_hints(cls, include_extras=True)
        _shapes[cls] = tuple((field.name, *_abi_type(hints[field.name])) for field in fields(cls))
    return _shapes[cls]


def encode_uint(value: object, bits: int, name: str = "value") -> bytes:
    """One word holding an unsigned integer; BadInput if it does not fit in ``bits``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value >> bits:
        raise BadInput(f"{name} {value!r} is not a uint{bits}", value=value, remedy=f"0 <= {name} < 2**{bits}")
    return value.to_bytes(WORD, "big")


def encode_bytes32(value: object, name: str = "value") -> bytes:
    """One word as it stands; BadInput unless it is 32 bytes."""
    if not isinstance(value, bytes) or len(value) != WORD:
        raise BadInput(f"{name} is not 32 bytes", value=value, remedy="a hash is exactly 32 bytes")
    return value


def encode_address(value: object, name: str = "value") -> bytes:
    """One word holding an address."""
    if not isinstance(value, str):
        raise BadInput(f"{name} {value!r} is not an address", value=value, remedy="0x and 40 hex digits")
    return bytes.fromhex(address_of(value)[2:]).rjust(WORD, b"\0")


def decode_uint(data: bytes, offset: int, bits: int) -> int:
    """The unsigned integer in the word at ``offset``; BadInput if the word is cut off or holds more than ``bits``."""
    value = int.from_bytes(_word(data, offset), "big")
    if value >> bits:
        raise BadInput(f"word at byte {offset} does not fit in uint{bits}", value=value, remedy="is this the right contract?")
    return value


def decode_address(data: bytes, offset: int) -> str:
    """The address in the word at ``offset``, in EIP-55 form."""
    return address_of(decode_uint(data, offset, 160).to_bytes(20, "big"))


class Codec(Generic[Struct]):
    """Reads and writes a dataclass of static fields (nested ones included) as the words that ``abi.encode`` makes of it."""

    def __init__(self, cls: type[Struct], skip: tuple[str, ...] = ()) -> None:
        self.cls = cls
        self.fields = tuple(_field(*entry) for entry in abi_fields(cls) if entry[0] not in skip)
        self.size = WORD * sum(field.words for field in self.fields)
        self.abi = "(" + ",".join(field.abi for field in self.fields) + ")"

    def encode(self, value: Struct) -> bytes:
        """The words of a struct; BadInput names the first field that does not fit its type."""
        return b"".join(field.write(getattr(value, field.name)) for field in self.fields)

    def decode(self, data: bytes, offset: int = 0) -> Struct:
        """The struct whose words begin at ``offset``; BadInput if they are cut off or out of range."""
        return self.cls(**self.values(data, offset))

    def values(self, data: bytes, offset: int = 0) -> dict[str, Any]:
        """The fields by name, for callers that add others of their own."""
        found: dict[str, Any] = {}
        for field in self.fields:
            found[field.name] = field.read(data, offset)
            offset += WORD * field.words
        return found


def codec(cls: type[Struct]) -> Codec[Struct]:
    """The one codec of a struct."""
    if cls not in _codecs:
        _codecs[cls] = Codec(cls)
    found: Codec[Struct] = _codecs[cls]
    return found


def _word(data: bytes, offset: int) -> bytes:
    word = data[offset : offset + WORD]
    if len(word) != WORD:
        raise BadInput(f"data ends at byte {len(data)}, a word at byte {offset} is missing", remedy="is this the right contract?")
    return word


def _abi_type(hint: Any) -> tuple[str, type | None]:
    if get_origin(hint) is Annotated:
        return str(next(extra.name for extra in get_args(hint)[1:] if isinstance(extra, Solidity))), None
    if hint is bool:
        return "bool", bool
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return "uint8", hint
    if isinstance(hint, type) and is_dataclass(hint):
        return "(" + ",".join(abi for _, abi, _ in abi_fields(hint)) + ")", hint
    raise TypeError(f"{hint!r} has no Solidity type")


def _field(name: str, abi: str, kind: type | None) -> Field:
    if kind is not None and is_dataclass(kind):
        inner: Codec[Any] = codec(kind)
        return Field(name, abi, kind, inner.size // WORD, inner.decode, inner.encode)
    read, write = _access(name, abi, kind)
    return Field(name, abi, kind, 1, read, write)


def _access(name: str, abi: str, kind: type | None) -> tuple[Reader, Writer]:
    if kind is not None:
        return _enum_access(name, kind)
    if abi == "address":
        return decode_address, lambda value: encode_address(value, name)
    if abi == "bytes32":
        return _word, lambda value: encode_bytes32(value, name)
    if abi.startswith("uint") and not abi.endswith("]"):
        bits = int(abi.removeprefix("uint"))
        return lambda data, offset: decode_uint(data, offset, bits), lambda value: encode_uint(value, bits, name)
    raise TypeError(f"{name}: {abi} has no fixed place")


def _enum_access(name: str, kind: Any) -> tuple[Reader, Writer]:
    known: dict[int, Any] = {0: False, 1: True} if kind is bool else {int(member): member for member in kind.__members__.values()}

    def read(data: bytes, offset: int) -> Any:
        value = decode_uint(data, offset, 8)
        if value not in known:
            raise BadInput(f"{name}: {value} is not a {kind.__name__}", value=value, remedy="is this the right contract?")
        return known[value]

    return read, lambda value: encode_uint(int(value), 8, name)
