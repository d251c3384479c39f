"""What a witness needs of the world around it, and the two places where samples come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chain.docket import AgreementRecord
from chain.values import Configuration
from governance.clock import Clock
from governance.terms import Terms
from oracle.evidence import EvidenceStore
from oracle.probe import targets_of
from oracle.samples import Samples
from oracle.store import Store
from oracle.wire import MemberSignature, Proposal, Submission


class Agreements(Protocol):
    """What a witness reads of the chain; the docket is one."""

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


class Relay(Protocol):
    """What a witness asks of a relay."""

    @property
    def url(self) -> str:
        """Its address, which names it."""
        ...

    def push(self, submission: Submission) -> None:
        """Hands in observations."""
        ...

    def proposals(self, configuration: bytes, member: int) -> Sequence[Proposal]:
        """What this member could sign."""
        ...

    def sign(self, proposal_id: str, signature: MemberSignature) -> None:
        """Hands in a signature."""
        ...


class SampleSource(Protocol):
    """Where a witness finds the samples of an agreement's period."""

    def samples_of(self, record: AgreementRecord, terms: Terms, start_s: int, end_s: int) -> Samples:
        """The samples scheduled in ``[start_s, end_s)``; others may be among them."""
        ...


class ProbedSamples:
    """What this oracle's own probes brought home."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def samples_of(self, record: AgreementRecord, terms: Terms, start_s: int, end_s: int) -> Samples:  # noqa: ARG002
        """The samples of all targets of the terms."""
        digests = [target.name.digest for target in targets_of(terms)]
        return self._store.samples_of(digests, start_s * 1_000, end_s * 1_000)


class RecordedSamples:
    """Samples that somebody recorded before, for replaying history: the same ones for every agreement."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def samples_of(self, record: AgreementRecord, terms: Terms, start_s: int, end_s: int) -> Samples:  # noqa: ARG002
        """The recorded samples of the period."""
        time = self._samples.scheduled_ms
        return self._samples.where((time >= start_s * 1_000) & (time < end_s * 1_000))


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a witness reads from and writes to."""

    agreements: Agreements
    source: SampleSource
    store: Store
    evidence: EvidenceStore
    relays: Sequence[Relay]
    clock: Clock
