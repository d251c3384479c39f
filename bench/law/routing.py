"""What a routing decision costs, by ``Router`` as the API calls it.

*Warm* is a decision of a kind that was decided before, with nothing changed since. *Just after a change* is the first decision
after one offer's price moved. *Cold* is a kind of request that was never asked about: nothing is kept of the law's answers, the
offers are there. *First sight* is one step before that: the offers have just been loaded as well. Every choice is first held
against a plain Python loop over all offers, which is also what decisions are measured against.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from random import Random
from statistics import median
from time import perf_counter_ns

import psutil

from bench import report
from bench.law.timing import Contender, spreads
from governance import laws
from governance.facts import OfferFacts, RequestFacts
from governance.law import load_routing_law
from governance.routing import Router, Rung

SIZES = (10, 100, 1_000, 10_000)
LAW = """
block_provider(R, P) :- user_jurisdiction(R, eu), provider_jurisdiction(P, us).
route_inference(R, P) :- user_jurisdiction(R, eu), provider_compliant(P, gdpr), fit(R, P), affordable(P).
route_inference(R, P) :- \\+ user_jurisdiction(R, eu), fit(R, P), affordable(P).
fit(R, _) :- \\+ data_classification(R, phi).
fit(R, P) :- data_classification(R, phi), provider_compliant(P, hipaa).
affordable(P) :- provider_capacity(P, on_demand).
affordable(P) :- provider_spot_price(P, Price), Price =< 1.50.
enforce_residency(R) :- country(R, Country), provider_in_country(P, Country), provider_compliant(P, hipaa).
"""
COUNTRIES = ("de", "fr", "ie", "nl", "us", "es", "it", "pl", "se", "fi")
CEILING = 1_500_000
KINDS = [(user, data, kind) for user in ("eu", "us") for data in ("public", "pii", "phi") for kind in ("batch", "realtime")]
ASKED, CHANGES, ROUNDS, DECISIONS = 5_000, 1_000, 15, 1_000_000


def rows() -> Iterator[report.Measure]:
    """Decisions over more and more offers, reasons, changes, loading, and memory."""
    warm, cold, changed, first = {}, {}, {}, {}
    for size in SIZES:
        offers = market(size)
        router = loaded(offers)
        agree(router, offers)
        warm[size] = _warm(router, offers)
        changed[size] = _just_after(router, offers)
        cold[size] = _cold(offers)
        first[size] = _first_sight(offers)
    largest = SIZES[-1]
    loop = "plain Python loop over as many offers", warm[largest][2]
    yield report.measure("route, warm, p50", warm[largest][0], "us", against=loop, target=report.at_most(10))
    yield report.measure("route, warm, p99", warm[largest][1], "us", against=loop, target=report.at_most(20))
    points = [(size, warm[size][0]) for size in SIZES]
    yield report.measure("route, warm, growth", warm[largest][0], "us", points=points, target=report.at_most(0.1, "exponent"))
    yield report.measure(
        "route, just after a price moved, 10,000 offers, p50", changed[largest][0], "us", points=_points(changed, 0)
    )
    yield report.measure(
        "route, just after a price moved, 10,000 offers, p99",
        changed[largest][1],
        "us",
        against=loop,
        target=report.at_most(1_000),
    )
    yield report.measure("one price update, 10,000 offers, p50", changed[largest][2], "us", target=report.at_most(10))
    yield report.measure("one price update, 10,000 offers, p99", changed[largest][3], "us")
    yield report.measure(
        "route, cold, 1,000 offers, p50", cold[1_000], "us", points=list(cold.items()), target=report.at_most(360)
    )
    yield report.measure("route, cold, 10,000 offers, p50", cold[largest], "us", against=loop)
    yield report.measure("route, first sight, 1,000 offers, p50", first[1_000], "us", points=list(first.items()))
    yield report.measure("route, first sight, 10,000 offers, p50", first[largest], "us", against=loop)
    yield from _reasons_and_loading()
    yield from _with_ceilings()
    yield _memory()


def market(size: int, seed: int = 7) -> list[OfferFacts]:
    """So many offers, the same every time."""
    random = Random(seed)  # noqa: S311 - no secret
    return [
        OfferFacts(
            f"o{number:05}",
            f"p{random.randrange(40)}",
            random.choice(("us", "de", "fr", "nl")),
            random.choice(("eu_west", "eu_central", "us_east")),
            random.choice(COUNTRIES),
            frozenset(random.sample(("gdpr", "hipaa", "soc2"), random.randrange(4))),
            random.choice((None, random.randrange(500_000, 2_500_000))),
            random.randrange(1_500_000, 4_000_000),
            random.randrange(2_000),
            random.randrange(200, 3_000),
        )
        for number in range(size)
    ]


def request(user: str, data: str, kind: str, country: str = "de") -> RequestFacts:
    """One request."""
    return RequestFacts("r", user, country, country, data, kind)


def loaded(offers: Sequence[OfferFacts]) -> Router:
    """A router over these offers that was not asked anything."""
    router = Router(load_routing_law(LAW, "bench"))
    router.load(offers)
    return router


def plain_choice(asked: RequestFacts, offers: Sequence[OfferFacts]) -> Rung | None:
    """What the law of this benchmark chooses, worked out by a loop."""
    best: tuple[int, str, str] | None = None
    eu, phi, batch = asked.user_jurisdiction == "eu", asked.data_classification == "phi", asked.inference_type == "batch"
    for offer in offers:
        held = offer.credentials
        if eu and (offer.provider_jurisdiction == "us" or "gdpr" not in held):
            continue
        if phi and ("hipaa" not in held or offer.country != asked.country):
            continue
        spot, demand = offer.spot_price_micro_usd, offer.on_demand_price_micro_usd
        if batch and spot is not None and spot <= CEILING and (best is None or (spot, offer.offer, "spot") < best):
            best = spot, offer.offer, "spot"
        if demand is not None and (best is None or (demand, offer.offer, "on_demand") < best):
            best = demand, offer.offer, "on_demand"
    if best is None:
        return None
    return Rung(best[1], "spot" if best[2] == "spot" else "on_demand")


def agree(router: Router, offers: Sequence[OfferFacts]) -> None:
    """Raises where the router chooses otherwise than the loop."""
    for kind in KINDS:
        for country in COUNTRIES:
            asked = request(*kind, country)
            chosen, expected = router.decide(asked).rung, plain_choice(asked, offers)
            if chosen != expected:
                raise AssertionError(f"{asked}: {chosen} is not {expected}")


def _warm(router: Router, offers: Sequence[OfferFacts]) -> tuple[float, float, float]:
    random = Random(3)  # noqa: S311 - no secret
    asked = [request(*random.choice(KINDS), random.choice(COUNTRIES)) for _ in range(ASKED)]
    for each in asked:
        router.decide(each)
    spread = spreads({"": Contender(router.decide)}, asked)[""]
    loop = spreads({"": Contender(lambda each: plain_choice(each, offers))}, asked[:20], rounds=1)[""]
    return spread.p50_us, spread.p99_us, loop.p50_us


def _just_after(router: Router, offers: Sequence[OfferFacts], ceiling: int | None = None) -> tuple[float, float, float, float]:
    random = Random(5)  # noqa: S311 - no secret
    asked = replace(request("eu", "pii", "batch"), price_ceiling_micro_usd=ceiling)
    router.decide(asked)
    moved = [replace(random.choice(offers), spot_price_micro_usd=random.randrange(500_000, 2_500_000)) for _ in range(CHANGES)]
    put, decided = [], []
    for offer in moved:
        begun = perf_counter_ns()
        router.put(offer)
        between = perf_counter_ns()
        router.decide(asked)
        put.append(between - begun)
        decided.append(perf_counter_ns() - between)
    for offer in offers:
        router.put(offer)
    if ceiling is None:
        agree(router, offers)
    return *_spread_us(decided), *_spread_us(put)


def _cold(offers: Sequence[OfferFacts]) -> float:
    """The first decision of a kind, after one of another kind by rules that see other facts."""
    taken = []
    for _ in range(ROUNDS):
        router = loaded(offers)
        router.decide(request("xx", "public", "batch"))
        begun = perf_counter_ns()
        router.decide(request("eu", "pii", "batch"))
        taken.append(perf_counter_ns() - begun)
    return median(taken) / 1_000


def _first_sight(offers: Sequence[OfferFacts]) -> float:
    taken = []
    for _ in range(ROUNDS):
        router = loaded(offers)
        begun = perf_counter_ns()
        router.decide(request("eu", "pii", "batch"))
        taken.append(perf_counter_ns() - begun)
    return median(taken) / 1_000


def _reasons_and_loading() -> Iterator[report.Measure]:
    asked = request("eu", "phi", "batch")
    costs = {}
    for size in SIZES[1:]:
        offers = market(size)
        taken: list[int] = []
        router = loaded(offers)
        for _ in range(ROUNDS):
            router.put(replace(offers[0], on_demand_price_micro_usd=len(taken)))  # so that nothing is kept
            router.decide(asked)
            begun = perf_counter_ns()
            router.explain(asked)
            taken.append(perf_counter_ns() - begun)
        costs[size] = median(taken) / 1_000_000
    yield report.measure(
        "reasons and order of 1,000 offers", costs[1_000], "ms", points=list(costs.items()), target=report.at_most(1)
    )
    offers = market(SIZES[-1])
    router = loaded(offers)
    seconds = report.seconds(lambda: router.load(offers), 9)
    made = report.seconds(lambda: market(SIZES[-1]), 3)
    yield report.measure("load 10,000 offers", seconds * 1_000, "ms", target=report.at_most(50))
    yield report.measure("make and check the facts of 10,000 random offers", made * 1_000, "ms")


def _with_ceilings() -> Iterator[report.Measure]:
    """A law that compares prices with the request's own ceiling: each new ceiling has the offers shelved anew."""
    law = load_routing_law(laws.read("spot_batch"), "spot_batch")
    loading, seeing, following = {}, {}, {}
    for size in SIZES[1:]:
        offers = market(size)
        router = Router(law)
        loading[size] = report.seconds(partial(router.load, offers), 3) * 1_000
        ceilings = iter(range(1_300_000, 1_400_000, 1_000))
        router.decide(replace(request("eu", "pii", "batch"), price_ceiling_micro_usd=next(ceilings)))
        taken: list[int] = []
        for ceiling in islice(ceilings, ROUNDS):
            begun = perf_counter_ns()
            router.decide(replace(request("eu", "pii", "batch"), price_ceiling_micro_usd=ceiling))
            taken.append(perf_counter_ns() - begun)
        seeing[size] = median(taken) / 1_000_000
        following[size] = _just_after(router, offers, 1_300_000)[1]
    largest = SIZES[-1]
    yield report.measure(
        "spot_batch: load 10,000 offers", loading[largest], "ms", points=list(loading.items()), target=report.at_most(50)
    )
    yield report.measure("spot_batch: a new price ceiling, 10,000 offers", seeing[largest], "ms", points=list(seeing.items()))
    yield report.measure(
        "spot_batch: just after a price moved, ceiling known, 10,000 offers, p99",
        following[largest],
        "us",
        points=list(following.items()),
        target=report.at_most(1_000),
    )


def _memory() -> report.Measure:
    """What a million decisions leave behind, of all kinds, while a price moves now and then."""
    offers = market(1_000)
    router = loaded(offers)
    kinds = [request(*kind, country) for kind in KINDS for country in COUNTRIES]
    process = psutil.Process(os.getpid())

    def decide(times: int) -> None:
        for number in range(times):
            if number % 100 == 0:
                offer = offers[number // 100 % len(offers)]
                router.put(replace(offer, on_demand_price_micro_usd=1_500_000 + number % 999_983))
            router.decide(kinds[number % len(kinds)])

    decide(DECISIONS // 10)
    before = process.memory_info().rss
    decide(DECISIONS)
    grown = (process.memory_info().rss - before) / 2**20
    return report.measure("memory after 1,000,000 decisions and 10,000 changes", grown, "MiB", target=report.at_most(2))


def _points(costs: dict[int, tuple[float, float, float, float]], place: int) -> list[tuple[int, float]]:
    return [(size, cost[place]) for size, cost in costs.items()]


def _spread_us(times_ns: list[int]) -> tuple[float, float]:
    times_ns.sort()
    return times_ns[len(times_ns) // 2] / 1_000, times_ns[len(times_ns) * 99 // 100] / 1_000
