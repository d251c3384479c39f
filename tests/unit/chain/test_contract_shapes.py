"""Every client call, return value, struct, event and error against the ABI of the compiled contracts."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from eth_abi.abi import decode, encode

from chain import abi, events, reverts
from chain.blocks import Receipt
from chain.calls import Contract, NoContract
from chain.contracts import (
    CommitteeClient,
    LawStoneClient,
    NotaryClient,
    PactumClient,
    TimelockClient,
    TokenClient,
    TribunalClient,
    ZoneClient,
)
from chain.offers import Offer
from chain.permits import Permit
from chain.sender import Call
from chain.timelock import Operation, Role
from chain.values import Agreement, Amendment, Crew, Dispute, Header, Listing, Parameters, Pending, Seat, Stake
from chain.words import abi_fields
from governance.values import Outcome, PeriodKind

ADDRESS = "0x" + "11" * 20
CLIENTS: dict[str, type[Contract]] = {
    "LawStone": LawStoneClient,
    "Zone": ZoneClient,
    "Committee": CommitteeClient,
    "Tribunal": TribunalClient,
    "Notary": NotaryClient,
    "Pactum": PactumClient,
    "TimelockController": TimelockClient,
}
SAMPLES: dict[Any, Any] = {
    Offer: Offer(ADDRESS, ADDRESS, ADDRESS, bytes(32), bytes(32), 1, 1, 1, 1, 1, PeriodKind.FIXED, 1, 1, 1, 1, 1, 1),
    Header: Header(bytes(32), 1, bytes(32), 1, ADDRESS),
    Parameters: Parameters(1, 1, 1, 1, 1, 1, 1, 1, ADDRESS),
    Listing: Listing(ADDRESS, 1, 1),
    Crew: Crew(2, ADDRESS),
    Amendment: Amendment(Seat.ROUTING, True, bytes(32), bytes(32), 1, 1),
    Seat: Seat.ROUTING,
    Operation: Operation((Call(ADDRESS, b"\1"),), bytes(32)),
    Role: Role.PROPOSER,
    Outcome: Outcome.NO_DATA,
    Permit | None: Permit(ADDRESS, 1, 1, bytes(65)),
    tuple[bytes, bytes]: (bytes(32), bytes(64)),
    bool: True,
    int: 1,
    bytes: bytes(32),
    str: ADDRESS,
}
# For governance's hands, for the contracts among themselves and for the verification of a deployment: no client calls them.
INHERITED = {"owner", "pendingOwner", "transferOwnership", "acceptOwnership", "renounceOwnership", "eip712Domain"}
INTERNAL = {
    "LawStone": {"COMMITTEE"},
    "Zone": {"lock", "unlock", "seize", "PACTUM"},
    "Committee": {"PACTUM", "REPORTER_BPS"},
    "Tribunal": {"PACTUM"},
    "Notary": {"PACTUM", "ZONE", "COMMITTEE", "LAW_STONE"},
    "Pactum": {"ZONE", "COMMITTEE", "TRIBUNAL", "NOTARY", "enter", "hold", "decide"},
    "TimelockController": {
        *("DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE", "getRoleAdmin"),
        *(
            "renounceRole",
            "schedule",
            "execute",
            "hashOperation",
            "isOperation",
            "isOperationPending",
            "isOperationReady",
            "isOperationDone",
        ),
        *("supportsInterface", "onERC721Received", "onERC1155Received", "onERC1155BatchReceived"),
    },
}


class _Ledger:
    """Stands for node and sender: notes what was called, and answers as the ABI promises."""

    address = ADDRESS

    def __init__(self, contract: str) -> None:
        self.functions = {_selector(entry): entry for entry in abi.artifact(contract).abi if entry["type"] == "function"}
        self.called: set[str] = set()

    def send(self, call: Call) -> Receipt:
        self._note(call.data)
        return Receipt(bytes(32), 1, bytes(32), 1, 1, ())

    def call(self, _to: str, data: bytes, _block: Any) -> bytes:
        outputs = [abi.canonical_type(part) for part in self._note(data)["outputs"]]
        return encode(outputs, [_zero(part) for part in outputs])

    def code(self, _address: str) -> bytes:
        return b"\1"

    def _note(self, data: bytes) -> dict[str, Any]:
        entry = self.functions[data[:4]]
        types = [abi.canonical_type(part) for part in entry["inputs"]]
        assert len(data) >= 4 + 32 * len(types)
        self.called.add(entry["name"])
        if entry["name"] == "multicall":
            (inner,) = decode(types, data[4:])
            for each in inner:
                self._note(each)
        return entry


def _selector(entry: dict[str, Any]) -> bytes:
    return abi.selector(f"{entry['name']}({','.join(abi.canonical_type(part) for part in entry['inputs'])})")


def _zero(kind: str) -> Any:
    if kind.endswith("[]"):
        return []
    if kind.startswith("("):
        return tuple(_zero(part) for part in _parts(kind))
    return {"address": "0x" + "00" * 20, "bytes": b"", "string": "", "bool": False, "bytes32": bytes(32)}.get(kind, 0)


def _parts(kind: str) -> list[str]:
    """The types in a tuple's own."""
    found, depth = [""], 0
    for letter in kind[1:-1]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


def _methods(client: type[Contract]) -> Iterator[str]:
    for name, method in inspect.getmembers(client, inspect.isfunction):
        if name in client.__dict__ and not name.startswith("_"):
            assert method.__doc__, f"{name} is not described"
            if "receipt" not in inspect.signature(method).parameters:
                yield name


def _arguments(method: Any, ledger: _Ledger) -> list[Any]:
    hints = get_type_hints(method)
    names = [name for name in inspect.signature(method).parameters if name != "self"]
    return [ledger if name == "sender" else _sample(hints[name]) for name in names]


def _sample(hint: Any) -> Any:
    if hint in SAMPLES:
        return SAMPLES[hint]
    inner = getattr(hint, "__args__", None)
    assert inner, f"no sample of {hint}"
    return [_sample(inner[0])]


@pytest.mark.parametrize("name", CLIENTS)
def test_every_function_of_a_contract_has_a_client_that_reads_its_answer(name: str):
    ledger: Any = _Ledger(name)
    client: Any = CLIENTS[name](ledger, ADDRESS)
    for method in _methods(CLIENTS[name]):
        # The zero answer is no text that hashes to the id.
        with pytest.raises(NoContract) if method == "text_of" else contextlib.nullcontext():
            made = getattr(client, method)(*_arguments(getattr(CLIENTS[name], method), ledger))
            if method.endswith("_call"):
                ledger.send(made)
    functions = {entry["name"] for entry in ledger.functions.values()}
    expected = INHERITED | INTERNAL.get(name, set())
    assert functions - ledger.called == expected & functions


def test_every_call_of_the_token_client_exists():
    ledger: Any = _Ledger("MockToken")
    for method in _methods(TokenClient):
        getattr(TokenClient(ledger, ADDRESS), method)(*_arguments(getattr(TokenClient, method), ledger))
    assert ledger.called == {"approve", "transfer", "mint", "balanceOf", "allowance", "decimals", "symbol"} | {
        *("nonces", "DOMAIN_SEPARATOR")
    }


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _declared_events() -> dict[str, dict[str, Any]]:
    entries = (entry for name in CLIENTS for entry in abi.artifact(name).abi if entry["type"] == "event")
    return {f"{entry['name']}({','.join(abi.canonical_type(part) for part in entry['inputs'])})": entry for entry in entries}


@pytest.mark.parametrize("event", events.EVENTS, ids=lambda event: event.__name__)
def test_events_are_declared_as_the_contracts_do(event: type[events.Event]):
    declared = _declared_events()[events.signatures()[event]]
    own = [field.name for field in dataclasses.fields(event)][5:]
    assert [_camel(name) for name in own] == [part["name"] for part in declared["inputs"]]
    assert event.indexed == {name for name, part in zip(own, declared["inputs"], strict=True) if part["indexed"]}


def test_every_event_of_the_contracts_is_known():
    inherited = {"OwnershipTransferStarted", "OwnershipTransferred", "EIP712DomainChanged"}
    inherited |= {"RoleAdminChanged"}
    declared = {signature for signature, entry in _declared_events().items() if entry["name"] not in inherited}
    assert set(events.signatures().values()) == declared


@pytest.mark.parametrize(
    ("contract", "struct", "cls"),
    [
        ("Notary", "INotary.Offer", Offer),
        ("Pactum", "IPactum.Header", Header),
        ("Pactum", "IPactum.Parameters", Parameters),
        ("Pactum", "IPactum.Listing", Listing),
        ("Pactum", "IPactum.Crew", Crew),
    ],
)
def test_structs_name_their_fields_as_the_contracts_do(contract: str, struct: str, cls: type):
    assert _names(cls) == _struct_fields(contract, f"struct {struct}")


@pytest.mark.parametrize(
    ("contract", "function", "cls"),
    [
        ("Pactum", "agreementOf", Agreement),
        ("Pactum", "pendingOf", Pending),
        ("Tribunal", "disputeOf", Dispute),
        ("Zone", "stakeOf", Stake),
    ],
)
def test_returned_structs_name_their_fields_as_the_contracts_do(contract: str, function: str, cls: type):
    outputs = next(entry for entry in abi.artifact(contract).abi if entry.get("name") == function)["outputs"]
    expected = [part["name"] for part in outputs[0]["components"]]
    assert _names(cls) == expected


def _names(struct: type) -> list[str]:
    return [_camel(name) for name, _, _ in abi_fields(struct)]


def _struct_fields(contract: str, internal_type: str) -> list[str]:
    for entry in abi.artifact(contract).abi:
        for part in entry.get("inputs", []):
            if part.get("internalType", "").removesuffix("[]") == internal_type:
                return [field["name"] for field in part["components"]]
    raise AssertionError(internal_type)


def test_every_remedy_is_of_an_error_that_exists():
    names = {shape.name for shape in abi.custom_errors().values()}
    assert set(reverts.REMEDIES) - {"OutOfGas"} <= names  # the one that the sender tells itself


def test_an_unknown_artifact_is_missing_not_a_crash():
    with pytest.raises(abi.ArtifactMissing, match="no usable artifact of Nothing"):
        abi.artifact("Nothing")
