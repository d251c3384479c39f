"""What tokens call themselves, asked of the node once: a token's symbol and decimals do not change."""

from __future__ import annotations

import threading

from api import shapes
from chain.contracts import TokenClient
from chain.node import Node
from governance.clock import Clock
from governance.errors import SuretyError

RETRY_MS = 15_000


class Tokens:
    """The descriptions of tokens by address. Where the node does not answer they are null, and asked again after a while."""

    def __init__(self, node: Node | None, clock: Clock) -> None:
        self._node = node
        self._clock = clock
        self._known: dict[str, shapes.Token] = {}
        self._failed_ms: dict[str, int] = {}
        self._lock = threading.Lock()

    def of(self, address: str) -> shapes.Token:
        """One token."""
        with self._lock:
            known = self._known.get(address)
            due = self._clock.now_ms() - self._failed_ms.get(address, -RETRY_MS) >= RETRY_MS
        if known is not None:
            return known
        found = self._ask(self._node, address) if due and self._node is not None else None
        return found or shapes.Token(address=address, symbol=None, decimals=None)

    def _ask(self, node: Node, address: str) -> shapes.Token | None:
        try:
            client = TokenClient(node, address)
            found = shapes.Token(address=address, symbol=client.symbol(), decimals=client.decimals())
        except SuretyError:
            with self._lock:
                self._failed_ms[address] = self._clock.now_ms()
            return None
        with self._lock:
            self._known[address] = found
        return found
