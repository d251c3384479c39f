"""The events of Pactum. Every balance follows from these, the Notary's ``Opened``, the Zone's and the bonds' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chain.event import Event
from chain.values import Listing, Parameters, Skip
from chain.words import Address, Bytes, Bytes32, Uint16, Uint32, Uint64, Uint96, Uint256
from governance.errors import BadInput
from governance.values import Outcome

_AMOUNT_BITS = 160
_WORD = 32


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
class GuardianSet(Event):
    """Who, besides governance, may pause opening from now on; the zero address: nobody."""

    guardian: Address


@dataclass(frozen=True, slots=True)
class OpeningPaused(Event):
    """Opening was paused, or goes on."""

    paused: bool
    by: Address


@dataclass(frozen=True, slots=True)
class Terminated(Event):
    """The agreement ends after ``periods`` periods; ``refund``, the fees of those that will not run, is the customer's."""

    agreement: Uint96
    by: Address
    periods: Uint32
    refund: Uint256
    indexed: ClassVar = frozenset({"agreement", "by"})


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
    """A row stands and waits to mature; the row of the agreement that waited before it, if one did, is settled with this.

    ``row`` is the packed word (``chain.row.unpack``).
    """

    agreement: Uint96
    row: Uint256
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """A row was passed over. Its word may be anything: even its outcome need not exist."""

    agreement: Uint96
    row: Uint256
    reason: Skip
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """The row that waited, that of ``period``, is settled without a later one."""

    agreement: Uint96
    period: Uint32
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class Expired(Event):
    """``count`` periods from ``first`` went without a report: each is settled as NoData. A row that waited was settled before."""

    agreement: Uint96
    first: Uint32
    count: Uint32
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class RowHeld(Event):
    """A dispute took the waiting row out; ``reserve`` of the deposit is kept for it."""

    agreement: Uint96
    period: Uint32
    reserve: Uint256
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """A disputed row is settled like this, its reserve having been released first.

    ``winner`` gets the validators' and the relay's part (of NoData: the customer's); the zero address: those who signed keep it.
    """

    agreement: Uint96
    period: Uint32
    outcome: Outcome
    credit_bps: Uint16
    slash_bps: Uint16
    winner: Address
    indexed: ClassVar = frozenset({"agreement", "period"})


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """Every period is settled and no dispute is open; what is left of the deposit is the provider's again."""

    agreement: Uint96
    deposit_released: Uint256
    indexed: ClassVar = frozenset({"agreement"})


@dataclass(frozen=True, slots=True)
class ProviderPaid(Event):
    """A provider's matured shares were paid; whom the money went to is in the token's own log.

    ``parts`` are words of 32 bytes: agreement (96 bits) | amount (160 bits); ``amounts`` reads them.
    """

    provider: Address
    parts: Bytes
    indexed: ClassVar = frozenset({"provider"})

    @property
    def amounts(self) -> tuple[tuple[int, int], ...]:
        """What was paid for which agreement, in the order of the claim. Raises BadInput where the words are cut off."""
        if len(self.parts) % _WORD:
            raise BadInput(f"{len(self.parts)} bytes are no words", value=self.parts, remedy="is this the right contract?")
        words = [int.from_bytes(self.parts[at : at + _WORD]) for at in range(0, len(self.parts), _WORD)]
        return tuple((word >> _AMOUNT_BITS, word & ((1 << _AMOUNT_BITS) - 1)) for word in words)


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
    """A member of the committee was paid its shares of what one crew earned."""

    configuration: Bytes32
    token: Address
    member: Address
    observers: Uint32
    payee: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"configuration", "token", "member"})


@dataclass(frozen=True, slots=True)
class RelayPaid(Event):
    """A relay's payee was paid its fees per row of one crew."""

    payee: Address
    token: Address
    configuration: Bytes32
    observers: Uint32
    amount: Uint256
    indexed: ClassVar = frozenset({"payee", "token"})


@dataclass(frozen=True, slots=True)
class WinnerPaid(Event):
    """Whoever won disputes was paid the validators' parts of those rows."""

    winner: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"winner", "token"})


@dataclass(frozen=True, slots=True)
class DaoPaid(Event):
    """The treasury was paid the DAO's shares, by Pactum, or its halves of lost bonds, by the Tribunal: ``address`` tells."""

    treasury: Address
    token: Address
    amount: Uint256
    indexed: ClassVar = frozenset({"treasury", "token"})
