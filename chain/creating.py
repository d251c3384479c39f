"""Creating contracts one after the other, so that an interrupted run is gone on with and nothing is created twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chain.abi import artifact
from chain.calls import encode_arguments
from chain.hashing import address_of, keccak
from chain.journal import Creation, Journal
from chain.node import Node
from chain.pace import Pace
from chain.sender import Call, CallSender
from governance.errors import FatalError, RetryableError

WAIT_S = 600.0
POLL_S = 1.0
_RLP_TEXT, _RLP_LIST = 0x80, 0xC0


class DeploymentFailed(FatalError):
    """A contract did not come to stand where it must."""


class StillPending(RetryableError):
    """A creation of an earlier run is on its way, and is not mined in time."""


class Displaced(Exception):
    """A nonce that a prediction rested on belongs to another transaction."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One contract to create: its artifact, and its constructor's types and arguments."""

    name: str
    types: str
    arguments: tuple[object, ...]

    @property
    def code(self) -> bytes:
        """What creates it."""
        return artifact(self.name).bytecode + encode_arguments(self.types, *self.arguments)


class Creator:
    """Creates contracts from one account, and notes in the journal each that it is about to create."""

    def __init__(self, node: Node, deployer: CallSender, journal: Journal, pace: Pace) -> None:
        self._node = node
        self._deployer = deployer
        self._journal = journal
        self._pace = pace

    def create(self, plan: Plan, nonce: int | None = None) -> str:
        """The address of a contract, created now unless an earlier run did.

        Where a ``nonce`` is given it is created with that one, or Displaced is raised: another transaction has it.
        """
        known = self._journal.created.get(plan.name)
        if known is not None and self._stands(plan.name, known):
            return known.address
        following = self.next_nonce()
        if nonce not in (None, following):
            raise Displaced(plan.name)
        creation = Creation(following, create_address(self._deployer.address, following))
        self._journal.create(plan.name, creation)
        self._send(plan, creation)
        return creation.address

    def create_known(self, plans: Sequence[Plan], nonce: int) -> list[str]:
        """The addresses of contracts that name each other: they take nonces one after the other, from ``nonce`` on."""
        return [self.create(plan, nonce + place) for place, plan in enumerate(plans)]

    def next_nonce(self) -> int:
        """What the account's next transaction has."""
        return self._node.nonce(self._deployer.address)

    def _stands(self, name: str, creation: Creation) -> bool:
        """Whether a creation that was begun came to something; waits for one that is on its way."""
        begun = self._pace.now_s()
        while not (code := self._node.code(creation.address)):
            mined = self._node.nonce(self._deployer.address, "latest") > creation.nonce
            if mined or self.next_nonce() <= creation.nonce:
                return bool(mined and artifact(name).made(self._node.code(creation.address)))
            if self._pace.now_s() - begun >= WAIT_S:
                raise StillPending(f"the creation of {name} is not mined", value=creation.nonce, remedy="run again later")
            self._pace.sleep(POLL_S)
        return artifact(name).made(code)

    def _send(self, plan: Plan, creation: Creation) -> None:
        receipt = self._deployer.send(Call(None, plan.code))
        if receipt.contract_address != creation.address:
            message = f"{plan.name} stands at {receipt.contract_address}, not at {creation.address}"
            remedy = "let nothing else send for the deployer, and run again"
            raise DeploymentFailed(message, value=receipt.contract_address, remedy=remedy)


def create_address(creator: str, nonce: int) -> str:
    """Where the contract comes to stand that an account creates with this nonce: the hash of both, in RLP."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    item = number if len(number) == 1 and nonce < _RLP_TEXT else bytes([_RLP_TEXT + len(number)]) + number
    content = bytes([_RLP_TEXT + 20]) + bytes.fromhex(creator[2:]) + item
    return address_of(keccak(bytes([_RLP_LIST + len(content)]) + content)[12:])
