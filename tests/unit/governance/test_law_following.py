"""Following a law gives what asking it gives, whatever of the language it uses."""

from __future__ import annotations

from random import Random

import pytest

from governance.checking.answers import answered
from governance.checking.follower import End, following
from governance.checking.space import case_of_counts
from governance.docket import terms_text
from governance.law import load_law

# Each body gives X, from the numbers S, G, A, W, O of the case.
BODIES = [
    "X = S",
    "S = X, integer(X), atomic(X), nonvar(X), ground(X), \\+ compound(X), \\+ atom(X), \\+ var(X)",
    "X is G + A * 2 - 1",
    "X is abs(G - A) + max(S, W) - min(S, W)",
    "X is sign(S - 5) + 1",
    "X is (G + 7) // 3",
    "X is (G - 7) // 3 + 10",
    "X is (G - 7) div 3 + 10",
    "X is G mod 3 + A rem 5",
    "X is 100 // S",
    "X is 100 mod (S - 3)",
    "X is - G + + 20",
    "( S > 5 -> X = 1 ; S =:= 5 -> X = 2 ; X = 3 )",
    "( member(X, [S, G]), X > 4 *-> true ; X = 77 )",
    "( S > 5 -> X = 1 )",
    "( S = 4, ! ; G = 4 ), X = G",
    "once(( X = S ; X = G ))",
    "\\+ S =\\= G, X = 1",
    "forall(member(Y, [S, G, A]), Y >= 3), X = 5",
    "findall(Y, ( member(Y, [S, G, A]), Y > 3 ), L), length(L, X)",
    "findall(Y-Z, member(Y-Z, [S-1, G-2]), [P-_|_]), X = P",
    "memberchk(S, [1, 3, 5, 7]), X = S",
    "append(_, [S|Rest], [1, 2, 3, 4]), length(Rest, X)",
    "append([S], [G], [X|_])",
    "reverse([S, G, A], [X|_])",
    "nth0(1, [S, G, A], X)",
    "nth1(S, [10, 20, 30], X)",
    "nth0(X, [5, 6, 7], G)",
    "last([S, G], X)",
    "length([S, G], X)",
    "length(L, S), length(L, X)",
    "between(1, S, X), X >= G",
    "between(S, 9, X), !",
    "msort([S, G, A], [X|_])",
    "sort([S, G, A], L), length(L, X)",
    "sort(0, @>=, [S, G, A], [X|_])",
    "sort(1, @<, [f(S), f(G)], [f(X)|_])",
    "S @< G, X = 1",
    "S @>= G, X = 1",
    "f(S) @=< f(G), X = 1",
    "compare(O2, S, G), code(O2, X)",
    "compare(<, a(S), a(G)), X = 1",
    "S == G, X = 1",
    "p(S, G) \\== p(G, S), X = 1",
    "S \\= G, X = 1",
    "p(S) = p(5), X = 1",
    "p(_, S) = p(1, X)",
    "share(S, 3) = share(G, A), X = 1",
    "G >= 0.5 * A, X = 1",
    "S < 4.25, X = 1",
    "X is G * 1000 // A",
    "P is G * 1000 // A, P >= 500, X = 1",
    "P is G * 1000 // A + 3, P =:= 503, X = 1",
    "P is 3 - G // 2, P < 0, X = 1",
    "P is G // 2, 2 =< P, X = 1",
    "P is G // 2, P =\\= 2, X = 1",
    "P is (G + 1) // (W + 1), Q is A // 2, P < Q, X = 1",
    "Y = 1 + 1, X is Y",
    "X is _ + 1",
    "Y = f(S), Y > 1, X = 1",
    "X is S, unknown(X)",
    "X = 20000",
    "X = a",
    "X = S ; X = G",
    "count(S, X)",
    "X is S * S * S",
    "X = 1, fail",
    "true, X = 0, \\+ fail, \\+ false",
    "provider_region(S, X)",
]
OWN = """
code(<, 1).
code(=, 2).
code(>, 3).
unknown(7).
count(0, 0) :- !.
count(N, M) :- K is N - 1, count(K, L), M is L + 2.
"""


@pytest.mark.parametrize("body", BODIES)
def test_a_goal_is_followed_as_it_is_run(body, figures):
    text = (
        f"decide(case(S, share(G, A), share(W, O), _, _), breach(1, X, 0), [x]) :-\n    used(S, G, A, W, O),\n    ( {body} ).\n"
    )
    text += "used(_, _, _, _, _).\n" + OWN
    law = load_law(text)
    draw, ends = Random(1), set()
    with following(text) as followed:
        for _ in range(120):
            counted, ok = draw.randint(0, 12), draw.randint(0, 12)
            counts = draw.randint(0, 9), draw.randint(0, counted), counted, draw.randint(0, ok), ok, 0, 0
            run = followed.case(counts, terms_text(figures))
            ends.add(run.end)
            assert (run.end, run.payoff) == answered(law, case_of_counts(counts, figures)), counts
    assert End.NEEDS not in ends


def test_the_standard_law_is_followed_as_it_is_run(standard, figures):
    draw, text = Random(2), terms_text(figures)
    with following(standard.text) as followed:
        for _ in range(300):
            counted, ok, slots = draw.choice((0, 1000)), draw.choice((0, 20)), draw.choice((0, 20))
            good, within, seen = draw.choice((949, 950, 989, 990, 998, 999)), draw.choice((18, 19)), draw.choice((18, 19))
            counts = (draw.choice((19, 20)), min(good, counted), counted, min(within, ok), ok, min(seen, slots), slots)
            run = followed.case(counts, text)
            assert (run.end, run.payoff) == answered(standard, case_of_counts(counts, figures)), counts


def test_what_a_law_looks_at_is_noted_with_its_line_and_form(figures):
    text = "decide(case(S, share(G, A), _, _, _), met, [x]) :-\n    S >= 100,\n    G * 100 > A * 99.\n"
    with following(text) as followed:
        run = followed.case((100, 99, 100, 0, 0, 0, 0), terms_text(figures))
        assert run.end is End.FAILED
        assert not run.reads_figures
        first, second = run.notes
        assert (followed.line(first.offset), first.kind, first.answer, first.form) == (
            2,
            "at_least",
            1,
            (-100, 1, 0, 0, 0, 0, 0, 0),
        )
        assert (followed.line(second.offset), second.answer, second.form) == (3, 1, (0, 0, -100, 99, 0, 0, 0, 0))


def test_numbers_beyond_256_bits_end_a_run_as_they_end_a_law(figures):
    text = (
        "decide(case(S, _, _, _, _), breach(1, X, 0), [x]) :- grown(4, S, N), X is N - N.\n"
        "grown(0, N, N) :- !.\ngrown(K, N, M) :- L is N * N, J is K - 1, grown(J, L, M).\n"
    )
    law = load_law(text)
    with following(text) as followed:
        for samples in (3, 2**20):
            counts = (samples, 0, 0, 0, 0, 0, 0)
            run = followed.case(counts, terms_text(figures))
            assert (run.end, run.payoff) == answered(law, case_of_counts(counts, figures))
        assert run.end is End.LIMIT
