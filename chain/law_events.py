"""The events of LawStone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.values import Seat
from chain.words import Address, Bytes32, Uint32, Uint64, Uint256


@dataclass(frozen=True, slots=True)
class Published(Event):
    """A law's text was stored. ``length`` in bytes."""

    law: Bytes32
    publisher: Address
    length: Uint256
    indexed: ClassVar = frozenset({"law", "publisher"})


@dataclass(frozen=True, slots=True)
class Proposed(Event):
    """The committee is asked to judge an amendment: ``law`` in the place of ``running``, or beside it. ``notice`` in seconds."""

    amendment: Bytes32
    law: Bytes32
    seat: Seat
    takes_seat: bool
    running: Bytes32
    revision: Uint64
    notice: Uint32
    proposer: Address
    indexed: ClassVar = frozenset({"amendment", "law", "seat"})


@dataclass(frozen=True, slots=True)
class Assented(Event):
    """A quorum signed that the running law permits an amendment and the proposed law accepts it. ``signers``: bit i, member i."""

    amendment: Bytes32
    configuration: Bytes32
    signers: Uint256
    indexed: ClassVar = frozenset({"amendment", "configuration"})


@dataclass(frozen=True, slots=True)
class Enacted(Event):
    """New agreements may use this law. It runs in the seat where it ``takes_seat``; ``revision`` is the seat's afterwards.

    ``amendment`` is zero for the laws that a seat was founded with.
    """

    law: Bytes32
    seat: Seat
    takes_seat: bool
    revision: Uint64
    amendment: Bytes32
    indexed: ClassVar = frozenset({"law", "seat"})


@dataclass(frozen=True, slots=True)
class Broken(Event):
    """No new agreement may use this law; running ones keep it."""

    law: Bytes32
    indexed: ClassVar = frozenset({"law"})
