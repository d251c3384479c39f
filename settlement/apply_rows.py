"""The events that tell of rows: reported, settled, expired, disputed, decided, and what they come to in money."""

from __future__ import annotations

from collections.abc import Sequence

from chain import events, row
from chain.events import Event
from settlement.account import Bond, Deal
from settlement.life import Ruling, Settling, UnexpectedLog
from settlement.memory import waiting_row
from settlement.money_tables import ClosureRow, DisputeRow, RulingRow
from settlement.split import from_deposit
from settlement.tables import AcceptanceRow, ReportRow, SkipRow
from settlement.totals import TotalName
from settlement.views import RulingKind
from settlement.writer import Rule, Writer, hex_of

_PERIOD_AT, _PERIOD_BITS = 128, 32  # a skipped row may say what no row may: only its place in the word is certain
_KINDS = {
    events.Confirmed: RulingKind.CONFIRMED,
    events.Replaced: RulingKind.REPLACED,
    events.Lapsed: RulingKind.LAPSED,
}


def _reported(writer: Writer, event: events.Reported) -> None:
    cost = writer.gas[event.tx_hash]
    writer.report = ReportRow(
        **writer.place(event),
        configuration=hex_of(event.configuration),
        epoch=event.epoch,
        observation_set=hex_of(event.observation_set),
        observers=event.observers,
        payee=event.payee,
        signers=event.signers,
        rows_hash=hex_of(event.rows_hash),
        rows=0,
        gas_used=cost.used,
        gas_price=cost.price,
    )
    writer.session.add(writer.report)
    writer.count(TotalName.REPORTS, 1)


def _accepted(writer: Writer, event: events.Accepted) -> Deal:
    """The row belongs to the report before it: a report's rows follow its ``Reported`` at once."""
    verdict = row.unpack(event.row)
    report = _report_before(writer, event)
    report.rows += 1
    opened, at_s = writer.memory.agreement(event.agreement), writer.block.timestamp_s
    accepted = AcceptanceRow(
        **writer.place(event),
        agreement=event.agreement,
        provider=opened.provider,
        period=verdict.period,
        word=f"0x{event.row:064x}",
        outcome=verdict.outcome,
        tier=verdict.tier,
        credit_bps=verdict.credit_bps,
        slash_bps=verdict.slash_bps,
        uptime_ppm=verdict.uptime_ppm,
        coverage_ppm=verdict.coverage_ppm,
        p95_ms=verdict.p95_ms,
        accepted_at_s=at_s,
        matures_at_s=at_s + writer.memory.parameters(opened.parameters).dispute_window_s,
        report_log_index=report.log_index,
    )
    settled = writer.memory.life(event.agreement).accept(waiting_row(accepted, report))
    writer.session.add(accepted)
    return _settle(writer, event, event.agreement, settled)


def _skipped(writer: Writer, event: events.Skipped) -> None:
    _report_before(writer, event).rows += 1
    writer.session.add(
        SkipRow(
            **writer.place(event),
            agreement=event.agreement,
            period=event.row >> _PERIOD_AT & ((1 << _PERIOD_BITS) - 1),
            word=f"0x{event.row:064x}",
            reason=event.reason.name,
        )
    )
    writer.count(TotalName.SKIPPED, 1)


def _settled(writer: Writer, event: events.Settled) -> Deal:
    return _settle(writer, event, event.agreement, [writer.memory.life(event.agreement).settle(event.period)])


def _expired(writer: Writer, event: events.Expired) -> Deal:
    writer.count(TotalName.EXPIRED, event.count)
    return _settle(writer, event, event.agreement, writer.memory.life(event.agreement).expire(event.first, event.count))


def _row_held(writer: Writer, event: events.RowHeld) -> Deal:
    """What disputed it follows at once, and is the Tribunal's."""
    writer.held = event
    writer.memory.hold(event.agreement, writer.memory.life(event.agreement).hold(event.period, event.reserve))
    if event.reserve:
        writer.keep_deposit(event, event.agreement)
    return writer.deal(event.agreement)


def _disputed(writer: Writer, event: events.Disputed) -> None:
    held = writer.held
    if held is None or (held.agreement, held.period, held.tx_hash) != (event.agreement, event.period, event.tx_hash):
        raise UnexpectedLog(f"a dispute that holds no row in {hex_of(event.tx_hash)}", value=event)
    dispute = DisputeRow(
        **writer.place(event),
        agreement=event.agreement,
        period=event.period,
        disputer=event.disputer,
        token=event.token,
        bond=event.bond,
        reserve=held.reserve,
        deadline_s=event.deadline,
        grounds=hex_of(event.grounds),
    )
    writer.session.add(dispute)
    writer.memory.dispute(dispute)
    writer.count(TotalName.DISPUTED, 1)


def _ruled(writer: Writer, event: events.Confirmed | events.Replaced | events.Lapsed) -> Deal:
    """How the row is settled follows at once, and is Pactum's."""
    writer.ruling = event
    dispute = writer.memory.dispute_of(event.agreement, event.period)
    return writer.deal(event.agreement, bond=Bond(dispute.disputer, dispute.bond))


def _decided(writer: Writer, event: events.Decided) -> Deal:
    told = writer.ruling
    if told is None or (told.agreement, told.period, told.tx_hash) != (event.agreement, event.period, event.tx_hash):
        raise UnexpectedLog(f"a decision without its ruling in {hex_of(event.tx_hash)}", value=event)
    kind = _KINDS[type(told)]
    writer.session.add(
        RulingRow(
            **writer.place(event),
            agreement=event.agreement,
            period=event.period,
            kind=kind.value,
            outcome=event.outcome,
            credit_bps=event.credit_bps,
            slash_bps=event.slash_bps,
            ruled_at_s=writer.block.timestamp_s,
        )
    )
    writer.count(TotalName.ruling(kind.value), 1)
    held = writer.memory.held(event.agreement, event.period)
    ruling = Ruling(event.outcome, event.credit_bps, event.slash_bps, Ruling.winner_of(event.winner))
    settled = writer.memory.life(event.agreement).decide(held, ruling)
    writer.settle(event, event.agreement, settled)
    if held.reserve or from_deposit(settled.division):
        writer.keep_deposit(event, event.agreement)
    return writer.deal(event.agreement, settled=[settled], held=held)


def _closed(writer: Writer, event: events.Closed) -> None:
    writer.session.add(ClosureRow(**writer.place(event), agreement=event.agreement, deposit_released=event.deposit_released))


def _settle(writer: Writer, event: Event, agreement: int, settled: Sequence[Settling]) -> Deal:
    for one in settled:
        writer.settle(event, agreement, one)
    if any(from_deposit(one.division) for one in settled):
        writer.keep_deposit(event, agreement)
    return writer.deal(agreement, settled=settled)


def _report_before(writer: Writer, event: Event) -> ReportRow:
    report = writer.report
    if report is None or report.tx_hash != hex_of(event.tx_hash):
        raise UnexpectedLog(f"a row without its report in {hex_of(event.tx_hash)}", value=event)
    return report


RULES: dict[type[Event], Rule] = {
    events.Reported: _reported,
    events.Accepted: _accepted,
    events.Skipped: _skipped,
    events.Settled: _settled,
    events.Expired: _expired,
    events.RowHeld: _row_held,
    events.Disputed: _disputed,
    events.Confirmed: _ruled,
    events.Replaced: _ruled,
    events.Lapsed: _ruled,
    events.Decided: _decided,
    events.Closed: _closed,
}
