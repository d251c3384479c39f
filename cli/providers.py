"""``surety provider``: register, sign offers, pull earnings; ``cli.stakes`` has what is about stake."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from chain.hashing import ZERO_ADDRESS, address_of, text_id
from chain.keys import Signer
from chain.offers import Offer, SignedOffer
from chain.sender import CallSender
from chain.typed_data import offer_digest
from chain.values import Seat
from cli import stakes
from cli.connection import Connection, open_signer
from cli.console import out, print_json, tell
from cli.earnings import claim_as_provider
from cli.laws import law_text, text_of
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl, Token
from governance.errors import BadInput
from governance.terms import Terms, parse_terms
from governance.values import BPS

app = typer.Typer(no_args_is_help=True, help="A provider's side: register, stake, sign offers, pull earnings.")

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
    tell("registered", {"provider": sender.address, "payout": to, "transaction": receipt.tx_hash}, json_=json_)


stakes.add_to(app)


@app.command("offer", epilog=_EXAMPLE + "offer --keystore acme.json --terms terms.yaml --fee 10 --deposit 100 --out offer.json")
def offer(
    keystore: Keystore,
    terms: Annotated[Path, typer.Option(help="The terms of the agreement (docs/terms.md).")],
    fee: Annotated[str, typer.Option(help="Fee per period, in whole tokens.")],
    deposit: Annotated[str, typer.Option(help="Deposit that an agreement locks from the stake, in whole tokens.")],
    out_: Annotated[Path, typer.Option("--out", help="Where the signed offer is written.")],
    law: Annotated[str, typer.Option(help="The law that decides: a name that ships, a file, or a law's id.")] = "standard",
    max_periods: Annotated[int, typer.Option(min=1, help="Most periods of one agreement.")] = 10_000,
    notice: Annotated[
        int, typer.Option(min=0, max=65_535, help="Whole periods that still run after either side ends an agreement early.")
    ] = 1,
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
    signer = open_signer(keystore)
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
        notice_periods=notice,
        lead=lead_s,
        expiry=connection.node.block("latest").timestamp_s + valid_for_s,
        nonce=secrets.randbits(256),
    )
    _publish_terms(connection, connection.sender_of(signer), text)
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
        "notice_periods": made.notice_periods,
    }
    tell("offer signed", facts, json_=json_)


@app.command("cancel", epilog=_EXAMPLE + "cancel offer.json --keystore acme.json")
def cancel(
    offer_: Annotated[Path, typer.Argument(metavar="OFFER", help="The signed offer, as surety provider offer wrote it.")],
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Take an offer back that nobody has used: from then on it opens nothing."""
    made = SignedOffer.load(offer_).offer
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    if made.provider != sender.address:
        raise BadInput(
            "this offer is another's", source=str(offer_), value=made.provider, remedy="give the keystore that signed it"
        )
    receipt = connection.notary.cancel_offer(sender, made.nonce)
    tell("taken back", {"offer": str(offer_), "transaction": receipt.tx_hash}, json_=json_)


@app.command("claim", epilog=_EXAMPLE + "claim --keystore acme.json")
def claim(
    keystore: Keystore,
    to: Annotated[str | None, typer.Option("--to", help="Where the money goes; by default your payout address.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Whose earnings; by default your own. Anyone may pull them to the payout address.")
    ] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Settle what has matured and pull everything earned, from all agreements in a token at once."""
    wanted = address_of(to) if to else None
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    whose = address_of(provider) if provider else sender.address
    payout = connection.zone.payout_of(whose)
    if payout is None:
        raise BadInput(f"{whose} is not registered", value=whose, remedy="run surety provider register first")
    if whose != sender.address and wanted not in (None, payout):
        raise BadInput("only the provider itself may name another address", value=to, remedy="leave --to away")
    paid_to = wanted or payout
    earned = claim_as_provider(connection, sender, whose, money.token, paid_to)
    if json_:
        print_json({"provider": whose, "to": paid_to, "earned": str(earned), "token": money.token})
    else:
        out.print(f"{money.label(earned)} to {paid_to}", markup=False)


def sign_offer(connection: Connection, signer: Signer, made: Offer) -> SignedOffer:
    """The offer with its provider's signature, bound to this deployment."""
    return SignedOffer(made, signer.sign_digest(offer_digest(connection.book.pactum_domain, made)))


def largest_credit_bps(terms: Terms) -> int:
    """The largest credit that these terms can cost in one period."""
    tiers = max(tier.credit_bps for tier in terms.tiers)
    return max(tiers, terms.latency.credit_bps if terms.latency else 0)


def _publish_terms(connection: Connection, sender: CallSender, text: str) -> None:
    if not connection.notary.is_published(text_id(text)):
        connection.notary.publish_terms(sender, text)


def _provider_bps(connection: Connection) -> int:
    split = connection.pactum.parameters_of(connection.pactum.current_parameters())
    return BPS - split.validator_bps - split.dao_bps


def _law_id(connection: Connection, source: str) -> bytes:
    law = bytes.fromhex(source[2:]) if source.startswith("0x") and len(source) == 66 else text_id(law_text(source))
    status = connection.law_stone.status_in(law, Seat.SETTLEMENT)
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
