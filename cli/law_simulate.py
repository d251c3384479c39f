"""``surety law simulate``: what a law would have paid for recorded samples, by the arithmetic that settles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.amounts import percent_of
from cli.bars import divided, legend
from cli.console import out, print_json, print_table, progress
from cli.judged import judged_json, judged_words
from cli.laws import LawSource, law_text
from cli.options import Json
from cli.supposing import (
    MONEY,
    SAMPLES_HELP,
    TERMS_HELP,
    DaoOption,
    DepositOption,
    FeeOption,
    MaxCreditOption,
    MaxSlashOption,
    PeriodsOption,
    SeriesOption,
    StartOption,
    ValidatorsOption,
    supposed_history,
)
from cli.wording import share_of, span_of
from governance.law import load_law

if TYPE_CHECKING:
    from settlement.hindsight.judging import Judged
    from settlement.hindsight.past import PastAgreement
    from settlement.hindsight.sums import Parts

COLUMNS = (
    "series", "period", "samples", "uptime %", "verdict", "credit", "provider", "validators", "DAO", "customer", "slash",
    "the fee",
)  # fmt: skip
TOTAL_COLUMNS = ("series", "periods", "fees", "provider", "validators", "DAO", "customer", "slash", "left of deposit", "the fees")
NUMERIC = frozenset(COLUMNS + TOTAL_COLUMNS) - {"series", "period", "verdict", "the fee", "the fees"}


def add_to(app: typer.Typer) -> None:
    """Adds the command to ``surety law``."""
    app.command("simulate", epilog="Example: surety law simulate standard --samples samples.csv --terms examples/backtest.yaml")(
        simulate
    )


def simulate(
    law: LawSource,
    samples: Annotated[Path, typer.Option(help=SAMPLES_HELP)],
    terms: Annotated[Path, typer.Option(help=TERMS_HELP)],
    series: SeriesOption = None,
    start: StartOption = None,
    periods: PeriodsOption = None,
    fee: FeeOption = "1000",
    deposit: DepositOption = "10000",
    validators: ValidatorsOption = "20",
    dao: DaoOption = "10",
    max_credit: MaxCreditOption = "100",
    max_slash: MaxSlashOption = "100",
    json_: Json = False,
) -> None:
    """Say what a law would have paid for recorded samples, period by period and in total.

    Counts as an oracle counts, asks the law as the committee asks it, and divides as the contracts divide; there is no chain. A
    period that the law gives no verdict for goes without a report, as it would in earnest, and makes the command fail in the end.
    """
    from settlement.hindsight.judging import judge
    from settlement.hindsight.past import periods_in

    program = load_law(law_text(law), law)
    history = supposed_history(
        samples, terms, series=series, start=start, periods=periods, fee=fee, deposit=deposit, validators=validators, dao=dao,
        max_credit=max_credit, max_slash=max_slash,
    )  # fmt: skip
    found: list[tuple[PastAgreement, list[Judged]]] = []
    with progress("asking the law", periods_in(history), quiet=json_) as stage:
        for past in history:
            found.append((past, []))
            for one in judge(program, past):
                found[-1][1].append(one)
                stage.step()
    if json_:
        print_json(_document(law, terms, found))
    else:
        _show(f"{samples.name} under {terms.name} and {law}, in {MONEY.symbol}", found)
    if any(one.fault for _, judged in found for one in judged):
        raise typer.Exit(1)


def _document(law: str, terms: Path, found: Sequence[tuple[PastAgreement, list[Judged]]]) -> dict[str, object]:
    from settlement.hindsight.sums import total

    totals = [_total(past, judged) for past, judged in found]
    everything = total(totals)
    return {
        "law": law,
        "terms": str(terms),
        "token": {"symbol": MONEY.symbol, "decimals": MONEY.decimals},
        "periods": [{"series": past.name} | judged_json(past, one) for past, judged in found for one in judged],
        "series": [
            {"series": past.name, "periods": len(judged)}
            | parts.as_json()
            | {"deposit_left": str(past.stakes.deposit - parts.deposit)}
            for (past, judged), parts in zip(found, totals, strict=True)
        ],
        "totals": everything.as_json(),
        "conserved": everything.conserved,
        "faults": sum(one.fault is not None for _, judged in found for one in judged),
    }


def _total(past: PastAgreement, judged: Sequence[Judged]) -> Parts:
    from settlement.hindsight.sums import parts_of, total

    return total(parts_of(one.settled, past.stakes.fee) for one in judged)


def _show(title: str, found: Sequence[tuple[PastAgreement, list[Judged]]]) -> None:
    from settlement.hindsight.sums import total

    print_table(title, COLUMNS, [_cells(past, one) for past, judged in found for one in judged], numeric=NUMERIC)
    rows = [_total_cells(past.name, past.stakes.deposit, len(judged), _total(past, judged)) for past, judged in found]
    if len(found) > 1:
        deposit, count = sum(past.stakes.deposit for past, _ in found), sum(len(judged) for _, judged in found)
        rows.append(_total_cells("all", deposit, count, total(_total(past, judged) for past, judged in found)))
    out.print()
    print_table("In total", TOTAL_COLUMNS, rows, numeric=NUMERIC)
    out.print(f"of each fee: {legend(('provider', 'validators and DAO', 'customer'))}", markup=False)
    for fault in {str(one.fault): None for _, judged in found for one in judged if one.fault}:
        out.print(f"no verdict: {fault}", markup=False, style="red")


def _cells(past: PastAgreement, one: Judged) -> tuple[object, ...]:
    from settlement.hindsight.sums import parts_of

    parts, case = parts_of(one.settled, past.stakes.fee), one.past.case
    return (
        past.name,
        span_of(one.past.start_s, one.past.end_s),
        case.samples if case else 0,
        percent_of(case.uptime.floor_ppm()) if case else None,
        judged_words(one),
        share_of(one.settled.credit_bps) if one.settled.credit_bps else None,
        *(MONEY.show(amount) if amount else None for amount in (parts.provider, parts.validators, parts.dao)),
        *(MONEY.show(amount) if amount else None for amount in (parts.customer, parts.slash)),
        divided(_thirds(parts)),
    )


def _total_cells(name: str, deposit: int, periods: int, parts: Parts) -> tuple[object, ...]:
    amounts = parts.fees, parts.provider, parts.validators, parts.dao, parts.customer, parts.slash, deposit - parts.deposit
    return (name, periods, *map(MONEY.show, amounts), divided(_thirds(parts)))


def _thirds(parts: Parts) -> tuple[int, int, int]:
    """How the fees were divided: the provider's part, the validators' and the DAO's, the customer's."""
    others = parts.validators + parts.dao
    return parts.provider, others, parts.fees - parts.provider - others
