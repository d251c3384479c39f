"""Transactions on a real node: they land once, and a refusal comes in words."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from chain.addressbook import AddressBook
from chain.calls import NoContract
from chain.contracts import CommitteeClient, LawStoneClient, TokenClient, ZoneClient, check_book
from chain.deployment import create_address
from chain.devnet import Anvil
from chain.hashing import text_id
from chain.keys import Signer
from chain.node import Node, NodeUnavailable
from chain.reverts import TransactionReverted
from chain.sender import Call, InsufficientFunds, Sender, TransactionPending, WrongChain
from chain.values import Earned, Seat

GWEI = 10**9
STRANGER = "0x" + "77" * 20


def _pay(amount: int = 1) -> Call:
    return Call(STRANGER, b"", amount)


def test_a_refusal_comes_by_name_with_values_before_anything_is_sent(fresh_anvil: Anvil, sender: Sender, book: AddressBook):
    before = fresh_anvil.node.nonce(sender.address)
    with pytest.raises(TransactionReverted, match="register the provider first") as caught:
        ZoneClient(fresh_anvil.node, book.zone).stake(sender, str(book.token), 5)
    assert (caught.value.name, caught.value.arguments) == ("NotRegistered", {"provider": sender.address})
    assert fresh_anvil.node.nonce(sender.address) == before


def test_a_refusal_of_a_library_is_known_too(fresh_anvil: Anvil, book: AddressBook):
    stranger = Sender(fresh_anvil.node, fresh_anvil.signer(9))
    with pytest.raises(TransactionReverted, match="only governance may do this"):
        stranger.send(LawStoneClient(fresh_anvil.node, book.law_stone).found_call(Seat.SETTLEMENT, bytes(32)))


def test_a_refusal_that_shows_only_when_mined_is_explained(fresh_anvil: Anvil, sender: Sender, book: AddressBook):
    stone = LawStoneClient(fresh_anvil.node, book.law_stone)
    publish = stone.call("publish(bytes)", b"law")
    hasty = Call(publish.to, publish.data, gas=1_000_000)  # no estimate, so nothing warns
    fresh_anvil.node.request("evm_setAutomine", False)
    first, second = sender.submit(hasty), sender.submit(hasty)
    fresh_anvil.mine()
    assert sender.wait(first).gas_used > 0
    with pytest.raises(TransactionReverted, match="AlreadyPublished") as caught:
        sender.wait(second)
    assert caught.value.arguments == {"law": text_id("law")}
    assert caught.value.tx_hash == second.hashes[0]


def test_a_transaction_that_runs_out_of_gas_says_so(fresh_anvil: Anvil, sender: Sender, book: AddressBook):
    call = LawStoneClient(fresh_anvil.node, book.law_stone).call("publish(bytes)", b"x" * 2_000)
    with pytest.raises(TransactionReverted, match="OutOfGas"):
        sender.send(Call(call.to, call.data, gas=150_000))


def test_sixteen_threads_share_an_account(fresh_anvil: Anvil, sender: Sender):
    receipts: list[Any] = []

    def pay() -> None:
        receipts.extend(sender.send(_pay()) for _ in range(5))

    threads = [threading.Thread(target=pay) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.tx_hash for receipt in receipts}) == 80
    assert fresh_anvil.node.balance(STRANGER) == 80
    assert fresh_anvil.node.nonce(sender.address) == 80


def test_two_programs_may_meet_on_one_account(fresh_anvil: Anvil, sender: Sender):
    other = Sender(fresh_anvil.node, fresh_anvil.signer(0))
    for _ in range(3):
        sender.send(_pay())
        other.send(_pay())
    assert fresh_anvil.node.balance(STRANGER) == 6


def test_a_lost_answer_is_resolved_by_hash_and_lands_once(fresh_anvil: Anvil, proxy):
    lost: list[bytes] = []

    def lose_twice(request: bytes) -> bool:
        if b"eth_sendRawTransaction" in request and len(lost) < 2:
            lost.append(request)
            return True
        return False

    proxy.swallow = lose_twice
    sender = Sender(Node(proxy.url), fresh_anvil.signer(0))
    receipt = sender.send(_pay(7))
    assert len(lost) == 2
    assert receipt.block_number == 1
    assert fresh_anvil.node.balance(STRANGER) == 7
    assert fresh_anvil.node.nonce(sender.address) == 1


def test_when_every_answer_is_lost_the_hash_is_told_and_nothing_is_sent_twice(fresh_anvil: Anvil, proxy, hasty):
    proxy.swallow = lambda request: b"eth_sendRawTransaction" in request
    sender = Sender(Node(proxy.url), fresh_anvil.signer(0), pace=hasty)
    with pytest.raises(TransactionPending, match="look it up by its hash") as caught:
        sender.send(_pay(7))
    proxy.swallow = lambda _: False
    assert sender.wait(caught.value.submitted).tx_hash == caught.value.value
    sender.send(_pay(7))
    assert fresh_anvil.node.balance(STRANGER) == 14


def test_a_transaction_stuck_under_a_fee_spike_is_replaced(fresh_anvil: Anvil, hasty):
    sender = Sender(fresh_anvil.node, fresh_anvil.signer(0), pace=hasty)
    fresh_anvil.node.request("evm_setAutomine", False)
    submitted = sender.submit(_pay(7))
    spike = submitted.fees.most * 3
    fresh_anvil.node.request("anvil_setNextBlockBaseFeePerGas", hex(spike))
    fresh_anvil.mine()
    assert fresh_anvil.node.receipt(submitted.hashes[0]) is None
    fresh_anvil.node.request("evm_setAutomine", True)
    receipt = sender.wait(submitted)
    assert receipt.effective_gas_price > submitted.call.value
    assert receipt.tx_hash in submitted.hashes[1:]
    assert fresh_anvil.node.balance(STRANGER) == 7


def test_transactions_that_a_reorg_takes_back_are_given_back(fresh_anvil: Anvil, hasty):
    sender = Sender(fresh_anvil.node, fresh_anvil.signer(0), pace=hasty)
    for _ in range(3):
        sender.send(_pay())
    fresh_anvil.node.request("anvil_reorg", 2, [])
    assert fresh_anvil.node.balance(STRANGER) == 1
    sender.send(_pay())
    assert fresh_anvil.node.balance(STRANGER) == 4


def test_a_node_that_is_down_is_unavailable(fresh_anvil: Anvil, sender: Sender):
    fresh_anvil.stop()
    with pytest.raises(NodeUnavailable, match=f"node at {fresh_anvil.rpc_url} does not answer"):
        sender.send(_pay())


def test_an_account_without_coins_is_told(fresh_anvil: Anvil):
    with pytest.raises(InsufficientFunds, match="cannot pay for gas"):
        Sender(fresh_anvil.node, Signer(b"\x99" * 32)).send(_pay())


def test_another_chain_is_refused(fresh_anvil: Anvil):
    with pytest.raises(WrongChain, match="follows chain 31337, not 1"):
        Sender(fresh_anvil.node, fresh_anvil.signer(0), chain_id=1).send(_pay())


def test_an_address_without_a_contract_is_told(fresh_anvil: Anvil):
    with pytest.raises(NoContract, match=f"no contract answers balanceOf at {STRANGER}"):
        TokenClient(fresh_anvil.node, STRANGER).balance_of(STRANGER)
    with pytest.raises(NoContract, match="no contract answers verify"):
        CommitteeClient(fresh_anvil.node, STRANGER).verify(bytes(32), bytes(32), 0, 0, b"")


def test_another_contract_than_meant_is_told(fresh_anvil: Anvil, book: AddressBook):
    with pytest.raises((NoContract, TransactionReverted)):
        CommitteeClient(fresh_anvil.node, book.zone).configuration_of(bytes(32))
    with pytest.raises(NoContract, match="in another form"):
        ZoneClient(fresh_anvil.node, str(book.token)).read_struct(Earned, "symbol()")


def test_a_book_is_checked_against_its_chain(fresh_anvil: Anvil, book: AddressBook):
    check_book(fresh_anvil.node, book)
    with pytest.raises(WrongChain, match="the address book is of 1"):
        check_book(fresh_anvil.node, dataclasses.replace(book, chain_id=1))
    with pytest.raises(NoContract):
        check_book(fresh_anvil.node, dataclasses.replace(book, zone=STRANGER))


@pytest.mark.parametrize("before", [0, 1, 127, 128, 255, 256])
def test_a_contracts_address_is_known_before_it_stands(fresh_anvil: Anvil, sender: Sender, before: int):
    fresh_anvil.node.request("anvil_setNonce", sender.address, hex(before))
    receipt = sender.send(Call(None, bytes.fromhex("600060005360016000f3")))  # returns one byte of code: STOP
    assert receipt.contract_address == create_address(sender.address, before)
