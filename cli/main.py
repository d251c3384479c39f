"""The one command, ``surety``: parses, calls the house, prints. Errors leave as one line, without a traceback."""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn

import typer

from cli import (
    agreements,
    audit,
    disputes,
    govern,
    keys,
    law_check,
    law_diff,
    law_life,
    law_simulate,
    law_test,
    laws,
    providers,
    running,
    samples,
    status,
)
from cli.console import err
from governance.errors import RetryableError, SuretyError

EXIT_FATAL = 1
EXIT_RETRYABLE = 75
EXIT_DEFECT = 70

app = typer.Typer(
    name="surety",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Service-level agreements for AI inference that settle themselves.\n\n"
        "New here? Run [bold]surety demo[/bold]: five providers, four oracles and a local chain, settled before your eyes. "
        "Then [bold]surety up[/bold] keeps such a stack running, and the other commands talk to it."
    ),
    epilog=(
        "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 75 try again later. "
        "SURETY_RPC_URL, SURETY_BOOK and SURETY_PASSWORD_FILE stand in for options; [bold]surety up[/bold] prints them."
    ),
)
running.add_to(app)
law_life.add_to(laws.app)
law_simulate.add_to(laws.app)
law_diff.add_to(laws.app)
app.add_typer(keys.app, name="key")
app.add_typer(providers.app, name="provider")
app.add_typer(agreements.app, name="agreement")
app.command("status", epilog="Example: surety status 0x…")(status.status)
app.add_typer(disputes.app, name="dispute")
app.add_typer(audit.app, name="audit")
laws.app.command("check", epilog="Example: surety law check standard")(law_check.check)
laws.app.command("test", epilog="Example: surety law test my-law.pl")(law_test.test)
app.add_typer(laws.app, name="law")
app.add_typer(govern.app, name="govern")
samples.add_to(app)


def main() -> None:
    """Entry point of the installed command."""
    try:
        app()
    except SuretyError as error:
        _leave(str(error), EXIT_RETRYABLE if isinstance(error, RetryableError) else EXIT_FATAL)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(EXIT_FATAL) from None
    except Exception as error:
        if os.environ.get("SURETY_TRACEBACK"):
            raise
        _leave(f"{type(error).__name__}: {error}; this is a defect of surety, SURETY_TRACEBACK=1 shows where", EXIT_DEFECT)


def _leave(message: str, code: int) -> NoReturn:
    if "--json" in sys.argv:
        json.dump({"error": message}, sys.stderr)
        sys.stderr.write("\n")
    else:
        err.print(f"error: {message}", markup=False, style="red")
    raise SystemExit(code) from None
