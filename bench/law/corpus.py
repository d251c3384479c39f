"""The laws that strangers might write: what they are, and what must come of each. Tests and the benchmark read them here."""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path

from governance.case import Case
from governance.figures import Figures, LatencyClause, Tier
from governance.law import Law, load_law, load_routing_law
from governance.routing import OfferFacts, RequestFacts, route
from governance.values import Ratio

FOLDER = Path(__file__).resolve().parent.parent.parent / "tests" / "unit" / "governance" / "hostile"
_TERMS = Figures(
    objective=Ratio(999, 1_000),
    tiers=(Tier(1, None, Ratio(999, 1_000), 1_000, 0),),
    latency=LatencyClause(2_000, Ratio(95, 100), 1_000),
    minimum_coverage=Ratio(95, 100),
    minimum_samples=20,
)
CASE = Case(1_000, Ratio(1_000, 1_000), Ratio(1_000, 1_000), Ratio(100, 100), _TERMS)
REQUESTS = tuple(
    RequestFacts(
        request_id="request",
        user_jurisdiction="eu",
        jurisdiction="de",
        country="de",
        data_classification=data,
        inference_type="realtime",
    )
    for data in ("phi", "pii")
)
OFFERS = tuple(
    OfferFacts(offer, "provider", "de", region, "de", frozenset({"gdpr", "hipaa"}), 1_200_000, 2_900_000, 150, 1_800)
    for offer, region in (("one", "eu_west"), ("other", "eu_central"))
)


@dataclass(frozen=True, slots=True)
class HostileLaw:
    """One of them. ``error`` is the class of what it ends in; ``place`` and ``complaint`` are of a refusal alone."""

    name: str
    text: str
    routes: bool
    error: str
    place: str | None = None
    complaint: str = ""

    def load(self) -> Law:
        """Tries and loads the law. Raises LawRefused for most."""
        return (load_routing_law if self.routes else load_law)(self.text, "hostile")

    def ask(self, law: Law) -> None:
        """Asks what was loaded. Raises what comes of it: no hostile law has an answer."""
        if not self.routes:
            law.decide(CASE)
        for request in REQUESTS:
            route(law, request, OFFERS)

    def run(self) -> None:
        """Loads and asks. Raises what comes of it."""
        self.ask(self.load())


def corpus() -> list[HostileLaw]:
    """All of them, from the folder's modules: each has REFUSED or STOPPED, or both; those in ``routes`` are asked to route."""
    found: list[HostileLaw] = []
    for path in sorted(FOLDER.glob("*.py")):
        module, routes = runpy.run_path(str(path)), path.stem == "routes"
        for name, (text, place, complaint) in module.get("REFUSED", {}).items():
            found.append(HostileLaw(name, text, routes, "LawRefused", place, complaint))
        found += [HostileLaw(name, text, routes, error) for name, (text, error) in module.get("STOPPED", {}).items()]
    return found
