"""Real witnesses before a real relay: observe, push, propose, co-sign, report, settle, and audit what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain.docket import AgreementRecord
from chain.row import unpack
from governance.values import Observation, Outcome, Ratio
from oracle.evidence import EvidenceStore
from oracle.ports import Ports, RecordedSamples, Relay
from oracle.samples import Result, Sample, Samples
from oracle.store import Store
from oracle.witness import Witness
from settlement.audit import verify_period
from settlement.audit_checks import Result as AuditResult
from settlement.relay import Equivocated


class Liar(Witness):
    """Sees nothing but good."""

    def counted(self, record: AgreementRecord, period: int) -> Observation | None:
        seen = super().counted(record, period)
        return None if seen is None else replace(seen, uptime=Ratio(100, 100))


class Assembly:
    """Four witnesses that recorded the same 100 samples of every period, 96 of them ok."""

    def __init__(self, troupe: Any, folder: Path, stack: ExitStack) -> None:
        self.troupe = troupe
        self.folder = folder
        self.stack = stack
        start_s = (troupe.stage.now_s // 100 + 2) * 100
        self.samples = Samples.of([sample((start_s + at) * 1_000, at % 100 < 96) for at in range(300)], "recorded")
        self.evidence = [EvidenceStore(str(folder / f"evidence{member}")) for member in range(4)]
        self.witnesses = [self.witness(member) for member in range(4)]

    def witness(self, member: int, kind: type[Witness] = Witness) -> Witness:
        relay: Relay = self.troupe.relay
        store = self.stack.enter_context(closing(Store(f"sqlite:///{self.folder / f'member{member}.sqlite'}")))
        ports = Ports(self.troupe.docket, RecordedSamples(self.samples), store, self.evidence[member], [relay], self.troupe.clock)
        return kind(self.troupe.stage.members[member], self.troupe.rules, ports, grace_ms=0)

    def work(self, *members: int) -> None:
        for member in members:
            self.witnesses[member].observe_due_epochs()
            self.witnesses[member].push()

    def cosign(self, *members: int) -> int:
        return sum(self.witnesses[member].pull_and_cosign() for member in members)


def sample(at_ms: int, ok: bool) -> Sample:
    return Sample(at_ms, at_ms, 400, Result.OK if ok else Result.ERROR)


@pytest.fixture
def assembly(sqlite_troupe, tmp_path) -> Iterator[Assembly]:
    with ExitStack() as stack:
        yield Assembly(sqlite_troupe, tmp_path, stack)


def test_a_period_goes_from_samples_to_a_settled_and_audited_split(assembly) -> None:
    troupe = assembly.troupe
    agreement = troupe.open()
    troupe.end(agreement)
    assembly.work(0, 1, 2, 3)
    assert len(troupe.relay.propose()) == 1
    assert assembly.cosign(0, 1, 2, 3) == 4
    assert troupe.reporter.step() == 1
    troupe.stage.mature()
    troupe.look()
    assert troupe.crank.step() == 1
    troupe.stage.anvil.mine(3)
    troupe.look()
    report = verify_period(troupe.docket, troupe.stage.node, troupe.stage.book, troupe.relay, assembly.evidence, agreement, 0)
    assert report.result is AuditResult.HELD, report.document()
    assert troupe.stage.pactum.claimable_of(agreement).customer_from_fees == 252


def test_with_one_liar_and_one_that_is_down_the_row_is_the_honest_one_when_it_returns(assembly) -> None:
    troupe = assembly.troupe
    assembly.witnesses[3] = assembly.witness(3, Liar)
    agreement = troupe.open()
    troupe.end(agreement)
    assembly.work(0, 2, 3)
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    assert len(troupe.relay.propose()) == 1
    assert assembly.cosign(0, 3) == 2
    assembly.work(1)
    assert len(troupe.relay.propose()) == 1
    assert assembly.cosign(0, 1, 2, 3) == 4, "the superset alone is offered"
    assert troupe.reporter.step() == 1
    troupe.look()
    pending = troupe.stage.pactum.pending_of(agreement)
    assert (pending.verdict, pending.credit_bps) == (Outcome.BREACH, 2_500)
    report = verify_period(troupe.docket, troupe.stage.node, troupe.stage.book, troupe.relay, assembly.evidence, agreement, 0)
    assert report.suspects == ("the evidence of member 3",)
    assert report.result is AuditResult.UNVERIFIED, "the row still waits"


def test_honest_witnesses_go_on_without_an_equivocator(assembly) -> None:
    troupe = assembly.troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    assembly.work(0, 1, 2, 3)
    assert len(troupe.relay.propose()) == 1
    with pytest.raises(Equivocated):
        troupe.push(3, epoch, Observation(agreement, 0, 1, Ratio(1, 1), Ratio(0, 0), Ratio(1, 1), 1, bytes(32)))
    assert assembly.cosign(0, 1, 2, 3) == 0, "nobody is offered a set with an equivocator in it"
    assert len(troupe.relay.propose()) == 1
    assert assembly.cosign(0, 1, 2, 3) == 3
    assert troupe.reporter.step() == 1


class Narrow(Witness):
    """Has no samples of one agreement."""

    blind: int

    def counted(self, record: AgreementRecord, period: int) -> Observation | None:
        return None if record.id == self.blind else super().counted(record, period)


def test_a_late_member_that_saw_fewer_agreements_strands_none_of_the_others(assembly) -> None:
    troupe = assembly.troupe
    seen, unseen = troupe.open(), troupe.open()
    assembly.witnesses[3] = assembly.witness(3, Narrow)
    assembly.witnesses[3].blind = unseen
    troupe.end(seen)
    assembly.work(0, 1, 2)
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    assert [len(draft.rows) for draft in troupe.relay.propose()] == [2]
    assert assembly.cosign(0, 1) == 2
    assembly.work(3)
    made = [(draft.header.observers, [unpack(word).agreement for word in draft.rows]) for draft in troupe.relay.propose()]
    assert made == [(0b1111, [seen]), (0b0111, [unseen])]
    assert troupe.relay.propose() == []
    assert assembly.cosign(2, 0, 1, 3) == 3 * 2 + 1
    assert troupe.reporter.step() == 2
    troupe.look()
    assert [troupe.stage.pactum.pending_of(agreement).verdict for agreement in (seen, unseen)] == [Outcome.BREACH] * 2
