"""The relay's client against real servers: what it sends, and what it makes of answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chain.values import Header
from governance.errors import BadInput, FatalError, RetryableError
from governance.values import Observation
from oracle import relay_client
from oracle.relay_client import RelayClient, RelayRefused, RelayUnavailable
from oracle.rows import SignedObservations
from oracle.wire import MemberSignature, Proposal, Submission, proposal_json, submission_json

PROPOSAL = Proposal("ab12", Header(b"c" * 32, 1, bytes(32), 7, "0x" + "77" * 20), (5,), ())


class Relay:
    """A server that answers as a test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 202
        self.body = b""
        self.asked: list[tuple[str, str, Any]] = []
        self.url = ""


@pytest.fixture
def server() -> Iterator[Relay]:
    told = Relay()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.asked.append((self.command, self.path, json.loads(content) if content else None))
            status, body = told.status, told.body  # the test goes on as soon as it has the headers
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{running.server_address[1]}"
    yield told
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def client(server: Relay) -> Iterator[RelayClient]:
    with closing(RelayClient(server.url + "/")) as opened:
        yield opened


def test_each_call_goes_where_the_protocol_says(server: Relay, client: RelayClient, seen: Callable[..., Observation]) -> None:
    submission = Submission(b"c" * 32, SignedObservations(1, 5, bytes(32), bytes(64), (seen(),)))
    client.push(submission)
    client.sign("ab12", MemberSignature(3, b"s" * 64))
    server.status, server.body = 200, json.dumps({"proposals": [proposal_json(PROPOSAL)]}).encode()
    assert client.proposals(b"c" * 32, 3) == (PROPOSAL,)
    server.body = json.dumps(proposal_json(PROPOSAL)).encode()
    assert client.observation_set(b"r" * 32) == PROPOSAL
    assert server.asked == [
        ("POST", "/v1/observations", submission_json(submission)),
        ("POST", "/v1/proposals/ab12/signatures", {"member": 3, "signature": "0x" + "73" * 64}),
        ("GET", f"/v1/proposals?member=3&configuration=0x{'63' * 32}", None),
        ("GET", f"/v1/observation-sets/0x{'72' * 32}", None),
    ]


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_refusal_carries_the_relays_reason(server: Relay, client: RelayClient, status: int) -> None:
    server.status, server.body = status, b'{"title": "Bad", "detail": "the root does not fit"}'
    with pytest.raises(RelayRefused, match="the root does not fit"):
        client.sign("ab12", MemberSignature(3, bytes(64)))


def test_a_refusal_without_a_problem_document_is_cut_short(server: Relay, client: RelayClient) -> None:
    server.status, server.body = 400, b"x" * 100_000
    with pytest.raises(RelayRefused) as refused:
        client.sign("ab12", MemberSignature(3, bytes(64)))
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("status", [429, 500, 502, 503, 302])
def test_trouble_at_the_relay_may_be_tried_again(server: Relay, client: RelayClient, status: int) -> None:
    server.status = status
    with pytest.raises(RelayUnavailable):
        client.sign("ab12", MemberSignature(3, bytes(64)))


def test_a_relay_that_is_down_may_be_tried_again() -> None:
    with closing(RelayClient("http://127.0.0.1:1")) as client, pytest.raises(RelayUnavailable, match="does not answer"):
        client.proposals(bytes(32), 0)


@pytest.mark.parametrize("body", [b"", b"no json", b"{}", b'{"proposals": [{}]}', b'{"proposals": 1}'])
def test_an_answer_that_is_none_is_refused(server: Relay, client: RelayClient, body: bytes) -> None:
    server.status, server.body = 200, body
    with pytest.raises(BadInput):
        client.proposals(bytes(32), 0)


def test_an_answer_beyond_all_bounds_is_cut_off(server: Relay, client: RelayClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_client, "LARGEST_ANSWER", 1_000)
    server.status, server.body = 200, b" " * 2_000
    with pytest.raises(RelayUnavailable, match="more than 1000 bytes"):
        client.proposals(bytes(32), 0)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput):
        RelayClient("127.0.0.1:8600")


def test_errors_say_whether_trying_again_helps() -> None:
    assert issubclass(RelayUnavailable, RetryableError)
    assert issubclass(RelayRefused, FatalError)
