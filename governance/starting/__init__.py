"""A law to start from, with tests that pass: small, complete, and meant to be changed."""

from __future__ import annotations

import re
from importlib.resources import files

from governance.errors import BadInput

_NAME = r"[a-z][a-z0-9_]{0,59}"
_PLACEHOLDER = "starting_law"


def starting_law(name: str, *, routing: bool = False) -> tuple[str, str]:
    """The text of a law that settles, or routes, and the text of its tests.

    Raises BadInput for a name that is no word of small letters, digits and underscores.
    """
    if not re.fullmatch(_NAME, name):
        remedy = "write a small letter, then small letters, digits and underscores, at most 60"
        raise BadInput(f"{name!r:.80} is no name for a law", value=name, remedy=remedy)
    kind = "routing" if routing else "settlement"
    law, tests = ((files(__name__) / f"{kind}.{ending}").read_text("utf-8") for ending in ("pl", "plt"))
    return law.replace(_PLACEHOLDER, name), tests.replace(_PLACEHOLDER, name)
