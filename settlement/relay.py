"""The relay: takes in what members observed, proposes reports, collects signatures. Untrusted, and without permission.

It checks everything that it takes in, since it pays the gas, but nobody need believe it: members derive every row themselves
before they sign. ``push``, ``proposals``, ``sign`` and ``observation_set`` are what members and auditors ask, from any thread;
``propose`` and ``prune`` belong to the worker's one thread.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from chain.docket import AgreementRecord
from chain.quorum import check_member
from chain.row import pack
from chain.typed_data import report_digest
from chain.values import Configuration, member_bit
from governance.clock import Clock
from governance.errors import BadInput, FatalError, RetryableError
from governance.periods import epoch_of
from oracle.laws import Laws
from oracle.rows import Derived, Key, ObservationSet, Rules, SignedObservations, derive, report_header, verify_member
from oracle.wire import MemberSignature, Proposal, Submission
from settlement import relay_store
from settlement.progress import chain_time_s, undecided
from settlement.proposing import Group, Voice, chunks, group, uncovered
from settlement.relay_store import Draft, keys_of
from settlement.relay_tables import RelayRootRow
from settlement.store import Store
from settlement.world import World

MOST_OBSERVATIONS = 20_000
MOST_PROPOSALS = 64
KEPT_ROOTS = 256
CLOCK_SLACK_MS = 60_000

log = logging.getLogger(__name__)


class NotYet(RetryableError):
    """What was sent may be good, but this relay cannot tell yet: an epoch that runs, a configuration that it has not read."""


class Equivocated(FatalError):
    """A member sent a second root for one epoch. Both are kept as proof, and the member has no voice in this epoch."""


class UnknownProposal(FatalError):
    """No proposal or observation set of this name is kept here."""


@dataclass(frozen=True, slots=True)
class RelayPolicy:
    """What an operator decides. ``payee`` gets the relay fees; ``patience_ms`` is how long silent members are waited for."""

    payee: str
    patience_ms: int = 30_000
    rows_per_report: int = 100


class Relay:
    """One relay of one committee. ``woken`` is set whenever something came in that the worker may act upon."""

    url = "relay"

    def __init__(self, store: Store, world: World, rules: Rules, policy: RelayPolicy, clock: Clock) -> None:
        self.woken = threading.Event()
        self._store = store
        self._world = world
        self._rules = rules
        self._policy = policy
        self._clock = clock
        self._laws = Laws(world)
        self._kept: OrderedDict[tuple[str, int, int], SignedObservations] = OrderedDict()
        self._kept_lock = threading.Lock()
        self._underivable: set[tuple[int, Key]] = set()  # observers and agreement-period: the law or the terms are at fault

    # taking in ------------------------------------------------------------------------------------------------------------------

    def push(self, submission: Submission) -> None:
        """Takes a member's observations of one epoch. Again is harmless.

        Raises MemberRefused or BadInput for what does not hold, NotYet, and Equivocated for a second root.
        """
        signed = submission.signed
        configuration = self._configuration(submission.configuration)
        self._check_form(signed)
        verify_member(signed, configuration, self._rules.committee)
        self._check_epoch(signed)
        now_ms = self._clock.now_ms()
        with self._store.write() as session:
            standing = relay_store.add_root(session, submission.configuration, signed, now_ms)
            equivocated = relay_store.bytes_of(standing.root) != signed.root
            if equivocated:
                relay_store.add_equivocation(session, standing, signed, now_ms)
        self.woken.set()
        if equivocated:
            raise Equivocated(
                f"member {signed.member} signed two roots for epoch {signed.epoch}",
                value=signed.root,
                remedy="an epoch has one root, which is committed before it is signed",
            )

    def sign(self, proposal_id: str, signature: MemberSignature) -> None:
        """Takes a member's signature of a proposal. Again is harmless.

        Raises UnknownProposal, and QuorumError for a signature that is not an observing member's.
        """
        with self._store.read() as session:
            draft = relay_store.draft(session, proposal_id)
        if draft is None:
            raise UnknownProposal(f"no proposal {proposal_id}", value=proposal_id, remedy="ask for the proposals again")
        if not draft.header.observers & member_bit(signature.member):
            raise BadInput(
                f"member {signature.member} is no observer of this proposal",
                value=signature.member,
                remedy="sign what rests on your own observations",
            )
        configuration = self._configuration(draft.header.configuration)
        check_member(configuration, draft.digest, signature.member, signature.signature)
        with self._store.write() as session:
            relay_store.add_signature(session, draft.id, signature.member, signature.signature, self._clock.now_ms())
        self.woken.set()

    # giving out -----------------------------------------------------------------------------------------------------------------

    def proposals(self, configuration: bytes | None, member: int) -> tuple[Proposal, ...]:
        """What this member has not signed and could, oldest epoch first; of one configuration, or of any.

        A proposal is not offered any more once there is one on a superset of its observers for the same agreement-periods.
        """
        with self._store.read() as session:
            drafts = [draft for draft in relay_store.open_drafts(session) if not self._tainted(session, draft)]
            signatures = relay_store.signatures_of(session, [draft.id for draft in drafts])
            wanted = [
                draft
                for draft in drafts
                if (configuration is None or draft.header.configuration == configuration)
                and draft.header.observers & member_bit(member)
                and member not in signatures[draft.id]
                and not superseded(draft, drafts)
            ]
            return tuple(self._full(session, draft) for draft in wanted[:MOST_PROPOSALS])

    def observation_set(self, root: bytes) -> Proposal:
        """A proposal that rests on an observation set, with the whole set. Raises UnknownProposal."""
        with self._store.read() as session:
            draft = relay_store.draft_of_set(session, root)
            if draft is None:
                raise UnknownProposal(
                    f"no observation set 0x{root.hex()}", value=root, remedy="ask the relay that reported it, or a co-signer"
                )
            return self._full(session, draft)

    # proposing ------------------------------------------------------------------------------------------------------------------

    def propose(self) -> list[Draft]:
        """Makes the proposals that are due; those that are new. Raises StoreUnavailable or NodeUnavailable: try again later."""
        now_ms = self._clock.now_ms()
        horizon_s = max((record.parameters.report_deadline for record in self._world.agreements().values()), default=0)
        oldest = (now_ms // 1_000 - horizon_s) // self._rules.epoch_s - 1
        with self._store.read() as session:
            epochs = relay_store.epochs_since(session, max(oldest, 0))
        made: list[Draft] = []
        for digest, epoch in epochs:
            configuration = self._world.configuration(digest)
            if configuration is not None:
                made += self._propose_epoch(configuration, epoch, now_ms)
        return made

    def prune(self, retention_s: int) -> int:
        """Forgets epochs that ended longer ago than ``retention_s``; how many roots were forgotten."""
        oldest = (self._clock.now_ms() // 1_000 - retention_s) // self._rules.epoch_s
        with self._store.write() as session:
            return relay_store.prune(session, oldest)

    def _propose_epoch(self, configuration: Configuration, epoch: int, now_ms: int) -> list[Draft]:
        with self._store.read() as session:
            rows = relay_store.roots_of(session, configuration.digest, epoch)
            dropped = {proof.member for proof in relay_store.equivocations(session, configuration.digest, epoch)}
            groups = self._due_groups(session, configuration, epoch, rows, dropped, now_ms)
            members = {row.member: self._signed(row) for row in rows} if groups else {}
        made: list[Draft] = []
        for due in groups:
            observed = ObservationSet(
                configuration,
                epoch,
                tuple(signed for member, signed in sorted(members.items()) if due.observers & member_bit(member)),
            )
            made += self._draft(observed, due)
        return made

    def _due_groups(
        self,
        session: Session,
        configuration: Configuration,
        epoch: int,
        rows: Sequence[RelayRootRow],
        dropped: set[int],
        now_ms: int,
    ) -> list[Group]:
        """The groups that are ready, with those of their agreement-periods that are open and in no proposal yet."""
        voices = [self._voice(row) for row in rows]
        size, quorum = len(configuration.members), configuration.quorum
        ready = group(voices, dropped, size, quorum, now_ms=now_ms, patience_ms=self._policy.patience_ms)
        covered = self._covered(session, configuration.digest, epoch, dropped)
        fresh = [uncovered(candidate, covered) for candidate in ready]
        fresh = [Group(each.observers, tuple(self._reportable(session, configuration, epoch, each))) for each in fresh]
        return [each for each in fresh if each.keys]

    def _covered(self, session: Session, configuration: bytes, epoch: int, dropped: set[int]) -> dict[Key, list[int]]:
        covered: dict[Key, list[int]] = {}
        for draft in relay_store.drafts_of(session, configuration, epoch):
            if not any(draft.header.observers & member_bit(member) for member in dropped):
                for key in keys_of(draft):
                    covered.setdefault(key, []).append(draft.header.observers)
        return covered

    def _reportable(self, session: Session, configuration: Configuration, epoch: int, due: Group) -> list[Key]:
        """The agreement-periods of a group that a report could still decide."""
        keys = [key for key in due.keys if (due.observers, key) not in self._underivable]
        records = self._world.agreements()
        chain_s = chain_time_s(session) or 0
        fitting = [key for key in keys if _fits(records.get(key[0]), key[1], configuration, epoch, self._rules.epoch_s, chain_s)]
        still_open = undecided(session, fitting)
        return [key for key in fitting if key in still_open]

    def _draft(self, observed: ObservationSet, due: Group) -> list[Draft]:
        """Derives a group's rows and keeps them as proposals."""
        derived, faults = derive(observed, self._world.agreements(), self._laws, self._rules)
        for fault in faults:
            self._underivable.add((due.observers, (fault.agreement, fault.period)))
            log.warning("period %s of agreement %s has no verdict: %s", fault.period, fault.agreement, fault.fault)
        wanted = set(due.keys)
        rows = [one for one in derived if (one.row.agreement, one.row.period) in wanted]
        drafts = [self._draft_of(observed, chunk) for chunk in _chunks(rows, self._policy.rows_per_report)]
        with self._store.write() as session:
            return [draft for draft in drafts if relay_store.add_draft(session, draft, self._clock.now_ms())]

    def _draft_of(self, observed: ObservationSet, derived: Sequence[Derived]) -> Draft:
        rows = [one.row for one in derived]
        header = report_header(observed, rows, self._policy.payee)
        words = tuple(pack(row) for row in rows)
        return Draft(report_digest(self._rules.pactum, header, words), header, words)

    # checking -------------------------------------------------------------------------------------------------------------------

    def _configuration(self, digest: bytes) -> Configuration:
        configuration = self._world.configuration(digest)
        if configuration is None:
            raise NotYet(f"no configuration 0x{digest.hex()} so far", value=digest, remedy="ask again when the relay has read it")
        return configuration

    def _check_form(self, signed: SignedObservations) -> None:
        if len(signed.observations) > MOST_OBSERVATIONS:
            raise BadInput(
                f"{len(signed.observations)} observations", value=signed.member, remedy=f"at most {MOST_OBSERVATIONS} at once"
            )
        after_ms = (signed.epoch + 1) * self._rules.epoch_s * 1_000
        if after_ms > self._clock.now_ms() + CLOCK_SLACK_MS:
            raise NotYet(f"epoch {signed.epoch} has not ended", value=signed.epoch, remedy="fold an epoch when it is over")

    def _check_epoch(self, signed: SignedObservations) -> None:
        """Refuses observations of known agreements that belong to another epoch; unknown ones are left out of every report."""
        records = self._world.agreements()
        for seen in signed.observations:
            record = records.get(seen.agreement)
            if record is None:
                continue
            ended = seen.period < record.periods and _epoch_of(record, seen.period, self._rules.epoch_s) == signed.epoch
            if not ended:
                raise BadInput(
                    f"period {seen.period} of agreement {seen.agreement} did not end in epoch {signed.epoch}",
                    value=seen.period,
                    remedy="observe a period in the epoch of its last second",
                )

    def _tainted(self, session: Session, draft: Draft) -> bool:
        """Whether a proposal rests on a member that has since been caught signing two roots."""
        proofs = relay_store.equivocations(session, draft.header.configuration, draft.header.epoch)
        return any(draft.header.observers & member_bit(proof.member) for proof in proofs)

    # reading what is kept -------------------------------------------------------------------------------------------------------

    def _full(self, session: Session, draft: Draft) -> Proposal:
        rows = relay_store.roots_of(session, draft.header.configuration, draft.header.epoch)
        members = [self._signed(row) for row in rows if draft.header.observers & member_bit(row.member)]
        return relay_store.full_proposal(session, draft, members)

    def _voice(self, row: RelayRootRow) -> Voice:
        keys = frozenset((seen.agreement, seen.period) for seen in self._signed(row).observations)
        return Voice(row.member, row.received_ms, keys)

    def _signed(self, row: RelayRootRow) -> SignedObservations:
        """A kept root, parsed once: a member's root of an epoch never changes."""
        key = row.configuration, row.epoch, row.member
        with self._kept_lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        signed = relay_store.signed_of(row)
        with self._kept_lock:
            self._kept[key] = signed
            if len(self._kept) > KEPT_ROOTS:
                self._kept.popitem(last=False)
        return signed


def superseded(draft: Draft, others: Iterable[Draft]) -> bool:
    """Whether another proposal rests on all of this one's observers and on more, and holds all of its agreement-periods."""
    return any(
        (other.header.configuration, other.header.epoch) == (draft.header.configuration, draft.header.epoch)
        and other.header.observers != draft.header.observers
        and other.header.observers & draft.header.observers == draft.header.observers
        and set(keys_of(draft)) <= set(keys_of(other))
        for other in others
    )


def _fits(
    record: AgreementRecord | None, period: int, configuration: Configuration, epoch: int, epoch_s: int, chain_s: int
) -> bool:
    """Whether a period belongs to this epoch and configuration, and its report deadline has not passed on chain."""
    if record is None or period >= record.periods or _epoch_of(record, period, epoch_s) != epoch:
        return False
    start_s, end_s = record.calendar.bounds(period)
    return configuration.reigns_at(start_s) and chain_s < end_s + record.parameters.report_deadline


def _epoch_of(record: AgreementRecord, period: int, epoch_s: int) -> int:
    """The epoch in which a period ended."""
    return epoch_of(record.calendar.bounds(period)[1], epoch_s)


def _chunks(derived: Sequence[Derived], size: int) -> list[list[Derived]]:
    by_key = {(one.row.agreement, one.row.period): one for one in derived}
    return [[by_key[key] for key in chunk] for chunk in chunks(sorted(by_key), size)]
