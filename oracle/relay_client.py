"""An oracle's side of the relay protocol. Relays are many and untrusted: what they answer is read strictly and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from governance.errors import BadInput, FatalError, RetryableError
from oracle import wire
from oracle.interim import SignedInterim, tallies_json

TIMEOUT_S = 10.0
LARGEST_ANSWER = 64 << 20
_LONGEST_REASON = 300


class RelayUnavailable(RetryableError):
    """The relay cannot be reached, is overloaded, or answers what is no answer."""


class RelayRefused(FatalError):
    """The relay refuses what it was sent."""


class RelayClient:
    """One relay, by its address. To be used from one thread at a time."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise BadInput(f"{url!r} is no relay", value=url, remedy="as in http://127.0.0.1:8600")
        self.url = url.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT_S, trust_env=False, headers={"accept-encoding": "identity"})

    def close(self) -> None:
        """Gives back the connections."""
        self._client.close()

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

    def tell(self, member: int, signed: list[SignedInterim]) -> None:
        """Hands in a member's interim counts; the newest are kept. Raises RelayUnavailable, RelayRefused."""
        self._ask("POST", "/v1/tallies", json=tallies_json(member, signed))

    def observation_set(self, root: bytes) -> wire.Proposal:
        """The proposal that rests on an observation set. Raises RelayUnavailable, RelayRefused, BadInput."""
        return wire.load_proposal(self._ask("GET", f"/v1/observation-sets/0x{root.hex()}"), f"{self.url} observation set")

    def _ask(self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None) -> object:
        try:
            with self._client.stream(method, self.url + path, json=json, params=params) as response:
                content = self._bounded(response)
        except httpx.HTTPError as error:
            raise RelayUnavailable(f"relay {self.url} does not answer: {type(error).__name__}", value=self.url) from error
        if 400 <= response.status_code < 500 and response.status_code != 429:
            raise RelayRefused(f"relay {self.url} refuses {method} {path}: {_reason(content)}", value=response.status_code)
        if not response.is_success:
            raise RelayUnavailable(f"relay {self.url} answers {response.status_code}", value=response.status_code)
        return wire.parse(content, f"{self.url}{path}") if content else None

    def _bounded(self, response: httpx.Response) -> bytes:
        content = bytearray()
        for piece in response.iter_bytes():
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
