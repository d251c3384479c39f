"""A law's own tests run in a process of their own, within limits, and tell what they reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.checking.own_tests import TestReport, TestsStopped, run_own_tests
from governance.engine import EngineMissing

LAW = """\
decide(case(S, _, _, _, _), met, [ok]) :- S >= 100.
decide(case(S, _, _, _, _), insufficient_data, [few]) :-
    S < 100,
    small(S).
small(S) :- S < 50.
small(S) :- S >= 50.
"""
TESTS = """\
:- module(test_law, []).
:- use_module(library(plunit)).
:- begin_tests(law).
test(enough, all(V == [met])) :- user:decide(case(100, x, x, x, x), V, _).
test(few, all(V == [insufficient_data])) :- user:decide(case(9, x, x, x, x), V, _).
:- end_tests(law).
"""


@pytest.fixture
def run(tmp_path):
    """Runs tests of a law, both as texts."""

    def run_them(law: str = LAW, tests: str = TESTS, allowed_s: int = 20) -> TestReport:
        (tmp_path / "law.pl").write_text(law)
        (tmp_path / "law.plt").write_text(tests)
        return run_own_tests(tmp_path / "law.pl", tmp_path / "law.plt", allowed_s)

    return run_them


def test_tests_that_pass_are_named_and_the_clauses_they_reach_counted(run):
    report = run()
    assert report.passed
    assert [test.name for test in report.tests] == ["law:enough", "law:few"]
    assert [(each.predicate, each.line, each.ran) for each in report.uncovered] == [("small/1", 6, "entered")]
    assert len(report.clauses) == 4


def test_a_test_that_fails_is_named_with_what_prolog_says(run):
    report = run(LAW.replace("S >= 100", "S > 100"))
    assert not report.passed
    (failed,) = (test for test in report.tests if not test.passed)
    assert failed.name == "law:enough"
    assert "enough" in failed.printed
    assert "few" not in failed.printed


def test_a_test_that_raises_or_asserts_wrongly_fails(run):
    report = run(
        tests=TESTS.replace(
            ":- end_tests", "test(raises) :- X is foo + 1, X > 0.\ntest(asserts) :- assertion(1 =:= 2).\n:- end_tests"
        )
    )
    assert [test.name for test in report.tests if not test.passed] == ["law:raises", "law:asserts"]


def test_a_clause_that_nothing_tries_is_told_from_one_that_never_holds(run):
    report = run(LAW + "unused(1).\n")
    assert {(each.predicate, each.ran) for each in report.uncovered} == {("small/1", "entered"), ("unused/1", "never")}


def test_cuts_and_choices_are_those_of_the_law_itself(run):
    law = "first(X) :- member(X, [1, 2]), !.\nfirst(3).\nevery(X) :- member(X, [1, 2]).\nevery(3).\n"
    tests = TESTS.replace(
        "test(enough, all(V == [met])) :- user:decide(case(100, x, x, x, x), V, _).\n",
        "test(first, all(V == [1])) :- user:first(V).\n",
    ).replace(
        "test(few, all(V == [insufficient_data])) :- user:decide(case(9, x, x, x, x), V, _).\n",
        "test(every, all(V == [1, 2, 3])) :- user:every(V).\n",
    )
    assert run(law, tests).passed


def test_no_tests_are_no_success(run):
    report = run(tests=":- module(none, []).\n")
    assert report.tests == ()
    assert not report.passed


def with_a_test_of(body: str) -> str:
    return TESTS.replace(":- begin_tests", body + ":- begin_tests").replace("test(few", "test(spin) :- test_law:spin.\ntest(few")


def test_tests_that_do_not_end_are_stopped(run):
    with pytest.raises(TestsStopped, match="--allow"):
        run(tests=with_a_test_of("spin :- spin.\n"), allowed_s=1)


def test_tests_that_want_too_much_memory_fail(run):
    assert not run(tests=with_a_test_of("spin :- length(L, 500_000_000), L = [].\n")).passed


def test_tests_that_leave_before_their_end_are_no_success(run):
    with pytest.raises(TestsStopped):
        run(tests=TESTS + ":- halt(0).\n")


def test_tests_see_nothing_of_the_callers_environment(run, monkeypatch):
    monkeypatch.setenv("SURETY_PASSWORD", "secret")
    tests = TESTS.replace(":- end_tests", "test(secret, fail) :- getenv('SURETY_PASSWORD', _).\n:- end_tests")
    assert run(tests=tests).passed


def test_a_machine_without_the_program_is_told_so(run, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineMissing, match="swipl"):
        run()


@pytest.mark.parametrize("name", ["standard", "eu_health"])
def test_the_shipped_laws_pass_their_own_tests(repository: Path, name):
    report = run_own_tests(repository / "governance" / "laws" / f"{name}.pl", repository / "tests" / "laws" / f"{name}.plt", 60)
    assert report.passed
    assert len(report.tests) >= 10
