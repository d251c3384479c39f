"""The typed client of the Tribunal."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.calls import Contract
from chain.events import Disputed, decode_known
from chain.hashing import ZERO_ADDRESS
from chain.sender import CallSender
from chain.values import Dispute
from governance.errors import BadInput
from governance.values import Outcome


class TribunalClient(Contract):
    """Where rows are disputed, and where the bonds of disputes are kept."""

    def dispute(self, sender: CallSender, row: int, grounds: bytes, most_bond: int) -> Receipt:
        """Disputes a row that waits, as it was accepted. The sender must have approved the Tribunal for the bond.

        ``grounds`` is the hash of whatever the disputer argues from; ``most_bond`` the most that it would put up.
        """
        return sender.send(self.call("dispute(uint256,bytes32,uint256)", row, grounds, most_bond))

    def disputed(self, receipt: Receipt) -> Disputed:
        """The dispute that a receipt of ``dispute`` tells of. Raises BadInput where there is none."""
        for event in decode_known(receipt.logs, {self.address}):
            if isinstance(event, Disputed):
                return event
        raise BadInput("this transaction disputed nothing", value=receipt.tx_hash, remedy="give the receipt of a dispute")

    def confirm(self, sender: CallSender, agreement: int, period: int) -> Receipt:
        """Lets the row stand. The agreement's arbiter only, before the deadline."""
        return sender.send(self.call("confirm(uint96,uint32)", agreement, period))

    def replace(
        self, sender: CallSender, agreement: int, period: int, outcome: Outcome, credit_bps: int, slash_bps: int
    ) -> Receipt:
        """Puts another verdict in the row's place, within the consented caps. The arbiter only, before the deadline."""
        verdict = (int(outcome), credit_bps, slash_bps)
        return sender.send(self.call("replace(uint96,uint32,uint8,uint16,uint16)", agreement, period, *verdict))

    def lapse(self, sender: CallSender, agreement: int, period: int) -> Receipt:
        """Lets the row stand after the deadline; anyone may."""
        return sender.send(self.call("lapse(uint96,uint32)", agreement, period))

    def claim(self, sender: CallSender, account: str, token: str) -> Receipt:
        """Pays an account the bonds and halves of bonds that are its; anyone may."""
        return sender.send(self.call("claim(address,address)", account, token))

    def claim_dao(self, sender: CallSender, token: str) -> Receipt:
        """Pays the treasury that Pactum names its halves of lost bonds; anyone may."""
        return sender.send(self.call("claimDao(address)", token))

    def dispute_of(self, agreement: int, period: int) -> Dispute | None:
        """A row's dispute, open or decided; None where there was none."""
        found = self.read_struct(Dispute, "disputeOf(uint96,uint32)", agreement, period)
        return None if found.disputer == ZERO_ADDRESS else found

    def claimable_of(self, account: str, token: str) -> int:
        """What an account could claim now."""
        return int(self.read_value("uint256", "claimableOf(address,address)", account, token))

    def claimable_of_dao(self, token: str) -> int:
        """What the treasury could claim of lost bonds now."""
        return int(self.read_value("uint256", "claimableOfDao(address)", token))

    def owed(self, token: str) -> int:
        """All that is owed in a token, and in open disputes; the Tribunal's balance covers it."""
        return int(self.read_value("uint256", "owed(address)", token))
