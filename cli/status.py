"""``surety status``: one agreement, as the chain tells it and, where an API is named, with its running period."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.request import urlopen

import typer

from chain.docket import AgreementRecord
from chain.keys import address_in
from chain.values import Agreement
from cli.agreements import facts_of, record_of, service_of
from cli.amounts import Money, percent_of, show_agreement
from cli.connection import Connection
from cli.console import print_facts, print_json, print_table
from cli.history import PeriodHistory, periods_of, read_events
from cli.opening import conditions_lines
from cli.options import DEFAULT_BOOK, DEFAULT_RPC_URL, AgreementId, Book, Json, OwnKeystore, RpcUrl
from cli.wording import duration_of, instant_of
from governance.errors import BadInput

_COLUMNS = ("period", "verdict", "state", "uptime %", "p95 ms", "provider", "customer", "slash")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Which accepted row waits, and until when it may be disputed."""

    period: int | None
    matures_at_s: int
    now_s: int

    @property
    def has_matured(self) -> bool:
        """Whether anybody may settle it."""
        return self.now_s >= self.matures_at_s


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
    record = record_of(docket, agreement)
    state = connection.pactum.agreement_of(record.id)
    waiting = _waiting(connection, record)
    decided = [one for one in periods_of(read_events(connection)) if one.agreement == record.id]
    so_far = _so_far(api, record.id) if api else None
    if json_:
        periods = [_period_facts(one, waiting) for one in decided]
        print_json(facts_of(record, state) | {"periods_in_all": state.periods, "periods": periods, "so_far": so_far})
        return
    money = connection.money(record.offer.token)
    print_facts(
        f"agreement {show_agreement(record.id)}: {service_of(docket, record)}",
        {
            "provider": record.provider + (" (you)" if own == record.provider else ""),
            "customer": record.customer + (" (you)" if own == record.customer else ""),
            "fee per period": money.label(record.offer.fee),
        }
        | conditions_lines(record.parameters, money, record.listing.relay_fee, record.offer.notice_periods)
        | _progress_lines(connection, record, state, money)
        | _so_far_lines(so_far),
    )
    if decided:
        rows = [_cells(one, money, waiting) for one in decided[-10:]]
        print_table("newest periods", _COLUMNS, rows, numeric=frozenset(_COLUMNS[3:]))


def _waiting(connection: Connection, record: AgreementRecord) -> _Waiting:
    pending = connection.pactum.pending_of(record.id)
    matures_at_s = pending.accepted_at + record.parameters.dispute_window
    return _Waiting(pending.period if pending.outcome else None, matures_at_s, connection.now_s)


def _progress_lines(connection: Connection, record: AgreementRecord, state: Agreement, money: Money) -> dict[str, object]:
    owed = connection.pactum.claimable_of(record.id)
    return {
        "deposit left": f"{money.label(state.deposit_left)} of {money.label(state.deposit)}",
        "decided": f"{state.next} of {state.periods} periods{' (closed)' if state.closed else ''}",
        "open disputes": state.disputes,
        "provider may claim": money.label(owed.provider),
        "customer may claim": money.label(owed.customer_from_fees + owed.customer_from_deposit),
    }


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


def _period_facts(one: PeriodHistory, waiting: _Waiting) -> dict[str, object]:
    shares = one.shares
    return {
        "period": one.period,
        "outcome": one.outcome.name.lower(),
        "state": _state(one, waiting),
        "matures_at_s": waiting.matures_at_s if one.period == waiting.period else None,
        "ruling_due_s": one.dispute.deadline if one.state == "disputed" and one.dispute else None,
        "uptime_ppm": one.row.uptime_ppm if one.row else None,
        "p95_ms": (one.row.p95_ms or None) if one.row else None,
        "provider": str(shares["provider"]) if shares else None,
        "customer": str(shares["customer"]) if shares else None,
        "slash": str(shares["slash"]) if shares else None,
    }


def _state(one: PeriodHistory, waiting: _Waiting) -> str:
    return "matured" if one.state == "waiting" and waiting.has_matured else one.state


def _cells(one: PeriodHistory, money: Money, waiting: _Waiting) -> tuple[object, ...]:
    shares = one.shares
    return (
        one.period,
        one.verdict,
        _state_words(one, waiting),
        percent_of(one.row.uptime_ppm) if one.row else None,
        (one.row.p95_ms or None) if one.row else None,
        *(money.show(shares[name]) if shares else None for name in ("provider", "customer", "slash")),
    )


def _state_words(one: PeriodHistory, waiting: _Waiting) -> str:
    if one.state == "waiting" and not waiting.has_matured:
        return f"can be disputed for {duration_of(waiting.matures_at_s - waiting.now_s)}"
    if one.state == "disputed" and one.dispute:
        return f"disputed, ruling due {instant_of(one.dispute.deadline)}"
    return _state(one, waiting)
