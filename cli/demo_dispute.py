"""The demo's one dispute: the customer doubts a good row, and the arbiter lets it stand."""

from __future__ import annotations

from collections.abc import Iterator

from chain.docket import AgreementRecord
from cli.cases import doubtful
from cli.plan import ARBITER, CUSTOMER
from cli.sending import approve
from cli.stack import Stack

PERIOD = 1
GROUNDS = bytes(32)


class Doubt:
    """Waits for the row of one period, disputes it, and has it ruled on. A run of one period has no report to dispute."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._one = stack.founded[0]
        self._period = min(PERIOD, stack.plan.periods - 2)
        self._due_s = self._one.start_s + (self._period + 1) * stack.plan.period_s
        self._done = self._period < 0

    def step(self, now_s: float) -> Iterator[str]:
        """Does what is due, and tells what it did."""
        if self._done or now_s < self._due_s:
            return
        pending = self._stack.connection.pactum.pending_of(self._one.agreement)
        if not pending.outcome or pending.period != self._period:
            return
        self._done = True
        yield self._dispute()
        yield self._rule()

    def _dispute(self) -> str:
        connection, customer = self._stack.connection, self._stack.founder.sender(CUSTOMER)
        found = doubtful(connection, self._record(), self._period)
        approve(connection, customer, connection.token().address, connection.book.tribunal, found.bond)
        connection.tribunal.dispute(customer, found.word, GROUNDS, found.bond)
        bond = connection.money().label(found.bond)
        return f"period {self._period}: the customer disputes the row of {self._one.provider.name}, with a bond of {bond}"

    def _rule(self) -> str:
        arbiter = self._stack.founder.sender(ARBITER)
        self._stack.connection.tribunal.confirm(arbiter, self._one.agreement, self._period)
        return f"period {self._period}: the arbiter lets it stand; the bond goes half to the provider, half to the DAO"

    def _record(self) -> AgreementRecord:
        return self._stack.connection.docket().agreements()[self._one.agreement]
