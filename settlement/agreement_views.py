"""From rows of the database to the views of agreements and periods. Reads by the page: no query per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from chain.values import Division, Parameters, Skip
from governance.values import Outcome, PeriodKind
from governance.values import Row as ReportedRow
from settlement.account import PARTS
from settlement.tables import (
    AcceptanceRow,
    AgreementRow,
    BlockRow,
    ClosureRow,
    DivisionRow,
    ListingRow,
    Logged,
    ParametersRow,
    ReportRow,
    SkipRow,
)
from settlement.views import (
    AcceptedView,
    AgreementState,
    AgreementView,
    PeriodView,
    ReportView,
    SettlementView,
    SkippedView,
    Stage,
    Stamp,
)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What dates a view: the newest block beyond recall, and the time that counts as now."""

    confirmed_block: int
    now_s: int

    def stamp(self, row: Logged, at_s: int) -> Stamp:
        """The log that a row came from."""
        return Stamp(row.block_number, row.log_index, row.tx_hash, at_s, row.block_number <= self.confirmed_block)


def openings() -> Select[AgreementRow, ParametersRow, ListingRow]:
    """Agreements with the parameters and the listing that they pinned."""
    return (
        select(AgreementRow, ParametersRow, ListingRow)
        .join(ParametersRow, ParametersRow.parameters == AgreementRow.parameters)
        .join(ListingRow, ListingRow.listing == AgreementRow.listing)
    )


def in_state(state: AgreementState, now_s: int) -> ColumnElement[bool]:
    """The condition under which an agreement is in a state."""
    closed = exists().where(ClosureRow.agreement == AgreementRow.agreement)
    if state is AgreementState.CLOSED:
        return closed
    scheduled, ended = AgreementRow.start_s > now_s, AgreementRow.end_s <= now_s
    chosen = {
        AgreementState.SCHEDULED: scheduled,
        AgreementState.RUNNING: not_(or_(scheduled, ended)),
        AgreementState.ENDED: ended,
    }[state]
    return and_(chosen, not_(closed))


def agreement_views(
    session: Session, rows: Iterable[Row[AgreementRow, ParametersRow, ListingRow]], clock: Clockwork
) -> list[AgreementView]:
    """The views of a page of openings, in its order."""
    page = [(row[0], row[1], row[2]) for row in rows]
    ids = [opened.agreement for opened, _, _ in page]
    progress, left, closed = next_periods(session, ids), _deposits_left(session, ids), _closed(session, ids)
    return [
        _agreement_view(
            opened,
            pinned,
            listing,
            next_period=progress.get(opened.agreement, 0),
            deposit_left=left.get(opened.agreement, opened.deposit),
            closed=opened.agreement in closed,
            stamp=clock.stamp(opened, opened.opened_at_s),
        )
        for opened, pinned, listing in page
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


def stage_of(end_s: int, deadline_s: int, accepted: AcceptedView | None, division: DivisionRow | None, now_s: int) -> Stage:
    """Where a period is. Every window's end is exclusive, as on chain."""
    if division is not None:
        return Stage.EXPIRED if division.expired else Stage.SETTLED
    if accepted is not None:
        return Stage.ACCEPTED if now_s < accepted.matures_at_s else Stage.MATURED
    if now_s < end_s:
        return Stage.RUNNING
    return Stage.AWAITING_REPORT if now_s < deadline_s else Stage.OVERDUE


def period_views(session: Session, agreement: AgreementView, periods: Sequence[int], clock: Clockwork) -> list[PeriodView]:
    """The views of these periods of one agreement, in their order."""
    if not periods:
        return []
    first, last, key = min(periods), max(periods), agreement.agreement
    accepted = _accepted(session, key, first, last, clock)
    divided = _divided(session, key, first, last)
    skipped = _skipped(session, key, first, last, clock)
    return [
        _period_view(agreement, period, accepted.get(period), divided.get(period), tuple(skipped.get(period, ())), clock)
        for period in periods
    ]


def decided_views(session: Session, agreements: Sequence[AgreementView], clock: Clockwork) -> dict[int, PeriodView]:
    """The newest decided period of each agreement, without its skipped rows; agreements that have none are left out."""
    newest = {view.agreement: view.next_period - 1 for view in agreements if view.next_period}
    accepted: dict[int, AcceptedView] = {}
    divided: dict[int, DivisionRow] = {}
    pairs = tuple_(AcceptanceRow.agreement, AcceptanceRow.period).in_(list(newest.items()))
    for row, report in session.execute(_acceptances().where(pairs)):
        accepted[row.agreement] = accepted_view(row, report, clock)
    for division in session.scalars(_last_divisions(list(newest))):
        if division.first <= newest[division.agreement] < division.first + division.count:
            divided[division.agreement] = division
    return {
        view.agreement: _period_view(
            view, newest[view.agreement], accepted.get(view.agreement), divided.get(view.agreement), (), clock
        )
        for view in agreements
        if view.agreement in newest
    }


def settled_sums(session: Session, agreements: Sequence[int]) -> dict[int, Division]:
    """The sum of all divisions of each agreement; agreements without any are left out."""
    sums: dict[int, list[int]] = {}
    for row in session.scalars(select(DivisionRow).where(DivisionRow.agreement.in_(agreements))):
        parts = sums.setdefault(row.agreement, [0] * len(PARTS))
        for place, part in enumerate(PARTS):
            parts[place] += getattr(row, part) * row.count
    return {agreement: Division(*parts) for agreement, parts in sums.items()}


def division_of(row: DivisionRow) -> Division:
    """The seven parts of a stored division."""
    return Division(row.provider, row.validators, row.relay, row.dao, row.customer_from_fee, row.customer_from_deposit, row.slash)


def settlement_views(row: DivisionRow, clock: Clockwork) -> list[SettlementView]:
    """One view for each period of a division, newest first."""
    return [
        SettlementView(
            row.agreement,
            period,
            row.provider_address,
            row.customer_address,
            row.token,
            Outcome(row.outcome),
            row.expired,
            division_of(row),
            clock.stamp(row, row.settled_at_s),
        )
        for period in range(row.first + row.count - 1, row.first - 1, -1)
    ]


def _last(
    table: type[AcceptanceRow | DivisionRow], order: SQLColumnExpression[int], value: SQLColumnExpression[int], block: int | None
) -> ScalarSelect[int]:
    """The last row's value of each agreement, found at the end of an index: it costs the same after ten thousand periods."""
    query = select(value).where(table.agreement == AgreementRow.agreement).order_by(order.desc()).limit(1)
    if block is not None:
        query = query.where(table.block_number <= block)
    return query.scalar_subquery()


def _deposits_left(session: Session, ids: Sequence[int]) -> dict[int, int]:
    return {row.agreement: row.deposit_left for row in session.scalars(_last_divisions(ids))}


def _last_divisions(ids: Sequence[int]) -> Select[DivisionRow]:
    last = select(DivisionRow.agreement, func.max(DivisionRow.first).label("first")).where(DivisionRow.agreement.in_(ids))
    newest = last.group_by(DivisionRow.agreement).subquery()
    same = and_(DivisionRow.agreement == newest.c.agreement, DivisionRow.first == newest.c.first)
    return select(DivisionRow).join(newest, same)


def _closed(session: Session, ids: Sequence[int]) -> set[int]:
    return set(session.scalars(select(ClosureRow.agreement).where(ClosureRow.agreement.in_(ids))))


def _agreement_view(
    opened: AgreementRow,
    pinned: ParametersRow,
    listing: ListingRow,
    *,
    next_period: int,
    deposit_left: int,
    closed: bool,
    stamp: Stamp,
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
        deposit_left=0 if closed else deposit_left,
        max_credit_bps=opened.max_credit_bps,
        max_slash_bps=opened.max_slash_bps,
        period_kind=PeriodKind(opened.period_kind),
        period_s=opened.period_s,
        start_s=opened.start_s,
        end_s=opened.end_s,
        periods=opened.periods,
        next_period=next_period,
        closed=closed,
        parameters=Parameters(pinned.report_deadline_s, pinned.dispute_window_s, pinned.validator_bps, pinned.dao_bps),
        min_fee=listing.min_fee,
        relay_fee=listing.relay_fee,
        opened=stamp,
    )


def _accepted(session: Session, agreement: int, first: int, last: int, clock: Clockwork) -> dict[int, AcceptedView]:
    query = _acceptances().where(AcceptanceRow.agreement == agreement, AcceptanceRow.period.between(first, last))
    return {row.period: accepted_view(row, report, clock) for row, report in session.execute(query)}


def _acceptances() -> Select[AcceptanceRow, ReportRow | None]:
    """Accepted rows with the reports that they came with."""
    same = and_(ReportRow.block_number == AcceptanceRow.block_number, ReportRow.log_index == AcceptanceRow.report_log_index)
    return select(AcceptanceRow, ReportRow).outerjoin(ReportRow, same)


def accepted_view(row: AcceptanceRow, report: ReportRow | None, clock: Clockwork) -> AcceptedView:
    """The view of an accepted row."""
    verdict = ReportedRow(
        row.agreement,
        row.period,
        Outcome(row.outcome),
        row.tier,
        row.credit_bps,
        row.slash_bps,
        row.uptime_ppm,
        row.coverage_ppm,
        row.p95_ms,
    )
    stamp = clock.stamp(row, row.accepted_at_s)
    view = report_view(report, row.accepted_at_s, clock) if report is not None else None
    return AcceptedView(verdict, row.accepted_at_s, row.matures_at_s, view, stamp)


def report_view(row: ReportRow, at_s: int, clock: Clockwork) -> ReportView:
    """The view of a report."""
    return ReportView(
        row.configuration,
        row.epoch,
        row.observation_set,
        row.observers,
        row.signers,
        row.payee,
        row.rows_hash,
        row.rows,
        row.gas_used,
        row.gas_price,
        clock.stamp(row, at_s),
    )


def _divided(session: Session, agreement: int, first: int, last: int) -> dict[int, DivisionRow]:
    reaches = and_(DivisionRow.first <= last, DivisionRow.first + DivisionRow.count > first)
    found = session.scalars(select(DivisionRow).where(DivisionRow.agreement == agreement, reaches))
    return {period: row for row in found for period in range(max(row.first, first), min(row.first + row.count, last + 1))}


def _skipped(session: Session, agreement: int, first: int, last: int, clock: Clockwork) -> dict[int, list[SkippedView]]:
    query = (
        select(SkipRow, BlockRow.timestamp_s)
        .join(BlockRow, BlockRow.block_number == SkipRow.block_number)
        .where(SkipRow.agreement == agreement, SkipRow.period.between(first, last))
        .order_by(SkipRow.block_number, SkipRow.log_index)
    )
    found: dict[int, list[SkippedView]] = {}
    for row, at_s in session.execute(query):
        found.setdefault(row.period, []).append(SkippedView(row.word, Skip[row.reason], clock.stamp(row, at_s)))
    return found


def _period_view(
    agreement: AgreementView,
    period: int,
    accepted: AcceptedView | None,
    division: DivisionRow | None,
    skipped: tuple[SkippedView, ...],
    clock: Clockwork,
) -> PeriodView:
    start_s, end_s = agreement.calendar.bounds(period)
    deadline_s = end_s + agreement.parameters.report_deadline
    outcome = Outcome(division.outcome) if division else accepted.row.outcome if accepted else None
    return PeriodView(
        agreement=agreement.agreement,
        period=period,
        start_s=start_s,
        end_s=end_s,
        report_deadline_s=deadline_s,
        stage=stage_of(end_s, deadline_s, accepted, division, clock.now_s),
        outcome=outcome,
        accepted=accepted,
        division=division_of(division) if division else None,
        settled=clock.stamp(division, division.settled_at_s) if division else None,
        skipped=skipped,
    )
