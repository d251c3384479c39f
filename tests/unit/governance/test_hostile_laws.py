"""Laws that strangers might write: each is refused or stopped, and the host answers the next question."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.law import fence
from bench.law.corpus import HostileLaw, corpus
from governance import overdue, questions
from governance.case import Case
from governance.law import Law, LawFault, LawLimit, LawRefused, load_law, load_routing_law

MET = "decide(_, met, [x])"
# A term that is small in memory and vast when written out or compared cell by cell.
VAST = "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n"
CORPUS = corpus()
REFUSED = [law for law in CORPUS if law.error == "LawRefused"]
STOPPED = [law for law in CORPUS if law.error != "LawRefused"]


def names(laws: list[HostileLaw]) -> list[str]:
    return [law.name for law in laws]


def peak_memory_mib() -> int:
    """The most memory that this process has ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform == "linux" else 1024**2)


def test_the_corpus_is_long_enough_to_mean_something_and_says_nothing_twice() -> None:
    assert len({law.text for law in CORPUS}) == len({law.name for law in CORPUS}) == len(CORPUS) >= 400
    assert {law.error for law in CORPUS} == {"LawRefused", "LawFailed", "LawConflict", "LawError", "LawLimit", "LawMisstated"}
    assert sum(law.routes for law in CORPUS) >= 30


@pytest.mark.parametrize("hostile", REFUSED, ids=names(REFUSED))
def test_a_hostile_law_is_refused_with_its_place(
    hostile: HostileLaw, standard: Law, make_case: Callable[..., Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LawRefused) as error:
        hostile.run()
    assert re.search(hostile.complaint, str(error.value)), error.value
    assert hostile.place in {None, f"{error.value.line}:{error.value.column}"}
    assert list(tmp_path.iterdir()) == []
    assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")


@pytest.mark.parametrize("hostile", STOPPED, ids=names(STOPPED))
def test_a_law_that_gives_no_usable_answer_is_an_error_and_never_a_verdict(
    hostile: HostileLaw, standard: Law, make_case: Callable[..., Case]
) -> None:
    before, began = peak_memory_mib(), time.thread_time()
    with pytest.raises(LawFault) as error:
        hostile.run()
    assert type(error.value).__name__ == hostile.error
    assert time.thread_time() - began < 1
    assert peak_memory_mib() - before < 64
    assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")


@pytest.mark.parametrize("goal", ["S == T", "compare(=, S, T)", "S = T", "ground(S)", "msort([S, T], _)", "memberchk(S, [T])"])
def test_vast_terms_are_compared_without_being_written_out(goal: str, make_case: Callable[..., Case]) -> None:
    law = load_law(f"{VAST}{MET} :- vast(60, a, S), vast(60, a, T), T = T, {goal}.")
    assert law.decide(make_case()).clauses == ("x",)


def test_a_law_may_nest_parentheses_as_it_likes(make_case: Callable[..., Case]) -> None:
    law = load_law(f"{MET} :- {'(' * 30_000}true{')' * 30_000}.")
    assert law.decide(make_case()).clauses == ("x",)


def test_a_law_may_forbid_what_it_cannot_call(make_case: Callable[..., Case]) -> None:
    law = load_law("forbidden(halt).\ndecide(_, met, [X]) :- forbidden(X).")
    assert law.decide(make_case()).clauses == ("halt",)


def test_numbers_of_256_bits_and_256_operands_are_what_a_law_may_write(make_case: Callable[..., Case]) -> None:
    law = load_law(f"{MET} :- X = {2**256 - 1}, Y is {'0+' * 90}X, Y =:= X, Y // {2**256 - 1} =:= 1.")
    assert law.decide(make_case()).clauses == ("x",)


def test_being_told_to_stop_many_times_over_stops_one_question_alone(
    make_case: Callable[..., Case], standard: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one step takes a millisecond, a watchdog that looks often says so many times; none may meet the next question."""
    monkeypatch.setattr(overdue, "LOOK_EVERY_S", 0.00005)
    monkeypatch.setattr(questions, "CASE_ALLOWED_S", 0.0)
    law = load_law(next(each.text for each in CORPUS if each.name == "unifying in vain"))
    for _ in range(20):
        with pytest.raises(LawLimit):
            law.decide(make_case())
    monkeypatch.undo()
    assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")


LONG = "long(0, T, T) :- !.\nlong(N, T, S) :- M is N - 1, K is N * 7 mod 101, long(M, [f(K, N), f(K, 0)|T], S).\n"


@pytest.mark.parametrize(
    ("goal", "answer"),
    [
        ("nth0(0, [a, b], X), nth1(2, [a, b], Y)", "a,b"),
        ("nth0(I, [a, b, a], b), nth1(J, [a, b, a], b), X = I, Y = J", "1,2"),
        ("findall(I, nth0(I, [c, c], c), [X, Y])", "0,1"),
        ("memberchk(f(X), [a, f(b), f(c)]), memberchk(Y, [d|_])", "b,d"),
        ("sort([c, a, b, a], [_, X, Y])", "b,c"),
        ("msort([b, a, b], [X|_]), sort(0, @>=, [1, 2, 2], [_, Y|_])", "a,2"),
        ("long(600, [], L), sort(L, S), length(S, X), last(S, f(_, Y))", "701,577"),
        ("long(600, [], L), msort(L, S), length(S, X), nth0(0, S, f(Y, _))", "1200,0"),
        ("long(600, [], L), sort(1, @>, L, S), length(S, X), nth0(0, S, f(Y, _))", "101,100"),
        ("long(600, [], L), sort(1, @<, L, S), nth0(0, S, f(X, _)), last(S, f(Y, _))", "0,100"),
        ("long(600, [], L), sort(2, @>=, L, S), nth0(0, S, f(_, X)), last(S, f(_, Y))", "600,0"),
        ("long(600, [], L), sort(1, @=<, L, S), nth0(1, S, f(X, Y))", "0,0"),
    ],
)
def test_lists_are_sorted_and_searched_as_prolog_does(goal: str, answer: str, make_case: Callable[..., Case]) -> None:
    law = load_law(f"{LONG}decide(_, met, [x(X, Y)]) :- {goal}, long(0, _, _).")
    assert law.decide(make_case()).clauses == (f"x({answer})",)


@pytest.mark.parametrize(
    "goal", ["nth0(a, [a], _)", "sort(0, sideways, [a], _)", "sort(x, @<, [a], _)", "msort([a|_], _)", "sort(1, @<, [a], _)"]
)
def test_what_is_no_place_order_key_or_list_is_an_error(goal: str, make_case: Callable[..., Case]) -> None:
    with pytest.raises(LawFault, match="fails with an error"):
        load_law(f"{MET} :- {goal}.").decide(make_case())


def test_a_law_says_all_that_it_may_be_asked() -> None:
    text = "decide(_, met, [x]).\nroute_inference(_, _).\npermit_amendment(A) :- amendment_notice_s(A, S), S >= 0.\n"
    assert load_law(text).defines == load_routing_law(text).defines == {"decide/3", "route_inference/2", "permit_amendment/1"}


def test_the_benchmark_runs_every_law_of_the_corpus_and_tells_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence, "corpus", lambda: CORPUS[:3])
    rows = {row.measure: row for row in fence.rows()}
    assert rows["hostile laws refused or stopped"].value == 3
    assert set(rows) > {"hostile law loaded, worst", "hostile law asked, worst", "memory of a trial, worst"}
