"""A node that is down, slow, broken or hostile: one typed error, no credentials in it, and no wait without end."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chain.devnet import Anvil
from chain.node import BlockUnknown, Node, NodeRefused, NodeUnavailable, public_url
from governance.errors import BadInput, RetryableError

HASH = "0x" + "11" * 32
STAMP = {"number": "0x1", "hash": HASH, "parentHash": HASH, "timestamp": "0x5"}


class Script:
    """An HTTP server that answers as told: with a status and a body made of the request."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: Callable[[Any], Any] = lambda _: {}
        self.asked: list[Any] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                script.asked.append(request)
                answer = script.answer(request)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(script.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def results(self, result: Any) -> None:
        self.answer = lambda request: {"jsonrpc": "2.0", "id": request["id"], "result": result}

    def refuses(self, **error: Any) -> None:
        self.answer = lambda request: {"jsonrpc": "2.0", "id": request["id"], "error": error}


@pytest.fixture
def script() -> Iterator[Script]:
    found = Script()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_node_that_is_down_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NodeUnavailable, match=f"node at http://127.0.0.1:{port} does not answer: ConnectionError; is it running"):
        Node(f"http://127.0.0.1:{port}").chain_id()


def test_a_name_that_does_not_resolve_is_unavailable():
    with pytest.raises(NodeUnavailable, match="does not answer"):
        Node("http://nowhere.invalid").chain_id()


def test_silence_ends():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        node = Node(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)
        with pytest.raises(NodeUnavailable, match="ReadTimeout"):
            node.chain_id()


def test_nothing_is_retried_in_secret(script: Script):
    script.status = 503
    with pytest.raises(NodeUnavailable, match="HTTP 503"):
        Node(script.url).chain_id()
    assert len(script.asked) == 1


def test_unavailable_is_worth_trying_again():
    assert issubclass(NodeUnavailable, RetryableError)
    assert not issubclass(NodeRefused, RetryableError)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_door_that_is_shut_is_a_refusal(script: Script, status: int):
    script.status = status
    with pytest.raises(NodeRefused, match=f"refuses: HTTP {status}"):
        Node(script.url).chain_id()


def test_asking_too_often_is_worth_trying_again(script: Script):
    script.status = 429
    with pytest.raises(NodeUnavailable, match="HTTP 429"):
        Node(script.url).chain_id()
    script.status = 200
    script.refuses(code=-32005, message="limit exceeded")
    with pytest.raises(NodeUnavailable, match="busy: limit exceeded"):
        Node(script.url).chain_id()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"jsonrpc": "2.0", "id": 1, "res', b"5", b"null", b"[]", b"{}", b'{"error": 5}', b"\xff\xfe"]
)
def test_an_answer_that_is_no_json_rpc_is_unavailable(script: Script, body: bytes):
    script.answer = lambda _: body
    with pytest.raises(NodeUnavailable):
        Node(script.url).chain_id()


def test_an_error_comes_with_its_code_and_data(script: Script):
    script.refuses(code=3, message="execution reverted", data="0x1234")
    with pytest.raises(NodeRefused, match="eth_call: execution reverted") as caught:
        Node(script.url).call("0x" + "11" * 20, b"")
    assert (caught.value.code, caught.value.data) == (3, "0x1234")


@pytest.mark.parametrize("result", [None, 5, "5", "0x", "0xzz", [], {}, {**STAMP, "number": None}, {**STAMP, "hash": "0x11"}])
def test_hostile_results_are_unavailable_or_unknown(script: Script, result: Any):
    script.results(result)
    node = Node(script.url)
    asks: list[Callable[[], Any]] = [
        node.chain_id,
        lambda: node.block("latest"),
        lambda: node.nonce("0x"),
        lambda: node.balance("0x"),
    ]
    asks += [lambda: node.logs(0, 1, ["0x"]), lambda: node.receipt(b"")]
    for ask in asks:
        try:
            found = ask()
        except (NodeUnavailable, BlockUnknown):
            continue
        assert found in (None, [])


def test_batches_are_paired_by_id_and_counted(script: Script):
    def answer(request: Any) -> Any:
        return [{"jsonrpc": "2.0", "id": call["id"], "result": call["params"][0]} for call in reversed(request)]

    script.answer = answer
    calls = [("echo", (number,)) for number in range(450)]
    assert Node(script.url).request_many(calls) == list(range(450))
    assert [len(request) for request in script.asked] == [200, 200, 50]
    script.answer = lambda request: answer(request)[1:]
    with pytest.raises(NodeUnavailable):
        Node(script.url).request_many(calls)
    script.answer = lambda _: {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}}
    with pytest.raises(NodeRefused, match="no batches"):
        Node(script.url).request_many(calls)


def test_a_range_that_the_node_finds_too_large_is_halved(script: Script):
    served: list[tuple[int, int]] = []

    def answer(request: Any) -> Any:
        place = request["params"][0]
        first, last = int(place["fromBlock"], 16), int(place["toBlock"], 16)
        if last - first >= 10:
            return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32005, "message": "too many results"}}
        served.append((first, last))
        return {"jsonrpc": "2.0", "id": request["id"], "result": []}

    script.answer = answer
    assert Node(script.url, log_range=50).logs(3, 120, ["0x" + "11" * 20]) == []
    assert [block for first, last in served for block in range(first, last + 1)] == list(range(3, 121))


def test_a_node_that_refuses_every_range_is_not_asked_for_ever(script: Script):
    script.refuses(code=-32000, message="no")
    with pytest.raises(NodeRefused, match="eth_getLogs: no"):
        Node(script.url).logs(0, 10_000, ["0x" + "11" * 20])
    assert len(script.asked) < 20


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("http://user:secret@node.example:8545/v3/secret?key=secret", "http://node.example:8545"),
        ("https://node.example/secret", "https://node.example"),
        ("http://[::1]:8545", "http://[::1]:8545"),
    ],
)
def test_an_address_is_shown_without_credentials(url: str, public: str):
    assert public_url(url) == public


@pytest.mark.parametrize(
    "url", ["", "node", "ws://node", "file:///etc/passwd", "http://", "http://node:port", "http://node:99999"]
)
def test_an_address_that_is_not_http_is_bad_input(url: str):
    with pytest.raises(BadInput, match="not HTTP"):
        Node(url)


def test_credentials_are_not_in_errors_their_causes_or_our_logs(caplog: pytest.LogCaptureFixture):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    secret = "hunter" + str(2)  # in pieces: a traceback quotes the lines of this test
    node = Node(f"http://user:{secret}@127.0.0.1:{port}/v3/{secret}")
    with caplog.at_level(logging.INFO), pytest.raises(NodeUnavailable) as caught:
        node.chain_id()
    shown = "".join(traceback.format_exception(caught.value)) + repr(node) + caplog.text
    assert shown.count("hunter2") == 0
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_loopback_is_reached_past_a_proxy(fresh_anvil: Anvil, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert Node(fresh_anvil.rpc_url).chain_id() == 31_337


def test_blocks_are_found_by_number_tag_and_hash(fresh_anvil: Anvil):
    fresh_anvil.mine(5)
    node = fresh_anvil.node
    third = node.block(3)
    assert node.block(third.hash) == third
    assert node.blocks([2, 3, 4])[1] == third
    assert node.block(4).parent_hash == third.hash
    for missing in (99, b"\1" * 32):
        with pytest.raises(BlockUnknown):
            node.block(missing)
    with pytest.raises(BlockUnknown, match="no block 99"):
        node.blocks([1, 99])


def test_logs_of_a_block_that_was_taken_back_are_unknown(fresh_anvil: Anvil, book: Any):
    node = fresh_anvil.node
    last = node.block("latest")
    assert node.logs_of_block(last.hash, book.contracts)
    fresh_anvil.node.request("anvil_reorg", 1, [])
    with pytest.raises(BlockUnknown):
        node.logs_of_block(last.hash, book.contracts)
