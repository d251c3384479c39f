"""The rules of the house for imports, read from the sources without running them.

Rooms import one way; modules import in no circle, wherever in the file the import stands; each third-party library has its
door; no module is a drawer for odds and ends; nothing imports the tests. ``findings(root)`` is what breaks them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# Each room may import from itself and from those before it.
ROOMS = ("governance", "chain", "oracle", "settlement", "api", "cli")
# Which rooms may import a library; one that stands for many rooms is the exception, and says why.
DOORS: Mapping[str, tuple[str, ...]] = {
    "pyswip": ("governance",),
    "yaml": ("governance",),
    "web3": ("chain",),
    "eth_abi": ("chain",),
    "eth_account": ("chain",),
    "eth_hash": ("chain",),
    "eth_keyfile": ("chain",),
    "eth_keys": ("chain",),
    "eth_typing": ("chain",),
    "eth_utils": ("chain",),
    "hexbytes": ("chain",),
    "coincurve": ("chain",),
    "requests": ("chain",),  # web3's transport, whose errors the node's door translates
    "sqlalchemy": ("oracle", "settlement"),  # each has its own tables
    "alembic": ("oracle", "settlement"),
    "psycopg": ("oracle", "settlement"),
    "apscheduler": ("oracle", "settlement"),  # each has its own worker to wake
    "fsspec": ("oracle",),
    "httpx": ("oracle",),
    "numpy": ("oracle",),
    "pyarrow": ("oracle",),
    "fastapi": ("settlement", "api"),  # the relay's intake is settlement's
    "pydantic": ("settlement", "api"),
    "starlette": ("settlement", "api"),
    "uvicorn": ("settlement", "api", "cli"),  # the composition root serves what it composed
    "prometheus_client": ("settlement", "api"),
    "typer": ("cli",),
    "click": ("cli",),
    "rich": ("cli",),
}
# The one module of a room that may import the library.
ONLY_IN = {"pyswip": "governance.engine"}
DRAWERS = frozenset({"utils", "util", "common", "helpers", "helper", "misc", "shared"})
NOT_INSTALLED = ("tests", "bench", "tools")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name and where: ``from chain import node`` names ``chain.node``."""

    importer: str
    imported: str
    line: int


def findings(root: Path) -> list[str]:
    """Everything under ``root`` that breaks a rule, one line each; an empty list is a house in order."""
    modules = {_module_of(root, file): file for file in _sources(root, ROOMS)}
    imports = [found for module, file in modules.items() for found in imports_of(file, module)]
    outside = [found for file in _sources(root, NOT_INSTALLED) for found in imports_of(file, _module_of(root, file))]
    return [
        *(finding for found in imports if (finding := _arrow(found))),
        *(finding for found in imports if (finding := _door(found))),
        *(f"{found.importer}:{found.line} imports the tests" for found in outside if _top(found.imported) == "tests"),
        *(f"{module}: a module named {module.rsplit('.', 1)[-1]} holds anything" for module in modules if _is_drawer(module)),
        *_cycles(imports, modules),
    ]


def imports_of(file: Path, module: str) -> Iterator[Import]:
    """Every import of a file, also inside functions, under conditions and by ``import_module`` with a literal."""
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        for name in _names(node, module, is_package=file.name == "__init__.py"):
            yield Import(module, name, getattr(node, "lineno", 0))


def _names(node: ast.AST, module: str, *, is_package: bool) -> Iterable[str]:
    match node:
        case ast.Import(names):
            return [alias.name for alias in names]
        case ast.ImportFrom(stem, names, level):
            base = _absolute(module, stem, level, is_package=is_package)
            return [f"{base}.{alias.name}" for alias in names]
        case ast.Call(ast.Name("import_module") | ast.Attribute(attr="import_module"), [ast.Constant(str(name)), *_]):
            return [name]
    return []


def _absolute(module: str, stem: str | None, level: int, *, is_package: bool) -> str:
    if level == 0:
        return stem or ""
    package = module.split(".")[: len(module.split(".")) - level + is_package]
    return ".".join([*package, *([stem] if stem else [])])


def _arrow(found: Import) -> str | None:
    here, there = _top(found.importer), _top(found.imported)
    if there in NOT_INSTALLED:
        return f"{found.importer}:{found.line} imports {found.imported}, which is not installed"
    if there in ROOMS and ROOMS.index(there) > ROOMS.index(here):
        return f"{found.importer}:{found.line} imports {found.imported}: {here} may not know {there}"
    return None


def _door(found: Import) -> str | None:
    library = _top(found.imported)
    if library in ROOMS or library in NOT_INSTALLED or library in sys.stdlib_module_names:
        return None
    place = f"{found.importer}:{found.line} imports {found.imported}"
    if library not in DOORS:
        return f"{place}: the library {library} has no door"
    if _top(found.importer) not in DOORS[library]:
        return f"{place}: the door of {library} is {' or '.join(DOORS[library])}"
    if found.importer != ONLY_IN.get(library, found.importer):
        return f"{place}: only {ONLY_IN[library]} may"
    return None


def _cycles(imports: Iterable[Import], modules: Mapping[str, Path]) -> list[str]:
    graph: dict[str, set[str]] = {module: set() for module in modules}
    for found in imports:
        target = _resolved(found.imported, modules)
        if target is not None:
            graph[found.importer].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return [f"modules import in a circle: {' <- '.join(circle)}"]
    return []


def _resolved(name: str, modules: Mapping[str, Path]) -> str | None:
    """The module that an imported name is, or is in; None where it is not ours."""
    while name:
        if name in modules:
            return name
        name = name.rpartition(".")[0]
    return None


def _is_drawer(module: str) -> bool:
    return not DRAWERS.isdisjoint(module.split("."))


def _sources(root: Path, folders: Iterable[str]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def _module_of(root: Path, file: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _top(name: str) -> str:
    return name.partition(".")[0]
