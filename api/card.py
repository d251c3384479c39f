"""One agreement as a card of the status page: figures so far, error budget, what comes next, what came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api import shapes
from api.html import Markup, element, join, shorten
from api.shown import NBSP, address_short, away, clock, duration, exact_percent, percent, share, units
from chain.values import Division
from governance.values import PPM, Outcome

LONGEST_NAME = 60
SQUARE = 10  # side of one square of the strip, in its own units
STEP = 12
STRIP = 30  # squares in a full strip
WORDS = {"met": "met", "breach": "breach", "no_data": "no data"}


@dataclass(frozen=True, slots=True)
class Card:
    """One agreement on the page. ``outcomes`` are its last decided periods, oldest first; ``settled`` sums all settled ones."""

    agreement: shapes.Agreement
    outcomes: Sequence[tuple[int, Outcome]]
    settled: Division | None


def card(shown: Card, now_s: int) -> Markup:
    """The card of an agreement."""
    agreement, status = shown.agreement, shown.agreement.status
    counted = status.as_of is not None
    return element(
        "article",
        _head(agreement),
        _figures(status) if counted else None,
        _budget(status.error_budget) if counted else None,
        _facts(shown, now_s),
        _strip(shown.outcomes),
        _links(agreement),
        class_=f"card {_mood(status)}",
    )


def symbol(token: shapes.Token) -> str:
    """What a token is called: by its symbol, or by its address where that is not known."""
    return shorten(token.symbol, 12) if token.symbol else address_short(token.address)


def customers_part(division: Division) -> int:
    """All that a customer gets of a division: refund, credit and slash."""
    return division.customer_from_fee + division.customer_from_deposit + division.slash


def square(outcome: str, x: int, said: str | None = None) -> Markup:
    """A square for an outcome, told apart by shape as well as by colour: full, full with a hole, hollow."""
    inset = 1 if outcome == "no_data" else 0
    side = SQUARE - 2 * inset
    body = element("rect", x=x + inset, y=inset, width=side, height=side, rx=2, class_=outcome)
    hole = element("circle", cx=x + SQUARE // 2, cy=SQUARE // 2, r=2, class_="hole") if outcome == "breach" else None
    return element("g", element("title", said) if said else None, body, hole)


def legend() -> Markup:
    """What the squares mean."""
    return join(*(element("span", _key(kind), f" {words}") for kind, words in WORDS.items()))


def _key(kind: str) -> Markup:
    return element("svg", square(kind, 0), viewBox=f"0 0 {SQUARE} {SQUARE}", class_="key", aria_hidden="true")


def _links(agreement: shapes.Agreement) -> Markup:
    return element(
        "p",
        element("a", "details", href=f"/v1/agreements/{agreement.id}"),
        element("a", "periods", href=f"/v1/agreements/{agreement.id}/periods"),
        element("a", "law", href=f"/v1/laws/{agreement.law}"),
        class_="links",
    )


def _mood(status: shapes.Status) -> str:
    return status.if_closed_now.outcome if status.if_closed_now else "unknown"


def _head(agreement: shapes.Agreement) -> Markup:
    name = agreement.provider_name or address_short(agreement.provider)
    under = f"{shorten(agreement.service, LONGEST_NAME)} · " if agreement.service else ""
    return element(
        "div",
        element(
            "div",
            element("h3", shorten(name, LONGEST_NAME), title=agreement.provider),
            element("span", under, f"for {address_short(agreement.customer)}", class_="under", title=agreement.customer),
        ),
        element("span", agreement.state, class_=f"badge {agreement.state}"),
        class_="head",
    )


def _figures(status: shapes.Status) -> Markup:
    pairs = [
        (
            "uptime",
            percent(status.uptime_ppm),
            f"promised {exact_percent(status.objective_ppm)}",
            _below(status.uptime_ppm, status.objective_ppm),
        ),
        ("P95", _ms(status.p95_ms), f"ceiling {_ms(status.p95_ceiling_ms)}", _below(status.p95_ceiling_ms, status.p95_ms)),
        (
            "coverage",
            percent(status.coverage_ppm, 1),
            f"needed {exact_percent(status.minimum_coverage_ppm)}",
            _below(status.coverage_ppm, status.minimum_coverage_ppm),
        ),
    ]
    return element("dl", *(_figure(*pair) for pair in pairs), class_="figures")


def _figure(name: str, value: str, against: str, bad: bool) -> Markup:
    return element(
        "div", element("dt", name), element("dd", value, class_="bad" if bad else None), element("dd", against, class_="against")
    )


def _below(value: int | None, wanted: int | None) -> bool:
    return value is not None and wanted is not None and value < wanted


def _ms(value: int | None) -> str:
    return "–" if value is None else f"{value:,}{NBSP}ms"


def _budget(budget: shapes.ErrorBudget | None) -> Markup | None:
    """What is left, in words and as a bar. Drawn as SVG with attributes: the content policy allows no inline style."""
    if budget is None:
        return None
    spent = budget.left_ppm <= 0
    width = 100 if spent else max(1, min(100, budget.left_ppm * 100 // PPM))
    level = "spent" if spent else "low" if budget.left_ppm < PPM // 4 else "good"
    bar = element(
        "svg",
        element("rect", width=100, height=6, class_="track"),
        element("rect", width=width, height=6, class_=level),
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )
    left = f"{percent(budget.left_ppm, 1)} of the error budget left: {duration(budget.left_s)} of outage"
    return element("div", element("p", "error budget overspent" if spent else left), bar, class_="budget")


def _facts(shown: Card, now_s: int) -> Markup:
    agreement, status = shown.agreement, shown.agreement.status
    facts = [
        ("period", _period_words(agreement)),
        ("closing now", _verdict_words(status) if agreement.state == "running" else None),
        ("next settlement", _settlement_words(status.next_settlement, now_s)),
        ("disputes", f"{agreement.disputes:,} open" if agreement.disputes else None),
        ("early end", _early_end_words(agreement)),
        ("fee", f"{_money(int(agreement.fee), agreement.token)} a period"),
        ("settled so far", _settled_words(shown)),
        ("windows", _windows_words(agreement)),
    ]
    rows = [join(element("dt", name), element("dd", words)) for name, words in facts if words is not None]
    return element("dl", *rows, class_="facts")


def _period_words(agreement: shapes.Agreement) -> str:
    """Periods are numbered from 0 everywhere, here too: a number on this page can be pasted into any command."""
    running, last = agreement.status.period, agreement.periods - 1
    if running is None:
        return f"{agreement.next_period:,} of {agreement.periods:,} decided"
    return f"number {running:,}, the last" if running == last else f"number {running:,}, the last is {last:,}"


def _verdict_words(status: shapes.Status) -> Markup:
    verdict = status.if_closed_now
    if verdict is None:
        return join(shorten(status.note or "unknown"))
    words = WORDS[verdict.outcome]
    if verdict.tier:
        words += f", tier {verdict.tier}"
    if verdict.credit_bps:
        words += f", credit {share(verdict.credit_bps)}"
    if verdict.slash_bps:
        words += f", slash {share(verdict.slash_bps)}"
    return element("span", words, class_=f"verdict {verdict.outcome}")


def _settlement_words(coming: shapes.NextSettlement | None, now_s: int) -> str:
    if coming is None:
        return "none to come"
    if coming.stage == "matured":
        return f"period {coming.period:,}, due now"
    if coming.stage == "disputed":
        return f"period {coming.period:,}, when the arbiter has ruled, by {clock(coming.latest.s)}"
    if coming.stage == "overdue":
        return f"period {coming.period:,} has no report and can expire now"
    soonest = "" if coming.earliest.s == coming.latest.s else " at the earliest"
    return f"period {coming.period:,}, {away(coming.earliest.s, now_s)}{soonest} ({clock(coming.earliest.s)})"


def _early_end_words(agreement: shapes.Agreement) -> str | None:
    ended = agreement.terminated
    if ended is None:
        return None
    who = "the customer" if ended.by == agreement.customer else "the provider"
    return f"by {who}, after {agreement.periods:,} periods; {_money(int(ended.refund), agreement.token)} back"


def _windows_words(agreement: shapes.Agreement) -> str:
    windows = agreement.report_deadline_s, agreement.dispute_window_s, agreement.resolution_deadline_s
    report, dispute, ruling = (duration(seconds) for seconds in windows)
    return f"{report} to report, {dispute} to dispute, {ruling} to rule"


def _settled_words(shown: Card) -> str | None:
    if shown.settled is None:
        return None
    token = shown.agreement.token
    provider, customer = _money(shown.settled.provider, token), _money(customers_part(shown.settled), token)
    return f"{provider} to the provider, {customer} to the customer"


def _money(amount: int, token: shapes.Token) -> str:
    return f"{units(amount, token.decimals)}{NBSP}{symbol(token)}"


def _strip(outcomes: Sequence[tuple[int, Outcome]]) -> Markup | None:
    if not outcomes:
        return None
    named = [(period, outcome.name.lower()) for period, outcome in outcomes]
    squares = [square(name, place * STEP, f"period {period:,}: {WORDS[name]}") for place, (period, name) in enumerate(named)]
    said = f"last {len(named)} periods, oldest first: " + ", ".join(WORDS[name] for _, name in named)
    return element("svg", *squares, viewBox=f"0 0 {STRIP * STEP} {SQUARE}", class_="strip", role="img", aria_label=said)
