"""``surety agreement``: a customer's side, and whatever either party does with an agreement."""

from __future__ import annotations

from typing import Annotated

import typer

from chain.docket import AgreementRecord, Docket
from chain.events import CustomerPaid, Terminated, decode_known
from chain.hashing import address_of
from chain.keys import address_in
from chain.values import Agreement
from cli import opening
from cli.amounts import parse_agreement, show_agreement
from cli.connection import Connection
from cli.console import out, print_json, print_table, tell
from cli.earnings import claimed
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, AgreementId, Book, Json, Keystore, OwnKeystore, RpcUrl
from governance.errors import BadInput
from governance.terms import parse_terms

app = typer.Typer(no_args_is_help=True, help="A customer's side: open agreements, list them, claim credits, end them early.")

_EXAMPLE = "Example: surety agreement "

app.command("open", epilog=_EXAMPLE + "open --keystore customer.json --offer offer.json --periods 12")(opening.open_)


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
        print_json([facts_of(record, state) for record, state in zip(records, states, strict=True)])
        return
    rows = [
        (
            show_agreement(r.id),
            service_of(docket, r),
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
    """Settle what has matured and pull an agreement's refunds, credits and slashes to its customer. Anyone may."""
    connection = Connection.open(rpc_url, book)
    record = record_of(connection.docket(), agreement)
    sender = connection.sender(keystore)
    receipt = claimed(lambda: connection.pactum.claim_customer(sender, [record.id]))
    told = decode_known(receipt.logs, {connection.book.pactum}) if receipt else []
    paid = [one for one in told if isinstance(one, CustomerPaid)]
    fees, deposit = sum(one.from_fees for one in paid), sum(one.from_deposit for one in paid)
    if json_:
        amounts = {"from_fees": str(fees), "from_deposit": str(deposit)}
        print_json({"customer": record.customer, **amounts, "transaction": receipt.tx_hash if receipt else None})
    else:
        money = connection.money(record.offer.token)
        out.print(
            f"{money.label(fees + deposit)} to {record.customer}, of it {money.label(deposit)} from the deposit", markup=False
        )


@app.command("end", epilog=_EXAMPLE + "end 0x… --keystore customer.json")
def end(
    agreement: AgreementId,
    keystore: Keystore,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    json_: Json = False,
) -> None:
    """End an agreement early, as its customer or its provider.

    The periods that have begun and the notice of the offer still run; the fees of the others go back to the customer.
    """
    connection = Connection.open(rpc_url, book)
    record = record_of(connection.docket(), agreement)
    receipt = connection.pactum.terminate(connection.sender(keystore), record.id)
    (ended,) = [one for one in decode_known(receipt.logs, {connection.book.pactum}) if isinstance(one, Terminated)]
    if json_:
        print_json(
            {"agreement": agreement, "periods": ended.periods, "refund": str(ended.refund), "transaction": receipt.tx_hash}
        )
        return
    facts = {
        "periods": f"{ended.periods} instead of {record.periods}",
        "refund": f"{connection.money(record.offer.token).label(ended.refund)}, to be claimed by {record.customer}",
        "next": f"surety agreement claim {agreement}",
    }
    tell(f"agreement {agreement} ends early", facts, json_=False)


def record_of(docket: Docket, agreement: str) -> AgreementRecord:
    """An agreement by its id as text. Raises BadInput where there is none."""
    record = docket.agreement(parse_agreement(agreement))
    if record is None:
        raise BadInput(f"no agreement {agreement} here", value=agreement, remedy="surety agreement list shows all")
    return record


def service_of(docket: Docket, record: AgreementRecord) -> str:
    """What the terms call the service."""
    try:
        return parse_terms(docket.terms_text(record.offer.terms)).name
    except BadInput:
        return "(terms that cannot be read)"


def facts_of(record: AgreementRecord, state: Agreement) -> dict[str, object]:
    """An agreement for programs."""
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
        "disputes": state.disputes,
        "notice_periods": state.notice_periods,
        "closed": state.closed,
    }
