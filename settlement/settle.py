"""The cranks: expire what nobody reported in time, settle what nothing else will settle soon, end what no arbiter ruled on.

Open to everyone, and only moving what is already decided. Candidates come from the watcher's tables, and before anything is sent
the node is asked what it would do, pending transactions included.

A matured row is settled for nothing by the next row of its agreement, by its expiry, and by whoever claims. So rows are settled
here only where money would wait long otherwise: after the last period, without which no deposit is unlocked, and in agreements
whose periods are longer than ``SOON_S``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from chain.contracts import PactumClient, TribunalClient
from chain.node import NodeRefused
from chain.sender import Call
from governance.periods import Calendar
from governance.values import PeriodKind
from settlement.agreement_views import next_periods
from settlement.money_tables import DisputeRow
from settlement.outbox import Outbox, subject_of
from settlement.progress import batches, chain_time_s
from settlement.standing import closed, disputed, periods_of, ruled, settled
from settlement.store import Store
from settlement.tables import NEVER_S, AcceptanceRow, AgreementRow, ParametersRow, TerminationRow

PENDING = "pending"
SETTLED_AT_ONCE = 100
EXPIRED_AT_ONCE = 20
LAPSED_AT_ONCE = 20
SCANNED_AT_ONCE = 500
_MINUTE_S = 60
_DAY_S = 86_400
SOON_S = _DAY_S


class Crank:
    """Turns the cranks of one deployment, with the outbox's account."""

    def __init__(self, store: Store, pactum: PactumClient, tribunal: TribunalClient, outbox: Outbox) -> None:
        self._store = store
        self._pactum = pactum
        self._tribunal = tribunal
        self._outbox = outbox
        self._unsettled_from_s = 0
        self._seen = (0, 0, 0)
        self._look_again_s = 0

    def step(self) -> int:
        """Settles, expires and lapses what is due on chain; how many transactions were mined.

        Raises NodeUnavailable or StoreUnavailable: try again later.
        """
        return self._settle() + self._expire() + self._lapse()

    def _settle(self) -> int:
        with self._store.read() as session:
            now_s = chain_time_s(session) or 0
            waiting = matured(session, self._unsettled_from_s, now_s)
        # A day deeper than any re-organisation: what was settled before then need not be looked at again.
        self._unsettled_from_s = max(0, min(now_s - _DAY_S, *waiting.values()) if waiting else now_s - _DAY_S)
        mined = 0
        for batch in batches(waiting, SETTLED_AT_ONCE):
            mined += self._send("settle", batch, self._pactum.call("settle(uint96[])", batch), _moves_some)
        return mined

    def _expire(self) -> int:
        with self._store.read() as session:
            due = self._overdue(session)
        return sum(
            self._send("expire", [agreement], self._pactum.call("expire(uint96)", agreement), _moves_some)
            for agreement in due[:EXPIRED_AT_ONCE]
        )

    def _lapse(self) -> int:
        with self._store.read() as session:
            due = unruled(session, chain_time_s(session) or 0)
        return sum(
            self._send("lapse", key, self._tribunal.call("lapse(uint96,uint32)", *key), _goes_through)
            for key in due[:LAPSED_AT_ONCE]
        )

    def _overdue(self, session: Session) -> list[int]:
        """As ``deadlines`` says, which is asked only when something may have come due since it was asked last."""
        now_s = chain_time_s(session) or 0
        newest = session.execute(select(func.max(AgreementRow.block_number), func.count())).one()
        ended = session.scalar(select(func.count()).select_from(TerminationRow))
        seen = newest[0] or 0, newest[1], ended or 0
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

    def _send(self, kind: str, what: Sequence[int], call: Call, would_do: Callable[[bytes], bool]) -> int:
        """Whether a call was mined; it is sent only if it would do something now, and is not on its way."""
        subject = subject_of(what)
        if self._outbox.busy(kind, subject):
            return 0
        try:
            answer = self._pactum.node.call(call.to or "", call.data, PENDING)
        except NodeRefused:
            return 0
        return int(would_do(answer) and self._outbox.send(kind, subject, call) is not None)


def matured(session: Session, from_s: int, now_s: int) -> dict[int, int]:
    """Agreements with a row that waits though it cannot be disputed any more and nothing else settles it soon, and since when.

    Oldest first; rows that matured before ``from_s`` are passed over.
    """
    over = AcceptanceRow.matures_at_s.between(from_s, now_s)
    query = (
        select(AcceptanceRow.agreement, AcceptanceRow.matures_at_s)
        .join(AgreementRow, AgreementRow.agreement == AcceptanceRow.agreement)
        .where(over, _would_wait_long(), ~settled(), ~disputed())
    )
    return dict(session.execute(query.order_by(AcceptanceRow.matures_at_s)).all())


def unruled(session: Session, now_s: int) -> list[tuple[int, int]]:
    """The agreement-periods of disputes that no arbiter ruled on by the deadline, oldest first."""
    query = select(DisputeRow.agreement, DisputeRow.period).where(DisputeRow.deadline_s <= now_s, ~ruled())
    return [(agreement, period) for agreement, period in session.execute(query.order_by(DisputeRow.deadline_s))]


def deadlines(session: Session, now_s: int) -> dict[int, int]:
    """When the report deadline passes of the next undecided period of each agreement that has begun and is not closed."""
    query = (
        select(AgreementRow, ParametersRow.report_deadline_s, periods_of())
        .join(ParametersRow, ParametersRow.parameters == AgreementRow.parameters)
        .where(AgreementRow.start_s < now_s, ~closed())
        .order_by(AgreementRow.start_s)
    )
    rows = session.execute(query).all()
    following: dict[int, int] = {}
    for batch in batches((row.agreement for row, *_ in rows), SCANNED_AT_ONCE):
        following |= next_periods(session, batch)
    return {
        row.agreement: _deadline_s(row, following.get(row.agreement, 0), periods, deadline_s) for row, deadline_s, periods in rows
    }


def _deadline_s(row: AgreementRow, period: int, periods: int, report_deadline_s: int) -> int:
    """When a period's report deadline passes; NEVER_S for one past the last."""
    if period >= periods:
        return NEVER_S
    calendar = Calendar(PeriodKind(row.period_kind), row.start_s, row.period_s, periods)
    return calendar.bounds(period)[1] + report_deadline_s


def _would_wait_long() -> ColumnElement[bool]:
    """Whether no later row of the agreement comes, or none for long."""
    rare = or_(AgreementRow.period_kind == PeriodKind.CALENDAR_MONTH, AgreementRow.period_s > SOON_S)
    return or_(AcceptanceRow.period + 1 >= periods_of(), rare)


def _moves_some(answer: bytes) -> bool:
    """Of calls that answer with a count."""
    return int.from_bytes(answer[:32]) > 0


def _goes_through(_answer: bytes) -> bool:
    """Of calls that answer with nothing."""
    return True
