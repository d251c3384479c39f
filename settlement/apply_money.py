"""The events that tell of money that comes and goes: claims that were paid, stake, bonds."""

from __future__ import annotations

from typing import Any

from chain import events
from chain.events import Event
from settlement.account import Deal
from settlement.life import UnexpectedLog
from settlement.money_tables import PoolRow, ThawEndRow, ThawRow
from settlement.thawing import Asked, Pool
from settlement.writer import Rule, Writer, hex_of


def _provider_paid(writer: Writer, event: events.ProviderPaid) -> Deal:
    """One line for each agreement, all in one token. Whom the money went to only the token's own log says."""
    if not event.amounts:
        raise UnexpectedLog(f"a payment for no agreement in {hex_of(event.tx_hash)}", value=event)
    first, _ = event.amounts[0]
    token = writer.memory.agreement(first).token
    for line, (agreement, amount) in enumerate(event.amounts):
        if amount:
            writer.pay(event, "provider", event.provider, None, token, amount, line, agreement=agreement)
    return writer.deal(first)


def _customer_paid(writer: Writer, event: events.CustomerPaid) -> Deal:
    token, amount = writer.memory.agreement(event.agreement).token, event.from_fees + event.from_deposit
    extra = {"agreement": event.agreement, "from_deposit": event.from_deposit}
    writer.pay(event, "customer", event.customer, event.customer, token, amount, **extra)
    if event.from_deposit:
        writer.memory.life(event.agreement).paid(event.from_deposit)
        writer.keep_deposit(event, event.agreement)
    return writer.deal(event.agreement)


def _member_paid(writer: Writer, event: events.MemberPaid) -> None:
    crew: dict[str, Any] = {"configuration": hex_of(event.configuration), "observers": event.observers, "payee": event.payee}
    writer.pay(event, "member", event.member, event.member, event.token, event.amount, **crew)


def _relay_paid(writer: Writer, event: events.RelayPaid) -> None:
    crew: dict[str, Any] = {"configuration": hex_of(event.configuration), "observers": event.observers, "payee": event.payee}
    writer.pay(event, "relay", event.payee, event.payee, event.token, event.amount, **crew)


def _winner_paid(writer: Writer, event: events.WinnerPaid) -> None:
    writer.pay(event, "winner", event.winner, event.winner, event.token, event.amount)


def _dao_paid(writer: Writer, event: events.DaoPaid) -> None:
    writer.pay(event, "dao", event.treasury, event.treasury, event.token, event.amount)


def _paid(writer: Writer, event: events.Paid) -> None:
    writer.pay(event, "dispute", event.account, event.account, event.token, event.amount)


def _bond_withdrawn(writer: Writer, event: events.BondWithdrawn) -> None:
    writer.pay(event, "bond", event.member, event.to, writer.constants.bond_token, event.amount)


def _reporter_paid(writer: Writer, event: events.ReporterPaid) -> None:
    writer.pay(event, "reporter", event.reporter, event.reporter, writer.constants.bond_token, event.amount)


def _bond_dao_paid(writer: Writer, event: events.BondDaoPaid) -> None:
    writer.pay(event, "dao", event.treasury, event.treasury, writer.constants.bond_token, event.amount)


def _thaw_started(writer: Writer, event: events.ThawStarted) -> None:
    pool = writer.memory.pool(event.provider, event.token)
    asked = Asked(event.shares, pool.generation)
    writer.session.add(
        ThawRow(
            **writer.place(event),
            provider=event.provider,
            token=event.token,
            request=event.request,
            amount=event.amount,
            shares=event.shares,
            generation=pool.generation,
            thaws_at_s=event.thaws_at,
        )
    )
    writer.memory.ask(event.provider, event.token, event.request, asked)
    _keep_pool(writer, event, pool.start(event.amount, event.shares))


def _restaked(writer: Writer, event: events.Restaked) -> None:
    _end(writer, event, restaked=True)


def _withdrawn(writer: Writer, event: events.Withdrawn) -> None:
    writer.pay(event, "stake", event.provider, event.to, event.token, event.amount)
    _end(writer, event, restaked=False)


def _seized(writer: Writer, event: events.Seized) -> None:
    """The ``CustomerPaid`` before it took the stake out of the books: what is there is what is left."""
    pool = writer.memory.pool(event.provider, event.token)
    after = pool.seized(writer.memory.staked(event.provider, event.token))
    if after != pool:
        _keep_pool(writer, event, after)


def _end(writer: Writer, event: events.Restaked | events.Withdrawn, *, restaked: bool) -> None:
    asked = writer.memory.asked(event.provider, event.token, event.request)
    writer.session.add(
        ThawEndRow(
            **writer.place(event),
            provider=event.provider,
            token=event.token,
            request=event.request,
            amount=event.amount,
            restaked=restaked,
        )
    )
    _keep_pool(writer, event, writer.memory.pool(event.provider, event.token).end(asked, event.amount))


def _keep_pool(
    writer: Writer, event: events.ThawStarted | events.Restaked | events.Withdrawn | events.Seized, pool: Pool
) -> None:
    writer.memory.keep_pool(event.provider, event.token, pool)
    writer.session.add(
        PoolRow(
            **writer.place(event),
            provider=event.provider,
            token=event.token,
            thawing=pool.thawing,
            shares=pool.shares,
            generation=pool.generation,
        )
    )


RULES: dict[type[Event], Rule] = {
    events.ProviderPaid: _provider_paid,
    events.CustomerPaid: _customer_paid,
    events.MemberPaid: _member_paid,
    events.RelayPaid: _relay_paid,
    events.WinnerPaid: _winner_paid,
    events.DaoPaid: _dao_paid,
    events.Paid: _paid,
    events.BondWithdrawn: _bond_withdrawn,
    events.ReporterPaid: _reporter_paid,
    events.BondDaoPaid: _bond_dao_paid,
    events.ThawStarted: _thaw_started,
    events.Restaked: _restaked,
    events.Withdrawn: _withdrawn,
    events.Seized: _seized,
}
