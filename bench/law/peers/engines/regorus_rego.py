"""Regorus, a Rego interpreter in Rust, with the same two ways to write the policy as OPA has."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from bench.law.peers.engines.serve import Decide
from bench.law.peers.policy import policy_text
from bench.law.peers.workload import Offer, Request

regorus: Any = importlib.import_module("regorus")

VERSION = version("gordon-to-regorus")


def prepare(offers: Sequence[Offer], form: str) -> Decide:
    """An engine with the policy and the offers in it."""
    engine = regorus.Engine()
    engine.add_policy("law.rego", policy_text(f"{form}.rego"))
    engine.add_data({"offers": offers})

    async def decide(request: Request) -> str | None:
        engine.set_input(request)
        found = engine.eval_rule("data.law.best")
        return found if isinstance(found, str) else None

    return decide
