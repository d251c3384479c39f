"""The application factory. Importing this opens nothing; the lifespan of the application opens and closes what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TypedDict

from fastapi import FastAPI

from api import agreements, health, openapi, problems, records, route, site
from api.config import ApiConfig
from api.door import Door
from api.metrics import Metrics
from api.service import Service, opened
from governance.clock import Clock, SystemClock

DESCRIPTION = """Read what service-level agreements came to, and route requests by the law that pays.

Amounts are decimal strings in the token's smallest unit; ids are 0x-hex; instants are Unix seconds with ISO 8601 beside them.
Lists run newest first and page by key: pass next as after. Every error is a problem document (RFC 9457)."""
# FastAPI would otherwise be told by the environment to send spans somewhere.
NO_TELEMETRY = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}


class _State(TypedDict):
    service: Service


def create_app(config: ApiConfig, clock: Clock | None = None) -> FastAPI:
    """An application for one deployment. It reads only; nothing is connected before the application starts."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[_State]:
        with opened(config, clock or SystemClock()) as service:
            yield {"service": service}

    app = FastAPI(
        title="Surety",
        version=_version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,  # type: ignore[arg-type]
    )
    app.state.metrics = Metrics()
    app.add_middleware(Door, max_body_bytes=config.max_body_bytes, seen=app.state.metrics.seen)
    for router in (agreements.router, records.router, route.router, health.router, site.router):
        app.include_router(router)
    problems.install(app)
    openapi.install(app)
    return app


def _version() -> str:
    try:
        return version("surety")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"
