"""``surety law new`` and ``surety law from-terms``: laws to start from, and laws made of published tier tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out, print_facts, print_json, print_table
from cli.options import Json
from governance.documents import read_file
from governance.errors import BadInput
from governance.from_terms import TableLaw, laws_from_terms
from governance.law import load_law, load_routing_law
from governance.starting import starting_law
from governance.table_parts import Treatment
from governance.tier_table import NoTiers

Folder = Annotated[Path, typer.Option("--out", help="The folder for the files.", metavar="DIR")]


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The law's name: small letters, digits and underscores.")],
    routing: Annotated[bool, typer.Option("--routing", help="A law that routes, instead of one that settles.")] = False,
    folder: Folder = Path(),
    json_: Json = False,
) -> None:
    """Write a small law that works, with its tests, to be changed into your own.

    Two files, NAME.pl and NAME.plt. What is there already is never overwritten.
    """
    law, tests = starting_law(name, routing=routing)
    (load_routing_law if routing else load_law)(law, f"{name}.pl")
    written = _write(folder, {f"{name}.pl": law, f"{name}.plt": tests})
    if json_:
        print_json({"law": written[0], "tests": written[1]})
    else:
        print_facts(f"a law that {'routes' if routing else 'settles'}", {"law": written[0], "tests": written[1]})
        out.print(f"next: surety law test {written[0]}", markup=False)


def from_terms(
    terms: Annotated[Path, typer.Argument(metavar="TERMS", help="Tier tables, as YAML (docs/laws.md).")],
    provider: Annotated[str | None, typer.Option(help="The id of one provider; else all of them.", metavar="ID")] = None,
    folder: Folder = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files of the same names.")] = False,
    json_: Json = False,
) -> None:
    """Turn published tier tables into laws, with tests at every boundary, and say what no law can say of them.

    For each table a NAME.pl and a NAME.plt, NAME being the provider's id with underscores. A gap between tiers, an overlap, a
    wrong order or a figure that is no exact decimal is refused with its line and column, and nothing is written.
    """
    made, without = laws_from_terms(read_file(terms), str(terms), provider)
    for law in made:
        load_law(law.law, f"{law.name}.pl")
    files = {f"{law.name}.{ending}": text for law in made for ending, text in (("pl", law.law), ("plt", law.tests))}
    written = _write(folder, files, force=force)
    if json_:
        print_json(_as_json(made, without, written))
        return
    for law in made:
        rows = [(part.part, part.line, part.treatment, part.says, part.remark) for part in law.parts]
        print_table(f"{law.id}: {law.name}.pl", ("part", "line", "is", "says", "remark"), rows, numeric=frozenset({"line"}))
    if without:
        print_facts("no law can be made of", {table.id: table.reason for table in without})
    print_facts("written", dict.fromkeys(written, "") or {"nothing": ""})


def add_to(app: typer.Typer) -> None:
    """Adds both commands."""
    app.command("new", epilog="Example: surety law new gold")(new)
    app.command("from-terms", epilog="Example: surety law from-terms examples/tier-tables.yaml --out laws")(from_terms)


def _as_json(made: Sequence[TableLaw], without: Sequence[NoTiers], written: Sequence[str]) -> dict[str, object]:
    return {
        "laws": [
            {
                "id": law.id,
                "name": law.name,
                "law": written[2 * number],
                "tests": written[2 * number + 1],
                "parts": [
                    {"part": each.part, "line": each.line, "is": each.treatment, "says": each.says, "remark": each.remark}
                    for each in law.parts
                ],
                "not_expressed": [each.part for each in law.parts if each.treatment is Treatment.NOWHERE],
                "not_stated": [each.part for each in law.parts if each.treatment is Treatment.NOT_STATED],
            }
            for number, law in enumerate(made)
        ],
        "without_law": [{"id": table.id, "reason": table.reason} for table in without],
    }


def _write(folder: Path, files: Mapping[str, str], *, force: bool = False) -> list[str]:
    """Writes all files, or none. Raises BadInput for one that is there already, unless told to overwrite it."""
    paths = {folder / name: text for name, text in files.items()}
    for path in paths:
        if path.exists() and not force:
            raise BadInput("is there already", source=str(path), value=str(path), remedy="choose another name or folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in paths.items():
            with path.open("w" if force else "x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", source=str(folder), remedy="name a folder to write to") from None
    return [str(path) for path in paths]
