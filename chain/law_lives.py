"""The lives of laws, folded from the events of LawStone: what stands, what runs in which seat, and what is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chain.event import Event
from chain.law_events import Assented, Broken, Enacted, Proposed, Published
from chain.typed_data import amendment_id
from chain.values import Amendment, LawStatus, Seat
from governance.errors import FatalError


class ForgedAmendment(FatalError):
    """The node told of an amendment that does not hash to its id: the contract cannot have said so."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An amendment that was proposed. ``assented_in`` and ``enacted_in`` are blocks, None where that has not happened."""

    id: bytes
    amendment: Amendment
    proposer: str
    proposed_in: int
    assented_in: int | None = None
    enacted_in: int | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A law took its seat: with this revision, in this block."""

    seat: Seat
    law: bytes
    revision: int
    since_block: int


@dataclass(frozen=True, slots=True)
class LawLives:
    """All that LawStone said so far. A value: ``after`` gives the next. ``enacted`` says for which seats laws were."""

    statuses: Mapping[bytes, LawStatus] = field(default_factory=dict)
    enacted: frozenset[tuple[bytes, Seat]] = frozenset()
    tenures: tuple[Tenure, ...] = ()
    proposals: Mapping[bytes, Proposal] = field(default_factory=dict)

    def after(self, event: Event) -> LawLives:
        """What holds after one more event; those of other contracts change nothing. Raises ForgedAmendment."""
        match event:
            case Published():
                return self._with(event.law, LawStatus.PUBLISHED)
            case Broken():
                return self._with(event.law, LawStatus.BROKEN)
            case Proposed():
                return replace(self, proposals={**self.proposals, event.amendment: _proposed(event)})
            case Assented():
                return self._moved(event.amendment, assented_in=event.block_number)
            case Enacted():
                return self._enacted(event)
        return self

    def running_in(self, seat: Seat) -> Tenure | None:
        """The law that runs in a seat; None before the first."""
        return next((tenure for tenure in reversed(self.tenures) if tenure.seat is seat), None)

    def status_in(self, law: bytes, seat: Seat) -> LawStatus:
        """Where a law stands for one seat: one that is enacted for the other alone is no more than published."""
        status = self.statuses.get(law, LawStatus.NONE)
        elsewhere = status is LawStatus.ENACTED and (law, seat) not in self.enacted
        return LawStatus.PUBLISHED if elsewhere else status

    def is_good(self, proposal: Proposal) -> bool:
        """Whether an amendment could still be enacted: it is of the law that runs now, and its law can take the place."""
        amendment = proposal.amendment
        status = self.status_in(amendment.proposed, amendment.seat)
        running = self.running_in(amendment.seat)
        placeable = status is LawStatus.PUBLISHED or (amendment.takes_seat and status is LawStatus.ENACTED)
        named = amendment.running, amendment.revision
        return placeable and running is not None and (running.law, running.revision) == named and proposal.enacted_in is None

    def awaiting_assent(self) -> list[Proposal]:
        """The amendments that the committee has not assented to and still could, oldest first."""
        return [found for found in self.proposals.values() if found.assented_in is None and self.is_good(found)]

    def _with(self, law: bytes, status: LawStatus) -> LawLives:
        return replace(self, statuses={**self.statuses, law: status})

    def _moved(self, amendment: bytes, **changes: int) -> LawLives:
        found = self.proposals.get(amendment)
        if found is None:
            return self
        return replace(self, proposals={**self.proposals, amendment: replace(found, **changes)})  # type: ignore[arg-type]

    def _enacted(self, event: Enacted) -> LawLives:
        moved = self._moved(event.amendment, enacted_in=event.block_number)
        tenure = (Tenure(event.seat, event.law, event.revision, event.block_number),) if event.takes_seat else ()
        statuses = {**self.statuses, event.law: LawStatus.ENACTED}
        enacted = self.enacted | {(event.law, event.seat)}
        return replace(moved, statuses=statuses, enacted=enacted, tenures=(*self.tenures, *tenure))


def _proposed(event: Proposed) -> Proposal:
    amendment = Amendment(event.seat, event.takes_seat, event.running, event.law, event.revision, event.notice)
    if amendment_id(amendment) != event.amendment:
        message = f"amendment 0x{event.amendment.hex()} does not hash to its id"
        raise ForgedAmendment(message, value=event.amendment, remedy="check the node and the address book")
    return Proposal(event.amendment, amendment, event.proposer, event.block_number)
