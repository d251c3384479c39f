"""``surety provider stake``, ``thaw``, ``restake``, ``withdraw`` and ``status``: what backs a provider's agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from chain.events import ThawStarted, Withdrawn, decode_known, topics
from chain.hashing import address_of
from chain.keys import address_in
from chain.values import Stake, ThawRequest
from cli.amounts import Money
from cli.connection import Connection
from cli.console import out, print_facts, print_json, print_table, tell
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, OwnKeystore, RpcUrl, Token
from cli.sending import approve
from cli.wording import duration_of, instant_of
from governance.errors import BadInput

_EXAMPLE = "Example: surety provider "
_REQUEST = typer.Argument(metavar="REQUEST", min=1, help="The number that surety provider thaw gave; status shows all.")


@dataclass(frozen=True, slots=True)
class Request:
    """A request for stake that has not been taken, as it stands now."""

    number: int
    now: ThawRequest


def add_to(app: typer.Typer) -> None:
    """Adds the commands to ``surety provider``."""
    app.command("stake", epilog=_EXAMPLE + "stake 500 --keystore acme.json")(stake)
    app.command("thaw", epilog=_EXAMPLE + "thaw 100 --keystore acme.json")(thaw)
    app.command("restake", epilog=_EXAMPLE + "restake 1 --keystore acme.json")(restake)
    app.command("withdraw", epilog=_EXAMPLE + "withdraw 1 --keystore acme.json")(withdraw)
    app.command("status", epilog=_EXAMPLE + "status --keystore acme.json")(status)


def stake(
    amount: Annotated[str, typer.Argument(help="How much, in whole tokens, e.g. 500 or 12.5.")],
    keystore: Keystore,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Add to the stake that backs agreements; each agreement locks its deposit from it."""
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    units = money.parse(amount)
    sender = connection.sender(keystore)
    approve(connection, sender, money.token, connection.book.zone, units)
    receipt = connection.zone.stake(sender, money.token, units)
    held = connection.zone.stake_of(sender.address, money.token)
    facts = {"provider": sender.address} | _stake_facts(held, money, json_=json_)
    tell("staked", facts | {"transaction": receipt.tx_hash}, json_=json_)


def thaw(
    amount: Annotated[str, typer.Argument(help="How much to ask for, in whole tokens; locked stake may be asked for too.")],
    keystore: Keystore,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Ask for stake: the first of two steps to take it out.

    It backs no new agreement from now on, and stays slashable until it is taken. surety provider withdraw takes it once it has
    thawed and backs nothing.
    """
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    receipt = connection.zone.thaw(sender, money.token, money.parse(amount))
    started = connection.zone.thaw_started(receipt)
    facts: dict[str, object] = {"request": started.request}
    if json_:
        print_json(facts | {"amount": str(started.amount), "thaws_at_s": started.thaws_at, "transaction": receipt.tx_hash})
        return
    facts |= {"amount": money.label(started.amount), "can be taken from": instant_of(started.thaws_at)}
    print_facts("thawing", facts | {"next": f"surety provider withdraw {started.request}"})


def restake(
    request: Annotated[int, _REQUEST],
    keystore: Keystore,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Take a request for stake back: what is left of it may back new agreements again."""
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    found = _request(connection, sender.address, money.token, request)
    receipt = connection.zone.restake(sender, money.token, request)
    if json_:
        print_json({"request": request, "amount": str(found.amount), "transaction": receipt.tx_hash})
    else:
        out.print(f"{money.label(found.amount)} may back agreements again", markup=False)


def withdraw(
    request: Annotated[int, _REQUEST],
    keystore: Keystore,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Take thawed stake out, to the payout address: the second step, after surety provider thaw."""
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    found = _request(connection, sender.address, money.token, request)
    if (left := found.thaws_at - connection.now_s) > 0:
        raise BadInput(
            f"request {request} thaws for another {duration_of(left)}",
            value=request,
            remedy=f"take it from {instant_of(found.thaws_at)} on",
        )
    receipt = connection.zone.withdraw(sender, money.token, request)
    (taken,) = [one for one in decode_known(receipt.logs, {connection.book.zone}) if isinstance(one, Withdrawn)]
    if json_:
        print_json({"request": request, "to": taken.to, "amount": str(taken.amount), "transaction": receipt.tx_hash})
    else:
        out.print(f"{money.label(taken.amount)} of stake to {taken.to}", markup=False)


def status(
    provider: Annotated[str | None, typer.Argument(help="A provider's address; by default that of your keystore.")] = None,
    keystore: OwnKeystore = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Show a provider's record, its stake, and the requests for stake with the time from which each can be taken."""
    if provider is None and keystore is None:
        raise BadInput("which provider?", remedy="give its address, or --keystore")
    address = address_of(provider) if provider else address_in(keystore)  # type: ignore[arg-type]
    connection = Connection.open(rpc_url, book)
    payout = connection.zone.payout_of(address)
    if payout is None:
        raise BadInput(f"{address} is not registered", value=address, remedy="check the address; surety provider register enters")
    money = connection.money(token)
    held = connection.zone.stake_of(address, money.token)
    requests = requests_of(connection, address, money.token)
    facts: dict[str, object] = {"provider": address, "payout": payout, "profile": connection.zone.profile_of(address)}
    facts |= _stake_facts(held, money, json_=json_)
    if json_:
        open_ = [{"request": one.number, "amount": str(one.now.amount), "thaws_at_s": one.now.thaws_at} for one in requests]
        print_json(facts | {"token": money.token, "requests": open_})
        return
    tell("provider", facts, json_=False)
    if requests:
        now_s = connection.now_s
        rows = [(one.number, money.show(one.now.amount), _when(one.now, held, now_s)) for one in requests]
        print_table(f"asked for, in {money.symbol}", ("request", "amount", "can be taken"), rows, numeric=frozenset({"amount"}))


def requests_of(connection: Connection, provider: str, token: str) -> list[Request]:
    """A provider's open requests for stake in a token, oldest first."""
    wanted = [topics()[ThawStarted]]
    head, book = connection.node.block("latest").number, connection.book
    started = decode_known(connection.node.logs(book.deployed_block, head, [book.zone], wanted), {book.zone})
    numbers = sorted(
        one.request for one in started if isinstance(one, ThawStarted) and (one.provider, one.token) == (provider, token)
    )
    found = [(number, connection.zone.request_of(provider, token, number)) for number in numbers]
    return [Request(number, now) for number, now in found if now is not None]


def _when(request: ThawRequest, held: Stake, now_s: int) -> str:
    if request.thaws_at > now_s:
        return f"from {instant_of(request.thaws_at)} on, in {duration_of(request.thaws_at - now_s)}"
    if request.amount > held.total - held.locked:
        return "when fewer agreements rest on it"
    return "now"


def _request(connection: Connection, provider: str, token: str, number: int) -> ThawRequest:
    found = connection.zone.request_of(provider, token, number)
    if found is None:
        raise BadInput(f"no request {number} of {provider}", value=number, remedy="surety provider status shows the open ones")
    return found


def _stake_facts(held: Stake, money: Money, *, json_: bool) -> dict[str, object]:
    shown = str if json_ else money.label
    return {
        "stake": shown(held.total),
        "locked": shown(held.locked),
        "thawing": shown(held.thawing),
        "free": shown(held.free),
    }
