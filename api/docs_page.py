"""The page at ``/docs``: the OpenAPI document as plain HTML. No script, nothing from another host, readable offline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from api.html import Markup, element, join
from api.pages import frame
from api.problems import KINDS, MEDIA_TYPE

Schema = Mapping[str, Any]
_WORDY = re.compile(r"^(\w+?)_(\w+)_$")  # how FastAPI names the shape of a generic, such as Page_Agreement_
METHODS = ("get", "post", "put", "patch", "delete")


def docs_page(openapi: Schema) -> str:
    """The whole page, from an OpenAPI 3.1 document."""
    operations = list(_operations(openapi))
    return frame(
        f"{openapi['info']['title']}: API",
        element("p", openapi["info"].get("description", ""), class_="lead"),
        element("p", "The same for programs: ", element("a", "openapi.json", href="/openapi.json")),
        _contents(operations),
        *(_operation(path, method, operation) for path, method, operation in operations),
        _problems(),
        _schemas(openapi),
    )


def _operations(openapi: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in openapi["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _contents(operations: list[tuple[str, str, Schema]]) -> Markup:
    rows = [
        element(
            "li",
            element("a", element("code", f"{method.upper()} {path}"), href=f"#{_anchor(method, path)}"),
            " ",
            operation.get("summary", ""),
        )
        for path, method, operation in operations
    ]
    return element("nav", element("ul", *rows, class_="contents"), aria_label="Endpoints")


def _operation(path: str, method: str, operation: Schema) -> Markup:
    return element(
        "section",
        element("h2", element("span", method.upper(), class_=f"method {method}"), " ", element("code", path)),
        element("p", element("strong", operation.get("summary", ""))),
        *_paragraphs(operation.get("description", "")),
        _parameters(operation.get("parameters", [])),
        _request_body(operation.get("requestBody")),
        _responses(operation["responses"]),
        id=_anchor(method, path),
        class_="operation",
    )


def _paragraphs(text: str) -> list[Markup]:
    return [element("p", " ".join(part.split())) for part in text.split("\n\n") if part.strip()]


def _parameters(parameters: list[Schema]) -> Markup | None:
    if not parameters:
        return None
    rows = [
        element(
            "tr",
            element("td", element("code", parameter["name"])),
            element("td", parameter["in"] + (", required" if parameter.get("required") else "")),
            element("td", _type_of(_given(parameter["schema"]))),
            element("td", parameter.get("description", "")),
        )
        for parameter in parameters
    ]
    return _table(("parameter", "where", "type", "what"), rows)


def _given(schema: Schema) -> Schema:
    """What a parameter is when it is given: in a query nobody can write null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    return kinds[0] if len(kinds) == 1 else schema


def _request_body(body: Schema | None) -> Markup | None:
    if body is None:
        return None
    content = body["content"]["application/json"]
    return join(element("h3", "Body"), element("p", _type_of(content["schema"])), *_examples(content))


def _examples(content: Schema) -> list[Markup]:
    given = content.get("examples", {})
    return [
        join(
            element("p", "Example: ", example.get("summary", name)),
            element("pre", json.dumps(example["value"], indent=2, ensure_ascii=False), tabindex="0"),
        )
        for name, example in given.items()
    ]


def _responses(responses: Schema) -> Markup:
    good = {status: answer for status, answer in responses.items() if MEDIA_TYPE not in answer.get("content", {})}
    rows = [
        element(
            "tr",
            element("td", element("code", status)),
            element("td", *(join(_media(media), _type_of(body.get("schema", {}))) for media, body in answer["content"].items())),
            element("td", answer.get("description", "")),
        )
        for status, answer in good.items()
    ]
    bad = [status for status in responses if status not in good]
    problems = element(
        "tr",
        element("td", element("code", " ".join(bad))),
        element("td", element("a", "problem", href="#problems")),
        element("td"),
    )
    return join(element("h3", "Answers"), _table(("status", "body", "when"), [*rows, problems]))


def _media(media: str) -> str:
    return "" if media == "application/json" else f"{media}: "


def _problems() -> Markup:
    rows = [
        element(
            "tr",
            element("td", element("code", f"/docs#problem-{kind.name}")),
            element("td", element("code", str(kind.status))),
            element("td", kind.title),
            element("td", kind.remedy),
            id=f"problem-{kind.name}",
        )
        for kind in KINDS
    ]
    words = "Every error is a problem document (RFC 9457), served as application/problem+json; its type is one of these."
    return element(
        "section",
        element("h2", "Problems"),
        element("p", words),
        _table(("type", "status", "title", "what to do"), rows),
        id="problems",
    )


def _schemas(openapi: Schema) -> Markup:
    schemas = openapi.get("components", {}).get("schemas", {})
    return element(
        "section", element("h2", "Shapes"), *(_schema(name, schema) for name, schema in sorted(schemas.items())), id="shapes"
    )


def _schema(name: str, schema: Schema) -> Markup:
    required = set(schema.get("required", []))
    rows = [
        element(
            "tr",
            element("td", element("code", field)),
            element("td", _type_of(described), "" if field in required else ", optional"),
            element("td", described.get("description", "")),
        )
        for field, described in schema.get("properties", {}).items()
    ]
    shape = _table(("field", "type", "what"), rows) if rows else element("p", _type_of(schema))
    return element(
        "article",
        element("h3", schema.get("title", name)),
        *_paragraphs(schema.get("description", "")),
        shape,
        id=f"shape-{name}",
    )


def _type_of(schema: Schema) -> Markup:
    """A schema in a few words; named shapes become links."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return element("a", _WORDY.sub(r"\1 of \2", name), href=f"#shape-{name}")
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _alternatives([_type_of(part) for part in schema[several]])
    if "enum" in schema:
        return join("one of ", ", ".join(json.dumps(value) for value in schema["enum"]))
    if "const" in schema:
        return join(json.dumps(schema["const"]))
    if schema.get("type") == "array":
        return join("list of ", _type_of(schema.get("items", {})))
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return join("object of ", _type_of(schema["additionalProperties"]))
    return join(str(schema.get("type", "anything")), _limits(schema))


def _alternatives(parts: list[Markup]) -> Markup:
    joined = parts[0]
    for part in parts[1:]:
        joined = join(joined, " or ", part)
    return joined


def _limits(schema: Schema) -> str:
    said = [f"{word} {schema[key]}" for key, word in _LIMITS if key in schema]
    return f" ({', '.join(said)})" if said else ""


_LIMITS = (
    ("minimum", "from"),
    ("exclusiveMinimum", "above"),
    ("maximum", "to"),
    ("minLength", "at least characters:"),
    ("maxLength", "at most characters:"),
    ("maxItems", "at most entries:"),
    ("pattern", "form"),
    ("default", "default"),
)


def _table(head: tuple[str, ...], rows: list[Markup]) -> Markup:
    heading = element("tr", *(element("th", name, scope="col") for name in head))
    return element("div", element("table", element("thead", heading), element("tbody", *rows)), class_="scroll", tabindex="0")


def _anchor(method: str, path: str) -> str:
    return f"{method}{path.replace('/', '-').replace('{', '').replace('}', '')}"
