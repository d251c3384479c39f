from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from governance.errors import BadInput
from governance.figures import Figures, LatencyClause, Tier
from governance.terms import Maintenance, Rate, Terms, parse_terms
from governance.values import PeriodKind, Ratio, UptimeMethod

LADDER = (
    Tier(1, Ratio(99, 100), Ratio(999, 1000), 1_000, 0),
    Tier(2, Ratio(19, 20), Ratio(99, 100), 2_500, 0),
    Tier(3, None, Ratio(19, 20), 10_000, 1_000),
)


def place_of(text: str, fragment: str) -> tuple[int, int]:
    """Line and column at which a fragment first stands."""
    before = text[: text.index(fragment)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.fixture
def monthly(example: Callable[[str], str]) -> str:
    return example("monthly.yaml")


@pytest.fixture
def demo(example: Callable[[str], str]) -> str:
    return example("demo.yaml")


def test_the_backtest_terms_are_those_of_sparse_recorded_history(example: Callable[[str], str]) -> None:
    assert parse_terms(example("backtest.yaml")) == Terms(
        name="An endpoint with a recorded history",
        service="recorded-endpoint",
        method=UptimeMethod.OCCURRENCES,
        slot_s=300,
        slot_target=None,
        kind=PeriodKind.CALENDAR_MONTH,
        period_s=0,
        tiers=LADDER,
        objective=Ratio(999, 1000),
        latency=LatencyClause(2_000, Ratio(19, 20), 1_000),
        minimum_coverage=Ratio(0, 1),
        minimum_samples=20,
        maintenance=(),
        probes=(),
        controls=(),
    )


def test_the_monthly_terms_name_probe_secret_maintenance_and_controls(monthly: str) -> None:
    terms = parse_terms(monthly)
    (probe,) = terms.probes
    assert (terms.method, terms.slot_s, terms.kind, terms.tiers) == (
        UptimeMethod.RATIO_TIMESLICES,
        300,
        PeriodKind.CALENDAR_MONTH,
        LADDER,
    )
    assert (probe.method, probe.interval_ms, probe.timeout_ms, probe.expect_status) == ("POST", 30_000, 10_000, (200,))
    assert probe.headers == (("content-type", "application/json"),)
    assert probe.secret_headers == (("authorization", "INFERENCE_EXAMPLE_KEY"),)
    assert probe.max_rate_per_s == Rate(2, 1)
    assert terms.maintenance == (Maintenance(1_773_453_600, 1_773_460_800, 1_772_193_600),)
    assert len(terms.controls) == 2


def test_the_demo_terms_have_seconds_for_slots_and_periods(demo: str) -> None:
    terms = parse_terms(demo)
    assert (terms.kind, terms.period_s, terms.slot_s) == (PeriodKind.FIXED, 10, 1)
    assert terms.calendar(1_800_000_000, 3).bounds(2) == (1_800_000_020, 1_800_000_030)


def test_the_figures_are_the_part_that_a_law_may_know(monthly: str) -> None:
    terms = parse_terms(monthly)
    assert terms.figures == Figures(terms.objective, LADDER, terms.latency, Ratio(19, 20), 1_000)
    assert terms.figures is terms.figures


def test_an_agreement_may_not_start_inside_a_slot(example: Callable[[str], str]) -> None:
    terms = parse_terms(example("demo.yaml").replace("timeSliceWindow: 1s", "timeSliceWindow: 5s"))
    assert terms.calendar(1_800_000_000, 1).start_s == 1_800_000_000
    with pytest.raises(BadInput, match="cuts a slot of 5 s"):
        terms.calendar(1_800_000_001, 1)


def test_the_defaults_are_those_of_the_documentation(monthly: str) -> None:
    lines = [line for line in monthly.splitlines() if "surety/minimum" not in line and "timeSliceWindow" not in line]
    terms = parse_terms("\n".join(lines))
    assert (terms.minimum_coverage, terms.minimum_samples, terms.slot_s) == (Ratio(95, 100), 20, 300)


def test_a_share_and_a_percentage_say_the_same_target(monthly: str) -> None:
    assert parse_terms(monthly.replace("target: 0.999", "targetPercent: 99.9")) == parse_terms(monthly)


def test_a_bare_slice_window_is_minutes(monthly: str) -> None:
    assert parse_terms(monthly.replace("timeSliceWindow: 5m", "timeSliceWindow: 15")).slot_s == 900


@pytest.mark.parametrize("start", ["2026-01-01 00:00:00", "2026-01-01T00:00:00Z", "'2026-01-01 00:00:00'"])
def test_a_start_time_is_read_the_same_however_yaml_would_type_it(monthly: str, start: str) -> None:
    assert parse_terms(monthly.replace("2026-01-01 00:00:00", start)) == parse_terms(monthly)


def test_timeslices_need_their_slice_target(monthly: str) -> None:
    sliced = monthly.replace("RatioTimeslices", "Timeslices")
    with pytest.raises(BadInput, match="timeSliceTarget"):
        parse_terms(sliced)
    terms = parse_terms(sliced.replace("timeSliceWindow: 5m", "timeSliceWindow: 1m\n      timeSliceTarget: 0.9"))
    assert (terms.method, terms.slot_s, terms.slot_target) == (UptimeMethod.TIMESLICES, 60, Ratio(9, 10))


def test_occurrences_take_the_unit_of_coverage_from_an_annotation(example: Callable[[str], str]) -> None:
    text = example("backtest.yaml")
    assert parse_terms(text.replace('surety/minimum-samples: "20"', 'surety/slot: "1h"')).slot_s == 3_600
    with pytest.raises(BadInput, match="Occurrences has no time slices"):
        parse_terms(text.replace("- targetPercent: 99.9", "- targetPercent: 99.9\n      timeSliceWindow: 5m"))


def test_terms_without_latency_have_no_latency_clause(monthly: str) -> None:
    without = monthly[: monthly.rindex("---")]
    assert parse_terms(without).latency is None


def test_percentages_are_exact_however_many_places_they_have(monthly: str) -> None:
    text = monthly.replace("0.999", "0.9999999").replace("99.9 %", "99.99999 %")
    assert parse_terms(text).objective == Ratio(9_999_999, 10_000_000)


def test_several_probes_are_pooled_unless_one_is_named(monthly: str) -> None:
    start, end = monthly.index("---\n# What every oracle"), monthly.index("---\napiVersion: openslo/v1\nkind: SLO")
    second = monthly[start:end].replace("name: short-completion", "name: long-completion")
    with pytest.raises(BadInput, match="is not the only DataSource"):
        parse_terms(monthly + second)
    pooled = parse_terms(monthly.replace("metricSourceRef: short-completion, ", "") + second)
    assert [probe.name for probe in pooled.probes] == ["short-completion", "long-completion"]


# Each row: what of the monthly terms is replaced by what; the fragment of the new text that the error points at; its words.
WRONG = [
    ("openslo/v1\nkind: Service", "openslo/v2\nkind: Service", "openslo/v2", "apiVersion is 'openslo/v2'"),
    ("kind: Service", "kind: AlertPolicy", "AlertPolicy", "kind is 'AlertPolicy'"),
    ("displayName:", "dsplayName:", "dsplayName", "unknown key 'dsplayName'"),
    ("name: chat-completions\n", "name: Chat_Completions\n", "Chat_Completions", "name 'Chat_Completions'"),
    ("name: availability", "name: uptime", None, "SLO named 'availability'"),
    ("service: chat-completions\n", "service: other\n", "other", "not the service of these terms"),
    ("surety/tier-2", "surety/tier-4", "surety/tier-3", "surety/tier-2 is missing before it"),
    ("surety/tier-1", "surety/teir-1", "surety/tier-2", "surety/tier-1 is missing"),
    ("surety/controls", "surety/control", "surety/control:", "unknown key 'control'"),
    ("99.0 % <= uptime < 99.9 %", "99.0 % <= uptime <= 99.9 %", '"99.0 % <= uptime <=', "not of its form"),
    ("99.0 % <= uptime < 99.9 %", "98.0 % <= uptime < 99.9 %", '"95.0 %', "does not begin where the one before ends"),
    ("uptime < 99.9 %", "uptime < 99.8 %", '"99.0 %', "does not begin where"),
    ("uptime < 95.0 %:", "0 % <= uptime < 95.0 %:", '"0 %', "open below"),
    ("credit 25 %", "credit 5 %", '"95.0 %', "costs less than a milder"),
    ("credit 100 %", "credit 101 %", '"uptime', "more than the whole"),
    ('credit 10 %"\n    surety/tier-2', 'credit 10.001 %"\n    surety/tier-2', '"99.0', "whole number of basis points"),
    ('surety/minimum-samples: "1000"', "surety/minimum-samples: 1000", "1000", "put it in quotes"),
    ('"1000"', '"many"', '"many"', "minimum-samples is 'many'"),
    ('surety/minimum-coverage: "95 %"', 'surety/minimum-coverage: "1e2"', '"1e2"', "minimum-coverage is '1e2'"),
    ("announced 2026-02-27", "announced 2026-03-27", '"2026-03-14', "not announced before it begins"),
    ("2026-03-14T04:00:00Z", "2026-03-14T04:00:00+01:00", '"2026-03-14', "is no moment"),
    ("2026-03-14T02:00:00Z", "2026-02-30T02:00:00Z", '"2026-02-30', "is no moment"),
    (" https://reference-two.example.org/", "", '"https://reference-one', "1 control targets"),
    ("https://reference-two.example.org/", "https://reference-one.example.net/", '"https://reference-one', "2 control targets"),
    ("duration: 1M", "duration: 1m", "1m\n", "shorter than a slot of 300 s; m is minutes"),
    ("duration: 1M", "duration: 1Q", "1Q", "duration of the period"),
    ("duration: 1M", "duration: 7m", "7m", "not a whole number of slots"),
    ("isRolling: false", "isRolling: true", "true\n      calendar", "isRolling is 'true'"),
    ("2026-01-01 00:00:00", "2026-01-02 00:00:00", "2026-01-02", "does not begin here"),
    ("timeZone: UTC", "timeZone: Europe/Paris", "Europe/Paris", "timeZone is 'Europe/Paris'"),
    ("budgetingMethod: RatioTimeslices", "budgetingMethod: Rolling", "Rolling\n", "budgetingMethod is 'Rolling'"),
    ("target: 0.999", "target: 1", "1\n      timeSliceWindow", "between nothing and the whole"),
    ("target: 0.999", "target: 99.9", "99.9\n", "more than the whole"),
    ("target: 0.999", "target: 0.999\n      targetPercent: 99.9", "target: 0.999", "an objective has one target"),
    ("timeSliceWindow: 5m", "timeSliceWindow: 7m", "7m", "does not divide the day"),
    ("    - target: 0.999", "    - target: 0.9\n    - target: 0.999", "- target: 0.9\n", "2 objectives"),
    ("spec: {result: ok}}}\n", "spec: {result: fine}}}\n", "fine", "result is 'fine'"),
    ("result: judged", "result: all", "all}", "result is 'all'"),
    ("counter: true", "counter: false", "false\n        good", "counter is 'false'"),
    ("op: lte", "op: lt\n", "lt\n", "op is 'lt'"),
    ("value: 2000", "value: 2000.5", "2000.5", r"value \(milliseconds\) is '2000.5'"),
    ("value: 2000", "value: 12000", "10s\n", "hides every breach"),
    ("interval: 30s", "interval: 30", "30\n", "interval is '30'"),
    ("interval: 30s", "interval: 10m", "10m", "longer than a slot"),
    ("interval: 30s", "interval: 5ms", "5ms", "out of bounds"),
    ("maxRatePerSecond: 2", "maxRatePerSecond: 0.01", "0.01", "one prober alone exceeds"),
    ("maxRatePerSecond: 2", "maxRatePerSecond: -2", "-2\n", "maxRatePerSecond is '-2'"),
    ("expectStatus: [200]", "expectStatus: []", "[]", "expectStatus is empty"),
    ("expectStatus: [200]", "expectStatus: [99]", "99]", "a status is '99'"),
    ("expectStatus: [200]", "expectStatus: 200", "200\n", "expectStatus is one value"),
    ("method: POST", "method: DELETE", "DELETE", "method is 'DELETE'"),
    ("url: https://", "url: ftp://", "ftp://", "is no address"),
    ("https://inference", "https://user:pw@inference", "https://user", "holds a credential"),
    ("completions\n    method", "completions?api_key=abc\n    method", "https://inference", "holds a credential"),
    ("headers: {content-type: application/json}", "headers: {X-Api-Key: abc}", "headers:", "holds a credential"),
    ("INFERENCE_EXAMPLE_KEY", "sk-abcdef", "sk-abcdef", "secretHeaders authorization 'sk-abcdef'"),
    ("secretHeaders: {authorization", "secretHeaders: {Content-Type", "url:", "given twice"),
    ("type: http-probe\n", "type: prometheus\n", "prometheus", "type is 'prometheus'"),
    ("surety/credit", "surety/credits", "surety/credits", "unknown key 'credits'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fragment", "complaint"), WRONG)
def test_what_is_wrong_is_refused_with_its_place(monthly: str, old: str, new: str, fragment: str | None, complaint: str) -> None:
    assert old in monthly
    text = monthly.replace(old, new, 1)
    with pytest.raises(BadInput, match=complaint) as error:
        parse_terms(text, "t.yaml")
    assert error.value.source == "t.yaml"
    assert error.value.line is not None
    if fragment is not None:
        line, column = place_of(text, fragment)
        assert (error.value.line, error.value.column) == (line, column)


def test_latency_must_have_the_same_periods(monthly: str) -> None:
    head, _, tail = monthly.rpartition("duration: 1M")
    with pytest.raises(BadInput, match="another period"):
        parse_terms(f"{head}duration: 1d{tail}")


@pytest.mark.parametrize("kind", ["Service", "SLO", "DataSource"])
def test_nothing_is_said_twice(monthly: str, kind: str) -> None:
    documents = monthly.split("---\n")
    again = next(document for document in documents if f"kind: {kind}\n" in document)
    with pytest.raises(BadInput, match="a second"):
        parse_terms(f"{monthly}---\n{again}")


def test_an_unknown_objective_is_refused(monthly: str) -> None:
    documents = monthly.split("---\n")
    throughput = documents[-1].replace("name: latency", "name: throughput")
    with pytest.raises(BadInput, match="SLO 'throughput' settles nothing"):
        parse_terms(f"{monthly}---\n{throughput}")


def test_terms_that_are_empty_are_refused() -> None:
    with pytest.raises(BadInput, match="no Service"):
        parse_terms("", "t")


def test_other_annotations_are_left_alone(monthly: str) -> None:
    assert parse_terms(monthly.replace("  annotations:\n", "  annotations:\n    team: inference\n", 1)) == parse_terms(monthly)


def test_figures_made_by_hand_are_checked_too(figures: Figures) -> None:
    gap = (LADDER[0], replace(LADDER[2], tier=2))
    with pytest.raises(BadInput, match="does not begin where"):
        replace(figures, tiers=gap)
    with pytest.raises(BadInput, match="there are 0 tiers"):
        replace(figures, tiers=())
    with pytest.raises(BadInput, match="costs less"):
        replace(figures, tiers=(LADDER[0], replace(LADDER[1], credit_bps=999), LADDER[2]))
    with pytest.raises(BadInput, match="more than the whole"):
        replace(figures, tiers=(*LADDER[:2], replace(LADDER[2], slash_bps=10_001)))


def test_one_agreement_cannot_ask_for_more_probes_than_leave_room_for_others(monthly: str) -> None:
    (source,) = [document for document in monthly.split("---\n") if "kind: DataSource" in document]

    def with_probes(count: int, interval: str) -> str:
        others = [source.replace("name: short-completion", f"name: probe-{number}") for number in range(count - 1)]
        text = "---\n".join([monthly, *others]).replace("metricSourceRef: short-completion, ", "")
        return text.replace("interval: 30s", f"interval: {interval}").replace("maxRatePerSecond: 2", "maxRatePerSecond: 1000")

    assert len(parse_terms(with_probes(16, "30s")).probes) == 16
    with pytest.raises(BadInput, match="there are 17 probes"):
        parse_terms(with_probes(17, "30s"))
    assert len(parse_terms(with_probes(4, "200ms")).probes) == 4
    with pytest.raises(BadInput, match="times a second together"):
        parse_terms(with_probes(5, "200ms"))
