"""Run slither over ``contracts/`` and hold what it finds against the reasons in ``docs/slither.md``.

    python -m tools.check_slither            exit 1 for a finding without a reason, or a reason without its finding

An entry of that page explains a detector as a whole, or what it finds in one place, as often as it finds it there:

    - all of `naming-convention`: constants of a deployment are written like constants.
    - `divide-before-multiply` in `Periods.monthOf` (2): whole years and eras are what is wanted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import proofs

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs/slither.md")
BUILD = Path(".build/slither")
ENTRY = re.compile(r"^- (?:all of `(?P<detector>[\w-]+)`|`(?P<check>[\w-]+)` in `(?P<place>[\w.]+)`(?: \((?P<count>\d+)\))?): \S")
# Slither reads syntax trees: the quickest build does, of the contracts alone.
SETTINGS = {
    "FOUNDRY_ADDITIONAL_COMPILER_PROFILES": "[]",
    "FOUNDRY_COMPILATION_RESTRICTIONS": "[]",
    "FOUNDRY_OPTIMIZER": "false",
    "FOUNDRY_DENY": "never",
    "FOUNDRY_TEST": "contracts",
    "FOUNDRY_OUT": str(BUILD / "out"),
    "FOUNDRY_CACHE_PATH": str(BUILD / "cache"),
    "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1",
}


class NothingAnalysed(Exception):
    """Slither did not get to work."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a detector found, and in which function, event or variable."""

    check: str
    place: str

    def __str__(self) -> str:
        return f"`{self.check}` in `{self.place}`"


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the page explains: whole detectors, and findings as often as they are."""

    detectors: frozenset[str]
    findings: Mapping[Finding, int]
    unreadable: tuple[str, ...]


def read(page: str) -> Reasons:
    """The entries of the page."""
    detectors: set[str] = set()
    findings: Counter[Finding] = Counter()
    unreadable = []
    for line in page.splitlines():
        if not line.startswith("- "):
            continue
        entry = ENTRY.match(line)
        if entry is None:
            unreadable.append(line)
        elif entry["detector"]:
            detectors.add(entry["detector"])
        else:
            findings[Finding(entry["check"], entry["place"])] += int(entry["count"] or 1)
    return Reasons(frozenset(detectors), findings, tuple(unreadable))


def found_in(report: Mapping[str, Any]) -> list[Finding]:
    """The findings of slither's report. Raises NothingAnalysed."""
    if not report.get("success"):
        raise NothingAnalysed(str(report.get("error")))
    results = report["results"].get("detectors", [])
    return sorted(Finding(result["check"], _place(result["elements"][0])) for result in results)


def objections(found: Iterable[Finding], reasons: Reasons) -> Iterator[str]:
    """What is not explained, and what is explained for nothing."""
    counts = Counter(found)
    for line in reasons.unreadable:
        yield f"{PAGE}: an entry names a detector, a place and a reason: {line}"
    for finding, count in sorted(counts.items()):
        explained = reasons.findings.get(finding, 0)
        if finding.check not in reasons.detectors and count > explained:
            yield f"{finding}: {count} found, {explained} explained in {PAGE}"
    for finding, explained in sorted(reasons.findings.items()):
        if counts[finding] < explained:
            yield f"{finding}: {explained} explained in {PAGE}, {counts[finding]} found"
    for detector in sorted(reasons.detectors - {finding.check for finding in counts}):
        yield f"`{detector}` is explained in {PAGE}, and finds nothing"


def analyse(root: Path, programs: Path) -> Mapping[str, Any]:
    """Build the contracts and let slither look. Raises NothingAnalysed with what was said."""
    path = f"{ROOT / '.setup' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, **SETTINGS, "PATH": path}
    report = root / BUILD / "report.json"
    build = ["forge", "build", "--build-info", "--build-info-path", str(BUILD / "out" / "build-info"), "--force", "--quiet"]
    look = [str(programs / "slither"), ".", "--json", str(report), "--fail-none"]
    report.unlink(missing_ok=True)
    for command in (build, look):
        finished = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise NothingAnalysed(finished.stdout + finished.stderr)
    document: Mapping[str, Any] = json.loads(report.read_text())
    return document


def _place(element: Mapping[str, Any]) -> str:
    """Contract, function and variable, as far as there are."""
    names: list[str] = []
    holder: Mapping[str, Any] | None = element
    while holder is not None and "name" in holder:
        if holder.get("type") != "node":
            names.insert(0, holder["name"])
        holder = holder.get("type_specific_fields", {}).get("parent")
    return ".".join(names)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Hold what slither finds against docs/slither.md.")
    parser.add_argument("--record", action="store_true", help="write the result to docs/proofs.md")
    parser.add_argument("--programs", type=Path, default=ROOT / ".setup" / "prove" / "bin", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        found = found_in(analyse(ROOT, options.programs))
    except NothingAnalysed as failure:
        sys.stderr.write(f"slither: {failure}\n")
        return 2
    wrong = list(objections(found, read((ROOT / PAGE).read_text())))
    for objection in wrong:
        sys.stderr.write(f"slither: {objection}\n")
    result = f"{len(found)} findings, {'all' if not wrong else 'not all'} explained in [slither.md](slither.md)"
    print(f"slither: {result}")
    if options.record:
        proofs.record("slither", "102 detectors", result, "make slither")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
