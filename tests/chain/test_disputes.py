"""A dispute's life through the typed clients: opened with a bond, confirmed, replaced or left to lapse, and who is paid."""

from __future__ import annotations

from typing import Any

import pytest

from chain.blocks import Receipt
from chain.contracts import TribunalClient
from chain.events import Confirmed, DaoPaid, Decided, Disputed, Event, Lapsed, Paid, Replaced, RowHeld, WinnerPaid, decode_known
from chain.hashing import ZERO_ADDRESS
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.values import Claimable, PendingOutcome
from governance.errors import BadInput
from governance.values import Outcome, Row

FEE, DEPOSIT = 1_000_000, 5_000_000
HELD = FEE + 300_000 + 500_000  # the fee, and what the breach would take from the deposit
BOND = HELD // 10
GROUNDS = b"\6" * 32


class Court:
    """A market with a breach of 100 % credit and 10 % slash that waits, and somebody, account 9, who disputes it."""

    def __init__(self, market: Any, oracles: Any) -> None:
        self.market = market
        self.tribunal = TribunalClient(market.node, market.book.tribunal)
        self.disputer = Sender(market.node, market.anvil.signer(9))
        self.start = market.soon()
        self.agreement = market.open(self.start)
        breach = Row(self.agreement, 0, Outcome.BREACH, 3, 10_000, 1_000, 940_000, 1_000_000, 2_500)
        self.word = oracles.reported(self.start, 0, breach)
        market.token.mint(market.anyone, self.disputer.address, BOND)
        market.token.approve(self.disputer, market.book.tribunal, BOND)

    def dispute(self) -> Receipt:
        return self.tribunal.dispute(self.disputer, self.word, GROUNDS, BOND)

    def events(self, receipt: Receipt) -> list[Any]:
        found: list[Event] = decode_known(receipt.logs, self.market.book.contracts)
        return found

    def told(self, receipt: Receipt, first: type[Event], second: type[Event]) -> tuple[Any, Any]:
        """Two events of a receipt, by their classes; their order is the contracts' affair."""
        events = {type(event): event for event in self.events(receipt)}
        return events[first], events[second]

    def balance(self, address: str) -> int:
        return int(self.market.token.balance_of(address))


@pytest.fixture
def court(market: Any, oracles: Any) -> Court:
    return Court(market, oracles)


def test_a_dispute_takes_the_row_out_and_the_bond_in(court: Court):
    market = court.market
    receipt = court.dispute()
    held, disputed = court.told(receipt, RowHeld, Disputed)
    assert (held.agreement, held.period, held.reserve) == (court.agreement, 0, 800_000)
    assert disputed == court.tribunal.disputed(receipt)
    assert isinstance(disputed, Disputed)
    assert (disputed.disputer, disputed.row, disputed.bond, disputed.grounds) == (
        court.disputer.address,
        court.word,
        BOND,
        GROUNDS,
    )
    found = court.tribunal.dispute_of(court.agreement, 0)
    assert found is not None
    assert (found.open, found.disputer, found.bond, found.deadline) == (True, court.disputer.address, BOND, disputed.deadline)
    assert disputed.deadline == market.node.block("latest").timestamp_s + 60
    assert (found.arbiter, found.held_up) == (market.arbiter.address, market.customer.address)
    assert (found.outcome, found.credit_bps, found.slash_bps) == (PendingOutcome.BREACH, 10_000, 1_000)
    assert market.pactum.pending_of(court.agreement).outcome is PendingOutcome.NONE
    state = market.pactum.agreement_of(court.agreement)
    assert (state.disputes, state.deposit_left, state.deposit) == (1, DEPOSIT - 800_000, DEPOSIT)
    assert court.tribunal.owed(market.token.address) == court.balance(market.book.tribunal) == BOND
    with pytest.raises(TransactionReverted, match="dispute the row as it was accepted, while it waits"):
        court.dispute()


def test_a_row_that_the_arbiter_confirms_stands_and_the_bond_is_divided(court: Court):
    market, token = court.market, court.market.token.address
    court.dispute()
    with pytest.raises(TransactionReverted, match="only the arbiter that the agreement pinned"):
        court.tribunal.confirm(court.disputer, court.agreement, 0)
    decided, confirmed = court.told(court.tribunal.confirm(market.arbiter, court.agreement, 0), Decided, Confirmed)
    assert (decided.outcome, decided.credit_bps, decided.slash_bps) == (Outcome.BREACH, 10_000, 1_000)
    assert decided.winner == ZERO_ADDRESS
    assert (confirmed.held_up, confirmed.to_held_up, confirmed.to_dao) == (market.customer.address, BOND // 2, BOND // 2)
    assert market.pactum.claimable_of(court.agreement) == Claimable(0, 700_000, 800_000)
    assert court.tribunal.claimable_of(market.customer.address, token) == BOND // 2
    before = court.balance(market.customer.address)
    assert isinstance(court.events(court.tribunal.claim(market.anyone, market.customer.address, token))[0], Paid)
    assert court.balance(market.customer.address) == before + BOND // 2
    assert court.tribunal.claimable_of_dao(token) == BOND // 2
    (paid,) = court.events(court.tribunal.claim_dao(market.anyone, token))
    assert isinstance(paid, DaoPaid)
    assert (paid.address, paid.amount) == (market.book.tribunal, BOND // 2)  # not Pactum's
    assert court.tribunal.owed(token) == court.balance(market.book.tribunal) == 0


def test_a_row_that_the_arbiter_replaces_pays_the_disputer_what_the_witnesses_would_have_had(court: Court):
    market, token = court.market, court.market.token.address
    court.dispute()
    with pytest.raises(TransactionReverted, match="to let the row stand as it is, confirm it"):
        court.tribunal.replace(market.arbiter, court.agreement, 0, Outcome.BREACH, 10_000, 1_000)
    with pytest.raises(TransactionReverted, match="rule within the caps"):
        court.tribunal.replace(market.arbiter, court.agreement, 0, Outcome.BREACH, 10_000, 1_001)
    receipt = court.tribunal.replace(market.arbiter, court.agreement, 0, Outcome.MET, 0, 0)
    decided, replaced = court.told(receipt, Decided, Replaced)
    assert decided.winner == court.disputer.address
    assert (replaced.outcome, replaced.credit_bps, replaced.slash_bps) == (Outcome.MET, 0, 0)
    assert market.pactum.claimable_of(court.agreement) == Claimable(700_000, 0, 0)
    assert market.pactum.claimable_of_winner(court.disputer.address, token) == 200_000
    (paid,) = court.events(market.pactum.claim_winner(market.anyone, court.disputer.address, token))
    assert isinstance(paid, WinnerPaid)
    court.tribunal.claim(market.anyone, court.disputer.address, token)
    assert court.balance(court.disputer.address) == 200_000 + BOND
    assert market.pactum.agreement_of(court.agreement).deposit_left == DEPOSIT


def test_a_silent_arbiter_lets_the_row_stand_and_the_bond_go_back(court: Court):
    market, token = court.market, court.market.token.address
    deadline = court.tribunal.disputed(court.dispute()).deadline
    market.anvil.move_to(deadline - 2)
    with pytest.raises(TransactionReverted, match="the arbiter may still rule"):
        court.tribunal.lapse(market.anyone, court.agreement, 0)
    market.anvil.move_to(deadline)
    with pytest.raises(TransactionReverted, match="too late to rule"):
        court.tribunal.confirm(market.arbiter, court.agreement, 0)
    decided, lapsed = court.told(court.tribunal.lapse(market.anyone, court.agreement, 0), Decided, Lapsed)
    assert (decided.winner, lapsed.period) == (ZERO_ADDRESS, 0)
    assert market.pactum.claimable_of(court.agreement) == Claimable(0, 700_000, 800_000)
    assert court.tribunal.claimable_of(court.disputer.address, token) == BOND
    found = court.tribunal.dispute_of(court.agreement, 0)
    assert found is not None
    assert not found.open


def test_a_bond_is_no_higher_than_its_disputer_allows(court: Court):
    with pytest.raises(TransactionReverted, match="allow more, or leave it") as caught:
        court.tribunal.dispute(court.disputer, court.word, GROUNDS, BOND - 1)
    assert caught.value.arguments == {"bond": BOND, "most": BOND - 1}


def test_a_receipt_of_something_else_tells_of_no_dispute(court: Court):
    with pytest.raises(BadInput, match="disputed nothing"):
        court.tribunal.disputed(court.market.notary.publish_terms(court.market.anyone, "x"))
    assert court.tribunal.dispute_of(court.agreement, 0) is None
