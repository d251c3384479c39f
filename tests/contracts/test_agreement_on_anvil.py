"""An agreement from the signed offer to the last claim, on a real node, signed as wallets sign."""

from __future__ import annotations

from typing import Any

import ape
import pytest

MET, BREACH, NO_DATA = 1, 2, 3
UNKNOWN_AGREEMENT, ALREADY_DECIDED = 1, 3
HOUR, DAY = 3_600, 86_400


def test_an_agreement_runs_from_the_offer_to_the_last_claim(house: Any, steps: Any) -> None:
    row, go_to, events = steps["row"], steps["go_to"], steps["events"]
    pactum, token = house.pactum, house.token
    paid_before = token.balanceOf(house.customer)
    agreement = house.open(periods=3)
    assert token.balanceOf(pactum) == 3_000_000_000
    assert house.zone.stakeOf(house.provider.address, token).locked == 5_000_000_000

    go_to(house.end(agreement, 0))
    receipt = house.report(house.header(house.end(agreement, 0)), [row(agreement, 0, BREACH, 10_000, 1_000)])
    assert [event.agreement for event in events(receipt, pactum.Accepted)] == [agreement]
    go_to(house.end(agreement, 1))
    receipt = house.report(house.header(house.end(agreement, 1), observers=0b1011), [row(agreement, 1, MET)])
    assert [event.agreement for event in events(receipt, pactum.Accepted)] == [agreement]  # which settles the row before
    assert tuple(pactum.claimableOf(agreement)) == (0, 700_000_000, 800_000_000)
    go_to(house.end(agreement, 2) + 6 * HOUR)
    receipt = pactum.expire(agreement, sender=house.anyone)
    assert [(event.first, event.count) for event in events(receipt, pactum.Expired)] == [(2, 1)]
    assert pactum.agreementOf(agreement).closed

    _claim_all(house, agreement)
    assert token.balanceOf(house.payout) == 0 + 700_000_000 + 700_000_000
    assert token.balanceOf(house.customer) == paid_before - 3_000_000_000 + 1_500_000_000 + 200_000_000
    assert token.balanceOf(house.payee) == 2_000_000
    assert token.balanceOf(house.treasury) == 300_000_000
    # 199,000,000 for all four and as much for 0, 1 and 3; one unit of rounding stays
    shares = [token.balanceOf(oracle.address) for oracle in house.oracles]
    assert shares == [116_083_333, 116_083_333, 49_750_000, 116_083_333]
    assert token.balanceOf(pactum) == 398_000_000 - sum(shares)
    assert house.zone.stakeOf(house.provider.address, token).total == token.balanceOf(house.zone) == 50_000_000_000 - 800_000_000
    assert house.zone.stakeOf(house.provider.address, token).locked == 0


def _claim_all(house: Any, agreement: int) -> None:
    pactum, token, anyone = house.pactum, house.token, house.anyone
    crews = [(0b1011, house.payee.address), (0b1111, house.payee.address)]
    pactum.claimProvider([agreement], token, house.payout, sender=anyone)
    pactum.claimCustomer([agreement], sender=anyone)
    pactum.claimRelay(house.configuration, token, house.payee, [0b1011, 0b1111], sender=anyone)
    pactum.claimDao(token, sender=anyone)
    for member in range(4):
        pactum.claimMember(house.configuration, token, member, crews, sender=anyone)


def test_nothing_is_paid_before_maturity_and_nothing_twice(house: Any, steps: Any) -> None:
    row, go_to, pactum = steps["row"], steps["go_to"], house.pactum
    agreement = house.open()
    end = house.end(agreement)
    go_to(end)
    house.report(house.header(end), [row(agreement, 0, MET)])

    def claim(agreements: list[int]) -> None:
        arguments = (agreements, house.token, house.payout)
        house.settle_and(pactum.claimProvider, *arguments, agreements=agreements, sender=house.anyone)

    with ape.reverts(pactum.NothingToClaim):
        claim([agreement])
    go_to(pactum.pendingOf(agreement).acceptedAt + 8 * HOUR)
    claim([agreement, agreement])
    assert house.token.balanceOf(house.payout) == 700_000_000
    with ape.reverts(pactum.NothingToClaim):
        claim([agreement])


def test_an_offer_opens_once_and_only_as_it_was_signed(house: Any) -> None:
    ape.chain.mine()
    notary, offer = house.notary, house.offer()
    signature = house.sign_offer(offer)
    with ape.reverts(notary.BadOfferSignature):
        house.open_offer(offer | {"fee": offer["fee"] // 2}, 1, house.customer, signature)
    with ape.reverts(notary.BadOfferSignature):
        house.open_offer(offer | {"noticePeriods": 0}, 1, house.customer, signature)
    with ape.reverts(notary.BadOfferSignature):
        house.open_offer(offer, 1, house.customer, house.sign_offer(offer, house.oracles[0]))
    house.open_offer(offer, 1, house.customer, signature)
    with ape.reverts(notary.OfferSpent):
        house.open_offer(offer, 1, house.customer, signature)


def test_fees_are_permitted_and_taken_in_one_transaction(house: Any) -> None:
    ape.chain.mine()
    newcomer = house.oracles[0]  # whose key is a wallet's, and who has never approved anybody
    house.token.mint(newcomer.address, 2_000_000_000, sender=house.anyone)
    house.anyone.transfer(newcomer.address, "1 ether")
    opening = house.notary.open.encode_input(*house.opening(house.offer(), 2))
    with ape.accounts.use_sender(ape.accounts.test_accounts.impersonate_account(newcomer.address)):
        receipt = house.notary.multicall([house.permit(newcomer, 2_000_000_000), opening])
    (opened,) = receipt.events.filter(house.notary.Opened)
    assert opened.customer == newcomer.address
    assert house.token.balanceOf(newcomer.address) == 0
    assert house.token.balanceOf(house.pactum) == 2_000_000_000


@pytest.mark.parametrize(
    ("signers", "members", "error"),
    [
        pytest.param(0b0111, (0, 1), "SignatureLength", id="missing"),
        pytest.param(0b0011, (0, 1), "QuorumNotReached", id="too few"),
        pytest.param(0b0111, (0, 1, 1), "BadSignature", id="repeated"),
        pytest.param(0b0111, (0, 1, 3), "BadSignature", id="of another member"),
        pytest.param(0b0111, (1, 0, 2), "BadSignature", id="out of order"),
        pytest.param(0b0111, (0, 1, -1), "BadSignature", id="foreign"),
    ],
)
def test_a_report_with_bad_signatures_is_refused_whole(
    house: Any, steps: Any, signers: int, members: tuple[int, ...], error: str
) -> None:
    agreement = house.open()
    end = house.end(agreement)
    steps["go_to"](end)
    header, rows = house.header(end), [steps["row"](agreement, 0, MET)]
    keys = [*house.oracles, house.provider]  # -1: a key of nobody in the committee
    signatures = b"".join(house.signature(header, rows, keys[member]) for member in members)
    with ape.reverts(getattr(house.committee, error)):
        house.pactum.report(tuple(header.values()), rows, signers, signatures, sender=house.anyone)
    assert house.pactum.agreementOf(agreement).next == 0


def test_a_signer_outside_the_committee_is_refused(house: Any, steps: Any) -> None:
    agreement = house.open()
    end = house.end(agreement)
    steps["go_to"](end)
    rows = [steps["row"](agreement, 0, MET)]
    for observers, members, error in (
        (0b10111, (0, 1, 3), house.committee.ForeignObserver),
        (0b0011, (0, 1), house.committee.TooFewObservers),
        (0b0111, (0, 1, 3), house.committee.SignerWithoutObservation),
    ):
        with ape.reverts(error):
            house.report(house.header(end, observers=observers), rows, members=members)


def test_bad_rows_are_skipped_with_a_reason_and_good_ones_stand(house: Any, steps: Any) -> None:
    row, events, pactum = steps["row"], steps["events"], house.pactum
    reported, fresh = house.open(), house.open()
    end = house.end(reported)
    steps["go_to"](max(end, house.end(fresh)))
    assert (end - 1) // HOUR == (house.end(fresh) - 1) // HOUR
    house.report(house.header(end), [row(reported, 0, MET)])
    rows = [row(12_345, 0, MET), row(reported, 0, BREACH, 10_000), row(fresh, 0, MET), row(fresh, 0, BREACH)]
    receipt = house.report(house.header(end), rows)
    skipped = [(event.agreement, event.reason) for event in events(receipt, pactum.Skipped)]
    assert skipped == [(12_345, UNKNOWN_AGREEMENT), (reported, ALREADY_DECIDED), (fresh, ALREADY_DECIDED)]
    assert [(event.agreement, event.row) for event in events(receipt, pactum.Accepted)] == [(fresh, rows[2])]
    assert pactum.pendingOf(reported).outcome == MET


def test_a_silent_period_expires_as_no_data_and_not_before_its_deadline(house: Any, steps: Any) -> None:
    row, go_to, pactum = steps["row"], steps["go_to"], house.pactum
    agreement = house.open(periods=2)
    deadline = house.end(agreement) + 6 * HOUR
    go_to(deadline - 2)  # the transaction's own block comes one second later
    with ape.reverts(pactum.NothingExpired):
        pactum.expire(agreement, sender=house.anyone)
    go_to(deadline)
    receipt = pactum.expire(agreement, sender=house.anyone)
    (expired,) = steps["events"](receipt, pactum.Expired)
    assert (expired.first, expired.count) == (0, 1)
    assert tuple(pactum.claimableOf(agreement)) == (700_000_000, 200_000_000, 0)
    receipt = house.report(house.header(house.end(agreement)), [row(agreement, 0, BREACH, 10_000, 1_000)])
    assert [event.reason for event in steps["events"](receipt, pactum.Skipped)] == [ALREADY_DECIDED]


def test_a_disputed_row_waits_for_the_arbiter_and_holds_up_no_other(house: Any, steps: Any) -> None:
    row, go_to, pactum, tribunal = steps["row"], steps["go_to"], house.pactum, house.tribunal
    agreement = house.open(periods=2)
    go_to(house.end(agreement))
    word = row(agreement, 0, BREACH, 10_000, 1_000)
    house.report(house.header(house.end(agreement)), [word])
    bond = (1_000_000_000 + 300_000_000 + 500_000_000) // 20  # of the fee, and of what the row would take from the deposit
    house.token.mint(house.anyone, bond, sender=house.anyone)
    house.token.approve(tribunal, bond, sender=house.anyone)
    tribunal.dispute(word, bytes(32), bond, sender=house.anyone)
    go_to(house.end(agreement, 1))
    house.report(house.header(house.end(agreement, 1)), [row(agreement, 1, MET)])
    go_to(house.end(agreement, 1) + 9 * HOUR)
    pactum.settle([agreement], sender=house.anyone)
    assert tuple(pactum.claimableOf(agreement)) == (700_000_000, 0, 0)
    assert not pactum.agreementOf(agreement).closed
    with ape.reverts(tribunal.NotArbiter):
        tribunal.confirm(agreement, 0, sender=house.anyone)
    tribunal.replace(agreement, 0, NO_DATA, 0, 0, sender=house.arbiter)
    assert tuple(pactum.claimableOf(agreement)) == (1_400_000_000, 0, 0)
    assert pactum.claimableOfWinner(house.anyone, house.token) == 200_000_000
    assert pactum.agreementOf(agreement).closed
    assert house.zone.stakeOf(house.provider.address, house.token).locked == 0


def test_either_side_ends_an_agreement_after_its_notice(house: Any, steps: Any) -> None:
    agreement = house.open(periods=5)
    with ape.reverts(house.pactum.NotAParty):
        house.pactum.terminate(agreement, sender=house.anyone)
    steps["go_to"](house.end(agreement, 0) - DAY)  # in the first second of the first period
    receipt = house.pactum.terminate(agreement, sender=house.customer)
    (ended,) = steps["events"](receipt, house.pactum.Terminated)
    assert (ended.periods, ended.refund) == (2, 3_000_000_000)


def test_nobody_governs_but_the_timelock(house: Any) -> None:
    for contract in (house.pactum, house.committee, house.law_stone):
        assert contract.owner() == house.timelock.address
        with ape.reverts(contract.OwnableUnauthorizedAccount):
            contract.transferOwnership(house.governor, sender=house.governor)
