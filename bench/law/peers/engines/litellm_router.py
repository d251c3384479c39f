"""LiteLLM's router, choosing by cost among deployments of one model name. Nothing is sent anywhere.

Form ``cost``: its own choice alone. It knows prices and no policy: who may serve whom is left out altogether.
Form ``tags``: the policy as tags, of a deployment (``gdpr``, ``us_owned``, ``in_de``) and of the request (``&gdpr`` demands,
``!us_owned`` excludes). Which tags a request carries is for the caller to work out, here and in every program that sends one.

Equally cheap ones it takes in an order of its own, so that the place of an offer goes into its price, far below a cent.
"""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from bench.law.peers.engines.serve import Decide
from bench.law.peers.workload import SPOT_CEILING_MICRO_USD, Offer, Request

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices when it is imported
warnings.filterwarnings("ignore")
litellm: Any = importlib.import_module("litellm")
logging.disable(logging.CRITICAL)

VERSION = version("litellm")
_MODEL = "m"
_MOST_OFFERS = 1_000_000
_MESSAGES = [{"role": "user", "content": "hello"}]
_NONE_LEFT = "due to tags configuration"


def prepare(offers: Sequence[Offer], form: str) -> Decide:
    """A router with one deployment for each offer."""
    deployments = [_deployment(place, offer) for place, offer in enumerate(offers)]
    router = litellm.Router(
        model_list=deployments,
        routing_strategy="cost-based-routing",
        enable_tag_filtering=form == "tags",
        tag_filtering_match_any=False,
    )

    async def choose(kwargs: dict[str, Any]) -> str | None:
        deployment = await router.select(_MODEL, kwargs, messages=_MESSAGES)
        return str(deployment["model_info"]["id"])

    async def by_cost(_: Request) -> str | None:
        return await choose({"metadata": {}})

    async def by_tags(request: Request) -> str | None:
        try:
            return await choose({"metadata": {"tags": _asked(request)}})
        except ValueError as error:
            if _NONE_LEFT in str(error):
                return None
            raise

    return by_tags if form == "tags" else by_cost


def _deployment(place: int, offer: Offer) -> dict[str, Any]:
    price = (offer["price_micro_usd"] * _MOST_OFFERS + place) * 1e-18
    return {
        "model_name": _MODEL,
        "litellm_params": {
            "model": "openai/any",
            "api_key": "none",
            "api_base": f"http://127.0.0.1:9/{place}",
            "input_cost_per_token": price,
            "output_cost_per_token": price,
            "tags": _held(offer),
        },
        "model_info": {"id": offer["id"]},
    }


def _held(offer: Offer) -> list[str]:
    tags = [f"in_{offer['country']}"]
    tags += ["gdpr"] * offer["gdpr"] + ["hipaa"] * offer["hipaa"] + ["us_owned"] * (offer["owner"] == "us")
    if offer["capacity"] == "spot":
        tags += ["spot"] + ["dear_spot"] * (offer["price_micro_usd"] > SPOT_CEILING_MICRO_USD)
    return tags


def _asked(request: Request) -> list[str]:
    tags = ["!dear_spot" if request["inference_type"] == "batch" else "!spot"]
    if request["user_jurisdiction"] == "eu":
        tags += ["&gdpr", "!us_owned"]
    if request["data_classification"] == "phi":
        tags += ["&hipaa", f"&in_{request['country']}"]
    return tags
