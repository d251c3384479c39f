"""A law, fenced and loaded, that gives exactly one verdict for a case, or an error. An error is never a verdict."""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from governance import laws, questions, trial
from governance.case import Case
from governance.engine import library
from governance.errors import BadInput, FatalError
from governance.trial_report import Found, TrialReport
from governance.values import Verdict

MAX_LAW_BYTES = 65_536
SETTLEMENT_ENTRY = "decide/3"
ROUTING_ENTRY = "route_inference/2"
PERMIT_ENTRY = "permit_amendment/1"
ACCEPT_ENTRY = "accept_establishment/1"
_KEPT_REFUSALS = 1_024
# Control characters, spaces and letters that look like nothing, and those that make a text read otherwise than it looks. The
# list is our own, so that it does not change with the edition of Unicode: all who judge a law must judge it alike.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
# The ways in which Prolog writes such a letter in others. A comment may not hold them either.
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]+)|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]+)|([abefrv]))")

# Prolog reads a decimal as a float, of which these many digits are kept whatever they are.
_DECIMAL = re.compile(r"(?<![\w'.])(\d[\d_]*)\.(\d[\d_]*)([eE][+-]?\d+)?")
_EXACT_DIGITS = 15


class LawRefused(BadInput):
    """The text is no law: it does not parse, calls what no law may call, or lacks its entry. Names line and column."""


class LawFault(FatalError):
    """A law that was admitted gave no usable answer. Nothing settles and nothing is routed on it.

    ``kind`` says in a word what came instead of an answer.
    """

    kind: ClassVar[str] = "fault"


class LawFailed(LawFault):
    """The law has no answer for this case."""

    kind = "failure"


class LawConflict(LawFault):
    """The law gives two verdicts that differ."""

    kind = "conflict"


class LawError(LawFault):
    """The law raised an error, such as arithmetic on what is no integer."""

    kind = "exception"


class LawLimit(LawFault):
    """The law did not end within its limits of inferences, memory or size of numbers."""

    kind = "limit"


class LawCrashed(LawFault):
    """The process that tried the law died of it, so it was not loaded here."""

    kind = "crash"


class LawMisstated(LawFault):
    """The law's answer is no verdict, or cites no clauses."""

    kind = "misstated"


_FAULTS: dict[int, type[LawFault]] = {0: LawFailed, -1: LawConflict, -2: LawError, -3: LawLimit, -4: LawMisstated}


@dataclass(frozen=True, slots=True)
class Law:
    """A loaded law; made by ``load_law`` or ``load_routing_law``. Safe to share between threads.

    ``entry`` is what it was loaded for, ``defines`` all that it may be asked: "decide/3", "route_inference/2",
    "permit_amendment/1", "accept_establishment/1".
    """

    name: str
    text: str = field(repr=False)
    entry: str
    handle: int
    defines: frozenset[str]

    def decide(self, case: Case) -> Verdict:
        """The one verdict for a case.

        Raises LawFailed, LawConflict, LawError, LawLimit or LawMisstated (all LawFault), and EngineFault where Prolog itself
        did not answer.
        """
        if self.entry != SETTLEMENT_ENTRY:
            needs_entry(self, SETTLEMENT_ENTRY)
        uptime, attained, coverage = case.uptime, case.attained, case.coverage
        counts = (
            case.samples,
            uptime.numerator,
            uptime.denominator,
            attained.numerator,
            attained.denominator,
            coverage.numerator,
            coverage.denominator,
        )
        answer = questions.decide(self.handle, counts, case.terms)
        if isinstance(answer, Verdict):
            return answer
        raise fault(answer.status, answer.text, self.name)


def load_law(text: str, name: str = "law") -> Law:
    """Fences and loads a law that settles; one that did not ship with Surety is tried in another process first.

    Raises LawRefused, with the place, for a text that may not be a law; LawCrashed for one that its trial died of;
    TrialUnavailable where it could not be tried; and what the engine raises where there is none.
    """
    return _LOADED.get(text, name, SETTLEMENT_ENTRY)


def load_routing_law(text: str, name: str = "law") -> Law:
    """Fences and loads a law that routes. Raises as ``load_law`` does."""
    return _LOADED.get(text, name, ROUTING_ENTRY)


def needs_entry(law: Law, entry: str) -> None:
    """Raises BadInput for a law that was not loaded to answer this."""
    if law.entry != entry:
        raise BadInput(f"law {law.name!r} was loaded for {law.entry}", value=law.name, remedy=f"load it for {entry}")


def fault(status: int, text: str, name: str) -> LawFault:
    """The error for a status at or below 0."""
    kind = _FAULTS.get(status, LawError)
    return kind(f"{name}: {text}", value=name, remedy="mend the law; nothing was settled or routed on it")


class _Loaded:
    """Every law that this process has loaded, by its text and entry: Prolog keeps the module of each for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[_Key, tuple[int, frozenset[str]]] = {}
        self._refused: OrderedDict[_Key, TrialReport] = OrderedDict()

    def get(self, text: str, name: str, entry: str) -> Law:
        _check_text(text, name)
        key = _digest(text), entry
        loaded = self._loaded.get(key)  # without the lock: a law on trial holds up none that is loaded
        if loaded is None:
            with self._lock:
                loaded = self._loaded.get(key)
                if loaded is None:
                    self._try(key, text, name)
                    loaded = self._loaded[key] = _admit(f"surety law {next(_NUMBERS)}", text, name, entry)
        return Law(name, text, entry, *loaded)

    def _try(self, key: _Key, text: str, name: str) -> None:
        """Raises what speaks against loading the law here."""
        library()  # that there is no Prolog, or none for this process, is said before anything is tried
        digest, entry = key
        if digest in _shipped():
            return
        report = self._refused.get(key) or trial.examine(text, entry)
        if report.found in _LASTING:
            self._refused[key] = report
            if len(self._refused) > _KEPT_REFUSALS:
                self._refused.popitem(last=False)
        _raise_for(report, text, name)


_Key = tuple[bytes, str]
_LASTING = (Found.REFUSED, Found.LIMIT, Found.CRASH)
_NUMBERS = itertools.count(1)  # of the modules in Prolog, which are never given a second time
_LOADED = _Loaded()


@cache
def _shipped() -> frozenset[bytes]:
    return frozenset(_digest(laws.read(name)) for name in laws.names())


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _raise_for(report: TrialReport, text: str, name: str) -> None:
    match report.found:
        case Found.ADMITTED:
            return
        case Found.REFUSED:
            raise _refused(text, report.offset, report.message, name)
        case Found.LIMIT:
            raise LawRefused(report.message, source=name, remedy="a law has a fifth of a second to load and to be tried")
        case Found.CRASH:
            raise LawCrashed(f"{name}: {report.message}", value=name, remedy="it was not loaded; nothing is settled on it")
        case Found.BUSY:
            raise trial.TrialUnavailable(f"{name} could not be tried: the machine is too busy", remedy="try again")


def _admit(module: str, text: str, name: str, entry: str) -> tuple[int, frozenset[str]]:
    handle, status, why = questions.load(module, text, entry)
    if status <= 0:
        offset, _, message = why.partition("\t")
        raise _refused(text, int(offset), message, name)
    return handle, frozenset(why.split())


def _check_text(text: str, name: str) -> None:
    unseen = _UNSEEN.search(text)
    if unseen:
        raise _refused(text, unseen.start(), f"character U+{ord(unseen[0]):04X} cannot be seen", name)
    for escape in _ESCAPE.finditer(text):
        if not _is_seen(escape):
            raise _refused(text, escape.start(), f"{escape[0]:.20} stands for a character that cannot be seen", name)
    for decimal in _DECIMAL.finditer(text):
        if decimal[3] or len((decimal[1] + decimal[2]).replace("_", "").lstrip("0")) > _EXACT_DIGITS:
            rounded = f"{decimal[0]:.40} would be rounded; write at most {_EXACT_DIGITS} digits"
            raise _refused(text, decimal.start(), rounded, name)
    if len(text.encode()) > MAX_LAW_BYTES:
        raise LawRefused(f"larger than {MAX_LAW_BYTES} bytes", source=name, value=len(text), remedy="shorten the law")


def _is_seen(escape: re.Match[str]) -> bool:
    hexadecimal, octal = escape[1] or escape[2] or escape[3], escape[4]
    code = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else 0
    return 0 < code <= sys.maxunicode and not _UNSEEN.match(chr(code))


def _refused(text: str, offset: int, message: str, name: str) -> LawRefused:
    before = text[:offset]
    line, column = before.count("\n") + 1, offset - before.rfind("\n")
    return LawRefused(message, source=name, line=line, column=column, remedy="see docs/laws.md for what a law may say")
