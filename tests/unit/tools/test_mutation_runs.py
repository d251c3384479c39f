"""A run kills whom a test notices, says who survives, goes on where it was stopped, and leaves the tree as it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.mutate.workshop import Run

pytestmark = pytest.mark.timeout(300)


def command(repository: Path, till: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "tools.mutate", "--project", str(till), "--workers", "1", *options]


def run(repository: Path, till: Path, *options: str) -> subprocess.CompletedProcess[str]:
    asked = command(repository, till, *options)
    return subprocess.run(asked, cwd=repository, capture_output=True, text=True, check=False)


def tree(till: Path) -> dict[str, bytes]:
    """All that is in the project but for what a run may write."""
    files = (
        file for file in till.rglob("*") if file.is_file() and ".build" not in file.parts and "node_modules" not in file.parts
    )
    return {str(file): file.read_bytes() for file in files}


def test_who_is_noticed_is_killed_and_who_is_not_survives(repository: Path, till: Path) -> None:
    before = tree(till)
    finished = run(repository, till, "--json")
    assert finished.returncode == 1, finished.stderr
    found = json.loads(finished.stdout)
    survivors = "\n".join(entry["key"] for entry in found["survivors"])
    assert "`take`: `emit Taken(msg.sender, amount);`" in survivors
    assert "`>` -> `>=`" in survivors
    assert "FEE" not in survivors
    assert "`half`" not in survivors
    assert found["total"]["killed"] + found["total"]["survived"] + found["total"]["uncompilable"] == found["total"]["mutants"]
    assert any(finding.startswith("survives and is not listed") for finding in found["findings"])
    assert tree(till) == before

    again = run(repository, till, "--json")
    assert "are known from before" in again.stderr
    assert json.loads(again.stdout) == found

    (till / "tests" / "foundry" / "Till.t.sol").write_text((till / "tests" / "foundry" / "Till.t.sol").read_text() + "\n")
    kept = run(repository, till, "--trust-kills", "--sample", "1", "--only", "contracts/libraries/Kept.sol")
    assert "of which 1 are known from before" in kept.stderr


def test_a_run_that_is_killed_leaves_the_tree_as_it_was_and_is_gone_on_with(repository: Path, till: Path) -> None:
    before = tree(till)
    with subprocess.Popen(command(repository, till), cwd=repository, stderr=subprocess.PIPE, text=True) as process:
        results = till / ".build" / "mutate" / "results.jsonl"
        while process.poll() is None and not (results.exists() and results.read_text().count("\n") > 1):
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGKILL)
    assert tree(till) == before
    done = results.read_text().count("\n")
    finished = run(repository, till, "--only", "contracts/Till.sol")
    assert f"of which {done} are known from before" in finished.stderr
    assert "all" in finished.stdout


def test_tests_that_fail_without_a_mutant_stop_the_run(repository: Path, till: Path) -> None:
    test = till / "tests" / "foundry" / "Till.t.sol"
    test.write_text(test.read_text().replace("== 45", "== 46"))
    finished = run(repository, till)
    assert finished.returncode == 2
    assert "fail without any mutant" in finished.stderr


def test_a_file_without_mutants_is_said_so(repository: Path, till: Path) -> None:
    finished = run(repository, till, "--only", "contracts/Nowhere.sol")
    assert finished.returncode == 2
    assert "no mutant in contracts/Nowhere.sol" in finished.stderr


@pytest.mark.parametrize(
    ("said", "test"),
    [
        ("Ran 1 test for tests/foundry/A.t.sol:A\n[FAIL: 1 != 2] test_sum() (gas: 1)\n", "test_sum"),
        (
            (
                "Ran 2 tests for tests/foundry/A.t.sol:A\n[FAIL: relay: 3 != 1]\n\t[Sequence] (original: 9, shrunk: 1)\n"
                "\t\tsender=0x01 calldata=open(uint8) args=[1]\n invariant_sums() (runs: 2, calls: 9, reverts: 0)\n"
            ),
            "invariant_sums",
        ),
    ],
)
def test_who_noticed_is_read_from_what_forge_says(said: str, test: str) -> None:
    run = Run(1, said)
    assert (run.failed_test, run.failed_suite) == (test, "tests/foundry/A.t.sol")
