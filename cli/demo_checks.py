"""What must hold at the end of the demo; each check has a name, and the run fails when one does not hold."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from cli.amounts import show_agreement
from cli.console import Stage
from cli.demo_totals import Totals
from cli.history import PeriodHistory
from cli.stack import LIAR, Stack
from governance.values import Outcome
from oracle.evidence import EvidenceStore
from oracle.relay_client import RelayClient
from settlement.audit import Auditor, Result
from settlement.split import fee_of


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit of every period found.

    ``suspects`` are the periods and checks in which a single member's evidence does not bear out what it signed.
    """

    verified: int
    refuted: tuple[str, ...]
    suspects: frozenset[tuple[int, str]]

    @property
    def findings(self) -> tuple[str, ...]:
        """All that was found, in words."""
        return (
            *self.refuted,
            *(f"period {period}: {suspect} does not come to what it signed" for period, suspect in sorted(self.suspects)),
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the scenario must come to for one provider."""

    outcome: Outcome
    tier: int
    credit_bps: int
    slash_bps: int


EXPECTED = {
    "steady": Expectation(Outcome.MET, 0, 0, 0),
    "sluggish": Expectation(Outcome.BREACH, 0, 1_000, 0),
    "flaky": Expectation(Outcome.BREACH, 2, 2_500, 0),
    "failing": Expectation(Outcome.BREACH, 3, 10_000, 1_000),
    "dark": Expectation(Outcome.BREACH, 3, 10_000, 1_000),
}


def checks_of(stack: Stack, history: Sequence[PeriodHistory], audited: Audited, totals: Totals) -> dict[str, bool]:
    """Every check of the scenario, by name."""
    names = {one.agreement: one.provider.name for one in stack.founded}
    last = stack.plan.periods - 1
    reported = [one for one in history if one.period != last]
    silent = [one for one in history if one.period == last]
    checks = {
        f"{name}_is_judged_as_it_behaved": all(_as_expected(one, expected) for one in reported if names[one.agreement] == name)
        for name, expected in EXPECTED.items()
    }
    return checks | {
        "every_period_is_settled": len(history) == len(names) * stack.plan.periods and all(one.division for one in history),
        "without_a_quorum_no_report_and_no_data": all(one.expired and one.outcome is Outcome.NO_DATA for one in silent),
        "every_split_is_exact": all(one.division and fee_of(one.division) == stack.plan.fee for one in history),
        "money_in_equals_money_out": totals.balanced,
        "nothing_is_left_but_remainders": 0 <= totals.remainders < len(stack.connection.docket().configurations[0].members),
        "every_split_is_what_was_paid": _splits_are_paid(history, totals),
        "the_disputed_row_waited_for_its_ruling": [one.state for one in history if one.dispute] == ["ruled"],
        "audit_verifies_every_period": audited.verified == len(history) and not audited.refuted,
        "audit_names_the_liar_and_nobody_else": audited.suspects == _lies(last),
        "api_tells_the_same": _api_agrees(stack, history),
    }


def surprises(stack: Stack, history: Sequence[PeriodHistory]) -> tuple[str, ...]:
    """Each reported period that did not come to what the scenario says, with what was expected and what was seen."""
    names = {one.agreement: one.provider.name for one in stack.founded}
    return tuple(
        f"{names[one.agreement]}, period {one.period}: expected {_words(EXPECTED[names[one.agreement]])}, got {one.verdict}"
        + (f" on {one.row.coverage_ppm // 10_000} % coverage" if one.row else "")
        for one in history
        if one.period != stack.plan.periods - 1 and not _as_expected(one, EXPECTED[names[one.agreement]])
    )


def _words(expected: Expectation) -> str:
    return f"{expected.outcome.name.lower()}, tier {expected.tier}, credit {expected.credit_bps // 100} %"


def _lies(last: int) -> frozenset[tuple[int, str]]:
    """What the audit must find: the liar lies in the even periods, and nobody reported the last one."""
    return frozenset((period, f"the evidence of member {LIAR}") for period in range(0, last, 2))


def _as_expected(one: PeriodHistory, expected: Expectation) -> bool:
    row = one.row
    return row is not None and (row.outcome, row.tier, row.credit_bps, row.slash_bps) == (
        expected.outcome,
        expected.tier,
        expected.credit_bps,
        expected.slash_bps,
    )


def _splits_are_paid(history: Sequence[PeriodHistory], totals: Totals) -> bool:
    """Whether the shares that follow from the log come to what the contracts paid, party by party, to the unit.

    What the members of a crew cannot share is less than a unit for each, and stays.
    """
    divisions = [one.division for one in history if one.division]
    shared = sum(one.validators for one in divisions)
    return (
        totals.provider == sum(one.provider for one in divisions)
        and totals.customer_from_fees == sum(one.customer_from_fee for one in divisions)
        and totals.customer_from_deposit == sum(one.customer_from_deposit + one.slash for one in divisions)
        and totals.relay == sum(one.relay for one in divisions)
        and totals.validators == shared - totals.remainders
    )


def _api_agrees(stack: Stack, history: Sequence[PeriodHistory]) -> bool:
    return all(_api_tells(stack, one.agreement, history) for one in stack.founded)


def _api_tells(stack: Stack, agreement: int, history: Sequence[PeriodHistory]) -> bool:
    url = f"{stack.api_url}/v1/agreements/{show_agreement(agreement)}/periods?limit=100"
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own API on loopback
        told = {one["period"]: one for one in json.load(answer)["items"]}
    return all(
        told.get(one.period, {}).get("outcome") == one.outcome.name.lower() for one in history if one.agreement == agreement
    )


def audit_all(stack: Stack, history: Sequence[PeriodHistory], stage: Stage) -> Audited:
    """Audits every period from the chain and the evidence, as ``surety audit verify`` does."""
    connection = stack.connection
    relay, evidence = RelayClient(stack.relay_url), EvidenceStore(stack.plan.state.evidence)
    auditor = Auditor(connection.docket(), connection.node, connection.book, relay, [evidence])
    names = {one.agreement: one.provider.name for one in stack.founded}
    refuted: list[str] = []
    findings: set[tuple[int, str]] = set()
    for number, one in enumerate(history):
        report = auditor.verify(one.agreement, one.period)
        if report.result is not Result.HELD:
            undone = [f"{check.name} ({check.result.value})" for check in report.checks if check.result is not Result.HELD]
            refuted.append(f"{names[one.agreement]}, period {one.period}: {', '.join(undone)}")
        findings |= {(one.period, suspect) for suspect in report.suspects}
        stage.at(10 * (number + 1) / len(history))
    relay.close()
    return Audited(len(history) - len(refuted), tuple(refuted), frozenset(findings))
