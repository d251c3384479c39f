"""What endpoints work with: opened when the application starts, closed when it stops, never on import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.config import ApiConfig
from api.law_desk import IndexTexts, LawDesk
from api.market import Market
from api.tokens import Tokens
from chain.node import Node
from governance.clock import Clock
from settlement.queries import Reader
from settlement.views import IndexState


@dataclass(frozen=True, slots=True)
class Service:
    """The doors to the index, the node and the laws. Nothing here remembers a request; replicas answer alike."""

    config: ApiConfig
    clock: Clock
    reader: Reader
    node: Node | None
    tokens: Tokens
    desk: LawDesk
    market: Market

    def now_s(self, state: IndexState | None) -> int:
        """The time at which agreements are judged: this machine's, or the chain's where that is ahead (a devnet's may be)."""
        here = self.clock.now_ms() // 1_000
        return here if state is None else max(here, state.timestamp_s)


@contextmanager
def opened(config: ApiConfig, clock: Clock) -> Iterator[Service]:
    """A service, closed again at the end. Raises BadInput for addresses that can never work; it connects to nothing yet."""
    node = Node(config.rpc_url, timeout_s=config.node_timeout_s) if config.rpc_url else None
    reader = Reader(config.database_url)
    desk = LawDesk(IndexTexts(reader))
    try:
        yield Service(config, clock, reader, node, Tokens(node, clock), desk, Market(reader, desk))
    finally:
        desk.close()
        reader.close()


def _of(request: Request) -> Service:
    found: Service = request.state.service
    return found


Open = Annotated[Service, Depends(_of)]
