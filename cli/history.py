"""What the event logs tell of each agreement-period: the one source of the tables that the commands print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
    decode_known,
)
from chain.row import unpack
from chain.values import Crew, Division, Listing, Parameters
from cli.connection import Connection
from cli.wording import share_of
from governance.values import Outcome, Row
from settlement.audit_trail import Replay
from settlement.split import Stakes

SHARES = ("provider", "validators", "dao", "customer", "slash", "winner")


@dataclass(slots=True)
class PeriodHistory:
    """One agreement-period; outcome, credit and slash are those that stand: an arbiter's, where one replaced the row's.

    ``row`` is None for an expired one; ``division`` is None until it is settled; ``reward`` is the part of a dispute's winner, on
    top of it. ``decided_tx`` brought the report, or the expiry.
    """

    agreement: int
    period: int
    outcome: Outcome
    credit_bps: int = 0
    slash_bps: int = 0
    row: Row | None = None
    dispute: Disputed | None = None
    division: Division | None = None
    reward: int = 0
    decided_tx: bytes = b""
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
        return shares_of(self.division, self.reward) if self.division else None

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
    told = list(events)
    periods = _decided(told)
    for agreement, stakes in _openings(told):
        own = [event for event in told if getattr(event, "agreement", None) == agreement]
        for settled in Replay(agreement, stakes, own).settled.values():
            for period in range(settled.first, settled.first + settled.count):
                one = periods[agreement, period]
                one.division, one.reward = settled.division, settled.reward
    return [periods[key] for key in sorted(periods)]


def crews_of(events: Iterable[Event]) -> dict[bytes, set[Crew]]:
    """Who observed and who relayed the reports of each configuration: what a member, or a payee, names when it claims."""
    found: dict[bytes, set[Crew]] = {}
    for event in events:
        if isinstance(event, Reported):
            found.setdefault(event.configuration, set()).add(Crew(event.observers, event.payee))
    return found


def shares_of(division: Division, reward: int = 0) -> dict[str, int]:
    """Who gets what of one period; the relay's fee is part of the validators' share, and a reward is a dispute's winner's."""
    return {
        "provider": division.provider,
        "validators": division.validators + division.relay,
        "dao": division.dao,
        "customer": division.customer_from_fee + division.customer_from_deposit,
        "slash": division.slash,
        "winner": reward,
    }


def shares_json(shares: dict[str, int] | None) -> dict[str, str | None]:
    """The same as decimal strings; None for each before anything is settled."""
    return dict.fromkeys(SHARES) if shares is None else {name: str(shares[name]) for name in SHARES}


def _words(outcome: Outcome) -> str:
    return outcome.name.lower().replace("_", " ")


def _decided(events: Iterable[Event]) -> dict[tuple[int, int], PeriodHistory]:
    """What was said of each period that was reported or has expired; nothing yet of its money."""
    found: dict[tuple[int, int], PeriodHistory] = {}
    for event in events:
        match event:
            case Accepted():
                row = unpack(event.row)
                verdict = row.outcome, row.credit_bps, row.slash_bps
                found[row.agreement, row.period] = PeriodHistory(
                    row.agreement, row.period, *verdict, row, decided_tx=event.tx_hash
                )
            case Expired():
                for period in range(event.first, event.first + event.count):
                    expired = PeriodHistory(event.agreement, period, Outcome.NO_DATA, decided_tx=event.tx_hash)
                    found[event.agreement, period] = expired
            case Disputed():
                found[event.agreement, event.period].dispute = event
            case Decided():
                one = found[event.agreement, event.period]
                one.outcome, one.credit_bps, one.slash_bps = event.outcome, event.credit_bps, event.slash_bps
            case _:
                pass
    together = Counter(one.decided_tx for one in found.values() if one.row)
    for one in found.values():
        one.rows_in_report = together[one.decided_tx] if one.row else 0
    return found


def _openings(events: Iterable[Event]) -> Iterator[tuple[int, Stakes]]:
    """Every agreement that was opened, with what was at stake then."""
    parameters: dict[int, Parameters] = {}
    listings: dict[int, Listing] = {}
    for event in events:
        match event:
            case ParametersSet():
                parameters[event.parameters] = event.values
            case Listed():
                listings[event.listing] = event.values
            case Opened(offer=offer):
                rules = parameters[event.parameters]
                yield (
                    event.agreement,
                    Stakes(
                        fee=offer.fee,
                        deposit=offer.deposit,
                        deposit_left=offer.deposit,
                        validator_bps=rules.validator_bps,
                        dao_bps=rules.dao_bps,
                        relay_fee=listings[event.listing].relay_fee,
                    ),
                )
            case _:
                pass
