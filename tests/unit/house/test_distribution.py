"""The wheel holds exactly the rooms, with all that they need at run time, and works away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from tools.imports import ROOMS

NEEDED_BESIDE = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
COMPILED = ".so"


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from a copy: building leaves folders behind."""
    copy = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(repository / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", f"*{COMPILED}"))
    for extra in ("tests", "bench", "tools"):
        (copy / extra).mkdir()
        (copy / extra / "stray.py").touch()
    for name in NEEDED_BESIDE:
        shutil.copy(repository / name, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # setuptools warns where it is set
    finished = subprocess.run(command, capture_output=True, text=True, cwd=copy, env=environment, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "warning" not in (finished.stdout + finished.stderr).lower(), finished.stdout + finished.stderr
    (built,) = (copy / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def names_in(wheel: zipfile.ZipFile) -> set[str]:
    """Every file of the wheel but its own records, and what was compiled."""
    return {name for name in wheel.namelist() if ".dist-info/" not in name and not name.endswith(COMPILED)}


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(wheel: zipfile.ZipFile, repository: Path) -> None:
    files = (file for room in ROOMS for file in (repository / room).rglob("*") if file.is_file())
    expected = {file.relative_to(repository).as_posix() for file in files if file.suffix not in {".pyc", COMPILED}}
    assert names_in(wheel) == expected


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler")
def test_the_wheel_holds_the_compiled_shim_where_there_is_a_compiler(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith(COMPILED)] == [
        f"governance/_shim{sysconfig.get_config_var('EXT_SUFFIX')}"
    ]


def test_the_wheel_is_built_without_the_shim_where_there_is_no_compiler(repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "source"
    shutil.copytree(repository / "governance", copy / "governance", ignore=shutil.ignore_patterns("__pycache__", f"*{COMPILED}"))
    for name in NEEDED_BESIDE:
        shutil.copy(repository / name, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(copy)]
    without = os.environ | {"CC": str(tmp_path / "absent"), "PYTHONDONTWRITEBYTECODE": ""}
    finished = subprocess.run(command, capture_output=True, text=True, cwd=copy, env=without, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        assert "governance/_shim.c" in opened.namelist()
        assert not [name for name in opened.namelist() if name.endswith(COMPILED)]


@pytest.mark.parametrize(
    "pattern",
    [
        "governance/laws/standard.pl",
        "governance/laws/eu_health.pl",
        "governance/*.pl",
        "governance/checking/*.pl",
        "chain/artifacts/Pactum.json",
        "settlement/migrations/versions/*.py",
        "oracle/migrations/versions/*.py",
    ],
)
def test_the_wheel_holds_what_is_needed_at_run_time(wheel: zipfile.ZipFile, pattern: str) -> None:
    assert [name for name in names_in(wheel) if Path(name).match(pattern)]


def test_the_wheel_names_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    records = {name.partition(".dist-info/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    metadata = message_from_bytes(wheel.read(records["METADATA"]))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "licenses/LICENSE" in records
    assert "surety = cli.main:main" in wheel.read(records["entry_points.txt"]).decode()


def test_an_unpacked_wheel_finds_its_data_away_from_the_checkout(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    ask = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from importlib.resources import files\n"
        "import governance\n"
        f"assert governance.__file__.startswith({str(tmp_path)!r}), governance.__file__\n"
        "assert files('governance.laws').joinpath('standard.pl').read_text()\n"
        "assert files('chain.artifacts').joinpath('Pactum.json').read_text()\n"
    )
    subprocess.run([sys.executable, "-P", "-c", ask], cwd=tmp_path, check=True, timeout=60)
