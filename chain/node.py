"""One JSON-RPC node over HTTP: raw requests through web3's provider, our own decoding, typed errors.

web3's formatters cost eight times the transport, and its retries would send a transaction twice, so both stay out. Answers are
read defensively: a node may be broken or hostile, and what it says ends in a value or in an error of this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from chain.blocks import BlockStamp, RawLog, Receipt
from chain.hashing import address_of
from governance.errors import BadInput, FatalError, RetryableError

LOG_RANGE = 5_000
BATCH = 200
TIMEOUT_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BUSY_HTTP = (408, 425, 429)
_BUSY_RPC = -32005
_NO_METHOD = -32601

Tag = int | str
Value = TypeVar("Value")


class NodeUnavailable(RetryableError):
    """The node did not answer, or not with JSON-RPC. ``value`` is its address without credentials."""


class BlockUnknown(RetryableError):
    """The node has no such block: not yet, or not any more."""


class NodeRefused(FatalError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, message: str, *, code: int, data: object = None, method: str = "") -> None:
        self.code = code
        self.data = data
        self.method = method
        super().__init__(f"{method}: {message}" if method else message, value=code)
        self.reason = message


class Provider(Protocol):
    """What carries JSON-RPC; web3's HTTP provider is one, and another tool may lend its own."""

    def make_request(self, method: Any, params: Any) -> Any:
        """One call; its answer as JSON-RPC has it."""
        ...

    def make_batch_request(self, batch_requests: Any) -> Any:
        """Many calls as pairs of method and parameters; their answers in order."""
        ...


class Node:
    """A node's reading side, and the raw ``request`` that others build on.

    Safe to share between threads, not between processes: after a fork, make another.

    ``rpc_url`` may hold credentials: only its scheme, host and port ever appear in messages. Every call ends within
    ``timeout_s`` of silence. ``provider`` carries the requests instead of a connection of our own; ``rpc_url`` then only names
    it. Raises BadInput for an address that is not HTTP.
    """

    def __init__(
        self, rpc_url: str, timeout_s: float = TIMEOUT_S, log_range: int = LOG_RANGE, provider: Provider | None = None
    ) -> None:
        self.url = public_url(rpc_url)
        self._log_range = log_range
        self._provider = provider or _http_provider(rpc_url, timeout_s)

    def __repr__(self) -> str:
        return f"Node({self.url})"

    def request(self, method: str, *params: Any) -> Any:
        """The result of one JSON-RPC call, undecoded.

        Raises NodeUnavailable where nothing usable came back, NodeRefused where the node answered with an error.
        """
        return self._result(self._talk(lambda: self._provider.make_request(method, list(params))), method)

    def request_many(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of many calls in few round trips, in their order; raises for the first that fails, as ``request`` does."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH):
            chunk = calls[start : start + BATCH]
            answers = self._talk(lambda chunk=chunk: self._provider.make_batch_request(chunk))  # type: ignore[misc]
            if not isinstance(answers, list):
                self._result(answers, "batch")
            if not isinstance(answers, list) or len(answers) != len(chunk):
                raise self._garbled("batch")
            results += [self._result(answer, method) for answer, (method, _) in zip(answers, chunk, strict=True)]
        return results

    def chain_id(self) -> int:
        """The chain that this node follows."""
        return self._read(quantity, self.request("eth_chainId"), "eth_chainId")

    def block(self, tag: Tag | bytes) -> BlockStamp:
        """The stamp of a block by number, by hash or by tag (``latest``, ``safe``, ``finalized``, ``earliest``).

        Raises BlockUnknown where there is none.
        """
        method = "eth_getBlockByHash" if isinstance(tag, bytes) else "eth_getBlockByNumber"
        answer = self.request(method, _hex(tag), False)
        if answer is None:
            raise BlockUnknown(f"no block {_hex(tag)}", value=tag, remedy="ask again when the chain has it")
        return self._read(_stamp, answer, method)

    def blocks(self, numbers: Sequence[int]) -> list[BlockStamp]:
        """The stamps of many blocks by number. Raises BlockUnknown for the first that is not there."""
        answers = self.request_many([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        for number, answer in zip(numbers, answers, strict=True):
            if answer is None:
                raise BlockUnknown(f"no block {number}", value=number, remedy="ask again when the chain has it")
        return [self._read(_stamp, answer, "eth_getBlockByNumber") for answer in answers]

    def logs(
        self, from_block: int, to_block: int, addresses: Collection[str], topics: Collection[bytes] | None = None
    ) -> list[RawLog]:
        """All logs of these contracts in an inclusive range of blocks, in order; ``topics`` keeps those whose first one is named.

        A range that the node finds too large is halved until it is accepted.
        """
        found: list[RawLog] = []
        spans = [
            (start, min(start + self._log_range - 1, to_block)) for start in range(from_block, to_block + 1, self._log_range)
        ]
        while spans:
            first, last = spans.pop(0)
            try:
                found += self._logs({"fromBlock": hex(first), "toBlock": hex(last)}, addresses, topics)
            except NodeRefused as error:
                if first == last or error.code == _NO_METHOD:
                    raise
                middle = (first + last) // 2
                spans[:0] = [(first, middle), (middle + 1, last)]
        return found

    def logs_of_block(
        self, block_hash: bytes, addresses: Collection[str], topics: Collection[bytes] | None = None
    ) -> list[RawLog]:
        """All logs of these contracts in exactly this block. Raises BlockUnknown where the node does not have it (any more)."""
        try:
            return self._logs({"blockHash": _hex(block_hash)}, addresses, topics)
        except NodeRefused as error:
            if "unknown block" in error.reason.lower() or "not found" in error.reason.lower():
                raise BlockUnknown(f"no block {_hex(block_hash)}", value=block_hash, remedy="the chain has moved on") from error
            raise

    def call(self, to: str, data: bytes, block: Tag | bytes = "latest", sender: str | None = None) -> bytes:
        """What a contract returns to a call that changes nothing. Raises NodeRefused, with data, where it reverts."""
        transaction = {"to": to, "data": _hex(data)} | ({"from": sender} if sender else {})
        place = {"blockHash": _hex(block)} if isinstance(block, bytes) else _hex(block)
        return self._read(octets, self.request("eth_call", transaction, place), "eth_call")

    def receipt(self, tx_hash: bytes) -> tuple[Receipt, bool] | None:
        """The receipt of a mined transaction and whether it succeeded; None while it is not mined."""
        answer = self.request("eth_getTransactionReceipt", _hex(tx_hash))
        return None if answer is None else self._read(_receipt, answer, "eth_getTransactionReceipt")

    def knows_transaction(self, tx_hash: bytes) -> bool:
        """Whether the node has a transaction, mined or waiting."""
        return self.request("eth_getTransactionByHash", _hex(tx_hash)) is not None

    def nonce(self, address: str, tag: Tag = "pending") -> int:
        """How many transactions an account has sent."""
        method = "eth_getTransactionCount"
        return self._read(quantity, self.request(method, address, _hex(tag)), method)

    def balance(self, address: str, tag: Tag = "latest") -> int:
        """An account's balance in wei."""
        return self._read(quantity, self.request("eth_getBalance", address, _hex(tag)), "eth_getBalance")

    def code(self, address: str, tag: Tag = "latest") -> bytes:
        """The code at an address; empty where no contract stands."""
        return self._read(octets, self.request("eth_getCode", address, _hex(tag)), "eth_getCode")

    def _logs(self, place: dict[str, str], addresses: Collection[str], topics: Collection[bytes] | None) -> list[RawLog]:
        query: dict[str, Any] = {**place, "address": sorted(addresses)}
        if topics is not None:
            query["topics"] = [[_hex(topic) for topic in topics]]
        answer = self.request("eth_getLogs", query)
        return self._read(_logs, answer, "eth_getLogs")

    def _talk(self, exchange: Callable[[], Any]) -> Any:
        """One exchange; its errors lose their chain of causes, since those print the address with its credentials."""
        try:
            return exchange()
        except Exception as error:  # noqa: BLE001 - requests, urllib3 and the JSON decoder raise some dozen types
            status = getattr(getattr(error, "response", None), "status_code", None)
            reason = f"HTTP {status}" if status else type(error).__name__
        if status is not None and 400 <= status < 500 and status not in _BUSY_HTTP:
            raise NodeRefused(f"node at {self.url} refuses: {reason}", code=status)
        raise NodeUnavailable(
            f"node at {self.url} does not answer: {reason}", value=self.url, remedy="is it running, and is the address right?"
        )

    def _result(self, answer: Any, method: str) -> Any:
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise self._garbled(method)
        if answer.get("error") is None:
            return answer.get("result")
        raise self._error(answer["error"], method)

    def _error(self, error: Any, method: str) -> FatalError | RetryableError:
        if not isinstance(error, dict):
            return self._garbled(method)
        code = error.get("code") if isinstance(error.get("code"), int) else 0
        message = str(error.get("message", ""))[:500]
        if code == _BUSY_RPC and method != "eth_getLogs":
            return NodeUnavailable(f"node at {self.url} is busy: {message}", value=self.url, remedy="ask less often")
        return NodeRefused(message, code=cast(int, code), data=error.get("data"), method=method)

    def _read(self, reader: Callable[[Any], Value], answer: Any, method: str) -> Value:
        try:
            return reader(answer)
        except (BadInput, KeyError, TypeError, ValueError, AttributeError):
            raise self._garbled(method) from None

    def _garbled(self, method: str) -> NodeUnavailable:
        return NodeUnavailable(
            f"node at {self.url} gave no usable answer to {method}", value=self.url, remedy="is this an Ethereum node?"
        )


def public_url(rpc_url: str) -> str:
    """Scheme, host and port of a node's address: user, password, path and query may be credentials. BadInput unless HTTP."""
    parts = urlsplit(rpc_url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts = urlsplit("")
        port = ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("the node's address is not HTTP", value=parts.scheme, remedy="e.g. http://127.0.0.1:8545")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def quantity(value: Any) -> int:
    """An unsigned integer from JSON-RPC's hex form; ValueError for anything else."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(value)
    return int(value, 16)


def octets(value: Any, length: int | None = None) -> bytes:
    """Bytes from JSON-RPC's hex form; ValueError for anything else, or another length than asked for."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(value)
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise ValueError(value)
    return raw


def _http_provider(rpc_url: str, timeout_s: float) -> Provider:
    # Imported when a node is first used: web3 takes most of a second, and many commands need no chain.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # web3 imports a websocket client that it does not use here
        from web3.providers.rpc import HTTPProvider  # noqa: PLC0415

    options: dict[str, Any] = {"timeout": timeout_s}
    if urlsplit(rpc_url).hostname in LOOPBACK:
        options["proxies"] = {"http": "", "https": ""}  # a proxy cannot reach this machine's own loopback
    return cast(Provider, HTTPProvider(rpc_url, request_kwargs=options, exception_retry_configuration=None))


def _hex(value: Tag | bytes) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return hex(value) if isinstance(value, int) else value


def _stamp(block: Any) -> BlockStamp:
    return BlockStamp(
        quantity(block["number"]), octets(block["hash"], 32), octets(block["parentHash"], 32), quantity(block["timestamp"])
    )


def _logs(answer: Any) -> list[RawLog]:
    if not isinstance(answer, list):
        raise ValueError(answer)
    return [_log(entry) for entry in answer]


def _log(entry: Any) -> RawLog:
    return RawLog(
        address=address_of(octets(entry["address"], 20)),
        topics=tuple(octets(topic, 32) for topic in entry["topics"]),
        data=octets(entry["data"]),
        block_number=quantity(entry["blockNumber"]),
        block_hash=octets(entry["blockHash"], 32),
        tx_hash=octets(entry["transactionHash"], 32),
        log_index=quantity(entry["logIndex"]),
    )


def _receipt(answer: Any) -> tuple[Receipt, bool]:
    made = answer.get("contractAddress")
    receipt = Receipt(
        tx_hash=octets(answer["transactionHash"], 32),
        block_number=quantity(answer["blockNumber"]),
        block_hash=octets(answer["blockHash"], 32),
        gas_used=quantity(answer["gasUsed"]),
        effective_gas_price=quantity(answer["effectiveGasPrice"]),
        logs=tuple(_logs(answer["logs"])),
        contract_address=address_of(octets(made, 20)) if made else None,
    )
    return receipt, quantity(answer["status"]) == 1
