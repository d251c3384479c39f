"""What the event logs tell of each agreement-period: the one source of the tables that the commands print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chain.events import (
    Accepted,
    Decided,
    Disputed,
    Event,
    Expired,
    Listed,
    Opened,
    ParametersSet,
    Reported,
    RowHeld,
    Settled,
    decode_known,
)
from chain.hashing import ZERO_ADDRESS
from chain.offers import Offer
from chain.row import unpack
from chain.values import Crew, Division, Listing, Parameters
from cli.connection import Connection
from cli.wording import share_of
from governance.values import Outcome, Row
from settlement.split import Stakes, divide, from_deposit

SHARES = ("provider", "validators", "dao", "customer", "slash", "winner")


@dataclass(slots=True)
class PeriodHistory:
    """One agreement-period; outcome, credit and slash are those that stand: an arbiter's, where one replaced the row's.

    ``row`` is None for an expired one; ``division`` is None until it is settled.
    """

    agreement: int
    period: int
    outcome: Outcome
    credit_bps: int = 0
    slash_bps: int = 0
    row: Row | None = None
    report_tx: bytes | None = None
    dispute: Disputed | None = None
    winner: str | None = None
    division: Division | None = None
    settled_tx: bytes | None = None
    rows_in_report: int = 0

    @property
    def expired(self) -> bool:
        """Whether no report came in time."""
        return self.row is None

    @property
    def state(self) -> str:
        """Where it stands, in a word."""
        if self.division is None:
            return "disputed" if self.dispute else "waiting"
        if self.expired:
            return "expired"
        return "ruled" if self.dispute else "settled"

    @property
    def replaced(self) -> bool:
        """Whether another verdict than the committee's stands."""
        reported = (self.row.outcome, self.row.credit_bps, self.row.slash_bps) if self.row else None
        return reported is not None and reported != (self.outcome, self.credit_bps, self.slash_bps)

    @property
    def shares(self) -> dict[str, int] | None:
        """Who got what of it; None until it is settled."""
        return shares_of(self.division, self.outcome if self.winner else None) if self.division else None

    @property
    def verdict(self) -> str:
        """What was decided, in a few words for people."""
        if self.row is None:
            return "no report: no data"
        if self.replaced:
            credit = f", credit {share_of(self.credit_bps)}" if self.outcome is Outcome.BREACH else ""
            return f"{_words(self.outcome)}{credit} (arbiter)"
        if self.outcome is Outcome.BREACH:
            return f"breach, tier {self.row.tier}" if self.row.tier else "breach, P95"
        return _words(self.outcome)


def read_events(connection: Connection, to_block: int | None = None) -> list[Event]:
    """Every event of the deployment's contracts, oldest first. Raises NodeUnavailable."""
    newest = connection.node.block("latest").number if to_block is None else to_block
    book = connection.book
    return decode_known(connection.node.logs(book.deployed_block, newest, book.contracts), book.contracts)


def periods_of(events: Iterable[Event]) -> list[PeriodHistory]:
    """The decided periods, by agreement and period. The events begin with the deployment's first."""
    reckoning = _Reckoning()
    for event in events:
        reckoning.take(event)
    rows_in = Counter(one.report_tx for one in reckoning.periods.values() if one.report_tx)
    for one in reckoning.periods.values():
        one.rows_in_report = rows_in[one.report_tx] if one.report_tx else 0
    return [reckoning.periods[key] for key in sorted(reckoning.periods)]


def crews_of(events: Iterable[Event]) -> dict[bytes, set[Crew]]:
    """Who observed and who relayed the reports of each configuration: what a member, or a payee, names when it claims."""
    found: dict[bytes, set[Crew]] = {}
    for event in events:
        if isinstance(event, Reported):
            found.setdefault(event.configuration, set()).add(Crew(event.observers, event.payee))
    return found


def shares_of(division: Division, won: Outcome | None = None) -> dict[str, int]:
    """Who gets what of one period; the relay's fee is part of the validators' share.

    ``won`` is the outcome with which a dispute was won: the disputer gets the validators' share, or, of no data, the refund.
    """
    validators, refund = division.validators + division.relay, division.customer_from_fee
    winner = 0 if won is None else refund if won is Outcome.NO_DATA else validators
    return {
        "provider": division.provider,
        "validators": validators if won is None else 0,
        "dao": division.dao,
        "customer": refund + division.customer_from_deposit - (winner if won is Outcome.NO_DATA else 0),
        "slash": division.slash,
        "winner": winner,
    }


def shares_json(shares: dict[str, int] | None) -> dict[str, str | None]:
    """The same as decimal strings; None for each before anything is settled."""
    return dict.fromkeys(SHARES) if shares is None else {name: str(shares[name]) for name in SHARES}


def _words(outcome: Outcome) -> str:
    return outcome.name.lower().replace("_", " ")


@dataclass(slots=True)
class _Deal:
    """One agreement under way. ``waiting`` is its accepted row that nothing settled yet; ``reserves`` are for disputed ones."""

    offer: Offer
    parameters: Parameters
    listing: Listing
    deposit_left: int
    waiting: PeriodHistory | None = None
    reserves: dict[int, int] = field(default_factory=dict)

    def settle(self, one: PeriodHistory, tx_hash: bytes) -> None:
        stakes = Stakes(
            fee=self.offer.fee,
            deposit=self.offer.deposit,
            deposit_left=self.deposit_left,
            validator_bps=self.parameters.validator_bps,
            dao_bps=self.parameters.dao_bps,
            relay_fee=self.listing.relay_fee,
        )
        one.division, one.settled_tx = divide(one.outcome, one.credit_bps, one.slash_bps, stakes), tx_hash
        self.deposit_left -= from_deposit(one.division)

    def settle_waiting(self, tx_hash: bytes) -> None:
        if self.waiting is not None:
            self.settle(self.waiting, tx_hash)
            self.waiting = None


class _Reckoning:
    """Follows the events in their order; a later row, or an expiry, settles the row that waited, without saying so."""

    def __init__(self) -> None:
        self.periods: dict[tuple[int, int], PeriodHistory] = {}
        self._parameters: dict[int, Parameters] = {}
        self._listings: dict[int, Listing] = {}
        self._deals: dict[int, _Deal] = {}

    def take(self, event: Event) -> None:
        match event:
            case ParametersSet():
                self._parameters[event.parameters] = event.values
            case Listed():
                self._listings[event.listing] = event.values
            case Opened(offer=offer):
                pinned = self._parameters[event.parameters], self._listings[event.listing]
                self._deals[event.agreement] = _Deal(offer, *pinned, deposit_left=offer.deposit)
            case Accepted():
                self._accept(event)
            case Settled():
                self._deals[event.agreement].settle_waiting(event.tx_hash)
            case Expired():
                self._expire(event)
            case RowHeld():
                self._hold(event)
            case Disputed():
                self.periods[event.agreement, event.period].dispute = event
            case Decided():
                self._decide(event)
            case _:
                pass

    def _accept(self, event: Accepted) -> None:
        row, deal = unpack(event.row), self._deals[event.agreement]
        deal.settle_waiting(event.tx_hash)
        one = PeriodHistory(row.agreement, row.period, row.outcome, row.credit_bps, row.slash_bps, row, event.tx_hash)
        deal.waiting = self.periods[row.agreement, row.period] = one

    def _expire(self, event: Expired) -> None:
        deal = self._deals[event.agreement]
        deal.settle_waiting(event.tx_hash)
        for period in range(event.first, event.first + event.count):
            one = self.periods[event.agreement, period] = PeriodHistory(event.agreement, period, Outcome.NO_DATA)
            deal.settle(one, event.tx_hash)

    def _hold(self, event: RowHeld) -> None:
        deal = self._deals[event.agreement]
        deal.waiting = None
        deal.reserves[event.period] = event.reserve
        deal.deposit_left -= event.reserve

    def _decide(self, event: Decided) -> None:
        deal, one = self._deals[event.agreement], self.periods[event.agreement, event.period]
        deal.deposit_left += deal.reserves.pop(event.period)
        one.outcome, one.credit_bps, one.slash_bps = event.outcome, event.credit_bps, event.slash_bps
        one.winner = None if event.winner == ZERO_ADDRESS else event.winner
        deal.settle(one, event.tx_hash)
