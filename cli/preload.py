"""What every worker process of a local stack imports anyway, imported once before they fork, so that they share the memory."""

from __future__ import annotations

import gc

import api.server
import cli.demo_providers
import oracle.worker
import settlement.worker

ENTRY_POINTS = (api.server, cli.demo_providers, oracle.worker, settlement.worker)

gc.collect()
gc.freeze()  # keeps the collector from touching, and so from copying, the shared pages
