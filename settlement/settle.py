"""The cranks: expire what nobody reported in time, and settle what has matured.

Open to everyone, and only moving what is already decided. Candidates come from the watcher's tables, and before anything is sent
the node is asked what it would do, pending transactions included.
"""

from __future__ import annotations

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from chain.contracts import PactumClient
from chain.node import NodeRefused
from governance.periods import Calendar
from governance.values import PeriodKind
from settlement.agreement_views import next_periods
from settlement.outbox import Outbox, subject_of
from settlement.progress import batches, chain_time_s
from settlement.store import Store
from settlement.tables import NEVER_S, AcceptanceRow, AgreementRow, ClosureRow, DivisionRow, ParametersRow

PENDING = "pending"
SETTLED_AT_ONCE = 100
EXPIRED_AT_ONCE = 20
SCANNED_AT_ONCE = 500
_MINUTE_S = 60
_DAY_S = 86_400


class Crank:
    """Turns the cranks of one deployment, with the outbox's account."""

    def __init__(self, store: Store, pactum: PactumClient, outbox: Outbox) -> None:
        self._store = store
        self._pactum = pactum
        self._outbox = outbox
        self._unsettled_from_s = 0
        self._seen = (0, 0)
        self._look_again_s = 0

    def step(self) -> int:
        """Settles and expires what is due on chain; how many transactions were mined.

        Raises NodeUnavailable or StoreUnavailable: try again later.
        """
        return self._settle() + self._expire()

    def _settle(self) -> int:
        with self._store.read() as session:
            now_s = chain_time_s(session) or 0
            waiting = matured(session, self._unsettled_from_s, now_s)
        # A day deeper than any re-organisation: what was settled before then need not be looked at again.
        self._unsettled_from_s = max(0, min(now_s - _DAY_S, *waiting.values()) if waiting else now_s - _DAY_S)
        due = list(waiting)
        mined = 0
        for batch in batches(due, SETTLED_AT_ONCE):
            call = self._pactum.call("settle(uint96[])", batch)
            subject = subject_of(batch)
            if not self._outbox.busy("settle", subject) and self._would_do(call.data):
                mined += self._outbox.send("settle", subject, call) is not None
        return mined

    def _expire(self) -> int:
        with self._store.read() as session:
            due = self._overdue(session)
        mined = 0
        for agreement in due[:EXPIRED_AT_ONCE]:
            call = self._pactum.call("expire(uint96)", agreement)
            subject = subject_of([agreement])
            if not self._outbox.busy("expire", subject) and self._would_do(call.data):
                mined += self._outbox.send("expire", subject, call) is not None
        return mined

    def _overdue(self, session: Session) -> list[int]:
        """As ``deadlines`` says, which is asked only when something may have come due since it was asked last."""
        now_s = chain_time_s(session) or 0
        newest = session.execute(select(func.max(AgreementRow.block_number), func.count())).one()
        seen = newest[0] or 0, newest[1]
        if seen == self._seen and now_s < self._look_again_s:
            return []
        dates = deadlines(session, now_s)
        due = [agreement for agreement, deadline_s in dates.items() if deadline_s <= now_s]
        begins = session.scalar(select(func.min(AgreementRow.start_s)).where(AgreementRow.start_s >= now_s))
        self._seen = seen
        self._look_again_s = (
            now_s if due else min([now_s + _MINUTE_S, *dates.values(), NEVER_S if begins is None else begins + 1])
        )
        return due

    def _would_do(self, data: bytes) -> bool:
        """Whether the call would move anything: both cranks answer with a count."""
        try:
            return int.from_bytes(self._pactum.node.call(self._pactum.address, data, PENDING)[:32]) > 0
        except NodeRefused:
            return False


def matured(session: Session, from_s: int, now_s: int) -> dict[int, int]:
    """Agreements with an accepted row that nobody has settled though its dispute window is over, and when it ended.

    Oldest first; rows that matured before ``from_s`` are passed over.
    """
    settled = exists().where(
        and_(
            DivisionRow.agreement == AcceptanceRow.agreement,
            DivisionRow.first == AcceptanceRow.period,
            DivisionRow.expired.is_(False),
        )
    )
    over = AcceptanceRow.matures_at_s.between(from_s, now_s)
    query = select(AcceptanceRow.agreement, AcceptanceRow.matures_at_s).where(over, ~settled)
    return dict(session.execute(query.order_by(AcceptanceRow.matures_at_s)).all())


def deadlines(session: Session, now_s: int) -> dict[int, int]:
    """When the report deadline passes of the next undecided period of each agreement that has begun and is not closed."""
    closed = exists().where(ClosureRow.agreement == AgreementRow.agreement)
    query = (
        select(AgreementRow, ParametersRow.report_deadline_s)
        .join(ParametersRow, ParametersRow.parameters == AgreementRow.parameters)
        .where(AgreementRow.start_s < now_s, ~closed)
        .order_by(AgreementRow.start_s)
    )
    rows = session.execute(query).all()
    following: dict[int, int] = {}
    for batch in batches((row.agreement for row, _ in rows), SCANNED_AT_ONCE):
        following |= next_periods(session, batch)
    return {row.agreement: _deadline_s(row, following.get(row.agreement, 0), deadline_s) for row, deadline_s in rows}


def _deadline_s(row: AgreementRow, period: int, report_deadline_s: int) -> int:
    """When a period's report deadline passes; NEVER_S for one past the last."""
    if period >= row.periods:
        return NEVER_S
    calendar = Calendar(PeriodKind(row.period_kind), row.start_s, row.period_s, row.periods)
    return calendar.bounds(period)[1] + report_deadline_s
