"""How a prepared question is put: all at once by the compiled shim, where it was built, or step by step in plain Python.

Both do the same, and everything else is written against the one or the other without knowing which.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from typing import Any

from governance.engine import CAUGHT, Library

COUNTS = 7
LARGEST_COUNT = 2**53 - 1  # Prolog keeps these in the term's own cell, so that they leave nothing behind
_INTERFACE = 1

# (predicate, frame, first term, number of the question, counts) -> the answer's number, or None where Prolog gave none.
# The terms are law, question, figures, the counts, answer. What was made since the frame was opened is gone afterwards.
# Raises OverflowError, before anything is asked, for a count that is above LARGEST_COUNT or below 0.
Answering = Callable[[int, int, int, int, tuple[int, ...]], int | None]


def compiled(library: Library) -> Answering | None:
    """The shim's way, or None where it was not built, or from other sources than these."""
    try:
        shim: Any = importlib.import_module("governance._shim")
    except ImportError:
        return None
    if shim.INTERFACE != _INTERFACE:
        return None
    shim.bind(library.handle)
    answering: Answering = shim.answer
    return answering


def plain(library: Library) -> Answering:
    """The same in Python, for one thread."""
    put, call, get, rewind = library.put_int64, library.call, library.get_int64, library.rewind_frame
    cell = ctypes.c_int64()
    where = ctypes.addressof(cell)

    def answer(predicate: int, frame: int, first: int, question: int, counts: tuple[int, ...]) -> int | None:
        if max(counts) > LARGEST_COUNT or min(counts) < 0:
            raise OverflowError("a count needs more than 53 bits")
        put(first + 1, question)
        term = first + 2
        for count in counts:
            term += 1
            put(term, count)
        try:
            return cell.value if call(None, CAUGHT, predicate, first) and get(term + 1, where) else None
        finally:
            rewind(frame)

    return answer
