"""A deployment's history, read and written to a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chain.contracts import CommitteeClient
from chain.documents import write_whole
from cli.amounts import show_agreement
from cli.connection import Connection
from cli.console import progress
from cli.history import read_events
from oracle.laws import Laws
from oracle.rows import Rules
from settlement.audit import ObservationSets
from settlement.hindsight.lines import write_lines
from settlement.hindsight.past import DecidedBy, Token, periods_in
from settlement.hindsight.recorded import Sources, count_reports, recorded


def export_history(
    connection: Connection, sets: ObservationSets, out: Path, *, quiet: bool
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Writes the history of a deployment. What is in it, in figures, and the periods whose counts are not.

    Raises NodeUnavailable and RelayUnavailable, and FatalError where the file cannot be written.
    """
    docket, book = connection.docket(), connection.book
    logs = read_events(connection)

    @cache
    def token_of(address: str) -> Token:
        money = connection.money(address)
        return Token(address, money.symbol, money.decimals)

    sources = Sources(
        logs=logs,
        records=docket.agreements(),
        configurations={each.digest: each for each in docket.configurations},
        laws=Laws(docket),
        rules=Rules(book.committee_domain, book.pactum_domain, CommitteeClient(connection.node, book.committee).epoch_length_s()),
        sets=sets,
        token_of=token_of,
    )
    with progress("reading reports", count_reports(logs), quiet=quiet) as stage:
        history, lost = recorded(sources, stage.step)
        for one in lost:
            period = "" if one.period is None else f", period {one.period}"
            stage.say(f"no counts of agreement {show_agreement(one.agreement)}{period}: {one.why}")
    write_whole(out, "".join(line + "\n" for line in write_lines(history)))
    by = [one.settled.by for past in history for one in past.periods if one.settled]
    figures: dict[str, object] = {
        "agreements": len(history),
        "periods": periods_in(history),
        "by_law": by.count(DecidedBy.LAW),
        "by_deadline": by.count(DecidedBy.DEADLINE),
        "by_arbiter": by.count(DecidedBy.ARBITER),
        "without_counts": len(lost),
    }
    return figures, [{"agreement": show_agreement(one.agreement), "period": one.period, "why": one.why} for one in lost]
