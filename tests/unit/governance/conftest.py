"""What the tests of the law and the terms share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from governance import laws, questions
from governance.case import Case
from governance.figures import Figures, LatencyClause, Tier
from governance.law import Law, load_law, load_routing_law
from governance.values import Ratio

FIGURES = Figures(
    objective=Ratio(999, 1000),
    tiers=(
        Tier(1, Ratio(99, 100), Ratio(999, 1000), 1_000, 0),
        Tier(2, Ratio(95, 100), Ratio(99, 100), 2_500, 0),
        Tier(3, None, Ratio(95, 100), 10_000, 1_000),
    ),
    latency=LatencyClause(2_000, Ratio(95, 100), 1_000),
    minimum_coverage=Ratio(95, 100),
    minimum_samples=20,
)


@pytest.fixture(scope="session")
def figures() -> Figures:
    """The figures of the standard agreement: 99.9/99/95 % for 10/25/100 %, P95 of 2,000 ms for 10 %, a slash of 10 %."""
    return FIGURES


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """A case in which everything was kept, but for what is given."""

    def make(
        uptime: tuple[int, int] = (1_000, 1_000),
        attained: tuple[int, int] = (1_000, 1_000),
        coverage: tuple[int, int] = (100, 100),
        samples: int = 1_000,
        terms: Figures = FIGURES,
    ) -> Case:
        return Case(samples, Ratio(*uptime), Ratio(*attained), Ratio(*coverage), terms)

    return make


@pytest.fixture(scope="session")
def standard() -> Law:
    """The standard law."""
    return load_law(laws.read("standard"), "standard")


@pytest.fixture(params=["compiled", "plain"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both ways in which a case is put to a law: by the compiled shim, and in plain Python."""
    wanted: str = request.param
    if questions.use_shim(wanted == "compiled") != (wanted == "compiled"):
        pytest.skip("the shim was not compiled here")
    yield wanted
    questions.use_shim(True)


@pytest.fixture(scope="session")
def eu_health() -> Law:
    """The routing law for health data in Europe."""
    return load_routing_law(laws.read("eu_health"), "eu_health")


@pytest.fixture(scope="session")
def example(repository: Path) -> Callable[[str], str]:
    """The text of a file of ``examples/``."""
    return lambda name: (repository / "examples" / name).read_text("utf-8")
