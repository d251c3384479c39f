"""The peers alone: ``python -m bench.law.peers``; the whole benchmark of the law has them among its rows."""

from __future__ import annotations

import argparse
import sys

from bench import report
from bench.law.peers import PEERS, ROUNDS, SIZES, rows
from bench.law.peers.project import surety


def main() -> int:
    """Measures, and says whether the targets were met."""
    parser = argparse.ArgumentParser(prog="python -m bench.law.peers", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of offers, ascending")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=sorted({peer.environment for peer in PEERS}), help="these peers")
    chosen = parser.parse_args()
    peers = [peer for peer in PEERS if not chosen.only or peer.environment in chosen.only]
    return report.finish("law-peers", rows(surety, peers=peers, sizes=sorted(chosen.sizes), rounds=chosen.rounds), page=None)


if __name__ == "__main__":
    sys.exit(main())
