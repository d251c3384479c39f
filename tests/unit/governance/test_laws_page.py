"""Every example of the page on laws does what the page says: laws and tables of cases, mistakes and their messages, routing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from governance import laws
from governance.case import Case, parse_case
from governance.errors import SuretyError
from governance.from_terms import laws_from_terms
from governance.law import Law, load_law, load_routing_law
from governance.routing import OfferFacts, RequestFacts, route
from governance.values import Outcome, Ratio, Verdict

PAGE = Path(__file__).resolve().parents[3] / "docs" / "laws.md"
AFTER = re.compile(r"```prolog\n(?P<law>.*?)```\n\n(?:```text\n(?P<message>.*?)\n```|(?P<table>\|.*?)\n\n)?", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A law of the page, with the message or the table of cases that follows it."""

    law: str
    message: str | None
    table: str | None

    def rows(self) -> list[dict[str, str]]:
        head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in (self.table or "").splitlines()]
        return [dict(zip(head, row, strict=True)) for row in rows]


EXAMPLES = [Example(found["law"], found["message"], found["table"]) for found in AFTER.finditer(PAGE.read_text("utf-8"))]
SETTLING = [each for each in EXAMPLES if each.table and "verdict" in each.table]
MISTAKEN = [each for each in EXAMPLES if each.message]
ROUTING = [each for each in EXAMPLES if "route_inference(" in each.law]
CHANGING = [each for each in EXAMPLES if "permit_amendment(" in each.law]


def test_every_example_is_of_one_of_the_kinds_that_are_tried() -> None:
    assert (len(SETTLING), len(MISTAKEN), len(ROUTING), len(CHANGING)) == (4, 11, 2, 1)
    assert len(EXAMPLES) == 18


@pytest.mark.parametrize("example", SETTLING, ids=lambda example: example.law.splitlines()[0][:40])
def test_an_example_settles_as_its_table_says(make_case: Callable[..., Case], example: Example) -> None:
    law = load_law(example.law)
    assert example.rows()
    for row in example.rows():
        case = make_case(
            uptime=counts(row["uptime"]),
            samples=int(row.get("samples", "1000")),
            attained=counts(row.get("in time", "1/1")),
        )
        assert shown(law.decide(case)) == (row["verdict"], row["clauses"]), row


def counts(text: str) -> tuple[int, int]:
    good, counted = text.split("/")
    return int(good), int(counted)


def shown(verdict: Verdict) -> tuple[str, str]:
    words = {Outcome.MET: "met", Outcome.NO_DATA: "insufficient_data"}
    breach = f"breach({verdict.tier}, {verdict.credit_bps}, {verdict.slash_bps})"
    return words.get(verdict.outcome, breach), ", ".join(verdict.clauses)


@pytest.mark.parametrize("example", MISTAKEN, ids=lambda example: example.message)
def test_a_mistake_has_the_message_that_the_page_shows(repository: Path, example: Example) -> None:
    case = parse_case((repository / "examples" / "case.json").read_text("utf-8"))
    with pytest.raises(SuretyError) as found:
        load_law(example.law, "law.pl").decide(case)
    assert str(found.value).startswith(f"{example.message};")


REQUEST = RequestFacts("r", "eu", "de", "de", "phi", "batch")
NEAR = OfferFacts("near", "p", "de", "eu_west", "de", frozenset({"gdpr"}), spot_price_micro_usd=1_500_000)


def test_the_first_routing_law_keeps_health_data_at_home_and_americans_out() -> None:
    law = load_routing_law(ROUTING[0].law)
    offers = [
        NEAR,
        replace(NEAR, offer="abroad", country="fr", spot_price_micro_usd=1),
        replace(NEAR, offer="american", provider_jurisdiction="us", spot_price_micro_usd=1),
    ]
    assert route(law, REQUEST, offers).ranked == (("near", "spot"),)
    assert route(law, replace(REQUEST, jurisdiction="fr"), offers).choice is None


def test_the_first_routing_law_prefers_spot_up_to_its_ceiling() -> None:
    law = load_routing_law(ROUTING[0].law)
    request, dear = replace(REQUEST, data_classification="pii"), replace(NEAR, offer="dear", spot_price_micro_usd=1_500_001)
    cheap = replace(NEAR, offer="zz", on_demand_price_micro_usd=1, spot_price_micro_usd=None)
    assert route(law, request, [dear, NEAR, cheap]).ranked == (("near", "spot"), ("zz", "on_demand"), ("dear", "spot"))


def test_the_second_routing_law_keeps_to_the_ceiling_and_orders_by_its_strategies() -> None:
    law = load_routing_law(ROUTING[1].law)
    slow = replace(NEAR, offer="slow", on_demand_price_micro_usd=1, spot_price_micro_usd=None, p95_ms=900, error_rate_ppm=1)
    fast = replace(slow, offer="fast", on_demand_price_micro_usd=2, p95_ms=100, error_rate_ppm=2)
    open_ = replace(REQUEST, data_classification="public", inference_type="realtime")

    def choice(**facts: object) -> tuple[str, str]:
        decision = route(law, replace(open_, **facts), [slow, fast])  # type: ignore[arg-type]
        return decision.strategy, decision.choice.offer if decision.choice else "nobody"

    assert choice(inference_type="batch") == ("cost_first", "slow")
    assert choice(p95_target_ms=500) == ("latency_first", "fast")
    assert choice() == ("sla_first", "slow")
    assert choice(price_ceiling_micro_usd=0) == ("sla_first", "nobody")
    assert choice(data_classification="pii") == ("sla_first", "nobody")


def test_a_law_that_may_be_changed_settles_as_any_other(make_case: Callable[..., Case], standard: Law) -> None:
    assert load_law(CHANGING[0].law).decide(make_case()).outcome is Outcome.MET
    assert standard.decide(make_case(uptime=(0, 0))).outcome is Outcome.NO_DATA


def test_the_table_of_the_page_makes_a_law(make_case: Callable[..., Case]) -> None:
    [table] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    [made], _ = laws_from_terms(table)
    verdict = load_law(made.law).decide(make_case(uptime=(0, 1)))
    assert (verdict.tier, verdict.credit_bps, verdict.slash_bps) == (2, 1_250, 100)


def test_the_page_names_every_shipped_law_and_every_word_of_the_vocabulary(repository: Path) -> None:
    page = PAGE.read_text("utf-8")
    for name in laws.names():
        assert f"governance/laws/{name}.pl" in page
    fence = (repository / "governance" / "fence.pl").read_text("utf-8")
    facts = "".join(path.read_text("utf-8") for path in sorted((repository / "governance").glob("*_facts.pl")))
    words = re.findall(r"^vocabulary\((\w+)", fence, re.MULTILINE) + re.findall(r"^granted\((\w+)/", facts, re.MULTILINE)
    assert len(words) > 40
    assert [word for word in words if word not in page] == []


def test_the_objectives_that_the_page_names_are_those_of_the_laws(make_case: Callable[..., Case]) -> None:
    rows = re.findall(r"\| `governance/laws/(\w+)\.pl` \| ([0-9.]+) %: ([0-9, ]+) % \| ([\w ]+) \|", PAGE.read_text("utf-8"))
    assert len(rows) == 7
    for name, objective, credits_percent, nothing_counted in rows:
        law, at = load_law(laws.read(name), name), Ratio(int(objective.replace(".", "")), 1_000)
        assert law.decide(make_case(uptime=(at.numerator, at.denominator))).outcome is Outcome.MET
        worse = [law.decide(make_case(uptime=uptime)) for uptime in ((at.numerator - 1, 1_000), (989, 1_000), (949, 1_000))]
        assert list(dict.fromkeys(str(verdict.credit_bps // 100) for verdict in worse)) == credits_percent.split(", ")
        outcome = Outcome.MET if nothing_counted == "met" else Outcome.NO_DATA
        assert law.decide(make_case(uptime=(0, 0))).outcome is outcome
