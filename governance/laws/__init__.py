"""The laws that ship with Surety, as texts."""

from __future__ import annotations

from importlib.resources import files

from governance.errors import BadInput


def names() -> tuple[str, ...]:
    """The names of all of them, in order, without their ending."""
    return tuple(sorted(entry.name.removesuffix(".pl") for entry in files(__name__).iterdir() if entry.name.endswith(".pl")))


def read(name: str) -> str:
    """The text of one, with or without its ending ``.pl``. Raises BadInput for a name that is none of them."""
    wanted = name.removesuffix(".pl")
    if wanted not in names():
        raise BadInput(f"no law named {name!r} ships with Surety", value=name, remedy=f"choose from {', '.join(names())}")
    return (files(__name__) / f"{wanted}.pl").read_text("utf-8")
