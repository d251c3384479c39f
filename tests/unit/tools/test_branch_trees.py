"""Trees are whole: every function that changes state, every error, and no test that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import check_trees

TREE = """Zone.stake
├── when nothing is staked
│   └── it reverts with ZeroAmount [test_refusesNothing]
└── when something is staked
    ├── it counts [test_counts]
    └── it counts whatever it is [testFuzz_counts]
"""
TESTS = """contract T {
    function test_refusesNothing() public {}
    function test_counts() public {}
    function testFuzz_counts(uint256) public {}
}
"""
INTERFACE = "interface IZone {\n    error ZeroAmount();\n    // error Commented();\n}\n"
ABI = [
    {"type": "function", "name": "stake", "stateMutability": "nonpayable"},
    {"type": "function", "name": "stakeOf", "stateMutability": "view"},
    {"type": "function", "name": "transferOwnership", "stateMutability": "nonpayable"},
    {"type": "constructor", "stateMutability": "nonpayable"},
]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contract with one function that changes state, one error, and a tree in order."""
    monkeypatch.setattr(check_trees, "CONTRACTS", ("Zone",))
    files = {
        "tests/foundry/trees/Zone.stake.tree": TREE,
        "tests/foundry/Zone.t.sol": TESTS,
        "contracts/interfaces/IZone.sol": INTERFACE,
        "chain/artifacts/Zone.json": json.dumps({"abi": ABI}),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def plant(house: Path, old: str, new: str) -> list[str]:
    """Change the tree, and see what is found."""
    file = house / "tests" / "foundry" / "trees" / "Zone.stake.tree"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return check_trees.findings(house)


def test_the_trees_are_in_order(repository: Path) -> None:
    assert check_trees.findings(repository) == []


def test_every_contract_that_anybody_can_call_has_its_trees_read(repository: Path) -> None:
    own = {file.stem for file in (repository / "contracts").glob("*.sol")}
    assert own == set(check_trees.CONTRACTS)


def test_a_tree_in_order_has_no_findings(house: Path) -> None:
    assert check_trees.findings(house) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("Zone.stake", "Zone.give", "there is no external Zone.give"),
        ("Zone.stake", "Zone.give", "Zone.stake changes state and has no tree"),
        ("Zone.stake", "stake", "'stake' is no Contract.function"),
        ("[test_counts]", "[test_isNotThere]", "tree:5: there is no test test_isNotThere"),
        (" [test_counts]", "", "a leaf ends with its test"),
        ("[testFuzz_counts]", "[check_counts]", "a leaf ends with its test"),
        ("ZeroAmount", "Nothing", "no tree of Zone says when it reverts with ZeroAmount"),
        ("    └── it counts whatever", "            └── it counts whatever", "is no branch of what stands above it"),
        ("├── when nothing", "when nothing", "is no branch of what stands above it"),
        ("│   └── it reverts with ZeroAmount [test_refusesNothing]\n", "", "a leaf ends with its test"),
        (TREE, f"{TREE}\n{TREE}", "has a tree already"),
        (TREE, "Zone.stake\n", "Zone.stake has no branch"),
        (TREE, "", "Zone.stake changes state and has no tree"),
    ],
)
def test_what_is_missing_or_wrong_is_found(house: Path, old: str, new: str, finding: str) -> None:
    found = plant(house, old, new)
    assert any(finding in line for line in found), found


def test_views_and_constructors_may_have_trees_and_several_stand_in_one_file(house: Path) -> None:
    more = "\nZone.stakeOf\n└── it counts [test_counts]\n\nZone.constructor\n└── it counts [test_counts]\n"
    assert plant(house, TREE, TREE + more) == []
