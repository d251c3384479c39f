"""The typed client of the Zone."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.calls import Contract
from chain.events import ThawStarted, decode_known
from chain.hashing import ZERO_ADDRESS
from chain.sender import CallSender
from chain.values import Stake, ThawRequest
from governance.errors import BadInput


class ZoneClient(Contract):
    """The registry of providers and the keeper of their stake."""

    def register(self, sender: CallSender, payout: str, profile: str) -> Receipt:
        """Enters or replaces the sender's record. ``profile`` is JSON text."""
        return sender.send(self.call("register(address,bytes)", payout, profile.encode()))

    def stake(self, sender: CallSender, token: str, amount: int) -> Receipt:
        """Adds to the sender's stake; Zone must be approved for the amount."""
        return sender.send(self.call("stake(address,uint256)", token, amount))

    def thaw(self, sender: CallSender, token: str, amount: int) -> Receipt:
        """Asks for stake of the sender's; it backs no new agreement from now on. ``thaw_started(receipt)`` gives the request."""
        return sender.send(self.call("thaw(address,uint256)", token, amount))

    def thaw_started(self, receipt: Receipt) -> ThawStarted:
        """The request that a receipt of ``thaw`` tells of. Raises BadInput where there is none."""
        for event in decode_known(receipt.logs, {self.address}):
            if isinstance(event, ThawStarted):
                return event
        raise BadInput("this transaction asked for no stake", value=receipt.tx_hash, remedy="give the receipt of a thaw")

    def restake(self, sender: CallSender, token: str, request: int) -> Receipt:
        """Takes a request of the sender's back; what is left of it may back agreements again."""
        return sender.send(self.call("restake(address,uint256)", token, request))

    def withdraw(self, sender: CallSender, token: str, request: int) -> Receipt:
        """Sends what is left of a thawed request to the sender's payout address."""
        return sender.send(self.call("withdraw(address,uint256)", token, request))

    def payout_of(self, provider: str) -> str | None:
        """Where a provider is paid; None where it is not registered."""
        payout = str(self.read_value("address", "payoutOf(address)", provider))
        return None if payout == ZERO_ADDRESS else payout

    def profile_of(self, provider: str) -> bytes:
        """Hash of a provider's profile text."""
        return bytes(self.read_value("bytes32", "profileOf(address)", provider))

    def stake_of(self, provider: str, token: str) -> Stake:
        """A provider's stake in a token."""
        return self.read_struct(Stake, "stakeOf(address,address)", provider, token)

    def free_of(self, provider: str, token: str) -> int:
        """What agreements could still lock of a provider's stake."""
        return int(self.read_value("uint256", "freeOf(address,address)", provider, token))

    def request_of(self, provider: str, token: str, request: int) -> ThawRequest | None:
        """A provider's request for stake; None where there is none, or it was taken."""
        found = self.read_struct(ThawRequest, "requestOf(address,address,uint256)", provider, token, request)
        return found if found.thaws_at else None
