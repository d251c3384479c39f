"""What oracles and relays earned, pulled by whoever pays the gas: the money goes to whom it belongs."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.events import MemberPaid, RelayPaid, decode_known
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.values import member_bit
from cli.connection import Connection
from cli.history import observer_sets, read_events


def claim_as_member(connection: Connection, sender: Sender, member: str, token: str) -> int:
    """Claims a member's shares of all configurations that it belongs to; the amount, 0 where nothing is due."""
    sets = observer_sets(read_events(connection))
    earned = 0
    for configuration in connection.docket().configurations:
        if member not in configuration.members:
            continue
        index = configuration.members.index(member)
        own = sorted(each for each in sets.get(configuration.digest, ()) if each & member_bit(index))
        if own and connection.pactum.claimable_of_member(configuration.digest, token, index, own):
            receipt = connection.pactum.claim_member(sender, configuration.digest, token, index, own)
            earned += sum(paid.amount for paid in _told(connection, receipt) if isinstance(paid, MemberPaid))
    return earned


def claim_as_relay(connection: Connection, sender: Sender, payee: str, token: str) -> int:
    """Claims a relay's fees; the amount, 0 where nothing is due."""
    try:
        receipt = connection.pactum.claim_relay(sender, payee, token)
    except TransactionReverted as refusal:
        if refusal.name != "NothingToClaim":
            raise
        return 0
    return sum(paid.amount for paid in _told(connection, receipt) if isinstance(paid, RelayPaid))


def _told(connection: Connection, receipt: Receipt) -> list[object]:
    return list(decode_known(receipt.logs, {connection.book.pactum}))
