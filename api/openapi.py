"""The OpenAPI document: FastAPI's, with the problem documents that every operation may answer written in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.problems import (
    INTERNAL,
    INVALID,
    KINDS,
    LAW,
    MALFORMED,
    MEDIA,
    MEDIA_TYPE,
    METHOD,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    Kind,
)
from api.shapes import ProblemDocument

EVERYWHERE = (MALFORMED, METHOD, TOO_LARGE, INVALID, INTERNAL, UNAVAILABLE)
_REFERENCE = {"$ref": "#/components/schemas/ProblemDocument"}
_FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Lets an application describe itself completely; the document is made once, when it is first asked for."""
    made: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not made:
            made.update(_document(app))
        return made

    app.openapi = describe  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    _, problems = models_json_schema([(ProblemDocument, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(problems["$defs"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _describe_problems(operation["responses"], _kinds(path, method))
    return document


def _kinds(path: str, method: str) -> list[Kind]:
    kinds = [*EVERYWHERE]
    if "{" in path:
        kinds.append(NOT_FOUND)
    if method == "post":
        kinds += [MEDIA, LAW]
    return kinds


def _describe_problems(responses: dict[str, Any], kinds: list[Kind]) -> None:
    """One entry per status; kinds that share a status share its entry."""
    responses.pop(str(INVALID.status), None)
    for status in sorted({kind.status for kind in kinds}):
        titles = "; ".join(kind.title for kind in KINDS if kind in kinds and kind.status == status)
        responses[str(status)] = {"description": titles, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}
