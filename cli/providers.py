"""``surety provider``: register, stake, sign offers, withdraw."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from chain.events import ProviderPaid, decode_known
from chain.hashing import ZERO_ADDRESS, address_of, text_id
from chain.keys import Signer, open_keystore
from chain.offers import Offer, SignedOffer
from chain.reverts import TransactionReverted
from chain.sender import Sender
from chain.typed_data import offer_digest
from cli.connection import Connection
from cli.console import out, print_facts, print_json
from cli.laws import law_text, text_of
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl, Token
from cli.passwords import password_for
from governance.errors import BadInput
from governance.terms import Terms, parse_terms
from governance.values import BPS

app = typer.Typer(no_args_is_help=True, help="A provider's side: register, stake, sign offers, withdraw.")

_EXAMPLE = "Example: surety provider "
_DAY_S = 86_400
_UNUSED_PROFILE = "{}"


@app.command("register", epilog=_EXAMPLE + "register --keystore acme.json --profile examples/profile.json")
def register(
    keystore: Keystore,
    profile: Annotated[Path | None, typer.Option(help="JSON: name, jurisdiction, regions, credentials, prices.")] = None,
    payout: Annotated[str | None, typer.Option(help="Address that earnings go to; by default the keystore's own.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Enter the registry, or replace the record there.

    The profile is public: routing laws read jurisdiction, credentials and prices from it.
    """
    text = _profile(profile)
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    to = address_of(payout) if payout else sender.address
    receipt = connection.zone.register(sender, to, text)
    _told({"provider": sender.address, "payout": to, "transaction": receipt.tx_hash}, "registered", json_=json_)


@app.command("stake", epilog=_EXAMPLE + "stake 500 --keystore acme.json")
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
    show_amount = str if json_ else money.label
    facts = {"stake": show_amount(held.total), "free": show_amount(held.free)}
    _told({"provider": sender.address} | facts | {"transaction": receipt.tx_hash}, "staked", json_=json_)


@app.command("offer", epilog=_EXAMPLE + "offer --keystore acme.json --terms terms.yaml --fee 10 --deposit 100 --out offer.json")
def offer(
    keystore: Keystore,
    terms: Annotated[Path, typer.Option(help="The terms of the agreement (docs/terms.md).")],
    fee: Annotated[str, typer.Option(help="Fee per period, in whole tokens.")],
    deposit: Annotated[str, typer.Option(help="Deposit that an agreement locks from the stake, in whole tokens.")],
    out_: Annotated[Path, typer.Option("--out", help="Where the signed offer is written.")],
    law: Annotated[str, typer.Option(help="The law that decides: a name that ships, a file, or a law's id.")] = "standard",
    max_periods: Annotated[int, typer.Option(min=1, help="Most periods of one agreement.")] = 10_000,
    lead_s: Annotated[int, typer.Option(min=0, help="Seconds between opening and start, at least.")] = 5,
    valid_for_s: Annotated[int, typer.Option(min=1, help="Seconds until the offer expires.")] = 7 * _DAY_S,
    customer: Annotated[str | None, typer.Option(help="The one customer it is for; by default anybody.")] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Sign an offer that a customer can open an agreement with, and write it to a file.

    Publishes the terms text when nobody has. The caps that you consent to are the largest credit and slash in the terms.
    """
    text = text_of(terms)
    parsed = parse_terms(text, str(terms))
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    signer = open_keystore(keystore, password_for(keystore))
    made = Offer(
        provider=signer.address,
        customer=address_of(customer) if customer else ZERO_ADDRESS,
        token=money.token,
        terms=text_id(text),
        law=_law_id(connection, law),
        fee=money.parse(fee),
        deposit=money.parse(deposit),
        max_credit_bps=largest_credit_bps(parsed),
        max_slash_bps=max(tier.slash_bps for tier in parsed.tiers),
        min_provider_bps=_provider_bps(connection),
        period_kind=parsed.kind,
        period_length=parsed.period_s,
        max_periods=max_periods,
        lead=lead_s,
        expiry=connection.node.block("latest").timestamp_s + valid_for_s,
        nonce=secrets.randbits(256),
    )
    _publish_terms(connection, Sender(connection.node, signer, chain_id=connection.book.chain_id), text)
    signed = sign_offer(connection, signer, made)
    out_.write_text(signed.to_json() + "\n", encoding="utf-8")
    facts: dict[str, object] = {
        "offer": str(out_),
        "provider": made.provider,
        "terms": made.terms,
        "law": made.law,
        "fee": str(made.fee) if json_ else money.label(made.fee),
        "deposit": str(made.deposit) if json_ else money.label(made.deposit),
        "max_credit_bps": made.max_credit_bps,
        "max_slash_bps": made.max_slash_bps,
    }
    _told(facts, "offer signed", json_=json_)


@app.command("withdraw", epilog=_EXAMPLE + "withdraw --keystore acme.json --stake 100")
def withdraw(
    keystore: Keystore,
    stake_: Annotated[str | None, typer.Option("--stake", help="Free stake to take out as well, in whole tokens.")] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull everything that has matured, and free stake if asked, to the payout address."""
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    units = money.parse(stake_) if stake_ else 0
    to = connection.zone.payout_of(sender.address)
    if to is None:
        raise BadInput(f"{sender.address} is not registered", value=sender.address, remedy="run surety provider register first")
    before = connection.token(money.token).balance_of(to)
    earned = claim_as_provider(connection, sender, money.token)
    if units:
        connection.zone.withdraw(sender, money.token, units)
    after = connection.token(money.token).balance_of(to)
    if json_:
        print_json({"provider": sender.address, "payout": to, "earned": str(earned), "stake": str(units), "balance": str(after)})
    else:
        out.print(
            f"{money.label(after - before)} to {to}: {money.label(earned)} earned, {money.label(units)} stake", markup=False
        )


@app.command("show", epilog=_EXAMPLE + "show 0x7099…")
def show(
    provider: Annotated[str, typer.Argument(help="A provider's address.")],
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Print a provider's record and stake."""
    connection = Connection.open(rpc_url, book)
    address = address_of(provider)
    payout = connection.zone.payout_of(address)
    if payout is None:
        raise BadInput(f"{address} is not registered", value=address, remedy="check the address")
    money = connection.money(token)
    held = connection.zone.stake_of(address, money.token)
    facts: dict[str, object] = {"provider": address, "payout": payout, "profile": connection.zone.profile_of(address)}
    if json_:
        print_json(facts | {"token": money.token, "stake": str(held.total), "locked": str(held.locked)})
    else:
        shown = facts | {"profile": "0x" + connection.zone.profile_of(address).hex()}
        print_facts("provider", shown | {"stake": money.label(held.total), "locked": money.label(held.locked)})


def sign_offer(connection: Connection, signer: Signer, made: Offer) -> SignedOffer:
    """The offer with its provider's signature, bound to this deployment."""
    return SignedOffer(made, signer.sign_digest(offer_digest(connection.book.pactum_domain, made)))


def claim_as_provider(connection: Connection, sender: Sender, token: str) -> int:
    """Claims all matured shares of the sender's agreements in one token; the amount, 0 where nothing is due."""
    records = connection.docket().agreements().values()
    mine = [r.id for r in records if r.provider == sender.address and r.offer.token == token]
    try:
        receipt = connection.pactum.claim_provider(sender, mine) if mine else None
    except TransactionReverted as refusal:
        if refusal.name != "NothingToClaim":
            raise
        receipt = None
    paid = decode_known(receipt.logs, {connection.book.pactum}) if receipt else []
    return sum(event.amount for event in paid if isinstance(event, ProviderPaid))


def approve(connection: Connection, sender: Sender, token: str, spender: str, amount: int) -> None:
    """Lets a contract pull exactly this amount, unless it may already."""
    client = connection.token(token)
    if client.allowance(sender.address, spender) < amount:
        client.approve(sender, spender, amount)


def largest_credit_bps(terms: Terms) -> int:
    """The largest credit that these terms can cost in one period."""
    tiers = max(tier.credit_bps for tier in terms.tiers)
    return max(tiers, terms.latency.credit_bps if terms.latency else 0)


def _publish_terms(connection: Connection, sender: Sender, text: str) -> None:
    if not connection.pactum.is_published(text_id(text)):
        connection.pactum.publish_terms(sender, text)


def _provider_bps(connection: Connection) -> int:
    split = connection.pactum.parameters_of(connection.pactum.current_parameters())
    return BPS - split.validator_bps - split.dao_bps


def _law_id(connection: Connection, source: str) -> bytes:
    law = bytes.fromhex(source[2:]) if source.startswith("0x") and len(source) == 66 else text_id(law_text(source))
    status = connection.law_stone.status_of(law)
    if status.name != "ENACTED":
        raise BadInput(
            f"law {source} (0x{law.hex()}) is {status.name.lower()} on this chain",
            value=source,
            remedy="offer under an enacted law",
        )
    return law


def _profile(path: Path | None) -> str:
    text = text_of(path) if path else _UNUSED_PROFILE
    try:
        loaded = json.loads(text)
    except ValueError as cause:
        raise BadInput(f"is not JSON: {cause}", source=str(path), remedy="see examples/profile.json") from cause
    if not isinstance(loaded, dict):
        raise BadInput("is not a JSON object", source=str(path), remedy="see examples/profile.json")
    return text


def _told(facts: dict[str, object], title: str, *, json_: bool) -> None:
    if json_:
        print_json(facts)
    else:
        print_facts(title, {name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in facts.items()})
