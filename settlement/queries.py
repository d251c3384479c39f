"""The door for readers: the API, the dashboard, the command line. Each call is one short read-only transaction.

Listings run newest first and page by key, never by offset: pass the ``cursor`` of the last view as ``after``. A reader may be
used from several threads. Every call raises StoreUnavailable where the database is away or has no tables yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from chain.values import Crew, Division, Seat
from governance.values import Outcome
from settlement import claim_views, law_views, period_views, record_views, tally_views
from settlement.agreement_views import Clockwork, agreement_views, in_state, openings, settled_sums
from settlement.money_tables import DivisionRow
from settlement.money_views import ClaimableView, EntryView, PaymentView
from settlement.period_views import accepted_view, decided_views, report_view, settlement_views
from settlement.standing import newest_per
from settlement.store import Store
from settlement.tables import AcceptanceRow, AgreementRow, BlockRow, DeploymentRow, ReportRow
from settlement.views import (
    AcceptedView,
    AgreementState,
    AgreementView,
    AmendmentView,
    ConfigurationView,
    DisputeView,
    IndexState,
    LawView,
    PeriodView,
    ProviderView,
    ReportView,
    SettlementView,
    TallyView,
    Totals,
)

PAGE = 100


class Reader:
    """Read models on settlement's database. ``limit`` is clipped to 1..1,000."""

    def __init__(self, database_url: str) -> None:
        self._store = Store(database_url, read_only=True)

    def close(self) -> None:
        """Gives back all connections."""
        self._store.close()

    def ping(self) -> None:
        """Raises StoreUnavailable unless the database answers and has settlement's tables."""
        with self._store.read() as session:
            session.get(DeploymentRow, 1)

    def index_state(self) -> IndexState | None:
        """How far the chain has been read; None before the first block."""
        with self._store.read() as session:
            return _index_state(session)

    def agreements(
        self,
        *,
        provider: str | None = None,
        customer: str | None = None,
        state: AgreementState | None = None,
        now_s: int | None = None,
        after: tuple[int, int] | None = None,
        limit: int = PAGE,
    ) -> list[AgreementView]:
        """A page of agreements, newest opening first. ``state`` is judged at ``now_s``, by default the newest block's time."""
        with self._open(now_s) as (session, clock):
            query = openings().order_by(AgreementRow.block_number.desc(), AgreementRow.log_index.desc()).limit(_clip(limit))
            if provider is not None:
                query = query.where(AgreementRow.provider == provider)
            if customer is not None:
                query = query.where(AgreementRow.customer == customer)
            if state is not None:
                query = query.where(in_state(state, clock.now_s))
            if after is not None:
                query = query.where(tuple_(AgreementRow.block_number, AgreementRow.log_index) < after)
            return agreement_views(session, session.execute(query), clock)

    def agreement(self, agreement: int) -> AgreementView | None:
        """One agreement; None where it is unknown."""
        with self._open() as (session, clock):
            return _agreement(session, agreement, clock)

    def periods(
        self, agreement: int, *, after: int | None = None, limit: int = PAGE, now_s: int | None = None
    ) -> list[PeriodView]:
        """The periods that have begun, newest first; those before period ``after`` when it is given. Empty for an unknown one."""
        with self._open(now_s) as (session, clock):
            view = _agreement(session, agreement, clock)
            if view is None or clock.now_s < view.start_s:
                return []
            newest = view.calendar.period_at(clock.now_s)
            begun = view.periods if newest is None else newest + 1
            top = min(begun, begun if after is None else after)
            return period_views.period_views(session, view, range(top - 1, max(top - 1 - _clip(limit), -1), -1), clock)

    def period(self, agreement: int, period: int, *, now_s: int | None = None) -> PeriodView | None:
        """One period, begun or not; None where agreement or period do not exist."""
        with self._open(now_s) as (session, clock):
            view = _agreement(session, agreement, clock)
            known = view is not None and 0 <= period < view.periods
            return period_views.period_views(session, view, [period], clock)[0] if view is not None and known else None

    def newest_decided(self, agreements: Sequence[int], *, now_s: int | None = None) -> dict[int, PeriodView]:
        """The newest accepted, settled or expired period of each agreement, without skipped rows; in a few queries for all."""
        with self._open(now_s) as (session, clock):
            return decided_views(session, _agreements(session, agreements, clock), clock)

    def settled_sums(self, agreements: Sequence[int]) -> dict[int, Division]:
        """The sum of all divisions of each agreement; agreements without any are left out."""
        with self._store.read() as session:
            return settled_sums(session, agreements)

    def last_outcomes(self, agreements: Sequence[int], n: int) -> dict[int, list[tuple[int, Outcome]]]:
        """The newest ``n`` decided periods of each agreement with their outcomes, newest first, in two queries."""
        with self._store.read() as session:
            return record_views.last_outcomes(session, agreements, _clip(n))

    def recent_rows(self, providers: Sequence[str], n: int) -> dict[str, list[AcceptedView]]:
        """The newest ``n`` accepted rows of each provider: what routing knows of its quality. Reports are left out."""
        with self._open() as (session, clock):
            rows = newest_per(session, AcceptanceRow, AcceptanceRow.provider, providers, _clip(n))
            return {key: [accepted_view(row, None, clock) for row in found] for key, found in rows.items()}

    def settlements(
        self,
        *,
        agreement: int | None = None,
        provider: str | None = None,
        customer: str | None = None,
        after: tuple[int, int, int] | None = None,
        limit: int = PAGE,
    ) -> list[SettlementView]:
        """A page of settled and expired periods, newest first; an expiry of several periods gives one view for each."""
        with self._open() as (session, clock):
            place = DivisionRow.block_number, DivisionRow.log_index, DivisionRow.first
            query = select(DivisionRow).order_by(*(column.desc() for column in place))
            if agreement is not None:
                query = query.where(DivisionRow.agreement == agreement)
            if provider is not None:
                query = query.where(DivisionRow.provider_address == provider)
            if customer is not None:
                query = query.where(DivisionRow.customer_address == customer)
            if after is not None:
                query = query.where(tuple_(*place) <= after)
            # One row more: the first may be what is left of the range that the previous page ended in.
            rows = session.scalars(query.limit(_clip(limit) + 1))
            views = (view for row in rows for view in settlement_views(row, clock) if after is None or view.cursor < after)
            return list(islice(views, _clip(limit)))

    def reports(self, *, after: tuple[int, int] | None = None, limit: int = PAGE) -> list[ReportView]:
        """A page of accepted reports, newest first; ``after`` is (block number, log index) of the last one's stamp."""
        with self._open() as (session, clock):
            query = (
                select(ReportRow, BlockRow.timestamp_s)
                .join(BlockRow, BlockRow.block_number == ReportRow.block_number)
                .order_by(ReportRow.block_number.desc(), ReportRow.log_index.desc())
            )
            if after is not None:
                query = query.where(tuple_(ReportRow.block_number, ReportRow.log_index) < after)
            return [report_view(row, at_s, clock) for row, at_s in session.execute(query.limit(_clip(limit)))]

    def claimable(self, agreements: Sequence[int], *, now_s: int | None = None) -> dict[int, ClaimableView]:
        """What the parties of each agreement can claim, matured rows that nobody settled included; unknown ones are left out."""
        with self._open(now_s) as (session, clock):
            return claim_views.claimables(session, _agreements(session, agreements, clock), clock.now_s)

    def disputes(self, *, agreement: int | None = None, disputer: str | None = None, limit: int = PAGE) -> list[DisputeView]:
        """Disputes, newest first, with what became of them."""
        with self._open() as (session, clock):
            return period_views.disputes(session, agreement, disputer, _clip(limit), clock)

    def payments(self, *, agreement: int | None = None, party: str | None = None, limit: int = PAGE) -> list[PaymentView]:
        """Money that left the contracts, newest first."""
        with self._open() as (session, clock):
            return record_views.payments(session, agreement, party, _clip(limit), clock)

    def entries(self, *, agreement: int | None = None, account: str | None = None, limit: int = PAGE) -> list[EntryView]:
        """Lines of the ledger, newest first."""
        with self._open() as (session, clock):
            return record_views.entries(session, agreement, account, _clip(limit), clock)

    def laws(self) -> list[LawView]:
        """Every law that was published, newest first."""
        with self._open() as (session, clock):
            return law_views.laws(session, clock)

    def law(self, law: str) -> LawView | None:
        """One law by its id (0x-hex); None where it is unknown."""
        with self._open() as (session, clock):
            return next(iter(law_views.laws(session, clock, law.lower())), None)

    def running(self, seat: Seat) -> str | None:
        """The id of the law that runs in a seat, broken or not; None before the first."""
        with self._store.read() as session:
            return law_views.running(session, seat)

    def amendments(self, *, limit: int = PAGE) -> list[AmendmentView]:
        """Amendments of laws that were proposed, newest first."""
        with self._open() as (session, clock):
            return law_views.amendments(session, clock, _clip(limit))

    def terms_text(self, terms: str) -> str | None:
        """A terms text by its id (0x-hex), undecodable bytes replaced; None where it was never published."""
        with self._store.read() as session:
            return record_views.terms_text(session, terms.lower())

    def providers(self, among: Sequence[str] | None = None) -> list[ProviderView]:
        """The newest record of every registered provider, or of those ``among``."""
        with self._open() as (session, clock):
            return record_views.providers(session, clock, among)

    def provider(self, provider: str) -> ProviderView | None:
        """One provider's newest record; None where it never registered."""
        with self._open() as (session, clock):
            return next(iter(record_views.providers(session, clock, [provider])), None)

    def configurations(self) -> list[ConfigurationView]:
        """All configurations of the committee, oldest first."""
        with self._store.read() as session:
            return record_views.configurations(session)

    def crews(self, configuration: str) -> list[Crew]:
        """The crews (observers and payee) that reports of a configuration named: what members and payees claim with."""
        with self._store.read() as session:
            return record_views.crews(session, configuration.lower())

    def tallies(self, agreements: Sequence[int], *, now_s: int | None = None) -> dict[int, TallyView]:
        """The median interim counts of each agreement's running period; agreements without any are left out."""
        with self._open(now_s) as (session, clock):
            return tally_views.running_tallies(session, _agreements(session, agreements, clock), clock.now_s)

    def totals(self, *, now_s: int | None = None) -> Totals:
        """Sums over everything. Cheap: running sums are kept."""
        with self._open(now_s) as (session, clock):
            return record_views.totals(session, clock.now_s)

    @contextmanager
    def _open(self, now_s: int | None = None) -> Iterator[tuple[Session, Clockwork]]:
        with self._store.read() as session:
            state = _index_state(session)
            at_s = now_s if now_s is not None else state.timestamp_s if state else 0
            yield session, Clockwork(state.confirmed_block if state else -1, at_s)


def _index_state(session: Session) -> IndexState | None:
    deployment = session.get(DeploymentRow, 1)
    newest = session.scalars(select(BlockRow).order_by(BlockRow.block_number.desc()).limit(1)).first()
    if deployment is None or newest is None:
        return None
    return IndexState(newest.block_number, newest.hash, newest.timestamp_s, deployment.confirmed_block)


def _agreement(session: Session, agreement: int, clock: Clockwork) -> AgreementView | None:
    rows = session.execute(openings().where(AgreementRow.agreement == agreement))
    return next(iter(agreement_views(session, rows, clock)), None)


def _agreements(session: Session, agreements: Sequence[int], clock: Clockwork) -> list[AgreementView]:
    return agreement_views(session, session.execute(openings().where(AgreementRow.agreement.in_(agreements))), clock)


def _clip(limit: int) -> int:
    return max(1, min(limit, 1_000))
