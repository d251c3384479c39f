"""What came of mutants, kept in a file line by line, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

KILLED, SURVIVED, UNCOMPILABLE = "killed", "survived", "uncompilable"
RULES = ("operators.py", "mutants.py", "workshop.py")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mutant, and which test noticed. The digests say of which source, contracts and tests that holds."""

    key: str
    outcome: str
    noticed_by: str | None
    seconds: float
    source: str
    contracts: str
    tests: str


class Results:
    """The results that hold for the sources as they are. ``trust_kills``: a kill holds where other files have changed, too."""

    def __init__(self, project: Path, file: Path, *, trust_kills: bool = False) -> None:
        rules = [Path(__file__).parent / name for name in RULES]
        self.contracts = _digest([*sorted((project / "contracts").rglob("*.sol")), *rules])
        self.tests = _digest([*sorted(found for found in (project / "tests" / "foundry").rglob("*") if found.is_file())])
        self.project = project
        self.file = file
        self.trust_kills = trust_kills
        self.known = {result.key: result for result in self._read() if self._holds(result)}

    def add(self, key: str, outcome: str, noticed_by: str | None, seconds: float) -> Result:
        """Keep a result at once, also on disk."""
        result = Result(key, outcome, noticed_by, round(seconds, 2), self._source(key), self.contracts, self.tests)
        self.known[key] = result
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as lines:
            lines.write(json.dumps(asdict(result)) + "\n")
        return result

    def _holds(self, result: Result) -> bool:
        if self.trust_kills and result.outcome != SURVIVED:
            return result.source == self._source(result.key)
        return (result.contracts, result.tests) == (self.contracts, self.tests)

    def _source(self, key: str) -> str:
        file = self.project / key.partition(" ")[0]
        return _digest([file]) if file.exists() else ""

    def _read(self) -> Iterable[Result]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        for line in lines:
            try:
                found: Mapping[str, object] = json.loads(line)
            except ValueError:  # the last line of a run that was killed while writing
                continue
            yield Result(**found)  # type: ignore[arg-type]  # written by add


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
