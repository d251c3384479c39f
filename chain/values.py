"""The structs of the contracts as frozen values, in field order and width as ``contracts/interfaces`` has them; tests compare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from chain.words import Address, Bytes32, Uint16, Uint32, Uint64, Uint96, Uint128, Uint256
from governance.values import Outcome, PeriodKind

FOREVER_S = 2**64 - 1
RELAY_SEAT = 31  # stands for the relay's payee where the contracts ask which member took: no member has this index


class LawStatus(IntEnum):
    """Where a law stands on LawStone."""

    NONE = 0
    PUBLISHED = 1
    ENACTED = 2
    BROKEN = 3


class Seat(IntEnum):
    """What a law may run: the settlement of new agreements, or the routing of requests. One law runs in each."""

    SETTLEMENT = 0
    ROUTING = 1

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()


class Skip(IntEnum):
    """Why a row of an otherwise good report was passed over, in the order in which the reasons are looked for."""

    NONE = 0
    UNKNOWN_AGREEMENT = 1
    UNKNOWN_PERIOD = 2
    ALREADY_DECIDED = 3
    TOO_EARLY = 4
    TOO_LATE = 5
    FOREIGN_EPOCH = 6
    FOREIGN_CONFIGURATION = 7
    UNKNOWN_OUTCOME = 8
    OVER_CAPS = 9


@dataclass(frozen=True, slots=True)
class Parameters:
    """What governance may change for later agreements; pinned by each agreement at opening. Windows, thaw and period in seconds.

    ``thaw`` is no shorter than the three windows together; ``dispute_bond_bps`` is of the amount that a dispute holds up.
    """

    report_deadline: Uint32
    dispute_window: Uint32
    resolution_deadline: Uint32
    thaw: Uint32
    longest_period: Uint32
    validator_bps: Uint16
    dao_bps: Uint16
    dispute_bond_bps: Uint16
    arbiter: Address


@dataclass(frozen=True, slots=True)
class Listing:
    """A token that agreements may use; money in its smallest unit. ``relay_fee`` is paid per row out of the validators' share."""

    token: Address
    relay_fee: Uint96
    min_fee: Uint128


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an agreement would be opened under now, and the numbers by which its customer consents to it."""

    parameters: Uint32
    listing: Uint32
    rules: Parameters
    price: Listing


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that two laws are asked about: ``proposed`` is to follow ``running`` in its seat, or to stand beside it.

    It is good for one ``revision`` of the seat. ``notice`` is what passes in seconds between its proposal and its enacting.
    """

    seat: Seat
    takes_seat: bool
    running: Bytes32
    proposed: Bytes32
    revision: Uint64
    notice: Uint32


@dataclass(frozen=True, slots=True)
class Header:
    """What a quorum signs together with the hash of the rows. Bit i of ``observers``: member i's observations are in the set."""

    configuration: Bytes32
    epoch: Uint64
    observation_set: Bytes32
    observers: Uint32
    payee: Address


@dataclass(frozen=True, slots=True)
class Agreement:
    """The state of one agreement on Pactum. ``next`` is the first period that is neither reported nor expired.

    ``deposit_left`` is neither awarded to the customer nor held by a dispute; ``disputes`` are the open ones.
    """

    customer: Address
    provider: Address
    fee: Uint256
    deposit: Uint256
    deposit_left: Uint256
    max_credit_bps: Uint256
    max_slash_bps: Uint256
    period_kind: PeriodKind
    period_length: Uint256
    start: Uint256
    periods: Uint256
    notice_periods: Uint256
    next: Uint256
    parameters: Uint256
    listing: Uint256
    disputes: Uint256
    closed: bool


class PendingOutcome(IntEnum):
    """Outcome of a waiting row; NONE where no row waits."""

    NONE = 0
    MET = 1
    BREACH = 2
    NO_DATA = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """An accepted row that is neither settled nor disputed. ``accepted_at`` in Unix seconds; ``crew`` is its number."""

    period: Uint256
    outcome: PendingOutcome
    credit_bps: Uint256
    slash_bps: Uint256
    accepted_at: Uint256
    crew: Uint256

    @property
    def verdict(self) -> Outcome | None:
        """The outcome that waits to mature; None when no row waits."""
        return Outcome(self.outcome) if self.outcome else None


@dataclass(frozen=True, slots=True)
class Crew:
    """Whom the validators' share of a row goes to, besides the configuration: who observed (bits), and who relayed."""

    observers: Uint32
    payee: Address


@dataclass(frozen=True, slots=True)
class Earned:
    """All that a crew ever earned in a token. The members share ``validators`` equally; ``relay`` is its payee's."""

    validators: Uint256
    relay: Uint256


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as the Tribunal keeps it. ``deadline`` is exclusive; outcome, credit and slash are as the committee reported.

    ``held_up`` is who would have been paid: the customer of a breach, else the provider.
    """

    disputer: Address
    bond: Uint96
    token: Address
    deadline: Uint64
    arbiter: Address
    outcome: PendingOutcome
    credit_bps: Uint16
    slash_bps: Uint16
    open: bool
    held_up: Address


@dataclass(frozen=True, slots=True)
class Division:
    """How one settled period's fee is divided. The first five parts sum to the fee; the last two come out of the deposit."""

    provider: Uint256
    validators: Uint256
    relay: Uint256
    dao: Uint256
    customer_from_fee: Uint256
    customer_from_deposit: Uint256
    slash: Uint256


@dataclass(frozen=True, slots=True)
class Configuration:
    """The committee between ``since_s`` and ``until_s`` (exclusive; FOREVER_S while no successor is known).

    Bit i of ``active``: member i's signatures and observations count. A member that signed two roots for one epoch loses its bit,
    n and quorum stay. Whoever judges an old report takes the bits as they were then.
    """

    digest: bytes
    index: int
    since_s: int
    until_s: int
    quorum: int
    members: tuple[str, ...]
    active: int

    def reigns_at(self, time_s: int) -> bool:
        """Whether this configuration is in force at a time."""
        return self.since_s <= time_s < self.until_s


@dataclass(frozen=True, slots=True)
class Stake:
    """A provider's stake in one token: all of it, the part that backs agreements, and the part that is asked for, not yet taken.

    Stake may back agreements and thaw at once: the two parts overlap.
    """

    total: Uint256
    locked: Uint256
    thawing: Uint256

    @property
    def free(self) -> int:
        """What agreements could still lock: neither locked nor thawing."""
        return max(self.total - self.locked - self.thawing, 0)


@dataclass(frozen=True, slots=True)
class ThawRequest:
    """What a request for stake would bring if it were taken now, and from when it can be (Unix seconds)."""

    amount: Uint256
    thaws_at: Uint64


@dataclass(frozen=True, slots=True)
class Claimable:
    """What an agreement's parties may claim now, from settled rows only."""

    provider: Uint256
    customer_from_fees: Uint256
    customer_from_deposit: Uint256


def member_bit(member: int) -> int:
    """The bit that stands for a member in ``observers`` and ``signers``."""
    return 1 << member


def everyone(members: int) -> int:
    """The bits of all members of a committee of this size."""
    return (1 << members) - 1
