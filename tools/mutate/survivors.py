"""The list of mutants that survive, with reasons, in docs/mutation-survivors.md; and whether it says what is the case.

Each has an entry that begins as its key, followed by `equivalent` or `accepted` and the reason:

    - contracts/Zone.sol `free`: `if (a < b) return 0;`: `<` -> `<=`: equivalent: the difference of equal numbers is zero.

An equivalent mutant behaves as the original does, so that no test can tell, and is counted nowhere. An accepted one is a
weakness that is known and counted, and may be in no money path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.mutate.mutants import Mutant

ENTRY = re.compile(r"^- (?P<key>contracts/.*?(?:` -> `[^`]*`)(?: #\d+)?): (?P<kind>equivalent|accepted): (?P<reason>\S.*)$")


class UnreadableList(Exception):
    """An entry of the list is not of its form."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that is known to survive."""

    key: str
    kind: str
    reason: str


def read(page: str) -> dict[str, Survivor]:
    """The entries by key; a line that begins with two spaces goes on with the one before. Raises UnreadableList."""
    found: dict[str, Survivor] = {}
    for entry in re.findall(r"^- contracts/.*(?:\n  .*)*", page, re.MULTILINE):
        match = ENTRY.match(re.sub(r"\n  ", " ", entry))
        if match is None:
            raise UnreadableList(f"no key, no kind or no reason: {entry}")
        if match["key"] in found:
            raise UnreadableList(f"listed twice: {match['key']}")
        found[match["key"]] = Survivor(**match.groupdict())
    return found


def gone(listed: Mapping[str, Survivor], mutants: Iterable[Mutant]) -> list[str]:
    """Listed mutants that are not made any more."""
    return sorted(listed.keys() - {mutant.key for mutant in mutants})
