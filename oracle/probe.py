"""One probe of one endpoint: a real request, timed from its actual start to the last byte of the answer.

- ok: an expected status and content, whole and in time. error: anything else that the provider is answerable for, 429 and 4xx
  included: the schedule keeps to the rate that the terms promise, and the credential is the one that they name.
- excluded: the prober's own fault. It started too late, it lacks the credential, its event loop was held up meanwhile, or the
  request failed while neither reference target of the terms could be reached.

Every probe opens its own connection, so that neither a stale one nor a warm one colours the result; no proxy, no redirect, no
cookie.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from governance.clock import Clock
from governance.errors import BadInput
from governance.terms import Probe, Terms
from oracle.pulse import Pulse
from oracle.samples import Result, Sample
from oracle.store import TargetName

LARGEST_BODY = 1 << 20
LATEST_START_MS = 5_000
MOST_HELD_UP_MS = 100
CONTROL_TIMEOUT_S = 5.0
LONGEST_TIMEOUT_S = 600.0  # the longest that terms may set; the probe's own limit comes first
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret, and the one origin (scheme://host[:port]) that it may be sent to.

    Terms are written by providers, and name secrets: without the origin, one provider could ask for another one's.
    """

    origin: str
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        if not parts.hostname or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
            raise BadInput(f"{self.origin!r} is no origin", value=self.origin, remedy="as in https://api.example.com")
        if not self.value or not self.value.isascii() or not self.value.isprintable():
            raise BadInput(f"the credential for {self.origin} fits no header", remedy="use printable ASCII, on one line")


@dataclass(frozen=True, slots=True)
class Target:
    """A probe and its reference targets. Agreements whose terms ask the same of the same endpoint share one target."""

    probe: Probe
    controls: tuple[str, ...]
    name: TargetName


def targets_of(terms: Terms) -> tuple[Target, ...]:
    """The targets of some terms, in their order."""
    return tuple(_target(probe, terms.controls) for probe in terms.probes)


class Prober:
    """Asks endpoints. To be used from one event loop; ``close`` it there."""

    def __init__(
        self,
        clock: Clock,
        credentials: Mapping[str, Credential] | None = None,
        most_held_up_ms: int = MOST_HELD_UP_MS,
    ) -> None:
        self._clock = clock
        self._most_held_up_ms = most_held_up_ms
        self._pulse = Pulse()
        self._credentials = dict(credentials or {})
        self._client = httpx.AsyncClient(
            timeout=LONGEST_TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"user-agent": "surety-oracle", "accept-encoding": "identity"},
        )
        self._controls: dict[tuple[str, ...], asyncio.Task[bool]] = {}

    async def close(self) -> None:
        """Ends all that is under way."""
        self._pulse.stop()
        for task in list(self._controls.values()):
            task.cancel()
        await self._client.aclose()

    async def probe(self, target: Target, scheduled_ms: int) -> Sample:
        """One sample. Never raises for what an endpoint does."""
        self._pulse.start()
        started_ms = self._clock.now_ms()

        def sample(result: Result, detail: str = "", latency_ms: int = 0) -> Sample:
            return Sample(scheduled_ms, started_ms, latency_ms, result, detail)

        late_ms = started_ms - scheduled_ms
        if late_ms > min(LATEST_START_MS, max(target.probe.interval_ms // 2, 1)):
            return sample(Result.EXCLUDED, f"prober: started {late_ms} ms late")
        try:
            headers = self._headers(target.probe)
        except _NoCredential as missing:
            return sample(Result.EXCLUDED, f"prober: {missing}")
        return sample(*await self._judged(target, headers))

    async def _judged(self, target: Target, headers: dict[str, str]) -> tuple[Result, str, int]:
        begun_ns = time.perf_counter_ns()
        fault, answered = await self._ask(target.probe, headers)
        latency_ms = -((begun_ns - time.perf_counter_ns()) // 1_000_000)
        held_up_ms = self._pulse.held_up_ms(begun_ns)
        if held_up_ms > self._most_held_up_ms:
            # Whatever came of it: to drop the good ones alone, or the bad ones, would colour the rest.
            return Result.EXCLUDED, f"prober: held up for {held_up_ms} ms", latency_ms
        if not fault:
            return Result.OK, "", latency_ms
        if not answered and target.controls and not await self._reachable(target.controls):
            return Result.EXCLUDED, f"prober: no reference target, and {fault}", latency_ms
        return Result.ERROR, fault, latency_ms

    def _headers(self, probe: Probe) -> dict[str, str]:
        headers = dict(probe.headers)
        for header, name in probe.secret_headers:
            credential = self._credentials.get(name)
            if credential is None:
                raise _NoCredential(f"no credential {name}")
            if origin_of(credential.origin) != origin_of(probe.url):
                raise _NoCredential(f"credential {name} is not for this endpoint")
            headers[header] = credential.value
        return headers

    async def _ask(self, probe: Probe, headers: dict[str, str]) -> tuple[str, bool]:
        """What is wrong with the answer (empty: nothing), and whether there was a whole one."""
        try:
            async with asyncio.timeout(probe.timeout_ms / 1_000):
                return await self._answer(probe, headers), True
        except TimeoutError:
            return f"no whole answer in {probe.timeout_ms} ms", False
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            # The message may quote a header; the type alone says what broke.
            return f"{type(error).__name__}{_cause(error)}"[:_LONGEST_DETAIL], False

    async def _answer(self, probe: Probe, headers: dict[str, str]) -> str:
        body = None if probe.body is None else probe.body.encode()
        async with self._client.stream(probe.method, probe.url, headers=headers, content=body) as response:
            content = bytearray()
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > LARGEST_BODY:
                    return f"an answer of more than {LARGEST_BODY} bytes"
        if response.status_code not in probe.expect_status:
            return f"status {response.status_code}"
        if probe.expect_contains is not None and probe.expect_contains.encode() not in content:
            return "wrong content"
        return ""

    async def _reachable(self, controls: tuple[str, ...]) -> bool:
        """Whether any reference target answers; probes that fail at the same time share one look."""
        task = self._controls.get(controls)
        if task is None:
            task = self._controls[controls] = asyncio.create_task(self._any_answers(controls))
            task.add_done_callback(lambda _: self._controls.pop(controls, None))
        return await asyncio.shield(task)

    async def _any_answers(self, controls: tuple[str, ...]) -> bool:
        answers = await asyncio.gather(*(self._answers(url) for url in controls))
        return any(answers)

    async def _answers(self, url: str) -> bool:
        """Any answer will do: it proves the way there and back."""
        try:
            async with asyncio.timeout(CONTROL_TIMEOUT_S), self._client.stream("GET", url):
                return True
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return False


class _NoCredential(Exception):
    """The prober lacks what the terms promise to the endpoint."""


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)


def _cause(error: BaseException) -> str:
    """The operating system's words, if it had any: they hold no secret."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return f": {seen.strerror}"
        seen = seen.__cause__ or seen.__context__
    return ""


def _target(probe: Probe, controls: tuple[str, ...]) -> Target:
    asked = {**asdict(probe), "controls": controls}
    del asked["name"]  # what it is called changes nothing of what is asked
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    return Target(probe, controls, TargetName(digest, probe.name, probe.url))
