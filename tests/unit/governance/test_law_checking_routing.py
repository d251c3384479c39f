"""Checking a law that routes: in every world that it can tell apart."""

from __future__ import annotations

from random import Random

import pytest

from governance import laws
from governance.checking.finding import Grade
from governance.checking.follower import End, following
from governance.checking.law import LawReport, check_law
from governance.checking.routing import check_routing
from governance.checking.worlds import worlds_of
from governance.law import load_routing_law
from governance.routing import OfferFacts, RequestFacts, route

LAW = """\
route_inference(Request, Provider) :-
    data_classification(Request, pii),
    provider_compliant(Provider, gdpr).
route_inference(Request, Provider) :-
    data_classification(Request, phi),
    provider_in_country(Provider, country_of_origin).
block_provider(_, Provider) :- provider_jurisdiction(Provider, us).
enforce_residency(Request) :- data_classification(Request, phi), route_inference(Request, _).
strategy(Request, cost_first) :- inference_type(Request, batch).
strategy(Request, latency_first) :- inference_type(Request, realtime).
"""


def checked(text: str) -> LawReport:
    return check_law(text, "law.pl", [], lambda *_: None)


def found(report: LawReport) -> set[tuple[str, int]]:
    return {(finding.kind, finding.line) for finding in report.findings if finding.grade is not Grade.NOTE}


def test_a_sound_law_is_proved_so():
    report = checked(LAW)
    assert found(report) == set()
    assert report.parts[0].proved
    assert report.sound


@pytest.mark.parametrize("name", [name for name in laws.names() if "route_inference" in laws.read(name)])
def test_every_shipped_routing_law_is_sound(name):
    report = check_law(laws.read(name), name, [], lambda *_: None)
    assert found(report) == set()
    assert all(part.proved for part in report.parts)


US = "provider_jurisdiction(Provider, us)"
AT_HOME = "(Request) :- data_classification(Request, phi)"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("(Request, latency_first) :- inference_type(Request, realtime)", "(_, sla_first)", ("two strategies", 10)),
        ("cost_first", "cheapest", ("no strategy", 9)),
        ("data_classification(Request, pii)", "data_classification(Request, secret)", ("dead clause", 1)),
        (US, "provider_compliant(Provider, gdpr)", ("always blocked", 1)),
        (US, "provider_jurisdiction(Provider, _)", ("serves nobody", 1)),
        (AT_HOME, AT_HOME.replace("phi", "pii"), ("always blocked", 4)),
        (US, "provider_region(Provider, R), R > 5", ("error", 7)),
        (US, "block_provider(Provider, Provider)", ("limit", 7)),
    ],
)
def test_a_slip_is_found_on_its_line(old, new, finding):
    assert old in LAW
    assert finding in found(checked(LAW.replace(old, new)))


def test_contradicting_strategies_name_the_request():
    report = checked(LAW.replace("inference_type(Request, realtime)", "data_classification(Request, pii)"))
    (two,) = (finding for finding in report.findings if finding.kind == "two strategies")
    assert two.where == "inference_type batch, data_classification pii"
    assert "cost_first and latency_first" in two.message


def test_figures_are_tried_at_their_boundaries():
    text = LAW + (
        "prefer_provider(_, Provider) :- provider_p95_ms(Provider, L), L < 500.\n"
        "prefer_provider(_, Provider) :- provider_p95_ms(Provider, L), L > 499, L =< 500.\n"
        "prefer_provider(_, Provider) :- provider_p95_ms(Provider, L), L > 500, L < 501.\n"
    )
    assert found(checked(text)) == {("dead clause", 13)}


def test_a_price_in_dollars_is_tried_at_its_boundary():
    text = (
        LAW
        + "prefer_provider(_, P) :- provider_spot_price(P, D), D =< 1.50, provider_spot_price_micro_usd(P, M), M > 1_499_999.\n"
    )
    assert found(checked(text)) == set()


def test_two_facts_that_meet_are_tried_equal_and_different():
    text = LAW + (
        "prefer_provider(_, P) :- provider_error_rate_ppm(P, C), provider_on_demand_price_micro_usd(P, X), X =:= C.\n"
        "prefer_provider(_, P) :- provider_error_rate_ppm(P, C), provider_on_demand_price_micro_usd(P, X), X > C.\n"
        "prefer_provider(R, P) :- country(R, C), provider_in_country(P, D), C \\== D.\n"
    )
    assert found(checked(text)) == set()


def test_prices_belong_to_their_own_rung():
    text = LAW + "prefer_provider(_, P) :- provider_on_demand_price_micro_usd(P, _), provider_spot_price_micro_usd(P, _).\n"
    assert found(checked(text)) == {("dead clause", 11)}


def test_putting_words_in_order_is_said_to_be_tried_at_points_alone():
    report = checked(LAW + "prefer_provider(_, P) :- provider_region(P, R), R @< m.\n")
    assert ("sampled", 0) in found(report)
    assert not report.parts[0].proved


def test_computing_with_figures_is_said_to_be_tried_at_points_alone():
    text = LAW + "prefer_provider(_, P) :- provider_p95_ms(P, L), X is L * 2, X < 100.\n"
    report = checked(text)
    assert ("sampled", 0) in found(report)
    assert not report.parts[0].proved


def test_where_worlds_are_too_many_some_are_drawn_and_that_is_said():
    with following(LAW) as followed:
        part = check_routing(followed, lambda *_: None, most_runs=5)
    assert not part.proved
    assert part.samples > 0
    assert "sampled" in {finding.kind for finding in part.findings}


def test_words_that_are_alike_are_stood_for_by_two():
    with following(
        LAW.replace("jurisdiction(Provider, us)", "in_country(Provider, C), far(C)") + "far(us). far(cn). far(jp). far(br).\n"
    ) as followed:
        worlds = worlds_of(followed)
    assert worlds.of("provider_in_country") == ("us", "br", "zz", "zy")
    assert worlds.of("credential(gdpr)") == ("yes", "no")


@pytest.mark.parametrize("text", [LAW, laws.read("eu_health")], ids=["small", "eu_health"])
def test_a_world_is_judged_as_the_router_judges_it(text):
    law, draw, served = load_routing_law(text), Random(4), 0
    with following(text) as followed:
        worlds = worlds_of(followed)
        for _ in range(300):
            world = {fact: draw.choice(values) for fact, values in worlds.values.items() if "price" not in fact} | {
                f"credential({word})": draw.choice(("yes", "no")) for word in worlds.credentials
            }
            run = followed.request("judgement", world, worlds.credentials)
            assert run.end is End.FOUND
            blocked, routed, resident, *_ = run.text.strip("[]").split(",")
            eligible = routed == "yes" and blocked == "no" and resident != "no"
            assert (route(law, request_of(world), [offer_of(world, worlds.credentials)]).choice is not None) == eligible, world
            served += eligible
    assert 10 < served < 290


def request_of(world) -> RequestFacts:
    names = ("user_jurisdiction", "jurisdiction", "country", "data_classification", "inference_type")
    return RequestFacts("r", *(world[name] for name in names))


def offer_of(world, credentials) -> OfferFacts:
    held = frozenset(word for word in credentials if world[f"credential({word})"] == "yes")
    return OfferFacts("o", "p", world["provider_jurisdiction"], world["provider_region"], world["provider_in_country"], held)


def test_a_law_that_does_not_end_in_many_worlds_is_given_up_and_that_is_said():
    text = LAW + "prefer_provider(R, P) :- provider_region(P, X), country(R, Y), member(X, [a, b, c, d, e]), Y = Y, spin(1).\n"
    text += "spin(N) :- M is N + 1, spin(M).\n"
    report = checked(text)
    assert ("limit", 12) in found(report)
    assert not report.parts[0].proved
    assert "no end" in report.parts[0].scope
