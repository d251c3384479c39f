"""A question to Prolog with texts for arguments, and a status and a text for an answer.

Questions are terms built through the C interface, never text that is parsed: what a request says cannot become a goal. Every
term lives in a frame that is discarded with the question.
"""

from __future__ import annotations

import ctypes

from governance.engine import AS_TEXT, CAUGHT, STRING, UTF8, EngineFault, Library

REPORT = "this is a fault of the host: please report it"


class Asking:
    """Asks in the thread whose engine is attached; that thread alone may use it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._cell = ctypes.c_int64()
        self._size = ctypes.c_size_t()
        self._chars = ctypes.c_void_p()
        self._mark = ctypes.c_size_t()

    def ask(self, home: str, question: str, *given: str | int) -> tuple[int, str]:
        """A question with strings, or atoms by their handle, for arguments. Raises EngineFault where there is no answer."""
        frame = self._library.open_frame()
        try:
            first = self._library.terms(len(given) + 2)
            for term, value in enumerate(given, first):
                must(self._library.put_atom(term, value) if isinstance(value, int) else self._put_string(term, value))
            predicate = self._library.predicate(question.encode(), len(given) + 2, home.encode())
            if not self._library.call(None, CAUGHT, predicate, first):
                raise EngineFault(f"Prolog did not answer {question!r}", remedy=REPORT)
            last = first + len(given)
            return self._integer(last), self._text(last + 1)
        finally:
            self._library.discard_frame(frame)

    def atom(self, name: str) -> int:
        """A handle for an atom, which then stays for as long as the process."""
        data = name.encode()
        handle: int = self._library.new_atom(len(data), data)
        return handle

    def _put_string(self, term: int, text: str) -> int:
        data = text.encode()
        done: int = self._library.put_chars(term, STRING | UTF8, len(data), data)
        return done

    def _integer(self, term: int) -> int:
        must(self._library.get_int64(term, ctypes.byref(self._cell)))
        return self._cell.value

    def _text(self, term: int) -> str:
        self._library.mark_buffers(self._mark)  # Prolog's copies of the text last until released
        try:
            must(self._library.get_chars(term, self._size, self._chars, AS_TEXT))
            return ctypes.string_at(self._chars, self._size.value).decode()
        finally:
            self._library.release_buffers(self._mark)


def must(done: int) -> None:
    """Raises EngineFault where Prolog refused a term."""
    if not done:
        raise EngineFault("Prolog refused a term of the host", remedy=REPORT)
