"""The options by which recorded samples become an agreement that might have been, and the history that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.amounts import Money
from cli.laws import text_of
from cli.wording import parse_instant, parse_share
from governance.errors import BadInput
from governance.terms import parse_terms

if TYPE_CHECKING:
    from oracle.samples import Samples
    from settlement.hindsight.past import PastAgreement

MONEY = Money("", "tokens", 6)

SAMPLES_HELP = "CSV with columns ts (Unix s), ok (0/1), latency_ms and, if wanted, series."
TERMS_HELP = "The terms under which the samples are counted (docs/terms.md)."
SeriesOption = Annotated[list[str] | None, typer.Option(help="Only this series; give it again for more.")]
StartOption = Annotated[
    str | None, typer.Option(help="When the first period begins, in UTC, as 2026-03-01; by default that of the first sample.")
]
PeriodsOption = Annotated[int | None, typer.Option(min=1, help="How many periods; by default up to the last sample.")]
FeeOption = Annotated[str, typer.Option(help="Fee per period, in whole tokens.")]
DepositOption = Annotated[str, typer.Option(help="Deposit of each agreement, in whole tokens.")]
ValidatorsOption = Annotated[str, typer.Option(help="The validators' share of a fee, in percent.")]
DaoOption = Annotated[str, typer.Option(help="The DAO's share of a fee, in percent.")]
MaxCreditOption = Annotated[str, typer.Option(help="The agreement's cap on a credit, in percent of a fee.")]
MaxSlashOption = Annotated[str, typer.Option(help="The agreement's cap on a slash, in percent of the deposit.")]


def supposed_history(
    samples: Path,
    terms: Path,
    *,
    series: list[str] | None,
    start: str | None,
    periods: int | None,
    fee: str,
    deposit: str,
    validators: str,
    dao: str,
    max_credit: str,
    max_slash: str,
) -> list[PastAgreement]:
    """The agreements that these options describe. Raises BadInput for whatever cannot be read, or does not fit."""
    from oracle.csv_samples import read_samples
    from settlement.hindsight.past import Token
    from settlement.hindsight.supposed import Supposition, suppose
    from settlement.split import Stakes

    agreed = parse_terms(text_of(terms), str(terms))
    locked = MONEY.parse(deposit)
    supposed = Supposition(
        token=Token("", MONEY.symbol, MONEY.decimals),
        stakes=Stakes(MONEY.parse(fee), locked, locked, parse_share(validators), parse_share(dao), relay_fee=0),
        max_credit_bps=parse_share(max_credit),
        max_slash_bps=parse_share(max_slash),
        start_s=None if start is None else parse_instant(start),
        periods=periods,
    )
    read = read_samples(samples)
    return list(suppose(read, chosen_series(read, series, samples), agreed, supposed))


def chosen_series(samples: Samples, wanted: list[str] | None, file: Path) -> Sequence[str | None]:
    """The series to look at: those wanted, or all. Raises BadInput for one that is not there, and for no samples at all."""
    if len(samples) == 0:
        raise BadInput("there are no samples", source=str(file), remedy="give a file with at least one row")
    known = samples.names
    if known is None:
        if wanted:
            raise BadInput("there is no column series", source=str(file), value=wanted, remedy="leave --series out")
        return (None,)
    if unknown := sorted(set(wanted or ()) - set(known)):
        raise BadInput(f"no series {unknown[0]!r}", source=str(file), value=unknown[0], remedy="name one of the file's series")
    return tuple(sorted(set(wanted) if wanted else known))
