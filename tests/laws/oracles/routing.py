"""A second opinion on the laws that route, written from what they say they do: plain questions about one offer at one price."""

from __future__ import annotations

from dataclasses import dataclass

from governance.routing import OfferFacts, RequestFacts

UNION = frozenset("at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split())  # noqa: SIM905
EEA = UNION | {"is", "li", "no"}


@dataclass(frozen=True)
class Rung:
    """An offer at one of its prices; ``price`` in millionths of a dollar, None where it is not known."""

    offer: OfferFacts
    capacity: str
    price: int | None

    @property
    def held(self) -> frozenset[str]:
        return self.offer.credentials


def rungs(request: RequestFacts, offer: OfferFacts) -> list[Rung]:
    found = []
    if offer.spot_price_micro_usd is not None and request.inference_type == "batch":
        found.append(Rung(offer, "spot", offer.spot_price_micro_usd))
    if offer.on_demand_price_micro_usd is not None or offer.spot_price_micro_usd is None:
        found.append(Rung(offer, "on_demand", offer.on_demand_price_micro_usd))
    return found


def ranked(law: str, request: RequestFacts, offers: list[OfferFacts]) -> list[tuple[str, str]]:
    """All that may serve, best first: the offer's name and its kind of capacity."""
    may, prefers, strategy = LAWS[law]
    found = [
        rung
        for offer in offers
        if None not in (offer.provider_jurisdiction, offer.region, offer.country)
        for rung in rungs(request, offer)
        if may(request, rung)
    ]
    by = strategy(request)

    def order(rung: Rung) -> tuple[object, ...]:
        figure = {
            "cost_first": rung.price,
            "latency_first": rung.offer.p95_ms,
            "compliance_first": -len(rung.held),
            "sla_first": rung.offer.error_rate_ppm,
        }[by]
        last = 2**64  # beyond every figure that is known
        known = last if figure is None else figure
        price = last if rung.price is None else rung.price
        return not prefers(request, rung), known, price, rung.offer.offer, rung.capacity

    return [(rung.offer.offer, rung.capacity) for rung in sorted(found, key=order)]


def nobody(request: RequestFacts, rung: Rung) -> bool:
    return False


def in_any(places: frozenset[str], request: RequestFacts) -> bool:
    return bool({request.user_jurisdiction, request.jurisdiction, request.country} & places)


# Health data in Europe.


def eu_health(request: RequestFacts, rung: Rung) -> bool:
    fit = {
        "public": True,
        "pii": bool(rung.held & {"gdpr", "soc2"}),
        "phi": "hipaa" in rung.held and rung.offer.country == request.country,
    }[request.data_classification]
    if not in_any(EEA | {"eu"}, request):
        return fit
    return fit and "gdpr" in rung.held and rung.offer.country in EEA and rung.offer.provider_jurisdiction != "us"


def cheap_spot(request: RequestFacts, rung: Rung) -> bool:
    return rung.capacity == "spot" and rung.price is not None and rung.price <= 1_500_000


# Protected health information.


def hipaa_residency(request: RequestFacts, rung: Rung) -> bool:
    if request.data_classification == "public":
        return True
    if request.data_classification == "pii":
        return "soc2" in rung.held or "hipaa" in rung.held
    at_home = rung.offer.country == request.country == rung.offer.provider_jurisdiction
    offshore = request.jurisdiction == "us" and rung.offer.country != "us"
    return "hipaa" in rung.held and at_home and not offshore and rung.capacity != "spot"


def hipaa_strategy(request: RequestFacts) -> str:
    if request.data_classification == "phi":
        return "compliance_first"
    return "cost_first" if request.inference_type == "batch" else "latency_first"


# European duties of documentation.


def duties(request: RequestFacts) -> set[str]:
    if not in_any(UNION | {"eu"}, request):
        return set()
    wanted = {"dora_audit"} if request.sector == "finance" else set()
    return wanted | ({"ai_act_documentation"} if request.risk_class == "high" else set())


def eu_documentation(request: RequestFacts, rung: Rung) -> bool:
    if request.data_classification == "phi":
        return False
    private = request.data_classification == "pii"
    return duties(request) <= rung.held and (not private or "gdpr" in rung.held)


def documentation_strategy(request: RequestFacts) -> str:
    return "compliance_first" if duties(request) else "sla_first"


# Confidential work.


def confidential(request: RequestFacts, rung: Rung) -> bool:
    needed = {"public": set(), "pii": {"gdpr"}, "phi": {"hipaa"}}[request.data_classification]
    if is_guarded(request):
        needed |= {"confidential_computing"}
    abroad = request.data_classification == "phi" and rung.offer.country != request.country
    return needed <= rung.held and not abroad


def is_guarded(request: RequestFacts) -> bool:
    return request.confidentiality == "confidential" or request.data_classification == "phi"


def confidential_strategy(request: RequestFacts) -> str:
    return "compliance_first" if is_guarded(request) else "cost_first"


# Spot capacity for batch work.


def spot_batch(request: RequestFacts, rung: Rung) -> bool:
    if request.data_classification == "phi" or (request.data_classification == "pii" and "gdpr" not in rung.held):
        return False
    ceilings = [request.price_ceiling_micro_usd] if request.price_ceiling_micro_usd is not None else []
    if rung.capacity == "spot":
        ceilings.append(1_500_000)
    if any(rung.price is None or rung.price > ceiling for ceiling in ceilings):
        return False
    target = request.p95_target_ms if request.inference_type == "realtime" else None
    return target is None or (rung.offer.p95_ms is not None and rung.offer.p95_ms <= target)


def any_spot(request: RequestFacts, rung: Rung) -> bool:
    return rung.capacity == "spot"


def spot_strategy(request: RequestFacts) -> str:
    if request.inference_type == "batch":
        return "cost_first"
    return "sla_first" if request.p95_target_ms is None else "latency_first"


# For each law: who may serve, who comes first, and by what the rest is ordered.
LAWS = {
    "eu_health": (eu_health, cheap_spot, lambda request: "cost_first"),
    "hipaa_residency": (hipaa_residency, nobody, hipaa_strategy),
    "eu_documentation": (eu_documentation, nobody, documentation_strategy),
    "confidential": (confidential, nobody, confidential_strategy),
    "spot_batch": (spot_batch, any_spot, spot_strategy),
}
