"""What stands between a client and its node: a proxy that loses answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from chain.addressbook import AddressBook
from chain.deployment import DeployParameters, deploy
from chain.devnet import Anvil
from chain.sender import Sender
from chain.values import Parameters


class Proxy:
    """A TCP proxy before a node. ``swallow`` says, of each request's bytes, whether its answer is lost on the way back."""

    def __init__(self, port: int) -> None:
        self.swallow: Callable[[bytes], bool] = lambda _: False
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as node:
            while request := _message(client):
                node.sendall(request)
                answer = _message(node)
                if self.swallow(request):
                    return  # the node has done it, and nobody hears of it
                client.sendall(answer)


def _message(connection: socket.socket) -> bytes:
    """One whole HTTP message, head and body; nothing where the connection was closed before one."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (piece := connection.recv(1 << 16))
        if not piece:
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(1 << 16)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def proxy(fresh_anvil: Anvil) -> Iterator[Proxy]:
    """A proxy before this test's Anvil."""
    found = Proxy(fresh_anvil.port)
    yield found
    found.close()


class Hasty:
    """Time for a sender that need not be waited for: it passes only in sleep, and at once."""

    def __init__(self) -> None:
        self._now = 0.0

    def now_s(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture
def hasty() -> Hasty:
    """Time for a sender on a node that mines at once."""
    return Hasty()


@pytest.fixture
def sender(fresh_anvil: Anvil) -> Sender:
    """The first funded account of this test's Anvil."""
    return Sender(fresh_anvil.node, fresh_anvil.signer(0))


@pytest.fixture
def book(fresh_anvil: Anvil, sender: Sender) -> AddressBook:
    """The contracts on this test's Anvil; accounts 1 to 4 are the committee."""
    members = tuple(fresh_anvil.signer(account).address for account in range(1, 5))
    return deploy(fresh_anvil.node, sender, DeployParameters(members=members, parameters=Parameters(60, 60, 2_000, 1_000)))
