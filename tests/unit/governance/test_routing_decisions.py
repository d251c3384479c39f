"""Routing by a law: deny by default, a reason for every refusal, and the same answer for the same facts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import questions
from governance.engine import EngineFault
from governance.errors import BadInput
from governance.law import Law, LawError, LawLimit, load_routing_law
from governance.routing import OfferFacts, RequestFacts, RouteDecision, Rung, route

GERMAN = RequestFacts("r-1", "eu", "de", "de", "pii", "realtime")
AMERICAN = RequestFacts("r-2", "us", "us", "us", "public", "realtime")
BERLIN = OfferFacts("berlin", "p1", "de", "eu_central", "de", frozenset({"gdpr", "hipaa"}), 1_400_000, 2_900_000)
PARIS = OfferFacts("paris", "p2", "fr", "eu_west", "fr", frozenset({"gdpr", "hipaa"}), 1_600_000, 2_000_000)
DUBLIN = OfferFacts("dublin", "p3", "us", "eu_west", "ie", frozenset({"gdpr", "hipaa"}), 900_000, 1_000_000)
OREGON = OfferFacts("oregon", "p4", "us", "us_west", "us", frozenset({"hipaa", "soc2"}), 800_000, 950_000)
ALL = (BERLIN, PARIS, DUBLIN, OREGON)


def line_of(law: Law, head: str, number: int = 1) -> int:
    """The line of a law on which the nth clause of a predicate begins."""
    lines = [line for line, text in enumerate(law.text.splitlines(), start=1) if text.startswith(head)]
    return lines[number - 1]


def reasons(decision: RouteDecision) -> dict[str, str]:
    return {refusal.offer: refusal.reason for refusal in decision.refused}


def chosen(decision: RouteDecision) -> str | None:
    return decision.choice.offer if decision.choice else None


def ranked(decision: RouteDecision) -> tuple[str, ...]:
    return tuple(rung.offer for rung in decision.ranked)


def test_a_european_request_goes_to_the_cheapest_compliant_provider_of_europe(eu_health: Law) -> None:
    decision = route(eu_health, GERMAN, ALL)
    assert (decision.choice, ranked(decision)) == (Rung("paris", "on_demand"), ("paris", "berlin"))
    assert decision.clauses == (f"route_inference/2, clause 1, line {line_of(eu_health, 'route_inference(')}",)
    blocked = f"blocked by block_provider/2, clause 1, line {line_of(eu_health, 'block_provider(')}"
    assert reasons(decision) == {"dublin": blocked, "oregon": blocked}


def test_batch_work_prefers_cheap_spot_capacity_and_says_so(eu_health: Law) -> None:
    decision = route(eu_health, replace(GERMAN, inference_type="batch"), ALL)
    assert decision.choice == Rung("berlin", "spot")
    assert decision.clauses[-1] == f"prefer_provider/2, clause 1, line {line_of(eu_health, 'prefer_provider(')}"


@pytest.mark.parametrize(("spot", "preferred"), [(1_499_999, True), (1_500_000, True), (1_500_001, False), (None, False)])
def test_the_price_ceiling_of_spot_capacity_is_exact(eu_health: Law, spot: int | None, preferred: bool) -> None:
    offer = replace(PARIS, spot_price_micro_usd=spot)
    decision = route(eu_health, replace(GERMAN, inference_type="batch"), [offer])
    assert any(clause.startswith("prefer_provider/2") for clause in decision.clauses) is preferred


def test_health_data_stay_in_their_country(eu_health: Law) -> None:
    decision = route(eu_health, replace(GERMAN, data_classification="phi"), ALL)
    assert decision.ranked == (Rung("berlin", "on_demand"),)
    assert decision.clauses[1] == f"enforce_residency/1, clause 1, line {line_of(eu_health, 'enforce_residency(')}"
    assert reasons(decision)["paris"] == "no clause of enforce_residency/1 holds for it"


def test_no_other_offer_can_vouch_for_the_residency_of_one(eu_health: Law) -> None:
    decision = route(eu_health, replace(GERMAN, data_classification="phi"), [replace(BERLIN, credentials=frozenset()), PARIS])
    assert decision.choice is None
    assert set(reasons(decision)) == {"berlin", "paris"}


def test_elsewhere_credentials_decide_by_class_of_data(eu_health: Law) -> None:
    plain = replace(OREGON, offer="plain", credentials=frozenset())
    assert ranked(route(eu_health, AMERICAN, [OREGON, plain])) == ("oregon", "plain")
    for data in ("pii", "phi"):
        decision = route(eu_health, replace(AMERICAN, data_classification=data), [OREGON, plain])
        assert ranked(decision) == ("oregon",)
        assert reasons(decision) == {"plain": "no clause of route_inference/2 permits it"}


@pytest.mark.parametrize(
    "facts",
    [{"user_jurisdiction": "us"}, {"user_jurisdiction": "us", "jurisdiction": "us"}, {"jurisdiction": "us", "country": "us"}],
)
def test_one_european_fact_is_enough_to_be_protected(eu_health: Law, facts: dict[str, str]) -> None:
    request = replace(GERMAN, **facts)  # type: ignore[arg-type]  # mypy takes the one for any of the fields
    assert route(eu_health, request, [DUBLIN, OREGON]).choice is None


def test_without_offers_there_is_no_choice(eu_health: Law) -> None:
    assert route(eu_health, GERMAN, []) == RouteDecision(None, (), "cost_first", (), ())


@pytest.mark.parametrize("fact", ["provider_jurisdiction", "region", "country"])
def test_a_fact_that_is_not_known_refuses_the_offer(eu_health: Law, fact: str) -> None:
    blind = replace(PARIS, **{fact: None})  # type: ignore[arg-type]  # mypy takes the one for any of the fields
    decision = route(eu_health, GERMAN, [blind])
    assert (decision.choice, reasons(decision)) == (None, {"paris": f"its {fact} is not known"})


def test_equal_offers_are_ordered_by_name_and_unknown_prices_come_last(eu_health: Law) -> None:
    offers = [replace(PARIS, offer=name) for name in ("c", "a", "b")] + [
        replace(PARIS, offer="0", spot_price_micro_usd=None, on_demand_price_micro_usd=None)
    ]
    assert ranked(route(eu_health, GERMAN, offers)) == ("a", "b", "c", "0")
    assert ranked(route(eu_health, GERMAN, offers[::-1])) == ("a", "b", "c", "0")


def test_realtime_work_is_not_ranked_by_spot_prices(eu_health: Law) -> None:
    cheap_spot = replace(PARIS, offer="spot", spot_price_micro_usd=1, on_demand_price_micro_usd=3_000_000)
    assert chosen(route(eu_health, GERMAN, [cheap_spot, PARIS])) == "paris"


def test_nothing_is_permitted_by_default() -> None:
    law = load_routing_law("route_inference(_, _) :- fail.")
    assert route(law, AMERICAN, ALL).choice is None


def test_a_law_without_residency_refuses_health_data() -> None:
    law = load_routing_law("route_inference(_, _).")
    assert chosen(route(law, AMERICAN, ALL)) == "oregon"
    assert route(law, replace(AMERICAN, data_classification="phi"), ALL).choice is None


def test_a_law_cites_the_first_clause_that_holds() -> None:
    law = load_routing_law(
        "route_inference(R, P) :- jurisdiction(R, de), provider_region(P, eu_west).\n"
        "route_inference(R, P) :-\n    jurisdiction(R, us),\n    provider_name(P, p1).\n"
        "route_inference(R, _) :- jurisdiction(R, us).\n"
    )
    decision = route(law, AMERICAN, [BERLIN])
    assert decision.clauses == ("route_inference/2, clause 2, line 2",)


def test_a_cut_keeps_later_clauses_from_permitting() -> None:
    law = load_routing_law("route_inference(_, P) :- provider_jurisdiction(P, us), !, fail.\nroute_inference(_, _).\n")
    decision = route(law, AMERICAN, ALL)
    assert ranked(decision) == ("paris", "berlin")


def test_rules_see_all_granted_facts_in_their_units() -> None:
    law = load_routing_law(
        """
        route_inference(R, P) :-
            country(R, de), data_classification(R, pii), inference_type(R, realtime), user_jurisdiction(R, eu),
            jurisdiction(R, de),
            provider_name(P, p1), provider_jurisdiction(P, de), provider_region(P, eu_central), provider_in_country(P, de),
            provider_in_country(P, country_of_origin), provider_compliant(P, gdpr), provider_compliant(P, hipaa),
            sector(R, finance), risk_class(R, high), confidentiality(R, confidential),
            price_ceiling_micro_usd(R, 3000000), p95_target_ms(R, 900),
            price(P), provider_error_rate_ppm(P, 25), provider_p95_ms(P, 800).
        price(P) :- provider_capacity(P, on_demand), provider_on_demand_price_micro_usd(P, 2900000).
        """
    )
    offer = replace(BERLIN, error_rate_ppm=25, p95_ms=800)
    request = replace(
        GERMAN, sector="finance", risk_class="high", confidentiality="confidential",
        price_ceiling_micro_usd=3_000_000, p95_target_ms=900,
    )  # fmt: skip
    assert chosen(route(law, request, [offer])) == "berlin"
    assert route(law, request, [replace(offer, p95_ms=None)]).choice is None
    assert route(law, replace(request, p95_target_ms=None), [offer]).choice is None


def test_each_capacity_is_judged_by_its_own_price() -> None:
    law = load_routing_law(
        """
        route_inference(_, P) :-
            provider_spot_price_micro_usd(P, 1400000), provider_spot_price(P, Dollars),
            Dollars =:= 1.40, Dollars < 1.41, Dollars > 1.39,
            \\+ provider_on_demand_price_micro_usd(P, _), provider_capacity(P, spot).
        route_inference(_, P) :-
            provider_on_demand_price_micro_usd(P, 2900000),
            \\+ provider_spot_price_micro_usd(P, _), \\+ provider_spot_price(P, _),
            provider_capacity(P, on_demand).
        """
    )
    batch = route(law, replace(GERMAN, inference_type="batch"), [BERLIN])
    assert batch.ranked == (Rung("berlin", "spot"), Rung("berlin", "on_demand"))
    assert route(law, GERMAN, [BERLIN]).ranked == (Rung("berlin", "on_demand"),)


def test_where_spot_capacity_falls_away_the_next_rung_is_named(eu_health: Law) -> None:
    decision = route(eu_health, replace(GERMAN, inference_type="batch"), [BERLIN, PARIS])
    assert decision.ranked == (("berlin", "spot"), ("paris", "spot"), ("paris", "on_demand"), ("berlin", "on_demand"))


def test_spot_capacity_alone_serves_no_realtime_request(eu_health: Law) -> None:
    spot = replace(BERLIN, on_demand_price_micro_usd=None)
    assert reasons(route(eu_health, GERMAN, [spot])) == {"berlin": "it has spot capacity alone, which serves batch requests only"}
    assert route(eu_health, replace(GERMAN, inference_type="batch"), [spot]).ranked == (("berlin", "spot"),)


def test_a_law_sees_one_offer_and_nobody_behind_the_handles() -> None:
    law = load_routing_law("route_inference(R, P) :- findall(X, provider_name(X, _), [P]), R == request, P == offer.")
    assert ranked(route(law, replace(AMERICAN, request_id="p1"), [BERLIN, PARIS])) == ("paris", "berlin")


def test_what_a_request_says_stays_a_word() -> None:
    law = load_routing_law("route_inference(R, P) :- jurisdiction(R, J), provider_name(P, J).")
    assert route(law, replace(AMERICAN, jurisdiction="xx"), [replace(BERLIN, provider="X")]).choice is None
    assert chosen(route(law, replace(AMERICAN, jurisdiction="xx"), [replace(BERLIN, provider="xx")])) == "berlin"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("route_inference(_, P) :- provider_name(P, N), X is N + 1, X > 0.", LawError),
        ("route_inference(_, _).\nblock_provider(_, P) :- provider_name(P, N), N > 1.", LawError),
        ("route_inference(_, _).\nprefer_provider(_, _) :- loop.\nloop :- loop.", LawLimit),
        ("route_inference(_, _) :- length(_, N), N < 0.", LawLimit),
    ],
)
def test_an_error_in_a_rule_permits_nothing_and_is_an_error(rule: str, kind: type[Exception], eu_health: Law) -> None:
    law = load_routing_law(rule, "broken")
    with pytest.raises(kind, match="broken: the law"):
        route(law, AMERICAN, ALL)
    assert chosen(route(eu_health, GERMAN, ALL)) == "paris"


def test_an_error_in_residency_is_an_error_too() -> None:
    law = load_routing_law("route_inference(_, _).\nenforce_residency(R) :- country(R, C), C > 1.")
    with pytest.raises(LawError):
        route(law, replace(AMERICAN, data_classification="phi"), ALL)


def test_a_law_that_settles_does_not_route(standard: Law) -> None:
    with pytest.raises(BadInput, match="was loaded for decide/3"):
        route(standard, GERMAN, ALL)


def test_two_offers_of_one_name_are_refused(eu_health: Law) -> None:
    with pytest.raises(BadInput, match="two offers are named 'paris'"):
        route(eu_health, GERMAN, [PARIS, PARIS])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"surprise": 1}, "unknown request fact 'surprise'"),
        ({"country": None}, "country is None"),
        ({"country": "DE"}, "country is 'DE'"),
        ({"country": "germany"}, "country is 'germany'"),
        ({"request_id": "a\tb"}, "request_id is"),
        ({"request_id": "a\nb"}, "request_id is"),
        ({"request_id": ""}, "request_id is"),
        ({"request_id": "x" * 129}, "request_id is"),
        ({"request_id": 7}, "request_id is 7"),
        ({"data_classification": "secret"}, "data_classification is 'secret'; write public or pii or phi"),
        ({"inference_type": ["batch"]}, "inference_type is"),
        ({"user_jurisdiction": "eu')"}, "user_jurisdiction is"),
    ],
)
def test_request_facts_of_another_form_are_refused(change: dict[str, object], complaint: str) -> None:
    facts: dict[str, object] = {
        "request_id": "r", "user_jurisdiction": "eu", "jurisdiction": "de", "country": "de",
        "data_classification": "pii", "inference_type": "batch",
    }  # fmt: skip
    assert RequestFacts.from_mapping(facts).country == "de"
    with pytest.raises(BadInput, match=complaint.replace("(", r"\(")):
        RequestFacts.from_mapping({**facts, **change})


def test_a_request_fact_that_is_missing_is_named() -> None:
    with pytest.raises(BadInput, match="request fact 'jurisdiction' is missing"):
        RequestFacts.from_mapping({"request_id": "r", "user_jurisdiction": "eu"})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"price": 1}, "unknown offer fact 'price'"),
        ({"offer": "a b"}, "offer is 'a b'"),
        ({"region": "EU West"}, "region is 'EU West'"),
        ({"credentials": "gdpr"}, "credentials is no list"),
        ({"credentials": ["gdpr", "SOC 2"]}, "credentials is 'SOC 2'"),
        ({"spot_price_micro_usd": 1.5}, "spot_price_micro_usd is 1.5"),
        ({"spot_price_micro_usd": True}, "spot_price_micro_usd is True"),
        ({"spot_price_micro_usd": -1}, "spot_price_micro_usd is -1"),
        ({"p95_ms": 2**63}, "p95_ms is"),
    ],
)
def test_offer_facts_of_another_form_are_refused(change: dict[str, object], complaint: str) -> None:
    facts: dict[str, object] = {"offer": "o", "provider": "p", "credentials": ["gdpr"], "region": "eu_west"}
    assert OfferFacts.from_mapping(facts).credentials == frozenset({"gdpr"})
    with pytest.raises(BadInput, match=complaint):
        OfferFacts.from_mapping({**facts, **change})


def test_a_question_that_the_host_cannot_read_is_a_fault_and_not_a_refusal(eu_health: Law) -> None:
    with pytest.raises(EngineFault, match="did not answer"):
        questions.bounded(1.0, "surety_routing", "judge", eu_health.handle, given=("route_inference", "too\tfew\twords", "[]"))
    assert chosen(route(eu_health, GERMAN, ALL)) == "paris"


def test_eight_threads_route_without_seeing_each_others_facts(eu_health: Law) -> None:
    def choices(seed: int) -> bool:
        random = Random(seed)
        for _ in range(150):
            request, offers = some_request(random), some_offers(random)
            if route(eu_health, request, offers).ranked != second_opinion(request, offers):
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(choices, range(8))) == [True] * 8


# A second opinion on the law for health data, written from its description.

EEA = set("at be bg cy cz de dk ee es fi fr gr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk".split())  # noqa: SIM905


def second_opinion(request: RequestFacts, offers: list[OfferFacts]) -> tuple[Rung, ...]:
    protected = bool({request.user_jurisdiction, request.jurisdiction, request.country} & (EEA | {"eu"}))
    fit = {
        "public": lambda held: True,
        "pii": lambda held: bool(held & {"gdpr", "soc2"}),
        "phi": lambda held: "hipaa" in held,
    }[request.data_classification]
    eligible = [
        offer
        for offer in offers
        if None not in (offer.provider_jurisdiction, offer.region, offer.country)
        and fit(offer.credentials)
        and (not protected or ("gdpr" in offer.credentials and offer.country in EEA and offer.provider_jurisdiction != "us"))
        and (request.data_classification != "phi" or offer.country == request.country)
    ]
    batch = request.inference_type == "batch"
    rungs: list[tuple[bool, float, Rung]] = []
    for offer in eligible:
        spot, on_demand = offer.spot_price_micro_usd, offer.on_demand_price_micro_usd
        if spot is not None and batch:
            rungs.append((spot > 1_500_000, spot, Rung(offer.offer, "spot")))
        if spot is None or on_demand is not None:
            rungs.append((True, float("inf") if on_demand is None else on_demand, Rung(offer.offer, "on_demand")))
    return tuple(rung for *_, rung in sorted(rungs))


def some_request(random: Random) -> RequestFacts:
    places = ["eu", "de", "fr", "us", "ch", "no"]
    return RequestFacts(
        f"r{random.randrange(1_000)}",
        random.choice(places),
        random.choice(places),
        random.choice(places[1:]),
        random.choice(["public", "pii", "phi"]),
        random.choice(["realtime", "batch"]),
    )


def some_offers(random: Random) -> list[OfferFacts]:
    prices = [None, 0, 1_000_000, 1_499_999, 1_500_000, 1_500_001, 2_500_000]
    return [
        OfferFacts(
            f"o{number}",
            f"p{random.randrange(3)}",
            random.choice(["us", "de", "fr", "cn", None]),
            random.choice(["eu_west", "us_east", None]),
            random.choice(["de", "fr", "us", "ch", "no", None]),
            frozenset(random.sample(["gdpr", "hipaa", "soc2"], random.randrange(4))),
            random.choice(prices),
            random.choice(prices),
        )
        for number in random.sample(range(100), random.randrange(8))
    ]


@settings(max_examples=max(200, settings.default.max_examples if settings.default else 0))
@given(st.integers(0, 2**32))
def test_the_law_for_health_data_agrees_with_a_second_opinion_on_two_thousand_requests(eu_health: Law, seed: int) -> None:
    random = Random(seed)
    for _ in range(10):
        request, offers = some_request(random), some_offers(random)
        decision = route(eu_health, request, offers)
        assert decision.ranked == second_opinion(request, offers), (request, offers)
        assert {*ranked(decision), *reasons(decision)} == {offer.offer for offer in offers}
