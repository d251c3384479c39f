"""The watcher: follows the logs of one deployment into the tables, and takes back what a re-organisation undid.

Blocks at or below the confirmed one are read in ranges; above it, block by block and by hash, since a node need not say that
logs were removed. Every step commits whole blocks, so it may be killed anywhere: the next step goes on where the tables end.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from chain import events
from chain.addressbook import AddressBook
from chain.blocks import BlockStamp
from chain.contracts import CommitteeClient, LawStoneClient
from chain.events import Event, decode_known
from chain.hashing import text_id
from chain.node import BlockUnknown, Node
from governance.errors import FatalError, RetryableError
from settlement.account import Constants
from settlement.apply import Gas, apply_block, hex_of
from settlement.memory import Memory
from settlement.money_tables import Rewindable
from settlement.store import Store
from settlement.tables import BlockRow, DeploymentRow, LawEventRow, LawTextRow

RANGE = 2_000
STEP_BLOCKS = 200
FINALIZED = "finalized"
log = logging.getLogger(__name__)


class ForeignDatabase(FatalError):
    """The database follows another deployment."""


class ChainMoved(RetryableError):
    """The chain was re-organised while it was read; nothing of that read was kept."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step did: how many blocks were taken back, which is the newest one now, and whether the chain has more."""

    rewound: int
    block: BlockStamp
    behind: bool


class Watcher:
    """Follows one deployment. ``confirmations`` None confirms what the node calls finalized; n confirms n blocks below the head.

    Raises ForeignDatabase at the first step if the database follows another one.
    """

    def __init__(self, node: Node, book: AddressBook, store: Store, confirmations: int | None = None) -> None:
        self._node = node
        self._book = book
        self._store = store
        self._confirmations = confirmations
        self._law_stone = LawStoneClient(node, book.law_stone)
        self._constants: Constants | None = None

    def catch_up(self) -> Progress:
        """Steps until the tables are at the head. Raises NodeUnavailable, StoreUnavailable or ChainMoved: try again later."""
        progress = self.step()
        rewound = progress.rewound
        while progress.behind:
            progress = self.step()
            rewound += progress.rewound
        self.fetch_law_texts()
        return Progress(rewound, progress.block, False)

    def step(self) -> Progress:
        """Takes back what the chain no longer has, then reads one stretch of blocks. Raises as ``catch_up`` does."""
        head = self._node.block("latest")
        confirmed = self._confirmed(head)
        self._enrol()
        rewound = self._rewind()
        first = self._next_block()
        if first > head.number:
            self._confirm(confirmed)
            return Progress(rewound, head, behind=False)
        newest = self._read_range(first, confirmed) if first <= confirmed else self._read_blocks(first, head.number)
        self._confirm(confirmed)
        return Progress(rewound, newest, behind=newest.number < head.number)

    def fetch_law_texts(self) -> None:
        """Fetches the texts of published laws that are not here yet; a text is kept only if its hash is the law's id.

        The raw bytes are kept: anybody may publish a law that is no UTF-8, and it is a law that nobody can enact with sense.
        """
        with self._store.read() as session:
            known = select(LawTextRow.law)
            missing = list(session.scalars(select(LawEventRow.law).where(LawEventRow.law.not_in(known)).distinct()))
        for law in missing:
            key = bytes.fromhex(law.removeprefix("0x"))
            text: bytes = self._law_stone.read_value("bytes", "textOf(bytes32)", key)
            if text_id(text) != key:
                raise ChainMoved(f"the node has no text for law {law} now", value=law, remedy="is this node in step?")
            with self._store.write() as session:
                session.merge(LawTextRow(law=law, text=text))

    def _confirmed(self, head: BlockStamp) -> int:
        if self._confirmations is not None:
            return head.number - self._confirmations
        try:
            return self._node.block(FINALIZED).number
        except BlockUnknown:  # a young chain has finalized nothing yet
            return -1

    def _enrol(self) -> None:
        """Binds the database to this deployment, for good."""
        with self._store.read() as session:
            row = session.get(DeploymentRow, 1)
        if row is None:
            with self._store.write() as session:
                session.merge(_deployment(self._book))
        elif (row.chain_id, row.pactum) != (self._book.chain_id, self._book.pactum):
            raise ForeignDatabase(
                f"this database follows Pactum {row.pactum} on chain {row.chain_id}",
                value=self._book.pactum,
                remedy="give each deployment a database of its own",
            )

    def _rewind(self) -> int:
        """Deletes every block that the chain no longer has, in one transaction; returns how many."""
        with self._store.read() as session:
            stored = select(func.max(BlockRow.block_number))
            newest = session.scalar(stored)
            if newest is None or self._on_chain(session, newest):
                return 0
            common = self._last_common(session)
        with self._store.write() as session:
            row = session.get_one(DeploymentRow, 1)
            if common < row.confirmed_block:
                log.error("finality broke: block %s was confirmed and is gone; %s is common", row.confirmed_block, common)
                row.confirmed_block = common
            undone = session.scalar(select(func.count()).select_from(BlockRow).where(BlockRow.block_number > common)) or 0
            rewind(session, common)
        log.warning("re-organisation: took back %s blocks, down to %s", undone, common)
        return undone

    def _last_common(self, session: Session) -> int:
        """The newest stored block that is on the chain, by bisection: whatever is below a common block is common too."""
        numbers = list(session.scalars(select(BlockRow.block_number).order_by(BlockRow.block_number)))
        low, high = 0, len(numbers) - 1  # numbers[high] is known not to be on the chain
        while low < high:
            middle = (low + high) // 2
            if self._on_chain(session, numbers[middle]):
                low = middle + 1
            else:
                high = middle
        return numbers[low - 1] if low else self._book.deployed_block - 1

    def _on_chain(self, session: Session, number: int) -> bool:
        try:
            return hex_of(self._node.block(number).hash) == session.get_one(BlockRow, number).hash
        except BlockUnknown:
            return False

    def _next_block(self) -> int:
        with self._store.read() as session:
            newest = session.scalar(select(func.max(BlockRow.block_number)))
        return self._book.deployed_block if newest is None else newest + 1

    def _read_range(self, first: int, confirmed: int) -> BlockStamp:
        """Reads confirmed blocks; only those with logs are stored, and the last one, so that a later walk-back finds it."""
        last = self._node.block(min(first + RANGE - 1, confirmed))
        found = decode_known(self._node.logs(first, last.number, self._book.contracts), self._book.contracts)
        stamps = self._node.blocks(sorted({event.block_number for event in found} | {last.number}))
        hashes = {stamp.number: stamp.hash for stamp in stamps}
        # Both ends still stand where they stood, so that what was read between them is of one chain.
        if not self._stands(first - 1) or self._node.block(last.number).hash != last.hash or hashes[last.number] != last.hash:
            raise ChainMoved(f"the chain moved below block {last.number}", value=last.number)
        if any(hashes[event.block_number] != event.block_hash for event in found):
            raise ChainMoved(f"the chain moved below block {last.number}", value=last.number)
        self._store_blocks(stamps, found)
        return last

    def _stands(self, number: int) -> bool:
        with self._store.read() as session:
            return session.get(BlockRow, number) is None or self._on_chain(session, number)

    def _read_blocks(self, first: int, head: int) -> BlockStamp:
        """Reads blocks that may still go, each by its hash and only as the child of the one before."""
        stamps = self._node.blocks(range(first, min(head, first + STEP_BLOCKS - 1) + 1))
        self._check_parents(stamps)
        found: list[Event] = []
        try:
            for stamp in stamps:
                found += decode_known(self._node.logs_of_block(stamp.hash, self._book.contracts), self._book.contracts)
        except BlockUnknown as error:
            raise ChainMoved(f"the chain moved above block {first}", value=first) from error
        self._store_blocks(stamps, found)
        return stamps[-1]

    def _check_parents(self, stamps: Sequence[BlockStamp]) -> None:
        with self._store.read() as session:
            row = session.get(BlockRow, stamps[0].number - 1)
        expected = None if row is None else bytes.fromhex(row.hash.removeprefix("0x"))
        for stamp in stamps:
            if expected is not None and stamp.parent_hash != expected:
                raise ChainMoved(f"block {stamp.number} has another parent", value=stamp.number)
            expected = stamp.hash

    def _store_blocks(self, stamps: Sequence[BlockStamp], found: Sequence[Event]) -> None:
        gas, constants = self._gas_of(found), self._known_constants()
        by_block: dict[int, list[Event]] = {stamp.number: [] for stamp in stamps}
        for event in found:
            by_block[event.block_number].append(event)
        with self._store.write() as session:
            # Another process may have read the same blocks meanwhile; its copy stands.
            newest = session.scalar(select(func.max(BlockRow.block_number)))
            memory = Memory(session)
            for stamp in stamps:
                if newest is None or stamp.number > newest:
                    apply_block(memory, stamp, by_block[stamp.number], gas, constants)

    def _known_constants(self) -> Constants:
        """Asked of the node once: no log says what the bonds are in, and nothing can change it."""
        if self._constants is None:
            bond_token = CommitteeClient(self._node, self._book.committee).bond_token()
            self._constants = Constants(self._book.tribunal, bond_token)
        return self._constants

    def _gas_of(self, found: Sequence[Event]) -> dict[bytes, Gas]:
        costs: dict[bytes, Gas] = {}
        for event in found:
            if isinstance(event, events.Reported) and event.tx_hash not in costs:
                mined = self._node.receipt(event.tx_hash)
                if mined is None or mined[0].block_hash != event.block_hash:
                    raise ChainMoved(f"transaction {hex_of(event.tx_hash)} moved", value=event.tx_hash)
                costs[event.tx_hash] = Gas(mined[0].gas_used, mined[0].effective_gas_price)
        return costs

    def _confirm(self, confirmed: int) -> None:
        with self._store.read() as session:
            row = session.get_one(DeploymentRow, 1)
            newest = session.scalar(select(func.max(BlockRow.block_number)))
        reached = min(confirmed, -1 if newest is None else newest)
        if reached > row.confirmed_block:
            with self._store.write() as session:
                session.get_one(DeploymentRow, 1).confirmed_block = reached


def rewind(session: Session, block_number: int) -> None:
    """Deletes everything above a block. The caller owns the transaction."""
    for table in Rewindable.TABLES:
        session.execute(delete(table).where(table.__table__.c.block_number > block_number))


def _deployment(book: AddressBook) -> DeploymentRow:
    return DeploymentRow(id=1, chain_id=book.chain_id, pactum=book.pactum, first_block=book.deployed_block, confirmed_block=-1)
