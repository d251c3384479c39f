"""The history of a deployment: every settled period with the counts that its row rested on, read from logs and observation sets.

Nobody is believed: a set must hash to the root on chain, its members' roots and signatures must hold, and the row that the law
derives from it must be the one that was accepted. A period for which that cannot be shown keeps its settlement and loses its
counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chain import events
from chain.docket import AgreementRecord
from chain.events import Event
from chain.row import pack, unpack
from chain.values import Configuration
from governance.case import Case, case_of
from governance.errors import FatalError
from governance.values import Row
from oracle.laws import Laws
from oracle.rows import Derived, Key, ObservationSet, Rules, derive, report_header
from oracle.wire import Proposal
from settlement.audit import ObservationSets
from settlement.audit_money import stakes_of
from settlement.audit_trail import Replay, counting_at
from settlement.hindsight.past import DecidedBy, PastAgreement, PastPeriod, Settlement, Token
from settlement.life import Settling


class SetDiffers(FatalError):
    """What was given as an observation set is not the one that a report rests on, or does not give the row."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A period whose counts are not to be had, and why. ``period`` is None for an agreement whose terms nobody can read."""

    agreement: int
    period: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a history is read from: the deployment's logs from its first block on, oldest first, and what explains them."""

    logs: Sequence[Event]
    records: Mapping[int, AgreementRecord]
    configurations: Mapping[bytes, Configuration]
    laws: Laws
    rules: Rules
    sets: ObservationSets
    token_of: Callable[[str], Token]


@dataclass(frozen=True, slots=True)
class _Report:
    """A report, and the rows of it that were accepted."""

    reported: events.Reported
    words: dict[Key, int]


def recorded(sources: Sources, step: Callable[[], None] = lambda: None) -> tuple[list[PastAgreement], list[Lost]]:
    """Every agreement of which a period is settled, by opening, and what is lost.

    ``step`` is called after each report. Raises RetryableError where a source is only not there now: a history without what
    could be had a minute later is none.
    """
    reports = _reports(sources.logs)
    cases: dict[Key, Case] = {}
    lost: list[Lost] = []
    for report in reports:
        try:
            found = _cases(report, sources)
        except FatalError as error:
            found, why = {}, str(error)
        else:
            why = "the observation set does not give this row"
        cases |= found
        lost += [Lost(*key, why) for key in report.words if key not in found]
        step()
    agreements: list[PastAgreement] = []
    for record, own in _by_agreement(sources):
        try:
            one = _agreement(record, own, sources, cases)
        except FatalError as error:
            lost.append(Lost(record.id, None, str(error)))
        else:
            agreements += [one] if one.periods else []
    return agreements, lost


def count_reports(logs: Iterable[Event]) -> int:
    """How many reports a history rests on."""
    return len(_reports(logs))


def _reports(logs: Iterable[Event]) -> list[_Report]:
    found: list[_Report] = []
    for log in logs:
        if isinstance(log, events.Reported):
            found.append(_Report(log, {}))
        elif isinstance(log, events.Accepted) and found:
            row = unpack(log.row)
            found[-1].words[row.agreement, row.period] = log.row
    return [report for report in found if report.words]


def _cases(report: _Report, sources: Sources) -> dict[Key, Case]:
    """The cases of those rows of a report that follow from its observation set. Raises FatalError where the set does not hold."""
    reported = report.reported
    configuration = sources.configurations.get(reported.configuration)
    if configuration is None:
        raise SetDiffers("no such committee was announced", value=reported.configuration)
    proposal = sources.sets.observation_set(reported.observation_set)
    active = counting_at(sources.logs, configuration, reported)
    observed = ObservationSet(replace(configuration, active=active), reported.epoch, proposal.members)
    rows = _rows(proposal)
    if report_header(observed, rows, reported.payee).observation_set != reported.observation_set:
        raise SetDiffers("this is not the set that the report rests on", value=reported.observation_set)
    derived, _ = derive(observed, sources.records, sources.laws, sources.rules)
    return {_key(one): _case(one, sources) for one in derived if report.words.get(_key(one)) == pack(one.row)}


def _rows(proposal: Proposal) -> list[Row]:
    return [unpack(word) for word in proposal.rows]


def _key(one: Derived) -> Key:
    return one.row.agreement, one.row.period


def _case(one: Derived, sources: Sources) -> Case:
    terms = sources.laws.terms_of(sources.records[one.row.agreement].terms)
    return case_of(one.median.samples, one.median.uptime, one.median.attained, one.median.coverage, terms)


def _by_agreement(sources: Sources) -> Iterator[tuple[AgreementRecord, list[Event]]]:
    own: dict[int, list[Event]] = {agreement: [] for agreement in sources.records}
    for log in sources.logs:
        if (agreement := getattr(log, "agreement", None)) in own:
            own[agreement].append(log)
    for agreement, record in sources.records.items():
        yield record, own[agreement]


def _agreement(record: AgreementRecord, own: Sequence[Event], sources: Sources, cases: Mapping[Key, Case]) -> PastAgreement:
    return PastAgreement(
        name=f"0x{record.id:024x}",
        provider=record.provider,
        customer=record.customer,
        token=sources.token_of(record.offer.token),
        law="0x" + record.law.hex(),
        stakes=stakes_of(record),
        max_credit_bps=record.offer.max_credit_bps,
        max_slash_bps=record.offer.max_slash_bps,
        figures=sources.laws.terms_of(record.terms).figures,
        periods=tuple(_periods(record, own, cases)),
    )


def _periods(record: AgreementRecord, own: Sequence[Event], cases: Mapping[Key, Case]) -> Iterator[PastPeriod]:
    verdicts = _verdicts(own)
    for settled in Replay(record.id, stakes_of(record), own).settled.values():
        for period in range(settled.first, settled.first + settled.count):
            bounds = record.calendar.bounds(period)
            yield PastPeriod(period, *bounds, cases.get((record.id, period)), _settlement(settled, verdicts.get(period, (0, 0))))


def _verdicts(own: Sequence[Event]) -> dict[int, tuple[int, int]]:
    """Credit and slash of each period as it was decided in the end."""
    found: dict[int, tuple[int, int]] = {}
    for log in own:
        if isinstance(log, events.Accepted):
            row = unpack(log.row)
            found[row.period] = row.credit_bps, row.slash_bps
        elif isinstance(log, events.Decided):
            found[log.period] = log.credit_bps, log.slash_bps
    return found


def _settlement(settled: Settling, verdict: tuple[int, int]) -> Settlement:
    by = DecidedBy.DEADLINE if settled.expired else DecidedBy.LAW if settled.winner is None else DecidedBy.ARBITER
    return Settlement(by, settled.outcome, *verdict, settled.division, settled.winner, settled.reward)
