"""The relay on a real chain and with the real law: what it takes in, what it proposes and when, and to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.docket import UnknownText
from chain.quorum import QuorumError, members_of
from chain.reverts import TransactionReverted
from chain.row import unpack
from chain.typed_data import report_digest
from governance.engine import EngineFault
from governance.errors import BadInput
from governance.law import LawLimit
from governance.values import Outcome
from oracle.rows import MemberRefused, ObservationSet, derive_rows
from oracle.wire import MemberSignature, Submission, load_proposal, proposal_json
from settlement.admission import NotYet
from settlement.relay import Equivocated, RelayPolicy, UnknownProposal
from settlement.tables import AcceptanceRow


def test_a_full_committee_is_proposed_at_once_with_the_laws_verdict(troupe, observation) -> None:
    fine, slow, bad = (troupe.open() for _ in range(3))
    epoch = troupe.end(fine)
    for member in range(4):
        troupe.push(member, epoch, observation(fine), observation(slow, 0, 100, within=94), observation(bad, 0, 50))
        assert (troupe.relay.propose() != []) == (member == 3)
    proposal = troupe.relay.proposals(None, 0)[0]
    rows = {row.agreement: row for row in map(unpack, proposal.rows)}
    assert (rows[fine].outcome, rows[slow].outcome, rows[bad].outcome) == (Outcome.MET, Outcome.BREACH, Outcome.BREACH)
    assert (rows[slow].credit_bps, rows[bad].credit_bps, rows[bad].slash_bps) == (1_000, 10_000, 1_000)
    assert members_of(proposal.header.observers) == (0, 1, 2, 3)
    assert troupe.relay.propose() == []


def test_a_proposal_is_all_that_a_co_signer_needs(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement, 0, 90 + member))
    troupe.relay.propose()
    proposal = load_proposal(proposal_json(troupe.relay.proposals(None, 2)[0]))
    observed = ObservationSet(troupe.stage.configuration, epoch, proposal.members)
    from oracle.laws import Laws

    rows = derive_rows(observed, troupe.docket.agreements(), Laws(troupe.docket), troupe.rules)
    assert [row.uptime_ppm for row in rows] == [910_000]
    assert proposal.id == "0x" + report_digest(troupe.rules.pactum, proposal.header, proposal.rows).hex()
    assert troupe.relay.observation_set(proposal.header.observation_set).rows == proposal.rows


def test_silent_members_are_waited_for_until_patience_ends(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    troupe.push(0, epoch, observation(agreement))
    troupe.push(1, epoch, observation(agreement))
    troupe.clock.advance_to(troupe.clock.now_ms() + 25_000)
    assert troupe.relay.propose() == []
    troupe.push(3, epoch, observation(agreement))
    assert troupe.relay.propose() == []
    troupe.clock.advance_to(troupe.clock.now_ms() + 29_999)
    assert troupe.relay.propose() == []
    troupe.clock.advance_to(troupe.clock.now_ms() + 1)
    made = troupe.relay.propose()
    assert [members_of(draft.header.observers) for draft in made] == [(0, 1, 3)]
    assert troupe.relay.proposals(None, 2) == ()


def test_a_late_observation_brings_a_second_proposal_on_the_superset(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in (0, 1, 2):
        troupe.push(member, epoch, observation(agreement))
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    troupe.relay.propose()
    assert troupe.sign_all(0, 1) == 2
    troupe.push(3, epoch, observation(agreement))
    assert [members_of(draft.header.observers) for draft in troupe.relay.propose()] == [(0, 1, 2, 3)]
    assert [members_of(offered.header.observers) for offered in troupe.relay.proposals(None, 2)] == [(0, 1, 2, 3)]
    assert troupe.sign_all(0, 1, 3) == 3
    assert troupe.reporter.step() == 1
    troupe.look()
    assert troupe.reporter.step() == 0


def test_a_proposal_that_members_pass_over_is_made_again_in_halves(troupe, observation) -> None:
    """Its line is passed: members signed what stands behind it, a while after it was made."""
    first, second, third = sorted(troupe.open() for _ in range(3))
    epoch = troupe.end(first)
    for member in range(4):
        troupe.push(member, epoch, observation(first), observation(second), *([observation(third)] if member < 3 else []))
    together, other = troupe.relay.propose()
    assert [len(draft.rows) for draft in (together, other)] == [2, 1]
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    assert troupe.relay.propose() == [], "nobody signed anything: members may be down"
    for member in (0, 1):
        troupe.relay.sign(other.id, MemberSignature(member, troupe.stage.members[member].sign_compact(other.digest)))
    made = [[unpack(word).agreement for word in draft.rows] for draft in troupe.relay.propose()]
    assert made == [[first], [second]]
    assert together.id not in {proposal.id for proposal in troupe.relay.proposals(None, 0)}
    assert troupe.relay.propose() == []
    troupe.clock.advance_to(troupe.clock.now_ms() + 60_000)
    assert troupe.relay.propose() == []
    troupe.sign_all(0, 1, 2)
    assert troupe.reporter.step() == 3


def test_what_is_left_when_another_relay_reported_a_row_is_proposed_alone(troupe, observation) -> None:
    reported, left = sorted(troupe.open() for _ in range(2))
    epoch = troupe.end(reported)
    for member in range(4):
        troupe.push(member, epoch, observation(reported), observation(left))
    assert [len(draft.rows) for draft in troupe.relay.propose()] == [2]
    troupe.stage.report([troupe.stage.row(reported, 0)])
    troupe.look()
    assert troupe.relay.propose() == [], "it may yet be signed as it is"
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    (draft,) = troupe.relay.propose()
    assert [unpack(word).agreement for word in draft.rows] == [left]
    assert [offered.id for offered in troupe.relay.proposals(None, 0)] == [draft.id]


def test_periods_are_grouped_by_who_observed_them(troupe, observation) -> None:
    seen_by_all, seen_by_three, seen_by_two = (troupe.open() for _ in range(3))
    epoch = troupe.end(seen_by_all)
    for member in range(4):
        seen = [observation(seen_by_all)]
        seen += [observation(seen_by_three)] if member != 1 else []
        seen += [observation(seen_by_two)] if member < 2 else []
        troupe.push(member, epoch, *seen)
    made = {draft.header.observers: [unpack(word).agreement for word in draft.rows] for draft in troupe.relay.propose()}
    assert made == {0b1111: [seen_by_all], 0b1101: [seen_by_three]}


def test_rows_beyond_the_most_of_a_report_go_into_the_next(sqlite_troupe, observation) -> None:
    troupe = sqlite_troupe
    troupe.relay._policy = RelayPolicy(troupe.stage.relay.address, rows_per_report=2)
    agreements = sorted(troupe.open(deposit=0) for _ in range(5))
    epoch = troupe.end(agreements[0])
    for member in range(4):
        troupe.push(member, epoch, *(observation(agreement) for agreement in agreements))
    made = [[unpack(word).agreement for word in draft.rows] for draft in troupe.relay.propose()]
    assert made == [agreements[:2], agreements[2:4], agreements[4:]]
    troupe.sign_all(1, 2, 3)
    assert troupe.reporter.step() == 3


def test_a_second_root_is_kept_as_proof_and_its_member_loses_its_voice(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))
    troupe.push(0, epoch, observation(agreement))
    assert len(troupe.relay.propose()) == 1
    with pytest.raises(Equivocated):
        troupe.push(3, epoch, observation(agreement, 0, 10))
    with pytest.raises(Equivocated):
        troupe.push(3, epoch, observation(agreement, 0, 20))
    made = troupe.relay.propose()
    assert [members_of(draft.header.observers) for draft in made] == [(0, 1, 2)]
    assert troupe.relay.proposals(None, 3) == ()
    (proposal,) = troupe.relay.proposals(None, 0)
    (proof,) = proposal.equivocations
    assert proof.holds(troupe.stage.configuration, troupe.rules.committee)
    assert proof.member == 3


def test_what_does_not_verify_is_refused_and_nothing_kept(troupe, observation) -> None:
    agreement = troupe.open(2)
    digest = troupe.stage.configuration.digest
    epoch = troupe.end(agreement)
    good = troupe.signed(0, epoch, observation(agreement))
    other = troupe.signed(1, epoch, observation(agreement, 0, 99))
    refused = [
        replace(good, member=1),
        replace(good, member=7),
        replace(good, root=other.root),
        replace(good, signature=other.signature),
        replace(good, signature=bytes(64)),
        replace(good, observations=other.observations),
        replace(good, observations=()),
        replace(good, epoch=epoch - 1),
    ]
    for signed in refused:
        with pytest.raises(MemberRefused):
            troupe.relay.push(Submission(digest, signed))
    with pytest.raises(BadInput, match="did not end in epoch"):
        troupe.push(0, epoch, observation(agreement, 1))
    with pytest.raises(NotYet, match="has not ended"):
        troupe.push(0, epoch + 2, observation(agreement, 1))
    with pytest.raises(NotYet, match="no configuration"):
        troupe.relay.push(Submission(bytes(32), good))
    for member in (1, 2, 3):
        troupe.push(member, epoch, observation(agreement))
    troupe.push(0, epoch, observation(agreement))
    assert len(troupe.relay.propose()) == 1


def test_signatures_that_are_not_an_observers_are_refused(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in (0, 1, 2):
        troupe.push(member, epoch, observation(agreement))
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    (draft,) = troupe.relay.propose()
    signature = troupe.stage.members[3].sign_compact(draft.digest)
    with pytest.raises(BadInput, match="no observer"):
        troupe.relay.sign(draft.id, MemberSignature(3, signature))
    with pytest.raises(QuorumError):
        troupe.relay.sign(draft.id, MemberSignature(2, signature))
    with pytest.raises(UnknownProposal):
        troupe.relay.sign("0x" + "00" * 32, MemberSignature(2, signature))
    with pytest.raises(UnknownProposal):
        troupe.relay.observation_set(bytes(32))
    troupe.sign_all(0, 1)
    assert troupe.reporter.step() == 0, "two signatures are no quorum"


def test_an_agreement_nobody_can_judge_does_not_hold_up_the_others(troupe, observation) -> None:
    judged = troupe.open()
    no_law = troupe.stage.open(1, terms=troupe.terms)
    no_terms = troupe.stage.open(1, law=troupe.law)
    epoch = troupe.end(judged)
    for member in range(4):
        troupe.push(member, epoch, observation(judged), observation(no_law), observation(no_terms), observation(99))
    (draft,) = troupe.relay.propose()
    assert [unpack(word).agreement for word in draft.rows] == [judged]
    assert troupe.relay.propose() == []


@pytest.mark.parametrize(
    ("fault", "passes"),
    [
        (EngineFault("Prolog did not answer"), True),
        (UnknownText("no terms so far"), True),
        (TransactionReverted("UnknownLaw", {}), True),
        (LawLimit("it ran on"), False),
        (BadInput("no terms at all"), False),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, Exception) else "",
)
def test_only_a_fault_of_the_law_or_the_terms_themselves_is_for_good(
    sqlite_troupe, observation, monkeypatch, fault, passes
) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))

    def fail(_: bytes) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(troupe.relay._laws, "law_of", fail)
        assert troupe.relay.propose() == []
    assert troupe.relay.propose() == [], "what failed is not tried again in every round"
    troupe.clock.advance_to(troupe.clock.now_ms() + 30_000)
    assert len(troupe.relay.propose()) == passes


def test_what_the_chain_has_decided_is_not_proposed(troupe, observation) -> None:
    agreement, other = troupe.open(2), troupe.open(2)
    epoch = troupe.end(agreement)
    troupe.stage.report([troupe.stage.row(agreement, 0)])
    troupe.look()
    for member in range(4):
        troupe.push(member, epoch, observation(agreement), observation(other))
    (draft,) = troupe.relay.propose()
    assert [unpack(word).agreement for word in draft.rows] == [other]


def test_after_the_deadline_nothing_is_proposed(troupe, observation) -> None:
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    troupe.stage.move_to(troupe.stage.end_of(agreement, 0) + 60)
    troupe.look()
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))
    assert troupe.relay.propose() == []


def test_old_epochs_are_forgotten_and_newer_ones_kept(troupe, observation) -> None:
    agreement = troupe.open(2)
    assert troupe.report(agreement) == 1
    (first,) = {troupe.relay.observation_set(row).header.epoch for row in sets(troupe)}
    assert troupe.relay.prune(500) == 0
    troupe.stage.mature()
    troupe.report(agreement, 1)
    assert troupe.relay.prune(100) == 4
    assert [troupe.relay.observation_set(row).header.epoch for row in sets(troupe)] == [first + 2]


def sets(troupe) -> list[bytes]:
    from sqlalchemy import select

    from settlement.relay_tables import ProposalRow

    with troupe.store.read() as session:
        return [bytes.fromhex(row[2:]) for row in session.scalars(select(ProposalRow.observation_set))]


def test_a_report_is_mined_and_matures_into_the_claims_of_its_verdict(troupe, observation) -> None:
    from sqlalchemy import select

    agreement = troupe.open(1)
    assert troupe.report(agreement, 0, good=97) == 1
    troupe.stage.mature()
    troupe.look()
    assert troupe.crank.step() == 1
    troupe.look()
    assert troupe.crank.step() == 0
    with troupe.store.read() as session:
        assert session.scalars(select(AcceptanceRow.credit_bps)).one() == 2_500
    assert troupe.stage.pactum.claimable_of(agreement).customer_from_fees == 252
    stage = troupe.stage
    relayed = stage.configuration.digest, stage.token.address, stage.relay.address, [0b1111]
    assert stage.pactum.claimable_of_relay(*relayed) == 5


def test_a_member_that_the_chain_struck_off_has_no_voice_any_more(troupe, observation) -> None:
    """What was proposed with it is given up, what it pushes is refused, and the others go on."""
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    for member in range(4):
        troupe.push(member, epoch, observation(agreement))
    (with_all,) = troupe.relay.propose()
    troupe.sign_all(0, 1, 2)
    troupe.stage.expose(3)
    troupe.look()
    assert troupe.relay.proposals(None, 0) == ()
    (without,) = troupe.relay.propose()
    assert (members_of(with_all.header.observers), members_of(without.header.observers)) == ((0, 1, 2, 3), (0, 1, 2))
    assert troupe.sign_all(0, 1, 2) == 3
    assert troupe.reporter.step() == 1
    later = troupe.open()
    epoch = troupe.end(later)
    with pytest.raises(BadInput, match="member 3 signed two roots"):
        troupe.push(3, epoch, observation(later))
    for member in range(3):
        troupe.push(member, epoch, observation(later))
    assert [members_of(draft.header.observers) for draft in troupe.relay.propose()] == [(0, 1, 2)], "nobody is waited for"
