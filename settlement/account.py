"""Double entry: what each event of the contracts moves between accounts. Pure; ``settlement.ledger`` keeps the books.

Accounts, in one token each:

=========================  ==========================================================================================
``outside:<address>``      the world: below zero what it paid in, above what it was paid
``escrow:<agreement>``     Pactum: fees of periods that are not settled
``provider:<agreement>``   Pactum: the provider's settled shares, not yet claimed
``customer:<agreement>``   Pactum: refunds and credits out of fees, not yet claimed
``pot:<configuration>``    Pactum: the validators' shares of a configuration, not yet claimed
``relay:<payee>``          Pactum: a relay's fees per row, not yet claimed
``dao``                    Pactum: the DAO's shares, not yet claimed
``stake:<provider>``       Zone: stake that backs nothing
``locked:<provider>``      Zone: deposits behind agreements
``awarded:<provider>``     Zone: the part of locked deposits that settled verdicts gave to customers, not yet claimed
=========================  ==========================================================================================

The postings of one event sum to zero per token; the accounts of a contract sum to its token balance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from chain import events
from chain.values import Division
from governance.errors import FatalError
from governance.values import Outcome
from settlement.split import fee_of, from_deposit

DAO = "dao"
OUTSIDE = "outside:"
PACTUM_ACCOUNTS = ("escrow:", "provider:", "customer:", "pot:", "relay:", DAO)
ZONE_ACCOUNTS = ("stake:", "locked:", "awarded:")
PARTS = tuple(field.name for field in fields(Division))
PAYMENT_KINDS = ("provider", "customer", "member", "relay", "dao", "stake")


class Unbalanced(FatalError):
    """The postings of an event do not sum to zero: a mistake in this module, never in the input."""


@dataclass(frozen=True, slots=True)
class Posting:
    """``amount`` is added to the account, in the token's smallest unit; below zero it is taken from it."""

    account: str
    token: str
    amount: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What an event on an agreement leaves unsaid: its parties and token, and, for a settled row, who reported it."""

    agreement: int
    provider: str
    customer: str
    token: str
    configuration: str = ""
    payee: str = ""


class TotalName(StrEnum):
    """Names of the running sums."""

    EXPIRED = "expired"
    REPORTS = "reports"
    SKIPPED = "skipped"

    @staticmethod
    def outcome(outcome: Outcome) -> str:
        """Settled and expired periods of an outcome."""
        return f"outcome:{outcome.name.lower()}"

    @staticmethod
    def part(part: str) -> str:
        """A part of all divisions, by token."""
        return f"part:{part}"

    @staticmethod
    def paid(kind: str) -> str:
        """Payments of a kind, by token."""
        return f"paid:{kind}"


def outside_account(address: str) -> str:
    """Somebody in the world."""
    return OUTSIDE + address


def escrow_account(agreement: int) -> str:
    """Fees of an agreement's unsettled periods."""
    return f"escrow:{agreement}"


def provider_account(agreement: int) -> str:
    """What an agreement's provider may claim."""
    return f"provider:{agreement}"


def customer_account(agreement: int) -> str:
    """What an agreement's customer may claim out of fees."""
    return f"customer:{agreement}"


def pot_account(configuration: str) -> str:
    """What the members of a configuration may claim."""
    return f"pot:{configuration}"


def relay_account(payee: str) -> str:
    """What a relay may claim."""
    return f"relay:{payee}"


def stake_account(provider: str) -> str:
    """A provider's free stake."""
    return f"stake:{provider}"


def locked_account(provider: str) -> str:
    """A provider's deposits."""
    return f"locked:{provider}"


def awarded_account(provider: str) -> str:
    """What verdicts took from a provider's deposits and customers have not claimed."""
    return f"awarded:{provider}"


def postings_of(event: events.Event, deal: Deal | None) -> list[Posting]:
    """The postings of one event, without empty ones; none for an event that moves nothing.

    ``deal`` is needed for events on an agreement. Raises Unbalanced if they do not sum to zero.
    """
    rule = _RULES.get(type(event))
    posted = [line for line in rule(event, deal) if line.amount] if rule else []
    if sum(line.amount for line in posted) or len({line.token for line in posted}) > 1:
        raise Unbalanced(f"{type(event).__name__} does not balance", value=posted)
    return posted


def moved(sources: dict[str, int], targets: dict[str, int], token: str) -> list[Posting]:
    """Postings that take from some accounts and give to others."""
    return [Posting(account, token, -amount) for account, amount in sources.items()] + [
        Posting(account, token, amount) for account, amount in targets.items()
    ]


def _staked(event: events.Staked, _: Deal | None) -> list[Posting]:
    return _move(outside_account(event.provider), stake_account(event.provider), event.token, event.amount)


def _withdrawn(event: events.Withdrawn, _: Deal | None) -> list[Posting]:
    return _move(stake_account(event.provider), outside_account(event.to), event.token, event.amount)


def _locked(event: events.Locked, _: Deal | None) -> list[Posting]:
    return _move(stake_account(event.provider), locked_account(event.provider), event.token, event.amount)


def _unlocked(event: events.Unlocked, _: Deal | None) -> list[Posting]:
    return _move(locked_account(event.provider), stake_account(event.provider), event.token, event.amount)


def _opened(event: events.Opened, _: Deal | None) -> list[Posting]:
    fees = event.offer.fee * event.periods
    return _move(outside_account(event.customer), escrow_account(event.agreement), event.offer.token, fees)


def _settled(event: events.Settled, deal: Deal | None) -> list[Posting]:
    return _divided(_known(deal), event.division, 1)


def _expired(event: events.Expired, deal: Deal | None) -> list[Posting]:
    return _divided(_known(deal), event.each, event.count)


def _divided(deal: Deal, each: Division, count: int) -> list[Posting]:
    """The fee leaves escrow for five claims; what the deposit gives changes hands inside the Zone."""
    claims = {
        provider_account(deal.agreement): each.provider,
        customer_account(deal.agreement): each.customer_from_fee,
        pot_account(deal.configuration): each.validators,
        relay_account(deal.payee): each.relay,
        DAO: each.dao,
    }
    fee = moved(
        {escrow_account(deal.agreement): fee_of(each) * count},
        {account: amount * count for account, amount in claims.items()},
        deal.token,
    )
    award = from_deposit(each) * count
    return fee + _move(locked_account(deal.provider), awarded_account(deal.provider), deal.token, award)


def _provider_paid(event: events.ProviderPaid, deal: Deal | None) -> list[Posting]:
    return _move(provider_account(event.agreement), outside_account(event.to), _known(deal).token, event.amount)


def _customer_paid(event: events.CustomerPaid, deal: Deal | None) -> list[Posting]:
    """Both contracts pay: Pactum out of fees, the Zone (its ``Seized`` posts nothing more) out of the deposit."""
    known = _known(deal)
    sources = {customer_account(event.agreement): event.from_fees, awarded_account(known.provider): event.from_deposit}
    return moved(sources, {outside_account(event.customer): event.from_fees + event.from_deposit}, known.token)


def _member_paid(event: events.MemberPaid, _: Deal | None) -> list[Posting]:
    return _move(pot_account("0x" + event.configuration.hex()), outside_account(event.member), event.token, event.amount)


def _relay_paid(event: events.RelayPaid, _: Deal | None) -> list[Posting]:
    return _move(relay_account(event.payee), outside_account(event.payee), event.token, event.amount)


def _dao_paid(event: events.DaoPaid, _: Deal | None) -> list[Posting]:
    return _move(DAO, outside_account(event.treasury), event.token, event.amount)


def _move(source: str, target: str, token: str, amount: int) -> list[Posting]:
    return moved({source: amount}, {target: amount}, token)


def _known(deal: Deal | None) -> Deal:
    if deal is None:
        raise Unbalanced("an event on an agreement that was never opened", remedy="read the logs from the deployment on")
    return deal


_RULES: dict[type[events.Event], Callable[[Any, Deal | None], list[Posting]]] = {
    events.Staked: _staked,
    events.Withdrawn: _withdrawn,
    events.Locked: _locked,
    events.Unlocked: _unlocked,
    events.Opened: _opened,
    events.Settled: _settled,
    events.Expired: _expired,
    events.ProviderPaid: _provider_paid,
    events.CustomerPaid: _customer_paid,
    events.MemberPaid: _member_paid,
    events.RelayPaid: _relay_paid,
    events.DaoPaid: _dao_paid,
}
