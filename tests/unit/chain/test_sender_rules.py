"""The sender against a node with geth's rules and any faults: what is sent lands once, and a wait always ends.

Anvil takes replacements that geth refuses, mines at once and loses nothing, so it cannot teach these rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.blocks import Receipt
from chain.hashing import keccak
from chain.keys import Signer
from chain.node import NodeRefused, NodeUnavailable
from chain.reverts import TransactionReverted
from chain.sender import (
    Call,
    FeeTooHigh,
    InsufficientFunds,
    NonceContested,
    Sender,
    TransactionPending,
    TransactionReplaced,
    WrongChain,
)

SIGNER = Signer(b"\x11" * 32)
CALL = Call("0x" + "22" * 20, b"\1\2\3\4")
GWEI = 10**9


@dataclass
class Sent:
    hash: bytes
    nonce: int
    most: int
    tip: int
    gas: int


@dataclass
class StrictNode:
    """A mempool with geth's rules. ``faults`` are taken one by one by deliveries: lost answers and lost requests."""

    chain: int = 1
    base_fee: int = 10 * GWEI
    latest: int = 0
    pool: dict[int, Sent] = field(default_factory=dict)
    mined: dict[bytes, tuple[Receipt, bool]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    deliveries: list[Sent] = field(default_factory=list)
    mine_at_once: bool = True
    refuses_underpaid: bool = False
    refusal: NodeRefused | None = None
    url: str = "http://node"

    def chain_id(self) -> int:
        return self.chain

    def nonce(self, _address: str, tag: str = "pending") -> int:
        count = self.latest
        while tag == "pending" and count in self.pool:
            count += 1
        return count

    def request_many(self, _calls: Any) -> list[Any]:
        return [{"baseFeePerGas": hex(self.base_fee)}, hex(GWEI)]

    def request(self, method: str, *parameters: Any) -> Any:
        if method == "eth_estimateGas":
            if self.refusal:
                raise self.refusal
            return hex(100_000)
        assert method == "eth_sendRawTransaction"
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "request lost":
            raise NodeUnavailable("no answer")
        answer = self._take(bytes.fromhex(parameters[0][2:]))
        if fault == "answer lost":
            raise NodeUnavailable("no answer")
        return answer

    def receipt(self, tx_hash: bytes) -> tuple[Receipt, bool] | None:
        return self.mined.get(tx_hash)

    def knows_transaction(self, tx_hash: bytes) -> bool:
        return tx_hash in self.mined or any(sent.hash == tx_hash for sent in self.pool.values())

    def call(self, *_: Any) -> bytes:
        raise NodeRefused("execution reverted", code=3, data="0x")

    def mine(self, succeeded: bool = True) -> None:
        while (sent := self.pool.get(self.latest)) and sent.most >= self.base_fee:
            del self.pool[self.latest]
            self.mined[sent.hash] = Receipt(sent.hash, 5, bytes(32), 50_000, sent.most, ()), succeeded
            self.latest += 1

    def _take(self, raw: bytes) -> str:
        fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        sent = Sent(keccak(raw), fields["nonce"], fields["maxFeePerGas"], fields["maxPriorityFeePerGas"], fields["gas"])
        if self.knows_transaction(sent.hash):
            raise NodeRefused("already known", code=-32000)
        if sent.nonce < self.latest:
            raise NodeRefused("nonce too low: next nonce 1, tx nonce 0", code=-32000)
        if self.refuses_underpaid and sent.most < self.base_fee:
            raise NodeRefused("max fee per gas less than block base fee", code=-32000)
        if (old := self.pool.get(sent.nonce)) and (sent.most * 1000 < old.most * 1125 or sent.tip * 1000 < old.tip * 1125):
            raise NodeRefused("replacement transaction underpriced", code=-32000)
        self.pool[sent.nonce] = sent
        self.deliveries.append(sent)
        if self.mine_at_once:
            self.mine()
        return "0x" + sent.hash.hex()


@dataclass
class Clock:
    """Time that passes only while somebody waits; ``at`` says what happens then."""

    now: float = 0.0
    at: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now_s(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        due = [event for moment, event in self.at if moment <= self.now]
        self.at = [(moment, event) for moment, event in self.at if moment > self.now]
        for event in due:
            event()


def _sender(node: StrictNode, clock: Clock | None = None, **options: Any) -> Sender:
    return Sender(node, SIGNER, pace=clock or Clock(), **options)  # type: ignore[arg-type]


def test_a_call_is_sent_with_margin_and_room_for_a_rising_base_fee():
    node = StrictNode()
    receipt = _sender(node).send(CALL)
    sent = node.deliveries[0]
    assert (sent.gas, sent.most, sent.tip) == (125_000, 21 * GWEI, GWEI)
    assert receipt.tx_hash == sent.hash


def test_nonces_follow_each_other():
    node = StrictNode(latest=7)
    sender = _sender(node)
    for _ in range(3):
        sender.send(CALL)
    assert [sent.nonce for sent in node.deliveries] == [7, 8, 9]


@settings(max_examples=200)
@given(st.lists(st.lists(st.sampled_from(["", "request lost", "answer lost"]), max_size=4), min_size=1, max_size=6))
def test_lost_requests_and_answers_never_double_a_transaction(faults: list[list[str]]):
    node = StrictNode()
    sender = _sender(node)
    for lost in faults:
        node.faults = list(lost)
        sender.send(CALL)
    assert node.latest == len(faults)
    assert len({sent.nonce for sent in node.deliveries}) == len(faults)


def test_a_node_that_stays_silent_is_told_of_with_the_hash():
    node = StrictNode(faults=["answer lost"] + ["request lost"] * 10)
    sender = _sender(node)
    with pytest.raises(TransactionPending, match="transaction 0x") as caught:
        sender.send(CALL)
    assert sender.wait(caught.value.submitted).tx_hash == node.deliveries[0].hash
    assert node.latest == 1


def test_a_transaction_that_was_never_delivered_is_given_to_the_node_by_the_wait():
    node = StrictNode(faults=["request lost"] * 5)
    sender = _sender(node)
    with pytest.raises(TransactionPending) as caught:
        sender.send(CALL)
    assert node.deliveries == []
    assert sender.wait(caught.value.submitted).tx_hash == caught.value.value


def test_a_stuck_transaction_is_replaced_by_the_rules_of_geth():
    node, clock = StrictNode(mine_at_once=False), Clock()
    clock.at = [(31.0, node.mine)]
    receipt = _sender(node, clock, bump_after_s=10.0).send(CALL)
    first, *others = node.deliveries
    assert len(others) >= 2
    assert all(other.nonce == first.nonce for other in others)
    assert receipt.tx_hash == node.deliveries[-1].hash


def test_a_replacement_pays_at_least_what_the_network_asks_by_then():
    node, clock = StrictNode(mine_at_once=False), Clock()

    def spike() -> None:
        node.base_fee = 100 * GWEI
        node.mine_at_once = True

    clock.at = [(1.0, spike)]
    _sender(node, clock, bump_after_s=10.0).send(CALL)
    assert node.deliveries[-1].most >= 201 * GWEI


def test_the_older_hash_may_be_the_one_that_is_mined():
    node, clock = StrictNode(mine_at_once=False), Clock()
    sender = _sender(node, clock, bump_after_s=5.0)
    submitted = sender.submit(CALL)
    original = node.pool[0]

    def mine_original() -> None:
        node.pool[0] = original
        node.mine()

    clock.at = [(12.0, mine_original)]
    assert sender.wait(submitted).tx_hash == original.hash


def test_a_dropped_transaction_is_given_back():
    node, clock = StrictNode(mine_at_once=False), Clock()

    def drop() -> None:
        node.pool.clear()
        node.mine_at_once = True

    clock.at = [(0.5, drop)]
    receipt = _sender(node, clock).send(CALL)
    assert receipt.tx_hash == node.deliveries[0].hash
    assert clock.now < 10


def test_a_dropped_transaction_that_pays_too_little_is_replaced():
    node, clock = StrictNode(mine_at_once=False), Clock()

    def evict() -> None:
        node.pool.clear()
        node.mine_at_once = node.refuses_underpaid = True
        node.base_fee = 50 * GWEI

    clock.at = [(0.5, evict)]
    receipt = _sender(node, clock, bump_after_s=10.0).send(CALL)
    assert receipt.tx_hash == node.deliveries[-1].hash
    assert clock.now < 13


def test_a_gap_before_a_transaction_is_closed_again():
    node, clock = StrictNode(mine_at_once=False), Clock()
    sender = _sender(node, clock)
    first = sender.submit(CALL)
    second = sender.submit(CALL)
    del node.pool[0]
    node.mine_at_once = True
    assert sender.wait(second).tx_hash == second.hashes[0]
    assert sender.wait(first).tx_hash == first.hashes[0]


def test_a_wait_ends():
    node, clock = StrictNode(mine_at_once=False), Clock()
    with pytest.raises(TransactionPending, match="not mined within 60 s"):
        _sender(node, clock, timeout_s=60.0).send(CALL)
    assert 60 <= clock.now < 62


def test_a_nonce_that_another_program_took_is_passed_over():
    node = StrictNode()
    sender = _sender(node)
    sender.send(CALL)
    node.latest += 2  # sent by somebody else
    sender.send(CALL)
    assert [sent.nonce for sent in node.deliveries] == [0, 3]


def test_a_race_that_is_always_lost_ends():
    node = StrictNode()
    node.nonce = lambda *_: 0  # type: ignore[method-assign]
    node.latest = 5
    with pytest.raises(NonceContested, match="keeps taking the nonces"):
        _sender(node).send(CALL)


def test_a_transaction_whose_nonce_went_to_another_one_is_given_up():
    node, clock = StrictNode(mine_at_once=False), Clock()

    def take_nonce() -> None:
        node.pool.clear()
        node.latest = 1

    clock.at = [(1.0, take_nonce)]
    with pytest.raises(TransactionReplaced, match="was used by another transaction"):
        _sender(node, clock).send(CALL)


def test_a_refusal_costs_no_nonce():
    node = StrictNode()
    sender = _sender(node)
    node.refusal = NodeRefused("execution reverted", code=3, data="0x")
    with pytest.raises(TransactionReverted):
        sender.send(CALL)
    node.refusal = None
    sender.send(CALL)
    assert [sent.nonce for sent in node.deliveries] == [0]


def test_a_transaction_that_reverts_when_mined_says_so_with_its_hash():
    node, clock = StrictNode(mine_at_once=False), Clock()
    clock.at = [(0.1, lambda: node.mine(succeeded=False))]
    with pytest.raises(TransactionReverted) as caught:
        _sender(node, clock).send(CALL)
    assert caught.value.tx_hash == node.deliveries[0].hash


def test_an_account_without_money_is_told():
    node = StrictNode(refusal=NodeRefused("Insufficient funds for gas * price + value", code=-32000))
    with pytest.raises(InsufficientFunds, match=f"{SIGNER.address} cannot pay"):
        _sender(node).send(CALL)


def test_a_fee_above_the_ceiling_is_not_paid():
    node = StrictNode()
    with pytest.raises(FeeTooHigh, match=r"21\.000 gwei"):
        _sender(node, fee_ceiling_wei=20 * GWEI).send(CALL)
    assert node.deliveries == []


def test_a_replacement_stays_below_the_ceiling():
    node, clock = StrictNode(mine_at_once=False), Clock()
    with pytest.raises(TransactionPending):
        _sender(node, clock, bump_after_s=5.0, fee_ceiling_wei=22 * GWEI).send(CALL)
    assert max(sent.most for sent in node.deliveries) <= 22 * GWEI


def test_another_chain_is_refused_before_anything_is_signed():
    node = StrictNode(chain=2)
    with pytest.raises(WrongChain, match="follows chain 2, not 1"):
        _sender(node, chain_id=1).send(CALL)
    assert node.deliveries == []
