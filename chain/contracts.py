"""Typed clients of the contracts: reads give frozen values, writes take a sender and give a receipt.

Every read raises NodeUnavailable, TransactionReverted or NoContract; every write what ``Sender.send`` raises. Reads look at
``latest``; ``client.at("finalized")`` looks at another block. What governance alone may do is given as a ``Call``, which
``chain.governor`` takes through the timelock.
"""

from __future__ import annotations

from chain.addressbook import AddressBook
from chain.calls import Contract, decode_text
from chain.committee import CommitteeClient
from chain.law_stone import LawStoneClient
from chain.node import Node
from chain.notary import NotaryClient
from chain.pactum import PactumClient
from chain.sender import WrongChain
from chain.timelock import TimelockClient
from chain.token import TokenClient
from chain.tribunal import TribunalClient
from chain.zone import ZoneClient

__all__ = [
    "CommitteeClient",
    "LawStoneClient",
    "NotaryClient",
    "PactumClient",
    "TimelockClient",
    "TokenClient",
    "TribunalClient",
    "ZoneClient",
    "check_book",
    "decode_text",
]


def check_book(node: Node, book: AddressBook) -> None:
    """Checks that a node follows the book's chain and has its contracts. Raises WrongChain or NoContract."""
    found = node.chain_id()
    if found != book.chain_id:
        message = f"node at {node.url} follows chain {found}, the address book is of {book.chain_id}"
        raise WrongChain(message, value=found, remedy="use the node, or the book, of the other chain")
    for address in book.contracts:
        Contract(node, address).require_code()
