"""The auditor on a real chain: a true period holds, every lie is named, and what is missing is never called verified."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chain.devnet import dev_signer
from chain.quorum import join_signatures
from chain.sender import Call
from chain.values import Configuration
from governance.values import Outcome, Ratio, Row
from oracle.wire import Proposal, proposal_json
from settlement.audit import NotDecided, SetArchive, UnknownAgreement, verify_period
from settlement.audit_checks import EVERY_DISPUTED, EVERY_EXPIRED, EVERY_REPORTED, AuditReport, Result
from settlement.audit_money import dispute_checks, stakes_of
from settlement.audit_trail import ForeignCall, ReportedPeriod, decode_report, follow, submission_of
from settlement.split import Stakes, divide

STAKES = Stakes(1_009, 5_000, 5_000, 2_000, 1_000, 5)


def reported(court: Any, agreement: int) -> ReportedPeriod:
    record = court.troupe.docket.agreement(agreement)
    trail = follow(court.stage.node, court.stage.book, agreement, 0, stakes_of(record))
    assert isinstance(trail, ReportedPeriod)
    return trail


def results(report: AuditReport) -> dict[str, Result]:
    return {check.name: check.result for check in report.checks}


def failed(report: AuditReport) -> set[str]:
    return {check.name for check in report.checks if check.result is Result.FAILED}


def unverified(report: AuditReport) -> set[str]:
    return {check.name for check in report.checks if check.result is Result.UNVERIFIED}


def test_a_true_period_holds_in_every_check(court) -> None:
    agreement = court.troupe.open(2)
    court.report(agreement)
    court.settle(agreement)
    report = verify_period(
        court.troupe.docket, court.stage.node, court.stage.book, court.troupe.relay, court.stores, agreement, 0
    )
    assert set(results(report).values()) == {Result.HELD}, report.document()
    assert report.result is Result.HELD
    assert report.suspects == ()
    names = set(results(report))
    assert set(EVERY_REPORTED) <= names
    assert {f"the root of member {member}" for member in range(4)} <= names
    assert json.loads(json.dumps(report.document()))["result"] == "held"


def test_a_lying_member_is_named_and_the_row_still_holds(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement, lies={2: lambda seen: replace(seen, uptime=Ratio(100, 100))})
    court.settle(agreement)
    report = court.auditor().verify(agreement, 0)
    assert report.result is Result.HELD
    assert report.suspects == ("the evidence of member 2",)


def test_more_liars_than_a_committee_bears_fail_the_evidence(court) -> None:
    agreement = court.troupe.open()
    lie = {member: lambda seen: replace(seen, uptime=Ratio(100, 100)) for member in (0, 1, 2)}
    court.report(agreement, lies=lie)
    court.settle(agreement)
    report = court.auditor().verify(agreement, 0)
    assert (report.result, failed(report) - set(report.suspects)) == (Result.FAILED, {"the evidence"})


def test_missing_evidence_is_unverified_and_never_verified(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    none = court.auditor(evidence=[]).verify(agreement, 0)
    assert none.result is Result.UNVERIFIED
    assert unverified(none) == {"the evidence", *(f"the evidence of member {member}" for member in range(4))}
    two = court.auditor(evidence=court.stores[:2]).verify(agreement, 0)
    assert (two.result, results(two)["the evidence"]) == (Result.UNVERIFIED, Result.UNVERIFIED)
    three = court.auditor(evidence=court.stores[1:]).verify(agreement, 0)
    assert (three.result, results(three)["the evidence of member 0"]) == (Result.HELD, Result.UNVERIFIED)


def test_damaged_evidence_is_unverified(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    for member in (0, 1):
        for path in (court.folder / f"member{member}").iterdir():
            path.write_bytes(path.read_bytes()[:-1])
    report = court.auditor().verify(agreement, 0)
    assert {"the evidence", "the evidence of member 0", "the evidence of member 1"} == unverified(report)


def test_without_the_observation_set_the_verdict_is_unverified(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    report = court.auditor(sets=SetArchive(court.folder)).verify(agreement, 0)
    assert report.result is Result.UNVERIFIED
    assert unverified(report) == {"the observation set", "the roots of the members", "the evidence", "the verdict"}
    assert results(report)["the signatures"] is Result.HELD


class Forgetful:
    """A docket that was read from a node, or a block, that leaves out who the committee was, or names another one."""

    def __init__(self, inner: Any, reigning: Configuration | None = None) -> None:
        self.inner = inner
        self.reigning = reigning

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def configuration(self, digest: bytes) -> None:
        return None

    def configuration_at(self, time_s: int) -> Configuration | None:
        return self.reigning


def audit_with(court: Any, docket: Any, agreement: int) -> AuditReport:
    return verify_period(docket, court.stage.node, court.stage.book, court.troupe.relay, court.stores, agreement, 0)


def test_without_the_committee_nothing_that_rests_on_it_holds(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    report = audit_with(court, Forgetful(court.troupe.docket), agreement)
    assert report.result is Result.UNVERIFIED
    assert unverified(report) == {
        "the committee reigned when the period began", "the header", "the hash of the rows", "the row is among those signed",
        "the signatures", "every signer observed", "the observation set", "the roots of the members", "the evidence",
        "the verdict",
    }  # fmt: skip


def test_a_committee_that_did_not_reign_fails(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    other = replace(court.stage.configuration, digest=bytes(32))
    report = audit_with(court, Forgetful(court.troupe.docket, other), agreement)
    assert (report.result, failed(report)) == (Result.FAILED, {"the committee reigned when the period began"})


class LyingSets:
    """Serves a set after changing it."""

    def __init__(self, inner: Any, change: Callable[[Proposal], Proposal]) -> None:
        self.inner = inner
        self.change = change

    def observation_set(self, root: bytes) -> Proposal:
        return self.change(self.inner.observation_set(root))


def test_a_set_that_was_changed_on_the_way_fails(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)

    def verify(change: Callable[[Proposal], Proposal]) -> AuditReport:
        return court.auditor(sets=LyingSets(court.troupe.relay, change)).verify(agreement, 0)

    fewer = verify(lambda proposal: replace(proposal, members=proposal.members[:3]))
    assert {"the observation set", "the roots of the members"} <= failed(fewer)
    assert {"the roots of the members"} <= failed(verify(lambda proposal: replace(proposal, members=())))
    better = verify(
        lambda proposal: replace(
            proposal,
            members=tuple(
                replace(signed, observations=tuple(replace(seen, uptime=Ratio(100, 100)) for seen in signed.observations))
                for signed in proposal.members
            ),
        )
    )
    assert {"the observation set", "the verdict", *(f"the root of member {member}" for member in range(4))} <= failed(better)


def test_an_archive_serves_sets_as_a_relay_does(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    trail = reported(court, agreement)
    root = trail.acceptance.reported.observation_set
    (court.folder / f"{root.hex()}.json").write_text(json.dumps(proposal_json(court.troupe.relay.observation_set(root))))
    assert court.auditor(sets=SetArchive(court.folder)).verify(agreement, 0).result is Result.HELD


def test_a_row_that_the_law_does_not_give_fails(court) -> None:
    """A quorum that signs another row than it derived: the chain takes it, the auditor does not."""
    agreement = court.troupe.open()
    court.troupe.end(agreement)
    court.stage.report([court.stage.row(agreement, 0, Outcome.MET)])
    court.settle(agreement)
    report = court.auditor().verify(agreement, 0)
    assert results(report)["the verdict"] is Result.UNVERIFIED
    honest = court.troupe.open()
    court.forge(honest, (Outcome.MET, 0, 0))
    court.settle(honest)
    report = court.auditor().verify(honest, 0)
    assert failed(report) == {"the verdict"}
    assert report.result is Result.FAILED


def test_a_period_that_expired_is_checked_by_its_deadline_and_split(court) -> None:
    agreement = court.troupe.open(2)
    court.report(agreement, 0)
    court.stage.move_to(court.stage.end_of(agreement, 1) + 60)
    court.stage.pactum.expire(court.stage.relay, agreement)
    court.stage.anvil.mine(3)
    court.troupe.look()
    report = court.auditor().verify(agreement, 1)
    assert set(results(report).values()) == {Result.HELD}, report.document()
    assert set(results(report)) == set(EVERY_EXPIRED)
    assert report.result is Result.HELD


def test_what_still_waits_is_unverified(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    report = court.auditor().verify(agreement, 0)
    assert unverified(report) == {"the split", "the decision is beyond recall"}


def test_splits_after_earlier_awards_rest_on_what_they_left(court) -> None:
    agreement = court.troupe.open(2, deposit=1_000, max_slash_bps=10_000)
    court.troupe.end(agreement)
    court.stage.report([court.stage.row(agreement, 0, Outcome.BREACH, 10_000, 6_000)])
    court.settle(agreement)
    court.stage.move_to(court.stage.end_of(agreement, 1))
    court.stage.report([court.stage.row(agreement, 1, Outcome.BREACH, 10_000, 6_000)])
    court.settle(agreement)
    for period in (0, 1):
        assert results(court.auditor().verify(agreement, period))["the split"] is Result.HELD


def test_there_is_nothing_to_audit_before_a_decision(court) -> None:
    agreement = court.troupe.open()
    court.troupe.look()
    with pytest.raises(NotDecided):
        court.auditor().verify(agreement, 0)
    for key in ((agreement, 1), (agreement, -1), (5, 0)):
        with pytest.raises(UnknownAgreement):
            court.auditor().verify(*key)


def test_call_data_of_a_report_are_read_back_whole(court) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    trail = reported(court, agreement)
    sent = submission_of(court.stage.node, court.stage.book, trail.acceptance.accepted.tx_hash)
    assert sent.rows == (trail.acceptance.accepted.row,)
    assert (sent.signers, sent.header.observation_set) == (0b111, trail.acceptance.reported.observation_set)
    assert join_signatures({member: sent.signatures[member * 64 : member * 64 + 64] for member in range(3)})[1] == sent.signatures
    receipt = court.stage.relay.send(Call(dev_signer(8).address, b"", 1))
    with pytest.raises(ForeignCall):
        submission_of(court.stage.node, court.stage.book, receipt.tx_hash)
    with pytest.raises(ForeignCall):
        decode_report(b"\x00" * 400)


def accepted_row(court: Any, agreement: int) -> Row:
    """The row that waits, as it was accepted."""
    return reported(court, agreement).acceptance.row


def rest(court: Any) -> None:
    """Lets what was done become final."""
    court.stage.anvil.mine(3)
    court.troupe.look()


@pytest.mark.parametrize("silent", [False, True], ids=["confirmed", "lapsed"])
def test_a_row_that_was_disputed_and_stands_holds_in_every_check(court, silent) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    deadline_s = court.stage.dispute(accepted_row(court, agreement)).deadline
    open_ = court.auditor().verify(agreement, 0)
    assert unverified(open_) == {"the split", "the ruling", "the decision is beyond recall"}
    if silent:
        court.stage.anvil.move_to(deadline_s)
        court.stage.tribunal.lapse(court.stage.relay, agreement, 0)
    else:
        court.stage.tribunal.confirm(court.stage.governor, agreement, 0)
    rest(court)
    report = court.auditor().verify(agreement, 0)
    assert set(results(report).values()) == {Result.HELD}, report.document()
    assert set(EVERY_DISPUTED) <= set(results(report))
    assert report.result is Result.HELD


def replaced(court: Any, verdict: tuple[Outcome, int, int]) -> AuditReport:
    """A quorum reports that all is well where tier 2 was missed; somebody disputes it, and the arbiter replaces it."""
    agreement = court.troupe.open()
    forged = court.forge(agreement, (Outcome.MET, 0, 0))
    court.stage.dispute(forged)
    court.stage.tribunal.replace(court.stage.governor, agreement, 0, *verdict)
    rest(court)
    return court.auditor().verify(agreement, 0)


def test_a_lie_that_was_replaced_by_the_truth_holds_and_is_named(court) -> None:
    report = replaced(court, (Outcome.BREACH, 2_500, 0))
    assert report.result is Result.HELD, report.document()
    assert report.suspects == ("the reported row",)


def test_a_lie_that_was_replaced_by_another_fails(court) -> None:
    report = replaced(court, (Outcome.BREACH, 10_000, 0))
    assert (report.result, failed(report)) == (Result.FAILED, {"the verdict", "the reported row"})


def test_periods_that_were_settled_in_silence_hold(court) -> None:
    """The first by the row that came after it, with an expiry in between; the last by itself."""
    agreement = court.troupe.open(3)
    court.report(agreement, 0)
    court.report(agreement, 2)
    rest(court)
    for period in (0, 1):
        assert court.auditor().verify(agreement, period).result is Result.HELD
    assert unverified(court.auditor().verify(agreement, 2)) == {"the split"}
    court.settle(agreement)
    assert court.auditor().verify(agreement, 2).result is Result.HELD


def test_what_was_claimed_and_refunded_is_part_of_the_accounts(court) -> None:
    agreement = court.troupe.open(4, deposit=1_000, max_slash_bps=10_000)
    court.report(agreement, 0)
    court.stage.pactum.terminate(court.stage.customer, agreement)
    court.stage.mature()
    court.stage.pactum.claim_customer(court.stage.relay, [agreement])
    court.stage.pactum.claim_provider(court.stage.provider, [agreement], court.stage.token.address, court.stage.treasury)
    rest(court)
    assert results(court.auditor().verify(agreement, 0))["the split"] is Result.HELD


def test_a_contract_that_divides_otherwise_than_the_reference_is_found(court, monkeypatch) -> None:
    agreement = court.troupe.open()
    court.report(agreement)
    court.settle(agreement)
    monkeypatch.setattr("settlement.life.divide", lambda *_: divide(Outcome.MET, 0, 0, STAKES))
    report = court.auditor().verify(agreement, 0)
    assert (report.result, failed(report)) == (Result.FAILED, {"the split"})


def test_a_report_is_judged_by_the_committee_as_it_was_then(court) -> None:
    """A member that was struck off after it signed counted when it did."""
    agreement = court.troupe.open()
    court.report(agreement)
    court.stage.expose(1)
    court.settle(agreement)
    report = court.auditor().verify(agreement, 0)
    assert report.result is Result.HELD, report.document()
    assert court.troupe.docket.configurations[0].active == 0b1101


@pytest.mark.parametrize(("late_s", "expected"), [(-1, Result.HELD), (0, Result.FAILED)])
def test_a_ruling_after_its_deadline_fails(court, late_s, expected) -> None:
    """Such a thing no contract of ours lets through: the trail is bent by hand."""
    agreement = court.troupe.open()
    court.report(agreement)
    court.stage.dispute(accepted_row(court, agreement))
    court.stage.tribunal.confirm(court.stage.governor, agreement, 0)
    record = court.troupe.docket.agreement(agreement)
    trail = reported(court, agreement)
    assert trail.dispute
    assert trail.dispute.ruled_in
    bent = replace(trail.dispute.ruled_in, timestamp_s=trail.dispute.disputed.deadline + late_s)
    dispute = replace(trail.dispute, ruled_in=bent)
    checks = {check.name: check.result for check in dispute_checks(record, replace(trail, dispute=dispute), dispute)}
    assert checks == {"the dispute": Result.HELD, "the ruling": expected}
