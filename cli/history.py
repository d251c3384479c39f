"""What the event logs tell of each agreement-period: the one source of the tables that the commands print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chain.events import Accepted, Event, Expired, Reported, Settled, decode_known
from chain.row import unpack
from chain.values import Division
from cli.connection import Connection
from governance.values import Outcome, Row


@dataclass(slots=True)
class PeriodHistory:
    """One agreement-period. ``row`` is None for an expired one; ``division`` is None until it is settled."""

    agreement: int
    period: int
    outcome: Outcome
    row: Row | None = None
    report_tx: bytes | None = None
    matures_at_s: int | None = None
    division: Division | None = None
    settled_tx: bytes | None = None
    rows_in_report: int = 0

    @property
    def expired(self) -> bool:
        """Whether no report came in time."""
        return self.row is None

    @property
    def verdict(self) -> str:
        """What was decided, in a few words for people."""
        if self.row is None:
            return "no report: no data"
        if self.outcome is Outcome.BREACH:
            return f"breach, tier {self.row.tier}" if self.row.tier else "breach, P95"
        return self.outcome.name.lower().replace("_", " ")


def read_events(connection: Connection, to_block: int | None = None) -> list[Event]:
    """Every event of the deployment's four contracts, oldest first. Raises NodeUnavailable."""
    newest = connection.node.block("latest").number if to_block is None else to_block
    book = connection.book
    return decode_known(connection.node.logs(book.deployed_block, newest, book.contracts), book.contracts)


def periods_of(events: Iterable[Event]) -> list[PeriodHistory]:
    """The decided periods, by agreement and period."""
    found: dict[tuple[int, int], PeriodHistory] = {}
    rows_in: dict[bytes, int] = {}
    for event in events:
        match event:
            case Accepted():
                row = unpack(event.row)
                found[row.agreement, row.period] = PeriodHistory(
                    row.agreement, row.period, row.outcome, row, event.tx_hash, event.matures_at
                )
                rows_in[event.tx_hash] = rows_in.get(event.tx_hash, 0) + 1
            case Settled():
                one = found[event.agreement, event.period]
                one.division, one.settled_tx = event.division, event.tx_hash
            case Expired():
                for period in range(event.first, event.first + event.count):
                    found[event.agreement, period] = PeriodHistory(
                        event.agreement, period, Outcome.NO_DATA, division=event.each, settled_tx=event.tx_hash
                    )
    for one in found.values():
        one.rows_in_report = rows_in.get(one.report_tx, 0) if one.report_tx else 0
    return [found[key] for key in sorted(found)]


def observer_sets(events: Iterable[Event]) -> dict[bytes, set[int]]:
    """Which sets of members reports rested on, by configuration: what a member names when it claims its share."""
    found: dict[bytes, set[int]] = {}
    for event in events:
        if isinstance(event, Reported):
            found.setdefault(event.configuration, set()).add(event.observers)
    return found


def division_json(division: Division | None) -> dict[str, str | None]:
    """Who got what of one period, as decimal strings; the relay's fee is part of the validators' share."""
    if division is None:
        return dict.fromkeys(("provider", "validators", "dao", "customer", "slash"))
    return {
        "provider": str(division.provider),
        "validators": str(division.validators + division.relay),
        "dao": str(division.dao),
        "customer": str(division.customer_from_fee + division.customer_from_deposit),
        "slash": str(division.slash),
    }
