"""The frozen vocabulary that every room of the house shares. Integers only; names carry their unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self

from governance.errors import BadInput

PPM = 1_000_000
PPB = 1_000_000_000
BPS = 10_000


class Outcome(IntEnum):
    """What a period came to. The numbers are those of the packed row; 0 is no outcome, and is refused everywhere."""

    MET = 1
    BREACH = 2
    NO_DATA = 3


class UptimeMethod(StrEnum):
    """How availability is counted; declared in the terms (design, section 3)."""

    OCCURRENCES = "occurrences"
    RATIO_TIMESLICES = "ratio_timeslices"
    TIMESLICES = "timeslices"


class PeriodKind(IntEnum):
    """How periods follow each other: by a fixed number of seconds, or by calendar months in UTC."""

    FIXED = 0
    CALENDAR_MONTH = 1


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact pair of counts. ``denominator == 0`` means nothing was counted: neither good nor bad."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.numerator < 0 or self.denominator < 0 or self.numerator > self.denominator:
            raise BadInput(
                f"{self.numerator}/{self.denominator} is not a share",
                value=self,
                remedy="0 <= numerator <= denominator",
            )

    def at_least(self, other: Self) -> bool:
        """Whether this share is at or above the other, by cross-multiplication; neither may be empty."""
        return self.numerator * other.denominator >= other.numerator * self.denominator

    def floor_ppm(self) -> int | None:
        """Parts per million, rounded down; None where nothing was counted. For people only: never compare this."""
        return self.numerator * PPM // self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one oracle counted for one agreement-period; the content of one leaf of its epoch root.

    ``uptime`` is (sum_ppb, n_slots * 10^9), (n_ok, n) or (good slots, slots), by the method of the terms, so that it is a
    share in every case. ``attained`` is (ok samples within the P95 ceiling, ok samples). ``coverage`` is (slots with at least
    one sample, slots of the period). ``samples`` counts ok and error results. ``p95_ms`` is information: 0 where no sample was
    ok. ``evidence`` is the SHA-256 of the Parquet file that the counts were folded from.
    """

    agreement: int
    period: int
    samples: int
    uptime: Ratio
    attained: Ratio
    coverage: Ratio
    p95_ms: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law says of one observation: never more than one, and always with the clauses that made it.

    ``tier`` is the uptime tier that was hit, 1 being the mildest; 0 where uptime met its objective or was not judged.
    ``credit_bps`` is a share of the period's fee, ``slash_bps`` of the deposit locked at opening.
    """

    outcome: Outcome
    tier: int
    credit_bps: int
    slash_bps: int
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One agreement-period of a report. Packs into one 256-bit word (``chain.row``).

    ``uptime_ppm``, ``coverage_ppm`` (floored) and ``p95_ms`` are information; money follows outcome, credit and slash.
    """

    agreement: int
    period: int
    outcome: Outcome
    tier: int
    credit_bps: int
    slash_bps: int
    uptime_ppm: int
    coverage_ppm: int
    p95_ms: int
