"""``surety dispute``: doubts about a row, the arbiter's rulings, and the bonds."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chain.blocks import Receipt
from chain.events import Confirmed, Event, Paid, Replaced, WinnerPaid, decode_known
from chain.hashing import address_of, keccak
from chain.keys import address_in
from cli.agreements import record_of
from cli.amounts import Money, parse_agreement, percent_of, show_agreement
from cli.cases import Case, case_of, cases_of, doubtful, verdict_words
from cli.connection import Connection
from cli.console import out, print_json, print_table, tell
from cli.earnings import claimed
from cli.options import (
    DEFAULT_BOOK,
    DEFAULT_RPC_URL,
    AgreementId,
    Book,
    Json,
    Keystore,
    OwnKeystore,
    PeriodNumber,
    RpcUrl,
    Token,
)
from cli.sending import approve
from cli.wording import instant_of, parse_share
from governance.errors import BadInput
from governance.values import Outcome

app = typer.Typer(no_args_is_help=True, help="Dispute a row before it matures; rule on disputes as the arbiter.")

_EXAMPLE = "Example: surety dispute "
_NO_GROUNDS = bytes(32)


class OutcomeName(StrEnum):
    """The outcomes as one types them."""

    MET = "met"
    BREACH = "breach"
    NO_DATA = "no-data"

    @property
    def outcome(self) -> Outcome:
        """The same as a value."""
        return Outcome[self.name]


@app.command("open", epilog=_EXAMPLE + "open 0x… 3 --grounds findings.txt --keystore customer.json")
def open_(
    agreement: AgreementId,
    period: PeriodNumber,
    keystore: Keystore,
    most_bond: Annotated[
        str | None, typer.Option(help="The most that you put up, in whole tokens; by default what it takes now.")
    ] = None,
    grounds: Annotated[
        Path | None, typer.Option(help="What you argue from. Its hash goes on chain; let the arbiter have the file.")
    ] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Dispute an accepted row before it matures, with a bond. Anyone may, once a row.

    The row's fee, credit and slash are held until the arbiter rules; other periods go on. Where the row stands, the bond is lost,
    half of it to whom you held up; where it is replaced, the bond comes back and the validators' share of the row is yours.
    """
    reason = keccak(_content(grounds)) if grounds else _NO_GROUNDS
    connection = Connection.open(rpc_url, book)
    record = record_of(connection.docket(), agreement)
    found = doubtful(connection, record, period)
    money = connection.money(record.offer.token)
    most = money.parse(most_bond) if most_bond else found.bond
    if found.bond > most:
        raise BadInput(f"the bond is {money.label(found.bond)}", value=most_bond, remedy="raise --most-bond")
    sender = connection.sender(keystore)
    approve(connection, sender, money.token, connection.book.tribunal, found.bond)
    receipt = connection.tribunal.dispute(sender, found.word, reason, most)
    made = connection.tribunal.disputed(receipt)
    facts: dict[str, object] = {"agreement": agreement, "period": period}
    amounts = {"held": found.held, "bond": made.bond}
    facts |= {name: str(value) if json_ else money.label(value) for name, value in amounts.items()}
    ruling = {"ruling_due_s": made.deadline} if json_ else {"ruling due": instant_of(made.deadline)}
    facts |= {"arbiter": record.parameters.arbiter, **ruling, "grounds": made.grounds}
    tell("disputed", facts | {"transaction": receipt.tx_hash}, json_=json_)


@app.command("confirm", epilog=_EXAMPLE + "confirm 0x… 3 --keystore arbiter.json")
def confirm(
    agreement: AgreementId,
    period: PeriodNumber,
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Let a disputed row stand, as the agreement's arbiter. The bond falls to the DAO and to whom the dispute held up."""
    connection = Connection.open(rpc_url, book)
    number = _known(connection, agreement, period)
    receipt = connection.tribunal.confirm(connection.sender(keystore), number, period)
    (ruled,) = [one for one in _told(connection, receipt) if isinstance(one, Confirmed)]
    money = connection.money(case_of(connection, number, period).disputed.token)
    shown = str if json_ else money.label
    facts = {"held_up": ruled.held_up, "to_held_up": shown(ruled.to_held_up), "to_dao": shown(ruled.to_dao)}
    tell("the row stands", {"agreement": agreement, "period": period, **facts, "transaction": receipt.tx_hash}, json_=json_)


@app.command("replace", epilog=_EXAMPLE + "replace 0x… 3 --outcome breach --credit 10 --keystore arbiter.json")
def replace(
    agreement: AgreementId,
    period: PeriodNumber,
    keystore: Keystore,
    outcome: Annotated[OutcomeName, typer.Option(help="The verdict instead of the committee's.")],
    credit: Annotated[str, typer.Option(help="Credit in percent of the fee; for a breach.")] = "0",
    slash: Annotated[str, typer.Option(help="Slash in percent of the deposit; for a breach.")] = "0",
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Put another verdict in a disputed row's place, as the agreement's arbiter and within its caps. The bond goes back."""
    credit_bps, slash_bps = parse_share(credit), parse_share(slash)
    if outcome is not OutcomeName.BREACH and (credit_bps or slash_bps):
        raise BadInput("only a breach has a credit or a slash", value=outcome.value, remedy="leave them away")
    connection = Connection.open(rpc_url, book)
    number, sender = _known(connection, agreement, period), connection.sender(keystore)
    receipt = connection.tribunal.replace(sender, number, period, outcome.outcome, credit_bps, slash_bps)
    (ruled,) = [one for one in _told(connection, receipt) if isinstance(one, Replaced)]
    verdict = {"outcome": ruled.outcome.name.lower(), "credit_bps": ruled.credit_bps, "slash_bps": ruled.slash_bps}
    tell("replaced", {"agreement": agreement, "period": period, **verdict, "transaction": receipt.tx_hash}, json_=json_)


@app.command("lapse", epilog=_EXAMPLE + "lapse 0x… 3 --keystore anybody.json")
def lapse(
    agreement: AgreementId,
    period: PeriodNumber,
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Let a disputed row stand because the arbiter was silent until its deadline. Anyone may; the bond goes back."""
    connection = Connection.open(rpc_url, book)
    number = _known(connection, agreement, period)
    receipt = connection.tribunal.lapse(connection.sender(keystore), number, period)
    tell("the row stands", {"agreement": agreement, "period": period, "transaction": receipt.tx_hash}, json_=json_)


@app.command("claim", epilog=_EXAMPLE + "claim --keystore customer.json")
def claim(
    keystore: Keystore,
    account: Annotated[str | None, typer.Option(help="Who is paid; by default the keystore's own address.")] = None,
    token: Token = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull bonds that came back, halves of lost ones, and the shares of rows that were replaced. Anyone may, for anybody."""
    whose = address_of(account) if account else None
    connection = Connection.open(rpc_url, book)
    money = connection.money(token)
    sender = connection.sender(keystore)
    paid_to = whose or sender.address
    pulled = [
        claimed(lambda: connection.tribunal.claim(sender, paid_to, money.token)),
        claimed(lambda: connection.pactum.claim_winner(sender, paid_to, money.token)),
    ]
    told = [one for receipt in pulled if receipt for one in _told(connection, receipt)]
    bonds = sum(one.amount for one in told if isinstance(one, Paid))
    won = sum(one.amount for one in told if isinstance(one, WinnerPaid))
    if json_:
        print_json({"paid": paid_to, "bonds": str(bonds), "won": str(won), "token": money.token})
    else:
        out.print(f"{money.label(bonds + won)} to {paid_to}: {money.label(bonds)} of bonds, {money.label(won)} won", markup=False)


@app.command("list", epilog=_EXAMPLE + "list --all --json")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those that are decided, too.")] = False,
    keystore: OwnKeystore = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """List the disputes that are not decided. With a keystore: those that you opened, or are the arbiter of."""
    own = address_in(keystore) if keystore else None
    connection = Connection.open(rpc_url, book)
    now_s = connection.now_s
    cases = [
        case
        for case in cases_of(connection)
        if (every or case.ruling is None) and own in (None, case.arbiter, case.disputed.disputer)
    ]
    if json_:
        print_json([_facts(case, now_s) for case in cases])
        return
    columns = ("agreement", "period", "reported", "disputer", "bond", "state", "ruling due")
    rows = [_cells(case, connection.money(case.disputed.token), now_s) for case in cases]
    print_table(f"{len(rows)} disputes", columns, rows, numeric=frozenset({"period", "bond"}))


@app.command("show", epilog=_EXAMPLE + "show 0x… 3")
def show(
    agreement: AgreementId,
    period: PeriodNumber,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Show one dispute: the row as it was reported, the bond, and the ruling."""
    connection = Connection.open(rpc_url, book)
    case = case_of(connection, parse_agreement(agreement), period)
    now_s = connection.now_s
    if json_:
        print_json(_facts(case, now_s))
        return
    row, made, money = case.row, case.disputed, connection.money(case.disputed.token)
    facts = {
        "reported": verdict_words(row.outcome, row.credit_bps, row.slash_bps),
        "measured": f"uptime {percent_of(row.uptime_ppm)} %, P95 {row.p95_ms} ms, coverage {percent_of(row.coverage_ppm)} %",
        "disputer": made.disputer,
        "bond": money.label(made.bond),
        "grounds": "none" if made.grounds == _NO_GROUNDS else made.grounds,
        "arbiter": case.arbiter,
        "ruling due": instant_of(made.deadline),
        "state": case.state_at(now_s),
        "ruling": _ruling_words(case, money),
    }
    tell(f"dispute of period {period}, agreement {agreement}", facts, json_=False)


def _known(connection: Connection, agreement: str, period: int) -> int:
    """The agreement's number, if this row is disputed: an arbiter that mistyped learns it here."""
    number = parse_agreement(agreement)
    case_of(connection, number, period)
    return number


def _told(connection: Connection, receipt: Receipt) -> list[Event]:
    return decode_known(receipt.logs, {connection.book.tribunal, connection.book.pactum})


def _cells(case: Case, money: Money, now_s: int) -> tuple[object, ...]:
    row, made = case.row, case.disputed
    return (
        show_agreement(made.agreement),
        made.period,
        verdict_words(row.outcome, row.credit_bps, row.slash_bps),
        made.disputer,
        money.label(made.bond),
        case.state_at(now_s),
        instant_of(made.deadline),
    )


def _facts(case: Case, now_s: int) -> dict[str, object]:
    row, made, ruling = case.row, case.disputed, case.ruling
    stands = {"outcome": row.outcome.name.lower(), "credit_bps": row.credit_bps, "slash_bps": row.slash_bps}
    replaced = (
        {"outcome": ruling.outcome.name.lower(), "credit_bps": ruling.credit_bps, "slash_bps": ruling.slash_bps}
        if isinstance(ruling, Replaced)
        else None
    )
    return {
        "agreement": show_agreement(made.agreement),
        "period": made.period,
        "state": case.state_at(now_s),
        "reported": stands,
        "replaced_by": replaced,
        "disputer": made.disputer,
        "arbiter": case.arbiter,
        "token": made.token,
        "bond": str(made.bond),
        "grounds": made.grounds,
        "ruling_due_s": made.deadline,
        "opened_tx": made.tx_hash,
        "ruling_tx": ruling.tx_hash if ruling else None,
    }


def _ruling_words(case: Case, money: Money) -> str | None:
    match case.ruling:
        case Confirmed(to_held_up=half, to_dao=rest):
            return f"the row stands; of the bond {money.label(half)} to whom it held up, {money.label(rest)} to the DAO"
        case Replaced(outcome=outcome, credit_bps=credit, slash_bps=slash):
            return f"instead: {verdict_words(outcome, credit, slash)}; the bond went back"
        case None:
            return None
        case _:
            return "the arbiter was silent: the row stands, the bond went back"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise BadInput(f"cannot be read: {cause.strerror}", source=str(path), remedy="name a file that exists") from cause
