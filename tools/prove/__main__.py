"""Run the proofs of ``tests/halmos`` with halmos, and believe none of them lightly.

    python -m tools.prove                       every proof
    python -m tools.prove --contract SplitProofs
    python -m tools.prove --record              and put the result in docs/proofs.md

A proof counts only if all of its paths were explored: a loop that was cut off, a path that was given up, a solver that ran out
of time, a warning or a proof that did not run are failures. A function ``check_control_...`` claims something false, and fails
unless halmos finds a counterexample: where it finds none, it proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import proofs

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
FOLDER = Path("tests/halmos")
BUILD = Path(".build/halmos")
CONTROL = "check_control_"
PROOF = re.compile(r"\bfunction (check_\w+)\s*\(")
CONTRACT = re.compile(r"^contract (\w+)", re.MULTILINE)
# What halmos says where it did not look everywhere; its other warnings are as bad.
DOUBTS = re.compile(r"warning|not fully explored|incomplete|unsupported|unknown result|internal error|exception", re.IGNORECASE)
# The members of a configuration are kept as code that nobody calls, so that halmos finds no source for it: all that it says.
DATA_KEPT_AS_CODE = re.compile(r"^WARNING\s+unknown deployed bytecode:\s*$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# A loop that runs longer is cut off, which is a failure: more than 31 members, and 256 bits.
LOOP = 300
TIMEOUT = "600s"
MEANING = {0: "proved", 1: "refuted", 2: "not decided in time", 3: "stuck", 4: "vacuous: every path reverts", 5: "an error"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What halmos made of one proof."""

    contract: str
    name: str
    code: int
    paths: int
    cut_off: int

    @property
    def objection(self) -> str | None:
        """Why it is no success."""
        if self.cut_off:
            return f"{self.cut_off} loops were cut off after {LOOP} rounds"
        wanted = 1 if self.name.startswith(CONTROL) else 0
        if self.code != wanted:
            return f"{MEANING.get(self.code, f'exit code {self.code}')}; wanted: {MEANING[wanted]}"
        return None


def written(root: Path) -> set[tuple[str, str]]:
    """Contract and name of every proof in the sources."""
    return {proof for file in sorted((root / FOLDER).glob("*.t.sol")) for proof in _of_file(file.read_text())}


def read(document: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts in what halmos wrote."""
    return [
        Verdict(contract.split(":")[-1], result["name"].partition("(")[0], result["exitcode"], *_paths(result))
        for contract, results in document["test_results"].items()
        for result in results
    ]


def objections(verdicts: Sequence[Verdict], wanted: set[tuple[str, str]], said: str) -> Iterator[str]:
    """Why the run is no success; nothing where it is one."""
    for verdict in verdicts:
        if verdict.objection is not None:
            yield f"{verdict.contract}.{verdict.name}: {verdict.objection}"
    for contract, name in sorted(wanted - {(verdict.contract, verdict.name) for verdict in verdicts}):
        yield f"{contract}.{name}: was not run"
    for line in COLOUR.sub("", said).splitlines():
        if DOUBTS.search(line) and not DATA_KEPT_AS_CODE.match(line):
            yield f"halmos says: {line.strip()}"
    if not wanted:
        yield "there is nothing to prove"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tools.prove", description="Run the proofs of tests/halmos.")
    parser.add_argument("--contract", help="only those of one contract")
    parser.add_argument("--record", action="store_true", help="write the result to docs/proofs.md")
    parser.add_argument("--project", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--python", type=Path, default=ROOT / ".setup" / "prove" / "bin" / "python", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    wanted = {proof for proof in written(options.project) if options.contract in {None, proof[0]}}
    begun = time.monotonic()
    said, document = halmos(options.project, options.python, options.contract)
    verdicts = read(document)
    for verdict in verdicts:
        print(f"{verdict.contract}.{verdict.name}: {verdict.objection or MEANING[verdict.code]}, {verdict.paths} paths")
    found = list(objections(verdicts, wanted, said))
    for objection in found:
        sys.stderr.write(f"prove: {objection}\n")
    if found:
        sys.stderr.write(f"prove: halmos said:\n{said}\n")
    if options.record and not options.contract:
        _record(options.project, verdicts, found, time.monotonic() - begun)
    return 1 if found else 0


def halmos(project: Path, python: Path, contract: str | None) -> tuple[str, Mapping[str, Any]]:
    """Run it; what it said, and what it wrote. Only the proofs, and what they import, are compiled."""
    report = project / BUILD / "report.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.setup' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # All in the way in which the contracts ship: halmos does not know two builds of one library apart.
        "FOUNDRY_ADDITIONAL_COMPILER_PROFILES": "[]",
        "FOUNDRY_COMPILATION_RESTRICTIONS": "[]",
        "FOUNDRY_VIA_IR": "true",
        "FOUNDRY_SRC": str(FOLDER),
        "FOUNDRY_TEST": str(FOLDER),
        "FOUNDRY_OUT": str(BUILD / "out"),
        "FOUNDRY_CACHE_PATH": str(BUILD / "cache"),
        "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1",
    }
    command = [
        str(python.parent / "halmos"),
        "--forge-build-out",
        str(BUILD / "out"),
        "--no-status",
        "--json-output",
        str(report),
    ]
    command += ["--loop", str(LOOP), "--solver-timeout-assertion", TIMEOUT, "--solver-threads", "2"]
    command += ["--solver-command", f"{python} {HERE / 'solver.py'}", *(["--contract", contract] if contract else [])]
    finished = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    said = finished.stdout + finished.stderr
    return said, json.loads(report.read_text()) if report.exists() else {"test_results": {}}


def _of_file(text: str) -> Iterator[tuple[str, str]]:
    contract = ""
    for line in text.splitlines():
        if begun := CONTRACT.match(line):
            contract = begun[1]
        for name in PROOF.findall(line):
            yield contract, name


def _paths(result: Mapping[str, Any]) -> tuple[int, int]:
    paths = result["num_paths"]
    return paths[0] if paths else 0, result["num_bounded_loops"] or 0  # all, those that end well, those that are blocked


def _record(project: Path, verdicts: Sequence[Verdict], found: Sequence[str], seconds: float) -> None:
    controls = [verdict for verdict in verdicts if verdict.name.startswith(CONTROL)]
    kept = len(verdicts) - len(controls)
    size = f"{kept} claims, {sum(verdict.paths for verdict in verdicts)} paths"
    result = f"all proved, {len(controls)} wrong ones refuted, in {seconds:.0f} s" if not found else f"{len(found)} objections"
    proofs.record("halmos over all inputs", size, result, "make prove", project=project)


if __name__ == "__main__":
    sys.exit(main())
