"""Questions to a law, put from any thread: each thread has an engine of its own, given back when the thread ends.

Questions are terms built through Prolog's C interface, never text that is parsed: what a request says cannot become a goal.
Every term lives in a frame that is discarded with the question. Calls that may take long release Python's lock.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from governance.engine import AS_QUOTED, AS_TEXT, CAUGHT, STRING, UTF8, Attributes, EngineFault, Library, library
from governance.figures import Figures
from governance.overdue import Watchdog
from governance.values import Ratio

STACK_LIMIT_BYTES = 16 * 2**20
CASE_ALLOWED_S = 0.1  # of processor time
ROUTE_ALLOWED_S, OFFER_ALLOWED_S = 0.2, 0.001
EXPLAIN_ALLOWED_S = 5.0
# Prolog's reader recurses on nested terms: enough for a law that is nothing but brackets. Only what is used is ever taken.
_LOADER_STACK_BYTES = 256 * 2**20
_KEPT_FIGURES = 4_096
_KEPT_CITATIONS = 1_024
_INT64 = 2**63
_REPORT = "this is a fault of the host: please report it"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one case.

    ``status`` is the number of the outcome, or 0 and below for what is no verdict; ``text`` then says why.
    """

    status: int
    tier: int
    credit_bps: int
    slash_bps: int
    clauses: tuple[str, ...]
    text: str


class _Thread:
    """The calling thread's engine. Lives in a ``threading.local``, so that it ends with its thread."""

    def __init__(self, found: Library) -> None:
        self._library = found
        self._process = os.getpid()
        self._cell = ctypes.c_int64()
        self._size = ctypes.c_size_t()
        self._chars = ctypes.c_void_p()
        self._mark = ctypes.c_size_t()
        self._kept: OrderedDict[int, tuple[Figures, int]] = OrderedDict()
        self._citations: dict[bytes, tuple[str, ...]] = {}
        self._id = found.attach(ctypes.byref(Attributes(stack_limit=STACK_LIMIT_BYTES)))
        if self._id < 0:
            raise EngineFault("Prolog gives this thread no engine", remedy="end other threads that put questions to laws")
        self._decide = found.predicate(b"decide", 12, b"surety_host")
        self.ask("surety_host", "start_thread")
        self._pulse = _WATCHDOG.watch(self._id)

    def decide(self, law: int, counts: Sequence[int], figures: Figures) -> Answer:
        """One case to one law."""
        found = self._library
        frame = found.open_frame()
        question = self.begin(CASE_ALLOWED_S)
        try:
            term = first = found.terms(12)
            done = found.put_atom(first, law) and found.put_int64(first + 1, question)
            done = done and found.recorded(self._record_of(figures), first + 2)
            for term, count in enumerate(counts, first + 3):
                done = done and (found.put_int64(term, count) if count < _INT64 else self._put_large(term, count))
            if not (done and found.call(None, CAUGHT, self._decide, first)):
                raise EngineFault("Prolog did not answer a case", remedy=_REPORT)
            return self._answer(term + 1)
        finally:
            self.end()
            found.discard_frame(frame)

    def begin(self, allowed_s: float) -> int:
        """From now on the watchdog looks; the number is the question's own."""
        number = self._pulse.begin(allowed_s)
        _WATCHDOG.wake()
        return number

    def end(self) -> None:
        """The question that began last is answered."""
        self._pulse.question = 0

    def ask(self, home: str, question: str, *given: str | int) -> tuple[int, str]:
        """A question with strings, or atoms by their handle, for arguments; the answer is a status and a text."""
        frame = self._library.open_frame()
        try:
            first = self._library.terms(len(given) + 2)
            for term, value in enumerate(given, first):
                self._must(self._library.put_atom(term, value) if isinstance(value, int) else self._put_string(term, value))
            predicate = self._library.predicate(question.encode(), len(given) + 2, home.encode())
            if not self._library.call(None, CAUGHT, predicate, first):
                raise EngineFault(f"Prolog did not answer {question!r}", remedy=_REPORT)
            last = first + len(given)
            return self._integer(last), self._text(last + 1, AS_TEXT).decode()
        finally:
            self._library.discard_frame(frame)

    def atom(self, name: str) -> int:
        """A handle for an atom, which then stays for as long as the process."""
        data = name.encode()
        handle: int = self._library.new_atom(len(data), data)
        return handle

    def usable(self) -> bool:
        """Whether the engine is this process's: a fork leaves an image of it that must not be used."""
        return self._process == os.getpid()

    def close(self) -> None:
        """Give the engine back. Does nothing in any other thread or process than its own, or twice."""
        if self._id >= 0 and self.usable() and self._library.thread_id() == self._id:
            for _, record in self._kept.values():
                self._library.erase(record)
            self._kept.clear()
            _WATCHDOG.forget(self._pulse)
            self._library.destroy()
            self._id = -1

    __del__ = close

    def _answer(self, first: int) -> Answer:
        packed = self._integer(first)
        if packed <= 0:
            return Answer(packed, 0, 0, 0, (), self._text(first + 1, AS_TEXT).decode())
        cited = self._cited(first + 1)
        return Answer(packed & 3, packed >> 2 & 0xFF, packed >> 10 & 0x3FFF, packed >> 24 & 0x3FFF, cited, "")

    def _record_of(self, figures: Figures) -> int:
        kept = self._kept.get(id(figures))
        if kept is None:
            if len(self._kept) >= _KEPT_FIGURES:
                self._library.erase(self._kept.popitem(last=False)[1][1])
            kept = self._kept[id(figures)] = figures, self._recorded(figures)  # kept alive, so that its id stays its own
        return kept[1]

    def _recorded(self, figures: Figures) -> int:
        frame = self._library.open_frame()
        try:
            term = self._library.terms(1)
            self._must(self._put_own(term, _terms_text(figures)))
            record: int = self._library.record(term)
            return record
        finally:
            self._library.discard_frame(frame)

    def _cited(self, term: int) -> tuple[str, ...]:
        """The elements of a list, each as Prolog would write it. The same few come again and again, so they are kept."""
        written = self._text(term, AS_QUOTED)
        cited = self._citations.get(written)
        if cited is None:
            if len(self._citations) >= _KEPT_CITATIONS:
                self._citations.clear()
            cited = self._citations[written] = tuple(self._elements(term))
        return cited

    def _elements(self, term: int) -> Iterator[str]:
        head = self._library.terms(2)
        rest = head + 1
        while self._library.get_list(term, head, rest):
            yield self._text(head, AS_QUOTED).decode()
            term = rest

    def _put_large(self, term: int, value: int) -> int:
        return self._put_own(term, str(value))

    def _put_own(self, term: int, text: str) -> int:
        """A term from text that holds nothing but our own words and digits."""
        data = text.encode()
        done: int = self._library.put_term(term, UTF8, len(data), data)
        return done

    def _put_string(self, term: int, text: str) -> int:
        data = text.encode()
        done: int = self._library.put_chars(term, STRING | UTF8, len(data), data)
        return done

    def _integer(self, term: int) -> int:
        self._must(self._library.get_int64(term, self._cell))
        return self._cell.value

    def _text(self, term: int, flags: int) -> bytes:
        self._library.mark_buffers(self._mark)  # Prolog's copies of the text last until released
        try:
            self._must(self._library.get_chars(term, self._size, self._chars, flags))
            return ctypes.string_at(self._chars, self._size.value)
        finally:
            self._library.release_buffers(self._mark)

    def _must(self, done: int) -> None:
        if not done:
            raise EngineFault("Prolog refused a term of the host", remedy=_REPORT)


def _stop(engine: int, question: int) -> None:
    _thread().ask("surety_host", "stop_question", str(engine), str(question))


_THREADS = threading.local()
_LOADING = threading.Lock()
_WATCHDOG = Watchdog(_stop)


def _thread() -> _Thread:
    mine: _Thread | None = getattr(_THREADS, "engine", None)
    if mine is None or not mine.usable():
        mine = _THREADS.engine = _Thread(library())
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


def decide(law: int, counts: Sequence[int], figures: Figures) -> Answer:
    """Puts a case to a loaded law: samples, then uptime, attained and coverage as good and all. Raises EngineFault."""
    return _thread().decide(law, counts, figures)


def route(law: int, request: str, offers: str) -> tuple[int, str]:
    """Puts a request and its offers to a loaded law, in the lines of ``governance/routing.pl``. Raises EngineFault."""
    thread = _thread()
    question = thread.begin(ROUTE_ALLOWED_S + OFFER_ALLOWED_S * offers.count("\n"))
    try:
        return thread.ask("surety_routing", "route", law, str(question), request, offers)
    finally:
        thread.end()


def explain(law: int, case: str, text: str) -> tuple[int, str]:
    """Follows a loaded law through a case, in the lines of ``governance/proof.pl``. Raises EngineFault."""
    thread = _thread()
    question = thread.begin(EXPLAIN_ALLOWED_S)
    try:
        return thread.ask("surety_proof", "explain", law, str(question), case, text)
    finally:
        thread.end()


def detach() -> None:
    """Gives back the calling thread's engine at once, instead of when the thread ends."""
    mine: _Thread | None = _THREADS.__dict__.pop("engine", None)
    if mine is not None:
        mine.close()


def _terms_text(figures: Figures) -> str:
    tiers = ",".join(
        f"tier({tier.tier},{_share(tier.at_or_above or Ratio(0, 1))},{_share(tier.below)},{tier.credit_bps},{tier.slash_bps})"
        for tier in figures.tiers
    )
    clause = figures.latency
    latency = f"latency({clause.ceiling_ms},{_share(clause.attainment)},{clause.credit_bps})" if clause else "none"
    minimum = f"{_share(figures.minimum_coverage)},{figures.minimum_samples}"
    return f"terms({_share(figures.objective)},[{tiers}],{latency},{minimum})"


def _share(ratio: Ratio) -> str:
    return f"share({ratio.numerator:d},{ratio.denominator:d})"
