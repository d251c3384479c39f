"""Breaking a line that moves or guards money breaks a test: for the split, the replay guards and the claims.

Each mutant changes one line in a copy of the contracts and runs Forge's tests there. One that nobody notices fails this test.
The copy compiles without the IR pipeline, which is quicker and means the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

COPIED = ("contracts", "tests/foundry", "tests/vectors", "tools/solc", "foundry.toml")
SUITES = "^(Split|Reporting|Settling|Claiming|Opening|Disputes|Zone|CommitteeBonds)Test$"
MUTANTS = {
    "the validators' share": (
        "contracts/libraries/Split.sol",
        "validators = fee * validatorBps / BPS;",
        "validators = fee * daoBps / BPS;",
    ),
    "the provider's remainder": (
        "contracts/libraries/Split.sol",
        "provider = fee - validators - dao;",
        "provider = fee - validators - dao - 1;",
    ),
    "the DAO's share in a breach": (
        "contracts/libraries/Split.sol",
        "division.dao -= fromDao;",
        "",
    ),
    "the replay guard of rows": (
        "contracts/abstracts/Reporting.sol",
        "if (period < state.next()) return Skip.AlreadyDecided;",
        "if (state.next() == type(uint256).max) return Skip.AlreadyDecided;",
    ),
    "the replay guard of offers": (
        "contracts/Notary.sol",
        "_spend(offer.provider, offer.nonce);",
        "",
    ),
    "maturity": (
        "contracts/abstracts/Reporting.sol",
        "if (state.outcome() == 0 || !_isMature(pact, state)) return false;",
        "if (state.outcome() == 0) return false;",
    ),
    "the row that is settled by the next one": (
        "contracts/abstracts/Ledger.sol",
        "return state.cleared().credited(provider);",
        "return state.credited(provider);",
    ),
    "the provider's claim set to zero": (
        "contracts/Pactum.sol",
        "record.state = state.paid();",
        "",
    ),
    "what a member took": (
        "contracts/Pactum.sol",
        "purse.taken[member] += floorDue;",
        "",
    ),
    "what a customer took of the deposit": (
        "contracts/Pactum.sol",
        "if (deposit != 0) record.taken += SafeCast.toUint128(deposit);",
        "",
    ),
    "the reserve of a disputed row": (
        "contracts/abstracts/Holding.sol",
        "record.due = record.due.awarding(reserve);",
        "",
    ),
    "the caps of a ruling": (
        "contracts/abstracts/Holding.sol",
        "if (!consented) revert OverConsent(outcome, creditBps, slashBps);",
        "",
    ),
    "a dispute keeps the agreement open": (
        "contracts/abstracts/Ledger.sol",
        "state.outcome() == 0 && state.disputes() == 0;",
        "state.outcome() == 0;",
    ),
    "stake behind agreements stays": (
        "contracts/Zone.sol",
        "if (amount > unlocked) revert StillBacking(msg.sender, token, amount, unlocked);",
        "",
    ),
    "the whole bond is lost": (
        "contracts/Committee.sol",
        "member.bond = 0;\n        member.exposed = true;",
        "member.exposed = true;",
    ),
    "the end of the customer's choice of a start": (
        "contracts/Notary.sol",
        "if (Windows.over(earliest, choice, start)) revert",
        "if (Windows.over(earliest, choice, 0)) revert",
    ),
}


pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A copy of what Forge needs, compiled once, so that each mutant compiles only what it changes."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in COPIED:
        source, target = repository / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    (folder / "node_modules").symlink_to(repository / "node_modules")
    settings = (folder / "foundry.toml").read_text()
    quick = [
        line
        for line in settings.splitlines()
        if not line.startswith(("additional_compiler_profiles", "compilation_restrictions"))
    ]
    assert len(quick) == len(settings.splitlines()) - 2
    (folder / "foundry.toml").write_text("\n".join(quick) + "\n")
    return folder


def forge_test(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["forge", "test", "--match-contract", SUITES, "--fail-fast", "--fuzz-runs", "16"]
    environment = {**os.environ, "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600)


def test_the_contracts_as_they_are_pass(copy: Path) -> None:
    run = forge_test(copy)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_line_breaks_a_test(copy: Path, name: str) -> None:
    file, line, broken = MUTANTS[name]
    source = copy / file
    whole = source.read_text()
    assert whole.count(line) == 1, f"{file} does not have the line once: {line}"
    source.write_text(whole.replace(line, broken))
    try:
        run = forge_test(copy)
    finally:
        source.write_text(whole)
    assert run.returncode != 0, f"nobody noticed: {name}"
    assert "Compiler run failed" not in run.stdout + run.stderr, run.stdout + run.stderr
    assert "[FAIL" in run.stdout, run.stdout + run.stderr
