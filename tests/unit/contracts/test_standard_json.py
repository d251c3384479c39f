"""What block explorers verify sources by: each contract's standard-JSON input compiles, from itself alone, to the artifact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import solcx

from tools import compile_contracts, standard_json

QUICK = ("LawStone", "Zone", "TimelockController", "MockToken")  # the others take the compiler longer


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the tool has written to."""
    folder = tmp_path_factory.mktemp("standard-json")
    assert standard_json.main(["--out", str(folder)]) == 0
    return folder


def _contracts() -> Iterator[Any]:
    for name in compile_contracts.CONTRACTS:
        yield pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("name", _contracts())
def test_what_is_written_compiles_to_the_artifact_that_ships(written: Path, name: str, tmp_path: Path) -> None:
    document = json.loads((written / f"{name}.json").read_text())
    output = solcx.compile_standard(document, base_path=tmp_path, solc_binary=compile_contracts.SOLC)  # where nothing else is
    evm = output["contracts"][compile_contracts.CONTRACTS[name]][name]["evm"]
    artifact = compile_contracts.committed()[name]
    assert "0x" + evm["bytecode"]["object"] == artifact["bytecode"]
    assert "0x" + evm["deployedBytecode"]["object"] == artifact["deployedBytecode"]


def test_every_contract_has_one_with_its_own_sources_and_no_others(written: Path) -> None:
    assert {file.stem for file in written.iterdir()} == set(compile_contracts.CONTRACTS)
    sources = json.loads((written / "LawStone.json").read_text())["sources"]
    own = {unit for unit in sources if unit.startswith("contracts/")}
    libraries = {"contracts/libraries/Texts.sol", "contracts/libraries/Windows.sol"}
    interfaces = {"contracts/interfaces/ICommittee.sol", "contracts/interfaces/ILawStone.sol"}
    assert own == {"contracts/LawStone.sol"} | libraries | interfaces
    assert all(set(source) == {"content"} for source in sources.values())
