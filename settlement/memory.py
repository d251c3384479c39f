"""What one transaction of the watcher has read and written: each agreement and balance is asked of the database once."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from governance.periods import Calendar
from governance.values import Outcome, PeriodKind
from settlement.account import awarded_account, locked_account, reserved_account, stake_account
from settlement.ledger import Key, balance_of, total_of
from settlement.life import Deposit, Held, Life, Purse, UnexpectedLog, WaitingRow
from settlement.money_tables import DepositRow, DisputeRow, PoolRow, ThawRow
from settlement.split import Stakes
from settlement.standing import disputed, settled
from settlement.tables import AcceptanceRow, AgreementRow, ListingRow, ParametersRow, ReportRow
from settlement.thawing import Asked, Pool

Found = TypeVar("Found")
Period = tuple[int, int]  # agreement, period


class Memory:
    """Read-through caches for the length of one transaction. Writers put in what they add, so that no flush is needed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.autoflush = False  # what was added is remembered here: a query need not write it out first, row by row
        self._agreements: dict[int, AgreementRow] = {}
        self._parameters: dict[int, ParametersRow] = {}
        self._listings: dict[int, ListingRow] = {}
        self._lives: dict[int, Life] = {}
        self._disputes: dict[Period, DisputeRow] = {}
        self._held: dict[Period, Held] = {}
        self._asked: dict[tuple[str, str, int], Asked] = {}
        self._pools: dict[Key, Pool] = {}
        self._balances: dict[Key, int] = {}
        self._totals: dict[Key, int] = {}

    # agreements -----------------------------------------------------------------------------------------------------------------

    def opened(self, row: AgreementRow) -> None:
        """Remembers a new agreement."""
        self._agreements[row.agreement] = row
        self._lives[row.agreement] = Life(self._stakes(row))

    def numbered(self, row: ParametersRow | ListingRow) -> None:
        """Remembers new parameters, or a new listing."""
        if isinstance(row, ParametersRow):
            self._parameters[row.parameters] = row
        else:
            self._listings[row.listing] = row

    def agreement(self, agreement: int) -> AgreementRow:
        """An agreement that was opened before. Raises UnexpectedLog where it was not."""
        if agreement not in self._agreements:
            found = self.session.scalars(select(AgreementRow).where(AgreementRow.agreement == agreement)).first()
            if found is None:
                raise _unopened(agreement)
            self._agreements[agreement] = found
        return self._agreements[agreement]

    def parameters(self, number: int) -> ParametersRow:
        """Parameters by number. Raises UnexpectedLog for some that were never set."""
        if number not in self._parameters:
            query = select(ParametersRow).where(ParametersRow.parameters == number)
            self._parameters[number] = _known(self.session.scalars(query).first(), number)
        return self._parameters[number]

    def listing(self, number: int) -> ListingRow:
        """A listing by number. Raises UnexpectedLog for one that was never made."""
        if number not in self._listings:
            query = select(ListingRow).where(ListingRow.listing == number)
            self._listings[number] = _known(self.session.scalars(query).first(), number)
        return self._listings[number]

    def calendar(self, agreement: int) -> Calendar:
        """An agreement's periods as it was opened."""
        opened = self.agreement(agreement)
        return Calendar(PeriodKind(opened.period_kind), opened.start_s, opened.period_s, opened.periods)

    def life(self, agreement: int) -> Life:
        """What is at stake in an agreement now."""
        if agreement not in self._lives:
            opened = self.agreement(agreement)
            self._lives[agreement] = Life(self._stakes(opened), self._deposit(opened), self._waiting(agreement))
        return self._lives[agreement]

    def _stakes(self, opened: AgreementRow) -> Stakes:
        parameters, listing = self.parameters(opened.parameters), self.listing(opened.listing)
        return Stakes(
            fee=opened.fee,
            deposit=opened.deposit,
            deposit_left=opened.deposit,
            validator_bps=parameters.validator_bps,
            dao_bps=parameters.dao_bps,
            relay_fee=listing.relay_fee,
        )

    def _deposit(self, opened: AgreementRow) -> Deposit:
        query = select(DepositRow).where(DepositRow.agreement == opened.agreement)
        last = self.session.scalars(query.order_by(DepositRow.block_number.desc(), DepositRow.log_index.desc()).limit(1)).first()
        return Deposit(opened.deposit) if last is None else Deposit(last.left, last.kept, last.due)

    def _waiting(self, agreement: int) -> WaitingRow | None:
        """The newest accepted row, unless it is settled or disputed."""
        query = _rows().where(AcceptanceRow.agreement == agreement).order_by(AcceptanceRow.period.desc()).limit(1)
        found = self.session.execute(query.add_columns(settled(), disputed())).first()
        return None if found is None or found[2] or found[3] else waiting_row(found[0], found[1])

    # disputes -------------------------------------------------------------------------------------------------------------------

    def hold(self, agreement: int, held: Held) -> None:
        """Remembers a row that a dispute took out."""
        self._held[agreement, held.row.period] = held

    def dispute(self, row: DisputeRow) -> None:
        """Remembers a new dispute."""
        self._disputes[row.agreement, row.period] = row

    def dispute_of(self, agreement: int, period: int) -> DisputeRow:
        """The dispute of a row. Raises UnexpectedLog where nobody disputed it."""
        key = agreement, period
        if key not in self._disputes:
            query = select(DisputeRow).where(DisputeRow.agreement == agreement, DisputeRow.period == period)
            found = self.session.scalars(query).first()
            if found is None:
                raise UnexpectedLog(f"period {period} of agreement {agreement} is ruled on, and was not disputed", value=key)
            self._disputes[key] = found
        return self._disputes[key]

    def held(self, agreement: int, period: int) -> Held:
        """The row that a dispute holds. Raises UnexpectedLog where none does."""
        key = agreement, period
        if key not in self._held:
            reserve = self.dispute_of(agreement, period).reserve
            query = _rows().where(AcceptanceRow.agreement == agreement, AcceptanceRow.period == period)
            row, report = self.session.execute(query).one()
            self._held[key] = Held(waiting_row(row, report), reserve)
        return self._held[key]

    # thawing --------------------------------------------------------------------------------------------------------------------

    def pool(self, provider: str, token: str) -> Pool:
        """All that thaws of a provider's stake."""
        key = provider, token
        if key not in self._pools:
            query = select(PoolRow).where(PoolRow.provider == provider, PoolRow.token == token)
            last = self.session.scalars(query.order_by(PoolRow.block_number.desc(), PoolRow.log_index.desc()).limit(1)).first()
            self._pools[key] = Pool() if last is None else Pool(last.thawing, last.shares, last.generation)
        return self._pools[key]

    def keep_pool(self, provider: str, token: str, pool: Pool) -> None:
        """Remembers what thaws from now on."""
        self._pools[provider, token] = pool

    def ask(self, provider: str, token: str, request: int, asked: Asked) -> None:
        """Remembers a new request for stake."""
        self._asked[provider, token, request] = asked

    def asked(self, provider: str, token: str, request: int) -> Asked:
        """A request for stake. Raises UnexpectedLog where nobody made it."""
        key = provider, token, request
        if key not in self._asked:
            query = select(ThawRow).where(ThawRow.provider == provider, ThawRow.token == token, ThawRow.request == request)
            found = self.session.scalars(query).first()
            if found is None:
                raise UnexpectedLog(f"request {request} of {provider} ends, and was never made", value=key)
            self._asked[key] = Asked(found.shares, found.generation)
        return self._asked[key]

    def staked(self, provider: str, token: str) -> int:
        """All that the Zone holds of a provider's, whoever may claim it."""
        accounts = stake_account, locked_account, reserved_account, awarded_account
        return sum(self.balance((account(provider), token)) for account in accounts)

    # sums -----------------------------------------------------------------------------------------------------------------------

    def balance(self, key: Key) -> int:
        """An account's balance now."""
        if key not in self._balances:
            self._balances[key] = balance_of(self.session, *key)
        return self._balances[key]

    def move_balance(self, key: Key, amount: int) -> int:
        """An account's balance after a movement."""
        self._balances[key] = self.balance(key) + amount
        return self._balances[key]

    def move_total(self, key: Key, amount: int) -> int:
        """A running sum after an addition."""
        if key not in self._totals:
            self._totals[key] = total_of(self.session, *key)
        self._totals[key] += amount
        return self._totals[key]


def waiting_row(row: AcceptanceRow, report: ReportRow) -> WaitingRow:
    """What an accepted row says of money."""
    purse = Purse(report.configuration, report.observers, report.payee)
    return WaitingRow(row.period, Outcome(row.outcome), row.credit_bps, row.slash_bps, purse)


def _rows() -> Select[AcceptanceRow, ReportRow]:
    same = and_(ReportRow.block_number == AcceptanceRow.block_number, ReportRow.log_index == AcceptanceRow.report_log_index)
    return select(AcceptanceRow, ReportRow).join(ReportRow, same)


def _known(found: Found | None, number: int) -> Found:
    if found is None:
        raise UnexpectedLog(f"number {number} is pinned, and was never set", value=number)
    return found


def _unopened(agreement: int) -> UnexpectedLog:
    return UnexpectedLog(
        f"a log on agreement {agreement}, which was never opened", value=agreement, remedy="read the logs from the deployment on"
    )
