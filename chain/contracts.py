"""Typed clients of the contracts: reads give frozen values, writes take a sender and give a receipt.

Every read raises NodeUnavailable, TransactionReverted or NoContract; every write what ``Sender.send`` raises. Reads look at
``latest``; ``client.at("finalized")`` looks at another block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.calls import Contract, NoContract, abi_of
from chain.events import Opened, decode_known
from chain.hashing import ZERO_ADDRESS, address_of, text_id
from chain.node import Node
from chain.offers import Offer
from chain.sender import Sender, WrongChain
from chain.values import (
    Agreement,
    Claimable,
    Configuration,
    Header,
    LawStatus,
    Listing,
    Parameters,
    Pending,
    Stake,
)
from governance.errors import BadInput

_OFFER = abi_of(Offer)
_HEADER = abi_of(Header)
_CLAIMABLE_OF_MEMBER = "claimableOfMember(bytes32,address,uint256,uint32[])"
_CONFIGURATION = "(uint64,uint64,uint8,uint32,address[])"


class LawStoneClient(Contract):
    """Where laws stand."""

    def publish(self, sender: Sender, text: str) -> Receipt:
        """Stores a law's text; open to everyone. Its id is ``text_id(text)``."""
        return sender.send(self.call("publish(bytes)", text.encode()))

    def enact(self, sender: Sender, law: bytes) -> Receipt:
        """Lets new agreements use a published law. Governance only."""
        return sender.send(self.call("enact(bytes32)", law))

    def break_law(self, sender: Sender, law: bytes) -> Receipt:
        """Keeps new agreements from using an enacted law, for ever. Governance only."""
        return sender.send(self.call("breakLaw(bytes32)", law))

    def status_of(self, law: bytes) -> LawStatus:
        """Where a law stands; NONE for a text that nobody published."""
        return LawStatus(self.read_value("uint8", "statusOf(bytes32)", law))

    def text_of(self, law: bytes) -> str:
        """A law's text, checked against its id. Raises NoContract where the node's answer is not that text."""
        raw: bytes = self.read_value("bytes", "textOf(bytes32)", law)
        if text_id(raw) != law:
            raise NoContract(f"the node's text of law 0x{law.hex()} hashes to another id", value=law, remedy="ask another node")
        return decode_text(raw, f"law 0x{law.hex()}")


class ZoneClient(Contract):
    """The registry of providers and the keeper of their stake."""

    def register(self, sender: Sender, payout: str, profile: str) -> Receipt:
        """Enters or replaces the sender's record. ``profile`` is JSON text."""
        return sender.send(self.call("register(address,bytes)", payout, profile.encode()))

    def stake(self, sender: Sender, token: str, amount: int) -> Receipt:
        """Adds to the sender's stake; Zone must be approved for the amount."""
        return sender.send(self.call("stake(address,uint256)", token, amount))

    def withdraw(self, sender: Sender, token: str, amount: int) -> Receipt:
        """Sends free stake to the sender's payout address."""
        return sender.send(self.call("withdraw(address,uint256)", token, amount))

    def payout_of(self, provider: str) -> str | None:
        """Where a provider is paid; None where it is not registered."""
        payout = str(self.read_value("address", "payoutOf(address)", provider))
        return None if payout == ZERO_ADDRESS else payout

    def profile_of(self, provider: str) -> bytes:
        """Hash of a provider's profile text."""
        return bytes(self.read_value("bytes32", "profileOf(address)", provider))

    def stake_of(self, provider: str, token: str) -> Stake:
        """A provider's stake in a token."""
        return self.read_struct(Stake, "stakeOf(address,address)", provider, token)


class CommitteeClient(Contract):
    """The oracles, and the proof that a quorum of them signed."""

    def configure(self, sender: Sender, members: Sequence[str], since_s: int) -> Receipt:
        """Announces the next configuration, in force from ``since_s``. Governance only."""
        return sender.send(self.call("configure(address[],uint64)", list(members), since_s))

    def verify(self, configuration: bytes, digest: bytes, signers: int, signatures: bytes) -> None:
        """Raises TransactionReverted, with the contract's reason, unless a quorum signed the digest; NoContract as reads do."""
        self.require_code()  # a call that returns nothing succeeds everywhere where no contract stands
        self.ask("verify(bytes32,bytes32,uint256,bytes)", configuration, digest, signers, signatures)

    def configuration_of(self, digest: bytes) -> Configuration:
        """A configuration by digest. Raises TransactionReverted(UnknownConfiguration)."""
        since, until, quorum, index, members = self.read_value(_CONFIGURATION, "configurationOf(bytes32)", digest)
        return Configuration(digest, index, since, until, quorum, tuple(address_of(member) for member in members))

    def configuration_at(self, time_s: int) -> bytes | None:
        """Digest of the configuration in force at a time; None before the first."""
        digest = bytes(self.read_value("bytes32", "configurationAt(uint64)", time_s))
        return digest if any(digest) else None

    def reign_of(self, configuration: bytes) -> tuple[int, int]:
        """First second of a configuration's reign, and first second after it."""
        since, until, _, _ = self.read_values(("uint64", "uint64", "uint8", "uint8"), "reignOf(bytes32)", configuration)
        return since, until

    def observation_root_digest(self, epoch: int, root: bytes) -> bytes:
        """The contract's own digest of an oracle's root of an epoch."""
        return bytes(self.read_value("bytes32", "observationRootDigest(uint64,bytes32)", epoch, root))

    def member_of(self, configuration: bytes, index: int) -> str:
        """One member of a configuration."""
        return str(self.read_value("address", "memberOf(bytes32,uint256)", configuration, index))

    def epoch_length_s(self) -> int:
        """Seconds of an epoch; epoch k is [k * length, (k + 1) * length)."""
        return int(self.read_value("uint32", "epochLength()"))

    def domain_separator(self) -> bytes:
        """The contract's own EIP-712 domain separator."""
        return bytes(self.read_value("bytes32", "domainSeparator()"))


class PactumClient(Contract):
    """The escrow."""

    def set_parameters(self, sender: Sender, values: Parameters) -> Receipt:
        """Sets the parameters of later agreements. Governance only."""
        return sender.send(self.call(f"setParameters({abi_of(Parameters)})", values))

    def list_token(self, sender: Sender, values: Listing) -> Receipt:
        """Lists a token, or replaces its listing for later agreements. Governance only."""
        return sender.send(self.call(f"list({abi_of(Listing)})", values))

    def set_treasury(self, sender: Sender, treasury: str) -> Receipt:
        """Says where the DAO's share is paid. Governance only."""
        return sender.send(self.call("setTreasury(address)", treasury))

    def publish_terms(self, sender: Sender, text: str) -> Receipt:
        """Publishes a terms text, once for all agreements; open to everyone. Its id is ``text_id(text)``."""
        return sender.send(self.call("publishTerms(bytes)", text.encode()))

    def cancel_offer(self, sender: Sender, nonce: int) -> Receipt:
        """Takes back the sender's own unused offer."""
        return sender.send(self.call("cancelOffer(uint256)", nonce))

    def open(self, sender: Sender, offer: Offer, signature: bytes, start_s: int, periods: int) -> Receipt:
        """Opens an agreement as its customer; Pactum must be approved for all fees. ``opened(receipt)`` gives its id."""
        return sender.send(self.call(f"open({_OFFER},bytes,uint64,uint32)", offer, signature, start_s, periods))

    def opened(self, receipt: Receipt) -> Opened:
        """The opening that a receipt of ``open`` tells of. Raises BadInput where there is none."""
        for event in decode_known(receipt.logs, {self.address}):
            if isinstance(event, Opened):
                return event
        raise BadInput("this transaction opened no agreement", value=receipt.tx_hash, remedy="give the receipt of an opening")

    def report(self, sender: Sender, header: Header, rows: Sequence[int], signers: int, signatures: bytes) -> Receipt:
        """Submits a signed report of row words; anyone may. Which rows stand, the events say."""
        return sender.send(self.call(f"report({_HEADER},uint256[],uint256,bytes)", header, list(rows), signers, signatures))

    def expire(self, sender: Sender, agreement: int) -> Receipt:
        """Settles the periods whose report deadline has passed, as NoData; anyone may."""
        return sender.send(self.call("expire(uint96)", agreement))

    def settle(self, sender: Sender, agreements: Sequence[int]) -> Receipt:
        """Turns matured rows into claims; anyone may."""
        return sender.send(self.call("settle(uint96[])", list(agreements)))

    def claim_provider(self, sender: Sender, agreements: Sequence[int]) -> Receipt:
        """Pays a provider's matured shares, all of one provider and one token, to its payout address; anyone may."""
        return sender.send(self.call("claimProvider(uint96[])", list(agreements)))

    def claim_customer(self, sender: Sender, agreements: Sequence[int]) -> Receipt:
        """Pays a customer's matured refunds, credits and slashes, all of one customer and one token; anyone may."""
        return sender.send(self.call("claimCustomer(uint96[])", list(agreements)))

    def claim_member(
        self, sender: Sender, configuration: bytes, token: str, member: int, observer_sets: Iterable[int]
    ) -> Receipt:
        """Pays a member its shares of what these sets of observers earned, named as reports name them; anyone may."""
        sets = sorted(set(observer_sets))
        return sender.send(self.call("claimMember(bytes32,address,uint256,uint32[])", configuration, token, member, sets))

    def claim_relay(self, sender: Sender, payee: str, token: str) -> Receipt:
        """Pays a relay's payee its fees; anyone may."""
        return sender.send(self.call("claimRelay(address,address)", payee, token))

    def claim_dao(self, sender: Sender, token: str) -> Receipt:
        """Pays the treasury the DAO's shares; anyone may."""
        return sender.send(self.call("claimDao(address)", token))

    def agreement_of(self, agreement: int) -> Agreement:
        """The state of an agreement. Raises TransactionReverted(UnknownAgreement)."""
        return self.read_struct(Agreement, "agreementOf(uint96)", agreement)

    def pending_of(self, agreement: int) -> Pending:
        """The accepted row that waits to mature; its outcome is NONE where none does."""
        return self.read_struct(Pending, "pendingOf(uint96)", agreement)

    def period_of(self, agreement: int, period: int) -> tuple[int, int]:
        """First second of a period, and first second after it."""
        start, end = self.read_values(("uint64", "uint64"), "periodOf(uint96,uint32)", agreement, period)
        return start, end

    def parameters_of(self, number: int) -> Parameters:
        """Parameters by number."""
        return self.read_struct(Parameters, "parametersOf(uint32)", number)

    def listing_of(self, number: int) -> Listing:
        """A listing by number."""
        return self.read_struct(Listing, "listingOf(uint32)", number)

    def current_parameters(self) -> int:
        """Number of the newest parameters."""
        return int(self.read_value("uint32", "currentParameters()"))

    def current_listing(self, token: str) -> int | None:
        """Number of a token's newest listing; None where it is not listed."""
        return int(self.read_value("uint32", "currentListing(address)", token)) or None

    def claimable_of(self, agreement: int) -> Claimable:
        """What an agreement's parties may claim now; settled rows only."""
        return self.read_struct(Claimable, "claimableOf(uint96)", agreement)

    def claimable_of_member(self, configuration: bytes, token: str, member: int, observer_sets: Iterable[int]) -> int:
        """What a member could claim now from these sets of observers."""
        sets = sorted(set(observer_sets))
        return int(self.read_value("uint256", _CLAIMABLE_OF_MEMBER, configuration, token, member, sets))

    def claimable_of_relay(self, payee: str, token: str) -> int:
        """What a relay's payee could claim now."""
        return int(self.read_value("uint256", "claimableOfRelay(address,address)", payee, token))

    def claimable_of_dao(self, token: str) -> int:
        """What the treasury could claim now."""
        return int(self.read_value("uint256", "claimableOfDao(address)", token))

    def treasury(self) -> str:
        """Where the DAO's share is paid."""
        return str(self.read_value("address", "treasury()"))

    def is_published(self, terms: bytes) -> bool:
        """Whether a terms text is on chain."""
        return bool(self.read_value("bool", "isPublished(bytes32)", terms))

    def is_spent(self, provider: str, nonce: int) -> bool:
        """Whether a provider's nonce has opened an agreement or was cancelled."""
        return bool(self.read_value("bool", "isSpent(address,uint256)", provider, nonce))

    def offer_digest(self, offer: Offer) -> bytes:
        """The contract's own digest of an offer."""
        return bytes(self.read_value("bytes32", f"offerDigest({_OFFER})", offer))

    def report_digest(self, header: Header, rows: Sequence[int]) -> bytes:
        """The contract's own digest of a report."""
        return bytes(self.read_value("bytes32", f"reportDigest({_HEADER},uint256[])", header, list(rows)))

    def domain_separator(self) -> bytes:
        """The contract's own EIP-712 domain separator."""
        return bytes(self.read_value("bytes32", "domainSeparator()"))


class TokenClient(Contract):
    """An ERC-20, and the minting of the devnet's test token."""

    def approve(self, sender: Sender, spender: str, amount: int) -> Receipt:
        """Lets a contract pull up to an amount from the sender."""
        return sender.send(self.call("approve(address,uint256)", spender, amount))

    def transfer(self, sender: Sender, to: str, amount: int) -> Receipt:
        """Sends tokens of the sender."""
        return sender.send(self.call("transfer(address,uint256)", to, amount))

    def mint(self, sender: Sender, to: str, amount: int) -> Receipt:
        """Makes tokens out of nothing: only the devnet's MockToken does."""
        return sender.send(self.call("mint(address,uint256)", to, amount))

    def balance_of(self, owner: str) -> int:
        """Tokens of an owner, in the smallest unit."""
        return int(self.read_value("uint256", "balanceOf(address)", owner))

    def allowance(self, owner: str, spender: str) -> int:
        """What a spender may still pull from an owner."""
        return int(self.read_value("uint256", "allowance(address,address)", owner, spender))

    def decimals(self) -> int:
        """How many digits of an amount stand after the point."""
        return int(self.read_value("uint8", "decimals()"))

    def symbol(self) -> str:
        """The token's short name."""
        return str(self.read_value("string", "symbol()"))


def check_book(node: Node, book: AddressBook) -> None:
    """Checks that a node follows the book's chain and has its contracts. Raises WrongChain or NoContract."""
    found = node.chain_id()
    if found != book.chain_id:
        message = f"node at {node.url} follows chain {found}, the address book is of {book.chain_id}"
        raise WrongChain(message, value=found, remedy="use the node, or the book, of the other chain")
    for address in book.contracts:
        Contract(node, address).require_code()


def decode_text(raw: bytes, name: str) -> str:
    """The text of a document on chain. Raises BadInput where it is not UTF-8: anybody may publish any bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("the text is not UTF-8", source=name, value=raw[:32]) from error
