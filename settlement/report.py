"""From signed proposals to reports on chain: looks at what is signed and what the chain has, and sends what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chain.calls import Contract, abi_of
from chain.contracts import PactumClient
from chain.node import NodeRefused
from chain.quorum import join_signatures
from chain.sender import Call
from chain.values import Header
from oracle.rows import Key
from settlement import relay_store
from settlement.outbox import Outbox
from settlement.progress import chain_time_s, confirmed_block, undecided
from settlement.relay_store import Draft, keys_of
from settlement.store import Store
from settlement.world import World

KIND = "report"
PENDING = "pending"
_REPORT = f"report({abi_of(Header)},uint256[],uint256,bytes)"


@dataclass(frozen=True, slots=True)
class Signed:
    """A proposal that a quorum signed."""

    draft: Draft
    signatures: Mapping[int, bytes]


class Reporter:
    """Submits reports. The chain is the queue and the lock: what it has decided is never sent again."""

    def __init__(self, store: Store, world: World, pactum: PactumClient, outbox: Outbox) -> None:
        self._store = store
        self._world = world
        self._pactum = pactum
        self._outbox = outbox

    def step(self) -> int:
        """Submits every report that is due, those on more observers first; how many were mined.

        Proposals that can decide nothing any more are closed. Raises NodeUnavailable or StoreUnavailable: try again later.
        """
        self._close_spent()
        mined = 0
        for signed in self._due():
            if not self._outbox.busy(KIND, signed.draft.id):
                mined += self._submit(signed)
        return mined

    def _due(self) -> list[Signed]:
        """Proposals with a quorum of signatures whose periods have all ended on chain, and of which a row is still open."""
        with self._store.read() as session:
            chain_s = chain_time_s(session) or 0
            drafts = [draft for draft in relay_store.open_drafts(session) if self._ended(draft, chain_s)]
            signatures = relay_store.signatures_of(session, [draft.id for draft in drafts])
            return [
                Signed(draft, signatures[draft.id])
                for draft in drafts
                if self._has_quorum(draft, len(signatures[draft.id])) and undecided(session, keys_of(draft))
            ]

    def _submit(self, signed: Signed) -> int:
        call = report_call(self._pactum, signed)
        if not self._would_accept(call):
            return 0
        return int(self._outbox.send(KIND, signed.draft.id, call) is not None)

    def _would_accept(self, call: Call) -> bool:
        """Whether the node, asked as of its pending transactions, would accept a row: another relay may be on its way.

        A report that would be refused whole is sent to the outbox nevertheless, which asks again and keeps the reason.
        """
        try:
            answer = self._pactum.node.call(call.to or "", call.data, PENDING)
        except NodeRefused:
            return True
        return int.from_bytes(answer[:32]) > 0

    def _close_spent(self) -> None:
        """Closes proposals whose every row is decided beyond recall, or can no longer be reported as it is."""
        with self._store.read() as session:
            confirmed = confirmed_block(session)
            confirmed_s = chain_time_s(session, confirmed) or 0
            drafts = relay_store.open_drafts(session)
            late = [draft.id for draft in drafts if self._late(draft, confirmed_s)]
            lost = [draft.id for draft in drafts if self._rests_on_the_lost(draft)]
            decided = [draft.id for draft in drafts if not undecided(session, keys_of(draft), confirmed)]
        if late or decided or lost:
            with self._store.write() as session:
                for reason, ids in (("late", late), ("decided", decided), ("inactive", lost)):
                    relay_store.close_drafts(session, ids, reason)

    def _rests_on_the_lost(self, draft: Draft) -> bool:
        """Whether a proposal rests on a member that does not count any more: the contract would refuse it."""
        configuration = self._world.configuration(draft.header.configuration)
        return configuration is not None and draft.header.observers & ~configuration.active != 0

    def _ended(self, draft: Draft, chain_s: int) -> bool:
        return all(bounds is not None and bounds[0] <= chain_s for bounds in map(self._window, keys_of(draft)))

    def _late(self, draft: Draft, chain_s: int) -> bool:
        return all(bounds is not None and bounds[1] <= chain_s for bounds in map(self._window, keys_of(draft)))

    def _window(self, key: Key) -> tuple[int, int] | None:
        """When a period can be reported, end exclusive; None where the agreement is not known here (yet)."""
        record = self._world.agreements().get(key[0])
        if record is None:
            return None
        end_s = record.calendar.bounds(key[1])[1]
        return end_s, end_s + record.parameters.report_deadline

    def _has_quorum(self, draft: Draft, signatures: int) -> bool:
        configuration = self._world.configuration(draft.header.configuration)
        return configuration is not None and signatures >= configuration.quorum


def report_call(pactum: Contract, signed: Signed) -> Call:
    """The call that submits a report with all signatures that there are."""
    signers, joined = join_signatures(signed.signatures)
    return pactum.call(_REPORT, signed.draft.header, list(signed.draft.rows), signers, joined)
