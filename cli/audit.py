"""``surety audit``: what the chain says, and whether it follows from the evidence. Needs no account and trusts nobody."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated

import typer

from chain.events import Event
from cli.amounts import parse_agreement, show_agreement
from cli.connection import Connection
from cli.console import out, print_json
from cli.history import read_events
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, RpcUrl

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
    events = [event for event in read_events(connection) if wanted is None or getattr(event, "agreement", None) == wanted]
    if json_:
        print_json([_facts(event) for event in events])
        return
    for event in events:
        values = ", ".join(f"{name}={_shown(value)}" for name, value in _values(event).items())
        out.print(f"{event.block_number:>6}  {type(event).__name__}({values})", markup=False)
    out.print(f"{len(events)} events", markup=False)


def _facts(event: Event) -> dict[str, object]:
    return {
        "event": type(event).__name__,
        "contract": event.address,
        "block": event.block_number,
        "transaction": event.tx_hash,
        "log_index": event.log_index,
        "values": _values(event),
    }


def _values(event: Event) -> dict[str, object]:
    return {each.name: _plain(each.name, getattr(event, each.name)) for each in fields(event) if each.name not in _PLACES}


def _plain(name: str, value: object) -> object:
    """A value as JSON has it: money and other large integers as decimal strings, so that no reader loses a digit."""
    if name == "agreement" and isinstance(value, int):
        return show_agreement(value)
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value):
        return {each.name: _plain(each.name, getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain("", each) for each in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) and value >= 1 << 53 else value


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"
