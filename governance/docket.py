"""One thread's cases: how they are put to laws, and how the answers are read.

Around a law that takes two millionths of a second, whatever else is done for a case is what it costs. So the terms of a law and
of an agreement's figures are made once, and kept in a frame of Prolog's stack that stays open; a case adds whole numbers, the
answer is one, and the verdict that it stands for is looked up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from ctypes import addressof, c_int64
from dataclasses import dataclass

from governance.asking import REPORT, Asking, must
from governance.engine import CAUGHT, UTF8, EngineFault, Library
from governance.figures import Figures
from governance.shim import COUNTS, LARGEST_COUNT, Answering
from governance.values import Outcome, Ratio, Verdict

_KEPT_RECORDS = 4_096
_KEPT_PREPARED = 256  # at most 2 KiB of the thread's stack each
_KEPT_VERDICTS = 1_024
_TERMS = 4 + COUNTS  # law, question, figures, the counts, answer


@dataclass(frozen=True, slots=True)
class NoVerdict:
    """``status`` is 0 or below, and ``text`` says why."""

    status: int
    text: str


class Docket:
    """The cases of one thread, which alone may use it."""

    def __init__(self, library: Library, asking: Asking, answering: Answering) -> None:
        self._library = library
        self._asking = asking
        self._answering = answering
        self._predicate: int = library.predicate(b"decide", _TERMS, b"surety_host")
        self._records: OrderedDict[int, tuple[Figures, int]] = OrderedDict()
        self._prepared: dict[tuple[int, int], tuple[int, Figures]] = {}
        self._verdicts: dict[int | None, Verdict] = {}
        self._open()

    def decide(self, law: int, counts: tuple[int, ...], figures: Figures, question: int) -> Verdict | NoVerdict:
        """One case to one law. Raises EngineFault where Prolog gives no answer at all."""
        prepared = self._prepared.get((law, id(figures))) or self._prepare(law, figures)
        try:
            packed = self._answering(self._predicate, self._frame, prepared[0], question, counts)
        except OverflowError:
            packed = self._answer_to_large(prepared[0], question, counts)
        return self._verdicts.get(packed) or self._read(packed)

    def close(self) -> None:
        """Gives everything back that was kept."""
        self._close()
        for _, record in self._records.values():
            self._library.erase(record)
        self._records.clear()

    def _open(self) -> None:
        self._outer: int = self._library.open_frame()
        self._frame: int = self._library.open_frame()

    def _close(self) -> None:
        self._prepared.clear()
        self._library.discard_frame(self._frame)
        self._library.discard_frame(self._outer)

    def _read(self, packed: int | None) -> Verdict | NoVerdict:
        if packed is None:
            raise EngineFault("Prolog did not answer a case", remedy=REPORT)
        if packed <= 0:
            return NoVerdict(packed, self._asking.ask("surety_host", "why")[1])
        cited = tuple(self._asking.ask("surety_host", "cited", str(packed >> 38))[1].split("\n"))
        verdict = Verdict(Outcome(packed & 3), packed >> 2 & 0xFF, packed >> 10 & 0x3FFF, packed >> 24 & 0x3FFF, cited)
        if len(self._verdicts) >= _KEPT_VERDICTS:
            self._verdicts.clear()  # first: the numbers of clauses are about to be given to others
            self._asking.ask("surety_host", "forget_citations")
            return verdict
        self._verdicts[packed] = verdict
        return verdict

    def _prepare(self, law: int, figures: Figures) -> tuple[int, Figures]:
        """The terms for a law and figures, in the outer frame, where a question cannot sweep them away."""
        record = self._record_of(figures)
        if len(self._prepared) >= _KEPT_PREPARED:
            self._close()
            self._open()
        self._library.discard_frame(self._frame)
        try:
            first: int = self._library.terms(_TERMS)
            must(self._library.put_atom(first, law) and self._library.recorded(record, first + 2))
        finally:
            self._frame = self._library.open_frame()
        # The figures are kept alive with their terms, so that their id stays their own.
        prepared = self._prepared[law, id(figures)] = first, figures
        return prepared

    def _answer_to_large(self, prepared: int, question: int, counts: Sequence[int]) -> int | None:
        """The same question with counts of any size, whose terms are gone with a frame of their own."""
        found = self._library
        frame, cell = found.open_frame(), c_int64()
        try:
            first = found.terms(_TERMS)
            must(found.copy(first, prepared) and found.put_int64(first + 1, question) and found.copy(first + 2, prepared + 2))
            for term, count in enumerate(counts, first + 3):
                must(found.put_int64(term, count) if count <= LARGEST_COUNT else self._put_own(term, str(count)))
            answered = found.call(None, CAUGHT, self._predicate, first)
            return cell.value if answered and found.get_int64(first + _TERMS - 1, addressof(cell)) else None
        finally:
            found.discard_frame(frame)

    def _record_of(self, figures: Figures) -> int:
        kept = self._records.get(id(figures))
        if kept is None:
            if len(self._records) >= _KEPT_RECORDS:
                self._library.erase(self._records.popitem(last=False)[1][1])
            kept = self._records[id(figures)] = figures, self._recorded(figures)
        return kept[1]

    def _recorded(self, figures: Figures) -> int:
        frame = self._library.open_frame()
        try:
            term = self._library.terms(1)
            must(self._put_own(term, terms_text(figures)))
            record: int = self._library.record(term)
            return record
        finally:
            self._library.discard_frame(frame)

    def _put_own(self, term: int, text: str) -> int:
        """A term from text that holds nothing but our own words and digits."""
        data = text.encode()
        done: int = self._library.put_term(term, UTF8, len(data), data)
        return done


def terms_text(figures: Figures) -> str:
    """The term that a law sees of the terms, as text."""
    tiers = ",".join(
        f"tier({tier.tier},{share_of(tier.at_or_above or Ratio(0, 1))},{share_of(tier.below)},{tier.credit_bps},{tier.slash_bps})"
        for tier in figures.tiers
    )
    clause = figures.latency
    latency = f"latency({clause.ceiling_ms},{share_of(clause.attainment)},{clause.credit_bps})" if clause else "none"
    minimum = f"{share_of(figures.minimum_coverage)},{figures.minimum_samples}"
    return f"terms({share_of(figures.objective)},[{tiers}],{latency},{minimum})"


def share_of(ratio: Ratio) -> str:
    """A share as a law is given it."""
    return f"share({ratio.numerator:d},{ratio.denominator:d})"
