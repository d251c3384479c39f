"""OPA itself, its Go library loaded into this process.

Form ``plain``: a rule for each sentence of the policy, the offers as data. Form ``unrolled``: the policy written for speed.
Form ``compiled``: that, and the offers a constant of the policy, which a changed price then compiles anew.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.law.peers.engines.serve import Decide
from bench.law.peers.policy import policy_text
from bench.law.peers.workload import Offer, Request

opa: Any = importlib.import_module("opa_bindings")


def _version() -> str:
    """Of OPA itself, as the library was built from it; that of the wheel is another."""
    library = Path(opa.__file__).parent / "libopabridge.so"
    found = re.search(rb"open-policy-agent/opa\s+v([0-9.]+)", library.read_bytes()) if library.exists() else None
    return found[1].decode() if found else f"in opa-golib-python-bindings {version('opa-golib-python-bindings')}"


VERSION = _version()


def prepare(offers: Sequence[Offer], form: str) -> Decide:
    """An engine with the policy and the offers in it."""
    engine = opa.OpaEngine()
    policy = policy_text("plain.rego" if form == "plain" else "unrolled.rego")
    if form == "compiled":
        policy = policy.replace("data.offers", "offers") + f"\noffers := {json.dumps(offers)}\n"
    else:
        engine.add_data({"offers": offers})
    engine.add_policy("law.rego", policy)

    async def decide(request: Request) -> str | None:
        try:
            found: str = engine.eval_document("law.best", request)
        except opa.OpaUndefinedError:
            return None
        return found

    return decide
