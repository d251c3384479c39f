"""The relay's intake over HTTP: what oracles push and pull, and what auditors fetch.

Bodies are bounded and read strictly by ``oracle.wire``; every error is a problem document (RFC 9457) that says what would be
right. 400 and 422: it is wrong and stays wrong. 409: it may be taken later, or contradicts what was sent before. 503: ask again.

Whoever asks is a stranger until a signature was checked, so what a stranger can make this process do is small: a body may be as
long as the agreements on chain can fill, all bodies under way are bounded together, and a few are worked upon at a time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from governance.errors import BadInput, FatalError, RetryableError, SuretyError
from oracle import wire
from oracle.interim import load_tallies
from settlement.admission import LARGEST_OBSERVATION, MOST_OBSERVATIONS, NotYet
from settlement.assents import Assents
from settlement.relay import Equivocated, Relay, UnknownProposal
from settlement.relay_store import bytes_of
from settlement.tallies import Tallies

LEAST_BYTES = 256 << 10  # what any body may have
TALLIES_BYTES = 1 << 20
MOST_BYTES = LEAST_BYTES + MOST_OBSERVATIONS * LARGEST_OBSERVATION
BYTES_UNDER_WAY = 2 * MOST_BYTES  # of all bodies together
BODY_TIMEOUT_S = 30.0
WORKERS = 2  # bodies that are parsed, and answers that are written, at a time
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


Made = TypeVar("Made")


class BodyTooLarge(BadInput):
    """More than the relay reads at once."""


class Overloaded(RetryableError):
    """So much is under way that nothing more is taken."""


class Desk:
    """Bounds what strangers make this process do: ``read`` takes bodies in, ``work`` does things in threads, a few at a time."""

    def __init__(self, under_way: int = BYTES_UNDER_WAY, workers: int = WORKERS, timeout_s: float = BODY_TIMEOUT_S) -> None:
        self._left = under_way
        self._turns = asyncio.Semaphore(workers)
        self._timeout_s = timeout_s

    async def read(self, request: Request, most: int, work: Callable[[bytes], object]) -> Response:
        """Takes a body of at most ``most`` bytes and does the work on it. Raises BodyTooLarge, and Overloaded: try again."""
        body = bytearray()
        try:
            await self._fill(body, request, most)
            await self.work(lambda: work(bytes(body)))
        finally:
            self._left += len(body)
        return Response(status_code=HTTPStatus.ACCEPTED)

    async def _fill(self, body: bytearray, request: Request, most: int) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                async for piece in request.stream():
                    if len(body) + len(piece) > most:
                        raise BodyTooLarge(f"the body has more than {most} bytes", remedy="push fewer observations at once")
                    if len(piece) > self._left:
                        raise Overloaded("too many bodies are under way", remedy="send it again later")
                    self._left -= len(piece)
                    body += piece
        except TimeoutError as error:
            raise Overloaded(f"the body took more than {self._timeout_s:g} s", remedy="send it again, faster") from error

    async def work(self, work: Callable[[], Made]) -> Made:
        """Does work in a thread, when it is its turn."""
        async with self._turns:
            return await run_in_threadpool(work)


def create_app(relay: Relay, tallies: Tallies, assents: Assents, desk: Desk | None = None) -> FastAPI:
    """The application of one relay. Endpoints only hand over; ``Relay``, ``Tallies`` and ``Assents`` decide."""
    app = FastAPI(title="Surety relay", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(SuretyError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unexpected)
    intake = desk or Desk()
    _add_intake(app, relay, intake)
    _add_tallies(app, tallies, intake)
    _add_assents(app, assents, intake)
    _add_outlet(app, relay)
    return app


def _add_intake(app: FastAPI, relay: Relay, desk: Desk) -> None:
    @app.post("/v1/observations", status_code=HTTPStatus.ACCEPTED)
    async def observations(request: Request) -> Response:
        most = LEAST_BYTES + relay.most_observations() * LARGEST_OBSERVATION
        return await desk.read(request, most, lambda body: relay.push(wire.load_submission(wire.parse(body, "body"))))

    @app.post("/v1/proposals/{proposal}/signatures", status_code=HTTPStatus.ACCEPTED)
    async def signatures(request: Request, proposal: Annotated[str, Path(pattern=HEX32)]) -> Response:
        name = proposal.lower()
        return await desk.read(request, LEAST_BYTES, lambda body: relay.sign(name, wire.load_signature(wire.parse(body, "body"))))


def _add_tallies(app: FastAPI, tallies: Tallies, desk: Desk) -> None:
    @app.post("/v1/tallies", status_code=HTTPStatus.ACCEPTED)
    async def push(request: Request) -> Response:
        return await desk.read(request, TALLIES_BYTES, lambda body: tallies.push(load_tallies(wire.parse(body, "body"))))


def _add_assents(app: FastAPI, assents: Assents, desk: Desk) -> None:
    @app.post("/v1/amendments/{amendment}/signatures", status_code=HTTPStatus.ACCEPTED)
    async def take(request: Request, amendment: Annotated[str, Path(pattern=HEX32)]) -> Response:
        key = bytes_of(amendment)
        return await desk.read(request, LEAST_BYTES, lambda body: assents.take(key, wire.load_assent(wire.parse(body, "body"))))

    @app.get("/v1/amendments/{amendment}/signatures")
    async def given(amendment: Annotated[str, Path(pattern=HEX32)]) -> dict[str, Any]:
        found = await desk.work(lambda: assents.given(bytes_of(amendment)))
        return {"signatures": [wire.assent_json(one) for one in found]}


def _add_outlet(app: FastAPI, relay: Relay) -> None:
    desk = Desk()  # of its own: members' signatures wait for no stranger's questions

    async def answer(make: Callable[[], object]) -> Response:
        """Written in a thread: proposals over ten thousand agreements take a while."""
        text = await desk.work(lambda: json.dumps(make(), separators=(",", ":")))
        return Response(text, media_type="application/json")

    @app.get("/v1/proposals")
    async def proposals(
        member: Annotated[int, Query(ge=0, le=30)], configuration: Annotated[str | None, Query(pattern=HEX32)] = None
    ) -> Response:
        wanted = None if configuration is None else bytes_of(configuration)
        return await answer(lambda: {"proposals": [wire.proposal_json(found) for found in relay.proposals(wanted, member)]})

    @app.get("/v1/observation-sets/{root}")
    async def observation_set(root: Annotated[str, Path(pattern=HEX32)]) -> Response:
        return await answer(lambda: wire.proposal_json(relay.observation_set(bytes_of(root))))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}


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
