"""Letting the contracts pull what a command is about to pay, and nothing more."""

from __future__ import annotations

from chain.calls import NoContract
from chain.keys import Signer
from chain.permits import Permit, sign_permit
from chain.reverts import TransactionReverted
from chain.sender import CallSender
from cli.connection import Connection

PERMIT_S = 3_600
_PERMIT = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"


def approve(connection: Connection, sender: CallSender, token: str, spender: str, amount: int) -> None:
    """Lets a contract pull exactly this amount, unless it may already."""
    client = connection.token(token)
    if client.allowance(sender.address, spender) < amount:
        client.approve(sender, spender, amount)


def permit_for_fees(connection: Connection, signer: Signer, token: str, amount: int) -> Permit | None:
    """A signed permit for Pactum to pull this amount; None where it may already, or where the token takes no ERC-2612 permits.

    The token is asked first whether it would take this very permit: some have permits of a form of their own.
    """
    client, pactum = connection.token(token), connection.book.pactum
    if client.allowance(signer.address, pactum) >= amount:
        return None
    try:
        permit = sign_permit(client, signer, pactum, amount, connection.now_s + PERMIT_S)
        client.ask(_PERMIT, signer.address, pactum, permit.value, permit.deadline, *permit.parts)
    except (NoContract, TransactionReverted):
        return None
    return permit
