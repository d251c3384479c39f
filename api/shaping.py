"""From settlement's views to the API's shapes. Nothing is looked up here, and nothing is decided."""

from __future__ import annotations

from typing import Literal, overload

from api import shapes
from api.shown import agreement_hex, iso
from chain.values import Division, LawStatus, Seat
from governance.values import Outcome, PeriodKind, Verdict
from settlement.views import (
    AcceptedView,
    AgreementView,
    DisputeView,
    IndexState,
    PeriodView,
    ReportView,
    RulingKind,
    RulingView,
    SettlementView,
    SkippedView,
    StakeView,
    Stamp,
    TerminationView,
)

OUTCOMES: dict[Outcome, Literal["met", "breach", "no_data"]] = {
    Outcome.MET: "met",
    Outcome.BREACH: "breach",
    Outcome.NO_DATA: "no_data",
}
KINDS: dict[PeriodKind, Literal["fixed", "calendar_month"]] = {
    PeriodKind.FIXED: "fixed",
    PeriodKind.CALENDAR_MONTH: "calendar_month",
}
RULINGS: dict[RulingKind, Literal["confirmed", "replaced", "lapsed"]] = {
    RulingKind.CONFIRMED: "confirmed",
    RulingKind.REPLACED: "replaced",
    RulingKind.LAPSED: "lapsed",
}
SEATS: dict[Seat, Literal["settlement", "routing"]] = {Seat.SETTLEMENT: "settlement", Seat.ROUTING: "routing"}
LAW_STATUSES: dict[LawStatus, Literal["published", "enacted", "broken"]] = {
    LawStatus.PUBLISHED: "published",
    LawStatus.ENACTED: "enacted",
    LawStatus.BROKEN: "broken",
}


@overload
def moment(time_s: int) -> shapes.Moment: ...
@overload
def moment(time_s: None) -> None: ...
def moment(time_s: int | None) -> shapes.Moment | None:
    """An instant in both of its forms."""
    return None if time_s is None else shapes.Moment(s=time_s, iso=iso(time_s))


def place(stamp: Stamp) -> shapes.Place:
    """Where on chain a fact was read."""
    return shapes.Place(
        block=stamp.block_number,
        log_index=stamp.log_index,
        transaction=stamp.tx_hash,
        at=moment(stamp.at_s),
        confirmed=stamp.confirmed,
    )


def place_or_none(stamp: Stamp | None) -> shapes.Place | None:
    """The same for a fact that may not have happened."""
    return place(stamp) if stamp is not None else None


def index(state: IndexState | None) -> shapes.Index | None:
    """How far the chain was read; None before the first block."""
    return None if state is None else known_index(state)


def known_index(state: IndexState) -> shapes.Index:
    """How far the chain was read."""
    return shapes.Index(
        block=state.block_number,
        block_hash=state.block_hash,
        at=moment(state.timestamp_s),
        confirmed_block=state.confirmed_block,
    )


def verdict(said: Verdict) -> shapes.Verdict:
    """What a law said."""
    return shapes.Verdict(
        outcome=OUTCOMES[said.outcome],
        tier=said.tier,
        credit_bps=said.credit_bps,
        slash_bps=said.slash_bps,
        clauses=list(said.clauses),
    )


def division(parts: Division) -> shapes.Division:
    """The seven parts of a period's money."""
    return shapes.Division(
        provider=str(parts.provider),
        validators=str(parts.validators),
        relay=str(parts.relay),
        dao=str(parts.dao),
        customer_from_fee=str(parts.customer_from_fee),
        customer_from_deposit=str(parts.customer_from_deposit),
        slash=str(parts.slash),
    )


def agreement(
    view: AgreementView,
    now_s: int,
    token: shapes.Token,
    status: shapes.Status,
    *,
    provider_name: str | None,
    service: str | None,
) -> shapes.Agreement:
    """An agreement with its status."""
    return shapes.Agreement(
        id=agreement_hex(view.agreement),
        state=view.state_at(now_s).value,
        customer=view.customer,
        provider=view.provider,
        provider_name=provider_name,
        service=service,
        token=token,
        terms=view.terms,
        law=view.law,
        fee=str(view.fee),
        deposit=str(view.deposit),
        deposit_left=str(view.deposit_left),
        max_credit_bps=view.max_credit_bps,
        max_slash_bps=view.max_slash_bps,
        period_kind=KINDS[view.period_kind],
        period_s=view.period_s,
        start=moment(view.start_s),
        end=moment(view.end_s),
        periods=view.periods,
        notice_periods=view.notice_periods,
        terminated=_termination(view.terminated) if view.terminated is not None else None,
        next_period=view.next_period,
        disputes=view.disputes,
        report_deadline_s=view.parameters.report_deadline,
        dispute_window_s=view.parameters.dispute_window,
        resolution_deadline_s=view.parameters.resolution_deadline,
        dispute_bond_bps=view.parameters.dispute_bond_bps,
        arbiter=view.parameters.arbiter,
        validator_bps=view.parameters.validator_bps,
        dao_bps=view.parameters.dao_bps,
        relay_fee=str(view.relay_fee),
        opened=place(view.opened),
        status=status,
    )


def brief(view: AgreementView, now_s: int) -> shapes.AgreementBrief:
    """An agreement in a provider's record."""
    return shapes.AgreementBrief(
        id=agreement_hex(view.agreement),
        state=view.state_at(now_s).value,
        customer=view.customer,
        start=moment(view.start_s),
        end=moment(view.end_s),
        periods=view.periods,
        next_period=view.next_period,
    )


def period(view: PeriodView) -> shapes.Period:
    """One agreement-period."""
    return shapes.Period(
        agreement=agreement_hex(view.agreement),
        period=view.period,
        start=moment(view.start_s),
        end=moment(view.end_s),
        report_due=moment(view.report_deadline_s),
        stage=view.stage.value,
        outcome=OUTCOMES[view.outcome] if view.outcome is not None else None,
        accepted=_accepted(view.accepted) if view.accepted is not None else None,
        dispute=_dispute(view.dispute) if view.dispute is not None else None,
        division=division(view.division) if view.division is not None else None,
        reward=str(view.reward),
        settled=place_or_none(view.settled),
        skipped=[_skipped(skip) for skip in view.skipped],
    )


def settlement(view: SettlementView, token: shapes.Token) -> shapes.Settlement:
    """One settled or expired period."""
    return shapes.Settlement(
        agreement=agreement_hex(view.agreement),
        period=view.period,
        provider=view.provider,
        customer=view.customer,
        token=token,
        outcome=OUTCOMES[view.outcome],
        expired=view.expired,
        disputed=view.disputed,
        division=division(view.division),
        winner=view.winner,
        reward=str(view.reward),
        settled=place(view.stamp),
    )


def stake(view: StakeView, token: shapes.Token) -> shapes.Stake:
    """A provider's stake in one token, with what is asked for."""
    thaws = [shapes.Thaw(request=thaw.request, amount=str(thaw.amount), thaws=moment(thaw.thaws_at_s)) for thaw in view.thaws]
    return shapes.Stake(
        token=token,
        total=str(view.total),
        free=str(view.free),
        locked=str(view.locked),
        reserved=str(view.reserved),
        awarded=str(view.awarded),
        thawing=str(view.thawing),
        thaws=thaws,
    )


def _termination(view: TerminationView) -> shapes.Termination:
    return shapes.Termination(by=view.by, refund=str(view.refund), place=place(view.stamp))


def _dispute(view: DisputeView) -> shapes.Dispute:
    return shapes.Dispute(
        disputer=view.disputer,
        bond=str(view.bond),
        reserve=str(view.reserve),
        grounds=view.grounds,
        ruling_due=moment(view.deadline_s),
        ruling=_ruling(view.ruling) if view.ruling is not None else None,
        place=place(view.stamp),
    )


def _ruling(view: RulingView) -> shapes.Ruling:
    return shapes.Ruling(
        kind=RULINGS[view.kind],
        outcome=OUTCOMES[view.outcome],
        credit_bps=view.credit_bps,
        slash_bps=view.slash_bps,
        place=place(view.stamp),
    )


def _accepted(view: AcceptedView) -> shapes.Accepted:
    return shapes.Accepted(
        tier=view.row.tier,
        credit_bps=view.row.credit_bps,
        slash_bps=view.row.slash_bps,
        uptime_ppm=view.row.uptime_ppm,
        coverage_ppm=view.row.coverage_ppm,
        p95_ms=view.row.p95_ms or None,
        matures=moment(view.matures_at_s),
        place=place(view.stamp),
        report=_report(view.report) if view.report is not None else None,
    )


def _report(view: ReportView) -> shapes.Report:
    return shapes.Report(
        configuration=view.configuration,
        epoch=str(view.epoch),
        observation_set=view.observation_set,
        observers=view.observers,
        signers=str(view.signers),
        payee=view.payee,
        rows=view.rows,
        gas_used=view.gas_used,
        place=place(view.stamp),
    )


def _skipped(view: SkippedView) -> shapes.Skipped:
    return shapes.Skipped(reason=view.reason.name.lower(), place=place(view.stamp))
