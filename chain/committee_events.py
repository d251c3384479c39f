"""The events of the Committee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.words import Address, Addresses, Bytes, Bytes32, Uint8, Uint32, Uint64, Uint256


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
class BondPosted(Event):
    """A member's bond grew; whoever ``by`` is paid for it."""

    member: Address
    by: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"member", "by"})


@dataclass(frozen=True, slots=True)
class BondWithdrawn(Event):
    """A member that serves no more took its bond."""

    member: Address
    to: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"member"})


@dataclass(frozen=True, slots=True)
class BondRequired(Event):
    """What members of later configurations need to have up."""

    amount: Uint256


@dataclass(frozen=True, slots=True)
class Equivocated(Event):
    """A member signed two roots for one epoch and lost its bond. The proof is complete: both roots, both signatures."""

    member: Address
    epoch: Uint64
    root: Bytes32
    signature: Bytes
    other_root: Bytes32
    other_signature: Bytes
    reporter: Address
    to_reporter: Uint256
    to_dao: Uint256
    indexed: ClassVar = frozenset({"member", "epoch"})


@dataclass(frozen=True, slots=True)
class Deactivated(Event):
    """A member's signatures and observations no longer count in a configuration; ``index`` is its place in it."""

    configuration: Bytes32
    member: Address
    index: Uint256
    indexed: ClassVar = frozenset({"configuration", "member"})


@dataclass(frozen=True, slots=True)
class ReporterPaid(Event):
    """Whoever showed an equivocation was paid its shares of bonds."""

    reporter: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"reporter"})


@dataclass(frozen=True, slots=True)
class BondDaoPaid(Event):
    """The treasury was paid the DAO's shares of bonds; the Committee calls it ``DaoPaid``."""

    treasury: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"treasury"})
    solidity_name: ClassVar = "DaoPaid"
