"""What one transaction of the watcher has read and written: each agreement and balance is asked of the database once."""

from __future__ import annotations

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from governance.errors import FatalError
from settlement.ledger import Key, balance_of, total_of
from settlement.tables import AcceptanceRow, AgreementRow, DivisionRow, ReportRow


class UnexpectedLog(FatalError):
    """A log that cannot follow what was read before: logs are missing, or the contracts are not ours."""


class Memory:
    """Read-through caches for the length of one transaction. Writers put in what they add, so that no flush is needed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.autoflush = False  # what was added is remembered here: a query need not write it out first, row by row
        self._agreements: dict[int, AgreementRow] = {}
        self._reports: dict[tuple[int, int], ReportRow] = {}
        self._deposits: dict[int, int] = {}
        self._balances: dict[Key, int] = {}
        self._totals: dict[Key, int] = {}

    def opened(self, row: AgreementRow) -> None:
        """Remembers a new agreement."""
        self._agreements[row.agreement] = row
        self._deposits[row.agreement] = row.deposit

    def accepted(self, agreement: int, period: int, report: ReportRow) -> None:
        """Remembers which report an accepted row came with."""
        self._reports[agreement, period] = report

    def agreement(self, agreement: int) -> AgreementRow:
        """An agreement that was opened before. Raises UnexpectedLog where it was not."""
        if agreement not in self._agreements:
            found = self.session.scalars(select(AgreementRow).where(AgreementRow.agreement == agreement)).first()
            if found is None:
                raise UnexpectedLog(
                    f"a log on agreement {agreement}, which was never opened",
                    value=agreement,
                    remedy="read the logs from the deployment on",
                )
            self._agreements[agreement] = found
        return self._agreements[agreement]

    def report_of(self, agreement: int, period: int) -> ReportRow:
        """The report that an accepted row came with. Raises UnexpectedLog where there is none."""
        key = agreement, period
        if key not in self._reports:
            found = self.session.scalars(_report_query(agreement, period)).first()
            if found is None:
                raise UnexpectedLog(f"period {period} of agreement {agreement} settled without a report", value=key)
            self._reports[key] = found
        return self._reports[key]

    def take_deposit(self, agreement: int, amount: int) -> int:
        """What is left of an agreement's deposit after an award takes some of it."""
        if agreement not in self._deposits:
            query = select(DivisionRow.deposit_left).where(DivisionRow.agreement == agreement)
            last = self.session.scalars(query.order_by(DivisionRow.first.desc()).limit(1)).first()
            self._deposits[agreement] = self.agreement(agreement).deposit if last is None else last
        self._deposits[agreement] -= amount
        return self._deposits[agreement]

    def move_balance(self, key: Key, amount: int) -> int:
        """An account's balance after a movement."""
        if key not in self._balances:
            self._balances[key] = balance_of(self.session, *key)
        self._balances[key] += amount
        return self._balances[key]

    def move_total(self, key: Key, amount: int) -> int:
        """A running sum after an addition."""
        if key not in self._totals:
            self._totals[key] = total_of(self.session, *key)
        self._totals[key] += amount
        return self._totals[key]


def _report_query(agreement: int, period: int) -> Select[ReportRow]:
    accepted = (AcceptanceRow.agreement == agreement, AcceptanceRow.period == period)
    same = and_(ReportRow.block_number == AcceptanceRow.block_number, ReportRow.log_index == AcceptanceRow.report_log_index)
    return select(ReportRow).join(AcceptanceRow, same).where(*accepted)
