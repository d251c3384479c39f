"""A second opinion on the laws of published SLAs: their tables, written down once more by hand, and judged with fractions."""

from __future__ import annotations

from fractions import Fraction

from governance.case import Case
from governance.values import Outcome, Verdict

# Below each percentage, the credit in percent; the worst last.
TABLES = {
    "aws_bedrock": (("99.9", 10), ("99", 25), ("95", 100)),
    "aws_request_template": (("99.9", 10), ("99", 25), ("95", 100)),
    "aws_ec2_instance": (("99.5", 10), ("99", 30), ("95", 100)),
    "google_vertex_search_commerce": (("99.9", 10), ("99", 25), ("95", 50)),
    "google_vertex_ai_platform": (("99.9", 10), ("99", 25), ("95", 50)),
    "azure_openai": (("99.9", 10), ("99", 25), ("95", 100)),
    "cloudflare_r2_queues": (("99.9", 10), ("99", 25)),
}
# Those whose providers say that where nobody asked, nothing was down.
NOTHING_COUNTED_IS_MET = {"aws_bedrock", "aws_request_template", "google_vertex_search_commerce", "google_vertex_ai_platform"}


def verdict(law: str, case: Case) -> Verdict:
    if case.uptime.denominator == 0:
        outcome = Outcome.MET if law in NOTHING_COUNTED_IS_MET else Outcome.NO_DATA
        return Verdict(outcome, 0, 0, 0, ("nothing_counted",))
    short = []
    if case.samples < case.terms.minimum_samples:
        short.append("insufficient_samples")
    seen, slots, minimum = case.coverage.numerator, case.coverage.denominator, case.terms.minimum_coverage
    wanted = Fraction(minimum.numerator, minimum.denominator)
    if wanted and (slots == 0 or Fraction(seen, slots) < wanted):
        short.append("insufficient_coverage")
    if short:
        return Verdict(Outcome.NO_DATA, 0, 0, 0, tuple(short))
    percent = Fraction(case.uptime.numerator * 100, case.uptime.denominator)
    tier, credit = 0, 0
    for number, (below, paid) in enumerate(TABLES[law], start=1):
        if percent < Fraction(below):
            tier, credit = number, paid
    if tier:
        return Verdict(Outcome.BREACH, tier, credit * 100, 0, (f"uptime_tier({tier})",))
    return Verdict(Outcome.MET, 0, 0, 0, ("objective_met",))


def thresholds(law: str) -> list[Fraction]:
    return [Fraction(below) / 100 for below, _ in TABLES[law]]
