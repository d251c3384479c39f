"""Every event of the contracts by name, and their decoding from raw logs.

Each class carries its place on the chain; fields follow in the order of the Solidity declaration, indexed ones named in
``indexed``. Logs of static fields are read at fixed offsets, the few with dynamic ones through ``eth_abi``. What a hostile
node may send ends in BadInput, never in another exception and never in a half-read event.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chain.blocks import RawLog
from chain.committee_events import (
    BondDaoPaid,
    BondPosted,
    BondRequired,
    BondWithdrawn,
    Configured,
    Deactivated,
    Equivocated,
    ReporterPaid,
)
from chain.event import Event
from chain.event_layout import EventLayout
from chain.law_events import Assented, Broken, Enacted, Proposed, Published
from chain.notary_events import OfferCancelled, Opened, TermsPublished
from chain.pactum_events import (
    Accepted,
    Closed,
    CustomerPaid,
    DaoPaid,
    Decided,
    Expired,
    GuardianSet,
    Listed,
    MemberPaid,
    OpeningPaused,
    ParametersSet,
    ProviderPaid,
    RelayPaid,
    Reported,
    RowHeld,
    Settled,
    Skipped,
    Terminated,
    TreasurySet,
    WinnerPaid,
)
from chain.timelock_events import CallExecuted, CallSalt, CallScheduled, Cancelled, MinDelayChange, RoleGranted, RoleRevoked
from chain.tribunal_events import Confirmed, Disputed, Lapsed, Paid, Replaced
from chain.zone_events import Locked, Registered, Restaked, Seized, Staked, ThawStarted, Unlocked, Withdrawn
from governance.errors import BadInput

__all__ = [
    "EVENTS",
    "Accepted",
    "Assented",
    "BondDaoPaid",
    "BondPosted",
    "BondRequired",
    "BondWithdrawn",
    "Broken",
    "CallExecuted",
    "CallSalt",
    "CallScheduled",
    "Cancelled",
    "Closed",
    "Configured",
    "Confirmed",
    "CustomerPaid",
    "DaoPaid",
    "Deactivated",
    "Decided",
    "Disputed",
    "Enacted",
    "Equivocated",
    "Event",
    "Expired",
    "GuardianSet",
    "Lapsed",
    "Listed",
    "Locked",
    "MemberPaid",
    "MinDelayChange",
    "OfferCancelled",
    "Opened",
    "OpeningPaused",
    "Paid",
    "ParametersSet",
    "Proposed",
    "ProviderPaid",
    "Published",
    "Registered",
    "RelayPaid",
    "Replaced",
    "Reported",
    "ReporterPaid",
    "Restaked",
    "RoleGranted",
    "RoleRevoked",
    "RowHeld",
    "Seized",
    "Settled",
    "Skipped",
    "Staked",
    "Terminated",
    "TermsPublished",
    "ThawStarted",
    "TreasurySet",
    "UnknownEvent",
    "Unlocked",
    "WinnerPaid",
    "Withdrawn",
    "decode",
    "decode_known",
    "signatures",
    "topics",
]


class UnknownEvent(BadInput):
    """A log whose first topic is none of our events': another contract's, or an event inherited from a library."""


EVENTS: tuple[type[Event], ...] = (
    *(Published, Proposed, Assented, Enacted, Broken),
    *(Registered, Staked, ThawStarted, Restaked, Withdrawn, Locked, Unlocked, Seized),
    *(Configured, BondPosted, BondWithdrawn, BondRequired, Equivocated, Deactivated, ReporterPaid, BondDaoPaid),
    *(TermsPublished, OfferCancelled, Opened),
    *(ParametersSet, Listed, TreasurySet, GuardianSet, OpeningPaused, Terminated),
    *(Reported, Accepted, Skipped, Settled, Expired, RowHeld, Decided, Closed),
    *(ProviderPaid, CustomerPaid, MemberPaid, RelayPaid, WinnerPaid, DaoPaid),
    *(Disputed, Confirmed, Replaced, Lapsed, Paid),
    *(CallScheduled, CallExecuted, CallSalt, Cancelled, MinDelayChange, RoleGranted, RoleRevoked),
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
