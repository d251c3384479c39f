"""Every ``surety`` command that a document names exists, with the options that the document gives it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCK = re.compile(r"```(?:sh)?\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(surety [^`\n]+)`")


def commands_of(document: Path) -> list[str]:
    text = document.read_text("utf-8")
    lines = [line.strip() for block in BLOCK.findall(text) for line in block.splitlines()]
    found = [line for line in lines if line.startswith("surety ")] + INLINE.findall(text)
    return [re.sub(r"\s+>.*|\$\([^)]*\)", "", command).split("#")[0].strip() for command in found]


CASES = sorted({command for document in DOCUMENTS for command in commands_of(document)})


def test_the_documents_name_commands():
    assert len(CASES) >= 15


@pytest.mark.parametrize("command", CASES)
def test_a_documented_command_exists_with_its_options(surety, command):
    words = shlex.split(command)[1:]
    path = []
    for word in words:
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word) or len(path) == 3:
            break
        path.append(word)
    help_text = help_of(surety, path)
    for option in (word.split("=")[0] for word in words if word.startswith("--")):
        assert option in help_text, f"{command}: no {option}"


def help_of(surety, path: list[str]) -> str:
    for length in range(len(path), 0, -1):
        ran = surety(*path[:length], "--help")
        if ran.code == 0:
            return ran.out
    raise AssertionError(f"no command {path}")


def test_every_command_has_help_with_an_example(surety):
    from typer.main import get_command

    from cli.main import app

    found = list(commands_below(get_command(app), "surety"))
    assert len(found) >= 50
    for name, command in found:
        assert command.help, f"{name} has no help"
        assert f"Example: {name}" in (command.epilog or ""), f"{name} shows no example"


def commands_below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
    for word, each in (below or {}).items():
        yield from commands_below(each, f"{name} {word}")
