"""The demo's inference providers: real HTTP servers on loopback whose misbehaviour is injected, and known beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import uvicorn

_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]

ANSWER = json.dumps({"object": "text_completion", "choices": [{"index": 0, "text": "pong", "finish_reason": "stop"}]}).encode()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one provider behaves.

    ``delay_ms`` is added to every answer; in each period the provider answers 503 from ``outage_from_ms`` on, for ``outage_ms``;
    ``refuses`` leaves its port closed.
    """

    name: str
    promise: str
    profile: dict[str, object]
    delay_ms: int = 0
    outage_from_ms: int = 0
    outage_ms: int = 0
    refuses: bool = False

    def is_out(self, since_start_ms: int, period_ms: int) -> bool:
        """Whether a request that arrives so long after the first period's start falls into an outage."""
        into = since_start_ms % period_ms - self.outage_from_ms
        return since_start_ms >= 0 and 0 <= into < self.outage_ms


def scenario(period_ms: int) -> tuple[Behaviour, ...]:
    """The five providers. The flaky one's outage spans one and a half probes, so that one or two fail in every period."""
    outage, long_outage = period_ms * 2 // 5, period_ms // 5
    return (
        Behaviour("steady", "keeps every promise", _profile("Steady", "eu", "eu_west", "de", "2.89")),
        Behaviour("sluggish", "answers after the P95 ceiling", _profile("Sluggish", "us", "us_east", "us", "1.49"), delay_ms=600),
        Behaviour(
            "flaky",
            "fails one or two probes a period",
            _profile("Flaky", "eu", "eu_west", "de", "2.10"),
            0,
            outage,
            outage_ms=300,
        ),
        Behaviour(
            "failing", "is out a fifth of the time", _profile("Failing", "eu", "eu_north", "fi", "1.80"), 0, outage, long_outage
        ),
        Behaviour("dark", "refuses every connection", _profile("Dark", "us", "us_west", "us", "1.30"), refuses=True),
    )


def _profile(name: str, jurisdiction: str, region: str, country: str, on_demand: str) -> dict[str, object]:
    return {
        "name": name,
        "jurisdiction": jurisdiction,
        "regions": [{"name": region, "country": country}],
        "credentials": ["soc2", "gdpr", "hipaa"] if jurisdiction == "eu" else ["soc2", "hipaa"],
        "prices_usd_hour": {"on_demand": on_demand},
    }


def reserve_port(port: int = 0) -> socket.socket:
    """A loopback TCP port of ours, a free one for 0. Bound and not listening, it refuses every connection until it is served."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind(("127.0.0.1", port))
    except OSError:
        reserved.close()
        raise
    return reserved


def serve(behaviours: tuple[Behaviour, ...], sockets: dict[str, socket.socket], start_s: int, period_s: int) -> None:
    """Serves all providers of a scenario in this process until it is told to stop (SIGTERM, SIGINT)."""

    async def together() -> None:
        servers = [_server(b, start_s, period_s) for b in behaviours if not b.refuses]
        listening = [sockets[b.name] for b in behaviours if not b.refuses]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*(s.serve([sock]) for s, sock in zip(servers, listening, strict=True)))

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(together())


def _server(behaviour: Behaviour, start_s: int, period_s: int) -> uvicorn.Server:
    async def application(_: _Message, receive: Callable[[], Awaitable[_Message]], send: _Send) -> None:
        since_start_ms = int(time.time() * 1000) - start_s * 1000
        while (await receive()).get("more_body"):
            pass
        if behaviour.delay_ms:
            await asyncio.sleep(behaviour.delay_ms / 1000)
        out = behaviour.is_out(since_start_ms, period_s * 1000)
        body = b'{"error":"overloaded"}' if out else ANSWER
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 503 if out else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    return uvicorn.Server(config)
