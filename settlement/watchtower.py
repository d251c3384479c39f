"""The watchtower: derives accepted rows again while they can be disputed, and says which do not follow from what was observed.

Anybody may run one. It reads the chain, and believes neither committee nor relay; whether a dispute is worth its bond, and who
sends it, is for the caller to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chain import events
from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.contracts import TribunalClient
from chain.docket import Docket
from chain.events import Event, decode_known, topics
from chain.hashing import keccak
from chain.node import Node
from chain.sender import Call
from settlement.audit import Auditor, EvidenceSource, ObservationSets, UnknownAgreement
from settlement.audit_checks import AuditReport, Result
from settlement.audit_trail import Acceptance

_FOLLOWED = (events.Reported, events.Accepted, events.Settled, events.Expired, events.RowHeld)
UNPRODUCED = "the observation set"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A row that can be disputed before ``matures_s``, and the report of the checks that it did not stand.

    ``produced`` False: nobody gives the observation set, so that nothing is refuted, and nothing shown. Such a row may be
    disputed to NoData; but who asks early may only have asked too early.
    """

    row: int
    matures_s: int
    report: AuditReport
    produced: bool

    @property
    def grounds(self) -> bytes:
        """What the dispute names as its grounds: the hash of ``document``, which the arbiter is to be given."""
        return keccak(self.document)

    @property
    def document(self) -> bytes:
        """The report of the checks, as JSON with sorted keys."""
        return json.dumps(self.report.document(), sort_keys=True, separators=(",", ":")).encode()

    def call(self, tribunal: TribunalClient, most_bond: int) -> Call:
        """The call that disputes the row; it is refused where the bond is more than ``most_bond``."""
        return tribunal.call("dispute(uint256,bytes32,uint256)", self.row, self.grounds, most_bond)


class Watchtower:
    """Watches one deployment. To be used from one thread."""

    def __init__(
        self, docket: Docket, node: Node, book: AddressBook, sets: ObservationSets, evidence: Sequence[EvidenceSource]
    ) -> None:
        self._docket = docket
        self._node = node
        self._book = book
        self._auditor = Auditor(docket, node, book, sets, evidence)

    def look(self, since_block: int | None = None) -> list[Suspicion]:
        """The rows that can be disputed now and should be, those that mature first before others.

        ``since_block`` is one before which no row that can still be disputed was accepted; by default, the first. The docket must
        have been refreshed. Raises NodeUnavailable.
        """
        head = self._node.block("latest")
        first = self._book.deployed_block if since_block is None else since_block
        waiting = [(self._matures_s(one), one) for one in self._waiting(first, head)]
        due = sorted((pair for pair in waiting if pair[0] > head.timestamp_s), key=lambda pair: pair[0])
        return [found for matures_s, one in due if (found := self._suspicion(one, matures_s)) is not None]

    def _waiting(self, first: int, head: BlockStamp) -> Iterator[Acceptance]:
        """The accepted rows that nothing has settled or disputed, of agreements that the docket knows."""
        wanted = [topic for event, topic in topics().items() if event in _FOLLOWED]
        logs = decode_known(self._node.logs(first, head.number, [self._book.pactum], wanted), [self._book.pactum])
        known = [(row, report) for row, report in standing(logs) if self._docket.agreement(row.agreement) is not None]
        blocks = self._node.blocks(sorted({row.block_number for row, _ in known}))
        stamps = {stamp.number: stamp for stamp in blocks}
        for row, report in known:
            yield Acceptance(row, report, stamps[row.block_number])

    def _matures_s(self, found: Acceptance) -> int:
        record = self._docket.agreement(found.accepted.agreement)
        return found.block.timestamp_s + (record.parameters.dispute_window if record is not None else 0)

    def _suspicion(self, found: Acceptance, matures_s: int) -> Suspicion | None:
        try:
            report = self._auditor.derive(found)
        except UnknownAgreement:
            return None
        if report.result is Result.FAILED:
            return Suspicion(found.accepted.row, matures_s, report, produced=True)
        unproduced = any(check.name == UNPRODUCED and check.result is Result.UNVERIFIED for check in report.checks)
        return Suspicion(found.accepted.row, matures_s, report, produced=False) if unproduced else None


def standing(logs: Iterable[Event]) -> list[tuple[events.Accepted, events.Reported]]:
    """The rows that wait after these logs of Pactum, which are in order, each with the report that it came with. Pure."""
    waiting: dict[int, tuple[events.Accepted, events.Reported]] = {}
    report: events.Reported | None = None
    for log in logs:
        match log:
            case events.Reported():
                report = log
            case events.Accepted() if report is not None and report.tx_hash == log.tx_hash:
                waiting[log.agreement] = log, report
            case events.Settled() | events.Expired() | events.RowHeld():
                waiting.pop(log.agreement, None)
    return list(waiting.values())
