"""``surety law check``: what is wrong with a law, before anybody settles or routes on it."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cli.console import Stage, out, print_json, print_table, progress
from cli.laws import LawSource, law_text, text_of
from cli.options import Json
from governance.checking.finding import Checked, Finding
from governance.checking.law import RANDOM_LADDERS, SEED, LawReport, check_law, random_ladders
from governance.checking.settlement import Ladder
from governance.checking.watching import Watch
from governance.terms import parse_terms

EXAMPLE_TERMS = "demo.yaml"
EXIT_FOUND = 1


def check(
    law: LawSource,
    terms: Annotated[
        list[Path] | None, typer.Option(help="Terms to check under (docs/terms.md); give it again for more. Default: see above.")
    ] = None,
    random: Annotated[
        int, typer.Option(min=0, max=1_000, help="Sets of random terms, where no terms are given.")
    ] = RANDOM_LADDERS,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the random terms.")] = SEED,
    json_: Json = False,
) -> None:
    """Look for what is wrong with a law: over all inputs, not over some.

    The fence; then, for a law that settles: exactly one verdict for every case, nothing paid for worse service, no clause for
    nothing. For one that routes: no error, no contradicting strategies, no clause for nothing. A law that takes its figures from
    the terms is checked under the terms given, else under the example terms and under random ones. Ends with 1 if an error is
    found; warnings are shown.
    """
    text = law_text(law)
    ladders = [_ladder(path) for path in terms] if terms else [_example(), *random_ladders(random, seed)]
    with progress(f"checking {law}", 1.0, quiet=json_) as stage:
        report = check_law(text, law, ladders, _watcher(stage))
    if json_:
        print_json(_document(report))
    else:
        _show(report)
    if not report.sound:
        raise typer.Exit(EXIT_FOUND)


def _ladder(path: Path) -> Ladder:
    return Ladder(path.name, parse_terms(text_of(path), str(path)).figures)


def _example() -> Ladder:
    text = files("cli.terms").joinpath(EXAMPLE_TERMS).read_text("utf-8")
    return Ladder("the demo's terms", parse_terms(text, EXAMPLE_TERMS).figures)


def _watcher(stage: Stage) -> Watch:
    def watch(what: str, share: float) -> None:
        stage.at(share, f"checking: {what}")

    return watch


def _document(report: LawReport) -> dict[str, object]:
    return {
        "law": report.name,
        "sound": report.sound,
        "checked": [
            {
                "as": part.kind,
                "holds_for": part.scope,
                "proved": part.proved,
                "regions": part.regions,
                "runs": part.runs,
                "samples": part.samples,
            }
            for part in report.parts
        ],
        "findings": [asdict(finding) for finding in report.findings],
    }


def _show(report: LawReport) -> None:
    rows = [
        (
            finding.grade,
            f"{report.name}:{finding.line}" if finding.line else report.name,
            finding.kind,
            _told(finding),
        )
        for finding in report.findings
    ]
    if rows:
        print_table(f"{report.name}: findings", ("grade", "place", "kind", "what"), rows)
    else:
        out.print(f"{report.name}: nothing found.", markup=False)
    for part in report.parts:
        out.print(_summary(part), markup=False)


def _told(finding: Finding) -> str:
    lines = [
        finding.message,
        f"where: {finding.where}" if finding.where else "",
        f"for example: {finding.example}" if finding.example else "",
        f"under: {finding.under}" if finding.under else "",
    ]
    return "\n".join(filter(None, lines))


def _summary(part: Checked) -> str:
    told = "Complete: this is all that there is to find" if part.proved else "Not complete: this was found"
    drawn = f", {part.samples} of these drawn at random" if part.samples else ""
    return f"{told} in a law of {part.kind}, for {part.scope}. {part.regions} regions, asked {part.runs} times{drawn}."
