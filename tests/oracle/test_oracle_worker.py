"""Workers on a real chain: they probe a real endpoint on time, and a quorum of them signs a report; they stop when told to."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chain.contracts import CommitteeClient, NotaryClient, PactumClient, TokenClient, ZoneClient
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil, dev_signer, start_anvil
from chain.docket import Docket
from chain.hashing import ZERO_ADDRESS, text_id
from chain.keys import new_keystore, open_keystore, recover_compact
from chain.offers import Offer
from chain.row import pack, unpack
from chain.sender import Sender, WrongChain
from chain.typed_data import offer_digest, report_digest
from chain.values import Parameters
from governance import laws as shipped_laws
from governance.terms import parse_terms
from governance.values import Outcome, PeriodKind
from oracle import wire
from oracle.database import DatabaseUnavailable
from oracle.evidence import EvidenceStore
from oracle.laws import Laws
from oracle.probe import targets_of
from oracle.rows import ObservationSet, Rules, derive, report_header, verify_member
from oracle.samples import Result, Sample
from oracle.store import ForeignDatabase, Store
from oracle.wire import Proposal
from oracle.witness import Witness
from oracle.worker import Outbox, WorkerConfig, work

pytestmark = pytest.mark.timeout(90)

PERIOD_S = 3
EPOCH_S = 1  # shorter than the two seconds in which a report is taken
PATIENCE_S = 30
PAYEE = "0x" + "77" * 20
TERMS = """
apiVersion: openslo/v1
kind: Service
metadata: {{name: inference, displayName: inference}}
spec: {{description: for tests}}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {{name: endpoint}}
spec:
  type: http-probe
  connectionDetails: {{url: "{url}", interval: 100ms, timeout: 500ms}}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  annotations:
    surety/tier-1: "50 % <= uptime < 99.9 %: credit 10 %"
    surety/tier-2: "uptime < 50 %: credit 100 %, slash 10 %"
    surety/slot: "1s"
    surety/minimum-coverage: "50 %"
    surety/minimum-samples: "5"
spec:
  service: inference
  indicator:
    metadata: {{name: ok-share}}
    spec:
      ratioMetric:
        counter: true
        good: {{metricSource: {{type: http-probe, spec: {{result: ok}}}}}}
        total: {{metricSource: {{type: http-probe, spec: {{result: judged}}}}}}
  timeWindow:
    - {{duration: 3s, isRolling: false, calendar: {{startTime: "2026-01-01 00:00:00", timeZone: UTC}}}}
  budgetingMethod: Occurrences
  objectives:
    - {{targetPercent: 99.9}}
"""


def serve(handler: type[BaseHTTPRequestHandler]) -> tuple[ThreadingHTTPServer, threading.Thread, str]:
    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    return server, thread, f"http://127.0.0.1:{server.server_address[1]}"


class Quiet(BaseHTTPRequestHandler):
    """A handler that answers JSON and prints nothing."""

    protocol_version = "HTTP/1.1"

    def say(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def heard(self) -> object:
        return wire.parse(self.rfile.read(int(self.headers.get("content-length", 0))), "body")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Answers every request, but one in four with 500."""
    count = iter(range(10**9))

    class Flaky(Quiet):
        def do_GET(self) -> None:
            self.say(500 if next(count) % 4 == 3 else 200, {})

    server, thread, url = serve(Flaky)
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


class Stage:
    """A chain with contracts, a committee of four and one provider."""

    def __init__(self, anvil: Anvil, url: str, folder: Path) -> None:
        self.anvil = anvil
        self.keystore = folder / "key.json"
        new_keystore(self.keystore, "secret", light=True)
        self.members = [open_keystore(self.keystore, "secret"), *(dev_signer(number) for number in range(5, 8))]
        self.governor, self.provider, self.customer = (Sender(anvil.node, dev_signer(number)) for number in range(3))
        members = tuple(member.address for member in self.members)
        parameters = Parameters(2, 1, 1, 4, 86_400, 2_000, 1_000, 1_000, self.governor.address)
        law = shipped_laws.read("standard")
        values = DeployParameters(members, None, 2, EPOCH_S, parameters, laws=(law,), min_fee=100)
        self.book = deploy(anvil.node, self.governor, values)
        committee = CommitteeClient(anvil.node, self.book.committee)
        self.begins_s = committee.configuration_of(committee.configuration_at(2**63) or b"").since_s
        self.pactum, self.notary = PactumClient(anvil.node, self.book.pactum), NotaryClient(anvil.node, self.book.notary)
        self.rules = Rules(self.book.committee_domain, self.book.pactum_domain, EPOCH_S)
        self.law, self.terms = self._publish(url)
        self._fund()

    def open(self, periods: int) -> int:
        """An agreement that starts with the next period that is not too near, behind enough blocks to be final."""
        offer = Offer(
            self.provider.address, ZERO_ADDRESS, self.book.token or "", self.terms, self.law, 1_000, 5_000, 10_000, 2_000, 7_000,
            PeriodKind.FIXED, PERIOD_S, 1_000, 1, 0, 2**63, time.time_ns(),
        )  # fmt: skip
        signature = dev_signer(1).sign_digest(offer_digest(self.book.pactum_domain, offer))
        start_s = (int(max(time.time() + 1.5, self.begins_s)) // PERIOD_S + 1) * PERIOD_S
        now = self.pactum.conditions_of(offer.token)
        receipt = self.notary.open(self.customer, offer, signature, start_s, periods, now.parameters, now.listing)
        opened = self.notary.opened(receipt)
        self.anvil.mine(3)
        return opened.agreement

    def _publish(self, url: str) -> tuple[bytes, bytes]:
        law, terms = shipped_laws.read("standard"), TERMS.format(url=url)
        self.notary.publish_terms(self.customer, terms)
        return text_id(law), text_id(terms)

    def _fund(self) -> None:
        token = TokenClient(self.anvil.node, self.book.token or "")
        zone = ZoneClient(self.anvil.node, self.book.zone)
        for who, spender in ((self.provider, self.book.zone), (self.customer, self.book.pactum)):
            token.mint(self.governor, who.address, 10**9)
            token.approve(who, spender, 10**9)
        zone.register(self.provider, self.provider.address, "{}")
        zone.stake(self.provider, token.address, 10**6)


@pytest.fixture(scope="module")
def stage(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with start_anvil() as anvil:
        yield Stage(anvil, endpoint, tmp_path_factory.mktemp("stage"))


class TinyRelay:
    """Proposes every epoch once all four members have spoken; speaks the protocol over HTTP."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.docket = Docket(stage.anvil.node, stage.book)
        self.laws = Laws(self.docket)
        self.held: dict[int, dict[int, Any]] = {}
        self.made: dict[str, Proposal] = {}
        self.signatures: dict[str, dict[int, bytes]] = {}
        self.lock = threading.Lock()

    def push(self, submission: wire.Submission) -> None:
        self.docket.refresh()
        configuration = self.docket.configuration(submission.configuration)
        assert configuration
        verify_member(submission.signed, configuration, self.stage.rules.committee)
        self.held.setdefault(submission.signed.epoch, {})[submission.signed.member] = submission.signed
        if len(self.held[submission.signed.epoch]) == 4:
            self._propose(ObservationSet(configuration, submission.signed.epoch, self._members(submission.signed.epoch)))

    def pending(self, member: int) -> list[Proposal]:
        return [made for made in self.made.values() if member not in self.signatures.get(made.id, {})]

    def _members(self, epoch: int) -> tuple[Any, ...]:
        return tuple(self.held[epoch][member] for member in range(4))

    def _propose(self, observed: ObservationSet) -> None:
        derived, faults = derive(observed, self.docket.agreements(), self.laws, self.stage.rules)
        assert not faults
        rows = [found.row for found in derived]
        header = report_header(observed, rows, PAYEE)
        words = tuple(pack(row) for row in rows)
        name = report_digest(self.stage.rules.pactum, header, words).hex()
        self.made[name] = Proposal(name, header, words, observed.members)


@pytest.fixture
def relay(stage: Stage) -> Iterator[tuple[TinyRelay, str]]:
    tiny = TinyRelay(stage)

    class Handler(Quiet):
        def do_POST(self) -> None:
            heard = self.heard()
            with tiny.lock:
                if self.path == "/v1/observations":
                    tiny.push(wire.load_submission(heard))
                else:
                    signed = wire.load_signature(heard)
                    tiny.signatures.setdefault(self.path.split("/")[3], {})[signed.member] = signed.signature
            self.say(202, {})

        def do_GET(self) -> None:
            member = int(self.path.split("member=")[1].split("&")[0])
            with tiny.lock:
                found = [wire.proposal_json(proposal) for proposal in tiny.pending(member)]
            self.say(200, {"proposals": found})

    server, thread, url = serve(Handler)
    yield tiny, url
    server.shutdown()
    thread.join()
    server.server_close()


def config(stage: Stage, folder: Path, member: int, relay_url: str, **changes: Any) -> WorkerConfig:
    settings: dict[str, Any] = {
        "rpc_url": stage.anvil.rpc_url,
        "book": stage.book,
        "signer": stage.members[member],
        "database_url": f"sqlite:///{folder / f'member{member}.sqlite'}",
        "evidence_url": str(folder / "evidence"),
        "relays": (relay_url,),
        "poll_s": 0.1,
    }
    return WorkerConfig(**{**settings, **changes})


async def work_until(configs: list[WorkerConfig], done: Any) -> None:
    stop = asyncio.Event()
    workers = [asyncio.create_task(work(one, stop)) for one in configs]
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0.05)
                assert not any(worker.done() for worker in workers)
    finally:
        stop.set()
        await asyncio.gather(*workers)


def test_four_workers_probe_observe_and_cosign(stage: Stage, relay: tuple[TinyRelay, str], tmp_path: Path) -> None:
    tiny, url = relay
    agreement = stage.open(1)

    def signed_by_all() -> bool:
        return any(len(signatures) == 4 for signatures in tiny.signatures.values())

    asyncio.run(work_until([config(stage, tmp_path, member, url) for member in range(4)], signed_by_all))
    rows = sorted((unpack(word) for made in tiny.made.values() for word in made.rows), key=lambda row: row.period)
    assert [(row.agreement, row.period, row.outcome, row.tier) for row in rows] == [(agreement, 0, Outcome.BREACH, 1)]
    for name, signatures in tiny.signatures.items():
        for member, signature in signatures.items():
            assert recover_compact(bytes.fromhex(name), signature) == stage.members[member].address
    _check_what_was_kept(stage, tiny, tmp_path)


def _check_what_was_kept(stage: Stage, tiny: TinyRelay, folder: Path) -> None:
    """Samples lie on the schedule, and the evidence counts to what was signed."""
    record = next(iter(tiny.docket.agreements().values()))
    terms = tiny.laws.terms_of(record.terms)
    start_s, end_s = record.start_s, record.calendar.bounds(0)[1]
    with closing(Store(f"sqlite:///{folder / 'member0.sqlite'}")) as store:
        samples = store.samples_of([target.name.digest for target in targets_of(terms)], start_s * 1_000, end_s * 1_000)
        seen = [one for epoch in tiny.held for one in store.observations_of(epoch)]
    assert len(samples) >= 20  # of 30; the machine may be busy
    assert not (samples.scheduled_ms % 100).any()
    evidence = EvidenceStore(str(folder / "evidence"))
    from oracle.evidence import recount

    for one in seen:
        counts = recount(evidence.get(one.evidence), terms)
        assert counts.observation(one.agreement, one.period, one.evidence) == one


def test_samples_that_could_not_be_stored_wait_in_their_order() -> None:
    class Locked:
        def add_samples(self, samples: Any) -> None:
            outbox.keep(asked, sample(3))  # the loop goes on probing meanwhile
            raise DatabaseUnavailable("locked")

    class Open:
        def add_samples(self, samples: Any) -> None:
            stored.extend(samples)

    def sample(ms: int) -> Sample:
        return Sample(ms, ms, 1, Result.OK)

    asked = targets_of(parse_terms(TERMS.format(url="http://127.0.0.1:9/")))[0]
    stored: list[Any] = []
    outbox = Outbox()
    for ms in (1, 2):
        outbox.keep(asked, sample(ms))
    with pytest.raises(DatabaseUnavailable):
        outbox.flush(Locked())  # type: ignore[arg-type]
    outbox.flush(Open())  # type: ignore[arg-type]
    assert [kept.scheduled_ms for _, kept in stored] == [1, 2, 3]


WORKER = """
import sys
from pathlib import Path
from chain.keys import open_keystore
from oracle.worker import WorkerConfig, run_worker
folder, rpc_url, relay_url, keystore = Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
run_worker(WorkerConfig(
    rpc_url=rpc_url, book=AddressBook.load(folder / "book.json"), signer=open_keystore(keystore, "secret"),
    database_url=f"sqlite:///{folder / 'member0.sqlite'}", evidence_url=str(folder / "evidence"), relays=(relay_url,), poll_s=0.1,
))
"""


@pytest.fixture
def start_process(stage: Stage, tmp_path: Path, relay: tuple[TinyRelay, str], repository: Path) -> Iterator[Any]:
    """Starts the worker of member 0 as a process of its own; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, str(tmp_path), stage.anvil.rpc_url, relay[1], str(stage.keystore)]
        started.append(subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def signed_roots(folder: Path) -> dict[int, bytes]:
    if not (folder / "member0.sqlite").exists():
        return {}
    with closing(Store(f"sqlite:///{folder / 'member0.sqlite'}")) as store:
        return {root.epoch: root.root for root in store.roots_of(0, 2**40) if root.signature}


@pytest.mark.slow
def test_a_killed_worker_starts_again_and_keeps_its_word(stage: Stage, start_process: Any, tmp_path: Path) -> None:
    stage.book.save(tmp_path / "book.json")
    Store(f"sqlite:///{tmp_path / 'member0.sqlite'}").close()
    stage.open(6)
    killed = start_process()
    wait_for(lambda: signed_roots(tmp_path))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = signed_roots(tmp_path)
    again = start_process()
    wait_for(lambda: len(signed_roots(tmp_path)) > len(before))
    again.send_signal(signal.SIGTERM)
    _, said = again.communicate(timeout=10)
    assert again.returncode == 0, said.decode()
    assert b"Traceback" not in said
    assert before.items() <= signed_roots(tmp_path).items()


def test_a_worker_waits_for_a_node_that_is_down(stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    down = config(stage, tmp_path, 0, "http://127.0.0.1:1", rpc_url="http://127.0.0.1:1")
    asyncio.run(work_until([down], lambda: "reading the chain" in caplog.text))
    assert caplog.text.count("reading the chain") == 1


def test_a_step_that_breaks_stops_neither_the_worker_nor_the_steps_after_it(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = []

    class Broken(Witness):
        def push(self) -> int:
            raise UnicodeError("never thought of")

        def pull_and_cosign(self) -> int:
            rounds.append(1)
            return 0

    broken = config(stage, tmp_path, 0, "http://127.0.0.1:1", witness=Broken)
    asyncio.run(work_until([broken], lambda: len(rounds) > 2))
    assert caplog.text.count("pushing: UnicodeError: never thought of") == 1


def test_a_worker_does_not_begin_on_another_chain(stage: Stage, tmp_path: Path) -> None:
    book = replace(stage.book, chain_id=1)
    with pytest.raises(WrongChain):
        asyncio.run(work(config(stage, tmp_path, 0, "http://127.0.0.1:1", book=book), asyncio.Event()))


def test_a_worker_does_not_begin_on_another_members_database(stage: Stage, tmp_path: Path) -> None:
    theirs = f"sqlite:///{tmp_path / 'member1.sqlite'}"
    with closing(Store(theirs)) as store:
        store.belongs_to(stage.members[1].address, stage.book.chain_id, stage.book.committee)
    with pytest.raises(ForeignDatabase):
        asyncio.run(work(config(stage, tmp_path, 0, "http://127.0.0.1:1", database_url=theirs), asyncio.Event()))
