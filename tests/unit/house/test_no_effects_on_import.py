"""Importing a module does nothing; and the watch that says so sees what modules do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def effects(repository: Path, root: Path) -> list[str]:
    """What importing the rooms of a folder did."""
    command = [sys.executable, str(repository / "tools" / "effects.py"), str(root)]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert not finished.stderr, finished.stderr
    found = finished.stdout.strip().splitlines()
    assert finished.returncode == len(found)
    return found


def test_importing_any_module_does_nothing(repository: Path) -> None:
    assert effects(repository, repository) == []


def test_a_module_that_only_defines_things_has_no_effects(repository: Path, tmp_path: Path) -> None:
    plant(tmp_path, "import os\nimport json\nimport logging\n\n\ndef home() -> str:\n    return os.environ['HOME']\n")
    assert effects(repository, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("import os\nos.environ['HOME']", "reads the environment: HOME"),
        ("import os\nos.getenv('SURETY_KEY')", "reads the environment: SURETY_KEY"),
        ("import os\n'A' in os.environ", "reads the environment: A"),
        ("import os\ndict(os.environ)", "reads the whole environment"),
        ("from pathlib import Path\nPath(__file__).read_text()", "open "),
        ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen 'true'"),
        ("import threading\nthreading.Thread(target=print).start()", "starts the thread Thread-1"),
        ("import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.close()", "socket.bind"),
        ("import sqlite3\nsqlite3.connect(':memory:').close()", "sqlite3.connect"),
        ("import pyswip", "loads SWI-Prolog"),
    ],
)
def test_a_planted_effect_is_seen(repository: Path, tmp_path: Path, text: str, effect: str) -> None:
    plant(tmp_path, text)
    found = effects(repository, tmp_path)
    assert any(line.startswith(f"governance.planted: {effect}") for line in found), found


def plant(root: Path, text: str) -> None:
    """A folder with one room of one module."""
    (root / "governance").mkdir()
    (root / "governance" / "__init__.py").touch()
    (root / "governance" / "planted.py").write_text(text)
