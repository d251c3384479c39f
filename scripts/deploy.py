"""Deploys and verifies a whole instance: ``ape run deploy --parameters FILE --book FILE --network ... --account ...``.

An interrupted run is gone on with by running it again: the journal beside the address book says how far it came.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand, account_option
from ape.exceptions import ApeException

from chain.blocks import Receipt
from chain.deployment import deploy, open_journal
from chain.hashing import address_of
from chain.instance_file import load_instance
from chain.node import Node, NodeRefused, quantity
from chain.reverts import is_revert, reverted
from chain.sender import Call, WrongChain, estimate_gas
from chain.verification import verify
from governance.errors import RetryableError, SuretyError


class Unsent(RetryableError):
    """Ape did not get a transaction mined."""


class ApeSender:
    """Sends through an account and a provider of ape's; what a contract refuses is told as the house tells it."""

    def __init__(self, account: AccountAPI, node: Node) -> None:
        self.address = address_of(str(account.address))
        self._account = account
        self._node = node

    def send(self, call: Call) -> Receipt:
        """Executes a call and waits until it is mined."""
        try:
            gas = estimate_gas(self._node, self.address, call)
        except NodeRefused as error:
            raise reverted(error) if is_revert(error) else error from error
        return self._mined(self._transact(call, gas))

    def _transact(self, call: Call, gas: int) -> bytes:
        fields: dict[str, Any] = {"data": call.data, "value": call.value, "gas_limit": gas}
        fields |= {"receiver": call.to} if call.to else {}
        try:
            receipt = self._account.call(self._account.provider.network.ecosystem.create_transaction(**fields))
        except (ApeException, OSError) as error:  # what requests raises is an OSError
            raise Unsent(str(error), remedy="look at the cause, and run again") from error
        return bytes.fromhex(receipt.txn_hash.removeprefix("0x"))

    def _mined(self, tx_hash: bytes) -> Receipt:
        found = self._node.receipt(tx_hash)
        if found is None or not found[1]:
            raise Unsent(f"transaction 0x{tx_hash.hex()} did not succeed", value=tx_hash, remedy="look at it, and run again")
        return found[0]


@click.command(cls=ConnectedProviderCommand, short_help="Deploy and verify a whole instance")
@account_option()
@click.option("--parameters", required=True, type=click.Path(path_type=Path), help="What it begins with: examples/instance.yaml.")
@click.option("--book", required=True, type=click.Path(path_type=Path), help="The address book to write.")
@click.option("--yes", is_flag=True, help="Do not ask before the first transaction.")
def cli(account: AccountAPI, provider: Any, parameters: Path, book: Path, yes: bool) -> None:
    """Deploy a whole instance from one parameter file, verify it, and write its address book.

    Run it again after an interruption: it goes on where it stopped, and creates nothing twice.
    """
    try:
        _run(account, provider, parameters, book, sure=yes)
    except SuretyError as error:
        raise click.ClickException(str(error)) from error


def _run(account: AccountAPI, provider: Any, parameters: Path, book_path: Path, *, sure: bool) -> None:
    instance = load_instance(parameters)
    node = Node(provider.http_uri, provider=provider.web3.provider)
    if (found := node.chain_id()) != instance.chain_id:
        message = f"the network is chain {found}, {parameters} is for chain {instance.chain_id}"
        raise WrongChain(message, value=found, remedy="name the network meant with --network")
    sender = ApeSender(account, node)
    _confirm(node, sender, instance.values.governor, sure=sure)
    if hasattr(account, "set_autosign"):
        account.set_autosign(True)  # the keystore's password is asked for once, not for each of some twenty transactions
    journal = open_journal(book_path.with_name(f"{book_path.name}.journal"), node, sender.address, instance.values)
    book = deploy(node, sender, instance.values, journal)
    compared = verify(node, book, instance.values, sender.address, journal.since_s)
    book.save(book_path)
    click.echo(f"verified: {compared} properties are as {parameters} says; the address book is {book_path}")


def _confirm(node: Node, sender: ApeSender, governor: str | None, *, sure: bool) -> None:
    price = quantity(node.request("eth_gasPrice"))
    click.echo(f"chain {node.chain_id()}, deployer {sender.address} with {node.balance(sender.address)} wei, gas at {price} wei")
    click.echo(f"afterwards everything belongs to the timelock of {governor}")
    if not sure:
        click.confirm("Deploy?", abort=True)
