"""Governance in person: proposing changes to the timelock, and executing them when their time has come."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from chain.blocks import Receipt
from chain.node import Node
from chain.pace import Pace, RealPace
from chain.reverts import TransactionReverted
from chain.sender import Call, CallSender
from chain.timelock import Operation, OperationState, TimelockClient
from governance.errors import RetryableError

POLL_S = 1.0
LATE_S = 120.0


class NotReady(RetryableError):
    """An operation's time has not come. ``value`` is its id."""


class Governor:
    """Acts through a timelock with an account that may propose. ``pace`` is the time in which it waits for the delay."""

    def __init__(self, node: Node, timelock: str, sender: CallSender, pace: Pace | None = None) -> None:
        self.timelock = TimelockClient(node, timelock)
        self._sender = sender
        self._pace = pace or RealPace()

    def act(self, calls: Sequence[Call]) -> Receipt:
        """Proposes calls, waits for the timelock's delay and executes them, all or none; gives the execution's receipt.

        Raises TransactionReverted where the account may not propose or a call is refused, NotReady where the chain's clock
        does not reach the operation's time: it stays proposed, and ``execute`` can be called later.
        """
        operation = self.propose(calls)
        self.wait(operation)
        return self.execute(operation)

    def propose(self, calls: Sequence[Call], salt: bytes | None = None) -> Operation:
        """Proposes calls with the least delay. ``salt`` is random unless given: the same calls can be proposed again."""
        operation = Operation(tuple(calls), salt or secrets.token_bytes(32))
        self.timelock.schedule(self._sender, operation, self.timelock.delay_s())
        return operation

    def wait(self, operation: Operation) -> None:
        """Lets the rest of a proposed operation's delay pass."""
        left = self.timelock.ready_at(operation.id) - self.timelock.node.block("latest").timestamp_s
        if left > 0:
            self._pace.sleep(left)

    def execute(self, operation: Operation) -> Receipt:
        """Executes a proposed operation, if need be a little later: blocks come when they come. Raises NotReady."""
        begun = self._pace.now_s()
        while True:
            try:
                return self.timelock.execute(self._sender, operation)
            except TransactionReverted as error:
                if error.name != "TimelockUnexpectedOperationState" or not self._waits(operation):
                    raise
                if self._pace.now_s() - begun >= LATE_S:
                    message = f"operation 0x{operation.id.hex()} cannot be executed yet"
                    raise NotReady(message, value=operation.id, remedy="execute it when its delay is over") from error
            self._pace.sleep(POLL_S)

    def _waits(self, operation: Operation) -> bool:
        """Whether time alone is missing: what is done, or was never proposed, waits for nothing."""
        return self.timelock.state_of(operation.id) in (OperationState.WAITING, OperationState.READY)
