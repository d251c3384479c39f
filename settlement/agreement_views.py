"""From rows of the database to the views of agreements. Reads by the page: no query per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, SQLColumnExpression, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from chain.values import Division, Parameters
from governance.values import PeriodKind
from settlement.money_tables import ClosureRow, DepositRow, DisputeRow, DivisionRow
from settlement.standing import closed, end_of, newest_per, ruled
from settlement.tables import AcceptanceRow, AgreementRow, ListingRow, Logged, ParametersRow, TerminationRow
from settlement.totals import PARTS
from settlement.views import AcceptedView, AgreementState, AgreementView, Stage, Stamp, TerminationView

Opening = Row[AgreementRow, ParametersRow, ListingRow, TerminationRow | None]


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What dates a view: the newest block beyond recall, and the time that counts as now."""

    confirmed_block: int
    now_s: int

    def stamp(self, row: Logged, at_s: int) -> Stamp:
        """The log that a row came from."""
        return Stamp(row.block_number, row.log_index, row.tx_hash, at_s, row.block_number <= self.confirmed_block)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an agreement has come."""

    next_period: int
    deposit_left: int
    disputes: int
    closed: bool


def openings() -> Select[AgreementRow, ParametersRow, ListingRow, TerminationRow | None]:
    """Agreements with the parameters and the listing that they pinned, and their early end if they had one."""
    return (
        select(AgreementRow, ParametersRow, ListingRow, TerminationRow)
        .join(ParametersRow, ParametersRow.parameters == AgreementRow.parameters)
        .join(ListingRow, ListingRow.listing == AgreementRow.listing)
        .outerjoin(TerminationRow, TerminationRow.agreement == AgreementRow.agreement)
    )


def in_state(state: AgreementState, now_s: int) -> ColumnElement[bool]:
    """The condition under which an agreement is in a state."""
    if state is AgreementState.CLOSED:
        return closed()
    scheduled, ended = AgreementRow.start_s > now_s, end_of() <= now_s
    chosen = {
        AgreementState.SCHEDULED: scheduled,
        AgreementState.RUNNING: not_(or_(scheduled, ended)),
        AgreementState.ENDED: and_(ended, not_(scheduled)),
    }[state]
    return and_(chosen, not_(closed()))


def agreement_views(session: Session, rows: Iterable[Opening], clock: Clockwork) -> list[AgreementView]:
    """The views of a page of openings, in its order."""
    page = [(row[0], row[1], row[2], row[3]) for row in rows]
    ids = [opened.agreement for opened, *_ in page]
    progress, left = next_periods(session, ids), deposits(session, ids)
    disputes, done = _disputes(session, ids), _closed(session, ids)
    return [
        _agreement_view(
            *row,
            Progress(
                next_period=progress.get(row[0].agreement, 0),
                deposit_left=left[row[0].agreement].left if row[0].agreement in left else row[0].deposit,
                disputes=disputes.get(row[0].agreement, 0),
                closed=row[0].agreement in done,
            ),
            clock,
        )
        for row in page
    ]


def next_periods(session: Session, agreements: Sequence[int], block: int | None = None) -> dict[int, int]:
    """The first period of each that is neither reported nor expired, now or as of a block.

    Agreements at their first period are left out.
    """
    accepted = _last(AcceptanceRow, AcceptanceRow.period, AcceptanceRow.period + 1, block)
    divided = _last(DivisionRow, DivisionRow.first, DivisionRow.first + DivisionRow.count, block)
    query = select(AgreementRow.agreement, accepted, divided).where(AgreementRow.agreement.in_(agreements))
    found = ((agreement, max(reported or 0, settled or 0)) for agreement, reported, settled in session.execute(query))
    return {agreement: following for agreement, following in found if following}


def stage_of(
    end_s: int,
    deadline_s: int,
    accepted: AcceptedView | None,
    division: DivisionRow | None,
    now_s: int,
    *,
    disputed: bool = False,
) -> Stage:
    """Where a period is. Every window's end is exclusive, as on chain."""
    if division is not None:
        return Stage.EXPIRED if division.expired else Stage.SETTLED
    if disputed:
        return Stage.DISPUTED
    if accepted is not None:
        return Stage.ACCEPTED if now_s < accepted.matures_at_s else Stage.MATURED
    if now_s < end_s:
        return Stage.RUNNING
    return Stage.AWAITING_REPORT if now_s < deadline_s else Stage.OVERDUE


def settled_sums(session: Session, agreements: Sequence[int]) -> dict[int, Division]:
    """The sum of all divisions of each agreement; agreements without any are left out."""
    sums: dict[int, list[int]] = {}
    for row in session.scalars(select(DivisionRow).where(DivisionRow.agreement.in_(agreements))):
        parts = sums.setdefault(row.agreement, [0] * len(PARTS))
        for place, part in enumerate(PARTS):
            parts[place] += getattr(row, part) * row.count
    return {agreement: Division(*parts) for agreement, parts in sums.items()}


def deposits(session: Session, agreements: Sequence[int]) -> dict[int, DepositRow]:
    """What stands of each agreement's deposit; those of which all is left may be missing."""
    return {key: rows[0] for key, rows in newest_per(session, DepositRow, DepositRow.agreement, agreements, 1).items()}


def _last(
    table: type[AcceptanceRow | DivisionRow], order: SQLColumnExpression[int], value: SQLColumnExpression[int], block: int | None
) -> ScalarSelect[int]:
    """The last row's value of each agreement, found at the end of an index: it costs the same after ten thousand periods."""
    query = select(value).where(table.agreement == AgreementRow.agreement).order_by(order.desc()).limit(1)
    if block is not None:
        query = query.where(table.block_number <= block)
    return query.scalar_subquery()


def _disputes(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How many disputes are open."""
    query = select(DisputeRow.agreement, func.count()).where(DisputeRow.agreement.in_(ids), ~ruled())
    return dict(session.execute(query.group_by(DisputeRow.agreement)).all())


def _closed(session: Session, ids: Sequence[int]) -> set[int]:
    return set(session.scalars(select(ClosureRow.agreement).where(ClosureRow.agreement.in_(ids))))


def _agreement_view(
    opened: AgreementRow,
    pinned: ParametersRow,
    listing: ListingRow,
    ended: TerminationRow | None,
    progress: Progress,
    clock: Clockwork,
) -> AgreementView:
    return AgreementView(
        agreement=opened.agreement,
        customer=opened.customer,
        provider=opened.provider,
        token=opened.token,
        terms=opened.terms,
        law=opened.law,
        fee=opened.fee,
        deposit=opened.deposit,
        deposit_left=0 if progress.closed else progress.deposit_left,
        max_credit_bps=opened.max_credit_bps,
        max_slash_bps=opened.max_slash_bps,
        period_kind=PeriodKind(opened.period_kind),
        period_s=opened.period_s,
        start_s=opened.start_s,
        end_s=ended.end_s if ended else opened.end_s,
        periods=ended.periods if ended else opened.periods,
        notice_periods=opened.notice_periods,
        next_period=progress.next_period,
        disputes=progress.disputes,
        closed=progress.closed,
        terminated=TerminationView(ended.by, ended.refund, clock.stamp(ended, ended.terminated_at_s)) if ended else None,
        parameters=parameters_of(pinned),
        min_fee=listing.min_fee,
        relay_fee=listing.relay_fee,
        opened=clock.stamp(opened, opened.opened_at_s),
    )


def parameters_of(row: ParametersRow) -> Parameters:
    """Parameters as the contracts have them."""
    return Parameters(
        report_deadline=row.report_deadline_s,
        dispute_window=row.dispute_window_s,
        resolution_deadline=row.resolution_deadline_s,
        thaw=row.thaw_s,
        longest_period=row.longest_period_s,
        validator_bps=row.validator_bps,
        dao_bps=row.dao_bps,
        dispute_bond_bps=row.dispute_bond_bps,
        arbiter=row.arbiter,
    )
