"""From an observation set to the rows of a report: one derivation for relay, co-signer and auditor alike.

Nothing in a set is believed: every member's root is computed again from its observations and its signature is recovered,
before the median is taken and the law is asked. Whoever derives from the same set gets the same rows, in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from chain import merkle
from chain.docket import AgreementRecord
from chain.hashing import address_of
from chain.keys import recover_compact
from chain.quorum import mask_of, members_of
from chain.typed_data import Domain, observation_root_digest
from chain.values import Configuration, Header, everyone
from governance.case import case_of
from governance.errors import BadInput, FatalError
from governance.periods import epoch_of
from governance.values import Observation, Row, Verdict
from oracle.laws import Laws
from oracle.median import MedianObservation, median

Key = tuple[int, int]  # agreement, period


class MemberRefused(BadInput):
    """What a member sent does not hold together: its root, its signature, or two observations of one agreement-period."""


class SetRefused(BadInput):
    """An observation set that no report can rest on: a member twice, or lost, too few of them, another epoch."""


class RowRefused(BadInput):
    """A row that was asked for cannot be derived from the set."""


@dataclass(frozen=True, slots=True)
class SignedObservations:
    """All that one member observed in one epoch, under its one signed root. ``signature`` is EIP-2098, 64 bytes."""

    member: int
    epoch: int
    root: bytes
    signature: bytes
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class ObservationSet:
    """What a report rests on: the observations of a quorum of one configuration, for one epoch, by ascending member."""

    configuration: Configuration
    epoch: int
    members: tuple[SignedObservations, ...]

    @property
    def observers(self) -> int:
        """The members of the set, as a bit mask."""
        return mask_of([signed.member for signed in self.members])


@dataclass(frozen=True, slots=True)
class Rules:
    """What the contracts fix: the domains under which members sign roots and reports, and the length of an epoch in seconds."""

    committee: Domain
    pactum: Domain
    epoch_s: int


@dataclass(frozen=True, slots=True)
class Derived:
    """One row, and how it came about."""

    row: Row
    verdict: Verdict
    median: MedianObservation


@dataclass(frozen=True, slots=True)
class Underivable:
    """An agreement-period that every member observed and that has no row, since its law or its terms are at fault."""

    agreement: int
    period: int
    fault: FatalError


def derive_rows(
    observed: ObservationSet,
    records: Mapping[int, AgreementRecord],
    laws: Laws,
    rules: Rules,
    only: Collection[Key] | None = None,
) -> list[Row]:
    """The rows of a set, by agreement and period. ``only`` limits them to these agreement-periods, and wants every one of them.

    Without ``only``, an agreement-period is left out that is not observed by all members, does not belong to this epoch and
    configuration, or whose law is at fault. Raises MemberRefused, SetRefused, RowRefused (a row of ``only``).
    """
    return [derived.row for derived in derive(observed, records, laws, rules, only)[0]]


def derive(
    observed: ObservationSet,
    records: Mapping[int, AgreementRecord],
    laws: Laws,
    rules: Rules,
    only: Collection[Key] | None = None,
) -> tuple[list[Derived], list[Underivable]]:
    """As ``derive_rows``, with verdicts and medians, and with what could not be derived beside what could."""
    verify_set(observed, rules)
    by_key = _common(observed)
    wanted = sorted(set(by_key) if only is None else set(only))
    derived: list[Derived] = []
    faults: list[Underivable] = []
    for key in wanted:
        reason = _foreign(key, by_key, records, observed, rules)
        if reason and only is not None:
            raise RowRefused(f"period {key[1]} of agreement {key[0]} {reason}", value=key, remedy="leave it out of this report")
        if reason:
            continue
        try:
            derived.append(_derive_one(by_key[key], records[key[0]], laws))
        except FatalError as fault:
            if only is not None:
                raise RowRefused(f"period {key[1]} of agreement {key[0]} has no verdict: {fault}", value=key) from fault
            faults.append(Underivable(*key, fault))
    return derived, faults


def verify_set(observed: ObservationSet, rules: Rules) -> None:
    """Raises SetRefused or MemberRefused unless the set is a quorum's, each member verifying on its own."""
    members, configuration = [signed.member for signed in observed.members], observed.configuration
    if members != sorted(set(members)):
        raise SetRefused("members are not in ascending order", value=members, remedy="give each member once")
    if len(members) < configuration.quorum:
        raise SetRefused(f"{len(members)} observers", value=members, remedy=f"a quorum is {configuration.quorum}")
    if lost := sorted(inactive_members(configuration).intersection(members)):
        raise SetRefused(f"member {lost[0]} does not count any more", value=lost, remedy="leave its observations out")
    for signed in observed.members:
        if signed.epoch != observed.epoch:
            raise SetRefused(
                f"member {signed.member} signed epoch {signed.epoch}", value=signed.epoch, remedy=f"{observed.epoch}"
            )
        verify_member(signed, configuration, rules.committee)


def inactive_members(configuration: Configuration) -> set[int]:
    """The members whose signatures and observations count no longer: the chain takes no report that rests on one of them."""
    return set(members_of(everyone(len(configuration.members)) & ~configuration.active))


def verify_member(signed: SignedObservations, configuration: Configuration, committee: Domain) -> None:
    """Raises MemberRefused unless the root is that of the observations and the signature is the member's.

    ``committee`` is the Committee's domain.
    """
    if not 0 <= signed.member < len(configuration.members):
        raise MemberRefused(
            f"member {signed.member} does not exist", value=signed.member, remedy=f"below {len(configuration.members)}"
        )
    # The signature first: it costs the same for any number of observations, the root half a second for the most. Who is not the
    # member is refused before that.
    _verify_signature(signed.member, signed.epoch, signed.root, signed.signature, configuration, committee)
    keys = {(seen.agreement, seen.period) for seen in signed.observations}
    if not keys or len(keys) != len(signed.observations):
        raise MemberRefused(
            f"member {signed.member} sent no observation, or two of one agreement-period", remedy="one observation of each"
        )
    if epoch_root(signed.observations) != signed.root:
        raise MemberRefused(
            f"the root of member {signed.member} is not that of its observations", value=signed.root, remedy="send all of them"
        )


def epoch_root(observations: Iterable[Observation]) -> bytes:
    """The root that a member signs over all its observations of an epoch. Raises MemberRefused where a count fits no leaf."""
    try:
        return merkle.root([merkle.observation_leaf(seen) for seen in observations])
    except BadInput as error:
        raise MemberRefused(error.message, value=error.value, remedy=error.remedy) from error


def report_header(observed: ObservationSet, rows: Iterable[Row], payee: str) -> Header:
    """The header under which these rows of the set are signed: binds every (member, root, leaf) that they rest on."""
    keys = {(row.agreement, row.period) for row in rows}
    leaves = [
        merkle.set_leaf(signed.member, signed.root, merkle.observation_leaf(seen))
        for signed in observed.members
        for seen in signed.observations
        if (seen.agreement, seen.period) in keys
    ]
    return Header(observed.configuration.digest, observed.epoch, merkle.root(leaves), observed.observers, address_of(payee))


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two roots that one member signed for one epoch, each with its signature: proof that it lied to somebody."""

    member: int
    epoch: int
    roots: tuple[tuple[bytes, bytes], tuple[bytes, bytes]]

    def holds(self, configuration: Configuration, committee: Domain) -> bool:
        """Whether both signatures are the member's and the roots differ."""
        if self.roots[0][0] == self.roots[1][0] or not 0 <= self.member < len(configuration.members):
            return False
        try:
            for root, signature in self.roots:
                _verify_signature(self.member, self.epoch, root, signature, configuration, committee)
        except MemberRefused:
            return False
        return True


def _verify_signature(
    member: int, epoch: int, root: bytes, signature: bytes, configuration: Configuration, committee: Domain
) -> None:
    expected = configuration.members[member]
    try:
        signer = recover_compact(observation_root_digest(committee, epoch, root), signature)
    except BadInput as error:
        raise MemberRefused(f"member {member}: {error.message}", value=signature, remedy=error.remedy) from error
    if address_of(signer) != address_of(expected):
        raise MemberRefused(f"the root of member {member} is signed by {signer}", value=signer, remedy=f"{expected} must sign it")


def _common(observed: ObservationSet) -> dict[Key, list[tuple[int, Observation]]]:
    """The observations of every agreement-period that all members observed."""
    seen: dict[Key, list[tuple[int, Observation]]] = {}
    for signed in observed.members:
        for observation in signed.observations:
            seen.setdefault((observation.agreement, observation.period), []).append((signed.member, observation))
    return {key: pairs for key, pairs in seen.items() if len(pairs) == len(observed.members)}


def _foreign(
    key: Key,
    by_key: Mapping[Key, object],
    records: Mapping[int, AgreementRecord],
    observed: ObservationSet,
    rules: Rules,
) -> str:
    """Why this agreement-period has no place in a report of this set; empty where it has."""
    agreement, period = key
    if key not in by_key:
        return "is not observed by every member of the set"
    record = records.get(agreement)
    if record is None:
        return "is unknown"
    if period >= record.periods:
        return f"is past the last of {record.periods}"
    start_s, end_s = record.calendar.bounds(period)
    if epoch_of(end_s, rules.epoch_s) != observed.epoch:
        return f"did not end in epoch {observed.epoch}"
    return "" if observed.configuration.reigns_at(start_s) else "began under another configuration"


def _derive_one(pairs: list[tuple[int, Observation]], record: AgreementRecord, laws: Laws) -> Derived:
    middle = median(pairs)
    case = case_of(middle.samples, middle.uptime, middle.attained, middle.coverage, laws.terms_of(record.offer.terms))
    verdict = laws.law_of(record.offer.law).decide(case)
    observation = pairs[0][1]
    row = Row(
        agreement=observation.agreement,
        period=observation.period,
        outcome=verdict.outcome,
        tier=verdict.tier,
        credit_bps=verdict.credit_bps,
        slash_bps=verdict.slash_bps,
        uptime_ppm=middle.uptime.floor_ppm() or 0,
        coverage_ppm=middle.coverage.floor_ppm() or 0,
        p95_ms=middle.p95_ms,
    )
    return Derived(row, verdict, middle)
