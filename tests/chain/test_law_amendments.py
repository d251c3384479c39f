"""Amendments on a chain: the client, the digests and the docket agree with the contract, and nobody goes round the two keys."""

from __future__ import annotations

from typing import Any

import pytest

from chain.contracts import LawStoneClient
from chain.docket import Docket
from chain.hashing import text_id
from chain.quorum import join_signatures
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.typed_data import Domain, amendment_id, assent_digest
from chain.values import Amendment, LawStatus, Seat

SECOND = "decide(_, _, _) :- fail.\n"


class Chamber:
    """A market whose first law runs settlement, and the members that assent."""

    def __init__(self, market: Any) -> None:
        self.market = market
        self.stone = LawStoneClient(market.node, market.book.law_stone)
        self.anyone = Sender(market.node, market.anvil.signer(9))
        self.stone.publish(self.anyone, SECOND)
        self.docket = Docket(market.node, market.book, "latest")
        self.docket.refresh()
        reigning = self.stone_committee_now()
        self.configuration = reigning

    def stone_committee_now(self) -> bytes:
        configuration = self.docket.configurations[0]
        now_s = self.market.node.block("latest").timestamp_s
        if now_s < configuration.since_s:
            self.market.anvil.move_to(configuration.since_s)
        return configuration.digest

    def propose(self, *, takes_seat: bool = True, notice_s: int = 0) -> Amendment:
        amendment = self.stone.amendment(Seat.SETTLEMENT, text_id(SECOND), takes_seat, notice_s)
        self.stone.propose(self.anyone, amendment)
        return amendment

    def assent(self, amendment: Amendment, *members: int, stone: Domain | None = None) -> None:
        key = amendment_id(amendment)
        digest = assent_digest(stone or self.market.book.law_stone_domain, key)
        signatures = {member: self.market.anvil.signer(member + 1).sign_compact(digest) for member in members}
        self.anyone.send(self.stone.assent_call(key, self.configuration, *join_signatures(signatures)))


@pytest.fixture
def chamber(market: Any) -> Chamber:
    return Chamber(market)


def test_a_law_follows_another_with_both_keys_and_the_docket_sees_it(chamber: Chamber):
    stone, docket = chamber.stone, chamber.docket
    amendment = chamber.propose()
    assert stone.amendment_of(amendment) == amendment_id(amendment)
    assert stone.assent_digest(amendment_id(amendment)) == assent_digest(
        chamber.market.book.law_stone_domain, amendment_id(amendment)
    )
    docket.refresh()
    (waiting,) = docket.lives().awaiting_assent()
    assert waiting.amendment == amendment
    chamber.assent(amendment, 0, 1, 3)
    docket.refresh()
    assert docket.lives().awaiting_assent() == []
    chamber.market.governor.act([stone.enact_call(amendment)])
    assert (stone.running_in(Seat.SETTLEMENT).law, stone.running_in(Seat.SETTLEMENT).revision) == (text_id(SECOND), 2)
    docket.refresh()
    running = docket.lives().running_in(Seat.SETTLEMENT)
    assert running is not None
    assert (running.law, running.revision) == (text_id(SECOND), 2)
    assert stone.status_of(text_id(chamber.market.law)) is LawStatus.ENACTED


def test_too_few_a_stranger_and_an_assent_of_elsewhere_are_refused(chamber: Chamber):
    amendment = chamber.propose()
    book = chamber.market.book
    with pytest.raises(TransactionReverted, match="TooFewObservers"):
        chamber.assent(amendment, 0, 1)
    with pytest.raises(TransactionReverted, match="BadSignature"):
        chamber.assent(amendment, 0, 1, 3, stone=Domain(book.chain_id + 1, book.law_stone))
    with pytest.raises(TransactionReverted, match="BadSignature"):
        chamber.assent(amendment, 0, 1, 3, stone=book.committee_domain)
    with pytest.raises(TransactionReverted, match="NotAssented"):
        chamber.market.governor.act([chamber.stone.enact_call(amendment)])
    assert not chamber.stone.progress_of(amendment_id(amendment)).assented


def test_an_assent_is_good_for_its_revision_alone(chamber: Chamber):
    stone = chamber.stone
    amendment = chamber.propose()
    chamber.assent(amendment, 0, 1, 2)
    chamber.market.governor.act([stone.enact_call(amendment)])
    back = stone.amendment(Seat.SETTLEMENT, text_id(chamber.market.law), True, 0)
    stone.propose(chamber.anyone, back)
    chamber.assent(back, 1, 2, 3)
    chamber.market.governor.act([stone.enact_call(back)])
    assert stone.running_in(Seat.SETTLEMENT).revision == 3
    with pytest.raises(TransactionReverted, match="NotAssented"):  # the same two laws, and the assent of before
        chamber.market.governor.act([stone.enact_call(amendment)])
    with pytest.raises(TransactionReverted, match="AlreadyAssented"):
        chamber.assent(amendment, 0, 1, 2)


def test_a_law_beside_waits_for_its_notice(chamber: Chamber):
    amendment = chamber.propose(takes_seat=False, notice_s=500)
    chamber.assent(amendment, 0, 1, 2)
    with pytest.raises(TransactionReverted, match="NoticeRunning"):
        chamber.market.governor.act([chamber.stone.enact_call(amendment)])
    chamber.market.anvil.increase(500)
    chamber.market.governor.act([chamber.stone.enact_call(amendment)])
    assert chamber.stone.status_of(text_id(SECOND)) is LawStatus.ENACTED
    assert chamber.stone.running_in(Seat.SETTLEMENT).law == text_id(chamber.market.law)


def test_a_law_of_routing_is_no_law_of_settlement(chamber: Chamber):
    stone = chamber.stone
    chamber.market.governor.act([stone.found_call(Seat.ROUTING, text_id(SECOND))])
    assert stone.status_of(text_id(SECOND)) is LawStatus.ENACTED
    assert stone.status_in(text_id(SECOND), Seat.ROUTING) is LawStatus.ENACTED
    assert stone.status_in(text_id(SECOND), Seat.SETTLEMENT) is LawStatus.PUBLISHED
    chamber.docket.refresh()
    assert chamber.docket.lives().status_in(text_id(SECOND), Seat.SETTLEMENT) is LawStatus.PUBLISHED
