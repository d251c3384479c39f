"""What the chain says of one agreement-period, read from logs and call data alone: no database is asked, and none is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from chain import events
from chain.abi import selector
from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.calls import abi_of
from chain.events import Event, decode_known, topics
from chain.node import Node, octets
from chain.values import Header
from chain.words import WORD, codec, decode_uint
from governance.errors import BadInput, FatalError
from settlement.split import from_deposit

_FOLLOWED = (events.Accepted, events.Settled, events.Expired)
_REPORT = f"report({abi_of(Header)},uint256[],uint256,bytes)"
_SELECTOR = 4
_ROWS, _SIGNERS, _SIGNATURES = 5, 6, 7  # the words after the header's five: two places of what is dynamic, and the mask


Found = TypeVar("Found", bound=Event)


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
class ReportedPeriod:
    """What the chain says of a period that was reported. ``deposit_left`` is what earlier awards had left of the deposit."""

    accepted: events.Accepted
    reported: events.Reported
    settled: events.Settled | None
    deposit_left: int
    decided_in: BlockStamp


@dataclass(frozen=True, slots=True)
class ExpiredPeriod:
    """What the chain says of a period that nobody reported in time. An ``accepted`` row would contradict that."""

    expired: events.Expired
    accepted: events.Accepted | None
    deposit_left: int
    decided_in: BlockStamp


def follow(node: Node, book: AddressBook, agreement: int, period: int, deposit: int) -> ReportedPeriod | ExpiredPeriod:
    """Reads what was decided of a period. Raises NotDecided, NodeUnavailable, or BadInput for logs that contradict each other."""
    own = _logs_of(node, book, agreement)
    accepted = _only([log for log in own if isinstance(log, events.Accepted) and log.period == period])
    settled = _only([log for log in own if isinstance(log, events.Settled) and log.period == period])
    expired = _only([log for log in own if isinstance(log, events.Expired) and log.first <= period < log.first + log.count])
    if expired is not None:
        left = deposit - sum(_taken(log) for log in own if _place(log) < _place(expired))
        return ExpiredPeriod(expired, accepted, left, node.block(expired.block_hash))
    if accepted is None:
        raise NotDecided(f"period {period} of agreement 0x{agreement:024x} is not decided", value=period, remedy="ask when it is")
    left = deposit - sum(_taken(log) for log in own if _place(log) < _place(settled or accepted))
    return ReportedPeriod(accepted, _reported(node, book, accepted), settled, left, node.block(accepted.block_hash))


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


def _logs_of(node: Node, book: AddressBook, agreement: int) -> list[events.Accepted | events.Settled | events.Expired]:
    wanted = [topic for event, topic in topics().items() if event in _FOLLOWED]
    head = node.block("latest").number
    found = decode_known(node.logs(book.deployed_block, head, [book.pactum], wanted), [book.pactum])
    return [
        log for log in found if isinstance(log, (events.Accepted, events.Settled, events.Expired)) and log.agreement == agreement
    ]


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


def _only(logs: Sequence[Found]) -> Found | None:
    if len(logs) > 1:
        raise BadInput(f"{len(logs)} logs decide the same period", value=logs, remedy="is this node telling the truth?")
    return logs[0] if logs else None


def _taken(log: events.Accepted | events.Settled | events.Expired) -> int:
    return from_deposit(log.division) if isinstance(log, events.Settled) else 0


def _place(log: Event) -> tuple[int, int]:
    return log.block_number, log.log_index
