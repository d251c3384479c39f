"""How one settled period's fee is divided: the reference that the contract and the auditor are held against.

Pure integers, money in the token's smallest unit, rounding always down; what rounding leaves goes to the provider, so
that the five fee parts sum to the fee exactly. Mirrors ``contracts/libraries/Split.sol``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chain.values import Division, member_bit
from governance.errors import BadInput
from governance.values import BPS, Outcome


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is at stake in one period. ``deposit`` was locked at opening, ``deposit_left`` is what no award has taken yet.

    ``relay_fee`` is flat per paid row. Raises BadInput for negative amounts, a deposit that grew, or shares above the whole.
    """

    fee: int
    deposit: int
    deposit_left: int
    validator_bps: int
    dao_bps: int
    relay_fee: int

    def __post_init__(self) -> None:
        if min(self.fee, self.deposit, self.deposit_left, self.validator_bps, self.dao_bps, self.relay_fee) < 0:
            raise BadInput("an amount at stake is negative", value=self, remedy="amounts and shares are zero or more")
        if self.deposit_left > self.deposit:
            raise BadInput("more deposit is left than was locked", value=self, remedy="deposit_left <= deposit")
        if self.validator_bps + self.dao_bps > BPS:
            raise BadInput("the shares exceed the fee", value=self, remedy=f"validator_bps + dao_bps <= {BPS}")


def fee_of(division: Division) -> int:
    """The fee that was divided: the five parts that do not come from the deposit."""
    return division.provider + division.validators + division.relay + division.dao + division.customer_from_fee


def customer_of(division: Division) -> int:
    """All that the customer gets: refund, credit and slash."""
    return division.customer_from_fee + from_deposit(division)


def from_deposit(division: Division) -> int:
    """What leaves the locked deposit."""
    return division.customer_from_deposit + division.slash


def share(amount: int, bps: int) -> int:
    """A share of an amount in basis points, rounded down."""
    return amount * bps // BPS


def share_up(amount: int, bps: int) -> int:
    """A share of an amount in basis points, rounded up: what a dispute's bond is of the amount that it holds up."""
    return -(-amount * bps // BPS)


def divide(outcome: Outcome, credit_bps: int, slash_bps: int, stakes: Stakes) -> Division:
    """Divides one period's fee by the verdict of its row. Raises BadInput for a verdict that no period can have."""
    _check_verdict(outcome, credit_bps, slash_bps)
    if outcome is Outcome.NO_DATA:
        return _no_data(stakes)
    met = _met(stakes)
    return met if outcome is Outcome.MET else _breach(met, credit_bps, slash_bps, stakes)


def expired(stakes: Stakes) -> Division:
    """Divides the fee of a period that nobody reported by its deadline: as a reported NoData."""
    return divide(Outcome.NO_DATA, 0, 0, stakes)


def rewarded(division: Division, outcome: Outcome) -> tuple[Division, int]:
    """What a dispute leaves to all others, and its winner's part.

    Who showed that those who signed were wrong gets what they would have had; of NoData, what would have gone back instead.
    """
    reward = division.validators + division.relay
    left = replace(division, validators=0, relay=0)
    if outcome is Outcome.NO_DATA:
        return replace(left, customer_from_fee=0), reward + division.customer_from_fee
    return left, reward


def member_share(earned: Mapping[int, int], member: int) -> int:
    """All that a member is due of what sets of observers earned, in equal shares of each set, rounded down.

    ``earned`` is by observers (bit i: member i), and only grows: what a member took before is to be subtracted. What the members
    of a set cannot share stays, less than a unit for each of them. Raises BadInput for a negative sum.
    """
    if any(sum_ < 0 for sum_ in earned.values()):
        raise BadInput("a set earned less than nothing", value=dict(earned), remedy="zero or more")
    return sum(sum_ // observers.bit_count() for observers, sum_ in earned.items() if observers & member_bit(member))


def _check_verdict(outcome: Outcome, credit_bps: int, slash_bps: int) -> None:
    if outcome not in tuple(Outcome):
        raise BadInput(f"{outcome!r} is no outcome", value=outcome, remedy="1 Met, 2 Breach or 3 NoData")
    if not (0 <= credit_bps <= BPS and 0 <= slash_bps <= BPS):
        raise BadInput("a credit or slash is not a share", value=(credit_bps, slash_bps), remedy=f"0 to {BPS} bps")
    if outcome is not Outcome.BREACH and (credit_bps or slash_bps):
        raise BadInput("a credit or slash without a breach", value=(outcome, credit_bps, slash_bps), remedy="0 and 0")


def _shares(stakes: Stakes) -> tuple[int, int, int]:
    """Provider's, validators' and DAO's share of the fee, before any credit."""
    validators = share(stakes.fee, stakes.validator_bps)
    dao = share(stakes.fee, stakes.dao_bps)
    return stakes.fee - validators - dao, validators, dao


def _no_data(stakes: Stakes) -> Division:
    provider, validators, dao = _shares(stakes)
    return Division(provider, 0, 0, dao, validators, 0, 0)


def _met(stakes: Stakes) -> Division:
    provider, validators, dao = _shares(stakes)
    relay = min(stakes.relay_fee, validators)
    return Division(provider, validators - relay, relay, dao, 0, 0, 0)


def _breach(met: Division, credit_bps: int, slash_bps: int, stakes: Stakes) -> Division:
    """The credit is taken from the provider's share, then its deposit, then the DAO's share; never from the validators'."""
    credit = share(stakes.fee, credit_bps)
    from_provider = min(credit, met.provider)
    from_deposit = min(credit - from_provider, stakes.deposit_left)
    from_dao = min(credit - from_provider - from_deposit, met.dao)
    return Division(
        provider=met.provider - from_provider,
        validators=met.validators,
        relay=met.relay,
        dao=met.dao - from_dao,
        customer_from_fee=from_provider + from_dao,
        customer_from_deposit=from_deposit,
        slash=min(share(stakes.deposit, slash_bps), stakes.deposit_left - from_deposit),
    )
