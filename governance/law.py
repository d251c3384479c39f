"""A law, fenced and loaded, that gives exactly one verdict for a case, or an error. An error is never a verdict."""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
from dataclasses import dataclass, field

from governance import questions
from governance.case import Case
from governance.errors import BadInput, FatalError
from governance.values import Verdict

MAX_LAW_BYTES = 65_536
SETTLEMENT_ENTRY = "decide/3"
ROUTING_ENTRY = "route_inference/2"
# Control characters, and those that make a text read otherwise than it looks.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class LawRefused(BadInput):
    """The text is no law: it does not parse, calls what no law may call, or lacks its entry. Names line and column."""


class LawFault(FatalError):
    """A law that was admitted gave no usable answer. Nothing settles and nothing is routed on it."""


class LawFailed(LawFault):
    """The law has no answer for this case."""


class LawConflict(LawFault):
    """The law gives two verdicts that differ."""


class LawError(LawFault):
    """The law raised an error, such as arithmetic on what is no integer."""


class LawLimit(LawFault):
    """The law did not end within its limits of inferences, memory or size of numbers."""


class LawMisstated(LawFault):
    """The law's answer is no verdict, or cites no clauses."""


_FAULTS: dict[int, type[LawFault]] = {0: LawFailed, -1: LawConflict, -2: LawError, -3: LawLimit, -4: LawMisstated}


@dataclass(frozen=True, slots=True)
class Law:
    """A loaded law; made by ``load_law`` or ``load_routing_law``. Safe to share between threads."""

    name: str
    text: str = field(repr=False)
    entry: str
    handle: int

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
    """Fences and loads a law that settles. Raises LawRefused, with the place, for a text that may not be one."""
    return _LOADED.get(text, name, SETTLEMENT_ENTRY)


def load_routing_law(text: str, name: str = "law") -> Law:
    """Fences and loads a law that routes. Raises LawRefused, with the place, for a text that may not be one."""
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
        self._handles: dict[tuple[bytes, str], int] = {}
        self._numbers = itertools.count(1)

    def get(self, text: str, name: str, entry: str) -> Law:
        _check_text(text, name)
        key = hashlib.sha256(text.encode()).digest(), entry
        with self._lock:
            if key not in self._handles:
                self._handles[key] = _admit(f"surety law {next(self._numbers)}", text, name, entry)
            return Law(name, text, entry, self._handles[key])


_LOADED = _Loaded()


def _admit(module: str, text: str, name: str, entry: str) -> int:
    handle, status, why = questions.load(module, text, entry)
    if status <= 0:
        offset, _, message = why.partition("\t")
        raise _refused(text, int(offset), message, name)
    return handle


def _check_text(text: str, name: str) -> None:
    unseen = _UNSEEN.search(text)
    if unseen:
        raise _refused(text, unseen.start(), f"character U+{ord(unseen[0]):04X} cannot be seen", name)
    if len(text.encode()) > MAX_LAW_BYTES:
        raise LawRefused(f"larger than {MAX_LAW_BYTES} bytes", source=name, value=len(text), remedy="shorten the law")


def _refused(text: str, offset: int, message: str, name: str) -> LawRefused:
    before = text[:offset]
    line, column = before.count("\n") + 1, offset - before.rfind("\n")
    return LawRefused(message, source=name, line=line, column=column, remedy="see docs/laws.md for what a law may say")
