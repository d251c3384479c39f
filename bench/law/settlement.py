"""What a verdict costs, from a ``Case`` to a ``Verdict``, by ``Law.decide`` as the oracle and settlement call it.

A line that does not say otherwise is with the compiled shim, where there is one.

The cases are of a hundred agreements, each with terms of its own; every answer is first held against a plain Python function
that decides the same, which is also what the verdict is measured against. What is beneath any verdict is a call of Prolog's
``true`` through the same interface.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import psutil

from bench import report
from bench.law.timing import Contender, Spread, spreads
from governance import laws, questions
from governance.case import Case
from governance.engine import CAUGHT, library
from governance.figures import Figures, LatencyClause, Tier
from governance.law import Law, load_law
from governance.values import BPS, Outcome, Ratio, Verdict

AGREEMENTS, CASES = 100, 5_000
TIERS = (1, 2, 4, 8, 16)
LAW_CLAUSES = (10, 100, 1_000, 3_000)
THREADS, ASKED_BY_EACH = 8, 20_000
DECISIONS = 1_000_000  # for memory


def rows() -> Iterator[report.Measure]:
    """Verdicts with and without the shim, and how their cost grows."""
    law = load_law(laws.read("standard"), "standard")
    cases = _cases(AGREEMENTS, CASES)
    wrong = [case for case in cases if law.decide(case) != plain_verdict(case)]
    if wrong:
        raise AssertionError(f"{len(wrong)} verdicts differ from plain Python's, as that of {wrong[0]}")
    yield from _speed(law, cases)
    questions.use_shim(True)
    yield from _growth(law)
    yield from _threads(law, cases)
    for way in ("with", "without"):
        if questions.use_shim(way == "with") == (way == "with"):
            yield _memory(f"{way} shim", law)


def _speed(law: Law, cases: Sequence[Case]) -> Iterator[report.Measure]:
    call, true = library().call, _true()
    contenders = {
        "plain Python function": Contender(plain_verdict),
        "call of true": Contender(lambda _: call(None, CAUGHT, true, 0), lambda: law.decide(cases[0])),  # it needs an engine
        "without": Contender(law.decide, lambda: questions.use_shim(False)),
    }
    if questions.use_shim(True):
        contenders["with"] = Contender(law.decide, lambda: questions.use_shim(True))
    else:
        sys.stdout.write("the shim was not compiled here: there are no figures with it\n")
    found = spreads(contenders, cases)
    against = "plain Python function", found["plain Python function"].p50_us
    for name, p50_us, p99_us in (("with", 5, 15), ("without", 10, None)):
        if name in found:
            yield from _spread_rows(f"verdict, {name} shim", found[name], against, p50_us, p99_us)
    yield report.measure("call of true through ctypes, p50", found["call of true"].p50_us, "us", against=against)
    alone = Contender(law.decide, lambda: questions.use_shim(True))
    many = spreads({"": alone}, _cases(1_000, CASES))[""].p50_us
    yield report.measure("verdict under 1,000 terms in turn, p50", many, "us", against=against)
    unseen = spreads({"": alone}, _cases(CASES, CASES), rounds=1)[""].p50_us
    yield report.measure("verdict under terms not seen before, p50", unseen, "us", against=against)


def _spread_rows(
    name: str, found: Spread, against: tuple[str, float], p50_us: float, p99_us: float | None
) -> Iterator[report.Measure]:
    yield report.measure(f"{name}, p50", found.p50_us, "us", against=against, target=report.at_most(p50_us))
    target = None if p99_us is None else report.at_most(p99_us)
    yield report.measure(f"{name}, p99", found.p99_us, "us", against=against, target=target)


def _growth(law: Law) -> Iterator[report.Measure]:
    costs = {}
    for tiers in TIERS:
        figures = _figures(tiers, 1)
        lowest = [Case(1_000, Ratio(1, 10**6 + n), Ratio(1, 1), Ratio(1, 1), figures) for n in range(2_000)]
        costs[tiers] = spreads({"": Contender(law.decide)}, lowest)[""].p50_us
    points = list(costs.items())
    yield report.measure(
        "verdict in the last of so many tiers, p50", costs[TIERS[-1]], "us", points=points, target=report.at_most(1, "exponent")
    )
    costs = {}
    for clauses in LAW_CLAUSES:
        large = load_law(_law_of(clauses), f"{clauses} clauses")
        asked = [Case(n % clauses, Ratio(1, 1), Ratio(1, 1), Ratio(1, 1), _figures(1, 1)) for n in range(10)]
        costs[clauses] = spreads({"": Contender(large.decide)}, asked * 200)[""].p50_us
    points = list(costs.items())
    yield report.measure(
        "verdict of a law of so many clauses, p50",
        costs[LAW_CLAUSES[-1]],
        "us",
        points=points,
        target=report.at_most(0.1, "exponent"),
    )


def _threads(law: Law, cases: Sequence[Case]) -> Iterator[report.Measure]:
    expected = [plain_verdict(case) for case in cases]

    def right(shift: int) -> int:
        order = ((number * 7 + shift) % len(cases) for number in range(ASKED_BY_EACH))
        return sum(law.decide(cases[index]) == expected[index] for index in order)

    begun = perf_counter()
    alone = right(0) / (perf_counter() - begun)
    begun = perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        answered = sum(threads.map(right, range(THREADS)))
    together = answered / (perf_counter() - begun)
    yield report.measure(f"verdicts of {THREADS} threads", together, "1/s", against=("one thread", alone))
    lost = THREADS * ASKED_BY_EACH - answered
    yield report.measure(f"wrong or lost answers of {THREADS} threads", lost, "answers", target=report.at_most(0))


def _memory(way: str, law: Law) -> report.Measure:
    process, cases = psutil.Process(), _cases(AGREEMENTS, CASES)
    for case in cases * 4:
        law.decide(case)
    before = process.memory_info().rss
    for number in range(DECISIONS):
        law.decide(cases[number % CASES])
    grown_mib = (process.memory_info().rss - before) / 2**20
    return report.measure(f"memory more after {DECISIONS:,} verdicts, {way}", grown_mib, "MiB", target=report.at_most(2))


def plain_verdict(case: Case) -> Verdict:
    """What the standard law says, by a function that knows nothing of laws."""
    terms = case.terms
    short = []
    if case.uptime.denominator == 0:
        short.append("nothing_counted")
    if case.samples < terms.minimum_samples:
        short.append("insufficient_samples")
    if terms.minimum_coverage.numerator and not (case.coverage.denominator and case.coverage.at_least(terms.minimum_coverage)):
        short.append("insufficient_coverage")
    if short:
        return Verdict(Outcome.NO_DATA, 0, 0, 0, tuple(short))
    tier = None
    if not case.uptime.at_least(terms.objective):
        tier = next(tier for tier in terms.tiers if tier.at_or_above is None or case.uptime.at_least(tier.at_or_above))
    judged = terms.latency is not None and case.attained.denominator > 0
    late = judged and terms.latency is not None and not case.attained.at_least(terms.latency.attainment)
    if tier is None and not late:
        return Verdict(Outcome.MET, 0, 0, 0, ("objective_met", "p95_met") if judged else ("objective_met",))
    late_bps = terms.latency.credit_bps if late and terms.latency else 0
    if tier is None:
        return Verdict(Outcome.BREACH, 0, late_bps, 0, ("p95_ceiling",))
    clauses = (f"uptime_tier({tier.tier})", *(("p95_ceiling",) if late else ()))
    return Verdict(Outcome.BREACH, tier.tier, max(tier.credit_bps, late_bps), tier.slash_bps, clauses)


def _cases(agreements: int, count: int) -> list[Case]:
    """Cases in turn under the terms of so many agreements: most met, some in breach, a few without data."""
    chance = random.Random(1)  # noqa: S311 - the same cases every time
    terms = [_figures(1 + number % 4, number % 50) for number in range(agreements)]
    cases = []
    for number in range(count):
        samples = chance.randrange(15, 50_000)
        good = samples - min(samples, int(chance.expovariate(1) * samples / 500))
        within = good - min(good, int(chance.expovariate(1) * good / 50))
        seen = 2_880 - chance.randrange(200)
        cases.append(Case(samples, Ratio(good, samples), Ratio(within, good), Ratio(seen, 2_880), terms[number % agreements]))
    return cases


def _figures(tiers: int, minimum_samples: int) -> Figures:
    objective = Ratio(999, 1_000)
    bounds = [objective, *(Ratio(990 - 10 * number, 1_000) for number in range(tiers - 1)), None]
    ladder = tuple(
        Tier(number, bounds[number], bounds[number - 1] or objective, number * BPS // tiers, 0) for number in range(1, tiers + 1)
    )
    return Figures(objective, ladder, LatencyClause(2_000, Ratio(95, 100), 1_000), Ratio(95, 100), minimum_samples)


def _law_of(clauses: int) -> str:
    """A law with a clause for each number of samples."""
    table = "\n".join(f"o({samples}, {samples % BPS})." for samples in range(clauses))
    return f"decide(case(Samples, _, _, _, _), breach(1, Credit, 0), [looked_up]) :- o(Samples, Credit).\n{table}\n"


def _true() -> int:
    found: int = library().predicate(b"true", 0, b"system")
    return found
