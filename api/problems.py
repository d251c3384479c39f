"""Errors as problem documents (RFC 9457): one shape for all of them, and never a traceback.

``type`` is a relative reference into ``/docs``, so that reading it works without any other host.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.html import plain
from governance.errors import RetryableError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json(?:\s*;.*)?", re.IGNORECASE)
_log = logging.getLogger("surety.api")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its name in ``type``, its title, its status, and what a caller can do."""

    name: str
    status: int
    title: str
    remedy: str


NOT_FOUND = Kind("not-found", 404, "Nothing here", "Check the path and the identifier; the index may also not have it yet.")
METHOD = Kind("method-not-allowed", 405, "Method not allowed", "Use a method from the Allow header.")
TOO_LARGE = Kind("body-too-large", 413, "Body too large", "Send less; a routing request is a few hundred bytes.")
MEDIA = Kind("unsupported-media-type", 415, "Not JSON", "Send the body with Content-Type: application/json.")
INVALID = Kind("invalid-request", 422, "The request is not of its form", "Each entry of errors names a field and what is right.")
MALFORMED = Kind("malformed-request", 400, "The request cannot be read", "Send a well-formed HTTP request with a JSON body.")
INTERNAL = Kind("internal-error", 500, "Internal error", "Quote the request id to whoever runs this service; its log has more.")
LAW = Kind("law-error", 500, "The law did not decide", "No choice was made. The law or its facts have to be changed.")
UNAVAILABLE = Kind("unavailable", 503, "Not available now", "The same request may succeed later; see Retry-After.")
KINDS = (MALFORMED, NOT_FOUND, METHOD, TOO_LARGE, MEDIA, INVALID, INTERNAL, LAW, UNAVAILABLE)
_BY_STATUS = {kind.status: kind for kind in reversed(KINDS)}


class Problem(Exception):
    """Raised by an endpoint to answer with a problem document.

    ``extra`` are members beyond the standard ones (RFC 9457, section 3.2); they must be JSON.
    """

    def __init__(self, kind: Kind, detail: str, *, extra: dict[str, Any] | None = None) -> None:
        self.kind = kind
        self.detail = detail
        self.extra = extra or {}
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class FieldError:
    """Where a request was wrong. ``place`` is path, query or body; ``field`` is the name in it, dotted where it is nested."""

    place: str
    field: str
    detail: str

    def document(self) -> dict[str, str]:
        """As it stands in ``errors`` of a problem document."""
        return {"in": self.place, "field": self.field, "detail": self.detail}


def problem_response(
    request: Request,
    kind: Kind,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The response for one problem. The text is ASCII JSON: a caller's lone surrogates must not break the answer."""
    document: dict[str, Any] = {
        "type": f"/docs#problem-{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request.scope.get("request_id", ""),
    }
    if errors:
        document["errors"] = [error.document() for error in errors]
    body = json.dumps(document | (extra or {}), ensure_ascii=True).encode("ascii")
    return Response(body, kind.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Lets every error that an endpoint raises leave as a problem document. What is left, ``api.door`` turns into a 500."""
    # Starlette types every handler for every exception; each of these is only ever called with its own.
    app.add_exception_handler(Problem, _on_problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http)  # type: ignore[arg-type]
    app.add_exception_handler(RetryableError, _on_retryable)


def on_unexpected(request: Request, error: Exception) -> Response:
    """500 without a word of the error itself, which may name a password; the log has it, by the request's id."""
    _log.error("request %s failed", request.scope.get("request_id", ""), exc_info=error)
    return problem_response(request, INTERNAL, "something went wrong on this side; nothing was changed")


async def _on_problem(request: Request, error: Problem) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if error.kind.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem_response(request, error.kind, error.detail, extra=error.extra, headers=headers)


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    errors = [_field_error(item) for item in error.errors()]
    first = errors[0]
    if first.place == "body" and not _JSON.fullmatch(request.headers.get("content-type", "")):
        return problem_response(request, MEDIA, "the body is read as application/json only")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return problem_response(request, INVALID, f"{first.place} {first.field}: {first.detail}{more}", errors=errors)


def _field_error(item: dict[str, Any]) -> FieldError:
    place, *names = (str(part) for part in item["loc"])
    if item["type"] == "json_invalid":
        return FieldError("body", f"character {'.'.join(names)}", f"not JSON: {item.get('ctx', {}).get('error', '')}")
    return FieldError(place, ".".join(plain(name) for name in names) or "(whole)", str(item["msg"]).removeprefix("Value error, "))


async def _on_http(request: Request, error: HTTPException) -> Response:
    kind = _BY_STATUS.get(error.status_code) or (INTERNAL if error.status_code >= 500 else MALFORMED)
    describe = _HTTP_DETAILS.get(error.status_code)
    detail = describe(request) if describe else str(error.detail)
    return problem_response(request, kind, detail, headers=dict(error.headers or {}))


_HTTP_DETAILS: dict[int, Callable[[Request], str]] = {
    404: lambda request: f"there is nothing at {plain(request.url.path)}; /docs lists what there is",
    405: lambda request: f"{plain(request.method)} is not for {plain(request.url.path)}",
    413: lambda _: "the body is larger than this service reads",
    400: lambda _: "the body cannot be read as JSON",
}


async def _on_retryable(request: Request, error: Exception) -> Response:
    """Says that it is our side, not why: addresses and drivers' messages are for the log."""
    _log.warning("request %s: %s", request.scope.get("request_id", ""), error)
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem_response(request, UNAVAILABLE, "a part that this answer needs does not answer", headers=headers)
