"""Disputed rows, early ends and stake that thaws, as the API and the status page tell them, on both databases."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chain import events
from chain.hashing import keccak, text_id
from governance import laws
from governance.values import Outcome, Row

LAW_TEXT = laws.read("standard")
LAW = text_id(LAW_TEXT)
START_S, HOUR_S, WINDOW_S, RULING_S = 1_800_000_000, 3_600, 300, 900
FEE, DEPOSIT, RELAY_FEE = 100_000_000, 500_000_000, 1_000


def hexed(agreement: int) -> str:
    return f"0x{agreement:024x}"


def breach(agreement: int, credit_bps: int = 2_500, slash_bps: int = 0) -> Row:
    return Row(agreement, 0, Outcome.BREACH, 2, credit_bps, slash_bps, 981_333, 1_000_000, 1_422)


@pytest.fixture
def disputed(story, clock):
    """A breach of the first period that the provider disputes: 10 % of the deposit are kept for it."""
    story.begin(LAW_TEXT)
    story.provider = story.register("Nordlicht")
    story.agreement = story.open(story.provider, law=LAW)
    story.row = breach(story.agreement, slash_bps=1_000)
    story.report(story.row, at_s=START_S + HOUR_S + 60)
    clock.advance_to((START_S + HOUR_S + 200) * 1_000)
    story.dispute(story.row, START_S + HOUR_S + 100, bond=7_500_000, reserve=DEPOSIT // 10, disputer=story.provider)
    return story


def period(client: Any, agreement: int) -> dict[str, Any]:
    items = client.get(f"/v1/agreements/{hexed(agreement)}/periods").json()["items"]
    found: dict[str, Any] = next(one for one in items if one["period"] == 0)
    return found


def test_an_agreement_tells_its_windows_its_arbiter_and_its_notice(disputed, serve):
    with serve(disputed) as client:
        shown = client.get(f"/v1/agreements/{hexed(disputed.agreement)}").json()
    windows = shown["report_deadline_s"], shown["dispute_window_s"], shown["resolution_deadline_s"]
    assert windows == (600, WINDOW_S, RULING_S)
    assert (shown["dispute_bond_bps"], shown["notice_periods"], shown["terminated"]) == (500, 1, None)
    assert shown["arbiter"].startswith("0x")


def test_a_disputed_row_waits_for_its_ruling_and_owes_nobody(disputed, serve):
    with serve(disputed) as client:
        told = period(client, disputed.agreement)
        agreement = client.get(f"/v1/agreements/{hexed(disputed.agreement)}").json()
        page = client.get("/").text
    assert (told["stage"], told["division"], told["settled"]) == ("disputed", None, None)
    dispute = told["dispute"]
    assert (dispute["disputer"], dispute["bond"], dispute["reserve"]) == (disputed.provider, "7500000", str(DEPOSIT // 10))
    assert (dispute["grounds"], dispute["ruling"]) == ("0x" + keccak(b"grounds").hex(), None)
    assert dispute["ruling_due"]["s"] == START_S + HOUR_S + 100 + RULING_S
    assert (agreement["disputes"], agreement["deposit_left"]) == (1, str(DEPOSIT * 9 // 10))
    assert "1 open" in page


def test_a_ruling_that_replaced_the_row_tells_what_stands_and_who_won(disputed, serve):
    disputed.replace(Row(disputed.agreement, 0, Outcome.MET, 0, 0, 0, 0, 0, 0), START_S + HOUR_S + 150, winner=disputed.provider)
    with serve(disputed) as client:
        told = period(client, disputed.agreement)
        (settlement,) = client.get("/v1/settlements").json()["items"]
        metrics = client.get("/metrics").text
        page = client.get("/").text
    ruling = told["dispute"]["ruling"]
    assert (told["stage"], told["outcome"]) == ("settled", "met")
    assert (ruling["kind"], ruling["outcome"], ruling["credit_bps"]) == ("replaced", "met", 0)
    assert told["accepted"]["credit_bps"] == 2_500
    assert (told["reward"], told["division"]["validators"], told["division"]["relay"]) == (str(FEE // 5), "0", "0")
    fee = ("provider", "validators", "relay", "dao", "customer_from_fee")
    assert sum(int(told["division"][part]) for part in fee) + int(told["reward"]) == FEE
    assert (settlement["disputed"], settlement["winner"], settlement["reward"]) == (True, disputed.provider, str(FEE // 5))
    assert 'surety_rulings{kind="replaced"} 1.0' in metrics
    assert "surety_disputes 1.0" in metrics
    assert "disputers" in page


def test_the_last_period_settles_when_it_is_ruled_on(story, serve, clock):
    story.begin(LAW_TEXT)
    agreement = story.open(story.register("Nordlicht"), law=LAW, periods=1)
    story.report(breach(agreement), at_s=START_S + HOUR_S + 60)
    story.dispute(breach(agreement), START_S + HOUR_S + 100)
    clock.advance_to((START_S + HOUR_S + 200) * 1_000)
    with serve(story) as client:
        coming = client.get(f"/v1/agreements/{hexed(agreement)}").json()["status"]["next_settlement"]
        page = client.get("/").text
    assert (coming["period"], coming["stage"]) == (0, "disputed")
    assert (coming["earliest"]["s"], coming["latest"]["s"]) == (START_S + HOUR_S + 200, START_S + HOUR_S + 100 + RULING_S)
    assert "when the arbiter has ruled" in page


def test_an_early_end_tells_who_asked_and_what_goes_back(disputed, serve):
    disputed.terminate(disputed.agreement, periods=3, refund=21 * FEE)
    with serve(disputed) as client:
        shown = client.get(f"/v1/agreements/{hexed(disputed.agreement)}").json()
        page = client.get("/").text
        metrics = client.get("/metrics").text
    assert (shown["periods"], shown["end"]["s"]) == (3, START_S + 3 * HOUR_S)
    assert (shown["terminated"]["refund"], shown["terminated"]["by"]) == (str(21 * FEE), shown["customer"])
    assert "by the customer, after 3 periods" in page
    assert "surety_agreements_ended_early 1.0" in metrics


def test_stake_that_thaws_is_told_with_its_requests(story, serve):
    story.begin(LAW_TEXT)
    provider = story.register("Nordlicht")
    thaw = partial(events.ThawStarted, provider=provider, token=story.token)
    story.block(
        partial(thaw, request=1, amount=DEPOSIT, shares=DEPOSIT, thaws_at=START_S),
        partial(thaw, request=2, amount=7, shares=7, thaws_at=START_S + 5),
    )
    taken = {"provider": provider, "token": story.token, "request": 1}
    story.block(partial(events.Withdrawn, **taken, to=provider, amount=DEPOSIT))
    with serve(story) as client:
        (stake,) = client.get(f"/v1/providers/{provider}").json()["stakes"]
    assert (stake["total"], stake["free"], stake["thawing"]) == (str(DEPOSIT), str(DEPOSIT - 7), "7")
    assert [(one["request"], one["amount"], one["thaws"]["s"]) for one in stake["thaws"]] == [(2, "7", START_S + 5)]
