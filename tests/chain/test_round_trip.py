"""One period's life through the typed clients alone: opened, reported, settled, claimed; and the digests of both sides."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from chain import row
from chain.agreements import agreement_id
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, LawStoneClient, ZoneClient
from chain.events import (
    Accepted,
    Closed,
    CustomerPaid,
    Event,
    Expired,
    MemberPaid,
    Opened,
    ProviderPaid,
    RelayPaid,
    Reported,
    Settled,
    Skipped,
    Terminated,
    decode_known,
)
from chain.hashing import text_id
from chain.permits import sign_permit
from chain.quorum import QuorumError, check_quorum, join_signatures, mask_of
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.typed_data import COMMITTEE_NAME, PACTUM_NAME, observation_root_digest, offer_digest, separator
from chain.values import Claimable, Crew, Earned, LawStatus, Listing, PendingOutcome, Seat, Skip, Stake
from governance.errors import BadInput
from governance.values import Outcome, Row

FEE, DEPOSIT, RELAY_FEE = 1_000_000, 5_000_000, 1_000
PAYEE = "0x" + "77" * 20


def _events(market: Any, receipt: Receipt) -> list[Event]:
    return decode_known(receipt.logs, market.book.contracts)


def _of(market: Any, receipt: Receipt, *kinds: type[Event]) -> list[Any]:
    return [event for event in _events(market, receipt) if isinstance(event, kinds)]


def _met(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.MET, 0, 0, 0, 999_999, 1_000_000, 1_500)


def _breach(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.BREACH, 3, 10_000, 1_000, 940_000, 1_000_000, 2_500)


@pytest.fixture
def priced(market: Any) -> Any:
    """The market, where a relay earns a fee per row."""
    market.governor.act([market.pactum.list_token_call(Listing(market.token.address, RELAY_FEE, 10_000))])
    return market


def test_an_agreement_from_opening_to_the_last_claim(priced: Any, oracles: Any):
    market, pactum, anyone, token = priced, priced.pactum, priced.anyone, priced.token
    zone, start, offer = ZoneClient(market.node, market.book.zone), market.soon(), market.offer()
    agreement = market.open(start, 2, nonce=offer.nonce, expiry=offer.expiry)
    assert agreement == agreement_id(market.book.pactum_domain, market.customer.address, offer, start, 2)
    assert market.notary.is_spent(offer.provider, offer.nonce)
    assert zone.stake_of(offer.provider, token.address) == Stake(10**9, DEPOSIT, 0)
    assert token.balance_of(pactum.address) == 2 * FEE

    end = start + 3_600
    market.anvil.move_to(end)
    events = _events(market, oracles.report(end, _breach(agreement, 0)))
    assert [type(event) for event in events] == [Reported, Accepted]
    assert isinstance(events[1], Accepted)
    assert row.unpack(events[1].row) == _breach(agreement, 0)
    pending = pactum.pending_of(agreement)
    assert (pending.verdict, pending.credit_bps, pending.crew) == (Outcome.BREACH, 10_000, 1)
    assert pending.accepted_at == market.node.block("latest").timestamp_s
    assert pactum.claimable_of(agreement) == Claimable(0, 0, 0)

    market.anvil.move_to(pending.accepted_at + 60)
    before = token.balance_of(market.customer.address)
    found = _of(market, pactum.claim_customer(anyone, [agreement]), Settled, CustomerPaid)
    assert [type(event) for event in found] == [Settled, CustomerPaid]  # in one transaction
    assert (found[0].period, found[1].from_fees, found[1].from_deposit) == (0, 700_000, 800_000)
    assert token.balance_of(market.customer.address) == before + 1_500_000
    assert pactum.claimable_of(agreement) == Claimable(0, 0, 0)

    market.anvil.move_to(end + 3_600)
    oracles.report(end + 3_600, _met(agreement, 1))
    market.anvil.increase(60)
    found = _of(market, pactum.claim_provider(anyone, [agreement], token.address, offer.provider), Settled, Closed, ProviderPaid)
    assert [type(event) for event in found] == [Settled, Closed, ProviderPaid]
    assert found[2].amounts == ((agreement, 700_000),)
    assert pactum.agreement_of(agreement).closed
    assert zone.stake_of(offer.provider, token.address) == Stake(10**9 - 800_000, 0, 0)

    _pay_the_others(market, oracles.configuration.digest)
    assert token.balance_of(pactum.address) == 0


def _pay_the_others(market: Any, configuration: bytes) -> None:
    pactum, anyone, token = market.pactum, market.anyone, market.token.address
    number, validators = pactum.crew_of(configuration, 0b1111, PAYEE), 2 * (200_000 - RELAY_FEE)
    assert pactum.earned_by(number, token) == Earned(validators, 2 * RELAY_FEE)
    assert pactum.crew_of(configuration, 0b0111, PAYEE) is None
    crews = [Crew(0b1111, PAYEE), Crew(0b0111, PAYEE), Crew(0b1111, PAYEE)]  # unknown ones and repeated ones count for nothing
    for member in range(4):
        assert pactum.claimable_of_member(configuration, token, member, crews) == validators // 4
        (paid,) = _of(market, pactum.claim_member(anyone, configuration, token, member, crews), MemberPaid)
        assert (paid.observers, paid.payee.lower(), paid.amount) == (0b1111, PAYEE, validators // 4)
        assert pactum.taken_from(number, token, member) == validators // 4
        assert pactum.claimable_of_member(configuration, token, member, crews) == 0
    assert pactum.claimable_of_relay(configuration, token, PAYEE, [0b1111, 0b0111]) == 2 * RELAY_FEE
    (paid,) = _of(market, pactum.claim_relay(anyone, configuration, token, PAYEE, [0b0111, 0b1111]), RelayPaid)
    assert (paid.observers, paid.amount) == (0b1111, 2 * RELAY_FEE)
    assert pactum.claimable_of_relay(configuration, token, PAYEE, [0b1111]) == 0
    assert pactum.claimable_of_dao(token) == 200_000
    pactum.claim_dao(anyone, token)


def test_who_did_not_observe_is_not_paid(market: Any, oracles: Any):
    pactum, token, start = market.pactum, market.token.address, market.soon()
    agreement = market.open(start)
    market.anvil.move_to(start + 3_600)
    oracles.report(start + 3_600, _met(agreement, 0), observers=0b0111)
    market.anvil.increase(60)
    pactum.settle(market.anyone, [agreement])
    crews = [Crew(0b0111, PAYEE)]
    owed = [pactum.claimable_of_member(oracles.configuration.digest, token, member, crews) for member in range(4)]
    assert owed == [66_666, 66_666, 66_666, 0]
    with pytest.raises(TransactionReverted, match="NothingToClaim"):
        pactum.claim_member(market.anyone, oracles.configuration.digest, token, 3, crews)


def test_a_provider_alone_says_where_it_is_paid(market: Any, oracles: Any):
    start = market.soon()
    agreement = market.open(start)
    oracles.reported(start, 0, _met(agreement, 0))
    market.anvil.increase(60)
    elsewhere = "0x" + "88" * 20
    with pytest.raises(TransactionReverted, match="NotPayable"):
        market.pactum.claim_provider(market.anyone, [agreement], market.token.address, elsewhere)
    market.pactum.claim_provider(Sender(market.node, market.provider), [agreement], market.token.address, elsewhere)
    assert market.token.balance_of(elsewhere) == 700_000


def test_a_row_that_cannot_stand_is_skipped_and_says_why(market: Any, oracles: Any):
    start = market.soon()
    agreement = market.open(start)
    market.anvil.move_to(start + 3_600)
    unknown = _met(agreement ^ 1, 0)
    receipt = oracles.report(
        start + 3_600, unknown, _met(agreement, 0), _met(agreement, 0), _met(agreement, 9), _met(agreement, 1)
    )
    found = _of(market, receipt, Accepted, Skipped)
    reasons = [event.reason if isinstance(event, Skipped) else Skip.NONE for event in found]
    assert reasons == [Skip.UNKNOWN_AGREEMENT, Skip.NONE, Skip.ALREADY_DECIDED, Skip.UNKNOWN_PERIOD, Skip.TOO_EARLY]


def test_a_period_without_a_report_expires(market: Any):
    start = market.soon()
    agreement = market.open(start, 3)
    with pytest.raises(TransactionReverted, match="NothingExpired"):
        market.pactum.expire(market.anyone, agreement)
    market.anvil.move_to(start + 2 * 3_600 + 60)
    (expired,) = _of(market, market.pactum.expire(market.anyone, agreement), Expired)
    assert (expired.first, expired.count) == (0, 2)
    assert market.pactum.claimable_of(agreement) == Claimable(2 * 700_000, 2 * 200_000, 0)
    assert market.pactum.pending_of(agreement).outcome is PendingOutcome.NONE


@pytest.mark.parametrize("party", ["customer", "provider"])
def test_either_side_ends_an_agreement_early(market: Any, party: str):
    start = market.soon()
    agreement = market.open(start, 6)
    sender = market.customer if party == "customer" else Sender(market.node, market.provider)
    with pytest.raises(TransactionReverted, match="NotAParty"):
        market.pactum.terminate(market.anyone, agreement)
    market.anvil.move_to(start)
    (ended,) = _of(market, market.pactum.terminate(sender, agreement), Terminated)
    assert (ended.by, ended.periods, ended.refund) == (sender.address, 2, 4 * FEE)
    with pytest.raises(TransactionReverted, match="the periods that have begun, and the notice, are all that is left"):
        market.pactum.terminate(sender, agreement)
    market.pactum.claim_customer(market.anyone, [agreement])
    assert market.token.balance_of(market.pactum.address) == 2 * FEE


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
def test_a_report_of_missing_repeated_or_foreign_signatures_is_refused(market: Any, oracles: Any, members, mangle, name: str):
    start = market.soon()
    agreement = market.open(start)
    market.anvil.move_to(start + 3_600)
    header, words = oracles.header(start + 3_600), [row.pack(_met(agreement, 0))]
    with pytest.raises(TransactionReverted) as caught:
        market.pactum.report(market.anyone, header, words, *mangle(*oracles.sign(header, words, members)))
    assert caught.value.name == name
    assert market.pactum.agreement_of(agreement).next == 0


def test_an_offer_of_a_foreign_key_is_refused(market: Any):
    offer = market.offer()
    forged = market.anvil.signer(9).sign_digest(offer_digest(market.book.pactum_domain, offer))
    with pytest.raises(TransactionReverted, match="BadOfferSignature"):
        market.notary.open(market.customer, offer, forged, market.soon(), 1, 1, 1)


def test_a_customer_consents_to_conditions_by_their_numbers(market: Any):
    offer = market.offer()
    signature = market.provider.sign_digest(offer_digest(market.book.pactum_domain, offer))
    now = market.pactum.conditions_of(offer.token)
    assert (now.parameters, now.listing) == (market.pactum.current_parameters(), market.pactum.current_listing(offer.token))
    assert now.rules == market.pactum.parameters_of(now.parameters)
    assert now.price == market.pactum.listing_of(now.listing)
    with pytest.raises(TransactionReverted, match="governance set other conditions meanwhile"):
        market.notary.open(market.customer, offer, signature, market.soon(), 1, now.parameters, now.listing + 1)
    assert market.pactum.conditions_of(PAYEE).listing == 0


@pytest.mark.parametrize("seen", [False, True], ids=["fresh", "used by whoever saw it"])
def test_fees_are_permitted_in_the_transaction_that_opens(market: Any, seen: bool):
    customer = market.anvil.signer(9)
    market.token.mint(market.anyone, customer.address, 2 * FEE)
    permit = sign_permit(market.token, customer, market.book.pactum, 2 * FEE, market.soon() + 3_600)
    if seen:
        v, r, s = permit.parts
        kinds = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
        parts = (customer.address, market.book.pactum, permit.value, permit.deadline, v, r, s)
        market.anyone.send(market.token.call(kinds, *parts))
    offer = market.offer()
    signature = market.provider.sign_digest(offer_digest(market.book.pactum_domain, offer))
    sender = Sender(market.node, customer)
    receipt = market.notary.open(sender, offer, signature, market.soon(), 2, 1, 1, permit)
    assert market.notary.opened(receipt).customer == customer.address
    assert market.token.balance_of(customer.address) == 0
    assert market.token.allowance(customer.address, market.book.pactum) == 0


def test_digests_are_the_contracts_own(market: Any):
    book, pactum = market.book, market.pactum
    committee = CommitteeClient(market.node, book.committee)
    assert pactum.domain_separator() == separator(book.pactum_domain, PACTUM_NAME)
    assert committee.domain_separator() == separator(book.committee_domain, COMMITTEE_NAME)
    offer = market.offer()
    assert market.notary.offer_digest(offer) == offer_digest(book.pactum_domain, offer)
    digest = observation_root_digest(book.committee_domain, 2**64 - 1, b"\7" * 32)
    assert committee.observation_root_digest(2**64 - 1, b"\7" * 32) == digest


@pytest.mark.parametrize("lost", [None, 3])
def test_a_quorum_is_judged_alike_with_and_without_the_chain(market: Any, oracles: Any, lost: int | None):
    committee = CommitteeClient(market.node, market.book.committee)
    if lost is not None:
        market.expose(oracles.signers[lost], 1)
    configuration = committee.configuration_of(oracles.configuration.digest)
    judged = []
    for observers in (0b1111, 0b0111, 0b1110, 0b0011, 0b11111, 0):
        for members in ((0, 1, 2), (1, 2, 3), (0, 1, 2, 3), (0, 1), ()):
            signers, signatures = join_signatures(
                {member: oracles.signers[member].sign_compact(b"\7" * 32) for member in members}
            )
            counted = observers & ~configuration.active == 0 and observers.bit_count() >= 3
            enough = counted and signers & ~observers == 0 and len(members) >= 3
            with contextlib.nullcontext() if enough else pytest.raises(TransactionReverted):
                reign = committee.verify(configuration.digest, b"\7" * 32, observers, signers, signatures)
                assert reign == (configuration.since_s, configuration.until_s)
            with contextlib.nullcontext() if enough else pytest.raises(QuorumError):
                check_quorum(configuration, b"\7" * 32, observers, signers, signatures)
            judged.append(enough)
    assert judged.count(True) == (5 if lost is None else 1)


def test_a_law_is_published_enacted_and_broken(market: Any):
    stone = LawStoneClient(market.node, market.book.law_stone)
    text = "% a long law\n" * 5_000
    law = text_id(text)
    assert stone.status_of(law) is LawStatus.NONE
    stone.publish(Sender(market.node, market.anvil.signer(9)), text)
    assert stone.status_of(law) is LawStatus.PUBLISHED
    assert stone.text_of(law) == text
    market.governor.act([stone.found_call(Seat.ROUTING, law)])
    assert stone.status_of(law) is LawStatus.ENACTED
    market.governor.act([stone.break_call(law)])
    assert stone.status_of(law) is LawStatus.BROKEN


def test_claims_of_nothing_are_refused(market: Any, oracles: Any):
    configuration, token = oracles.configuration.digest, market.token.address
    for claim in (
        lambda: market.pactum.claim_relay(market.anyone, configuration, token, PAYEE, [0b1111]),
        lambda: market.pactum.claim_member(market.anyone, configuration, token, 0, [Crew(0b1111, PAYEE)]),
        lambda: market.pactum.claim_winner(market.anyone, PAYEE, token),
        lambda: market.pactum.claim_dao(market.anyone, token),
    ):
        with pytest.raises(TransactionReverted, match="NothingToClaim"):
            claim()


def test_an_opening_tells_its_agreement(market: Any):
    offer = market.offer()
    signature = market.provider.sign_digest(offer_digest(market.book.pactum_domain, offer))
    opened = market.notary.opened(market.notary.open(market.customer, offer, signature, market.soon(), 1, 1, 1))
    assert isinstance(opened, Opened)
    assert opened.offer == offer
    with pytest.raises(BadInput, match="opened no agreement"):
        market.notary.opened(market.notary.publish_terms(market.anyone, "x"))
