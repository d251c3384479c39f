"""Agreements, their status so far and their periods, on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chain.hashing import text_id
from chain.values import Skip
from governance import laws
from governance.periods import month_start_s
from governance.values import PPB, Outcome, PeriodKind, Row

LAW_TEXT = laws.read("standard")
LAW = text_id(LAW_TEXT)
START_S, HOUR_S, DEADLINE_S, WINDOW_S = 1_800_000_000, 3_600, 600, 300
NOW_S = START_S + HOUR_S // 2


def hexed(agreement: int) -> str:
    return f"0x{agreement:024x}"


def met(agreement: int, period: int) -> Row:
    return Row(agreement, period, Outcome.MET, 0, 0, 0, 999_950, 1_000_000, 812)


@pytest.fixture
def one(story):
    """One running agreement of one provider."""
    story.begin(LAW_TEXT)
    story.agreement = story.open(story.register("Nordlicht"), law=LAW)
    return story


def status(client: Any, agreement: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/agreements/{hexed(agreement)}").json()["status"]
    return found


def test_an_agreement_shows_what_was_agreed(one, serve):
    with serve(one) as client:
        shown = client.get(f"/v1/agreements/{hexed(one.agreement)}").json()
    assert shown["id"] == hexed(one.agreement)
    assert shown["state"] == "running"
    assert (shown["fee"], shown["deposit"], shown["deposit_left"], shown["relay_fee"]) == (
        "100000000",
        "500000000",
        "500000000",
        "1000",
    )
    assert (shown["validator_bps"], shown["dao_bps"]) == (2_000, 1_000)
    assert (shown["period_kind"], shown["period_s"], shown["periods"]) == ("fixed", HOUR_S, 24)
    assert shown["start"] == {"s": START_S, "iso": "2027-01-15T08:00:00Z"}
    assert shown["end"]["s"] == START_S + 24 * HOUR_S
    assert (shown["provider_name"], shown["service"]) == ("Nordlicht", "chat-eu")
    assert shown["law"] == "0x" + LAW.hex()


def test_an_id_may_be_written_in_capitals(one, serve):
    with serve(one) as client:
        written = "0x" + hexed(one.agreement)[2:].upper()
        assert client.get(f"/v1/agreements/{written}").json()["id"] == hexed(one.agreement)


def test_the_status_is_the_median_count_and_the_verdict_of_the_agreements_own_law(one, serve):
    one.tally(one.agreement, 0, NOW_S - 7, slots=29, lost_ppb=PPB // 2)
    with serve(one) as client:
        shown = status(client, one.agreement)
    assert shown["period"] == 0
    assert shown["as_of"]["s"] == NOW_S - 7
    assert shown["observers"] == 4
    assert shown["samples"] == 290
    assert shown["uptime_ppm"] == 982_758  # (29 - 0.5) / 29, rounded down
    assert shown["objective_ppm"] == 999_000
    assert (shown["p95_ms"], shown["p95_ceiling_ms"]) == (830, 2_000)
    assert (shown["coverage_ppm"], shown["minimum_coverage_ppm"]) == (1_000_000, 950_000)
    # 99.9 % of 60 slots of a minute allows 3.6 s; half a minute is gone
    assert shown["error_budget"] == {"left_ppm": -7_333_334, "left_s": 0}
    verdict = shown["if_closed_now"]
    assert (verdict["outcome"], verdict["tier"], verdict["credit_bps"], verdict["slash_bps"]) == ("breach", 2, 2_500, 0)
    assert verdict["clauses"]
    assert shown["note"] is None


def test_before_any_count_the_status_says_so_and_gives_no_verdict(one, serve):
    with serve(one) as client:
        shown = status(client, one.agreement)
    assert shown["note"] == "no interim counts of the running period have arrived yet"
    figures = ("as_of", "uptime_ppm", "p95_ms", "coverage_ppm", "error_budget", "if_closed_now")
    assert [shown[name] for name in figures] == [None] * len(figures)
    assert (shown["period"], shown["objective_ppm"]) == (0, 999_000)


def test_the_next_settlement_follows_a_period_from_its_end_to_its_money(one, serve, clock):
    due = (START_S + HOUR_S + WINDOW_S, START_S + HOUR_S + DEADLINE_S + WINDOW_S)

    def coming(client: Any) -> tuple[Any, ...]:
        shown = status(client, one.agreement)["next_settlement"]
        return shown["period"], shown["stage"], shown["earliest"]["s"], shown["latest"]["s"]

    with serve(one) as client:
        assert coming(client) == (0, "running", *due)
        clock.advance_to((START_S + HOUR_S) * 1_000)
        assert coming(client) == (0, "awaiting_report", *due)
        one.report(met(one.agreement, 0), at_s=START_S + HOUR_S + 20)
        matures = START_S + HOUR_S + 20 + WINDOW_S
        assert coming(client) == (0, "accepted", matures, matures)
        clock.advance_to(matures * 1_000)
        assert coming(client) == (0, "matured", matures, matures)
        one.settle(one.agreement, 0, matures)
        assert coming(client)[:2] == (1, "running")
        clock.advance_to((START_S + 2 * HOUR_S + DEADLINE_S) * 1_000)
        assert coming(client)[:2] == (1, "overdue")


def test_when_every_period_is_settled_nothing_is_to_come(story, serve, clock):
    story.begin(LAW_TEXT)
    agreement = story.open(story.register("Nordlicht"), law=LAW, periods=1)
    story.report(met(agreement, 0), at_s=START_S + HOUR_S + 20)
    story.settle(agreement, 0, START_S + HOUR_S + 320)
    clock.advance_to((START_S + 2 * HOUR_S) * 1_000)
    with serve(story) as client:
        shown = status(client, agreement)
    assert shown["next_settlement"] is None
    assert (shown["period"], shown["note"]) == (None, "no period is running")


def test_a_chain_whose_clock_is_ahead_sets_the_time(one, serve):
    one.block(at_s=START_S + 30 * HOUR_S)
    with serve(one) as client:
        assert client.get(f"/v1/agreements/{hexed(one.agreement)}").json()["state"] == "ended"


@pytest.mark.parametrize("terms", ["no: terms", "\x00", "apiVersion: openslo/v1\n" * 3])
def test_terms_that_cannot_be_read_hide_the_verdict_and_nothing_else(story, serve, terms: str):
    story.begin(LAW_TEXT, terms)
    agreement = story.open(story.register("Nordlicht"), law=LAW, terms=text_id(terms))
    story.tally(agreement, 0, NOW_S, slots=30, lost_ppb=0)
    with serve(story) as client:
        shown = client.get(f"/v1/agreements/{hexed(agreement)}").json()
    assert shown["service"] is None
    assert shown["status"]["uptime_ppm"] == 1_000_000
    assert (shown["status"]["if_closed_now"], shown["status"]["error_budget"]) == (None, None)
    assert "terms" in shown["status"]["note"]


def test_a_law_that_decides_nothing_is_noted_and_never_taken_for_met(story, serve):
    law = "decide(_, _, _) :- fail.\n"
    story.begin(law)
    agreement = story.open(story.register("Nordlicht"), law=text_id(law))
    story.tally(agreement, 0, NOW_S, slots=30, lost_ppb=0)
    with serve(story) as client:
        shown = status(client, agreement)
    assert shown["if_closed_now"] is None
    assert shown["note"].startswith("the law gives no verdict")


@pytest.mark.parametrize(
    ("kind", "start_s"),
    [(PeriodKind.FIXED, 2**40 - 1), (PeriodKind.FIXED, 2**62), (PeriodKind.CALENDAR_MONTH, month_start_s(30_000, 1))],
)
def test_an_agreement_of_the_far_future_breaks_neither_itself_nor_the_list(one, serve, kind: PeriodKind, start_s: int):
    strange = one.open(one.register("Faraway"), law=LAW, start_s=start_s, kind=kind)
    with serve(one) as client:
        assert client.get(f"/v1/agreements/{hexed(strange)}").json()["start"] == {"s": start_s, "iso": None}
        assert client.get(f"/v1/agreements/{hexed(strange)}/periods").json()["items"] == []
        assert len(client.get("/v1/agreements").json()["items"]) == 2
        assert client.get("/").status_code == 200


def test_agreements_page_by_key_without_a_gap_or_a_repeat(story, serve):
    story.begin(LAW_TEXT)
    provider = story.register("Nordlicht")
    opened = [story.open(provider, law=LAW, number=number) for number in range(7)]
    seen, path = [], "/v1/agreements?limit=3"
    with serve(story) as client:
        while path:
            page = client.get(path).json()
            seen += [each["id"] for each in page["items"]]
            path = f"/v1/agreements?limit=3&after={page['next']}" if page["next"] else ""
    assert seen == [hexed(agreement) for agreement in reversed(opened)]


def test_agreements_are_filtered_by_provider_customer_and_state(story, serve):
    story.begin(LAW_TEXT)
    first, second = story.register("first"), story.register("second")
    other = "0x" + "11" * 20
    ids = {
        "first": story.open(first, law=LAW),
        "second": story.open(second, law=LAW, customer=other),
        "later": story.open(second, law=LAW, number=1, start_s=START_S + 9 * HOUR_S),
    }

    def listed(client: Any, query: str) -> set[str]:
        return {each["id"] for each in client.get(f"/v1/agreements?{query}").json()["items"]}

    with serve(story) as client:
        assert listed(client, f"provider={first}") == {hexed(ids["first"])}
        assert listed(client, f"provider={first.lower()}") == {hexed(ids["first"])}
        assert listed(client, f"customer={other}") == {hexed(ids["second"])}
        assert listed(client, "state=scheduled") == {hexed(ids["later"])}
        assert listed(client, f"state=running&provider={second}") == {hexed(ids["second"])}
        assert listed(client, "state=closed") == set()


def test_the_index_says_how_far_the_chain_was_read(one, serve):
    with serve(one) as client:
        index = client.get("/v1/agreements").json()["index"]
    assert index["block"] == one.number
    assert index["confirmed_block"] == one.number - 2


def test_an_empty_index_is_an_empty_list(story, serve):
    with serve(story) as client:
        assert client.get("/v1/agreements").json() == {"items": [], "next": None, "index": None}


def test_a_period_shows_its_row_its_report_its_money_and_what_was_passed_over(one, serve, clock):
    agreement = one.agreement
    breach = Row(agreement, 1, Outcome.BREACH, 2, 2_500, 0, 981_333, 1_000_000, 1_422)
    one.report(met(agreement, 0), at_s=START_S + HOUR_S + 20, skipped=((agreement, 1, Skip.TOO_EARLY),))
    one.settle(agreement, 0, START_S + HOUR_S + 320)
    one.report(breach, at_s=START_S + 2 * HOUR_S + 20)
    clock.advance_to((START_S + 2 * HOUR_S + 30) * 1_000)
    with serve(one) as client:
        running, pending, settled = client.get(f"/v1/agreements/{hexed(agreement)}/periods").json()["items"]
    assert (running["period"], running["stage"], running["outcome"], running["accepted"]) == (2, "running", None, None)
    assert (pending["period"], pending["stage"], pending["outcome"]) == (1, "accepted", "breach")
    assert pending["accepted"]["credit_bps"] == 2_500
    assert pending["accepted"]["matures"]["s"] == START_S + 2 * HOUR_S + 20 + WINDOW_S
    assert pending["division"] is None
    assert [skip["reason"] for skip in pending["skipped"]] == ["too_early"]
    assert (settled["period"], settled["stage"], settled["outcome"]) == (0, "settled", "met")
    assert settled["accepted"]["report"]["signers"] == "7"
    assert settled["division"] == {
        "provider": "70000000",
        "validators": "19999000",
        "relay": "1000",
        "dao": "10000000",
        "customer_from_fee": "0",
        "customer_from_deposit": "0",
        "slash": "0",
    }


def test_periods_page_backwards(one, serve, clock):
    clock.advance_to((START_S + 5 * HOUR_S + 1) * 1_000)
    with serve(one) as client:
        path = f"/v1/agreements/{hexed(one.agreement)}/periods"
        first = client.get(f"{path}?limit=4").json()
        rest = client.get(f"{path}?limit=4&after={first['next']}").json()
    assert [each["period"] for each in first["items"]] == [5, 4, 3, 2]
    assert [each["period"] for each in rest["items"]] == [1, 0]
    assert rest["next"] is None


def test_settlements_tell_who_got_what_newest_first_and_page_through_expired_ranges(one, serve):
    agreement = one.agreement
    one.report(met(agreement, 0), at_s=START_S + HOUR_S + 20)
    one.settle(agreement, 0, START_S + HOUR_S + 320)
    one.expire(agreement, 1, 3, START_S + 4 * HOUR_S + DEADLINE_S)
    seen, path = [], "/v1/settlements?limit=2"
    with serve(one) as client:
        while path:
            page = client.get(path).json()
            seen += page["items"]
            path = f"/v1/settlements?limit=2&after={page['next']}" if page["next"] else ""
        assert client.get(f"/v1/settlements?agreement={hexed(agreement)}").json()["items"] == seen
        assert client.get(f"/v1/settlements?agreement={hexed(agreement + 1)}").json()["items"] == []
        assert client.get("/v1/settlements?customer=0x" + "11" * 20).json()["items"] == []
    assert [(each["period"], each["outcome"], each["expired"]) for each in seen] == [
        (3, "no_data", True),
        (2, "no_data", True),
        (1, "no_data", True),
        (0, "met", False),
    ]
    fees = [
        sum(int(each["division"][part]) for part in ("provider", "validators", "relay", "dao", "customer_from_fee"))
        for each in seen
    ]
    assert fees == [100_000_000] * 4


def test_a_law_is_told_with_its_text_and_a_hash_that_anybody_can_check(one, serve):
    with serve(one) as client:
        law = client.get("/v1/laws/0x" + LAW.hex()).json()
        capital = client.get("/v1/laws/0x" + LAW.hex().upper()).json()
    assert law == capital
    assert (law["id"], law["hash"], law["status"]) == ("0x" + LAW.hex(), "0x" + LAW.hex(), "enacted")
    assert text_id(law["text"]) == LAW
    assert law["broken"] is None
    assert [(each["seat"], each["revision"]) for each in law["tenures"]] == [("settlement", 1)]


def test_a_law_whose_text_has_not_been_read_yet_may_be_asked_for_later(story, serve):
    from settlement.tables import LawTextRow

    story.begin(LAW_TEXT)
    with story.store.write() as session:
        session.delete(session.get(LawTextRow, "0x" + LAW.hex()))
    with serve(story) as client:
        answer = client.get("/v1/laws/0x" + LAW.hex())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_a_provider_is_told_with_its_profile_stake_and_agreements(one, serve):
    profile = {"name": "Nordlicht <b>", "jurisdiction": "de"}
    provider = one.register("Nordlicht", profile)
    with serve(one) as client:
        told = client.get(f"/v1/providers/{provider.lower()}").json()
    assert (told["address"], told["name"], told["payout"]) == (provider, "Nordlicht <b>", provider)
    assert json.loads(told["profile_text"]) == profile
    assert told["profile_hash"] == "0x" + text_id(json.dumps(profile)).hex()
    (stake,) = told["stakes"]
    assert (stake["total"], stake["free"], stake["locked"]) == ("2000000000", "1500000000", "500000000")
    assert [agreement["id"] for agreement in told["agreements"]] == [hexed(one.agreement)]
    assert told["more_agreements"] is None


@pytest.mark.parametrize(
    "profile", ["", "[" * 50_000, '{"name": "\\ud800"}', '{"name": 7}', "NaN", "\x00\x1b[31m", '{"name": "   "}']
)
def test_a_profile_may_be_any_text_and_is_shown_as_text(one, serve, profile: str):
    provider = one.register("Nordlicht", profile)
    with serve(one) as client:
        told = client.get(f"/v1/providers/{provider}")
        listed = client.get("/v1/agreements").json()["items"][0]
        assert client.get("/").status_code == 200
    assert told.status_code == 200
    assert "\x1b" not in told.json()["profile_text"]
    assert listed["provider_name"] in {None, "?"}
