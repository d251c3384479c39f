"""Taking in interim counts: verified like observations, kept for the status so far, and never used for anything else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chain.docket import AgreementRecord
from chain.quorum import check_member
from chain.typed_data import Domain
from chain.values import Configuration
from governance.clock import Clock
from governance.errors import BadInput
from oracle.interim import SignedInterim, interim_digest
from settlement.admission import check_active
from settlement.relay_tables import TallyRow
from settlement.store import Store
from settlement.world import World

LATE_S = 60
EARLY_S = 300


class Tallies:
    """The interim counts of one relay's committee. Safe to use from any thread."""

    def __init__(self, store: Store, world: World, committee: Domain, clock: Clock) -> None:
        self._store = store
        self._world = world
        self._committee = committee
        self._clock = clock

    def push(self, signed: Sequence[SignedInterim]) -> None:
        """Keeps counts that are newer than what is there; all of them or, where one does not verify, none.

        Raises BadInput for an unknown agreement, a period that does not run at ``as_of_s``, or a time too far ahead; QuorumError
        for a signature that is not the member's.
        """
        for one in signed:
            self._check(one)
        with self._store.write() as session:
            for one in signed:
                _keep(session, one)

    def forget(self, before_s: int) -> None:
        """Drops counts older than a time."""
        with self._store.write() as session:
            session.execute(delete(TallyRow).where(TallyRow.as_of_s < before_s))

    def _check(self, signed: SignedInterim) -> None:
        counts = signed.counts
        record = self._world.agreements().get(counts.agreement)
        if record is None or counts.period >= record.periods:
            raise BadInput(
                f"no period {counts.period} of agreement 0x{counts.agreement:024x}",
                value=counts.agreement,
                remedy="count what was opened",
            )
        start_s, end_s = record.calendar.bounds(counts.period)
        if not start_s <= counts.as_of_s <= min(end_s + LATE_S, self._clock.now_ms() // 1_000 + EARLY_S):
            raise BadInput(
                f"period {counts.period} of agreement {counts.agreement} does not run at {counts.as_of_s}",
                value=counts.as_of_s,
                remedy=f"{start_s} to {end_s}, and not in the future",
            )
        configuration = self._configuration_of(record, start_s)
        check_active(signed.member, configuration)
        check_member(configuration, interim_digest(self._committee, counts), signed.member, signed.signature)

    def _configuration_of(self, record: AgreementRecord, start_s: int) -> Configuration:
        configuration = self._world.configuration_at(start_s)
        if configuration is None:
            raise BadInput(f"no committee reigned when agreement {record.id} began", value=start_s)
        return configuration


def _keep(session: Session, signed: SignedInterim) -> None:
    counts = signed.counts
    standing = session.get(TallyRow, (counts.agreement, counts.period, signed.member))
    if standing is not None and standing.as_of_s >= counts.as_of_s:
        return
    session.merge(
        TallyRow(
            agreement=counts.agreement,
            period=counts.period,
            member=signed.member,
            as_of_s=counts.as_of_s,
            samples=counts.samples,
            uptime_numerator=counts.uptime.numerator,
            uptime_denominator=counts.uptime.denominator,
            attained_numerator=counts.attained.numerator,
            attained_denominator=counts.attained.denominator,
            coverage_numerator=counts.coverage.numerator,
            coverage_denominator=counts.coverage.denominator,
            p95_ms=counts.p95_ms,
            signature="0x" + signed.signature.hex(),
        )
    )
