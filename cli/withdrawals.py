"""Everything that is due is pulled at the end of a run: what providers earned and staked, and everybody else's shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from chain.blocks import Receipt
from chain.sender import CallSender
from chain.values import member_bit
from cli.connection import Connection
from cli.earnings import claimed
from cli.history import crews_of, read_events
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


def thaw_everything(stack: Stack) -> dict[str, int]:
    """Asks for the whole stake of every provider; the number of each one's request. It goes on backing what it backs."""
    zone, founder = stack.connection.zone, stack.founder
    token, requests = stack.connection.token().address, {}
    for number, one in enumerate(stack.founded):
        receipt = zone.thaw(founder.sender(FIRST_PROVIDER + number), token, zone.stake_of(one.address, token).total)
        requests[one.address] = zone.thaw_started(receipt).request
    return requests


def withdraw_everything(stack: Stack, requests: Mapping[str, int]) -> Withdrawals:
    """Pulls all that is due: each provider's earnings, everybody else's shares, and then the stakes, which nothing rests on."""
    done = Withdrawals()
    connection, founder = stack.connection, stack.founder
    pactum, zone, token = connection.pactum, connection.zone, connection.token().address
    senders = {FIRST_PROVIDER + number: founder.sender(FIRST_PROVIDER + number) for number in range(len(stack.founded))}
    earned = [pactum.claimable_of(one.agreement).provider for one in stack.founded]
    for sender, one in zip(senders.values(), stack.founded, strict=True):
        _claim(done.gas, "claim_provider", _provider_claim(connection, sender, [one.agreement], token))
    others = {account: founder.sender(account) for account in (GOVERNOR, RELAY, CUSTOMER)}
    done.gas |= claim_shared(connection, others, [one.agreement for one in stack.founded])
    for sender, one, income in zip(senders.values(), stack.founded, earned, strict=True):
        _claim(done.gas, "claim_bonds", lambda s=sender: connection.tribunal.claim(s, s.address, token))  # type: ignore[misc]
        found = zone.request_of(one.address, token, requests[one.address])
        receipt = zone.withdraw(sender, token, requests[one.address])
        stake = found.amount if found else 0
        done.providers.append(Withdrawal(one.address, one.provider.name, income, stake, receipt.tx_hash))
    return done


def claim_all(connection: Connection, senders: Mapping[int, CallSender], agreements: Sequence[int]) -> dict[str, int]:
    """The claims of one provider and of everybody else; gas by kind."""
    gas: dict[str, int] = {}
    claim = _provider_claim(connection, senders[FIRST_PROVIDER], agreements, connection.token().address)
    _claim(gas, "claim_provider", claim)
    return gas | claim_shared(connection, senders, agreements)


def claim_shared(connection: Connection, senders: Mapping[int, CallSender], agreements: Sequence[int]) -> dict[str, int]:
    """The claims of customer, members, relay and DAO; gas by kind. What has nothing due is passed over."""
    gas: dict[str, int] = {}
    pactum, token = connection.pactum, connection.token().address
    relay, customer, governor = senders[RELAY], senders[CUSTOMER], senders[GOVERNOR]
    _claim(gas, "claim_customer", lambda: pactum.claim_customer(customer, agreements))
    for configuration, crews in crews_of(read_events(connection)).items():
        for member in range(max(crew.observers for crew in crews).bit_length()):
            own = [crew for crew in crews if crew.observers & member_bit(member)]
            _claim(gas, "claim_member", lambda c=configuration, o=own, m=member: pactum.claim_member(relay, c, token, m, o))  # type: ignore[misc]
        sets = [crew.observers for crew in crews if crew.payee == relay.address]
        _claim(gas, "claim_relay", lambda c=configuration, s=sets: pactum.claim_relay(relay, c, token, relay.address, s))  # type: ignore[misc]
    _claim(gas, "claim_dao", lambda: pactum.claim_dao(governor, token))
    _claim(gas, "claim_dao_bonds", lambda: connection.tribunal.claim_dao(governor, token))
    _claim(gas, "claim_bonds", lambda: connection.tribunal.claim(customer, customer.address, token))
    _claim(gas, "claim_winner", lambda: pactum.claim_winner(customer, customer.address, token))
    return gas


def _provider_claim(connection: Connection, sender: CallSender, agreements: Sequence[int], token: str) -> Callable[[], Receipt]:
    return lambda: connection.pactum.claim_provider(sender, agreements, token, sender.address)


def _claim(gas: dict[str, int], name: str, send: Callable[[], Receipt]) -> None:
    receipt = claimed(send)
    if receipt is not None:
        gas.setdefault(name, receipt.gas_used)
