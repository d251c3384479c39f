"""The events of LawStone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.words import Address, Bytes32, Uint256


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
