"""What is sent lands once, whatever dies in between: kills at every step, duplicates, lost transactions, re-organisations."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from chain.reverts import TransactionReverted
from chain.sender import Sender, Submitted
from governance.values import Outcome
from settlement.money_tables import DivisionRow
from settlement.outbox import LOST, MINED, PREPARED, REFUSED, SENT, Outbox
from settlement.relay_tables import OutboxRow, ProposalRow
from settlement.report import Reporter
from settlement.settle import Crank
from settlement.store import Store
from settlement.tables import AcceptanceRow, ReportRow


class Killed(BaseException):
    """Stands for the process's death: no handler of ours sees it."""


class DyingSender:
    """A sender whose process dies at one of its steps, once."""

    def __init__(self, inner: Sender, dies: str) -> None:
        self.inner = inner
        self.dies = dies
        self.address = inner.address

    def submit(self, call: Any) -> Submitted:
        self._die("before submit")
        submitted = self.inner.submit(call)
        self._die("after submit")
        return submitted

    def wait(self, submitted: Submitted) -> Any:
        self._die("before wait")
        receipt = self.inner.wait(submitted)
        self._die("after wait")
        return receipt

    def _die(self, step: str) -> None:
        if self.dies == step:
            self.dies = ""
            raise Killed


STEPS = ("before submit", "after submit", "before wait", "after wait")


def states(store: Store) -> list[tuple[str, str]]:
    with store.read() as session:
        return [(row.kind, row.state) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def count(store: Store, table: Any) -> int:
    with store.read() as session:
        return len(list(session.scalars(select(table))))


def restarted(troupe: Any, sender: Any = None) -> tuple[Outbox, Reporter, Crank]:
    """The parts of a new process."""
    outbox = Outbox(troupe.store, troupe.stage.node, sender or troupe.stage.sender(3), troupe.clock)
    pactum, tribunal = troupe.stage.pactum, troupe.stage.tribunal
    reporter = Reporter(troupe.store, troupe.docket, pactum, outbox)
    return outbox, reporter, Crank(troupe.store, pactum, tribunal, outbox)


def signed_report(troupe: Any, observation: Any) -> int:
    """Everything up to a signed report of one agreement-period."""
    agreement: int = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))
    troupe.relay.propose()
    troupe.sign_all(0, 1, 3)
    return agreement


@pytest.mark.parametrize("step", STEPS)
def test_a_report_lands_once_though_the_process_dies(sqlite_troupe, observation, step) -> None:
    troupe = sqlite_troupe
    signed_report(troupe, observation)
    _, reporter, _ = restarted(troupe, DyingSender(troupe.stage.sender(3), step))
    with pytest.raises(Killed):
        reporter.step()
    assert states(troupe.store) == [("report", PREPARED if "submit" in step else SENT)]

    outbox, reporter, _ = restarted(troupe)
    troupe.look()
    outbox.resolve()
    landed = step != "before submit"
    assert reporter.step() == (0 if landed else 1)
    troupe.look()
    assert (count(troupe.store, ReportRow), count(troupe.store, AcceptanceRow)) == (1, 1)
    assert states(troupe.store)[0] == ("report", LOST if "submit" in step else MINED)


@pytest.mark.parametrize("step", STEPS)
def test_settling_and_expiring_land_once_though_the_process_dies(sqlite_troupe, observation, step) -> None:
    troupe = sqlite_troupe
    agreement, silent = troupe.open(), troupe.open()
    assert troupe.report(agreement) == 1
    troupe.stage.move_to(troupe.stage.end_of(silent, 0) + 60)
    troupe.look()
    for _ in range(2):  # one death while settling, one while expiring
        _, _, crank = restarted(troupe, DyingSender(troupe.stage.sender(3), step))
        with pytest.raises(Killed):
            crank.step()
        troupe.look()
        restarted(troupe)[0].resolve()
        if count(troupe.store, DivisionRow) < 1:
            restarted(troupe)[2]._settle()
        troupe.look()
    restarted(troupe)[2].step()
    troupe.look()
    with troupe.store.read() as session:
        divided = {row.agreement: Outcome(row.outcome) for row in session.scalars(select(DivisionRow))}
    assert divided == {agreement: Outcome.MET, silent: Outcome.NO_DATA}
    assert count(troupe.store, DivisionRow) == 2
    assert restarted(troupe)[2].step() == 0


def test_a_transaction_that_waits_in_the_pool_is_not_sent_again(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    signed_report(troupe, observation)
    node = troupe.stage.node
    node.request("evm_setAutomine", False)
    try:
        for step in ("after submit", "before wait"):
            _, reporter, _ = restarted(troupe, DyingSender(troupe.stage.sender(3), step))
            if step == "after submit":
                with pytest.raises(Killed):
                    reporter.step()
            else:
                assert reporter.step() == 0, "the node's pending transactions hold this report already"
        outbox, reporter, _ = restarted(troupe)
        outbox.resolve()
        assert reporter.step() == 0
        assert node.nonce(troupe.stage.relay.address, "pending") - node.nonce(troupe.stage.relay.address, "latest") == 1
    finally:
        node.request("evm_setAutomine", True)
    troupe.stage.anvil.mine()
    troupe.look()
    assert count(troupe.store, AcceptanceRow) == 1


def test_a_transaction_that_the_pool_dropped_is_sent_again(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    signed_report(troupe, observation)
    node = troupe.stage.node
    node.request("evm_setAutomine", False)
    try:
        _, reporter, _ = restarted(troupe, DyingSender(troupe.stage.sender(3), "before wait"))
        with pytest.raises(Killed):
            reporter.step()
        outbox, reporter, _ = restarted(troupe)
        assert outbox.resolve() == 1
        node.request("anvil_dropAllTransactions")
        assert outbox.resolve() == 0
    finally:
        node.request("evm_setAutomine", True)
    assert reporter.step() == 1
    assert states(troupe.store) == [("report", LOST), ("report", MINED)]


def test_two_workers_at_once_report_once(troupe, observation) -> None:
    signed_report(troupe, observation)
    _, one, _ = restarted(troupe, troupe.stage.sender(9))
    _, two, _ = restarted(troupe)
    assert (one.step(), two.step()) == (1, 0)
    troupe.look()
    assert (one.step(), two.step()) == (0, 0)
    assert count(troupe.store, ReportRow) == 1


def test_a_report_that_a_reorganisation_undid_is_sent_again(troupe, observation) -> None:
    agreement = signed_report(troupe, observation)
    assert troupe.reporter.step() == 1
    troupe.look()
    assert count(troupe.store, AcceptanceRow) == 1
    troupe.stage.reorganise(1)
    troupe.look()
    assert count(troupe.store, AcceptanceRow) == 0
    outbox, reporter, _ = restarted(troupe)
    outbox.resolve()
    assert reporter.step() == 1
    troupe.look()
    assert troupe.stage.pactum.agreement_of(agreement).next == 1


def test_another_relays_report_makes_ours_needless(troupe, observation) -> None:
    agreement = signed_report(troupe, observation)
    troupe.stage.report([troupe.stage.row(agreement, 0)], sender=troupe.stage.sender(9))
    assert troupe.reporter.step() == 0, "the node knows better than tables that are a block behind"
    troupe.look()
    assert troupe.reporter.step() == 0
    assert states(troupe.store) == []


def test_a_report_waits_until_the_chain_says_that_the_period_is_over(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    end_s = troupe.stage.end_of(agreement, 0)
    troupe.stage.move_to(end_s - 50)
    troupe.look()
    troupe.clock.advance_to(end_s * 1_000)
    for member in range(4):
        troupe.push(member, troupe.stage.epoch_of(agreement, 0), observation(agreement))
    assert len(troupe.relay.propose()) == 1
    troupe.sign_all(0, 1, 2)
    assert troupe.reporter.step() == 0
    troupe.stage.move_to(end_s)
    troupe.look()
    assert troupe.reporter.step() == 1


def test_proposals_are_closed_when_decided_beyond_recall_or_too_late(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe

    def closed() -> list[str | None]:
        with troupe.store.read() as session:
            return list(session.scalars(select(ProposalRow.closed).order_by(ProposalRow.created_ms)))

    signed_report(troupe, observation)
    troupe.reporter.step()
    troupe.look()
    troupe.reporter.step()
    assert closed() == [None], "a block that may still go decides nothing for good"
    troupe.stage.anvil.mine(3)
    troupe.look()
    troupe.reporter.step()
    assert closed() == ["decided"]

    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))
    troupe.relay.propose()
    troupe.stage.move_to(troupe.stage.end_of(agreement, 0) + 60)
    troupe.stage.anvil.mine(3)
    troupe.look()
    troupe.reporter.step()
    assert closed() == ["decided", "late"]
    assert troupe.relay.proposals(None, 0) == ()


def test_a_refused_transaction_is_kept_with_its_reason_and_tried_again_after_a_pause(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    outbox, _, _ = restarted(troupe)
    call = troupe.stage.pactum.call("expire(uint96)", 77)
    assert outbox.send("expire", "77", call) is None
    with troupe.store.read() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.state, "UnknownAgreement" in (row.error or "")) == (REFUSED, True)
    assert outbox.busy("expire", "77")
    assert not outbox.busy("expire", "78")
    troupe.clock.advance_to(troupe.clock.now_ms() + 5_000)
    assert not outbox.busy("expire", "77")
    outbox.send("expire", "77", call)
    troupe.clock.advance_to(troupe.clock.now_ms() + 9_999)
    assert outbox.busy("expire", "77"), "the pause grows"


@pytest.mark.parametrize(
    ("signers", "forged", "reason"),
    [
        ((0, 1), {}, "QuorumNotReached"),
        ((0, 1, 2), {2: 1}, "BadSignature"),
        ((0, 1, 2), {0: 9}, "BadSignature"),
        ((0, 1, 2, 4), {}, "SignerWithoutObservation"),
    ],
)
def test_a_report_with_a_missing_repeated_or_foreign_signature_is_refused_whole(stage, signers, forged, reason) -> None:
    from chain.row import pack
    from chain.typed_data import report_digest

    agreement = stage.open()
    stage.move_to(stage.end_of(agreement, 0))
    rows = [stage.row(agreement, 0)]
    header = stage.header(stage.epoch_of(agreement, 0))
    digest = report_digest(stage.book.pactum_domain, header, [pack(row) for row in rows])
    keys = dict(enumerate([*stage.members, stage.anvil.signer(9)])) | {9: stage.anvil.signer(9)}
    signatures = {member: keys[forged.get(member, member)].sign_compact(digest) for member in signers}
    with pytest.raises(TransactionReverted, match=reason) as refusal:
        stage.report(rows, signatures=signatures)
    assert refusal.value.remedy
    assert stage.pactum.agreement_of(agreement).next == 0


def test_an_agreement_that_was_looked_at_before_it_began_still_expires_on_time(troupe, monkeypatch):
    monkeypatch.setattr("settlement.settle._MINUTE_S", 10**6)  # so that nothing but the date itself makes it look again
    agreement = troupe.open()
    _, _, crank = restarted(troupe)
    troupe.look()
    assert crank.step() == 0
    begins_s, end_s = troupe.stage.pactum.period_of(agreement, 0)
    troupe.stage.move_to(begins_s + 1)
    troupe.look()
    assert crank.step() == 0
    troupe.stage.move_to(end_s + troupe.docket.agreements()[agreement].parameters.report_deadline)
    troupe.look()
    assert crank.step() == 1
    assert troupe.stage.pactum.agreement_of(agreement).next == 1
