"""Checking finds what is wrong with a law, names the line, and claims no more than it knows."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from governance import laws
from governance.checking.answers import CheckerDiffers
from governance.checking.finding import Checked, Finding, Grade
from governance.checking.follower import End, following
from governance.checking.law import LawReport, check_law, random_ladders
from governance.checking.settlement import Ladder
from governance.checking.space import partition
from governance.docket import terms_text
from governance.law import load_law

SOUND = """\
decide(case(S, _, _, _, _), insufficient_data, [few]) :- S < 100.
decide(case(S, share(_, 0), _, _, _), insufficient_data, [few]) :- S >= 100.
decide(case(S, share(G, A), _, _, _), met, [kept]) :- S >= 100, A > 0, G * 100 >= A * 99.
decide(case(S, share(G, A), _, _, _), breach(1, 1000, 0), [low]) :-
    S >= 100, A > 0, G * 100 < A * 99, G * 100 >= A * 95.
decide(case(S, share(G, A), _, _, _), breach(2, 5000, 500), [lower]) :- S >= 100, A > 0, G * 100 < A * 95.
"""
LATENCY = """\
decide(case(_, share(_, 0), _, _, _), insufficient_data, [none]).
decide(case(_, share(G, A), share(W, O), _, _), met, [kept]) :- A > 0, G * 100 >= A * 99, W * 100 >= O * 95.
decide(case(_, share(G, A), share(W, O), _, _), breach(0, 500, 0), [late]) :- A > 0, G * 100 >= A * 99, W * 100 < O * 95.
decide(case(_, share(G, A), _, _, _), breach(1, 1000, 0), [low]) :- A > 0, G * 100 < A * 99.
"""


def nothing(_what: str, _share: float) -> None:
    """Watches nothing."""


def checked(text: str, ladders: list[Ladder] | None = None) -> LawReport:
    return check_law(text, "law.pl", ladders or random_ladders(4), nothing)


def mended(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def errors(report: LawReport) -> list[tuple[str, int]]:
    return [(finding.kind, finding.line) for finding in report.findings if finding.grade is Grade.ERROR]


def only(report: LawReport, kind: str) -> Finding:
    (found,) = (finding for finding in report.findings if finding.kind == kind)
    return found


def part(report: LawReport) -> Checked:
    (found,) = report.parts
    return found


@pytest.mark.parametrize("text", [SOUND, LATENCY], ids=["tiers", "latency"])
def test_a_sound_law_is_proved_so_for_every_case(text):
    report = checked(text)
    assert report.sound
    assert [finding.kind for finding in report.findings] == ["no amendment"]
    assert part(report).proved
    assert "every case, under any terms" in part(report).scope


def test_the_standard_law_is_proved_under_every_ladder():
    report = check_law(laws.read("standard"), "standard", random_ladders(20), nothing)
    assert report.sound
    assert part(report).proved
    assert "under 20 sets of terms alone" in part(report).scope
    assert {finding.grade for finding in report.findings} <= {Grade.NOTE}


@pytest.mark.parametrize(
    ("old", "new", "kind", "line"),
    [
        ("G * 100 >= A * 95", "G * 100 > A * 95", "no verdict", 6),  # one point is left out
        ("G * 100 >= A * 95", "G * 100 >= A * 97", "no verdict", 6),
        ("G * 100 >= A * 95", "G * 100 >= A * 94", "two verdicts", 6),
        ("G * 100 < A * 99,", "G * 100 =< A * 99,", "two verdicts", 4),  # one point is had twice
        ("S < 100.", "S =< 100.", "two verdicts", 3),
        ("share(_, 0)", "share(0, 1)", "two verdicts", 6),
        ("breach(2, 5000, 500)", "breach(2, 500, 500)", "worse pays more", 6),
        ("breach(1, 1000, 0)", "breach(1, 1000, 501)", "worse pays more", 6),
        ("breach(2, 5000, 500)", "insufficient_data", "worse pays more", 6),
        ("breach(2, 5000, 500)", "breach(2, 50000, 500)", "no sound verdict", 6),
        ("[lower]", "[]", "no sound verdict", 6),
    ],
)
def test_a_slip_in_a_law_is_found_on_its_line(old, new, kind, line):
    report = checked(mended(SOUND, old, new))
    assert not report.sound
    assert (kind, line) in errors(report), report.findings


def test_a_gap_of_one_point_is_described_and_shown():
    found = only(checked(mended(SOUND, "G * 100 >= A * 95", "G * 100 > A * 95")), "no verdict")
    assert found.where == "samples >= 100, uptime = 19/20"
    assert "uptime 19/20" in found.example or "uptime 950/1000" in found.example


def test_conflicting_clauses_are_both_named():
    found = only(checked(mended(SOUND, "G * 100 >= A * 95", "G * 100 >= A * 94")), "two verdicts")
    assert "breach(1,1000,0) and breach(2,5000,500), by lines 4 and 6" in found.message
    assert found.where == "samples >= 100, uptime < 19/20, uptime >= 47/50"


def test_a_credit_that_shrinks_with_later_answers_is_found():
    cheaper = mended(LATENCY, "W * 100 < O * 95.\n", "W * 100 < O * 95, W * 2 >= O.\n") + (
        "decide(case(_, share(G, A), share(W, O), _, _), breach(0, 100, 0), [later]) :- A > 0, G * 100 >= A * 99, W * 2 < O.\n"
    )
    report = checked(cheaper)
    assert errors(report) == [("worse pays more", 5)]
    assert "with later answers, breach(0, 500, 0) becomes breach(0, 100, 0)" in only(report, "worse pays more").message


def test_a_latency_clause_that_leaves_cases_without_a_verdict_is_found():
    found = only(
        checked(mended(LATENCY, "A > 0, G * 100 >= A * 99, W * 100 < O * 95.", "O > 9, G * 100 >= A * 99, W < 9.")), "no verdict"
    )
    assert found.grade is Grade.ERROR


def test_a_clause_for_uptime_that_forgets_that_nothing_was_counted_is_found():
    report = checked(mended(LATENCY, "decide(case(_, share(_, 0), _, _, _), insufficient_data, [none]).\n", ""))
    assert only(report, "no verdict").where == "all of uptime <= 0"


def test_an_error_in_one_corner_alone_is_found():
    report = checked(mended(LATENCY, "A > 0, G * 100 < A * 99.", "A > 0, G * 100 < A * 99, _ is 5 // (A - 7)."))
    found = only(report, "error")
    assert "zero_divisor" in found.message
    assert "all of uptime = 7" in found.where
    assert found.line == 4


def test_a_law_that_does_not_end_is_found_where_it_does_not():
    endless = mended(SOUND, "S < 100.", "S < 100, spin(S).") + "spin(0) :- spin(0).\nspin(N) :- N > 0.\n"
    found = only(checked(endless), "limit")
    assert found.where == "samples <= 0"
    assert not part(checked(endless)).proved


@pytest.mark.parametrize(
    ("clause", "line", "why"),
    [
        ("decide(case(S, _, _, _, _), met, [never]) :- S < 0.\n", 7, "its body never holds"),
        ("decide(none, met, [never]).\n", 7, "its head never fits"),
        ("idle(1).\n", 7, "nothing calls it"),
        ("decide(case(S, _, _, _, _), met, [x]) :- S < 0, late(S).\nlate(_).\n", 8, "it is never reached"),
    ],
)
def test_a_dead_clause_is_found_with_the_reason(clause, line, why):
    report = checked(SOUND + clause)
    (found,) = (finding for finding in report.findings if finding.kind == "dead clause" and finding.line == line)
    assert why in found.message
    assert found.grade is Grade.WARNING


def test_a_clause_shadowed_by_a_cut_is_dead():
    text = "decide(C, V, [v]) :- judged(C, V).\njudged(_, met) :- !.\njudged(case(0, _, _, _, _), insufficient_data).\n"
    assert (only(checked(text), "dead clause").line) == 3


def test_a_quotient_is_followed_exactly():
    text = (
        "decide(case(_, share(_, 0), _, _, _), insufficient_data, [none]).\n"
        "decide(case(_, share(G, A), _, _, _), V, [permille(P)]) :- A > 0, P is G * 1000 // A, worth(P, V).\n"
        "worth(P, met) :- P >= 990.\nworth(P, breach(1, 1000, 0)) :- P < 990, P =\\= 500.\n"
    )
    report = checked(text)
    assert part(report).proved
    assert set(only(report, "no verdict").where.split(", ")) == {"uptime >= 1/2", "uptime < 501/1000"}


def test_decimals_in_comparisons_are_followed_exactly():
    text = (
        "decide(case(_, share(G, A), _, _, _), met, [kept]) :- G >= 0.999 * A.\n"
        "decide(case(_, share(G, A), _, _, _), breach(1, 1, 0), [low]) :- G < 0.9989 * A.\n"
    )
    assert "uptime < 999/1000" in only(checked(text), "no verdict").where


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("W + 5 >= S - O", "compares counts of different kinds"),
        ("G * W >= A", "compares what was multiplied, divided or rounded"),
        ("G mod 7 < 6", "compares what was multiplied, divided or rounded"),
        ("msort([G, W], [X|_]), X >= 0", "sorts counts"),
        ("f(G) @< f(W)", "orders terms that hold counts"),
        ("between(0, S, 0)", "counts up to a number of the case"),
        ("S < 9, length(L, S), length(L, 3)", "makes a list as long as a number of the case"),
    ],
)
def test_a_law_too_free_for_a_proof_is_sampled_and_that_is_said(condition, why):
    text = (
        "decide(case(S, share(G, A), share(W, O), _, _), met, [k]) :-\n"
        "    S >= 0, O >= 0, A >= 0, G >= 0, W >= 0,\n"
        f"    {condition}, !.\n"
        "decide(_, breach(1, 1000, 0), [broken]).\n"
    )
    report = checked(text)
    assert not part(report).proved
    assert part(report).samples >= 100
    assert any(why in finding.message and finding.line == 3 for finding in report.findings if finding.kind == "sampled")


def test_a_verdict_computed_from_counts_is_sampled_and_a_rising_reward_found():
    falling = (
        "decide(case(_, share(_, 0), _, _, _), insufficient_data, [none]).\n"
        "decide(case(_, share(G, A), _, _, _), breach(1, C, 0), [low]) :- A > 0, C is 10000 - 10000 * G // A.\n"
    )
    assert checked(falling).sound
    assert "computes its verdict from the counts" in only(checked(falling), "sampled").message
    rising = mended(falling, "10000 - 10000 * G // A", "10000 * G // A")
    assert ("worse pays more", 2) in errors(checked(rising))


def test_a_computed_verdict_beside_a_fixed_one_is_not_taken_for_the_same_everywhere():
    text = (
        "decide(_, breach(1, 500, 0), [fixed]).\n"
        "decide(case(_, share(G, _), _, _, _), breach(1, X, 0), [computed]) :- X is min(G, 10000).\n"
    )
    assert not part(checked(text)).proved
    assert not checked(text).sound


def test_terms_that_are_given_are_the_only_ones_that_are_spoken_for(figures):
    report = checked(laws.read("standard"), [Ladder("ours.yaml", figures)])
    assert part(report).proved
    assert part(report).scope == "every case, under 1 set of terms alone: ours.yaml"


def test_a_law_that_the_fence_refuses_is_a_finding_with_its_place():
    report = checked("decide(_, met, [x]) :-\n    shell(true).\n")
    (found,) = report.findings
    assert (found.kind, found.line, found.grade, found.where) == ("fence", 2, Grade.ERROR, "column 5")
    assert "shell" in found.message
    assert "law.pl" not in found.message


def test_a_law_that_answers_no_question_is_a_finding():
    (found,) = checked("other(1).\n").findings
    assert "neither decide/3 nor route_inference/2" in found.message


def test_a_difference_between_following_and_asking_is_no_finding_but_a_fault(monkeypatch):
    def lying(law, figures, most, watch):
        cut = partition(law, figures, most, watch)
        first = cut.parts[0]
        wrong = replace(first, run=replace(first.run, end=End.FAILED, payoff=None))
        return replace(cut, parts=(wrong, *cut.parts[1:]))

    monkeypatch.setattr("governance.checking.settlement.partition", lying)
    with pytest.raises(CheckerDiffers):
        checked(SOUND)


def test_the_parts_of_the_space_do_not_overlap_and_leave_nothing_out(standard, figures, make_case):
    draw = Random(3)
    with following(standard.text) as followed:
        cut = partition(followed, terms_text(figures), 5_000, lambda _: None)
    assert cut.complete
    for _ in range(300):
        counted = draw.choice((0, 1, 20, 1_000, 10**9))
        ok = draw.choice((0, 1, 100))
        counts = (
            draw.choice((0, 19, 20, 1_000)),
            draw.randint(0, counted),
            counted,
            draw.randint(0, ok),
            ok,
            draw.choice((94, 95)),
            100,
        )
        holding = [each for each in cut.parts if _within(each.regions, counts)]
        assert len(holding) == 1, counts
        case = make_case(counts[1:3], counts[3:5], counts[5:7], counts[0], figures)
        verdict = standard.decide(case)
        payoff = holding[0].run.payoff
        assert payoff is not None
        assert (verdict.tier, verdict.credit_bps, verdict.slash_bps) == (payoff.tier, payoff.credit_bps, payoff.slash_bps)


def _within(regions, counts) -> bool:
    pairs = [(counts[0], 0), counts[1:3], counts[3:5], counts[5:7]]
    return all(a * x + b * y + c >= 0 for region, (x, y) in zip(regions, pairs, strict=True) for a, b, c in region)


def random_law(draw: Random) -> str:
    """A law of a few uptime bands between twentieths, cut well or badly."""
    edges = sorted(draw.sample(range(1, 20), draw.randint(1, 3)), reverse=True)
    bounds = [(20, None), *((edge, draw.choice((">=", ">=", ">=", ">"))) for edge in edges)]
    clauses = ["decide(case(_, share(_, 0), _, _, _), insufficient_data, [none])."]
    credit = 0
    for number, (edge, _) in enumerate([*bounds, (0, None)][1:], start=1):
        below = bounds[number - 1]
        upper = f"G * 20 {draw.choice(('<', '<', '<', '=<'))} A * {below[0]}" if number > 1 else "G =< A"
        lower = f"G * 20 {bounds[number][1]} A * {edge}" if number < len(bounds) else "G >= 0"
        verdict = "met" if number == 1 else f"breach({number}, {credit}, 0)"
        credit += draw.choice((0, 100, 100, 100, -50)) if number > 1 else 100
        clauses.append(f"decide(case(_, share(G, A), _, _, _), {verdict}, [band({number})]) :- A > 0, {upper}, {lower}.")
    return "\n".join(clauses) + "\n"


def counted_through(text: str, make_case) -> set[str]:
    """What asking for every small case shows."""
    from governance.law import LawConflict, LawFailed

    law = load_law(text)
    found = set()
    for counted in (1, 2, 20, 40):
        before = None
        for good in range(counted, -1, -1):
            try:
                verdict = law.decide(make_case((good, counted)))
            except LawFailed:
                found.add("no verdict")
            except LawConflict:
                found.add("two verdicts")
            else:
                if before is not None and verdict.credit_bps < before:
                    found.add("worse pays more")
                before = max(verdict.credit_bps, before or 0)
    return found


def test_random_laws_are_judged_as_counting_through_small_cases_judges_them(make_case):
    draw = Random(11)
    seen = []
    for _ in range(60):
        text = random_law(draw)
        report = checked(text, random_ladders(1))
        assert part(report).proved
        expected = counted_through(text, make_case)
        assert {kind for kind, _ in errors(report)} == expected, text
        seen.append(frozenset(expected))
    assert len(set(seen)) >= 4


def test_a_law_that_does_not_end_under_some_terms_is_not_tried_under_all():
    text = (
        "decide(case(S, _, _, _, terms(_, _, _, _, M)), met, [ok]) :- S >= M.\n"
        "decide(case(S, _, _, _, terms(_, _, _, _, M)), met, [ok]) :- S < M, spin(1).\n"
        "spin(N) :- M is N + 1, spin(M).\n"
    )
    report = checked(text, random_ladders(20))
    assert ("limit", 3) in errors(report)
    assert not part(report).proved
