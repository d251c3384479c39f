"""Routing against its peers: the same policy, offers and requests, in one run and in turns, each checked by an oracle first.

Cold: a question after one of which no fact was the same, to offers that were loaded for it. The law knows the offers, as OPA
knows its data; nothing is kept of an earlier question of the same kind, nor of one like it in anything. First sight: not even the
other question was asked before. Warm: the question was asked before, and no offer has changed since. The peers keep no
answers, so that their one figure stands for all three; it is taken after the policy was compiled, the offers were loaded and
some questions were answered. Figures are medians of the rounds' medians, from a request as a mapping to an offer's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import report
from bench.law.peers import workload
from bench.law.peers.contest import Factory, Peer, Result, Results, play
from bench.law.peers.environments import python_of

SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 3
JUDGED_AT = 1_000  # offers at which the promises hold

PEERS = (
    Peer("LiteLLM", "cheapest of all, without the policy", "litellm", "litellm_router", "cost", workload.cheapest_of_all, 100),
    Peer("LiteLLM", "cheapest by tags that the caller works out", "litellm", "litellm_router", "tags"),
    Peer("OPA", "policy as written", "opa", "opa_rego", "plain", least_ratio=40),
    Peer("OPA", "policy unrolled by hand", "opa", "opa_rego", "unrolled"),
    Peer("OPA", "unrolled, offers compiled in", "opa", "opa_rego", "compiled"),
    Peer("regorus", "policy as written", "regorus", "regorus_rego", "plain"),
    Peer("regorus", "policy unrolled by hand", "regorus", "regorus_rego", "unrolled"),
    Peer("Cedar", "cheapest chosen outside", "cedar", "cedar_policies", ""),
    Peer("Casbin", "cheapest chosen outside", "casbin", "casbin_matcher", ""),
)


def rows(
    ours: Factory,
    *,
    peers: Sequence[Peer] = PEERS,
    sizes: Sequence[int] = SIZES,
    rounds: int = ROUNDS,
    python: Callable[[str], Path] = python_of,
) -> list[report.Measure]:
    """Runs all, and gives the lines of the report. A peer that cannot run has a line that says why.

    ``ours`` takes offers and gives what decides a request; ``sizes`` are numbers of offers, ascending; ``python`` is that of an
    environment. Raises WrongAnswer where that disagrees with the oracle.
    """
    results = play(peers, ours, sizes, rounds, python)
    lines = [
        *_own("first sight: offers just loaded, no question asked before", results.first),
        *_own("cold: nothing kept of an earlier question of the same kind", results.cold),
        *_own("warm: the same question was asked before", results.warm),
    ]
    for peer, result in results.peers.items():
        lines += _of_peer(peer, result, results)
    return lines


def _own(state: str, seconds: dict[int, float]) -> Iterator[report.Measure]:
    for size, taken_s in seconds.items():
        points = _points(seconds) if size == max(seconds) else ()
        yield report.measure(f"routing over {size:,} offers, {state}", taken_s * 1e6, "us", points=points)


def _of_peer(peer: Peer, result: Result, results: Results) -> Iterator[report.Measure]:
    name = f"{peer.name} {result.version}, {peer.manner}" if result.version else f"{peer.name}, {peer.manner}"
    promise = report.at_least(peer.least_ratio, "ratio") if peer.least_ratio else None
    for size, taken_s in result.seconds.items():
        last = size == max(result.seconds)
        yield report.measure(
            f"{name}: {size:,} offers",
            taken_s * 1e6,
            "us",
            against=("ours cold, us", results.cold[size] * 1e6),
            target=promise if size == JUDGED_AT else None,
            points=_points(result.seconds) if last else (),
        )
        if size == JUDGED_AT and promise:
            yield report.measure(
                f"{name}: {size:,} offers", taken_s * 1e6, "us", against=("ours warm, us", results.warm[size] * 1e6)
            )
    for size, why in result.unasked.items():
        yield _unmeasured(f"{name}: {size:,} offers", why, promise if size == JUDGED_AT else None)
    if result.failed is not None:
        yield _unmeasured(name, result.failed, None if JUDGED_AT in result.seconds else promise)


def _unmeasured(name: str, why: str, promise: report.Target | None = None) -> report.Measure:
    """A line without a figure; what was promised of it is not kept."""
    return report.Measure(
        measure=name,
        value=0,
        unit="not measured",
        against=why,
        ratio=None,
        target=str(promise) if promise else None,
        met=False if promise else None,
        sizes=(),
        exponent=None,
    )


def _points(seconds: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(seconds.items())
