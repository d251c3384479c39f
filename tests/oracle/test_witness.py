"""A witness at work: it signs one root per epoch, pushes it, and co-signs only what it derived itself; crashes cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chain.keys import recover_compact
from chain.typed_data import observation_root_digest, report_digest
from governance.clock import ManualClock
from governance.errors import BadInput, SuretyError
from governance.values import Observation, Outcome, Ratio
from oracle.evidence import EvidenceUnavailable
from oracle.relay_client import RelayRefused
from oracle.rows import Equivocation, MemberRefused, RowRefused, SetRefused, epoch_root, verify_member
from oracle.samples import Samples
from oracle.store import ForeignDatabase, SupersetRefused
from oracle.wire import Proposal
from oracle.witness import CosignRefused, Witness

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

END_S = 1_700_002_800 + 3_600
Recorded = Callable[..., Samples]


class Liar(Witness):
    """Says that nothing ever failed."""

    def counted(self, record: Any, period: int) -> Observation | None:
        honest = super().counted(record, period)
        return honest and replace(honest, uptime=Ratio(honest.samples, honest.samples))


class Crash(BaseException):
    """Stands for kill -9."""


def crashing(witness: Witness, name: str) -> Witness:
    """The witness dies as soon as it calls this method of its store or signer."""

    class Dying:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, asked: str) -> Any:
            if asked == name:
                raise Crash(name)
            return getattr(self._inner, asked)

    witness._store = Dying(witness._store)  # type: ignore[assignment]
    witness._signer = Dying(witness._signer)  # type: ignore[assignment]
    return witness


def all_of(committee: Any, relay: Any, clock: ManualClock, samples: Samples) -> list[Witness]:
    return [committee.witness(member, [relay], clock, samples) for member in range(4)]


# observing --------------------------------------------------------------------------------------------------------------------


def test_an_epoch_is_signed_once_it_is_over_for_the_grace(committee: Any, relay: Any, recorded: Recorded) -> None:
    committee.open()
    clock = ManualClock(END_S * 1_000 + 999)
    witness = committee.witness(0, [relay], clock, recorded())
    assert witness.observe_due_epochs() == []
    clock.advance_to(END_S * 1_000 + 1_000)
    assert witness.observe_due_epochs() == [committee.epoch()]
    assert witness.observe_due_epochs() == []


def test_the_root_covers_all_observations_and_is_the_members(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    for number in (1, 2, 3):
        committee.open(number, length_s=1_200)
    witness = committee.witness(2, [relay], clock, recorded())
    witness.observe_due_epochs()
    root = witness._store.root_of(committee.epoch())
    assert root is not None
    seen = witness._store.observations_of(committee.epoch())
    assert [(one.agreement, one.period) for one in seen] == [(a, p) for a in (1, 2, 3) for p in (0, 1, 2)]
    assert root.root == epoch_root(seen)
    digest = observation_root_digest(committee.rules.committee, root.epoch, root.root)
    assert root.signature is not None
    assert recover_compact(digest, root.signature) == committee.members[2].address


def test_an_observation_names_evidence_that_counts_the_same(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    from oracle.evidence import recount

    record = committee.open()
    witness = committee.witness(0, [relay], clock, recorded(errors=[3, 4]))
    witness.observe_due_epochs()
    (seen,) = witness._store.observations_of(committee.epoch())
    counts = recount(witness._evidence.get(seen.evidence), committee.laws.terms_of(record.terms))
    assert counts.observation(1, 0, seen.evidence) == seen
    assert (seen.samples, seen.uptime) == (60, Ratio(58, 60))


def test_who_measured_nothing_says_nothing(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.open()
    witness = committee.witness(0, [relay], clock, recorded(0))
    assert witness.observe_due_epochs() == []
    assert witness.push() == 0
    assert witness._store.root_of(committee.epoch()) is None


def test_every_epoch_that_can_still_be_reported_is_made_up_for(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open(periods=10)
    clock.advance_to((END_S + 4 * 3_600) * 1_000 + 1_000)
    witness = committee.witness(0, [relay], clock, recorded(600))
    assert witness.observe_due_epochs() == [committee.epoch(3), committee.epoch(4)]


def test_agreements_of_other_configurations_are_not_observed(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open()
    others = committee.configure(1, END_S - 3_600, committee.members[1:])
    committee.book.configurations = [replace(committee.configuration, until_s=END_S - 3_600), others]
    assert committee.witness(0, [relay], clock, recorded()).observe_due_epochs() == []
    assert committee.witness(1, [relay], clock, recorded()).observe_due_epochs() == [committee.epoch()]


def test_terms_that_cannot_be_read_do_not_hinder_the_others(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    committee.open(1, terms="no: terms\n")
    committee.open(2)
    witness = committee.witness(0, [relay], clock, recorded())
    witness.observe_due_epochs()
    assert [one.agreement for one in witness._store.observations_of(committee.epoch())] == [2]
    assert "observing agreement 1" in caplog.text


class Stumbling(Witness):
    """Fails to count agreement 1."""

    fault: Exception = KeyError("never thought of")

    def counted(self, record: Any, period: int) -> Observation | None:
        if record.id == 1:
            raise self.fault
        return super().counted(record, period)


def test_an_agreement_that_is_a_riddle_does_not_hinder_the_others(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    for number in (1, 2):
        committee.open(number)
    witness = committee.witness(0, [relay], clock, recorded(), kind=Stumbling)
    assert witness.observe_due_epochs() == [committee.epoch()]
    assert [one.agreement for one in witness._store.observations_of(committee.epoch())] == [2]


def test_an_epoch_waits_for_evidence_that_may_yet_be_written(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    for number in (1, 2):
        committee.open(number)
    witness = committee.witness(0, [relay], clock, recorded(), kind=Stumbling)
    witness.fault = EvidenceUnavailable("the bucket is down")
    with pytest.raises(EvidenceUnavailable):
        witness.observe_due_epochs()
    assert witness._store.root_of(committee.epoch()) is None


def test_another_members_database_is_refused(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.witness(0, [relay], clock, recorded())
    committee.members[0], committee.members[1] = committee.members[1], committee.members[0]
    with pytest.raises(ForeignDatabase):
        committee.witness(0, [relay], clock, recorded())


# pushing ----------------------------------------------------------------------------------------------------------------------


def test_what_is_pushed_verifies_and_is_pushed_once(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.open()
    witness = committee.witness(0, [relay], clock, recorded())
    witness.observe_due_epochs()
    assert (witness.push(), witness.push(), relay.pushes) == (1, 0, 1)
    (signed,) = relay._held[committee.epoch()].values()
    verify_member(signed, committee.configuration, committee.rules.committee)


def test_a_relay_that_was_down_gets_everything_later(
    committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open()
    up, down = new_relay("memory:up"), new_relay("memory:down")
    down.down = True
    witness = committee.witness(0, [down, up], clock, recorded())
    witness.observe_due_epochs()
    assert (witness.push(), up.pushes, down.pushes) == (1, 1, 0)
    down.down = False
    assert (witness.push(), up.pushes, down.pushes) == (1, 1, 1)


class Slow:
    """A relay whose every answer takes its time."""

    def __init__(self, inner: Any, clock: ManualClock, seconds: int) -> None:
        self._inner, self._clock, self._seconds = inner, clock, seconds
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def slowly(*arguments: Any) -> Any:
            self.asked.append(name)
            self._clock.advance_to(self._clock.now_ms() + self._seconds * 1_000)
            return found(*arguments)

        return slowly


def test_a_relay_that_breaks_in_an_unheard_of_way_hinders_no_other(
    committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    committee.open()
    broken, good = new_relay("memory:broken"), new_relay("memory:good")

    def fall(*_: Any) -> Any:
        raise UnicodeError("never thought of")

    witnesses = [committee.witness(member, [broken, good], clock, recorded()) for member in range(4)]
    for name in ("push", "proposals"):
        monkeypatch.setattr(broken, name, fall)
    for witness in witnesses:
        witness.observe_due_epochs()
        assert witness.push() == 1
    assert [witness.pull_and_cosign() for witness in witnesses] == [1, 1, 1, 1]
    monkeypatch.setattr(broken, "proposals", good.proposals)
    monkeypatch.setattr(broken, "sign", fall)
    good.signatures.clear()
    assert [witness.pull_and_cosign() for witness in witnesses] == [1, 1, 1, 1]


def test_a_slow_relay_has_one_turn_in_a_round(committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    for number in range(1, 5):
        committee.open(number)
    relay = Slow(new_relay(), clock, 20)
    witnesses = [committee.witness(member, [relay._inner], clock, recorded()) for member in range(4)]
    for one in witnesses:
        one.observe_due_epochs()
        one.push()
    (whole,) = relay._inner.proposals(committee.configuration.digest, 0)
    witness = committee.witness(0, [relay], clock, recorded())
    each = [committee.propose(*whole.members, only=[(number, 0)]) for number in range(1, 5)]
    relay._inner.proposals = lambda *_: [one for one in each if one.id not in relay._inner.signatures]
    relay.asked.clear()
    assert (witness.pull_and_cosign(), relay.asked) == (1, ["proposals", "sign"])
    assert [witness.pull_and_cosign() for _ in range(4)] == [1, 1, 1, 0], "what is left is for the rounds to come"


def test_a_relay_that_does_not_answer_is_asked_once_in_a_round(
    committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open(periods=2)
    clock.advance_to((END_S + 3_600) * 1_000 + 1_000)
    relay = Slow(new_relay(), clock, 0)
    witness = committee.witness(0, [relay], clock, recorded(120))
    assert len(witness.observe_due_epochs()) == 2
    relay._inner.down = True
    assert (witness.push(), relay.asked) == (0, ["push"])
    relay._inner.down = False
    assert witness.push() == 2


def test_nothing_is_pushed_after_the_report_deadline(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.open()
    witness = committee.witness(0, [relay], clock, recorded())
    witness.observe_due_epochs()
    clock.advance_to((END_S + 7_200 + 3_600) * 1_000)
    assert witness.push() == 0


# co-signing -------------------------------------------------------------------------------------------------------------------


def test_four_witnesses_and_a_relay_make_a_report(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.open(1)
    committee.open(2)
    witnesses = all_of(committee, relay, clock, recorded(errors=range(0, 60, 30)))
    for witness in witnesses:
        witness.observe_due_epochs()
        witness.push()
    assert [witness.pull_and_cosign() for witness in witnesses] == [1, 1, 1, 1]
    assert [witness.pull_and_cosign() for witness in witnesses] == [0, 0, 0, 0]
    ((proposal_id, signatures),) = relay.signatures.items()
    assert sorted(signatures) == [0, 1, 2, 3]
    for member, signature in signatures.items():
        assert recover_compact(bytes.fromhex(proposal_id), signature) == committee.members[member].address


def test_a_liar_is_outvoted_and_signs_what_follows_from_the_set(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open()
    witnesses = [
        committee.witness(member, [relay], clock, recorded(errors=range(10)), kind=Liar if member == 2 else Witness)
        for member in range(4)
    ]
    for witness in witnesses:
        witness.observe_due_epochs()
        witness.push()
    (proposal,) = relay.proposals(committee.configuration.digest, 0)
    assert committee.laws  # the row is that of the honest: 50 of 60
    from chain.row import unpack

    row = unpack(proposal.rows[0])
    assert (row.outcome, row.uptime_ppm) == (Outcome.BREACH, 833_333)
    assert [witness.pull_and_cosign() for witness in witnesses] == [1, 1, 1, 1]


@pytest.fixture
def at_work(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> Witness:
    """Member 0, its observations of one agreement signed and pushed."""
    committee.open()
    witness: Witness = committee.witness(0, [relay], clock, recorded())
    witness.observe_due_epochs()
    witness.push()
    return witness


@pytest.fixture
def honest(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded, at_work: Witness) -> list[Any]:
    """What all four members signed."""
    for member in (1, 2, 3):
        other = committee.witness(member, [relay], clock, recorded())
        other.observe_due_epochs()
        other.push()
    held = relay._held[committee.epoch()]
    return [held[member] for member in range(4)]


def test_a_signature_is_of_the_report_digest(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    proposal = committee.propose(*honest)
    signed = at_work.cosign(proposal)
    digest = report_digest(committee.rules.pactum, proposal.header, proposal.rows)
    assert (signed.member, recover_compact(digest, signed.signature)) == (0, committee.members[0].address)


@pytest.mark.parametrize("bit", [0, 40, 80, 96, 120, 125, 130])
def test_an_altered_row_is_not_signed(committee: Any, at_work: Witness, honest: list[Any], bit: int) -> None:
    proposal = committee.propose(*honest)
    with pytest.raises((CosignRefused, RowRefused, BadInput)):
        at_work.cosign(replace(proposal, rows=(proposal.rows[0] ^ 1 << bit,)))


def test_doubled_and_missing_rows_are_not_signed(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    proposal = committee.propose(*honest)
    for rows in ((), proposal.rows * 2):
        with pytest.raises(CosignRefused):
            at_work.cosign(replace(proposal, rows=rows))


def test_rows_out_of_order_are_not_signed(committee: Any, relay: Any, clock: ManualClock, recorded: Recorded) -> None:
    committee.open(1)
    committee.open(2)
    witnesses = all_of(committee, relay, clock, recorded())
    for witness in witnesses:
        witness.observe_due_epochs()
        witness.push()
    proposal = committee.propose(*(relay._held[committee.epoch()][member] for member in range(4)))
    with pytest.raises(CosignRefused, match="not what follows"):
        witnesses[0].cosign(replace(proposal, rows=proposal.rows[::-1]))
    witnesses[0].cosign(proposal)


@pytest.mark.parametrize("change", [{"observation_set": b"x" * 32}, {"observers": 0b0111}, {"observers": 0b11111}])
def test_a_header_that_does_not_name_the_set_is_not_signed(
    committee: Any, at_work: Witness, honest: list[Any], change: dict[str, Any]
) -> None:
    proposal = committee.propose(*honest)
    with pytest.raises(CosignRefused, match="header"):
        at_work.cosign(replace(proposal, header=replace(proposal.header, **change)))


def test_another_epoch_or_configuration_is_not_signed(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    proposal = committee.propose(*honest)
    for change in ({"epoch": committee.epoch() + 1}, {"configuration": b"x" * 32}):
        with pytest.raises(SuretyError, match=r"epoch|configuration"):
            at_work.cosign(replace(proposal, header=replace(proposal.header, **change)))


def test_a_set_without_its_own_observation_is_not_signed(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    with pytest.raises(CosignRefused, match="own observations"):
        at_work.cosign(committee.propose(*honest[1:]))


def test_a_set_with_another_observation_in_its_name_is_not_signed(
    committee: Any, at_work: Witness, honest: list[Any], seen: Callable[..., Observation]
) -> None:
    forged = committee.sign(0, [seen(ok=1)])  # as if its key had signed elsewhere
    with pytest.raises(CosignRefused, match="own observations"):
        at_work.cosign(committee.propose(forged, *honest[1:]))


def test_a_set_that_does_not_verify_is_not_signed(
    committee: Any, at_work: Witness, honest: list[Any], seen: Callable[..., Observation]
) -> None:
    proposal = committee.propose(*honest)
    forged = replace(honest[3], observations=(seen(ok=1),))
    with pytest.raises(MemberRefused):
        at_work.cosign(replace(proposal, members=(*honest[:3], forged)))


def test_after_one_set_only_a_superset_is_signed(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    at_work.cosign(committee.propose(*honest[:3]))
    with pytest.raises(SupersetRefused):
        at_work.cosign(committee.propose(honest[0], honest[1], honest[3]))
    at_work.cosign(committee.propose(*honest))
    with pytest.raises(SupersetRefused):
        at_work.cosign(committee.propose(honest[0], honest[2], honest[3]))


def test_the_same_proposal_gets_the_same_signature(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    proposal = committee.propose(*honest)
    assert at_work.cosign(proposal) == at_work.cosign(proposal)


def test_two_relays_with_the_same_set_do_not_split_the_votes(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    at_work.cosign(committee.propose(*honest))
    at_work.cosign(committee.propose(*honest, payee="0x" + "88" * 20))


def test_an_equivocator_is_caught_by_two_sets(
    committee: Any, at_work: Witness, honest: list[Any], seen: Callable[..., Observation]
) -> None:
    lie = committee.sign(3, [seen(ok=1)])
    at_work.cosign(committee.propose(*honest))
    for members in ([*honest[:3], lie], honest):
        with pytest.raises(CosignRefused, match=r"members \[3\] signed two roots"):
            at_work.cosign(committee.propose(*members))
    at_work.cosign(committee.propose(*honest[:3]))
    (proof,) = at_work.equivocations(committee.configuration.digest, committee.epoch())
    assert proof.holds(committee.configuration, committee.rules.committee)


def test_an_equivocator_is_dropped_on_a_proof_and_on_no_less(
    committee: Any, at_work: Witness, honest: list[Any], seen: Callable[..., Observation]
) -> None:
    at_work.cosign(committee.propose(*honest))
    lie = committee.sign(3, [seen(ok=1)])
    roots = ((honest[3].root, honest[3].signature), (lie.root, lie.signature))
    framed = Equivocation(2, committee.epoch(), roots)
    other = [honest[0], honest[1], honest[3]]
    with pytest.raises(SupersetRefused):
        at_work.cosign(committee.propose(*other, equivocations=(framed,)))
    at_work.cosign(committee.propose(*honest[:3], equivocations=(Equivocation(3, committee.epoch(), roots),)))


def test_a_member_that_the_chain_struck_off_is_left_out_for_a_smaller_set(
    committee: Any, at_work: Witness, honest: list[Any]
) -> None:
    """Its proof may be of another epoch: nothing but the chain says that it does not count."""
    at_work.cosign(committee.propose(*honest))
    smaller, larger = committee.propose(*honest[:3]), committee.propose(*honest, payee="0x" + "88" * 20)
    with pytest.raises(SupersetRefused):
        at_work.cosign(smaller)
    committee.deactivate(3)
    with pytest.raises(SetRefused, match="member 3 does not count any more"):
        at_work.cosign(larger)
    at_work.cosign(smaller)


def test_a_member_that_was_struck_off_observes_no_more(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open()
    committee.deactivate(2)
    witness = committee.witness(2, [relay], clock, recorded())
    assert (witness.observe_due_epochs(), witness.push()) == ([], 0)


def test_signed_sets_are_kept_to_be_served(committee: Any, at_work: Witness, honest: list[Any]) -> None:
    from oracle.wire import load_proposal, parse

    proposal = committee.propose(*honest)
    at_work.cosign(proposal)
    (kept,) = at_work._store.proposals_of_set(proposal.header.observation_set)
    assert load_proposal(parse(kept, "kept")) == proposal


def test_a_relay_that_proposes_nonsense_is_told_once_and_hinders_nobody(
    committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    committee.open()
    bad, good = new_relay("memory:bad"), new_relay("memory:good")
    witnesses = [committee.witness(member, [bad, good], clock, recorded()) for member in range(4)]
    for witness in witnesses:
        witness.observe_due_epochs()
        witness.push()
    (proposal,) = good.proposals(committee.configuration.digest, 0)
    bad.proposals = lambda *_: [replace(proposal, id="bad", rows=(proposal.rows[0] ^ 1,)) for _ in range(3)]
    assert witnesses[0].pull_and_cosign() == 1
    witnesses[0].pull_and_cosign()
    assert caplog.text.count("proposal bad is not signed") == 1
    assert "bad" not in bad.signatures


# forwarding -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def divided(committee: Any, new_relay: Any, clock: ManualClock, recorded: Recorded) -> tuple[Any, Any, list[Witness]]:
    """Two relays, of which one lacks member 2 and the other member 3, and four members that pushed."""
    committee.open()
    relays = left, right = [new_relay(f"memory:{side}", payee=f"0x{side * 20}", patience=3) for side in ("88", "99")]
    known = [[left, right], [right, left], [right], [left]]
    witnesses = [committee.witness(member, known[member], clock, recorded()) for member in range(4)]
    for witness in witnesses:
        witness.observe_due_epochs()
        witness.push()
    assert [sorted(relay._held[committee.epoch()]) for relay in relays] == [[0, 1, 3], [0, 1, 2]]
    return left, right, witnesses


def test_relays_that_hold_different_members_do_not_split_the_votes(
    committee: Any, divided: tuple[Any, Any, list[Witness]]
) -> None:
    left, right, witnesses = divided
    for _ in range(2):
        for witness in witnesses:
            witness.pull_and_cosign()
    most = max(len(signatures) for relay in (left, right) for signatures in relay.signatures.values())
    assert most >= committee.configuration.quorum


def test_a_relay_is_handed_what_it_lacks_once_and_nothing_that_it_shows(
    committee: Any, divided: tuple[Any, Any, list[Witness]]
) -> None:
    left, right, witnesses = divided
    for _ in range(3):
        witnesses[0].pull_and_cosign()
    assert [sorted(relay._held[committee.epoch()]) for relay in (left, right)] == [[0, 1, 2, 3]] * 2
    assert (left.pushes, right.pushes) == (4, 4)


def test_a_single_relay_is_handed_nothing(relay: Any, honest: list[Any], at_work: Witness) -> None:
    assert at_work.pull_and_cosign() == 1
    assert relay.pushes == len(honest)


def test_what_was_heard_is_handed_on_after_a_crash(
    committee: Any, divided: tuple[Any, Any, list[Witness]], clock: ManualClock, recorded: Recorded
) -> None:
    left, right, witnesses = divided
    right.down = True
    assert witnesses[0].pull_and_cosign() == 1
    assert left.proposals(committee.configuration.digest, 0) == [], "nobody shows member 3 to this witness again"
    right.down = False
    restarted = committee.witness(0, [left, right], clock, recorded())
    restarted.push()
    restarted.pull_and_cosign()
    assert sorted(right._held[committee.epoch()]) == [0, 1, 2, 3]


def test_a_relay_that_refuses_what_is_handed_on_is_not_asked_again(
    divided: tuple[Any, Any, list[Witness]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, right, witnesses = divided
    asked = []

    def refuse(submission: Any) -> None:
        asked.append(submission.signed.member)
        raise RelayRefused("no room")

    monkeypatch.setattr(right, "push", refuse)
    for _ in range(3):
        witnesses[0].pull_and_cosign()
    assert asked == [3]


def test_two_roots_of_an_equivocator_are_handed_on_and_no_more(
    committee: Any, at_work: Witness, honest: list[Any], seen: Callable[..., Observation]
) -> None:
    lies = [committee.sign(3, [seen(ok=ok)]) for ok in range(3)]
    for last in (honest[3], *lies):
        with suppress(CosignRefused):
            at_work.cosign(committee.propose(*honest[:3], last))
    heard = [key for key in at_work._store.heard.since(0) if key[2] == 3]
    assert {root for *_, root in heard} == {honest[3].root, lies[0].root}


def test_what_was_heard_is_forgotten_when_no_report_can_rest_on_it(
    divided: tuple[Any, Any, list[Witness]], clock: ManualClock
) -> None:
    witness = divided[2][0]
    witness.pull_and_cosign()
    assert witness._store.heard.since(0)
    clock.advance_to((END_S + 7_200 + 3_600) * 1_000)
    witness.push()
    assert not witness._store.heard.since(0)


# crashing ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["commit_root", "sign_compact", "sign_root"])
def test_a_crash_while_observing_leads_to_the_one_root_that_was_committed(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded, point: str
) -> None:
    committee.open()
    with pytest.raises(Crash):
        crashing(committee.witness(0, [relay], clock, recorded()), point).observe_due_epochs()
    committed = committee.witness(0, [relay], clock, recorded())._store.root_of(committee.epoch())
    restarted = committee.witness(0, [relay], clock, recorded(errors=[5]))  # more came in meanwhile
    assert restarted.observe_due_epochs() == [committee.epoch()]
    root = restarted._store.root_of(committee.epoch())
    assert root is not None
    assert root.signature is not None
    assert committed is None or committed.root == root.root
    assert (committed is None) == (point == "commit_root")
    assert restarted.push() == 1


@pytest.mark.parametrize("point", ["log_report", "sign_compact", "sign_report"])
def test_a_crash_while_cosigning_leads_to_the_same_signature(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded, at_work: Witness, honest: list[Any], point: str
) -> None:
    proposal: Proposal = committee.propose(*honest)
    with pytest.raises(Crash):
        crashing(at_work, point).cosign(proposal)
    restarted = committee.witness(0, [relay], clock, recorded())
    smaller = committee.propose(*honest[:3])
    if point == "log_report":
        restarted.cosign(smaller)
    else:
        with pytest.raises(SupersetRefused):
            restarted.cosign(smaller)
    assert restarted.cosign(proposal).signature == committee.members[0].sign_compact(
        report_digest(committee.rules.pactum, proposal.header, proposal.rows)
    )


def test_a_restart_after_observing_pushes_and_cosigns_on(
    committee: Any, relay: Any, clock: ManualClock, recorded: Recorded
) -> None:
    committee.open()
    for member in range(4):
        committee.witness(member, [relay], clock, recorded()).observe_due_epochs()
    for member in range(4):
        committee.witness(member, [relay], clock, recorded()).push()
    assert [committee.witness(member, [relay], clock, recorded()).pull_and_cosign() for member in range(4)] == [1] * 4
