"""What every request passes on its way in and out: an id, limits, headers, counting, and no traceback ever.

Pure ASGI, and the outermost layer of ours, so that answers made anywhere inside carry the same headers.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TOO_LARGE, on_unexpected, problem_response

REQUEST_ID = "x-request-id"
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Nothing is loaded from anywhere but this service, and no page of ours runs a script.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One answered request, for counting. ``route`` is the template of the path, never the path itself."""

    method: str
    route: str
    status: int
    seconds: float


class Door:
    """The ASGI layer around an application."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, seen: Callable[[Seen], None]) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; anything that is not HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, send)
        began = time.perf_counter()
        try:
            await self._serve(scope, receive, passage)
        finally:
            self._seen(Seen(passage.method, _route(scope), passage.status, time.perf_counter() - began))

    async def _serve(self, scope: Scope, receive: Receive, passage: _Passage) -> None:
        request = Request(scope)
        if _length(request.headers) > self._max_body_bytes:
            refusal = problem_response(request, TOO_LARGE, f"a body may have {self._max_body_bytes} bytes")
            await refusal(scope, receive, passage.send)
        else:
            await self._pass_on(scope, receive, passage)

    async def _pass_on(self, scope: Scope, receive: Receive, passage: _Passage) -> None:
        try:
            await self._app(scope, _limited(receive, self._max_body_bytes), passage.send)
        except Exception as error:
            if passage.started:
                raise  # too late for another answer: the server cuts the connection, so nobody takes half for the whole
            await on_unexpected(Request(scope), error)(scope, receive, passage.send)


class _Passage:
    """One request under way. A HEAD request is answered as GET, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.method: str = scope["method"]
        self.status = 500
        self.started = False
        self._send = send
        given = Headers(scope=scope).get(REQUEST_ID, "")
        self._id = given if _USABLE_ID.fullmatch(given) else secrets.token_hex(16)
        scope["request_id"] = self._id
        if self.method == "HEAD":
            scope["method"] = "GET"

    async def send(self, message: Message) -> None:
        """Passes a message on, the first one with our headers."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self._id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        elif message["type"] == "http.response.body" and self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)


def _limited(receive: Receive, most: int) -> Receive:
    """Counts what arrives: Content-Length may be missing, or a lie."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413)
        return message

    return counted


def _length(headers: Headers) -> int:
    given = headers.get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 20 else 0


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "(none)"))
