"""An oracle's side of the relay protocol. Relays are many and untrusted: what they answer is read strictly and bounded.

An exchange is bounded as a whole, from the look-up of the name to the last byte: a limit on each read would let a relay that
sends a byte now and then hold an oracle for ever. No redirect is followed, no cookie kept, nothing unpacked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from governance.errors import BadInput, FatalError, RetryableError
from oracle import wire
from oracle.interim import SignedInterim, tallies_json

SILENCE_S = 10.0  # the longest wait for a connection, or for the next byte
EXCHANGE_S = 30.0  # the longest for all of a question and its answer
LARGEST_ANSWER = 64 << 20
_LONGEST_REASON = 300


class RelayUnavailable(RetryableError):
    """The relay cannot be reached, is overloaded, or answers what is no answer."""


class RelayRefused(FatalError):
    """The relay refuses what it was sent."""


class RelayClient:
    """One relay, by its address. To be used from one thread at a time, in which no event loop runs; to be closed in the end.

    No call takes longer than ``exchange_s`` seconds.
    """

    def __init__(self, url: str, exchange_s: float = EXCHANGE_S) -> None:
        if not url.startswith(("http://", "https://")):
            raise BadInput(f"{url!r} is no relay", value=url, remedy="as in http://127.0.0.1:8600")
        self.url = url.rstrip("/")
        self._exchange_s = exchange_s
        # An event loop of its own: there alone can all of an exchange be broken off, wherever it hangs.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._client = httpx.AsyncClient(
            timeout=SILENCE_S,
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"accept-encoding": "identity"},
        )

    def close(self) -> None:
        """Gives back the connections."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def push(self, submission: wire.Submission) -> None:
        """Hands in a member's observations of one epoch; again is harmless. Raises RelayUnavailable, RelayRefused."""
        self._ask("POST", "/v1/observations", json=wire.submission_json(submission))

    def proposals(self, configuration: bytes, member: int) -> tuple[wire.Proposal, ...]:
        """The reports that this member of a configuration has not signed and could.

        Raises RelayUnavailable, RelayRefused, and BadInput for an answer that is not of its form.
        """
        where = {"member": str(member), "configuration": f"0x{configuration.hex()}"}
        return wire.load_proposals(self._ask("GET", "/v1/proposals", params=where), f"{self.url} proposals")

    def sign(self, proposal_id: str, signature: wire.MemberSignature) -> None:
        """Hands in a signature; again is harmless. Raises RelayUnavailable, RelayRefused."""
        self._ask("POST", f"/v1/proposals/{proposal_id}/signatures", json=wire.signature_json(signature))

    def assent(self, amendment: bytes, signature: wire.AssentSignature) -> None:
        """Hands in a member's assent to an amendment; again is harmless. Raises RelayUnavailable, RelayRefused."""
        self._ask("POST", f"/v1/amendments/0x{amendment.hex()}/signatures", json=wire.assent_json(signature))

    def tell(self, member: int, signed: list[SignedInterim]) -> None:
        """Hands in a member's interim counts; the newest are kept. Raises RelayUnavailable, RelayRefused."""
        self._ask("POST", "/v1/tallies", json=tallies_json(member, signed))

    def observation_set(self, root: bytes) -> wire.Proposal:
        """The proposal that rests on an observation set. Raises RelayUnavailable, RelayRefused, BadInput."""
        return wire.load_proposal(self._ask("GET", f"/v1/observation-sets/0x{root.hex()}"), f"{self.url} observation set")

    def _ask(self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None) -> object:
        status, content = self._runner.run(self._exchange(method, path, json, params))
        if 400 <= status < 500 and status != 429:
            raise RelayRefused(f"relay {self.url} refuses {method} {path}: {_reason(content)}", value=status)
        if not 200 <= status < 300:
            raise RelayUnavailable(f"relay {self.url} answers {status}", value=status)
        return wire.parse(content, f"{self.url}{path}") if content else None

    async def _exchange(self, method: str, path: str, json: Any, params: Mapping[str, str] | None) -> tuple[int, bytes]:
        """Status and content of an answer. Raises RelayUnavailable, whatever a relay sends."""
        try:
            async with (
                asyncio.timeout(self._exchange_s),
                self._client.stream(method, self.url + path, json=json, params=params) as response,
            ):
                return response.status_code, await self._bounded(response)
        except TimeoutError as error:
            raise RelayUnavailable(f"relay {self.url} takes more than {self._exchange_s:g} s", value=self.url) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise RelayUnavailable(f"relay {self.url} does not answer: {type(error).__name__}", value=self.url) from error

    async def _bounded(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise RelayUnavailable(f"relay {self.url} answers more than {LARGEST_ANSWER} bytes", value=self.url)
        return bytes(content)


def _reason(content: bytes) -> str:
    """What a problem document says, or the beginning of what else was said."""
    try:
        document = wire.parse(content, "problem")
    except BadInput:
        document = None
    told = document.get("detail") or document.get("title") if isinstance(document, dict) else None
    return str(told or content.decode(errors="replace"))[:_LONGEST_REASON]
