"""Compare what the last ``bench-gas`` measured with ``bench/gas/snapshot.json``, shape by shape.

    python tools/gas_check.py               exit 1 where a shape costs over one percent more than in the snapshot
    python tools/gas_check.py --update      take the figures over, to be committed with the change that explains them

A shape that the snapshot does not know, and one that was not measured, are failures too: figures do not go missing unseen.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "bench" / "out" / "gas.json"
SNAPSHOT = ROOT / "bench" / "gas" / "snapshot.json"
TOLERATED = 0.01  # signatures have a zero byte more or less, which costs calldata gas


def figures(document: list[Mapping[str, object]]) -> dict[str, int]:
    """Gas by shape, of what a benchmark reported."""
    return {str(line["measure"]): round(float(str(line["value"]))) for line in document if line["unit"] == "gas"}


def table(measured: Mapping[str, int], snapshot: Mapping[str, int]) -> str:
    """Every shape before and now."""
    names = list(dict.fromkeys((*snapshot, *measured)))
    width = max((len(name) for name in names), default=0)
    return "".join(f"{_line(name.ljust(width), snapshot.get(name), measured.get(name))}\n" for name in names)


def objections(measured: Mapping[str, int], snapshot: Mapping[str, int]) -> Iterator[str]:
    """What costs more, and what cannot be compared."""
    for name, before in snapshot.items():
        now = measured.get(name)
        if now is None:
            yield f"{name}: is in the snapshot and was not measured"
        elif now > before * (1 + TOLERATED):
            yield f"{name}: {now:,} gas, {now / before - 1:+.1%} against the snapshot's {before:,}"
    for name in measured.keys() - snapshot.keys():
        yield f"{name}: is not in the snapshot"
    if not measured:
        yield "nothing was measured"


def _line(name: str, before: int | None, now: int | None) -> str:
    known = [f"{gas:>12,}" if gas is not None else f"{'-':>12}" for gas in (before, now)]
    change = f"{now / before - 1:+8.2%}" if before and now is not None else f"{'-':>8}"
    return "  ".join([name, *known, change])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare bench/out/gas.json with bench/gas/snapshot.json.")
    parser.add_argument("--update", action="store_true", help="write the snapshot")
    update = parser.parse_args(arguments).update
    if not MEASURED.exists():
        sys.stderr.write("gas: nothing was measured; run make gas-check\n")
        return 2
    measured = figures(json.loads(MEASURED.read_text()))
    snapshot: dict[str, int] = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    print(table(measured, snapshot), end="")
    if update:
        SNAPSHOT.write_text(json.dumps(measured, indent=1) + "\n")
        return 0
    wrong = list(objections(measured, snapshot))
    for objection in wrong:
        sys.stderr.write(f"gas: {objection}\n")
    if wrong:
        sys.stderr.write("gas: if this is meant: make gas-check UPDATE=1, and commit the snapshot\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
