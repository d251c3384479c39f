"""Read models of everything that is not an agreement or a period: laws, providers, payments, the ledger, sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from chain.values import Division, LawStatus
from governance.values import Outcome
from settlement.account import PARTS, PAYMENT_KINDS, TotalName, awarded_account, locked_account, stake_account
from settlement.agreement_views import Clockwork, in_state
from settlement.ledger import balance_of, total_of
from settlement.tables import (
    AcceptanceRow,
    AgreementRow,
    BlockRow,
    ConfigurationRow,
    DivisionRow,
    LawEventRow,
    LawTextRow,
    ListingRow,
    Logged,
    PaymentRow,
    PostingRow,
    RegistrationRow,
    ReportRow,
    TermsRow,
)
from settlement.views import (
    AgreementState,
    ConfigurationView,
    EntryView,
    LawView,
    PaymentView,
    ProviderView,
    StakeView,
    Stamp,
    TokenTotals,
    Totals,
)

Record = TypeVar("Record", AcceptanceRow, DivisionRow, RegistrationRow)
Dated = TypeVar("Dated", bound=Logged)
Key = TypeVar("Key", int, str)


def newest_per(
    session: Session, table: type[Record], key: InstrumentedAttribute[Key], keys: Sequence[Key] | None, n: int
) -> dict[Key, list[Record]]:
    """The newest ``n`` rows of a table for each key (None: for every key), newest first, in one query."""
    newest_first = (table.block_number.desc(), table.log_index.desc())
    place = func.row_number().over(partition_by=key, order_by=newest_first)
    inner = select(table, place.label("place"))
    ranked = (inner if keys is None else inner.where(key.in_(keys))).subquery()
    entity = aliased(table, ranked)
    query = select(entity).where(ranked.c.place <= n).order_by(ranked.c.place)
    found: dict[Key, list[Record]] = {}
    for row in session.scalars(query):
        found.setdefault(getattr(row, key.key), []).append(row)
    return found


def last_outcomes(session: Session, agreements: Sequence[int], n: int) -> dict[int, list[tuple[int, Outcome]]]:
    """The newest ``n`` decided periods of each agreement; an accepted row is decided before it is settled."""
    outcomes: dict[int, dict[int, Outcome]] = {}
    for key, accepted in newest_per(session, AcceptanceRow, AcceptanceRow.agreement, agreements, n).items():
        outcomes.setdefault(key, {}).update({row.period: Outcome(row.outcome) for row in accepted})
    for key, divided in newest_per(session, DivisionRow, DivisionRow.agreement, agreements, n).items():
        for row in divided:
            newest = range(max(row.first, row.first + row.count - n), row.first + row.count)
            outcomes.setdefault(key, {}).update(dict.fromkeys(newest, Outcome(row.outcome)))
    return {key: sorted(found.items(), reverse=True)[:n] for key, found in outcomes.items()}


def payments(session: Session, agreement: int | None, party: str | None, limit: int, clock: Clockwork) -> list[PaymentView]:
    """Money that left the contracts, newest first."""
    query = _dated(PaymentRow).limit(limit)
    if agreement is not None:
        query = query.where(PaymentRow.agreement == agreement)
    if party is not None:
        query = query.where(PaymentRow.party == party)
    return [
        PaymentView(
            row.kind,
            row.agreement,
            row.configuration,
            row.party,
            row.receiver,
            row.token,
            row.amount,
            row.from_deposit,
            clock.stamp(row, at_s),
        )
        for row, at_s in session.execute(query)
    ]


def entries(session: Session, agreement: int | None, account: str | None, limit: int, clock: Clockwork) -> list[EntryView]:
    """Lines of the ledger, newest first."""
    query = _dated(PostingRow).order_by(PostingRow.line).limit(limit)
    if agreement is not None:
        query = query.where(PostingRow.agreement == agreement)
    if account is not None:
        query = query.where(PostingRow.account == account)
    return [
        EntryView(row.event, row.agreement, row.account, row.token, row.amount, clock.stamp(row, at_s))
        for row, at_s in session.execute(query)
    ]


def laws(session: Session, clock: Clockwork) -> list[LawView]:
    """Every published law, newest first."""
    texts = {row.law: row.text for row in session.scalars(select(LawTextRow))}
    lives: dict[str, dict[LawStatus, Stamp]] = {}
    for row, at_s in session.execute(_dated(LawEventRow)):
        lives.setdefault(row.law, {})[LawStatus[row.status]] = clock.stamp(row, at_s)
    return [_law(law, life, texts.get(law)) for law, life in lives.items()]


def terms_text(session: Session, terms: str) -> str | None:
    """A terms text; bytes that are no UTF-8 are replaced."""
    text = session.scalars(select(TermsRow.text).where(TermsRow.terms == terms)).first()
    return None if text is None else text.decode(errors="replace")


def providers(session: Session, clock: Clockwork, among: Sequence[str] | None) -> list[ProviderView]:
    """The newest record of every provider, or of some."""
    newest = [found[0] for found in newest_per(session, RegistrationRow, RegistrationRow.provider, among, 1).values()]
    times = _times(session, [row.block_number for row in newest])
    tokens = list(session.scalars(select(ListingRow.token).distinct()))
    return [
        ProviderView(
            row.provider,
            row.payout,
            row.profile,
            row.text.decode(errors="replace"),
            clock.stamp(row, times[row.block_number]),
            tuple(stake for token in tokens if (stake := _stake(session, row.provider, token)) is not None),
        )
        for row in newest
    ]


def configurations(session: Session) -> list[ConfigurationView]:
    """All configurations, oldest first; the reign of each ends where the next one's begins."""
    rows = list(session.scalars(select(ConfigurationRow).order_by(ConfigurationRow.number)))
    ends = [row.since_s for row in rows[1:]] + [None]
    return [
        ConfigurationView(row.configuration, row.number, row.since_s, until_s, row.quorum, tuple(row.members))
        for row, until_s in zip(rows, ends, strict=True)
    ]


def observer_sets(session: Session, configuration: str) -> list[int]:
    """The distinct sets of observers of a configuration's reports, ascending."""
    query = select(ReportRow.observers).where(ReportRow.configuration == configuration).distinct()
    return sorted(session.scalars(query))


def totals(session: Session, now_s: int) -> Totals:
    """Sums over everything, from the running ones."""
    states = {state: _count_in(session, state, now_s) for state in AgreementState}
    tokens = sorted(session.scalars(select(ListingRow.token).distinct()))
    return Totals(
        agreements=sum(states.values()),
        agreements_by_state=states,
        periods_by_outcome={outcome: total_of(session, TotalName.outcome(outcome)) for outcome in Outcome},
        expired_periods=total_of(session, TotalName.EXPIRED),
        reports=total_of(session, TotalName.REPORTS),
        skipped_rows=total_of(session, TotalName.SKIPPED),
        tokens=tuple(_token_totals(session, token) for token in tokens),
    )


def _dated(table: type[Dated]) -> Select[Dated, int]:
    """Rows with the time of their block, newest first."""
    query = select(table, BlockRow.timestamp_s).join(BlockRow, BlockRow.block_number == table.block_number)
    return query.order_by(table.block_number.desc(), table.log_index.desc())


def _law(law: str, life: dict[LawStatus, Stamp], text: bytes | None) -> LawView:
    return LawView(
        law,
        max(life),
        None if text is None else text.decode(errors="replace"),
        life.get(LawStatus.PUBLISHED),
        life.get(LawStatus.ENACTED),
        life.get(LawStatus.BROKEN),
    )


def _times(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    query = select(BlockRow.block_number, BlockRow.timestamp_s).where(BlockRow.block_number.in_(numbers))
    return dict(session.execute(query).all())


def _stake(session: Session, provider: str, token: str) -> StakeView | None:
    held = [balance_of(session, account(provider), token) for account in (stake_account, locked_account, awarded_account)]
    return StakeView(token, *held) if any(held) else None


def _count_in(session: Session, state: AgreementState, now_s: int) -> int:
    return session.scalar(select(func.count()).select_from(AgreementRow).where(in_state(state, now_s))) or 0


def _token_totals(session: Session, token: str) -> TokenTotals:
    division = Division(*(total_of(session, TotalName.part(part), token) for part in PARTS))
    return TokenTotals(token, division, {kind: total_of(session, TotalName.paid(kind), token) for kind in PAYMENT_KINDS})
