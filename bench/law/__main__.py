"""What a law costs: verdicts, routes and fences, each through the very path that settlement, routing and loading use.

    python -m bench.law [PART ...]

A part is a function that gives its rows. Where only some are asked for, docs/benchmarks.md stays as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial

from bench import report
from bench.law import fence, peers, routing, settlement
from bench.law.peers.project import surety

# Each part is one line here.
PARTS: dict[str, Callable[[], Iterable[report.Measure]]] = {
    "settlement": settlement.rows,
    "routing": routing.rows,
    "fence": fence.rows,
    "peers": partial(peers.rows, surety),
}


def main(arguments: list[str]) -> int:
    """Measures, and says whether the targets were met."""
    parser = argparse.ArgumentParser(prog="python -m bench.law", description="What a law costs.")
    parser.add_argument("part", nargs="*", help=f"only these: {', '.join(PARTS)}")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.part if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    chosen = [rows for name, rows in PARTS.items() if not given.part or name in given.part]
    measures = [line for rows in chosen for line in rows()]
    return report.finish("law", measures, page=None if given.part else report.PAGE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
