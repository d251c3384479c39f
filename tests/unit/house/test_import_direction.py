"""Imports run one way, in no circle, and each library has one door; and the checker of that sees what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import imports


def test_the_house_is_in_order(repository: Path) -> None:
    assert imports.findings(repository) == []


def test_every_room_is_looked_at(repository: Path) -> None:
    rooms = {room for room in imports.ROOMS if (repository / room / "__init__.py").exists()}
    assert rooms == set(imports.ROOMS)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house in order."""
    for room in imports.ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    write(tmp_path, "governance/engine.py", "import json\nimport pyswip\n")
    write(tmp_path, "chain/node.py", "from web3 import Web3\nfrom governance import engine\n")
    write(tmp_path, "cli/main.py", "import typer\nfrom chain.node import Web3\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    """Put a file into the planted house."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_house_in_order_has_no_findings(house: Path) -> None:
    assert imports.findings(house) == []


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    [
        ("governance/law.py", "from chain import node", "governance.law:1 imports chain.node: governance may not know chain"),
        ("oracle/a.py", "import settlement.split", "oracle.a:1 imports settlement.split: oracle may not know settlement"),
        ("chain/late.py", "def f():\n    from api import app", "chain.late:2 imports api.app: chain may not know api"),
        ("chain/dots.py", "from ..cli import main", "chain.dots:1 imports cli.main: chain may not know cli"),
        (
            "chain/sly.py",
            "import importlib\nimportlib.import_module('cli.main')",
            "chain.sly:2 imports cli.main: chain may not know cli",
        ),
        ("oracle/a.py", "import web3.types", "oracle.a:1 imports web3.types: the door of web3 is chain"),
        ("api/a.py", "from sqlalchemy import text", "imports sqlalchemy.text: the door of sqlalchemy is oracle or settlement"),
        ("governance/law.py", "import pyswip", "governance.law:1 imports pyswip: only governance.engine may"),
        ("api/a.py", "import pandas", "api.a:1 imports pandas: the library pandas has no door"),
        ("chain/utils.py", "", "chain.utils: a module named utils"),
        ("oracle/common/words.py", "", "oracle.common.words: a module named"),
        ("settlement/helpers/__init__.py", "", "settlement.helpers: a module named helpers"),
        ("chain/a.py", "import tests.conftest", "chain.a:1 imports tests.conftest, which is not installed"),
        ("chain/a.py", "from bench import report", "chain.a:1 imports bench.report, which is not installed"),
        ("tests/unit/test_a.py", "from tests import conftest", "tests.unit.test_a:1 imports the tests"),
        ("bench/gas/__main__.py", "import tests", "bench.gas.__main__:1 imports the tests"),
    ],
)
def test_a_planted_violation_is_found(house: Path, name: str, text: str, finding: str) -> None:
    write(house, name, text)
    (found,) = imports.findings(house)
    assert finding in found


def test_a_circle_is_found_also_where_an_import_is_late(house: Path) -> None:
    write(house, "chain/a.py", "from chain.b import thing\n")
    write(house, "chain/b.py", "from chain import c\n")
    write(house, "chain/c.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import chain.a\n")
    (found,) = imports.findings(house)
    assert found.startswith("modules import in a circle")
    assert {"chain.a", "chain.b", "chain.c"} <= set(found.replace(":", " ").split())


def test_a_package_that_imports_its_own_module_is_no_circle_but_the_way_back_is(house: Path) -> None:
    write(house, "chain/__init__.py", "from .node import Web3\n")
    assert imports.findings(house) == []
    write(house, "chain/node.py", "import chain\n")
    (found,) = imports.findings(house)
    assert "circle" in found
