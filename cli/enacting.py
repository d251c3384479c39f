"""Carrying an amendment out: what it still waits for, and the one operation of the timelock that enacts it."""

from __future__ import annotations

from dataclasses import dataclass

from chain.blocks import Receipt
from chain.governor import Governor, NotReady
from chain.law_lives import Proposal
from chain.law_stone import LawStoneClient
from chain.pace import Pace, RealPace
from chain.sender import CallSender
from chain.timelock import Operation, OperationState, TimelockClient
from cli.connection import Connection

POLL_S = 1.0
PATIENCE_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps an amendment from being enacted, as of the chain's newest block. Times in Unix seconds."""

    assent: bool
    now_s: int
    notice_until_s: int
    ready_at_s: int

    @property
    def notice(self) -> bool:
        """Whether the notice runs."""
        return self.now_s < self.notice_until_s

    @property
    def delay(self) -> bool:
        """Whether the timelock's delay runs."""
        return self.now_s < self.ready_at_s

    @property
    def anything(self) -> bool:
        """Whether it cannot be enacted yet."""
        return self.assent or self.notice or self.delay


@dataclass(frozen=True, slots=True)
class Enacting:
    """One amendment on its way through the timelock. The operation's salt is the amendment's id: any command finds it again."""

    proposal: Proposal
    stone: LawStoneClient
    timelock: TimelockClient
    sender: CallSender
    pace: Pace

    @property
    def operation(self) -> Operation:
        """What enacts it."""
        return Operation((self.stone.enact_call(self.proposal.amendment),), self.proposal.id)

    def state(self) -> OperationState:
        """Where the operation stands."""
        return self.timelock.state_of(self.operation.id)

    def schedule(self) -> None:
        """Proposes the operation to the timelock. Raises TransactionReverted where the account may not."""
        self.timelock.schedule(self.sender, self.operation, self.timelock.delay_s())

    def missing(self) -> Missing:
        """What it waits for."""
        step = self.stone.progress_of(self.proposal.id)
        return Missing(
            assent=not step.assented,
            now_s=self.stone.node.block("latest").timestamp_s,
            notice_until_s=step.proposed_at_s + self.proposal.amendment.notice,
            ready_at_s=self.timelock.ready_at(self.operation.id),
        )

    def wait(self) -> None:
        """Waits until nothing is missing. Raises NotReady where the committee is silent for an hour beyond notice and delay."""
        begun = self.pace.now_s()
        while (missing := self.missing()).anything:
            left_s = max(missing.notice_until_s, missing.ready_at_s) - missing.now_s
            if left_s > 0:
                self.pace.sleep(left_s)
                begun = self.pace.now_s()
                continue
            if self.pace.now_s() - begun >= PATIENCE_S:
                message = f"the committee has not assented to amendment 0x{self.proposal.id.hex()}"
                raise NotReady(message, value=self.proposal.id, remedy="run the command again later: the timelock remembers it")
            self.pace.sleep(POLL_S)

    def execute(self) -> Receipt:
        """Enacts it."""
        return Governor(self.stone.node, self.timelock.address, self.sender, self.pace).execute(self.operation)


def open_enacting(connection: Connection, sender: CallSender, proposal: Proposal) -> Enacting:
    """An amendment of a deployment, to be enacted by an account."""
    return Enacting(proposal, connection.law_stone, connection.timelock, sender, RealPace())
