"""The pages: status at ``/``, the API's description at ``/docs``, and the files that both load."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from api.docs_page import docs_page
from api.overview import overview_of
from api.pages import STATIC, static_file
from api.parameters import StatusPageQuery, pair
from api.problems import NOT_FOUND, Problem
from api.service import Open
from api.status_page import status_page

router = APIRouter(include_in_schema=False)
STATIC_CACHE = "public, max-age=300"


@router.get("/")
def status(service: Open, query: Annotated[StatusPageQuery, Query()]) -> HTMLResponse:
    """The status page. Only its first page loads itself again: whoever reads older ones is not following."""
    refresh_s = 0 if query.after else service.config.refresh_s
    return HTMLResponse(status_page(overview_of(service, pair(query.after)), refresh_s))


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API's description, from the same document that programs read."""
    return HTMLResponse(docs_page(request.app.openapi()))


@router.get("/static/{name}")
def static(name: Annotated[str, Path()]) -> Response:
    """A file of the pages."""
    if name not in STATIC:
        raise Problem(NOT_FOUND, "no such file")
    return Response(static_file(name), media_type=STATIC[name], headers={"cache-control": STATIC_CACHE})
