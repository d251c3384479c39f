"""Settlement's worker: the relay's intake and the reconciling loops, in one process.

A round looks at the chain, then does what is missing: read on, propose, report, settle, expire, lapse. Every round begins from
what the chain and the tables say, so the process may be killed anywhere and started again, beside a twin even: that costs gas at
most.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chain.addressbook import AddressBook
from chain.calls import NoContract
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TribunalClient, check_book
from chain.docket import Docket
from chain.keys import Signer
from chain.node import Node
from chain.sender import Sender, WrongChain
from governance.clock import Clock, SystemClock
from governance.errors import BadInput, SuretyError
from oracle.rows import Rules
from settlement.assents import AssentReporter, Assents
from settlement.migrations import upgrade
from settlement.outbox import Outbox
from settlement.relay import Relay, RelayPolicy
from settlement.relay_app import create_app
from settlement.report import Reporter
from settlement.settle import Crank
from settlement.store import Leadership, Store
from settlement.tallies import Tallies
from settlement.watch import ForeignDatabase, Watcher

DAY_S = 86_400
PRUNE_EVERY_MS = 3_600_000
STOP_TIMEOUT_S = 10.0
BACKLOG = 256
MOST_CONNECTIONS = 256  # beyond them the intake answers 503 at once
UNMENDABLE = (WrongChain, NoContract, ForeignDatabase)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SettlementConfig:
    """What an operator decides. ``signer`` pays the gas; ``payee`` gets the relay fees, by default the signer's address.

    ``patience_s`` is how long members are waited for once a quorum has spoken; ``confirmations`` None calls final what the node
    calls finalized; ``port`` 0 takes a free one. ``cranks`` False only relays. ``receipt_timeout_s`` bounds the wait for one
    transaction, after which the loops go on and come back to it.
    """

    rpc_url: str
    book: AddressBook
    signer: Signer
    database_url: str = field(repr=False)
    payee: str | None = None
    host: str = "127.0.0.1"
    port: int = 8600
    patience_s: float = 30.0
    poll_s: float = 2.0
    confirmations: int | None = None
    docket_tag: str = "finalized"
    rows_per_report: int = 100
    retention_s: int = 90 * DAY_S
    receipt_timeout_s: float = 60.0
    cranks: bool = True
    clock: Clock = field(default_factory=SystemClock)


class Settlement:
    """All parts of settlement, wired. ``round`` does what is missing once; the parts are open to whoever drives them alone."""

    def __init__(self, config: SettlementConfig, sender: Sender | None = None) -> None:
        self.node = Node(config.rpc_url)
        check_book(self.node, config.book)
        upgrade(config.database_url)
        self.store = Store(config.database_url)
        self.docket = Docket(self.node, config.book, config.docket_tag)
        self.watcher = Watcher(self.node, config.book, self.store, config.confirmations)
        self.relay = Relay(self.store, self.docket, self._rules(config), _policy(config), config.clock)
        self.tallies = Tallies(self.store, self.docket, config.book.committee_domain, config.clock)
        self.assents = Assents(self.store, self.docket, config.book.law_stone_domain, config.clock, self.relay.woken)
        pactum = PactumClient(self.node, config.book.pactum)
        account = sender or Sender(self.node, config.signer, chain_id=config.book.chain_id, timeout_s=config.receipt_timeout_s)
        self.outbox = Outbox(self.store, self.node, account, config.clock)
        self.reporter = Reporter(self.store, self.docket, pactum, self.outbox)
        stone = LawStoneClient(self.node, config.book.law_stone)
        self.assent_reporter = AssentReporter(self.assents, self.docket, stone, self.outbox, config.clock)
        self.crank = Crank(self.store, pactum, TribunalClient(self.node, config.book.tribunal), self.outbox)
        self.leadership = Leadership(self.store)
        self._config = config
        self._said: dict[str, str] = {}
        self._pruned_ms = 0

    def round(self) -> int:
        """Does what is missing, if this process leads; how many transactions were mined.

        A step that fails is told once and tried again in the next round; the others go on. Raises only what cannot mend itself:
        another chain, other contracts, another deployment's database.
        """
        if not self.leadership.held():
            return 0
        if not self._try("read the chain", self._look):
            return 0
        self._try("propose", lambda: len(self.relay.propose()))
        mined = self._try("report", self.reporter.step) or 0
        mined += self._try("bring assents", self.assent_reporter.step) or 0
        if self._config.cranks:
            mined += self._try("settle", self.crank.step) or 0
        if mined:
            self._try("read the chain", self._look)
        return mined

    def close(self) -> None:
        """Gives back the lead and all connections."""
        self.leadership.resign()
        self.store.close()

    def _look(self) -> int:
        self.watcher.catch_up()
        self.docket.refresh()
        self.outbox.resolve()
        now_ms = self._config.clock.now_ms()
        if now_ms - self._pruned_ms >= PRUNE_EVERY_MS:
            self.relay.prune(self._config.retention_s)
            self.assents.forget()
            self.tallies.forget(now_ms // 1_000 - self._config.retention_s)
            self._pruned_ms = now_ms
        return 1

    def _try(self, what: str, step: Callable[[], int]) -> int | None:
        try:
            done = step()
        except UNMENDABLE:
            raise
        except SuretyError as error:
            self._say(what, f"cannot {what}: {error}")
            return None
        except Exception:
            log.exception("cannot %s", what)  # a mistake of ours must not stop what does not depend on it
            return None
        self._said.pop(what, None)
        return done

    def _say(self, what: str, message: str) -> None:
        """Logs a trouble when it begins or changes, not in every round."""
        if self._said.get(what) != message:
            self._said[what] = message
            log.warning("%s", message)

    def _rules(self, config: SettlementConfig) -> Rules:
        committee = CommitteeClient(self.node, config.book.committee)
        return Rules(config.book.committee_domain, config.book.pactum_domain, committee.epoch_length_s())


class Intake:
    """The relay's HTTP server, in a thread of its own. A port in use is said before anything runs."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._socket = _bind(host, port)
        self.url = f"http://{host if ':' not in host else f'[{host}]'}:{self._socket.getsockname()[1]}"
        options = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", limit_concurrency=MOST_CONNECTIONS)
        self._server = uvicorn.Server(options)
        self._thread = threading.Thread(target=self._serve, name="relay", daemon=True)

    def start(self) -> None:
        """Serves from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Lets requests under way end, and stops."""
        self._server.should_exit = True
        self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


def run_settlement(
    config: SettlementConfig, stop: threading.Event | None = None, ready: Callable[[str], None] | None = None
) -> None:
    """Works until SIGTERM or SIGINT (or until ``stop`` is set), then stops cleanly. ``ready`` is told the relay's address.

    To be called from the main thread of a process, or with ``stop``. Raises NodeUnavailable or StoreUnavailable where it cannot
    begin, BadInput for a port in use, and what cannot mend itself.
    """
    stopping = stop or threading.Event()
    settlement = Settlement(config)
    try:
        intake = Intake(create_app(settlement.relay, settlement.tallies, settlement.assents), config.host, config.port)
        restore = _on_signals(stopping, settlement.relay.woken)
        intake.start()
        try:
            log.info("relay at %s", intake.url)
            if ready is not None:
                ready(intake.url)
            _turn(settlement, intake, stopping, config.poll_s)
        finally:
            intake.stop()
            restore()
    finally:
        settlement.close()


def _turn(settlement: Settlement, intake: Intake, stopping: threading.Event, poll_s: float) -> None:
    """Rounds, each after the last: at once when the relay was told something, and every ``poll_s`` anyway."""
    woken = settlement.relay.woken
    while not stopping.is_set():
        woken.clear()
        mined = settlement.round()
        if not intake.alive:
            raise BadInput("the relay's server stopped", remedy="its log says why")
        if not mined and not stopping.is_set():
            woken.wait(poll_s)


def _on_signals(stopping: threading.Event, woken: threading.Event) -> Callable[[], None]:
    """Lets signals end the loop; what restores the handlers. Outside the main thread nobody may set them."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def end(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        woken.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


def _policy(config: SettlementConfig) -> RelayPolicy:
    payee = config.payee or config.signer.address
    return RelayPolicy(payee, int(config.patience_s * 1_000), config.rows_per_report)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)  # from here on clients wait in line, and nobody else gets the address
    except OSError as error:
        listening.close()
        raise BadInput(
            f"the relay cannot listen on {host}:{port}: {error.strerror}", value=port, remedy="choose another port, or 0"
        ) from error
    return listening
