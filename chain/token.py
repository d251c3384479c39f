"""The typed client of tokens."""

from __future__ import annotations

from chain.blocks import Receipt
from chain.calls import Contract
from chain.sender import CallSender


class TokenClient(Contract):
    """An ERC-20, and the minting of the devnet's test token."""

    def approve(self, sender: CallSender, spender: str, amount: int) -> Receipt:
        """Lets a contract pull up to an amount from the sender."""
        return sender.send(self.call("approve(address,uint256)", spender, amount))

    def transfer(self, sender: CallSender, to: str, amount: int) -> Receipt:
        """Sends tokens of the sender."""
        return sender.send(self.call("transfer(address,uint256)", to, amount))

    def mint(self, sender: CallSender, to: str, amount: int) -> Receipt:
        """Makes tokens out of nothing: only the devnet's MockToken does."""
        return sender.send(self.call("mint(address,uint256)", to, amount))

    def balance_of(self, owner: str) -> int:
        """Tokens of an owner, in the smallest unit."""
        return int(self.read_value("uint256", "balanceOf(address)", owner))

    def allowance(self, owner: str, spender: str) -> int:
        """What a spender may still pull from an owner."""
        return int(self.read_value("uint256", "allowance(address,address)", owner, spender))

    def decimals(self) -> int:
        """How many digits of an amount stand after the point."""
        return int(self.read_value("uint8", "decimals()"))

    def symbol(self) -> str:
        """The token's short name."""
        return str(self.read_value("string", "symbol()"))

    def permit_nonce(self, owner: str) -> int:
        """The nonce of an owner's next ERC-2612 permit. Raises TransactionReverted or NoContract where the token has none."""
        return int(self.read_value("uint256", "nonces(address)", owner))

    def domain_separator(self) -> bytes:
        """The EIP-712 domain separator under which the token's permits are signed."""
        return bytes(self.read_value("bytes32", "DOMAIN_SEPARATOR()"))
