"""A case is put to a law by the compiled shim or in plain Python: with the same answers, and as safely."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from governance import docket, questions, shim
from governance.case import Case
from governance.engine import EngineFault, library
from governance.law import Law, LawConflict, LawError, LawFailed, LawFault, LawLimit, LawMisstated, load_law
from governance.shim import LARGEST_COUNT
from governance.values import Outcome

MakeCase = Callable[..., Case]
EDGES = (LARGEST_COUNT, LARGEST_COUNT + 1, 2**55, 2**56 - 1, 2**56, 2**63 - 1, 2**63, 2**64 - 1, 2**127, 2**128 - 1)

pytestmark = pytest.mark.usefixtures("way")


def test_the_way_asked_for_is_the_way_used(way: str) -> None:
    assert questions.shim_in_use() == (way == "compiled")
    answering = questions._thread()._docket._answering
    assert answering.__module__ == ("governance._shim" if way == "compiled" else "governance.shim")


@pytest.mark.parametrize("count", EDGES)
def test_counts_of_every_size_reach_the_law_exactly(make_case: MakeCase, count: int) -> None:
    law = load_law("decide(case(S, share(_, A), _, _, _), breach(T, C, 0), [x]) :- T is A mod 251, C is S mod 9973.")
    samples = min(count, 2**64 - 1)
    verdict = law.decide(make_case(uptime=(0, count), samples=samples))
    assert (verdict.tier, verdict.credit_bps) == (count % 251, samples % 9973)
    after = law.decide(make_case(uptime=(0, 250), samples=9))
    assert (after.tier, after.credit_bps) == (250, 9)


@pytest.mark.parametrize(
    ("text", "fault", "says"),
    [
        ("decide(_, met, [x]) :- fail.", LawFailed, "gives no verdict"),
        ("decide(_, met, [x]).\ndecide(_, insufficient_data, [x]).", LawConflict, "two verdicts: met/insufficient_data"),
        ("decide(_, V, [x]) :- member(V, [met, met, breach(1, 0, 0)]).", LawConflict, "two verdicts"),
        ("decide(case(_, _, _, _, T), met, [x]) :- X is T + 1, X > 0.", LawError, "type_error"),
        ("decide(_, met, [x]) :- loop(0).\nloop(N) :- M is N + 1, loop(M).", LawLimit, "too many inferences"),
        ("decide(_, met, [x]) :- between(1, 1_000_000_000, N), N < 0.", LawLimit, "too many inferences"),
        ("decide(_, met, [x]) :- grow(x).\ngrow(X) :- grow(f(X, 1, 2, 3, 4, 5, 6, 7)).", LawLimit, "more than it may use"),
        ("decide(_, met, [x]) :- length(L, _), length(L, M), M < 0.", LawLimit, "too much time"),
        ("decide(_, met, [x]) :- square(2).\nsquare(X) :- Y is X * X, square(Y).", LawLimit, "more than it may use"),
    ],
)
def test_what_is_no_verdict_says_so_and_leaves_the_next_question_alone(
    standard: Law, make_case: MakeCase, text: str, fault: type[LawFault], says: str
) -> None:
    # Clauses that are known from a sound answer take the short way: it must be no less careful.
    assert load_law("decide(_, met, [x]).").decide(make_case()).clauses == ("x",)
    law = load_law(text)
    for _ in range(2):
        with pytest.raises(fault, match=says):
            law.decide(make_case())
        assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")


@pytest.mark.parametrize(
    "answer",
    [
        *("_, [x]", "paid, [x]", "met(1), [x]", '"met", [x]', "X, [X]"),
        *("breach(256, 0, 0), [x]", "breach(-1, 0, 0), [x]", "breach(1, 10_001, 0), [x]", "breach(1, 0, 10_001), [x]"),
        *("breach(1, 0), [x]", "breach(_, 0, 0), [x]", "breach(a, 0, 0), [x]", "breach(1, 0, -1), [x]"),
        *("met, []", "met, _", "met, x", "met, [x|_]", "met, [x|y]", "met, [_]", 'met, ["x"]', "met, [1]", "met, [f(g(x))]"),
        *("met, [f(_)]", "met, [f(1, 2, 3, 4, 5, 6, 7, 8, 9)]", f"met, [{'x' * 65}]", f"met, [f({'x' * 65})]"),
        f"met, [{', '.join('x' * 33)}]",
    ],
)
def test_an_answer_that_is_no_verdict_is_never_taken_for_one(make_case: MakeCase, answer: str) -> None:
    # That clauses are known from a sound answer must not vouch for a verdict.
    assert load_law("decide(_, met, [x]).").decide(make_case()).clauses == ("x",)
    law = load_law(f"decide(_, {answer}).")
    for _ in range(2):
        with pytest.raises(LawMisstated, match="no verdict with its clauses"):
            law.decide(make_case())


@pytest.mark.parametrize(
    "law",
    [
        "decide(_, met, X) :- X = [x|X].",
        "decide(_, met, [X]) :- X = f(X, X, X).",
        f"decide(_, met, [X]) :- X = f({', '.join('X' * 200)}).",
        "decide(_, V, [x]) :- V = breach(V, 0, 0).",
        "decide(_, met, [T]) :- grow(60, x, T).\ngrow(0, T, T).\ngrow(N, X, T) :- N > 0, M is N - 1, grow(M, f(X, X), T).",
    ],
)
def test_an_answer_without_end_is_no_verdict_and_is_described_briefly(make_case: MakeCase, law: str) -> None:
    with pytest.raises(LawMisstated, match="no verdict with its clauses") as error:
        load_law(law).decide(make_case())
    assert len(str(error.value)) < 4_000


def test_sixteen_answers_that_agree_are_one_and_more_are_none(make_case: MakeCase) -> None:
    assert load_law("decide(_, met, [x]) :- between(1, 16, _).").decide(make_case()).outcome is Outcome.MET
    law = load_law("decide(_, V, [x]) :- between(1, 17, N), ( N < 17 -> V = met ; V = insufficient_data ).")
    with pytest.raises(LawMisstated, match="more answers than one should"):
        law.decide(make_case())


def test_clauses_that_differ_each_time_are_told_apart_and_forgotten_again(make_case: MakeCase) -> None:
    law = load_law("decide(case(S, _, _, _, _), met, [samples(S), seen]).")
    for samples in (*range(3_000), *range(3_000)):
        assert law.decide(make_case(samples=samples)).clauses == (f"samples({samples})", "seen")
    kept = questions._thread()._docket._verdicts
    assert len(kept) <= docket._KEPT_VERDICTS
    assert max(packed >> 38 for packed in kept if packed) <= docket._KEPT_VERDICTS + 1  # Prolog forgot them too


def test_many_laws_and_figures_are_kept_apart(make_case: MakeCase) -> None:
    text = "decide(case(_, _, _, _, terms(_, _, _, _, M)), breach({0}, M, 0), [law_{0}])."
    laws = [load_law(text.format(number)) for number in range(20)]
    cases = [make_case(terms=replace(make_case().terms, minimum_samples=minimum)) for minimum in range(30)]
    for _ in range(2):  # 600 pairs: more than are kept
        for (number, law), case in itertools.product(enumerate(laws), cases):
            verdict = law.decide(case)
            assert (verdict.tier, verdict.credit_bps, verdict.clauses) == (number, case.terms.minimum_samples, (f"law_{number}",))
    assert len(questions._thread()._docket._prepared) <= docket._KEPT_PREPARED


@pytest.mark.parametrize("kept_records", [1, 20, 4_096])
def test_figures_that_are_gone_are_not_mistaken_for_new_ones_in_their_place(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, kept_records: int
) -> None:
    monkeypatch.setattr(docket, "_KEPT_RECORDS", kept_records)
    law = load_law("decide(case(_, _, _, _, terms(_, _, _, _, M)), breach(0, M, 0), [x]).")
    for minimum in range(9_000):
        # Each is free to take the place in memory, and so the id, of one before it.
        case = make_case(terms=replace(make_case().terms, minimum_samples=minimum))
        assert law.decide(case).credit_bps == minimum
    assert len(questions._thread()._docket._records) <= kept_records


def test_what_is_kept_ready_outlives_the_garbage_of_other_laws(standard: Law, make_case: MakeCase) -> None:
    wasteful = load_law(
        "decide(case(S, _, _, _, _), met, [x]) :- waste(S, []).\n"
        "waste(0, _) :- !.\n"
        "waste(N, _) :- length(L, 100), length(M, 100), L = M, K is N - 1, waste(K, M)."
    )
    cases = [make_case(samples=50, terms=replace(make_case().terms, minimum_samples=minimum)) for minimum in range(100)]
    for case in cases:
        assert wasteful.decide(make_case(samples=20_000)).outcome is Outcome.MET
        assert standard.decide(case).outcome is (Outcome.MET if case.terms.minimum_samples <= 50 else Outcome.NO_DATA)
    assert [standard.decide(case).outcome for case in cases] == [Outcome.MET] * 51 + [Outcome.NO_DATA] * 49


def test_a_case_that_comes_in_between_another_is_refused_and_the_other_is_answered(
    standard: Law, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = questions._thread()._docket
    answering, refused = mine._answering, []

    def interrupted(*question: Any) -> int | None:
        with pytest.raises(EngineFault, match="being put in this thread already"):
            standard.decide(make_case(uptime=(0, 1)))
        refused.append(1)
        return answering(*question)

    monkeypatch.setattr(mine, "_answering", interrupted)
    assert standard.decide(make_case()).outcome is Outcome.MET
    assert refused == [1]


def test_random_cases_agree_with_exact_fractions(standard: Law, make_case: MakeCase) -> None:
    chance = random.Random(7)
    ladder = (Fraction(999, 1_000), 0, 0), (Fraction(99, 100), 1, 1_000), (Fraction(95, 100), 2, 2_500), (Fraction(0), 3, 10_000)
    for _ in range(2_000):
        counted = chance.randrange(1, chance.choice((10, 10**3, 10**9, 2**60, 2**127)) + 1)
        good = counted - chance.randrange(counted // chance.choice((1, 10, 100, 1_000, 10_000)) + 1)
        tier, credit_bps = next((tier, credit) for floor, tier, credit in ladder if Fraction(good, counted) >= floor)
        verdict = standard.decide(make_case(uptime=(good, counted)))
        assert (verdict.tier, verdict.credit_bps) == (tier, credit_bps)


def test_eight_threads_lose_no_answer_and_get_no_wrong_one(standard: Law, make_case: MakeCase) -> None:
    cases = [make_case(uptime=(good, 1_000), samples=1_000 if good % 7 else 2**60) for good in range(900, 1_001)]
    expected = [standard.decide(case) for case in cases]
    partial = load_law("decide(case(_, share(Good, _), _, _, _), met, [x]) :- Good > 900.")
    start = threading.Barrier(8)

    def ask_all(shift: int) -> tuple[int, int]:
        right = failed = 0
        start.wait()
        for number in range(20 * len(cases)):
            index = (number * 7 + shift) % len(cases)
            right += standard.decide(cases[index]) == expected[index]
            try:
                partial.decide(cases[index])
            except LawFailed:
                failed += 1
        return right, failed

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask_all, range(8))) == [(20 * len(cases), 20)] * 8


def test_an_engine_that_gives_no_answer_is_an_error(standard: Law, make_case: MakeCase) -> None:
    mine = questions._thread()._docket
    mine._predicate = library().predicate(b"absent", 11, b"surety_host")
    try:
        for samples in (1_000, 2**60):
            with pytest.raises(EngineFault, match="did not answer"):
                standard.decide(make_case(samples=samples))
    finally:
        questions.detach()
    assert standard.decide(make_case()).outcome is Outcome.MET


def test_a_shim_of_other_sources_is_not_used(standard: Law, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shim, "_INTERFACE", -1)
    assert questions.use_shim(True) is False
    assert standard.decide(make_case()).outcome is Outcome.MET


def test_without_a_shim_the_answers_are_the_same(standard: Law, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "governance._shim", None)  # an import then finds nothing
    assert questions.use_shim(True) is False
    assert standard.decide(make_case()).outcome is Outcome.MET


def test_a_process_killed_in_the_middle_of_a_decision_loses_nothing(repository: Path, tmp_path: Path, way: str) -> None:
    script = tmp_path / "decide_on.py"
    script.write_text(DECIDE_ON)

    def begin(first: int) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(repository)}
        command = [sys.executable, str(script), way, str(first)]
        return subprocess.Popen(command, cwd=repository, env=environment, stdout=subprocess.PIPE, text=True)

    def answers(said: str) -> list[str]:
        return [line for line in said.splitlines() if line.startswith("told")]

    with begin(0) as undisturbed:
        expected = answers(undisturbed.communicate(timeout=60)[0])
    assert len(expected) == 20
    told: list[str] = []
    for victim in (3, 9):
        with begin(len(told)) as process:
            assert process.stdout is not None
            said = "".join(itertools.takewhile(f"ask {victim}\n".__ne__, process.stdout))
            process.send_signal(signal.SIGKILL)
            told += answers(said + process.communicate(timeout=60)[0])
        assert process.returncode == -signal.SIGKILL
        assert len(told) < len(expected)
    with begin(len(told)) as last:
        told += answers(last.communicate(timeout=60)[0])
    assert told == expected


DECIDE_ON = """
import sys
from governance import questions
from governance.case import Case
from governance.figures import Figures, Tier
from governance.law import load_law
from governance.values import Ratio

questions.use_shim(sys.argv[1] == "compiled")
figures = Figures(Ratio(99, 100), (Tier(1, None, Ratio(99, 100), 100, 0),), None, Ratio(0, 1), 0)
law = load_law('''
decide(case(S, _, _, _, _), breach(T, 0, 0), [samples(S)]) :- sum(100_000, S, 0, N), T is N mod 251.
sum(0, _, N, N) :- !.
sum(I, S, N0, N) :- N1 is (N0 * 31 + S) mod 1_000_003, J is I - 1, sum(J, S, N1, N).
''')
for samples in range(int(sys.argv[2]), 20):
    print(f"ask {samples}", flush=True)
    verdict = law.decide(Case(samples, Ratio(0, 1), Ratio(0, 1), Ratio(0, 1), figures))
    print(f"told {samples} {verdict.tier} {verdict.clauses}", flush=True)
"""


@pytest.mark.parametrize("rounds", [240_000, 260_000, 499_000, 499_920])
def test_what_was_answered_before_in_a_thread_does_not_decide_whether_a_law_ends(
    way: str, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    monkeypatch.setattr(questions, "CASE_ALLOWED_S", 60.0)
    burn = "burn(0) :- !.\nburn(N) :- M is N - 1, burn(M).\n"
    law = load_law(f"{burn}decide(case(S, _, _, _, _), met, [x]) :- ( S < 100 -> true ; burn({rounds}) ).")
    questions.detach()
    assert law.decide(make_case()).clauses == ("x",)
    questions.detach()
    assert law.decide(make_case(samples=1)).clauses == ("x",)
    assert law.decide(make_case()).clauses == ("x",)


def test_clauses_of_several_answers_do_not_vouch_for_one_that_cites_them_all(way: str, make_case: MakeCase) -> None:
    first, second = ([f"{letter}({number})" for number in range(30)] for letter in "ab")
    law = load_law(
        f"decide(case(1, _, _, _, _), met, [{', '.join(first)}]).\n"
        f"decide(case(1, _, _, _, _), met, [{', '.join(second)}]).\n"
        f"decide(case(2, _, _, _, _), met, [{', '.join(first + second)}])."
    )
    for samples, says in ((2, "no verdict with its clauses"), (1, "more clauses together"), (2, "no verdict with its clauses")):
        with pytest.raises(LawMisstated, match=says):
            law.decide(make_case(samples=samples))
