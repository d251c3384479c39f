"""Anvil as a child: it starts where told, keeps what it should, and never stays behind."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from chain.contracts import NotaryClient
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil, AnvilFailed, dev_signer, find_anvil, start_anvil
from chain.docket import Docket
from chain.hashing import text_id
from chain.node import NodeUnavailable
from chain.sender import Sender
from governance.errors import BadInput

OWNER = """
import sys
from chain.devnet import start_anvil
anvil = start_anvil()
print(anvil.pid, flush=True)
{then}
"""


def test_its_accounts_are_the_known_ones_and_funded(fresh_anvil: Anvil):
    assert dev_signer(0).address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert dev_signer(1).address == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    assert all(fresh_anvil.node.balance(fresh_anvil.signer(account).address) == 10**22 for account in range(10))


def test_others_can_be_funded(fresh_anvil: Anvil):
    fresh_anvil.fund("0x" + "77" * 20, 5)
    assert fresh_anvil.node.balance("0x" + "77" * 20) == 5


def test_its_clock_moves_on_and_never_back(fresh_anvil: Anvil):
    now = fresh_anvil.node.block("latest").timestamp_s
    fresh_anvil.move_to(now + 86_400)
    assert fresh_anvil.node.block("latest").timestamp_s == now + 86_400
    fresh_anvil.increase(60)
    assert fresh_anvil.node.block("latest").timestamp_s == now + 86_460
    with pytest.raises(BadInput, match="clock cannot be set"):
        fresh_anvil.move_to(now)


def test_finality_trails_by_two_blocks(fresh_anvil: Anvil):
    fresh_anvil.mine(10)
    assert fresh_anvil.node.block("finalized").number == 8


def test_it_can_begin_in_the_past():
    with start_anvil(timestamp_s=1_735_689_600) as anvil:
        anvil.move_to(1_738_368_000)
        assert anvil.node.block("latest").timestamp_s == 1_738_368_000


def test_it_mines_by_the_clock_where_told():
    with start_anvil(block_time_s=1) as anvil:
        anvil.node.request("eth_sendRawTransaction", _transfer(anvil))
        assert anvil.node.block("latest").number == 0


def _transfer(anvil: Anvil) -> str:
    from eth_account import Account

    fields = {"nonce": 0, "gas": 21_000, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1, "chainId": 31_337, "value": 1}
    key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
    return "0x" + bytes(Account.sign_transaction({**fields, "to": anvil.signer(1).address}, key).raw_transaction).hex()


def test_its_state_outlives_it(tmp_path: Path):
    state = tmp_path / "chain.json"
    with start_anvil(state=state) as anvil:
        anvil.mine(5)
        anvil.fund("0x" + "77" * 20, 5)
        anvil.mine()
        before = anvil.node.block("latest"), anvil.node.block("finalized")
    with start_anvil(state=state) as anvil:
        assert (anvil.node.block("latest"), anvil.node.block("finalized")) == before
        assert anvil.node.balance("0x" + "77" * 20) == 5


def test_contracts_and_their_story_outlive_it(tmp_path: Path):
    state = tmp_path / "chain.json"
    with start_anvil(state=state) as anvil:
        members = tuple(dev_signer(account).address for account in range(1, 5))
        book = deploy(anvil.node, Sender(anvil.node, anvil.signer(0)), DeployParameters(members=members))
    with start_anvil(state=state) as anvil:
        docket = Docket(anvil.node, book, "latest")
        docket.refresh()
        assert docket.configurations[0].members == members
        NotaryClient(anvil.node, book.notary).publish_terms(Sender(anvil.node, anvil.signer(0)), "terms")
        docket.refresh()
        assert docket.terms_text(text_id("terms")) == "terms"


def test_it_stops_once_and_for_all():
    anvil = start_anvil()
    assert psutil.pid_exists(anvil.pid)
    anvil.stop()
    anvil.stop()
    assert not anvil.running
    assert not psutil.pid_exists(anvil.pid)
    with pytest.raises(NodeUnavailable):
        anvil.node.chain_id()


def test_many_start_side_by_side_on_ports_of_their_own():
    anvils: list[Anvil] = []
    threads = [threading.Thread(target=lambda: anvils.append(start_anvil())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({anvil.port for anvil in anvils}) == 4
        assert all(anvil.running for anvil in anvils)  # though the threads that started them have ended
    finally:
        for anvil in anvils:
            anvil.stop()


@pytest.mark.parametrize("then", ["raise SystemExit(3)", "raise RuntimeError('oops')", "pass"])
def test_it_ends_with_its_owner_however_the_owner_ends(then: str, repository: Path):
    command = [sys.executable, "-c", OWNER.format(then=then)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository, timeout=60)
    _gone(int(done.stdout))


@pytest.mark.skipif(platform.system() != "Linux", reason="the kernel's leash is Linux's")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_an_owner_that_is_killed(number: int, repository: Path):
    command = [sys.executable, "-c", OWNER.format(then="sys.stdin.read()")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repository) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(number)
    _gone(pid)


def _gone(pid: int) -> None:
    """Waits for the end of a process that is not our child; fails after ten seconds."""
    try:
        process = psutil.Process(pid)
        assert "anvil" in process.name()
        process.wait(10)
    except psutil.NoSuchProcess:
        return


def test_it_does_not_hear_our_ctrl_c(fresh_anvil: Anvil):
    assert os.getsid(fresh_anvil.pid) != os.getsid(0)


def test_a_taken_port_is_told(fresh_anvil: Anvil):
    with pytest.raises(AnvilFailed, match="did not start"):
        start_anvil(port=fresh_anvil.port)


def test_a_program_that_says_nothing_is_told(tmp_path: Path):
    silent = tmp_path / "anvil"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    with pytest.raises(AnvilFailed, match="no port within 1 s"):
        start_anvil(binary=silent, timeout_s=1)


def test_a_program_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(AnvilFailed, match="cannot be run"):
        find_anvil(tmp_path / "nothing")


def test_the_program_is_found_beside_the_package_or_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    native = find_anvil()
    assert os.access(native, os.X_OK)
    monkeypatch.setattr("chain.devnet._platform", lambda: "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnvilFailed, match="not installed"):
        find_anvil()
    (tmp_path / "anvil").symlink_to(native)
    assert find_anvil() == tmp_path / "anvil"
