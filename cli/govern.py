"""``surety govern``: what governance has set, what is proposed, and carrying it out once its delay is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from chain.events import BondDaoPaid, DaoPaid, decode_known
from chain.reading import ReadCall, read_call
from chain.sender import CallSender
from chain.timelock import Operation, OperationState, scheduled
from chain.values import Conditions
from cli import law_life, proposals
from cli.connection import Connection
from cli.console import out, print_facts, print_json, print_table, tell
from cli.earnings import claimed
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl, Token
from cli.wording import duration_of, instant_of, share_of
from governance.errors import BadInput
from governance.values import BPS

app = typer.Typer(
    no_args_is_help=True,
    help="A governor's side: propose changes to the timelock, carry them out. None touches an agreement that runs.",
)
proposals.add_to(app)
app.command("enact", epilog="Example: surety govern enact mylaw.pl --keystore governor.json")(law_life.enact)
app.command("break", epilog="Example: surety govern break 0x… --keystore governor.json")(law_life.break_)

_EXAMPLE = "Example: surety govern "
_ID = typer.Argument(metavar="OPERATION", help="An operation's id, as surety govern list shows it; its beginning is enough.")


@dataclass(frozen=True, slots=True)
class Proposed:
    """An operation that was proposed; ``ready_at_s`` is 0 for one that was taken back, 1 for one that is done."""

    operation: Operation
    state: OperationState
    ready_at_s: int
    calls: tuple[ReadCall, ...]

    @property
    def words(self) -> str:
        """Where it stands; what the timelock knows no more was cancelled."""
        return "cancelled" if self.state is OperationState.UNSET else self.state.name.lower()


@app.command("show", epilog=_EXAMPLE + "show")
def show(
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Show what an agreement would be opened under now, and who may change it."""
    connection = Connection.open(rpc_url, book)
    money, pactum = connection.money(token), connection.pactum
    conditions = pactum.conditions_of(money.token)
    facts: dict[str, object] = {
        "timelock": connection.book.timelock,
        "delay_s": connection.timelock.delay_s(),
        "treasury": pactum.treasury(),
        "guardian": pactum.guardian(),
        "opening_paused": pactum.is_opening_paused(),
        "bond_required": str(connection.committee.required_bond()),
    }
    if json_:
        print_json(facts | _conditions_facts(conditions))
        return
    rules, price = conditions.rules, conditions.price
    bonds = connection.money(connection.committee.bond_token())
    lines = {
        "delay": duration_of(connection.timelock.delay_s()),
        "opening": "paused" if facts["opening_paused"] else "open",
        "bond of a member": bonds.label(connection.committee.required_bond()),
        f"parameters {conditions.parameters}": "",
        "  report deadline": duration_of(rules.report_deadline),
        "  dispute window": duration_of(rules.dispute_window),
        "  resolution deadline": duration_of(rules.resolution_deadline),
        "  thaw": duration_of(rules.thaw),
        "  longest period": duration_of(rules.longest_period),
        "  split": f"{share_of(BPS - rules.validator_bps - rules.dao_bps)} provider, "
        f"{share_of(rules.validator_bps)} validators, {share_of(rules.dao_bps)} DAO",
        "  bond of a dispute": f"{share_of(rules.dispute_bond_bps)} of what it holds up",
        "  arbiter": rules.arbiter,
        f"listing {conditions.listing}": money.token,
        "  least fee": money.label(price.min_fee),
        "  relay fee": money.label(price.relay_fee),
    }
    print_facts("governance", {name: facts[name] for name in ("timelock", "treasury", "guardian")} | lines)


@app.command("list", epilog=_EXAMPLE + "list --all")
def list_(
    every: Annotated[bool, typer.Option("--all", help="What is done or was taken back, too.")] = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """List what is proposed, with what it would do and from when it can be executed."""
    connection = Connection.open(rpc_url, book)
    found = [one for one in proposed_of(connection) if every or one.state in (OperationState.WAITING, OperationState.READY)]
    if json_:
        print_json([_proposed_facts(one) for one in found])
        return
    now_s = connection.now_s
    rows = [
        ("0x" + one.operation.id.hex(), one.words, _when(one, now_s), "\n".join(_call_words(call) for call in one.calls))
        for one in found
    ]
    print_table(f"{len(rows)} operations", ("operation", "state", "can be executed", "what it does"), rows)


@app.command("execute", epilog=_EXAMPLE + "execute 0x… --keystore anybody.json")
def execute(
    operation: Annotated[str, _ID],
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Carry out an operation whose delay is over. Where the timelock is open to everyone, anyone may."""
    connection = Connection.open(rpc_url, book)
    found = _named(proposed_of(connection), operation)
    if found.state is OperationState.WAITING:
        now_s = connection.now_s
        raise BadInput("its delay is not over", value=operation, remedy=f"execute it {_when(found, now_s)}")
    receipt = connection.timelock.execute(connection.sender(keystore), found.operation)
    facts: dict[str, object] = {"operation": found.operation.id, "transaction": receipt.tx_hash}
    tell("executed", facts if json_ else facts | {"done": "; ".join(_call_words(call) for call in found.calls)}, json_=json_)


@app.command("cancel", epilog=_EXAMPLE + "cancel 0x… --keystore governor.json")
def cancel(
    operation: Annotated[str, _ID],
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Take an operation back before it is executed."""
    connection = Connection.open(rpc_url, book)
    found = _named(proposed_of(connection), operation)
    receipt = connection.timelock.cancel(connection.sender(keystore), found.operation.id)
    tell("cancelled", {"operation": found.operation.id, "transaction": receipt.tx_hash}, json_=json_)


@app.command("claim", epilog=_EXAMPLE + "claim --keystore anybody.json")
def claim(
    keystore: Keystore,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull the DAO's shares of fees, of lost dispute bonds and of members' bonds to the treasury. Anyone may."""
    connection = Connection.open(rpc_url, book)
    money, bonds = connection.money(token), connection.money(connection.committee.bond_token())
    parts = claim_for_dao(connection, connection.sender(keystore), money.token)
    treasury = connection.pactum.treasury()
    if json_:
        print_json({"paid": treasury, **{name: str(amount) for name, amount in parts.items()}, "token": money.token})
        return
    fees, disputes, members = (parts[name] for name in ("fees", "disputes", "bonds"))
    words = f"{money.label(fees)} of fees, {money.label(disputes)} of disputes, {bonds.label(members)} of members' bonds"
    out.print(f"to {treasury}: {words}", markup=False)


def claim_for_dao(connection: Connection, sender: CallSender, token: str) -> dict[str, int]:
    """Claims for the treasury wherever something is due; the amounts by where they come from."""
    receipts = {
        "fees": claimed(lambda: connection.pactum.claim_dao(sender, token)),
        "disputes": claimed(lambda: connection.tribunal.claim_dao(sender, token)),
        "bonds": claimed(lambda: connection.committee.claim_dao(sender)),
    }
    contracts = connection.book.contracts
    return {
        name: sum(
            one.amount
            for one in (decode_known(receipt.logs, contracts) if receipt else [])
            if isinstance(one, (DaoPaid, BondDaoPaid))
        )
        for name, receipt in receipts.items()
    }


def proposed_of(connection: Connection) -> list[Proposed]:
    """Every operation that was ever proposed, oldest first."""
    head, book = connection.node.block("latest").number, connection.book
    events = decode_known(connection.node.logs(book.deployed_block, head, [book.timelock]), {book.timelock})
    return [_proposed(connection, operation) for operation in scheduled(events).values()]


def _proposed(connection: Connection, operation: Operation) -> Proposed:
    timelock = connection.timelock
    calls = tuple(read_call(call, connection.book) for call in operation.calls)
    return Proposed(operation, timelock.state_of(operation.id), timelock.ready_at(operation.id), calls)


def _named(found: Iterable[Proposed], text: str) -> Proposed:
    """The operation of an id, or of its beginning. Raises BadInput where none, or more than one, begins so."""
    fits = [one for one in found if ("0x" + one.operation.id.hex()).startswith(text.lower()) and len(text) > len("0x")]
    if len(fits) != 1:
        message = f"{len(fits)} operations begin with {text}" if fits else f"no operation {text}"
        raise BadInput(message, value=text, remedy="surety govern list --all shows all")
    return fits[0]


def _when(one: Proposed, now_s: int) -> str:
    if one.state is OperationState.WAITING:
        return f"from {instant_of(one.ready_at_s)} on, in {duration_of(max(one.ready_at_s - now_s, 0))}"
    return "now" if one.state is OperationState.READY else "-"


def _call_words(call: ReadCall) -> str:
    return f"{call.contract}.{call.function}({', '.join(f'{name}={_shown(value)}' for name, value in call.arguments.items())})"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_shown(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _proposed_facts(one: Proposed) -> dict[str, object]:
    return {
        "operation": one.operation.id,
        "state": one.words,
        "ready_at_s": one.ready_at_s if one.ready_at_s > 1 else None,
        "calls": [
            {"contract": call.contract, "function": call.function, "arguments": _plain(call.arguments)} for call in one.calls
        ],
    }


def _plain(value: Any) -> Any:
    """Wide integers as decimal strings, so that no reader loses a digit."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, int) and value >= 1 << 53 else value


def _conditions_facts(conditions: Conditions) -> dict[str, object]:
    rules, price = conditions.rules, conditions.price
    return {
        "parameters": {
            "number": conditions.parameters,
            "report_deadline_s": rules.report_deadline,
            "dispute_window_s": rules.dispute_window,
            "resolution_deadline_s": rules.resolution_deadline,
            "thaw_s": rules.thaw,
            "longest_period_s": rules.longest_period,
            "validator_bps": rules.validator_bps,
            "dao_bps": rules.dao_bps,
            "dispute_bond_bps": rules.dispute_bond_bps,
            "arbiter": rules.arbiter,
        },
        "listing": {
            "number": conditions.listing,
            "token": price.token,
            "min_fee": str(price.min_fee),
            "relay_fee": str(price.relay_fee),
        },
    }
