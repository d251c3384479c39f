"""What providers and members put up, through the typed clients: thawed, taken back, taken away."""

from __future__ import annotations

from typing import Any

import pytest

from chain.contracts import CommitteeClient, ZoneClient
from chain.events import (
    BondDaoPaid,
    BondPosted,
    BondWithdrawn,
    Deactivated,
    Equivocated,
    Event,
    ReporterPaid,
    Restaked,
    ThawStarted,
    Withdrawn,
    decode_known,
)
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.values import FOREVER_S, Stake, ThawRequest
from governance.errors import BadInput

STAKE, BOND = 10**9, 1_000_000


@pytest.fixture
def zone(market: Any) -> ZoneClient:
    return ZoneClient(market.node, market.book.zone)


@pytest.fixture
def committee(market: Any) -> CommitteeClient:
    return CommitteeClient(market.node, market.book.committee)


def _only(market: Any, receipt: Any) -> Event:
    (event,) = decode_known(receipt.logs, market.book.contracts)
    return event


def test_stake_is_asked_for_waited_for_and_taken(market: Any, zone: ZoneClient):
    provider, token = Sender(market.node, market.provider), market.token.address
    receipt = zone.thaw(provider, token, 600)
    asked = zone.thaw_started(receipt)
    assert _only(market, receipt) == asked
    assert isinstance(asked, ThawStarted)
    assert asked.thaws_at == market.node.block("latest").timestamp_s + market.pactum.longest_thaw_s()
    assert (asked.request, asked.amount) == (1, 600)
    assert zone.request_of(provider.address, token, 1) == ThawRequest(600, asked.thaws_at)
    assert zone.request_of(provider.address, token, 2) is None
    assert zone.stake_of(provider.address, token) == Stake(STAKE, 0, 600)
    assert zone.free_of(provider.address, token) == zone.stake_of(provider.address, token).free == STAKE - 600
    market.anvil.move_to(asked.thaws_at - 2)
    with pytest.raises(TransactionReverted, match="withdraw when the request has thawed"):
        zone.withdraw(provider, token, 1)
    market.anvil.move_to(asked.thaws_at)
    before = market.token.balance_of(provider.address)
    taken = _only(market, zone.withdraw(provider, token, 1))
    assert isinstance(taken, Withdrawn)
    assert (taken.request, taken.amount) == (1, 600)
    assert market.token.balance_of(provider.address) == before + 600
    assert zone.stake_of(provider.address, token) == Stake(STAKE - 600, 0, 0)
    with pytest.raises(BadInput, match="asked for no stake"):
        zone.thaw_started(market.notary.publish_terms(market.anyone, "x"))


def test_a_request_can_be_taken_back(market: Any, zone: ZoneClient):
    provider, token = Sender(market.node, market.provider), market.token.address
    zone.thaw(provider, token, STAKE)
    back = _only(market, zone.restake(provider, token, 1))
    assert isinstance(back, Restaked)
    assert (back.request, back.amount) == (1, STAKE)
    assert zone.free_of(provider.address, token) == STAKE


def test_stake_that_backs_an_agreement_thaws_and_stays(market: Any, zone: ZoneClient):
    provider, token = Sender(market.node, market.provider), market.token.address
    market.open(market.soon())
    zone.thaw(provider, token, STAKE)
    assert zone.stake_of(provider.address, token).free == zone.free_of(provider.address, token) == 0
    market.anvil.increase(market.pactum.longest_thaw_s())
    with pytest.raises(TransactionReverted, match="wait until the agreements that the stake backs are closed"):
        zone.withdraw(provider, token, 1)


def test_a_member_serves_until_its_last_period_is_settled_for_good(market: Any, committee: CommitteeClient):
    member = Sender(market.node, market.anvil.signer(1))
    first = committee.configuration_of(committee.configuration_at(market.soon()) or b"")
    assert committee.bond_of(member.address) == committee.required_bond() == BOND
    assert committee.bond_token() == market.token.address
    assert committee.serves_until(member.address) == FOREVER_S
    with pytest.raises(TransactionReverted, match="StillServing"):
        committee.withdraw(member, member.address)
    others = [market.anvil.signer(account).address for account in (6, 7, 8, 9)]
    market.bond(others)
    since = first.since_s + 1_000
    market.governor.act([committee.configure_call(others, since)])
    assert committee.serves_until(member.address) == since + market.pactum.horizon_s()
    market.anvil.move_to(since + market.pactum.horizon_s())
    taken = _only(market, committee.withdraw(member, member.address))
    assert isinstance(taken, BondWithdrawn)
    assert market.token.balance_of(member.address) == taken.amount == BOND


def test_anyone_posts_for_a_member_and_governance_says_how_much(market: Any, committee: CommitteeClient):
    market.token.mint(market.customer, market.customer.address, 5)
    market.token.approve(market.customer, committee.address, 5)
    member = market.anvil.signer(1).address
    posted = _only(market, committee.post(market.customer, member, 5))
    assert isinstance(posted, BondPosted)
    assert (posted.member, posted.by, posted.amount) == (member, market.customer.address, 5)
    assert committee.bond_of(member) == BOND + 5
    market.governor.act([committee.require_bond_call(2 * BOND)])
    assert committee.required_bond() == 2 * BOND


def test_two_roots_for_one_epoch_cost_the_bond_and_the_bit(market: Any, committee: CommitteeClient):
    signer = market.anvil.signer(2)
    assert not committee.is_exposed(signer.address)
    events = decode_known(market.expose(signer, 7).logs, market.book.contracts)
    (lost,) = [event for event in events if isinstance(event, Equivocated)]
    (gone,) = [event for event in events if isinstance(event, Deactivated)]
    assert (lost.member, lost.epoch, lost.reporter) == (signer.address, 7, market.anyone.address)
    assert (lost.root, lost.other_root, len(lost.signature)) == (b"\1" * 32, b"\2" * 32, 64)
    assert (lost.to_reporter, lost.to_dao) == (BOND // 2, BOND // 2)
    assert (gone.member, gone.index) == (signer.address, 1)
    assert committee.is_exposed(signer.address)
    assert committee.bond_of(signer.address) == 0
    with pytest.raises(TransactionReverted, match="nothing is left to do"):
        market.expose(signer, 7)
    assert committee.claimable_of_reporter(market.anyone.address) == BOND // 2
    assert isinstance(_only(market, committee.claim_reporter(market.customer, market.anyone.address)), ReporterPaid)
    assert committee.claimable_of_dao() == BOND // 2
    paid = _only(market, committee.claim_dao(market.customer))
    assert isinstance(paid, BondDaoPaid)
    assert (paid.treasury, paid.amount) == (market.pactum.treasury(), BOND // 2)
