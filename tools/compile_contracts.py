"""Compile ``contracts/`` and write ABI and bytecode to ``chain/artifacts/``, so that users need no Solidity compiler.

    python tools/compile_contracts.py            write the artifacts
    python tools/compile_contracts.py --check    compare with what is committed; exit 1 and say which differ

Of OpenZeppelin's contracts, the timelock is deployed as it stands, and so has an artifact too.
The compiler is the one that ``package-lock.json`` pins, behind ``tools/solc``, which speaks like a native solc.
The metadata hash is left out of the bytecode: a comment is no drift.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import solcx

ROOT = Path(__file__).resolve().parent.parent
SOLC = ROOT / "tools" / "solc"
SOURCES = ROOT / "contracts"
ARTIFACTS = ROOT / "chain" / "artifacts"
CONTRACTS: Mapping[str, str] = {
    "LawStone": "contracts/LawStone.sol",
    "Zone": "contracts/Zone.sol",
    "Committee": "contracts/Committee.sol",
    "Tribunal": "contracts/Tribunal.sol",
    "Notary": "contracts/Notary.sol",
    "Pactum": "contracts/Pactum.sol",
    "TimelockController": "node_modules/@openzeppelin/contracts/governance/TimelockController.sol",
    "MockToken": "contracts/mocks/MockToken.sol",
}
SETTINGS: Mapping[str, Any] = {
    "optimizer": {"enabled": True, "runs": 200},
    "viaIR": True,
    "evmVersion": "cancun",
    "metadata": {"bytecodeHash": "none"},
    "remappings": ["@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"],
}
OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]


def compile_contracts() -> dict[str, dict[str, Any]]:
    """Every committed artifact, by contract name. Raises solcx.exceptions.SolcError where a source does not compile."""
    output = solcx.compile_standard(_input(), base_path=ROOT, solc_binary=SOLC)
    compiler = {"version": solcx.wrapper.get_version_str_from_solc_binary(SOLC), "settings": dict(SETTINGS)}
    return {name: _artifact(name, output["contracts"][source][name], compiler) for name, source in CONTRACTS.items()}


def committed() -> dict[str, dict[str, Any]]:
    """The artifacts that stand in the repository; a missing file is a missing key."""
    files = {name: ARTIFACTS / f"{name}.json" for name in CONTRACTS}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def drifted(fresh: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """Which artifacts differ, and in what: ``Pactum: abi, bytecode``."""
    findings = []
    for name, artifact in fresh.items():
        parts = [part for part, value in artifact.items() if stored.get(name, {}).get(part) != value]
        if parts:
            findings.append(f"{name}: {', '.join(parts)}")
    return findings


def selection(*names: str) -> dict[str, dict[str, list[str]]]:
    """The compiler's outputSelection for what an artifact of these contracts holds."""
    return {CONTRACTS[name]: {name: OUTPUTS} for name in names}


def _input() -> dict[str, Any]:
    files = {file.relative_to(ROOT).as_posix(): file for file in sorted(SOURCES.rglob("*.sol"))}
    files |= {source: ROOT / source for source in CONTRACTS.values()}
    sources = {unit: {"content": file.read_text()} for unit, file in files.items()}
    return {"language": "Solidity", "sources": sources, "settings": {**SETTINGS, "outputSelection": selection(*CONTRACTS)}}


def _artifact(name: str, compiled: Mapping[str, Any], compiler: Mapping[str, Any]) -> dict[str, Any]:
    evm = compiled["evm"]
    return {
        "contractName": name,
        "abi": compiled["abi"],
        "bytecode": "0x" + evm["bytecode"]["object"],
        "deployedBytecode": "0x" + evm["deployedBytecode"]["object"],
        "immutableReferences": _places(evm["deployedBytecode"]["immutableReferences"]),
        "compiler": dict(compiler),
    }


def _places(references: Mapping[str, Sequence[Mapping[str, int]]]) -> list[list[int]]:
    """Where the deployed code holds immutables: [first byte, length], ascending.

    The compiler names them by numbers of the syntax tree, which say nothing and differ from one compilation to the next.
    """
    return sorted([place["start"], place["length"]] for places in references.values() for place in places)


def _write(artifacts: Mapping[str, Mapping[str, Any]]) -> None:
    for name, artifact in artifacts.items():
        (ARTIFACTS / f"{name}.json").write_text(json.dumps(artifact, indent=1) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile contracts/ to chain/artifacts/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the committed artifacts differ")
    check = parser.parse_args(arguments).check
    fresh = compile_contracts()
    if not check:
        _write(fresh)
        return 0
    findings = drifted(fresh, committed())
    for finding in findings:
        print(f"drift in {finding}; run python tools/compile_contracts.py", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
