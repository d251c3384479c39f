"""``/healthz`` (the process runs), ``/readyz`` (its answers are of use) and ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import shapes
from api.metrics import CONTENT_TYPE, Metrics
from api.parameters import Nothing
from api.problems import UNAVAILABLE, Problem
from api.service import Open, Service
from chain.node import Node
from governance.errors import SuretyError
from settlement.views import IndexState

router = APIRouter(tags=["operation"])
Answer = TypeVar("Answer")


@router.get("/healthz", summary="Is the process alive?")
def healthz(_: Annotated[Nothing, Query()]) -> shapes.Liveness:
    """Answers as long as the process does. It asks neither database nor node: restarting this process would not mend those."""
    return shapes.Liveness(status="ok")


@router.get("/readyz", summary="Can it answer?")
def readyz(service: Open, _: Annotated[Nothing, Query()]) -> shapes.Readiness:
    """Whether the database answers, the node answers for the right chain, and the index is not too far behind it.

    503 with the same checks where one fails. Without a configured node only the database and the index are checked.
    """
    checks = readiness(service)
    if all(check.ok for check in checks.values()):
        return shapes.Readiness(ready=True, checks=checks)
    failed = ", ".join(name for name, check in checks.items() if not check.ok)
    raise Problem(
        UNAVAILABLE, f"not ready: {failed}", extra={"checks": {name: check.model_dump() for name, check in checks.items()}}
    )


@router.get(
    "/metrics", summary="Metrics for Prometheus", response_class=Response, responses={200: {"content": {"text/plain": {}}}}
)
def metrics(request: Request, service: Open, _: Annotated[Nothing, Query()]) -> Response:
    """Counters of this process, and gauges of what the index holds, in Prometheus's text format."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.exposition(service), media_type=CONTENT_TYPE)


def readiness(service: Service) -> dict[str, shapes.Check]:
    """Each check by its name. Details name no address and no driver's words: this page may be public."""
    state, database = _asked(service.reader.index_state, "answers", "does not answer, or has no tables")
    checks = {"database": database}
    head: int | None = None
    if service.node is not None:
        head, checks["node"] = _node(service.node, service.config.book.chain_id)
    checks["index"] = _index(state, head, service.config.max_lag_blocks)
    return checks


def _node(node: Node, chain_id: int) -> tuple[int | None, shapes.Check]:
    answered, check = _asked(lambda: (node.chain_id(), node.block("latest").number), "answers", "does not answer")
    if answered is None:
        return None, check
    found, head = answered
    if found != chain_id:
        return None, shapes.Check(ok=False, detail=f"follows chain {found}, not {chain_id}")
    return head, check


def _index(state: IndexState | None, head: int | None, most: int) -> shapes.Check:
    if state is None:
        return shapes.Check(ok=False, detail="no block has been read yet")
    if head is None:
        return shapes.Check(ok=True, detail=f"at block {state.block_number}; the head is unknown")
    lag = max(head - state.block_number, 0)
    return shapes.Check(ok=lag <= most, detail=f"at block {state.block_number}, {lag} behind the head; {most} are allowed")


def _asked(question: Callable[[], Answer], good: str, bad: str) -> tuple[Answer | None, shapes.Check]:
    try:
        return question(), shapes.Check(ok=True, detail=good)
    except SuretyError:
        return None, shapes.Check(ok=False, detail=bad)
