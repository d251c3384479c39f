"""The long searches that ``make test-deep`` ends with; their results go to docs/proofs.md.

    python -m tools.deep invariants [--calls 1000000]   random calls by anybody, in any order, over all invariants together
    python -m tools.deep rows [--rows 100000]           random rows, divided in Solidity and by the model in Python

Each begins with another seed, which it says, so that a failure can be had again: --seed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from chain.row import pack
from chain.values import Division
from governance.values import BPS, Outcome, Row
from settlement.split import Stakes, divide
from tools import proofs

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".build" / "deep"
DEPTH = 250
ROWS_A_FILE = 1_000
INVARIANT = re.compile(r"\bfunction (invariant_\w+)\s*\(")
RAN = re.compile(
    r"^\[PASS\] (?P<name>invariant_\w+)\(\) \(runs: \d+, calls: (?P<calls>\d+), reverts: (?P<reverts>\d+)", re.MULTILINE
)
WORD_BYTES = 32


def invariants(calls: int, seed: int) -> tuple[str, str, list[str]]:
    """Search for a sequence of calls that breaks an invariant. Size, result, and what is wrong."""
    sources = [file.read_text() for file in sorted((ROOT / "tests" / "foundry").glob("*.t.sol"))]
    names = [name for source in sources for name in INVARIANT.findall(source)]
    runs = -(-calls // (DEPTH * len(names)))
    amount = {"FOUNDRY_INVARIANT_RUNS": str(runs), "FOUNDRY_INVARIANT_DEPTH": str(DEPTH), "FOUNDRY_FUZZ_SEED": hex(seed)}
    finished = _forge(amount, "--match-test", "^invariant_")
    found = {match["name"]: (int(match["calls"]), int(match["reverts"])) for match in RAN.finditer(finished.stdout)}
    total, reverts = (sum(numbers) for numbers in zip(*found.values(), strict=True)) if found else (0, 0)
    wrong = [f"{name} did not pass" for name in names if name not in found]
    if total < calls:
        wrong.append(f"{total:,} calls were made of {calls:,}")
    if finished.returncode != 0:
        wrong.append(finished.stdout + finished.stderr)
    return f"{total:,} calls, {len(found)} invariants", f"none broken, {reverts} calls reverted", wrong


def rows(count: int, seed: int) -> tuple[str, str, list[str]]:
    """Divide random rows in both languages. Size, result, and what is wrong."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    source = random.Random(seed)  # noqa: S311  # cases that can be had again
    for number, start in enumerate(range(0, count, ROWS_A_FILE)):
        made = (case(source) for _ in range(min(ROWS_A_FILE, count - start)))
        (FOLDER / f"rows-{number}").write_bytes(b"".join(made))
    (FOLDER / "count").write_text(str(count))
    tests = {"FOUNDRY_TEST": "tests/deep", "FOUNDRY_GAS_LIMIT": str(2**63 - 1)}
    finished = _forge(tests, "--match-test", "^test_solidityAndPythonDivideEveryRowAlike")
    passed = finished.returncode == 0 and "1 passed; 0 failed" in finished.stdout
    wrong = [] if passed else [finished.stdout + finished.stderr]
    return f"{count:,} rows", "the same amounts in Solidity and Python, to the unit", wrong


def case(source: random.Random) -> bytes:
    """One row, what is at stake in it, and how the model divides it: fourteen words."""
    fee, deposit = (source.randrange(1, 2 ** source.randrange(1, 129)) for _ in range(2))
    validators = source.choice((0, BPS, source.randrange(BPS + 1)))
    stakes = Stakes(
        fee=fee,
        deposit=deposit,
        deposit_left=source.choice((0, deposit, source.randrange(deposit + 1))),
        validator_bps=validators,
        dao_bps=source.choice((0, BPS - validators, source.randrange(BPS + 1 - validators))),
        relay_fee=source.choice((0, source.randrange(fee + 1), source.randrange(fee // 50 + 1))),
    )
    row = _row(source)
    division = divide(row.outcome, row.credit_bps, row.slash_bps, stakes)
    pinned = (stakes.fee, stakes.relay_fee, stakes.validator_bps, stakes.dao_bps)
    words = (pack(row), *pinned, stakes.deposit, stakes.deposit_left, *_parts(division))
    return b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)


def _row(source: random.Random) -> Row:
    outcome = source.choice((Outcome.MET, Outcome.NO_DATA, *[Outcome.BREACH] * 3))
    credit, slash = ((source.choice((0, BPS, source.randrange(BPS + 1))) if outcome is Outcome.BREACH else 0) for _ in range(2))
    places = (source.getrandbits(96), source.getrandbits(32))
    figures = (source.getrandbits(24), source.getrandbits(24), source.getrandbits(32))
    return Row(*places, outcome, source.getrandbits(8), credit, slash, *figures)


def _parts(division: Division) -> Iterator[int]:
    yield from (division.provider, division.validators, division.relay, division.dao)
    yield from (division.customer_from_fee, division.customer_from_deposit, division.slash)


def _forge(settings: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / '.setup' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", **settings}
    return subprocess.run(["forge", "test", *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tools.deep", description="The long searches of make test-deep.")
    parser.add_argument("search", choices=("invariants", "rows"))
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--record", action="store_true", help="write the result to docs/proofs.md")
    options = parser.parse_args(arguments)
    print(f"deep: {options.search}, seed {options.seed}", flush=True)
    search = invariants(options.calls, options.seed) if options.search == "invariants" else rows(options.rows, options.seed)
    size, result, wrong = search
    for finding in wrong:
        sys.stderr.write(f"deep: {finding}\n")
    print(f"deep: {size}: {result if not wrong else 'FAILED'}")
    if options.record:
        name = "stateful invariants" if options.search == "invariants" else "rows, Solidity against Python"
        proofs.record(name, size, result if not wrong else "failed", "make test-deep")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
