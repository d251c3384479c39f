"""Sending transactions that land once: nonces under a lock, fees that climb, and a look by hash before anything is sent again."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from eth_account.typed_transactions.typed_transaction import TypedTransaction

from chain.blocks import Receipt
from chain.hashing import keccak
from chain.keys import Signer
from chain.node import Node, NodeRefused, NodeUnavailable, quantity
from chain.pace import Pace, RealPace
from chain.reverts import TransactionReverted, is_revert, reverted
from governance.errors import FatalError, RetryableError

RECEIPT_TIMEOUT_S = 120.0
BUMP_AFTER_S = 30.0
FIRST_POLL_S = 0.01
LONGEST_POLL_S = 0.5
GAS_MARGIN_PERCENT = 25
TRANSACTION_GAS_CAP = 1 << 24  # EIP-7825: no block takes a transaction with more
BUMP_PERMILLE = 125  # geth's rule for a replacement; some nodes accept less
NUDGE_AFTER_S = 2.0
RESENDS = 5
REMEMBERED = 256
RENONCES = 5
WEI_PER_GWEI = 10**9


class TransactionPending(RetryableError):
    """A transaction was signed and perhaps sent, and is not known to be mined. Ask ``Sender.wait`` again with ``submitted``."""

    def __init__(self, message: str, submitted: Submitted) -> None:
        self.submitted = submitted
        super().__init__(
            f"{message}: transaction 0x{submitted.hashes[-1].hex()}",
            value=submitted.hashes[-1],
            remedy="look it up by its hash before doing the same again",
        )


class TransactionReplaced(FatalError):
    """Another transaction of the same account took the nonce; this one will never be mined."""


class NonceContested(RetryableError):
    """Another program sends for the same account, faster than this one."""


class WrongChain(FatalError):
    """The node follows another chain than the one meant."""


class FeeTooHigh(FatalError):
    """The network asks for more per gas than this sender may pay."""


class InsufficientFunds(FatalError):
    """The account cannot pay for the transaction."""


@dataclass(frozen=True, slots=True)
class Call:
    """What to execute: a contract's function, or a deployment where ``to`` is None. ``gas`` None means estimated."""

    to: str | None
    data: bytes
    value: int = 0
    gas: int | None = None


class CallSender(Protocol):
    """Whoever can have a call executed from an account. ``Sender`` is one."""

    @property
    def address(self) -> str:
        """The account, in EIP-55 form."""
        ...

    def send(self, call: Call) -> Receipt:
        """Executes a call and waits until it is mined. Raises TransactionReverted where the contract refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction pays per gas, in wei: at most ``most``, of which ``tip`` to the proposer."""

    most: int
    tip: int

    def bumped(self) -> Fees:
        """The least fees that every node takes as a replacement."""
        return Fees(_bump(self.most), _bump(self.tip))

    def at_least(self, other: Fees) -> Fees:
        """The greater of both, part by part."""
        return Fees(max(self.most, other.most), max(self.tip, other.tip))


@dataclass(slots=True)
class Submitted:
    """A transaction on its way, under every hash that it has had. Owned by the sender that made it."""

    call: Call
    nonce: int
    gas: int
    fees: Fees
    hashes: list[bytes] = field(default_factory=list)
    raw: bytes = b""


class Sender:
    """Signs and sends for one account. Threads may share one sender; one account should have one sender per process.

    ``chain_id`` is the chain meant, where the caller knows it. ``fee_ceiling_wei`` bounds what is paid per gas, replacements
    included. Nothing here waits without end: ``timeout_s`` bounds the wait for a receipt.
    """

    def __init__(
        self,
        node: Node,
        signer: Signer,
        *,
        chain_id: int | None = None,
        timeout_s: float = RECEIPT_TIMEOUT_S,
        bump_after_s: float = BUMP_AFTER_S,
        fee_ceiling_wei: int | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.node = node
        self.address: str = signer.address
        self._signer = signer
        self._meant_chain = chain_id
        self._chain: int | None = None
        self._timeout_s = timeout_s
        self._bump_after_s = bump_after_s
        self._fee_ceiling = fee_ceiling_wei
        self._pace = pace or RealPace()
        self._lock = threading.Lock()
        self._next_nonce: int | None = None
        self._sent: dict[int, bytes] = {}

    def send(self, call: Call) -> Receipt:
        """Executes a call and waits until it is mined.

        Raises TransactionReverted where the contract refuses (before anything is sent, if the node can tell),
        TransactionPending where the outcome is not known in time, NodeUnavailable where nothing was sent,
        InsufficientFunds, FeeTooHigh or WrongChain.
        """
        return self.wait(self.submit(call))

    def submit(self, call: Call) -> Submitted:
        """Sends a call without waiting for it. Raises as ``send`` does."""
        self._check_chain()
        gas = call.gas or self._estimate(call)
        fees = self._fees()
        with self._lock:
            return self._submit_with_nonce(call, gas, fees)

    def wait(self, submitted: Submitted) -> Receipt:
        """The receipt of a transaction on its way. Sends it again if it was dropped, and with higher fees if it is stuck."""
        begun = self._pace.now_s()
        nudged = bumped = begun
        pause = FIRST_POLL_S
        while (receipt := self._receipt(submitted)) is None:
            now = self._pace.now_s()
            if now - begun >= self._timeout_s:
                raise TransactionPending(f"not mined within {self._timeout_s:g} s", submitted)
            if now - nudged >= NUDGE_AFTER_S:
                nudged, bump = now, now - bumped >= self._bump_after_s
                bumped = now if bump else bumped
                self._nudge(submitted, bump=bump)
            self._pace.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL_S)
        return receipt

    def _check_chain(self) -> int:
        if self._chain is None:
            found = self.node.chain_id()
            if self._meant_chain not in (None, found):
                message = f"node at {self.node.url} follows chain {found}, not {self._meant_chain}"
                raise WrongChain(message, value=found, remedy="use a node of the right chain")
            self._chain = found
        return self._chain

    def _estimate(self, call: Call) -> int:
        try:
            return estimate_gas(self.node, self.address, call)
        except NodeRefused as error:
            raise self._refusal(error) from error

    def _fees(self) -> Fees:
        block, tip = self.node.request_many([("eth_getBlockByNumber", ("latest", False)), ("eth_maxPriorityFeePerGas", ())])
        try:
            base = quantity(block["baseFeePerGas"])
        except (KeyError, TypeError, ValueError) as error:
            raise NodeRefused("the chain has no base fee", code=0, method="eth_getBlockByNumber") from error
        return self._affordable(Fees(2 * base + quantity(tip), quantity(tip)))

    def _affordable(self, fees: Fees) -> Fees:
        if self._fee_ceiling is not None and fees.most > self._fee_ceiling:
            raise FeeTooHigh(
                f"the network asks for {fees.most / WEI_PER_GWEI:.3f} gwei per gas",
                value=fees.most,
                remedy="wait, or raise the ceiling",
            )
        return fees

    def _submit_with_nonce(self, call: Call, gas: int, fees: Fees) -> Submitted:
        """Under the lock: takes the next nonce, and keeps it only if the node has, or may have, the transaction."""
        for _ in range(RENONCES):
            nonce = self.node.nonce(self.address) if self._next_nonce is None else self._next_nonce
            self._next_nonce = None  # whatever goes wrong below: count again next time
            submitted = self._sign(Submitted(call, nonce, gas, fees))
            try:
                delivered = self._deliver(submitted)
            except TransactionPending:
                self._remember(submitted)  # whoever waits for it may need it sent again
                raise
            if delivered:
                self._next_nonce = nonce + 1
                self._remember(submitted)
                return submitted
        raise NonceContested(
            f"another program keeps taking the nonces of {self.address}",
            value=self.address,
            remedy="let one program send for an account",
        )

    def _remember(self, submitted: Submitted) -> None:
        self._sent[submitted.nonce] = submitted.raw
        while len(self._sent) > REMEMBERED:
            del self._sent[min(self._sent)]

    def _sign(self, submitted: Submitted) -> Submitted:
        fields = self._fields(submitted)
        digest = bytes(TypedTransaction.from_dict(fields).hash())
        signature = self._signer.sign_digest(digest)
        parts = {
            "v": signature[64] - 27,
            "r": int.from_bytes(signature[:32], "big"),
            "s": int.from_bytes(signature[32:64], "big"),
        }
        submitted.raw = bytes(TypedTransaction.from_dict({**fields, **parts}).encode())
        submitted.hashes.append(keccak(submitted.raw))
        return submitted

    def _fields(self, submitted: Submitted) -> dict[str, Any]:
        return {
            "type": 2,
            "chainId": self._check_chain(),
            "nonce": submitted.nonce,
            "maxPriorityFeePerGas": submitted.fees.tip,
            "maxFeePerGas": submitted.fees.most,
            "gas": submitted.gas,
            "to": submitted.call.to or b"",
            "value": submitted.call.value,
            "data": submitted.call.data,
            "accessList": (),
        }

    def _deliver(self, submitted: Submitted) -> bool:
        """Whether the node has the transaction now; False where its nonce belongs to another one.

        After a lost response the same bytes are sent again: they are the same transaction, so it cannot land twice.
        """
        for attempt in range(RESENDS):
            try:
                self.node.request("eth_sendRawTransaction", "0x" + submitted.raw.hex())
            except NodeRefused as error:
                if self._arrived(submitted, error):
                    return True
                if _nonce_taken(error):
                    return False
                raise self._refusal(error) from error
            except NodeUnavailable:
                self._pace.sleep(FIRST_POLL_S * 4**attempt)
            else:
                return True
        raise TransactionPending(f"no answer from the node at {self.node.url}", submitted)

    def _arrived(self, submitted: Submitted, error: NodeRefused) -> bool:
        text = error.reason.lower()
        return "already known" in text or "already imported" in text or self._known(submitted.hashes[-1])

    def _known(self, tx_hash: bytes) -> bool:
        try:
            return self.node.knows_transaction(tx_hash)
        except NodeUnavailable:
            return False

    def _refusal(self, error: NodeRefused) -> FatalError:
        if is_revert(error):
            return reverted(error)
        if "insufficient funds" in error.reason.lower():
            return InsufficientFunds(
                f"{self.address} cannot pay for gas", value=self.address, remedy="send it some of the native coin"
            )
        return error

    def _receipt(self, submitted: Submitted) -> Receipt | None:
        for tx_hash in reversed(submitted.hashes):
            try:
                found = self.node.receipt(tx_hash)
            except NodeUnavailable:
                return None  # the loop's deadline decides, not one lost answer
            if found is not None:
                receipt, succeeded = found
                return receipt if succeeded else self._explain(submitted, receipt)
        return None

    def _explain(self, submitted: Submitted, receipt: Receipt) -> Receipt:
        """Raises for a mined transaction that reverted: its reason is found by asking again at its block."""
        call = submitted.call
        try:
            if call.to is not None:
                self.node.call(call.to, call.data, receipt.block_number, self.address)
        except NodeRefused as error:
            raise reverted(error, receipt.tx_hash) from error
        except NodeUnavailable:
            pass
        starved = receipt.gas_used * 64 >= submitted.gas * 63  # a call within may take all but a 64th
        name = "OutOfGas" if starved else "Unexplained"
        raise TransactionReverted(name, {"gas_used": receipt.gas_used, "gas": submitted.gas}, tx_hash=receipt.tx_hash)

    def _nudge(self, submitted: Submitted, *, bump: bool) -> None:
        """Helps a waiting transaction on: gives back to the node what it lost, and replaces what pays too little."""
        try:
            if self.node.nonce(self.address, "latest") > submitted.nonce:
                return self._give_up_if_replaced(submitted)
            self._give_back(submitted.nonce)
            if bump:
                submitted.fees = self._affordable(submitted.fees.bumped().at_least(self._fees()))
                if self._deliver(self._sign(submitted)):
                    with self._lock:
                        self._remember(submitted)
        except TransactionReplaced:
            raise
        except (RetryableError, FatalError):
            return None  # tried again after the next interval; the deadline of the wait decides

    def _give_back(self, nonce: int) -> None:
        """Sends again what the node dropped, or a re-org took back, up to this nonce: a gap would block all that follows."""
        for missing in range(self.node.nonce(self.address), nonce + 1):
            if raw := self._sent.get(missing):
                with contextlib.suppress(NodeRefused):  # it may pay too little by now: the bump helps that
                    self.node.request("eth_sendRawTransaction", "0x" + raw.hex())

    def _give_up_if_replaced(self, submitted: Submitted) -> None:
        if self._receipt(submitted) is None and not any(self._known(tx_hash) for tx_hash in submitted.hashes):
            raise TransactionReplaced(
                f"nonce {submitted.nonce} of {self.address} was used by another transaction",
                value=submitted.hashes[-1],
                remedy="let one program send for an account",
            )


def estimate_gas(node: Node, sender: str, call: Call) -> int:
    """The gas to give a call, with a margin. Raises NodeRefused where it would fail."""
    request = {"from": sender, "data": "0x" + call.data.hex(), "value": hex(call.value)} | ({"to": call.to} if call.to else {})
    estimate = quantity(node.request("eth_estimateGas", request))
    return min(estimate * (100 + GAS_MARGIN_PERCENT) // 100, max(estimate, TRANSACTION_GAS_CAP))


def _bump(fee: int) -> int:
    return fee + -(-fee * BUMP_PERMILLE // 1000) + 1


def _nonce_taken(error: NodeRefused) -> bool:
    text = error.reason.lower()
    return "nonce too low" in text or "nonce is too low" in text or "replacement transaction underpriced" in text
