"""Who gets what of settled periods, added up: by part, and by party. Whole numbers, in the token's smallest unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from settlement.hindsight.past import PastAgreement, Settlement, Token
from settlement.split import from_deposit


@dataclass(frozen=True, slots=True)
class Parts:
    """What periods came to. ``customer`` is refunds and credits, ``slash`` what it gets besides; ``deposit`` is what left it.

    All but ``deposit`` together are the fees and what left the deposits.
    """

    fees: int = 0
    provider: int = 0
    validators: int = 0
    dao: int = 0
    customer: int = 0
    slash: int = 0
    winner: int = 0
    deposit: int = 0

    def __add__(self, other: Parts) -> Parts:
        return Parts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Parts)))

    def __sub__(self, other: Parts) -> Parts:
        return Parts(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(Parts)))

    @property
    def conserved(self) -> bool:
        """Whether all that was paid in went to somebody, and no more than that."""
        paid = self.provider + self.validators + self.dao + self.customer + self.slash + self.winner
        return paid == self.fees + self.deposit

    def as_json(self) -> dict[str, str]:
        """Decimal strings."""
        return {one.name: str(getattr(self, one.name)) for one in fields(Parts)}


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """Somebody whom money goes to: ``role`` is provider, customer, validators, dao or winner. All validators are one."""

    token: tuple[str, str, int]  # address, symbol and decimals, so that parties sort by them
    role: str
    name: str


def parts_of(settled: Settlement, fee: int) -> Parts:
    """The parts of one period. The relay's fee is part of the validators' share."""
    division = settled.division
    return Parts(
        fees=fee,
        provider=division.provider,
        validators=division.validators + division.relay,
        dao=division.dao,
        customer=division.customer_from_fee + division.customer_from_deposit,
        slash=division.slash,
        winner=settled.reward,
        deposit=from_deposit(division),
    )


def total(parts: Iterable[Parts]) -> Parts:
    """All of them together."""
    return sum(parts, Parts())


def gains_of(past: PastAgreement, settled: Settlement) -> Mapping[Party, int]:
    """What one period brings to each party, after what its deposit costs the provider; they sum to the fee."""
    parts = parts_of(settled, past.stakes.fee)
    token = token_key(past.token)
    gains = Counter(
        {
            Party(token, "provider", past.provider): parts.provider - parts.deposit,
            Party(token, "customer", past.customer): parts.customer + parts.slash,
            Party(token, "validators", ""): parts.validators,
            Party(token, "dao", ""): parts.dao,
        }
    )
    if settled.winner is not None:
        gains[Party(token, "winner", settled.winner)] += parts.winner
    return gains


def token_key(token: Token) -> tuple[str, str, int]:
    """A token as parties and totals are sorted by."""
    return token.address, token.symbol, token.decimals
