"""The books as they stand: balances, running sums, the trial balance. ``settlement.apply`` writes them block by block."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from settlement.account import COMMITTEE_ACCOUNTS, PACTUM_ACCOUNTS, TRIBUNAL_ACCOUNTS, ZONE_ACCOUNTS
from settlement.money_tables import BalanceRow, TotalRow

Key = tuple[str, str]  # account or name, token


@dataclass(frozen=True, slots=True)
class Owed:
    """What each contract owes in one token."""

    pactum: int
    zone: int
    tribunal: int
    committee: int


def balance_of(session: Session, account: str, token: str) -> int:
    """What an account holds at the newest block."""
    query = select(BalanceRow.balance).where(BalanceRow.account == account, BalanceRow.token == token)
    return session.scalars(query.order_by(BalanceRow.block_number.desc()).limit(1)).first() or 0


def total_of(session: Session, name: str, token: str = "") -> int:
    """A running sum at the newest block."""
    query = select(TotalRow.total).where(TotalRow.name == name, TotalRow.token == token)
    return session.scalars(query.order_by(TotalRow.block_number.desc()).limit(1)).first() or 0


def trial_balance(session: Session, block_number: int | None = None) -> dict[Key, int]:
    """Every account's balance that is not zero, by account and token, at a block (None: the newest). They sum to zero."""
    newest = select(BalanceRow.account, BalanceRow.token, func.max(BalanceRow.block_number).label("block_number"))
    if block_number is not None:
        newest = newest.where(BalanceRow.block_number <= block_number)
    last = newest.group_by(BalanceRow.account, BalanceRow.token).subquery()
    same = and_(
        BalanceRow.account == last.c.account,
        BalanceRow.token == last.c.token,
        BalanceRow.block_number == last.c.block_number,
    )
    rows = session.scalars(select(BalanceRow).join(last, same))
    return {(row.account, row.token): row.balance for row in rows if row.balance}


def balances_of(session: Session, accounts: Collection[str], token: str) -> dict[str, int]:
    """What each of some accounts holds at the newest block; accounts that never moved are left out."""
    last = (
        select(BalanceRow.account, func.max(BalanceRow.block_number).label("block_number"))
        .where(BalanceRow.account.in_(accounts), BalanceRow.token == token)
        .group_by(BalanceRow.account)
        .subquery()
    )
    same = and_(BalanceRow.account == last.c.account, BalanceRow.block_number == last.c.block_number, BalanceRow.token == token)
    return {row.account: row.balance for row in session.scalars(select(BalanceRow).join(last, same))}


def owed_by_contracts(session: Session, token: str, block_number: int | None = None) -> Owed:
    """What the contracts owe in one token by the books: their token balances must cover it."""
    held = {account: amount for (account, of), amount in trial_balance(session, block_number).items() if of == token}
    contracts = PACTUM_ACCOUNTS, ZONE_ACCOUNTS, TRIBUNAL_ACCOUNTS, COMMITTEE_ACCOUNTS
    return Owed(*(sum(amount for account, amount in held.items() if account.startswith(owners)) for owners in contracts))
