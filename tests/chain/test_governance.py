"""The timelock and the governor: nothing changes but through them, and nothing before its time."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chain.addressbook import AddressBook
from chain.contracts import LawStoneClient, PactumClient, TimelockClient
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil
from chain.events import CallExecuted, CallScheduled, decode_known
from chain.governor import LATE_S, Governor, NotReady
from chain.hashing import ZERO_ADDRESS, text_id
from chain.reverts import TransactionReverted
from chain.sender import Call, Sender
from chain.timelock import Operation, OperationState, Role, scheduled
from chain.values import Amendment, LawStatus, Seat
from governance.errors import BadInput

DELAY_S = 86_400
AMENDMENT = Amendment(Seat.SETTLEMENT, True, bytes(32), bytes(32), 1, 0)


class ChainPace:
    """Time for a governor that waits on a chain: it passes on the chain's clock, and at once."""

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        self.slept: list[float] = []

    def now_s(self) -> float:
        return self._anvil.node.block("latest").timestamp_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._anvil.increase(max(1, round(seconds)))


class Standstill:
    """Time that passes for the governor and not on the chain."""

    def __init__(self) -> None:
        self._now = 0.0

    def now_s(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture
def ruled(fresh_anvil: Anvil, sender: Sender, founding: DeployParameters) -> AddressBook:
    """Contracts whose governor is account 8, and waits a day."""
    return deploy(
        fresh_anvil.node, sender, dataclasses.replace(founding, governor=fresh_anvil.signer(8).address, delay_s=DELAY_S)
    )


@pytest.fixture
def governing(fresh_anvil: Anvil) -> Sender:
    return Sender(fresh_anvil.node, fresh_anvil.signer(8))


def _everything(anvil: Anvil, book: AddressBook) -> list[Call]:
    """One call of each thing that governance may change."""
    from chain.contracts import CommitteeClient

    pactum, stone = PactumClient(anvil.node, book.pactum), LawStoneClient(anvil.node, book.law_stone)
    committee, timelock = CommitteeClient(anvil.node, book.committee), TimelockClient(anvil.node, book.timelock)
    stranger = anvil.signer(9).address
    members = [anvil.signer(account).address for account in range(1, 5)]
    own = [pactum.set_parameters_call(pactum.parameters_of(1)), pactum.list_token_call(pactum.listing_of(1))]
    own += [pactum.set_treasury_call(stranger), pactum.set_guardian_call(stranger), pactum.pause_opening_call(paused=True)]
    own += [
        committee.configure_call(members, 2**39),
        committee.require_bond_call(1),
        stone.found_call(Seat.ROUTING, bytes(32)),
        stone.enact_call(AMENDMENT),
    ]
    own += [stone.break_call(bytes(32)), timelock.update_delay_call(0), timelock.grant_call(Role.PROPOSER, stranger)]
    own += [timelock.revoke_call(Role.PROPOSER, stranger)]
    owned = [contract.call("transferOwnership(address)", stranger) for contract in (pactum, committee, stone)]
    return own + owned


@pytest.mark.parametrize("account", [0, 8, 9], ids=["deployer", "governor", "stranger"])
def test_nobody_changes_anything_but_through_the_timelock(fresh_anvil: Anvil, ruled: AddressBook, account: int):
    sender = Sender(fresh_anvil.node, fresh_anvil.signer(account))
    for call in _everything(fresh_anvil, ruled):
        with pytest.raises(TransactionReverted) as caught:
            sender.send(call)
        refusals = ("OwnableUnauthorizedAccount", "NotGuardian", "AccessControlUnauthorizedAccount", "TimelockUnauthorizedCaller")
        assert caught.value.name in refusals


@pytest.mark.parametrize("account", [0, 9], ids=["deployer", "stranger"])
def test_only_the_governor_proposes(fresh_anvil: Anvil, ruled: AddressBook, account: int):
    sender = Sender(fresh_anvil.node, fresh_anvil.signer(account))
    pactum = PactumClient(fresh_anvil.node, ruled.pactum)
    with pytest.raises(TransactionReverted, match="only the governor may propose to the timelock"):
        Governor(fresh_anvil.node, ruled.timelock, sender).propose([pactum.set_treasury_call(sender.address)])


def test_what_is_proposed_waits_and_then_happens(fresh_anvil: Anvil, ruled: AddressBook, governing: Sender):
    pace = ChainPace(fresh_anvil)
    governor = Governor(fresh_anvil.node, ruled.timelock, governing, pace)
    pactum, treasury = PactumClient(fresh_anvil.node, ruled.pactum), "0x" + "77" * 20
    begun = fresh_anvil.node.block("latest").timestamp_s
    receipt = governor.act([pactum.set_treasury_call(treasury), pactum.set_guardian_call(treasury)])
    assert pactum.treasury().lower() == treasury
    assert [type(event) for event in decode_known(receipt.logs, {ruled.timelock})] == [CallExecuted, CallExecuted]
    assert fresh_anvil.node.block("latest").timestamp_s >= begun + DELAY_S
    assert sum(pace.slept) >= DELAY_S


def test_what_is_proposed_does_not_happen_before_its_time(fresh_anvil: Anvil, ruled: AddressBook, governing: Sender):
    governor = Governor(fresh_anvil.node, ruled.timelock, governing, Standstill())
    timelock, pactum = governor.timelock, PactumClient(fresh_anvil.node, ruled.pactum)
    before = pactum.treasury()
    with pytest.raises(NotReady, match="cannot be executed yet") as caught:
        governor.act([pactum.set_treasury_call("0x" + "77" * 20)])
    operation = caught.value.value
    assert isinstance(operation, bytes)
    assert timelock.state_of(operation) is OperationState.WAITING
    assert pactum.treasury() == before
    assert LATE_S > 0


def test_who_executes_an_operation_needs_the_logs_alone(fresh_anvil: Anvil, ruled: AddressBook, governing: Sender):
    governor = Governor(fresh_anvil.node, ruled.timelock, governing)
    pactum = PactumClient(fresh_anvil.node, ruled.pactum)
    proposed = governor.propose([pactum.set_treasury_call("0x" + "77" * 20), pactum.set_guardian_call(governing.address)])
    assert governor.timelock.operation_id(proposed) == proposed.id
    logs = fresh_anvil.node.logs(0, fresh_anvil.node.block("latest").number, {ruled.timelock})
    events = decode_known(logs, {ruled.timelock})
    found = scheduled(events)
    assert found[proposed.id] == proposed
    assert len(found) == 2  # the founding's own is the other
    fresh_anvil.move_to(governor.timelock.ready_at(proposed.id))
    governor.timelock.execute(Sender(fresh_anvil.node, fresh_anvil.signer(9)), found[proposed.id])  # anyone may
    assert governor.timelock.state_of(proposed.id) is OperationState.DONE
    forged = [dataclasses.replace(event, data=b"") if isinstance(event, CallScheduled) else event for event in events]
    assert scheduled(forged) == {}


def test_the_governor_takes_back_what_it_proposed(fresh_anvil: Anvil, ruled: AddressBook, governing: Sender):
    governor = Governor(fresh_anvil.node, ruled.timelock, governing, Standstill())
    operation = governor.propose([PactumClient(fresh_anvil.node, ruled.pactum).pause_opening_call(paused=True)])
    governor.timelock.cancel(governing, operation.id)
    assert governor.timelock.state_of(operation.id) is OperationState.UNSET
    with pytest.raises(TransactionReverted, match="it waits, is done, or was never proposed"):
        governor.execute(operation)


def test_calls_are_executed_together_or_not_at_all(market: Any):
    stone = LawStoneClient(market.node, market.book.law_stone)
    law = text_id(market.law)
    with pytest.raises(TransactionReverted, match="NotBreakable"):
        market.governor.act([stone.break_call(law), stone.break_call(law)])
    assert stone.status_of(law) is LawStatus.ENACTED


def test_the_same_calls_can_be_proposed_again(market: Any):
    calls = [market.pactum.set_treasury_call(market.customer.address)]
    market.governor.act(calls)
    market.governor.act(calls)
    assert market.pactum.treasury() == market.customer.address


def test_opening_alone_is_paused_by_the_guardian_and_goes_on_by_governance(market: Any):
    guardian = Sender(market.node, market.anvil.signer(9))
    assert market.pactum.guardian() is None
    with pytest.raises(TransactionReverted, match="NotGuardian"):
        market.pactum.pause_opening(guardian)
    market.governor.act([market.pactum.set_guardian_call(guardian.address)])
    assert market.pactum.guardian() == guardian.address
    market.pactum.pause_opening(guardian)
    assert market.pactum.is_opening_paused()
    with pytest.raises(TransactionReverted, match="wait until governance lets opening go on"):
        market.open(market.soon())
    with pytest.raises(TransactionReverted, match="NotGuardian"):
        guardian.send(market.pactum.pause_opening_call(paused=False))
    market.governor.act([market.pactum.pause_opening_call(paused=False)])
    market.open(market.soon())


@pytest.mark.parametrize("calls", [(), (Call(None, b""),)], ids=["none", "of nobody"])
def test_an_operation_needs_calls(calls: tuple[Call, ...]):
    with pytest.raises(BadInput, match="an operation needs calls"):
        Operation(calls, bytes(32))


def test_roles_are_the_contracts_own(fresh_anvil: Anvil, ruled: AddressBook):
    timelock = TimelockClient(fresh_anvil.node, ruled.timelock)
    for role in (Role.PROPOSER, Role.EXECUTOR, Role.CANCELLER):
        assert bytes(timelock.read_value("bytes32", f"{role.name}_ROLE()")) == role.id
    assert bytes(timelock.read_value("bytes32", "DEFAULT_ADMIN_ROLE()")) == Role.ADMIN.id
    assert timelock.has_role(Role.EXECUTOR, ZERO_ADDRESS)
    assert timelock.has_role(Role.PROPOSER, fresh_anvil.signer(8).address)
    assert not timelock.has_role(Role.PROPOSER, fresh_anvil.signer(0).address)
    assert timelock.delay_s() == DELAY_S
