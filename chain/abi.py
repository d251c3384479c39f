"""The compiled contracts that ship with the package: ABI and bytecode by name, and what their custom errors look like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from chain.hashing import keccak
from governance.errors import FatalError

CONTRACTS = ("LawStone", "Zone", "Committee", "Tribunal", "Notary", "Pactum", "TimelockController", "MockToken")


class ArtifactMissing(FatalError):
    """A compiled contract is not in the package, or is not what the compiler writes."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. ``bytecode`` creates it, with its constructor's arguments behind; ``runtime`` is what then stands.

    ``immutables`` are first byte and length of what the constructor writes into the runtime code.
    """

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    runtime: bytes
    immutables: tuple[tuple[int, int], ...]

    def made(self, code: bytes) -> bool:
        """Whether code that stands on a chain is this contract's, whatever its immutables are."""
        return len(code) == len(self.runtime) and self._masked(code) == self._masked(self.runtime)

    def _masked(self, code: bytes) -> bytes:
        blank = bytearray(code)
        for start, length in self.immutables:
            blank[start : start + length] = bytes(length)
        return bytes(blank)


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """A custom error: its name, and names and canonical types of its arguments."""

    name: str
    arguments: tuple[str, ...]
    types: tuple[str, ...]


@cache
def artifact(name: str) -> Artifact:
    """A compiled contract by name. Raises ArtifactMissing."""
    try:
        document = json.loads(files("chain.artifacts").joinpath(f"{name}.json").read_text("utf-8"))
        places = tuple((int(start), int(length)) for start, length in document["immutableReferences"])
        code, runtime = (bytes.fromhex(document[part].removeprefix("0x")) for part in ("bytecode", "deployedBytecode"))
        return Artifact(name, tuple(document["abi"]), code, runtime, places)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactMissing(
            f"no usable artifact of {name}", value=name, remedy="python tools/compile_contracts.py writes it"
        ) from error


@cache
def custom_errors() -> dict[bytes, ErrorShape]:
    """Every custom error of the contracts, by selector."""
    shapes = [_shape(entry) for name in CONTRACTS for entry in artifact(name).abi if entry["type"] == "error"]
    return {selector(f"{shape.name}({','.join(shape.types)})"): shape for shape in shapes}


def selector(signature: str) -> bytes:
    """The first four bytes of the Keccak-256 hash of a canonical signature."""
    return keccak(signature.encode())[:4]


def canonical_type(parameter: dict[str, Any]) -> str:
    """The canonical type of an ABI parameter; a struct as the tuple of its fields."""
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(canonical_type(part) for part in parameter["components"]) + ")" + kind.removeprefix("tuple")


def _shape(entry: dict[str, Any]) -> ErrorShape:
    names = tuple(str(part["name"]) or f"argument{place}" for place, part in enumerate(entry["inputs"]))
    return ErrorShape(str(entry["name"]), names, tuple(canonical_type(part) for part in entry["inputs"]))
