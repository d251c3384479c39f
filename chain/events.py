"""Every event of the four contracts as a frozen dataclass, and their decoding from raw logs.

Each class carries its place on the chain; fields follow in the order of the Solidity declaration, indexed ones named in
``indexed``. Logs of static fields are read at fixed offsets, the three with dynamic ones through ``eth_abi``. What a hostile
node may send ends in BadInput, never in another exception and never in a half-read event.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from chain.blocks import RawLog
from chain.event_layout import EventLayout
from chain.offers import Offer
from chain.values import Division, Listing, Parameters, Skip
from chain.words import Address, Addresses, Bytes, Bytes32, Uint8, Uint32, Uint64, Uint96, Uint128, Uint256
from governance.errors import BadInput
from governance.values import Outcome


@dataclass(frozen=True, slots=True)
class Event:
    """Where a log stands: the contract that made it, and block, transaction and place within the block."""

    address: Address
    block_number: Uint64
    block_hash: Bytes32
    tx_hash: Bytes32
    log_index: Uint64

    indexed: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Published(Event):
    """A law's text was stored. ``length`` in bytes."""

    law: Bytes32
    publisher: Address
    length: Uint256
    indexed: ClassVar = frozenset({"law", "publisher"})


@dataclass(frozen=True, slots=True)
class Enacted(Event):
    """New agreements may use this law."""

    law: Bytes32
    indexed: ClassVar = frozenset({"law"})


@dataclass(frozen=True, slots=True)
class Broken(Event):
    """No new agreement may use this law; running ones keep it."""

    law: Bytes32
    indexed: ClassVar = frozenset({"law"})


@dataclass(frozen=True, slots=True)
class Registered(Event):
    """A provider entered or replaced its record; ``text`` is its profile, ``profile`` the hash of it."""

    provider: Address
    payout: Address
    profile: Bytes32
    text: Bytes
    indexed: ClassVar = frozenset({"provider"})


@dataclass(frozen=True, slots=True)
class Staked(Event):
    """A provider added to its stake."""

    provider: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """Free stake left for the payout address."""

    provider: Address
    token: Address
    to: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Locked(Event):
    """Free stake was set behind an agreement."""

    provider: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Unlocked(Event):
    """Locked stake became free."""

    provider: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Seized(Event):
    """Locked stake was paid to whom a matured verdict awarded it."""

    provider: Address
    token: Address
    to: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Configured(Event):
    """A configuration was announced, in force from ``since``."""

    configuration: Bytes32
    index: Uint32
    since: Uint64
    quorum: Uint8
    members: Addresses
    indexed: ClassVar = frozenset({"configuration", "index"})


@dataclass(frozen=True, slots=True)
class ParametersSet(Event):
    """Parameters number ``parameters`` hold for agreements opened from now on."""

    parameters: Uint32
    values: Parameters
    indexed: ClassVar = frozenset({"parameters"})


@dataclass(frozen=True, slots=True)
class Listed(Event):
    """Listing number ``listing`` holds for agreements in its token opened from now on."""

    listing: Uint32
    values: Listing
    indexed: ClassVar = frozenset({"listing"})


@dataclass(frozen=True, slots=True)
class TreasurySet(Event):
    """The DAO's share is paid there from now on."""

    treasury: Address


@dataclass(frozen=True, slots=True)
class TermsPublished(Event):
    """A terms text, whose id is ``terms``."""

    terms: Bytes32
    text: Bytes
    indexed: ClassVar = frozenset({"terms"})


@dataclass(frozen=True, slots=True)
class OfferCancelled(Event):
    """A provider took back the offer with this nonce."""

    provider: Address
    nonce: Uint256
    indexed: ClassVar = frozenset({"provider"})


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """An agreement was opened: ``periods`` periods from ``start`` (Unix seconds), all fees in escrow."""

    agreement: Uint96
    customer: Address
    provider: Address
    offer: Offer
    start: Uint64
    periods: Uint32
    parameters: Uint32
    listing: Uint32
    indexed: ClassVar = frozenset({"agreement", "customer", "provider"})


@dataclass(frozen=True, slots=True)
class Reported(Event):
    """A report's signatures were good; its rows follow as Accepted or Skipped."""

    configuration: Bytes32
    epoch: Uint64
    observation_set: Bytes32
    observers: Uint32
    payee: Address
    signers: Uint256
    rows_hash: Bytes32
    indexed: ClassVar = frozenset({"configuration", "epoch"})


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """A row stands and waits to mature. ``row`` is the packed word (``chain.row.unpack``)."""

    agreement: Uint96
    period: Uint32
    row: Uint256
    matures_at: Uint64
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """A row was passed over. Its word may be anything: even its outcome need not exist."""

    agreement: Uint96
    period: Uint32
    row: Uint256
    reason: Skip
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Expired(Event):
    """``count`` periods from ``first`` went without a report and were settled as NoData, ``each`` alike."""

    agreement: Uint96
    first: Uint32
    count: Uint32
    each: Division
    indexed: ClassVar = frozenset({"agreement", "first"})


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """A matured row was turned into claims."""

    agreement: Uint96
    period: Uint32
    outcome: Outcome
    division: Division
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """Every period is settled; what is left of the deposit is the provider's again."""

    agreement: Uint96
    deposit_released: Uint128
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class ProviderPaid(Event):
    """A provider's matured shares of one agreement were paid to its payout address."""

    agreement: Uint96
    provider: Address
    to: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"agreement", "provider"})


@dataclass(frozen=True, slots=True)
class CustomerPaid(Event):
    """A customer's refunds and credits (from fees), and credits and slashes (from the deposit) were paid."""

    agreement: Uint96
    customer: Address
    from_fees: Uint256
    from_deposit: Uint256
    indexed: ClassVar = frozenset({"agreement", "customer"})


@dataclass(frozen=True, slots=True)
class MemberPaid(Event):
    """A member of the committee was paid its shares of what sets of observers earned."""

    configuration: Bytes32
    token: Address
    member: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"configuration", "token", "member"})


@dataclass(frozen=True, slots=True)
class RelayPaid(Event):
    """A relay's payee was paid its fees per row."""

    payee: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"payee", "token"})


@dataclass(frozen=True, slots=True)
class DaoPaid(Event):
    """The treasury was paid the DAO's shares."""

    treasury: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"treasury", "token"})


class UnknownEvent(BadInput):
    """A log whose first topic is none of our events': another contract's, or an event inherited from a library."""


EVENTS: tuple[type[Event], ...] = (
    *(Published, Enacted, Broken),
    *(Registered, Staked, Withdrawn, Locked, Unlocked, Seized),
    Configured,
    *(ParametersSet, Listed, TreasurySet, TermsPublished, OfferCancelled, Opened, Reported, Accepted, Skipped, Expired),
    *(Settled, Closed, ProviderPaid, CustomerPaid, MemberPaid, RelayPaid, DaoPaid),
)
_LAYOUTS = {layout.topic: layout for layout in (EventLayout(event, event.indexed) for event in EVENTS)}


def topics() -> dict[type[Event], bytes]:
    """The first topic of every event, for filters."""
    return {layout.cls: topic for topic, layout in _LAYOUTS.items()}


def signatures() -> dict[type[Event], str]:
    """The canonical signature of every event, whose Keccak-256 hash is its first topic."""
    return {layout.cls: layout.signature for layout in _LAYOUTS.values()}


def decode(raw: RawLog) -> Event:
    """The event of a log. Raises UnknownEvent where it is none of ours, BadInput where topics or data do not fit its class."""
    layout = _LAYOUTS.get(raw.topics[0]) if raw.topics else None
    if layout is None:
        raise UnknownEvent("a log of an unknown event", value=raw, remedy="filter by topics()")
    try:
        return layout.decode(raw)
    except BadInput as error:
        place = f"log {raw.log_index} of block {raw.block_number}"
        raise BadInput(f"{layout.cls.__name__}: {error.message}", source=place, value=raw, remedy=error.remedy) from error


def decode_known(logs: Iterable[RawLog], addresses: Collection[str]) -> list[Event]:
    """The events among some logs that these contracts made, in order.

    Logs of other contracts are passed over, however alike they look: anybody can emit a ``Settled``.
    """
    return [decode(raw) for raw in logs if raw.address in addresses and raw.topics and raw.topics[0] in _LAYOUTS]
