"""``surety law decide``: ask a law, without a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import law_route, law_writing
from cli.console import print_facts, print_json
from cli.law_explain import explain_case, verdict_facts, verdict_json
from cli.options import Json
from governance import laws
from governance.case import parse_case
from governance.errors import BadInput
from governance.law import load_law

app = typer.Typer(no_args_is_help=True, help="Laws: ask one what it says of a case, propose one, see which run.")
law_writing.add_to(app)

_MOST_CHARACTERS = 16 * 1024**2  # far more than any law, case or document of terms may have

LawSource = Annotated[str, typer.Argument(metavar="LAW", help="A Prolog file, or the name of a law that ships: standard.")]


@app.command("decide", epilog="Example: surety law decide standard --case examples/case.json")
def decide(
    law: LawSource,
    case: Annotated[Path, typer.Option(help="The case, as JSON: counts and figures (docs/laws.md).")],
    explain: Annotated[bool, typer.Option("--explain", help="Also the lines of the law behind it.")] = False,
    json_: Json = False,
) -> None:
    """Give one verdict, with the clauses that made it.

    A law that answers never, twice, or with an error gives no verdict: the command fails, and says why.
    """
    text, put = law_text(law), parse_case(text_of(case), str(case))
    if explain:
        explain_case(law, text, put, json_=json_)
        return
    answer = verdict_json(load_law(text, law).decide(put))
    if json_:
        print_json(answer)
    else:
        print_facts(f"{law} says", verdict_facts(answer))


@app.command("route", epilog="Example: surety law route eu_health --case examples/route.json --explain")
def route(
    law: LawSource,
    case: Annotated[Path, typer.Option(help="The request and the offers, as JSON (docs/laws-routing.md).")],
    explain: law_route.Explain = False,
    json_: Json = False,
) -> None:
    """Say where a request may go: the choice, the clauses that permit it, and all that is eligible, best first.

    Where no offer is eligible there is no choice: that is the law's answer, with exit code 0. An error in the law is never one.
    """
    law_route.decide_route(law_text(law), law, case, explain=explain, json_=json_)


def law_text(source: str) -> str:
    """The text of a law, by the name of one that ships or by its file. Raises BadInput where neither is to be found."""
    if source in laws.names():
        return laws.read(source)
    path = Path(source)
    if path.suffix != ".pl" and not path.exists():
        raise BadInput(f"no law named {source!r}", value=source, remedy=f"one of {', '.join(laws.names())}, or a Prolog file")
    return text_of(path)


def text_of(path: Path) -> str:
    """A file's text. Raises BadInput where it cannot be read, is no UTF-8, or goes on and on."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_CHARACTERS + 1)
    except OSError as cause:
        raise BadInput(f"cannot be read: {cause.strerror}", source=str(path), remedy="name a file that exists") from cause
    except UnicodeDecodeError as cause:
        raise BadInput("is not UTF-8 text", source=str(path), remedy="save it as UTF-8") from cause
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(f"has more than {_MOST_CHARACTERS:,} characters", source=str(path), remedy="name the right file")
    return text
