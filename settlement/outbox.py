"""Transactions that settlement sends: written down before they are sent, resolved by the chain, never believed without it.

A crash between two steps leaves a row that the next round resolves: by its hash where that was recorded, and otherwise by looking
at what the transaction was for. Sending something twice costs gas at most, because the contracts take nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chain.blocks import Receipt
from chain.node import Node
from chain.reverts import TransactionReverted
from chain.sender import Call, InsufficientFunds, Sender, TransactionPending, TransactionReplaced
from governance.clock import Clock
from governance.errors import FatalError
from settlement.relay_store import bytes_of
from settlement.relay_tables import OutboxRow
from settlement.store import Store

PREPARED = "prepared"
SENT = "sent"
MINED = "mined"
REFUSED = "refused"
LOST = "lost"
OPEN_STATES = (PREPARED, SENT)
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 600_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pause:
    """How long a subject that was refused is left alone."""

    until_ms: int
    length_ms: int


class Outbox:
    """The one place that sends for settlement's account. To be used from one thread."""

    def __init__(self, store: Store, node: Node, sender: Sender, clock: Clock) -> None:
        self._store = store
        self._node = node
        self._sender = sender
        self._clock = clock
        self._pauses: dict[str, Pause] = {}

    def busy(self, kind: str, subject: str) -> bool:
        """Whether nothing should be sent for this subject now: something is on its way, or it was refused a while ago."""
        pause = self._pauses.get(f"{kind} {subject}")
        if pause is not None and self._clock.now_ms() < pause.until_ms:
            return True
        with self._store.read() as session:
            mine = (OutboxRow.kind == kind, OutboxRow.subject == subject, OutboxRow.state == SENT)
            return session.scalars(select(OutboxRow.id).where(*mine).limit(1)).first() is not None

    def send(self, kind: str, subject: str, call: Call) -> Receipt | None:
        """Sends a call for a subject and waits for it; None where the contracts refuse it, or it is not mined in time.

        A refusal is logged with its reason and tried again after a pause that grows. Raises NodeUnavailable where nothing was
        sent, and FatalError where nothing can be sent at all (wrong chain, fees above the ceiling).
        """
        row = self._add(kind, subject)
        try:
            submitted = self._sender.submit(call)
            self._update(row, SENT, tx_hash=submitted.hashes[-1])
            receipt = self._sender.wait(submitted)
        except (TransactionReverted, InsufficientFunds, TransactionReplaced) as error:
            self._refuse(row, kind, subject, error)
            return None
        except TransactionPending as error:
            self._update(row, SENT, tx_hash=error.submitted.hashes[-1])
            log.warning("%s %s is not mined yet: %s", kind, subject, error)
            return None
        self._update(row, MINED, tx_hash=receipt.tx_hash, receipt=receipt)
        self._pauses.pop(f"{kind} {subject}", None)
        return receipt

    def resolve(self) -> int:
        """Looks up what became of transactions whose end was not recorded; how many are still on their way.

        A row without a hash is given up: whether its transaction is on its way nobody knows, and whoever sends next looks at the
        chain, pending transactions included.
        """
        with self._store.read() as session:
            rows = list(session.scalars(select(OutboxRow).where(OutboxRow.state.in_(OPEN_STATES)).order_by(OutboxRow.id)))
        return sum(self._resolve(row.id, row.state, row.tx_hash) for row in rows)

    def _resolve(self, row: int, state: str, tx_hash: str | None) -> bool:
        if tx_hash is None:
            self._update(row, LOST)
            return False
        found = self._node.receipt(bytes_of(tx_hash))
        if found is not None:
            receipt, succeeded = found
            self._update(row, MINED if succeeded else REFUSED, receipt=receipt)
            return False
        if self._node.knows_transaction(bytes_of(tx_hash)):
            return True
        log.warning("transaction %s (%s) is lost", tx_hash, state)
        self._update(row, LOST)
        return False

    def _add(self, kind: str, subject: str) -> int:
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            row = OutboxRow(kind=kind, subject=subject, state=PREPARED, created_ms=now_ms, updated_ms=now_ms)
            session.add(row)
            session.flush()
            return row.id

    def _update(
        self, row: int, state: str, *, tx_hash: bytes | None = None, receipt: Receipt | None = None, error: str | None = None
    ) -> None:
        with self._store.write() as session:
            kept = session.get_one(OutboxRow, row)
            kept.state = state
            kept.updated_ms = self._clock.now_ms()
            kept.tx_hash = "0x" + tx_hash.hex() if tx_hash else kept.tx_hash
            kept.error = error
            if receipt is not None:
                kept.mined_in, kept.gas_used = receipt.block_number, receipt.gas_used

    def _refuse(self, row: int, kind: str, subject: str, error: FatalError) -> None:
        key = f"{kind} {subject}"
        before = self._pauses.get(key)
        length_ms = FIRST_PAUSE_MS if before is None else min(before.length_ms * 2, LONGEST_PAUSE_MS)
        self._pauses[key] = Pause(self._clock.now_ms() + length_ms, length_ms)
        self._update(row, REFUSED, error=str(error))
        log.warning("%s %s was refused: %s", kind, subject, error)


def subject_of(agreements: Sequence[int]) -> str:
    """The subject of a transaction on some agreements."""
    return ",".join(map(str, agreements))
