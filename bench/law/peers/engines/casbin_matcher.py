"""Casbin: a matcher over attributes judges one offer after another, of which the cheapest is then taken here."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from bench.law.peers.engines.serve import Decide
from bench.law.peers.policy import policy_text
from bench.law.peers.workload import Offer, Request

casbin: Any = importlib.import_module("casbin")
logging.disable(logging.CRITICAL)

VERSION = version("casbin")


def prepare(offers: Sequence[Offer], _: str) -> Decide:
    """The matcher, read once, and the offers as it wants them."""
    model = casbin.Model()
    model.load_model_from_text(policy_text("casbin.conf"))
    enforcer = casbin.Enforcer(model)
    held = [SimpleNamespace(**offer) for offer in offers]

    async def decide(request: Request) -> str | None:
        asked = SimpleNamespace(**request)
        lawful = [(offer.price_micro_usd, offer.id) for offer in held if enforcer.enforce(asked, offer)]
        return str(min(lawful)[1]) if lawful else None

    return decide
