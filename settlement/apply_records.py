"""The events that tell of agreements, texts, providers and the committee. None of them settles anything."""

from __future__ import annotations

from chain import events
from chain.events import Event
from chain.values import LawStatus
from settlement.account import Deal
from settlement.tables import (
    AgreementRow,
    AmendmentRow,
    AssentRow,
    ConfigurationRow,
    DeactivationRow,
    EnactmentRow,
    EquivocatedRow,
    LawEventRow,
    ListingRow,
    ParametersRow,
    RegistrationRow,
    TerminationRow,
    TermsRow,
)
from settlement.totals import TotalName
from settlement.writer import Rule, Writer, hex_of


def _opened(writer: Writer, event: events.Opened) -> None:
    offer = event.offer
    opened = AgreementRow(
        **writer.place(event),
        agreement=event.agreement,
        customer=event.customer,
        provider=event.provider,
        token=offer.token,
        terms=hex_of(offer.terms),
        law=hex_of(offer.law),
        fee=offer.fee,
        deposit=offer.deposit,
        max_credit_bps=offer.max_credit_bps,
        max_slash_bps=offer.max_slash_bps,
        period_kind=offer.period_kind,
        period_s=offer.period_length,
        start_s=event.start,
        end_s=offer.calendar(event.start, event.periods).bounds(event.periods)[0],
        periods=event.periods,
        notice_periods=offer.notice_periods,
        parameters=event.parameters,
        listing=event.listing,
        opened_at_s=writer.block.timestamp_s,
    )
    writer.session.add(opened)
    writer.memory.opened(opened)


def _terminated(writer: Writer, event: events.Terminated) -> Deal:
    calendar = writer.memory.calendar(event.agreement)
    writer.session.add(
        TerminationRow(
            **writer.place(event),
            agreement=event.agreement,
            by=event.by,
            periods=event.periods,
            end_s=calendar.bounds(event.periods)[0],
            refund=event.refund,
            terminated_at_s=writer.block.timestamp_s,
        )
    )
    writer.count(TotalName.TERMINATED, 1)
    return writer.deal(event.agreement)


def _terms(writer: Writer, event: events.TermsPublished) -> None:
    writer.session.add(TermsRow(**writer.place(event), terms=hex_of(event.terms), text=event.text))


def _law(status: LawStatus) -> Rule:
    def enter(writer: Writer, event: events.Published | events.Broken) -> None:
        publisher = event.publisher if isinstance(event, events.Published) else None
        writer.session.add(LawEventRow(**writer.place(event), law=hex_of(event.law), status=status.name, publisher=publisher))

    return enter


def _enacted(writer: Writer, event: events.Enacted) -> None:
    writer.session.add(LawEventRow(**writer.place(event), law=hex_of(event.law), status=LawStatus.ENACTED.name, publisher=None))
    writer.session.add(
        EnactmentRow(
            **writer.place(event),
            law=hex_of(event.law),
            seat=event.seat.word,
            takes_seat=event.takes_seat,
            revision=event.revision,
            amendment=hex_of(event.amendment) if any(event.amendment) else None,
        )
    )


def _proposed(writer: Writer, event: events.Proposed) -> None:
    writer.session.add(
        AmendmentRow(
            **writer.place(event),
            amendment=hex_of(event.amendment),
            law=hex_of(event.law),
            seat=event.seat.word,
            takes_seat=event.takes_seat,
            running=hex_of(event.running),
            revision=event.revision,
            notice_s=event.notice,
            proposer=event.proposer,
        )
    )


def _assented(writer: Writer, event: events.Assented) -> None:
    writer.session.add(
        AssentRow(
            **writer.place(event),
            amendment=hex_of(event.amendment),
            configuration=hex_of(event.configuration),
            signers=event.signers,
        )
    )


def _registered(writer: Writer, event: events.Registered) -> None:
    writer.session.add(
        RegistrationRow(
            **writer.place(event),
            provider=event.provider,
            payout=event.payout,
            profile=hex_of(event.profile),
            text=event.text,
        )
    )


def _parameters(writer: Writer, event: events.ParametersSet) -> None:
    values = event.values
    row = ParametersRow(
        **writer.place(event),
        parameters=event.parameters,
        report_deadline_s=values.report_deadline,
        dispute_window_s=values.dispute_window,
        resolution_deadline_s=values.resolution_deadline,
        thaw_s=values.thaw,
        longest_period_s=values.longest_period,
        validator_bps=values.validator_bps,
        dao_bps=values.dao_bps,
        dispute_bond_bps=values.dispute_bond_bps,
        arbiter=values.arbiter,
    )
    writer.session.add(row)
    writer.memory.numbered(row)


def _listed(writer: Writer, event: events.Listed) -> None:
    values = event.values
    row = ListingRow(
        **writer.place(event),
        listing=event.listing,
        token=values.token,
        min_fee=values.min_fee,
        relay_fee=values.relay_fee,
    )
    writer.session.add(row)
    writer.memory.numbered(row)


def _configured(writer: Writer, event: events.Configured) -> None:
    writer.session.add(
        ConfigurationRow(
            **writer.place(event),
            configuration=hex_of(event.configuration),
            number=event.index,
            since_s=event.since,
            quorum=event.quorum,
            members=list(event.members),
        )
    )


def _deactivated(writer: Writer, event: events.Deactivated) -> None:
    writer.session.add(
        DeactivationRow(**writer.place(event), configuration=hex_of(event.configuration), member=event.member, place=event.index)
    )


def _equivocated(writer: Writer, event: events.Equivocated) -> None:
    writer.session.add(
        EquivocatedRow(
            **writer.place(event),
            member=event.member,
            epoch=event.epoch,
            root=hex_of(event.root),
            other_root=hex_of(event.other_root),
            reporter=event.reporter,
            to_reporter=event.to_reporter,
            to_dao=event.to_dao,
        )
    )


RULES: dict[type[Event], Rule] = {
    events.Opened: _opened,
    events.Terminated: _terminated,
    events.TermsPublished: _terms,
    events.Published: _law(LawStatus.PUBLISHED),
    events.Proposed: _proposed,
    events.Assented: _assented,
    events.Enacted: _enacted,
    events.Broken: _law(LawStatus.BROKEN),
    events.Registered: _registered,
    events.ParametersSet: _parameters,
    events.Listed: _listed,
    events.Configured: _configured,
    events.Deactivated: _deactivated,
    events.Equivocated: _equivocated,
}
