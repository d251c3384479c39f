"""Call data as people read it: which function of which contract, with what. What is proposed to the timelock is bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode as abi_decode

from chain.abi import artifact, canonical_type, selector
from chain.addressbook import AddressBook
from chain.hashing import address_of
from chain.sender import Call

_SELECTOR = 4
_CONTRACTS = {
    "pactum": "Pactum",
    "zone": "Zone",
    "committee": "Committee",
    "tribunal": "Tribunal",
    "notary": "Notary",
    "law_stone": "LawStone",
    "timelock": "TimelockController",
    "token": "MockToken",
}


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call in words. ``arguments`` are by name, a struct's fields too; bytes that fit no function stand under ``data``."""

    contract: str
    function: str
    arguments: Mapping[str, object]


def read_call(call: Call, book: AddressBook) -> ReadCall:
    """What a call does, as far as the book's contracts and their artifacts tell. Never raises for hostile bytes."""
    names = {getattr(book, field): name for field, name in _CONTRACTS.items()}
    contract = names.get(call.to)
    entry = _functions(contract).get(call.data[:_SELECTOR]) if contract else None
    if contract is None or entry is None:
        return ReadCall(contract or str(call.to), "?", {"data": call.data})
    try:
        values = abi_decode([canonical_type(part) for part in entry["inputs"]], call.data[_SELECTOR:])
    except Exception:  # noqa: BLE001 - hostile bytes: eth_abi leaks several types
        return ReadCall(contract, "?", {"data": call.data})
    return ReadCall(contract, entry["name"], _named(entry["inputs"], values))


@cache
def _functions(contract: str) -> dict[bytes, dict[str, Any]]:
    found = [entry for entry in artifact(contract).abi if entry["type"] == "function"]
    return {selector(f"{entry['name']}({','.join(map(canonical_type, entry['inputs']))})"): entry for entry in found}


def _named(parts: Sequence[dict[str, Any]], values: Sequence[Any]) -> dict[str, object]:
    pairs = enumerate(zip(parts, values, strict=True))
    return {str(part["name"]) or f"argument{place}": _plain(part, value) for place, (part, value) in pairs}


def _plain(part: dict[str, Any], value: Any) -> object:
    if part["type"] == "tuple":
        return _named(part["components"], value)
    if isinstance(value, tuple):
        element = {**part, "type": part["type"].rpartition("[")[0]}
        return [_plain(element, inner) for inner in value]
    return address_of(value) if part["type"] == "address" else value
