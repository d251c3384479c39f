"""Where the peers live: for each a virtual environment of its own under ``.setup/peers``, made here when it is first needed.

Everything comes by version and hash from a lock in ``locks/``; nothing of it is a dependency of this project.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.report import REPOSITORY

LOCKS = Path(__file__).resolve().parent / "locks"
FOLDER = REPOSITORY / ".setup" / "peers"
NEEDS_PYTHON = {"opa": "3.14"}  # says its wheel, which runs on others too
_INSTALL_ALLOWED_S = 300
_SHOWN = 120


class CannotRun(Exception):
    """A peer that is not to be had here, or that does not do what it should; says why."""


def python_of(name: str, folder: Path = FOLDER) -> Path:
    """The Python of a peer's environment, which is made if it is not there as locked. Raises CannotRun."""
    lock = LOCKS / f"{name}.txt"
    home = folder.resolve() / name
    python, stamp = home / "bin" / "python", home / "locked"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"installing {name}, to compare with\n")
    _uv("venv", "--quiet", "--python", sys.executable, str(home))
    extra = ("--python-version", NEEDS_PYTHON[name]) if name in NEEDS_PYTHON else ()
    _uv("pip", "install", "--quiet", "--python", str(python), *extra, "--no-deps", "--require-hashes", "-r", str(lock))
    stamp.write_text(wanted)
    return python


def is_installed(name: str, folder: Path = FOLDER) -> bool:
    """Whether the environment is there as locked."""
    stamp = folder / name / "locked"
    return stamp.exists() and stamp.read_text() == hashlib.sha256((LOCKS / f"{name}.txt").read_bytes()).hexdigest()


def brief(reason: str) -> str:
    """The last line of what a program complained of: on one line, without addresses and paths, fit for a table's cell."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()] or ["no reason given"]
    told = next((line for line in reversed(lines) if re.match(r"error|cause|[A-Za-z.]*Error", line)), lines[-1])
    told = re.sub(r"\w+://\S+|(?<!\w)/\S+", "...", told).replace("|", "/")
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}..."


def _uv(*arguments: str) -> None:
    found = REPOSITORY / ".setup" / "uv" / "bin" / "uv"
    uv = str(found) if found.exists() else shutil.which("uv")
    if uv is None:
        raise CannotRun("uv is not there to install it: make setup brings it")
    try:
        done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False, timeout=_INSTALL_ALLOWED_S)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"not installed within {_INSTALL_ALLOWED_S} s") from error
    if done.returncode:
        raise CannotRun(f"not installed: {brief(done.stderr)}")
