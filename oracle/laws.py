"""Laws and terms by their ids, read once and kept: ten thousand agreements share a handful of texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from chain.hashing import text_id
from governance.errors import BadInput
from governance.law import Law, load_law, load_routing_law
from governance.terms import Terms, parse_terms

KEPT = 256
Value = TypeVar("Value")


class Texts(Protocol):
    """Where published texts are found by their ids; the docket is one."""

    def terms_text(self, terms: bytes) -> str:
        """The terms document of an id."""
        ...

    def law_text(self, law: bytes) -> str:
        """The program of a law."""
        ...


class Laws:
    """The laws and terms of a docket. To be used from one thread at a time."""

    def __init__(self, texts: Texts) -> None:
        self._laws = _Shelf(texts.law_text, load_law)
        self._routing = _Shelf(texts.law_text, load_routing_law)
        self._terms = _Shelf(texts.terms_text, parse_terms)

    def law_of(self, law: bytes) -> Law:
        """The law of an id. Raises what ``load_law`` raises, and BadInput for a text that is not the id's."""
        return self._laws.take(law)

    def routing_law_of(self, law: bytes) -> Law:
        """The law of an id, to route by. Raises as ``law_of`` does."""
        return self._routing.take(law)

    def terms_of(self, terms: bytes) -> Terms:
        """The terms of an id. Raises what ``parse_terms`` raises, and BadInput for a text that is not the id's."""
        return self._terms.take(terms)


class _Shelf(Generic[Value]):
    """The values last used, and the refusals too: a bad text stays bad, and is not read again each time."""

    def __init__(self, text_of: Callable[[bytes], str], read: Callable[[str, str], Value]) -> None:
        self._text_of = text_of
        self._read = read
        self._kept: OrderedDict[bytes, Value | BadInput] = OrderedDict()

    def take(self, key: bytes) -> Value:
        if key not in self._kept:
            self._kept[key] = self._fetch(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        kept = self._kept[key]
        if isinstance(kept, BadInput):
            raise kept
        return kept

    def _fetch(self, key: bytes) -> Value | BadInput:
        text = self._text_of(key)
        if text_id(text) != key:
            return BadInput("this text has another id", value=text_id(text), remedy=f"0x{key.hex()} was asked for")
        try:
            return self._read(text, f"0x{key.hex()[:8]}")
        except BadInput as error:
            return error
