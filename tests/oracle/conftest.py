"""A committee of four, agreements under real terms and the real standard law, and a relay in memory; no chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chain.docket import AgreementRecord
from chain.hashing import ZERO_ADDRESS, keccak, text_id
from chain.keys import Signer
from chain.offers import Offer
from chain.quorum import configuration_digest
from chain.row import pack
from chain.typed_data import Domain, observation_root_digest, report_digest
from chain.values import FOREVER_S, Configuration, Listing, Parameters, everyone, member_bit
from governance import laws as shipped_laws
from governance.clock import ManualClock
from governance.values import Observation, PeriodKind, Ratio
from oracle.evidence import EvidenceStore
from oracle.laws import Laws
from oracle.ports import Ports, RecordedSamples
from oracle.rows import (
    Equivocation,
    ObservationSet,
    Rules,
    SignedObservations,
    derive,
    epoch_root,
    report_header,
    verify_member,
)
from oracle.samples import Result, Sample, Samples
from oracle.store import Store
from oracle.wire import MemberSignature, Proposal, Submission
from oracle.witness import Witness

EPOCH_S = 3_600
START_S = 1_700_002_800  # the first second of an epoch
PAYEE = "0x" + "77" * 20
TERMS = """
apiVersion: openslo/v1
kind: Service
metadata: {{name: inference, displayName: inference}}
spec: {{description: for tests}}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {{name: {name}}}
spec:
  type: http-probe
  connectionDetails: {{url: "{url}", interval: 1s, timeout: 3s}}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  annotations:
    surety/tier-1: "99.0 % <= uptime < 99.9 %: credit 10 %"
    surety/tier-2: "95.0 % <= uptime < 99.0 %: credit 25 %"
    surety/tier-3: "uptime < 95.0 %: credit 100 %, slash 10 %"
    surety/minimum-coverage: "50 %"
    surety/minimum-samples: "2"
spec:
  service: inference
  indicator:
    metadata: {{name: ok-share}}
    spec:
      ratioMetric:
        counter: true
        good: {{metricSource: {{type: http-probe, spec: {{result: ok}}}}}}
        total: {{metricSource: {{type: http-probe, spec: {{result: judged}}}}}}
  timeWindow:
    - {{duration: 1h, isRolling: false, calendar: {{startTime: "2026-01-01 00:00:00", timeZone: UTC}}}}
  budgetingMethod: Occurrences
  objectives:
    - {{targetPercent: 99.9}}
"""


class Book:
    """The agreements, configurations and texts of a chain that is not there."""

    def __init__(self, configuration: Configuration) -> None:
        self.configurations = [configuration]
        self.records: dict[int, AgreementRecord] = {}
        self.texts: dict[bytes, str] = {}

    def agreements(self) -> dict[int, AgreementRecord]:
        return dict(self.records)

    def configuration(self, digest: bytes) -> Configuration | None:
        return next((found for found in self.configurations if found.digest == digest), None)

    def configuration_at(self, time_s: int) -> Configuration | None:
        return next((found for found in self.configurations if found.reigns_at(time_s)), None)

    def terms_text(self, terms: bytes) -> str:
        return self.texts[terms]

    def law_text(self, law: bytes) -> str:
        return self.texts[law]


@dataclass
class Committee:
    """Four members, what they signed up to, and how they observe."""

    folder: Path
    members: list[Signer] = field(default_factory=lambda: [Signer(keccak(b"member %d" % number)) for number in range(4)])
    rules: Rules = field(
        default_factory=lambda: Rules(Domain(31_337, "0x" + "11" * 20), Domain(31_337, "0x" + "22" * 20), EPOCH_S)
    )

    def __post_init__(self) -> None:
        self.configuration = self.configure(0, 0, self.members)
        self.book = Book(self.configuration)
        self.laws = Laws(self.book)
        self.law = self.publish(shipped_laws.read("standard"))

    def configure(self, index: int, since_s: int, members: Sequence[Signer]) -> Configuration:
        addresses = tuple(member.address for member in members)
        digest = configuration_digest(self.rules.committee, index, since_s, addresses)
        return Configuration(digest, index, since_s, FOREVER_S, 3, addresses, everyone(len(addresses)))

    def deactivate(self, member: int) -> None:
        """Strikes a member off, as the chain does when somebody shows that it signed two roots."""
        self.configuration = replace(self.configuration, active=self.configuration.active & ~member_bit(member))
        self.book.configurations = [self.configuration]

    def publish(self, text: str) -> bytes:
        self.book.texts[text_id(text)] = text
        return text_id(text)

    def open(
        self,
        number: int = 1,
        *,
        terms: str | None = None,
        law: bytes | None = None,
        start_s: int = START_S,
        periods: int = 3,
        length_s: int = EPOCH_S,
    ) -> AgreementRecord:
        """An agreement whose terms probe an address of their own."""
        text = terms if terms is not None else TERMS.format(name="endpoint", url=f"http://127.0.0.1:9/{number}")
        offer = Offer(
            provider="0x" + "aa" * 20,
            customer=ZERO_ADDRESS,
            token="0x" + "bb" * 20,
            terms=self.publish(text),
            law=law or self.law,
            fee=1_000,
            deposit=5_000,
            max_credit_bps=10_000,
            max_slash_bps=1_000,
            min_provider_bps=7_000,
            period_kind=PeriodKind.FIXED,
            period_length=length_s,
            max_periods=100,
            notice_periods=1,
            lead=0,
            expiry=2**40,
            nonce=number,
        )
        record = AgreementRecord(
            id=number,
            customer="0x" + "cc" * 20,
            provider=offer.provider,
            offer=offer,
            start_s=start_s,
            periods=periods,
            calendar=offer.calendar(start_s, periods),
            parameters=Parameters(7_200, 600, 7_200, 15_000, 31 * 86_400, 2_000, 1_000, 1_000, "0x" + "dd" * 20),
            listing=Listing(offer.token, 0, 1),
            opened_block=1,
        )
        self.book.records[number] = record
        return record

    def epoch(self, period: int = 0) -> int:
        return START_S // EPOCH_S + period

    def sign(self, member: int, observations: Iterable[Observation], epoch: int | None = None) -> SignedObservations:
        """A member's observations under its signed root."""
        seen = tuple(observations)
        epoch = self.epoch() if epoch is None else epoch
        root = epoch_root(seen)
        signature = self.members[member].sign_compact(observation_root_digest(self.rules.committee, epoch, root))
        return SignedObservations(member, epoch, root, signature, seen)

    def observed(self, *signed: SignedObservations) -> ObservationSet:
        return ObservationSet(self.configuration, self.epoch(), tuple(signed))

    def propose(
        self,
        *signed: SignedObservations,
        payee: str = PAYEE,
        only: Sequence[tuple[int, int]] | None = None,
        equivocations: tuple[Equivocation, ...] = (),
    ) -> Proposal:
        """What an honest relay makes of these observations."""
        observed = ObservationSet(self.configuration, signed[0].epoch, tuple(signed))
        rows = [found.row for found in derive(observed, self.book.agreements(), self.laws, self.rules, only)[0]]
        words = tuple(pack(row) for row in rows)
        header = report_header(observed, rows, payee)
        digest = report_digest(self.rules.pactum, header, words)
        return Proposal(digest.hex(), header, words, tuple(signed), equivocations)

    def witness(self, member: int, relays: Sequence[object], clock: ManualClock, samples: Samples, **options: object) -> Witness:
        """A member at work, with a database and evidence of its own; call again for a restart."""
        kind = options.pop("kind", Witness)
        ports = Ports(
            agreements=self.book,
            source=RecordedSamples(samples),
            store=Store(f"sqlite:///{self.folder / f'member{member}.sqlite'}"),
            evidence=EvidenceStore(str(self.folder / "evidence")),
            relays=relays,  # type: ignore[arg-type]
            clock=clock,
        )
        return kind(self.members[member], self.rules, ports, 1_000)  # type: ignore[operator]


class MemoryRelay:
    """An honest relay without network: checks what comes in, and proposes one report of all it has for an epoch."""

    def __init__(self, committee: Committee, url: str = "memory:relay", payee: str = PAYEE, patience: int = 4) -> None:
        self.url = url
        self.down = False
        self.pushes = 0
        self.signatures: dict[str, dict[int, bytes]] = {}
        self._committee = committee
        self._payee = payee
        self._patience = patience  # proposes from this many observers on
        self._held: dict[int, dict[int, SignedObservations]] = {}

    def push(self, submission: Submission) -> None:
        self._refuse_when_down()
        verify_member(submission.signed, self._committee.configuration, self._committee.rules.committee)
        self._held.setdefault(submission.signed.epoch, {})[submission.signed.member] = submission.signed
        self.pushes += 1

    def proposals(self, configuration: bytes, member: int) -> Sequence[Proposal]:
        self._refuse_when_down()
        assert configuration == self._committee.configuration.digest
        made = [
            self._committee.propose(*(held[number] for number in sorted(held)), payee=self._payee)
            for held in self._held.values()
            if len(held) >= self._patience and member in held
        ]
        return [proposal for proposal in made if member not in self.signatures.get(proposal.id, {})]

    def sign(self, proposal_id: str, signature: MemberSignature) -> None:
        self._refuse_when_down()
        self.signatures.setdefault(proposal_id, {})[signature.member] = signature.signature

    def _refuse_when_down(self) -> None:
        from oracle.relay_client import RelayUnavailable

        if self.down:
            raise RelayUnavailable("the relay is down")


@pytest.fixture
def committee(tmp_path: Path) -> Committee:
    return Committee(tmp_path)


@pytest.fixture
def relay(committee: Committee) -> MemoryRelay:
    return MemoryRelay(committee)


@pytest.fixture
def new_relay(committee: Committee) -> Callable[..., MemoryRelay]:
    return lambda *arguments, **options: MemoryRelay(committee, *arguments, **options)


@pytest.fixture
def seen() -> Callable[..., Observation]:
    """Builds an observation: so many of so many samples were ok."""

    def build(
        agreement: int = 1, period: int = 0, ok: int = 100, of: int = 100, *, slots: int = 12, evidence: bytes = b"e" * 32
    ) -> Observation:
        return Observation(agreement, period, of, Ratio(ok, of), Ratio(0, 0), Ratio(slots, 12), 250, evidence)

    return build


@pytest.fixture
def recorded() -> Callable[..., Samples]:
    """Builds samples, one a minute from the first period's begin; those of the given minutes are errors."""

    def build(minutes: int = 60, errors: Iterable[int] = ()) -> Samples:
        bad = set(errors)
        samples = [
            Sample((START_S + 60 * minute) * 1_000, (START_S + 60 * minute) * 1_000, 40 + minute, Result.OK)
            for minute in range(minutes)
        ]
        return Samples.of(
            [replace(one, result=Result.ERROR) if minute in bad else one for minute, one in enumerate(samples)], "recorded"
        )

    return build


@pytest.fixture
def clock() -> ManualClock:
    """Stands at the end of the first epoch and the grace after it."""
    return ManualClock((START_S + EPOCH_S) * 1_000 + 1_000)
