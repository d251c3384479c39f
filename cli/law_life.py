"""``surety law propose``, ``enact``, ``break``, ``show`` and ``list``: the life of a law on chain."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from chain.hashing import text_id
from chain.law_lives import Proposal
from chain.sender import CallSender
from chain.timelock import OperationState
from chain.values import Amendment, LawStatus, Seat
from cli.connection import Connection
from cli.console import print_facts, print_json, print_table, progress, tell
from cli.enacting import Enacting, Missing, open_enacting
from cli.law_records import life_of, read_records
from cli.laws import law_text
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl
from cli.proposals import Wait, law_id, propose_as
from cli.wording import duration_of, instant_of
from governance import laws
from governance.amendment import Consent, accepts, permits
from governance.errors import BadInput
from governance.law import LawFault, load_law, load_routing_law
from oracle.assenter import facts_of

_EXAMPLE = "Example: surety law "


class SeatName(StrEnum):
    """What a law is to run."""

    SETTLEMENT = "settlement"
    ROUTING = "routing"

    @property
    def seat(self) -> Seat:
        """The seat on LawStone."""
        return Seat[self.name]


Law = Annotated[str, typer.Argument(metavar="LAW", help="A Prolog file, the name of a law that ships, or a law's id on chain.")]
SeatOption = Annotated[SeatName, typer.Option("--seat", help="Whose running law is asked: that of settlement, or of routing.")]
Beside = Annotated[bool, typer.Option("--beside", help="Put the law in force beside the running one, which keeps its seat.")]
Notice = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seconds that pass between proposal and enacting, at least.")]
OnChain = Annotated[bool, typer.Option("--on-chain", help="What the chain says, not what ships.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to ``surety law``."""
    app.command("propose", epilog=_EXAMPLE + "propose mylaw.pl --seat routing --notice-s 172800 --keystore anybody.json")(propose)
    app.command("enact", epilog=_EXAMPLE + "enact mylaw.pl --seat routing --keystore governor.json")(enact)
    app.command("break", epilog=_EXAMPLE + "break 0x… --keystore governor.json")(break_)
    app.command("show", epilog=_EXAMPLE + "show standard, or: surety law show 0x…")(show)
    app.command("list", epilog=_EXAMPLE + "list --on-chain")(list_)


def propose(
    law: Law,
    seat: SeatOption,
    keystore: Keystore,
    beside: Beside = False,
    notice_s: Notice = 0,
    anyway: Annotated[bool, typer.Option("--anyway", help="Propose it though the two laws do not agree.")] = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Ask the committee whether a law may follow the running one. Publishes its text if nobody has. Anyone may.

    Both laws are asked here first: the running one has to permit it, the proposed one to accept. Members ask them again.
    """
    connection = Connection.open(rpc_url, book)
    sender, stone = connection.sender(keystore), connection.law_stone
    key, text = _named(connection, law)
    amendment = stone.amendment(seat.seat, key, takes_seat=not beside, notice_s=notice_s)
    if not any(amendment.running):
        message, remedy = f"no law runs in the seat of {seat}", f"found it: surety law enact {law} --seat {seat}"
        raise BadInput(message, value=str(seat), remedy=remedy)
    consents = _consents(connection, amendment, text)
    refused = [consent.why for consent in consents.values() if not consent.agrees]
    if refused and not anyway:
        raise BadInput("; ".join(refused), value=law, remedy="the committee would not assent; --anyway proposes it nevertheless")
    _publish(connection, sender, key, text)
    receipt = stone.propose(sender, amendment)
    facts: dict[str, object] = {"amendment": stone.amendment_of(amendment), "law": key, "transaction": receipt.tx_hash}
    facts |= {name: consent.agrees if json_ else _yes(consent.agrees) for name, consent in consents.items()}
    following = {} if json_ else {"next": f"surety law enact {law} --seat {seat}{' --beside' if beside else ''}"}
    tell("proposed", facts | following, json_=json_)


def enact(
    law: Law,
    keystore: Keystore,
    seat: SeatOption = SeatName.SETTLEMENT,
    beside: Beside = False,
    notice_s: Annotated[
        int | None, typer.Option(min=0, help="The notice of the amendment meant, where there are several.")
    ] = None,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Put a law in force: propose it to the timelock, and carry it out once nothing is missing. Run it again to go on.

    Where a law runs in the seat, the amendment was proposed before, and a quorum of the committee has to assent to it. Where none
    does yet, the law founds the seat.
    """
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    key, text = _named(connection, law)
    running = connection.law_stone.running_in(seat.seat)
    if running.law is None:
        _publish(connection, sender, key, text)
        calls = [connection.law_stone.found_call(seat.seat, key, takes_seat=not beside)]
        propose_as(connection, sender, calls, wait=wait, json_=json_, law=key)
        return
    enacting = open_enacting(connection, sender, _proposal(connection, seat, key, takes_seat=not beside, notice_s=notice_s))
    if enacting.state() is OperationState.UNSET:
        enacting.schedule()
    if wait:
        with progress("waiting for the committee, the notice and the timelock", None, quiet=json_):
            enacting.wait()
    missing = enacting.missing()
    if missing.anything:
        _tell_missing(enacting, missing, key, json_=json_)
        return
    tell("enacted", {"law": key, "operation": enacting.operation.id, "transaction": enacting.execute().tx_hash}, json_=json_)


def break_(
    law: Law,
    keystore: Keystore,
    wait: Wait = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Propose to keep new agreements and routers from using a law, for ever. Running agreements keep it."""
    broken = law_id(law) or text_id(law_text(law))
    connection = Connection.open(rpc_url, book)
    sender = connection.sender(keystore)
    propose_as(connection, sender, [connection.law_stone.break_call(broken)], wait=wait, json_=json_, law=broken)


def show(
    law: Law,
    text: Annotated[bool, typer.Option("--text", help="Print the text and nothing else.")] = False,
    on_chain: OnChain = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Print the text of a law that ships, or of a file; of a law on chain, by its id, its life: status, seat, amendments."""
    key = law_id(law)
    if key is None and not on_chain:
        typer.echo(law_text(law), nl=False)
        return
    connection = Connection.open(rpc_url, book)
    key = key or text_id(law_text(law))
    if text:
        typer.echo(connection.law_stone.text_of(key), nl=False)
        return
    records = read_records(connection)
    if records.lives.statuses.get(key, LawStatus.NONE) is LawStatus.NONE:
        raise BadInput(
            f"no law 0x{key.hex()} was published", value=law, remedy="surety law list --on-chain names those that were"
        )
    facts = life_of(records, key)
    if json_:
        print_json(facts)
        return
    _print_life(facts)


def list_(
    on_chain: OnChain = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Name the laws that ship with Surety; or those on chain, with where they stand and what runs."""
    if not on_chain:
        names = list(laws.names())
        if json_:
            print_json(names)
        else:
            print_facts("laws that ship", {name: "surety law show " + name for name in names})
        return
    records = read_records(Connection.open(rpc_url, book))
    found = [life_of(records, law) for law in records.lives.statuses]
    if json_:
        print_json(found)
        return
    rows = [(each["law"], each["name"], each["status"], ", ".join(each["runs"]), len(each["amendments"])) for each in found]
    print_table(f"{len(rows)} laws", ("law", "ships as", "status", "runs", "amendments"), rows, numeric=frozenset({"amendments"}))


def _named(connection: Connection, law: str) -> tuple[bytes, str]:
    """A law's id and text, from wherever it is. Raises BadInput where it is nowhere."""
    key = law_id(law)
    if key is not None:
        return key, connection.law_stone.text_of(key)
    text = law_text(law)
    return text_id(text), text


def _publish(connection: Connection, sender: CallSender, key: bytes, text: str) -> None:
    if connection.law_stone.status_of(key) is LawStatus.NONE:
        connection.law_stone.publish(sender, text)


def _consents(connection: Connection, amendment: Amendment, text: str) -> dict[str, Consent]:
    """What the two laws say of an amendment. Raises LawRefused for a proposed law that cannot be loaded."""
    load = load_routing_law if amendment.seat is Seat.ROUTING else load_law
    proposed, facts = load(text, "the proposed law"), facts_of(amendment)
    try:
        permitted = permits(load(connection.law_stone.text_of(amendment.running), "the running law"), facts)
    except (LawFault, BadInput) as error:
        permitted = Consent(agrees=False, why=str(error))
    try:
        accepted = accepts(proposed, facts)
    except LawFault as error:
        accepted = Consent(agrees=False, why=str(error))
    return {"running law permits": permitted, "proposed law accepts": accepted}


def _proposal(connection: Connection, seat: SeatName, law: bytes, *, takes_seat: bool, notice_s: int | None) -> Proposal:
    """The amendment meant: of the law that runs now, assented to if any is, else the oldest. Raises BadInput for none."""
    lives = read_records(connection).lives
    fits = [
        found
        for found in lives.proposals.values()
        if (found.amendment.seat, found.amendment.proposed, found.amendment.takes_seat) == (seat.seat, law, takes_seat)
        and notice_s in (None, found.amendment.notice)
        and lives.is_good(found)
    ]
    if not fits:
        message = f"no amendment proposes law 0x{law.hex()} to the law that runs {seat} now"
        raise BadInput(message, value=law, remedy=f"surety law propose … --seat {seat}{'' if takes_seat else ' --beside'}")
    return next((found for found in fits if found.assented_in is not None), fits[0])


def _tell_missing(enacting: Enacting, missing: Missing, law: bytes, *, json_: bool) -> None:
    facts: dict[str, object] = {"law": law, "amendment": enacting.proposal.id, "operation": enacting.operation.id}
    if json_:
        facts |= {"assented": not missing.assent, "notice_until_s": missing.notice_until_s, "ready_at_s": missing.ready_at_s}
        tell("waiting", facts, json_=True)
        return
    facts["assent of the committee"] = "missing" if missing.assent else "there"
    facts["notice"] = f"until {instant_of(missing.notice_until_s)}" if missing.notice else "over"
    facts["timelock"] = f"until {instant_of(missing.ready_at_s)}" if missing.delay else "over"
    tell("not yet: run the same command again when nothing is missing", facts, json_=False)


def _print_life(facts: dict[str, Any]) -> None:
    plain = {"status": facts["status"], "publisher": facts["publisher"], "ships as": facts["name"]}
    print_facts(f"law {facts['law']}", plain | {"runs": ", ".join(facts["runs"]) or "-"})
    tenures = [(each["seat"], each["revision"], instant_of(each["since_s"])) for each in facts["tenures"]]
    if tenures:
        print_table("seats that it took", ("seat", "revision", "since"), tenures)
    amendments = [
        (
            *(each[name][:18] for name in ("amendment", "proposed", "running")),
            each["seat"] if each["takes_seat"] else f"beside {each['seat']}",
            duration_of(each["notice_s"]),
            instant_of(each["proposed_at_s"]),
            each["state"],
        )
        for each in facts["amendments"]
    ]
    if amendments:
        columns = ("amendment", "proposes", "to follow", "place", "notice", "proposed", "state")
        print_table("amendments", columns, amendments)


def _yes(agrees: bool) -> str:
    return "yes" if agrees else "no"
