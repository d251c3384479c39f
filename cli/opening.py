"""``surety agreement open``: what a customer consents to, shown before it is signed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from chain.hashing import ZERO_ADDRESS
from chain.keys import recover
from chain.offers import SignedOffer
from chain.typed_data import offer_digest
from chain.values import Conditions, Parameters
from cli.amounts import Money, show_agreement
from cli.connection import Connection, open_signer
from cli.console import print_facts, print_json
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, Book, Json, Keystore, RpcUrl
from cli.sending import approve, permit_for_fees
from cli.wording import duration_of, instant_of, share_of
from governance.errors import BadInput
from governance.periods import month_of, month_start_s
from governance.terms import Terms, parse_terms
from governance.values import BPS, PeriodKind

_OPENING_S = 2  # until the block that opens it


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a customer is about to open: a checked offer, and the conditions in force."""

    signed: SignedOffer
    terms: Terms
    start_s: int
    periods: int
    conditions: Conditions

    @property
    def fees(self) -> int:
        """All that is escrowed."""
        return self.signed.offer.fee * self.periods


def open_(
    keystore: Keystore,
    offer: Annotated[Path, typer.Option(help="The signed offer that the provider made.")],
    periods: Annotated[int, typer.Option(min=1, help="How many periods; all their fees are escrowed now.")],
    start_s: Annotated[
        int | None, typer.Option(help="Unix second of the start; by default as early as the offer allows.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Open without a question. A program, and --quiet, are never asked.")] = False,
    rpc_url: RpcUrl = DEFAULT_RPC_URL,
    book: Book = DEFAULT_BOOK,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the agreement's id and nothing else.")] = False,
    json_: Json = False,
) -> None:
    """Open an agreement: escrow the fees of all periods, lock the provider's deposit.

    The offer is checked first, and what you consent to is shown: windows, split, arbiter, notice. Should governance change them
    meanwhile, nothing is opened. One transaction does, where the token has permits (ERC-2612).
    """
    connection = Connection.open(rpc_url, book)
    proposed = propose(connection, SignedOffer.load(offer), str(offer), periods, start_s)
    money = connection.money(proposed.signed.offer.token)
    if not quiet and not json_:
        print_facts("you are about to open", _shown(proposed, money))
        if not yes and sys.stdin.isatty() and not typer.confirm("Open it?", err=True):
            raise typer.Exit(1)
    agreement, tx_hash = _send(connection, keystore, proposed)
    name = show_agreement(agreement)
    if quiet:
        typer.echo(name)
    elif json_:
        print_json(_facts(proposed) | {"agreement": name, "transaction": tx_hash})
    else:
        print_facts(f"agreement {name}", {"escrowed": money.label(proposed.fees), "next": f"surety status {name}"})


def propose(connection: Connection, signed: SignedOffer, source: str, periods: int, start_s: int | None) -> Proposed:
    """What would be opened with an offer. Raises BadInput where offer, terms and conditions do not fit together."""
    terms = _checked_terms(connection, signed, source)
    conditions = connection.pactum.conditions_of(signed.offer.token)
    if not conditions.listing:
        raise BadInput("this token is not listed", source=source, value=signed.offer.token, remedy="ask for an offer in another")
    start = start_s if start_s is not None else earliest_start_s(connection, signed, terms)
    terms.calendar(start, periods)
    return Proposed(signed, terms, start, periods, conditions)


def conditions_lines(rules: Parameters, money: Money, relay_fee: int, notice: int) -> dict[str, object]:
    """What an agreement pins, in a few lines for people."""
    provider_bps = BPS - rules.validator_bps - rules.dao_bps
    return {
        "split": f"{share_of(provider_bps)} provider, {share_of(rules.validator_bps)} validators "
        f"(of it {money.label(relay_fee)} the relay), {share_of(rules.dao_bps)} DAO",
        "reports": f"within {duration_of(rules.report_deadline)} of a period's end, or it is no data",
        "disputes": f"within {duration_of(rules.dispute_window)} of a report, "
        f"with a bond of {share_of(rules.dispute_bond_bps)} of what it holds up",
        "arbiter": f"{rules.arbiter}, who rules within {duration_of(rules.resolution_deadline)}, or the report stands",
        "early end": f"by either side; {notice} whole periods of notice" if notice != 1 else "by either side; a period of notice",
    }


def earliest_start_s(connection: Connection, signed: SignedOffer, terms: Terms) -> int:
    """The first start that the offer's lead allows and that cuts no slot, or no month, of the terms."""
    from_s = connection.now_s + signed.offer.lead + _OPENING_S
    if terms.kind is PeriodKind.CALENDAR_MONTH:
        year, month = month_of(from_s - 1)
        return month_start_s(year + month // 12, month % 12 + 1)
    return -(-from_s // terms.slot_s) * terms.slot_s


def _send(connection: Connection, keystore: Path, proposed: Proposed) -> tuple[int, bytes]:
    offer, conditions = proposed.signed.offer, proposed.conditions
    signer = open_signer(keystore)
    sender = connection.sender_of(signer)
    permit = permit_for_fees(connection, signer, offer.token, proposed.fees)
    if permit is None:
        approve(connection, sender, offer.token, connection.book.pactum, proposed.fees)
    receipt = connection.notary.open(
        sender,
        offer,
        proposed.signed.signature,
        proposed.start_s,
        proposed.periods,
        conditions.parameters,
        conditions.listing,
        permit,
    )
    return connection.notary.opened(receipt).agreement, receipt.tx_hash


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


def _shown(proposed: Proposed, money: Money) -> dict[str, object]:
    offer, conditions = proposed.signed.offer, proposed.conditions
    length = "calendar months" if offer.period_kind is PeriodKind.CALENDAR_MONTH else f"{duration_of(offer.period_length)} each"
    return {
        "provider": offer.provider,
        "service": proposed.terms.name,
        "escrowed now": f"{money.label(proposed.fees)}: {proposed.periods} periods of {money.label(offer.fee)}",
        "periods": f"{length}, the first from {instant_of(proposed.start_s)}",
        "deposit": f"{money.label(offer.deposit)} of the provider's",
        "at most": f"{share_of(offer.max_credit_bps)} of a fee credited, {share_of(offer.max_slash_bps)} of the deposit slashed",
        **conditions_lines(conditions.rules, money, conditions.price.relay_fee, offer.notice_periods),
        "law": "0x" + offer.law.hex(),
        "consent to": f"parameters {conditions.parameters}, listing {conditions.listing}",
    }


def _facts(proposed: Proposed) -> dict[str, object]:
    offer, conditions = proposed.signed.offer, proposed.conditions
    rules = conditions.rules
    return {
        "start_s": proposed.start_s,
        "periods": proposed.periods,
        "escrowed": str(proposed.fees),
        "notice_periods": offer.notice_periods,
        "customer": None if offer.customer == ZERO_ADDRESS else offer.customer,
        "parameters": conditions.parameters,
        "listing": conditions.listing,
        "report_deadline_s": rules.report_deadline,
        "dispute_window_s": rules.dispute_window,
        "resolution_deadline_s": rules.resolution_deadline,
        "validator_bps": rules.validator_bps,
        "dao_bps": rules.dao_bps,
        "dispute_bond_bps": rules.dispute_bond_bps,
        "arbiter": rules.arbiter,
        "relay_fee": str(conditions.price.relay_fee),
    }
