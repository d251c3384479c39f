"""What an oracle tells of running periods: signed, of slots that have ended, and never too often."""

from __future__ import annotations

import pytest

from chain.keys import recover_compact
from governance.clock import ManualClock
from governance.values import Ratio
from oracle.interim import SignedInterim, interim_digest
from oracle.ports import RecordedSamples
from oracle.samples import Samples
from oracle.teller import Teller

GRACE_MS = 1_000
MEMBER = 1
SLOT_S = 300


class Listener:
    url = "memory:listener"

    def __init__(self) -> None:
        self.told: list[tuple[int, SignedInterim]] = []

    def tell(self, member: int, signed: list[SignedInterim]) -> None:
        self.told += [(member, one) for one in signed]


@pytest.fixture
def teller(committee):
    record = committee.open()
    start_ms = record.calendar.bounds(0)[0] * 1_000
    clock = ManualClock(start_ms)

    def build(samples: Samples) -> tuple[Teller, ManualClock, int]:
        signer = committee.members[MEMBER]
        return Teller(signer, committee.rules, committee.book, RecordedSamples(samples), clock, 5_000), clock, start_ms

    return build


def test_interim_counts_are_of_the_slots_that_have_ended_and_are_signed(committee, teller, recorded):
    told = Listener()
    one, clock, start_ms = teller(recorded(60, errors=[0]))
    clock.advance_to(start_ms + int(2.5 * SLOT_S) * 1_000)
    assert one.tell([told], GRACE_MS) == 1
    ((member, signed),) = told.told
    counts = signed.counts
    assert member == MEMBER
    assert (
        recover_compact(interim_digest(committee.rules.committee, counts), signed.signature) == committee.members[MEMBER].address
    )
    assert (counts.agreement, counts.period) == (1, 0)
    assert counts.samples == 2 * SLOT_S // 60
    assert counts.coverage == Ratio(2, 2)
    assert counts.uptime.numerator < counts.uptime.denominator


def test_nothing_is_told_before_the_first_slot_has_ended(teller, recorded):
    told = Listener()
    one, clock, start_ms = teller(recorded())
    clock.advance_to(start_ms + SLOT_S * 1_000)
    assert one.tell([told], GRACE_MS) == 0
    clock.advance_to(start_ms + SLOT_S * 1_000 + 5_000 + GRACE_MS)
    assert one.tell([told], GRACE_MS) == 1


def test_nothing_is_told_again_before_it_is_time(teller, recorded):
    one, clock, start_ms = teller(recorded())
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000)
    assert one.tell([Listener()], GRACE_MS) == 1
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000 + 4_999)
    assert one.tell([Listener()], GRACE_MS) == 0
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000 + 5_000)
    assert one.tell([Listener()], GRACE_MS) == 1


def test_where_nothing_was_counted_nothing_is_told(teller, recorded):
    one, clock, start_ms = teller(recorded(0))
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000)
    assert one.tell([Listener()], GRACE_MS) == 0


def test_terms_that_cannot_be_read_silence_their_own_agreement_alone(committee, teller, recorded):
    committee.open(2, terms="kind: nonsense")
    one, clock, start_ms = teller(recorded())
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000)
    assert one.tell([Listener()], GRACE_MS) == 1


def test_a_listener_that_breaks_does_not_keep_the_others_from_being_told(teller, recorded):
    class Broken(Listener):
        def tell(self, member: int, signed: list[SignedInterim]) -> None:
            raise KeyError("never thought of")

    told = Listener()
    one, clock, start_ms = teller(recorded())
    clock.advance_to(start_ms + 3 * SLOT_S * 1_000)
    assert one.tell([Broken(), told], GRACE_MS) == 1
    assert len(told.told) == 1
