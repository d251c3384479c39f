"""One settled month of a replayed history."""

from __future__ import annotations

from dataclasses import dataclass

from chain.values import Division
from cli.amounts import show_agreement
from cli.history import shares_json, shares_of


@dataclass(frozen=True, slots=True)
class Settled:
    """One month of one series. Ratios in ppm and P95 are None where nothing was reported; ``samples`` counts ok and error."""

    series: str | None
    month: str
    agreement: int
    samples: int
    outcome: str
    verdict: str
    tier: int
    credit_bps: int
    slash_bps: int
    uptime_ppm: int | None
    p95_ms: int | None
    coverage_ppm: int | None
    division: Division
    gas: int
    transaction: bytes | None

    def as_json(self) -> dict[str, object]:
        """The month as one object; amounts as decimal strings in the smallest unit."""
        return {
            "series": self.series,
            "month": self.month,
            "agreement": show_agreement(self.agreement),
            "n": self.samples,
            "outcome": self.outcome,
            "tier": self.tier,
            "credit_bps": self.credit_bps,
            "slash_bps": self.slash_bps,
            "uptime_ppm": self.uptime_ppm,
            "p95_ms": self.p95_ms,
            "coverage_ppm": self.coverage_ppm,
            **shares_json(shares_of(self.division)),
            "gas": self.gas,
            "transaction": self.transaction,
        }
