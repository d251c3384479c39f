"""Break the contracts in one place after another, and see whether a test notices.

    python -m tools.mutate                                every mutant; goes on where a run before was stopped
    python -m tools.mutate --only contracts/Zone.sol      those of one file
    python -m tools.mutate --sample 40 --seed 7           as many, drawn at random
    python -m tools.mutate --list                         only say which there are

Exit code 1: a mutant survives that docs/mutation-survivors.md does not list, an entry of that list has nothing behind it, or
too few are killed. Mutants are made in copies under .build/mutate, never in the tree.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tools import proofs
from tools.mutate import money, mutants, survivors
from tools.mutate.judgement import Judgement, table
from tools.mutate.mutants import Mutant
from tools.mutate.results import KILLED, SURVIVED, UNCOMPILABLE, Results
from tools.mutate.syntax import DoesNotCompile
from tools.mutate.workshop import BrokenWorkshop, Workshop

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = Path("docs/mutation-survivors.md")
SAY_EVERY_S = 15.0


class Progress:
    """Tells people on standard error how far a run is."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.done = {KILLED: 0, SURVIVED: 0, UNCOMPILABLE: 0}
        self.begun = time.monotonic()
        self.said = 0.0

    def note(self, outcome: str) -> None:
        """One more is done."""
        self.done[outcome] += 1
        count, now = sum(self.done.values()), time.monotonic()
        if now - self.said < SAY_EVERY_S and count < self.wanted:
            return
        self.said = now
        left_s = (now - self.begun) / count * (self.wanted - count)
        counts = ", ".join(f"{number} {name}" for name, number in self.done.items())
        sys.stderr.write(f"mutate: {count} of {self.wanted}: {counts}; {left_s / 60:.0f} minutes left\n")
        sys.stderr.flush()


class Team:
    """Workers, each with a workshop of its own, that take mutants from one queue."""

    def __init__(self, project: Path, folder: Path, results: Results, mutants_: Sequence[Mutant]) -> None:
        self.project = project
        self.folder = folder
        self.results = results
        self.progress = Progress(len(mutants_))
        self.waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.failures: list[BaseException] = []
        for mutant in mutants_:
            self.waiting.put(mutant)

    def work(self, workers: int) -> None:
        """Until nothing waits. Raises what stopped a worker; an interrupt lets each finish the mutant it has."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self.stopped.set()
            for thread in threads:
                thread.join()
            raise
        if self.failures:
            raise self.failures[0]

    def _work(self, number: int) -> None:
        try:
            with Workshop(self.project, self.folder / f"copy-{number}") as workshop:
                workshop.prepare()
                while not self.stopped.is_set():
                    self._take(workshop, self.waiting.get_nowait())
        except queue.Empty:
            return
        except BaseException as failure:  # noqa: BLE001  # told to whoever waits for the team
            self.failures.append(failure)
            self.stopped.set()

    def _take(self, workshop: Workshop, mutant: Mutant) -> None:
        begun = time.monotonic()
        outcome, noticed_by = verdict(workshop, mutant)
        with self.lock:
            self.results.add(mutant.key, outcome, noticed_by, time.monotonic() - begun)
            self.progress.note(outcome)
            if outcome == SURVIVED:
                sys.stderr.write(f"mutate: survives: {mutant.where}: {mutant.key}\n")


def verdict(workshop: Workshop, mutant: Mutant) -> tuple[str, str | None]:
    """What becomes of a mutant, and the first test that noticed it. Raises BrokenWorkshop where Forge itself fails."""
    with contextlib.closing(workshop.test(mutant)) as runs:
        for run in runs:
            if run.code is None:
                return KILLED, "the tests do not end"
            if not run.compiled:
                return UNCOMPILABLE, None
            if run.failed_test is not None:
                return KILLED, run.failed_test
            if run.code != 0:
                raise BrokenWorkshop(f"{mutant.key}:\n{run.said}")
    return SURVIVED, None


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ["PATH"] = f"{ROOT / '.setup' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    try:
        all_mutants = mutants.of_project(options.project)
        listed = survivors.read((options.project / LIST).read_text())
    except (DoesNotCompile, survivors.UnreadableList) as failure:
        sys.stderr.write(f"mutate: {failure}\n")
        return 2
    wanted = _wanted(all_mutants, options)
    if options.list:
        for mutant in wanted:
            print(f"{mutant.where}: {'money: ' if money.is_money(mutant) else ''}{mutant.operator}: {mutant.key}")
        return 0
    if not wanted:
        sys.stderr.write(f"mutate: no mutant in {', '.join(options.only)}\n")
        return 2
    return _run(options, wanted, all_mutants, listed)


def _run(
    options: argparse.Namespace, wanted: list[Mutant], all_mutants: list[Mutant], listed: dict[str, survivors.Survivor]
) -> int:
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if options.fresh:
            (folder / "results.jsonl").unlink(missing_ok=True)
        results = Results(options.project, folder / "results.jsonl", trust_kills=options.trust_kills)
        todo = [mutant for mutant in wanted if mutant.key not in results.known]
        sys.stderr.write(f"mutate: {len(wanted)} mutants, of which {len(wanted) - len(todo)} are known from before\n")
        try:
            if todo:
                Team(options.project, folder, results, todo).work(min(options.workers, len(todo)))
        except BrokenWorkshop as failure:
            sys.stderr.write(f"mutate: {failure}\n")
            return 2
        except KeyboardInterrupt:
            sys.stderr.write("mutate: stopped; the same command goes on from here\n")
            return 130
    return _report(options, Judgement(wanted, all_mutants, results.known, listed))


def _report(options: argparse.Namespace, judgement: Judgement) -> int:
    findings = judgement.findings()
    if options.json:
        print(json.dumps(_document(judgement, findings), indent=1))
    else:
        print(table(judgement), end="")
    for finding in findings:
        sys.stderr.write(f"mutate: {finding}\n")
    if options.record:
        total, paths = judgement.total, judgement.money
        result = f"{total.percent:.1f} % killed, {paths.percent:.1f} % in money paths; {len(findings)} findings"
        proofs.record("mutation of the contracts", f"{total.mutants} mutants", result, "make mutate", project=options.project)
    return 1 if findings else 0


def _document(judgement: Judgement, findings: list[str]) -> dict[str, object]:
    return {
        "scores": {file: {**asdict(score), "percent": score.percent} for file, score in judgement.by_file().items()},
        "total": {**asdict(judgement.total), "percent": judgement.total.percent},
        "money": {**asdict(judgement.money), "percent": judgement.money.percent},
        "survivors": [{"key": mutant.key, "where": mutant.where} for mutant in judgement.survivors],
        "findings": findings,
    }


def _wanted(all_mutants: list[Mutant], options: argparse.Namespace) -> list[Mutant]:
    of_files = [mutant for mutant in all_mutants if not options.only or mutant.file in options.only]
    return of_files if options.sample is None else mutants.sample(of_files, options.sample, options.seed)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.mutate", description="Break the contracts, and see whether a test notices.")
    parser.add_argument("--only", action="append", default=[], metavar="FILE", help="mutants of this file (may be repeated)")
    parser.add_argument("--sample", type=int, metavar="N", help="this many, drawn evenly over the files")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--list", action="store_true", help="say which mutants there are, and test none")
    parser.add_argument("--json", action="store_true", help="scores, survivors and findings as JSON")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="copies at work (default: 2)")
    parser.add_argument("--fresh", action="store_true", help="forget the results of runs before")
    parser.add_argument("--trust-kills", action="store_true", help="keep kills though tests have changed; not for the record")
    parser.add_argument("--record", action="store_true", help="write the result to docs/proofs.md")
    parser.add_argument("--project", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.folder = options.folder or options.project / ".build" / "mutate"
    if options.record and (options.only or options.sample is not None or options.trust_kills):
        parser.error("--record is for all mutants, tested anew")
    if shutil.which("node") is None and not (ROOT / ".setup" / "bin" / "node").exists():
        parser.error("there is no node: run make setup")
    return options


if __name__ == "__main__":
    sys.exit(main())
