"""The typed client of the Notary."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.calls import Contract, abi_of
from chain.events import Opened, decode_known
from chain.offers import Offer
from chain.permits import Permit
from chain.sender import Call, CallSender
from governance.errors import BadInput

_OFFER = abi_of(Offer)


class NotaryClient(Contract):
    """From signed offers to agreements. It holds no money: allowances and permits for the fees are Pactum's."""

    def publish_terms(self, sender: CallSender, text: str) -> Receipt:
        """Publishes a terms text, once for all agreements; open to everyone. Its id is ``text_id(text)``."""
        return sender.send(self.call("publishTerms(bytes)", text.encode()))

    def cancel_offer(self, sender: CallSender, nonce: int) -> Receipt:
        """Takes back the sender's own unused offer."""
        return sender.send(self.call("cancelOffer(uint256)", nonce))

    def open(
        self,
        sender: CallSender,
        offer: Offer,
        signature: bytes,
        start_s: int,
        periods: int,
        parameters: int,
        listing: int,
        permit: Permit | None = None,
    ) -> Receipt:
        """Opens an agreement as its customer, who consents to the parameters and the listing of these numbers.

        Pactum, not the Notary, must be approved for all fees, or ``permit`` allows it so in the same transaction.
        ``opened(receipt)`` gives the agreement. Raises TransactionReverted(ConditionsChanged) where other numbers are in force.
        """
        kinds = f"{_OFFER},bytes,uint64,uint32,uint32,uint32"
        opening = self.call(f"open({kinds})", offer, signature, start_s, periods, parameters, listing)
        return sender.send(self.together(self._permit_call(permit), opening) if permit else opening)

    def opened(self, receipt: Receipt) -> Opened:
        """The opening that a receipt of ``open`` tells of. Raises BadInput where there is none."""
        for event in decode_known(receipt.logs, {self.address}):
            if isinstance(event, Opened):
                return event
        raise BadInput("this transaction opened no agreement", value=receipt.tx_hash, remedy="give the receipt of an opening")

    def is_published(self, terms: bytes) -> bool:
        """Whether a terms text is on chain."""
        return bool(self.read_value("bool", "isPublished(bytes32)", terms))

    def is_spent(self, provider: str, nonce: int) -> bool:
        """Whether a provider's nonce has opened an agreement or was cancelled."""
        return bool(self.read_value("bool", "isSpent(address,uint256)", provider, nonce))

    def offer_digest(self, offer: Offer) -> bytes:
        """The contract's own digest of an offer."""
        return bytes(self.read_value("bytes32", f"offerDigest({_OFFER})", offer))

    def _permit_call(self, permit: Permit) -> Call:
        v, r, s = permit.parts
        signature = "permit(address,uint256,uint256,uint8,bytes32,bytes32)"
        return self.call(signature, permit.token, permit.value, permit.deadline, v, r, s)
