"""What the API process is told at its start. Nothing here reads the environment or opens anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from chain.addressbook import AddressBook
from governance import laws
from governance.errors import BadInput
from governance.facts import check_trusted

_LAW_ID = re.compile(r"0x[0-9a-f]{64}")
RUNNING = "running"
LOOPBACK_NAMES = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """Where the API reads and listens.

    ``database_url`` is settlement's database (SQLAlchemy form), which the API only reads. ``rpc_url`` is the node that
    ``/readyz`` and ``/metrics`` compare the index with; None leaves the node out of both. ``routing_law`` is the id of the law
    that routes (0x and 64 hex digits, its text taken from the index), the name of a law that ships with Surety, or ``running``:
    the law that runs in the seat of routing on chain, whichever it is at the time. ``trusted``
    are facts of every request, by their names in ``governance.facts.RequestFacts``: they stand in the place of the caller's.

    ``host`` must be a loopback address unless ``allow_remote`` is set: the API has no accounts, so whoever reaches it reads
    it. ``port`` 0 takes a free one. ``max_lag_blocks`` is how far the index may stay behind the head before ``/readyz`` says
    no; it has to allow for the blocks that the node does not call final yet. ``refresh_s`` is how often the status page loads
    itself again; 0 never.

    Raises BadInput for a value that cannot be served.
    """

    database_url: str
    book: AddressBook
    rpc_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    allow_remote: bool = False
    routing_law: str = "eu_health"
    trusted: Mapping[str, object] = field(default_factory=dict)
    max_lag_blocks: int = 128
    node_timeout_s: float = 2.0
    max_body_bytes: int = 65_536
    refresh_s: int = 10

    def __post_init__(self) -> None:
        if not self.allow_remote and not is_loopback(self.host):
            raise BadInput(
                f"the API would listen on {self.host}, where others than this machine reach it",
                value=self.host,
                remedy="listen on 127.0.0.1, or allow remote access explicitly",
            )
        if not _LAW_ID.fullmatch(self.routing_law) and self.routing_law not in (RUNNING, *laws.names()):
            raise BadInput(
                f"{self.routing_law!r} is no law to route by",
                value=self.routing_law,
                remedy=f"give a law's id (0x and 64 small hex digits), {RUNNING}, or one of {', '.join(laws.names())}",
            )
        check_trusted(self.trusted)
        if not 0 <= self.port <= 65_535:
            raise BadInput(f"{self.port} is no port", value=self.port, remedy="0 to 65535; 0 takes a free one")
        for name in ("max_lag_blocks", "max_body_bytes", "refresh_s"):
            if getattr(self, name) < 0:
                raise BadInput(f"{name} is negative", value=getattr(self, name), remedy="zero or more")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on this host. A name other than localhost may resolve anywhere."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
