"""The command as a person or a program runs it, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def surety(monkeypatch, capsys) -> Callable[..., Ran]:
    """Runs ``surety`` with arguments, through its own entry point; no variable of the caller's is seen."""
    for name in ("SURETY_RPC_URL", "SURETY_BOOK", "SURETY_KEYSTORE", "SURETY_RELAY", "SURETY_EVIDENCE", "SURETY_API"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, password: str | None = "secret") -> Ran:
        from cli.main import main

        if password is None:
            monkeypatch.delenv("SURETY_PASSWORD", raising=False)
        else:
            monkeypatch.setenv("SURETY_PASSWORD", password)
        monkeypatch.setattr("sys.argv", ["surety", *arguments])
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return run
