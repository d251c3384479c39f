"""A committee with evidence, for those who check what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from governance.values import Observation, Outcome, Ratio, Row
from oracle.evidence import EvidenceStore, Stretch, recount
from oracle.laws import Laws
from oracle.samples import Result, Sample, Samples
from settlement.audit import Auditor


class Court:
    """A committee whose counts rest on evidence, and an auditor who trusts neither it nor the relay."""

    def __init__(self, troupe: Any, folder: Path) -> None:
        self.troupe = troupe
        self.stage = troupe.stage
        self.stores = [EvidenceStore(str(folder / f"member{member}")) for member in range(4)]
        self.folder = folder

    def observe(self, member: int, agreement: int, good: int, period: int = 0) -> Observation:
        """A true observation of 100 samples, with its evidence."""
        start_s, end_s = self.stage.pactum.period_of(agreement, period)
        terms = Laws(self.troupe.docket).terms_of(self.troupe.terms)
        samples = Samples.of([sample(start_s * 1_000 + 1_000 * at, at < good) for at in range(100)], f"target {member}")
        digest = self.stores[member].put(Stretch(agreement, period, start_s, end_s, terms.slot_s), samples)
        counts = recount(self.stores[member].get(digest), terms)
        return counts.observation(agreement, period, digest)

    def report(
        self, agreement: int, period: int = 0, lies: dict[int, Callable[[Observation], Observation]] | None = None
    ) -> None:
        """Plays one period: each member counts, liars change what they sign."""
        epoch = self.troupe.end(agreement, period)
        for member in range(4):
            lie = (lies or {}).get(member, lambda seen: seen)
            self.troupe.push(member, epoch, lie(self.observe(member, agreement, 97, period)))
        self.troupe.relay.propose()
        self.troupe.sign_all(0, 1, 2)
        assert self.troupe.reporter.step() == 1

    def settle(self, agreement: int) -> None:
        self.stage.mature()
        self.stage.settle(agreement)
        self.stage.anvil.mine(3)
        self.troupe.look()

    def auditor(self, sets: Any = None, evidence: Any = None) -> Auditor:
        stores = self.stores if evidence is None else evidence
        return Auditor(self.troupe.docket, self.stage.node, self.stage.book, sets or self.troupe.relay, stores)

    def forge(self, agreement: int, verdict: tuple[Outcome, int, int], period: int = 0) -> Row:
        """A quorum signs another row than it derives, over its true observations: 97 of 100, which is a breach of tier 2."""
        epoch = self.troupe.end(agreement, period)
        for member in range(4):
            self.troupe.push(member, epoch, self.observe(member, agreement, 97, period))
        (draft,) = self.troupe.relay.propose()
        forged: Row = self.stage.row(agreement, period, *verdict)
        self.stage.header = lambda *_: draft.header
        try:
            self.stage.report([forged])
        finally:
            del self.stage.header
        self.troupe.look()
        return forged

    @staticmethod
    def flatter(seen: Observation) -> Observation:
        """A lie: all was well."""
        return replace(seen, uptime=Ratio(100, 100))


def sample(at_ms: int, ok: bool) -> Sample:
    return Sample(at_ms, at_ms, 500, Result.OK if ok else Result.ERROR)


@pytest.fixture
def court(sqlite_troupe: Any, tmp_path: Path) -> Court:
    """A committee of four at work, with evidence, and an auditor."""
    return Court(sqlite_troupe, tmp_path)
