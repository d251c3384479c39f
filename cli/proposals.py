"""What governance can change, each a proposal to the timelock: ``surety govern parameters``, ``token``, ``pause`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from chain.governor import Governor
from chain.hashing import ZERO_ADDRESS, address_of
from chain.sender import Call, CallSender
from chain.values import Listing, Parameters
from cli.connection import Connection
from cli.console import progress, tell
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl
from cli.wording import instant_of, parse_share
from governance.errors import BadInput

_EXAMPLE = "Example: surety govern "

Wait = Annotated[bool, typer.Option("--wait", help="Wait for the timelock's delay and execute it at once.")]
Seconds = Annotated[int | None, typer.Option(min=1, help="In seconds; by default as it is.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to ``surety govern``."""
    app.command("parameters", epilog=_EXAMPLE + "parameters --dispute-window-s 3600 --keystore governor.json")(parameters)
    app.command("token", epilog=_EXAMPLE + "token 0x… --min-fee 1 --relay-fee 0.01 --keystore governor.json")(token)
    app.command("pause", epilog=_EXAMPLE + "pause --keystore guardian.json")(pause)
    app.command("resume", epilog=_EXAMPLE + "resume --wait --keystore governor.json")(resume)
    app.command("guardian", epilog=_EXAMPLE + "guardian 0x… --keystore governor.json")(guardian)
    app.command("treasury", epilog=_EXAMPLE + "treasury 0x… --keystore governor.json")(treasury)
    app.command("committee", epilog=_EXAMPLE + "committee 0x… 0x… 0x… 0x… --keystore governor.json")(committee)
    app.command("bond", epilog=_EXAMPLE + "bond 1000 --keystore governor.json")(bond)


def parameters(
    keystore: Keystore,
    report_deadline_s: Seconds = None,
    dispute_window_s: Seconds = None,
    resolution_deadline_s: Seconds = None,
    thaw_s: Seconds = None,
    longest_period_s: Seconds = None,
    validators: Annotated[str | None, typer.Option(help="The validators' share of a fee, in percent.")] = None,
    dao: Annotated[str | None, typer.Option(help="The DAO's share of a fee, in percent.")] = None,
    dispute_bond: Annotated[str | None, typer.Option(help="The bond of a dispute, in percent of what it holds up.")] = None,
    arbiter: Annotated[str | None, typer.Option(help="Who rules on disputes.")] = None,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose parameters for later agreements: windows, split, arbiter. What is left away stays as it is.

    The contract takes them only if they fit together: a thaw covers the three windows, the longest period the first two.
    """
    changes: dict[str, object] = {
        "report_deadline": report_deadline_s,
        "dispute_window": dispute_window_s,
        "resolution_deadline": resolution_deadline_s,
        "thaw": thaw_s,
        "longest_period": longest_period_s,
        "validator_bps": parse_share(validators) if validators else None,
        "dao_bps": parse_share(dao) if dao else None,
        "dispute_bond_bps": parse_share(dispute_bond) if dispute_bond else None,
        "arbiter": address_of(arbiter) if arbiter else None,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        raise BadInput("nothing would change", remedy="name what is to be otherwise; surety govern show tells what is")

    def calls(connection: Connection) -> list[Call]:
        pactum = connection.pactum
        now: Parameters = pactum.parameters_of(pactum.current_parameters())
        return [pactum.set_parameters_call(replace(now, **given))]  # type: ignore[arg-type]

    _propose(calls, keystore, rpc_url, book, wait=wait, json_=json_)


def token(
    address: Annotated[str, typer.Argument(help="The token: a standard ERC-20, neither rebasing nor taking fees.")],
    keystore: Keystore,
    min_fee: Annotated[str, typer.Option(help="The least fee of a period, in whole tokens.")],
    relay_fee: Annotated[str, typer.Option(help="What a relay gets per row, out of the validators' share.")] = "0",
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose to list a token, or to change its fees, for later agreements."""
    listed = address_of(address)

    def calls(connection: Connection) -> list[Call]:
        money = connection.money(listed)
        return [connection.pactum.list_token_call(Listing(listed, money.parse(relay_fee), money.parse(min_fee)))]

    _propose(calls, keystore, rpc_url, book, wait=wait, json_=json_)


def pause(
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pause the opening of agreements, and nothing else. The guardian does it at once, a governor proposes it."""
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    if connection.pactum.guardian() == sender.address:
        receipt = connection.pactum.pause_opening(sender)
        tell("opening is paused", {"by": sender.address, "transaction": receipt.tx_hash}, json_=json_)
    else:
        propose_as(connection, sender, [connection.pactum.pause_opening_call(paused=True)], wait=wait, json_=json_)


def resume(
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose to let the opening of agreements go on."""
    _propose(lambda it: [it.pactum.pause_opening_call(paused=False)], keystore, rpc_url, book, wait=wait, json_=json_)


def guardian(
    account: Annotated[str, typer.Argument(help="The guardian's address; none for nobody.")],
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose who, besides governance, may pause opening."""
    named = ZERO_ADDRESS if account == "none" else address_of(account)
    _propose(lambda it: [it.pactum.set_guardian_call(named)], keystore, rpc_url, book, wait=wait, json_=json_)


def treasury(
    account: Annotated[str, typer.Argument(help="Where the DAO's shares are paid from then on.")],
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose another treasury."""
    named = address_of(account)
    _propose(lambda it: [it.pactum.set_treasury_call(named)], keystore, rpc_url, book, wait=wait, json_=json_)


def committee(
    members: Annotated[list[str], typer.Argument(help="All members, in order: 4, 7, 10 … 31 addresses, their bonds up.")],
    keystore: Keystore,
    since_s: Annotated[
        int | None, typer.Option(help="Unix second from which they are in force; by default an hour after the delay.")
    ] = None,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose the next committee. Periods that began before it are still reported by the one before."""
    named = [address_of(member) for member in members]

    def calls(connection: Connection) -> list[Call]:
        since = since_s or connection.now_s + connection.timelock.delay_s() + _LEAD_S
        return [connection.committee.configure_call(named, since)]

    _propose(calls, keystore, rpc_url, book, wait=wait, json_=json_)


def bond(
    amount: Annotated[str, typer.Argument(help="What members of later committees put up, in whole tokens.")],
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose another bond for the members of later committees."""

    def calls(connection: Connection) -> list[Call]:
        units = connection.money(connection.committee.bond_token()).parse(amount)
        return [connection.committee.require_bond_call(units)]

    _propose(calls, keystore, rpc_url, book, wait=wait, json_=json_)


_LEAD_S = 3_600


def _propose(
    calls: Callable[[Connection], Sequence[Call]], keystore: Path, rpc_url: str, book: Path, *, wait: bool, json_: bool
) -> None:
    connection = Connection.open(rpc_url, book)
    made = calls(connection)
    propose_as(connection, connection.sender(keystore), made, wait=wait, json_=json_)


def propose_as(
    connection: Connection, sender: CallSender, calls: Sequence[Call], *, wait: bool, json_: bool, **more: object
) -> None:
    """Proposes calls; with ``wait``, lets the delay pass and executes them. What is to come is told in either case."""
    governor = Governor(connection.node, connection.book.timelock, sender)
    operation = governor.propose(calls)
    facts: dict[str, object] = {"operation": operation.id} | more
    if wait:
        with progress("waiting for the timelock", None, quiet=json_):
            governor.wait(operation)
            receipt = governor.execute(operation)
        tell("executed", facts | {"transaction": receipt.tx_hash}, json_=json_)
        return
    ready_s = connection.timelock.ready_at(operation.id)
    if json_:
        tell("proposed", facts | {"ready_at_s": ready_s}, json_=True)
    else:
        following = f"surety govern execute 0x{operation.id.hex()[:16]}"
        tell("proposed", facts | {"can be executed from": instant_of(ready_s), "next": following}, json_=False)


def law_id(source: str) -> bytes | None:
    """A law's id, where that is what was given."""
    try:
        return bytes.fromhex(source[2:]) if source.startswith("0x") and len(source) == 66 else None
    except ValueError:
        return None
