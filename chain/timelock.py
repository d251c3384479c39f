"""The typed client of the timelock, and what it takes: operations, which are calls that are executed together or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from chain.blocks import Receipt
from chain.calls import Contract, encode_arguments
from chain.events import CallSalt, CallScheduled, Event
from chain.hashing import keccak
from chain.sender import Call, CallSender
from governance.errors import BadInput

_BATCH = "address[],uint256[],bytes[],bytes32,bytes32"
NO_PREDECESSOR = bytes(32)


class Role(IntEnum):
    """Who may do what on the timelock: who proposes may cancel too; nobody but the timelock itself is its admin."""

    ADMIN = 0
    PROPOSER = 1
    EXECUTOR = 2
    CANCELLER = 3

    @property
    def id(self) -> bytes:
        """The role as the contract names it."""
        return keccak(f"{self.name}_ROLE".encode()) if self else bytes(32)


class OperationState(IntEnum):
    """Where an operation stands."""

    UNSET = 0
    WAITING = 1
    READY = 2
    DONE = 3


@dataclass(frozen=True, slots=True)
class Operation:
    """Calls that the timelock makes in this order, all or none. ``salt`` tells it from others with the same calls."""

    calls: tuple[Call, ...]
    salt: bytes
    predecessor: bytes = NO_PREDECESSOR

    def __post_init__(self) -> None:
        if not self.calls or any(call.to is None for call in self.calls):
            raise BadInput("an operation needs calls, each of a contract", value=self.calls, remedy="name what is to be called")

    @property
    def id(self) -> bytes:
        """Its name on the timelock."""
        return keccak(encode_arguments(f"({_BATCH})", *self.arguments))

    @property
    def arguments(self) -> tuple[list[str | None], list[int], list[bytes], bytes, bytes]:
        """Targets, values, payloads, predecessor and salt."""
        calls = self.calls
        targets = [call.to for call in calls]
        return targets, [call.value for call in calls], [call.data for call in calls], self.predecessor, self.salt


class TimelockClient(Contract):
    """The owner of the contracts. Its own settings change by operations too: such things are given as calls."""

    def schedule(self, sender: CallSender, operation: Operation, delay_s: int) -> Receipt:
        """Proposes an operation, to be executed ``delay_s`` seconds from now at the earliest. Proposers only."""
        return sender.send(self.call(f"scheduleBatch({_BATCH},uint256)", *operation.arguments, delay_s))

    def execute(self, sender: CallSender, operation: Operation) -> Receipt:
        """Executes an operation that is ready. Executors only, who are everyone where the zero address is one."""
        return sender.send(self.call(f"executeBatch({_BATCH})", *operation.arguments))

    def cancel(self, sender: CallSender, operation: bytes) -> Receipt:
        """Takes an operation back, by its id. Cancellers only."""
        return sender.send(self.call("cancel(bytes32)", operation))

    def update_delay_call(self, delay_s: int) -> Call:
        """Sets what later operations wait for at least."""
        return self.call("updateDelay(uint256)", delay_s)

    def grant_call(self, role: Role, account: str) -> Call:
        """Gives an account a role."""
        return self.call("grantRole(bytes32,address)", role.id, account)

    def revoke_call(self, role: Role, account: str) -> Call:
        """Takes a role from an account."""
        return self.call("revokeRole(bytes32,address)", role.id, account)

    def has_role(self, role: Role, account: str) -> bool:
        """Whether an account has a role; the zero address stands for everyone."""
        return bool(self.read_value("bool", "hasRole(bytes32,address)", role.id, account))

    def delay_s(self) -> int:
        """What an operation that is proposed now waits for at least."""
        return int(self.read_value("uint256", "getMinDelay()"))

    def state_of(self, operation: bytes) -> OperationState:
        """Where an operation stands, by its id."""
        return OperationState(self.read_value("uint8", "getOperationState(bytes32)", operation))

    def ready_at(self, operation: bytes) -> int:
        """When an operation that waits, or is ready, can be executed (Unix seconds); 0 or 1 for what is unset or done."""
        return int(self.read_value("uint256", "getTimestamp(bytes32)", operation))

    def operation_id(self, operation: Operation) -> bytes:
        """The contract's own id of an operation."""
        return bytes(self.read_value("bytes32", f"hashOperationBatch({_BATCH})", *operation.arguments))


def scheduled(events: Iterable[Event]) -> dict[bytes, Operation]:
    """The operations that these events propose, by id: what a later execution needs stands in the logs alone.

    What does not hash to its id is left out: a single call, which has another id, or a node that lies.
    """
    calls: dict[bytes, list[CallScheduled]] = {}
    salts: dict[bytes, bytes] = {}
    for event in events:
        if isinstance(event, CallScheduled):
            calls.setdefault(event.id, []).append(event)
        elif isinstance(event, CallSalt):
            salts[event.id] = event.salt
    found = {id_: _operation(parts, salts.get(id_, bytes(32))) for id_, parts in calls.items()}
    return {id_: operation for id_, operation in found.items() if operation.id == id_}


def _operation(parts: Sequence[CallScheduled], salt: bytes) -> Operation:
    ordered = sorted({part.index: part for part in parts}.values(), key=lambda part: part.index)
    return Operation(tuple(Call(part.target, part.data, part.value) for part in ordered), salt, parts[-1].predecessor)
