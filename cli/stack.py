"""A whole Surety on one machine: a chain, providers to watch, oracles, relay, settlement and API, each a process of its own."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from chain.addressbook import AddressBook
from chain.devnet import Anvil, find_anvil, start_anvil
from cli.connection import Connection
from cli.console import Stage
from cli.crew import Crew, memory_bytes
from cli.demo_providers import Behaviour, reserve_port, scenario, serve
from cli.founding import PASSWORD, Founded, Founder, Provided, demo_template, terms_for
from cli.plan import ACCOUNTS, Ports, StackPlan
from cli.workers import ApiOrder, OracleOrder, SettlementOrder, api_process, oracle_process, settlement_process
from governance.errors import BadInput, RetryableError

HOST = "127.0.0.1"
READY_PATIENCE_S = 60.0
SETTLE_IN_S = 5
LIAR = 1


class NotReady(RetryableError):
    """A part of the stack did not come up in time."""


@dataclass(slots=True)
class Stack:
    """A running stack. ``founded`` is empty until ``found`` has opened the agreements."""

    plan: StackPlan
    anvil: Anvil
    crew: Crew
    book: AddressBook
    ports: Ports
    founder: Founder
    sockets: dict[str, socket.socket]
    founded: list[Founded]

    @property
    def connection(self) -> Connection:
        """The deployment, as the commands see it."""
        return Connection(self.anvil.node, self.book)

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def relay_url(self) -> str:
        """Where the relay takes observations."""
        return f"http://{HOST}:{self.ports.relay}"

    def start_oracle(self, member: int, *, lies: bool = False) -> None:
        """Starts, or starts again, one oracle."""
        self.plan.state.ready(f"oracle-{member}").unlink(missing_ok=True)
        order = OracleOrder(self.plan.state.root, member, self.anvil.rpc_url, self.relay_url, self.plan.poll_s, lies)
        self.crew.start(f"oracle-{member}", oracle_process, order)

    def memory_bytes(self) -> int:
        """What all processes of the stack hold now, this one included; shared pages count once."""
        return memory_bytes([os.getpid(), *self.crew.pids(), self.anvil.pid])


@contextmanager
def running(plan: StackPlan, stage: Stage, *, liar: int | None = None) -> Iterator[Stack]:
    """Starts everything, opens the agreements, and stops everything at the end. Raises AnvilFailed, NotReady, WorkerDied."""
    with ExitStack() as leaving:
        _prepare(plan)
        stage.at(1, "starting the chain")
        kept = plan.keep_chain and plan.state.chain.exists()
        anvil = leaving.enter_context(_chain(plan))
        founder = Founder(anvil, plan)
        stage.at(2, "deploying the contracts")
        book = AddressBook.load(plan.state.book) if kept else founder.deploy()
        book.save(plan.state.book)
        founder.write_keystores()
        sockets = _provider_sockets(plan)
        for reserved in sockets.values():
            leaving.enter_context(reserved)
        ports = Ports(anvil.port, plan.ports.api or _free_port(), plan.ports.relay or _free_port(), plan.ports.first_provider)
        crew = leaving.enter_context(Crew(plan.state.logs))
        stack = Stack(plan, anvil, crew, book, ports, founder, sockets, [])
        _start_workers(stack, liar)
        stage.at(3, "waiting until every oracle and the relay are at work")
        _await(stack, _relay_answers(stack), *(_oracle_works(stack, member) for member in range(plan.oracles)))
        _found(stack, stage)
        stage.at(9, "waiting for the API")
        _await(stack, _api_answers(stack))
        stage.at(10)
        yield stack


def _prepare(plan: StackPlan) -> None:
    plan.state.prepare()
    if not plan.state.password.exists():
        plan.state.password.touch(mode=0o600)
        plan.state.password.write_text(PASSWORD + "\n", encoding="utf-8")


def _chain(plan: StackPlan) -> Anvil:
    return start_anvil(
        binary=find_anvil(),
        block_time_s=1,
        block_per_transaction=True,
        accounts=ACCOUNTS,
        port=plan.ports.rpc,
        state=plan.state.chain if plan.keep_chain else None,
    )


def _provider_sockets(plan: StackPlan) -> dict[str, socket.socket]:
    """Each provider's port, reserved before anybody can take it."""
    first = plan.ports.first_provider
    behaviours = scenario(plan.period_s * 1_000)
    return {one.name: reserve_port(first + number if first else 0) for number, one in enumerate(behaviours)}


def _free_port() -> int:
    with reserve_port(0) as found:
        return int(found.getsockname()[1])


def _start_workers(stack: Stack, liar: int | None) -> None:
    plan, crew = stack.plan, stack.crew
    root, rpc_url = plan.state.root, stack.anvil.rpc_url
    crew.start("settlement", settlement_process, SettlementOrder(root, rpc_url, stack.ports.relay, plan.patience_s, plan.poll_s))
    for member in range(plan.oracles):
        stack.start_oracle(member, lies=member == liar)


def _found(stack: Stack, stage: Stage) -> None:
    """Opens an agreement with each provider, so early that everybody has read of it before its first period.

    Agreements of an earlier run that are not over go on.
    """
    plan, founder = stack.plan, stack.founder
    behaviours = scenario(plan.period_s * 1_000)
    provided = [_provided(one, stack.sockets[one.name], plan.period_s) for one in behaviours]
    founded = founder.still_running(stack.book, provided)
    resumed = len(founded) == len(provided)
    offers = []
    for number, one in enumerate([] if resumed else provided):
        stage.at(4 + number, f"registering {one.name}")
        offers.append(founder.offer(stack.book, number, one, plan.periods))
    start_s = founded[0].start_s if resumed else _next_start_s(stack)
    stack.crew.start("providers", serve, behaviours, dict(stack.sockets), start_s, plan.period_s)
    stack.founded = founded if resumed else founder.open_all(stack.book, offers, start_s, plan.periods)
    stack.crew.start("api", api_process, ApiOrder(plan.state.root, stack.anvil.rpc_url, stack.ports.api))


def _next_start_s(stack: Stack) -> int:
    now_s = stack.anvil.node.block("latest").timestamp_s
    return -(-(now_s + SETTLE_IN_S) // stack.plan.epoch_s) * stack.plan.epoch_s


def _provided(one: Behaviour, reserved: socket.socket, period_s: int) -> Provided:
    url = f"http://{HOST}:{reserved.getsockname()[1]}/v1/completions"
    return Provided(one.name, one.promise, json.dumps(one.profile), terms_for(demo_template(), one.name, url, period_s))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the stack that must come up, and how one sees that it has."""

    name: str
    is_up: Callable[[], bool]


def _relay_answers(stack: Stack) -> _Part:
    return _Part("the relay", lambda: _answers(f"{stack.relay_url}/healthz"))


def _api_answers(stack: Stack) -> _Part:
    return _Part("the API", lambda: _answers(f"{stack.api_url}/healthz"))


def _oracle_works(stack: Stack, member: int) -> _Part:
    return _Part(f"oracle {member}", stack.plan.state.ready(f"oracle-{member}").exists)


def _await(stack: Stack, *parts: _Part) -> None:
    """Waits until parts are up; raises NotReady, or WorkerDied with the reason."""
    waiting = list(parts)
    patience = time.monotonic() + READY_PATIENCE_S
    while waiting:
        stack.crew.check()
        if time.monotonic() > patience:
            raise NotReady(f"{waiting[0].name} did not come up", value=waiting[0].name, remedy=f"see {stack.plan.state.logs}")
        if waiting[0].is_up():
            waiting.pop(0)
        else:
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a loopback address that we made
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def check_ports(ports: Ports) -> None:
    """Raises BadInput for the first port that somebody else holds."""
    for name, port in (("rpc", ports.rpc), ("api", ports.api), ("relay", ports.relay)):
        try:
            reserve_port(port).close()
        except OSError as cause:
            raise BadInput(
                f"port {port} is taken", value=port, remedy=f"free it, or choose another with --{name}-port"
            ) from cause
