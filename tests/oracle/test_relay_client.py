"""The relay's client against real servers: what it sends, and what it makes of answers."""

from __future__ import annotations

import gzip
import json
import socket
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


class Raw:
    """Says these bytes to everybody, then these others one by one, until the test is over."""

    def __init__(self, head: bytes, drip: bytes = b"") -> None:
        self._head, self._drip = head, drip
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        socket.create_connection(self._listening.getsockname()).close()
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            heard, _ = self._listening.accept()
            with heard:
                self._answer(heard)

    def _answer(self, heard: socket.socket) -> None:
        try:
            heard.recv(1 << 16)
            heard.sendall(self._head)
            while self._drip and not self._over.wait(0.02):
                heard.sendall(self._drip)
        except OSError:
            pass  # the client has had enough


@pytest.mark.parametrize("place", ["data:,x", "http://[", "http://127.0.0.1:99999/"])
def test_a_redirect_to_nowhere_is_trouble_at_the_relay(place: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
    with closing(Raw(answer.encode())) as raw, closing(RelayClient(raw.url)) as client, pytest.raises(RelayUnavailable):
        client.proposals(bytes(32), 0)


def test_a_cookie_is_neither_kept_nor_choked_on() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=\xff\r\nConnection: close\r\nContent-Length: 16\r\n\r\n" + b'{"proposals":[]}'
    with closing(Raw(answer)) as raw, closing(RelayClient(raw.url)) as client:
        assert [client.proposals(bytes(32), 0) for _ in range(2)] == [(), ()]


def test_what_a_relay_packed_unasked_is_not_unpacked() -> None:
    packed = gzip.compress(b'{"proposals":[]}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with closing(Raw(head + packed)) as raw, closing(RelayClient(raw.url)) as client, pytest.raises(BadInput, match="no JSON"):
        client.proposals(bytes(32), 0)


@pytest.mark.parametrize(
    ("head", "drip"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["content", "header", "continue"],
)
@pytest.mark.timeout(20)
def test_a_relay_that_drips_is_left_at_the_end_of_the_exchange(head: bytes, drip: bytes) -> None:
    with (
        closing(Raw(head, drip)) as raw,
        closing(RelayClient(raw.url, exchange_s=0.3)) as client,
        pytest.raises(RelayUnavailable, match=r"more than 0\.3 s"),
    ):
        client.proposals(bytes(32), 0)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput):
        RelayClient("127.0.0.1:8600")


def test_errors_say_whether_trying_again_helps() -> None:
    assert issubclass(RelayUnavailable, RetryableError)
    assert issubclass(RelayRefused, FatalError)
