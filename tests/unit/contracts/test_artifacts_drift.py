"""The committed ABI and bytecode are what contracts/ compiles to with the pinned compiler and settings."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CODE_SIZE_LIMIT = 24_576  # EIP-170


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """tools/compile_contracts.py, which is a program and in no package."""
    path = Path(__file__).resolve().parents[3] / "tools" / "compile_contracts.py"
    spec = importlib.util.spec_from_file_location("compile_contracts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_artifacts_are_what_the_sources_compile_to(tool: ModuleType) -> None:
    assert tool.drifted(tool.compile_contracts(), tool.committed()) == [], "run python tools/compile_contracts.py"


@pytest.mark.parametrize("part", ["abi", "bytecode", "deployedBytecode", "immutableReferences", "compiler"])
def test_a_difference_in_any_part_is_drift(tool: ModuleType, part: str) -> None:
    stored = tool.committed()
    changed: dict[str, dict[str, Any]] = {name: dict(artifact) for name, artifact in stored.items()}
    changed["Pactum"][part] = "changed"
    assert tool.drifted(changed, stored) == [f"Pactum: {part}"]


def test_a_missing_artifact_is_drift(tool: ModuleType) -> None:
    stored = tool.committed()
    found = tool.drifted(stored, {name: artifact for name, artifact in stored.items() if name != "Zone"})
    assert len(found) == 1
    assert found[0].startswith("Zone: ")


def test_every_contract_fits_on_a_chain(tool: ModuleType) -> None:
    sizes = {name: (len(artifact["deployedBytecode"]) - 2) // 2 for name, artifact in tool.committed().items()}
    assert sizes.keys() == tool.CONTRACTS.keys()
    assert max(sizes.values()) <= CODE_SIZE_LIMIT, sizes


def test_forge_compiles_with_the_settings_that_ship(tool: ModuleType, repository: Path) -> None:
    profile = tomllib.loads((repository / "foundry.toml").read_text())["profile"]["default"]
    assert profile["optimizer_runs"] == tool.SETTINGS["optimizer"]["runs"]
    assert profile["optimizer"] is tool.SETTINGS["optimizer"]["enabled"]
    assert profile["evm_version"] == tool.SETTINGS["evmVersion"]
    assert profile["bytecode_hash"] == tool.SETTINGS["metadata"]["bytecodeHash"]
    assert {"name": "shipped", "via_ir": tool.SETTINGS["viaIR"]} in profile["additional_compiler_profiles"]
    assert profile["remappings"] == tool.SETTINGS["remappings"]
