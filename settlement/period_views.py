"""From rows of the database to the views of periods and settlements. Reads by the page: no query per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from chain.values import Division, Skip
from governance.values import Outcome
from governance.values import Row as ReportedRow
from settlement.agreement_views import Clockwork, stage_of
from settlement.money_tables import DisputeRow, DivisionRow, RulingRow
from settlement.tables import AcceptanceRow, BlockRow, ReportRow, SkipRow
from settlement.views import (
    AcceptedView,
    AgreementView,
    DisputeView,
    PeriodView,
    ReportView,
    RulingKind,
    RulingView,
    SettlementView,
    SkippedView,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the tables have of one period."""

    accepted: AcceptedView | None = None
    division: DivisionRow | None = None
    dispute: DisputeView | None = None
    skipped: tuple[SkippedView, ...] = ()


def period_views(session: Session, agreement: AgreementView, periods: Sequence[int], clock: Clockwork) -> list[PeriodView]:
    """The views of these periods of one agreement, in their order."""
    if not periods:
        return []
    first, last, key = min(periods), max(periods), agreement.agreement
    accepted = _accepted(session, key, first, last, clock)
    divided = _divided(session, key, first, last)
    skipped = _skipped(session, key, first, last, clock)
    within = _disputes().where(DisputeRow.agreement == key, DisputeRow.period.between(first, last))
    disputed = {view.period: view for view in dispute_views(session, within, clock)}
    return [
        _period_view(
            agreement,
            period,
            Told(accepted.get(period), divided.get(period), disputed.get(period), tuple(skipped.get(period, ()))),
            clock,
        )
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
    among = _disputes().where(tuple_(DisputeRow.agreement, DisputeRow.period).in_(list(newest.items())))
    disputed = {view.agreement: view for view in dispute_views(session, among, clock)}
    return {
        key: _period_view(view, newest[key], Told(accepted.get(key), divided.get(key), disputed.get(key)), clock)
        for view in agreements
        if (key := view.agreement) in newest
    }


def disputes(session: Session, agreement: int | None, party: str | None, limit: int, clock: Clockwork) -> list[DisputeView]:
    """Disputes, newest first, with what became of them."""
    query = _disputes().order_by(DisputeRow.block_number.desc(), DisputeRow.log_index.desc()).limit(limit)
    if agreement is not None:
        query = query.where(DisputeRow.agreement == agreement)
    if party is not None:
        query = query.where(DisputeRow.disputer == party)
    return dispute_views(session, query, clock)


def dispute_views(session: Session, query: Select[DisputeRow, int, RulingRow | None], clock: Clockwork) -> list[DisputeView]:
    """The views of disputes, in the order of the query."""
    return [_dispute_view(row, at_s, ruling, clock) for row, at_s, ruling in session.execute(query)]


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
            row.disputed,
            division_of(row),
            row.winner,
            row.reward,
            clock.stamp(row, row.settled_at_s),
        )
        for period in range(row.first + row.count - 1, row.first - 1, -1)
    ]


def _last_divisions(ids: Sequence[int]) -> Select[DivisionRow]:
    last = select(DivisionRow.agreement, func.max(DivisionRow.first).label("first")).where(DivisionRow.agreement.in_(ids))
    newest = last.group_by(DivisionRow.agreement).subquery()
    same = and_(DivisionRow.agreement == newest.c.agreement, DivisionRow.first == newest.c.first)
    return select(DivisionRow).join(newest, same)


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
    told: Told,
    clock: Clockwork,
) -> PeriodView:
    accepted, division = told.accepted, told.division
    start_s, end_s = agreement.calendar.bounds(period)
    deadline_s = end_s + agreement.parameters.report_deadline
    outcome = Outcome(division.outcome) if division else accepted.row.outcome if accepted else None
    return PeriodView(
        agreement=agreement.agreement,
        period=period,
        start_s=start_s,
        end_s=end_s,
        report_deadline_s=deadline_s,
        stage=stage_of(end_s, deadline_s, accepted, division, clock.now_s, disputed=told.dispute is not None),
        outcome=outcome,
        accepted=accepted,
        division=division_of(division) if division else None,
        reward=division.reward if division else 0,
        settled=clock.stamp(division, division.settled_at_s) if division else None,
        dispute=told.dispute,
        skipped=told.skipped,
    )


def _disputes() -> Select[DisputeRow, int, RulingRow | None]:
    """Disputes with the time of their block, and with what became of them."""
    same = and_(RulingRow.agreement == DisputeRow.agreement, RulingRow.period == DisputeRow.period)
    return (
        select(DisputeRow, BlockRow.timestamp_s, RulingRow)
        .join(BlockRow, BlockRow.block_number == DisputeRow.block_number)
        .outerjoin(RulingRow, same)
    )


def _dispute_view(row: DisputeRow, at_s: int, ruling: RulingRow | None, clock: Clockwork) -> DisputeView:
    return DisputeView(
        agreement=row.agreement,
        period=row.period,
        disputer=row.disputer,
        token=row.token,
        bond=row.bond,
        reserve=row.reserve,
        deadline_s=row.deadline_s,
        grounds=row.grounds,
        ruling=_ruling_view(ruling, clock) if ruling else None,
        stamp=clock.stamp(row, at_s),
    )


def _ruling_view(row: RulingRow, clock: Clockwork) -> RulingView:
    stamp = clock.stamp(row, row.ruled_at_s)
    return RulingView(RulingKind(row.kind), Outcome(row.outcome), row.credit_bps, row.slash_bps, stamp)
