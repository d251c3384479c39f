"""What the tests of the shipped laws share: the second opinions on them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ORACLES = Path(__file__).parent / "oracles"


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], ModuleType]:
    """A second opinion, by the name of its file in ``oracles/``."""

    def load(name: str) -> ModuleType:
        module = f"second_opinion_{name}"
        if module not in sys.modules:
            spec = importlib.util.spec_from_file_location(module, ORACLES / f"{name}.py")
            assert spec
            assert spec.loader
            sys.modules[module] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[module])
        return sys.modules[module]

    return load
