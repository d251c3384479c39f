"""Probes against real HTTP servers on loopback: what is ok, what is an error, and what is the prober's own fault."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from governance.clock import Clock, ManualClock, SystemClock
from governance.errors import BadInput
from governance.terms import Probe
from oracle.probe import LARGEST_BODY, Credential, Prober, Target, _target
from oracle.pulse import Pulse
from oracle.samples import Result, Sample

SECRET = "sk-very-secret"
PATIENT_MS = 60_000  # a busy machine holds tests up; that is no matter of these


@dataclass
class Endpoint:
    """A server whose answer a test decides; keeps what it was asked."""

    url: str = ""
    answer: Callable[[Any], None] = lambda handler: respond(handler)  # noqa: PLW0108 - defined below
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


def respond(handler: Any, status: int = 200, body: bytes = b'{"choices": []}', **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    told = Endpoint()

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # with the usual 5, connections that come together wait a second
        daemon_threads = True

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.asked.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            with contextlib.suppress(OSError):  # the prober has hung up
                told.answer(self)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def refused_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def target(url: str, controls: tuple[str, ...] = (), **changes: Any) -> Target:
    probe = Probe(
        name="completion",
        url=url,
        method="GET",
        headers=(),
        secret_headers=(),
        body=None,
        expect_status=(200,),
        expect_contains=None,
        interval_ms=1_000,
        timeout_ms=2_000,
        max_rate_per_s=None,
    )
    return _target(replace(probe, **changes), controls)


def probed(
    asked: Target,
    *,
    clock: Clock | None = None,
    scheduled_ms: int | None = None,
    credentials: dict[str, Credential] | None = None,
) -> Sample:
    async def once() -> Sample:
        prober = Prober(clock or SystemClock(), credentials, PATIENT_MS)
        try:
            return await prober.probe(asked, scheduled_ms if scheduled_ms is not None else (clock or SystemClock()).now_ms())
        finally:
            await prober.close()

    return asyncio.run(once())


def test_an_expected_answer_is_ok_and_takes_its_time(endpoint: Endpoint) -> None:
    def slowly(handler: Any) -> None:
        time.sleep(0.05)
        respond(handler)

    endpoint.answer = slowly
    sample = probed(target(endpoint.url))
    assert (sample.result, sample.detail) == (Result.OK, "")
    assert 50 <= sample.latency_ms < 2_000


def test_latency_runs_to_the_last_byte(endpoint: Endpoint) -> None:
    def dripping(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "2")
        handler.end_headers()
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.08)
        handler.wfile.write(b"b")

    endpoint.answer = dripping
    assert probed(target(endpoint.url)).latency_ms >= 80


def test_latency_is_never_zero(endpoint: Endpoint) -> None:
    assert probed(target(endpoint.url)).latency_ms >= 1


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403, 404, 302, 204])
def test_another_status_is_an_error(endpoint: Endpoint, status: int) -> None:
    endpoint.answer = lambda handler: respond(handler, status, b"", location="/elsewhere")
    sample = probed(target(endpoint.url))
    assert (sample.result, sample.detail) == (Result.ERROR, f"status {status}")
    assert len(endpoint.asked) == 1


def test_an_error_status_that_is_expected_is_ok(endpoint: Endpoint) -> None:
    endpoint.answer = lambda handler: respond(handler, 401, b"")
    assert probed(target(endpoint.url, expect_status=(401,))).result is Result.OK


def test_wrong_content_is_an_error(endpoint: Endpoint) -> None:
    assert probed(target(endpoint.url, expect_contains='"choices"')).result is Result.OK
    sample = probed(target(endpoint.url, expect_contains='"answer"'))
    assert (sample.result, sample.detail) == (Result.ERROR, "wrong content")


def test_a_body_beyond_all_bounds_is_an_error(endpoint: Endpoint) -> None:
    endpoint.answer = lambda handler: respond(handler, body=b"x" * (LARGEST_BODY + 1))
    assert probed(target(endpoint.url)).detail == f"an answer of more than {LARGEST_BODY} bytes"
    endpoint.answer = lambda handler: respond(handler, body=b"x" * LARGEST_BODY)
    assert probed(target(endpoint.url)).result is Result.OK


def test_no_whole_answer_in_time_is_an_error_however_busily_it_drips(endpoint: Endpoint) -> None:
    def forever(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    endpoint.answer = forever
    sample = probed(target(endpoint.url, timeout_ms=150))
    assert (sample.result, sample.detail) == (Result.ERROR, "no whole answer in 150 ms")
    assert 150 <= sample.latency_ms < 700


def test_a_refused_connection_is_an_error(refused_url: str) -> None:
    sample = probed(target(refused_url))
    assert sample.result is Result.ERROR
    assert sample.detail.startswith("ConnectError")


def test_a_connection_that_breaks_off_is_an_error(endpoint: Endpoint) -> None:
    def broken(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "10")
        handler.end_headers()
        handler.wfile.write(b"x")
        handler.close_connection = True

    endpoint.answer = broken
    assert probed(target(endpoint.url)).result is Result.ERROR


def test_a_name_that_does_not_resolve_is_an_error() -> None:
    assert probed(target("http://name.invalid/")).result is Result.ERROR


def test_plain_http_where_tls_was_promised_is_an_error(endpoint: Endpoint) -> None:
    assert probed(target(endpoint.url.replace("http://", "https://"))).result is Result.ERROR


def test_the_request_is_the_one_that_the_terms_name(endpoint: Endpoint) -> None:
    asked = target(
        endpoint.url, method="POST", headers=(("content-type", "application/json"), ("x-trace", "7")), body='{"prompt": "\u00fc"}'
    )
    probed(asked)
    method, path, headers, body = endpoint.asked[0]
    assert (method, path, body) == ("POST", "/v1", '{"prompt": "\u00fc"}'.encode())
    assert (headers["content-type"], headers["x-trace"], headers["accept-encoding"]) == ("application/json", "7", "identity")


def test_no_cookie_is_kept_between_probes(endpoint: Endpoint) -> None:
    async def twice() -> None:
        prober = Prober(SystemClock(), most_held_up_ms=PATIENT_MS)
        for _ in range(2):
            await prober.probe(target(endpoint.url), SystemClock().now_ms())
        await prober.close()

    endpoint.answer = lambda handler: respond(handler, set_cookie="session=1; Path=/")
    asyncio.run(twice())
    assert ["cookie" in headers for _, _, headers, _ in endpoint.asked] == [False, False]


def test_no_proxy_of_the_environment_is_used(endpoint: Endpoint, refused_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", refused_url)
    monkeypatch.setenv("ALL_PROXY", refused_url)
    assert probed(target(endpoint.url)).result is Result.OK


def test_a_late_start_is_excluded_and_asks_nothing(endpoint: Endpoint) -> None:
    sample = probed(target(endpoint.url), clock=ManualClock(10_600), scheduled_ms=10_000)
    assert (sample.result, sample.detail) == (Result.EXCLUDED, "prober: started 600 ms late")
    assert (sample.scheduled_ms, sample.started_ms) == (10_000, 10_600)
    assert endpoint.asked == []


def test_a_start_within_tolerance_does_not_lengthen_latency(endpoint: Endpoint) -> None:
    sample = probed(target(endpoint.url), clock=ManualClock(10_500), scheduled_ms=10_000)
    assert (sample.result, sample.started_ms) == (Result.OK, 10_500)
    assert sample.latency_ms < 500


@pytest.mark.parametrize("status", [200, 500])
def test_what_was_measured_while_the_loop_was_held_up_is_excluded(endpoint: Endpoint, status: int) -> None:
    async def held_up() -> Sample:
        prober = Prober(SystemClock())
        probing = asyncio.create_task(prober.probe(target(endpoint.url), SystemClock().now_ms()))
        while not endpoint.asked:  # noqa: ASYNC110 - it is another thread that fills it
            await asyncio.sleep(0.001)
        time.sleep(0.3)  # noqa: ASYNC251 - holds up the loop
        try:
            return await probing
        finally:
            await prober.close()

    def in_time(handler: Any) -> None:
        time.sleep(0.05)
        respond(handler, status)

    endpoint.answer = in_time
    sample = asyncio.run(held_up())
    assert sample.result is Result.EXCLUDED
    assert sample.detail.startswith("prober: held up for")


def test_a_slow_answer_does_not_hold_up_the_loop(endpoint: Endpoint) -> None:
    async def watched() -> int:
        pulse, prober = Pulse(), Prober(SystemClock(), most_held_up_ms=PATIENT_MS)
        pulse.start()
        begun_ns = time.perf_counter_ns()
        await prober.probe(target(endpoint.url), SystemClock().now_ms())
        held_up_ms = pulse.held_up_ms(begun_ns)
        pulse.stop()
        await prober.close()
        return held_up_ms

    def slowly(handler: Any) -> None:
        time.sleep(1)
        respond(handler)

    endpoint.answer = slowly
    assert asyncio.run(watched()) < 500


def test_a_credential_is_sent_and_never_told(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.answer = lambda handler: respond(handler, 500)
    origin = endpoint.url.removesuffix("/v1")
    credentials = {"PROVIDER_KEY": Credential(origin, f"Bearer {SECRET}")}
    sample = probed(target(endpoint.url, secret_headers=(("authorization", "PROVIDER_KEY"),)), credentials=credentials)
    assert endpoint.asked[0][2]["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in f"{sample} {credentials} {caplog.text}"


@pytest.mark.parametrize("value", ["", f"{SECRET}\r\nx: y", f"{SECRET}\u00e9"])
def test_a_credential_that_fits_no_header_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(BadInput) as refused:
        Credential("https://api.example.com", value)
    assert SECRET not in f"{refused.value} {refused.value.value}"


def test_without_its_credential_nothing_is_asked(endpoint: Endpoint) -> None:
    sample = probed(target(endpoint.url, secret_headers=(("authorization", "PROVIDER_KEY"),)))
    assert (sample.result, sample.detail) == (Result.EXCLUDED, "prober: no credential PROVIDER_KEY")
    assert endpoint.asked == []


def test_a_credential_goes_to_its_own_origin_alone(endpoint: Endpoint) -> None:
    elsewhere = {"PROVIDER_KEY": Credential("https://api.example.com", SECRET)}
    sample = probed(target(endpoint.url, secret_headers=(("authorization", "PROVIDER_KEY"),)), credentials=elsewhere)
    assert (sample.result, endpoint.asked) == (Result.EXCLUDED, [])


@pytest.mark.parametrize("origin", ["api.example.com", "ftp://host", "https://host/path", ""])
def test_a_credential_without_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(BadInput):
        Credential(origin, SECRET)


def test_a_failure_is_the_probers_fault_when_no_reference_target_answers(refused_url: str) -> None:
    sample = probed(target(refused_url, controls=(refused_url, f"{refused_url}other")))
    assert sample.result is Result.EXCLUDED
    assert sample.detail.startswith("prober: no reference target")


def test_a_failure_is_the_providers_while_any_reference_target_answers(endpoint: Endpoint, refused_url: str) -> None:
    endpoint.answer = lambda handler: respond(handler, 503)
    assert probed(target(refused_url, controls=(refused_url, endpoint.url))).result is Result.ERROR


def test_a_whole_answer_needs_no_reference_target(endpoint: Endpoint, refused_url: str) -> None:
    endpoint.answer = lambda handler: respond(handler, 500)
    assert probed(target(endpoint.url, controls=(refused_url, f"{refused_url}other"))).result is Result.ERROR


def test_probes_that_fail_together_share_one_look_at_the_reference_targets(endpoint: Endpoint, refused_url: str) -> None:
    async def many() -> list[Sample]:
        prober = Prober(SystemClock(), most_held_up_ms=PATIENT_MS)
        asked = target(refused_url, controls=(endpoint.url, f"{endpoint.url}/other"))
        now_ms = SystemClock().now_ms()
        try:
            return list(await asyncio.gather(*(prober.probe(asked, now_ms) for _ in range(8))))
        finally:
            await prober.close()

    def slowly(handler: Any) -> None:
        time.sleep(0.1)
        respond(handler)

    endpoint.answer = slowly
    assert {sample.result for sample in asyncio.run(many())} == {Result.ERROR}
    assert len(endpoint.asked) == 2


def test_a_slow_endpoint_holds_up_no_other(endpoint: Endpoint) -> None:
    async def together() -> list[Sample]:
        prober = Prober(SystemClock(), most_held_up_ms=PATIENT_MS)
        now_ms = SystemClock().now_ms()
        slow, quick = target(f"{endpoint.url}/slow"), target(f"{endpoint.url}/quick")
        try:
            return list(await asyncio.gather(*(prober.probe(asked, now_ms) for asked in [slow] * 20 + [quick])))
        finally:
            await prober.close()

    def by_path(handler: Any) -> None:
        if handler.path.endswith("slow"):
            time.sleep(0.6)
        respond(handler)

    endpoint.answer = by_path
    *_, quick = asyncio.run(together())
    assert quick.result is Result.OK
    assert quick.latency_ms < 500


def test_what_is_asked_makes_a_target_and_its_name_does_not() -> None:
    one = target("http://a/")
    assert target("http://a/", name="other").name.digest == one.name.digest
    for other in (
        target("http://b/"),
        target("http://a/", interval_ms=2_000),
        target("http://a/", controls=("http://c/", "http://d/")),
    ):
        assert other.name.digest != one.name.digest
