"""Documents that others wrote, read strictly: every value keeps its place, so that every complaint names line and column.

YAML and JSON end in the same three node classes. What makes a document costly or ambiguous is refused before anything looks
at its content: size, depth, number of nodes, anchors and aliases, explicit tags, keys given twice, bytes that are not UTF-8.
Scalars stay text; what reads them says how (``governance.quantities``), so no loader turns a date, a ``yes`` or ``0.1``
into something else on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from yaml.composer import Composer
from yaml.error import MarkedYAMLError
from yaml.events import AliasEvent, CollectionStartEvent, NodeEvent, ScalarEvent
from yaml.nodes import Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from governance.errors import BadInput

MAX_BYTES = 65_536
MAX_DEPTH = 16
MAX_NODES = 10_000

_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a document; line and column count from 1."""

    source: str
    line: int
    column: int

    def bad(self, message: str, *, value: object = None, remedy: str = "") -> BadInput:
        """The error that says what is wrong here."""
        return BadInput(message, source=self.source, line=self.line, column=self.column, value=value, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written. ``is_text`` is false for what YAML would read as a number, a truth value, null or a date."""

    text: str
    is_text: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Listing:
    """Values in order."""

    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by key, in the order of the document; ``places`` are those of the keys."""

    values: dict[str, Item]
    places: dict[str, Place]
    place: Place

    def check(self, required: Sequence[str] = (), optional: Sequence[str] = ()) -> None:
        """Raises BadInput for a key that is missing, and for any that is in neither list."""
        for key, place in self.places.items():
            if key not in required and key not in optional:
                known = ", ".join(sorted({*required, *optional}))
                raise place.bad(f"unknown key {key!r}", value=key, remedy=f"known here: {known}")
        for key in required:
            if key not in self.values:
                raise self.place.bad(f"{key!r} is missing", value=key, remedy=f"add {key!r}")


_FORMS = {"Scalar": "one value", "Listing": "a list", "Fields": "a mapping"}
Item = Scalar | Listing | Fields


def fields_of(item: Item, what: str) -> Fields:
    """The item as a mapping; BadInput otherwise."""
    return item if isinstance(item, Fields) else _wrong_form(item, what, "a mapping")


def listing_of(item: Item, what: str) -> Listing:
    """The item as a list; BadInput otherwise."""
    return item if isinstance(item, Listing) else _wrong_form(item, what, "a list")


def scalar_of(item: Item, what: str) -> Scalar:
    """The item as one value; BadInput otherwise."""
    return item if isinstance(item, Scalar) else _wrong_form(item, what, "one value")


def decode(data: bytes, source: str, max_bytes: int = MAX_BYTES) -> str:
    """UTF-8 bytes as text. Raises BadInput with the place of the first byte that is none, and for too large a document."""
    _check_size(len(data), source, max_bytes)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise _place_after(before, source).bad(
            f"byte 0x{data[error.start]:02x} is not UTF-8", value=data[error.start], remedy="save the file as UTF-8"
        ) from None


def read_file(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The text of a small UTF-8 file. Raises BadInput where it cannot be read, is too large, or is not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(f"cannot read the file: {reason}", source=str(path), value=str(path), remedy="check the path") from None
    return decode(data, str(path), max_bytes)


def read_yaml(text: str, source: str) -> list[Fields]:
    """The documents of a YAML stream, each of which must be a mapping. Raises BadInput with the place of what is wrong."""
    _check_text(text, source)
    try:
        loader = _StrictComposer(text, source)
        nodes = list(loader.nodes())
    except MarkedYAMLError as error:
        raise _yaml_error(error, source) from None
    except ReaderError as error:
        place = _place_after(text[: error.position], source)
        raise place.bad(f"character U+{ord(text[error.position]):04X} is not allowed", remedy="remove it") from None
    return [fields_of(_item(node, source), "a document") for node in nodes]


def read_json(text: str, source: str) -> Fields:
    """A JSON object. Raises BadInput with the place of what is wrong: JSON proper, no key twice, no NaN, no surrogates."""
    _check_text(text, source)
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg}", source=source, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON that can be read: {error}", source=source) from None
    # JSON is YAML but for tabs between tokens; inside strings it has none, so each may become a blank of the same width.
    documents = read_yaml(text.replace("\t", " "), source)
    return documents[0]


def read_json_line(text: str, source: str, line: int) -> Fields:
    """A JSON object on one line of a file of such lines. As ``read_json``, but quicker; every place is the line's beginning."""
    place = Place(source, line, 1)
    try:
        _check_text(text, source)
        read = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_no_constant, parse_int=_Figure, parse_float=_Figure)
    except json.JSONDecodeError as error:
        raise Place(source, line, error.colno).bad(f"not JSON: {error.msg}", remedy="write one JSON object on a line") from None
    except BadInput as error:
        raise place.bad(error.message.partition(": ")[2], value=error.value, remedy=error.remedy) from None
    except (ValueError, RecursionError) as error:
        raise place.bad(f"not JSON that can be read: {error}") from None
    return fields_of(_placed(read, place, 0), "a line")


class _Figure(str):
    """A number of JSON as it was written."""

    __slots__ = ()


class _Pairs(list[tuple[str, object]]):
    """The pairs of a JSON object, also those given twice."""

    __slots__ = ()


def _placed(value: object, place: Place, depth: int) -> Item:
    if depth >= MAX_DEPTH:
        raise place.bad(f"nested deeper than {MAX_DEPTH} levels", remedy="flatten the document")
    if isinstance(value, _Pairs):
        values: dict[str, Item] = {}
        for key, inner in value:
            if key in values:
                raise place.bad(f"key {key!r} is given twice", value=key, remedy="keep one of them")
            values[key] = _placed(inner, place, depth + 1)
        return Fields(values, dict.fromkeys(values, place), place)
    if isinstance(value, list):
        return Listing(tuple(_placed(inner, place, depth + 1) for inner in value), place)
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise place.bad("a lone surrogate is no character", remedy="remove it")
        return Scalar(str(value), not isinstance(value, _Figure), place)
    return Scalar("null" if value is None else str(value).lower(), False, place)


class _Mark(Protocol):
    line: int
    column: int


class _StrictComposer(Reader, Scanner, Parser, Composer, Resolver):
    """PyYAML's composer, which refuses while it reads: nothing is built from what is too deep, too many, or shared."""

    def __init__(self, text: str, source: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        Resolver.__init__(self)
        self._source = source
        self._depth = 0
        self._count = 0

    def nodes(self) -> Iterator[Node]:
        """The root node of each document that is not empty."""
        while self.check_node():
            node = self.get_node()
            if node is not None and not (isinstance(node, ScalarNode) and node.value == ""):
                yield node

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self._refuse(self.peek_event())  # type: ignore[no-untyped-call]
        self._depth += 1
        self._count += 1
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, event: NodeEvent) -> None:
        place = _at(event.start_mark, self._source)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise place.bad("anchors and aliases are not allowed", value=event.anchor, remedy="write the value out")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag not in (None, "!"):
            raise place.bad("tags are not allowed", value=event.tag, remedy="remove the tag")
        if self._depth >= MAX_DEPTH:
            raise place.bad(f"nested deeper than {MAX_DEPTH} levels", remedy="flatten the document")
        if self._count >= MAX_NODES:
            raise place.bad(f"more than {MAX_NODES} values", remedy="shorten the document")


def _item(node: Node, source: str) -> Item:
    place = _at(node.start_mark, source)
    if isinstance(node, ScalarNode):
        return Scalar(node.value, node.tag == _TEXT_TAG, place)
    if isinstance(node, SequenceNode):
        return Listing(tuple(_item(child, source) for child in node.value), place)
    return _fields(node, place, source)


def _fields(node: Node, place: Place, source: str) -> Fields:
    values: dict[str, Item] = {}
    places: dict[str, Place] = {}
    for key_node, value_node in node.value:
        key_place = _at(key_node.start_mark, source)
        if not isinstance(key_node, ScalarNode):
            raise key_place.bad("a key is one word", remedy="use a plain key")
        if key_node.value in values:
            raise key_place.bad(f"key {key_node.value!r} is given twice", value=key_node.value, remedy="keep one of them")
        places[key_node.value] = key_place
        values[key_node.value] = _item(value_node, source)
    return Fields(values, places, place)


def _wrong_form(item: Item, what: str, wanted: str) -> NoReturn:
    found = _FORMS[type(item).__name__]
    raise item.place.bad(f"{what} is {found}", remedy=f"write {wanted}")


def _check_size(size: int, source: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise BadInput(f"larger than {max_bytes} bytes", source=source, value=size, remedy="shorten the document")


def _check_text(text: str, source: str) -> None:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise _place_after(text[: error.start], source).bad("a lone surrogate is no character", remedy="remove it") from None
    _check_size(size, source, MAX_BYTES)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _at(mark: _Mark | None, source: str) -> Place:
    return Place(source, mark.line + 1, mark.column + 1) if mark is not None else Place(source, 1, 1)


def _place_after(before: str, source: str) -> Place:
    return Place(source, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _yaml_error(error: MarkedYAMLError, source: str) -> BadInput:
    what = error.problem or error.context or "not YAML"
    return _at(error.problem_mark or error.context_mark, source).bad(f"not YAML: {what}", remedy="check indentation and quotes")
