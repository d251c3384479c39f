"""One period's life through the typed clients alone: opened, reported, settled, claimed; and the digests of both sides."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from chain import row
from chain.agreements import agreement_id
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, LawStoneClient, TokenClient, ZoneClient
from chain.docket import Docket
from chain.events import Accepted, Closed, Event, Expired, Opened, Reported, Settled, Skipped, decode_known
from chain.hashing import text_id
from chain.keys import Signer
from chain.quorum import QuorumError, check_quorum, join_signatures, mask_of
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.typed_data import COMMITTEE_NAME, PACTUM_NAME, observation_root_digest, offer_digest, report_digest, separator
from chain.values import Claimable, Configuration, Division, Header, LawStatus, PendingOutcome, Skip, Stake
from governance.errors import BadInput
from governance.periods import epoch_of
from governance.values import Outcome, Row

FEE, DEPOSIT = 1_000_000, 5_000_000
PAYEE = "0x" + "77" * 20
EPOCH_S = 20


class Oracles:
    """The committee of the devnet: accounts 1 to 4, who sign whatever the test says."""

    def __init__(self, market: Any) -> None:
        self.market = market
        self.signers: list[Signer] = [market.anvil.signer(account) for account in range(1, 5)]
        docket = Docket(market.node, market.book, "latest")
        docket.refresh()
        self.configuration: Configuration = docket.configurations[0]

    def header(self, end_s: int) -> Header:
        return Header(self.configuration.digest, epoch_of(end_s, EPOCH_S), b"\5" * 32, 0b1111, PAYEE)

    def sign(self, header: Header, words: list[int], members: tuple[int, ...] = (0, 1, 2)) -> tuple[int, bytes]:
        digest = report_digest(self.market.book.pactum_domain, header, words)
        assert digest == self.market.pactum.report_digest(header, words)
        return join_signatures({member: self.signers[member].sign_compact(digest) for member in members})

    def report(self, end_s: int, *rows: Row) -> Receipt:
        words = [row.pack(entry) for entry in rows]
        header = self.header(end_s)
        return self.market.pactum.report(self.market.governor, header, words, *self.sign(header, words))


@pytest.fixture
def oracles(market: Any) -> Oracles:
    return Oracles(market)


def _events(market: Any, receipt: Receipt) -> list[Event]:
    return decode_known(receipt.logs, market.book.contracts)


def _met(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.MET, 0, 0, 0, 999_999, 1_000_000, 1_500)


def test_a_period_from_opening_to_claims(market: Any, oracles: Oracles):
    node, pactum, governor = market.node, market.pactum, market.governor
    token, zone = TokenClient(node, market.book.token), ZoneClient(node, market.book.zone)
    start = market.soon()
    offer = market.offer()
    agreement = market.open(start, 2, nonce=offer.nonce, expiry=offer.expiry)
    assert agreement == agreement_id(market.book.pactum_domain, market.customer.address, offer, start, 2)
    assert pactum.is_spent(offer.provider, offer.nonce)
    assert zone.stake_of(offer.provider, token.address) == Stake(10**9, DEPOSIT)
    assert token.balance_of(pactum.address) == 2 * FEE

    end = start + 3_600
    market.anvil.move_to(end)
    breach = Row(agreement, 0, Outcome.BREACH, 3, 10_000, 1_000, 940_000, 1_000_000, 2_500)
    events = _events(market, oracles.report(end, breach))
    assert [type(event) for event in events] == [Reported, Accepted]
    assert isinstance(events[1], Accepted)
    assert row.unpack(events[1].row) == breach
    pending = pactum.pending_of(agreement)
    assert (pending.verdict, pending.credit_bps, pending.payee.lower()) == (Outcome.BREACH, 10_000, PAYEE)
    assert pactum.claimable_of(agreement) == Claimable(0, 0, 0)

    market.anvil.move_to(events[1].matures_at)
    settled = _events(market, pactum.settle(governor, [agreement]))[0]
    assert isinstance(settled, Settled)
    assert settled.division == Division(
        provider=0,
        validators=200_000,
        relay=0,
        dao=100_000,
        customer_from_fee=700_000,
        customer_from_deposit=300_000,
        slash=500_000,
    )
    assert pactum.claimable_of(agreement) == Claimable(0, 700_000, 800_000)
    before = token.balance_of(market.customer.address)
    pactum.claim_customer(governor, [agreement])
    assert token.balance_of(market.customer.address) == before + 1_500_000

    market.anvil.move_to(end + 3_600)
    oracles.report(end + 3_600, _met(agreement, 1))
    market.anvil.move_to(node.block("latest").timestamp_s + 60)
    events = _events(market, pactum.settle(governor, [agreement]))
    assert [type(event) for event in events if isinstance(event, Settled | Closed)] == [Settled, Closed]
    pactum.claim_provider(governor, [agreement])
    for member in range(4):
        owed = pactum.claimable_of_member(oracles.configuration.digest, token.address, member, [0b1111])
        assert owed == 100_000
        pactum.claim_member(governor, oracles.configuration.digest, token.address, member, [0b1111, 0b0111])
    pactum.claim_dao(governor, token.address)
    assert token.balance_of(pactum.address) == 0
    assert zone.stake_of(offer.provider, token.address) == Stake(10**9 - 800_000, 0)
    assert pactum.agreement_of(agreement).closed


def test_a_row_that_cannot_stand_is_skipped_and_says_why(market: Any, oracles: Oracles):
    start = market.soon()
    agreement = market.open(start)
    market.anvil.move_to(start + 3_600)
    unknown = _met(agreement ^ 1, 0)
    receipt = oracles.report(
        start + 3_600, unknown, _met(agreement, 0), _met(agreement, 0), _met(agreement, 9), _met(agreement, 1)
    )
    found = [event for event in _events(market, receipt) if isinstance(event, Accepted | Skipped)]
    reasons = [event.reason if isinstance(event, Skipped) else Skip.NONE for event in found]
    assert reasons == [Skip.UNKNOWN_AGREEMENT, Skip.NONE, Skip.ALREADY_DECIDED, Skip.UNKNOWN_PERIOD, Skip.TOO_EARLY]


def test_a_period_without_a_report_expires(market: Any):
    start = market.soon()
    agreement = market.open(start, 3)
    with pytest.raises(TransactionReverted, match="NothingExpired"):
        market.pactum.expire(market.governor, agreement)
    market.anvil.move_to(start + 2 * 3_600 + 60)
    expired = next(
        event for event in _events(market, market.pactum.expire(market.governor, agreement)) if isinstance(event, Expired)
    )
    assert (expired.first, expired.count) == (0, 2)
    assert expired.each == Division(700_000, 0, 0, 100_000, 200_000, 0, 0)
    assert market.pactum.pending_of(agreement).outcome is PendingOutcome.NONE


@pytest.mark.parametrize(
    ("members", "mangle", "name"),
    [
        ((0, 1), lambda mask, signatures: (mask, signatures), "QuorumNotReached"),
        ((0, 1, 2), lambda mask, signatures: (mask, signatures[:-64]), "SignatureLength"),
        ((0, 1, 2), lambda mask, signatures: (mask, signatures[:64] * 3), "BadSignature"),
        ((0, 1, 2), lambda mask, signatures: (mask_of((0, 1, 3)), signatures), "BadSignature"),
        ((0, 1, 2), lambda mask, signatures: (mask | 1 << 4, signatures), "SignerWithoutObservation"),
    ],
)
def test_a_report_of_missing_repeated_or_foreign_signatures_is_refused(market: Any, oracles: Oracles, members, mangle, name: str):
    start = market.soon()
    agreement = market.open(start)
    market.anvil.move_to(start + 3_600)
    header, words = oracles.header(start + 3_600), [row.pack(_met(agreement, 0))]
    with pytest.raises(TransactionReverted) as caught:
        market.pactum.report(market.governor, header, words, *mangle(*oracles.sign(header, words, members)))
    assert caught.value.name == name
    assert market.pactum.agreement_of(agreement).next == 0


def test_an_offer_of_a_foreign_key_is_refused(market: Any):
    offer = market.offer()
    forged = market.anvil.signer(9).sign_digest(offer_digest(market.book.pactum_domain, offer))
    with pytest.raises(TransactionReverted, match="BadOfferSignature"):
        market.pactum.open(market.customer, offer, forged, market.soon(), 1)


def test_digests_are_the_contracts_own(market: Any, oracles: Oracles):
    book, pactum = market.book, market.pactum
    committee = CommitteeClient(market.node, book.committee)
    assert pactum.domain_separator() == separator(book.pactum_domain, PACTUM_NAME)
    assert committee.domain_separator() == separator(book.committee_domain, COMMITTEE_NAME)
    offer = market.offer()
    assert pactum.offer_digest(offer) == offer_digest(book.pactum_domain, offer)
    digest = observation_root_digest(book.committee_domain, 2**64 - 1, b"\7" * 32)
    assert committee.observation_root_digest(2**64 - 1, b"\7" * 32) == digest


@pytest.mark.parametrize("members", [(0, 1, 2), (1, 2, 3), (0, 1, 2, 3), (0, 1), ()])
def test_a_quorum_is_judged_alike_with_and_without_the_chain(market: Any, oracles: Oracles, members: tuple[int, ...]):
    committee = CommitteeClient(market.node, market.book.committee)
    signers, signatures = join_signatures({member: oracles.signers[member].sign_compact(b"\7" * 32) for member in members})
    enough = len(members) >= 3
    with contextlib.nullcontext() if enough else pytest.raises(TransactionReverted, match="QuorumNotReached"):
        committee.verify(oracles.configuration.digest, b"\7" * 32, signers, signatures)
    with contextlib.nullcontext() if enough else pytest.raises(QuorumError):
        check_quorum(oracles.configuration, b"\7" * 32, signers, signatures)


def test_a_law_is_published_enacted_and_broken(market: Any):
    stone = LawStoneClient(market.node, market.book.law_stone)
    text = "% a long law\n" * 5_000
    law = text_id(text)
    assert stone.status_of(law) is LawStatus.NONE
    stone.publish(Sender(market.node, market.anvil.signer(9)), text)
    assert stone.status_of(law) is LawStatus.PUBLISHED
    assert stone.text_of(law) == text
    stone.enact(market.governor, law)
    stone.break_law(market.governor, law)
    assert stone.status_of(law) is LawStatus.BROKEN


def test_claims_of_nothing_are_refused(market: Any):
    for claim in (
        lambda: market.pactum.claim_relay(market.governor, PAYEE, market.book.token),
        lambda: market.pactum.claim_dao(market.governor, market.book.token),
    ):
        with pytest.raises(TransactionReverted, match="NothingToClaim"):
            claim()


def test_an_opening_tells_its_agreement(market: Any):
    offer = market.offer()
    signature = market.provider.sign_digest(offer_digest(market.book.pactum_domain, offer))
    opened = market.pactum.opened(market.pactum.open(market.customer, offer, signature, market.soon(), 1))
    assert isinstance(opened, Opened)
    assert opened.offer == offer
    with pytest.raises(BadInput, match="opened no agreement"):
        market.pactum.opened(market.pactum.publish_terms(market.governor, "x"))
