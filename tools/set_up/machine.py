"""The machine that is being set up: what is on it, how to run commands on it, and its package manager."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# uv does not read pip's settings. Whoever set up pip for their network has set up uv with it.
PIP_SETTINGS = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_EXTRA_INDEX_URL": "UV_INDEX", "PIP_CERT": "SSL_CERT_FILE"}
LAST_LINES = 12


class StepFailed(Exception):
    """A step cannot be done: ``why``, and the ``command`` with which its user can do it."""

    def __init__(self, why: str, command: str) -> None:
        self.why = why
        self.command = command
        super().__init__(f"{why}; {command}")


class Machine:
    """Commands run in ``root``, the checkout; ``home`` is its folder for everything that is not a package environment."""

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.home = root / ".setup"
        self.step = ""
        self.environment = dict(os.environ if environment is None else environment)
        for pips, uvs in PIP_SETTINGS.items():
            if pips in self.environment:
                self.environment.setdefault(uvs, self.environment[pips])

    def say(self, text: str) -> None:
        """One line to the user, at once."""
        sys.stdout.write(f"setup: {self.step + ': ' if self.step else ''}{text}\n")
        sys.stdout.flush()

    def which(self, program: str) -> str | None:
        """Path of a program on the path, or None."""
        return shutil.which(program, path=self.environment.get("PATH", os.defpath))

    def succeeds(self, *command: str | Path) -> bool:
        """Whether a quiet command exits with 0."""
        try:
            return self._run(command, subprocess.DEVNULL) == 0
        except OSError:
            return False

    def run(self, doing: str, command: Sequence[str | Path], remedy: str = "") -> None:
        """Run a command, its output to a log. Raises StepFailed with the last lines of it; the remedy is the command itself."""
        sys.stdout.write(f"setup: {self.step}: {doing} ... ")
        sys.stdout.flush()
        log = self.home / "last-command.log"
        begun = time.monotonic()
        try:
            with log.open("w") as output:
                status = self._run(command, output.fileno())
            said = log.read_text(errors="replace").strip().splitlines()
        except OSError as error:
            status, said = 127, [str(error)]
        sys.stdout.write(f"{'failed' if status else 'done'} after {time.monotonic() - begun:.1f} s\n")
        sys.stdout.flush()
        if status != 0:
            told = "".join(f"\n    {line}" for line in said[-LAST_LINES:])
            raise StepFailed(f"{Path(command[0]).name} exited with {status}, having said:{told}", remedy or _shown(command))

    def _run(self, command: Sequence[str | Path], output: int) -> int:
        finished = subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return finished.returncode

    def install_system_package(self, *, apt: str, brew: str, others: str) -> None:
        """Install a package of the system, as root where that is needed, having said so. ``others``: what to do elsewhere."""
        if self.which("apt-get"):
            self._apt_install(apt)
        elif self.which("brew"):
            self.run(f"brew install {brew}", ["brew", "install", brew])
        else:
            raise StepFailed("neither apt-get nor brew is here, and only those two are known to this program", others)

    def _apt_install(self, package: str) -> None:
        by_hand = f"{'' if _is_root() else 'sudo '}apt-get install {package}"
        as_root = self._as_root(f"as root: apt-get install {package}")
        # A fresh machine has no package lists, an old one stale lists: fetch them only where the install does not go without.
        if not self.succeeds("apt-get", "install", "--simulate", package):
            update = [*as_root, "apt-get", "update"]
            self.run(f"fetching the package lists: {shlex.join(update)}", update, by_hand)
        install = [*as_root, "apt-get", "install", "-y", "--no-install-recommends", package]
        self.run(f"installing from the system's packages: {shlex.join(install)}", install, by_hand)

    def _as_root(self, remedy: str) -> list[str]:
        plain = ["env", "DEBIAN_FRONTEND=noninteractive"]
        if _is_root():
            return plain
        if not self.which("sudo"):
            raise StepFailed("it needs root, and there is no sudo", remedy)
        # Nobody can type a password where there is no terminal: fail instead of waiting.
        return ["sudo", *([] if sys.stdin.isatty() else ["-n"]), *plain]

    def is_stamped(self, name: str, key: str) -> bool:
        """Whether the named thing was brought about from these contents."""
        try:
            return self._stamp(name).read_text() == key
        except FileNotFoundError:
            return False

    def stamp(self, name: str, key: str) -> None:
        """Note that the named thing stands as these contents say."""
        self._stamp(name).parent.mkdir(parents=True, exist_ok=True)
        self._stamp(name).write_text(key)

    def unstamp(self, name: str) -> None:
        """Forget the note, before the thing is changed: a set-up that is killed is begun again."""
        self._stamp(name).unlink(missing_ok=True)

    def _stamp(self, name: str) -> Path:
        return self.home / "stamps" / name


def _is_root() -> bool:
    return os.geteuid() == 0


def key_of(*contents: bytes | str) -> str:
    """A short name for contents; any change gives another."""
    digest = hashlib.sha256()
    for content in contents:
        raw = content.encode() if isinstance(content, str) else content
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def _shown(command: Sequence[str | Path]) -> str:
    return shlex.join(str(part) for part in command)
