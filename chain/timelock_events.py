"""The events of the timelock that owns the contracts, as OpenZeppelin's TimelockController declares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.words import Address, Bytes, Bytes32, Uint256


@dataclass(frozen=True, slots=True)
class CallScheduled(Event):
    """A call of an operation was proposed; ``index`` is its place in it. It can be executed ``delay`` seconds later."""

    id: Bytes32
    index: Uint256
    target: Address
    value: Uint256
    data: Bytes
    predecessor: Bytes32
    delay: Uint256
    indexed: ClassVar = frozenset({"id", "index"})


@dataclass(frozen=True, slots=True)
class CallExecuted(Event):
    """A call of an operation was executed."""

    id: Bytes32
    index: Uint256
    target: Address
    value: Uint256
    data: Bytes
    indexed: ClassVar = frozenset({"id", "index"})


@dataclass(frozen=True, slots=True)
class CallSalt(Event):
    """What tells an operation from others with the same calls."""

    id: Bytes32
    salt: Bytes32
    indexed: ClassVar = frozenset({"id"})


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """An operation will not be executed."""

    id: Bytes32
    indexed: ClassVar = frozenset({"id"})


@dataclass(frozen=True, slots=True)
class MinDelayChange(Event):
    """Operations that are proposed from now on wait at least ``new_duration`` seconds."""

    old_duration: Uint256
    new_duration: Uint256


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    """An account has a role from now on; the zero address stands for everyone."""

    role: Bytes32
    account: Address
    sender: Address
    indexed: ClassVar = frozenset({"role", "account", "sender"})


@dataclass(frozen=True, slots=True)
class RoleRevoked(Event):
    """An account has a role no longer."""

    role: Bytes32
    account: Address
    sender: Address
    indexed: ClassVar = frozenset({"role", "account", "sender"})
