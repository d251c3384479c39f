"""Write what a block explorer wants to verify a contract's source: one standard-JSON input for the compiler per contract.

    python tools/standard_json.py [--out FOLDER]       writes FOLDER/<contract>.json (.build/standard-json unless named)

Each holds the contract's own sources and all that they import, and nothing else, with the settings that made the committed
artifact: whoever compiles it with the compiler named in ``compiler.version`` of the artifact gets the same bytecode.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import solcx

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.compile_contracts import CONTRACTS, ROOT, SETTINGS, SOLC, selection

FOLDER = ROOT / ".build" / "standard-json"
Imports = Mapping[str, frozenset[str]]


def inputs() -> dict[str, dict[str, Any]]:
    """The standard-JSON input of every contract, by its name."""
    imports = _imports()
    return {name: _input(name, imports) for name in CONTRACTS}


def _input(name: str, imports: Imports) -> dict[str, Any]:
    units = sorted(_reached(CONTRACTS[name], imports))
    sources = {unit: {"content": (ROOT / unit).read_text()} for unit in units}
    return {"language": "Solidity", "sources": sources, "settings": {**SETTINGS, "outputSelection": selection(name)}}


def _reached(unit: str, imports: Imports) -> set[str]:
    found: set[str] = set()
    waiting = [unit]
    while waiting:
        if (following := waiting.pop()) not in found:
            found.add(following)
            waiting += imports[following]
    return found


def _imports() -> Imports:
    """What each source imports, by the compiler's own reading: it resolves remappings and relative paths."""
    sources = {unit: {"content": (ROOT / unit).read_text()} for unit in CONTRACTS.values()}
    settings = {"remappings": SETTINGS["remappings"], "outputSelection": {"*": {"": ["ast"]}}}
    request = {"language": "Solidity", "sources": sources, "settings": settings}
    parsed = solcx.compile_standard(request, base_path=ROOT, solc_binary=SOLC)["sources"]
    return {unit: frozenset(_imported(source["ast"])) for unit, source in parsed.items()}


def _imported(tree: Mapping[str, Any]) -> Iterator[str]:
    for node in tree["nodes"]:
        if node["nodeType"] == "ImportDirective":
            yield str(node["absolutePath"])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write what block explorers verify sources by.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to (default: .build/standard-json)")
    folder: Path = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in inputs().items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"{len(CONTRACTS)} contracts in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
