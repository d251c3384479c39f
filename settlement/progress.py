"""How far the chain is, for those who decide what to do next: read from the watcher's tables, never from memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from oracle.rows import Key
from settlement.agreement_views import next_periods
from settlement.tables import AgreementRow, BlockRow, DeploymentRow

BATCH = 500


def chain_time_s(session: Session, block: int | None = None) -> int | None:
    """The time of the newest block, or of the newest one up to ``block``; None before the first."""
    query = select(BlockRow.timestamp_s).order_by(BlockRow.block_number.desc()).limit(1)
    return session.scalars(query if block is None else query.where(BlockRow.block_number <= block)).first()


def confirmed_block(session: Session) -> int:
    """The newest block that is beyond recall; -1 while there is none."""
    row = session.get(DeploymentRow, 1)
    return -1 if row is None else row.confirmed_block


def undecided(session: Session, keys: Collection[Key], block: int | None = None) -> set[Key]:
    """Those agreement-periods that are open on chain, now or as of a block: neither reported nor expired.

    An agreement that is not known has none.
    """
    agreements = sorted({agreement for agreement, _ in keys})
    known: set[int] = set()
    following: dict[int, int] = {}
    for batch in batches(agreements, BATCH):
        known |= set(session.scalars(select(AgreementRow.agreement).where(AgreementRow.agreement.in_(batch))))
        following |= next_periods(session, batch, block)
    return {key for key in keys if key[0] in known and key[1] >= following.get(key[0], 0)}


def batches(values: Iterable[int], size: int) -> Iterator[list[int]]:
    """Stretches of at most ``size``: a database takes only so many parameters."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
