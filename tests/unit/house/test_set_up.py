"""The set-up does only what is missing, says what it does, and where it cannot, says which step, why and what would."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.set_up import __main__ as set_up
from tools.set_up.machine import Machine, StepFailed, key_of
from tools.set_up.steps import NodeTools, PythonEnvironment, Uv


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is the whole path of the machine, with a shell in it and nothing else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "env", "touch", "test"):
        folder.joinpath(name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.fixture
def machine(tmp_path: Path, programs: Path, repository: Path) -> Machine:
    """A machine with nothing on it, and a checkout of the files that the set-up reads."""
    root = tmp_path / "checkout"
    (root / "requirements").mkdir(parents=True)
    (root / ".setup").mkdir()
    (root / "governance").mkdir()
    for name in ("pyproject.toml", "setup.py", "governance/_shim.c", "package.json", "package-lock.json"):
        shutil.copy(repository / name, root / name)
    for name in ("requirements/run.txt", "requirements/dev.txt"):
        shutil.copy(repository / name, root / name)
    return Machine(root, {"PATH": str(programs), "LOG": str(tmp_path / "log")})


def program(folder: Path, name: str, script: str) -> None:
    """Put a program on the path."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


class Done:
    name = "one that is done"

    def is_done(self, machine: Machine) -> bool:
        return True

    def do(self, machine: Machine) -> None:
        pytest.fail("it was done already")


class Runs:
    name = "one that runs a command"

    def __init__(self, *command: str) -> None:
        self.command = command
        self.ran = False

    def is_done(self, machine: Machine) -> bool:
        return self.ran

    def do(self, machine: Machine) -> None:
        self.ran = True
        machine.run("running it", self.command)


def test_nothing_is_done_and_nothing_said_where_all_is_in_place(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up.bring_about(machine, [Done(), Done()]) == 0
    assert capsys.readouterr().out == ""


def test_each_step_says_what_it_does_before_the_next_begins(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up.bring_about(machine, [Done(), Runs("sh", "-c", "echo noise")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "setup: 1/2 one that is done: in place"
    assert said[2].startswith("setup: 2/2 one that runs a command: running it ... done after ")
    assert "noise" not in "".join(said)


def test_a_step_that_fails_says_which_why_and_what_would_do_it(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    after = Runs("sh", "-c", "true")
    assert set_up.bring_about(machine, [Runs("sh", "-c", "echo the disk is full; exit 3"), after]) == 1
    said = capsys.readouterr().err
    assert "1/2 one that runs a command: cannot be done: sh exited with 3" in said
    assert "the disk is full" in said
    assert "this would do it: sh -c 'echo the disk is full; exit 3'" in said
    assert not after.ran


def test_a_program_that_is_not_there_is_a_step_that_fails(machine: Machine) -> None:
    with pytest.raises(StepFailed, match="no-such-program"):
        machine.run("running it", ["no-such-program"])


def test_an_unknown_profile_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up.main(["production"]) == 2
    assert "run, dev" in capsys.readouterr().err


def test_a_system_package_is_installed_with_sudo_only_where_one_is_not_root(
    machine: Machine, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(programs, "apt-get", 'echo "apt-get $*" >> "$LOG"')
    program(programs, "sudo", 'echo sudo >> "$LOG"; [ "$1" = -n ] && shift; exec "$@"')
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    machine.install_system_package(apt="thing", brew="-", others="-")
    assert "sudo" not in (tmp_path / "log").read_text() + capsys.readouterr().out
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.install_system_package(apt="thing", brew="-", others="-")
    assert "sudo\napt-get install -y --no-install-recommends thing\n" in (tmp_path / "log").read_text()
    assert "sudo" in capsys.readouterr().out


def test_the_package_lists_are_fetched_only_where_the_package_is_not_known(
    machine: Machine, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    known = tmp_path / "known"
    program(programs, "apt-get", f'echo "$1" >> "$LOG"; case $1 in update) touch {known};; *) test -e {known};; esac')
    for _ in range(2):
        machine.install_system_package(apt="thing", brew="-", others="-")
    assert (tmp_path / "log").read_text().split() == ["install", "update", "install", "install", "install"]


def test_without_sudo_the_user_is_told_what_root_should_run(
    machine: Machine, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(programs, "apt-get", "true")
    with pytest.raises(StepFailed) as failure:
        machine.install_system_package(apt="thing", brew="-", others="-")
    assert failure.value.command == "as root: apt-get install thing"


def test_homebrew_serves_where_there_is_no_apt(machine: Machine, programs: Path, tmp_path: Path) -> None:
    program(programs, "brew", 'echo "brew $*" >> "$LOG"')
    machine.install_system_package(apt="-", brew="thing", others="-")
    assert (tmp_path / "log").read_text() == "brew install thing\n"


def test_a_machine_of_another_kind_is_told_what_to_install(machine: Machine) -> None:
    with pytest.raises(StepFailed) as failure:
        machine.install_system_package(apt="-", brew="-", others="dnf install thing")
    assert failure.value.command == "dnf install thing"


def test_uv_is_done_where_it_is_on_the_path_or_ours(machine: Machine, programs: Path) -> None:
    assert not Uv().is_done(machine)
    program(programs, "uv", "true")
    assert Uv().is_done(machine)
    (programs / "uv").unlink()
    (machine.home / "uv" / "bin").mkdir(parents=True)
    program(machine.home / "uv" / "bin", "uv", "true")
    assert Uv().is_done(machine)


def test_the_python_packages_are_installed_anew_when_their_lock_changes(machine: Machine, programs: Path) -> None:
    python_environment(machine, programs)
    step = PythonEnvironment("dev")
    assert not step.is_done(machine)
    step.do(machine)
    assert step.is_done(machine)
    lock = machine.root / "requirements" / "dev.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    assert not step.is_done(machine)


def test_the_project_is_installed_anew_when_what_it_compiles_changes_or_a_compiler_appears(
    machine: Machine, programs: Path
) -> None:
    python_environment(machine, programs)
    environment = PythonEnvironment("dev")
    environment.do(machine)
    assert environment.is_done(machine)
    source = machine.root / "governance" / "_shim.c"
    source.write_text(source.read_text() + "/* changed */\n")
    assert not environment.is_done(machine)
    environment.do(machine)
    assert environment.is_done(machine)
    program(programs, "cc", "exit 0")
    assert not environment.is_done(machine)


def test_what_development_needs_is_enough_to_run_but_not_the_other_way(machine: Machine, programs: Path) -> None:
    python_environment(machine, programs)
    PythonEnvironment("run").do(machine)
    assert not PythonEnvironment("dev").is_done(machine)
    PythonEnvironment("dev").do(machine)
    assert PythonEnvironment("run").is_done(machine)


def test_an_environment_whose_folder_was_moved_is_installed_anew(machine: Machine, programs: Path, tmp_path: Path) -> None:
    python_environment(machine, programs)
    PythonEnvironment("dev").do(machine)
    moved = Machine(machine.root.rename(tmp_path / "elsewhere"), machine.environment)
    assert not PythonEnvironment("dev").is_done(moved)


def test_a_set_up_that_is_interrupted_is_begun_again(machine: Machine, programs: Path) -> None:
    python_environment(machine, programs)
    step = PythonEnvironment("dev")
    step.do(machine)
    program(programs, "uv", "exit 1")
    with pytest.raises(StepFailed):
        step.do(machine)
    assert not step.is_done(machine)


def python_environment(machine: Machine, programs: Path) -> None:
    """An environment that works, and a uv that has nothing to do."""
    program(programs, "uv", "true")
    (machine.root / ".venv" / "bin").mkdir(parents=True)
    program(machine.root / ".venv" / "bin", "python", "true")


def test_the_users_own_foundry_serves_where_npm_has_none(machine: Machine, programs: Path) -> None:
    for name in ("node", "npm", "anvil", "forge"):
        program(programs, name, "true")
    NodeTools().do(machine)
    assert NodeTools().is_done(machine)
    assert (machine.home / "bin" / "anvil").resolve() == (programs / "anvil").resolve()


def test_a_machine_without_any_foundry_is_told_to_install_it(machine: Machine, programs: Path) -> None:
    for name in ("node", "npm"):
        program(programs, name, "true")
    with pytest.raises(StepFailed, match="the npm registry has no anvil") as failure:
        NodeTools().do(machine)
    assert failure.value.command == "install Foundry, so that anvil is on the path"


def test_without_a_python_that_is_new_enough_the_user_is_told_so(repository: Path, programs: Path) -> None:
    program(programs, "python3", "exit 1")
    program(programs, "dirname", 'echo "${1%/*}"')
    command = [str(repository / "tools" / "setup"), "dev"]
    finished = subprocess.run(command, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "no Python 3.11 or newer" in finished.stderr


def test_a_key_changes_with_any_content_and_with_where_it_ends() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", "")}) == 4


def test_pips_settings_serve_uv_too() -> None:
    environment = {"PIP_INDEX_URL": "one", "PIP_CERT": "two", "SSL_CERT_FILE": "three"}
    machine = Machine(Path(), environment)
    assert machine.environment["UV_DEFAULT_INDEX"] == "one"
    assert machine.environment["SSL_CERT_FILE"] == "three"
