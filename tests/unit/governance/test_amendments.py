"""Whether laws agree to be amended: only a yes is a yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance import laws
from governance.amendment import AmendmentFacts, accepts, permits
from governance.case import parse_case
from governance.errors import BadInput
from governance.law import Law, LawError, LawFailed, LawLimit, LawRefused, load_law, load_routing_law

SETTLES = "decide(case(_, _, _, _, _), met, [always]).\n"
ROUTES = "route_inference(_, _).\n"
RUNNING, PROPOSED = "0x" + "11" * 32, "0x" + "22" * 32


def facts(**changes: Any) -> AmendmentFacts:
    given: dict[str, Any] = {"seat": "settlement", "place": "seat", "running": RUNNING, "proposed": PROPOSED}
    return AmendmentFacts(**(given | {"revision": 3, "notice_s": 100} | changes))


def permitting(body: str) -> Law:
    return load_law(f"{SETTLES}permit_amendment(A) :- {body}.\n", "running")


@pytest.mark.parametrize(
    ("body", "agrees"),
    [
        ("amendment_seat(A, settlement)", True),
        ("amendment_seat(A, routing)", False),
        ("amendment_place(A, seat)", True),
        ("amendment_place(A, beside)", False),
        (f"amendment_running(A, '{RUNNING}')", True),
        (f"amendment_running(A, '{PROPOSED}')", False),
        (f"amendment_proposed(A, '{PROPOSED}')", True),
        ("amendment_revision(A, 3)", True),
        ("amendment_revision(A, 2)", False),
        ("amendment_notice_s(A, S), S >= 100", True),
        ("amendment_notice_s(A, S), S >= 101", False),
        ("amendment_seat(another, _), A = another", False),
        ("A == amendment", True),
    ],
)
def test_a_law_knows_the_facts_of_the_amendment_and_no_others(body: str, agrees: bool):
    assert permits(permitting(body), facts()).agrees is agrees


def test_permitting_and_accepting_are_two_questions():
    law = load_law(f"{SETTLES}accept_establishment(A) :- amendment_revision(A, 3).\n", "a")
    assert accepts(law, facts()).agrees
    assert not permits(law, facts()).agrees


def test_a_law_that_does_not_say_agrees_to_nothing():
    silent = load_law(SETTLES, "silent")
    for answer in (permits(silent, facts()), accepts(silent, facts())):
        assert not answer.agrees
        assert "does not define" in answer.why


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("permit_amendment(A) :- permit_amendment(A).\n", LawLimit),
        ("permit_amendment(_) :- grow([x]).\ngrow(L) :- append(L, L, More), grow(More).\n", LawLimit),
        ("permit_amendment(A) :- amendment_seat(A, S), X is S + 1, X > 0.\n", LawError),
    ],
)
def test_a_law_that_fails_or_does_not_end_never_agrees(text: str, fault: type[Exception]):
    law = load_law(SETTLES + text, "bad")
    with pytest.raises(fault):
        permits(law, facts())
    assert permits(permitting("amendment_seat(A, _)"), facts()).agrees


def test_the_facts_are_gone_when_the_question_is_answered(repository: Path):
    case = parse_case((repository / "examples" / "case.json").read_text("utf-8"), "case.json")
    law = load_law("decide(case(_, _, _, _, _), met, [S]) :- amendment_seat(_, S).\npermit_amendment(_).\n", "curious")
    assert permits(law, facts()).agrees
    with pytest.raises(LawFailed):
        law.decide(case)
    broken = load_law(SETTLES + "permit_amendment(A) :- amendment_seat(A, S), X is S, X > 0.\n", "broken")
    with pytest.raises(LawError):
        permits(broken, facts())
    with pytest.raises(LawFailed):
        law.decide(case)


def test_a_law_may_not_grant_itself_facts():
    with pytest.raises(LawRefused, match="may not be defined"):
        load_law(SETTLES + "amendment_seat(_, settlement).\n", "forger")


@pytest.mark.parametrize(
    "change",
    [
        {"seat": "throne"},
        {"place": "above"},
        {"running": "0x1"},
        {"proposed": "0x" + "AA" * 32},
        {"revision": -1},
        {"notice_s": 2**64},
    ],
)
def test_facts_of_another_form_are_refused(change: dict[str, Any]):
    with pytest.raises(BadInput):
        facts(**change)


@pytest.mark.parametrize("name", laws.names())
def test_every_law_that_ships_can_be_amended_in_its_own_seat_alone(name: str):
    text = laws.read(name)
    seat, other = ("settlement", "routing") if "decide(" in text else ("routing", "settlement")
    law = (load_law if seat == "settlement" else load_routing_law)(text, name)
    assert permits(law, facts(seat=seat)).agrees
    assert accepts(law, facts(seat=seat)).agrees
    assert not permits(law, facts(seat=other)).agrees
