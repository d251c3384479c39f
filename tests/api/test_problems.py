"""Every error is a problem document that says what was wrong and where, and never how the program looks inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

AGREEMENT = "0x" + "ab" * 12
HASH = "0x" + "cd" * 32
MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The document of an answer, after what every one must have was checked."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert set(document) >= MEMBERS
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["instance"] == answer.request.url.path
    assert "Traceback" not in answer.text
    return document


@pytest.fixture
def client(sqlite_story, serve):
    with serve(sqlite_story, max_body_bytes=2_000) as client:
        yield client


def test_a_path_that_is_not_there_is_named(client):
    assert "/v2/agreements" in problem(client.get("/v2/agreements"), 404)["detail"]


@pytest.mark.parametrize("path", [f"/v1/agreements/{AGREEMENT}", f"/v1/agreements/{AGREEMENT}/periods", f"/v1/laws/{HASH}"])
def test_an_identifier_that_nobody_uses_is_not_found(client, path: str):
    assert problem(client.get(path), 404)["type"] == "/docs#problem-not-found"


@pytest.mark.parametrize(
    ("path", "place", "field"),
    [
        ("/v1/agreements/0x12", "path", "agreement"),
        (f"/v1/agreements/{AGREEMENT}0", "path", "agreement"),
        ("/v1/laws/" + HASH[:-1] + "g", "path", "law"),
        ("/v1/providers/0x" + "A" * 39 + "b", "path", "provider"),  # mixed case whose checksum is wrong
        ("/v1/agreements?limit=0", "query", "limit"),
        ("/v1/agreements?limit=201", "query", "limit"),
        ("/v1/agreements?limit=1.0", "query", "limit"),
        ("/v1/agreements?limit=%2B5", "query", "limit"),
        ("/v1/agreements?limit=1_0", "query", "limit"),
        ("/v1/agreements?limit=", "query", "limit"),
        ("/v1/agreements?limit=%D9%A3", "query", "limit"),  # a digit, but none of ours
        ("/v1/agreements?state=open", "query", "state"),
        ("/v1/agreements?after=1", "query", "after"),
        ("/v1/agreements?after=-1-2", "query", "after"),
        ("/v1/agreements?after=9999999999999999-1", "query", "after"),
        ("/v1/agreements?customer=0xg", "query", "customer"),
        ("/v1/agreements?offset=3", "query", "offset"),
        (f"/v1/agreements/{AGREEMENT}?full=1", "query", "full"),
        (f"/v1/agreements/{AGREEMENT}/periods?after=4294967296", "query", "after"),
        ("/v1/settlements?after=1-2", "query", "after"),
        ("/v1/settlements?agreement=1", "query", "agreement"),
        ("/healthz?verbose", "query", "verbose"),
        ("/?after=x", "query", "after"),
    ],
)
def test_a_parameter_of_another_form_is_refused_and_named(client, path: str, place: str, field: str):
    document = problem(client.get(path), 422)
    assert [(error["in"], error["field"]) for error in document["errors"]] == [(place, field)]
    assert field in document["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_refused_with_those_that_are_right(client, method: str):
    answer = client.request(method, "/v1/agreements", headers={"content-type": "application/json"})
    assert problem(answer, 405)["type"] == "/docs#problem-method-not-allowed"
    assert answer.headers["allow"] == "GET"


def test_a_path_with_a_slash_too_many_is_not_redirected(client):
    problem(client.get("/v1/agreements/"), 404)


@pytest.mark.parametrize("sent", [{"content": b"x" * 2_001}, {"content": iter([b"x" * 1_000] * 3)}])
def test_a_body_beyond_the_limit_is_refused_with_and_without_its_length(client, sent: dict[str, Any]):
    if not isinstance(sent["content"], bytes):
        sent = {"content": _chunks()}
    answer = client.post("/v1/route", headers={"content-type": "application/json"}, **sent)
    assert problem(answer, 413)["type"] == "/docs#problem-body-too-large"


async def _chunks():
    for _ in range(3):
        yield b"x" * 1_000


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_a_body_that_does_not_say_it_is_json_is_refused(client, sent: str):
    problem(client.post("/v1/route", content=b"{}", headers={"content-type": sent}), 415)


def test_a_lost_database_is_told_as_our_side_without_its_address(serve, sqlite_story):
    with serve(sqlite_story) as client:
        sqlite_story.store.close()
        path = Path(sqlite_story.store.url.removeprefix("sqlite:///"))
        with path.open("r+b") as file:
            file.truncate(0)
        answer = client.get("/v1/agreements")
    document = problem(answer, 503)
    assert answer.headers["retry-after"].isdigit()
    assert str(path) not in json.dumps(document)


def test_an_unexpected_error_is_logged_and_not_told(client, monkeypatch, caplog):
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("the secret is 4711")

    monkeypatch.setattr("settlement.queries.Reader.index_state", fail)
    document = problem(client.get("/v1/agreements"), 500)
    assert "4711" not in json.dumps(document)
    assert "ZeroDivisionError" not in json.dumps(document)
    assert document["request_id"] in caplog.text
    assert "4711" in caplog.text


def test_a_request_keeps_the_id_it_came_with_if_that_can_be_logged(client):
    assert client.get("/healthz", headers={"x-request-id": "order-7.a"}).headers["x-request-id"] == "order-7.a"
    for hostile in ("", "a b", "x" * 65, "<b>"):
        given = client.get("/healthz", headers={"x-request-id": hostile}).headers["x-request-id"]
        assert len(given) == 32
        assert given != hostile


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/v1/agreements", "/nowhere", "/static/surety.css"])
def test_every_answer_forbids_what_it_does_not_need(client, path: str):
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/agreements", "/docs"])
def test_head_answers_as_get_without_the_body(client, path: str):
    got, headed = client.get(path), client.request("HEAD", path)
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-type"] == got.headers["content-type"]
