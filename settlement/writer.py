"""The rows of one block, while its events are entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chain import events
from chain.blocks import BlockStamp
from chain.events import Event
from settlement.account import Constants, Deal, postings_of
from settlement.ledger import Key
from settlement.life import Settling
from settlement.memory import Memory
from settlement.money_tables import BalanceRow, DepositRow, DivisionRow, PaymentRow, PostingRow, TotalRow
from settlement.tables import ReportRow
from settlement.totals import PARTS, TotalName


@dataclass(frozen=True, slots=True)
class Gas:
    """What a transaction cost: gas, and wei per gas."""

    used: int
    price: int


class Writer:
    """Adds rows for events to one session. ``report``, ``held`` and ``ruling`` are what an event before says of the next."""

    def __init__(self, memory: Memory, block: BlockStamp, gas: Mapping[bytes, Gas], constants: Constants) -> None:
        self.memory = memory
        self.session = memory.session
        self.block = block
        self.gas = gas
        self.report: ReportRow | None = None
        self.held: events.RowHeld | None = None
        self.ruling: events.Confirmed | events.Replaced | events.Lapsed | None = None
        self.constants = constants
        self._moved: dict[Key, int] = {}
        self._sums: dict[Key, int] = defaultdict(int)

    def post(self, event: Event, deal: Deal | None) -> None:
        """Enters an event's postings in the ledger. ``deal`` is what the event leaves unsaid."""
        agreement = getattr(event, "agreement", None)
        for line, posting in enumerate(postings_of(event, self.constants, deal)):
            key = posting.account, posting.token
            self._moved[key] = self.memory.move_balance(key, posting.amount)
            self.session.add(
                PostingRow(
                    **self.place(event),
                    line=line,
                    event=type(event).__name__,
                    agreement=agreement,
                    account=posting.account,
                    token=posting.token,
                    amount=posting.amount,
                )
            )

    def close(self) -> None:
        """Stores the balances and sums that the block moved."""
        number = self.block.number
        for (account, token), balance in self._moved.items():
            self.session.add(BalanceRow(account=account, token=token, block_number=number, balance=balance))
        for (name, token), amount in self._sums.items():
            total = self.memory.move_total((name, token), amount)
            self.session.add(TotalRow(name=name, token=token, block_number=number, total=total))

    def place(self, event: Event) -> dict[str, Any]:
        """The columns that say where a row came from."""
        return {"block_number": event.block_number, "log_index": event.log_index, "tx_hash": hex_of(event.tx_hash)}

    def count(self, name: str, amount: int, token: str = "") -> None:
        """Adds to a running sum."""
        self._sums[name, token] += amount

    def deal(self, agreement: int, **more: Any) -> Deal:
        """An agreement's parties and token, and what an event does to it."""
        opened = self.memory.agreement(agreement)
        return Deal(agreement, opened.provider, opened.customer, opened.token, **more)

    def settle(self, event: Event, agreement: int, settled: Settling) -> None:
        """Adds a division."""
        opened = self.memory.agreement(agreement)
        parts = {part: getattr(settled.division, part) for part in PARTS}
        self.session.add(
            DivisionRow(
                **self.place(event),
                first=settled.first,
                agreement=agreement,
                provider_address=opened.provider,
                customer_address=opened.customer,
                token=opened.token,
                count=settled.count,
                expired=settled.expired,
                disputed=settled.disputed,
                outcome=settled.outcome,
                **parts,
                winner=settled.winner,
                reward=settled.reward,
                settled_at_s=self.block.timestamp_s,
            )
        )
        self.count(TotalName.outcome(settled.outcome), settled.count)
        self.count(TotalName.REWARDS, settled.reward, opened.token)
        for part, amount in parts.items():
            self.count(TotalName.part(part), amount * settled.count, opened.token)

    def keep_deposit(self, event: Event, agreement: int) -> None:
        """Adds what now stands of an agreement's deposit."""
        deposit = self.memory.life(agreement).deposit
        self.session.add(
            DepositRow(**self.place(event), agreement=agreement, left=deposit.left, kept=deposit.kept, due=deposit.due)
        )

    def pay(
        self, event: Event, kind: str, party: str, receiver: str | None, token: str, amount: int, line: int = 0, **more: Any
    ) -> None:
        """Adds a payment."""
        columns = {"agreement": None, "configuration": None, "observers": None, "payee": None, "from_deposit": 0} | more
        self.session.add(
            PaymentRow(
                **self.place(event), line=line, kind=kind, party=party, receiver=receiver, token=token, amount=amount, **columns
            )
        )
        self.count(TotalName.paid(kind), amount, token)


Rule = Callable[[Writer, Any], Deal | None]


def hex_of(value: bytes) -> str:
    """Hashes as the tables hold them."""
    return "0x" + value.hex()
