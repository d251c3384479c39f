"""``surety audit``: what the chain says, and whether it follows from the evidence. Needs no account and trusts nobody."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.events import Event, ProviderPaid
from chain.row import unpack
from cli.amounts import parse_agreement, show_agreement
from cli.connection import Connection
from cli.console import out, print_json, print_table, tell
from cli.history import read_events
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, AgreementId, Book, Json, PeriodNumber, RpcUrl
from governance.errors import BadInput
from settlement.audit_checks import Check

app = typer.Typer(no_args_is_help=True, help="An auditor's side: read the log, check a period again.")

_PLACES = ("address", "block_number", "block_hash", "tx_hash", "log_index")
_LONGEST_SHOWN = 66


@app.command("log", epilog="Example: surety audit log --agreement 0x… --json")
def log(
    agreement: Annotated[str | None, typer.Option(help="Only what names this agreement.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Print every event of the deployment, decoded, oldest first."""
    connection = Connection.open(rpc_url, book)
    wanted = parse_agreement(agreement) if agreement else None
    events = [event for event in read_events(connection) if wanted is None or _concerns(event, wanted)]
    if json_:
        print_json([_facts(event) for event in events])
        return
    for event in events:
        values = ", ".join(f"{name}={_shown(value)}" for name, value in _values(event).items())
        out.print(f"{event.block_number:>6}  {type(event).__name__}({values})", markup=False)
    out.print(f"{len(events)} events", markup=False)


@app.command("verify", epilog="Example: surety audit verify 0x… 0")
def verify(
    agreement: AgreementId,
    period: PeriodNumber,
    relay: Annotated[str | None, typer.Option(envvar="SURETY_RELAY", help="A relay that serves the observation set.")] = None,
    archive: Annotated[Path | None, typer.Option(help="Or a folder of observation sets, each <root>.json.")] = None,
    evidence: Annotated[list[str] | None, typer.Option(envvar="SURETY_EVIDENCE", help="Evidence store; again for more.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Check one period again: signatures, roots, evidence, law, verdict and split.

    Uses the chain, the observation set and the evidence, and believes none of them: everything is held against hashes and
    signatures. Exit code 0 only if every decisive check held; what could not be checked is never called verified.
    """
    from oracle.evidence import EvidenceStore
    from settlement.audit import Result, verify_period

    connection = Connection.open(rpc_url, book)
    report = verify_period(
        connection.docket(),
        connection.node,
        connection.book,
        _observation_sets(relay, archive),
        [EvidenceStore(url) for url in evidence or ()],
        parse_agreement(agreement),
        period,
    )
    if json_:
        print_json(report.document() | {"agreement": agreement})
    else:
        rows = [(check.name, check.result.value, *_difference(check)) for check in report.checks]
        print_table(f"agreement {agreement}, period {period}", ("check", "result", "expected", "seen"), rows)
        for suspect in report.suspects:
            out.print(f"differs, without shaking the median: {suspect}", markup=False)
        out.print(_VERDICTS[report.result.value], markup=False, style="green" if report.result is Result.HELD else "red")
    if report.result is not Result.HELD:
        raise typer.Exit(1)


@app.command("export", epilog="Example: surety audit export --out history.jsonl --relay http://127.0.0.1:8600")
def export(
    out_: Annotated[Path, typer.Option("--out", help="Where the history is written, as JSON lines.")],
    relay: Annotated[str | None, typer.Option(envvar="SURETY_RELAY", help="A relay that serves the observation sets.")] = None,
    archive: Annotated[Path | None, typer.Option(help="Or a folder of observation sets, each <root>.json.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Write down every settled period with the counts that it rests on, for surety law diff.

    Reads the log and the observation sets. Counts are taken only from sets whose hashes and signatures hold, and whose row is the
    one on chain; a period whose counts are not to be had keeps its settlement, and is named.
    """
    from cli.histories import export_history

    told, lost = export_history(Connection.open(rpc_url, book), _observation_sets(relay, archive), out_, quiet=json_)
    tell(f"written to {out_}", told | ({"lost": lost} if json_ else {}), json_=json_)


def _difference(check: Check) -> tuple[str, str]:
    """What was expected and seen, where it matters: what held needs no second look, and --json has it all."""
    return ("", "") if check.result.value == "held" else (_shown(check.expected), _shown(check.seen))


_VERDICTS = {
    "held": "verified: the money followed from the evidence",
    "failed": "REFUTED: at least one decisive check failed",
    "unverified": "not verified: something needed was not to be had; see the table",
}


def _observation_sets(relay: str | None, archive: Path | None) -> Any:
    """Where observation sets come from. Raises BadInput where neither a relay nor an archive is named."""
    from oracle.relay_client import RelayClient
    from settlement.audit import SetArchive

    if archive is not None:
        return SetArchive(archive)
    if relay is None:
        raise BadInput("where is the observation set?", remedy="name a relay with --relay, or a folder with --archive")
    return RelayClient(relay)


def _facts(event: Event) -> dict[str, object]:
    return {
        "event": type(event).__name__,
        "contract": event.address,
        "block": event.block_number,
        "transaction": event.tx_hash,
        "log_index": event.log_index,
        "values": _values(event),
    }


def _concerns(event: Event, agreement: int) -> bool:
    if isinstance(event, ProviderPaid):
        return agreement in dict(event.amounts)
    return getattr(event, "agreement", None) == agreement


def _values(event: Event) -> dict[str, object]:
    told = {each.name: _plain(each.name, getattr(event, each.name)) for each in fields(event) if each.name not in _PLACES}
    if isinstance(event, ProviderPaid):
        told["parts"] = {show_agreement(agreement): str(amount) for agreement, amount in event.amounts}
    return told


def _plain(name: str, value: object) -> object:
    """A value as JSON has it: money and other large integers as decimal strings, so that no reader loses a digit."""
    if name == "agreement" and isinstance(value, int):
        return show_agreement(value)
    if name == "row" and isinstance(value, int):
        return _row(value)
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value):
        return {each.name: _plain(each.name, getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain("", each) for each in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) and value >= 1 << 53 else value


def _row(word: int) -> dict[str, object]:
    """A row word, and what it says; a skipped one may say what no row may."""
    try:
        row = unpack(word)
    except BadInput as error:
        return {"word": f"0x{word:064x}", "unreadable": error.message}
    return {"word": f"0x{word:064x}"} | {each.name: _plain(each.name, getattr(row, each.name)) for each in fields(row)}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_shown(inner)}" for name, inner in value.items()) + "}"
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"
