"""Keccak-256, the ids of texts, and the canonical form of addresses."""

from __future__ import annotations

import re
from functools import lru_cache

from eth_hash.auto import keccak as _keccak
from eth_utils.address import to_checksum_address

from governance.errors import BadInput

ZERO_ADDRESS = "0x" + "00" * 20
_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")


def keccak(data: bytes) -> bytes:
    """Keccak-256 of some bytes; 32 bytes."""
    return bytes(_keccak(data))


def text_id(text: str | bytes) -> bytes:
    """The id of a law or of a terms document: the Keccak-256 hash of its UTF-8 text, exactly as it stands."""
    return keccak(text.encode() if isinstance(text, str) else text)


@lru_cache(maxsize=65_536)
def address_of(raw: str | bytes) -> str:
    """The EIP-55 form of an address given as 20 bytes or as 0x-hex text.

    Raises BadInput for anything else, and for mixed-case text whose checksum is wrong: that is a mistyped address.
    """
    text = "0x" + raw.hex() if isinstance(raw, bytes) else raw
    if not _ADDRESS.fullmatch(text):
        raise BadInput(f"{raw!r} is not an address", value=raw, remedy="give 20 bytes as 0x and 40 hex digits")
    address = str(to_checksum_address(text))
    if text not in (address, text.lower(), "0x" + text[2:].upper()):
        raise BadInput(f"{raw!r} is mistyped: its checksum is wrong", value=raw, remedy="copy the address again")
    return address
