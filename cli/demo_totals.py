"""Money and gas of a finished run, added up from the event logs and held against the tokens that the contracts still have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from chain.events import (
    BondPosted,
    BondWithdrawn,
    CustomerPaid,
    DaoPaid,
    Disputed,
    Event,
    MemberPaid,
    Opened,
    Paid,
    ProviderPaid,
    RelayPaid,
    Staked,
    WinnerPaid,
    Withdrawn,
)
from cli.amounts import show_agreement
from cli.connection import Connection
from cli.history import PeriodHistory, read_events, shares_json

Paying = (
    type[Staked]
    | type[BondPosted]
    | type[BondWithdrawn]
    | type[MemberPaid]
    | type[RelayPaid]
    | type[WinnerPaid]
    | type[DaoPaid]
    | type[Paid]
    | type[Withdrawn]
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Where every unit went. ``left`` is what the contracts still hold; in the end only what no observers could share.

    ``disputes_in`` are bonds of disputes, ``disputes_out`` those that went back and the halves of those that did not;
    ``member_bonds`` are the committee's, which stay.
    """

    fees_in: int
    stake_in: int
    disputes_in: int
    member_bonds: int
    provider: int
    customer_from_fees: int
    customer_from_deposit: int
    validators: int
    relay: int
    winners: int
    dao: int
    disputes_out: int
    stake_out: int
    left: int
    gas: dict[str, int]

    @property
    def paid_in(self) -> int:
        """All that was escrowed, staked and put up."""
        return self.fees_in + self.stake_in + self.disputes_in + self.member_bonds

    @property
    def paid_out(self) -> int:
        """All that left the contracts."""
        customer = self.customer_from_fees + self.customer_from_deposit
        shares = self.provider + customer + self.validators + self.relay + self.winners + self.dao
        return shares + self.disputes_out + self.stake_out

    @property
    def balanced(self) -> bool:
        """Whether in = out + left, to the unit."""
        return self.paid_in == self.paid_out + self.left

    @property
    def remainders(self) -> int:
        """What is left besides the bonds of those who still serve."""
        return self.left - self.member_bonds

    def as_json(self) -> dict[str, object]:
        """Amounts as decimal strings, in the token's smallest unit."""
        amounts: dict[str, object] = {name: str(value) for name, value in asdict(self).items() if name != "gas"}
        return amounts | {"in": str(self.paid_in), "out": str(self.paid_out)}


def totals_of(connection: Connection, gas: dict[str, int]) -> Totals:
    """Adds up the whole log, the withdrawals included, and reads what the contracts hold now."""
    told = read_events(connection)
    token, book = connection.token(), connection.book
    holders = book.pactum, book.zone, book.tribunal, book.committee
    return Totals(
        fees_in=sum(e.offer.fee * e.periods for e in told if isinstance(e, Opened)),
        stake_in=_sum(told, Staked),
        disputes_in=sum(e.bond for e in told if isinstance(e, Disputed)),
        member_bonds=_sum(told, BondPosted) - _sum(told, BondWithdrawn),
        provider=sum(amount for e in told if isinstance(e, ProviderPaid) for _, amount in e.amounts),
        customer_from_fees=sum(e.from_fees for e in told if isinstance(e, CustomerPaid)),
        customer_from_deposit=sum(e.from_deposit for e in told if isinstance(e, CustomerPaid)),
        validators=_sum(told, MemberPaid),
        relay=_sum(told, RelayPaid),
        winners=_sum(told, WinnerPaid),
        dao=_sum(told, DaoPaid),
        disputes_out=_sum(told, Paid),
        stake_out=_sum(told, Withdrawn),
        left=sum(token.balance_of(holder) for holder in holders),
        gas=gas | _gas_of_opening(connection, told),
    )


def _sum(events: Iterable[Event], kind: Paying) -> int:
    return sum(event.amount for event in events if isinstance(event, kind))


@dataclass(frozen=True, slots=True)
class CostedPeriod:
    """One agreement-period and its share of the gas of the transaction that decided it, rounded up."""

    told: PeriodHistory
    transaction: bytes
    gas: int

    def as_json(self) -> dict[str, object]:
        """The period as the table shows it; amounts as decimal strings in the smallest unit."""
        one, row = self.told, self.told.row
        return {
            "agreement": show_agreement(one.agreement),
            "period": one.period,
            "outcome": one.outcome.name.lower(),
            "expired": one.expired,
            "uptime_ppm": row.uptime_ppm if row else None,
            "p95_ms": (row.p95_ms or None) if row else None,
            "coverage_ppm": row.coverage_ppm if row else None,
            "tier": row.tier if row else None,
            "credit_bps": one.credit_bps,
            "slash_bps": one.slash_bps,
            "disputed": one.dispute is not None,
            **shares_json(one.shares),
            "gas": self.gas,
            "transaction": self.transaction,
        }


def costed(connection: Connection, history: Sequence[PeriodHistory]) -> list[CostedPeriod]:
    """The periods with what deciding each of them cost."""
    gas = {transaction: gas_of(connection, transaction) for transaction in {one.decided_tx for one in history}}
    return [CostedPeriod(one, one.decided_tx, -(-gas[one.decided_tx] // max(1, one.rows_in_report))) for one in history]


def _gas_of_opening(connection: Connection, events: Sequence[Event]) -> dict[str, int]:
    opened = next((e.tx_hash for e in events if isinstance(e, Opened)), None)
    return {"open": gas_of(connection, opened)} if opened else {}


def gas_of(connection: Connection, transaction: bytes) -> int:
    """What a mined transaction cost in gas; 0 where the node knows it no more."""
    found = connection.node.receipt(transaction)
    return found[0].gas_used if found else 0
