"""The folder of a local stack: where its keys, databases, logs and addresses lie."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """The layout of one stack's folder. Nothing is created before ``prepare``."""

    root: Path

    @property
    def book(self) -> Path:
        """The address book that the deployment wrote."""
        return self.root / "addresses.json"

    @property
    def environment(self) -> Path:
        """A file to source, so that the other commands find this stack."""
        return self.root / "env"

    @property
    def password(self) -> Path:
        """The password of every keystore in here; devnet keys are known to everybody anyway."""
        return self.root / "password"

    @property
    def logs(self) -> Path:
        """One file a worker."""
        return self.root / "logs"

    @property
    def chain(self) -> Path:
        """Where Anvil keeps its state between runs."""
        return self.root / "chain.json"

    @property
    def evidence(self) -> str:
        """The evidence store, as a URL."""
        return (self.root / "evidence").resolve().as_uri()

    @property
    def settlement_database(self) -> str:
        """The database of relay and settlement, as a URL."""
        return f"sqlite:///{(self.root / 'settlement.db').resolve()}"

    def oracle_database(self, member: int) -> str:
        """The database of one oracle, as a URL."""
        return f"sqlite:///{(self.root / f'oracle-{member}.db').resolve()}"

    def keystore(self, role: str) -> Path:
        """The keystore of one role."""
        return self.root / "keys" / f"{role}.json"

    def ready(self, worker: str) -> Path:
        """The mark that a worker sets when it is at work."""
        return self.logs / f"{worker}.ready"

    def prepare(self) -> None:
        """Makes the folder, readable to its owner alone."""
        for folder in (self.root, self.root / "keys", self.root / "evidence", self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write_environment(self, variables: Mapping[str, str]) -> None:
        """Writes the file to source."""
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        self.environment.write_text("\n".join(lines) + "\n", encoding="utf-8")
