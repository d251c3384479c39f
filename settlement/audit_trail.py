"""What the chain says of one agreement-period, read from logs and call data alone: no database is asked, and none is believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chain import events
from chain.abi import selector
from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.calls import abi_of
from chain.events import Event, decode_known, topics
from chain.node import Node, octets
from chain.row import unpack
from chain.values import Claimable, Configuration, Header, everyone, member_bit
from chain.words import WORD, codec, decode_uint
from governance.errors import BadInput, FatalError
from governance.values import Row
from settlement.life import Held, Life, Purse, Ruling, Settling, UnexpectedLog, WaitingRow
from settlement.split import Stakes

Ruled = events.Confirmed | events.Replaced | events.Lapsed
_REPORT = f"report({abi_of(Header)},uint256[],uint256,bytes)"
_SELECTOR = 4
_ROWS, _SIGNERS, _SIGNATURES = 5, 6, 7  # the words after the header's five: two places of what is dynamic, and the mask
_SOMEBODY = Purse("", 0, "")  # whose purse a row fills is no affair of the agreement's accounts
_OF_PACTUM = (
    events.Accepted,
    events.Settled,
    events.Expired,
    events.RowHeld,
    events.Decided,
    events.CustomerPaid,
    events.Terminated,
)
_OF_TRIBUNAL = (events.Disputed, events.Confirmed, events.Replaced, events.Lapsed)


class NotDecided(FatalError):
    """The period is neither reported nor expired, as far as the chain was read: there is nothing to audit."""


class ForeignCall(FatalError):
    """The report came through another contract, so that its signatures are not where they could be read."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A report as it was sent: what stands in the call data and in no log."""

    header: Header
    rows: tuple[int, ...]
    signers: int
    signatures: bytes


@dataclass(frozen=True, slots=True)
class Accounts:
    """What an agreement's parties can claim of settled rows, and what is left of its deposit, as of block ``head``."""

    claimable: Claimable
    deposit_left: int
    head: BlockStamp


@dataclass(frozen=True, slots=True)
class Dispute:
    """A row's dispute. ``ruled`` and ``decided`` are None while it is open."""

    disputed: events.Disputed
    disputed_in: BlockStamp
    ruled: Ruled | None = None
    decided: events.Decided | None = None
    ruled_in: BlockStamp | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A row that was accepted, and the report that it came with, both in one block."""

    accepted: events.Accepted
    reported: events.Reported
    block: BlockStamp

    @property
    def row(self) -> Row:
        """What the row says."""
        return unpack(self.accepted.row)


@dataclass(frozen=True, slots=True)
class ReportedPeriod:
    """What the chain says of a period that was reported. ``settled`` is None while its row waits, or is disputed."""

    acceptance: Acceptance
    settled: Settling | None
    dispute: Dispute | None
    accounts: Accounts

    @property
    def decided_in(self) -> BlockStamp:
        """The block after which nothing about the period can change any more."""
        return self.dispute.ruled_in if self.dispute and self.dispute.ruled_in else self.acceptance.block


@dataclass(frozen=True, slots=True)
class ExpiredPeriod:
    """What the chain says of a period that nobody reported in time. An ``accepted`` row would contradict that."""

    expired: events.Expired
    settled: Settling
    accepted: events.Accepted | None
    accounts: Accounts
    decided_in: BlockStamp


def follow(node: Node, book: AddressBook, agreement: int, period: int, stakes: Stakes) -> ReportedPeriod | ExpiredPeriod:
    """Reads what was decided of a period. ``stakes`` are those of the agreement's opening.

    Raises NotDecided, NodeUnavailable, or UnexpectedLog for logs that contradict each other.
    """
    head = node.block("latest")
    own = _logs_of(node, book, agreement, head)
    replay = Replay(agreement, stakes, own)
    accepted = next((log for log in own if isinstance(log, events.Accepted) and unpack(log.row).period == period), None)
    expired = next((log for log in own if isinstance(log, events.Expired) and log.first <= period < log.first + log.count), None)
    accounts = Accounts(replay.claimable, 0 if replay.closed else replay.life.deposit.left, head)
    if expired is not None:
        settled = replay.settled[expired.first]
        return ExpiredPeriod(expired, settled, accepted, accounts, node.block(expired.block_hash))
    if accepted is None:
        raise NotDecided(f"period {period} of agreement 0x{agreement:024x} is not decided", value=period, remedy="ask when it is")
    acceptance = Acceptance(accepted, _reported(node, book, accepted), node.block(accepted.block_hash))
    return ReportedPeriod(acceptance, replay.settled.get(period), _dispute_of(node, period, own), accounts)


def as_of(node: Node, book: AddressBook, configuration: Configuration, place: Event) -> int:
    """The bits of the members that counted in a configuration when a log was made."""
    wanted = [topic for event, topic in topics().items() if event is events.Deactivated]
    found = decode_known(node.logs(book.deployed_block, place.block_number, [book.committee], wanted), [book.committee])
    return counting_at(found, configuration, place)


def counting_at(logs: Iterable[Event], configuration: Configuration, place: Event) -> int:
    """As ``as_of``, from logs that were read before."""
    lost = 0
    for log in logs:
        if isinstance(log, events.Deactivated) and log.configuration == configuration.digest and _place(log) < _place(place):
            lost |= member_bit(log.index)
    return everyone(len(configuration.members)) & ~lost


class Replay:
    """An agreement's life, replayed from its logs by the reference of the split. Raises UnexpectedLog."""

    def __init__(self, agreement: int, stakes: Stakes, logs: Iterable[Event]) -> None:
        self.agreement = agreement
        self.life = Life(stakes)
        self.settled: dict[int, Settling] = {}  # by first period
        self.closed = False
        self._held: dict[int, Held] = {}
        self._provider = self._customer = 0
        for log in logs:
            self._enter(log)

    @property
    def claimable(self) -> Claimable:
        """What the parties can claim."""
        return Claimable(self._provider, self._customer, self.life.deposit.due)

    def _enter(self, log: Event) -> None:
        match log:
            case events.Accepted():
                row = unpack(log.row)
                self._keep(*self.life.accept(WaitingRow(row.period, row.outcome, row.credit_bps, row.slash_bps, _SOMEBODY)))
            case events.Settled():
                self._keep(self.life.settle(log.period))
            case events.Expired():
                self._keep(*self.life.expire(log.first, log.count))
            case events.RowHeld():
                self._held[log.period] = self.life.hold(log.period, log.reserve)
            case events.Decided():
                self._keep(self.life.decide(self._let_go(log.period), _ruling(log)))
            case events.Terminated():
                self._customer += log.refund
            case events.CustomerPaid():
                self._customer -= log.from_fees
                self.life.paid(log.from_deposit)
            case events.ProviderPaid():
                self._provider -= sum(amount for agreement, amount in log.amounts if agreement == self.agreement)
            case events.Closed():
                self.closed = True

    def _keep(self, *settled: Settling) -> None:
        for one in settled:
            if one.first in self.settled:
                raise UnexpectedLog(f"period {one.first} is settled twice", value=one, remedy="is this node telling the truth?")
            self.settled[one.first] = one
            self._provider += one.division.provider * one.count
            self._customer += one.division.customer_from_fee * one.count

    def _let_go(self, period: int) -> Held:
        held = self._held.pop(period, None)
        if held is None:
            raise UnexpectedLog(f"period {period} is ruled on, and is not held", value=period)
        return held


def submission_of(node: Node, book: AddressBook, tx_hash: bytes) -> Submission:
    """The report that a transaction sent to Pactum. Raises ForeignCall, BadInput where the call data are cut off."""
    sent = node.request("eth_getTransactionByHash", "0x" + tx_hash.hex())
    if not isinstance(sent, dict) or str(sent.get("to")).lower() != book.pactum.lower():
        raise ForeignCall("the report was not sent to Pactum directly", value=tx_hash, remedy="ask its relay for the signatures")
    return decode_report(octets(sent["input"]))


def decode_report(data: bytes) -> Submission:
    """Call data of ``Pactum.report``. Raises ForeignCall for another function's."""
    if data[:_SELECTOR] != selector(_REPORT):
        raise ForeignCall("this is no report", value=data[:_SELECTOR])
    body = data[_SELECTOR:]
    header = codec(Header).decode(body)
    rows_at, signers, signatures_at = (decode_uint(body, WORD * place, 256) for place in (_ROWS, _SIGNERS, _SIGNATURES))
    count = decode_uint(body, rows_at, 32)
    rows = tuple(decode_uint(body, rows_at + WORD * (1 + index), 256) for index in range(count))
    length = decode_uint(body, signatures_at, 32)
    signatures = body[signatures_at + WORD : signatures_at + WORD + length]
    if len(signatures) != length:
        raise BadInput("the signatures are cut off", value=len(signatures), remedy=f"{length} bytes")
    return Submission(header, rows, signers, signatures)


def _logs_of(node: Node, book: AddressBook, agreement: int, head: BlockStamp) -> list[Event]:
    contracts = [book.pactum, book.tribunal]
    wanted = [
        topic for event, topic in topics().items() if event in (*_OF_PACTUM, *_OF_TRIBUNAL, events.ProviderPaid, events.Closed)
    ]
    found = decode_known(node.logs(book.deployed_block, head.number, contracts, wanted), contracts)
    return [log for log in found if isinstance(log, events.ProviderPaid) or getattr(log, "agreement", None) == agreement]


def _dispute_of(node: Node, period: int, own: Sequence[Event]) -> Dispute | None:
    disputed = next((log for log in own if isinstance(log, events.Disputed) and log.period == period), None)
    if disputed is None:
        return None
    begun = node.block(disputed.block_hash)
    decided = next((log for log in own if isinstance(log, events.Decided) and log.period == period), None)
    if decided is None:
        return Dispute(disputed, begun)
    ruled = next((log for log in own if isinstance(log, Ruled) and log.period == period), None)
    return Dispute(disputed, begun, ruled, decided, node.block(decided.block_hash))


def _ruling(log: events.Decided) -> Ruling:
    return Ruling(log.outcome, log.credit_bps, log.slash_bps, Ruling.winner_of(log.winner))


def _reported(node: Node, book: AddressBook, accepted: events.Accepted) -> events.Reported:
    """The report that a row came with: the last one before it in its transaction."""
    logs = decode_known(node.logs_of_block(accepted.block_hash, [book.pactum]), [book.pactum])
    before = [
        log
        for log in logs
        if isinstance(log, events.Reported) and log.tx_hash == accepted.tx_hash and log.log_index < accepted.log_index
    ]
    if not before:
        raise BadInput("a row without a report", value=accepted.tx_hash, remedy="is this node telling everything?")
    return before[-1]


def _place(log: Event) -> tuple[int, int]:
    return log.block_number, log.log_index
