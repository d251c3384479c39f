"""The disputes of a deployment, as the Tribunal's logs tell them, and what a new one would take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chain.docket import AgreementRecord
from chain.events import Accepted, Confirmed, Disputed, Lapsed, Replaced, decode_known, topics
from chain.row import unpack
from chain.values import Agreement, Pending
from cli.amounts import show_agreement
from cli.connection import Connection
from cli.wording import duration_of, share_of
from governance.errors import BadInput
from governance.values import Outcome, Row
from settlement.audit_money import stakes_of
from settlement.split import divide, from_deposit, share_up

Ruling = Confirmed | Replaced | Lapsed


@dataclass(slots=True)
class Case:
    """One disputed row; ``ruling`` is None until it is decided."""

    disputed: Disputed
    arbiter: str
    ruling: Ruling | None = None

    @property
    def row(self) -> Row:
        """The row as the committee reported it."""
        return unpack(self.disputed.row)

    def state_at(self, now_s: int) -> str:
        """Where it stands, in a word: ``overdue`` is what anybody may let lapse."""
        if self.ruling is not None:
            return type(self.ruling).__name__.lower()
        return "open" if now_s < self.disputed.deadline else "overdue"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row that waits and may be disputed: its word, what a dispute would hold up, and the bond that this takes."""

    word: int
    held: int
    bond: int


def cases_of(connection: Connection) -> list[Case]:
    """Every dispute of the deployment, oldest first."""
    docket, book = connection.docket(), connection.book
    head = connection.node.block("latest").number
    found: dict[tuple[int, int], Case] = {}
    for event in decode_known(connection.node.logs(book.deployed_block, head, [book.tribunal]), {book.tribunal}):
        match event:
            case Disputed():
                record = docket.agreement(event.agreement)
                found[event.agreement, event.period] = Case(event, record.parameters.arbiter if record else "")
            case Confirmed() | Replaced() | Lapsed():
                found[event.agreement, event.period].ruling = event
            case _:
                pass
    return list(found.values())


def case_of(connection: Connection, agreement: int, period: int) -> Case:
    """The dispute of a row. Raises BadInput where there was none."""
    for case in cases_of(connection):
        if (case.disputed.agreement, case.disputed.period) == (agreement, period):
            return case
    name = show_agreement(agreement)
    raise BadInput(f"nobody disputed period {period} of {name}", value=period, remedy="surety dispute list --all shows all")


def doubtful(connection: Connection, record: AgreementRecord, period: int) -> Doubtful:
    """The row of a period, which waits. Raises BadInput, with what is known of the period, where it cannot be disputed."""
    state, pending = connection.pactum.agreement_of(record.id), connection.pactum.pending_of(record.id)
    _require_waiting(state, pending, period)
    matured_s = connection.now_s - pending.accepted_at - record.parameters.dispute_window
    if matured_s >= 0:
        raise BadInput(f"period {period} has matured {duration_of(matured_s)} ago", value=period, remedy="it stands")
    held = record.offer.fee + _reserve(record, state, pending)
    return Doubtful(_word(connection, record, period), held, share_up(held, record.parameters.dispute_bond_bps))


def verdict_words(outcome: Outcome, credit_bps: int, slash_bps: int) -> str:
    """A verdict in a few words."""
    words = outcome.name.lower().replace("_", " ")
    credit = f", credit {share_of(credit_bps)}" if credit_bps else ""
    return words + credit + (f", slash {share_of(slash_bps)}" if slash_bps else "")


def _require_waiting(state: Agreement, pending: Pending, period: int) -> None:
    if pending.outcome and pending.period == period:
        return
    if period >= state.next:
        raise BadInput(f"period {period} is not reported yet", value=period, remedy="a row can be disputed once it is accepted")
    waits = f"; the row of period {pending.period} does" if pending.outcome else ""
    raise BadInput(
        f"no row of period {period} waits{waits}", value=period, remedy="it is settled, has expired, or was disputed before"
    )


def _reserve(record: AgreementRecord, state: Agreement, pending: Pending) -> int:
    """What the row would take from the deposit if it were settled now."""
    stakes = replace(stakes_of(record), deposit_left=state.deposit_left)
    return from_deposit(divide(Outcome(pending.outcome), pending.credit_bps, pending.slash_bps, stakes))


def _word(connection: Connection, record: AgreementRecord, period: int) -> int:
    """The row as it was accepted: it stands in no storage, only in the log."""
    head, pactum = connection.node.block("latest").number, connection.book.pactum
    logs = connection.node.logs(record.opened_block, head, [pactum], [topics()[Accepted]])
    for event in reversed(decode_known(logs, {pactum})):
        if isinstance(event, Accepted) and event.agreement == record.id and unpack(event.row).period == period:
            return event.row
    raise BadInput(f"the log has no row of period {period}", value=period, remedy="is this node telling everything?")
