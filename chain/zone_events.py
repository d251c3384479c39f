"""The events of the Zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.words import Address, Bytes, Bytes32, Uint64, Uint256


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
class ThawStarted(Event):
    """A provider asked for stake, which can be taken from ``thaws_at`` on (Unix seconds).

    ``request`` is counted from 1 for each provider and token.
    """

    provider: Address
    token: Address
    request: Uint256
    amount: Uint256
    shares: Uint256
    thaws_at: Uint64
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Restaked(Event):
    """A provider took a request back; what was left of it may back agreements again."""

    provider: Address
    token: Address
    request: Uint256
    amount: Uint256
    indexed: ClassVar = frozenset({"provider", "token"})


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """What was left of a thawed request left for the payout address."""

    provider: Address
    token: Address
    request: Uint256
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
