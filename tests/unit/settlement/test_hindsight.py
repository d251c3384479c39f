"""What a law would have paid: the money model's sums, whatever the law says, and changes that verdicts explain."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.values import Division
from governance import laws
from governance.case import Case
from governance.errors import BadInput
from governance.figures import Figures, LatencyClause, Tier
from governance.law import Law, LawError, LawFailed, load_law
from governance.values import Outcome, Ratio
from settlement.hindsight.changes import Because, compare
from settlement.hindsight.judging import judge
from settlement.hindsight.lines import read_lines, write_lines
from settlement.hindsight.past import DecidedBy, PastAgreement, PastPeriod, Settlement, Token
from settlement.hindsight.sums import Parts, parts_of, total
from settlement.split import Stakes, divide, expired, from_deposit, rewarded

FIGURES = Figures(
    objective=Ratio(999, 1000),
    tiers=(
        Tier(1, Ratio(99, 100), Ratio(999, 1000), 1_000, 0),
        Tier(2, Ratio(19, 20), Ratio(99, 100), 2_500, 0),
        Tier(3, None, Ratio(19, 20), 10_000, 1_000),
    ),
    latency=LatencyClause(2_000, Ratio(19, 20), 1_000),
    minimum_coverage=Ratio(0, 1),
    minimum_samples=20,
)
STAKES = Stakes(1_009, 5_000, 5_000, 2_000, 1_000, 5)
DISPUTER = "0x" + "09" * 20
STANDARD = load_law(laws.read("standard"), "standard")
# Met from 98 % on, half the fee and a fifth of the deposit below; no answer where nothing was ok, an error above 9,000 samples.
OTHER = load_law(
    """
decide(case(Samples, share(Good, All), _, _, _), met, [kept]) :-
    Samples =< 9_000,
    Good > 0,
    Good * 100 >= All * 98.
decide(case(Samples, share(Good, All), _, _, _), breach(1, 5_000, 2_000), [broken]) :-
    Samples =< 9_000,
    Good > 0,
    Good * 100 < All * 98.
decide(case(Samples, share(Good, _), _, _, _), met, [never]) :-
    Good > 0,
    Samples > 9_000,
    Samples // 0 > 1.
""",
    "other",
)


def case(good: int, samples: int = 100, within: int | None = None) -> Case:
    return Case(samples, Ratio(good, samples), Ratio(good if within is None else within, good), Ratio(1, 1), FIGURES)


def past(*cases: Case | None, **changes: Any) -> PastAgreement:
    periods = tuple(PastPeriod(number, number * 100, number * 100 + 100, each) for number, each in enumerate(cases))
    one = PastAgreement(
        "a", "p", "c", Token("", "tokens", 6), "", STAKES, 10_000, 10_000, FIGURES, periods
    )  # fmt: skip
    return replace(one, **changes)


def settled_by(one: PastAgreement, law: Law = STANDARD) -> PastAgreement:
    """The same agreement, as that law settled it."""
    found = judge(law, one)
    return replace(one, periods=tuple(replace(each.past, settled=each.settled) for each in found))


def decision(one: Settlement) -> tuple[object, ...]:
    return one.by, one.outcome, one.credit_bps, one.slash_bps


cases = st.none() | st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).map(
    lambda pair: case(min(pair), max(pair), min(pair) // 2 if sum(pair) % 3 == 0 else None)
)
stakes = st.builds(
    lambda fee, deposit, validators, dao, relay: Stakes(fee, deposit, deposit, validators, dao, relay),
    st.integers(0, 2**128 - 1),
    st.integers(0, 2**128 - 1) | st.integers(0, 3_000),
    st.integers(0, 6_000),
    st.integers(0, 4_000),
    st.integers(0, 2**96 - 1),
)
agreements = st.builds(
    lambda each, staked, credit, slash: past(*each, stakes=staked, max_credit_bps=credit, max_slash_bps=slash),
    st.lists(cases, min_size=1, max_size=12),
    stakes,
    st.sampled_from([10_000, 2_500, 0]),
    st.sampled_from([10_000, 1_000, 0]),
)


@given(agreements, st.sampled_from([STANDARD, OTHER]))
def test_the_sums_are_those_of_the_money_model_period_by_period(one: PastAgreement, law: Law) -> None:
    left, reckoned = one.stakes.deposit, []
    for each in one.periods:
        now = replace(one.stakes, deposit_left=left)
        verdict = None
        if each.case is not None:
            try:
                verdict = law.decide(each.case)
            except (LawFailed, LawError):
                verdict = None
        if verdict is None or verdict.credit_bps > one.max_credit_bps or verdict.slash_bps > one.max_slash_bps:
            reckoned.append(expired(now))
        else:
            reckoned.append(divide(verdict.outcome, verdict.credit_bps, verdict.slash_bps, now))
        left -= from_deposit(reckoned[-1])
    found = list(judge(law, one))
    assert [each.settled.division for each in found] == reckoned
    sums = total(parts_of(each.settled, one.stakes.fee) for each in found)
    assert sums.conserved
    assert sums.fees == one.stakes.fee * len(one.periods)
    assert sums.deposit == one.stakes.deposit - left


@given(agreements, st.sampled_from([STANDARD, OTHER]))
def test_a_law_compared_with_itself_changes_nothing(one: PastAgreement, law: Law) -> None:
    found = compare(law, law, [settled_by(one, law)])
    assert (found.changes, found.reworded, found.unlike, found.periods) == ([], 0, 0, len(one.periods))
    assert all(before == after for _, before, after in found.gains())


@given(st.lists(agreements, max_size=3))
def test_every_change_is_explained_by_verdicts_and_what_some_gain_others_lose(some: list[PastAgreement]) -> None:
    history = [replace(one, name=str(number)) for number, one in enumerate(some)]
    found = compare(STANDARD, OTHER, history)
    changed = {(change.past.name, change.old.past.period): change for change in found.changes}
    for one in history:
        earlier = False
        for old, new in zip(judge(STANDARD, one), judge(OTHER, one), strict=True):
            change = changed.pop((one.name, old.past.period), None)
            decided = [decision(each.settled) for each in (old, new)]
            if change is None:
                assert old.settled == new.settled
            elif change.because is Because.VERDICT:
                assert decided[0] != decided[1]
            else:
                assert decided[0] == decided[1]
                assert earlier
                assert old.deposit_left != new.deposit_left
            assert change is None or change.difference == parts_of(new.settled, one.stakes.fee) - parts_of(
                old.settled, one.stakes.fee
            )
            earlier |= change is not None
    assert changed == {}
    assert sum(after - before for _, before, after in found.gains()) == 0


def test_a_changed_verdict_that_empties_the_deposit_changes_later_periods_with_it() -> None:
    one = past(case(97), case(90), stakes=Stakes(1_000, 600, 600, 2_000, 1_000, 0))
    harsh = load_law("decide(_, breach(1, 10_000, 10_000), [all]).", "harsh")
    found = compare(STANDARD, harsh, [one])
    assert [(change.old.past.period, change.because) for change in found.changes] == [(0, Because.VERDICT), (1, Because.VERDICT)]
    tier = load_law(
        "decide(case(_, share(Good, All), _, _, _), breach(3, 10_000, 1_000), [worst]) :- Good * 100 < All * 95.\n"
        "decide(case(_, share(Good, All), _, _, _), breach(3, 10_000, 10_000), [first]) :- Good * 100 >= All * 95.",
        "tier",
    )
    found = compare(STANDARD, tier, [one])
    assert [(change.old.past.period, change.because) for change in found.changes] == [(0, Because.VERDICT), (1, Because.DEPOSIT)]
    assert found.changes[1].difference == Parts(dao=-100, customer=-200, slash=-60, deposit=-360)
    assert [(party.role, after - before) for party, before, after in found.gains()] == [
        ("customer", 790),
        ("dao", -100),
        ("provider", -690),
        ("validators", 0),
    ]


def test_a_period_without_a_verdict_goes_by_its_deadline_and_says_what_came_instead() -> None:
    failed, raised, met = judge(OTHER, past(case(0), case(9_500, 9_500), case(100)))
    assert [one.fault and one.fault.kind for one in (failed, raised, met)] == ["failure", "exception", None]
    assert [one.settled.by for one in (failed, raised, met)] == [DecidedBy.DEADLINE, DecidedBy.DEADLINE, DecidedBy.LAW]
    assert failed.settled.division == expired(STAKES)
    assert compare(STANDARD, OTHER, [past(case(0), case(9_500, 9_500), case(100))]).faults == 2


def test_a_verdict_over_the_caps_is_passed_over_and_never_paid() -> None:
    for changes in ({"max_credit_bps": 9_999}, {"max_slash_bps": 999}):
        (one,) = judge(STANDARD, past(case(50), **changes))
        assert one.over_caps
        assert (one.settled.by, one.settled.credit_bps, one.settled.division) == (DecidedBy.DEADLINE, 0, expired(STAKES))
    (one,) = judge(STANDARD, past(case(50), max_credit_bps=10_000, max_slash_bps=1_000))
    assert (one.over_caps, one.settled.by) == (False, DecidedBy.LAW)


def test_what_an_arbiter_decided_stays_under_every_law_with_its_winner() -> None:
    division, reward = rewarded(divide(Outcome.BREACH, 3_000, 500, STAKES), Outcome.BREACH)
    ruled = Settlement(DecidedBy.ARBITER, Outcome.BREACH, 3_000, 500, division, DISPUTER, reward)
    one = past(case(100))
    one = replace(one, periods=(replace(one.periods[0], settled=ruled),))
    for law in (STANDARD, OTHER):
        (judged,) = judge(law, one)
        assert (judged.settled, judged.known) == (ruled, False)
    found = compare(STANDARD, OTHER, [one])
    assert (found.changes, found.kept, found.unlike) == ([], 1, 0)
    assert ("winner", DISPUTER) in {(party.role, party.name) for party, _, _ in found.gains()}


def test_what_was_decided_on_counts_that_are_lost_stays() -> None:
    one = settled_by(past(case(97), None))
    lost = replace(one, periods=tuple(replace(each, case=None) for each in one.periods))
    found = list(judge(OTHER, lost))
    assert [each.settled for each in found] == [each.settled for each in one.periods]
    assert [each.settled.by for each in found] == [DecidedBy.LAW, DecidedBy.DEADLINE]
    assert compare(STANDARD, OTHER, [lost]).kept == 2


def test_a_history_that_another_law_settled_is_said_to_be_unlike() -> None:
    assert compare(OTHER, OTHER, [settled_by(past(case(97), case(100)))]).unlike == 1


def test_another_tier_for_the_same_money_is_no_change_but_is_counted() -> None:
    again = load_law("decide(_, breach(7, 2_500, 0), [other_words]).", "again")
    found = compare(STANDARD, again, [past(case(97))])
    assert (found.changes, found.reworded) == ([], 1)


@given(st.lists(agreements, max_size=3), st.booleans())
def test_a_history_reads_back_as_it_was_written(some: list[PastAgreement], settled: bool) -> None:
    history = [replace(settled_by(one) if settled else one, name=f"é {number}") for number, one in enumerate(some)]
    assert read_lines(write_lines(history)) == history


def written() -> list[dict[str, Any]]:
    return [json.loads(line) for line in write_lines([settled_by(past(case(97), None))])]


def read(lines: list[dict[str, Any]]) -> list[PastAgreement]:
    return read_lines([json.dumps(line) for line in lines], "h.jsonl")


@pytest.mark.parametrize(
    ("line", "path", "value", "says"),
    [
        (0, ("kind",), "agrement", r"h.jsonl:1:1: kind is 'agrement'"),
        (0, ("fee",), 1009, r"h.jsonl:1:1: fee is '1009'.*in quotes"),
        (0, ("fee",), "-1", r"h.jsonl:1:1: fee is '-1'"),
        (0, ("fee",), "1e3", r"h.jsonl:1:1: fee is '1e3'"),
        (0, ("extra",), 1, r"h.jsonl:1:1: unknown key 'extra'"),
        (0, ("validator_bps",), 9_001, r"h.jsonl:1:1: the shares exceed the fee"),
        (0, ("agreement",), "a\nb", r"h.jsonl:1:1: agreement"),
        (0, ("terms", "objective"), 99.9, r"h.jsonl:1:1: objective 99.9 is a number"),
        (0, ("terms", "objective"), "99.8", r"h.jsonl:1:1: tier 1"),
        (1, ("agreement",), "b", r"h.jsonl:2:1: agreement b is not known"),
        (1, ("period",), 1.5, r"h.jsonl:2:1: period is '1.5'"),
        (1, ("end_s",), 0, r"h.jsonl:2:1: end_s is '0'"),
        (1, ("case", "uptime"), [98, 97], r"h.jsonl:2:1: uptime has more good ones"),
        (1, ("settled", "provider"), "1", r"h.jsonl:2:1: the parts come to \d+; the fee is 1009"),
        (1, ("settled", "outcome"), "met", r"h.jsonl:2:1: a credit or slash without a breach"),
        (1, ("settled", "by"), "nobody", r"h.jsonl:2:1: by is 'nobody'"),
        (2, ("period",), 0, r"h.jsonl: period 0 of a stands there twice"),
    ],
)
def test_a_history_that_is_not_of_its_form_is_refused_with_its_line(line, path, value, says) -> None:
    lines = written()
    at = lines[line]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(BadInput, match=says):
        read(lines)


def test_lines_that_are_missing_doubled_or_broken_are_refused() -> None:
    lines = written()
    with pytest.raises(BadInput, match=r"h.jsonl:1:1: agreement a is not known"):
        read(lines[1:])
    with pytest.raises(BadInput, match=r"h.jsonl:4:1: agreement a stands there twice"):
        read([*lines, lines[0]])
    with pytest.raises(BadInput, match=r"h:2:1: 'kind' is missing"):
        read_lines(["", "{}"], "h")
    with pytest.raises(BadInput, match=r"h:1:\d+: not JSON"):
        read_lines(["{"], "h")
    with pytest.raises(BadInput, match=r"h:1:1: key 'kind' is given twice"):
        read_lines(['{"kind":"period","kind":"agreement"}'], "h")
    assert read_lines(["", "  \n"]) == []


def test_amounts_beyond_any_float_stay_exact() -> None:
    huge = 2**128 - 1
    one = settled_by(past(case(97), stakes=Stakes(huge, huge, huge, 3_333, 1_111, 2**96 - 1)))
    (again,) = read_lines(write_lines([one]))
    assert again == one
    settled = again.periods[0].settled
    assert settled is not None
    assert isinstance(settled.division, Division)
    assert sum(json.loads(line).get("fee") == str(huge) for line in write_lines([one])) == 1


@settings(max_examples=20)
@given(agreements)
def test_parts_add_and_subtract_one_by_one(one: PastAgreement) -> None:
    parts = [parts_of(each.settled, one.stakes.fee) for each in judge(STANDARD, one)]
    assert total(parts) - total(parts[1:]) == parts[0]
