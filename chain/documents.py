"""JSON files that people pass around: read strictly, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from chain.hashing import address_of
from chain.words import abi_fields, codec
from governance.errors import BadInput, FatalError

Struct = TypeVar("Struct")
JSON_SAFE_BITS = 53
WIDE_BITS = 64
_HEX = re.compile(r"0x([0-9a-fA-F]{2})*")


class FileExists(FatalError):
    """A file that must not be overwritten is there already."""


def parse_object(text: str, source: str, keys: Iterable[str]) -> dict[str, Any]:
    """A JSON object with exactly these keys. Raises BadInput with line and column, or naming the missing or unknown key."""
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, source))
    except json.JSONDecodeError as error:
        raise BadInput(error.msg, source=source, line=error.lineno, column=error.colno, remedy="write valid JSON") from error
    except (RecursionError, ValueError) as error:
        raise BadInput("JSON nested too deeply, or a number too long", source=source) from error
    return exact_keys(object_of(document, source), source, keys)


def object_of(value: object, source: str) -> dict[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, dict):
        raise BadInput(f"{type(value).__name__} where an object belongs", source=source, value=value)
    return value


def exact_keys(document: dict[str, Any], source: str, keys: Iterable[str]) -> dict[str, Any]:
    """The document, if its keys are exactly these."""
    wanted = set(keys)
    if missing := sorted(wanted - document.keys()):
        raise BadInput(f"{missing[0]} is missing", source=source, value=missing, remedy=f"needs {', '.join(sorted(wanted))}")
    if unknown := sorted(document.keys() - wanted):
        raise BadInput(
            f"{unknown[0]} is not known here", source=source, value=unknown, remedy=f"knows {', '.join(sorted(wanted))}"
        )
    return document


def hex_bytes(value: object, source: str, length: int | None = None) -> bytes:
    """Bytes from 0x-hex text; of a given length, where one is given."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadInput(f"{value!r} is not 0x-hex", source=source, value=value, remedy="0x and an even number of hex digits")
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise BadInput(f"{len(raw)} bytes where {length} belong", source=source, value=value)
    return raw


def integer(value: object, source: str, bits: int = 256) -> int:
    """An unsigned integer from a JSON number or a decimal string; a float, a bool or a sign is refused."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value >> bits:
        raise BadInput(f"{value!r} is not a whole number", source=source, value=value, remedy=f"0 <= n < 2**{bits}")
    return value


def struct_json(value: Any) -> dict[str, Any]:
    """A chain struct as JSON values: enums by lower-case name, bytes as 0x-hex.

    Integers that JavaScript would round are decimal strings: those of types wider than 64 bits always, others from 2**53.
    """
    return {name: _json_value(getattr(value, name), abi) for name, abi, _ in abi_fields(type(value))}


def load_struct(cls: type[Struct], document: Mapping[str, Any], source: str) -> Struct:
    """A chain struct from ``struct_json``'s form, strictly. Raises BadInput that names the field."""
    shape = abi_fields(cls)
    exact_keys(dict(document), source, (name for name, _, _ in shape))
    value = cls(**{name: _load_value(document[name], abi, kind, f"{source}: {name}") for name, abi, kind in shape})
    codec(cls).encode(value)
    return value


def dump_object(document: Mapping[str, Any]) -> str:
    """JSON text for a file: indented, one final newline, keys in the order given."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_whole(path: Path, text: str, *, mode: int = 0o644, overwrite: bool = True) -> None:
    """Writes a file atomically: readers see the old or the new text, a crash leaves no half of it.

    Raises FileExists where the file is there and must not be overwritten, FatalError where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        _write_draft(draft, text, mode)
        if overwrite:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
    except FileExistsError as error:
        raise FileExists(f"{path} exists", value=str(path), remedy="choose another name, or move the file away") from error
    except OSError as error:
        raise FatalError(f"cannot write {path}: {error.strerror}", value=str(path), remedy="choose a writable folder") from error
    finally:
        draft.unlink(missing_ok=True)


def _write_draft(draft: Path, text: str, mode: int) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _unique(pairs: list[tuple[str, Any]], source: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"{twice} stands there twice", source=source, value=twice, remedy="name each key once")
    return found


def _json_value(value: Any, abi: str) -> Any:
    if is_dataclass(value):
        return struct_json(value)
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return list(value)
    if abi.startswith("uint") and (int(abi.removeprefix("uint")) > WIDE_BITS or value >> JSON_SAFE_BITS):
        return str(value)
    return value


def _load_value(value: Any, abi: str, kind: type | None, source: str) -> Any:
    if kind is bool:
        return _load_bool(value, source)
    if kind is not None and issubclass(kind, IntEnum):
        return _load_enum(value, kind, source)
    if kind is not None:
        return load_struct(kind, object_of(value, source), source)
    if abi == "address":
        return _load_address(value, source)
    if abi.startswith("bytes"):
        return hex_bytes(value, source, 32 if abi == "bytes32" else None)
    return integer(value, source, int(abi.removeprefix("uint")))


def _load_bool(value: Any, source: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{value!r} is not true or false", source=source, value=value)
    return value


def _load_enum(value: Any, kind: type[IntEnum], source: str) -> IntEnum:
    names = {member.name.lower(): member for member in kind}
    if not isinstance(value, str) or value not in names:
        raise BadInput(f"{value!r} is not known here", source=source, value=value, remedy=f"one of {', '.join(names)}")
    return names[value]


def _load_address(value: Any, source: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{value!r} is not an address", source=source, value=value, remedy="0x and 40 hex digits")
    try:
        return address_of(value)
    except BadInput as error:
        raise BadInput(error.message, source=source, value=value, remedy=error.remedy) from error
