"""The list of agreements, configurations and texts as the chain tells it, followed block by block at a tag.

Oracles and relays read at ``finalized``. Should the chain break that promise, the docket notices by the hash of the last block
that it read, and is built anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.contracts import LawStoneClient, decode_text
from chain.events import (
    Assented,
    Broken,
    CallScheduled,
    Configured,
    Deactivated,
    Enacted,
    Event,
    Listed,
    Opened,
    ParametersSet,
    Proposed,
    Published,
    Terminated,
    TermsPublished,
    decode_known,
    topics,
)
from chain.hashing import text_id
from chain.law_lives import LawLives
from chain.node import BlockUnknown, Node, Tag
from chain.offers import Offer
from chain.quorum import configuration_digest
from chain.sender import Call
from chain.values import FOREVER_S, Configuration, Listing, Parameters, everyone, member_bit
from governance.errors import BadInput, FatalError, RetryableError
from governance.periods import Calendar

FOLLOWED = (
    *(Opened, Terminated, ParametersSet, Listed, TermsPublished, Configured, Deactivated),
    *(Published, Proposed, Assented, Enacted, Broken, CallScheduled),
)
ATTEMPTS = 3


class ChainMoved(RetryableError):
    """The chain changed under a reading, several times over."""


class UnknownText(FatalError):
    """No text of this id is on the chain as far as it was read."""


class ForgedLog(FatalError):
    """The node told what the contracts cannot have said: a text or a configuration that does not hash to its id."""


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """An agreement with everything it pinned at opening; its progress is settlement's affair.

    Only ``periods``, and the calendar with them, may shrink: either side can end an agreement early.
    """

    id: int
    customer: str
    provider: str
    offer: Offer
    start_s: int
    periods: int
    calendar: Calendar
    parameters: Parameters
    listing: Listing
    opened_block: int

    @property
    def terms(self) -> bytes:
        """Id of the terms text."""
        return self.offer.terms

    @property
    def law(self) -> bytes:
        """Id of the law."""
        return self.offer.law


@dataclass(slots=True)
class _Pages:
    """What was read so far, up to and including block ``head``."""

    head: BlockStamp | None = None
    agreements: dict[int, AgreementRecord] = field(default_factory=dict)
    parameters: dict[int, Parameters] = field(default_factory=dict)
    listings: dict[int, Listing] = field(default_factory=dict)
    terms: dict[bytes, bytes] = field(default_factory=dict)
    configurations: list[Configuration] = field(default_factory=list)
    passed_over: dict[int, str] = field(default_factory=dict)
    laws: LawLives = field(default_factory=LawLives)
    asked: set[tuple[str, bytes]] = field(default_factory=set)


class Docket:
    """Follows one deployment. ``refresh`` reads on, everything else answers from what was read. Safe to share between threads."""

    def __init__(self, node: Node, book: AddressBook, tag: Tag = "finalized") -> None:
        self._node = node
        self._book = book
        self._tag = tag
        self._pages = _Pages()
        self._laws: dict[bytes, str] = {}
        self._lock = threading.Lock()
        self._topics = [topic for event, topic in topics().items() if event in FOLLOWED]

    def refresh(self) -> BlockStamp:
        """Reads on to the tag, and returns the block read last.

        Raises NodeUnavailable or ChainMoved (ask again), or ForgedLog and ForgedAmendment. What was read before stays as it was.
        """
        with self._lock:
            for _ in range(ATTEMPTS):
                if head := self._advance():
                    return head
            raise ChainMoved("the chain changed while it was read", remedy="ask again")

    @property
    def head(self) -> BlockStamp | None:
        """The block read last; None before the first refresh."""
        return self._pages.head

    def agreements(self) -> dict[int, AgreementRecord]:
        """All agreements by id, in the order of their opening."""
        return dict(self._pages.agreements)

    def agreement(self, agreement: int) -> AgreementRecord | None:
        """One agreement; None where it is not known yet."""
        return self._pages.agreements.get(agreement)

    def passed_over(self) -> dict[int, str]:
        """Agreements that cannot be followed, with the reason. Anybody may open one, and none may blind us to the others."""
        return dict(self._pages.passed_over)

    def terms_text(self, terms: bytes) -> str:
        """A terms text by id. Raises UnknownText, or BadInput where it is not UTF-8."""
        raw = self._pages.terms.get(terms)
        if raw is None:
            raise UnknownText(f"no terms 0x{terms.hex()} so far", value=terms, remedy="refresh, or publish the text")
        return decode_text(raw, f"terms 0x{terms.hex()}")

    def law_text(self, law: bytes) -> str:
        """A law's text by id, fetched once: it cannot change. Raises TransactionReverted, NodeUnavailable or BadInput."""
        if law not in self._laws:
            self._laws[law] = LawStoneClient(self._node, self._book.law_stone).text_of(law)
        return self._laws[law]

    def lives(self) -> LawLives:
        """The lives of all laws: what runs in which seat, and what amendments are proposed."""
        return self._pages.laws

    def governance_asked(self, call: Call) -> bool:
        """Whether a call was ever proposed to the timelock, alone or among others: strangers cannot do that."""
        return (call.to or "", call.data) in self._pages.asked

    @property
    def configurations(self) -> list[Configuration]:
        """All configurations, in the order of their reign."""
        return list(self._pages.configurations)

    def configuration(self, digest: bytes) -> Configuration | None:
        """A configuration by digest; None where it is not known."""
        return next((found for found in self._pages.configurations if found.digest == digest), None)

    def configuration_at(self, time_s: int) -> Configuration | None:
        """The configuration in force at a time; None before the first."""
        return next((found for found in reversed(self._pages.configurations) if found.reigns_at(time_s)), None)

    def _advance(self) -> BlockStamp | None:
        """Reads once, to the tag; None where the chain moved meanwhile."""
        if self._pages.head and not self._stands(self._pages.head):
            self._pages = _Pages()  # broken under the tag: what was read is void
        target = self._node.block(self._tag)
        first = self._pages.head.number + 1 if self._pages.head else self._book.deployed_block
        if target.number < first:
            return self._pages.head or target
        logs = self._node.logs(first, target.number, self._book.contracts, self._topics)
        if not self._stands(target):
            return None
        self._pages = self._read_on(self._pages, decode_known(logs, self._book.contracts), target)
        return target

    def _stands(self, stamp: BlockStamp) -> bool:
        try:
            return self._node.block(stamp.number).hash == stamp.hash
        except BlockUnknown:
            return False

    def _read_on(self, pages: _Pages, events: list[Event], head: BlockStamp) -> _Pages:
        """New pages, so that a reader or a failure never sees half of them."""
        if not events:
            return replace(pages, head=head)
        following = replace(
            pages,
            head=head,
            agreements=dict(pages.agreements),
            parameters=dict(pages.parameters),
            listings=dict(pages.listings),
            terms=dict(pages.terms),
            configurations=list(pages.configurations),
            passed_over=dict(pages.passed_over),
            asked=set(pages.asked),
        )
        for event in events:
            self._enter(following, event)
        return following

    def _enter(self, pages: _Pages, event: Event) -> None:
        match event:
            case Opened():
                _open(pages, event)
            case ParametersSet():
                pages.parameters[event.parameters] = event.values
            case Listed():
                pages.listings[event.listing] = event.values
            case TermsPublished():
                pages.terms[event.terms] = _genuine(event)
            case Terminated():
                _terminate(pages, event)
            case Configured():
                self._configure(pages.configurations, event)
            case Deactivated():
                _deactivate(pages.configurations, event)
            case CallScheduled():
                pages.asked.add((event.target, event.data))
            case _:
                pages.laws = pages.laws.after(event)

    def _configure(self, configurations: list[Configuration], event: Configured) -> None:
        domain = self._book.committee_domain
        if configuration_digest(domain, event.index, event.since, event.members) != event.configuration:
            message = f"configuration {event.index} does not hash to its digest"
            raise ForgedLog(message, value=event.configuration, remedy="check the node and the address book")
        if configurations:
            configurations[-1] = replace(configurations[-1], until_s=event.since)
        configurations.append(
            Configuration(
                digest=event.configuration,
                index=event.index,
                since_s=event.since,
                until_s=FOREVER_S,
                quorum=event.quorum,
                members=event.members,
                active=everyone(len(event.members)),
            )
        )


def _deactivate(configurations: list[Configuration], event: Deactivated) -> None:
    for place, found in enumerate(configurations):
        if found.digest == event.configuration and event.index < len(found.members):
            configurations[place] = replace(found, active=found.active & ~member_bit(event.index))
            return
    message = f"member {event.index} of a configuration that was never announced"
    raise ForgedLog(message, value=event.configuration, remedy="does the address book name the deployment's first block?")


def _genuine(event: TermsPublished) -> bytes:
    if text_id(event.text) != event.terms:
        raise ForgedLog(f"terms 0x{event.terms.hex()} do not hash to their id", value=event.terms, remedy="ask another node")
    return event.text


def _open(pages: _Pages, event: Opened) -> None:
    try:
        calendar = event.offer.calendar(event.start, event.periods)
        calendar.bounds(event.periods - 1)
    except (BadInput, ValueError, OverflowError) as error:  # what the contract allows may lie beyond a library's years
        pages.passed_over[event.agreement] = f"its periods cannot be told: {error}"
    else:
        pages.agreements[event.agreement] = _record(pages, event, calendar)


def _terminate(pages: _Pages, event: Terminated) -> None:
    found = pages.agreements.get(event.agreement)
    if found is None and event.agreement in pages.passed_over:
        return
    if found is None:
        message = f"agreement {event.agreement} ends, and was never opened"
        raise ForgedLog(message, value=event.agreement, remedy="does the address book name the deployment's first block?")
    calendar = found.offer.calendar(found.start_s, event.periods)
    pages.agreements[event.agreement] = replace(found, periods=event.periods, calendar=calendar)


def _record(pages: _Pages, event: Opened, calendar: Calendar) -> AgreementRecord:
    try:
        parameters, listing = pages.parameters[event.parameters], pages.listings[event.listing]
    except KeyError as error:
        message = f"agreement {event.agreement} pins number {error.args[0]}, which was never set"
        raise ForgedLog(
            message, value=event.agreement, remedy="does the address book name the deployment's first block?"
        ) from None
    return AgreementRecord(
        id=event.agreement,
        customer=event.customer,
        provider=event.provider,
        offer=event.offer,
        start_s=event.start,
        periods=event.periods,
        calendar=calendar,
        parameters=parameters,
        listing=listing,
        opened_block=event.block_number,
    )
