"""A proof counts only if it was wholly explored, and a wrong claim only if it was refuted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.prove import __main__ as prover

WANTED = {("A", "check_sum"), ("A", "check_control_wrong")}


def verdict(name: str, code: int, cut_off: int = 0) -> prover.Verdict:
    return prover.Verdict("A", name, code, 3, cut_off)


GOOD = [verdict("check_sum", 0), verdict("check_control_wrong", 1)]


def found(verdicts: list[prover.Verdict], said: str = "") -> list[str]:
    return list(prover.objections(verdicts, WANTED, said))


def test_proved_claims_and_refuted_controls_are_a_success() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("bad", "objection"),
    [
        (verdict("check_sum", 1), "A.check_sum: refuted; wanted: proved"),
        (verdict("check_sum", 2), "A.check_sum: not decided in time; wanted: proved"),
        (verdict("check_sum", 3), "A.check_sum: stuck; wanted: proved"),
        (verdict("check_sum", 4), "A.check_sum: vacuous: every path reverts; wanted: proved"),
        (verdict("check_sum", 127), "A.check_sum: exit code 127; wanted: proved"),
        (verdict("check_sum", 0, cut_off=2), "A.check_sum: 2 loops were cut off after 300 rounds"),
    ],
)
def test_anything_but_a_whole_proof_is_a_failure(bad: prover.Verdict, objection: str) -> None:
    assert found([bad, GOOD[1]]) == [objection]


@pytest.mark.parametrize("code", [0, 2, 4])
def test_a_wrong_claim_that_is_not_refuted_is_a_failure(code: int) -> None:
    assert len(found([GOOD[0], verdict("check_control_wrong", code)])) == 1


def test_a_proof_that_did_not_run_is_a_failure() -> None:
    assert found(GOOD[:1]) == ["A.check_control_wrong: was not run"]
    assert list(prover.objections([], set(), "")) == ["there is nothing to prove"]


@pytest.mark.parametrize(
    "said",
    [
        "\x1b[33mWARNING\x1b[0m  check_sum(uint256): paths have not been fully explored due to the loop unrolling bound: 2",
        "Warning: not fully explored",
        "ERROR Internal error",
    ],
)
def test_a_warning_is_a_failure(said: str) -> None:
    assert len(found(GOOD, f"[PASS] check_sum\n{said}\n")) == 1


def test_members_kept_as_code_are_no_doubt() -> None:
    said = "WARNING  unknown deployed bytecode:       \n         0x00000000006b49d2\n"
    assert found(GOOD, said) == []
    assert len(found(GOOD, "WARNING  unknown deployed bytecode: a call to it was not followed\n")) == 1


def test_what_halmos_writes_is_read() -> None:
    result = {"name": "check_sum(uint256)", "exitcode": 0, "num_paths": [7, 1, 0], "num_bounded_loops": 2}
    failed = {"name": "check_other()", "exitcode": 5, "num_paths": None, "num_bounded_loops": None}
    document = {"test_results": {"tests/halmos/A.t.sol:A": [result, failed]}}
    assert prover.read(document) == [prover.Verdict("A", "check_sum", 0, 7, 2), prover.Verdict("A", "check_other", 5, 0, 0)]


def test_every_proof_of_the_sources_is_wanted_with_a_control_for_each_contract_that_divides_or_accepts(repository: Path) -> None:
    wanted = prover.written(repository)
    assert {contract for contract, _ in wanted} >= {"SplitFacts", "SplitProofs", "CommitteeProofs", "BitsProofs"}
    controlled = {contract for contract, name in wanted if name.startswith(prover.CONTROL)}
    assert controlled >= {"SplitFacts", "SplitProofs", "CommitteeProofs"}


@pytest.mark.slow
def test_halmos_refutes_a_planted_wrong_claim_and_notices_a_loop_that_is_cut_off(repository: Path, tmp_path: Path) -> None:
    python = repository / ".setup" / "prove" / "bin" / "python"
    if not python.exists():
        pytest.skip("halmos is not installed: make prove")
    planted = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

contract Planted {
    function check_wrong(uint128 a, uint128 b) external pure {
        unchecked {
            assert(a + b >= a);
        }
    }

    function check_longerThanTheBound(uint256 n) external pure {
        uint256 i = 0;
        while (i < n) ++i;
        assert(i == n);
    }
}
"""
    (tmp_path / "tests" / "halmos").mkdir(parents=True)
    (tmp_path / "tests" / "halmos" / "Planted.t.sol").write_text(planted)
    (tmp_path / "foundry.toml").write_text((repository / "foundry.toml").read_text())
    for name in ("tools", "node_modules"):
        (tmp_path / name).symlink_to(repository / name)
    said, document = prover.halmos(tmp_path, python, None)
    wrong = "\n".join(prover.objections(prover.read(document), prover.written(tmp_path), said))
    assert "Planted.check_wrong: refuted" in wrong
    assert "Planted.check_longerThanTheBound: " in wrong
