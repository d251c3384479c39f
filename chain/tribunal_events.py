"""The events of the Tribunal, but for ``DaoPaid``, which is Pactum's too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.words import Address, Bytes32, Uint16, Uint32, Uint64, Uint96, Uint256
from governance.values import Outcome


@dataclass(frozen=True, slots=True)
class Disputed(Event):
    """A row that waited was disputed. ``grounds`` is the hash of whatever the disputer argues from; ``deadline`` is exclusive."""

    agreement: Uint96
    period: Uint32
    disputer: Address
    row: Uint256
    token: Address
    bond: Uint256
    deadline: Uint64
    grounds: Bytes32
    indexed: ClassVar = frozenset({"agreement", "period", "disputer"})


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """The arbiter let the row stand: the bond falls to the DAO and to whom the dispute held up."""

    agreement: Uint96
    period: Uint32
    held_up: Address
    to_held_up: Uint256
    to_dao: Uint256
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Replaced(Event):
    """The arbiter put another verdict in the row's place; the bond goes back to the disputer."""

    agreement: Uint96
    period: Uint32
    outcome: Outcome
    credit_bps: Uint16
    slash_bps: Uint16
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Lapsed(Event):
    """The arbiter was silent: the row stands, and the bond goes back to the disputer."""

    agreement: Uint96
    period: Uint32
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Paid(Event):
    """Somebody was paid the bonds and halves of bonds that were its."""

    account: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"account", "token"})
