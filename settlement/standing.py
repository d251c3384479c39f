"""Where agreements and rows stand, as SQL: what is settled, disputed or closed, and what is left after an early end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Exists, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from settlement.money_tables import ClosureRow, DepositRow, DisputeRow, DivisionRow, PoolRow, RulingRow
from settlement.tables import AcceptanceRow, AgreementRow, RegistrationRow, TerminationRow

Record = TypeVar("Record", AcceptanceRow, DivisionRow, DepositRow, PoolRow, RegistrationRow)
Key = TypeVar("Key", int, str)


def settled() -> Exists:
    """Whether an accepted row is settled."""
    same = and_(DivisionRow.agreement == AcceptanceRow.agreement, DivisionRow.first == AcceptanceRow.period)
    return exists().where(same, DivisionRow.expired.is_(False))


def disputed() -> Exists:
    """Whether an accepted row was disputed, however that ended."""
    return exists().where(DisputeRow.agreement == AcceptanceRow.agreement, DisputeRow.period == AcceptanceRow.period)


def ruled() -> Exists:
    """Whether a dispute has ended."""
    return exists().where(RulingRow.agreement == DisputeRow.agreement, RulingRow.period == DisputeRow.period)


def closed() -> Exists:
    """Whether an agreement is closed."""
    return exists().where(ClosureRow.agreement == AgreementRow.agreement)


def periods_of() -> ColumnElement[int]:
    """How many periods an agreement has: fewer than were opened where it was ended early."""
    ended = aliased(TerminationRow)  # a query may join the table itself
    shorter = select(ended.periods).where(ended.agreement == AgreementRow.agreement).correlate(AgreementRow)
    return func.coalesce(shorter.scalar_subquery(), AgreementRow.periods)


def end_of() -> ColumnElement[int]:
    """First second after an agreement's last period."""
    ended = aliased(TerminationRow)
    sooner = select(ended.end_s).where(ended.agreement == AgreementRow.agreement).correlate(AgreementRow)
    return func.coalesce(sooner.scalar_subquery(), AgreementRow.end_s)


def newest_per(
    session: Session,
    table: type[Record],
    key: InstrumentedAttribute[Key],
    keys: Sequence[Key] | None,
    n: int,
    by: InstrumentedAttribute[int] | None = None,
) -> dict[Key, list[Record]]:
    """The newest ``n`` rows of a table for each key (None: for every key), newest first, in one query.

    Newest are those of the last logs, or those with the highest ``by``.
    """
    order = (table.block_number.desc(), table.log_index.desc()) if by is None else (by.desc(),)
    place = func.row_number().over(partition_by=key, order_by=order)
    inner = select(table, place.label("place"))
    ranked = (inner if keys is None else inner.where(key.in_(keys))).subquery()
    entity = aliased(table, ranked)
    query = select(entity).where(ranked.c.place <= n).order_by(ranked.c.place)
    found: dict[Key, list[Record]] = {}
    for row in session.scalars(query):
        found.setdefault(getattr(row, key.key), []).append(row)
    return found
