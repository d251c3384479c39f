"""Putting the contracts on a chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from chain.abi import artifact
from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.calls import encode_arguments
from chain.contracts import CommitteeClient, PactumClient
from chain.hashing import address_of, keccak
from chain.node import Node
from chain.sender import Call, Sender
from chain.values import Listing, Parameters
from governance.errors import FatalError

FIRST_REIGN_LEAD_S = 5
_RLP_TEXT, _RLP_LIST = 0x80, 0xC0


class DeploymentFailed(FatalError):
    """A contract did not come to stand where it must."""


@dataclass(frozen=True, slots=True)
class DeployParameters:
    """What a deployment begins with. Times in seconds, money in the token's smallest unit.

    ``members`` make the first configuration, in force from ``since_s`` (by default a few seconds after now); none are
    configured where there are none. ``listings`` are tokens that exist; ``test_token`` deploys a MockToken and lists it with
    ``min_fee`` and ``relay_fee``. ``treasury`` None is the governor's address.
    """

    members: tuple[str, ...] = ()
    since_s: int | None = None
    epoch_length_s: int = 3_600
    parameters: Parameters = field(default_factory=lambda: Parameters(7_200, 7_200, 2_000, 1_000))
    treasury: str | None = None
    test_token: bool = True
    min_fee: int = 1_000
    relay_fee: int = 0
    listings: tuple[Listing, ...] = ()


def deploy(node: Node, deployer: Sender, values: DeployParameters, governor: Sender | None = None) -> AddressBook:
    """Deploys everything, sets parameters, lists tokens and announces the first configuration.

    ``governor`` owns the contracts; by default the deployer does. Raises what ``Sender.send`` raises, or DeploymentFailed.
    """
    owner = governor or deployer
    first, law_stone = _create(deployer, "LawStone", "(address)", owner.address)
    _, committee = _create(deployer, "Committee", "(address,uint32)", owner.address, values.epoch_length_s)
    _configure(CommitteeClient(node, committee), owner, values)
    zone, pactum = _create_pair(node, deployer, owner.address, committee, law_stone, values.treasury or owner.address)
    client = PactumClient(node, pactum)
    client.set_parameters(owner, values.parameters)
    token = _create(deployer, "MockToken", "()")[1] if values.test_token else None
    own = (Listing(token, values.min_fee, values.relay_fee),) if token else ()
    for listing in own + values.listings:
        client.list_token(owner, listing)
    return AddressBook(node.chain_id(), first.block_number, pactum, zone, committee, law_stone, token)


def _configure(client: CommitteeClient, owner: Sender, values: DeployParameters) -> None:
    if values.members:
        since_s = values.since_s
        if since_s is None:
            since_s = client.node.block("latest").timestamp_s + FIRST_REIGN_LEAD_S
        client.configure(owner, values.members, since_s)


def _create_pair(node: Node, deployer: Sender, governor: str, committee: str, law_stone: str, treasury: str) -> tuple[str, str]:
    """Zone and Pactum name each other: Zone is told the address that Pactum will get from the deployer's next nonce."""
    expected = create_address(deployer.address, node.nonce(deployer.address) + 1)
    _, zone = _create(deployer, "Zone", "(address)", expected)
    types = "(address,address,address,address,address)"
    _, pactum = _create(deployer, "Pactum", types, governor, zone, committee, law_stone, treasury)
    if pactum != expected:
        message = f"Pactum stands at {pactum}, Zone expects it at {expected}"
        raise DeploymentFailed(message, value=pactum, remedy="let nothing else send for the deployer, and deploy again")
    return zone, pactum


def create_address(creator: str, nonce: int) -> str:
    """Where the contract comes to stand that an account creates with this nonce: the hash of both, in RLP."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    item = number if len(number) == 1 and nonce < _RLP_TEXT else bytes([_RLP_TEXT + len(number)]) + number
    content = bytes([_RLP_TEXT + 20]) + bytes.fromhex(creator[2:]) + item
    return address_of(keccak(bytes([_RLP_LIST + len(content)]) + content)[12:])


def _create(deployer: Sender, name: str, types: str, *arguments: object) -> tuple[Receipt, str]:
    receipt = deployer.send(Call(None, artifact(name).bytecode + encode_arguments(types, *arguments)))
    if receipt.contract_address is None:
        raise DeploymentFailed(f"no {name} was created", value=receipt.tx_hash, remedy="is this an Ethereum chain?")
    return receipt, receipt.contract_address
