"""An agreement from the signed offer to the last claim, on a real node, signed as wallets sign."""

from __future__ import annotations

from typing import Any

import ape
import pytest

MET, BREACH, NO_DATA = 1, 2, 3
UNKNOWN_AGREEMENT, ALREADY_DECIDED = 1, 3


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
    (settled,) = events(receipt, pactum.Settled)
    assert tuple(settled.division.values() if isinstance(settled.division, dict) else settled.division) == (
        0,
        199_000_000,
        1_000_000,
        100_000_000,
        700_000_000,
        300_000_000,
        500_000_000,
    )
    go_to(house.end(agreement, 2) + 6 * 3_600)
    pactum.expire(agreement, sender=house.anyone)
    assert pactum.agreementOf(agreement).closed

    pactum.claimProvider([agreement], sender=house.anyone)
    pactum.claimCustomer([agreement], sender=house.anyone)
    pactum.claimRelay(house.payee, token, sender=house.anyone)
    pactum.claimDao(token, sender=house.anyone)
    for member in range(4):
        pactum.claimMember(house.configuration, token, member, [0b1011, 0b1111], sender=house.anyone)
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


def test_nothing_is_paid_before_maturity_and_nothing_twice(house: Any, steps: Any) -> None:
    row, go_to = steps["row"], steps["go_to"]
    agreement = house.open()
    end = house.end(agreement)
    go_to(end)
    house.report(house.header(end), [row(agreement, 0, MET)])
    with ape.reverts(house.pactum.NothingToClaim):
        house.pactum.claimProvider([agreement], sender=house.anyone)
    go_to(house.pactum.pendingOf(agreement).acceptedAt + 8 * 3_600)
    house.pactum.claimProvider([agreement, agreement], sender=house.anyone)
    assert house.token.balanceOf(house.payout) == 700_000_000
    with ape.reverts(house.pactum.NothingToClaim):
        house.pactum.claimProvider([agreement], sender=house.anyone)


def test_an_offer_opens_once_and_only_as_it_was_signed(house: Any, steps: Any) -> None:
    ape.chain.mine()
    pactum, start = house.pactum, steps["now"]() + 7_200
    offer = house.offer()
    signature = house.sign_offer(offer)
    with ape.reverts(pactum.BadOfferSignature):
        pactum.open(tuple((offer | {"fee": offer["fee"] // 2}).values()), signature, start, 1, sender=house.customer)
    with ape.reverts(pactum.BadOfferSignature):
        pactum.open(tuple(offer.values()), house.sign_offer(offer, house.oracles[0]), start, 1, sender=house.customer)
    pactum.open(tuple(offer.values()), signature, start, 1, sender=house.customer)
    with ape.reverts(pactum.OfferSpent):
        pactum.open(tuple(offer.values()), signature, start, 1, sender=house.customer)


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
    for changes, error in (
        ({"observers": 0b10111}, house.pactum.ForeignObserver),
        ({"observers": 0b0011}, house.pactum.TooFewObservers),
        ({"observers": 0b0111}, house.pactum.SignerWithoutObservation),
    ):
        with ape.reverts(error):
            house.report(house.header(end, **changes), rows, members=(0, 1, 3))


def test_bad_rows_are_skipped_with_a_reason_and_good_ones_stand(house: Any, steps: Any) -> None:
    row, events, pactum = steps["row"], steps["events"], house.pactum
    reported, fresh = house.open(), house.open()
    end = house.end(reported)
    steps["go_to"](max(end, house.end(fresh)))
    assert (end - 1) // 3_600 == (house.end(fresh) - 1) // 3_600
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
    deadline = house.end(agreement) + 6 * 3_600
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
