"""An oracle's judgement of amendments: it signs where both laws agree, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chain.keys import recover_compact
from chain.law_lives import LawLives, Proposal, Tenure
from chain.node import NodeUnavailable
from chain.typed_data import Domain, amendment_id, assent_digest
from chain.values import Amendment, LawStatus, Seat, member_bit
from governance.clock import ManualClock
from oracle.assenter import JUDGED_AT_ONCE, Assenter
from oracle.relay_client import RelayUnavailable
from oracle.wire import AssentSignature

STONE = Domain(31_337, "0x" + "33" * 20)
NOW_MS = 1_700_003_000_000
SETTLES = "decide(case(_, _, _, _, _), met, [always]).\n"
PERMITS = SETTLES + "permit_amendment(A) :- amendment_notice_s(A, S), S >= 60.\n"
ACCEPTS = SETTLES + "accept_establishment(_).\n"


@dataclass
class Collector:
    """A relay that keeps assents, and may be down."""

    url: str = "memory:relay"
    down: bool = False
    asked: int = 0
    given: list[tuple[bytes, AssentSignature]] = field(default_factory=list)

    def assent(self, amendment: bytes, signature: AssentSignature) -> None:
        self.asked += 1
        if self.down:
            raise RelayUnavailable("the relay is down")
        self.given.append((amendment, signature))


class Bench:
    """A committee's book, with the lives of laws beside it."""

    def __init__(self, committee: Any) -> None:
        self.committee = committee
        self.state = LawLives()
        self.read: list[bytes] = []
        self.away = False
        self.unreadable: set[bytes] = set()

    def lives(self) -> LawLives:
        return self.state

    def configuration_at(self, time_s: int) -> Any:
        return self.committee.book.configuration_at(time_s)

    def terms_text(self, terms: bytes) -> str:
        raise AssertionError(terms)

    def law_text(self, law: bytes) -> str:
        if self.away or law in self.unreadable:
            raise NodeUnavailable("no node")
        self.read.append(law)
        return str(self.committee.book.law_text(law))

    def run(self, text: str, seat: Seat = Seat.SETTLEMENT) -> bytes:
        """Lets a law run in a seat."""
        law: bytes = self.committee.publish(text)
        before = self.state.running_in(seat)
        tenure = Tenure(seat, law, before.revision + 1 if before else 1, 1)
        statuses = {**self.state.statuses, law: LawStatus.ENACTED}
        self.state = replace(self.state, statuses=statuses, tenures=(*self.state.tenures, tenure))
        return law

    def propose(self, text: str, seat: Seat = Seat.SETTLEMENT, *, takes_seat: bool = True, notice_s: int = 60) -> bytes:
        """Proposes a law; the amendment's id."""
        law = self.committee.publish(text)
        running = self.state.running_in(seat)
        assert running is not None
        amendment = Amendment(seat, takes_seat, running.law, law, running.revision, notice_s)
        key = amendment_id(amendment)
        proposals = {**self.state.proposals, key: Proposal(key, amendment, "0x" + "44" * 20, 2)}
        statuses = {law: LawStatus.PUBLISHED, **self.state.statuses}
        self.state = replace(self.state, statuses=statuses, proposals=proposals)
        return key


@pytest.fixture
def bench(committee) -> Bench:
    made = Bench(committee)
    made.run(PERMITS)
    return made


@pytest.fixture
def relay() -> Collector:
    return Collector()


@pytest.fixture
def assenter(committee, bench, relay) -> Callable[..., Assenter]:
    def build(member: int = 1, *relays: Collector) -> Assenter:
        return Assenter(committee.members[member], STONE, bench, relays or (relay,), ManualClock(NOW_MS))

    return build


def test_a_member_signs_what_both_laws_agree_to(committee, bench, relay, assenter):
    amendment = bench.propose(ACCEPTS)
    assert assenter().judge_and_sign() == 1
    ((signed, given),) = relay.given
    assert signed == amendment
    assert (given.configuration, given.member) == (committee.configuration.digest, 1)
    assert recover_compact(assent_digest(STONE, amendment), given.signature) == committee.members[1].address


@pytest.mark.parametrize(
    ("running", "proposed", "notice_s"),
    [
        (PERMITS, ACCEPTS, 59),
        (PERMITS, SETTLES, 60),
        (SETTLES, ACCEPTS, 60),
        (PERMITS, SETTLES + "accept_establishment(A) :- accept_establishment(A).\n", 60),
        (PERMITS, SETTLES + "accept_establishment(A) :- amendment_seat(A, S), X is S, X > 0.\n", 60),
        (SETTLES + "permit_amendment(A) :- permit_amendment(A).\n", ACCEPTS, 60),
        (PERMITS, "accept_establishment(_).\n", 60),
        (PERMITS, "route_inference(_, _).\naccept_establishment(_).\n", 60),
        (PERMITS, "this is no law", 60),
    ],
    ids=[
        "the running law asks for more notice",
        "the proposed law does not say",
        "the running law does not say",
        "the proposed law loops",
        "the proposed law fails",
        "the running law loops",
        "the proposed law settles nothing",
        "the proposed law routes",
        "the proposed text is no law",
    ],
)
def test_whatever_is_no_yes_of_both_is_not_signed(bench, relay, assenter, running: str, proposed: str, notice_s: int):
    bench.run(running)
    bench.propose(proposed, notice_s=notice_s)
    one = assenter()
    assert one.judge_and_sign() == 0
    assert one.judge_and_sign() == 0
    assert relay.given == []


def test_the_law_that_routes_is_asked_about_routing(bench, relay, assenter):
    permits = "permit_amendment(A) :- amendment_seat(A, routing), amendment_place(A, seat).\n"
    bench.run(f"route_inference(_, _).\n{permits}", Seat.ROUTING)
    successor = "route_inference(_, _) :- fail.\naccept_establishment(A) :- amendment_seat(A, routing).\n"
    amendment = bench.propose(successor, Seat.ROUTING)
    bench.propose(successor, Seat.ROUTING, takes_seat=False)
    assert assenter().judge_and_sign() == 1
    assert [signed for signed, _ in relay.given] == [amendment]


def test_an_assent_is_handed_in_once_to_every_relay_and_again_where_it_was_not_taken(bench, assenter):
    up, down = Collector("memory:up"), Collector("memory:down", down=True)
    bench.propose(ACCEPTS)
    one = assenter(1, up, down)
    assert (one.judge_and_sign(), one.judge_and_sign()) == (1, 0)
    down.down = False
    assert (one.judge_and_sign(), one.judge_and_sign()) == (1, 0)
    assert up.given == down.given
    assert len(up.given) == 1


def test_a_relay_that_does_not_answer_is_tried_once_in_a_round(bench, assenter):
    up, down = Collector("memory:up"), Collector("memory:down", down=True)
    for notice_s in (60, 61, 62):
        bench.propose(ACCEPTS, notice_s=notice_s)
    one = assenter(1, down, up)
    assert one.judge_and_sign() == 3
    assert (down.asked, len(up.given)) == (1, 3)
    down.down = False
    assert one.judge_and_sign() == 3
    assert down.given == up.given


def test_a_law_that_cannot_be_read_now_is_judged_later(bench, relay, assenter):
    bench.propose(ACCEPTS)
    bench.away = True
    one = assenter()
    assert one.judge_and_sign() == 0
    bench.away = False
    assert one.judge_and_sign() == 1


def test_laws_that_cannot_be_judged_keep_no_other_waiting(bench, relay, assenter):
    unreadable = [bench.committee.publish(f"{ACCEPTS}% {number}\n") for number in range(JUDGED_AT_ONCE)]
    for law in unreadable:
        bench.propose(bench.committee.book.texts[law])
    amendment = bench.propose(ACCEPTS)
    bench.unreadable = set(unreadable)
    one = assenter()
    assert one.judge_and_sign() == 0
    assert one.judge_and_sign() == 1
    assert [signed for signed, _ in relay.given] == [amendment]


def test_an_amendment_is_judged_once_and_few_are_in_a_round(bench, relay, assenter):
    laws = [f"{ACCEPTS}% {number}\n" for number in range(JUDGED_AT_ONCE + 1)]
    amendments = [bench.propose(text) for text in laws]
    one = assenter()
    assert one.judge_and_sign() == JUDGED_AT_ONCE
    assert one.judge_and_sign() == 1
    read = len(bench.read)
    assert one.judge_and_sign() == 0
    assert len(bench.read) == read
    assert [signed for signed, _ in relay.given] == amendments


def test_what_was_assented_to_or_is_void_is_left_alone(bench, relay, assenter):
    amendment = bench.propose(ACCEPTS)
    done = replace(bench.state.proposals[amendment], assented_in=3)
    bench.state = replace(bench.state, proposals={amendment: done})
    assert assenter().judge_and_sign() == 0
    bench.propose(ACCEPTS + "% another\n")
    bench.run(PERMITS + "% a later one\n")
    assert assenter().judge_and_sign() == 0
    assert relay.given == []


def test_only_members_that_count_and_serve_now_sign(committee, bench, relay, assenter):
    bench.propose(ACCEPTS)
    later = committee.configure(1, NOW_MS // 1_000 + 100, committee.members)
    former = replace(committee.configuration, active=committee.configuration.active & ~member_bit(1))
    committee.book.configurations = [former, later]
    assert assenter().judge_and_sign() == 0
    committee.book.configurations = [later]
    assert assenter(2).judge_and_sign() == 0
    assert relay.given == []


def test_a_new_committee_signs_for_itself(committee, bench, relay, assenter):
    amendment = bench.propose(ACCEPTS)
    one = assenter()
    assert one.judge_and_sign() == 1
    following = committee.configure(1, NOW_MS // 1_000, [committee.members[number] for number in (1, 0, 2, 3)])
    committee.book.configurations = [following]
    assert one.judge_and_sign() == 1
    assert [(signed, given.member) for signed, given in relay.given] == [(amendment, 1), (amendment, 0)]
    assert relay.given[1][1].configuration == following.digest
