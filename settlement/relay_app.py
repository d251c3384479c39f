"""The relay's intake over HTTP: what oracles push and pull, and what auditors fetch.

Bodies are bounded and read strictly by ``oracle.wire``; every error is a problem document (RFC 9457) that says what would be
right. 400 and 422: it is wrong and stays wrong. 409: it may be taken later, or contradicts what was sent before. 503: ask again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from governance.errors import BadInput, FatalError, RetryableError, SuretyError
from oracle import wire
from oracle.interim import load_tallies
from settlement.admission import NotYet
from settlement.relay import Equivocated, Relay, UnknownProposal
from settlement.relay_store import bytes_of
from settlement.tallies import Tallies

MOST_BYTES = 16 << 20
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
HEX32 = r"^0x[0-9a-fA-F]{64}$"

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[SuretyError], HTTPStatus], ...] = (
    (UnknownProposal, HTTPStatus.NOT_FOUND),
    (Equivocated, HTTPStatus.CONFLICT),
    (NotYet, HTTPStatus.CONFLICT),
    (RetryableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (FatalError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


class BodyTooLarge(BadInput):
    """More than the relay reads at once."""


def create_app(relay: Relay, tallies: Tallies) -> FastAPI:
    """The application of one relay. Endpoints only hand over; ``Relay`` and ``Tallies`` decide."""
    app = FastAPI(title="Surety relay", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(SuretyError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unexpected)
    _add_intake(app, relay)
    _add_tallies(app, tallies)
    _add_outlet(app, relay)
    return app


def _add_intake(app: FastAPI, relay: Relay) -> None:
    @app.post("/v1/observations", status_code=HTTPStatus.ACCEPTED)
    async def observations(request: Request) -> Response:
        body = await _body(request)
        await run_in_threadpool(lambda: relay.push(wire.load_submission(wire.parse(body, "body"))))
        return Response(status_code=HTTPStatus.ACCEPTED)

    @app.post("/v1/proposals/{proposal}/signatures", status_code=HTTPStatus.ACCEPTED)
    async def signatures(request: Request, proposal: Annotated[str, Path(pattern=HEX32)]) -> Response:
        body = await _body(request)
        await run_in_threadpool(lambda: relay.sign(proposal.lower(), wire.load_signature(wire.parse(body, "body"))))
        return Response(status_code=HTTPStatus.ACCEPTED)


def _add_tallies(app: FastAPI, tallies: Tallies) -> None:
    @app.post("/v1/tallies", status_code=HTTPStatus.ACCEPTED)
    async def push(request: Request) -> Response:
        body = await _body(request)
        await run_in_threadpool(lambda: tallies.push(load_tallies(wire.parse(body, "body"))))
        return Response(status_code=HTTPStatus.ACCEPTED)


def _add_outlet(app: FastAPI, relay: Relay) -> None:
    @app.get("/v1/proposals")
    async def proposals(
        member: Annotated[int, Query(ge=0, le=30)], configuration: Annotated[str | None, Query(pattern=HEX32)] = None
    ) -> Response:
        wanted = None if configuration is None else bytes_of(configuration)
        return await _json(lambda: {"proposals": [wire.proposal_json(found) for found in relay.proposals(wanted, member)]})

    @app.get("/v1/observation-sets/{root}")
    async def observation_set(root: Annotated[str, Path(pattern=HEX32)]) -> Response:
        return await _json(lambda: wire.proposal_json(relay.observation_set(bytes_of(root))))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}


async def _body(request: Request) -> bytes:
    """The body, read no further than the limit: a stranger's stream must not fill the memory."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise BodyTooLarge(f"the body has more than {MOST_BYTES} bytes", remedy="push fewer observations at once")
    return bytes(body)


async def _json(make: Callable[[], Any]) -> Response:
    """An answer made in a thread: proposals over ten thousand agreements take a while to write."""
    return Response(await run_in_threadpool(lambda: json.dumps(make(), separators=(",", ":"))), media_type="application/json")


async def _on_error(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    if isinstance(error, BodyTooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _problem(request, status, str(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return _problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{first['loc'][-1]}: {first['msg']}")


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _problem(request, HTTPStatus(error.status_code), str(error.detail))


async def _on_unexpected(request: Request, error: Exception) -> Response:
    """Says nothing of an error that nobody foresaw; the log has it."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong on this side")


def _problem(request: Request, status: HTTPStatus, detail: str) -> Response:
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail.encode("ascii", "backslashreplace").decode(),
        "instance": request.url.path,
    }
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(document, int(status), headers=headers, media_type=MEDIA_TYPE)
