"""The events of the Notary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.offers import Offer
from chain.words import Address, Bytes, Bytes32, Uint32, Uint64, Uint96, Uint256


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
