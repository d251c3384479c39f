"""One deployment as the commands see it: a node, an address book, and typed clients of the contracts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chain.addressbook import AddressBook
from chain.contracts import (
    CommitteeClient,
    LawStoneClient,
    NotaryClient,
    PactumClient,
    TimelockClient,
    TokenClient,
    TribunalClient,
    ZoneClient,
    check_book,
)
from chain.docket import Docket
from chain.keys import Signer, open_keystore
from chain.node import Node
from chain.sender import Sender
from cli.amounts import Money
from cli.passwords import password_for
from governance.errors import BadInput


@dataclass(frozen=True, slots=True)
class Connection:
    """A deployment that was checked to be there. Writes need ``sender``; what is read at ``latest`` may still be re-orged."""

    node: Node
    book: AddressBook

    @classmethod
    def open(cls, rpc_url: str, book: Path) -> Connection:
        """Connects. Raises NodeUnavailable, BadInput for the book, or WrongChain and NoContract where the two do not fit."""
        loaded = AddressBook.load(book)
        node = Node(rpc_url)
        check_book(node, loaded)
        return cls(node, loaded)

    @property
    def pactum(self) -> PactumClient:
        """The escrow."""
        return PactumClient(self.node, self.book.pactum)

    @property
    def notary(self) -> NotaryClient:
        """Where agreements are opened."""
        return NotaryClient(self.node, self.book.notary)

    @property
    def tribunal(self) -> TribunalClient:
        """Where rows are disputed."""
        return TribunalClient(self.node, self.book.tribunal)

    @property
    def zone(self) -> ZoneClient:
        """The registry of providers."""
        return ZoneClient(self.node, self.book.zone)

    @property
    def committee(self) -> CommitteeClient:
        """The oracles."""
        return CommitteeClient(self.node, self.book.committee)

    @property
    def law_stone(self) -> LawStoneClient:
        """Where laws stand."""
        return LawStoneClient(self.node, self.book.law_stone)

    @property
    def timelock(self) -> TimelockClient:
        """What governance goes through."""
        return TimelockClient(self.node, self.book.timelock)

    @property
    def now_s(self) -> int:
        """The chain's time: that of the newest block."""
        return self.node.block("latest").timestamp_s

    def token(self, address: str | None = None) -> TokenClient:
        """A token: the one named, else the book's. Raises BadInput where neither is given."""
        if chosen := address or self.book.token:
            return TokenClient(self.node, chosen)
        raise BadInput("which token?", remedy="name one with --token; the address book has none")

    def money(self, address: str | None = None) -> Money:
        """How amounts of a token are read and written."""
        token = self.token(address)
        return Money(token.address, token.symbol(), token.decimals())

    def sender(self, keystore: Path) -> Sender:
        """Whoever opens this keystore, ready to send."""
        return self.sender_of(open_signer(keystore))

    def sender_of(self, signer: Signer) -> Sender:
        """Somebody whose key is open already, ready to send."""
        return Sender(self.node, signer, chain_id=self.book.chain_id)

    def docket(self, tag: str = "latest") -> Docket:
        """Agreements, terms and configurations, read up to a block."""
        docket = Docket(self.node, self.book, tag)
        docket.refresh()
        return docket


def open_signer(keystore: Path) -> Signer:
    """The key of a keystore. Raises BadInput for a wrong password, or none."""
    return open_keystore(keystore, password_for(keystore))
