"""An independent witness: folds what it measured, signs one root per epoch, and co-signs only what it derived itself.

Each step looks at what is and does what is missing, so that a crash at any point costs nothing but time: what will be signed is
committed first, signing again gives the same signature, and pushing again is harmless.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from functools import partial

from chain.docket import AgreementRecord
from chain.keys import Signer
from chain.row import pack, unpack
from chain.typed_data import observation_root_digest, report_digest
from chain.values import Configuration
from governance.errors import FatalError, RetryableError
from governance.periods import Calendar, epoch_of
from governance.values import Observation, Row
from oracle.database import DatabaseRefused
from oracle.evidence import Stretch
from oracle.fold import fold
from oracle.forward import Forwarder
from oracle.laws import Laws
from oracle.ports import Ports, Relay
from oracle.relay_client import RelayUnavailable
from oracle.rows import (
    Equivocation,
    ObservationSet,
    Rules,
    SignedObservations,
    derive_rows,
    epoch_root,
    inactive_members,
    report_header,
)
from oracle.store import Root, SignedReport
from oracle.troubles import Troubles, trouble_of
from oracle.wire import MemberSignature, Proposal, Submission, proposal_json

MOST_PROPOSALS = 256  # taken from one relay at a time
RELAY_TURN_MS = 30_000  # then it is the next relay's turn, as soon as what is under way has ended
UNCOUNTED = (RetryableError, DatabaseRefused)

log = logging.getLogger(__name__)


class CosignRefused(FatalError):
    """A proposal that this witness did not derive itself, or may not sign any more."""


class Witness:
    """One committee member at work. To be used from one thread.

    ``grace_ms`` is how long after an epoch's end its last probes may still be under way. A subclass that overrides ``counted``
    sees, and may change, every observation before it is signed. Raises ForeignDatabase where the store is another oracle's.
    """

    def __init__(self, signer: Signer, rules: Rules, ports: Ports, grace_ms: int) -> None:
        self.grace_ms = grace_ms
        self._signer = signer
        self._rules = rules
        self._agreements = ports.agreements
        self._source = ports.source
        self._store = ports.store
        self._evidence = ports.evidence
        self._relays = tuple(ports.relays)
        self._clock = ports.clock
        self._laws = Laws(ports.agreements)
        self._observed_to: int | None = None  # the newest epoch that was looked at since the start
        self._configurations: dict[int, tuple[Configuration, ...]] = {}  # by epoch: those that its root is pushed under
        self._pushed: set[tuple[str, int]] = set()
        self._forwarder = Forwarder(self._store.heard, self._clock, RELAY_TURN_MS)
        self._troubles = Troubles(log)
        self._store.belongs_to(signer.address, rules.committee.chain_id, rules.committee.contract)

    # observing --------------------------------------------------------------------------------------------------------------

    def observe_due_epochs(self, now_ms: int | None = None) -> list[int]:
        """Folds and signs every epoch that is over for ``grace_ms`` and has no signed root; the epochs that got one now.

        ``now_ms`` is a time before which every finished sample is in the store; the clock's by default. An epoch in which
        nothing was measured gets no root: who did not observe says nothing.
        """
        now_ms = self._clock.now_ms() if now_ms is None else now_ms
        newest = (now_ms - self.grace_ms) // 1_000 // self._rules.epoch_s - 1
        oldest = self._oldest_reportable(now_ms) if self._observed_to is None else self._observed_to + 1
        if newest < oldest:
            return []
        due = self._due(oldest, newest)
        signed = [epoch for epoch in sorted(due) if self._observe(epoch, due[epoch])]
        self._observed_to = newest
        return signed

    def counted(self, record: AgreementRecord, period: int) -> Observation | None:
        """What was counted for one agreement-period, its evidence kept; None where no sample was ok or error.

        Raises FatalError where the terms are missing or cannot be read, EvidenceUnavailable, DatabaseUnavailable.
        """
        terms = self._laws.terms_of(record.offer.terms)
        start_s, end_s = record.calendar.bounds(period)
        samples = self._source.samples_of(record, terms, start_s, end_s)
        counts = fold(samples, start_s, end_s, terms)
        if not counts.samples:
            return None
        stretch = Stretch(record.id, period, start_s, end_s, terms.slot_s)
        return counts.observation(record.id, period, self._evidence.put(stretch, samples))

    def _oldest_reportable(self, now_ms: int) -> int:
        """The oldest epoch of which a report could still be accepted."""
        deadlines = [record.parameters.report_deadline for record in self._agreements.agreements().values()]
        return (now_ms // 1_000 - max(deadlines, default=0)) // self._rules.epoch_s

    def _due(self, oldest: int, newest: int) -> dict[int, list[tuple[AgreementRecord, int]]]:
        """All periods that ended in these epochs and began under a configuration of this member, by epoch."""
        first_s, after_s = oldest * self._rules.epoch_s, (newest + 1) * self._rules.epoch_s
        found: dict[int, list[tuple[AgreementRecord, int]]] = {}
        for record in self._agreements.agreements().values():
            for period, start_s, end_s in _ended(record.calendar, first_s, after_s):
                if self._mine_at(start_s):
                    found.setdefault(epoch_of(end_s, self._rules.epoch_s), []).append((record, period))
        return found

    def _observe(self, epoch: int, due: Sequence[tuple[AgreementRecord, int]]) -> bool:
        """Whether the epoch has a signature that it did not have before."""
        root = self._store.root_of(epoch)
        if root is None:
            root = self._commit(epoch, due)
        if root is None or root.signature is not None:
            return False
        self._store.sign_root(root, self._signer.sign_compact(observation_root_digest(self._rules.committee, epoch, root.root)))
        return True

    def _commit(self, epoch: int, due: Sequence[tuple[AgreementRecord, int]]) -> Root | None:
        observations: list[Observation] = []

        def count(record: AgreementRecord, period: int) -> None:
            observation = self.counted(record, period)
            if observation is not None:
                observations.append(observation)

        for record, period in due:
            # What is no fault of the agreement's holds up the epoch: what is left out of a root once is left out for ever.
            self._troubles.attempt(f"observing agreement {record.id}", partial(count, record, period), UNCOUNTED)
        return self._store.commit_root(epoch, epoch_root(observations), observations) if observations else None

    # relaying ---------------------------------------------------------------------------------------------------------------

    def push(self) -> int:
        """Hands every relay the signed observations that it was not given yet; how many epochs the relays took."""
        roots = self._reportable()
        return sum(self._push_all(relay, roots) for relay in self._relays)

    def _push_all(self, relay: Relay, roots: Sequence[Root]) -> int:
        """How many epochs a relay took. One that does not answer, or whose turn is over, is asked again in the next round."""
        until_ms, taken = self._clock.now_ms() + RELAY_TURN_MS, 0
        for root in roots:
            if (relay.url, root.epoch) in self._pushed:
                continue
            trouble = self._troubles.attempt(f"pushing to {relay.url}", partial(self._push_to, relay, root))
            taken += trouble is None
            if isinstance(trouble, RelayUnavailable) or self._clock.now_ms() >= until_ms:
                break
        return taken

    def _reportable(self) -> list[Root]:
        """The signed roots of the epochs of which a report could still be accepted."""
        now_ms = self._clock.now_ms()
        oldest = self._oldest_reportable(now_ms)
        roots = self._store.roots_of(oldest, now_ms // 1_000 // self._rules.epoch_s)
        self._pushed = {entry for entry in self._pushed if entry[1] >= oldest}
        self._forwarder.forget(oldest)
        self._configurations = {epoch: found for epoch, found in self._configurations.items() if epoch >= oldest}
        return [root for root in roots if root.signature is not None]

    def _push_to(self, relay: Relay, root: Root) -> None:
        for submission in self._submissions(root):
            relay.push(submission)
        self._pushed.add((relay.url, root.epoch))

    def _submissions(self, root: Root) -> list[Submission]:
        """One submission per configuration under which an observed period began; all of them hold the whole epoch."""
        observations = self._store.observations_of(root.epoch)
        return [
            Submission(configuration.digest, self._signed(root, configuration, observations))
            for configuration in self._configurations_of(root.epoch)
        ]

    def _signed(self, root: Root, configuration: Configuration, seen: tuple[Observation, ...]) -> SignedObservations:
        return SignedObservations(self._member(configuration), root.epoch, root.root, root.signature or b"", seen)

    def _configurations_of(self, epoch: int) -> tuple[Configuration, ...]:
        """The configurations under which the observed periods of an epoch began."""
        if epoch not in self._configurations:
            records = self._agreements.agreements()
            starts = {
                records[seen.agreement].calendar.bounds(seen.period)[0]
                for seen in self._store.observations_of(epoch)
                if seen.agreement in records
            }
            found = {mine.digest: mine for mine in map(self._mine_at, starts) if mine}
            self._configurations[epoch] = tuple(found.values())
        return self._configurations[epoch]

    # co-signing ---------------------------------------------------------------------------------------------------------------

    def pull_and_cosign(self) -> int:
        """Signs what the relays propose and this witness derives too; how many proposals it signed.

        What others were seen to sign is then handed on to the relays that lack it.
        """
        found = {mine.digest: mine for root in self._reportable() for mine in self._configurations_of(root.epoch)}
        signed = sum(self._cosign_from(relay, list(found.values())) for relay in self._relays)
        self._forwarder.forward(self._relays, self._pushed)
        return signed

    def cosign(self, proposal: Proposal) -> MemberSignature:
        """This member's signature of a proposal.

        Raises CosignRefused for rows or a header that it does not derive, a set without its own observations exactly as signed,
        an equivocating member, and a set that does not hold all that an earlier signed one held; also what ``derive_rows`` and
        the store raise.
        """
        configuration = self._configuration(proposal.header.configuration)
        member = self._member(configuration)
        observed = ObservationSet(configuration, proposal.header.epoch, proposal.members)
        rows = self._derive(observed, proposal)
        self._note(configuration, observed.epoch, proposal)
        others = [signed for signed in observed.members if signed.member != member]
        self._forwarder.note(configuration.digest, observed.epoch, others)
        self._refuse_foreign_header(observed, rows, proposal)
        self._refuse_without_own(member, observed)
        self._refuse_equivocators(observed)
        digest = report_digest(self._rules.pactum, proposal.header, proposal.rows)
        self._store.log_report(_logged(digest, proposal, rows), inactive_members(configuration))
        signature = self._signer.sign_compact(digest)
        self._store.sign_report(digest, signature)
        return MemberSignature(member, signature)

    def _cosign_from(self, relay: Relay, configurations: Sequence[Configuration]) -> int:
        """How many of a relay's proposals were signed in its turn. What is left at the end of it is offered again."""
        until_ms, signed = self._clock.now_ms() + RELAY_TURN_MS, 0
        for configuration in configurations:
            found: list[Proposal] = []
            pull = partial(self._pull, relay, configuration, found)
            if isinstance(self._troubles.attempt(f"pulling from {relay.url}", pull), RelayUnavailable):
                break
            signed += self._sign_all(relay, found, until_ms)
            if self._clock.now_ms() >= until_ms:
                break
        return signed

    def _pull(self, relay: Relay, configuration: Configuration, found: list[Proposal]) -> None:
        proposals = relay.proposals(configuration.digest, self._member(configuration))
        found += [proposal for proposal in proposals if proposal.header.configuration == configuration.digest][:MOST_PROPOSALS]

    def _sign_all(self, relay: Relay, proposals: Sequence[Proposal], until_ms: int) -> int:
        """How many of the proposals were signed. Of those that were not, one is told: a relay may make up any number."""
        signed, told = 0, False
        for proposal in proposals:
            trouble = trouble_of(partial(self._sign, relay, proposal))
            signed += trouble is None
            if trouble is not None and not told:
                told = True
                self._troubles.say(f"signing for {relay.url}", trouble, f"proposal {proposal.id} is not signed: ")
            if isinstance(trouble, RelayUnavailable) or self._clock.now_ms() >= until_ms:
                break
        return signed

    def _sign(self, relay: Relay, proposal: Proposal) -> None:
        try:
            signature = self.cosign(proposal)
        finally:
            self._forwarder.shown(relay, proposal.header.configuration, proposal.members)
        relay.sign(proposal.id, signature)

    def _derive(self, observed: ObservationSet, proposal: Proposal) -> list[Row]:
        """The rows that this witness finds for the proposed agreement-periods; refuses others than the proposed."""
        keys = [(row.agreement, row.period) for row in map(unpack, proposal.rows)]
        if not keys:
            raise CosignRefused("a proposal without rows", value=proposal.id)
        rows = derive_rows(observed, self._agreements.agreements(), self._laws, self._rules, only=keys)
        found = tuple(pack(row) for row in rows)
        if found != proposal.rows:
            differing = next((row for row, word in zip(rows, proposal.rows, strict=False) if pack(row) != word), None)
            raise CosignRefused("these rows are not what follows from the observations", value=differing, remedy=f"{differing}")
        return rows

    def _note(self, configuration: Configuration, epoch: int, proposal: Proposal) -> None:
        """Remembers the verified roots of the set, and those of the proofs that hold."""
        roots = [(signed.member, signed.root, signed.signature) for signed in proposal.members]
        for proof in proposal.equivocations:
            if proof.epoch == epoch and proof.holds(configuration, self._rules.committee):
                roots += [(proof.member, root, signature) for root, signature in proof.roots]
        self._store.note_roots(configuration.digest, epoch, roots)

    def _refuse_foreign_header(self, observed: ObservationSet, rows: Sequence[Row], proposal: Proposal) -> None:
        derived = report_header(observed, rows, proposal.header.payee)
        if derived != proposal.header:
            raise CosignRefused("the header does not name this observation set", value=proposal.header, remedy=f"{derived}")

    def _refuse_without_own(self, member: int, observed: ObservationSet) -> None:
        mine = self._store.root_of(observed.epoch)
        shown = {signed.member: signed.root for signed in observed.members}.get(member)
        if mine is None or shown != mine.root:
            raise CosignRefused(
                "the set does not hold this oracle's own observations", value=shown, remedy="include them, exactly as pushed"
            )

    def _refuse_equivocators(self, observed: ObservationSet) -> None:
        caught = self._store.equivocators(observed.configuration.digest, observed.epoch)
        present = [signed.member for signed in observed.members if signed.member in caught]
        if present:
            raise CosignRefused(
                f"members {present} signed two roots for epoch {observed.epoch}", value=present, remedy="propose without them"
            )

    def equivocations(self, configuration: bytes, epoch: int) -> list[Equivocation]:
        """The proofs that this witness holds against members of a configuration, for one epoch."""
        caught = self._store.equivocators(configuration, epoch)
        return [Equivocation(member, epoch, (roots[0], roots[1])) for member, roots in caught.items()]

    # configurations -------------------------------------------------------------------------------------------------------------

    def _member(self, configuration: Configuration) -> int:
        return configuration.members.index(self._signer.address)

    def _configuration(self, digest: bytes) -> Configuration:
        configuration = self._agreements.configuration(digest)
        if configuration is None or self._signer.address not in configuration.members:
            raise CosignRefused("this oracle is no member of the proposal's configuration", value=digest)
        return configuration

    def _mine_at(self, time_s: int) -> Configuration | None:
        """The configuration in force at a time, if this witness belongs to it and counts."""
        configuration = self._agreements.configuration_at(time_s)
        if configuration is None or self._signer.address not in configuration.members:
            return None
        return configuration if self._member(configuration) not in inactive_members(configuration) else None


def _ended(calendar: Calendar, first_s: int, after_s: int) -> Iterator[tuple[int, int, int]]:
    """(period, start, end) of every period whose last second lies in ``[first_s, after_s)``."""
    period = calendar.period_at(max(first_s, calendar.start_s))
    while period is not None and period < calendar.periods:
        start_s, end_s = calendar.bounds(period)
        if end_s > after_s:
            return
        yield period, start_s, end_s
        period += 1


def _logged(digest: bytes, proposal: Proposal, rows: Sequence[Row]) -> SignedReport:
    return SignedReport(
        digest=digest,
        configuration=proposal.header.configuration,
        epoch=proposal.header.epoch,
        observers=proposal.header.observers,
        observation_set=proposal.header.observation_set,
        words={(row.agreement, row.period): pack(row) for row in rows},
        proposal=json.dumps(proposal_json(proposal), separators=(",", ":")),
    )
