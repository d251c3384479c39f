"""The terms of an agreement: an OpenSLO v1 document with our annotations, read strictly (``docs/terms.md``).

One text gives one ``Terms``, on every machine and for ever: the text's hash stands on chain, and money follows its figures.
So nothing is guessed: an unknown key, a doubled one, a figure that is not exact, or a gap between tiers is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from governance.documents import Fields, fields_of, read_yaml
from governance.errors import BadInput
from governance.figures import Figures, LatencyClause, Tier
from governance.openslo import Document, open_document
from governance.periods import Calendar
from governance.probe_terms import MOST_PROBES, MOST_STARTS_PER_S, Probe, Rate, read_probe
from governance.quantities import choice_of, text_of
from governance.slo import Availability, Latency, Maintenance, read_availability, read_latency
from governance.values import PeriodKind, Ratio, UptimeMethod

__all__ = ["Figures", "LatencyClause", "Maintenance", "Probe", "Rate", "Terms", "Tier", "parse_terms"]


@dataclass(frozen=True)  # without slots, so that the figures can be kept
class Terms:
    """What two parties agreed to measure and to pay.

    ``slot_s`` is the UTC-aligned unit in which availability and coverage are counted; ``slot_target`` the share of ok results
    that makes a slot good (method ``timeslices`` alone). ``period_s`` is 0 for calendar months. ``tiers`` are mildest first,
    without gaps, and the first begins at ``objective``. ``controls`` are no addresses, or two, that tell a prober's own fault.
    """

    name: str
    service: str
    method: UptimeMethod
    slot_s: int
    slot_target: Ratio | None
    kind: PeriodKind
    period_s: int
    tiers: tuple[Tier, ...]
    objective: Ratio
    latency: LatencyClause | None
    minimum_coverage: Ratio
    minimum_samples: int
    maintenance: tuple[Maintenance, ...]
    probes: tuple[Probe, ...]
    controls: tuple[str, ...]

    @cached_property
    def figures(self) -> Figures:
        """The part that a law may know."""
        return Figures(self.objective, self.tiers, self.latency, self.minimum_coverage, self.minimum_samples)

    def calendar(self, start_s: int, periods: int) -> Calendar:
        """The periods of an agreement that starts then. Raises BadInput for a start that cuts a slot."""
        if start_s % self.slot_s:
            raise BadInput(
                f"start {start_s} cuts a slot of {self.slot_s} s",
                value=start_s,
                remedy=f"start at a multiple of {self.slot_s} s since the Unix epoch",
            )
        return Calendar(self.kind, start_s, self.period_s, periods)


def parse_terms(text: str, source: str = "terms") -> Terms:
    """Reads the terms of an agreement.

    Raises BadInput, which names source, line and column of what is wrong, and says what would be right.
    """
    documents = [open_document(root) for root in read_yaml(text, source)]
    service = _only(documents, "Service", None, source)
    service.annotations.check()
    service.spec.check(optional=("description",))
    availability = read_availability(_only(documents, "SLO", "availability", source))
    latency = _latency(documents, source)
    _refuse_other_slos(documents)
    probes = _probes([document for document in documents if document.kind == "DataSource"])
    _check_belonging(documents, service, availability, latency, probes)
    return _terms(service, availability, latency, probes)


def _terms(service: Document, availability: Availability, latency: Latency | None, probes: tuple[Probe, ...]) -> Terms:
    return Terms(
        name=service.title,
        service=service.name,
        method=availability.method,
        slot_s=availability.slot_s,
        slot_target=availability.slot_target,
        kind=availability.window.kind,
        period_s=availability.window.period_s,
        tiers=availability.tiers,
        objective=availability.objective,
        latency=latency.clause if latency else None,
        minimum_coverage=availability.minimum_coverage,
        minimum_samples=availability.minimum_samples,
        maintenance=availability.maintenance,
        probes=probes,
        controls=availability.controls,
    )


def _only(documents: Sequence[Document], kind: str, name: str | None, source: str) -> Document:
    found = [document for document in documents if document.kind == kind and name in (None, document.name)]
    what = f"{kind} named {name!r}" if name else kind
    if not found:
        raise BadInput(f"no {what}", source=source, line=1, column=1, remedy=f"add one document of kind {what}")
    if len(found) > 1:
        raise found[1].place.bad(f"a second {what}", remedy="keep one")
    return found[0]


def _latency(documents: Sequence[Document], source: str) -> Latency | None:
    if not any(document.kind == "SLO" and document.name == "latency" for document in documents):
        return None
    return read_latency(_only(documents, "SLO", "latency", source))


def _refuse_other_slos(documents: Sequence[Document]) -> None:
    for document in documents:
        if document.kind == "SLO" and document.name not in ("availability", "latency"):
            raise document.place.bad(
                f"SLO {document.name!r} settles nothing", value=document.name, remedy="name it availability or latency"
            )


def _probes(sources: Sequence[Document]) -> tuple[Probe, ...]:
    names: set[str] = set()
    for document in sources:
        if document.name in names:
            raise document.place.bad(f"a second DataSource named {document.name!r}", remedy="give each its own name")
        names.add(document.name)
    probes = tuple(read_probe(document.name, _connection(document)) for document in sources)
    _refuse_floods(sources, probes)
    return probes


def _refuse_floods(sources: Sequence[Document], probes: Sequence[Probe]) -> None:
    """One agreement must not crowd out the others at the oracles that measure them all."""
    if len(probes) > MOST_PROBES:
        raise sources[MOST_PROBES].place.bad(
            f"there are {len(probes)} probes", value=len(probes), remedy=f"keep at most {MOST_PROBES} DataSources"
        )
    starts_per_s = sum(Fraction(1_000, probe.interval_ms) for probe in probes)
    if starts_per_s > MOST_STARTS_PER_S:
        raise sources[-1].place.bad(
            f"the probes start {float(starts_per_s):g} times a second together",
            value=starts_per_s,
            remedy=f"lengthen the intervals: at most {MOST_STARTS_PER_S} a second",
        )


def _connection(document: Document) -> Fields:
    document.annotations.check()
    document.spec.check(required=("type", "connectionDetails"), optional=("description",))
    choice_of(document.spec.values["type"], "type", ("http-probe",))
    return fields_of(document.spec.values["connectionDetails"], "connectionDetails")


def _check_belonging(
    documents: Sequence[Document],
    service: Document,
    availability: Availability,
    latency: Latency | None,
    probes: tuple[Probe, ...],
) -> None:
    for document in documents:
        if document.kind == "SLO" and text_of(document.spec.values["service"], "service") != service.name:
            raise document.spec.values["service"].place.bad(
                "this is not the service of these terms", remedy=f"write {service.name}"
            )
        if document.kind == "DataSource":
            _check_probe(document, next(probe for probe in probes if probe.name == document.name), availability, latency)
    if latency and latency.window.period_s != availability.window.period_s:
        raise latency.window.place.bad("latency has another period than availability", remedy="give both the same timeWindow")
    for slo in (availability, latency):
        if slo and slo.source is not None and [probe.name for probe in probes] != [slo.source]:
            raise slo.window.place.bad(
                f"metricSourceRef {slo.source!r} is not the only DataSource here",
                value=slo.source,
                remedy="name the one DataSource, or leave metricSourceRef out to pool them all",
            )


def _check_probe(document: Document, probe: Probe, availability: Availability, latency: Latency | None) -> None:
    details = fields_of(document.spec.values["connectionDetails"], "connectionDetails")
    if probe.interval_ms > availability.slot_s * 1_000:
        raise details.values["interval"].place.bad(
            "the interval is longer than a slot", value=probe.interval_ms, remedy="probe each slot at least once"
        )
    if latency and probe.timeout_ms <= latency.clause.ceiling_ms:
        raise details.values["timeout"].place.bad(
            "the timeout hides every breach of the latency ceiling",
            value=probe.timeout_ms,
            remedy="make it longer than the ceiling",
        )
