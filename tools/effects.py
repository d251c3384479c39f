"""Import every module of the rooms of a folder and print, one a line, what that did besides defining things.

    python tools/effects.py FOLDER

Importing must read no environment, open no file, start no program, thread or engine, and talk to nobody. What a library does
to find out where it is (its environment, the machine's architecture) is its own business; the network and Prolog are not.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

ROOMS = ("governance", "chain", "oracle", "settlement", "api", "cli")
# Alembic runs these; they are no modules to import.
SCRIPTS = (
    "settlement/migrations/env.py",
    "settlement/migrations/versions",
    "oracle/migrations/env.py",
    "oracle/migrations/versions",
)
NEVER = ("socket.connect", "socket.getaddrinfo")
NOT_BY_US = (
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.bind", "sqlite3.connect"),
    *("open", "os.mkdir", "os.remove", "os.rename"),
)


class Watch:
    """What was done, and by whom, while modules were imported."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.libraries = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
        self.module = ""
        self.seen: list[str] = []

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """Python's own report of what is about to happen."""
        if self.module and (event in NEVER or (event in NOT_BY_US and self.is_ours())):
            self.note(f"{event} {arguments[0]!r}" if arguments else event)
        elif self.module and event == "ctypes.dlopen" and "swipl" in str(arguments[0]):
            self.note("loads SWI-Prolog")

    def note(self, effect: str) -> None:
        """Keep an effect of the module that is being imported, once."""
        finding = f"{self.module}: {effect}"
        if finding not in self.seen:
            self.seen.append(finding)

    def is_ours(self) -> bool:
        """Whether the nearest caller outside the standard library is a file of the rooms."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # there is no other way to the caller
        while frame is not None:
            file = frame.f_code.co_filename
            # What the import system opens are modules.
            if file.startswith((*self.libraries, "<frozen importlib")):
                return False
            if file.startswith(self.root) and file != __file__:
                return True
            frame = frame.f_back
        return False


class WatchedEnvironment(os._Environ[str]):  # noqa: SLF001  # what os.environ is
    """The environment, noting which of its variables our modules read."""

    def __init__(self, watch: Watch) -> None:
        real = os.environ
        super().__init__(real._data, real.encodekey, real.decodekey, real.encodevalue, real.decodevalue)  # type: ignore[attr-defined]  # noqa: SLF001
        self.watch = watch

    def __getitem__(self, key: str) -> str:
        if self.watch.module and self.watch.is_ours():
            self.watch.note(f"reads the environment: {key}")
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        if self.watch.module and self.watch.is_ours():
            self.watch.note("reads the whole environment")
        return super().__iter__()


def main(root: Path) -> int:
    """Import all, print the effects. Returns how many there were, at most 99."""
    sys.dont_write_bytecode = True
    sys.path[0] = str(root)
    watch = Watch(root)
    _watch_threads(watch)
    os.environ = WatchedEnvironment(watch)  # noqa: B003  # it is a view of the same environment
    sys.addaudithook(watch.audit)
    for module in _modules(root):
        watch.module = module
        importlib.import_module(module)
    watch.module = ""
    print("\n".join(watch.seen))
    return min(len(watch.seen), 99)


def _watch_threads(watch: Watch) -> None:
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        if watch.module and watch.is_ours():
            watch.note(f"starts the thread {thread.name}")
        start(thread)

    threading.Thread.start = noted  # type: ignore[method-assign,assignment]


def _modules(root: Path) -> list[str]:
    files = [file.relative_to(root) for room in ROOMS for file in sorted((root / room).rglob("*.py"))]
    names = [file.with_suffix("").parts for file in files if not file.as_posix().startswith(SCRIPTS)]
    return [".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in names]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
