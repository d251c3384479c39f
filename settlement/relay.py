"""The relay: takes in what members observed, proposes reports, collects signatures. Untrusted, and without permission.

It checks everything that it takes in, since it pays the gas, but nobody need believe it: members derive every row themselves
before they sign. ``push``, ``proposals``, ``sign`` and ``observation_set`` are what members and auditors ask, from any thread;
``propose`` and ``prune`` belong to the worker's one thread.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from chain.docket import AgreementRecord
from chain.quorum import check_member
from chain.row import pack
from chain.typed_data import report_digest
from chain.values import Configuration, member_bit
from governance.clock import Clock
from governance.errors import BadInput, FatalError
from governance.law import LawFault
from governance.periods import epoch_of
from oracle.laws import Laws
from oracle.rows import (
    Derived,
    Key,
    ObservationSet,
    Rules,
    SignedObservations,
    Underivable,
    derive,
    inactive_members,
    report_header,
    verify_member,
)
from oracle.wire import MemberSignature, Proposal, Submission
from settlement import relay_store
from settlement.admission import NotYet, check_active, check_periods, check_size, check_time, most_observations, oldest_epoch
from settlement.progress import chain_time_s, undecided
from settlement.proposing import Group, Held, Part, Voice, due, group, outgrown
from settlement.relay_store import Draft, keys_of
from settlement.relay_tables import RelayRootRow
from settlement.store import Store
from settlement.world import World

MOST_PROPOSALS = 64
MOST_ANSWERED = 24 << 20  # bytes of observations in one answer, which clients take up to 64 MiB of
KEPT_ROOTS = 256
LASTING = (LawFault, BadInput)  # the law's or the terms' own faults; all others are the engine's, the node's, or of today
FOREVER_MS = 2**63

log = logging.getLogger(__name__)


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
        self._most = -1, 0  # of how many agreements: what they can fill
        self._put_off: dict[tuple[int, Key], int] = {}  # observers and agreement-period that have no verdict: until when

    # taking in ------------------------------------------------------------------------------------------------------------------

    def push(self, submission: Submission) -> None:
        """Takes a member's observations of one epoch. Again is harmless.

        Raises MemberRefused or BadInput for what does not hold, NotYet, and Equivocated for a second root.
        """
        signed = submission.signed
        configuration = self._configuration(submission.configuration)
        records, epoch_s, now_ms = self._world.agreements(), self._rules.epoch_s, self._clock.now_ms()
        check_time(signed, records, epoch_s, now_ms)
        check_size(signed, records, epoch_s)
        check_active(signed.member, configuration)
        verify_member(signed, configuration, self._rules.committee)
        check_periods(signed, configuration, records, epoch_s)
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

    def most_observations(self) -> int:
        """How many observations one member can have of one epoch, as far as the chain was read. Cheap: strangers may ask."""
        records = self._world.agreements()
        if self._most[0] != len(records):
            self._most = len(records), most_observations(records, self._rules.epoch_s)
        return self._most[1]

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

        As many as fit an answer, and one at least: the next are given when these are signed.
        A proposal is not offered any more once there is one on a superset of its observers for any of its agreement-periods.
        """
        with self._store.read() as session:
            drafts = [draft for draft in relay_store.open_drafts(session) if not self._tainted(session, draft)]
            signatures = relay_store.signatures_of(session, [draft.id for draft in drafts])
            late = superseded(drafts)
            wanted = [
                draft
                for draft in drafts
                if (configuration is None or draft.header.configuration == configuration)
                and draft.header.observers & member_bit(member)
                and member not in signatures[draft.id]
                and draft.id not in late
            ]
            return tuple(self._bounded(session, wanted[:MOST_PROPOSALS]))

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
        oldest = oldest_epoch(self._world.agreements(), self._rules.epoch_s, now_ms)
        with self._store.read() as session:
            epochs = relay_store.epochs_since(session, oldest)
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
            dropped |= inactive_members(configuration)
            groups = self._due_groups(session, configuration, epoch, rows, dropped, now_ms)
            members = {row.member: self._signed(row) for row in rows} if groups else {}
        made: list[Draft] = []
        for observers, parts in groups:
            chosen = tuple(signed for member, signed in sorted(members.items()) if observers & member_bit(member))
            made += self._draft(ObservationSet(configuration, epoch, chosen), parts)
        return made

    def _due_groups(
        self,
        session: Session,
        configuration: Configuration,
        epoch: int,
        rows: Sequence[RelayRootRow],
        dropped: set[int],
        now_ms: int,
    ) -> list[tuple[int, list[Part]]]:
        """By observers, larger groups first, what is to be proposed: what is open, and in no proposal that stands."""
        voices = [self._voice(row) for row in rows]
        size, quorum = len(configuration.members), configuration.quorum
        ready = group(voices, dropped, size, quorum, now_ms=now_ms, patience_ms=self._policy.patience_ms)
        held = self._held(session, configuration, epoch, dropped, now_ms)
        found: list[tuple[int, list[Part]]] = []
        for candidate in sorted(ready, key=lambda each: -each.observers.bit_count()):
            keys = [key for part in due(candidate, held, len(candidate.keys)) for key in part.keys]
            keys = self._reportable(session, configuration, epoch, candidate.observers, keys)
            parts = due(Group(candidate.observers, tuple(keys)), held, self._policy.rows_per_report)
            if parts:
                found.append((candidate.observers, parts))
                held.append(Held(str(candidate.observers), candidate.observers, tuple(keys)))
        return found

    def _held(self, session: Session, configuration: Configuration, epoch: int, dropped: set[int], now_ms: int) -> list[Held]:
        """The proposals of an epoch, but for those that rest on a member without a voice, and how they stand."""
        drafts = [
            draft
            for draft in relay_store.drafts_of(session, configuration.digest, epoch)
            if not any(draft.header.observers & member_bit(member) for member in dropped)
        ]
        signatures = relay_store.signatures_of(session, [draft.id for draft in drafts])
        before_ms = now_ms - self._policy.patience_ms
        waiting = [
            draft for draft in drafts if len(signatures[draft.id]) < configuration.quorum and draft.created_ms <= before_ms
        ]
        first_ms = min((draft.created_ms for draft in waiting), default=now_ms) + self._policy.patience_ms
        given = relay_store.given_since(session, configuration.digest, epoch, first_ms) if waiting else []
        still_open = undecided(session, [key for draft in waiting for key in keys_of(draft)])
        stuck = {
            draft.id
            for draft in waiting
            if 0 < len(still_open.intersection(keys_of(draft))) < len(draft.rows)
            or self._passed_over(draft, set(signatures[draft.id]), given)
            > draft.header.observers.bit_count() - configuration.quorum
        }
        return [
            Held(
                draft.id,
                draft.header.observers,
                tuple(keys_of(draft)),
                complete=len(signatures[draft.id]) >= configuration.quorum,
                stuck=draft.id in stuck,
            )
            for draft in drafts
        ]

    def _passed_over(self, draft: Draft, signers: set[int], given: Sequence[relay_store.Given]) -> int:
        """How many observers did not sign a proposal, and a while after it was made signed one that stands behind it in line."""
        since_ms = draft.created_ms + self._policy.patience_ms
        later = {one.member for one in given if one.received_ms >= since_ms and one.place > draft.place}
        return sum(1 for member in later - signers if draft.header.observers & member_bit(member))

    def _reportable(
        self, session: Session, configuration: Configuration, epoch: int, observers: int, keys: Sequence[Key]
    ) -> list[Key]:
        """Those agreement-periods that a report of these observers could still decide."""
        now_ms = self._clock.now_ms()
        keys = [key for key in keys if self._put_off.get((observers, key), 0) <= now_ms]
        records = self._world.agreements()
        chain_s = chain_time_s(session) or 0
        fitting = [key for key in keys if _fits(records.get(key[0]), key[1], configuration, epoch, self._rules.epoch_s, chain_s)]
        still_open = undecided(session, fitting)
        return [key for key in fitting if key in still_open]

    def _draft(self, observed: ObservationSet, parts: Sequence[Part]) -> list[Draft]:
        """Derives a group's rows and keeps them as proposals, in the place of those that they take over from."""
        derived, faults = derive(observed, self._world.agreements(), self._laws, self._rules)
        for fault in faults:
            self._put_away(observed.observers, fault)
        by_key = {(one.row.agreement, one.row.period): one for one in derived}
        made: list[Draft] = []
        replaced: list[str] = []
        with self._store.write() as session:
            for part in parts:
                rows = [by_key[key] for key in sorted(part.keys) if key in by_key]
                if rows and relay_store.add_draft(session, draft := self._draft_of(observed, rows)):
                    made.append(draft)
                    replaced += [part.instead_of] if part.instead_of else []
            relay_store.close_drafts(session, replaced, relay_store.REDRAFTED)
        return made

    def _put_away(self, observers: int, fault: Underivable) -> None:
        """For good where the law or the terms are at fault themselves, which cannot change, and otherwise for a while."""
        place = observers, (fault.agreement, fault.period)
        if place not in self._put_off:
            log.warning("period %s of agreement %s has no verdict: %s", fault.period, fault.agreement, fault.fault)
        lasting = isinstance(fault.fault, LASTING)
        self._put_off[place] = FOREVER_MS if lasting else self._clock.now_ms() + self._policy.patience_ms

    def _draft_of(self, observed: ObservationSet, derived: Sequence[Derived]) -> Draft:
        rows = [one.row for one in derived]
        header = report_header(observed, rows, self._policy.payee)
        words = tuple(pack(row) for row in rows)
        return Draft(report_digest(self._rules.pactum, header, words), header, words, self._clock.now_ms())

    # checking -------------------------------------------------------------------------------------------------------------------

    def _configuration(self, digest: bytes) -> Configuration:
        configuration = self._world.configuration(digest)
        if configuration is None:
            raise NotYet(f"no configuration 0x{digest.hex()} so far", value=digest, remedy="ask again when the relay has read it")
        return configuration

    def _tainted(self, session: Session, draft: Draft) -> bool:
        """Whether a proposal rests on a member that has since been caught signing two roots, here or on chain."""
        configuration = self._world.configuration(draft.header.configuration)
        if configuration is not None and draft.header.observers & ~configuration.active:
            return True
        proofs = relay_store.equivocations(session, draft.header.configuration, draft.header.epoch)
        return any(draft.header.observers & member_bit(proof.member) for proof in proofs)

    # reading what is kept -------------------------------------------------------------------------------------------------------

    def _bounded(self, session: Session, drafts: Iterable[Draft]) -> Iterator[Proposal]:
        """Proposals from the first on, the first anyway, until they are as much as an answer may be."""
        left = MOST_ANSWERED
        for draft in drafts:
            rows = self._roots(session, draft)
            size = sum(len(row.observations) for row in rows)
            if size > left and left < MOST_ANSWERED:
                return
            left -= size
            yield relay_store.full_proposal(session, draft, [self._signed(row) for row in rows])

    def _full(self, session: Session, draft: Draft) -> Proposal:
        return relay_store.full_proposal(session, draft, [self._signed(row) for row in self._roots(session, draft)])

    def _roots(self, session: Session, draft: Draft) -> list[RelayRootRow]:
        rows = relay_store.roots_of(session, draft.header.configuration, draft.header.epoch)
        return [row for row in rows if draft.header.observers & member_bit(row.member)]

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


def superseded(drafts: Iterable[Draft]) -> set[str]:
    """Those of which an agreement-period is also in one on all of their observers and on more, in the same epoch."""
    by_epoch: dict[tuple[bytes, int], list[Held]] = {}
    for draft in drafts:
        held = Held(draft.id, draft.header.observers, tuple(keys_of(draft)))
        by_epoch.setdefault((draft.header.configuration, draft.header.epoch), []).append(held)
    return {proposal for held in by_epoch.values() for proposal in outgrown(held)}


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
