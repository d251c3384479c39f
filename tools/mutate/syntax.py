"""Solidity sources as the pinned compiler reads them: syntax trees, so that no comment and no string is taken for code."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Node = Mapping[str, Any]
REMAPPINGS = ["@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"]
COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)


class DoesNotCompile(Exception):
    """The sources as they are do not compile; nothing can be said of mutants of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its bytes, which the compiler's offsets count, and its tree."""

    file: str
    text: bytes
    tree: Node


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a tree, with what it stands in, outermost first."""

    node: Node
    above: tuple[Node, ...]

    @property
    def parent(self) -> Node:
        """What it stands in directly."""
        return self.above[-1]

    def inside(self, kind: str) -> Node | None:
        """The innermost node of a kind that holds this one."""
        return next((node for node in reversed(self.above) if node["nodeType"] == kind), None)


def read(root: Path) -> list[Source]:
    """Every source under ``contracts/``, by file name. Raises DoesNotCompile."""
    files = sorted((root / "contracts").rglob("*.sol"))
    sources = {file.relative_to(root).as_posix(): {"content": file.read_text()} for file in files}
    settings = {"remappings": REMAPPINGS, "outputSelection": {"*": {"": ["ast"]}}}
    asked = json.dumps({"language": "Solidity", "sources": sources, "settings": settings})
    command = [str(root / "tools" / "solc"), "--base-path", str(root), "--standard-json"]
    answer = json.loads(subprocess.run(command, input=asked, capture_output=True, text=True, check=True).stdout)
    wrong = [error["formattedMessage"] for error in answer.get("errors", []) if error["severity"] == "error"]
    if wrong:
        raise DoesNotCompile("\n".join(wrong))
    return [Source(name, content["content"].encode(), answer["sources"][name]["ast"]) for name, content in sources.items()]


def walk(node: Node, above: tuple[Node, ...] = ()) -> Iterator[Place]:
    """The node and all below it, in the order of the tree."""
    yield Place(node, above)
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "nodeType" in child:
                yield from walk(child, (*above, node))


def span(node: Node) -> tuple[int, int]:
    """Offsets of its first byte, and of the first byte after it."""
    start, length, _ = node["src"].split(":")
    return int(start), int(start) + int(length)


def without_comments(text: bytes) -> bytes:
    """The text with every comment blanked, so that offsets stay. For the gaps between nodes, which hold no string."""
    return COMMENT.sub(lambda found: b" " * len(found[0]), text)
