"""Read models of everything that is not an agreement or a period: laws, providers, payments, the ledger, sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session

from chain.values import Crew, Division, everyone, member_bit
from governance.values import Outcome
from settlement.account import awarded_account, locked_account, reserved_account, stake_account
from settlement.agreement_views import Clockwork, in_state
from settlement.ledger import balance_of, total_of
from settlement.money_tables import DivisionRow, PaymentRow, PoolRow, PostingRow, ThawEndRow, ThawRow
from settlement.money_views import EntryView, PaymentView
from settlement.standing import newest_per
from settlement.tables import (
    AcceptanceRow,
    AgreementRow,
    BlockRow,
    ConfigurationRow,
    DeactivationRow,
    ListingRow,
    Logged,
    RegistrationRow,
    ReportRow,
    TermsRow,
)
from settlement.thawing import Asked, Pool
from settlement.totals import PARTS, PAYMENT_KINDS, TotalName
from settlement.views import (
    AgreementState,
    ConfigurationView,
    ProviderView,
    RulingKind,
    StakeView,
    ThawView,
    TokenTotals,
    Totals,
)

Dated = TypeVar("Dated", bound=Logged)


def last_outcomes(session: Session, agreements: Sequence[int], n: int) -> dict[int, list[tuple[int, Outcome]]]:
    """The newest ``n`` decided periods of each agreement; an accepted row is decided before it is settled."""
    outcomes: dict[int, dict[int, Outcome]] = {}
    for key, accepted in newest_per(session, AcceptanceRow, AcceptanceRow.agreement, agreements, n).items():
        outcomes.setdefault(key, {}).update({row.period: Outcome(row.outcome) for row in accepted})
    for key, divided in newest_per(session, DivisionRow, DivisionRow.agreement, agreements, n, DivisionRow.first).items():
        for row in divided:
            newest = range(max(row.first, row.first + row.count - n), row.first + row.count)
            outcomes.setdefault(key, {}).update(dict.fromkeys(newest, Outcome(row.outcome)))
    return {key: sorted(found.items(), reverse=True)[:n] for key, found in outcomes.items()}


def payments(session: Session, agreement: int | None, party: str | None, limit: int, clock: Clockwork) -> list[PaymentView]:
    """Money that left the contracts, newest first."""
    query = dated(PaymentRow).limit(limit)
    if agreement is not None:
        query = query.where(PaymentRow.agreement == agreement)
    if party is not None:
        query = query.where(PaymentRow.party == party)
    return [
        PaymentView(
            row.kind,
            row.agreement,
            row.configuration,
            Crew(row.observers, row.payee) if row.observers is not None and row.payee is not None else None,
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
    query = dated(PostingRow).order_by(PostingRow.line).limit(limit)
    if agreement is not None:
        query = query.where(PostingRow.agreement == agreement)
    if account is not None:
        query = query.where(PostingRow.account == account)
    return [
        EntryView(row.event, row.agreement, row.account, row.token, row.amount, clock.stamp(row, at_s))
        for row, at_s in session.execute(query)
    ]


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
    gone: dict[str, int] = {}
    for lost in session.scalars(select(DeactivationRow)):
        gone[lost.configuration] = gone.get(lost.configuration, 0) | member_bit(lost.place)
    return [
        ConfigurationView(
            row.configuration,
            row.number,
            row.since_s,
            until_s,
            row.quorum,
            tuple(row.members),
            everyone(len(row.members)) & ~gone.get(row.configuration, 0),
        )
        for row, until_s in zip(rows, ends, strict=True)
    ]


def crews(session: Session, configuration: str) -> list[Crew]:
    """The distinct crews of a configuration's reports, in the order in which claims name them."""
    query = select(ReportRow.observers, ReportRow.payee).where(ReportRow.configuration == configuration).distinct()
    return [Crew(observers, payee) for observers, payee in sorted(session.execute(query).all())]


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
        disputes=total_of(session, TotalName.DISPUTED),
        rulings={kind: total_of(session, TotalName.ruling(kind.value)) for kind in RulingKind},
        terminated=total_of(session, TotalName.TERMINATED),
        tokens=tuple(_token_totals(session, token) for token in tokens),
    )


def dated(table: type[Dated]) -> Select[Dated, int]:
    """Rows with the time of their block, newest first."""
    query = select(table, BlockRow.timestamp_s).join(BlockRow, BlockRow.block_number == table.block_number)
    return query.order_by(table.block_number.desc(), table.log_index.desc())


def _times(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    query = select(BlockRow.block_number, BlockRow.timestamp_s).where(BlockRow.block_number.in_(numbers))
    return dict(session.execute(query).all())


def _stake(session: Session, provider: str, token: str) -> StakeView | None:
    accounts = stake_account, locked_account, reserved_account, awarded_account
    backing_nothing, locked, reserved, awarded = (balance_of(session, account(provider), token) for account in accounts)
    total = backing_nothing + locked + reserved + awarded
    pool = _pool(session, provider, token)
    if not total and not pool.thawing:
        return None
    return StakeView(
        token=token,
        total=total,
        free=max(backing_nothing - pool.thawing, 0),
        locked=locked + reserved,
        reserved=reserved,
        awarded=awarded,
        thawing=pool.thawing,
        thaws=tuple(_thaws(session, provider, token, pool)),
    )


def _pool(session: Session, provider: str, token: str) -> Pool:
    query = select(PoolRow).where(PoolRow.provider == provider, PoolRow.token == token)
    row = session.scalars(query.order_by(PoolRow.block_number.desc(), PoolRow.log_index.desc()).limit(1)).first()
    return Pool() if row is None else Pool(row.thawing, row.shares, row.generation)


def _thaws(session: Session, provider: str, token: str, pool: Pool) -> list[ThawView]:
    """The requests that are neither taken nor taken back, oldest first."""
    same = and_(ThawEndRow.provider == provider, ThawEndRow.token == token, ThawEndRow.request == ThawRow.request)
    query = select(ThawRow).where(ThawRow.provider == provider, ThawRow.token == token, ~exists().where(same))
    return [
        ThawView(row.request, pool.floor_worth(Asked(row.shares, row.generation)), row.thaws_at_s)
        for row in session.scalars(query.order_by(ThawRow.request))
    ]


def _count_in(session: Session, state: AgreementState, now_s: int) -> int:
    return session.scalar(select(func.count()).select_from(AgreementRow).where(in_state(state, now_s))) or 0


def _token_totals(session: Session, token: str) -> TokenTotals:
    division = Division(*(total_of(session, TotalName.part(part), token) for part in PARTS))
    rewards = total_of(session, TotalName.REWARDS, token)
    return TokenTotals(token, division, rewards, {kind: total_of(session, TotalName.paid(kind), token) for kind in PAYMENT_KINDS})
