"""An oracle's part in amendments: it asks both laws itself, and signs only where both agree.

The running law has to permit the amendment, the proposed law to accept it. What cannot be read or loaded, fails or does not end
is no consent. Anybody may propose, so few are judged in one round.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from chain.keys import Signer
from chain.law_lives import LawLives, Proposal
from chain.typed_data import Domain, assent_digest
from chain.values import Amendment, Configuration, Seat
from governance.amendment import AmendmentFacts, accepts, permits
from governance.clock import Clock
from governance.errors import BadInput, RetryableError
from governance.law import LawFault
from oracle.laws import Laws
from oracle.rows import inactive_members
from oracle.troubles import Troubles
from oracle.wire import AssentSignature

JUDGED_AT_ONCE = 4

log = logging.getLogger(__name__)


class Constitution(Protocol):
    """What is read of the chain; the docket is one."""

    def lives(self) -> LawLives:
        """The lives of all laws."""
        ...

    def configuration_at(self, time_s: int) -> Configuration | None:
        """The configuration in force at a time; None before the first."""
        ...

    def terms_text(self, terms: bytes) -> str:
        """The terms document of an id."""
        ...

    def law_text(self, law: bytes) -> str:
        """The program of a law."""
        ...


class AssentRelay(Protocol):
    """Who collects assents; a relay's client is one."""

    @property
    def url(self) -> str:
        """Its address, which names it."""
        ...

    def assent(self, amendment: bytes, signature: AssentSignature) -> None:
        """Hands in a member's assent."""
        ...


class Assenter:
    """One member's judgement of amendments. To be used from one thread."""

    def __init__(
        self, signer: Signer, law_stone: Domain, chain: Constitution, relays: Sequence[AssentRelay], clock: Clock
    ) -> None:
        self._signer = signer
        self._law_stone = law_stone
        self._chain = chain
        self._relays = tuple(relays)
        self._clock = clock
        self._laws = Laws(chain)
        self._verdicts: dict[bytes, bool] = {}
        self._tries: dict[bytes, int] = {}  # of those that have no verdict yet
        self._given: set[tuple[str, bytes, bytes]] = set()  # relay, amendment, configuration
        self._troubles = Troubles(log)

    def judge_and_sign(self) -> int:
        """Judges what is proposed, oldest first, and hands what both laws agree to to every relay; how many relays took one.

        An amendment is judged once. A relay that did not take an assent is given it again in the next round.
        """
        waiting = self._chain.lives().awaiting_assent()
        self._forget({proposal.id for proposal in waiting})
        configuration = self._mine()
        if configuration is None:
            return 0
        for proposal in self._next(waiting):
            self._troubles.attempt("judging an amendment", partial(self._judge, proposal))
        agreed = [proposal for proposal in waiting if self._verdicts.get(proposal.id)]
        return sum(self._hand_in_all(relay, agreed, configuration) for relay in self._relays)

    def agrees(self, amendment: Amendment) -> bool:
        """Whether both laws agree. Raises EngineFault and what reading the chain raises: then nothing is known."""
        facts = facts_of(amendment)
        read = self._laws.routing_law_of if amendment.seat is Seat.ROUTING else self._laws.law_of
        try:
            answers = permits(read(amendment.running), facts), accepts(read(amendment.proposed), facts)
        except (LawFault, BadInput) as error:
            log.warning("amendment of law %s: no consent: %s", facts.running, error)
            return False
        for answer in answers:
            if not answer.agrees:
                log.info("amendment of law %s: no consent: %s", facts.running, answer.why)
        return all(answer.agrees for answer in answers)

    def _next(self, waiting: Sequence[Proposal]) -> list[Proposal]:
        """Those to be judged now. One that could not be judged goes to the end: it must not keep the others waiting."""
        unjudged = [proposal for proposal in waiting if proposal.id not in self._verdicts]
        return sorted(unjudged, key=lambda proposal: self._tries.get(proposal.id, 0))[:JUDGED_AT_ONCE]

    def _judge(self, proposal: Proposal) -> None:
        self._tries[proposal.id] = self._tries.get(proposal.id, 0) + 1
        self._verdicts[proposal.id] = self.agrees(proposal.amendment)

    def _hand_in_all(self, relay: AssentRelay, agreed: Sequence[Proposal], configuration: Configuration) -> int:
        """How many a relay took. One that does not answer is left alone for this round: each try may take its time."""
        taken = 0
        for proposal in agreed:
            key = relay.url, proposal.id, configuration.digest
            if key in self._given:
                continue
            trouble = self._hand_in(relay, proposal, configuration)
            if isinstance(trouble, RetryableError):
                break
            if trouble is None:
                self._given.add(key)
                taken += 1
        return taken

    def _hand_in(self, relay: AssentRelay, proposal: Proposal, configuration: Configuration) -> Exception | None:
        signature = self._signer.sign_compact(assent_digest(self._law_stone, proposal.id))
        member = configuration.members.index(self._signer.address)
        step = partial(relay.assent, proposal.id, AssentSignature(configuration.digest, member, signature))
        return self._troubles.attempt(f"assenting at {relay.url}", step)

    def _mine(self) -> Configuration | None:
        """The configuration in force, if this oracle belongs to it and counts."""
        configuration = self._chain.configuration_at(self._clock.now_ms() // 1_000)
        if configuration is None or self._signer.address not in configuration.members:
            return None
        inactive = configuration.members.index(self._signer.address) in inactive_members(configuration)
        return None if inactive else configuration

    def _forget(self, waiting: set[bytes]) -> None:
        self._verdicts = {amendment: verdict for amendment, verdict in self._verdicts.items() if amendment in waiting}
        self._tries = {amendment: tries for amendment, tries in self._tries.items() if amendment in waiting}
        self._given = {key for key in self._given if key[1] in waiting}


def facts_of(amendment: Amendment) -> AmendmentFacts:
    """What laws may know of an amendment."""
    return AmendmentFacts(
        seat="routing" if amendment.seat is Seat.ROUTING else "settlement",
        place="seat" if amendment.takes_seat else "beside",
        running="0x" + amendment.running.hex(),
        proposed="0x" + amendment.proposed.hex(),
        revision=amendment.revision,
        notice_s=amendment.notice,
    )
