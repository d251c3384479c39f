"""What providers, oracles and relays earned, pulled by whoever pays the gas: the money goes to whom it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from chain.blocks import Receipt
from chain.events import Event, MemberPaid, ProviderPaid, RelayPaid, decode_known
from chain.reverts import TransactionReverted
from chain.sender import CallSender
from chain.values import member_bit
from cli.connection import Connection
from cli.history import crews_of, read_events

MOST_AT_ONCE = 100  # agreements, or crews, of one transaction

Each = TypeVar("Each")


def claim_as_provider(connection: Connection, sender: CallSender, provider: str, token: str, to: str) -> int:
    """Settles what has matured and claims a provider's shares of all its agreements in one token; the amount."""
    records = connection.docket().agreements().values()
    mine = [record.id for record in records if record.provider == provider and record.offer.token == token]
    earned = 0
    for some in batches(mine):
        told = _pulled(connection, lambda some=some: connection.pactum.claim_provider(sender, some, token, to))  # type: ignore[misc]
        earned += sum(amount for paid in told if isinstance(paid, ProviderPaid) for _, amount in paid.amounts)
    return earned


def claim_as_member(connection: Connection, sender: CallSender, member: str, token: str) -> int:
    """Claims a member's shares of all configurations that it belongs to; the amount, 0 where nothing is due."""
    crews, pactum = crews_of(read_events(connection)), connection.pactum
    earned = 0
    for configuration in connection.docket().configurations:
        if member not in configuration.members:
            continue
        index = configuration.members.index(member)
        own = [crew for crew in crews.get(configuration.digest, ()) if crew.observers & member_bit(index)]
        for some in batches(own):
            if pactum.claimable_of_member(configuration.digest, token, index, some):
                receipt = pactum.claim_member(sender, configuration.digest, token, index, some)
                earned += sum(paid.amount for paid in _told(connection, receipt) if isinstance(paid, MemberPaid))
    return earned


def claim_as_relay(connection: Connection, sender: CallSender, payee: str, token: str) -> int:
    """Claims a relay's fees under all configurations; the amount, 0 where nothing is due."""
    pactum, earned = connection.pactum, 0
    for configuration, crews in crews_of(read_events(connection)).items():
        for some in batches([crew.observers for crew in crews if crew.payee == payee]):
            if pactum.claimable_of_relay(configuration, token, payee, some):
                receipt = pactum.claim_relay(sender, configuration, token, payee, some)
                earned += sum(paid.amount for paid in _told(connection, receipt) if isinstance(paid, RelayPaid))
    return earned


def claimed(claim: Callable[[], Receipt]) -> Receipt | None:
    """The receipt of a claim; None where nothing was due, which is no error of whoever asks."""
    try:
        return claim()
    except TransactionReverted as refusal:
        if refusal.name != "NothingToClaim":
            raise
        return None


def batches(many: Sequence[Each]) -> Iterator[Sequence[Each]]:
    """As many at once as one transaction takes."""
    for first in range(0, len(many), MOST_AT_ONCE):
        yield many[first : first + MOST_AT_ONCE]


def _pulled(connection: Connection, claim: Callable[[], Receipt]) -> list[Event]:
    receipt = claimed(claim)
    return _told(connection, receipt) if receipt else []


def _told(connection: Connection, receipt: Receipt) -> list[Event]:
    return decode_known(receipt.logs, {connection.book.pactum})
