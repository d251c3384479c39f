"""The auditor's checks of what followed for money: a ruling was one, and the accounts are what the split makes of it all."""

from __future__ import annotations

from chain import events
from chain.addressbook import AddressBook
from chain.contracts import PactumClient
from chain.docket import AgreementRecord
from chain.node import Node
from chain.values import Claimable
from governance.values import Outcome
from settlement.audit_checks import Check, Result, attempt, equal, that
from settlement.audit_trail import Accounts, Dispute, ReportedPeriod
from settlement.life import Ruling
from settlement.split import Stakes

SPLIT = "the split"
Verdict = tuple[Outcome, int, int]  # credit and slash in bps


def stakes_of(record: AgreementRecord) -> Stakes:
    """What was at stake in an agreement when it was opened."""
    return Stakes(
        fee=record.offer.fee,
        deposit=record.offer.deposit,
        deposit_left=record.offer.deposit,
        validator_bps=record.parameters.validator_bps,
        dao_bps=record.parameters.dao_bps,
        relay_fee=record.listing.relay_fee,
    )


def check_split(node: Node, book: AddressBook, agreement: int, accounts: Accounts) -> Check:
    """Whether the contract owes the agreement's parties what the reference makes of all its verdicts and payments.

    The contract keeps sums and no division, so that one wrong division is found in every period of its agreement.
    """
    pactum = PactumClient(node, book.pactum).at(accounts.head.hash)
    kept = attempt(SPLIT, lambda: (pactum.claimable_of(agreement), pactum.agreement_of(agreement).deposit_left))
    if isinstance(kept, Check):
        return kept
    return equal(SPLIT, _shown(accounts.claimable, accounts.deposit_left), _shown(*kept))


def unsettled(trail: ReportedPeriod) -> Check | None:
    """Why nothing can be said of the split yet; None where the row is settled."""
    if trail.settled is not None:
        return None
    why = "a dispute is open" if trail.dispute is not None else "the row waits to be settled"
    return Check(SPLIT, Result.UNVERIFIED, "a settled period", why)


def replacement(trail: ReportedPeriod) -> Verdict | None:
    """The verdict that an arbiter put in the row's place; None where the row stands."""
    if trail.dispute is None or trail.dispute.decided is None or not isinstance(trail.dispute.ruled, events.Replaced):
        return None
    return _decided(trail.dispute.decided)


def dispute_checks(record: AgreementRecord, trail: ReportedPeriod, dispute: Dispute) -> list[Check]:
    """Whether the row was disputed in time, and ruled on as the ruling says and by its deadline."""
    matures_s = trail.acceptance.block.timestamp_s + record.parameters.dispute_window
    at_s = dispute.disputed_in.timestamp_s
    return [that("the dispute", at_s < matures_s, f"before {matures_s}", at_s), _ruling_check(trail, dispute)]


def _ruling_check(trail: ReportedPeriod, dispute: Dispute) -> Check:
    name, deadline_s = "the ruling", dispute.disputed.deadline
    if dispute.decided is None or dispute.ruled_in is None:
        return Check(name, Result.UNVERIFIED, f"by {deadline_s}", "the dispute is open")
    at_s, lapsed = dispute.ruled_in.timestamp_s, isinstance(dispute.ruled, events.Lapsed)
    expected = _expected(trail, dispute)
    seen = *_decided(dispute.decided), Ruling.winner_of(dispute.decided.winner)
    in_time = at_s >= deadline_s if lapsed else at_s < deadline_s
    window = f"from {deadline_s} on" if lapsed else f"before {deadline_s}"
    return that(name, in_time and seen == expected, f"{expected}, {window}", f"{seen}, at {at_s}")


def _decided(log: events.Decided) -> Verdict:
    return log.outcome, log.credit_bps, log.slash_bps


def _expected(trail: ReportedPeriod, dispute: Dispute) -> tuple[Outcome, int, int, str | None] | None:
    """What the Tribunal's log makes of the row: as it was reported, or replaced, for the disputer's gain. None without a log."""
    row = trail.acceptance.row
    match dispute.ruled:
        case events.Replaced(outcome=outcome, credit_bps=credit_bps, slash_bps=slash_bps):
            return outcome, credit_bps, slash_bps, dispute.disputed.disputer
        case events.Confirmed() | events.Lapsed():
            return row.outcome, row.credit_bps, row.slash_bps, None
    return None


def _shown(claimable: Claimable, deposit_left: int) -> str:
    provider, fees, deposit = claimable.provider, claimable.customer_from_fees, claimable.customer_from_deposit
    return f"due: provider {provider}, customer {fees} of fees and {deposit} of the deposit; left of it {deposit_left}"
