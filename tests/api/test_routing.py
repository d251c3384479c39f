"""Routing over HTTP: the law's choice with its clauses, a reason for every other offer, and never a choice by accident."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from api.config import RUNNING
from chain import events
from chain.hashing import text_id
from chain.values import Seat
from governance import laws
from governance.errors import BadInput
from governance.routing import OfferFacts, Router
from governance.values import Outcome, Row
from settlement.tables import LawTextRow

REQUEST = {
    "user_jurisdiction": "eu",
    "jurisdiction": "de",
    "country": "de",
    "data_classification": "phi",
    "inference_type": "batch",
}
START_S, HOUR_S = 1_800_000_000, 3_600
LAW = laws.read("standard")


def profile(name: str, jurisdiction: str, country: str, *credentials: str, spot: str = "1.40") -> dict[str, Any]:
    return {
        "name": name,
        "jurisdiction": jurisdiction,
        "regions": [{"name": "eu_west", "country": country}],
        "credentials": list(credentials),
        "prices_usd_hour": {"spot": spot, "on_demand": "2.89"},
    }


@pytest.fixture
def market(story):
    """Agreements with a good provider, an American one, one abroad, one without credentials, and one without a usable profile."""
    story.begin(LAW)
    told = {
        "good": profile("Nordlicht", "de", "de", "gdpr", "hipaa"),
        "american": profile("Eagle", "us", "de", "gdpr", "hipaa"),
        "abroad": profile("Lutece", "fr", "fr", "gdpr", "hipaa"),
        "plain": profile("Plain", "de", "de"),
        "mute": "a novel",
    }
    story.ids = {name: story.open(story.register(name, text), law=text_id(LAW)) for name, text in told.items()}
    return story


def ask(client, **changes: Any) -> Any:
    return client.post("/v1/route", json=REQUEST | changes)


def hexed(agreement: int) -> str:
    return f"0x{agreement:024x}"


def test_the_law_chooses_and_cites_and_refuses_each_other_offer_with_a_reason(market, serve):
    with serve(market) as client:
        answer = ask(client, data_classification="phi").json()
    assert answer["choice"]["agreement"] == hexed(market.ids["good"])
    assert answer["choice"]["provider_name"] == "Nordlicht"
    assert answer["choice"]["region"] == "eu_west"
    cited = {clause.partition(",")[0] for clause in answer["clauses"]}
    assert cited == {"route_inference/2", "enforce_residency/1", "prefer_provider/2"}
    reasons = {refused["offer"]["agreement"]: refused["reason"] for refused in answer["refused"]}
    assert set(reasons) == {hexed(agreement) for name, agreement in market.ids.items() if name != "good"}
    assert "block_provider/2" in reasons[hexed(market.ids["american"])]
    assert "enforce_residency/1" in reasons[hexed(market.ids["abroad"])]
    assert "route_inference/2" in reasons[hexed(market.ids["plain"])]
    assert "profile is not usable" in reasons[hexed(market.ids["mute"])]
    assert answer["law"] == {"id": "0x" + text_id(laws.read("eu_health")).hex(), "name": "eu_health"}


def test_other_facts_give_another_choice(market, serve):
    with serve(market) as client:
        american = ask(client, user_jurisdiction="us", jurisdiction="us", country="us", data_classification="public").json()
        personal = ask(client, data_classification="pii").json()
    assert {offer["agreement"] for offer in american["ranked"]} >= {hexed(market.ids["american"]), hexed(market.ids["plain"])}
    assert {offer["agreement"] for offer in personal["ranked"]} == {hexed(market.ids["good"]), hexed(market.ids["abroad"])}


def test_no_eligible_offer_is_an_answer_with_reasons_and_no_choice(market, serve):
    with serve(market) as client:
        answer = ask(client, country="at")
    assert answer.status_code == 200
    assert answer.json()["choice"] is None
    assert answer.json()["clauses"] == []
    assert {refused["offer"]["agreement"] for refused in answer.json()["refused"]} == {
        hexed(each) for each in market.ids.values()
    }


def test_batch_work_falls_back_from_spot_capacity_to_capacity_on_demand(market, serve):
    with serve(market) as client:
        batch, realtime = ask(client).json(), ask(client, inference_type="realtime").json()
    assert [offer["capacity"] for offer in batch["ranked"]] == ["spot", "on_demand"]
    assert batch["choice"] == batch["ranked"][0]
    assert [offer["capacity"] for offer in realtime["ranked"]] == ["on_demand"]
    assert batch["strategy"] == "cost_first"
    mute = [refused["offer"] for refused in batch["refused"] if refused["offer"]["agreement"] == hexed(market.ids["mute"])]
    assert [offer["capacity"] for offer in mute] == [None]


def test_facts_that_the_operator_fixed_stand_in_the_place_of_the_callers(market, serve):
    with serve(market, trusted={"user_jurisdiction": "eu", "data_classification": "phi"}) as client:
        answer = ask(client, user_jurisdiction="us", jurisdiction="us", country="us", data_classification="public").json()
    assert answer["choice"] is None
    assert any("block_provider/2" in refused["reason"] for refused in answer["refused"])


@pytest.mark.parametrize("trusted", [{"surprise": 1}, {"request_id": "x"}, {"country": "Germany"}, {"risk_class": 3}])
def test_a_trusted_fact_that_is_none_is_refused_when_the_server_is_told(market, serve, trusted: dict[str, object]):
    with pytest.raises(BadInput), serve(market, trusted=trusted):
        pass


def test_the_facts_with_a_default_and_the_figures_reach_the_law(market, serve):
    law = enact(
        market,
        "route_inference(R, P) :- sector(R, finance), risk_class(R, high), confidentiality(R, confidential),\n"
        "    price_ceiling_micro_usd(R, C), p95_target_ms(R, 900), provider_spot_price_micro_usd(P, V), V =< C.\n"
        "strategy(_, sla_first).\n",
        events.Enacted,
    )
    facts = {"sector": "finance", "risk_class": "high", "confidentiality": "confidential", "p95_target_ms": 900}
    with serve(market, routing_law=law) as client:
        within = ask(client, data_classification="public", price_ceiling_micro_usd=1_400_000, **facts).json()
        below = ask(client, data_classification="public", price_ceiling_micro_usd=1_399_999, **facts).json()
        plain = ask(client, data_classification="public").json()
    assert {offer["capacity"] for offer in within["ranked"]} == {"spot"}
    assert within["strategy"] == "sla_first"
    assert (below["ranked"], plain["ranked"]) == ([], [])


def test_a_new_block_tells_the_router_what_changed_and_nothing_else(market, serve, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    put, load = Router.put, Router.load

    def spy_put(router: Router, offer: OfferFacts) -> None:
        told.append(offer.provider_jurisdiction or "")
        put(router, offer)

    def spy_load(router: Router, offers: Iterable[OfferFacts]) -> None:
        told.append("all")
        load(router, offers)

    monkeypatch.setattr(Router, "put", spy_put)
    monkeypatch.setattr(Router, "load", spy_load)
    with serve(market) as client:
        ask(client), ask(client)
        market.register("good", profile("Nordlicht", "nl", "de", "gdpr", "hipaa"))
        ask(client), ask(client)
        market.register("good", "no profile")
        after = ask(client).json()
    assert told == ["all", "nl"]
    assert after["choice"] is None


def test_only_agreements_of_the_named_customer_are_offered(market, serve):
    with serve(market) as client:
        answer = ask(client, customer="0x" + "11" * 20).json()
    assert (answer["choice"], answer["refused"], answer["ranked"]) == (None, [], [])


def test_an_agreement_that_does_not_run_now_is_not_offered(story, serve, clock):
    story.begin(LAW)
    provider = story.register("good", profile("Nordlicht", "de", "de", "gdpr", "hipaa"))
    agreement = story.open(provider, law=text_id(LAW), start_s=START_S + HOUR_S, periods=1)
    with serve(story) as client:
        early = ask(client).json()
        clock.advance_to((START_S + HOUR_S) * 1_000)
        during = ask(client).json()
        clock.advance_to((START_S + 2 * HOUR_S) * 1_000)
        late = ask(client).json()
    assert [each["choice"] and each["choice"]["agreement"] for each in (early, during, late)] == [None, hexed(agreement), None]


def test_a_provider_is_offered_once_for_each_region(story, serve):
    story.begin(LAW)
    places = [{"name": "eu_west", "country": "fr"}, {"name": "eu_central", "country": "de"}]
    provider = story.register("good", profile("Nordlicht", "de", "de", "gdpr", "hipaa") | {"regions": places})
    story.open(provider, law=text_id(LAW))
    with serve(story) as client:
        answer = ask(client).json()
    assert answer["choice"]["region"] == "eu_central"
    assert {refused["offer"]["region"] for refused in answer["refused"]} == {"eu_west"}


@pytest.mark.parametrize(
    "text",
    [
        profile("Twice", "de", "de") | {"regions": [{"name": "eu_west", "country": "de"}] * 2},
        profile("Wide", "d|e", "de"),
        profile("Tab", "de", "de") | {"regions": [{"name": "a\tb", "country": "de"}]},
        profile("Countries", "de", "germany"),
        profile("Price", "de", "de", spot="1e3"),
        profile("Many", "de", "de", *(f"c{number}" for number in range(100))),
        "[" * 10_000,
        "\x00",
    ],
)
def test_one_strange_profile_refuses_its_own_offers_and_nobody_elses(sqlite_story, serve, text: Any):
    story = sqlite_story
    story.begin(LAW)
    good = story.open(story.register("good", profile("Nordlicht", "de", "de", "gdpr", "hipaa")), law=text_id(LAW))
    bad = story.open(story.register("bad", text), law=text_id(LAW))
    with serve(story) as client:
        answer = ask(client).json()
    assert answer["choice"]["agreement"] == hexed(good)
    assert {refused["offer"]["agreement"] for refused in answer["refused"]} == {hexed(bad)}


def test_a_new_registration_counts_from_its_block_on(market, serve):
    with serve(market) as client:
        before = ask(client).json()["choice"]
        market.register("good", profile("Nordlicht", "us", "de", "gdpr", "hipaa"))
        after = ask(client).json()["choice"]
    assert before is not None
    assert after is None


BAD_LAWS = {
    "no route": "block_provider(_, _) :- fail.\n",
    "an error": "route_inference(R, P) :- X is foo + 1, X > 0, provider_compliant(P, gdpr), country(R, _).\n",
    "an endless loop": "route_inference(R, P) :- route_inference(R, P).\n",
}


def enact(story: Any, text: str, *steps: Any, takes_seat: bool = False) -> str:
    law = text_id(text)
    published = partial(events.Published, law=law, publisher="0x" + "00" * 20, length=len(text))
    placed = {"seat": Seat.ROUTING, "takes_seat": takes_seat, "revision": 1, "amendment": bytes(32)}
    story.block(published, *(partial(step, law=law, **(placed if step is events.Enacted else {})) for step in steps))
    with story.store.write() as session:
        session.merge(LawTextRow(law="0x" + law.hex(), text=text.encode()))
    return "0x" + law.hex()


@pytest.mark.parametrize("text", BAD_LAWS.values(), ids=BAD_LAWS.keys())
def test_a_law_that_fails_is_a_problem_and_never_a_choice(market, serve, text: str):
    law = enact(market, text, events.Enacted)
    with serve(market, routing_law=law) as client:
        answer = ask(client)
    assert answer.status_code == 500
    assert answer.json()["type"] == "/docs#problem-law-error"
    assert "choice" not in answer.json()


PERMIT = "route_inference(R, P) :- country(R, _), provider_jurisdiction(P, _).\n"


def test_a_law_on_chain_routes_when_it_is_named_by_its_id(market, serve):
    law = enact(market, PERMIT, events.Enacted)
    with serve(market, routing_law=law) as client:
        answer = ask(client, data_classification="public").json()
    assert answer["law"] == {"id": law, "name": None}
    assert len({offer["agreement"] for offer in answer["ranked"]}) == 4


@pytest.mark.parametrize("steps", [(), (events.Enacted, events.Broken)])
def test_a_law_that_is_not_in_force_chooses_nothing(market, serve, steps: tuple[Any, ...]):
    law = enact(market, PERMIT, *steps)
    with serve(market, routing_law=law) as client:
        answer = ask(client)
    assert (answer.status_code, answer.json()["type"]) == (500, "/docs#problem-law-error")


def test_the_law_that_runs_is_followed_from_one_block_to_the_next(market, serve):
    with serve(market, routing_law=RUNNING) as client:
        vacant = ask(client)
        first = enact(market, PERMIT, events.Enacted, takes_seat=True)
        before = ask(client, data_classification="public").json()
        beside = enact(market, PERMIT + "% beside\n", events.Enacted)
        meanwhile = ask(client, data_classification="public").json()
        second = enact(market, "route_inference(_, _) :- fail.\n", events.Enacted, takes_seat=True)
        after = ask(client, data_classification="public").json()
        shown = client.get(f"/v1/laws/{second}").json()
        enact(market, PERMIT + "% broken at once\n", events.Enacted, events.Broken, takes_seat=True)
        broken = ask(client)
    assert (vacant.status_code, broken.status_code) == (503, 500)
    assert beside not in (before["law"]["id"], meanwhile["law"]["id"])
    assert before["law"] == meanwhile["law"] == {"id": first, "name": None}
    assert (after["law"]["id"], after["choice"]) == (second, None)
    assert before["choice"] is not None
    assert [(each["seat"], each["revision"]) for each in shown["tenures"]] == [("routing", 1)]


def test_a_law_that_runs_and_ships_is_named(market, serve):
    law = enact(market, laws.read("eu_health"), events.Enacted, takes_seat=True)
    with serve(market, routing_law=RUNNING) as client:
        assert ask(client).json()["law"] == {"id": law, "name": "eu_health"}


def test_a_law_that_is_not_in_the_index_may_come_later(market, serve):
    with serve(market, routing_law="0x" + "ab" * 32) as client:
        assert ask(client).status_code == 503


def test_an_empty_index_knows_no_offers(story, serve):
    with serve(story) as client:
        assert ask(client).status_code == 503


def test_what_was_observed_reaches_the_law(story, serve):
    story.begin(LAW)
    told = profile("Nordlicht", "de", "de")
    fine, poor = (story.open(story.register(name, told), law=text_id(LAW)) for name in ("fine", "poor"))
    unseen = story.open(story.register("unseen", told), law=text_id(LAW))
    rows = [
        Row(fine, 0, Outcome.MET, 0, 0, 0, 999_999, 10**6, 700),
        Row(poor, 0, Outcome.BREACH, 1, 1_000, 0, 995_000, 10**6, 900),
    ]
    story.report(*rows, Row(unseen, 0, Outcome.NO_DATA, 0, 0, 0, 0, 0, 0), at_s=START_S + HOUR_S + 5)
    law = enact(
        story,
        "route_inference(_, P) :- provider_error_rate_ppm(P, E), E =< 1_000, provider_p95_ms(P, L), L < 800.\n",
        events.Enacted,
    )
    with serve(story, routing_law=law) as client:
        answer = ask(client, data_classification="public").json()
    assert {offer["agreement"] for offer in answer["ranked"]} == {hexed(fine)}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({key: value for key, value in REQUEST.items() if key != "country"}, "country"),
        (REQUEST | {"spare": 1}, "spare"),
        (REQUEST | {"country": "DE"}, "country"),
        (REQUEST | {"country": False}, "country"),
        (REQUEST | {"country": "de\n"}, "country"),
        (REQUEST | {"data_classification": "secret"}, "data_classification"),
        (REQUEST | {"inference_type": None}, "inference_type"),
        (REQUEST | {"sector": None}, "sector"),
        (REQUEST | {"risk_class": "unacceptable"}, "risk_class"),
        (REQUEST | {"price_ceiling_micro_usd": 1.5}, "price_ceiling_micro_usd"),
        (REQUEST | {"price_ceiling_micro_usd": -1}, "price_ceiling_micro_usd"),
        (REQUEST | {"p95_target_ms": 2**63}, "p95_target_ms"),
        (REQUEST | {"p95_target_ms": True}, "p95_target_ms"),
        (REQUEST | {"user_jurisdiction": "\ud800"}, "user_jurisdiction"),
        (REQUEST | {"\ud800": 1}, "(whole)"),  # such a name cannot even be written
        (REQUEST | {"customer": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"}, "customer"),
        ([REQUEST], "(whole)"),
        ("text", "(whole)"),
        (0, "(whole)"),
    ],
)
def test_a_body_of_another_form_is_refused_and_its_field_named(sqlite_story, serve, body: Any, field: str):
    with serve(sqlite_story) as client:
        answer = client.post("/v1/route", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [(error["in"], error["field"]) for error in answer.json()["errors"]] == [("body", field)]


@pytest.mark.parametrize("content", [b"", b"{", b'{"a":1}{', b"\xff", b"[" * 30_000, b"NaN", b"9" * 5_000])
def test_a_body_that_is_no_json_is_refused(sqlite_story, serve, content: bytes):
    with serve(sqlite_story) as client:
        answer = client.post("/v1/route", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
