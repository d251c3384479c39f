"""``surety agreement`` and ``surety status``: a customer's side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.request import urlopen

import typer

from chain.docket import AgreementRecord, Docket
from chain.events import CustomerPaid, decode_known
from chain.hashing import address_of
from chain.keys import address_in, recover
from chain.offers import SignedOffer
from chain.typed_data import offer_digest
from chain.values import Agreement
from cli.amounts import Money, parse_agreement, percent_of, show_agreement
from cli.connection import Connection
from cli.console import out, print_facts, print_json, print_table
from cli.history import PeriodHistory, periods_of, read_events
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, AgreementId, Book, Json, Keystore, OwnKeystore, RpcUrl
from cli.providers import approve
from governance.errors import BadInput
from governance.periods import month_of, month_start_s
from governance.terms import Terms, parse_terms
from governance.values import PeriodKind

app = typer.Typer(no_args_is_help=True, help="A customer's side: open agreements, list them, claim credits.")

_EXAMPLE = "Example: surety agreement "


@app.command("open", epilog=_EXAMPLE + "open --keystore customer.json --offer offer.json --periods 12")
def open_(
    keystore: Keystore,
    offer: Annotated[Path, typer.Option(help="The signed offer that the provider made.")],
    periods: Annotated[int, typer.Option(min=1, help="How many periods; all their fees are escrowed now.")],
    start_s: Annotated[
        int | None, typer.Option(help="Unix second of the start; by default as early as the offer allows.")
    ] = None,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the agreement's id and nothing else.")] = False,
    json_: Json = False,
) -> None:
    """Open an agreement: escrow the fees of all periods, lock the provider's deposit.

    The offer is checked first: its signature, its terms, and that its terms can be measured as the offer says.
    """
    signed = SignedOffer.load(offer)
    connection = Connection.open(rpc_url, book)
    terms = _checked_terms(connection, signed, str(offer))
    start = start_s if start_s is not None else earliest_start_s(connection, signed, terms)
    terms.calendar(start, periods)
    sender = connection.sender(keystore)
    approve(connection, sender, signed.offer.token, connection.book.pactum, signed.offer.fee * periods)
    receipt = connection.pactum.open(sender, signed.offer, signed.signature, start, periods)
    opened = connection.pactum.opened(receipt)
    name = show_agreement(opened.agreement)
    if quiet:
        typer.echo(name)
    elif json_:
        print_json({"agreement": name, "start_s": start, "periods": periods, "transaction": receipt.tx_hash})
    else:
        money = connection.money(signed.offer.token)
        print_facts(
            f"agreement {name}",
            {
                "provider": signed.offer.provider,
                "first period": f"{start} (Unix s, UTC)",
                "escrowed": money.label(signed.offer.fee * periods),
                "next": f"surety status {name}",
            },
        )


@app.command("list", epilog=_EXAMPLE + "list --json")
def list_(
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    provider: Annotated[str | None, typer.Option(help="Only those of this provider.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only those of this customer.")] = None,
    keystore: OwnKeystore = None,
    json_: Json = False,
) -> None:
    """List the agreements of this deployment, as the chain tells. With a keystore: those in which it is a party."""
    wanted = [address_of(one) if one else None for one in (provider, customer)]
    own = address_in(keystore) if keystore else None
    connection = Connection.open(rpc_url, book)
    docket = connection.docket()
    records = [
        record
        for record in docket.agreements().values()
        if wanted[0] in (None, record.provider)
        and wanted[1] in (None, record.customer)
        and own in (None, record.provider, record.customer)
    ]
    states = [connection.pactum.agreement_of(record.id) for record in records]
    if json_:
        print_json([_facts(record, state) for record, state in zip(records, states, strict=True)])
        return
    rows = [
        (
            show_agreement(r.id),
            _service(docket, r),
            r.provider,
            r.customer,
            f"{s.next}/{s.periods}",
            "closed" if s.closed else "open",
        )
        for r, s in zip(records, states, strict=True)
    ]
    print_table(f"{len(rows)} agreements", ("agreement", "service", "provider", "customer", "decided", "state"), rows)


@app.command("claim", epilog=_EXAMPLE + "claim 0x… --keystore customer.json")
def claim(
    agreement: AgreementId,
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """Pull an agreement's matured refunds, credits and slashes to its customer. Anyone may; the customer is paid."""
    connection = Connection.open(rpc_url, book)
    record = _record(connection.docket(), agreement)
    receipt = connection.pactum.claim_customer(connection.sender(keystore), [record.id])
    paid = [e for e in decode_known(receipt.logs, {connection.book.pactum}) if isinstance(e, CustomerPaid)]
    fees, deposit = sum(e.from_fees for e in paid), sum(e.from_deposit for e in paid)
    if json_:
        print_json(
            {"customer": record.customer, "from_fees": str(fees), "from_deposit": str(deposit), "transaction": receipt.tx_hash}
        )
    else:
        money = connection.money(record.offer.token)
        out.print(
            f"{money.label(fees + deposit)} to {record.customer}, of it {money.label(deposit)} from the deposit", markup=False
        )


def status(
    agreement: AgreementId,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    api: Annotated[str | None, typer.Option(envvar="SURETY_API", help="An API that also knows the running period.")] = None,
    keystore: OwnKeystore = None,
    json_: Json = False,
) -> None:
    """Show one agreement: what it promises, what was decided, what is owed, and, from an API, the running period so far."""
    own = address_in(keystore) if keystore else None
    connection = Connection.open(rpc_url, book)
    docket = connection.docket()
    record = _record(docket, agreement)
    state = connection.pactum.agreement_of(record.id)
    decided = [one for one in periods_of(read_events(connection)) if one.agreement == record.id]
    so_far = _so_far(api, record.id) if api else None
    if json_:
        print_json(_facts(record, state) | {"periods": [_period_facts(one) for one in decided], "so_far": so_far})
        return
    money = connection.money(record.offer.token)
    owed = connection.pactum.claimable_of(record.id)
    print_facts(
        f"agreement {show_agreement(record.id)}: {_service(docket, record)}",
        {
            "provider": record.provider + (" (you)" if own == record.provider else ""),
            "customer": record.customer + (" (you)" if own == record.customer else ""),
            "fee per period": money.label(record.offer.fee),
            "deposit left": f"{money.label(state.deposit_left)} of {money.label(state.deposit)}",
            "decided": f"{state.next} of {state.periods} periods{' (closed)' if state.closed else ''}",
            "provider may claim": money.label(owed.provider),
            "customer may claim": money.label(owed.customer_from_fees + owed.customer_from_deposit),
        }
        | _so_far_lines(so_far),
    )
    if decided:
        print_table("newest periods", _COLUMNS, [_cells(one, money) for one in decided[-10:]], numeric=frozenset(_COLUMNS[3:]))


_COLUMNS = ("period", "outcome", "state", "uptime %", "p95 ms", "provider", "customer", "slash")


def earliest_start_s(connection: Connection, signed: SignedOffer, terms: Terms) -> int:
    """The first start that the offer's lead allows and that cuts no slot, or no month, of the terms."""
    from_s = connection.node.block("latest").timestamp_s + signed.offer.lead + 2
    if terms.kind is PeriodKind.CALENDAR_MONTH:
        year, month = month_of(from_s - 1)
        return month_start_s(year + month // 12, month % 12 + 1)
    return -(-from_s // terms.slot_s) * terms.slot_s


def _checked_terms(connection: Connection, signed: SignedOffer, source: str) -> Terms:
    digest = offer_digest(connection.book.pactum_domain, signed.offer)
    if len(signed.signature) == 65 and recover(digest, signed.signature) != signed.offer.provider:
        raise BadInput(
            "the signature is not the provider's for this deployment",
            source=source,
            value=signed.offer.provider,
            remedy="ask the provider to sign for this chain and these contracts",
        )
    terms = parse_terms(connection.docket().terms_text(signed.offer.terms), "the terms on chain")
    if (terms.kind, terms.period_s) != (signed.offer.period_kind, signed.offer.period_length):
        raise BadInput(
            "offer and terms speak of different periods",
            source=source,
            value=signed.offer.period_length,
            remedy="ask for a new offer",
        )
    return terms


def _record(docket: Docket, agreement: str) -> AgreementRecord:
    record = docket.agreement(parse_agreement(agreement))
    if record is None:
        raise BadInput(f"no agreement {agreement} here", value=agreement, remedy="surety agreement list shows all")
    return record


def _service(docket: Docket, record: AgreementRecord) -> str:
    try:
        return parse_terms(docket.terms_text(record.offer.terms)).name
    except BadInput:
        return "(terms that cannot be read)"


def _so_far(api: str, agreement: int) -> dict[str, Any] | None:
    """What an API tells of the running period; None where it does not answer: this is information, and may be missing."""
    if not api.startswith(("http://", "https://")):
        raise BadInput(f"{api!r} is not an HTTP address", value=api, remedy="give one like http://127.0.0.1:8080")
    try:
        with urlopen(f"{api.rstrip('/')}/v1/agreements/{show_agreement(agreement)}", timeout=5) as answer:  # noqa: S310 - checked
            found = json.load(answer)
    except (OSError, ValueError):
        return None
    status = found.get("status") if isinstance(found, dict) else None
    return status if isinstance(status, dict) else None


def _so_far_lines(so_far: dict[str, Any] | None) -> dict[str, object]:
    """The running period in a few lines for people."""
    if so_far is None:
        return {}
    budget, closing, following = so_far["error_budget"], so_far["if_closed_now"], so_far["next_settlement"]
    return {
        "running period": so_far["period"],
        "  uptime so far": _percent(so_far["uptime_ppm"]),
        "  P95 so far": None if so_far["p95_ms"] is None else f"{so_far['p95_ms']} ms (ceiling {so_far['p95_ceiling_ms']} ms)",
        "  coverage so far": _percent(so_far["coverage_ppm"]),
        "  error budget left": _percent(budget["left_ppm"]) if budget else None,
        "  if it closed now": f"{closing['outcome']}, tier {closing['tier']}" if closing else None,
        "next settlement": f"{following['earliest']['iso']} at the earliest" if following else None,
    }


def _percent(ppm: int | None) -> str | None:
    return None if ppm is None else f"{percent_of(ppm)} %"


def _facts(record: AgreementRecord, state: Agreement) -> dict[str, object]:
    return {
        "agreement": show_agreement(record.id),
        "provider": record.provider,
        "customer": record.customer,
        "token": record.offer.token,
        "terms": record.offer.terms,
        "law": record.offer.law,
        "fee": str(state.fee),
        "deposit": str(state.deposit),
        "deposit_left": str(state.deposit_left),
        "start_s": state.start,
        "periods": state.periods,
        "next": state.next,
        "closed": state.closed,
    }


def _period_facts(one: PeriodHistory) -> dict[str, object]:
    division = one.division
    return {
        "period": one.period,
        "outcome": one.outcome.name.lower(),
        "state": _state(one),
        "uptime_ppm": one.row.uptime_ppm if one.row else None,
        "p95_ms": (one.row.p95_ms or None) if one.row else None,
        "provider": str(division.provider) if division else None,
        "customer": str(division.customer_from_fee + division.customer_from_deposit) if division else None,
        "slash": str(division.slash) if division else None,
    }


def _state(one: PeriodHistory) -> str:
    if one.expired:
        return "expired"
    return "settled" if one.division else f"matures at {one.matures_at_s}"


def _cells(one: PeriodHistory, money: Money) -> tuple[object, ...]:
    division = one.division
    return (
        one.period,
        one.outcome.name.lower(),
        _state(one),
        percent_of(one.row.uptime_ppm) if one.row else None,
        (one.row.p95_ms or None) if one.row else None,
        money.show(division.provider) if division else None,
        money.show(division.customer_from_fee + division.customer_from_deposit) if division else None,
        money.show(division.slash) if division else None,
    )
