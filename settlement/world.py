"""What settlement reads of the chain besides its own tables: agreements, configurations and texts beyond recall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from chain.docket import AgreementRecord
from chain.law_lives import LawLives
from chain.sender import Call
from chain.values import Configuration


class World(Protocol):
    """The docket is one."""

    def configuration(self, digest: bytes) -> Configuration | None:
        """A configuration of the committee; None where it is not known."""
        ...

    def configuration_at(self, time_s: int) -> Configuration | None:
        """The configuration in force at a time; None before the first."""
        ...

    def agreements(self) -> Mapping[int, AgreementRecord]:
        """All agreements, by their ids."""
        ...

    def terms_text(self, terms: bytes) -> str:
        """The terms document of an id."""
        ...

    def law_text(self, law: bytes) -> str:
        """The program of a law."""
        ...


class LawWorld(World, Protocol):
    """What is needed besides where laws are amended. The docket is one, too."""

    def lives(self) -> LawLives:
        """The lives of all laws."""
        ...

    def governance_asked(self, call: Call) -> bool:
        """Whether a call was ever proposed to the timelock."""
        ...
