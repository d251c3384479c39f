"""The clauses behind a verdict: followed as the machine follows them, cuts and all, and where an error came from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.case import Case
from governance.errors import BadInput
from governance.law import Law, LawError, LawFailed, LawFault, LawLimit, LawMisstated, load_law
from governance.proof import Proof, Step, Stop, prove
from governance.values import Outcome

Make = Callable[..., Case]


def lines(proof: Proof, at: int = 0) -> list[int]:
    return [step.line for step in proof.ways[at].steps]


@pytest.mark.parametrize(
    ("uptime", "attained", "wanted", "unwanted"),
    [
        ((1_000, 1_000), (1_000, 1_000), {"objective_met, p95_met"}, {"broken"}),
        ((950, 1_000), (950, 950), {"uptime_tier(Tier)"}, {"nothing_counted"}),
        ((1_000, 1_000), (900, 1_000), {"p95_ceiling"}, {"insufficient"}),
    ],
)
def test_the_lines_are_those_of_the_clauses_that_made_the_verdict(
    standard: Law, make_case: Make, uptime, attained, wanted, unwanted
) -> None:
    case = make_case(uptime=uptime, attained=attained)
    verdict = standard.decide(case)
    way = prove(standard, case).way_of(verdict)
    assert way is not None
    text = standard.text.split("\n")
    for step in way.steps:
        assert text[step.line - 1].startswith(step.predicate.partition("/")[0] + "(")
    used = "\n".join(text[step.line - 1] for step in way.steps)
    assert all(words in used for words in wanted)
    assert not any(words in used for words in unwanted)
    assert way.steps[0].predicate == "decide/3"


@given(st.data())
def test_every_verdict_of_the_standard_law_has_its_way(standard: Law, make_case: Make, data: st.DataObject) -> None:
    counts = st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)).map(lambda pair: (min(pair), max(pair)))
    case = make_case(
        uptime=data.draw(counts), attained=data.draw(counts), coverage=data.draw(counts), samples=data.draw(counts)[0]
    )
    proof = prove(standard, case)
    assert proof.way_of(standard.decide(case)) is not None
    assert len({way.verdict for way in proof.ways}) == 1
    assert proof.stopped is None


# The clauses behind "decide(_, V, [a]) :- p(V).", which stand from line 2 on, and the lines of those that made the verdict met.
FOLLOWED = [
    ("a cut keeps later clauses out", "p(met) :- !.\np(insufficient_data).\n", [2]),
    ("a cut in a branch is the clause's", "p(V) :- ( V = met, ! ; V = met ).\np(breach(1, 2, 3)).\n", [2]),
    ("a cut in a condition is its own", "p(V) :- ( ( true, ! ) -> q(V) ; fail ).\nq(met).\n", [2, 3]),
    ("what comes after a cut is run", "p(V) :- !, q(V), !, r(V).\nq(met).\nr(met).\n", [2, 3, 4]),
    ("a cut forgets other solutions", "p(V) :- member(X, [1, 2]), X > 1, !, q(X, V).\nq(2, met).\n", [2, 3]),
    ("the else of a condition", "p(V) :- ( q(1) -> V = insufficient_data ; r(V) ).\nq(2).\nr(met).\n", [2, 4]),
    ("a soft condition", "p(V) :- ( q(X) *-> X = 2, V = met ; V = insufficient_data ).\nq(1).\nq(2).\n", [2, 4]),
    ("the else of a soft condition", "p(V) :- ( q(3) *-> V = insufficient_data ; V = met ).\nq(1).\n", [2]),
    ("a soft condition without an else", "p(V) :- ( q(V) *-> true ).\nq(met).\n", [2, 3]),
    ("a condition without an else", "p(V) :- ( q -> V = met ).\nq.\n", [2, 3]),
    ("what is denied made nothing", "p(met) :- \\+ q(1).\nq(2).\n", [2]),
    ("what holds for all", "p(met) :- forall(q(X), r(X)).\nq(1).\nr(_).\nr(3).\n", [2, 3, 4]),
    ("all that was found", "p(met) :- findall(X, q(X), [1, 2]).\nq(1).\nq(2).\n", [2, 3, 4]),
    ("the first of several", "p(met) :- once(q(X)), X = 1.\nq(1).\nq(2).\n", [2, 3]),
    ("clauses apart from each other", "q(1).\np(breach(1, 0, 0)) :- fail.\nq(2).\np(met) :- q(2).\n", [4, 5]),
    ("a clause behind comments", "% c\n/* d\n */ p(met) :- q.\n\n\n  q.\n", [4, 7]),
]


@pytest.mark.parametrize(("text", "expected"), [each[1:] for each in FOLLOWED], ids=[each[0] for each in FOLLOWED])
def test_control_is_followed_as_the_machine_runs_it(make_case: Make, text: str, expected: list[int]) -> None:
    law, case = load_law("decide(_, V, [a]) :- p(V).\n" + text), make_case()
    verdict = law.decide(case)
    way = prove(law, case).way_of(verdict)
    assert way is not None
    assert verdict.outcome is Outcome.MET
    assert {step.line for step in way.steps} == {1, *expected}


def test_a_law_without_an_answer_shows_where_each_clause_failed_with_the_values_it_had(make_case: Make) -> None:
    law = load_law(
        "decide(case(S, _, _, _, _), met, [a]) :-\n    S < 10.\n"
        "decide(case(S, U, _, _, _), met, [a]) :-\n    S >= 10,\n    all_good(U).\n"
        "all_good(share(Good, All)) :-\n    Good >= All.\n"
        "decide(never, met, [a]).\n"
    )
    case = make_case(uptime=(98, 100))
    with pytest.raises(LawFailed):
        law.decide(case)
    assert prove(law, case) == Proof((), ((1, Stop(1, "1000<10")), (3, Stop(6, "98>=100"))), None, "")


@pytest.mark.parametrize(
    ("text", "error", "line", "goal", "why"),
    [
        ("decide(_, met, [a]) :- q(1).\nq(S) :- X is S // 0, X > 1.\n", LawError, 2, "_ is 1//0", "zero_divisor"),
        ("decide(_, met, [a]) :- q(X), X > 1.\nq(two).\n", LawError, 1, "", "two"),
        ("decide(_, met, [a]) :- loop(1).\n\nloop(X) :- Y is X + 1, loop(Y).\n", LawLimit, 3, None, "the law"),
    ],
)  # fmt: skip
def test_an_error_or_a_limit_names_the_clause_that_it_came_from(make_case: Make, text, error, line, goal, why) -> None:
    law, case = load_law(text), make_case()
    with pytest.raises(error):
        law.decide(case)
    proof = prove(law, case)
    assert proof.stopped is not None
    assert proof.stopped.line == line
    assert goal is None or proof.stopped.goal == goal
    assert why in proof.why


def test_verdicts_that_differ_have_a_way_each(make_case: Make) -> None:
    law, case = load_law("decide(_, met, [a]).\ndecide(_, breach(1, 2, 3), [b]) :- p.\np.\n"), make_case()
    assert [(way.verdict, [step.line for step in way.steps]) for way in prove(law, case).ways] == [
        ("met", [1]),
        ("breach(1,2,3)", [2, 3]),
    ]


def test_an_answer_that_is_no_verdict_is_shown_with_its_way(make_case: Make) -> None:
    law, case = load_law("decide(_, perhaps, [a]).\n"), make_case()
    with pytest.raises(LawMisstated):
        law.decide(case)
    assert prove(law, case).ways[0].steps == (Step("decide/3", 1),)


def test_what_a_law_writes_cannot_forge_the_explanation(make_case: Make) -> None:
    law, case = load_law("decide(_, 'x\\nstep\\tdecide/3\\t99', [a]) :- 'a\\tb' = 'a\\tb'.\n"), make_case()
    proof = prove(law, case)
    assert lines(proof) == [1]


def test_only_a_law_that_settles_is_followed(eu_health: Law, make_case: Make) -> None:
    with pytest.raises(BadInput):
        prove(eu_health, make_case())


def test_the_four_outcomes_that_are_no_verdict_are_told_apart() -> None:
    kinds = [each.kind for each in LawFault.__subclasses__()]
    assert len(set(kinds)) == len(kinds)
    assert LawFault.kind not in kinds  # each says its own
    assert {"failure", "exception", "limit", "conflict", "misstated"} <= set(kinds)


def test_what_was_explained_takes_nothing_of_the_room_of_the_next_law(make_case: Make) -> None:
    roomy = load_law(
        "list(0, []) :- !.\nlist(N, [a|L]) :- M is N - 1, list(M, L).\n"
        "decide(_, met, [x]) :- list(200_000, L), list(150_000, M), L \\== M."
    )
    assert roomy.decide(make_case()).outcome is Outcome.MET
    assert prove(load_law("decide(_, V, [x]) :- between(1, 14, _), length(V, 40_000)."), make_case()).ways
    assert roomy.decide(make_case()).outcome is Outcome.MET
