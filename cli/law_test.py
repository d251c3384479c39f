"""``surety law test``: a law's own tests, and the clauses that they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out, print_json, print_table, progress
from cli.laws import LawSource, law_text
from cli.options import Json
from governance import laws
from governance.checking.law import loaded_as
from governance.checking.own_tests import TestReport, run_own_tests
from governance.errors import BadInput


def test(
    law: LawSource,
    tests: Annotated[Path | None, typer.Option(help="The tests (plunit). Default: LAW.plt beside LAW.pl.")] = None,
    allow: Annotated[int, typer.Option(min=1, max=3_600, help="Seconds of processor time.")] = 60,
    json_: Json = False,
) -> None:
    """Run a law's own tests, in a process of their own, and count which clauses held in them.

    The law goes through the fence first. Its tests are a program like any other: run those alone that you would run. Ends with 1
    if one fails, or if there are none; a clause that no test reaches is shown, and is no failure.
    """
    loaded_as(law_text(law), law)
    with _file_of(law) as file, progress(f"testing {law}", None, quiet=json_):
        report = run_own_tests(file, _tests_of(file, tests), allow)
    if json_:
        print_json(_document(law, report))
    else:
        _show(law, report)
    if not report.passed:
        raise typer.Exit(1)


@contextmanager
def _file_of(law: str) -> Iterator[Path]:
    if law in laws.names():
        with as_file(files("governance.laws") / f"{law}.pl") as file:
            yield file
    else:
        yield Path(law)


def _tests_of(law: Path, given: Path | None) -> Path:
    tests = given or law.with_suffix(".plt")
    if not tests.is_file():
        raise BadInput(
            "there are no such tests", source=str(tests), remedy="write them beside the law, or name them: --tests FILE"
        )
    return tests


def _document(law: str, report: TestReport) -> dict[str, object]:
    return {
        "law": law,
        "passed": [test.name for test in report.tests if test.passed],
        "failed": [{"test": test.name, "printed": test.printed} for test in report.tests if not test.passed],
        "clauses": len(report.clauses),
        "covered": len(report.clauses) - len(report.uncovered),
        "uncovered": [
            {"predicate": each.predicate, "line": each.line, "ran": each.ran, "clauses": count}
            for each, count in Counter(report.uncovered).items()
        ],
    }


def _show(law: str, report: TestReport) -> None:
    rows = [(test.name, "passed" if test.passed else "failed") for test in report.tests]
    print_table(f"{law}: its own tests", ("test", "result"), rows)
    for failed in (test for test in report.tests if not test.passed):
        out.print(f"{failed.name}\n{failed.printed}", markup=False)
    words = {"never": "never tried", "entered": "tried, and never held"}
    if report.uncovered:
        uncovered = [
            (f"{law}:{each.line}", each.predicate, count, words[each.ran]) for each, count in Counter(report.uncovered).items()
        ]
        print_table("held in no test", ("place", "predicate", "clauses", "what"), uncovered, numeric=frozenset({"clauses"}))
    failures = sum(not test.passed for test in report.tests)
    covered = len(report.clauses) - len(report.uncovered)
    out.print(
        f"{len(report.tests) - failures} passed, {failures} failed; {covered} of {len(report.clauses)} clauses held in a test.",
        markup=False,
    )
