"""The structs of the contracts as frozen values, in field order and width as ``contracts/interfaces`` has them; tests compare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from chain.words import Address, Bytes32, Uint16, Uint32, Uint64, Uint128
from governance.values import Outcome, PeriodKind

FOREVER_S = 2**64 - 1


class LawStatus(IntEnum):
    """Where a law stands on LawStone."""

    NONE = 0
    PUBLISHED = 1
    ENACTED = 2
    BROKEN = 3


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
    """What governance may change for later agreements; pinned by each agreement at opening. Windows in seconds."""

    report_deadline: Uint32
    dispute_window: Uint32
    validator_bps: Uint16
    dao_bps: Uint16


@dataclass(frozen=True, slots=True)
class Listing:
    """A token that agreements may use; money in its smallest unit. ``relay_fee`` is paid per row out of the validators' share."""

    token: Address
    min_fee: Uint128
    relay_fee: Uint128


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
    """The state of one agreement on Pactum. ``next`` is the first period that is neither reported nor expired."""

    customer: Address
    provider: Address
    terms: Bytes32
    law: Bytes32
    fee: Uint128
    deposit: Uint128
    deposit_left: Uint128
    max_credit_bps: Uint16
    max_slash_bps: Uint16
    period_kind: PeriodKind
    period_length: Uint32
    start: Uint64
    periods: Uint32
    next: Uint32
    parameters: Uint32
    listing: Uint32
    closed: bool


class PendingOutcome(IntEnum):
    """Outcome of a waiting row; NONE where no row waits."""

    NONE = 0
    MET = 1
    BREACH = 2
    NO_DATA = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """An accepted row that has not been settled. ``accepted_at`` in Unix seconds."""

    period: Uint32
    outcome: PendingOutcome
    credit_bps: Uint16
    slash_bps: Uint16
    accepted_at: Uint64
    observers: Uint32
    configuration: Bytes32
    payee: Address

    @property
    def verdict(self) -> Outcome | None:
        """The outcome that waits to mature; None when no row waits."""
        return Outcome(self.outcome) if self.outcome else None


@dataclass(frozen=True, slots=True)
class Division:
    """How one settled period's fee was divided. The first five parts sum to the fee; the last two come out of the deposit."""

    provider: Uint128
    validators: Uint128
    relay: Uint128
    dao: Uint128
    customer_from_fee: Uint128
    customer_from_deposit: Uint128
    slash: Uint128


@dataclass(frozen=True, slots=True)
class Configuration:
    """The committee between ``since_s`` and ``until_s`` (exclusive; FOREVER_S while no successor is known)."""

    digest: bytes
    index: int
    since_s: int
    until_s: int
    quorum: int
    members: tuple[str, ...]

    def reigns_at(self, time_s: int) -> bool:
        """Whether this configuration is in force at a time."""
        return self.since_s <= time_s < self.until_s


@dataclass(frozen=True, slots=True)
class Stake:
    """A provider's stake in one token: all of it, and the part that backs agreements."""

    total: Uint128
    locked: Uint128

    @property
    def free(self) -> int:
        """The part that may be withdrawn or locked."""
        return self.total - self.locked


@dataclass(frozen=True, slots=True)
class Claimable:
    """What an agreement's parties may claim now, from settled rows only."""

    provider: Uint128
    customer_from_fees: Uint128
    customer_from_deposit: Uint128


def member_bit(member: int) -> int:
    """The bit that stands for a member in ``observers`` and ``signers``."""
    return 1 << member
