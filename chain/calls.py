"""Calling a contract by signature: arguments to call data, return data to values, refusals to errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass, replace
from enum import IntEnum
from functools import cache
from typing import Any, Self, TypeVar

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.grammar import TupleType
from eth_abi.grammar import parse as abi_parse

from chain.abi import selector
from chain.hashing import address_of
from chain.node import Node, NodeRefused, Tag
from chain.reverts import is_revert, reverted
from chain.sender import Call
from chain.words import abi_fields, codec
from governance.errors import BadInput, FatalError

Struct = TypeVar("Struct")


class NoContract(FatalError):
    """Nothing at this address answers as the contract meant."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract at one address, read at one block (``latest`` unless ``at`` says otherwise)."""

    node: Node
    address: str
    block: Tag | bytes = "latest"

    def at(self, block: Tag | bytes) -> Self:
        """The same contract, read as of a block: a number, a hash or a tag."""
        return replace(self, block=block)

    def call(self, signature: str, *arguments: Any) -> Call:
        """A call of one of its functions, for a sender."""
        return Call(self.address, encode_call(signature, *arguments))

    def together(self, *calls: Call) -> Call:
        """Calls of its functions as one, all or none, where it has OpenZeppelin's ``multicall``."""
        return self.call("multicall(bytes[])", [call.data for call in calls])

    def ask(self, signature: str, *arguments: Any) -> bytes:
        """What a function returns, which may be nothing. Raises TransactionReverted where the contract refuses."""
        try:
            return self.node.call(self.address, encode_call(signature, *arguments), self.block)
        except NodeRefused as error:
            if is_revert(error):
                raise reverted(error) from error
            raise

    def read(self, signature: str, *arguments: Any) -> bytes:
        """What a function returns, undecoded. Raises as ``ask`` does, and NoContract where nothing comes back."""
        answer = self.ask(signature, *arguments)
        if not answer:
            message = f"no contract answers {signature.partition('(')[0]} at {self.address}"
            raise NoContract(message, value=self.address, remedy="check the address book against the node's chain")
        return answer

    def require_code(self) -> None:
        """Raises NoContract unless there is code at the address."""
        if not self.node.code(self.address):
            raise NoContract(f"no contract stands at {self.address}", value=self.address, remedy="check the address book")

    def read_struct(self, cls: type[Struct], signature: str, *arguments: Any) -> Struct:
        """A function's return value as a struct of static fields."""
        answer = self.read(signature, *arguments)
        shape = codec(cls)
        if len(answer) != shape.size:
            raise self._foreign(signature)
        try:
            return shape.decode(answer)
        except BadInput as error:
            raise self._foreign(signature) from error

    def read_values(self, returns: Sequence[str], signature: str, *arguments: Any) -> tuple[Any, ...]:
        """A function's return values by canonical type, addresses in EIP-55 form."""
        answer = self.read(signature, *arguments)
        try:
            values = abi_decode(returns, answer)
        except Exception as error:  # eth_abi leaks several types on hostile bytes
            raise self._foreign(signature) from error
        return tuple(_from_abi(value, kind) for value, kind in zip(values, returns, strict=True))

    def read_value(self, returns: str, signature: str, *arguments: Any) -> Any:
        """A function's one return value."""
        return self.read_values((returns,), signature, *arguments)[0]

    def _foreign(self, signature: str) -> NoContract:
        message = f"the contract at {self.address} answers {signature.partition('(')[0]} in another form"
        return NoContract(message, value=self.address, remedy="check the address book against the node's chain")


def encode_call(signature: str, *arguments: Any) -> bytes:
    """Call data of a function by canonical signature. Structs are given as their dataclasses. BadInput where one does not fit."""
    return selector(signature) + encode_arguments(signature[signature.index("(") :], *arguments)


def encode_arguments(types: str, *arguments: Any) -> bytes:
    """What ``abi.encode`` makes of these arguments; ``types`` as a canonical tuple, e.g. ``(address,uint256[])``."""
    try:
        return bytes(abi_encode(_split(types), [_to_abi(argument) for argument in arguments]))
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"arguments do not fit {types}: {error}", value=arguments, remedy="check widths and lengths") from error


def abi_of(cls: type) -> str:
    """The canonical type of a struct."""
    return codec(cls).abi


@cache
def _split(types: str) -> list[str]:
    if types == "()":
        return []
    parsed = abi_parse(types)
    if not isinstance(parsed, TupleType):
        raise BadInput(f"{types} is not a tuple of types", value=types)
    return [part.to_type_str() for part in parsed.components]


def _to_abi(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        codec(type(value)).encode(value)  # names the field that does not fit, which eth_abi does not
        return tuple(_to_abi(getattr(value, name)) for name, _, _ in abi_fields(type(value)))
    if isinstance(value, list):
        return [_to_abi(entry) for entry in value]
    return int(value) if isinstance(value, IntEnum) else value


def _from_abi(value: Any, kind: str) -> Any:
    if kind == "address":
        return address_of(value)
    return tuple(address_of(entry) for entry in value) if kind == "address[]" else value


def decode_text(raw: bytes, name: str) -> str:
    """The text of a document on chain. Raises BadInput where it is not UTF-8: anybody may publish any bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("the text is not UTF-8", source=name, value=raw[:32]) from error
