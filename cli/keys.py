"""``surety key``: keystores, the only form in which Surety takes a key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.keys import new_keystore, open_keystore
from cli.console import out, print_json
from cli.options import Json
from cli.passwords import password_for

app = typer.Typer(no_args_is_help=True, help="Make and read keystores; every role has one.")


@app.command("new", epilog="Example: surety key new provider.json")
def new(
    path: Annotated[Path, typer.Argument(help="Where the new keystore is written (mode 0600); never overwritten.")],
    light: Annotated[bool, typer.Option("--light", help="A cheaper key derivation, for devnets and tests only.")] = False,
    json_: Json = False,
) -> None:
    """Make a key and write it, encrypted, as a Web3 keystore (version 3).

    The password comes from SURETY_PASSWORD_FILE, SURETY_PASSWORD or a prompt; it is never an argument.
    """
    address = new_keystore(path, password_for(path, confirm=True), light=light)
    if json_:
        print_json({"address": address, "keystore": str(path)})
    else:
        out.print(f"{address}  (keystore {path}; back it up, nothing else can restore it)", markup=False)


@app.command("show", epilog="Example: surety key show provider.json")
def show(
    path: Annotated[Path, typer.Argument(help="A keystore.")],
    json_: Json = False,
) -> None:
    """Open a keystore and print its address: a check that the password is the right one."""
    address = open_keystore(path, password_for(path)).address
    if json_:
        print_json({"address": address, "keystore": str(path)})
    else:
        out.print(address)
