"""A copy of the project in which mutants are made and tested, so that none is ever left in the tree.

The copy compiles without optimiser, which is quicker and means the same; Forge's cache lets each mutant compile only what it
changes, and one compiler stays loaded for all of them. A warning is no error there: a mutant may leave a variable unused.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tools.mutate.mutants import Mutant

COPIED = ("contracts", "tests/foundry", "tests/vectors", "foundry.toml")
HERE = Path(__file__).resolve().parent
# The least that compiles: without the IR pipeline if the sources allow it.
SETTINGS: tuple[Mapping[str, str], ...] = (
    {"FOUNDRY_OPTIMIZER": "false", "FOUNDRY_VIA_IR": "false"},
    {"FOUNDRY_OPTIMIZER": "true", "FOUNDRY_VIA_IR": "false"},
    {"FOUNDRY_OPTIMIZER": "true", "FOUNDRY_VIA_IR": "true"},
)
# Few random cases: what survives these is given more.
Amount = tuple[tuple[str, str], ...]
QUICK: Amount = (("FOUNDRY_FUZZ_RUNS", "16"),)
THOROUGH: Amount = (("FOUNDRY_FUZZ_RUNS", "256"), ("FOUNDRY_INVARIANT_RUNS", "3"), ("FOUNDRY_INVARIANT_DEPTH", "128"))
# Two profiles of the compiler would compile everything twice.
PROFILE_LINES = ("additional_compiler_profiles", "compilation_restrictions")
SLOW_SUITE_S = 1.0
# What the contracts cost as they ship; without optimiser they cost more.
OF_GAS = ("--no-match-contract", "GasTest$")
LIKELY = 2
LONGEST_S = 1200.0
PATIENCE = 10  # times as long as the tests take without a mutant
SUITE = re.compile(r"^Ran \d+ tests? for (?P<suite>\S+)$")
TAKEN = re.compile(r"finished in (?P<number>[\d.]+)(?P<unit>ns|µs|ms|s)")
# Of an invariant the calls that led to it stand in between.
FAILED = re.compile(r"^\[FAIL.*?\](?:(?:\n\t.*)*\n)? (?P<test>\w+)\(", re.MULTILINE)
SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


class BrokenWorkshop(Exception):
    """The tests cannot be run, or fail without any mutant."""


@dataclass(frozen=True, slots=True)
class Run:
    """What Forge did: its exit code, None where it was stopped for taking too long; and what it said."""

    code: int | None
    said: str

    @property
    def failed_test(self) -> str | None:
        """The first test that failed."""
        found = FAILED.search(self.said)
        return found["test"] if found else None

    @property
    def failed_suite(self) -> str | None:
        """File of the suite with that test."""
        before = self.said[: found.start()] if (found := FAILED.search(self.said)) else ""
        return next(
            (suite["suite"].partition(":")[0] for line in reversed(before.splitlines()) if (suite := SUITE.match(line))), None
        )

    @property
    def compiled(self) -> bool:
        """Whether there was something to test."""
        return "Compiler run failed" not in self.said


class Workshop:
    """One copy with its compiler. A context manager: leaving it stops the compiler."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project = project
        self.folder = folder
        self.settings: Mapping[str, str] = {}
        self.slow_suites: tuple[str, ...] = ("tests/foundry/*Invariants.t.sol",)
        self._knows_all = False
        self._patience_s = {QUICK: LONGEST_S, THOROUGH: LONGEST_S}
        self._noticed_by: dict[str, Counter[str]] = {}  # suites, by the file of the mutants that they noticed
        self._compiler: subprocess.Popen[str] | None = None
        self._desk = Path()

    def __enter__(self) -> Self:
        # A socket's name must be short, and folders of projects are not.
        self._desk = Path(tempfile.mkdtemp(prefix="mutate-"))
        self._lay_out()
        self._start_compiler()
        return self

    def __exit__(self, *_: object) -> None:
        if self._compiler is not None:
            self._compiler.terminate()
            self._compiler.wait()
        shutil.rmtree(self._desk, ignore_errors=True)

    def prepare(self) -> None:
        """Compile and test without a mutant, and learn what takes long. Raises BrokenWorkshop."""
        for settings in SETTINGS:
            self.settings = settings
            if (built := self._forge("build", QUICK)).compiled:
                break
        else:
            raise BrokenWorkshop(built.said)
        begun = time.monotonic()
        run = self._passing(QUICK, *self._without_slow_suites())
        self._patience_s[QUICK] = PATIENCE * max(time.monotonic() - begun, 6)
        self.slow_suites += tuple(sorted(suite for suite, taken_s in _times(run.said) if taken_s > SLOW_SUITE_S))

    def test(self, mutant: Mutant) -> Generator[Run]:
        """The suites that noticed others of its file; if asked for more, the quick ones; then all, with more random cases."""
        noticed_by = self._noticed_by.setdefault(mutant.file, Counter())
        likely = ",".join(suite for suite, _ in noticed_by.most_common(LIKELY))
        stages = [(QUICK, ["--match-path", f"{{{likely}}}"])] if likely else []
        stages.append((QUICK, self._without_slow_suites()))
        with self._mutated(mutant):
            for amount, options in stages:
                run = self._forge("test", amount, *options)
                noticed_by.update([run.failed_suite] if run.failed_suite else [])
                yield run
        self._learn_of_all()
        with self._mutated(mutant):
            yield self._forge("test", THOROUGH)

    def _learn_of_all(self) -> None:
        """That everything passes without a mutant, and how long it takes: once, and only where something survives so far."""
        if not self._knows_all:
            begun = time.monotonic()
            self._passing(THOROUGH)
            self._patience_s[THOROUGH] = PATIENCE * (time.monotonic() - begun)
            self._knows_all = True

    def _passing(self, amount: Amount, *options: str) -> Run:
        run = self._forge("test", amount, *options)
        if run.code != 0:
            raise BrokenWorkshop(f"the tests fail without any mutant:\n{run.said}")
        return run

    def _without_slow_suites(self) -> list[str]:
        return ["--no-match-path", "{" + ",".join(self.slow_suites) + "}"]

    @contextlib.contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        file = self.folder / mutant.file
        whole = file.read_bytes()
        file.write_bytes(mutant.applied(whole))
        try:
            yield
        finally:
            file.write_bytes(whole)

    def _forge(self, command: str, amount: Amount, *options: str) -> Run:
        """Once more with a new compiler if the one there was is gone: it can run out of memory of its own."""
        run = self._forge_once(command, amount, *options)
        if self._compiler is None or self._compiler.poll() is None:
            return run
        self._start_compiler()
        return self._forge_once(command, amount, *options)

    def _forge_once(self, command: str, amount: Amount, *options: str) -> Run:
        """Fail fast, in one thread: the copies share the cores. Failures are not kept: the next mutant begins anew."""
        asked = ["forge", command, *(["--fail-fast", "--threads", "1", *OF_GAS, *options] if command == "test" else [])]
        environment = {**os.environ, **self.settings, **dict(amount), "FOUNDRY_DENY": "never"}
        environment |= {"FOUNDRY_DISABLE_NIGHTLY_WARNING": "1", "NO_COLOR": "1"}
        with subprocess.Popen(
            asked,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=self._patience_s[amount])
                return Run(process.returncode, said)
            except subprocess.TimeoutExpired:
                return Run(None, "")
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                for kept in (".build/forge/failures", "cache/fuzz", "cache/invariant"):
                    shutil.rmtree(self.folder / kept, ignore_errors=True)

    def _lay_out(self) -> None:
        """Copy what has changed since the last time; the rest keeps its age, and with it Forge's cache."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            _mirror(self.project / name, self.folder / name)
        settings = (self.project / "foundry.toml").read_text().splitlines()
        _write(self.folder / "foundry.toml", "\n".join(line for line in settings if not line.startswith(PROFILE_LINES)) + "\n")
        modules = self.folder / "node_modules"
        modules.unlink(missing_ok=True)
        modules.symlink_to((self.project / "node_modules").resolve())

    def _start_compiler(self) -> None:
        socket = self._desk / "solc"
        socket.unlink(missing_ok=True)
        started = ["node", str(HERE / "compiler.js"), str(self.project), str(socket)]
        with (self.folder / "compiler.log").open("a") as log:
            self._compiler = subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        version = self._compiler.stdout.readline().strip() if self._compiler.stdout else ""
        if not version:
            raise BrokenWorkshop("the compiler does not start: run make setup")
        spoken = f"solc, the solidity compiler commandline interface\nVersion: {version}"
        ask = f"exec '{sys.executable}' -I -S '{HERE / 'ask.py'}' '{socket}'"
        stub = self.folder / "tools" / "solc"
        stub.parent.mkdir(exist_ok=True)
        stub.write_text(f"#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{spoken}'; exit; fi\n{ask}\n")
        stub.chmod(0o755)


def _times(said: str) -> Iterator[tuple[str, float]]:
    """File of each suite, and how long it took."""
    suite = ""
    for line in said.splitlines():
        if found := SUITE.match(line):
            suite = found["suite"].partition(":")[0]
        elif line.startswith("Suite result") and (taken := TAKEN.search(line)):
            yield suite, float(taken["number"]) * SECONDS[taken["unit"]]


def _mirror(source: Path, target: Path) -> None:
    if source.is_file():
        _write(target, source.read_text())
        return
    wanted = {file.relative_to(source) for file in source.rglob("*") if file.is_file()}
    for file in wanted:
        _write(target / file, (source / file).read_text())
    for file in [found for found in target.rglob("*") if found.is_file() and found.relative_to(target) not in wanted]:
        file.unlink()


def _write(file: Path, text: str) -> None:
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
