"""Running a law's own tests: plunit, in a process of its own with limits of its own, and the clauses that they reach.

A test file is a program, and may do whatever a program may: run those alone that you would run. The law beside it goes through
the fence first.
"""

from __future__ import annotations

import importlib.resources
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from governance.engine import EngineMissing
from governance.errors import FatalError

MEMORY_KIB = 2 * 2**20
_LIMITED = 'ulimit -t "$1" 2>/dev/null; ulimit -v "$2" 2>/dev/null; shift 2; exec "$@"'
_MARK = re.compile(r"^@@ (.*)$", re.MULTILINE)


class TestsStopped(FatalError):
    """The tests of a law did not come to their end: too slow, too large, or no tests at all."""

    __test__ = False  # no test of pytest's


@dataclass(frozen=True, slots=True)
class OwnTest:
    """One test, and what Prolog printed where it failed."""

    name: str
    passed: bool
    printed: str


@dataclass(frozen=True, slots=True)
class ClauseRun:
    """One clause: ``ran`` is held (its body held in some test), entered (it was tried, and never held) or never."""

    predicate: str
    line: int
    ran: str


@dataclass(frozen=True, slots=True)
class TestReport:
    """What a law's own tests came to."""

    __test__ = False

    tests: tuple[OwnTest, ...]
    clauses: tuple[ClauseRun, ...]

    @property
    def passed(self) -> bool:
        """Whether there are tests, and all of them passed."""
        return bool(self.tests) and all(test.passed for test in self.tests)

    @property
    def uncovered(self) -> tuple[ClauseRun, ...]:
        """The clauses that held in no test."""
        return tuple(clause for clause in self.clauses if clause.ran != "held")


def run_own_tests(law: Path, tests: Path, allowed_s: int) -> TestReport:
    """Runs the tests of a law, with that many seconds of processor time and twice as many of waiting.

    Raises TestsStopped where they did not come to their end, and EngineMissing where there is no program ``swipl``.
    """
    program = shutil.which("swipl")
    if program is None:
        raise EngineMissing("there is no program swipl", remedy="install SWI-Prolog 9 or later, with its command")
    with tempfile.TemporaryDirectory(prefix="surety-law-test-") as folder:
        report = Path(folder) / "report"
        with importlib.resources.as_file(importlib.resources.files("governance.checking") / "plunit.pl") as runner:
            words = [program, "-f", "none", "-g", "main", "-t", "halt(1)", str(runner), "--"]
            printed = _run([*words, str(law.resolve()), str(tests.resolve()), str(report)], folder, allowed_s)
        if not report.exists():
            raise TestsStopped(f"the tests of {law} did not run: {_last(printed)}", value=str(tests), remedy="mend them")
        lines = report.read_text("utf-8").splitlines()
    return _read(lines, printed)


def _run(words: list[str], folder: str, allowed_s: int) -> str:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    limits = ["/bin/sh", "-c", _LIMITED, "limited", str(allowed_s), str(MEMORY_KIB)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, with files for arguments
            [*limits, *words], capture_output=True, env=environment, cwd=folder, timeout=2 * allowed_s, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise TestsStopped(f"the tests did not end within {2 * allowed_s} s", remedy="allow more: --allow") from late
    printed = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        raise TestsStopped(
            f"the tests did not come to their end: {_last(printed)}", value=done.returncode, remedy="mend them, or --allow more"
        )
    return printed


def _last(printed: str) -> str:
    lines = [line.strip() for line in printed.splitlines() if line.strip() and not line.startswith("@@")]
    return lines[-1] if lines else "it printed nothing"


def _read(lines: list[str], printed: str) -> TestReport:
    _, *pieces = _MARK.split(printed)
    said = dict(zip(pieces[::2], pieces[1::2], strict=True))
    tests, clauses = [], []
    for line in lines:
        kind, *fields = line.split("\t")
        if kind == "test":
            name = ":".join(fields[:2])
            passed = fields[2] == "passed"
            tests.append(OwnTest(name, passed, "" if passed else said.get(name, "").strip()))
        else:
            clauses.append(ClauseRun(fields[0], int(fields[1]), fields[2]))
    return TestReport(tuple(tests), tuple(clauses))
