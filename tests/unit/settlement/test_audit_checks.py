"""What a report of checks comes to: nothing holds that was not checked whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.audit_checks import EVERY_DISPUTED, EVERY_EXPIRED, EVERY_REPORTED, AuditReport, Check, Result, unmade

KINDS = pytest.mark.parametrize(
    "required", [EVERY_REPORTED, EVERY_DISPUTED, EVERY_EXPIRED], ids=["reported", "disputed", "expired"]
)
extra = st.lists(st.builds(Check, st.just("the root of member 1"), st.just(Result.HELD), decisive=st.booleans()), max_size=2)


def report(required: tuple[str, ...], checks: list[Check]) -> AuditReport:
    return AuditReport(1, 0, tuple(checks), required)


def held(required: tuple[str, ...]) -> list[Check]:
    return [Check(name, Result.HELD) for name in required]


@KINDS
def test_a_report_holds_where_every_required_check_held(required) -> None:
    assert report(required, held(required)).result is Result.HELD


@KINDS
@given(data=st.data(), more=extra)
def test_a_report_without_any_one_of_its_checks_never_holds(required, data, more) -> None:
    left_out = data.draw(st.sets(st.sampled_from(required), min_size=1))
    checks = [check for check in held(required) if check.name not in left_out]
    assert report(required, checks + more).result is Result.UNVERIFIED
    told = checks + unmade(checks, required, "left out")
    assert {check.name for check in told if check.result is Result.UNVERIFIED} == left_out
    assert report(required, told + more).result is Result.UNVERIFIED


@KINDS
@given(data=st.data(), more=extra)
def test_a_report_with_any_check_that_did_not_hold_never_holds(required, data, more) -> None:
    spoiled = data.draw(
        st.dictionaries(st.sampled_from(required), st.sampled_from([Result.FAILED, Result.UNVERIFIED]), min_size=1)
    )
    checks = [Check(name, spoiled.get(name, Result.HELD)) for name in required]
    worst = Result.FAILED if Result.FAILED in spoiled.values() else Result.UNVERIFIED
    assert report(required, checks + more).result is worst
    assert report(required, held(required) + [check for check in checks if check.name in spoiled]).result is worst


@KINDS
@given(data=st.data())
def test_what_only_points_at_a_member_stands_for_no_required_check(required, data) -> None:
    name = data.draw(st.sampled_from(required))
    checks = [Check(one, Result.HELD, decisive=one != name) for one in required]
    assert report(required, checks).result is Result.UNVERIFIED


def test_a_report_that_demands_nothing_holds_nothing() -> None:
    assert report((), []).result is Result.UNVERIFIED
    assert report((), held(("the split",))).result is Result.UNVERIFIED
