"""The tests that go with the law of a tier table: at every boundary, just beside it, and at the largest counts there can be."""

from __future__ import annotations

from collections.abc import Iterator

from governance.case import MOST_UPTIME
from governance.figures import Tier
from governance.table_law import grouped, verdict_of, verdict_where_nothing_was_counted
from governance.tier_table import TierTable, decimal_share, show_percent
from governance.values import Ratio

_FINE = 1_000_000_000
_WIDTH = 130
_ASKING = """\
%   Twenty samples and 95 % of the slots are asked for.
verdict(Samples, Uptime, Coverage, Verdict-Clauses) :-
    user:decide(case(Samples, Uptime, share(1, 1), Coverage, terms(share(1, 1), [], none, share(19, 20), 20)), Verdict, Clauses).

uptime(Good, All, Answer) :- verdict(20, share(Good, All), share(95, 100), Answer).
"""
_DATA_TESTS = """\
:- begin_tests(data).

test(below_the_minimum_of_samples, all(A == [insufficient_data-[insufficient_samples]])) :-
    verdict(19, share(0, 1), share(1, 1), A).
test(below_the_minimum_of_coverage, all(A == [insufficient_data-[insufficient_coverage]])) :-
    verdict(20, share(0, 1), share(94_999, 100_000), A).
test(no_slots, all(A == [insufficient_data-[insufficient_coverage]])) :-
    verdict(20, share(0, 1), share(0, 0), A).
test(both, all(A == [insufficient_data-[insufficient_samples], insufficient_data-[insufficient_coverage]])) :-
    verdict(19, share(0, 1), share(94, 100), A).
test(nothing_counted_comes_first, all(A == [NOTHING_COUNTED])) :-
    verdict(0, share(0, 0), share(0, 100), A).

:- end_tests(data).
"""
AMENDMENT_FACTS = """\
%   Amendments: of a law that settles, with and without notice, and of one that routes.
user:amendment_seat(settling, settlement).
user:amendment_seat(unannounced, settlement).
user:amendment_seat(routing, routing).
user:amendment_notice_s(settling, 0).
user:amendment_notice_s(routing, 0)."""
AMENDMENT_TESTS = """\
:- begin_tests(amendments).

test(settlement_may_be_amended, [true, nondet]) :- user:permit_amendment(settling), user:accept_establishment(settling).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(routing).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(routing).

:- end_tests(amendments)."""


def tests_of(table: TierTable) -> str:
    """The text of the law's tests, for SWI-Prolog's plunit."""
    return "\n".join(_tests(table))


def _tests(table: TierTable) -> Iterator[str]:
    yield f"/*  The law {table.name} at its boundaries; written with it by `surety law from-terms`.  */"
    yield ""
    yield f":- module(test_{table.name}, [])."
    yield ":- use_module(library(plunit))."
    yield ""
    yield AMENDMENT_FACTS
    yield ""
    yield _ASKING
    yield ":- begin_tests(uptime)."
    yield ""
    yield _test("nothing_counted", _nothing_counted(table), 0, 0)
    yield _test("nothing_failed", _answer(table, 1, 1), 1, 1)
    for share in _boundaries(table):
        yield from _beside(table, share)
    yield _test("nothing_worked", _answer(table, 0, 1000), 0, 1000)
    yield _test("nothing_worked_at_the_largest_count", _answer(table, 0, MOST_UPTIME), 0, MOST_UPTIME)
    yield ""
    yield ":- end_tests(uptime)."
    yield ""
    yield _DATA_TESTS.replace("NOTHING_COUNTED", _nothing_counted(table))
    yield from _one_verdict(table)
    yield ""
    yield AMENDMENT_TESTS
    yield ""


def _one_verdict(table: TierTable) -> Iterator[str]:
    hundred = max(decimal_share(share)[1] for share in _boundaries(table))
    counts = sorted({0, 1, hundred} | {count + step for count in _counts(table, hundred) for step in (-1, 0, 1)})
    listed = ", ".join(grouped(count) for count in counts if count <= hundred)
    yield ":- begin_tests(one_verdict)."
    yield ""
    yield f"test(exactly_one, forall(member(Good, [{listed}]))) :-"
    yield f"    findall(Answer, uptime(Good, {grouped(hundred)}, Answer), Answers),"
    yield "    assertion(Answers = [_])."
    yield ""
    yield "%   The rest of a case does not move it."
    yield "test(latency_and_other_tiers_do_not_count, forall(member(Attained, [share(0, 0), share(0, 1), share(1, 1)]))) :-"
    yield "    Terms = terms(share(1, 2), [tier(1, share(0, 1), share(1, 2), 1, 1)], latency(1, share(1, 1), 1), share(0, 1), 0),"
    yield "    findall(Verdict, user:decide(case(0, share(1, 1), Attained, share(0, 0), Terms), Verdict, _), Verdicts),"
    yield "    assertion(Verdicts == [met])."
    yield ""
    yield ":- end_tests(one_verdict)."


def _counts(table: TierTable, hundred: int) -> list[int]:
    return [share.numerator * hundred // share.denominator for share in _boundaries(table)]


def _boundaries(table: TierTable) -> list[Ratio]:
    return [tier.below for tier in table.tiers]


def _beside(table: TierTable, share: Ratio) -> Iterator[str]:
    """At a boundary, a billionth beside it, at counts that miss it by the least there can be, and at the largest counts."""
    name = show_percent(share).removesuffix(" %").replace(".", "_")
    good, counted = decimal_share(share)
    least = -(-MOST_UPTIME * share.numerator // share.denominator)
    below, above = _nearest(share, -1), _nearest(share, 1)
    cases = [
        (f"at_{name}", good, counted),
        (f"nearest_below_{name}", *below),
        (f"nearest_above_{name}", *above),
        (f"just_below_{name}", good * _FINE - 1, counted * _FINE),
        (f"just_above_{name}", good * _FINE + 1, counted * _FINE),
        (f"least_of_the_largest_count_at_{name}", least, MOST_UPTIME),
        (f"most_of_the_largest_count_below_{name}", least - 1, MOST_UPTIME),
    ]
    for test, some, of in cases:
        if some <= of:
            yield _test(test, _answer(table, some, of), some, of)


def _nearest(share: Ratio, step: int) -> tuple[int, int]:
    """Counts (good, all) of which good * denominator differs from all * numerator by one step alone."""
    counted = -step * pow(share.numerator, -1, share.denominator) % share.denominator + share.denominator
    return (counted * share.numerator + step) // share.denominator, counted


def _test(name: str, answer: str, good: int, counted: int) -> str:
    head, goal = f"test({name}, all(A == [{answer}])) :-", f"uptime({grouped(good)}, {grouped(counted)}, A)."
    return f"{head} {goal}" if len(head) + len(goal) < _WIDTH else f"{head}\n    {goal}"


def _nothing_counted(table: TierTable) -> str:
    return f"{verdict_where_nothing_was_counted(table)}-[nothing_counted]"


def _answer(table: TierTable, good: int, counted: int) -> str:
    tier = _tier_at(table, Ratio(good, counted))
    return f"{verdict_of(tier)}-[uptime_tier({tier.tier})]" if tier else "met-[objective_met]"


def _tier_at(table: TierTable, uptime: Ratio) -> Tier | None:
    """The tier that an uptime is in: the worst that it is below. None where it is in none."""
    return next((tier for tier in reversed(table.tiers) if not uptime.at_least(tier.below)), None)
