"""The router keeps offers, judges those that a law cannot tell apart once, and still decides as if it asked about every one."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import board, judging, questions, routing
from governance.engine import EngineFault
from governance.errors import BadInput
from governance.facts import OfferFacts, RequestFacts
from governance.law import Law, LawConflict, LawError, LawFault, LawLimit, LawMisstated, load_routing_law
from governance.reading import reading_of
from governance.routing import Choice, RouteDecision, Router, Rung, route

REQUEST = RequestFacts("r", "eu", "de", "de", "pii", "batch")
OFFER = OfferFacts("o", "p", "de", "eu_west", "de", frozenset({"gdpr"}), 1_000_000, 2_000_000, 10, 500)
PERMIT = "route_inference(_, _).\n"


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fills with the number of offers of each question to a law, from now on."""
    asked: list[int] = []
    ask = questions.bounded

    def spy(allowed_s: float, home: str, question: str, law: int, *, given: tuple[str, ...]) -> tuple[int, str]:
        asked.append(len(given[-1].split(",")) if question == "judge" else 0)
        return ask(allowed_s, home, question, law, given=given)

    monkeypatch.setattr(questions, "bounded", spy)
    return asked


# Random laws, requests and offers, with values on both sides of what the laws compare with, and at it.

NUMBERS = [0, 1, 499_999, 500_000, 1_000_000, 1_500_000, 1_500_001, 2_000_000]
WORDS = {
    "provider_name": ["p0", "p1"],
    "provider_jurisdiction": ["de", "us"],
    "provider_region": ["eu_west", "us_east"],
    "provider_in_country": ["de", "fr", "country_of_origin"],
    "provider_compliant": ["gdpr", "hipaa"],
    "provider_capacity": ["spot", "on_demand"],
    "user_jurisdiction": ["eu", "us"],
    "country": ["de", "fr"],
    "sector": ["finance", "health"],
}
FIGURES = [
    "provider_spot_price_micro_usd", "provider_on_demand_price_micro_usd", "provider_error_rate_ppm", "provider_p95_ms",
    "price_ceiling_micro_usd", "p95_target_ms",
]  # fmt: skip


def some_goal(random: Random, number: int) -> str:
    """One condition, with variables of its own."""
    kind = random.randrange(10)
    variable = f"V{number}"
    if kind < 4:
        fact = random.choice(list(WORDS))
        about = "P" if fact.startswith("provider") else "R"
        goal = f"{fact}({about}, {random.choice([*WORDS[fact], '_'])})"
    elif kind < 7:
        fact = random.choice([*FIGURES, "provider_spot_price"])
        about = "P" if fact.startswith("provider") else "R"
        bound = random.choice(["1.5", "0.5", "1"]) if fact == "provider_spot_price" else str(random.choice(NUMBERS))
        operator = random.choice(["<", "=<", ">", ">=", "=:=", "=\\="])
        sides = random.choice([f"{variable} {operator} {bound}", f"{bound} {operator} {variable}"])
        goal = f"{fact}({about}, {variable}), {sides}"
    elif kind == 7:
        first, second = random.sample([each for each in FIGURES if each.startswith("provider")], 2)
        goal = f"{first}(P, {variable}), {second}(P, W{number}), {variable} < W{number}"
    elif kind == 8:
        goal = random.choice(
            [
                f"provider_in_country(P, {variable}), country(R, {variable})",
                f"findall(C{number}, provider_compliant(P, C{number}), L{number}), length(L{number}, {random.randrange(3)})",
                f"p95_target_ms(R, {variable}), provider_p95_ms(P, W{number}), W{number} =< {variable}",
                f"provider_spot_price_micro_usd(P, {variable}), price_ceiling_micro_usd(R, W{number}), {variable} =< W{number}",
                f"provider_spot_price(P, {variable}), p95_target_ms(R, W{number}), {variable} < W{number}",
                f"W{number} = {random.choice(NUMBERS)}, provider_p95_ms(P, {variable}), W{number} > {variable}",
                f"member(W{number}, [0, 1, 1000000]), provider_p95_ms(P, {variable}), {variable} =:= W{number}",
                (
                    f"findall(C{number}, price_ceiling_micro_usd(R, C{number}), L{number}), member(W{number}, L{number}), "
                    f"provider_error_rate_ppm(P, {variable}), {variable} >= W{number}"
                ),
                (
                    f"price_ceiling_micro_usd(R, C{number}), W{number} is C{number} + 1, provider_p95_ms(P, {variable}), "
                    f"{variable} < W{number}"
                ),
                f"length([a, b], W{number}), provider_p95_ms(P, {variable}), {variable} < W{number}",
                f"provider_error_rate_ppm(P, Y), W = Y, provider_p95_ms(P, {variable}), {variable} < W",
                f"price_ceiling_micro_usd(R, {variable}), dear(P, {variable})",
                "limit(W), provider_p95_ms(P, V), V =< W",
                f"X{number} = (Y{number} < 5), provider_p95_ms(P, Y{number}), X{number} = (Z{number} < _), Z{number} > 1",
            ]
        )
    else:
        goal = random.choice(["helper(R, P)", "\\+ helper(R, P)", "provider_p95_ms(P, 500000)"])
    return f"\\+ ({goal})" if random.random() < 0.2 else goal


def some_law(random: Random) -> str:
    def clauses(head: str, most: int) -> Iterator[str]:
        for _ in range(random.randrange(1, most + 1)):
            body = ", ".join(some_goal(random, number) for number in range(random.randrange(1, 4)))
            both = ("R == request, P == offer, " if head.endswith("(R, P)") else "R == request, ") + body
            yield f"{head} :- {both}."

    helper = [clause for clause in clauses("helper(R, P)", 2) if clause.count("helper") == 1] or ["helper(_, _) :- fail."]
    groups = [*clauses("route_inference(R, P)", 3), *helper, "limit(1500000).", "limit(7)."]
    groups += ["dear(P, C) :- provider_on_demand_price_micro_usd(P, V), V > C."]
    if random.random() < 0.6:
        groups += clauses("block_provider(R, P)", 2)
    if random.random() < 0.6:
        groups += clauses("prefer_provider(R, P)", 2)
    if random.random() < 0.7:
        groups += ["enforce_residency(R) :- provider_in_country(P, country_of_origin), route_inference(R, P)."]
    if random.random() < 0.5:
        groups += [
            "strategy(R, latency_first) :- inference_type(R, realtime).",
            f"strategy(R, {random.choice(['cost_first', 'sla_first', 'compliance_first'])}) :- inference_type(R, batch).",
        ]
    return "\n".join(groups) + "\n"


def some_request(random: Random) -> RequestFacts:
    return RequestFacts(
        "r",
        random.choice(["eu", "us"]),
        random.choice(["de", "us"]),
        random.choice(["de", "fr", "us"]),
        random.choice(["public", "pii", "phi"]),
        random.choice(["realtime", "batch"]),
        random.choice(["general", "finance", "health"]),
        price_ceiling_micro_usd=random.choice([None, *NUMBERS]),
        p95_target_ms=random.choice([None, *NUMBERS]),
    )


def some_offer(random: Random, name: str) -> OfferFacts:
    prices = [None, *NUMBERS, random.randrange(2_000_000)]
    return OfferFacts(
        name,
        random.choice(["p0", "p1", "p2"]),
        random.choice(["de", "us", "cn", None]),
        random.choice(["eu_west", "us_east", "ap"]),
        random.choice(["de", "fr", "us"]),
        frozenset(random.sample(["gdpr", "hipaa", "soc2", "x"], random.randrange(4))),
        random.choice(prices),
        random.choice(prices),
        random.choice(prices),
        random.choice(prices),
    )


def order(strategy: str, offer: OfferFacts, rung: Rung) -> tuple[float, float, Rung]:
    """Where the documentation says that a rung stands among its equals."""
    last = float("inf")
    price = offer.spot_price_micro_usd if rung.capacity == "spot" else offer.on_demand_price_micro_usd
    cost = last if price is None else price
    first = {
        "cost_first": cost,
        "latency_first": last if offer.p95_ms is None else offer.p95_ms,
        "compliance_first": -len(offer.credentials),
        "sla_first": last if offer.error_rate_ppm is None else offer.error_rate_ppm,
    }[strategy]
    return first, cost, rung


def one_by_one(law: Law, request: RequestFacts, offers: list[OfferFacts]) -> RouteDecision:
    """The decision as each offer's own, put together."""
    alone = {offer.offer: route(law, request, [offer]) for offer in offers}
    by_name = {offer.offer: offer for offer in offers}
    strategy = route(law, request, []).strategy
    ranked = [
        (not preferred(law, request, by_name[rung.offer], rung), *order(strategy, by_name[rung.offer], rung))
        for decision in alone.values()
        for rung in decision.ranked
    ]
    best = tuple(entry[-1] for entry in sorted(ranked))
    refused = tuple(sorted((refusal for decision in alone.values() for refusal in decision.refused), key=lambda each: each[:1]))
    return RouteDecision(
        best[0] if best else None,
        next((clauses_of(law, request, by_name[rung.offer], rung) for rung in best[:1]), ()),
        strategy,
        best,
        refused,
    )


def clauses_of(law: Law, request: RequestFacts, offer: OfferFacts, rung: Rung) -> tuple[str, ...]:
    other = "on_demand_price_micro_usd" if rung.capacity == "spot" else "spot_price_micro_usd"
    return route(law, request, [replace(offer, **{other: None})]).clauses  # type: ignore[arg-type]


def preferred(law: Law, request: RequestFacts, offer: OfferFacts, rung: Rung) -> bool:
    return any(clause.startswith("prefer_provider") for clause in clauses_of(law, request, offer, rung))


@settings(max_examples=max(100, settings.default.max_examples if settings.default else 0))
@given(st.integers(0, 2**32))
def test_offers_judged_together_are_judged_as_each_would_be_alone(seed: int) -> None:
    random = Random(seed)
    law = load_routing_law(some_law(random))
    offers = [some_offer(random, f"o{number:02}") for number in range(12)]
    for _ in range(3):
        request = some_request(random)
        assert route(law, request, offers) == one_by_one(law, request, offers), (law.text, request, offers)


@pytest.mark.parametrize(
    ("rule", "may"),
    [
        ("provider_p95_ms(P, V), V < 700", {"a", "b"}),
        ("provider_p95_ms(P, V), price_ceiling_micro_usd(R, C), V < C", {"a", "b"}),
        ("provider_p95_ms(P, V), price_ceiling_micro_usd(R, C), W is C - 250, V < W", {"a"}),
        ("provider_p95_ms(P, V), length([x, y], L), between(L, 450, N), N >= 450, V < N", {"a"}),
        ("provider_p95_ms(P, V), provider_error_rate_ppm(P, E), V < E", {"a"}),
        ("provider_p95_ms(P, V), provider_error_rate_ppm(P, E), W = E, V < W", {"a"}),
        ("provider_p95_ms(P, V), own(P, E), V < E", {"a"}),
        ("provider_p95_ms(P, V), limit(W), V < W", {"a"}),
        ("provider_p95_ms(P, V), member(W, [1, 450]), V < W", {"a"}),
        ("provider_p95_ms(P, V), forall(member(W, [500, 600]), V =\\= W)", {"a", "c"}),
        ("provider_p95_ms(P, V), X = (V < 5), X = (W < _), W =:= 500", {"b"}),
        ("provider_p95_ms(P, V), same(V, W), W =:= 500", {"b"}),
        ("provider_p95_ms(P, V), V mod 2 =:= 1", {"c"}),
        ("provider_spot_price(P, V), p95_target_ms(R, T), V < T", {"a", "b"}),
        ("provider_spot_price(P, V), V < 7.95", {"a"}),
        ("provider_spot_price_micro_usd(P, V), provider_p95_ms(P, L), V < L", set()),
        ("findall(C, provider_compliant(P, C), [_, _])", {"b"}),
        ("provider_compliant(P, _)", {"a", "b"}),
        ("provider_in_country(P, C), country(R, C)", {"a", "b"}),
        ("findall(C, provider_in_country(P, C), [_])", {"c"}),
        ("provider_capacity(P, K), K == spot, provider_jurisdiction(P, J), place(J)", {"a"}),
    ],
)
def test_offers_that_a_law_tells_apart_are_never_judged_as_one(rule: str, may: set[str]) -> None:
    law = load_routing_law(
        f"route_inference(R, P) :- R == request, P == offer, {rule}.\n"
        "own(P, E) :- provider_error_rate_ppm(P, E).\nlimit(450).\nsame(V, V).\nplace(de).\n"
    )
    offers = [
        OfferFacts("a", "p", "de", "x", "de", frozenset({"gdpr"}), 7_900_000, None, 450, 400),
        OfferFacts("b", "p", "us", "x", "de", frozenset({"gdpr", "soc2"}), 7_999_999, None, 450, 500),
        OfferFacts("c", "p", "fr", "x", "fr", frozenset(), 8_000_000, None, 450, 701),
    ]
    decision = route(law, replace(REQUEST, price_ceiling_micro_usd=700, p95_target_ms=8), offers)
    assert {rung.offer for rung in decision.ranked} == may


@settings(max_examples=max(60, settings.default.max_examples if settings.default else 0))
@given(st.integers(0, 2**32))
def test_a_router_whose_offers_changed_decides_as_a_new_one(seed: int) -> None:
    random = Random(seed)
    law = load_routing_law(some_law(random))
    requests = [some_request(random) for _ in range(4)]
    router = Router(law)
    here: dict[str, OfferFacts] = {}
    for _ in range(40):
        name = f"o{random.randrange(8)}"
        if random.random() < 0.2:
            here.pop(name, None)
            router.remove(name)
        elif random.random() < 0.05:
            here = {each: some_offer(random, each) for each in here}
            router.load(here.values())
        else:
            here[name] = some_offer(random, name)
            router.put(here[name])
        request = random.choice(requests)
        expected = route(law, request, list(here.values()))
        assert router.decide(request) == Choice(expected.choice, expected.clauses, expected.strategy)
        assert router.explain(request) == expected


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_one_changed_offer_changes_no_other_ones_judgement(seed: int) -> None:
    random = Random(seed)
    law, request = load_routing_law(some_law(random)), some_request(random)
    offers = [some_offer(random, f"o{number}") for number in range(6)]

    def of_others(decision: RouteDecision) -> tuple[set[Rung], set[object]]:
        return {each for each in decision.ranked if each.offer != "o3"}, {each for each in decision.refused if each.offer != "o3"}

    before = of_others(route(law, request, offers))
    offers[3] = some_offer(random, "o3")
    assert of_others(route(law, request, offers)) == before


def test_offers_that_a_law_cannot_tell_apart_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    law = load_routing_law(
        "route_inference(_, P) :- provider_jurisdiction(P, de), provider_on_demand_price_micro_usd(P, V), V =< 1500000.\n"
    )
    asked = counted(monkeypatch)
    router = Router(law)
    router.load(
        replace(OFFER, offer=f"o{number}", provider_jurisdiction=("de", "fr", "us")[number % 3], on_demand_price_micro_usd=number)
        for number in range(1_400_000, 1_401_000)
    )
    assert router.decide(replace(REQUEST, inference_type="realtime")).rung == Rung("o1400001", "on_demand")
    assert asked == [2]
    router.put(replace(OFFER, offer="new", on_demand_price_micro_usd=3))
    assert router.decide(replace(REQUEST, inference_type="realtime")).rung == Rung("new", "on_demand")
    assert asked == [2]
    router.put(replace(OFFER, offer="dear", on_demand_price_micro_usd=1_500_001))
    assert router.decide(replace(REQUEST, inference_type="realtime")).rung == Rung("new", "on_demand")
    assert asked == [2, 1]


def test_a_request_of_which_the_law_reads_the_same_is_not_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counted(monkeypatch)
    router = Router(load_routing_law("route_inference(R, P) :- country(R, C), provider_in_country(P, C).\n"))
    router.put(OFFER)
    assert router.decide(REQUEST).rung is not None
    done = len(asked)
    for other in (replace(REQUEST, request_id="x"), replace(REQUEST, user_jurisdiction="us"), replace(REQUEST, sector="health")):
        assert router.decide(other).rung is not None
    assert len(asked) == done
    assert router.decide(replace(REQUEST, country="fr")).rung is None
    assert len(asked) > done


def test_only_what_is_not_known_yet_is_worked_out_by_the_judges(eu_health: Law) -> None:
    calls: list[Callable[[], None]] = []

    def judged_by(work: Callable[[], None]) -> None:
        calls.append(work)
        work()

    router = Router(eu_health, judged_by=judged_by)
    router.put(OFFER)
    first = router.decide(REQUEST)
    assert len(calls) == 1
    assert router.decide(REQUEST) is first
    assert router.explain(REQUEST) is router.explain(REQUEST)
    assert len(calls) == 1


def test_an_error_about_one_offer_is_one_of_every_decision_until_the_offer_is_gone() -> None:
    law = load_routing_law(PERMIT + "prefer_provider(_, P) :- provider_name(P, bad), provider_region(P, R), R > 1.\n")
    router = Router(law)
    router.load([OFFER, replace(OFFER, offer="bad", provider="bad")])
    for _ in range(2):
        with pytest.raises(LawError):
            router.decide(REQUEST)
        with pytest.raises(LawError):
            router.explain(REQUEST)
    router.remove("bad")
    assert router.decide(REQUEST).rung == Rung("o", "spot")
    router.put(replace(OFFER, offer="bad", provider="bad"))
    with pytest.raises(LawError):
        router.decide(REQUEST)
    assert router.decide(replace(REQUEST, inference_type="realtime", data_classification="phi")).rung is None


def test_the_limit_of_inferences_is_each_offers_own() -> None:
    count = "count(N) :- N > 0, M is N - 1, count(M).\ncount(0).\n"
    law = load_routing_law("route_inference(_, P) :- provider_p95_ms(P, N), count(N), !.\n" + count)
    offers = [replace(OFFER, offer=f"o{number}", p95_ms=80_000 + number) for number in range(4)]
    assert len(route(law, REQUEST, offers).ranked) == 8
    with pytest.raises(LawLimit):
        route(law, REQUEST, [*offers, replace(OFFER, offer="long", p95_ms=10_000_000)])


@pytest.mark.parametrize(
    ("strategy", "best"),
    [("cost_first", "cheap"), ("latency_first", "quick"), ("compliance_first", "proven"), ("sla_first", "steady")],
)
def test_the_law_chooses_what_comes_first(strategy: str, best: str) -> None:
    law = load_routing_law(PERMIT + f"strategy(R, {strategy}) :- inference_type(R, batch).\n")
    plain = replace(OFFER, spot_price_micro_usd=None)
    offers = [
        replace(plain, offer="cheap", on_demand_price_micro_usd=1),
        replace(plain, offer="quick", p95_ms=1),
        replace(plain, offer="proven", credentials=frozenset({"gdpr", "soc2"})),
        replace(plain, offer="steady", error_rate_ppm=0),
        replace(plain, offer="unseen", p95_ms=None, error_rate_ppm=None, on_demand_price_micro_usd=None, credentials=frozenset()),
    ]
    decision = route(law, REQUEST, offers)
    assert (decision.ranked[0].offer, decision.ranked[-1].offer, decision.strategy) == (best, "unseen", strategy)
    other = route(law, replace(REQUEST, inference_type="realtime"), offers)
    assert (other.ranked[0].offer, other.strategy) == ("cheap", "cost_first")


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ("strategy(_, cost_first).\nstrategy(_, sla_first).\n", LawConflict),
        ("strategy(_, fastest).\n", LawMisstated),
        ("strategy(_, _).\n", LawMisstated),
        ("strategy(_, [cost_first]).\n", LawMisstated),
        ("strategy(R, cost_first) :- country(R, C), C > 1.\n", LawError),
        ("strategy(_, X) :- strategy(_, X).\n", LawLimit),
        ("strategy(_, S) :- between(1, 17, N), ( N < 17 -> S = cost_first ; S = sla_first ).\n", LawMisstated),
    ],
)
def test_a_strategy_that_is_not_one_is_an_error_of_the_decision(rules: str, kind: type[LawFault]) -> None:
    with pytest.raises(kind):
        route(load_routing_law(PERMIT + rules), REQUEST, [OFFER])


def test_the_same_strategy_twice_is_one_and_no_clause_that_holds_is_cost_first() -> None:
    assert (
        route(load_routing_law(PERMIT + "strategy(_, sla_first).\nstrategy(_, sla_first).\n"), REQUEST, []).strategy
        == "sla_first"
    )
    law = load_routing_law(PERMIT + "strategy(_, sla_first) :- fail.\n")
    assert route(law, REQUEST, [OFFER]).strategy == "cost_first"


def test_a_strategy_sees_the_request_and_no_offer() -> None:
    law = load_routing_law(
        PERMIT + "strategy(_, sla_first) :- provider_name(_, _).\nstrategy(R, latency_first) :- country(R, de).\n"
    )
    assert route(law, REQUEST, [OFFER]).strategy == "latency_first"


def test_two_offers_of_one_name_are_refused_and_change_nothing(eu_health: Law) -> None:
    router = Router(eu_health)
    router.put(OFFER)
    before = router.explain(REQUEST)
    with pytest.raises(BadInput, match="two offers are named 'x'"):
        router.load([replace(OFFER, offer="x"), replace(OFFER, offer="x")])
    assert router.explain(REQUEST) == before


def test_what_prolog_could_not_be_told_of_makes_no_later_choice_an_old_one(eu_health: Law) -> None:
    absent = iter([False, True])

    def judged_by(work: Callable[[], None]) -> None:
        if next(absent, False):
            raise EngineFault("no engine")
        work()

    router = Router(eu_health, judged_by=judged_by)
    router.load([OFFER])
    with pytest.raises(EngineFault):
        router.load([replace(OFFER, offer="dear")])
    assert router.decide(REQUEST).rung == Rung("dear", "spot")
    router.put(replace(OFFER, offer="cheap", spot_price_micro_usd=1))
    assert router.decide(REQUEST).rung == Rung("cheap", "spot")


def test_eight_threads_get_no_wrong_answer_while_offers_change(eu_health: Law) -> None:
    def flipped(random: Random) -> OfferFacts:
        return replace(
            OFFER, offer=f"o{random.randrange(5)}", spot_price_micro_usd=random.choice([1_000_000, 1_499_999, 1_600_000])
        )

    router = Router(eu_health)
    steady = replace(OFFER, offer="steady", spot_price_micro_usd=1_400_000)
    router.put(steady)
    allowed = {Rung("steady", "spot"), *(Rung(f"o{number}", "spot") for number in range(5))}

    def work(seed: int) -> int:
        random = Random(seed)
        for step in range(300):
            if seed % 4 == 0:
                router.put(flipped(random))
                if step % 7 == 0:
                    router.remove(f"o{random.randrange(5)}")
            request = replace(REQUEST, country=random.choice(["de", "fr", "nl"]), data_classification="pii")
            choice = router.decide(request)
            decision = router.explain(request)
            if (
                choice.rung not in allowed
                or decision.choice != decision.ranked[0]
                or Rung("steady", "spot") not in decision.ranked
            ):
                return seed
        return -1

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [-1] * 8
    here = [facts for name in ("steady", *(f"o{number}" for number in range(5))) if (facts := router.facts(name)) is not None]
    assert router.explain(REQUEST) == route(eu_health, REQUEST, here)


@pytest.mark.parametrize("between", ["D = C", "D is C + 0"])  # a board for each ceiling, and a kind for each on the one board
def test_what_is_kept_of_requests_and_verdicts_is_bounded(monkeypatch: pytest.MonkeyPatch, between: str) -> None:
    monkeypatch.setattr(board, "_MOST_JUDGED", 40)
    monkeypatch.setattr(board, "_MOST_VERDICTS", 100)
    monkeypatch.setattr(routing, "_MOST_EXPLAINED", 20)
    monkeypatch.setattr(routing, "_MOST_OTHERS", 50)
    compared = "provider_on_demand_price_micro_usd(P, V), V =< D.\n"
    law = load_routing_law(f"route_inference(R, P) :- price_ceiling_micro_usd(R, C), {between}, {compared}")
    router = Router(law)
    router.load(replace(OFFER, offer=f"o{number}", on_demand_price_micro_usd=number) for number in range(10))
    for ceiling in range(300):
        request = replace(REQUEST, price_ceiling_micro_usd=ceiling)
        assert len(router.explain(request).ranked) == min(ceiling + 1, 10)
        assert router.decide(request).rung is not None
    assert len(router._others) == (5 if between == "D = C" else 0)
    assert all(len(each._young) + len(each._old) <= 8 for each in (router._main, *router._others.values()))
    assert len(router._explained) <= 2
    assert sum(len(profile.verdicts) for profile in router._main.shelves.profiles()) <= 200


@pytest.mark.parametrize("offers", [[], [OFFER]])
@pytest.mark.parametrize("between", ["D = C", "D is C + 0"])
def test_what_callers_make_up_is_bounded_however_few_offers_there_are(
    monkeypatch: pytest.MonkeyPatch, offers: list[OfferFacts], between: str
) -> None:
    monkeypatch.setattr(routing, "_MOST_BOARDS", 8)
    monkeypatch.setattr(routing, "_MOST_EXPLAINED", 100)
    monkeypatch.setattr(board, "_MOST_KINDS", 16)
    law = load_routing_law(
        f"route_inference(R, P) :- price_ceiling_micro_usd(R, C), {between}, provider_spot_price_micro_usd(P, S), S =< D.\n"
    )
    router = Router(law)
    router.load(offers)
    for ceiling in range(60):
        request = replace(REQUEST, price_ceiling_micro_usd=ceiling)
        assert router.explain(request).choice is None
        assert router.decide(request).rung is None
        assert len(router._others) <= 8
        assert len(router._explained) <= 100 // routing._DECISION
        assert len(router._main._young) + len(router._main._old) <= 16


def test_prolog_forgets_offers_that_are_gone(eu_health: Law) -> None:
    def kept() -> int:
        judge = next(iter([judging.Judge(eu_health, reading_of(eu_health))]))
        judge.tell([])
        law = load_routing_law("route_inference(_, _) :- fail.")
        assert law.handle
        status, text = questions.plain("surety_routing", "kept_count")
        assert status == 1
        return int(text)

    gc.collect()
    before = kept()
    router = Router(load_routing_law("route_inference(_, P) :- provider_p95_ms(P, V), V < V.\n"))
    for number in range(200):
        router.put(replace(OFFER, p95_ms=number))
        router.decide(REQUEST)
    assert kept() <= before + 3
    route(eu_health, REQUEST, [OFFER])
    del router
    gc.collect()
    assert kept() <= before


def test_numbers_to_be_forgotten_may_be_taken_by_another_thread_meanwhile() -> None:
    class Shared(deque[int]):
        def popleft(self) -> int:
            mine = super().popleft()
            self.clear()
            return mine

    assert judging._taken(Shared([1, 2, 3])) == [1]
    assert judging._taken(deque([1, 2, 3])) == [1, 2, 3]


def test_every_fact_of_an_offer_and_a_request_is_granted() -> None:
    law = load_routing_law(PERMIT)
    assert {field.name for field in fields(RequestFacts)} > set(reading_of(law).request_facts())
