"""Questions to a law, put from any thread: each thread has an engine of its own, given back when the thread ends.

Calls that may take long release Python's lock, and a watchdog sees to it that none takes too long.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Sequence

from governance import shim
from governance.asking import Asking
from governance.docket import Docket, NoVerdict
from governance.engine import Attributes, EngineFault, Library, library, load_modules
from governance.figures import Figures
from governance.overdue import Watchdog
from governance.shim import Answering
from governance.values import Verdict

STACK_LIMIT_BYTES = 16 * 2**20
CASE_ALLOWED_S = 0.1  # of processor time
# Prolog's reader recurses on nested terms: enough for a law that is nothing but brackets. Only what is used is ever taken.
_LOADER_STACK_BYTES = 256 * 2**20


class _Thread:
    """The calling thread's engine. Lives in a ``threading.local``, so that it ends with its thread."""

    def __init__(self, found: Library, answering: Answering) -> None:
        self._library = found
        self._process = os.getpid()
        self._id: int = found.attach(ctypes.byref(Attributes(stack_limit=STACK_LIMIT_BYTES)))
        if self._id < 0:
            raise EngineFault("Prolog gives this thread no engine", remedy="end other threads that put questions to laws")
        asking = Asking(found)
        self.ask, self.atom = asking.ask, asking.atom
        self.ask("surety_host", "start_thread")
        self._pulse = _WATCHDOG.watch(self._id)
        self._docket = Docket(found, asking, answering)
        self.compiled = answering.__module__ != shim.__name__

    def decide(self, law: int, counts: tuple[int, ...], figures: Figures) -> Verdict | NoVerdict:
        """One case to one law."""
        pulse = self._pulse
        if pulse.question:  # as a signal handler may find it: the terms are those of the case that it came in between
            raise EngineFault("a case is being put in this thread already", remedy="ask from another thread")
        try:
            question = pulse.begin(CASE_ALLOWED_S)
            _WATCHDOG.wake()
            return self._docket.decide(law, counts, figures, question)
        finally:
            pulse.question = 0

    def begin(self, allowed_s: float) -> int:
        """From now on the watchdog looks; the number is the question's own."""
        number = self._pulse.begin(allowed_s)
        _WATCHDOG.wake()
        return number

    def end(self) -> None:
        """The question that began last is answered."""
        self._pulse.question = 0

    def usable(self) -> bool:
        """Whether the engine is this process's: a fork leaves an image of it that must not be used."""
        return self._process == os.getpid()

    def close(self) -> None:
        """Give the engine back. Does nothing in any other thread or process than its own, or twice."""
        if self._id >= 0 and self.usable() and self._library.thread_id() == self._id:
            self._docket.close()
            _WATCHDOG.forget(self._pulse)
            self._library.destroy()
            self._id = -1

    __del__ = close


def _stop(engine: int, question: int) -> None:
    _thread().ask("surety_host", "stop_question", str(engine), str(question))


class _Ways:
    """Whether new threads may use the compiled shim; watches for forks from the first of them on."""

    def __init__(self) -> None:
        self.compiled = True
        self._watching = False

    def choose(self, found: Library) -> Answering:
        if not self._watching:
            self._watching = True
            os.register_at_fork(after_in_child=detach)
        return (self.compiled and shim.compiled(found)) or shim.plain(found)


_THREADS = threading.local()
_WAYS = _Ways()
_LOADING = threading.Lock()
_WATCHDOG = Watchdog(_stop)


def _thread() -> _Thread:
    mine: _Thread | None = getattr(_THREADS, "engine", None)
    if mine is None:
        found = library()
        mine = _THREADS.engine = _Thread(found, _WAYS.choose(found))
    return mine


def load(law: str, text: str, entry: str) -> tuple[int, int, str]:
    """Fences a law and loads it as a module of that name.

    Returns (handle, 1, ""), or (handle, 0, "offset<TAB>why") for a law that is refused. Runs in a thread with a large stack.
    """
    loaded: list[tuple[int, int, str] | BaseException] = []
    with _LOADING:
        before = threading.stack_size(_LOADER_STACK_BYTES)
        try:
            loader = threading.Thread(target=_load, args=(law, text, entry, loaded), name="law loader")
            loader.start()
        finally:
            threading.stack_size(before)
    loader.join()
    if isinstance(loaded[0], BaseException):
        raise loaded[0]
    return loaded[0]


def _load(law: str, text: str, entry: str, loaded: list[tuple[int, int, str] | BaseException]) -> None:
    try:
        thread = _thread()
        handle = thread.atom(law)
        status, why = thread.ask("surety_fence", "fence_law", handle, text, entry)
        loaded.append((handle, status, why))
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
        loaded.append(error)


def decide(law: int, counts: tuple[int, ...], figures: Figures) -> Verdict | NoVerdict:
    """Puts a case to a loaded law: samples, then uptime, attained and coverage as good and all. Raises EngineFault."""
    return _thread().decide(law, counts, figures)


def bounded(allowed_s: float, home: str, question: str, law: int, *, given: tuple[str, ...]) -> tuple[int, str]:
    """A question about a loaded law that ends when the processor time is over: a status and a text. Raises EngineFault."""
    thread = _thread()
    number = thread.begin(allowed_s)
    try:
        return thread.ask(home, question, law, str(number), *given)
    finally:
        thread.end()


def plain(home: str, question: str, *given: str) -> tuple[int, str]:
    """A question to the host alone, about no law. Raises EngineFault."""
    return _thread().ask(home, question, *given)


def read_law(text: str) -> tuple[int, str]:
    """What an admitted law reads, in the lines of ``governance/reading.pl``. Raises EngineFault."""
    return plain("surety_reading", "reading", text)


def ask(modules: Sequence[str], home: str, question: str, *given: str) -> str:
    """Puts a question with strings to a Prolog module of ours, loading what is named at first; its answer is a text.

    What is asked so keeps within limits of its own. Raises EngineFault.
    """
    _thread()  # loading takes an engine, too
    load_modules(modules)
    status, answer = plain(home, question, *given)
    if status <= 0:
        raise EngineFault(f"Prolog did not answer {question!r}: {answer}", remedy="this is a fault of the host: please report it")
    return answer


def detach() -> None:
    """Gives back the calling thread's engine at once, instead of when the thread ends."""
    mine: _Thread | None = _THREADS.__dict__.pop("engine", None)
    if mine is not None:
        mine.close()


def use_shim(allowed: bool) -> bool:
    """Says whether threads that begin to ask from now on may use the compiled shim, as they do unless told otherwise.

    Returns ``shim_in_use``. The calling thread begins anew.
    """
    detach()
    _WAYS.compiled = allowed
    return shim_in_use()


def shim_in_use() -> bool:
    """Whether cases of the calling thread are put by the compiled shim; if not, it was not built, or is not wanted."""
    return _thread().compiled
