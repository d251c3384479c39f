"""Serves the application by uvicorn, on loopback unless somebody decided otherwise."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from api.app import create_app
from api.config import ApiConfig
from api.service import opened
from governance.clock import Clock, SystemClock
from governance.errors import FatalError

BACKLOG = 256
KEEP_ALIVE_S = 5
GRACE_S = 5


class PortTaken(FatalError):
    """Somebody else listens there, or this user may not."""


def run_api(config: ApiConfig, *, started: Callable[[str], None] | None = None, clock: Clock | None = None) -> None:
    """Serves until the process is told to stop (SIGINT or SIGTERM), then lets running requests end.

    ``started`` is called with the address, e.g. ``http://127.0.0.1:8000``, once connections are accepted; with ``port`` 0 that
    is how the port becomes known. Raises PortTaken where the address cannot be had, and BadInput for a database or node that can
    never be one: both before anything is served.
    """
    with opened(config, clock or SystemClock()):
        pass  # a process that cannot open its doors must not listen
    with listen(config.host, config.port) as listening, suppress(KeyboardInterrupt):
        if started is not None:
            started(address_of(listening))
        server(config, clock).run(sockets=[listening])


def server(config: ApiConfig, clock: Clock | None = None) -> uvicorn.Server:
    """A server that is not running yet. It says nothing of versions, believes no forwarding headers and logs no requests."""
    options = uvicorn.Config(
        create_app(config, clock),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ws="none",
        lifespan="on",
    )
    return uvicorn.Server(options)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: connections that come from now on wait until the server takes them. Raises PortTaken."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise PortTaken(
            f"cannot listen on {host} port {port}: {error.strerror}", value=port, remedy="choose another port; 0 takes a free one"
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
