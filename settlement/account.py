"""Double entry: what each event of the contracts moves between accounts. Pure; ``settlement.ledger`` keeps the books.

Accounts, in one token each; a crew is named by configuration, observers and payee:

===========================================  ========================================================================
``outside:<address>``                        the world: below zero what it paid in, above what it was paid
``escrow:<agreement>``                       Pactum: fees of periods that are not settled
``provider:<agreement>``                     Pactum: the provider's settled shares, not yet claimed
``customer:<agreement>``                     Pactum: refunds and credits out of fees, not yet claimed
``crew:<crew>``                              Pactum: what the members of a crew have not claimed of their shares
``relay:<crew>``                             Pactum: what a crew's payee has not claimed of its fees per row
``winner:<address>``                         Pactum: what a dispute's winner has not claimed of those parts
``dao``                                      Pactum: the DAO's shares, not yet claimed
``stake:<provider>``                         Zone: stake that backs nothing; some of it may be thawing
``locked:<provider>``                        Zone: deposits behind agreements
``reserved:<provider>``                      Zone: the part of locked deposits that is kept for disputed rows
``awarded:<provider>``                       Zone: the part of locked deposits that verdicts gave to customers, not yet claimed
``tribunal:dispute:<agreement>:<period>``    Tribunal: the bond of an open dispute
``tribunal:due:<address>``                   Tribunal: bonds, and halves of bonds, not yet claimed
``tribunal:dao``                             Tribunal: the DAO's halves of lost bonds, not yet claimed
``committee:bond:<member>``                  Committee: a member's bond
``committee:reporter:<address>``             Committee: a reporter's shares of bonds, not yet claimed
``committee:dao``                            Committee: the DAO's shares of bonds, not yet claimed
===========================================  ========================================================================

The postings of one event sum to zero per token; the accounts of a contract sum to its token balance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chain import events
from governance.errors import FatalError
from settlement.life import Held, Purse, Settling
from settlement.split import fee_of, from_deposit

DAO, TRIBUNAL_DAO, COMMITTEE_DAO = "dao", "tribunal:dao", "committee:dao"
OUTSIDE = "outside:"
PACTUM_ACCOUNTS = ("escrow:", "provider:", "customer:", "crew:", "relay:", "winner:", DAO)
ZONE_ACCOUNTS = ("stake:", "locked:", "reserved:", "awarded:")
TRIBUNAL_ACCOUNTS = ("tribunal:",)
COMMITTEE_ACCOUNTS = ("committee:",)


class Unbalanced(FatalError):
    """The postings of an event do not sum to zero: a mistake in this module, never in the input."""


@dataclass(frozen=True, slots=True)
class Posting:
    """``amount`` is added to the account, in the token's smallest unit; below zero it is taken from it."""

    account: str
    token: str
    amount: int


@dataclass(frozen=True, slots=True)
class Constants:
    """What the deployment fixed and no event says: the Tribunal's address, and the token of the members' bonds."""

    tribunal: str
    bond_token: str


@dataclass(frozen=True, slots=True)
class Bond:
    """What somebody put up for a dispute."""

    disputer: str
    amount: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What an event on an agreement leaves unsaid: its parties and token, and what it settles, holds or rules on."""

    agreement: int
    provider: str
    customer: str
    token: str
    settled: Sequence[Settling] = ()
    held: Held | None = None
    bond: Bond | None = None


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


def crew_account(purse: Purse) -> str:
    """What the members of a crew may claim."""
    return f"crew:{purse.configuration}:{purse.observers}:{purse.payee}"


def relay_account(purse: Purse) -> str:
    """What a crew's payee may claim."""
    return f"relay:{purse.configuration}:{purse.observers}:{purse.payee}"


def winner_account(winner: str) -> str:
    """What a winner of disputes may claim of the rows' parts."""
    return f"winner:{winner}"


def stake_account(provider: str) -> str:
    """A provider's stake that backs nothing."""
    return f"stake:{provider}"


def locked_account(provider: str) -> str:
    """A provider's deposits."""
    return f"locked:{provider}"


def reserved_account(provider: str) -> str:
    """What disputes keep of a provider's deposits."""
    return f"reserved:{provider}"


def awarded_account(provider: str) -> str:
    """What verdicts took from a provider's deposits and customers have not claimed."""
    return f"awarded:{provider}"


def dispute_account(agreement: int, period: int) -> str:
    """The bond of an open dispute."""
    return f"tribunal:dispute:{agreement}:{period}"


def tribunal_account(address: str) -> str:
    """Bonds and halves of bonds that somebody may claim."""
    return f"tribunal:due:{address}"


def bond_account(member: str) -> str:
    """A committee member's bond."""
    return f"committee:bond:{member}"


def reporter_account(reporter: str) -> str:
    """Shares of bonds that somebody may claim who showed equivocations."""
    return f"committee:reporter:{reporter}"


def postings_of(event: events.Event, constants: Constants, deal: Deal | None = None) -> list[Posting]:
    """The postings of one event, without empty ones; none for an event that moves nothing.

    ``deal`` is needed for events on an agreement. Raises Unbalanced if they do not sum to zero.
    """
    rule = _RULES.get(type(event))
    posted = [line for line in rule(event, constants, deal) if line.amount] if rule else []
    if sum(line.amount for line in posted) or len({line.token for line in posted}) > 1:
        raise Unbalanced(f"{type(event).__name__} does not balance", value=posted)
    return posted


def moved(sources: dict[str, int], targets: dict[str, int], token: str) -> list[Posting]:
    """Postings that take from some accounts and give to others."""
    return [Posting(account, token, -amount) for account, amount in sources.items()] + [
        Posting(account, token, amount) for account, amount in targets.items()
    ]


def _staked(event: events.Staked, *_: Any) -> list[Posting]:
    return _move(outside_account(event.provider), stake_account(event.provider), event.token, event.amount)


def _withdrawn(event: events.Withdrawn, *_: Any) -> list[Posting]:
    return _move(stake_account(event.provider), outside_account(event.to), event.token, event.amount)


def _locked(event: events.Locked, *_: Any) -> list[Posting]:
    return _move(stake_account(event.provider), locked_account(event.provider), event.token, event.amount)


def _unlocked(event: events.Unlocked, *_: Any) -> list[Posting]:
    return _move(locked_account(event.provider), stake_account(event.provider), event.token, event.amount)


def _opened(event: events.Opened, *_: Any) -> list[Posting]:
    fees = event.offer.fee * event.periods
    return _move(outside_account(event.customer), escrow_account(event.agreement), event.offer.token, fees)


def _terminated(event: events.Terminated, _: Constants, deal: Deal | None) -> list[Posting]:
    known = _known(deal)
    return _move(escrow_account(event.agreement), customer_account(event.agreement), known.token, event.refund)


def _settling(_event: events.Event, _: Constants, deal: Deal | None) -> list[Posting]:
    """Of an event that settles rows: one of its own, or the one that waited before it."""
    known = _known(deal)
    return [line for settled in known.settled for line in _divided(known, settled)]


def _divided(deal: Deal, settled: Settling) -> list[Posting]:
    """The fee leaves escrow for claims; what the deposit gives changes hands inside the Zone."""
    each, count = settled.division, settled.count
    claims = {
        provider_account(deal.agreement): each.provider,
        customer_account(deal.agreement): each.customer_from_fee,
        DAO: each.dao,
    }
    if settled.purse is not None:
        claims |= {crew_account(settled.purse): each.validators, relay_account(settled.purse): each.relay}
    if settled.winner is not None:
        claims[winner_account(settled.winner)] = settled.reward
    fee = moved(
        {escrow_account(deal.agreement): (fee_of(each) + settled.reward) * count},
        {account: amount * count for account, amount in claims.items()},
        deal.token,
    )
    return fee + _move(locked_account(deal.provider), awarded_account(deal.provider), deal.token, from_deposit(each) * count)


def _row_held(event: events.RowHeld, _: Constants, deal: Deal | None) -> list[Posting]:
    known = _known(deal)
    return _move(locked_account(known.provider), reserved_account(known.provider), known.token, event.reserve)


def _decided(event: events.Decided, constants: Constants, deal: Deal | None) -> list[Posting]:
    known = _known(deal)
    reserve = known.held.reserve if known.held else 0
    released = _move(reserved_account(known.provider), locked_account(known.provider), known.token, reserve)
    return released + _settling(event, constants, deal)


def _provider_paid(event: events.ProviderPaid, _: Constants, deal: Deal | None) -> list[Posting]:
    """The log does not say whom the money went to; it left at the provider's word, or for its payout address."""
    token = _known(deal).token
    taken = [Posting(provider_account(agreement), token, -amount) for agreement, amount in event.amounts]
    return [*taken, Posting(outside_account(event.provider), token, sum(amount for _, amount in event.amounts))]


def _customer_paid(event: events.CustomerPaid, _: Constants, deal: Deal | None) -> list[Posting]:
    """Both contracts pay: Pactum out of fees, the Zone (its ``Seized`` posts nothing more) out of the deposit."""
    known = _known(deal)
    sources = {customer_account(event.agreement): event.from_fees, awarded_account(known.provider): event.from_deposit}
    return moved(sources, {outside_account(event.customer): event.from_fees + event.from_deposit}, known.token)


def _member_paid(event: events.MemberPaid, *_: Any) -> list[Posting]:
    purse = Purse("0x" + event.configuration.hex(), event.observers, event.payee)
    return _move(crew_account(purse), outside_account(event.member), event.token, event.amount)


def _relay_paid(event: events.RelayPaid, *_: Any) -> list[Posting]:
    purse = Purse("0x" + event.configuration.hex(), event.observers, event.payee)
    return _move(relay_account(purse), outside_account(event.payee), event.token, event.amount)


def _winner_paid(event: events.WinnerPaid, *_: Any) -> list[Posting]:
    return _move(winner_account(event.winner), outside_account(event.winner), event.token, event.amount)


def _dao_paid(event: events.DaoPaid, constants: Constants, _: Deal | None) -> list[Posting]:
    source = TRIBUNAL_DAO if event.address == constants.tribunal else DAO
    return _move(source, outside_account(event.treasury), event.token, event.amount)


def _disputed(event: events.Disputed, *_: Any) -> list[Posting]:
    bond = dispute_account(event.agreement, event.period)
    return _move(outside_account(event.disputer), bond, event.token, event.bond)


def _confirmed(event: events.Confirmed, _: Constants, deal: Deal | None) -> list[Posting]:
    gains = {tribunal_account(event.held_up): event.to_held_up, TRIBUNAL_DAO: event.to_dao}
    return moved({dispute_account(event.agreement, event.period): _bond(deal).amount}, gains, _known(deal).token)


def _given_back(event: events.Replaced | events.Lapsed, _: Constants, deal: Deal | None) -> list[Posting]:
    bond = _bond(deal)
    return _move(dispute_account(event.agreement, event.period), tribunal_account(bond.disputer), _known(deal).token, bond.amount)


def _paid(event: events.Paid, *_: Any) -> list[Posting]:
    return _move(tribunal_account(event.account), outside_account(event.account), event.token, event.amount)


def _bond_posted(event: events.BondPosted, constants: Constants, _: Deal | None) -> list[Posting]:
    return _move(outside_account(event.by), bond_account(event.member), constants.bond_token, event.amount)


def _bond_withdrawn(event: events.BondWithdrawn, constants: Constants, _: Deal | None) -> list[Posting]:
    return _move(bond_account(event.member), outside_account(event.to), constants.bond_token, event.amount)


def _equivocated(event: events.Equivocated, constants: Constants, _: Deal | None) -> list[Posting]:
    gains = {reporter_account(event.reporter): event.to_reporter, COMMITTEE_DAO: event.to_dao}
    return moved({bond_account(event.member): event.to_reporter + event.to_dao}, gains, constants.bond_token)


def _reporter_paid(event: events.ReporterPaid, constants: Constants, _: Deal | None) -> list[Posting]:
    return _move(reporter_account(event.reporter), outside_account(event.reporter), constants.bond_token, event.amount)


def _bond_dao_paid(event: events.BondDaoPaid, constants: Constants, _: Deal | None) -> list[Posting]:
    return _move(COMMITTEE_DAO, outside_account(event.treasury), constants.bond_token, event.amount)


def _move(source: str, target: str, token: str, amount: int) -> list[Posting]:
    return moved({source: amount}, {target: amount}, token)


def _known(deal: Deal | None) -> Deal:
    if deal is None:
        raise Unbalanced("an event on an agreement that was never opened", remedy="read the logs from the deployment on")
    return deal


def _bond(deal: Deal | None) -> Bond:
    known = _known(deal)
    if known.bond is None:
        raise Unbalanced("a ruling on what nobody disputed", value=known, remedy="read the logs from the deployment on")
    return known.bond


_RULES: dict[type[events.Event], Callable[[Any, Constants, Deal | None], list[Posting]]] = {
    events.Staked: _staked,
    events.Withdrawn: _withdrawn,
    events.Locked: _locked,
    events.Unlocked: _unlocked,
    events.Opened: _opened,
    events.Terminated: _terminated,
    events.Accepted: _settling,
    events.Settled: _settling,
    events.Expired: _settling,
    events.RowHeld: _row_held,
    events.Decided: _decided,
    events.ProviderPaid: _provider_paid,
    events.CustomerPaid: _customer_paid,
    events.MemberPaid: _member_paid,
    events.RelayPaid: _relay_paid,
    events.WinnerPaid: _winner_paid,
    events.DaoPaid: _dao_paid,
    events.Disputed: _disputed,
    events.Confirmed: _confirmed,
    events.Replaced: _given_back,
    events.Lapsed: _given_back,
    events.Paid: _paid,
    events.BondPosted: _bond_posted,
    events.BondWithdrawn: _bond_withdrawn,
    events.Equivocated: _equivocated,
    events.ReporterPaid: _reporter_paid,
    events.BondDaoPaid: _bond_dao_paid,
}
