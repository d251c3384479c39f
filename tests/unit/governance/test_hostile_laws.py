"""Laws that strangers might write: each is refused or stopped, and the host answers the next question."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.case import Case
from governance.law import Law, LawConflict, LawError, LawFailed, LawFault, LawLimit, LawMisstated, LawRefused, load_law

MET = "decide(_, met, [x])"
# A term that is small in memory and vast when written out or compared cell by cell.
VAST = "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n"

# What does not even load: name -> (text, line and column, words of the complaint).
REFUSED = {
    "shell": (f"{MET} :- shell('touch owned').", "1:24", r"shell/1 may not be called"),
    "qualified goal": (f"{MET} :- system:shell('touch owned').", "1:24", r"\(:\)/2 may not be called"),
    "goal in a variable": (f"{MET} :- G = halt, G.", "1:34", "may not be a variable"),
    "call/1": (f"{MET} :- call(halt).", "1:24", "call/1"),
    "call/3": (f"{MET} :- call(=.., _, [halt]).", "1:24", "call/3"),
    "univ": (f"{MET} :- _ =.. [halt].", "1:24", r"\(=\.\.\)/2"),
    "halt": (f"{MET} :- halt.", "1:24", "halt/0"),
    "halt in a condition": (f"{MET} :- ( true -> ( fail ; halt ) ; true ).", "1:43", "halt/0"),
    "halt under negation": (f"{MET} :- \\+ \\+ halt.", "1:30", "halt/0"),
    "halt in findall": (f"{MET} :- findall(X, ( X = 1, halt ), _).", "1:44", "halt/0"),
    "halt in forall": (f"{MET} :- forall(true, halt).", "1:37", "halt/0"),
    "halt in once": (f"{MET} :- once(halt).", "1:29", "halt/0"),
    "variable in findall": (f"{MET} :- G = halt, findall(1, G, _).", "1:45", "may not be a variable"),
    "text as goal": (f'{MET} :- "halt".', "1:24", "a goal is a predicate"),
    "number as goal": (f"{MET} :- 1.", "1:24", "a goal is a predicate"),
    "assert": (f"{MET} :- assertz(a).", "1:24", "assertz/1"),
    "retract": (f"{MET} :- retractall(jurisdiction(_, _)).", "1:24", "retractall/1"),
    "global variable": (f"{MET} :- nb_setval(a, 1).", "1:24", "nb_setval/2"),
    "catch": (f"loop :- loop.\n{MET} :- catch(loop, _, true).", "2:24", "catch/3"),
    "open": (f"{MET} :- open('/etc/passwd', read, S), read(S, _).", "1:24", "open/3"),
    "consult": (f"{MET} :- consult('/etc/passwd').", "1:24", "consult/1"),
    "getenv": (f"{MET} :- getenv('HOME', _).", "1:24", "getenv/2"),
    "format call": (f"{MET} :- format('~@', [halt]).", "1:24", "format/2"),
    "print_message": (f"{MET} :- print_message(error, a).", "1:24", "print_message/2"),
    "sleep": (f"{MET} :- sleep(100).", "1:24", "sleep/1"),
    "thread": (f"{MET} :- thread_create(true, _, []).", "1:24", "thread_create/3"),
    "atoms": (f"{MET} :- atom_concat(a, b, _).", "1:24", "atom_concat/3"),
    "operators": (f"{MET} :- op(700, xfx, foo).", "1:24", "op/3"),
    "directive": (f":- initialization(halt).\n{MET}.", "1:1", "directives"),
    "query": (f"?- halt.\n{MET}.", "1:1", "queries"),
    "module": (f"{MET}.\n:- module(m, []).", "2:1", "directives"),
    "tabling": (f":- table f/1.\nf(X) :- f(X).\n{MET} :- f(1).", "1:1", "directives"),
    "term expansion": (f"term_expansion(a, b).\n{MET}.", "1:1", "term_expansion/2 may not be defined"),
    "clause for another module": (f"user:foo(1).\n{MET}.", "1:1", r"\(:\)/2 may not be defined"),
    "built-in redefined": (f"true :- fail.\n{MET}.", "1:1", "true/0 may not be defined"),
    "library redefined": (f"member(_, _).\n{MET}.", "1:1", "member/2 may not be defined"),
    "granted fact forged": (f"provider_compliant(_, gdpr).\n{MET}.", "1:1", "provider_compliant/2 may not be defined"),
    "reserved name": (f"'$cite'(_, _, _).\n{MET}.", "1:1", "may not be defined"),
    "grammar rule": (f"decide --> [].\n{MET}.", "1:1", "grammar rules"),
    "single-sided rule": ("decide(_, V, C) => V = met, C = [x].", "1:1", "rules with =>"),
    "unknown predicate": (f"{MET} :- foo(1).", "1:24", "foo/1 may not be called"),
    "power": (f"{MET} :- X is 7 ** (7 ** 9), X > 1.", "1:24", r"\(\*\*\)/2 is no function"),
    "caret": (f"{MET} :- X is 7 ^ 9, X > 1.", "1:24", r"\^\)?/2 is no function"),
    "shift": (f"{MET} :- X is 1 << 1000000000, X > 1.", "1:24", r"\(<<\)/2 is no function"),
    "random": (f"{MET} :- X is random(2), X =:= 1.", "1:24", "random/1 is no function"),
    "clock": (f"{MET} :- X is cputime, X > 1.", "1:24", "cputime/0 is no function"),
    "division to a float": (f"{MET} :- X is 3 / 2, X > 1.", "1:24", r"\(/\)/2 is no function"),
    "float computed": (f"{MET} :- X is 1.5 * 2, X > 1.", "1:24", "1.5 is no number"),
    "float as datum": ("decide(_, breach(1, 0.5, 0), [x]).", "1:1", "0.5 is no whole number"),
    "infinity": (f"{MET} :- X is inf, X > 1.", "1:24", "inf/0 is no function"),
    "not a number": (f"{MET} :- 1.5NaN > 1.", "1:24", "no number"),
    "vast number": (f"decide(_, met, [{'9' * 60_000}]).", "1:1", "256 bits"),
    "quasi quotation": ("decide(_, met, [{|html||<a>|}]).", "1:1", "quasi quotations"),
    "dict": (f"{MET} :- X = _{{a: 1}}, nonvar(X).", "1:1", "dicts"),
    "lonely variable": (f"{MET} :- Credit = 1.", "1:1", "Credit stands alone"),
    "end of file inside": (f"{MET}.\nend_of_file.\ndecide(_, insufficient_data, [x]).", "2:1", "ends before its end"),
    "no entry": ("settle(_, met, [x]).", "1:1", "decide/3 is missing"),
    "nothing": ("", "1:1", "decide/3 is missing"),
    "open comment": (f"/* never closed\n{MET}.", None, "not Prolog"),
    "open quote": ("decide(_, met, ['abc).", None, "not Prolog"),
    "no full stop": (f"{MET} :- true", None, "not Prolog"),
    "unseen character": (f"{MET}.\n\0", "2:1", r"U\+0000 cannot be seen"),
    "text turned round": (f"{MET}. % \u202e", "1:24", r"U\+202E cannot be seen"),
    "too large": (f"% {'x' * 70_000}\n{MET}.", None, "larger than 65536 bytes"),
    "too many clauses": ("p(1).\n" * 6_000 + f"{MET}.", "5001:1", "more than 5000 clauses"),
    "too many arguments": (f"p({','.join('a' * 6_000)}).\n{MET}.", "1:1", "more than 16 arguments"),
    "open brackets": ("(" * 60_000, None, "not Prolog"),
    "nested terms": (f"decide(_, _, {'f(' * 20_000}a{')' * 20_000}).", "1:1", "nested deeper"),
    "nested lists": (f"decide(_, met, {'[' * 30_000}{']' * 30_000}).", "1:1", "nested deeper"),
    "nested braces": (f"decide(_, met, {'{' * 30_000}a{'}' * 30_000}).", "1:1", "nested deeper"),
    "chain of minus": (f"decide(_, met, {'- ' * 30_000}1).", "1:1", "nested deeper"),
    "chain of operators": (f"decide(_, met, {'a-' * 30_000}1).", "1:1", "nested deeper"),
    "chain of negations": (f"{MET} :- {chr(92)}+ {(chr(92) + '+ ') * 20_000}true.", "1:1", "nested deeper"),
}

# What loads, and is stopped when asked: name -> (text, error).
STOPPED: dict[str, tuple[str, type[LawFault]]] = {
    "loop": (f"loop :- loop.\n{MET} :- loop.", LawLimit),
    "left recursion": ("decide(A, B, C) :- decide(A, B, C), true.", LawLimit),
    "endless choices": (f"p.\np :- p.\n{MET} :- p, fail.", LawLimit),
    "counting for ever": (f"{MET} :- between(1, inf, _), fail.", LawLimit),
    "endless answers collected": (f"{MET} :- findall(X, between(1, inf, X), _).", LawLimit),
    "growing term": (f"grow(X) :- grow(f(X, X, X, X)).\n{MET} :- grow(a).", LawLimit),
    "growing list": (f"grow(X) :- grow([X|X]).\n{MET} :- grow([]).", LawLimit),
    "deep recursion": (f"deep(X) :- deep([a|X]), true.\n{MET} :- deep([]).", LawLimit),
    "list doubled for ever": (f"g(L) :- append(L, L, M), g(M).\n{MET} :- g([a]).", LawLimit),
    "long list at once": (f"{MET} :- length(_, 100000000).", LawLimit),
    "lists of all lengths": (f"{MET} :- length(_, N), N < 0.", LawLimit),
    "few inferences, much work": (f"{MET} :- append(X, [a], Y), X == Y.", LawLimit),
    "sorting for ever": (
        f"{MET} :- findall(X, between(1, 100000, X), L), s(L).\ns(L) :- msort(L, M), s(M).",
        LawLimit,
    ),
    "squares for ever": (f"sq(X) :- Y is X * X, sq(Y).\n{MET} :- sq(7).", LawLimit),
    "power smuggled in a term": (f"{MET} :- E = 7 ** (7 ** 9), X is E, X > 1.", LawError),
    "power smuggled into a comparison": (f"{MET} :- E = 7 ** (7 ** 9), E > 1.", LawError),
    "power smuggled deeper": (f"{MET} :- E = 7 ** (7 ** 9), X is 1 + E, X > 1.", LawError),
    "division by nothing": (f"{MET} :- X is 1 // 0, X > 1.", LawError),
    "sum of the unbound": (f"{MET} :- X is _ + 1, X > 1.", LawError),
    "sum of a text": (f'{MET} :- T = "1", X is T + 1, X > 1.', LawError),
    "fraction computed": (f"{MET} :- X = 1r3, Y is X * 2, Y > 1.", LawError),
    "vast clause": (f"{VAST}decide(_, met, [T]) :- vast(60, a, T).", LawMisstated),
    "vast verdict": (f"{VAST}decide(_, T, [x]) :- vast(18, a, T).", LawMisstated),
    "cyclic clause": ("decide(_, met, [X]) :- X = f(X).", LawMisstated),
    "cyclic list of clauses": ("decide(_, met, X) :- X = [a|X].", LawMisstated),
    "cyclic verdict": ("decide(_, X, [a]) :- X = breach(X, X, X).", LawMisstated),
    "long clause": (f"decide(_, met, [{'a' * 60_000}]).", LawMisstated),
    "no clauses": ("decide(_, met, []).", LawMisstated),
    "open list of clauses": ("decide(_, met, [x|_]).", LawMisstated),
    "number for a clause": ("decide(_, met, [1]).", LawMisstated),
    "unknown verdict": ("decide(_, yes, [x]).", LawMisstated),
    "open verdict": ("decide(_, _, [x]).", LawMisstated),
    "credit above the whole": ("decide(_, breach(1, 10001, 0), [x]).", LawMisstated),
    "slash above the whole": ("decide(_, breach(1, 0, 10001), [x]).", LawMisstated),
    "credit below nothing": ("decide(_, breach(1, -1, 0), [x]).", LawMisstated),
    "tier beyond its byte": ("decide(_, breach(256, 0, 0), [x]).", LawMisstated),
    "credit in words": ("decide(_, breach(1, ten, 0), [x]).", LawMisstated),
    "unsound second answer": (f"{MET}.\ndecide(_, breach(1, 10001, 0), [x]).", LawMisstated),
    "no verdict": ("decide(_, met, [x]) :- fail.", LawFailed),
    "two verdicts": (f"{MET}.\ndecide(_, insufficient_data, [x]).", LawConflict),
    "two credits": ("decide(_, breach(1, 5, 0), [x]).\ndecide(_, breach(1, 6, 0), [x]).", LawConflict),
}


def peak_memory_mib() -> int:
    """The most memory that this process has ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform == "linux" else 1024**2)


def test_the_two_lists_are_long_enough_to_mean_something() -> None:
    assert len(REFUSED) + len(STOPPED) >= 100


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_law_is_refused_with_its_place(
    name: str, standard: Law, make_case: Callable[..., Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, place, complaint = REFUSED[name]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LawRefused, match=complaint) as error:
        load_law(text, "hostile")
    if place is not None:
        assert f"{error.value.line}:{error.value.column}" == place
    assert list(tmp_path.iterdir()) == []
    assert standard.decide(make_case()).clauses == ("objective_met", "p95_met")


@pytest.mark.parametrize("name", STOPPED)
def test_a_law_that_gives_no_usable_answer_is_an_error_and_never_a_verdict(
    name: str, standard: Law, make_case: Callable[..., Case]
) -> None:
    text, kind = STOPPED[name]
    law = load_law(text, "hostile")
    before, began = peak_memory_mib(), time.thread_time()
    with pytest.raises(LawFault) as error:
        law.decide(make_case())
    assert type(error.value) is kind
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
