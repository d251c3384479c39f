"""Metrics in Prometheus's text format. Each application has a registry of its own, so that two in one process do not collide."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from api.door import Seen
from api.service import Service
from governance.errors import SuretyError
from governance.values import Outcome
from settlement.views import AgreementState, IndexState, RulingKind, TokenTotals, Totals

CONTENT_TYPE = CONTENT_TYPE_LATEST
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PARTS = ("provider", "validators", "relay", "dao", "customer_from_fee", "customer_from_deposit", "slash")


class Metrics:
    """What this process counted since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "surety_http_requests", "Answered requests", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "surety_http_request_seconds", "Time to answer", ("route",), buckets=BUCKETS, registry=self._registry
        )

    def seen(self, request: Seen) -> None:
        """Counts one answered request. Methods that nobody defined share one label: a stranger must not make new ones."""
        method = request.method if request.method in KNOWN_METHODS else "OTHER"
        self._requests.labels(method, request.route, str(request.status)).inc()
        self._seconds.labels(request.route).observe(request.seconds)

    def exposition(self, service: Service) -> bytes:
        """Everything as text: what was counted here, and what the index and the node say now."""
        scrape = CollectorRegistry()
        scrape.register(_Scrape(list(_index_metrics(service))))
        return generate_latest(self._registry) + generate_latest(scrape)


class _Scrape:
    """Metrics that were read for one scrape."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """What prometheus_client asks a collector for."""
        return self._metrics


def _index_metrics(service: Service) -> Iterable[Metric]:
    """Gauges of the index; only ``surety_index_up 0`` while the database does not answer."""
    try:
        state = service.reader.index_state()
        totals = service.reader.totals(now_s=service.now_s(state))
    except SuretyError:
        yield _gauge("surety_index_up", "Whether the database answers", 0)
        return
    yield _gauge("surety_index_up", "Whether the database answers", 1)
    yield from _head_metrics(service, state)
    yield from _totals_metrics(totals)
    yield _money(service, totals.tokens)


def _head_metrics(service: Service, state: IndexState | None) -> Iterable[Metric]:
    head = _head(service)
    yield _gauge("surety_node_up", "Whether the node answers", 0 if head is None else 1)
    if head is not None:
        yield _gauge("surety_head_block", "Newest block of the node", head)
    if state is None:
        return
    yield _gauge("surety_indexed_block", "Newest block that was read", state.block_number)
    yield _gauge("surety_confirmed_block", "Newest block beyond recall", state.confirmed_block)
    yield _gauge("surety_indexed_block_timestamp_seconds", "Time of the newest block that was read", state.timestamp_s)
    if head is not None:
        yield _gauge("surety_head_lag_blocks", "Blocks between the node's head and the index", max(head - state.block_number, 0))


def _head(service: Service) -> int | None:
    try:
        return service.node.block("latest").number if service.node is not None else None
    except SuretyError:
        return None


def _totals_metrics(totals: Totals) -> Iterable[Metric]:
    agreements = GaugeMetricFamily("surety_agreements", "Agreements by state", labels=["state"])
    for state in AgreementState:
        agreements.add_metric([state.value], totals.agreements_by_state.get(state, 0))
    yield agreements
    periods = GaugeMetricFamily("surety_periods", "Accepted or expired periods by outcome", labels=["outcome"])
    for outcome in Outcome:
        periods.add_metric([outcome.name.lower()], totals.periods_by_outcome.get(outcome, 0))
    yield periods
    yield _gauge("surety_periods_expired", "Periods that nobody reported by their deadline", totals.expired_periods)
    rulings = GaugeMetricFamily("surety_rulings", "Disputes that ended, by how", labels=["kind"])
    for kind in RulingKind:
        rulings.add_metric([kind.value], totals.rulings.get(kind, 0))
    yield rulings
    yield _gauge("surety_disputes", "Rows that were disputed, decided or not", totals.disputes)
    yield _gauge("surety_agreements_ended_early", "Agreements that either side ended early", totals.terminated)
    yield _gauge("surety_reports", "Accepted reports", totals.reports)
    yield _gauge("surety_rows_skipped", "Rows of good reports that were passed over", totals.skipped_rows)


def _money(service: Service, tokens: tuple[TokenTotals, ...]) -> Metric:
    """Settled money in token units: a float, since Prometheus knows nothing else; exact amounts are at /v1/settlements."""
    money = GaugeMetricFamily("surety_settled_token_units", "Settled money by who got it", labels=["token", "symbol", "part"])
    for sums in tokens:
        token = service.tokens.of(sums.token)
        if token.decimals is None:
            continue  # in which unit would it be?
        for part in PARTS:
            money.add_metric([token.address, token.symbol or "", part], getattr(sums.division, part) / 10**token.decimals)
        money.add_metric([token.address, token.symbol or "", "reward"], sums.rewards / 10**token.decimals)
    return money


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
