"""Where laws are asked: a few threads of their own, because each thread that asks keeps a Prolog engine for its life.

Web servers answer from dozens of threads that come and go; their engines would cost more than all laws together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from governance.errors import BadInput
from oracle.laws import Laws
from settlement.queries import Reader

THREADS = 2
Answer = TypeVar("Answer")


class TextMissing(BadInput):
    """A law's or terms' text is not in the index (yet)."""


class IndexTexts:
    """The texts of laws and terms by their ids, from the index."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def terms_text(self, terms: bytes) -> str:
        """The terms of an id. Raises TextMissing."""
        return _present(self._reader.terms_text("0x" + terms.hex()), terms)

    def law_text(self, law: bytes) -> str:
        """The law of an id. Raises TextMissing."""
        view = self._reader.law("0x" + law.hex())
        return _present(view.text if view else None, law)


class LawDesk:
    """Answers questions about laws and terms, one at a time on each of its threads; texts are read once and kept."""

    def __init__(self, texts: IndexTexts, threads: int = THREADS) -> None:
        self._texts = texts
        self._kept = threading.local()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="law")

    def ask(self, question: Callable[[Laws], Answer]) -> Answer:
        """The answer to a question, worked out on a thread of the desk. Raises what the question raises."""
        return self._pool.submit(self._answer, question).result()

    def close(self) -> None:
        """Ends the threads, and with them their engines."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _answer(self, question: Callable[[Laws], Answer]) -> Answer:
        if not hasattr(self._kept, "laws"):
            self._kept.laws = Laws(self._texts)
        return question(self._kept.laws)


def _present(text: str | None, key: bytes) -> str:
    if text is None:
        raise TextMissing(f"the text of 0x{key.hex()} is not in the index", value=key.hex(), remedy="wait until it is read")
    return text
