"""Where a keystore's password comes from: the environment, a file its owner alone can read, or a prompt; never an argument."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import typer

from governance.errors import BadInput

VARIABLE = "SURETY_PASSWORD"
FILE_VARIABLE = "SURETY_PASSWORD_FILE"


def password_for(keystore: Path, *, confirm: bool = False, variable: str = VARIABLE) -> str:
    """The password of one keystore.

    Order: ``SURETY_PASSWORD``, the file named by ``SURETY_PASSWORD_FILE``, a prompt on the terminal. Raises BadInput where
    none of the three is to be had, or where others may read the file.
    """
    if (given := os.environ.get(variable)) is not None:
        return given
    if named := os.environ.get(f"{variable}_FILE"):
        return read_password(Path(named))
    if not sys.stdin.isatty():
        raise BadInput(
            f"no password for {keystore}",
            value=str(keystore),
            remedy=f"set {variable}_FILE to a file that holds it (mode 0600), or {variable}, or run in a terminal",
        )
    return str(typer.prompt(f"Password of {keystore}", hide_input=True, confirmation_prompt=confirm))


def read_password(path: Path) -> str:
    """The first line of a password file. Raises BadInput when it is missing, empty or open to others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise BadInput(f"the password file {path} cannot be read", value=str(path), remedy="name a readable text file") from cause
    if stat.S_IMODE(mode) & 0o077:
        raise BadInput(f"others can read the password file {path}", value=oct(mode), remedy=f"run: chmod 600 {path}")
    if not (first := text.split("\n", 1)[0].rstrip("\r")):
        raise BadInput(f"the password file {path} is empty", value=str(path), remedy="write the password on its first line")
    return first
