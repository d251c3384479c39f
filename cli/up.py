"""``surety up``: the demo's stack, running until Ctrl-C, with all that one needs to talk to it."""

from __future__ import annotations

import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from chain.devnet import CHAIN_ID, dev_signer
from chain.hashing import address_of
from chain.keys import open_keystore
from chain.node import NodeRefused
from chain.sender import Sender
from cli.connection import Connection
from cli.console import out, print_json, progress
from cli.passwords import password_for
from cli.plan import ARBITER, CUSTOMER, FIRST_ORACLE, FIRST_PROVIDER, GOVERNOR, GUARDIAN, MEMBERS, RELAY, Ports, StackPlan
from cli.stack import Stack, check_ports, running
from cli.state import StateDirectory
from governance.errors import BadInput

PERIODS = 360
ETHER_WEI = 10**18


def run_up(state: Path | None, oracles: int, ports: Ports) -> None:
    """Starts the stack and keeps it until SIGINT or SIGTERM. Raises BadInput where a port is taken."""
    check_ports(ports)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as leaving:
        root = state or Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="surety-")))
        plan = StackPlan(
            StateDirectory(root),
            ports,
            periods=PERIODS,
            oracles=oracles,
            epoch_s=10,
            period_s=30,
            report_deadline_s=14,
            dispute_window_s=15,
            resolution_s=60,
            delay_s=5,
            keep_chain=state is not None,
        )
        with progress("starting", 10, quiet=False) as stage:
            stack = leaving.enter_context(running(plan, stage))
        plan.state.write_environment(_environment(stack))
        _print(stack, kept=state is not None)
        while not stop.wait(1.0):
            stack.crew.check()
        out.print("stopping …")


def fund_account(who: str, amount: str, rpc_url: str, book: Path, *, json_: bool) -> None:
    """Sets ether and mints test tokens. Raises BadInput where the chain is no local devnet."""
    connection = Connection.open(rpc_url, book)
    if connection.book.chain_id != CHAIN_ID or connection.book.token is None:
        raise BadInput("this is no local devnet", value=connection.book.chain_id, remedy="use the devnet of surety up")
    money = connection.money()
    units = money.parse(amount)
    address = address_of(who) if who.startswith("0x") else open_keystore(Path(who), password_for(Path(who))).address
    try:
        connection.node.request("anvil_setBalance", address, hex(10 * ETHER_WEI))
    except NodeRefused as cause:
        raise BadInput("this node gives no money away", value=rpc_url, remedy="use the devnet of surety up") from cause
    connection.token().mint(Sender(connection.node, dev_signer(GOVERNOR)), address, units)
    if json_:
        print_json({"address": address, "minted": str(units), "token": money.token})
    else:
        out.print(f"{address} has 10 ETH and {money.label(connection.token().balance_of(address))}", markup=False)


def _environment(stack: Stack) -> dict[str, str]:
    state = stack.plan.state
    return {
        "SURETY_RPC_URL": stack.anvil.rpc_url,
        "SURETY_BOOK": str(state.book.resolve()),
        "SURETY_PASSWORD_FILE": str(state.password.resolve()),
        "SURETY_API": stack.api_url,
        "SURETY_RELAY": stack.relay_url,
        "SURETY_EVIDENCE": state.evidence,
    }


def _print(stack: Stack, *, kept: bool) -> None:
    state, book = stack.plan.state, stack.book
    out.print("\n[bold]Accounts[/bold], funded; keystores in " + str(state.root / "keys"), highlight=False)
    roles = {"governor": GOVERNOR, "guardian": GUARDIAN, "arbiter": ARBITER, "relay": RELAY, "customer": CUSTOMER}
    roles |= {f"oracle-{member}": FIRST_ORACLE + member for member in range(MEMBERS)}
    roles |= {f"provider {one.provider.name}": FIRST_PROVIDER + number for number, one in enumerate(stack.founded)}
    for role, account in roles.items():
        out.print(f"  {role.ljust(20)} {dev_signer(account).address}", markup=False)
    out.print("\n[bold]Contracts[/bold]")
    named = {
        "Notary": book.notary,
        "Pactum": book.pactum,
        "Zone": book.zone,
        "Committee": book.committee,
        "Tribunal": book.tribunal,
        "LawStone": book.law_stone,
        "timelock": book.timelock,
        "token": book.token,
    }
    for name, address in named.items():
        out.print(f"  {name.ljust(20)} {address}", markup=False)
    out.print("\n[bold]Listening[/bold]")
    for name, address in {
        "RPC": stack.anvil.rpc_url,
        "status page": f"{stack.api_url}/",
        "API": f"{stack.api_url}/v1/agreements",
        "API documentation": f"{stack.api_url}/docs",
        "relay": stack.relay_url,
    }.items():
        out.print(f"  {name.ljust(20)} {address}", markup=False)
    out.print(f"\nIn another terminal:  . {state.environment}", markup=False)
    out.print(f"Ctrl-C stops everything{'; the state is kept' if kept else ' and leaves nothing behind'}.", markup=False)
