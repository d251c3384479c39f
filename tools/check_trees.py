"""Hold the branch trees in ``tests/foundry/trees`` against the contracts and their tests.

    python tools/check_trees.py        exit 1 and say what is missing

A tree says what one external function does in each case. Its first line names the function, ``Contract.function``; each leaf
ends with the test that sees to it, in brackets; a file holds one tree or several, with an empty line between them:

    LawStone.publish
    ├── when the text is empty
    │   └── it reverts with EmptyLaw [test_publishRefusesAnEmptyText]
    └── when it is new
        └── it keeps the text [test_publishNamesTheTextByItsHashAndKeepsIt]

Every external function that changes state has a tree, every test that is named exists, and every error that a contract's
interface declares stands in a tree of that contract.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TREES = Path("tests/foundry/trees")
CONTRACTS = ("Pactum", "Notary", "Committee", "Zone", "Tribunal", "LawStone")
# Inherited from OpenZeppelin, and tested there; that governance alone may call is in the trees of what it may call.
INHERITED = frozenset({"acceptOwnership", "transferOwnership", "renounceOwnership", "multicall"})
BRANCH = re.compile(r"^(?P<rails>(?:[│ ] {3})*)[├└]── (?P<text>\S.*)$")
LEAF = re.compile(r"^(?P<says>\S.*?) \[(?P<test>(?:test|testFuzz|invariant)_\w+)\]$")
TEST = re.compile(r"\bfunction ((?:test|testFuzz|invariant)_\w+)\s*\(")
ERROR = re.compile(r"^\s*error (\w+)\s*\(", re.MULTILINE)
NAME = re.compile(r"\w+\.\w+")


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree. A leaf has a test; what is not a leaf has branches below it."""

    where: str
    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """What one function does."""

    where: str
    contract: str
    function: str
    branches: tuple[Branch, ...]

    def leaves(self) -> Iterator[Branch]:
        """The branches with nothing below them."""
        for branch, below in zip(self.branches, (*self.branches[1:], None), strict=False):
            if below is None or below.depth <= branch.depth:
                yield branch

    def words(self) -> set[str]:
        """Every word that it says."""
        return {word for branch in self.branches for word in re.findall(r"\w+", branch.text)}


def findings(root: Path) -> list[str]:
    """What is missing or wrong; nothing where all is in order."""
    wrong: list[str] = []
    trees = [tree for file in sorted((root / TREES).glob("*.tree")) for tree in read(file, root, wrong)]
    tests = _tests(root)
    abis = {name: _abi(root, name) for name in CONTRACTS}
    wrong += _of_trees(trees, tests, abis)
    for contract in CONTRACTS:
        own = [tree for tree in trees if tree.contract == contract]
        missing = _changing(abis[contract]) - INHERITED - {tree.function for tree in own}
        wrong += [f"{contract}.{function} changes state and has no tree" for function in sorted(missing)]
        said = {word for tree in own for word in tree.words()}
        wrong += [
            f"no tree of {contract} says when it reverts with {error}" for error in _errors(root, contract) if error not in said
        ]
    return wrong


def read(file: Path, root: Path, wrong: list[str]) -> Iterator[Tree]:
    """The trees of a file; what cannot be read is added to what is wrong."""
    block: list[tuple[str, str]] = []
    for number, line in enumerate([*file.read_text().splitlines(), ""], start=1):
        if line.strip():
            block.append((f"{file.relative_to(root)}:{number}", line.rstrip()))
        elif block:
            yield from _tree(block, wrong)
            block = []


def _tree(block: Sequence[tuple[str, str]], wrong: list[str]) -> Iterator[Tree]:
    (where, name), *lines = block
    if not NAME.fullmatch(name):
        wrong.append(f"{where}: {name!r} is no Contract.function")
        return
    branches = []
    depth = 0
    for place, line in lines:
        found = BRANCH.match(line)
        if found is None or len(found["rails"]) // 4 > depth:
            wrong.append(f"{place}: {line.strip()!r} is no branch of what stands above it")
            continue
        depth = len(found["rails"]) // 4 + 1
        branches.append(Branch(place, depth, found["text"]))
    contract, function = name.split(".")
    yield Tree(where, contract, function, tuple(branches))


def _of_trees(trees: Sequence[Tree], tests: Collection[str], abis: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for tree in trees:
        name = (tree.contract, tree.function)
        if name in seen:
            yield f"{tree.where}: {tree.contract}.{tree.function} has a tree already"
        seen.add(name)
        if tree.function not in {entry.get("name", entry["type"]) for entry in abis.get(tree.contract, [])}:
            yield f"{tree.where}: there is no external {tree.contract}.{tree.function}"
        if not tree.branches:
            yield f"{tree.where}: {tree.contract}.{tree.function} has no branch"
        yield from _of_leaves(tree, tests)


def _of_leaves(tree: Tree, tests: Collection[str]) -> Iterator[str]:
    for leaf in tree.leaves():
        found = LEAF.match(leaf.text)
        if found is None:
            yield f"{leaf.where}: a leaf ends with its test, as in [test_name]: {leaf.text!r}"
        elif found["test"] not in tests:
            yield f"{leaf.where}: there is no test {found['test']}"


def _tests(root: Path) -> set[str]:
    files = (root / "tests" / "foundry").rglob("*.t.sol")
    return {name for file in files for name in TEST.findall(file.read_text())}


def _abi(root: Path, contract: str) -> list[dict[str, str]]:
    """The committed artifact's, which another check holds against the sources."""
    abi: list[dict[str, str]] = json.loads((root / "chain" / "artifacts" / f"{contract}.json").read_text())["abi"]
    return abi


def _changing(abi: Sequence[Mapping[str, str]]) -> set[str]:
    changing = ("nonpayable", "payable")
    return {entry["name"] for entry in abi if entry["type"] == "function" and entry["stateMutability"] in changing}


def _errors(root: Path, contract: str) -> list[str]:
    text = (root / "contracts" / "interfaces" / f"I{contract}.sol").read_text()
    return ERROR.findall(re.sub(r"//.*", "", text))


def main() -> int:
    """Say what is wrong; returns the exit code."""
    wrong = findings(ROOT)
    for finding in wrong:
        sys.stderr.write(f"trees: {finding}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
