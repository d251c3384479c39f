"""Tells relays, every few seconds, what was counted of running periods so far. For people: nothing is ever settled by it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol

from chain.docket import AgreementRecord
from chain.keys import Signer
from governance.clock import Clock
from governance.errors import BadInput
from oracle.fold import Counts, fold
from oracle.interim import MOST_AT_ONCE, Interim, SignedInterim, interim_digest
from oracle.laws import Laws
from oracle.ports import Agreements, SampleSource
from oracle.rows import Rules
from oracle.troubles import Troubles

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who is told; a relay's client is one."""

    @property
    def url(self) -> str:
        """Its address, which names it."""
        ...

    def tell(self, member: int, signed: list[SignedInterim]) -> None:
        """Hands in a member's interim counts."""
        ...


class Teller:
    """One member's interim counts. To be used from one thread.

    What is told is ``grace_ms`` old, so that no probe under way is missed. ``every_ms`` is the pause between two tellings.
    """

    def __init__(
        self, signer: Signer, rules: Rules, agreements: Agreements, source: SampleSource, clock: Clock, every_ms: int
    ) -> None:
        self._signer = signer
        self._rules = rules
        self._agreements = agreements
        self._source = source
        self._clock = clock
        self._every_ms = every_ms
        self._laws = Laws(agreements)
        self._troubles = Troubles(log)
        self._told_ms = 0

    def tell(self, listeners: list[Listener], grace_ms: int) -> int:
        """Counts and tells, if it is time again; how many counts there were. Raises what the store raises."""
        now_ms = self._clock.now_ms()
        if now_ms - self._told_ms < self._every_ms:
            return 0
        self._told_ms = now_ms
        by_member: dict[int, list[SignedInterim]] = {}
        for member, counts in self._count((now_ms - grace_ms) // 1_000):
            signature = self._signer.sign_compact(interim_digest(self._rules.committee, counts))
            by_member.setdefault(member, []).append(SignedInterim(member, counts, signature))
        for listener in listeners:
            self._troubles.attempt(f"telling {listener.url}", partial(self._tell_all, listener, by_member))
        return sum(len(signed) for signed in by_member.values())

    def _tell_all(self, listener: Listener, by_member: Mapping[int, list[SignedInterim]]) -> None:
        """Tells one listener, until it has taken so long that the next counts are due."""
        until_ms = self._clock.now_ms() + self._every_ms
        for member, signed in by_member.items():
            for first in range(0, len(signed), MOST_AT_ONCE):
                listener.tell(member, signed[first : first + MOST_AT_ONCE])
                if self._clock.now_ms() >= until_ms:
                    return

    def _count(self, as_of_s: int) -> Iterator[tuple[int, Interim]]:
        for record in self._agreements.agreements().values():
            period = record.calendar.period_at(as_of_s)
            if period is None:
                continue
            start_s = record.calendar.bounds(period)[0]
            configuration = self._agreements.configuration_at(start_s)
            if configuration is None or self._signer.address not in configuration.members:
                continue
            counts = self._counts(record, start_s, as_of_s)
            if counts is not None and counts.samples:
                member = configuration.members.index(self._signer.address)
                yield member, _interim(record.id, period, as_of_s, counts)

    def _counts(self, record: AgreementRecord, start_s: int, as_of_s: int) -> Counts | None:
        """The fold up to the last slot that has ended; None where none has, or where the terms cannot be read."""
        try:
            terms = self._laws.terms_of(record.terms)
        except BadInput:
            return None
        ended_s = as_of_s // terms.slot_s * terms.slot_s
        if ended_s <= start_s:
            return None
        return fold(self._source.samples_of(record, terms, start_s, ended_s), start_s, ended_s, terms)


def _interim(agreement: int, period: int, as_of_s: int, counts: Counts) -> Interim:
    return Interim(agreement, period, as_of_s, counts.samples, counts.uptime, counts.attained, counts.coverage, counts.p95_ms)
