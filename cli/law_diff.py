"""``surety law diff``: which settlements another law would change, by how much, and for whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.amounts import Money
from cli.bars import swung
from cli.console import out, print_json, print_table, progress
from cli.judged import decided_json, judged_words
from cli.laws import law_text
from cli.options import Json
from cli.supposing import (
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
from cli.wording import span_of
from governance.errors import BadInput
from governance.law import load_law

if TYPE_CHECKING:
    from settlement.hindsight.changes import Change, Comparison
    from settlement.hindsight.past import PastAgreement
    from settlement.hindsight.sums import Party

MOST_HISTORY_BYTES = 2**30
COLUMNS = (
    "agreement", "period", "old verdict", "new verdict", "because of", "provider", "validators", "DAO", "customer", "slash", "in",
)  # fmt: skip
TOTAL_COLUMNS = ("role", "who", "old", "new", "change", "in", "less | more")
NUMERIC = frozenset({"provider", "validators", "DAO", "customer", "slash", "old", "new", "change"})
_EXAMPLE = "Example: surety law diff standard stricter.pl --history history.jsonl"


def add_to(app: typer.Typer) -> None:
    """Adds the command to ``surety law``."""
    app.command("diff", epilog=_EXAMPLE)(diff)


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The law as it is: a Prolog file, or a name that ships.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The law as it might be.")],
    history: Annotated[Path | None, typer.Option(help="A history, as surety audit export writes it.")] = None,
    samples: Annotated[Path | None, typer.Option(help="Or samples: " + SAMPLES_HELP)] = None,
    terms: Annotated[Path | None, typer.Option(help="With samples: " + TERMS_HELP)] = None,
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
    """Say which settlements another law would change, by how much and for whom.

    Both laws are asked about every period, and each one's verdicts are divided in order, from the deposit as it was at opening.
    What an arbiter decided stays, and what no one reported. Fails in the end where a law gives no verdict for a period.
    """
    from settlement.hindsight.changes import compare
    from settlement.hindsight.past import periods_in

    before, after = load_law(law_text(old), old), load_law(law_text(new), new)
    if history is not None:
        _refuse(samples or terms or series or start or periods, "--history has its own samples and terms")
        past = read_history(history, quiet=json_)
    else:
        if samples is None or terms is None:
            raise BadInput("what history?", remedy="name one with --history, or --samples and --terms")
        past = supposed_history(
            samples, terms, series=series, start=start, periods=periods, fee=fee, deposit=deposit, validators=validators, dao=dao,
            max_credit=max_credit, max_slash=max_slash,
        )  # fmt: skip
    with progress("asking both laws", periods_in(past), quiet=json_) as stage:
        found = compare(before, after, past, stage.step)
    if json_:
        print_json(_document(old, new, found))
    else:
        _show(old, new, found)
    if found.faults:
        raise typer.Exit(1)


def read_history(path: Path, *, quiet: bool) -> list[PastAgreement]:
    """The agreements of a history file. Raises BadInput with its line for what is wrong in it."""
    from settlement.hindsight.lines import read_lines

    try:
        size = path.stat().st_size
        if size > MOST_HISTORY_BYTES:
            raise BadInput("is too large", source=str(path), remedy=f"at most {MOST_HISTORY_BYTES} bytes: split it by agreement")
        with path.open(encoding="utf-8") as lines, progress("reading the history", size, quiet=quiet) as stage:
            return read_lines(stage.through(lines), str(path))
    except OSError as cause:
        raise BadInput(f"cannot be read: {cause.strerror}", source=str(path), remedy="name a file that exists") from cause
    except UnicodeDecodeError as cause:
        raise BadInput("is not UTF-8 text", source=str(path), remedy="save it as UTF-8") from cause


def _refuse(given: object, why: str) -> None:
    if given:
        raise BadInput(why, value=given, remedy="leave the others out")


def _document(old: str, new: str, found: Comparison) -> dict[str, object]:
    return {
        "old": old,
        "new": new,
        "periods": found.periods,
        "changed": len(found.changes),
        "reworded": found.reworded,
        "unlike_settled": found.unlike,
        "not_asked": found.kept,
        "faults": found.faults,
        "changes": [_change_json(one) for one in found.changes],
        "parties": [
            {
                "token": {"address": party.token[0], "symbol": party.token[1], "decimals": party.token[2]},
                "role": party.role,
                "name": party.name,
                "old": str(before),
                "new": str(after),
                "change": str(after - before),
            }
            for party, before, after in found.gains()
        ],
    }


def _change_json(one: Change) -> dict[str, object]:
    return {
        "agreement": one.past.name,
        "provider": one.past.provider,
        "customer": one.past.customer,
        "period": one.old.past.period,
        "start_s": one.old.past.start_s,
        "end_s": one.old.past.end_s,
        "because": one.because.value,
        "old": decided_json(one.old),
        "new": decided_json(one.new),
        "change": one.difference.as_json(),
    }


def _show(old: str, new: str, found: Comparison) -> None:
    if found.changes:
        title = f"Settlements that change from {old} to {new}"
        print_table(title, COLUMNS, [_cells(one) for one in found.changes], numeric=NUMERIC)
        out.print()
    gains = found.gains()
    largest = max((abs(after - before) for _, before, after in gains), default=0)
    rows = [_total_cells(*one, largest) for one in gains]
    print_table("For whom, after what deposits cost the providers", TOTAL_COLUMNS, rows, numeric=NUMERIC)
    out.print(f"{len(found.changes)} of {found.periods} settlements change; what some gain, others lose", markup=False)
    for count, words in (
        (found.reworded, "pay the same for another tier or other clauses"),
        (found.unlike, f"were settled otherwise than {old} settles them"),
        (found.kept, "stay as they are: no one reported, an arbiter decided, or the counts are lost"),
    ):
        if count:
            out.print(f"{count} of {found.periods} {words}", markup=False)
    if found.faults:
        out.print(f"{found.faults} times a law gave no verdict; such a period would have had no report", style="red")


def _cells(one: Change) -> tuple[object, ...]:
    money, change = _money(one.past.token.symbol, one.past.token.decimals), one.difference
    return (
        one.past.name,
        span_of(one.old.past.start_s, one.old.past.end_s),
        judged_words(one.old),
        judged_words(one.new),
        one.because.value,
        *(
            _signed(money, amount) if amount else None
            for amount in (change.provider, change.validators, change.dao, change.customer, change.slash)
        ),
        money.symbol,
    )


def _total_cells(party: Party, before: int, after: int, largest: int) -> tuple[object, ...]:
    money = _money(*party.token[1:])
    return (
        "DAO" if party.role == "dao" else party.role,
        party.name or None,
        money.show(before),
        money.show(after),
        _signed(money, after - before) if after != before else None,
        money.symbol,
        swung(after - before, largest),
    )


def _money(symbol: str, decimals: int) -> Money:
    return Money("", symbol, decimals)


def _signed(money: Money, amount: int) -> str:
    return ("+" if amount > 0 else "") + money.show(amount)
