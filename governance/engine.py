"""The one door to SWI-Prolog: pyswip finds and loads the library, this module starts it, once, when first asked.

Nothing happens on import. Prolog is started in a thread that lives as long as the process, so that no caller's end can take
Prolog's main engine with it; every thread that asks is then attached to an engine of its own (``governance.questions``).
Signals stay Python's, and no start-up file of a user changes how a law is read.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.resources
import importlib.util
import os
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from governance.errors import FatalError

ATOM, STRING = 2, 6  # kinds of text that become a term
UTF8 = 0x00100000
CAUGHT = 0x0004 | 0x0008  # no debugger; an exception is a failure of the call, and stays inside
AS_TEXT = 0x0002 | 0x0001 | UTF8  # a string or an atom

_MODULES = ("fence.pl", "host.pl", "routing.pl", "reading.pl", "amendment.pl", "proof.pl")  # they load the others


class EngineMissing(FatalError):
    """SWI-Prolog is not installed, or cannot be loaded."""


class EngineFault(FatalError):
    """Prolog did not answer a question at all. Nothing is known of what it would have said."""


class Attributes(ctypes.Structure):
    """``PL_thread_attr_t`` of SWI-Prolog.h."""

    _fields_ = [
        ("stack_limit", ctypes.c_size_t),
        ("table_space", ctypes.c_size_t),
        ("alias", ctypes.c_char_p),
        ("cancel", ctypes.c_void_p),
        ("flags", ctypes.c_ssize_t),
        ("max_queue_size", ctypes.c_size_t),
        ("reserved", ctypes.c_void_p * 3),
    ]


class Library:
    """The functions of the C interface, with prototypes of our own on the library that pyswip has loaded and started."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        slow = ctypes.CDLL(None, handle=handle)  # releases Python's lock
        quick = ctypes.PyDLL(None, handle=handle)
        term, size, text = ctypes.c_size_t, ctypes.c_size_t, ctypes.c_char_p

        def function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
            found = getattr(library, name)
            found.restype, found.argtypes = result, arguments
            return found

        self.attach = function(slow, "PL_thread_attach_engine", ctypes.c_int, ctypes.c_void_p)
        self.destroy = function(slow, "PL_thread_destroy_engine", ctypes.c_int)
        self.thread_id = function(quick, "PL_thread_self", ctypes.c_int)
        self.call = function(slow, "PL_call_predicate", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, term)
        self.predicate = function(slow, "PL_predicate", ctypes.c_void_p, text, ctypes.c_int, text)
        self.signal = function(quick, "PL_raise", ctypes.c_int, ctypes.c_int)  # may be called by a signal handler, or as one
        self.open_frame = function(quick, "PL_open_foreign_frame", ctypes.c_size_t)
        self.discard_frame = function(quick, "PL_discard_foreign_frame", None, ctypes.c_size_t)
        self.rewind_frame = function(quick, "PL_rewind_foreign_frame", None, ctypes.c_size_t)
        self.terms = function(quick, "PL_new_term_refs", term, ctypes.c_int)
        self.put_int64 = function(quick, "PL_put_int64", ctypes.c_int, term, ctypes.c_int64)
        self.put_chars = function(slow, "PL_put_chars", ctypes.c_int, term, ctypes.c_int, size, text)
        self.put_term = function(slow, "PL_put_term_from_chars", ctypes.c_int, term, ctypes.c_int, size, text)
        self.put_atom = function(quick, "PL_put_atom", ctypes.c_int, term, ctypes.c_size_t)
        self.new_atom = function(slow, "PL_new_atom_nchars", ctypes.c_size_t, size, text)
        self.copy = function(quick, "PL_put_term", ctypes.c_int, term, term)
        self.get_int64 = function(quick, "PL_get_int64", ctypes.c_int, term, ctypes.c_void_p)
        self.get_chars = function(
            quick, "PL_get_nchars", ctypes.c_int, term, ctypes.POINTER(size), ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint
        )
        self.mark_buffers = function(quick, "PL_mark_string_buffers", None, ctypes.POINTER(size))
        self.release_buffers = function(quick, "PL_release_string_buffers_from_mark", None, size)
        self.record = function(quick, "PL_record", ctypes.c_void_p, term)
        self.recorded = function(quick, "PL_recorded", ctypes.c_int, ctypes.c_void_p, term)
        self.erase = function(quick, "PL_erase", None, ctypes.c_void_p)


class _Engine:
    """Prolog itself: started once in a process, by whoever asks first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: Library | None = None
        self._process = 0
        self._loaded: set[str] = set()

    def library(self) -> Library:
        with self._lock:
            if self._library is None:
                self._library, self._process = _start(), os.getpid()
            elif self._process != os.getpid():
                raise EngineFault(
                    "this process was forked from one that had started Prolog", remedy="start processes by spawn or forkserver"
                )
            return self._library

    def load(self, names: Sequence[str]) -> None:
        """Loads what is not loaded yet."""
        found = self.library()
        with self._lock:
            for name in names:
                if name not in self._loaded:
                    with importlib.resources.as_file(importlib.resources.files("governance") / name) as path:
                        _consult(found, str(path))
                    self._loaded.add(name)


_ENGINE = _Engine()


def library() -> Library:
    """The C interface of a running Prolog, which is started if need be.

    Raises EngineMissing where there is none to start, and EngineFault in a process that was forked from a started one.
    """
    return _ENGINE.library()


def load_modules(names: Sequence[str]) -> None:
    """Loads further Prolog modules of ours, each once; the calling thread has an engine. Raises EngineFault."""
    _ENGINE.load(names)


def start_here(*modules: str) -> Library:
    """Starts Prolog in the calling thread, with further modules of ours: for a process of one thread, which may then fork.

    Raises EngineMissing and EngineFault. ``library`` knows nothing of it.
    """
    return _initialise(*modules)


def _start() -> Library:
    """Starts Prolog in a thread that never ends. Raises EngineMissing."""
    started: list[Library | EngineMissing | EngineFault] = []
    ready, forever = threading.Event(), threading.Event()

    def keep() -> None:
        try:
            started.append(_initialise())
        except (EngineMissing, EngineFault) as error:
            started.append(error)
        finally:
            ready.set()
        forever.wait()

    threading.Thread(target=keep, name="prolog", daemon=True).start()
    ready.wait()
    if not started:
        raise EngineFault("Prolog could not be started", remedy="the reason was printed by the thread that tried")
    if not isinstance(started[0], Library):
        raise started[0]
    return started[0]


def _initialise(*modules: str) -> Library:
    core = _pyswip_core()
    # pyswip would clean Prolog up at exit, on a thread that is not Prolog's, and wraps sys.exit for that; a process that ends
    # needs neither. Of a user's own start-up files none may change how a law is read, and signals stay Python's.
    atexit.unregister(core.cleanupProlog)
    sys.exit = core._hook._orig_exit  # noqa: SLF001 - pyswip keeps it there
    arguments = ["surety", "-q", "--nosignals", "-f", "none"]
    if core.SWI_HOME_DIR:
        arguments.append(f"--home={core.SWI_HOME_DIR}")
    if not core.PL_initialise(len(arguments), arguments):
        raise EngineFault("Prolog could not be started", remedy="try it by hand: swipl --version")
    library = Library(core._lib._handle)  # noqa: SLF001 - pyswip names the library so
    for name in (*_MODULES, *modules):
        with importlib.resources.as_file(importlib.resources.files("governance") / name) as path:
            _consult(library, str(path))
    return library


def _pyswip_core() -> Any:
    """The door of pyswip to the C interface, which finds and loads the library.

    The package around it would start Prolog on import, with the user's start-up files, so it is left out.
    """
    package = importlib.util.find_spec("pyswip")
    if package is None or not package.submodule_search_locations:
        raise EngineMissing("pyswip is not installed", remedy="install the project's requirements")
    loader = SourceFileLoader("surety_pyswip_core", str(Path(package.submodule_search_locations[0]) / "core.py"))
    core = ModuleType(loader.name)
    try:
        loader.exec_module(core)
    except Exception as error:  # pyswip raises whatever it met: no program, no library, a library of another build
        raise EngineMissing(
            f"SWI-Prolog cannot be loaded: {error}",
            remedy="install SWI-Prolog 9 or later (Debian, Ubuntu: apt install swi-prolog-nox; macOS: brew install swi-prolog)",
        ) from error
    return core


def _consult(library: Library, path: str) -> None:
    """Loads one file of ours; raises EngineFault where Prolog has anything to complain of in it."""
    before = _complaints(library)
    frame = library.open_frame()
    try:
        first = library.terms(2)
        data, options = path.encode(), b"[silent(true)]"
        library.put_chars(first, ATOM | UTF8, len(data), data)
        library.put_term(first + 1, UTF8, len(options), options)
        loaded = library.call(None, CAUGHT, library.predicate(b"load_files", 2, b"system"), first)
    finally:
        library.discard_frame(frame)
    if not loaded or _complaints(library) != before:
        raise EngineFault(f"Prolog cannot load {path}", remedy="reinstall the package, and SWI-Prolog 9 or later")


def _complaints(library: Library) -> list[int]:
    """How many errors and warnings Prolog has printed."""
    counts = []
    for kind in (b"errors", b"warnings"):
        frame = library.open_frame()
        try:
            first, count = library.terms(2), ctypes.c_int64()
            library.put_term(first, UTF8, len(kind), kind)
            library.call(None, CAUGHT, library.predicate(b"statistics", 2, b"system"), first)
            library.get_int64(first + 1, ctypes.byref(count))
            counts.append(count.value)
        finally:
            library.discard_frame(frame)
    return counts
