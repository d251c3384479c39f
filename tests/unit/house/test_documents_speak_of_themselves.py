"""What is committed names no machine, no registry and no day of its making; it names its licence, and links to what is there."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SPDX = "// SPDX-License-Identifier: Apache-2.0"
# Put together here, so that this file does not find itself.
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~}$])/(?:" + "work|root|home|Users" + r")/[\w.]")
REGISTRY_HOSTS = re.compile("|".join([r"\bpypi\." + "org", "python" + r"hosted\.", r"npm" + r"js\.", r"deb\." + "debian"]))
ONE_DAYS_WORK = re.compile(r"\bissue #?\d|\b" + "this " + r"session\b|\bsub" + "agent", re.IGNORECASE)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def texts(repository: Path) -> dict[str, str]:
    """Every text that is committed, or would be."""
    return dict(_texts(repository))


def _texts(repository: Path) -> Iterator[tuple[str, str]]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout
    for name in sorted(filter(None, listed.split("\0"))):
        try:
            yield name, (repository / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; a file that is deleted and not yet committed so
            continue


def found(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs: ``file:line: text``."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_somebodys_machine(texts: dict[str, str]) -> None:
    assert found(texts, SOMEBODYS_FOLDER) == []


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert found(texts, REGISTRY_HOSTS) == []


def test_no_file_speaks_of_the_work_that_made_it(texts: dict[str, str]) -> None:
    assert found(texts, ONE_DAYS_WORK) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SOMEBODYS_FOLDER, "see /" + "home/joe/surety"),
        (SOMEBODYS_FOLDER, "'/" + "work/x'"),
        (REGISTRY_HOSTS, "https://" + "pypi." + "org/simple"),
        (REGISTRY_HOSTS, "registry.npm" + "js.org"),
        (ONE_DAYS_WORK, "as Issue " + "2 says"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert found({"planted": text}, pattern)


def test_every_solidity_file_names_its_licence_first(texts: dict[str, str]) -> None:
    solidity = {name: text for name, text in texts.items() if name.endswith(".sol")}
    assert solidity
    assert [name for name, text in solidity.items() if text.partition("\n")[0].rstrip() != SPDX] == []


def test_every_relative_link_of_a_document_leads_somewhere(texts: dict[str, str], repository: Path) -> None:
    broken = [
        f"{name}: {target}"
        for name, text in texts.items()
        if name.endswith(".md")
        for target in LINK.findall(text)
        if "://" not in target and not target.startswith("mailto:") and not (repository / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_the_npm_lock_names_hashes_and_no_addresses(repository: Path) -> None:
    packages = json.loads((repository / "package-lock.json").read_text())["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert locked
    assert [name for name, package in locked.items() if "resolved" in package or "integrity" not in package] == []


@pytest.mark.parametrize("lock", ["run", "dev", "uv", "node"])
def test_every_locked_python_package_has_a_hash_and_no_address(repository: Path, lock: str) -> None:
    text = (repository / "requirements" / f"{lock}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_lock_for_users_is_part_of_the_lock_for_development(repository: Path) -> None:
    locks = {
        lock: set(re.findall(r"^\S+==\S+", (repository / "requirements" / f"{lock}.txt").read_text(), re.MULTILINE))
        for lock in ("run", "dev")
    }
    assert locks["run"] < locks["dev"]
