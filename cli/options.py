"""The options that many commands share, with one spelling and one help text each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for programs.")]
RpcUrl = Annotated[
    str,
    typer.Option("--rpc-url", envvar="SURETY_RPC_URL", help="The chain's JSON-RPC address."),
]
Book = Annotated[
    Path,
    typer.Option("--book", envvar="SURETY_BOOK", help="The address book (JSON) that the deployment wrote."),
]
Keystore = Annotated[
    Path,
    typer.Option(
        "--keystore", envvar="SURETY_KEYSTORE", help="The keystore that signs; its password comes from SURETY_PASSWORD_FILE."
    ),
]
OwnKeystore = Annotated[
    Path | None,
    typer.Option("--keystore", envvar="SURETY_KEYSTORE", help="Your keystore; read for its address alone, without a password."),
]
Token = Annotated[
    str | None,
    typer.Option("--token", help="The token's address; by default the one of the address book."),
]
AgreementId = Annotated[str, typer.Argument(metavar="AGREEMENT", help="An agreement's id: 0x and 24 hex digits.")]
PeriodNumber = Annotated[int, typer.Argument(metavar="PERIOD", min=0, help="A period's number; the first is 0.")]

DEFAULT_RPC_URL = "http://127.0.0.1:8545"
DEFAULT_BOOK = Path("addresses.json")
