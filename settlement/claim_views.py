"""What parties can claim: settled money, and that of matured rows, which any claim settles on its way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from chain.values import Claimable
from governance.values import Outcome
from settlement.account import customer_account, provider_account
from settlement.agreement_views import deposits
from settlement.ledger import balances_of
from settlement.money_views import ClaimableView
from settlement.split import Stakes, divide, from_deposit
from settlement.standing import disputed, settled
from settlement.tables import AcceptanceRow
from settlement.views import AgreementView

NOTHING = Claimable(0, 0, 0)


def claimables(session: Session, agreements: Sequence[AgreementView], now_s: int) -> dict[int, ClaimableView]:
    """What the parties of each agreement could claim at a time."""
    dues = _dues(session, agreements)
    matured = _matured(session, agreements, now_s)
    return {
        view.agreement: ClaimableView(view.agreement, dues[view.agreement], matured.get(view.agreement, NOTHING))
        for view in agreements
    }


def stakes_of(view: AgreementView) -> Stakes:
    """What is at stake in an agreement's next settlement."""
    return Stakes(
        fee=view.fee,
        deposit=view.deposit,
        deposit_left=view.deposit_left,
        validator_bps=view.parameters.validator_bps,
        dao_bps=view.parameters.dao_bps,
        relay_fee=view.relay_fee,
    )


def _dues(session: Session, agreements: Sequence[AgreementView]) -> dict[int, Claimable]:
    balances: dict[str, int] = {}
    for token in {view.token for view in agreements}:
        ids = [view.agreement for view in agreements if view.token == token]
        balances |= balances_of(session, [account(key) for key in ids for account in (provider_account, customer_account)], token)
    stands = deposits(session, [view.agreement for view in agreements])
    return {
        key: Claimable(
            balances.get(provider_account(key), 0),
            balances.get(customer_account(key), 0),
            stands[key].due if key in stands else 0,
        )
        for key in (view.agreement for view in agreements)
    }


def _matured(session: Session, agreements: Sequence[AgreementView], now_s: int) -> dict[int, Claimable]:
    """What the rows come to that wait, and whose time to be disputed is over: they are of the last period that was decided."""
    newest = [(view.agreement, view.next_period - 1) for view in agreements if view.next_period]
    waiting = tuple_(AcceptanceRow.agreement, AcceptanceRow.period).in_(newest)
    over = AcceptanceRow.matures_at_s <= now_s
    rows = session.scalars(select(AcceptanceRow).where(waiting, over, ~settled(), ~disputed()))
    views = {view.agreement: view for view in agreements}
    return {row.agreement: _claims_of(row, views[row.agreement]) for row in rows}


def _claims_of(row: AcceptanceRow, view: AgreementView) -> Claimable:
    division = divide(Outcome(row.outcome), row.credit_bps, row.slash_bps, stakes_of(view))
    return Claimable(division.provider, division.customer_from_fee, from_deposit(division))
