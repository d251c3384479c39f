"""What happened, so that a law can be asked about it anew: agreements with what was at stake, and the counts of their periods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chain.values import Division
from governance.case import Case
from governance.errors import BadInput
from governance.figures import Figures
from governance.values import Outcome
from settlement.split import Stakes


class DecidedBy(StrEnum):
    """Who decided what a period came to: the law through the committee, the deadline that nobody met, or an arbiter."""

    LAW = "law"
    DEADLINE = "deadline"
    ARBITER = "arbiter"


@dataclass(frozen=True, slots=True)
class Token:
    """The token that an agreement pays in. ``address`` is empty where there is no chain."""

    address: str
    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a period was settled. ``reward`` is the part of the dispute's ``winner``, on top of the division."""

    by: DecidedBy
    outcome: Outcome
    credit_bps: int
    slash_bps: int
    division: Division
    winner: str | None = None
    reward: int = 0


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """One period, ``[start_s, end_s)`` in Unix seconds.

    ``case`` is None where nobody observed anything, or where the counts are lost, which a ``settled`` by the law then shows.
    ``settled`` is None where nothing was ever settled: the samples are only supposed to have been an agreement's.
    """

    period: int
    start_s: int
    end_s: int
    case: Case | None
    settled: Settlement | None = None


@dataclass(frozen=True, slots=True)
class PastAgreement:
    """One agreement and its periods, in the order in which they were settled.

    ``name`` is its id, or a series' name. ``law`` is the id of the law that it pinned, as 0x-hex; empty where it pinned none.
    What exceeds a cap is never settled. Raises BadInput for a period that stands there twice, or ends before it begins.
    """

    name: str
    provider: str
    customer: str
    token: Token
    law: str
    stakes: Stakes
    max_credit_bps: int
    max_slash_bps: int
    figures: Figures
    periods: tuple[PastPeriod, ...]

    def __post_init__(self) -> None:
        seen: set[int] = set()
        for one in self.periods:
            if one.period in seen or one.start_s >= one.end_s:
                raise BadInput(
                    f"period {one.period} of {self.name} stands there twice, or ends before it begins",
                    value=one.period,
                    remedy="give each period once",
                )
            seen.add(one.period)


def periods_in(agreements: Iterable[PastAgreement]) -> int:
    """How many periods they have together."""
    return sum(len(one.periods) for one in agreements)
