"""``surety backtest``: what recorded samples would have paid, settled on a devnet of their own through the whole path."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli.amounts import Money, percent_of
from cli.console import print_json, print_table, progress
from cli.history import shares_of
from cli.laws import law_text, text_of
from cli.options import Json
from cli.settled import Settled
from cli.supposing import chosen_series
from governance.errors import BadInput
from governance.law import load_law
from governance.terms import Terms, parse_terms
from governance.values import PeriodKind

COLUMNS = (
    "series", "month", "samples", "uptime %", "P95 ms", "verdict", "credit", "provider", "validators", "DAO", "customer", "slash",
)  # fmt: skip
NUMERIC = frozenset(COLUMNS) - {"series", "month", "verdict"}


def backtest(
    file: Annotated[Path, typer.Argument(help="CSV with columns ts (Unix s), ok (0/1), latency_ms and, if wanted, series.")],
    terms: Annotated[Path, typer.Option(help="Terms with calendar months (docs/terms.md), e.g. examples/backtest.yaml.")],
    law: Annotated[str, typer.Option(help="The law that decides: a name that ships, or a Prolog file.")] = "standard",
    series: Annotated[list[str] | None, typer.Option(help="Only this series; give it again for more.")] = None,
    fee: Annotated[str, typer.Option(help="Fee per month, in whole test tokens.")] = "1000",
    deposit: Annotated[str, typer.Option(help="Deposit of each agreement, in whole test tokens.")] = "10000",
    json_: Json = False,
) -> None:
    """Settle a history month by month: observe, co-sign, report, mature, claim.

    Starts a chain of its own, moves its clock through the months, and lets four oracles, a relay and the contracts do what they
    do in production. Each series becomes an agreement from its first month to its last; a month without samples has no report.
    """
    from cli.demo_report import show_balance
    from cli.replay import replay
    from oracle.csv_samples import read_samples

    text, agreed = text_of(terms), _monthly(terms)
    program = law_text(law)
    load_law(program, law)
    samples = read_samples(file)
    names = chosen_series(samples, series, file)
    with tempfile.TemporaryDirectory(prefix="surety-backtest-") as folder, progress("settling", None, quiet=json_) as stage:
        result = replay(Path(folder), samples, names, text, agreed, program, fee, deposit, stage)
    if json_:
        print_json(result.as_json())
    else:
        money = result.money
        title = f"{file.name} under {terms.name} and {law}, in {money.symbol}"
        print_table(title, COLUMNS, [_cells(one, money) for one in result.months], numeric=NUMERIC)
        show_balance(result.totals, money)
    if not result.totals.balanced:
        raise typer.Exit(1)


def _monthly(path: Path) -> Terms:
    terms = parse_terms(text_of(path), str(path))
    if terms.kind is not PeriodKind.CALENDAR_MONTH:
        raise BadInput("these terms are not monthly", source=str(path), value=terms.period_s, remedy="write duration: 1M")
    return terms


def _cells(one: Settled, money: Money) -> tuple[object, ...]:
    shares = shares_of(one.division)
    return (
        one.series,
        one.month,
        one.samples,
        percent_of(one.uptime_ppm),
        one.p95_ms,
        one.verdict,
        f"{one.credit_bps // 100} %" if one.credit_bps else None,
        *(money.show(shares[name]) if shares[name] else None for name in ("provider", "validators", "dao", "customer", "slash")),
    )
