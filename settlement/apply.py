"""From the events of one block to rows and postings. Knows nothing of nodes; the caller owns the transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chain import events, row
from chain.blocks import BlockStamp
from chain.events import Event
from chain.values import Division, LawStatus
from governance.values import Outcome
from settlement.account import PARTS, Deal, TotalName, postings_of
from settlement.ledger import Key
from settlement.memory import Memory, UnexpectedLog
from settlement.split import from_deposit
from settlement.tables import (
    AcceptanceRow,
    AgreementRow,
    BalanceRow,
    BlockRow,
    ClosureRow,
    ConfigurationRow,
    DivisionRow,
    LawEventRow,
    ListingRow,
    ParametersRow,
    PaymentRow,
    PostingRow,
    RegistrationRow,
    ReportRow,
    SkipRow,
    TermsRow,
    TotalRow,
)


@dataclass(frozen=True, slots=True)
class Gas:
    """What a transaction cost: gas, and wei per gas."""

    used: int
    price: int


def apply_block(memory: Memory, block: BlockStamp, logs: Sequence[Event], gas: Mapping[bytes, Gas]) -> None:
    """Enters a block and its events in order. ``gas`` holds the cost of every transaction that has a ``Reported`` event."""
    memory.session.add(
        BlockRow(
            block_number=block.number,
            hash=hex_of(block.hash),
            parent_hash=hex_of(block.parent_hash),
            timestamp_s=block.timestamp_s,
        )
    )
    writer = _Writer(memory, block, gas)
    for event in logs:
        writer.enter(event)
    writer.close()


def hex_of(value: bytes) -> str:
    """Hashes as the tables hold them."""
    return "0x" + value.hex()


def end_of(opened: events.Opened) -> int:
    """First second after an agreement's last period."""
    return opened.offer.calendar(opened.start, opened.periods).bounds(opened.periods - 1)[1]


class _Writer:
    """The rows of one block."""

    def __init__(self, memory: Memory, block: BlockStamp, gas: Mapping[bytes, Gas]) -> None:
        self.memory = memory
        self.session = memory.session
        self.block = block
        self.gas = gas
        self.report: ReportRow | None = None
        self._moves: dict[Key, int] = defaultdict(int)
        self._sums: dict[Key, int] = defaultdict(int)

    def enter(self, event: Event) -> None:
        rule = _RULES.get(type(event))
        if rule is not None:
            rule(self, event)
        self._post(event)

    def close(self) -> None:
        """Stores the balances and sums that the block moved."""
        number = self.block.number
        for (account, token), amount in self._moves.items():
            balance = self.memory.move_balance((account, token), amount)
            self.session.add(BalanceRow(account=account, token=token, block_number=number, balance=balance))
        for (name, token), amount in self._sums.items():
            total = self.memory.move_total((name, token), amount)
            self.session.add(TotalRow(name=name, token=token, block_number=number, total=total))

    def place(self, event: Event) -> dict[str, Any]:
        """The columns that say where a row came from."""
        return {"block_number": event.block_number, "log_index": event.log_index, "tx_hash": hex_of(event.tx_hash)}

    def count(self, name: str, amount: int, token: str = "") -> None:
        """Adds to a running sum."""
        self._sums[name, token] += amount

    def divide(self, event: Event, agreement: int, first: int, count: int, outcome: Outcome, division: Division) -> None:
        opened = self.memory.agreement(agreement)
        parts = {part: getattr(division, part) for part in PARTS}
        self.session.add(
            DivisionRow(
                **self.place(event),
                agreement=agreement,
                provider_address=opened.provider,
                customer_address=opened.customer,
                token=opened.token,
                first=first,
                count=count,
                expired=isinstance(event, events.Expired),
                outcome=outcome,
                **parts,
                deposit_left=self.memory.take_deposit(agreement, from_deposit(division) * count),
                settled_at_s=self.block.timestamp_s,
            )
        )
        self.count(TotalName.outcome(outcome), count)
        for part, amount in parts.items():
            self.count(TotalName.part(part), amount * count, opened.token)

    def pay(self, event: Event, kind: str, party: str, receiver: str, token: str, amount: int, **more: Any) -> None:
        columns = {"agreement": None, "configuration": None, "from_deposit": 0} | more
        self.session.add(
            PaymentRow(**self.place(event), kind=kind, party=party, receiver=receiver, token=token, amount=amount, **columns)
        )
        self.count(TotalName.paid(kind), amount, token)

    def _post(self, event: Event) -> None:
        agreement = getattr(event, "agreement", None)
        for line, posting in enumerate(postings_of(event, self._deal(event))):
            self.session.add(
                PostingRow(
                    **self.place(event),
                    line=line,
                    event=type(event).__name__,
                    agreement=agreement,
                    account=posting.account,
                    token=posting.token,
                    amount=posting.amount,
                )
            )
            self._moves[posting.account, posting.token] += posting.amount

    def _deal(self, event: Event) -> Deal | None:
        """What the event leaves unsaid. A skipped row needs nothing, and may name an agreement that does not exist."""
        if not isinstance(event, (events.Settled, events.Expired, events.ProviderPaid, events.CustomerPaid)):
            return None
        opened = self.memory.agreement(event.agreement)
        deal = Deal(event.agreement, opened.provider, opened.customer, opened.token)
        if not isinstance(event, events.Settled):
            return deal
        report = self.memory.report_of(event.agreement, event.period)
        return replace(deal, configuration=report.configuration, payee=report.payee)


def _opened(writer: _Writer, event: events.Opened) -> None:
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
        end_s=end_of(event),
        periods=event.periods,
        parameters=event.parameters,
        listing=event.listing,
        opened_at_s=writer.block.timestamp_s,
    )
    writer.session.add(opened)
    writer.memory.opened(opened)


def _terms(writer: _Writer, event: events.TermsPublished) -> None:
    writer.session.add(TermsRow(**writer.place(event), terms=hex_of(event.terms), text=event.text))


def _law(status: LawStatus) -> Callable[[_Writer, Any], None]:
    def enter(writer: _Writer, event: events.Published | events.Enacted | events.Broken) -> None:
        publisher = event.publisher if isinstance(event, events.Published) else None
        writer.session.add(LawEventRow(**writer.place(event), law=hex_of(event.law), status=status.name, publisher=publisher))

    return enter


def _registered(writer: _Writer, event: events.Registered) -> None:
    writer.session.add(
        RegistrationRow(
            **writer.place(event),
            provider=event.provider,
            payout=event.payout,
            profile=hex_of(event.profile),
            text=event.text,
        )
    )


def _parameters(writer: _Writer, event: events.ParametersSet) -> None:
    values = event.values
    writer.session.add(
        ParametersRow(
            **writer.place(event),
            parameters=event.parameters,
            report_deadline_s=values.report_deadline,
            dispute_window_s=values.dispute_window,
            validator_bps=values.validator_bps,
            dao_bps=values.dao_bps,
        )
    )


def _listed(writer: _Writer, event: events.Listed) -> None:
    values = event.values
    writer.session.add(
        ListingRow(
            **writer.place(event),
            listing=event.listing,
            token=values.token,
            min_fee=values.min_fee,
            relay_fee=values.relay_fee,
        )
    )


def _configured(writer: _Writer, event: events.Configured) -> None:
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


def _reported(writer: _Writer, event: events.Reported) -> None:
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


def _accepted(writer: _Writer, event: events.Accepted) -> None:
    """The row belongs to the report before it: a report's rows follow its ``Reported`` at once."""
    verdict = row.unpack(event.row)
    report = _report_before(writer, event)
    report.rows += 1
    writer.memory.accepted(event.agreement, event.period, report)
    writer.session.add(
        AcceptanceRow(
            **writer.place(event),
            agreement=event.agreement,
            provider=writer.memory.agreement(event.agreement).provider,
            period=event.period,
            word=f"0x{event.row:064x}",
            outcome=verdict.outcome,
            tier=verdict.tier,
            credit_bps=verdict.credit_bps,
            slash_bps=verdict.slash_bps,
            uptime_ppm=verdict.uptime_ppm,
            coverage_ppm=verdict.coverage_ppm,
            p95_ms=verdict.p95_ms,
            accepted_at_s=writer.block.timestamp_s,
            matures_at_s=event.matures_at,
            report_log_index=report.log_index,
        )
    )


def _skipped(writer: _Writer, event: events.Skipped) -> None:
    _report_before(writer, event).rows += 1
    writer.session.add(
        SkipRow(
            **writer.place(event),
            agreement=event.agreement,
            period=event.period,
            word=f"0x{event.row:064x}",
            reason=event.reason.name,
        )
    )
    writer.count(TotalName.SKIPPED, 1)


def _settled(writer: _Writer, event: events.Settled) -> None:
    writer.divide(event, event.agreement, event.period, 1, event.outcome, event.division)


def _expired(writer: _Writer, event: events.Expired) -> None:
    writer.divide(event, event.agreement, event.first, event.count, Outcome.NO_DATA, event.each)
    writer.count(TotalName.EXPIRED, event.count)


def _closed(writer: _Writer, event: events.Closed) -> None:
    writer.session.add(ClosureRow(**writer.place(event), agreement=event.agreement, deposit_released=event.deposit_released))


def _provider_paid(writer: _Writer, event: events.ProviderPaid) -> None:
    token = writer.memory.agreement(event.agreement).token
    writer.pay(event, "provider", event.provider, event.to, token, event.amount, agreement=event.agreement)


def _customer_paid(writer: _Writer, event: events.CustomerPaid) -> None:
    token, amount = writer.memory.agreement(event.agreement).token, event.from_fees + event.from_deposit
    extra = {"agreement": event.agreement, "from_deposit": event.from_deposit}
    writer.pay(event, "customer", event.customer, event.customer, token, amount, **extra)


def _member_paid(writer: _Writer, event: events.MemberPaid) -> None:
    configuration = hex_of(event.configuration)
    writer.pay(event, "member", event.member, event.member, event.token, event.amount, configuration=configuration)


def _relay_paid(writer: _Writer, event: events.RelayPaid) -> None:
    writer.pay(event, "relay", event.payee, event.payee, event.token, event.amount)


def _dao_paid(writer: _Writer, event: events.DaoPaid) -> None:
    writer.pay(event, "dao", event.treasury, event.treasury, event.token, event.amount)


def _withdrawn(writer: _Writer, event: events.Withdrawn) -> None:
    writer.pay(event, "stake", event.provider, event.to, event.token, event.amount)


def _report_before(writer: _Writer, event: Event) -> ReportRow:
    report = writer.report
    if report is None or report.tx_hash != hex_of(event.tx_hash):
        raise UnexpectedLog(f"a row without its report in {hex_of(event.tx_hash)}", value=event)
    return report


_RULES: dict[type[Event], Callable[[_Writer, Any], None]] = {
    events.Opened: _opened,
    events.TermsPublished: _terms,
    events.Published: _law(LawStatus.PUBLISHED),
    events.Enacted: _law(LawStatus.ENACTED),
    events.Broken: _law(LawStatus.BROKEN),
    events.Registered: _registered,
    events.ParametersSet: _parameters,
    events.Listed: _listed,
    events.Configured: _configured,
    events.Reported: _reported,
    events.Accepted: _accepted,
    events.Skipped: _skipped,
    events.Settled: _settled,
    events.Expired: _expired,
    events.Closed: _closed,
    events.ProviderPaid: _provider_paid,
    events.CustomerPaid: _customer_paid,
    events.MemberPaid: _member_paid,
    events.RelayPaid: _relay_paid,
    events.DaoPaid: _dao_paid,
    events.Withdrawn: _withdrawn,
}
