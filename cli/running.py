"""The commands that run something: the demo, a local stack, and each service on its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.addressbook import AddressBook
from chain.hashing import address_of
from chain.keys import open_keystore
from chain.node import public_url
from chain.sender import Sender
from cli import bonds
from cli.connection import Connection
from cli.console import out, print_json
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl, Token
from cli.passwords import password_for
from governance.errors import BadInput

oracle_app = typer.Typer(no_args_is_help=True, help="An oracle operator's side: run a worker, put up its bond, claim its share.")
relay_app = typer.Typer(no_args_is_help=True, help="Run a relay: it collects signatures, reports and settles; anyone may.")
api_app = typer.Typer(no_args_is_help=True, help="Run the REST API and the status page.")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the top level, in the order in which a newcomer meets them."""
    app.command("demo", epilog="Example: surety demo --periods 4")(demo)
    app.command("up", epilog="Example: surety up --state devnet")(up)
    app.command("fund", epilog="Example: surety fund provider.json")(fund)
    oracle_app.add_typer(bonds.app, name="bond")
    app.add_typer(oracle_app, name="oracle")
    app.add_typer(relay_app, name="relay")
    app.add_typer(api_app, name="api")


def demo(
    periods: Annotated[
        int, typer.Option(min=1, max=60, help="How many periods of ten seconds; in the last one no report comes.")
    ] = 4,
    json_: Json = False,
) -> None:
    """Run the whole of Surety in a bounded scenario, and check every unit of money.

    Five local providers with known faults, four oracles of which some lie, die and stay away, a relay, and a chain of its own.
    Exit code 0 only if every check held.
    """
    from cli.demo import run_demo

    if not run_demo(periods, json_=json_):
        raise typer.Exit(1)


def up(
    state: Annotated[
        Path | None, typer.Option(help="Keep chain, keys and databases here; by default all is thrown away.")
    ] = None,
    oracles: Annotated[int, typer.Option(min=0, max=4, help="How many of the four oracles to start here.")] = 4,
    rpc_port: Annotated[int, typer.Option(min=0, max=65_535, help="The chain's port; 0 takes a free one.")] = 8545,
    api_port: Annotated[int, typer.Option(min=0, max=65_535, help="The API's port; 0 takes a free one.")] = 8080,
    relay_port: Annotated[int, typer.Option(min=0, max=65_535, help="The relay's port; 0 takes a free one.")] = 8600,
    provider_port: Annotated[
        int, typer.Option(min=0, max=65_000, help="First of the five providers' ports; 0 takes free ones.")
    ] = 9101,
) -> None:
    """Run the same stack until Ctrl-C, and print what one needs to talk to it."""
    from cli.plan import Ports
    from cli.up import run_up

    run_up(state, oracles, Ports(rpc_port, api_port, relay_port, provider_port))


def fund(
    who: Annotated[str, typer.Argument(help="A keystore, or an address.")],
    amount: Annotated[str, typer.Option(help="Test tokens to mint, in whole tokens.")] = "10000",
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Give an account devnet ether and test tokens. Works on a local devnet only."""
    from cli.up import fund_account

    fund_account(who, amount, rpc_url, book, json_=json_)


@oracle_app.command(
    "run", epilog="Example: surety oracle run --keystore oracle.json --state ./oracle --relay http://127.0.0.1:8600"
)
def oracle_run(
    keystore: Keystore,
    state: Annotated[Path, typer.Option(help="Folder of this oracle's database and evidence.")],
    relay: Annotated[list[str], typer.Option(envvar="SURETY_RELAY", help="A relay's address; give it again for more.")],
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    database: Annotated[
        str | None, typer.Option(envvar="SURETY_ORACLE_DATABASE", help="Database URL; by default SQLite in the state folder.")
    ] = None,
    evidence: Annotated[str | None, typer.Option(envvar="SURETY_EVIDENCE", help="Evidence store, any fsspec URL.")] = None,
    poll_s: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks at chain and relays.")] = 1.0,
) -> None:
    """Probe, count, sign and co-sign as one member of the committee, until Ctrl-C.

    Needs no open port and no gas. It can be killed at any time and started again.
    """
    from oracle.worker import WorkerConfig, run_worker

    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    _say_to_stderr(f"oracle {keystore} at {public_url(rpc_url)}, relays {', '.join(relay)}; Ctrl-C stops it")
    run_worker(
        WorkerConfig(
            rpc_url=rpc_url,
            book=AddressBook.load(book),
            signer=open_keystore(keystore, password_for(keystore)),
            database_url=database or f"sqlite:///{(state / 'oracle.db').resolve()}",
            evidence_url=evidence or (state / "evidence").resolve().as_uri(),
            relays=tuple(relay),
            poll_s=poll_s,
            credentials=_credentials(),
        )
    )


@oracle_app.command("claim", epilog="Example: surety oracle claim --keystore oracle.json")
def oracle_claim(
    keystore: Keystore,
    member: Annotated[str | None, typer.Option(help="The member that is paid; by default the keystore's own address.")] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull a member's share of the validators' part. Anyone may, and pays the gas; the member is paid."""
    from cli.earnings import claim_as_member

    _claim(claim_as_member, keystore, member, token, rpc_url, book, json_=json_)


oracle_app.command("expose", epilog="Example: surety oracle expose proof.json --keystore anybody.json")(bonds.expose)


@relay_app.command("claim", epilog="Example: surety relay claim --keystore relay.json")
def relay_claim(
    keystore: Keystore,
    payee: Annotated[str | None, typer.Option(help="The payee that is paid; by default the keystore's own address.")] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull a relay's fees to its payee. Anyone may, and pays the gas; the payee is paid."""
    from cli.earnings import claim_as_relay

    _claim(claim_as_relay, keystore, payee, token, rpc_url, book, json_=json_)


@relay_app.command("run", epilog="Example: surety relay run --keystore relay.json --database sqlite:///settlement.db")
def relay_run(
    keystore: Keystore,
    database: Annotated[str, typer.Option(envvar="SURETY_DATABASE", help="Database URL, SQLite or PostgreSQL.")],
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where oracles hand in, on loopback.")] = 8600,
    payee: Annotated[str | None, typer.Option(help="Who gets the fee per row; by default the keystore's address.")] = None,
    patience_s: Annotated[float, typer.Option(min=0, help="How long to wait for the last oracles once a quorum is in.")] = 60.0,
    poll_s: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks at the chain.")] = 2.0,
) -> None:
    """Collect observations and signatures, report, expire and settle, and keep the ledger, until Ctrl-C."""
    from settlement.worker import SettlementConfig, run_settlement

    signer = open_keystore(keystore, password_for(keystore))
    _say_to_stderr(f"relay {signer.address} at {public_url(rpc_url)}, taking observations on port {port}; Ctrl-C stops it")
    run_settlement(
        SettlementConfig(
            rpc_url=rpc_url,
            book=AddressBook.load(book),
            signer=signer,
            payee=payee or signer.address,
            database_url=database,
            port=port,
            patience_s=patience_s,
            poll_s=poll_s,
        )
    )


@api_app.command("serve", epilog="Example: surety api serve --database sqlite:///settlement.db")
def api_serve(
    database: Annotated[str, typer.Option(envvar="SURETY_DATABASE", help="Settlement's database, which the API only reads.")],
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8080,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen beyond loopback; there are no accounts yet.")
    ] = False,
    routing_law: Annotated[
        str, typer.Option(help="A law that ships, by its name; one on chain, by its id; or running: whichever runs there.")
    ] = "running",
) -> None:
    """Serve REST, the status page and metrics, until Ctrl-C."""
    from api.config import ApiConfig
    from api.server import run_api

    where = AddressBook.load(book)
    config = ApiConfig(database, where, rpc_url, host, port, allow_remote=allow_remote, routing_law=routing_law)
    run_api(config, started=lambda address: _say_to_stderr(f"API at {address}/ and {address}/docs; Ctrl-C stops it"))


def _claim(
    claim: Callable[[Connection, Sender, str, str], int],
    keystore: Path,
    whose: str | None,
    token: str | None,
    rpc_url: str,
    book: Path,
    *,
    json_: bool,
) -> None:
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    to = address_of(whose) if whose else sender.address
    amount = claim(connection, sender, to, money.token)
    if json_:
        print_json({"paid": to, "amount": str(amount), "token": money.token})
    else:
        out.print(f"{money.label(amount)} to {to}", markup=False)


SECRET_PREFIX = "SURETY_SECRET_"  # noqa: S105 - the name of a variable


def _credentials() -> Mapping[str, Any]:
    """The credentials that terms name: SURETY_SECRET_ACME_KEY holds the one named ACME_KEY, as an origin, a blank and the secret.

    The origin is the one place that the secret may be sent to: terms are written by providers. Raises BadInput, without the
    secret, for a variable of another form.
    """
    from oracle.probe import Credential

    found: dict[str, Credential] = {}
    for name, value in os.environ.items():
        if name.startswith(SECRET_PREFIX):
            origin, _, secret = value.partition(" ")
            if not secret:
                raise BadInput(
                    f"{name} is not an origin and a secret", value=name, remedy="as in 'https://api.example.com s3cr3t'"
                )
            found[name.removeprefix(SECRET_PREFIX)] = Credential(origin, secret)
    return found


def _say_to_stderr(line: str) -> None:
    typer.echo(line, err=True)
