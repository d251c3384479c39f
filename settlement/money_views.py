"""What settlement's readers get of claims, payments and the ledger: frozen values, as in ``settlement.views``."""

from __future__ import annotations

from dataclasses import dataclass

from chain.values import Claimable, Crew
from settlement.views import Stamp


@dataclass(frozen=True, slots=True)
class ClaimableView:
    """What an agreement's parties can claim: what settled rows gave them, and what a matured row will that nobody settled yet.

    A claim that settles in the same transaction, as those of ``chain.contracts`` do, gets both.
    """

    agreement: int
    settled: Claimable
    matured: Claimable

    @property
    def total(self) -> Claimable:
        """Both together."""
        one, other = self.settled, self.matured
        return Claimable(
            one.provider + other.provider,
            one.customer_from_fees + other.customer_from_fees,
            one.customer_from_deposit + other.customer_from_deposit,
        )


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Money that left the contracts. ``kind`` is one of ``settlement.totals.PAYMENT_KINDS``.

    ``crew`` is that of a member's or a relay's share. ``receiver`` is None where only the token's own log tells: a provider may
    name any address.
    """

    kind: str
    agreement: int | None
    configuration: str | None
    crew: Crew | None
    party: str
    receiver: str | None
    token: str
    amount: int
    from_deposit: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the ledger. The lines of one log sum to zero per token."""

    event: str
    agreement: int | None
    account: str
    token: str
    amount: int
    stamp: Stamp
