"""The worker: rounds that do what is missing, trouble that passes, clean starts and stops, and what a kill leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from chain.calls import NoContract
from chain.node import Node, NodeUnavailable
from chain.sender import WrongChain
from governance.errors import BadInput, SuretyError
from governance.values import Outcome
from oracle.relay_client import RelayClient
from oracle.wire import MemberSignature, Submission
from settlement.queries import Reader
from settlement.views import Stage as PeriodStage
from settlement.watch import ForeignDatabase
from settlement.worker import Settlement, SettlementConfig, run_settlement

PROGRAM = """
import sys
from pathlib import Path
from chain.addressbook import AddressBook
from chain.devnet import dev_signer
from chain.node import Node
from settlement.worker import SettlementConfig, run_settlement

class ChainClock:
    def now_ms(self):
        return Node(rpc_url).block("latest").timestamp_s * 1_000

rpc_url, book, database_url = sys.argv[1:]
options = {"port": 0, "poll_s": 0.05, "clock": ChainClock(), "docket_tag": "latest"}
config = SettlementConfig(rpc_url, AddressBook.load(Path(book)), dev_signer(3), database_url, **options)
run_settlement(config, ready=lambda url: print(url, flush=True))
"""


class ChainClock:
    """The chain's own time."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def now_ms(self) -> int:
        return self.node.block("latest").timestamp_s * 1_000


def config_of(stage: Any, database_url: str, **changes: Any) -> SettlementConfig:
    settings: dict[str, Any] = {
        "patience_s": 1.0,
        "poll_s": 0.05,
        "port": 0,
        "docket_tag": "latest",
        "clock": ChainClock(stage.node),
    }
    return SettlementConfig(stage.anvil.rpc_url, stage.book, stage.anvil.signer(3), database_url, **(settings | changes))


@pytest.fixture
def settlement(stage, database_url) -> Iterator[Settlement]:
    made = Settlement(config_of(stage, database_url))
    yield made
    made.close()


def test_rounds_carry_a_period_from_observations_to_claims(stage, troupe, settlement, observation) -> None:
    agreement, silent = troupe.open(), troupe.open()
    epoch = troupe.end(agreement)
    settlement.round()
    for member in range(4):
        settlement.relay.push(Submission(stage.configuration.digest, troupe.signed(member, epoch, observation(agreement, 0, 90))))
    assert settlement.relay.woken.is_set()
    assert settlement.round() == 0
    for member in (1, 2, 3):
        (proposal,) = settlement.relay.proposals(None, member)
        digest = bytes.fromhex(proposal.id[2:])
        settlement.relay.sign(proposal.id, MemberSignature(member, stage.members[member].sign_compact(digest)))
    assert settlement.round() == 1
    stage.move_to(stage.end_of(silent, 0) + 60)
    assert settlement.round() == 2
    assert settlement.round() == 0
    assert [stage.pactum.agreement_of(key).closed for key in (agreement, silent)] == [True, True]
    relayed = stage.configuration.digest, stage.token.address, stage.relay.address, [0b1111]
    assert stage.pactum.claimable_of_relay(*relayed) == 5


def test_trouble_with_the_node_passes(stage, sqlite_url, monkeypatch, caplog) -> None:
    settlement = Settlement(config_of(stage, sqlite_url))
    agreement = stage.open()
    broken = NodeUnavailable("the node is down")

    def fail(*_: Any) -> None:
        raise broken

    with monkeypatch.context() as patch:
        patch.setattr(Node, "request", fail)
        assert [settlement.round() for _ in range(3)] == [0, 0, 0]
    assert [record.message for record in caplog.records].count("cannot read the chain: the node is down") == 1
    settlement.round()
    reader = Reader(sqlite_url)
    assert reader.agreement(agreement) is not None
    reader.close()
    settlement.close()


def test_a_mistake_in_one_step_does_not_stop_the_others(stage, sqlite_url, monkeypatch, caplog) -> None:
    settlement = Settlement(config_of(stage, sqlite_url))
    silent = stage.open(1)
    stage.move_to(stage.end_of(silent, 0) + 60)
    monkeypatch.setattr(settlement.relay, "propose", lambda: 1 // 0)
    assert settlement.round() == 1
    assert "ZeroDivisionError" in caplog.text
    assert stage.pactum.agreement_of(silent).closed
    settlement.close()


def test_what_cannot_mend_itself_is_raised(stage, sqlite_url) -> None:
    with pytest.raises(NodeUnavailable):
        Settlement(SettlementConfig("http://127.0.0.1:9", stage.book, stage.anvil.signer(3), sqlite_url))
    other_chain = replace(stage.book, chain_id=1)
    with pytest.raises(WrongChain):
        Settlement(SettlementConfig(stage.anvil.rpc_url, other_chain, stage.anvil.signer(3), sqlite_url))
    nowhere = replace(stage.book, **dict.fromkeys(("pactum", "zone", "committee", "tribunal"), stage.treasury))
    with pytest.raises(NoContract):
        Settlement(SettlementConfig(stage.anvil.rpc_url, nowhere, stage.anvil.signer(3), sqlite_url))
    first = Settlement(config_of(stage, sqlite_url))
    first.round()
    swapped = replace(stage.book, pactum=stage.book.zone, zone=stage.book.pactum)
    second = Settlement(SettlementConfig(stage.anvil.rpc_url, swapped, stage.anvil.signer(3), sqlite_url))
    with pytest.raises(ForeignDatabase):
        second.round()
    first.close()
    second.close()


def test_only_the_leader_turns_the_loops(stage, postgresql_url) -> None:
    one, two = (Settlement(config_of(stage, postgresql_url)) for _ in range(2))
    silent = stage.open(1)
    stage.move_to(stage.end_of(silent, 0) + 60)
    assert one.leadership.held()
    assert two.round() == 0
    assert one.round() == 1
    one.close()
    assert two.leadership.held()
    two.close()


def test_the_worker_serves_its_relay_and_stops_when_told(stage, sqlite_url) -> None:
    addresses: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def told(url: str) -> None:
        addresses.append(url)
        ready.set()

    thread = threading.Thread(target=run_settlement, args=(config_of(stage, sqlite_url), stop, told))
    thread.start()
    assert ready.wait(20)
    assert httpx.get(f"{addresses[0]}/healthz", trust_env=False).json() == {"status": "ok"}
    with pytest.raises(BadInput, match="cannot listen"):
        run_settlement(config_of(stage, sqlite_url, port=int(addresses[0].rpartition(":")[2])), stop)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{addresses[0]}/healthz", trust_env=False)


class Process:
    """The worker as a process of its own."""

    def __init__(self, stage: Any, folder: Path, database_url: str, repository: Path) -> None:
        stage.book.save(folder / "book.json")
        command = [sys.executable, "-c", PROGRAM, stage.anvil.rpc_url, str(folder / "book.json"), database_url]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@pytest.fixture
def start(stage, tmp_path, repository) -> Iterator[Callable[[str], Process]]:
    """Starts workers; none outlives the test."""
    started: list[Process] = []

    def begin(database_url: str) -> Process:
        started.append(Process(stage, tmp_path, database_url, repository))
        return started[-1]

    yield begin
    for process in started:
        process.end(signal.SIGKILL)


def test_a_killed_worker_begins_where_the_chain_and_the_tables_are(stage, sqlite_troupe, tmp_path, start, observation) -> None:
    """Members push to the first process, which is killed; they sign at the second, which is asked to stop, and stops."""
    troupe = sqlite_troupe
    agreement = troupe.open()
    epoch = troupe.end(agreement)
    url = f"sqlite:///{tmp_path / 'worker.sqlite'}"
    digest = stage.configuration.digest
    first = start(url)
    client = RelayClient(first.url)
    for member in range(4):
        submission = Submission(digest, troupe.signed(member, epoch, observation(agreement, 0, 80)))
        until(partial(pushed, client, submission))
    client.close()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL

    second = start(url)
    client = RelayClient(second.url)
    until(lambda: client.proposals(digest, 0) != ())
    for member in (0, 1, 2):
        (proposal,) = client.proposals(digest, member)
        signature = stage.members[member].sign_compact(bytes.fromhex(proposal.id[2:]))
        client.sign(proposal.id, MemberSignature(member, signature))
    client.close()
    until(lambda: stage.pactum.agreement_of(agreement).next == 1)
    stage.mature()
    until(lambda: stage.pactum.agreement_of(agreement).closed)
    assert second.end(signal.SIGTERM) == 0

    settlement = Settlement(config_of(stage, url))
    settlement.round()
    reader = Reader(url)
    view = reader.period(agreement, 0)
    assert view
    assert (view.stage, view.outcome) == (PeriodStage.SETTLED, Outcome.BREACH)
    reader.close()
    settlement.close()


def pushed(client: RelayClient, submission: Submission) -> bool:
    client.push(submission)
    return True


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for another process, which no clock of ours moves."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        with suppress(SuretyError):
            if condition():
                return
        pause.wait(0.05)
    pytest.fail("nothing happened")
