"""Money and gas of a finished run, added up from the event logs and held against the tokens that the contracts still have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from chain.blocks import Receipt
from chain.events import CustomerPaid, DaoPaid, Event, MemberPaid, Opened, ProviderPaid, RelayPaid, Staked, Withdrawn
from chain.reverts import TransactionReverted
from chain.sender import Sender
from cli.amounts import show_agreement
from cli.connection import Connection
from cli.history import PeriodHistory, division_json, observer_sets, read_events
from cli.plan import CUSTOMER, FIRST_PROVIDER, GOVERNOR, RELAY
from cli.stack import Stack


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What one provider took home: its earnings, and the stake that was left."""

    provider: str
    name: str
    earned: int
    stake: int
    transaction: bytes


@dataclass(slots=True)
class Withdrawals:
    """All claims of a run, and what they cost."""

    providers: list[Withdrawal] = field(default_factory=list)
    gas: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> list[dict[str, object]]:
        """The providers' withdrawals, amounts as decimal strings."""
        return [asdict(one) | {"earned": str(one.earned), "stake": str(one.stake)} for one in self.providers]


@dataclass(frozen=True, slots=True)
class Totals:
    """Where every unit went. ``left`` is what the contracts still hold; in the end only what no observers could share."""

    fees_in: int
    stake_in: int
    provider: int
    customer_from_fees: int
    customer_from_deposit: int
    validators: int
    relay: int
    dao: int
    stake_out: int
    left: int
    gas: dict[str, int]

    @property
    def paid_in(self) -> int:
        """All that was escrowed and staked."""
        return self.fees_in + self.stake_in

    @property
    def paid_out(self) -> int:
        """All that left the contracts."""
        customer = self.customer_from_fees + self.customer_from_deposit
        return self.provider + customer + self.validators + self.relay + self.dao + self.stake_out

    @property
    def balanced(self) -> bool:
        """Whether in = out + left, to the unit."""
        return self.paid_in == self.paid_out + self.left

    def as_json(self) -> dict[str, object]:
        """Amounts as decimal strings, in the token's smallest unit."""
        amounts: dict[str, object] = {name: str(value) for name, value in asdict(self).items() if name != "gas"}
        return amounts | {"in": str(self.paid_in), "out": str(self.paid_out)}


def withdraw_everything(stack: Stack) -> Withdrawals:
    """Pulls all that is due: each provider its earnings and stake, then customer, members, relay and DAO."""
    done = Withdrawals()
    connection, founder = stack.connection, stack.founder
    pactum, token = connection.pactum, connection.token().address
    for number, one in enumerate(stack.founded):
        sender = founder.sender(FIRST_PROVIDER + number)
        earned = pactum.claimable_of(one.agreement).provider
        _claim(done.gas, "claim_provider", lambda s=sender, a=one.agreement: pactum.claim_provider(s, [a]))  # type: ignore[misc]
        free = connection.zone.stake_of(one.address, token).free
        receipt = connection.zone.withdraw(sender, token, free)
        done.providers.append(Withdrawal(one.address, one.provider.name, earned, free, receipt.tx_hash))
    senders = {account: founder.sender(account) for account in (GOVERNOR, RELAY, CUSTOMER)}
    done.gas |= claim_shared(connection, senders, [one.agreement for one in stack.founded])
    return done


def claim_all(connection: Connection, senders: Mapping[int, Sender], agreements: Sequence[int]) -> dict[str, int]:
    """The claims of one provider and of everybody else; gas by kind."""
    gas: dict[str, int] = {}
    _claim(gas, "claim_provider", lambda: connection.pactum.claim_provider(senders[FIRST_PROVIDER], agreements))
    return gas | claim_shared(connection, senders, agreements)


def claim_shared(connection: Connection, senders: Mapping[int, Sender], agreements: Sequence[int]) -> dict[str, int]:
    """The claims of customer, members, relay and DAO; gas by kind. What has nothing due is passed over."""
    gas: dict[str, int] = {}
    pactum, token, relay = connection.pactum, connection.token().address, senders[RELAY]
    _claim(gas, "claim_customer", lambda: pactum.claim_customer(senders[CUSTOMER], agreements))
    for configuration, sets in observer_sets(read_events(connection)).items():
        for member in range(max(sets).bit_length()):
            _claim(gas, "claim_member", lambda c=configuration, s=sets, m=member: pactum.claim_member(relay, c, token, m, s))  # type: ignore[misc]
    _claim(gas, "claim_relay", lambda: pactum.claim_relay(relay, relay.address, token))
    _claim(gas, "claim_dao", lambda: pactum.claim_dao(senders[GOVERNOR], token))
    return gas


def totals_of(connection: Connection, gas: dict[str, int]) -> Totals:
    """Adds up the whole log, the withdrawals included, and reads what the contracts hold now."""
    paid = read_events(connection)
    token = connection.token()
    return Totals(
        fees_in=sum(e.offer.fee * e.periods for e in paid if isinstance(e, Opened)),
        stake_in=sum(e.amount for e in paid if isinstance(e, Staked)),
        provider=sum(e.amount for e in paid if isinstance(e, ProviderPaid)),
        customer_from_fees=sum(e.from_fees for e in paid if isinstance(e, CustomerPaid)),
        customer_from_deposit=sum(e.from_deposit for e in paid if isinstance(e, CustomerPaid)),
        validators=sum(e.amount for e in paid if isinstance(e, MemberPaid)),
        relay=sum(e.amount for e in paid if isinstance(e, RelayPaid)),
        dao=sum(e.amount for e in paid if isinstance(e, DaoPaid)),
        stake_out=sum(e.amount for e in paid if isinstance(e, Withdrawn)),
        left=token.balance_of(connection.book.pactum) + token.balance_of(connection.book.zone),
        gas=gas | _gas_of_opening(connection, paid),
    )


@dataclass(frozen=True, slots=True)
class CostedPeriod:
    """One agreement-period and its share of the gas of the transaction that decided it, rounded up."""

    told: PeriodHistory
    transaction: bytes
    gas: int

    def as_json(self) -> dict[str, object]:
        """The period as the table shows it; amounts as decimal strings in the smallest unit."""
        one, row, division = self.told, self.told.row, self.told.division
        return {
            "agreement": show_agreement(one.agreement),
            "period": one.period,
            "outcome": one.outcome.name.lower(),
            "expired": one.expired,
            "uptime_ppm": row.uptime_ppm if row else None,
            "p95_ms": (row.p95_ms or None) if row else None,
            "coverage_ppm": row.coverage_ppm if row else None,
            "tier": row.tier if row else None,
            "credit_bps": row.credit_bps if row else 0,
            "slash_bps": row.slash_bps if row else 0,
            **division_json(division),
            "gas": self.gas,
            "transaction": self.transaction,
        }


def costed(connection: Connection, history: Sequence[PeriodHistory]) -> list[CostedPeriod]:
    """The periods with what deciding each of them cost."""
    deciding = {id(one): one.report_tx or one.settled_tx or b"" for one in history}
    gas = {transaction: gas_of(connection, transaction) for transaction in set(deciding.values())}
    return [CostedPeriod(one, deciding[id(one)], -(-gas[deciding[id(one)]] // max(1, one.rows_in_report))) for one in history]


def _gas_of_opening(connection: Connection, events: Sequence[Event]) -> dict[str, int]:
    opened = next((e.tx_hash for e in events if isinstance(e, Opened)), None)
    return {"open": gas_of(connection, opened)} if opened else {}


def gas_of(connection: Connection, transaction: bytes) -> int:
    """What a mined transaction cost in gas; 0 where the node knows it no more."""
    found = connection.node.receipt(transaction)
    return found[0].gas_used if found else 0


def _claim(gas: dict[str, int], name: str, send: Callable[[], Receipt]) -> None:
    try:
        receipt = send()
    except TransactionReverted as refusal:
        if refusal.name != "NothingToClaim":
            raise
        return
    gas.setdefault(name, receipt.gas_used)
