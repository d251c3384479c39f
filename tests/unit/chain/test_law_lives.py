"""The lives of laws, from the events of LawStone: what runs, what is proposed, and what is void."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from chain.law_events import Assented, Broken, Enacted, Proposed, Published
from chain.law_lives import ForgedAmendment, LawLives
from chain.typed_data import amendment_id
from chain.values import Amendment, LawStatus, Seat

FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))
SOMEBODY = "0x" + "11" * 20
_blocks = count(1)


def at() -> tuple[str, int, bytes, bytes, int]:
    return SOMEBODY, next(_blocks), bytes(32), bytes(32), 0


def amendment(law: bytes, running: bytes = FIRST, revision: int = 1, **changes: Any) -> Amendment:
    named: dict[str, Any] = {"seat": Seat.SETTLEMENT, "takes_seat": True, "notice": 0} | changes
    return Amendment(running=running, proposed=law, revision=revision, **named)


def proposed(of: Amendment) -> Proposed:
    named = of.seat, of.takes_seat, of.running, of.revision, of.notice
    return Proposed(*at(), amendment_id(of), of.proposed, *named, SOMEBODY)


def enacted(of: Amendment) -> Enacted:
    return Enacted(*at(), of.proposed, of.seat, of.takes_seat, of.revision + of.takes_seat, amendment_id(of))


def told(*events: Any, lives: LawLives | None = None) -> LawLives:
    found = lives or LawLives()
    for event in events:
        found = found.after(event)
    return found


@pytest.fixture
def founded() -> LawLives:
    """Three laws, of which the first runs settlement."""
    texts = [Published(*at(), law, SOMEBODY, 10) for law in (FIRST, SECOND, THIRD)]
    return told(*texts, Enacted(*at(), FIRST, Seat.SETTLEMENT, True, 1, bytes(32)))


def test_a_law_that_took_a_seat_runs_until_another_does(founded: LawLives):
    assert founded.running_in(Seat.ROUTING) is None
    running = founded.running_in(Seat.SETTLEMENT)
    assert running is not None
    assert (running.law, running.revision) == (FIRST, 1)
    assert founded.statuses == {FIRST: LawStatus.ENACTED, SECOND: LawStatus.PUBLISHED, THIRD: LawStatus.PUBLISHED}
    change = amendment(SECOND)
    after = told(proposed(change), Assented(*at(), amendment_id(change), bytes(32), 7), enacted(change), lives=founded)
    running = after.running_in(Seat.SETTLEMENT)
    assert running is not None
    assert (running.law, running.revision) == (SECOND, 2)
    assert after.statuses[FIRST] is LawStatus.ENACTED
    assert [tenure.law for tenure in after.tenures] == [FIRST, SECOND]
    assert founded.running_in(Seat.SETTLEMENT) != running  # a value: what was read stays as it was


def test_an_amendment_awaits_the_committee_until_it_assents(founded: LawLives):
    change, other = amendment(SECOND), amendment(THIRD, notice=5)
    lives = told(proposed(change), proposed(other), lives=founded)
    assert [found.amendment for found in lives.awaiting_assent()] == [change, other]
    lives = told(Assented(*at(), amendment_id(change), bytes(32), 7), lives=lives)
    assert [found.amendment for found in lives.awaiting_assent()] == [other]
    assert lives.is_good(lives.proposals[amendment_id(change)])


def test_all_amendments_of_a_law_are_void_once_another_took_its_seat(founded: LawLives):
    change, other = amendment(SECOND), amendment(THIRD)
    lives = told(proposed(change), proposed(other), enacted(change), lives=founded)
    assert lives.awaiting_assent() == []
    assert not lives.is_good(lives.proposals[amendment_id(other)])
    back = amendment(FIRST, SECOND, 2)
    lives = told(proposed(back), enacted(back), lives=lives)
    assert not lives.is_good(lives.proposals[amendment_id(other)])  # the first law runs again, with another revision


def test_a_law_beside_leaves_the_amendments_of_the_running_one_good(founded: LawLives):
    beside, other = amendment(SECOND, takes_seat=False), amendment(THIRD)
    lives = told(proposed(beside), proposed(other), enacted(beside), lives=founded)
    assert [found.amendment for found in lives.awaiting_assent()] == [other]
    assert lives.statuses[SECOND] is LawStatus.ENACTED


def test_a_broken_law_is_not_awaited_and_keeps_its_seat(founded: LawLives):
    change = amendment(SECOND, takes_seat=True)
    lives = told(proposed(change), Broken(*at(), SECOND), lives=founded)
    assert lives.awaiting_assent() == []
    lives = told(proposed(amendment(THIRD)), Broken(*at(), FIRST), lives=lives)
    running = lives.running_in(Seat.SETTLEMENT)
    assert running is not None
    assert running.law == FIRST
    assert [found.amendment.proposed for found in lives.awaiting_assent()] == [THIRD]


def test_an_amendment_that_does_not_hash_to_its_id_is_forged(founded: LawLives):
    event = proposed(amendment(SECOND))
    forged = Proposed(*at(), event.amendment, event.law, Seat.ROUTING, True, FIRST, 1, 0, SOMEBODY)
    with pytest.raises(ForgedAmendment, match="does not hash"):
        founded.after(forged)


def test_a_law_that_is_enacted_for_one_seat_is_not_for_the_other(founded: LawLives):
    routing = Enacted(*at(), THIRD, Seat.ROUTING, True, 1, bytes(32))
    beside = amendment(THIRD, takes_seat=False)
    lives = told(routing, proposed(beside), lives=founded)
    assert lives.status_in(THIRD, Seat.ROUTING) is LawStatus.ENACTED
    assert lives.status_in(THIRD, Seat.SETTLEMENT) is LawStatus.PUBLISHED
    assert lives.status_in(b"\4" * 32, Seat.SETTLEMENT) is LawStatus.NONE
    assert [found.amendment for found in lives.awaiting_assent()] == [beside]
    assert told(enacted(beside), lives=lives).status_in(THIRD, Seat.SETTLEMENT) is LawStatus.ENACTED
    assert told(Broken(*at(), THIRD), lives=lives).status_in(THIRD, Seat.SETTLEMENT) is LawStatus.BROKEN
