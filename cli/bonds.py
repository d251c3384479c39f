"""``surety oracle bond`` and ``surety oracle expose``: what members of the committee put up, and how they lose it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.documents import exact_keys, hex_bytes, integer, object_of
from chain.events import BondWithdrawn, Equivocated, ReporterPaid, decode_known
from chain.hashing import address_of
from chain.keys import address_in, recover_compact
from chain.sender import CallSender
from chain.typed_data import Domain, observation_root_digest
from chain.values import FOREVER_S
from cli.amounts import Money
from cli.connection import Connection
from cli.console import out, print_json, tell
from cli.earnings import claimed
from cli.laws import text_of
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, OwnKeystore, RpcUrl
from cli.sending import approve
from cli.wording import duration_of, instant_of
from governance.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="The bond of a member of the committee.")

_EXAMPLE = "Example: surety oracle bond "
_ROOTS = 2


@dataclass(frozen=True, slots=True)
class Proof:
    """Two roots that one member signed for one epoch. Who it is follows from the signatures."""

    member: str
    epoch: int
    one: tuple[bytes, bytes]
    other: tuple[bytes, bytes]


@app.command("post", epilog=_EXAMPLE + "post --keystore oracle.json")
def post(
    keystore: Keystore,
    amount: Annotated[
        str | None, typer.Argument(help="How much to add, in whole tokens; by default what is missing to the required bond.")
    ] = None,
    member: Annotated[str | None, typer.Option(help="Whose bond; by default the keystore's own address.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Add to a member's bond; whoever pays, it is the member's from then on.

    A member needs the required bond before governance can put it into the committee.
    """
    named = address_of(member) if member else None
    connection = Connection.open(rpc_url, book)
    committee, money = connection.committee, _money(connection)
    sender = connection.sender(keystore)
    whose = named or sender.address
    units = money.parse(amount) if amount else max(committee.required_bond() - committee.bond_of(whose), 0)
    if not units:
        raise BadInput(f"the bond of {whose} is up", value=whose, remedy="name an amount to add more")
    approve(connection, sender, money.token, connection.book.committee, units)
    receipt = committee.post(sender, whose, units)
    shown = str if json_ else money.label
    facts = {"member": whose, "added": shown(units), "bond": shown(committee.bond_of(whose)), "transaction": receipt.tx_hash}
    tell("bond posted", facts, json_=json_)


@app.command("withdraw", epilog=_EXAMPLE + "withdraw --keystore oracle.json")
def withdraw(
    keystore: Keystore,
    to: Annotated[str | None, typer.Option(help="Where it goes; by default the keystore's own address.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Take your bond back, once every period that began while you served is over for good."""
    wanted = address_of(to) if to else None
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    _require_free(connection, sender.address)
    receipt = connection.committee.withdraw(sender, wanted or sender.address)
    (taken,) = [one for one in decode_known(receipt.logs, {connection.book.committee}) if isinstance(one, BondWithdrawn)]
    if json_:
        print_json({"member": taken.member, "to": taken.to, "amount": str(taken.amount), "transaction": receipt.tx_hash})
    else:
        out.print(f"{_money(connection).label(taken.amount)} to {taken.to}", markup=False)


@app.command("show", epilog=_EXAMPLE + "show --keystore oracle.json")
def show(
    member: Annotated[str | None, typer.Argument(help="A member's address; by default that of your keystore.")] = None,
    keystore: OwnKeystore = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Show a member's bond, what is required, and when it may be taken."""
    if member is None and keystore is None:
        raise BadInput("which member?", remedy="give its address, or --keystore")
    whose = address_of(member) if member else address_in(keystore)  # type: ignore[arg-type]
    connection = Connection.open(rpc_url, book)
    committee, money = connection.committee, _money(connection)
    until_s = committee.serves_until(whose)
    amounts = {
        "bond": committee.bond_of(whose),
        "required": committee.required_bond(),
        "reporter may claim": committee.claimable_of_reporter(whose),
    }
    exposed = committee.is_exposed(whose)
    if json_:
        facts: dict[str, object] = {name.replace(" ", "_"): str(value) for name, value in amounts.items()}
        until = {"serves_until_s": None if until_s == FOREVER_S else until_s}
        print_json({"member": whose, "token": money.token, **facts, **until, "serves": until_s != 0, "exposed": exposed})
        return
    lines = {name: money.label(value) for name, value in amounts.items()}
    free = {"may be taken": _free_words(until_s, connection.now_s), "exposed": "yes" if exposed else "no"}
    tell(f"member {whose}", lines | free, json_=False)


@app.command("claim", epilog=_EXAMPLE + "claim --keystore anybody.json")
def claim(
    keystore: Keystore,
    reporter: Annotated[str | None, typer.Option(help="Who is paid; by default the keystore's own address.")] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull a reporter's shares of the bonds of members that it exposed. Anyone may; the reporter is paid."""
    named = address_of(reporter) if reporter else None
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    whose = named or sender.address
    receipt = claimed(lambda: connection.committee.claim_reporter(sender, whose))
    told = decode_known(receipt.logs, {connection.book.committee}) if receipt else []
    amount, money = sum(one.amount for one in told if isinstance(one, ReporterPaid)), _money(connection)
    if json_:
        print_json({"paid": whose, "amount": str(amount), "token": money.token})
    else:
        out.print(f"{money.label(amount)} to {whose}", markup=False)


def expose(
    file: Annotated[Path, typer.Argument(help="The proof as JSON, or an observation set from a relay that holds proofs.")],
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Show the Committee that a member signed two roots for one epoch: the member loses its bond and its voice.

    Anyone may, for ever; a share of the bond is yours. The proof is {"epoch": …, "roots": [{"root": …, "signature": …}, …]}, as a
    relay's observation sets hold it under "equivocations".
    """
    text = text_of(file)
    connection = Connection.open(rpc_url, book)
    proofs = load_proofs(text, str(file), connection.book.committee_domain)
    known = [connection.committee.is_exposed(proof.member) for proof in proofs]
    if all(known):
        raise BadInput("every member named here is exposed already", source=str(file), remedy="there is nothing left to show")
    sender, money = connection.sender(keystore), _money(connection)
    found = [_exposed(connection, sender, proof) for proof, old in zip(proofs, known, strict=True) if not old]
    if json_:
        print_json([{"member": one.member, "epoch": one.epoch, "to_reporter": str(one.to_reporter)} for one in found])
        return
    for one in found:
        share = money.label(one.to_reporter)
        out.print(f"{one.member} signed twice for epoch {one.epoch}; {share} of its bond is yours to claim", markup=False)


def load_proofs(text: str, source: str, committee: Domain) -> list[Proof]:
    """The proofs in a file: one, or those of a proposal. Raises BadInput naming what is missing, malformed or no proof."""
    document = _object(text, source)
    if "equivocations" not in document:
        return [_proof(document, source, committee)]
    entries = document["equivocations"]
    if not isinstance(entries, list) or not entries:
        raise BadInput("no proof is in it", source=source, remedy="name a file that holds one")
    found = [_proof(entry, f"{source}: equivocations[{place}]", committee) for place, entry in enumerate(entries)]
    return list({proof.member: proof for proof in found}.values())


def _object(text: str, source: str) -> dict[str, Any]:
    try:
        return object_of(json.loads(text), source)
    except (ValueError, RecursionError) as cause:
        raise BadInput(
            f"is not JSON: {cause}", source=source, remedy="give a proof as surety oracle expose --help shows"
        ) from cause


def _proof(entry: object, source: str, committee: Domain) -> Proof:
    fields = exact_keys({"member": None} | object_of(entry, source), source, ("member", "epoch", "roots"))
    epoch, roots = integer(fields["epoch"], f"{source}: epoch", 64), fields["roots"]
    if not isinstance(roots, list) or len(roots) != _ROOTS:
        raise BadInput("not two roots", source=source, remedy="two roots of one epoch prove it")
    one, other = (_root(root, f"{source}: roots[{place}]") for place, root in enumerate(roots))
    if one[0] == other[0]:
        raise BadInput("both roots are the same", source=source, remedy="only two that differ prove something")
    signers = [recover_compact(observation_root_digest(committee, epoch, root), signature) for root, signature in (one, other)]
    if signers[0] != signers[1]:
        raise BadInput(f"signed by {signers[0]} and by {signers[1]}", source=source, remedy="one member must have signed both")
    return Proof(signers[0], epoch, one, other)


def _root(entry: Any, source: str) -> tuple[bytes, bytes]:
    fields = exact_keys(object_of(entry, source), source, ("root", "signature"))
    return hex_bytes(fields["root"], f"{source}: root", 32), hex_bytes(fields["signature"], f"{source}: signature", 64)


def _exposed(connection: Connection, sender: CallSender, proof: Proof) -> Equivocated:
    receipt = connection.committee.expose(sender, proof.member, proof.epoch, proof.one, proof.other)
    (found,) = [one for one in decode_known(receipt.logs, {connection.book.committee}) if isinstance(one, Equivocated)]
    return found


def _require_free(connection: Connection, member: str) -> None:
    until_s, now_s = connection.committee.serves_until(member), connection.now_s
    if until_s > now_s:
        raise BadInput(f"the bond of {member} is bound", value=member, remedy=_free_words(until_s, now_s))


def _free_words(until_s: int, now_s: int) -> str:
    if until_s == FOREVER_S:
        return "not while it serves in the newest committee"
    if until_s > now_s:
        return f"from {instant_of(until_s)} on, in {duration_of(until_s - now_s)}"
    return "now"


def _money(connection: Connection) -> Money:
    return connection.money(connection.committee.bond_token())
